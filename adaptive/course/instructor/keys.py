"""Keys to closed questions: which answer is right, and what to say to those that are not.

They are handed what a notebook has noted, and mark it where no student's code runs. The keys of an
assignment are in the folder of the course, in ``answers/NAME.py``.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, Protocol

import numpy as np

from adaptive import RULES, Rule
from adaptive.course.calling import Mishap, quietly
from adaptive.course.closed import NONE, Noted, in_words
from adaptive.course.instructor import CourseError
from adaptive.course.questions import Mark, number, plain, report, shown, total

#: Signs of a note that are read.
LONGEST = 10_000


class Key(Protocol):
    """What marks the noted answers to a question."""

    @property
    def points(self) -> float:
        """The points to be had."""

    def marks(self, answer: Any) -> list[Mark]:
        """Return a mark for each part, or raise `Mishap`."""


@dataclass(frozen=True)
class Number:
    """The key to a number.

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

    def marks(self, answer: Any) -> list[Mark]:
        """Compare the number."""
        value, right = number(answer), self.right()
        if abs(value - right) <= self.rtol * abs(right):
            return [Mark("the number", self.points, self.points)]
        # The nearest: where the tolerance is large, several may be near.
        away = [(abs(value - wrong()), abs(wrong()), says) for wrong, says in self.mistakes]
        near = [(off, says) for off, wrong, says in away if off <= self.rtol * wrong]
        if near:
            return [Mark("the number", 0, self.points, min(near)[1])]
        size = "too large" if value > right else "too small"
        return [Mark("the number", 0, self.points, f"{value:g} is {size}. {self.reminder}".strip())]


def apart(key: Number | Table) -> bool:
    """Return whether no typical mistake leads near a right number: what is drawn may be so."""
    if isinstance(key, Table):
        return all(apart(row) for row in key.rows.values() if isinstance(row, Number | Table))
    right = key.right()
    return all(abs(wrong() - right) > 1.2 * key.rtol * abs(right) for wrong, _ in key.mistakes)


@dataclass(frozen=True)
class Choice:
    """The key to a choice.

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

    def marks(self, answer: Any) -> list[Mark]:
        """Compare the choice."""
        options = {plain(option): option for option in (self.right, *self.wrong)}
        if not isinstance(answer, str) or plain(answer) not in options:
            raise Mishap(f"is none of the answers to choose from: {shown(answer)}")
        chosen = options[plain(answer)]
        if chosen == self.right:
            return [Mark(chosen, self.points, self.points)]
        return [Mark(chosen, 0, self.points, self.wrong[chosen])]


@dataclass(frozen=True)
class Powers:
    """The key to a unit, as the powers of the loss's and of the parameters'.

    Parameters
    ----------
    right : tuple of int
        The powers of [J] and of [θ].
    wrong : dict of str
        Others, and what to say to each.
    points : float
        What it is worth.
    """

    right: tuple[int, int]
    wrong: Mapping[tuple[int, int], str]
    points: float = 1

    def marks(self, answer: Any) -> list[Mark]:
        """Compare the powers."""
        if not isinstance(answer, list) or len(answer) != 2:
            raise Mishap(f"must be two powers, and is {shown(answer)}")
        powers = (number(answer[0]), number(answer[1]))
        name = in_words(list(powers))
        if powers == self.right:
            return [Mark(name, self.points, self.points)]
        says = next((says for wrong, says in self.wrong.items() if wrong == powers), "")
        if not says and powers == self.right[::-1]:
            says = "The powers are exchanged: that of J comes first."
        says = says or "Put units into the step, factor by factor: [g] = [J]/[θ]."
        return [Mark(name, 0, self.points, says)]


@dataclass(frozen=True)
class Goal:
    """Something that a setting should reach.

    Attributes
    ----------
    name : str
        What it is.
    points : float
        What it is worth.
    reached : callable
        Whether the measured numbers reach it.
    """

    name: str
    points: float
    reached: Callable[[SimpleNamespace], bool]


@dataclass(frozen=True)
class Setting:
    """The key to a rule with its settings: it is run afresh, and gets what it reaches.

    Parameters
    ----------
    goals : tuple of Goal
        What there is to reach, the easiest first.
    trial : callable
        Runs a rule on problems drawn from a generator, and returns numbers for the goals, with
        ``says``: what the runs looked like.
    seed : int
        Of the generator.
    """

    goals: tuple[Goal, ...]
    trial: Callable[[Rule, np.random.Generator], SimpleNamespace]
    seed: int

    @property
    def points(self) -> float:
        """The points of all goals."""
        return sum(goal.points for goal in self.goals)

    def marks(self, answer: Any) -> list[Mark]:
        """Run the rule, and mark each goal."""
        with quietly():
            measured = self.trial(_rule(answer), np.random.default_rng(self.seed))
        marks, says = [], measured.says
        for goal in self.goals:
            if goal.reached(measured):
                marks.append(Mark(goal.name, goal.points, goal.points))
            else:
                marks.append(Mark(goal.name, 0, goal.points, says or "Not reached either."))
                says = ""
        return marks


def _rule(answer: Any) -> Rule:
    """Return one of the book's rules from its name and its settings."""
    kinds = {kind.__name__: kind for kind in RULES}
    if not isinstance(answer, dict) or answer.get("rule") not in list(kinds):
        raise Mishap(f"must be one of the ten rules of the book, and is {shown(answer)}")
    kind = kinds[answer["rule"]]
    settings = {name: number(value) for name, value in answer.items() if name != "rule"}
    try:
        return kind(**settings)
    except (TypeError, ValueError) as error:
        raise Mishap(f"cannot be made: {error}") from None


