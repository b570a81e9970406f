"""Assignments as pages of the book: without their solutions, or with them, folded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup

from adaptive.course import regions
from tests.course.fast import ASSIGNMENTS, SOURCE
from tests.course.hostile import source

CONFIG = """\
extensions = ["myst_nb", "sphinx_design", "sphinx_togglebutton", "adaptive.course.book"]
html_theme = "basic"
assignment_solutions = {}
"""


def _content(path: Path) -> object:
    text = path.read_text(encoding="utf-8", errors="replace")
    if path.suffix == ".ipynb":
        return json.loads(text)
    if path.suffix == ".html":
        return [text, BeautifulSoup(text, "html.parser").get_text()]
    return text


def _traces(secret: nbformat.NotebookNode, folder: Path) -> dict[str, list[str]]:
    kinds = {".html", ".ipynb", ".js", ".json", ".txt", ".xml"}
    paths = [path for path in folder.rglob("*") if path.suffix in kinds]
    assert paths
    found = {path.name: regions.traces(secret, _content(path)) for path in paths}
    return {name: lines for name, lines in found.items() if lines}


def _build(folder: Path, solutions: bool) -> tuple[Path, BeautifulSoup]:
    made = folder / "html"
    nbformat.write(source(), folder / "index.ipynb")
    (folder / "conf.py").write_text(CONFIG.format(solutions))
    command = [sys.executable, "-m", "sphinx", "-W", "-q", "-b", "html", str(folder), str(made)]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return made, BeautifulSoup((made / "index.html").read_text("utf-8"), "html.parser")


def test_solutions_are_left_out(tmp_path):
    made, page = _build(tmp_path, solutions=False)
    assert _traces(source(), made) == {}
    assert page.get_text().count("write your code here") == 3
    assert not page.select(".cell_output")
    notebook = nbformat.read(next(made.glob("_sources/index.ipynb*")), as_version=4)
    assert [c.source for c in notebook.cells] == [
        c["source"] for c in regions.without_answers(source())["cells"]
    ]
    assert "momentum * v" not in (made / "searchindex.js").read_text("utf-8")


def test_solutions_are_folded(tmp_path):
    _, page = _build(tmp_path, solutions=True)
    folded = " ".join(tag.get_text() for tag in page.select("details, .tag_hide-input"))
    assert "v = momentum * v + lr * g" in folded
    assert "One point for the zigzag" in folded
    assert "momentum: 3 of 3 points" in page.get_text()
    assert not regions.traces({"cells": []}, page.get_text())


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_book_leaves_the_solutions_out(book, name):
    secret = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    pages = [path for path in book.rglob("*") if f"assignments/source/{name}" in path.as_posix()]
    for path in [*pages, book / "searchindex.js"]:
        if path.is_file():
            assert regions.traces(secret, _content(path)) == []
    for path in pages:
        if path.suffix == ".html":
            assert "mybinder.org/v2" not in path.read_text(encoding="utf-8")
