"""An assignment: named questions, and the check that a notebook calls for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from adaptive.course import notebook, running, transcript
from adaptive.course.calling import Mishap, quietly, say
from adaptive.course.closed import NONE, Closed, Noted, note, told
from adaptive.course.code import Code
from adaptive.course.questions import Mark, Question, counted, report, total
from adaptive.rules.base import Rule


@dataclass(frozen=True)
class Assignment:
    """Questions by name.

    Parameters
    ----------
    name : str
        The assignment's, which is also its notebook's.
    questions : dict of Question
        What can be marked by itself; written answers are not among them.
    codes : dict of Code, optional
        For each class of rules, the question that asks for it.
    """

    name: str
    questions: Mapping[str, Question | Closed]
    codes: Mapping[type[Rule], Code] = field(default_factory=dict)

    def __post_init__(self) -> None:
        notebook.watch()

    def check(self, answer: Any, question: str, seed: int = 1) -> Any:
        """Mark an answer and say what is right and what is wrong, or note it.

        Parameters
        ----------
        answer : object
            A function, a number, a word or a dictionary: what the question asks for.
        question : str
            Which one.
        seed : int, default 1
            Seed of the random problems on which code is run.

        Returns
        -------
        float or Noted
            The points, from 0 to those of the question; of a closed question the answer as it was
            understood, which is marked where it is graded. Whatever the answer does, nothing is
            raised and nothing is written to stderr.

        Raises
        ------
        ValueError
            If there is no such question.
        """
        if question not in self.questions:
            names = ", ".join(self.questions)
            raise ValueError(f"question must be one of {names}, got {question!r}")
        asked = self.questions[question]
        if isinstance(asked, Closed):
            return _noted(asked, answer, question)
        transcript.CALLS.clear()
        marks = self._marks(asked, answer, np.random.default_rng(seed))
        say(report(question, marks, asked.points))
        return total(marks, asked.points)

    def as_rule(self, function: Callable[..., Any], rule: Rule, *, stand_in: bool = False) -> Rule:
        """Return ``rule`` with your function in the place of its equations, to run and to draw.

        Parameters
        ----------
        function : callable
            The function that you wrote in this assignment.
        rule : Rule
            Which rule it is, with its hyperparameters, such as ``Adam(0.01)``.
        stand_in : bool, default False
            Whether a right rule stands in for a function that is not right yet, so that what
            you measure with it is right all the same.

        Returns
        -------
        Rule
            For `descend` and `plotting`.

        Raises
        ------
        TypeError
            If ``function`` cannot be called, or this assignment asks for no such rule.
        """
        return running.as_rule(self.codes, function, rule, stand_in=stand_in)

    def _marks(self, asked: Question, answer: Any, rng: np.random.Generator) -> list[Mark]:
        if answer is None or answer is ...:
            return [Mark("an answer", 0, asked.points, "There is no answer yet.")]
        if why := notebook.because(answer):
            return [Mark("an answer", 0, asked.points, why)]
        try:
            with quietly():
                return asked.marks(answer, rng)
        except Mishap as mishap:
            return [Mark("your answer", 0, asked.points, mishap.sentence)]


def _noted(asked: Closed, answer: Any, question: str) -> Noted:
    """Note an answer, and say what is understood of it."""
    why = notebook.because(answer)
    noted = {NONE: why} if why else note(asked, answer)
    worth = counted(asked.points)
    there = not (isinstance(noted, dict) and NONE in noted)
    head = f"noted, for {worth} to be given when it is graded" if there else f"0 of {worth}"
    say("\n  ".join([f"{question}: {head}", *told(asked, noted)]))
    return Noted(noted)
