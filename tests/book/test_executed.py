"""What is kept of an executed notebook counts as long as its outputs would be the same."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.book import executed
from tests.book.plugin import Replay


@pytest.fixture
def notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small notebook, with a folder of its own for what is kept."""
    monkeypatch.setattr(executed, "FOLDER", tmp_path / "executed")
    path = tmp_path / "small.ipynb"
    cells = [new_markdown_cell("# Title"), new_code_cell("x = 6"), new_code_cell("print(7 * x)")]
    nbformat.write(new_notebook(cells=cells), path)
    return path


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Let a copy of the project be what notebooks use; forget what is known of the real one."""
    monkeypatch.setattr(executed, "ROOT", tmp_path)
    monkeypatch.setattr(executed, "CHAPTERS", tmp_path / "chapters")
    for name in ("adaptive/rules/sgd.py", "chapters/sgd.ipynb", "chapters/_site/look.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")

    def digest() -> str:
        executed.surroundings.cache_clear()
        return executed.surroundings()

    yield digest
    executed.surroundings.cache_clear()


def _read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)


def test_outputs_are_kept_and_filled_in_also_after_a_change_of_the_prose(notebook):
    assert executed.filled(notebook, _read(notebook)) is None
    assert executed.keep(notebook).endswith(" s")
    page = _read(notebook)
    page.cells[0].source = "# Another title"
    made = executed.filled(notebook, page)
    assert made.cells[0].source == "# Another title"
    assert made.cells[2].outputs[0].text == "42\n"
    assert made.cells[2].execution_count == 2
    assert page.cells[2].outputs == []


def test_what_a_module_brings_along_for_itself_is_not_installed(
    surroundings, tmp_path, monkeypatch
):
    before = surroundings()
    (tmp_path / "vendor/other-1.0.dist-info").mkdir(parents=True)
    (tmp_path / "vendor/other-1.0.dist-info/METADATA").write_text("Name: other\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path / "vendor")
    assert version("other") == "1.0"
    assert surroundings() == before


def test_other_code_is_not_taken_for_what_was_executed(notebook):
    executed.keep(notebook)
    page = _read(notebook)
    page.cells[1].source = "x = 7"
    assert executed.filled(notebook, page) is None


def test_a_notebook_that_fails_is_not_kept(notebook):
    executed.keep(notebook)
    page = _read(notebook)
    page.cells[1].source = "y = 6"
    nbformat.write(page, notebook)
    assert "NameError" in executed.keep(notebook)
    assert not executed.place(notebook).exists()


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("adaptive/rules/sgd.py", True),
        ("adaptive/explorer/page.js", True),
        ("chapters/data.csv", True),
        ("chapters/data/two.csv", True),
        ("chapters/sgd.ipynb", False),
        ("chapters/_site/look.py", False),
        ("adaptive/__pycache__/sgd.pyc", False),
        ("chapters/.ipynb_checkpoints/sgd.py", False),
    ],
)
def test_what_is_kept_counts_until_an_input_changes(surroundings, tmp_path, file, counts):
    before = surroundings()
    assert surroundings() == before
    (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / file).write_text("2")
    assert (surroundings() != before) == counts


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("numpy", True),
        # What the book requires requires it, and only for some: `jupyterlite-core[contents]`.
        ("jupyter_server", True),
        ("jsonschema", True),
        # For the tests alone.
        ("hypothesis", False),
        ("numba", False),
    ],
)
def test_what_the_book_requires_counts(surroundings, monkeypatch, name, counts):
    before, real = surroundings(), executed.distributions

    def distributions(**where: Any) -> Iterator[Any]:
        for each in real(**where):
            other = each.name == name
            newer = SimpleNamespace(name=each.name, version="99", requires=each.requires)
            yield newer if other else each

    monkeypatch.setattr(executed, "distributions", distributions)
    assert any(each.version == "99" for each in distributions())
    assert (surroundings() != before) == counts


def test_a_replay_insists_on_the_cells_in_their_order(notebook):
    executed.keep(notebook)
    replay = Replay(_read(executed.place(notebook)))
    with pytest.raises(AssertionError, match="in order"):
        replay.execute_cell_input("print(7 * x)")


def test_a_replay_says_what_the_kernel_said_and_that_it_has_ended(notebook):
    executed.keep(notebook)
    replay = Replay(_read(executed.place(notebook)))
    replay.execute_cell_input("x = 6")
    assert replay.get_message("iopub")["content"] == {"execution_state": "idle"}
    asked = replay.execute_cell_input("print(7 * x)")
    said = replay.get_message("iopub")
    assert (said["msg_type"], said["content"]["text"]) == ("stream", "42\n")
    assert said["parent_header"]["msg_id"] == asked
