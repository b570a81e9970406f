"""What needs a hub is not collected: `make hub` runs it."""

collect_ignore_glob = ["*.py"]
