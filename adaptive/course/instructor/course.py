"""A course: its folder, and what is done with its assignments. nbgrader does the work."""

from __future__ import annotations

import codecs
import csv
import html
import json
import logging
import os
import re
import shutil
import sys
import tempfile
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.converters import Autograde, GenerateAssignment, GenerateFeedback
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from tqdm import tqdm
from traitlets.config import PyFileConfigLoader

from adaptive.course import regions
from adaptive.course.instructor import CourseError
from adaptive.course.instructor.archives import LARGEST, extract
from adaptive.course.instructor.collect import Submission, collect
from adaptive.course.instructor.restore import Unreadable, belongs, read

CONFIG = "nbgrader_config.py"
GRADED, BY_HAND, PROBLEM = "graded", "needs manual grading", "problem"
#: What a spreadsheet takes for the beginning of a formula, at the beginning of a cell, or of what a
#: spreadsheet with another separator takes for a cell.
_FORMULA = re.compile(r"(^|[,;|\t\r\n])(?=\s*[=+\-@\uff1d\uff0b\uff0d\uff20])")


@dataclass(frozen=True)
class Row:
    """What is known about one student's submission.

    Parameters
    ----------
    student : str
        Who.
    lms : str
        The number in Canvas or Moodle, empty if there is none.
    status : str
        ``graded``, ``needs manual grading``, or ``problem: `` and what it is.
    points : dict of float
        Those of each question; None where it waits for a grader. Empty if there is a problem.
    maximum : float
        Of how many.
    """

    student: str
    lms: str
    status: str
    points: dict[str, float | None] = field(default_factory=dict)
    maximum: float = 0.0

    @property
    def total(self) -> float:
        """The sum of the points that there are."""
        return sum(points or 0.0 for points in self.points.values())

    @property
    def lost(self) -> bool:
        """Whether there is a problem, and so no points."""
        return self.status.startswith(PROBLEM)


