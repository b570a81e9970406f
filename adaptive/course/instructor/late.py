"""When work was handed in, and what late work costs."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dateutil import parser
from nbformat.v4 import new_notebook
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.coursedir import CourseDirectory
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties
from traitlets import Float, Integer
from traitlets.config import Config

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.logs import kept_log

#: Where nbgrader keeps the time of a submission, beside it.
STAMP = "timestamp.txt"
DAY = 24 * 60 * 60
#: Columns of Moodle's grading worksheet, in English.
_WHO, _WHEN = "Identifier", "Last modified (submission)"
#: Canvas puts it before what a browser shows.
_GUARD = "while(1);"


class LateDays(LateSubmissionPlugin):
    """So much off for each day that has begun, after some that are free in a term."""

    per_day = Float(0.0, min=0.0, max=1.0, help="off for a day, as a share of all points").tag(
        config=True
    )
    free = Integer(0, min=0, help="days that cost nothing, of all assignments together").tag(
        config=True
    )
    grace = Integer(0, min=0, help="minutes that are not late").tag(config=True)

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        """Return how many points are off.

        Parameters
        ----------
        student_id : str
            Who.
        score : float
            The points of the notebook; nbgrader takes off no more than these.
        total_seconds_late : float
            After the due date, with the extension that the student has.
        """
        assignment = self.parent.assignment_id
        left = self.free
        with Gradebook(self.parent.db_url) as gradebook:
            due = gradebook.find_assignment(assignment)
            for other in gradebook.student_submissions(student_id):
                earlier = other.assignment
                if earlier.name != assignment and _order(earlier) < _order(due):
                    left -= self._days(other.total_seconds_late)
            most: float = due.max_score
        days = max(0, self._days(total_seconds_late) - max(0, left))
        return min(self.per_day * days, 1.0) * most

    def _days(self, seconds: float) -> int:
        return math.ceil(seconds / DAY) if seconds > 60 * self.grace else 0


def _order(assignment: Any) -> tuple[datetime, str]:
    """Put assignments in the order in which free days are used up."""
    return assignment.duedate or datetime.max, assignment.name


@dataclass(frozen=True)
class Late:
    """What a late submission costs.

    Parameters
    ----------
    seconds : float
        How late it is; 0 where it is not, or no time or no due date is known.
    points : float
        How many points are off.
    """

    seconds: float = 0.0
    points: float = 0.0

    @property
    def says(self) -> str:
        """In words; empty if it was in time."""
        if not self.seconds:
            return ""
        minutes = math.ceil(self.seconds / 60)
        days, hours = divmod(minutes // 60, 24)
        parts = [f"{days} d"] * bool(days) + [f"{hours} h"] * bool(hours) + [f"{minutes % 60} min"]
        off = f", {round(self.points, 2):g} off" if self.points else ""
        return f"late by {' '.join(parts[:2])}{off}"


def late_by(gradebook: Gradebook, name: str, student: str) -> Late:
    """Return how late a graded submission is, and what that costs, as the gradebook has it."""
    notebook = gradebook.find_submission_notebook(name, name, student)
    seconds = notebook.assignment.total_seconds_late
    return Late(seconds, notebook.late_submission_penalty or 0.0)


def assign(config: Config, name: str, student: str) -> None:
    """Write into the gradebook what a submission's delay costs by now.

    A due date, an extension and points by hand may have come since it was graded.

    Parameters
    ----------
    config : Config
        The settings of the course.
    name, student : str
        The assignment, and whose.
    """
    course = CourseDirectory(config=config)
    about = {"notebook": name, "assignment": name, "student": student, "db_url": course.db_url}
    try:
        with kept_log():
            step = AssignLatePenalties(parent=course, config=config)
            step.preprocess(new_notebook(), {"nbgrader": about})
    except MissingEntry:
        pass  # Nothing of it is graded.


# --------------------------------------------------------------------------- when it came


def read_times(path: Path, zone: str = "") -> dict[str, str]:
    """Return when everybody handed in, as Canvas or Moodle know it.

    Their zip files do not tell: the times in them are those of the download.

    Parameters
    ----------
    path : Path
        The submissions of an assignment as Canvas's programming interface lists them (JSON), or
        Moodle's grading worksheet (CSV, in English).
    zone : str, optional
        The time zone of Moodle's times, such as ``Europe/Berlin``; by default that of this machine.

    Returns
    -------
    dict of str
        For the number of a student in Canvas or Moodle, the time as nbgrader writes it, in UTC.

    Raises
    ------
    CourseError
        If the file is neither, or a time cannot be read.
    """
    if not path.is_file():
        raise CourseError(f"--times must be a file; {path} is not there")
    text = path.read_text(encoding="utf-8-sig", errors="replace").removeprefix(_GUARD).strip()
    given = _canvas(text) if text.startswith("[") else _moodle(text, path)
    try:
        here = ZoneInfo(zone) if zone else None
    except (ZoneInfoNotFoundError, ValueError):
        raise CourseError(
            f"--zone must be a time zone, such as Europe/Berlin; got {zone!r}"
        ) from None
    return {who: _utc(when, here, path) for who, when in given.items() if when not in ("", "-")}


def _canvas(text: str) -> dict[str, str]:
    try:
        return {str(one["user_id"]): one["submitted_at"] or "" for one in json.loads(text)}
    except (ValueError, KeyError, TypeError):
        raise CourseError(
            "--times: a file that begins with [ must be Canvas's list of submissions, with "
            "user_id and submitted_at"
        ) from None


def _moodle(text: str, path: Path) -> dict[str, str]:
    table = csv.DictReader(io.StringIO(text))
    if not {_WHO, _WHEN} <= set(table.fieldnames or ()):
        raise CourseError(
            f"--times must be Canvas's list of submissions, or Moodle's grading worksheet in "
            f"English, with the columns {_WHO!r} and {_WHEN!r}; {path} is neither"
        )
    return {
        (row[_WHO] or "").removeprefix("Participant").strip(): row[_WHEN] or "" for row in table
    }


def _utc(text: str, zone: ZoneInfo | None, path: Path) -> str:
    try:
        when = parser.parse(text)
    except (ValueError, OverflowError, TypeError):
        raise CourseError(f"--times: {text!r} in {path} is no time that can be read") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=zone) if zone else when.astimezone()
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
