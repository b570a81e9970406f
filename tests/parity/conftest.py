"""What needs the frameworks is not collected: `make parity` runs it."""

collect_ignore = ["gradients.py", "make.py"]