class Course:
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

    @property
    def assignments(self) -> list[str]:
        """The names of the assignments, sorted."""
        return sorted(path.stem for path in self.root.glob("source/*/*.ipynb") if _named(path))

    def released(self, name: str) -> Path:
        """Return the notebook of an assignment that students get."""
        return self.root / "release" / name / f"{name}.ipynb"

    def known(self, name: str) -> str:
        """Return the name of an assignment, or raise an error that lists them."""
        if name not in self.assignments:
            raise CourseError(f"NAME must be one of {', '.join(self.assignments)}; got {name!r}")
        return name

    # ------------------------------------------------------------------ the three commands

    def release(self, name: str) -> Path:
        """Make the student's version of an assignment.

        Parameters
        ----------
        name : str
            The assignment.

        Returns
        -------
        Path
            A zip file for Canvas or Moodle, beside the folder that it holds.

        Raises
        ------
        CourseError
            If nbgrader cannot make it, or if there is a trace of a solution in it.
        """
        source = self.root / "source" / self.known(name)
        self._gradebook().close()
        self._convert(GenerateAssignment, name)
        target = self.released(name).parent
        for path in source.glob("*.ipynb"):
            secret = nbformat.read(path, as_version=4)
            for made in target.rglob("*"):
                if made.is_file() and (found := regions.traces(secret, _content(made))):
                    shutil.rmtree(target)
                    raise CourseError(
                        f"release {name}: {made.name} would show {found[0]!r}, which {path.name} "
                        "marks as the instructor's; nothing is released"
                    )
        archive = target.with_suffix(".zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
            for made in sorted(target.rglob("*")):
                content.write(made, made.relative_to(target.parent))
        return archive

    def grade(self, name: str, submissions: Path, timeout: int | None = None) -> Iterator[Row]:
        """Autograde submissions, each for itself.

        Parameters
        ----------
        name : str
            The assignment.
        submissions : Path
            A folder or a zip file, see `collect`.
        timeout : int, optional
            Seconds a cell may take; by default what the settings say.

        Yields
        ------
        Row
            One for each student.
        """
        self.known(name)
        if not submissions.exists():
            raise CourseError(
                f"SUBMISSIONS must be a folder or a zip file; {submissions} is not there"
            )
        if timeout is not None:
            self.config.Execute.timeout = timeout
        if not self._in_gradebook(name):
            self.release(name)
        with tempfile.TemporaryDirectory() as unpacked:
            folder, problems = submissions, dict[Path, str]()
            if not submissions.is_dir():
                folder, problems = extract(submissions, Path(unpacked))
            found = collect(folder, name, self.assignments, problems)
            if not found:
                raise CourseError(f"SUBMISSIONS: there is nothing to grade in {submissions}")
            for one in tqdm(found, desc=f"grade {name}", unit="student"):
                yield self._grade(name, one)

    def feedback(self, name: str) -> list[Row]:
        """Write the feedback of an assignment, and its grades.

        Parameters
        ----------
        name : str
            The assignment.

        Returns
        -------
        list of Row
            One for each student, as in ``grades-NAME.csv``.
        """
        self.known(name)
        students = self._students(name)
        if not students:
            raise CourseError(
                f"NAME: nothing of {name} is graded yet; first: grade {name} SUBMISSIONS"
            )
        rows = [self.row(name, student) for student in students]
        self._write_grades(name, rows)
        lost = [row for row in rows if row.lost]
        with tqdm(desc=f"feedback {name}", unit="student", total=len(rows)) as bar:
            for row in lost:
                self._explain(name, row)
                bar.update()
            if len(lost) < len(rows):
                # All in one go: most of the time is spent on getting ready.
                self._convert(GenerateFeedback, name, then=bar.update)
        return rows

    # ------------------------------------------------------------------ one submission

    def _grade(self, name: str, one: Submission) -> Row:
        folder = self.root / "submitted" / one.student / name
        folder.mkdir(parents=True, exist_ok=True)
        note = folder / "problem.txt"
        note.unlink(missing_ok=True)
        self._forget(name, one.student)
        known = {"lms_user_id": one.lms} if one.lms else {}
        with self._gradebook() as gradebook:
            gradebook.update_or_create_student(one.student, **known)
        try:
            data = self._read(name, one)
            if one.path.resolve().parent != folder:
                self._hand_in(one.path, data.removeprefix(codecs.BOM_UTF8), folder, name)
            self._convert(Autograde, name, one.student)
        # Whatever one submission does, the others are graded.
        except Exception as error:
            kind = (
                "" if isinstance(error, CourseError | Unreadable) else f"{type(error).__name__}: "
            )
            note.write_text(f"{kind}{error}\n", encoding="utf-8")
            self._forget(name, one.student)
        return self.row(name, one.student)

    def _hand_in(self, path: Path, data: bytes, folder: Path, name: str) -> None:
        """Put a notebook where nbgrader grades it, and when it was handed in, if that is known."""
        for old in folder.iterdir():
            old.unlink()
        (folder / f"{name}.ipynb").write_bytes(data)
        stamp = path.with_name("timestamp.txt")
        if stamp.is_file() and not stamp.is_symlink():
            shutil.copy(stamp, folder)

    def _read(self, name: str, one: Submission) -> bytes:
        """Return what is in a file, or raise an error if it cannot be a submission."""
        if one.problem:
            raise Unreadable(f"{one.problem}: {one.path.name}")
        if one.path.suffix.lower() != ".ipynb":
            raise Unreadable(f"the file is no notebook: {one.path.name}")
        if (size := one.path.stat().st_size) > LARGEST:
            raise Unreadable(f"the file is too large: {size / 2**20:.0f} MB")
        data = one.path.read_bytes()
        with _quietly():
            released = nbformat.read(self.released(name), as_version=4)
            if not belongs(read(data), released):
                raise Unreadable("the notebook is not one of this assignment")
        return data

    def _forget(self, name: str, student: str) -> None:
        """Remove an earlier notebook; a grader's points and comments stay in the gradebook."""
        shutil.rmtree(self.root / "autograded" / student / name, ignore_errors=True)

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
                status = f"{PROBLEM}: {note.read_text(encoding='utf-8').strip()}"
                return Row(student, lms, status, maximum=maximum)
            points: dict[str, float | None] = dict.fromkeys(self.questions(name))
            by_hand = False
            for grade in gradebook.find_submission_notebook(name, name, student).grades:
                waits = grade.needs_manual_grade or (
                    grade.cell.type == "TaskCell" and grade.manual_score is None
                )
                by_hand = by_hand or waits
                points[_question(name, grade.name)] = None if waits else grade.score
        return Row(student, lms, BY_HAND if by_hand else GRADED, points, maximum)

    def questions(self, name: str) -> list[str]:
        """Return the names of an assignment's questions, in the order of the notebook."""
        cells = nbformat.read(self.released(name), as_version=4).cells
        found = [cell.metadata.get("nbgrader", {}) for cell in cells]
        marked = [one["grade_id"] for one in found if one.get("grade") or one.get("task")]
        return [_question(name, grade_id) for grade_id in marked]

    # ------------------------------------------------------------------ nbgrader

    def _gradebook(self) -> Gradebook:
        course = CourseDirectory(config=self.config, root=str(self.root))
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
        lost = {path.parts[-3] for path in self.root.glob(f"submitted/*/{name}/problem.txt")}
        return sorted({*graded, *lost}.intersection(enrolled))

    def _convert(
        self,
        kind: type[BaseConverter],
        name: str,
        student: str = "*",
        then: Callable[[], object] = lambda: None,
    ) -> None:
        """Let nbgrader do one of its steps, and say in one line why it could not."""
        course = CourseDirectory(
            config=self.config, root=str(self.root), assignment_id=name, student_id=student
        )
        converter = kind(coursedir=course, config=self.config)
        converter.force = True
        converter.post_convert_hook = lambda **which: then()
        with _quietly() as log:
            try:
                converter.start()
            except NbGraderException as error:
                # What went wrong is the last line of the traceback that nbgrader has logged.
                logged = [said.strip() for said in log if said.startswith("Traceback")]
                told = " ".join((logged or [str(error)])[-1].splitlines()[-1:])
                raise CourseError(f"nbgrader: {told}") from None

    # ------------------------------------------------------------------ what is written

    def _explain(self, name: str, row: Row) -> None:
        """Write the feedback of a submission that could not be graded."""
        shown = html.escape(row.status.removeprefix(f"{PROBLEM}: "))
        folder = self.root / "feedback" / row.student / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / f"{name}.html").write_text(
            f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
            f"<h1>{name}</h1><p>What you handed in could not be graded: {shown}.</p></html>\n",
            encoding="utf-8",
        )

    def _write_grades(self, name: str, rows: list[Row]) -> None:
        questions = self.questions(name)
        head = ["student", *questions, "total", "max", "status"]

        def line(row: Row) -> list[str]:
            points = [_shown(row.points.get(question)) for question in questions]
            total = "" if row.lost else _shown(row.total)
            return [row.student, *points, total, _shown(row.maximum), row.status]

        self._write(f"grades-{name}.csv", [head, *map(line, rows)])

    def write_for(self, system: str, name: str, rows: list[Row]) -> Path:
        """Write grades as Canvas or Moodle takes them.

        Parameters
        ----------
        system : {"canvas", "moodle"}
            Which.
        name : str
            The assignment; Canvas takes it for the assignment's title.
        rows : list of Row
            As from `feedback`. Submissions with a problem are left out.

        Returns
        -------
        Path
            The file.
        """
        graded = [row for row in rows if not row.lost]
        if system == "canvas":
            head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name]
            lines = [[row.student, row.lms, "", "", "", _shown(row.total)] for row in graded]
        else:
            head = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
            lines = [
                [f"Participant {row.lms}", row.student, _shown(row.total), _shown(row.maximum), ""]
                for row in graded
            ]
        return self._write(f"grades-{name}-{system}.csv", [head, *lines])

    def _write(self, name: str, lines: list[list[str]]) -> Path:
        """Write a table in which no text is a formula, whatever a student is called."""
        lines = [[_FORMULA.sub(r"\1'", cell) for cell in line] for line in lines]
        with (self.root / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
        return self.root / name


def _named(path: Path) -> bool:
    return path.stem == path.parent.name


def _question(name: str, grade_id: str) -> str:
    return grade_id.removeprefix(f"{name}-")


def _shown(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def _content(path: Path) -> object:
    text = path.read_text(encoding="utf-8", errors="replace")
    return json.loads(text) if path.suffix == ".ipynb" else text


@contextmanager
def _quietly() -> Iterator[list[str]]:
    """Keep what nbgrader and its helpers log, and let no warning through."""
    log: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: log.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("traitlets")
    before, logger.propagate = logger.propagate, False
    handlers, logger.handlers = logger.handlers, [handler]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield log
    finally:
        logger.propagate, logger.handlers = before, handlers