@dataclass(frozen=True)
class Table:
    """The keys to several small questions answered in one dictionary.

    Parameters
    ----------
    rows : dict of Key
        For each of them.
    """

    rows: Mapping[str, Key]

    @property
    def points(self) -> float:
        """The points of all rows."""
        return sum(row.points for row in self.rows.values())

    def marks(self, answer: Any) -> list[Mark]:
        """Mark each row by itself."""
        if not isinstance(answer, dict):
            raise Mishap(f"must be a dictionary, and is {shown(answer)}")
        return [
            mark if mark.name == name else replace(mark, name=f"{name}: {mark.name}")
            for name, row in self.rows.items()
            for mark in _marks(row, answer.get(name), name)
        ]


# --------------------------------------------------------------------------- marking a note


def marked(key: Key, question: str, text: str) -> tuple[float, str] | None:
    """Return the points of an answer and the report, or None if the text is no note.

    Parameters
    ----------
    key : Key
        To the question.
    question : str
        Its name.
    text : str
        What the notebook displays: a `Noted`.
    """
    if not text.startswith(Noted.SIGN) or len(text) > LONGEST:
        return None
    try:
        answer = json.loads(text.removeprefix(Noted.SIGN))
    except (ValueError, RecursionError):
        return None
    marks = _marks(key, answer, "your answer")
    return total(marks, key.points), report(question, marks, key.points)


def _marks(key: Key, answer: Any, name: str) -> list[Mark]:
    says = "There is no answer yet."
    if isinstance(answer, dict) and NONE in answer:
        says = str(answer[NONE])
    elif answer is not None:
        try:
            return key.marks(answer)
        except Mishap as mishap:
            says = mishap.sentence
    return [Mark(name, 0, key.points, says)]


# --------------------------------------------------------------------------- of an assignment


@dataclass(frozen=True)
class Paper:
    """An assignment as one student has it, or all have it.

    Attributes
    ----------
    keys : dict of Key
        To its closed questions.
    numbers : dict
        For the notebook, as JSON has them; see `adaptive.course.sheet`.
    phrases : dict of str
        Phrases of the notebook that are others in this one, and what stands there.
    """

    keys: Mapping[str, Key]
    numbers: Mapping[str, Any] = field(default_factory=dict)
    phrases: Mapping[str, str] = field(default_factory=dict)


@cache
def paper(root: Path, name: str, seed: int | None = None) -> Paper:
    """Return an assignment with its keys.

    Parameters
    ----------
    root : Path
        The folder of the course.
    name : str
        The assignment; one without a file ``answers/NAME.py`` has no keys.
    seed : int, optional
        Of the numbers of one student; by default those that all have.
    """
    path = root / "answers" / f"{name}.py"
    if not path.is_file():
        return Paper({})
    made = module(path).paper(None if seed is None else np.random.default_rng(seed))
    if not isinstance(made, Paper):
        raise CourseError(f"{path}: paper() must return a Paper, and returns {shown(made)}")
    return made


@cache
def module(path: Path) -> ModuleType:
    """Return the module in a file ``answers/NAME.py``."""
    spec = importlib.util.spec_from_file_location(f"answers_to_{path.stem}", path)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    # Where dataclasses look their annotations up.
    sys.modules[spec.name] = made
    spec.loader.exec_module(made)
    return made
