"""In a notebook an error is explained where it happens, and costs its own cell only."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from adaptive.course import notebook
from adaptive.course.calling import Mishap

SYNTAX = "def momentum(theta, g, v, lr, momentum):\n    v = momentum * v + lr g\n    return v"
IMPORT = "import torchoptim\ndef sgd(theta, g, lr):\n    return theta - lr * g\nlargest_rate = 0.1"
SETUP = "import numpy as np\nfrom adaptive import Momentum\nfrom adaptive.course import ravine\n"
CELLS = {
    "setup": SETUP,
    "syntax": SYNTAX,
    "check": "ravine.check(momentum, 'momentum')",
    "stands in": "type(ravine.as_rule(momentum, Momentum(0.01), stand_in=True))",
    "call": "momentum(1, 2, 3, 4, 5)",
    "import": IMPORT,
    "check sgd": "ravine.check(sgd, 'sgd')",
    "value": "float(largest_rate)",
    "power": "G = np.zeros(2)\nG^2",
    "afresh": "import importlib\nfrom adaptive.course import notebook\nimportlib.reload(notebook)\n"
    "notebook.watch()\nlen(get_ipython().events.callbacks['post_run_cell'])",
    "check again": "ravine.check(momentum, 'momentum')",
    "mended": "def momentum(theta, g, v, lr, momentum):\n    v = momentum * v + lr * g\n"
    "    return theta - v, v",
    "check mended": "ravine.check(momentum, 'momentum')",
    "kept": "def momentum(theta, g:\n    return theta",
    "check kept": "ravine.check(momentum, 'momentum')",
    "largest": "largest_rate = 0.1\nlargest_rate",
}
SHELL = """
import contextlib, io, json, re, sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance(colors="nocolor")
said = {}
for name, cell in json.load(sys.stdin).items():
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
        result = shell.run_cell(cell, store_history=True)
    said[name] = out.getvalue() + repr(result.result)
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """Run the cells one after the other, and return what each has printed."""
    home = str(tmp_path_factory.mktemp("ipython"))
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SHELL],
        input=json.dumps(CELLS), capture_output=True, text=True,
        env={**os.environ, "IPYTHONDIR": home, "PYTHONUTF8": "1", "MPLBACKEND": "agg"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    return {name: " ".join(text.split()) for name, text in json.loads(run.stdout).items()}


def test_python_says_what_it_says_and_below_stands_what_it_means(said):
    assert "SyntaxError: invalid syntax" in said["syntax"]
    assert "In line 2, `v = momentum * v + lr g`: is a * missing?" in said["syntax"]
    assert "In line 2, `G^2`: ^ is no power in Python" in said["power"]
    assert "ufunc 'bitwise_xor'" in said["power"]


def test_a_check_names_the_cell_that_failed_and_its_line(said):
    for name in ("check", "check again"):
        assert "momentum: 0 of 3 points" in said[name]
        assert "cell [2], which stops in line 2, `v = momentum * v + lr g`" in said[name]
    assert "cell [6], which stops in line 1, `import torchoptim`" in said["check sgd"]
    # A name that is no function's is an error still, which says the same.
    assert "name 'largest_rate' is not defined. largest_rate is not there" in said["value"]


def test_who_calls_what_is_not_there_is_told_why(said):
    assert "momentum is not there. It should come from cell [2]" in said["call"]
    assert "Traceback" not in said["call"]
    assert "a right one stands in for it here" in said["stands in"]
    assert "Momentum" in said["stands in"]


def test_it_is_forgotten_when_the_cell_is_mended(said):
    assert "momentum: 3 of 3 points" in said["check mended"]
    # What was there before a cell failed stays.
    assert "momentum: 3 of 3 points" in said["check kept"]
    assert said["largest"].endswith("0.1")


def test_a_notebook_is_watched_once(said):
    assert said["afresh"].endswith("1")


def test_what_a_cell_should_have_made():
    made = notebook.lost("x = y = 1\ndef f(a):\n    b = 2\nclass C: pass\n", ValueError("no"), "it")
    assert [name for name, one in made.items() if notebook.because(one)] == ["f", "C"]
    assert sorted(made) == ["C", "f", "x", "y"]
    broken = notebook.lost("rate = 1\nif rate == 2\ndef f(a):\n    b = 2", SyntaxError("no"), "it")
    assert set(broken) == {"f", "rate"}
    assert str(broken["rate"]).startswith("rate is not there. It should come from it, which stops")
    with pytest.raises(Mishap, match="f is not there"):
        broken["f"](1, lr=2)
    assert "no f" in repr(broken["f"])
    assert notebook.because(broken["f"]).startswith("f is not there")
    assert notebook.because(3) == notebook.because(ValueError) == ""


def test_without_a_notebook_nothing_is_watched(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    notebook.watch()
