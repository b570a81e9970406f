"""Closed questions as students have them: what an answer looks like, and not which one is right.

An answer is noted, and marked where it is graded, by keys that students do not have.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from adaptive import RULES, Rule, _checks
from adaptive.course.calling import Mishap, quietly
from adaptive.course.questions import number, plain, shown

#: Where there should be an answer, and is none: the key under which a note says why.
NONE = "no answer"


class Noted:
    """An answer as it is noted: its text is what a grader reads.

    Parameters
    ----------
    answer : object
        Of JSON: a number, a text, a list or a dictionary.

    Examples
    --------
    >>> Noted({"A": "NAG"})
    noted: {"A": "NAG"}
    """

    SIGN = "noted: "

    def __init__(self, answer: Any) -> None:
        self.answer = answer

    def __repr__(self) -> str:
        return self.SIGN + json.dumps(self.answer, ensure_ascii=False)


@runtime_checkable
class Closed(Protocol):
    """A question whose answer is noted; its points are given elsewhere."""

    @property
    def points(self) -> float:
        """The points to be had."""

    def noted(self, answer: Any) -> Any:
        """Return what is understood of an answer.

        Parameters
        ----------
        answer : object
            What the student gives.

        Returns
        -------
        object
            A number, a text, a list or a dictionary, as JSON has them.

        Raises
        ------
        Mishap
            If it is no answer to this question; it says why.
        """


@dataclass(frozen=True)
class Number:
    """A number to find.

    Parameters
    ----------
    points : float
        What it is worth.
    """

    points: float

    def noted(self, answer: Any) -> float:
        """Return the number, to ten digits: there computers agree."""
        return float(f"{number(answer):.10g}")


@dataclass(frozen=True)
class Choice:
    """One of a few answers to choose from.

    Parameters
    ----------
    points : float
        What it is worth.
    options : tuple of str
        The answers, in the order of the alphabet.
    """

    points: float
    options: tuple[str, ...]

    def noted(self, answer: Any) -> str:
        """Return the option as it is written.

        Capitals, blanks and a full stop at the end do not matter; a class counts as its name.
        """
        options = {plain(option): option for option in self.options}
        answer = answer.__name__ if isinstance(answer, type) else answer
        if not isinstance(answer, str) or plain(answer) not in options:
            listed = ", ".join(f'"{option}"' for option in self.options)
            raise Mishap(f"must be one of {listed}, and is {shown(answer)}")
        return options[plain(answer)]


@dataclass(frozen=True)
class Powers:
    """A unit, as the powers of the loss's and of the parameters'.

    Parameters
    ----------
    points : float
        What it is worth.
    """

    points: float = 1

    def noted(self, answer: Any) -> list[float]:
        """Return the two powers."""
        try:
            powers = np.asarray(answer, np.float64)
            if powers.shape == (2,) and np.isfinite(powers).all():
                return [float(power) for power in powers]
        except (TypeError, ValueError):
            pass
        raise Mishap(
            "must be two powers, that of J and that of θ, such as (1, -1) for [J]/[θ], "
            f"and is {shown(answer)}"
        )


@dataclass(frozen=True)
class Setting:
    """One of the book's rules with its settings.

    Parameters
    ----------
    points : float
        What it is worth.
    trial : callable
        Runs a rule as a grader does, with other random numbers, and tells what came of it.
    """

    points: float
    trial: Callable[[Rule], str]

    def noted(self, answer: Any) -> dict[str, Any]:
        """Return the rule's name, and its settings."""
        if isinstance(answer, type) and issubclass(answer, Rule):
            raise Mishap(
                f"is a class: call it, with its settings, such as {answer.__name__}(lr=...)"
            )
        if not isinstance(answer, Rule):
            text = ", a text: leave the quotation marks out" if isinstance(answer, str) else ""
            raise Mishap(
                "must be a rule with its settings, such as SGD(lr=0.01), and is "
                f"{_checks.shown(answer)}{text}"
            )
        if type(answer) not in RULES:
            raise Mishap("must be one of the ten rules of the book, with its settings")
        settings = answer.hyperparameters
        several = [name for name, value in settings.items() if np.ndim(value)]
        if several:
            raise Mishap(
                f"must have one number for each setting, and {several[0]} is an array. (One rate "
                "for each coordinate would not help: they are others in every instance)"
            )
        return {"rule": type(answer).__name__} | {k: float(v) for k, v in settings.items()}


