"""Marks a transcript of a check once more, in a process in which no student's code runs.

A notebook's code runs beside the check, and could reach for its points in ways that nobody has
thought of. Whatever it does, the transcript has what the answer returned, and from that the points
follow here.
"""

from __future__ import annotations

import ast
import importlib
from dataclasses import replace
from typing import Any

import numpy as np

from adaptive.course.calling import quietly
from adaptive.course.code import Code
from adaptive.course.questions import total
from adaptive.course.transcript import Replayed


def asked(checker: str, source: str) -> tuple[Code, int] | None:
    """Return the question that a test cell asks, and its seed; None if it is not one in code.

    Parameters
    ----------
    checker : str
        Name of the assignment's module in `adaptive.course`.
    source : str
        The test cell's.
    """
    seed, question = 1, None
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Assign(targets=[ast.Name(id="seed")], value=ast.Constant(value=int(found))):
                seed = found
            case ast.Call(func=ast.Attribute(attr="check"), args=[_, ast.Constant(value=name), *_]):
                question = name
    try:
        module = importlib.import_module(f"adaptive.course.{checker}")
    except ModuleNotFoundError:
        return None
    code = module.ASSIGNMENT.questions.get(question)
    return (code, seed) if isinstance(code, Code) else None


def deserved(code: Code, seed: int, calls: Any) -> float:
    """Return the points that follow from a transcript, at most.

    Slips that cannot be seen in it, such as arguments that were changed, take nothing off.

    Parameters
    ----------
    code : Code
        The question.
    seed : int
        Of its random problems.
    calls : object
        The transcript, from a process that is not to be trusted.
    """
    try:
        # The first call of a function that may not use the package was to see whether it does.
        answer = Replayed(calls[1:] if code.by_hand else calls)
        with quietly():
            marks = replace(code, by_hand=False).marks(answer, np.random.default_rng(seed))
        return total(marks, code.points)
    # A transcript may be anything, and do anything but give points.
    except Exception:
        return 0.0
