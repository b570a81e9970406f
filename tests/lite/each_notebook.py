"""Each notebook of the book, run to its end in the browser: `make lite-check`."""

from __future__ import annotations

import pytest

from tests.book.notebooks import CHAPTER_PAGES, NOTEBOOK_PAGES, ROOT
from tests.course import class_of
from tests.lite.conftest import answered, texts
from tests.lite.outputs import differences

ASSIGNMENTS = [name for name in NOTEBOOK_PAGES if "/assignments/" in name]


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_a_chapter_shows_what_is_stored(application, name, tmp_path):
    notebook = application(name)
    notebook.wait_until_ready()
    notebook.run()
    different = differences(ROOT / f"{name}.ipynb", notebook.read(), tmp_path)
    assert not different, different
    assert not notebook.errors


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_an_assignment_loads_and_its_solution_is_checked_without_an_error(application, name):
    notebook = application(name)
    notebook.wait_until_ready()
    solved = class_of.solved(name.rpartition("/")[2])
    for cell, source in answered(solved, notebook.read()).items():
        notebook.set_source(cell, source)
    notebook.run()
    cells = [cell for cell in notebook.read()["cells"] if cell["cell_type"] == "code"]
    assert cells
    for cell in cells:
        kinds = {each["output_type"] for each in cell["outputs"]}
        streams = {each["name"] for each in cell["outputs"] if each["output_type"] == "stream"}
        assert "error" not in kinds, (cell["id"], texts(cell["outputs"]))
        assert "stderr" not in streams, (cell["id"], texts(cell["outputs"]))
        if cell["metadata"].get("nbgrader", {}).get("grade"):
            assert texts(cell["outputs"]), cell["id"]
            assert "still empty" not in texts(cell["outputs"])
    assert not notebook.errors
