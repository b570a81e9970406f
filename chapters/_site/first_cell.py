# Installs the package where it is missing, as on Colab and Kaggle.
import importlib
import subprocess
import sys
from importlib import metadata

PACKAGE = (
    "adaptive-optimizers[chapters] @ "
    "git+https://github.com/adaptive-optimizers/adaptive-optimizers@v0.1.0"
)
RESTART = "restart the session, then run on."


def installed(name):
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


if installed("adaptive"):
    # The two share a file: ours would not be whole without the other one.
    pip = "%pip uninstall --yes adaptive adaptive-optimizers"
    other = "Another project's package `adaptive` is in the place of ours"
    raise ImportError(f"{other}: {pip}; {RESTART}")
if not installed("adaptive-optimizers"):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", PACKAGE]
    run = subprocess.run(pip, capture_output=True, text=True)
    if run.returncode:
        raise ImportError(f"pip could not install it:\n{run.stderr}")
    importlib.invalidate_caches()
for name in ("numpy", "matplotlib"):
    old = getattr(sys.modules.get(name), "__version__", None)
    new = installed(name)
    if old and new and old != new:
        raise ImportError(f"{name} is {new} now, {old} is loaded: {RESTART}")
