"""What needs the frameworks is not collected: `make bench` runs it."""

collect_ignore = ["__main__.py", "contestants.py", "exported.py", "torchs.py"]
