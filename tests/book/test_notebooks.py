"""The notebooks are stored so that nbval compares what they show; and the guard is awake."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import tomllib
from importlib import import_module
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.book import notebooks
from tests.book.notebooks import clean, numbers, problems, written


@pytest.mark.parametrize("path", notebooks.notebooks(), ids=lambda path: path.stem)
def test_notebook_is_stored_as_it_should_be(path):
    assert not list(problems(path))


def test_every_notebook_is_a_page_of_the_book():
    assert set(notebooks.notebooks()) == set(notebooks.chapters())


@pytest.mark.parametrize("extra", ["book", "chapters"])
def test_what_chapters_import_is_installed_with_them(extra):
    """On Binder and Colab the extra `chapters` is all there is; `make book` has `book` alone."""
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    required = project["dependencies"] + project["optional-dependencies"][extra]
    there = {re.match(r"[\w-]+", each)[0].replace("-", "_") for each in required}
    imported = set()
    for path in notebooks.notebooks():
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "code":
                code = re.sub(r"(?m)^[%!].*$", "", cell.source)
                imported |= _imported(code) | _imported_when_called(code)
    assert {"matplotlib", "myst_nb", "numpy"} <= imported
    assert imported - set(sys.stdlib_module_names) - {"adaptive"} <= there


def _imported_when_called(code):
    """Return the packages that functions of ours import themselves, where code imports these."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "adaptive":
            module = import_module(node.module)
            for alias in node.names:
                if inspect.isfunction(value := getattr(module, alias.name, None)):
                    found |= _imported(textwrap.dedent(inspect.getsource(value)))
    return found


def _imported(code):
    """Return the top-level packages that code imports."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module)
    return {name.partition(".")[0] for name in names}


def _text(count, text):
    return new_code_cell(
        "print(x)", execution_count=count, outputs=[new_output("stream", name="stdout", text=text)]
    )


@pytest.fixture
def good():
    """Return a notebook with which nothing is wrong."""
    cells = [
        new_markdown_cell("# Title"),
        _text(1, "1.5 2 -3 4e-5 .6 7. 8 9 10 11\n"),
        _text(2, "12 θ₁₃\n"),
    ]
    return clean(new_notebook(cells=cells))


@pytest.fixture
def wrong_with(tmp_path, monkeypatch):
    """Return what is wrong with a notebook, taken as a chapter."""

    def found(notebook):
        path = tmp_path / "chapter.ipynb"
        path.write_text(written(notebook), encoding="utf-8")
        monkeypatch.setattr(notebooks, "chapters", lambda: [path])
        return "\n".join(problems(path))

    return found


def test_nothing_is_wrong_with_a_good_one(good, wrong_with):
    assert wrong_with(good) == ""
    assert numbers(good) == ["1.5", "2", "-3", "4e-5", ".6", "7.", "8", "9", "10", "11", "12"]


def test_a_missing_count_is_found(good, wrong_with):
    good.cells[2].execution_count = None
    assert "cell 2 (['print(x)']) has no execution count" in wrong_with(good)


def test_counts_out_of_order_are_found(good, wrong_with):
    good.cells[2].execution_count = 4
    assert "has execution count 4, not 2" in wrong_with(good)


def test_an_exempt_cell_is_found(good, wrong_with):
    good.cells[1].metadata.tags = ["nbval-skip"]
    good.cells[2].source = "# NBVAL_IGNORE_OUTPUT\nprint(x)"
    assert wrong_with(good).count("exempt") == 2


@pytest.mark.parametrize("mimetype", ["image/png", "image/svg+xml", "text/html"])
def test_a_stored_picture_is_found(good, wrong_with, mimetype):
    data = {mimetype: "AAAA", "text/plain": "<Figure size 640x480 with 1 Axes>"}
    good.cells[1].outputs.append(new_output("display_data", data=data))
    assert f"stores {mimetype}" in wrong_with(good)
    assert wrong_with(clean(good)) == ""


def test_stored_widgets_are_found(good, wrong_with):
    good.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {}}
    assert "state of widgets" in wrong_with(good)
    assert wrong_with(clean(good)) == ""


def test_stderr_and_errors_are_found(good, wrong_with):
    good.cells[1].outputs.append(new_output("stream", name="stderr", text="RuntimeWarning: no\n"))
    good.cells[2].outputs = [new_output("error", ename="ValueError", evalue="", traceback=[])]
    assert "writes to stderr" in wrong_with(good)
    assert "ends in an error: ValueError" in wrong_with(good)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("<object at 0x7f0012345678>", "an address"),
        ("/home/ada/adaptive/rules/adam.py", "an absolute path"),
        ("Wall time: 3 s", "a time"),
        ("12.3 ms", "a time"),
        ("100%|##| 10/10 [00:00<00:00, 99.5it/s]", "a time"),
    ],
)
def test_what_differs_from_run_to_run_is_found(good, wrong_with, text, what):
    good.cells[2].outputs[0].text = text
    assert f"shows {what}" in wrong_with(good)


def test_numbers_that_are_not_compared_do_not_count(good):
    good.cells[1].execution_count = None
    assert numbers(good) == ["12"]


def test_too_few_numbers_are_found(good, wrong_with):
    good.cells[1].outputs[0].text = "<Figure size 640x480 with 1 Axes>\n"
    good.cells[2].outputs[0].text = "12 θ₁₃\n"
    assert "shows 1 numbers that are compared" in wrong_with(good)


def test_leftovers_of_editors_are_found(good, wrong_with):
    good.cells[1].metadata["execution"] = {"iopub.execute_input": "2026-01-01T00:00:00"}
    good.metadata["vscode"] = {}
    assert "as `make notebooks` would store it" in wrong_with(good)
    assert wrong_with(clean(good)) == ""


def test_cleaning_keeps_what_the_book_needs_and_is_done_once():
    data = {"application/papermill.record/text/plain": "0.9", "text/html": "<b>0.9</b>"}
    scrap = {"name": "rate", "mime_prefix": "application/papermill.record/"}
    cell = new_code_cell(
        "glue('rate', 0.9, display=False)",
        execution_count=1,
        metadata={"tags": ["hide-input"], "collapsed": True, "mystnb": {"image": {"alt": "x"}}},
        outputs=[
            new_output("stream", name="stdout", text="one "),
            new_output("stream", name="stdout", text="stream\n"),
            new_output("display_data", data=data, metadata={"scrapbook": scrap, "other": 1}),
            new_output("display_data", data={"image/png": "AAAA"}),
        ],
    )
    notebook = new_notebook(cells=[cell])
    notebook.cells.append(nbformat.from_dict(cell))
    once = clean(notebook)
    first, second = once.cells
    assert first.metadata == {"tags": ["hide-input"], "mystnb": {"image": {"alt": "x"}}}
    assert [output.output_type for output in first.outputs] == ["stream", "display_data"]
    assert first.outputs[0].text == "one stream\n"
    assert list(first.outputs[1].data) == ["application/papermill.record/text/plain"]
    assert first.outputs[1].metadata == {"scrapbook": scrap}
    assert first.id == cell.id != second.id
    assert written(clean(once)) == written(once)
