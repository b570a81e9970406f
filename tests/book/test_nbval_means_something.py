"""A wrong number in a chapter fails, and so does a chapter that runs on a wrong package."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from tests.book import executed
from tests.book.notebooks import CHAPTERS, NUMBER, ROOT

#: The one that runs soonest.
CHAPTER = CHAPTERS / "introduction.ipynb"

#: Half of every step is lost; all else is as it was.
BROKEN = """

_right = Momentum.update


def _half(self, g, t, *state):
    step, *state = _right(self, g, t, *state)
    return (step / 2, *state)


Momentum.update = _half
"""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """Return a folder with a copy of the package."""
    shutil.copytree(
        ROOT / "adaptive",
        tmp_path / "copy" / "adaptive",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return tmp_path / "copy"


@pytest.fixture
def chapter(tmp_path: Path) -> Path:
    """Return a copy of the chapter."""
    return Path(shutil.copy(CHAPTER, tmp_path / CHAPTER.name))


def _nbval(
    chapter: Path, package: Path | None = None, kept: Path | None = None
) -> subprocess.CompletedProcess[str]:
    """Compare a notebook as `make test` does, up to the first difference.

    It is executed, unless a folder is given that has it executed already.
    """
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "ADAPT"))}
    if kept is not None:
        environment["ADAPTIVE_EXECUTED"] = str(kept)
    environment["PYTHONPATH"] = os.pathsep.join(map(str, filter(None, (package, ROOT))))
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p"]
    command += ["tests.book.plugin", "-c", str(ROOT / "pyproject.toml")]
    command += ["--rootdir", str(chapter.parent), "--color=no", str(chapter)]
    return subprocess.run(
        command, cwd=chapter.parent, env=environment, capture_output=True, text=True
    )


def _change_a_digit(notebook: nbformat.NotebookNode) -> str:
    """Change one digit in the first stored text output that has a number."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and (found := NUMBER.search(output.text)):
                at = found.end() - 1
                while not output.text[at].isdigit():
                    at -= 1
                other = str((int(output.text[at]) + 1) % 10)
                output.text = output.text[:at] + other + output.text[at + 1 :]
                return found[0]
    raise AssertionError("the chapter prints no number")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the chapter as it was executed, before if that counts."""
    folder = tmp_path_factory.mktemp("executed")
    if (before := executed.place(CHAPTER)).is_file():
        shutil.copy(before, folder)
    environment = os.environ | {"ADAPTIVE_EXECUTED": str(folder)}
    command = [sys.executable, "-m", "tests.book.executed", str(CHAPTER)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return folder


def _spoil(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    _change_a_digit(notebook)
    nbformat.write(notebook, path)


def test_a_changed_number_fails(chapter):
    _spoil(chapter)
    run = _nbval(chapter)
    assert run.returncode == 1, run.stdout
    assert "mismatch 'stdout'" in run.stdout


def test_a_changed_number_fails_where_the_chapter_was_executed_before(chapter, once):
    _spoil(chapter)
    run = _nbval(chapter, kept=once)
    assert run.returncode == 1, run.stdout
    assert "mismatch 'stdout'" in run.stdout


def test_what_was_executed_before_is_compared_and_not_executed_again(chapter, once, tmp_path):
    assert _nbval(chapter, kept=once).returncode == 0
    other = Path(shutil.copytree(once, tmp_path / "other"))
    _spoil(other / chapter.name)
    run = _nbval(chapter, kept=other)
    assert run.returncode == 1, run.stdout
    assert "mismatch 'stdout'" in run.stdout


def test_what_was_executed_with_other_code_is_executed_again(chapter, once, tmp_path):
    other = Path(shutil.copytree(once, tmp_path / "other"))
    _spoil(other / chapter.name)
    notebook = nbformat.read(chapter, as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    first.source += "\n# other code"
    nbformat.write(notebook, chapter)
    run = _nbval(chapter, kept=other)
    assert run.returncode == 0, run.stdout


def test_the_chapter_passes_on_a_copy_of_the_package(chapter, package):
    run = _nbval(chapter, package)
    assert run.returncode == 0, run.stdout
    assert re.search(r"\b\d+ passed", run.stdout)


def test_the_chapter_fails_on_a_broken_package(chapter, package):
    rule = package / "adaptive" / "rules" / "momentum.py"
    rule.write_text(rule.read_text(encoding="utf-8") + BROKEN, encoding="utf-8")
    run = _nbval(chapter, package)
    assert run.returncode == 1, run.stdout
    assert "1 failed" in run.stdout
