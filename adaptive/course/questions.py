"""Marks, and what has them: questions that are marked where a student works.

Functions to write are marked in `code`; for what is noted only, see `closed`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from adaptive.course.calling import Mishap


@dataclass(frozen=True)
class Mark:
    """What one part of an answer got, and why.

    Attributes
    ----------
    name : str
        The part.
    points, of : float
        Points got, and points to be had.
    says : str
        What to tell the student.
    """

    name: str
    points: float
    of: float
    says: str = ""


class Question(Protocol):
    """Anything with points that can be marked."""

    @property
    def points(self) -> float:
        """The points to be had."""

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Return a mark for each part.

        Parameters
        ----------
        answer : object
            What the student gives: a function, a number, a word.
        rng : numpy.random.Generator
            Draws the problems on which code is run.

        Returns
        -------
        list of Mark
            In the order of the parts.

        Raises
        ------
        Mishap
            If the answer cannot be marked; it says why.
        """


@dataclass(frozen=True)
class Prediction:
    """A number written down before the experiment: it counts for having been made.

    Parameters
    ----------
    low, high : float
        What a serious prediction lies between.
    whole : bool
        Whether it counts something.
    points : float
        What it is worth.
    """

    low: float
    high: float
    whole: bool = False
    points: float = 1

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Return full marks for a serious prediction, as in `Question.marks`."""
        value = number(answer)
        kind = "whole number" if self.whole else "number"
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise Mishap(
                f"must be a {kind} from {self.low:g} to {self.high:g}, and is {shown(answer)}"
            )
        says = f"{value:g} is noted. Run the experiment, and compare."
        return [Mark("a prediction was made", self.points, self.points, says)]


# --------------------------------------------------------------------------- the report


def total(marks: Iterable[Mark], most: float) -> float:
    """Return the sum of some marks, from 0 to what there is to be had.

    Parameters
    ----------
    marks : iterable of Mark
        The marks of the parts of one question.
    most : float
        The points of the question.

    Returns
    -------
    float
        The sum, or the nearer end of the interval from 0 to ``most``.

    Examples
    --------
    >>> total([Mark("the velocity", 2, 2), Mark("form", -1, 0)], most=3)
    1.0
    """
    return float(min(max(sum(mark.points for mark in marks), 0.0), most))


def report(question: str, marks: list[Mark], most: float) -> str:
    """Return what to tell a student about the marks of a question, line by line.

    Parameters
    ----------
    question : str
        The name of the question.
    marks : list of Mark
        The marks of its parts.
    most : float
        The points of the question.

    Returns
    -------
    str
        A line with the total, and a line for each mark.

    Examples
    --------
    >>> print(report("nag", [Mark("the step", 0, 2, "η is missing.")], most=2))
    nag: 0 of 2 points
      ✗ the step (2 points). η is missing.
    """
    head = f"{question}: {total(marks, most):g} of {counted(most)}"
    return "\n".join([head, *map(_line, marks)])


def _line(mark: Mark) -> str:
    """Return a line of the report."""
    if mark.of and mark.points == mark.of:
        return f"  ✓ {mark.name}" + (f". {mark.says}" if mark.says else "")
    worth = f"{counted(mark.of)}" if mark.of else f"{counted(-mark.points)} off"
    if not mark.of and not mark.points:
        worth = "nothing is left to take off"
    return f"  ✗ {mark.name} ({worth}). {mark.says}"


def counted(points: float) -> str:
    """Return a number of points in words.

    Parameters
    ----------
    points : float
        The number.

    Returns
    -------
    str
        The number and its noun, in the singular for 1.

    Examples
    --------
    >>> counted(1), counted(2.5)
    ('1 point', '2.5 points')
    """
    return f"{points:g} point" if points == 1 else f"{points:g} points"


# --------------------------------------------------------------------------- helpers


def number(answer: Any) -> float:
    """Return an answer as one number.

    Parameters
    ----------
    answer : object
        A number, an array of one number, or a text with one, whose decimal sign may be a comma.

    Returns
    -------
    float
        The number, which is finite.

    Raises
    ------
    Mishap
        If it is nothing of the kind.

    Examples
    --------
    >>> number("0,25")
    0.25
    """
    more = ""
    try:
        # A number in quotation marks, or with a decimal comma, is a number that was found.
        answered = (
            answer.strip().rstrip(".").replace(",", ".") if isinstance(answer, str) else answer
        )
        value = np.asarray(answered, np.float64)
        if value.size == 1 and not isinstance(answer, bool) and np.isfinite(value).all():
            return float(value.ravel()[0])
        if value.size > 1:
            more = f". These are {value.size}: take the one that is asked for"
        elif value.size and np.isnan(value).all():
            more = ". Is there a logarithm or a root of something negative, or 0 / 0?"
    except (TypeError, ValueError, OverflowError):
        pass
    raise Mishap(f"must be one number, and is {shown(answer)}{more}")


def plain(text: str) -> str:
    """Return a text without what does not matter in it: capitals, blanks, full stops.

    Parameters
    ----------
    text : str
        The text.

    Returns
    -------
    str
        In small letters, with single blanks, and without punctuation at its ends.

    Examples
    --------
    >>> plain(" Only  M. ")
    'only m'
    """
    return " ".join(text.lower().split()).strip(" .,;:!\"'`")


def shown(value: Any) -> str:
    """Return a value as it is printed, in at most sixty characters.

    Parameters
    ----------
    value : object
        The value.

    Returns
    -------
    str
        Its ``repr`` on one line, cut if it is longer.

    Examples
    --------
    >>> len(shown("x" * 100))
    60
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
