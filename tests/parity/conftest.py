"""What needs the frameworks is not collected: `make parity` runs it."""

collect_ignore = [
    "frozen.py",
    "gradients.py",
    "live",
    "make.py",
    "muon.py",
    "totals.py",
    "whole.py",
]
