"""What Sphinx is told to make of an assignment, without Sphinx."""

from __future__ import annotations

import copy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest

from adaptive.course.book import page, setup
from adaptive.course.regions import without_answers

FUNCTION = "def f(x):\n    ### BEGIN SOLUTION\n    return 2 * x\n    ### END SOLUTION"


def _notebook() -> dict[str, Any]:
    solution = {"solution": True, "grade": False, "grade_id": "f"}
    code = nbformat.v4.new_code_cell(FUNCTION, metadata={"nbgrader": solution, "tags": ["mine"]})
    text = nbformat.v4.new_markdown_cell("It *zigzags*.", metadata={"nbgrader": solution})
    task = nbformat.v4.new_markdown_cell("Why?", metadata={"nbgrader": {"solution": False}})
    cells = [nbformat.v4.new_markdown_cell("# Title"), code, text, task]
    cells += [nbformat.v4.new_code_cell("f(1)")]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    return nbformat.v4.new_notebook(cells=cells)


def test_without_solutions_a_page_is_what_students_get_and_nothing_is_run():
    notebook = _notebook()
    made = page(notebook, solutions=False)
    assert notebook == _notebook()
    assert made["metadata"].pop("mystnb") == {"execution_mode": "off"}
    assert made == without_answers(notebook)


def test_with_solutions_they_are_folded_and_the_rest_is_as_it_was():
    notebook = _notebook()
    made = page(notebook, solutions=True)
    assert notebook == _notebook()
    title, code, text, task, call = made["cells"]
    assert code["source"] == "def f(x):\n    return 2 * x"
    assert code["metadata"]["tags"] == ["mine", "hide-input"]
    assert text["source"] == "`````{dropdown} Answer\nIt *zigzags*.\n`````"
    assert [title, task, call] == [notebook["cells"][k] for k in (0, 3, 4)]
    assert "mystnb" not in made["metadata"]
    del notebook["cells"][1]["metadata"]["tags"]
    untagged = page(notebook, solutions=True)["cells"][1]
    assert untagged["metadata"]["tags"] == ["hide-input"]


class App:
    """What of a Sphinx application the extension sees."""

    def __init__(self, folder: Path, solutions: bool) -> None:
        self.outdir = folder
        self.config = SimpleNamespace(assignment_solutions=solutions)
        paths = {
            "task": "task.ipynb",
            "chapter": "chapter.ipynb",
            "text": "text.md",
            "old": "old.htm",
        }
        self.env = SimpleNamespace(doc2path=lambda name: str(folder / paths[name]))
        self.events: dict[str, Any] = {}
        self.values: dict[str, Any] = {}

    def add_config_value(self, name: str, **options: Any) -> None:
        self.values[name] = options

    def connect(self, event: str, call: Any, priority: int = 500) -> None:
        self.events[event] = lambda *given: call(self, *given)

    def read(self, name: str, text: str) -> str:
        source = [text]
        self.events["source-read"](name, source)
        return source[0]

    def shown(self, name: str) -> list[str]:
        labels = ("launch-buttons", "search")
        context = {"header_buttons": [{"label": label} for label in labels] + [{}]}
        self.events["html-page-context"](name, "page.html", context, None)
        return [button.get("label", "") for button in context["header_buttons"]]


def _app(folder: Path, solutions: bool) -> App:
    app = App(folder, solutions)
    assert setup(app) == {"parallel_read_safe": False, "parallel_write_safe": True}
    assert app.values["assignment_solutions"] | {"types": 0} == {
        "default": False,
        "rebuild": "env",
        "types": 0,
    }
    app.events["builder-inited"]()
    return app


@pytest.mark.parametrize("solutions", [False, True])
def test_assignments_and_they_alone_are_changed_when_they_are_read(tmp_path, solutions):
    app = _app(tmp_path, solutions)
    text = nbformat.writes(nbformat.from_dict(_notebook()))
    plain = _notebook()
    for cell in plain["cells"]:
        cell["metadata"].pop("nbgrader", None)
    chapter = nbformat.writes(nbformat.from_dict(plain))
    assert (app.read("text", text), app.read("old", text)) == (text, text)
    assert app.read("chapter", chapter) == chapter
    assert app.env.sources_of_assignments == set()
    found = nbformat.reads(app.read("task", text), as_version=4)
    assert app.env.sources_of_assignments == {"task"}
    assert found == nbformat.from_dict(page(_notebook(), solutions))


def test_what_was_read_is_still_known_in_a_later_build(tmp_path):
    app = _app(tmp_path, False)
    app.env.sources_of_assignments.add("task")
    app.events["builder-inited"]()
    assert app.env.sources_of_assignments == {"task"}


@pytest.mark.parametrize(
    ("name", "solutions", "labels"),
    [
        ("task", False, ["search", ""]),
        ("task", True, ["launch-buttons", "search", ""]),
        ("chapter", False, ["launch-buttons", "search", ""]),
    ],
)
def test_no_machine_elsewhere_opens_what_holds_solutions(tmp_path, name, solutions, labels):
    app = _app(tmp_path, solutions)
    app.env.sources_of_assignments.add("task")
    assert app.shown(name) == labels
    context: dict[str, Any] = {}
    app.events["html-page-context"](name, "page.html", context, None)  # themes without buttons


@pytest.mark.parametrize(
    ("solutions", "error", "left_out"),
    [(False, None, True), (True, None, False), (False, ValueError(), False)],
)
def test_sources_to_download_hold_no_solutions(tmp_path, solutions, error, left_out):
    app = _app(tmp_path, solutions)
    app.env.sources_of_assignments.add("task")
    (tmp_path / "_sources").mkdir()
    whole = nbformat.from_dict(_notebook())
    for name in ("task.ipynb", "chapter.ipynb"):
        nbformat.write(copy.deepcopy(whole), tmp_path / "_sources" / name)
    app.events["build-finished"](error)
    task, chapter = (
        nbformat.read(tmp_path / "_sources" / name, as_version=4)
        for name in ("task.ipynb", "chapter.ipynb")
    )
    assert chapter == whole
    assert task == (nbformat.from_dict(without_answers(_notebook())) if left_out else whole)
