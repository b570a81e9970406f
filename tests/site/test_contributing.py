"""CONTRIBUTING.md says how to add an algorithm; here that is done, in a copy of the project."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from tests.book.notebooks import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

LOOK = """
import json
import numpy as np
from adaptive import QHM, RULES, descend, explore, plotting
from adaptive.explorer import catalogue
from adaptive.problems import Circles, Ravine
from adaptive.race import race
from adaptive.tracing import rule_to_latex
from chapters._site import cheatsheet

paths = [descend(rule(**rule.on_circles), Circles(), rng=1) for rule in RULES]
plotting.circles(paths)
kept = explore(Ravine(), *[catalogue.default_rule(kind) for kind in RULES]).to_page()
print(json.dumps({
    "rules": [kind.__name__ for kind in RULES],
    "loss": float(paths[-1].loss[-1]),
    "explorer": kept.count("QHM"),
    "line": plotting.line(QHM)["color"],
    "latex": rule_to_latex(QHM()),
    "sheet": cheatsheet.entry(QHM),
}))
"""


def _block(after: str, language: str) -> str:
    """Return the first block of a language after some words."""
    _, found, rest = TEXT.partition(after)
    assert found, f"CONTRIBUTING.md does not say {after!r}"
    return re.search(rf"```{language}\n(.*?)```", rest, re.DOTALL)[1]


def _edit(path: Path, *edits: tuple[str, str]) -> None:
    text = path.read_text(encoding="utf-8")
    for old, new in edits:
        assert text.count(old) == 1, (path, old)
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """Return a copy of the project in which the steps have been taken."""
    there = tmp_path_factory.mktemp("contributing")
    skip = shutil.ignore_patterns("__pycache__", "node_modules", ".ipynb_checkpoints")
    for name in ("adaptive", "tests", "chapters"):
        shutil.copytree(ROOT / name, there / name, ignore=skip)
    for name in ("pyproject.toml", "conftest.py", "_toc.yml", "_config.yml", "CITATION.cff"):
        shutil.copy(ROOT / name, there / name)
    # 1. The rule.
    rule = there / "adaptive/rules/qhm.py"
    rule.write_text(_block("`adaptive/rules/qhm.py`", "python"), encoding="utf-8")
    # 2. Its place.
    added = "from adaptive.rules.qhm import QHM"
    _edit(
        there / "adaptive/rules/__init__.py",
        ("from adaptive.rules.rmsprop", f"{added}\nfrom adaptive.rules.rmsprop"),
        ("    AMSGrad,\n)", "    AMSGrad,\n    QHM,\n)"),
        ('    "RULES",\n', '    "QHM",\n    "RULES",\n'),
    )
    _edit(
        there / "adaptive/__init__.py",
        ("    RULES,\n", "    QHM,\n    RULES,\n"),
        ('    "RULES",\n', '    "QHM",\n    "RULES",\n'),
    )
    _edit(
        there / "chapters/api/rules.md",
        ("adaptive.AMSGrad\n", "adaptive.AMSGrad\nadaptive.QHM\n"),
    )
    # 3. Its test.
    test = there / "tests/rules/test_qhm.py"
    test.write_text(_block("`tests/rules/test_qhm.py`", "python"), encoding="utf-8")
    # 4. Its chapter: here, the equation.
    equation = _block("### 4. Its chapter", "markdown")
    notebook = new_notebook(cells=[new_markdown_cell("# QHM"), new_markdown_cell(equation)])
    nbformat.write(notebook, there / "chapters/qhm.ipynb")
    toc = (there / "_toc.yml").read_text(encoding="utf-8")
    new = re.search(r"here `(.*?)`", TEXT)[1]
    letters = ('    "eta": ("lr",),', f'    "eta": ("lr",),\n    {new},')
    _edit(there / "tests/book/equations.py", letters)
    line = "      - file: chapters/amsgrad\n"
    (there / "_toc.yml").write_text(toc.replace(line, line + line.replace("amsgrad", "qhm")))
    return there


def _run(project, *command):
    run = subprocess.run(
        [sys.executable, *command], cwd=project, capture_output=True, text=True, timeout=3000
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout


def test_the_rule_is_found_everywhere(project):
    found = json.loads(_run(project, "-W", "ignore", "-c", LOOK).splitlines()[-1])
    assert found["rules"][-1] == "QHM"
    assert 0 < found["loss"] < 0.6
    assert found["explorer"] >= 2
    assert found["line"].startswith("#")
    assert r"\theta_t &= " in found["latex"]
    assert "**QHM**" in found["sheet"]


def test_the_rule_is_in_the_reference(project):
    said = _run(
        project,
        *("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "tests/book/test_api.py"),
        *("-k", "no_name_is_left_out or described_once"),
    )
    assert " passed" in said


def test_the_rule_passes_what_holds_for_every_rule(project):
    files = ["tests/rules/test_every_rule.py", "tests/test_tracing.py", "tests/test_race.py"]
    said = _run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files, "-k", "QHM")
    assert int(re.search(r"(\d+) passed", said)[1]) > 10


def test_its_own_test_and_example_pass(project):
    files = ["tests/rules/test_qhm.py", "adaptive/rules/qhm.py"]
    said = _run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", *files)
    assert "2 passed" in said


def test_its_chapter_prints_the_rule(project):
    name = "tests/book/test_equations.py"
    chosen = "test_chapter_prints_the_rule_of_the_package and QHM"
    assert "1 passed" in _run(
        project, "-m", "pytest", "-q", "-p", "no:cacheprovider", name, "-k", chosen
    )


def test_a_wrong_equation_is_found(project):
    name = "tests/book/test_equations.py"
    path = project / "chapters/qhm.ipynb"
    right = path.read_text(encoding="utf-8")
    path.write_text(right.replace("(1 - \\\\gamma) g_t", "g_t"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") != right
    with pytest.raises(AssertionError, match="1 failed"):
        _run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", name, "-k", "QHM and package")
    path.write_text(right, encoding="utf-8")
