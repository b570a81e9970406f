"""Answers to the exercises, right and wrong: what a chapter's checks must say to each.

A module of ``tests/book/exercises`` bears the name of its chapter and gives answers as functions,
under ``@right`` or ``@wrong``. The check that they are handed to is taken from the notebook as it
is printed there, with the lines of code that it needs, and no others.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from chapters._site.lite.needed import stored_and_used

CHAPTERS = Path(__file__).resolve().parents[2] / "chapters"
EXERCISES = Path(__file__).resolve().parent / "exercises"


class Answer(NamedTuple):
    """One answer, and what the check must say to it: None if it is right."""

    chapter: str
    exercise: str
    check: str
    says: str | None
    function: Callable[..., Any]


def right(exercise: str, *, check: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: this answer must pass, however unlike the printed solution it is."""
    return _answer(exercise, check, None)


def wrong(
    exercise: str, *, check: str, says: str
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Decorator: this answer must be refused, with `says` in the message."""
    return _answer(exercise, check, says)


ANSWERS: list[Answer] = []


def _answer(exercise: str, check: str, says: str | None) -> Callable[..., Any]:
    def add(function: Callable[..., Any]) -> Callable[..., Any]:
        chapter = function.__module__.rpartition(".")[2]
        ANSWERS.append(Answer(chapter, exercise, check, says, function))
        return function

    return add


def all_answers() -> list[Answer]:
    """The answers of all chapters."""
    for path in sorted(EXERCISES.glob("[a-z]*.py")):
        import_module(f"tests.book.exercises.{path.stem}")
    return ANSWERS


# ------------------------------------------------------------------ the check, as printed


class _Statement(NamedTuple):
    node: ast.stmt
    binds: set[str]
    reads: set[str]


def _statement(node: ast.stmt) -> _Statement:
    """A statement of a notebook with the notebook's names that it binds and reads."""
    binds, reads = stored_and_used(node)
    return _Statement(node, binds, reads - {*dir(builtins)})


@cache
def code(chapter: str) -> list[_Statement]:
    """The statements of a chapter's code, in order."""
    cells = nbformat.read(CHAPTERS / f"{chapter}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    return [_statement(node) for node in ast.parse(text).body]


def checks(chapter: str) -> list[str]:
    """The names of a chapter's checks."""
    return [
        statement.node.name
        for statement in code(chapter)
        if isinstance(statement.node, ast.FunctionDef) and statement.node.name.startswith("check")
    ]


@cache
def check(chapter: str, name: str) -> Callable[..., Any]:
    """The check of that name, made from its own lines and those that they need."""
    statements, needed = code(chapter), set()

    def need(name: str, before: int) -> None:
        """Mark the last statement before that one which binds the name, and what it needs."""
        for i in reversed(range(before)):
            if name in statements[i].binds:
                if i not in needed:
                    needed.add(i)
                    for read in statements[i].reads:
                        # A name that a statement changes had a value before.
                        need(read, i)
                return

    need(name, len(statements))
    body = [statements[i].node for i in sorted(needed)]
    names: dict[str, Any] = {"__name__": f"chapters.{chapter}"}
    exec(compile(ast.Module(body, []), f"{chapter}.ipynb", "exec"), names)
    if name not in names:
        raise LookupError(f"chapters/{chapter}.ipynb has no check named {name!r}")
    return names[name]
