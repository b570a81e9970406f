"""An autograder for Otter-Grader's ``otter run``: a zip file with an assignment and its keys.

A test case of Otter's passes or fails, and runs in the process that has run the submission. Checks
give parts of the points, and what students hand in runs behind walls. So `Plugin` grades before
Otter does, as ``grade`` does, and Otter is given a notebook of one cell, with the marks. Each test
file says what the mark of a question is. What Otter asks of a plugin is in `its guide`_.

.. _its guide: https://otter-grader.readthedocs.io/en/latest/plugins/creating_plugins.html
"""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.autograder import report
from adaptive.course.instructor.collect import student_folder
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.gradescope import add_course
from adaptive.course.instructor.records import question_of
from adaptive.course.instructor.variants import Variants

if TYPE_CHECKING:
    from otter.run import AutograderConfig
    from otter.test_files import GradingResults

#: Nothing is shown before the marks are published: what is right could be found by trying.
CONFIG = {"show_hidden": True, "force_public_test_summary": False}
TEST = """\
from otter.test_files import test_case

OK_FORMAT = False
name = {name!r}


@test_case(points={points:g})
def has_all_points(marks):
    score, says = marks[name]
    assert score == {points:g}, says
"""


def write_autograder(course: Course, name: str) -> Path:
    """Write the zip file of an assignment.

    Parameters
    ----------
    course : Course
        What it is taken from.
    name : str
        The assignment.

    Returns
    -------
    Path
        ``otter-NAME.zip`` in the folder of the course. It holds the keys.
    """
    course.known(name)
    path = course.root / f"otter-{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        config = CONFIG | {"plugins": [f"{__name__}.{Plugin.__name__}"]}
        archive.writestr("otter_config.json", json.dumps(config))
        for question, points in _by_check(course, name):
            archive.writestr(f"tests/{question}.py", TEST.format(name=question, points=points))
        add_course(archive, course, name)
    return path


def _by_check(course: Course, name: str) -> Iterator[tuple[str, float]]:
    """Yield the questions that no person marks, and their points."""
    path = course.root / "source" / name / f"{name}.ipynb"
    for cell in nbformat.read(path, as_version=4).cells:
        known = cell.metadata.get("nbgrader", {})
        if known.get("grade") and not known["solution"]:
            yield question_of(name, known["grade_id"]), known["points"]


class Plugin:
    """What Otter calls before a submission is executed, and after the test cases.

    It is no subclass of Otter's, which need not be there to make the zip file.

    Parameters
    ----------
    submission_path : str
        The submission, in a folder beside that in which the zip file has been unpacked.
    submission_metadata, plugin_config : dict
        What else Otter gives to each plugin.
    """

    def __init__(
        self,
        submission_path: str,
        submission_metadata: dict[str, Any],
        plugin_config: dict[str, Any],
    ) -> None:
        self.path = Path(submission_path)
        #: Each question's points, and what is said of the answer.
        self.marks: dict[str, tuple[float, str]] = {}

    def before_grading(self, config: AutograderConfig) -> None:
        """Grade, and leave nothing that was handed in where Otter would run it.

        That is more than the notebook: Otter unpickles a log, and its kernel would import modules.
        """
        folder = self.path.parent
        with tempfile.TemporaryDirectory() as taken:
            handed_in = Path(taken, student_folder(self.path.stem))
            handed_in.mkdir()
            for path in [path for path in folder.iterdir() if path.name != "tests"]:
                shutil.move(path, handed_in)
            nbformat.write(nbformat.v4.new_notebook(), self.path)
            made = _mark(Course(folder.parent / "source" / "course"), handed_in)
        tests = {test["name"]: test for test in made.get("tests", ())}
        for question in sorted(path.stem for path in (folder / "tests").glob("*.py")):
            # One that could not be graded has no tests, but a reason.
            of = tests[question] if tests else made
            self.marks[question] = (of["score"], of["output"])

    def before_execution(self, submission: nbformat.NotebookNode) -> nbformat.NotebookNode:
        """Return what Otter executes in the place of the submission."""
        cell = nbformat.v4.new_code_cell(f"marks = {self.marks!r}")
        return nbformat.v4.new_notebook(cells=[cell])

    def after_grading(self, results: GradingResults) -> None:
        """Give the points, where Otter's test case has given all or none."""
        if missing := self.marks.keys() - results.results.keys():
            raise CourseError(f"Otter has no result for {', '.join(sorted(missing))}")
        for question, (score, _) in self.marks.items():
            results.update_score(question, score)


def _mark(course: Course, handed_in: Path) -> dict[str, Any]:
    """Grade what is in the folder of a student; return it as for Gradescope."""
    [name] = course.assignments
    papers = Variants(course.root, name)
    if papers.there and not papers.whose(handed_in.name):
        raise CourseError(
            f"no paper was made for {handed_in.name}: name the submission after the student, as "
            "in the list that was given to release --seeds"
        )
    [row] = course.grade(name, handed_in.parent, Options(jobs=1, again=True))
    return report(course, name, row)
