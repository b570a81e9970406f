"""A JupyterHub with a class on it: ``make hub``."""
