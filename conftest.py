"""How all tests run: the package's, the doctests, the notebooks, the built book."""

import gc
import os
import sys
from importlib.util import find_spec

# Kernels and builds that the tests start inherit these. Before numpy is imported, as it is by
# matplotlib: two threads that wait for each other make an eigenvector a hundred times as dear.
os.environ.setdefault("TQDM_DISABLE", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# The debugger in each kernel would warn that it cannot step into frozen modules.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")

import matplotlib
import pytest

# Not by MPLBACKEND, which the kernels would inherit: they show their figures inline.
matplotlib.use("agg")


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is there to the end: 17,000 tests and all they import."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def _close_figures():
    """Close what a test or an example has drawn: matplotlib warns of more than twenty figures."""
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


pytest_plugins = ["tests.book.plugin", "tests.untimed"]

# Python that is no module of ours: the first cell of the chapters, what is there in the browser
# alone, answers of students, nbgrader's settings, and tools that need an extra of their own.
collect_ignore_glob = [
    "chapters/_site/first_cell.py",
    "chapters/_site/lite/kernel/*.py",
    "chapters/assignments/nbgrader_config.py",
    "chapters/assignments/hub/*.py",
    "tests/course/submissions/*.py",
    "tests/mutants/page.py",
    "tests/mutants/tool.py",
]
# And what imports a framework that is not there: `make parity` runs it where it is.
collect_ignore_glob += [
    f"adaptive/export/{name}_*.py"
    for name in ("torch", "optax", "keras")
    if find_spec(name) is None
]
