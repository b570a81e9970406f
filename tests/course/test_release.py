"""What students get holds no trace of what they do not."""

from __future__ import annotations

import json
import shutil
import zipfile

import nbformat
import pytest

from adaptive.course import regions
from adaptive.course.instructor import CourseError
from adaptive.course.instructor.course import Course
from tests.course.fast import ASSIGNMENTS, SOURCE
from tests.course.hostile import source, write_course

pytestmark = pytest.mark.usefixtures("own_settings")


@pytest.fixture(scope="module")
def released(own_settings, tmp_path_factory):
    """Release all assignments."""
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(SOURCE, root / "source")
    shutil.copy(SOURCE.parent / "nbgrader_config.py", root)
    course = Course(root)
    return {name: course.release(name) for name in course.assignments}


def test_all_are_released(released):
    assert sorted(released) == ASSIGNMENTS


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_no_trace_of_a_solution(released, name):
    secret = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    assert len(regions.secrets(secret)) > 10
    with zipfile.ZipFile(released[name]) as archive:
        assert archive.namelist() == [f"{name}/{name}.ipynb"]
        notebook = json.loads(archive.read(f"{name}/{name}.ipynb"))
    assert regions.traces(secret, notebook) == []
    for cell in notebook["cells"]:
        assert not cell.get("outputs")
        known = cell["metadata"].get("nbgrader", {})
        if known.get("grade") and not known["solution"]:
            # A check of a student's own, and nobody edits it by mistake.
            assert (cell["metadata"]["editable"], cell["metadata"]["deletable"]) == (False, False)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_nbgrader_and_the_book_leave_out_the_same(released, name):
    secret = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    made = nbformat.read(released[name].with_suffix("") / f"{name}.ipynb", as_version=4)
    ours = regions.without_answers(secret)
    assert [c["source"] for c in ours["cells"]] == [c["source"] for c in made.cells]


def test_a_trace_stops_the_release(tmp_path):
    root = write_course(tmp_path / "course")
    notes = root / "source" / "ravine" / "notes.txt"
    notes.write_text("Hint:\n    v = momentum * v + lr * g\n")
    with pytest.raises(CourseError, match=r"notes\.txt would show 'v = momentum \* v \+ lr \* g'"):
        Course(root).release("ravine")
    assert not (root / "release" / "ravine").exists()


def test_regions_that_do_not_match_stop_the_release(tmp_path):
    root = write_course(tmp_path / "course")
    notebook = source()
    notebook.cells[3].source = notebook.cells[3].source.replace("### END SOLUTION", "")
    nbformat.write(notebook, root / "source" / "ravine" / "ravine.ipynb")
    with pytest.raises(CourseError, match="no end solution statement"):
        Course(root).release("ravine")
