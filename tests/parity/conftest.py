"""What needs the frameworks is not collected: `make parity` runs it."""

collect_ignore = ["make.py"]
