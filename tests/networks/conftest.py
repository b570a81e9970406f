"""What needs PyTorch is not collected: `make networks` runs it."""

collect_ignore = ["__main__.py", "models.py", "train.py"]
