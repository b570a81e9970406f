"""The recipes of the Makefile, in a checkout whose path is hostile; tools do nothing here."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parents[1]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = re.findall(r"^([a-z][a-z-]*(?: [a-z][a-z-]*)*):.*## ", MAKEFILE, re.M)
#: Each would be run, or end a word or a string, in a shell that sees the path.
PATHS = ["$(touch owned) `touch owned` a;touch owned&b#c", "it's", 'a  "quote']

#: Stands for every tool, and runs only what prints; installs and tests take minutes.
PYTHON = """#!/bin/sh
case "$1 $2" in
  "-c from pathlib"*) exec {python} "$@" ;;
  "-m venv") exit 3 ;;
esac
echo "ran:" "$@"
"""


def _checkout(folder: Path) -> Path:
    """Make a folder with the Makefile, and with an environment in which each tool is a stub."""
    for name in ("adaptive", "chapters/assignments/source"):
        (folder / name).mkdir(parents=True)
    for name in ("_site", "api", "images"):
        (folder / "chapters" / name).mkdir()
    for name in ("Makefile", "pyproject.toml", "_config.yml", "CITATION.cff", "README.md"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("tests/parity/requirements.txt", "chapters/sgd.md"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (folder / "chapters/assignments/README.md").touch()
    for environment in (".venv", ".venv-parity"):
        python = folder / environment / "bin/python"
        python.parent.mkdir(parents=True)
        python.write_text(PYTHON.format(python=sys.executable))
        python.chmod(0o755)
    for extra in ("book", "test", "lab", "mutants", "release"):
        (folder / f".venv/.stamp-{extra}").touch()
    (folder / ".venv-parity/.stamp").touch()
    (folder / "_build/html").mkdir(parents=True)
    return folder


@pytest.fixture(params=PATHS)
def checkout(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a checkout in a folder with a hostile name."""
    return _checkout(tmp_path / request.param)


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    """Return a checkout in a folder with a name like any other."""
    return _checkout(tmp_path / "project")


def _make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "ADAPTIVE"))}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_no_recipe_runs_what_is_in_the_path(checkout):
    skipped = {
        "test-oldest test-newest",
        "test-alone",
        "lighthouse",
        "actionlint",
        "parity",
        "hub",
        "otter",
        "distclean",
    }
    for targets in TARGETS:
        if targets not in skipped:
            run = _make(checkout, targets)
            assert run.returncode == 0, (targets, run.stdout, run.stderr)
    left = [path.name for path in checkout.rglob("*owned*")]
    assert not left
    assert not list(checkout.parent.glob("owned"))


def test_the_last_line_of_make_book_is_the_address(checkout):
    run = _make(checkout, "book")
    assert run.returncode == 0, run.stderr
    address = run.stdout.splitlines()[-1].removeprefix("The book: ")
    assert not re.search(r"[\s\"'`<>]", address)
    assert Path(unquote(urlsplit(address).path)) == checkout / "_build/html/index.html"


def test_cleaning_spares_students_whose_names_have_spaces(plain):
    student = plain / "chapters/assignments/submitted/Zoë O'Neil"
    (student / ".ipynb_checkpoints").mkdir(parents=True)
    (student / "ravine.ipynb").touch()
    (student.parent / "Zoë" / "ravine").mkdir(parents=True)
    assert _make(plain, "clean").returncode == 0
    assert (student / "ravine.ipynb").exists()
    assert (student.parent / "Zoë" / "ravine").exists()
    assert not (student / ".ipynb_checkpoints").exists()


def test_the_book_is_built_again_when_a_source_is_newer_and_not_else(plain):
    student = plain / "chapters/assignments/submitted/Zoë O'Neil/ravine.ipynb"
    student.parent.mkdir(parents=True)
    assert "jupyter_book" in _make(plain, "check-site").stdout
    student.touch()
    assert "jupyter_book" not in _make(plain, "check-site").stdout
    sources = ("sgd.md", "api/rules.md", "_site/x.js")
    for source in ("adaptive/a b.py", "_config.yml", *(f"chapters/{name}" for name in sources)):
        later = (plain / "_build/.stamp-book").stat().st_mtime + 1
        (plain / source).touch()
        os.utime(plain / source, (later, later))
        assert "jupyter_book" in _make(plain, "check-site").stdout, source
        os.utime(plain / source, (1e9, 1e9))


def test_a_part_of_the_tests_does_not_execute_the_notebooks_first(plain):
    assert "tests.book.executed" in _make(plain, "test").stdout
    assert "tests.book.executed" not in _make(plain, "test", "ARGS=-k momentum").stdout
