"""The autograder for Otter-Grader, called as Otter does; `with_otter` runs it there."""

from __future__ import annotations

import copy
import shutil
import sys
import zipfile
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import nbformat
import pytest

from adaptive.course.__main__ import main
from adaptive.course.instructor import CourseError, walls
from adaptive.course.instructor.course import Course
from adaptive.course.instructor.otter import Plugin
from tests.course import fast
from tests.course.class_of import write_course
from tests.course.test_gradescope import ALMOST, OTHER

pytestmark = pytest.mark.usefixtures("own_settings")
BY_CHECK = fast.tests("ravine")


class TestCase:
    """What stands for Otter's decorator."""

    __test__ = False

    def __init__(self, points: float) -> None:
        self.points = points

    def __call__(self, function: Any) -> TestCase:
        self.run = function
        return self


class Results:
    """What stands for Otter's results."""

    def __init__(self, names: list[str]) -> None:
        self.results = dict.fromkeys(names)
        self.scores: dict[str, float] = {}

    def update_score(self, name: str, score: float) -> None:
        self.scores[name] = score


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zip file of assignment 1; the course has a student's work in it, too."""
    course = write_course(tmp_path_factory.mktemp("course"))
    (course / "submitted" / "anna").mkdir(parents=True)
    (course / "submitted" / "anna" / "ravine.ipynb").write_text("{}")
    assert main(["otter", "ravine", f"--course={course}"]) == 0
    return course / "otter-ravine.zip"


def _plugin(base: Path, archive: Path, text: str) -> Plugin:
    """Lay out the folder of an autograder as Otter does, and return the plugin there."""
    with zipfile.ZipFile(archive) as content:
        content.extractall(base / "source")
    (base / "submission").mkdir()
    path = base / "submission" / "anna.ipynb"
    path.write_text(text, encoding="utf-8")
    shutil.copytree(base / "source" / "tests", base / "submission" / "tests")
    return Plugin(str(path), {}, {})


def _said(plugin: Plugin, patch: pytest.MonkeyPatch) -> dict[str, tuple[float, str]]:
    """Run the test files, and return the points of each and what is said where it fails."""
    patch.setitem(sys.modules, "otter", ModuleType("otter"))
    patch.setitem(sys.modules, "otter.test_files", SimpleNamespace(test_case=TestCase))
    [cell] = plugin.before_execution(nbformat.v4.new_notebook()).cells
    executed: dict[str, Any] = {}
    exec(cell.source, executed)
    said = {}
    for path in (plugin.path.parent / "tests").iterdir():
        env: dict[str, Any] = {}
        exec(path.read_text(encoding="utf-8"), env)
        [case] = [value for value in env.values() if isinstance(value, TestCase)]
        assert env["OK_FORMAT"] is False
        failed = ""
        try:
            case.run(marks=executed["marks"])
        except AssertionError as error:
            failed = str(error)
        said[env["name"]] = (case.points, failed)
    return said


def test_the_archive_has_a_test_of_each_question_that_a_check_marks(archive):
    with zipfile.ZipFile(archive) as content:
        names = sorted(content.namelist())
    assert names == sorted(
        [
            "course/answers/ravine.py",
            "course/nbgrader_config.py",
            "course/source/ravine/ravine.ipynb",
            "otter_config.json",
            *(f"tests/{question}.py" for question in BY_CHECK),
        ]
    )
    assert "why-tie" not in BY_CHECK


def test_the_plugin_marks_as_grade_does(archive, tmp_path, monkeypatch):
    plugin = _plugin(tmp_path / "autograder", archive, nbformat.writes(ALMOST))
    folder = plugin.path.parent
    for name in (".OTTER_LOG", "otter.py", "__init__.py"):
        (folder / name).write_text("1 / 0")
    plugin.before_grading(None)
    # What Otter would read, import or execute.
    assert sorted(path.name for path in folder.iterdir()) == ["anna.ipynb", "tests"]
    assert not nbformat.read(plugin.path, as_version=4).cells

    said = _said(plugin, monkeypatch)
    assert {question: points for question, (points, _) in said.items()} == BY_CHECK
    failed = {question: says for question, (_, says) in said.items() if says}
    assert set(failed) == {"momentum", "measured-steps"}
    assert "lr is missing from the velocity" in failed["momentum"]

    results = Results(list(said))
    plugin.after_grading(results)
    (tmp_path / "submissions").mkdir()
    nbformat.write(ALMOST, tmp_path / "submissions" / "anna.ipynb")
    [row] = Course(archive.parent).grade("ravine", tmp_path / "submissions")
    assert results.scores == {question: row.points[question] for question in BY_CHECK}
    assert results.scores == {**BY_CHECK, "momentum": 1, "measured-steps": 0}


def test_another_notebook_has_no_points_and_is_told_so(archive, tmp_path, monkeypatch):
    plugin = _plugin(tmp_path, archive, OTHER)
    plugin.before_grading(None)
    said = _said(plugin, monkeypatch)
    assert set(said) == set(BY_CHECK)
    for _, says in said.values():
        assert says.startswith("This could not be graded: the notebook is not one of this")
    results = Results(list(said))
    plugin.after_grading(results)
    assert results.scores == dict.fromkeys(BY_CHECK, 0)


def test_a_mark_that_is_missing_is_not_0(archive, tmp_path):
    slow = copy.deepcopy(ALMOST)
    slow.cells.insert(0, nbformat.v4.new_code_cell("import time\ntime.sleep(60)"))
    plugin = _plugin(tmp_path, archive, nbformat.writes(slow))
    path = tmp_path / "source" / "course" / "nbgrader_config.py"
    path.write_text(path.read_text().replace("c.Run.limit = 300", "c.Run.limit = 1"))
    with pytest.raises(CourseError, match="there is no mark for"):
        plugin.before_grading(None)


def test_without_walls_there_is_no_mark(archive, tmp_path, monkeypatch):
    monkeypatch.setattr(walls, "available", lambda: "")
    plugin = _plugin(tmp_path, archive, nbformat.writes(ALMOST))
    with pytest.raises(CourseError, match="Use Linux with bubblewrap"):
        plugin.before_grading(None)
    assert not plugin.marks


def test_a_result_that_is_missing_is_not_0(tmp_path):
    """As when Otter's kernel has died: the results are empty then, and the score would be 0."""
    plugin = Plugin(str(tmp_path / "anna.ipynb"), {}, {})
    plugin.marks = {"loss": (2, ""), "grad": (2, "")}
    with pytest.raises(CourseError, match="Otter has no result for grad"):
        plugin.after_grading(Results(["loss"]))


def test_a_paper_is_found_by_the_name_of_the_file(tmp_path):
    course = Course(write_course(tmp_path / "course"))
    course.release("ravine")
    list(course.release_to("ravine", {"ben": ""}))
    assert main(["otter", "ravine", f"--course={course.root}"]) == 0
    plugin = _plugin(tmp_path / "autograder", course.root / "otter-ravine.zip", OTHER)
    with pytest.raises(CourseError, match="no paper was made for anna: name the submission"):
        plugin.before_grading(None)
    plugin.path = plugin.path.rename(plugin.path.with_stem("ben"))
    plugin.before_grading(None)
    assert "not one of this assignment" in plugin.marks["momentum"][1]
