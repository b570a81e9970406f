"""Questions that can be marked: numbers, choices, predictions, tables of them.

Functions to write are marked in `code`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
class Number:
    """A number to find.

    Parameters
    ----------
    points : float
        What it is worth.
    right : callable
        Returns the right value.
    rtol : float
        Allowed relative difference: as much as a reader of a figure needs.
    reminder : str
        Where to look, for an answer that is not recognised.
    mistakes : tuple of (callable, str)
        Values that typical mistakes lead to, and what to say.
    """

    points: float
    right: Callable[[], float]
    rtol: float = 0.01
    reminder: str = ""
    mistakes: tuple[tuple[Callable[[], float], str], ...] = ()

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Compare the number."""
        value, right = _number(answer), self.right()
        if abs(value - right) <= self.rtol * abs(right):
            return [Mark("the number", self.points, self.points)]
        for wrong, says in self.mistakes:
            if abs(value - wrong()) <= self.rtol * abs(wrong()):
                return [Mark("the number", 0, self.points, says)]
        size = "too large" if value > right else "too small"
        return [Mark("the number", 0, self.points, f"{value:g} is {size}. {self.reminder}".strip())]


@dataclass(frozen=True)
class Choice:
    """One of a few answers to choose from.

    Parameters
    ----------
    points : float
        What it is worth.
    right : str
        The right one.
    wrong : dict of str
        The others, and what to say to each.
    """

    points: float
    right: str
    wrong: Mapping[str, str]

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Compare the choice.

        Capitals, blanks and a full stop at the end do not matter; a class counts as its name.
        """
        options = {_plain(option): option for option in (self.right, *self.wrong)}
        answer = answer.__name__ if isinstance(answer, type) else answer
        if not isinstance(answer, str) or _plain(answer) not in options:
            listed = ", ".join(f'"{option}"' for option in sorted(options.values()))
            raise Mishap(f"must be one of {listed}, and is {shown(answer)}")
        chosen = options[_plain(answer)]
        if chosen == self.right:
            return [Mark(chosen, self.points, self.points)]
        return [Mark(chosen, 0, self.points, self.wrong[chosen])]


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
        value = _number(answer)
        kind = "whole number" if self.whole else "number"
        if not self.low <= value <= self.high or (self.whole and value != int(value)):
            raise Mishap(
                f"must be a {kind} from {self.low:g} to {self.high:g}, and is {shown(answer)}"
            )
        says = f"{value:g} is noted. Run the experiment, and compare."
        return [Mark("a prediction was made", self.points, self.points, says)]


@dataclass(frozen=True)
class Table:
    """Several small questions answered in one dictionary.

    Parameters
    ----------
    rows : dict of Question
        A question for each key.
    """

    rows: Mapping[str, Question]

    @property
    def points(self) -> float:
        """The points of all rows."""
        return sum(row.points for row in self.rows.values())

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Mark each row by itself."""
        if not isinstance(answer, Mapping):
            keys = ", ".join(f'"{key}"' for key in self.rows)
            raise Mishap(f"must be a dictionary with the keys {keys}, and is {shown(answer)}")
        marks = []
        for key, row in self.rows.items():
            if answer.get(key) is None or answer[key] is ...:
                marks.append(Mark(key, 0, row.points, "There is no answer yet."))
                continue
            try:
                marks += [
                    Mark(f"{key}: {mark.name}", mark.points, mark.of, mark.says)
                    for mark in row.marks(answer[key], rng)
                ]
            except Mishap as mishap:
                marks.append(Mark(key, 0, row.points, mishap.sentence))
        return marks


# --------------------------------------------------------------------------- helpers


def _number(answer: Any) -> float:
    try:
        # A number in quotation marks, or with a decimal comma, is a number that was found.
        answered = (
            answer.strip().rstrip(".").replace(",", ".") if isinstance(answer, str) else answer
        )
        value = np.asarray(answered, np.float64)
        if value.size == 1 and not isinstance(answer, bool) and np.isfinite(value).all():
            return float(value.ravel()[0])
    except (TypeError, ValueError):
        pass
    raise Mishap(f"must be one number, and is {shown(answer)}")


def _plain(text: str) -> str:
    return " ".join(text.lower().split()).strip(" .,;:!\"'`")


def shown(value: Any) -> str:
    """Return a value in at most sixty signs."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 60 else text[:57] + "..."
