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
        """Return a mark for each part, or raise `Mishap`."""


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
        """Take the prediction down."""
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
    """Return the sum of some marks, from 0 to what there is to be had."""
    return float(min(max(sum(mark.points for mark in marks), 0.0), most))


def report(question: str, marks: list[Mark], most: float) -> str:
    """Return what to tell a student of the marks of a question, line by line."""
    head = f"{question}: {total(marks, most):g} of {counted(most)}"
    return "\n".join([head, *map(_line, marks)])


def _line(mark: Mark) -> str:
    """Return a line of the report."""
    if mark.of and mark.points == mark.of:
        return f"  ✓ {mark.name}" + (f". {mark.says}" if mark.says else "")
    worth = f"{counted(mark.of)}" if mark.of else f"{counted(-mark.points)} off"
    return f"  ✗ {mark.name} ({worth}). {mark.says}"


def counted(points: float) -> str:
    """Return a number of points in words."""
    return f"{points:g} point" if points == 1 else f"{points:g} points"


# --------------------------------------------------------------------------- helpers


def number(answer: Any) -> float:
    """Return an answer as one number, or raise `Mishap`."""
    try:
        # A number in quotation marks, or with a decimal comma, is a number that was found.
        answered = (
            answer.strip().rstrip(".").replace(",", ".") if isinstance(answer, str) else answer
        )
        value = np.asarray(answered, np.float64)
        if value.size == 1 and not isinstance(answer, bool) and np.isfinite(value).all():
            return float(value.ravel()[0])
    except (TypeError, ValueError, OverflowError):
        pass
    raise Mishap(f"must be one number, and is {shown(answer)}")


def plain(text: str) -> str:
    """Return a text without what does not matter in it: capitals, blanks, full stops."""
    return " ".join(text.lower().split()).strip(" .,;:!\"'`")


def shown(value: Any) -> str:
    """Return a value in at most sixty signs."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
