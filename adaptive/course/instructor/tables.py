"""What everybody has: as a table on the terminal, as a CSV file, and for the gradebook of an LMS.

A total is there where each question has a mark. Until then there is what is known so far.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass, field
from pathlib import Path

GRADED, NOT_YET = "graded", "not graded yet"
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
    points : dict of float
        Those of each question; None where there is no mark. Empty if nothing is graded.
    maximum : float
        Of how many.
    problem : str
        Why it could not be graded; empty if it could.
    unmarked : tuple of str
        The questions that the program could not mark.
    by_hand : tuple of str
        The questions that wait for a grader.
    off : float
        How many of the points are off because it was late.
    noticed : tuple of str
        What a grader may want to look at.
    interrupted : bool
        Whether grading was interrupted before it came to this student.
    """

    student: str
    lms: str = ""
    points: dict[str, float | None] = field(default_factory=dict)
    maximum: float = 0.0
    problem: str = ""
    unmarked: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    off: float = 0.0
    noticed: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def status(self) -> str:
        """In words, what there is and what is missing."""
        if self.problem:
            return f"problem: {self.problem}"
        if not self.points:
            return NOT_YET
        missing = []
        if self.unmarked:
            missing.append(f"not marked: {', '.join(self.unmarked)}")
        if self.by_hand:
            missing.append(f"needs manual grading: {', '.join(self.by_hand)}")
        return "; ".join(missing) or GRADED

    @property
    def total(self) -> float | None:
        """The sum of the points, less what is off, or None if a mark is missing."""
        return max(0.0, self.so_far - self.off) if self.status == GRADED else None

    @property
    def so_far(self) -> float:
        """The sum of the points that there are."""
        return sum(points or 0.0 for points in self.points.values())

    @property
    def lost(self) -> bool:
        """Whether the program has to try again: there is a problem, or no mark."""
        return bool(self.problem or self.unmarked or not self.points)


def shown(rows: list[Row]) -> str:
    """Return the rows as an aligned table."""
    lines = [["student", "points", "of", "status"]]
    for row in rows:
        points = "-"
        if row.points and not row.problem:
            points = f"{row.so_far:g} so far" if row.total is None else f"{row.total:g}"
        status = row.status + (f" ({'; '.join(row.noticed)})" if row.noticed else "")
        lines.append([row.student, points, f"{row.maximum:g}", status])
    a, b, c, _ = (max(map(len, column)) for column in zip(*lines, strict=True))
    return "\n".join(f"{w:<{a}}  {x:>{b}}  {y:>{c}}  {z}" for w, x, y, z in lines)


def write_grades(path: Path, questions: list[str], rows: list[Row]) -> None:
    """Write a table with a column for each question.

    Parameters
    ----------
    path : Path
        The CSV file.
    questions : list of str
        In the order of the columns.
    rows : list of Row
        One for each student.
    """
    head = ["student", *questions, "late", "total", "so far", "max", "status", "noticed"]

    def line(row: Row) -> list[str]:
        points = [_number(row.points.get(question)) for question in questions]
        so_far = _number(row.so_far) if row.points and not row.problem else ""
        sums = [_number(row.total), so_far, _number(row.maximum)]
        off = _number(row.off) if row.off else ""
        return [row.student, *points, off, *sums, row.status, "; ".join(row.noticed)]

    _write(path, [head, *map(line, rows)])


def write_for(system: str, path: Path, name: str, rows: list[Row]) -> None:
    """Write totals as Canvas or Moodle takes them; where there is none the cell is empty.

    Parameters
    ----------
    system : {"canvas", "moodle"}
        Which.
    path : Path
        The CSV file.
    name : str
        The assignment; Canvas takes it for the assignment's title.
    rows : list of Row
        One for each student. Submissions with a problem are left out.
    """
    there = [row for row in rows if not row.problem]
    if system == "canvas":
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", name]
        lines = [[row.student, row.lms, "", "", "", _number(row.total)] for row in there]
    else:
        head = ["Identifier", "Full name", "Grade", "Maximum Grade", "Last modified (grade)"]
        lines = [
            [f"Participant {row.lms}", row.student, _number(row.total), _number(row.maximum), ""]
            for row in there
        ]
    _write(path, [head, *lines])


def _number(points: float | None) -> str:
    return "" if points is None else f"{points:g}"


def _write(path: Path, lines: list[list[str]]) -> None:
    """Write a table in which no text is a formula, whatever a student is called."""
    lines = [[_FORMULA.sub(r"\1'", cell) for cell in line] for line in lines]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)
