"""What a class did: its marks, how hard each question was, and the mistakes that were named."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode
from scipy import stats

from adaptive.course.instructor.pages import link, write
from adaptive.course.instructor.preprocessors import is_test
from adaptive.course.instructor.records import Records, question_of
from adaptive.course.instructor.sections import Section, section
from adaptive.course.instructor.tables import Row

_MARK = re.compile(r"^  ✗ (?P<part>.+?) \([\d.]+ points?(?: off)?\)\. ?(?P<says>.*)$", re.MULTILINE)
#: The sentence of a message that tells where a wrong value was seen first: no part of its name.
_WHERE = re.compile(
    r"(?<=[.?!] )[^.?!]*? first at (?:random problem|step) \d.*$|It fails first at .*$"
)
_NUMBER = re.compile(r"[-−]?\d+(?:[.,]\d+)*(?:e[-+]?\d+)?")
#: A letter in the place of a name, which stands for another curve in another student's paper.
_LETTER = re.compile(r"^[A-Z]: ")
#: Fewest students for a correlation.
FEWEST = 5
#: Mistakes that a page opens with; the rest are folded.
SHOWN = 12


@dataclass(frozen=True)
class Said:
    """What a check said about a part that was not right."""

    question: str
    part: str
    says: str

    @property
    def kind(self) -> tuple[str, str, str]:
        """What two students with the same mistake have in common: all but numbers and letters."""
        return self.question, _LETTER.sub("", self.part), _NUMBER.sub("#", self.says)


@dataclass(frozen=True)
class Mistake:
    """A mistake that has a name, and who made it."""

    question: str
    part: str
    says: str
    students: tuple[str, ...]
    treated: Section | None


@dataclass(frozen=True)
class Item:
    """How a question worked.

    Parameters
    ----------
    question : str
        Which.
    points : float
        What it is worth.
    marked : int
        Students who have a mark in it.
    share : float
        The mean of their points, as a share of what it is worth: its difficulty; nan without marks.
    full : float
        The share of them with full marks.
    discrimination : float
        The correlation, over students, of its points with the sum of those of the other questions;
        nan where there is none.
    interval : tuple of float
        In which that correlation lies with 95% confidence.
    treated : Section or None
        Where the book treats it.
    """

    question: str
    points: float
    marked: int
    share: float
    full: float
    discrimination: float
    interval: tuple[float, float]
    treated: Section | None


def said(notebook: NotebookNode, name: str) -> list[Said]:
    """Return what the checks of a graded notebook said about what was not right.

    Parameters
    ----------
    notebook : NotebookNode
        As it is in ``autograded/``.
    name : str
        The assignment.

    Returns
    -------
    list of Said
        In the order of the notebook.
    """
    found = []
    for cell in filter(is_test, notebook.cells):
        question = question_of(name, cell.metadata.nbgrader["grade_id"])
        text = "".join(o.text for o in cell.outputs if o.output_type == "stream")
        for mark in _MARK.finditer(text):
            found.append(Said(question, mark["part"], _WHERE.sub("", mark["says"]).strip()))
    return found


def mistakes(name: str, by_student: Mapping[str, Iterable[Said]]) -> list[Mistake]:
    """Return the mistakes of a class, the commonest first.

    Parameters
    ----------
    name : str
        The assignment.
    by_student : dict of list of Said
        What was said to each.

    Returns
    -------
    list of Mistake
        With the wording that most of the students got; in it, numbers may differ.
    """
    who: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    wording: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for student, all_said in by_student.items():
        for one in all_said:
            wording[one.kind][one.says] += 1
            if student not in who[one.kind]:
                who[one.kind].append(student)
    found = [
        Mistake(
            kind[0],
            kind[1],
            wording[kind].most_common(1)[0][0],
            tuple(students),
            section(name, *kind[:2]),
        )
        for kind, students in who.items()
    ]
    return sorted(found, key=lambda mistake: -len(mistake.students))


def items(name: str, worth: Mapping[str, float], rows: Iterable[Row]) -> list[Item]:
    """Return how each question worked.

    Parameters
    ----------
    name : str
        The assignment.
    worth : dict of float
        For each question, its points.
    rows : iterable of Row
        What everybody has; who has no points does not count.

    Returns
    -------
    list of Item
        In the order of the questions.
    """
    there = [row for row in rows if row.points]
    points = np.array([[_or_nan(row.points.get(q)) for q in worth] for row in there])
    points = points.reshape(len(there), len(worth))
    # A sum of what everybody has a mark in; else a mark that is missing would count as none.
    known = ~np.isnan(points).any(axis=0)
    found = []
    for place, (question, most) in enumerate(worth.items()):
        column = points[:, place]
        marked = ~np.isnan(column)
        others = known.copy()
        others[place] = False
        rest = points[:, others].sum(axis=1)
        r, interval = _correlation(column[marked], rest[marked])
        found.append(
            Item(
                question,
                most,
                int(marked.sum()),
                _mean(column[marked] / most) if most else np.nan,
                _mean(column[marked] >= most),
                r,
                interval,
                section(name, question),
            )
        )
    return found


def _or_nan(points: float | None) -> float:
    return np.nan if points is None else points


def _mean(values: np.ndarray) -> float:
    return float(values.mean()) if len(values) else np.nan


def _correlation(a: np.ndarray, b: np.ndarray) -> tuple[float, tuple[float, float]]:
    """Return a correlation and its interval, or nan where one of the two does not vary."""
    if len(a) < FEWEST or np.ptp(a) == 0 or np.ptp(b) == 0:
        return np.nan, (np.nan, np.nan)
    found = stats.pearsonr(a, b)
    low, high = found.confidence_interval()
    return float(found.statistic), (float(low), float(high))


@dataclass(frozen=True)
class Bin:
    """How many students have a mark from ``low`` to ``high``."""

    low: float
    high: float
    count: int


def distribution(marks: Iterable[float], maximum: float) -> list[Bin]:
    """Return how many have how many points.

    A mark on an edge counts in the upper bin, the highest of all in the last.

    Parameters
    ----------
    marks : iterable of float
        One for each student.
    maximum : float
        What there is to be had.

    Returns
    -------
    list of Bin
        Of whole points, about a dozen.

    Examples
    --------
    >>> [one.count for one in distribution([0, 1, 2.5, 3], 3)]
    [1, 1, 2]
    """
    values = list(marks)
    top = max([maximum, *values])
    width = next(w for w in (1, 2, 5, 10, 20, 50, 100, 200, 500) if w >= top / 13 or w == 500)
    edges = [*np.arange(0, top, width), top]
    counts, _ = np.histogram(values, edges)
    return [
        Bin(float(low), float(high), int(count))
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
    ]


def write_statistics(course: Records, name: str) -> Path:
    """Write the page of an assignment: ``statistics-NAME.html`` in the folder of the course.

    Parameters
    ----------
    course : Records
        Which.
    name : str
        The assignment.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    CourseError
        If there is no such assignment, or nothing of it is graded.
    """
    rows = course.rows(name)
    marked = [row for row in rows if row.points and not row.unmarked]
    marks = np.array([row.so_far for row in marked])
    worth = course.worth(name)
    heard = {
        row.student: said(nbformat.read(course.graded(name, row.student), as_version=4), name)
        for row in rows
        if row.points
    }
    pages = {row.student: f"feedback/{row.student}/{name}/{name}.html" for row in rows}
    return write(
        "statistics.html.j2",
        course.root / f"statistics-{name}.html",
        name=name,
        rows=rows,
        marked=marked,
        open=[row for row in marked if row.total is None],
        problems=[row for row in rows if row.problem],
        unmarked=[row for row in rows if row.unmarked or not (row.points or row.problem)],
        maximum=rows[0].maximum,
        quartiles=np.quantile(marks, [0.25, 0.5, 0.75]) if marked else (),
        mean=_mean(marks),
        deviation=float(np.std(marks, ddof=1)) if len(marks) > 1 else np.nan,
        bins=distribution(marks, rows[0].maximum),
        items=items(name, worth, marked),
        mistakes=mistakes(name, heard),
        heard=len(heard),
        fewest=FEWEST,
        shown=SHOWN,
        grade_id=lambda question: f"{name}-{question}",
        pages={
            student: link(page) for student, page in pages.items() if (course.root / page).is_file()
        },
    )