@dataclass(frozen=True)
class Table:
    """Several small questions answered in one dictionary.

    Parameters
    ----------
    rows : dict of Closed
        A question for each key.
    """

    rows: Mapping[str, Closed]

    @property
    def points(self) -> float:
        """The points of all rows."""
        return sum(row.points for row in self.rows.values())

    def noted(self, answer: Any) -> dict[str, Any]:
        """Return what is understood of each row; where it is nothing, why."""
        if not isinstance(answer, Mapping):
            keys = ", ".join(f'"{key}"' for key in self.rows)
            raise Mishap(f"must be a dictionary with the keys {keys}, and is {shown(answer)}")
        # As with names to choose from, capitals and blanks in a key do not matter.
        known = {_key(key): value for key, value in answer.items() if isinstance(key, str)}
        strange = sorted(set(known) - set(map(_key, self.rows)))
        noted = {key: note(row, known.get(_key(key))) for key, row in self.rows.items()}
        for key in self.rows:
            if _key(key) not in known and strange:
                listed = ", ".join(f'"{one}"' for one in strange)
                noted[key] = {NONE: f'There is no answer: the key "{key}" is missing. Is it what '
                              f"you have under {listed}?"}  # fmt: skip
        return noted


def _key(text: str) -> str:
    """Return a key without what does not matter in it; a dash for a blank does not either."""
    return plain(text.replace("_", " ").replace("-", " "))


def note(question: Closed, answer: Any) -> Any:
    """Return what is understood of an answer, or why nothing is.

    Parameters
    ----------
    question : Closed
        The question.
    answer : object
        What the student gives; None and ``...`` are no answer yet.

    Returns
    -------
    object
        What `Closed.noted` returns; or a dictionary whose one entry says why there is nothing.

    Examples
    --------
    >>> note(Choice(1, ("NAG", "SGD")), "nag.")
    'NAG'
    """
    if answer is None or answer is ...:
        return {NONE: "There is no answer yet."}
    try:
        with quietly():
            return question.noted(answer)
    except Mishap as mishap:
        return {NONE: mishap.sentence}
    # What is handed in may be an object of the student's own, and do anything.
    except Exception as error:
        return {NONE: f"It cannot be read: {type(error).__name__}."}


def told(question: Closed, noted: Any) -> list[str]:
    """Return the lines that tell a student what has been noted.

    Parameters
    ----------
    question : Closed
        The question.
    noted : object
        What `note` has returned for it.

    Returns
    -------
    list of str
        The lines; a `Table` has one for each row.

    Examples
    --------
    >>> told(Powers(), [1.0, -1.0])
    ['[J] [θ]^-1']
    """
    if isinstance(question, Table) and NONE not in noted:
        rows = question.rows.items()
        return [f"{key}: {line}" for key, row in rows for line in told(row, noted[key])]
    if isinstance(noted, dict) and NONE in noted:
        return [noted[NONE]]
    if isinstance(question, Setting):
        settings = ", ".join(f"{k}={v:g}" for k, v in noted.items() if k != "rule")
        rule = {kind.__name__: kind for kind in RULES}[noted["rule"]]
        tried = question.trial(rule(**{k: v for k, v in noted.items() if k != "rule"}))
        return [f"{noted['rule']}({settings})", tried]
    if isinstance(question, Powers):
        return [in_words(noted)]
    return [f"{noted:g}" if isinstance(noted, float) else str(noted)]


def in_words(powers: list[float]) -> str:
    """Return a unit as a product of powers.

    Parameters
    ----------
    powers : list of float
        The power of the loss's unit and that of the parameters'.

    Returns
    -------
    str
        The product; "no unit" if both powers are 0.

    Examples
    --------
    >>> in_words([1, -1])
    '[J] [θ]^-1'
    """
    factors = [
        f"[{name}]" + (f"^{power:g}" if power != 1 else "")
        for name, power in zip("Jθ", powers, strict=True)
        if power
    ]
    return " ".join(factors) or "no unit"
