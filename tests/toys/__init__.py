"""What the chapter about toys and networks stores. ``python -m tests.toys`` makes it again."""
