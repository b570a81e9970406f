"""What is known of a course: its folder, its gradebook, and what everybody has."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from traitlets.config import PyFileConfigLoader

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.late import late_by
from adaptive.course.instructor.preprocessors import RAN
from adaptive.course.instructor.progress import progress
from adaptive.course.instructor.tables import Row

CONFIG = "nbgrader_config.py"
#: Beside a submission that Canvas calls late, without saying by how much.
MARKED_LATE = "late.txt"


class Records:
    """The folder of a course.

    Parameters
    ----------
    root : Path
        With `nbgrader_config.py`, and an assignment's notebook in ``source/NAME/NAME.ipynb``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        if not (self.root / CONFIG).is_file() or not (self.root / "source").is_dir():
            raise CourseError(
                f"--course must be a folder with {CONFIG} and source/, like chapters/assignments "
                f"in a checkout of the book; {root} is not"
            )
        self.config = PyFileConfigLoader(CONFIG, path=str(self.root)).load_config()
        # Submissions run in processes that may be elsewhere.
        self.config.CourseDirectory.root = str(self.root)

    @property
    def assignments(self) -> list[str]:
        """The names of the assignments, sorted."""
        return sorted(path.stem for path in self.root.glob("source/*/*.ipynb") if _named(path))

    def released(self, name: str) -> Path:
        """Return the notebook of an assignment that students get."""
        return self.root / "release" / name / f"{name}.ipynb"

    def graded(self, name: str, student: str) -> Path:
        """Return the notebook of a student as it has run; it need not be there."""
        return self.root / "autograded" / student / name / f"{name}.ipynb"

    def known(self, name: str) -> str:
        """Return the name of an assignment, or raise an error that lists them."""
        if name not in self.assignments:
            raise CourseError(f"NAME must be one of {', '.join(self.assignments)}; got {name!r}")
        return name

    def _ran(self, name: str, student: str) -> dict[str, Any]:
        """Return what is noted of a run that came to its end; nothing if none did."""
        path = self.graded(name, student)
        try:
            return dict(json.loads(path.read_text(encoding="utf-8"))["metadata"][RAN])
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def rows(self, name: str) -> list[Row]:
        """Return what is known about all submissions of an assignment, see `row`.

        Raises
        ------
        CourseError
            If there is no such assignment, or nothing of it is graded yet.
        """
        self.known(name)
        students = self._students(name)
        if not students:
            raise CourseError(
                f"NAME: nothing of {name} is graded yet; first: grade {name} SUBMISSIONS"
            )
        with progress(f"read {name}", len(students)) as bar:
            rows = []
            for student in students:
                rows.append(self.row(name, student))
                bar.update()
        return rows

    def row(self, name: str, student: str) -> Row:
        """Return what is known about a student's submission of an assignment.

        Parameters
        ----------
        name, student : str
            The assignment, and who.

        Returns
        -------
        Row
        """
        note = self.root / "submitted" / student / name / "problem.txt"
        with self._gradebook() as gradebook:
            lms = gradebook.find_student(student).lms_user_id or ""
            maximum = gradebook.find_assignment(name).max_score
            if note.is_file():
                problem = note.read_text(encoding="utf-8").strip()
                return Row(student, lms, maximum=maximum, problem=problem)
            ran = self._ran(name, student)
            if not ran or self._submitted_anew(name, student, ran):
                return Row(student, lms, maximum=maximum)
            points: dict[str, float | None] = dict.fromkeys(self.questions(name))
            unmarked, by_hand = set(), set()
            for grade in gradebook.find_submission_notebook(name, name, student).grades:
                question = question_of(name, grade.name)
                if grade.manual_score is None and question in self._tests(name):
                    points[question] = grade.auto_score
                    unmarked |= {question} if grade.auto_score is None else set()
                elif grade.needs_manual_grade or grade.score is None or _open_task(grade):
                    by_hand.add(question)
                else:
                    points[question] = grade.score
            late = late_by(gradebook, name, student)
        return Row(
            student,
            lms,
            points,
            maximum,
            unmarked=tuple(question for question in points if question in unmarked),
            by_hand=tuple(question for question in points if question in by_hand),
            off=late.points,
            noticed=tuple(
                words
                for words in (late.says, self._marked_late(name, student), *_noticed(ran))
                if words
            ),
        )

    def _marked_late(self, name: str, student: str) -> str:
        """Return what Canvas's mark says of a submission whose time is not known."""
        path = self.root / "submitted" / student / name / MARKED_LATE
        return "marked as late by Canvas; when it came is not known" if path.is_file() else ""

    def _submitted_anew(self, name: str, student: str, ran: dict[str, Any]) -> bool:
        """Return whether the marks are those of an earlier submission."""
        path = self.root / "submitted" / student / name / f"{name}.ipynb"
        if "submission" not in ran or not path.is_file():
            return False
        return bool(hashlib.sha256(path.read_bytes()).hexdigest() != ran["submission"])

    def questions(self, name: str) -> list[str]:
        """Return the names of an assignment's questions, in the order of the notebook."""
        return list(self.worth(name))

    def worth(self, name: str) -> dict[str, float]:
        """Return the points of each question, in the order of the notebook."""
        return {question_of(name, one["grade_id"]): one["points"] for one in self._marked(name)}

    def _tests(self, name: str) -> set[str]:
        """Return the questions that are marked by a check."""
        marked = [one for one in self._marked(name) if one.get("locked") and not one["solution"]]
        return {question_of(name, one["grade_id"]) for one in marked if not one.get("task")}

    def _marked(self, name: str) -> list[dict[str, Any]]:
        cells = nbformat.read(self.released(name), as_version=4).cells
        found = [cell.metadata.get("nbgrader", {}) for cell in cells]
        return [one for one in found if one.get("grade") or one.get("task")]

    def _gradebook(self) -> Gradebook:
        course = CourseDirectory(config=self.config)
        # To make a gradebook nbgrader starts alembic, which is beside this Python.
        path = os.environ.get("PATH", "")
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), path])
        try:
            return Gradebook(course.db_url, course.course_id)
        finally:
            os.environ["PATH"] = path

    def _in_gradebook(self, name: str) -> bool:
        with self._gradebook() as gradebook:
            try:
                gradebook.find_notebook(name, name)
            except MissingEntry:
                return False
        return self.released(name).is_file()

    def _students(self, name: str) -> list[str]:
        with self._gradebook() as gradebook:
            graded = {one.student.id for one in gradebook.assignment_submissions(name)}
            enrolled = [student.id for student in gradebook.students]
        there = {path.parent.name for path in self.root.glob(f"submitted/*/{name}")}
        return sorted({*graded, *there}.intersection(enrolled))


def _named(path: Path) -> bool:
    return path.stem == path.parent.name


def question_of(name: str, grade_id: str) -> str:
    """Return the name of a question of an assignment, as the table has it."""
    return grade_id.removeprefix(f"{name}-")


def _open_task(grade: Any) -> bool:
    return bool(grade.cell.type == "TaskCell" and grade.manual_score is None)


def _noticed(ran: dict[str, Any]) -> tuple[str, ...]:
    kinds = {
        "noticed": "put back before a check",
        "borrowed": "done by the package",
        "unfounded": "taken off, since it did not follow from what was returned",
        "words": "in the code",
    }
    found = {says: ", ".join(map(str, ran.get(kind, ()))) for kind, says in kinds.items()}
    return tuple(f"{says}: {names}" for says, names in found.items() if names)
