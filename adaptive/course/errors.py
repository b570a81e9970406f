"""An error in a student's code: the line where it happened, and what a cause of it looks like.

The causes themselves are listed in `causes`.
"""

from __future__ import annotations

import builtins
import linecache
import re
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from types import CodeType, TracebackType
from typing import Any


@dataclass(frozen=True)
class Seen:
    """An error, and where it happened.

    Parameters
    ----------
    kinds : frozenset of str
        The names of the error's class and of those that it derives from.
    message : str
        What Python says.
    line : str
        The student's line, empty if it is not known.
    number : int
        The line's number in its cell, from 1; 0 if it is not known.
    names : frozenset of str
        The names that were there in that line.
    arguments : frozenset of str
        Those of them that the function was handed.
    attributes : frozenset of str
        What the object has whose attribute was asked for, if that was the error.
    found : dict of str
        What the patterns of a cause have found in the message and in the line.
    """

    kinds: frozenset[str]
    message: str
    line: str = ""
    number: int = 0
    names: frozenset[str] = frozenset()
    arguments: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    found: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cause:
    """A row of the table.

    Parameters
    ----------
    name : str
        The slip, in short.
    kind : str
        The error's class, or one that it derives from.
    message : str
        A pattern that is found in what Python says.
    says : str or callable
        What happened and what to write, with ``{name}`` for a group of the patterns; or what makes
        that from a `Seen`.
    line : str, default ""
        A pattern that is found in the student's line.
    """

    name: str
    kind: str
    message: str
    says: str | Callable[[Seen], str]
    line: str = ""

    def explain(self, seen: Seen) -> str | None:
        """Return what to say if this is the cause, else None."""
        in_message = re.search(self.message, seen.message)
        in_line = re.search(self.line, seen.line)
        if self.kind not in seen.kinds or in_message is None or in_line is None:
            return None
        found = {k: v for match in (in_message, in_line) for k, v in match.groupdict("").items()}
        if callable(self.says):
            return self.says(Seen(**{**vars(seen), "found": found}))
        return self.says.format(**found)


# --------------------------------------------------------------------------- from an error


def seen(error: BaseException, within: CodeType | None = None) -> Seen:
    """Return what is known about an error.

    Parameters
    ----------
    error : BaseException
        One that was raised, or a `SyntaxError`.
    within : code, optional
        The code of the student's function; the line is looked for in its file.

    Returns
    -------
    Seen
    """
    kinds = frozenset(kind.__name__ for kind in type(error).__mro__)
    if isinstance(error, SyntaxError):
        line = (error.text or "").strip("\n")
        return Seen(kinds, error.msg or "", line, error.lineno or 0)
    frame, number = _frame(error.__traceback__, within)
    if frame is None:
        return Seen(kinds, message(error))
    line = linecache.getline(frame.f_code.co_filename, number).strip()
    names = {*frame.f_locals, *frame.f_globals, *vars(builtins)}
    code = frame.f_code
    handed = frozenset(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])
    has = frozenset(dir(error.obj)) if isinstance(error, AttributeError) else frozenset[str]()
    return Seen(kinds, message(error), line, number, frozenset(map(str, names)), handed, has)


def place(seen: Seen) -> str:
    """Return in which line it happened, ready to stand in a sentence; empty if it is not known."""
    if not seen.number:
        return ""
    line = " ".join(seen.line.split())
    shown = line if len(line) <= 80 else line[:79] + "…"
    return f"in line {seen.number} of its cell" + (f", `{shown}`" if shown else "")


def message(error: BaseException) -> str:
    """Return what Python says of an error, on one line."""
    # A KeyError's text is its key; some messages of numpy run over several lines.
    return " ".join(str(error).split())


def _frame(trace: TracebackType | None, within: CodeType | None) -> tuple[Any, int]:
    """Return the innermost frame of the student's own code, and its line."""
    found: tuple[Any, int] = (None, 0)
    for frame, number in traceback.walk_tb(trace):
        name = frame.f_code.co_filename
        theirs = name == within.co_filename if within else _of_a_cell(name)
        if theirs:
            found = frame, number
    return found


def _of_a_cell(filename: str) -> bool:
    """Return whether a file's name is that of a cell, as kernels and consoles give it."""
    # Dataclasses and numpy make functions of texts, which are in no file either.
    made = ("<string>", "<__array_function__", "<frozen ")
    return "ipykernel_" in filename or (filename.startswith("<") and not filename.startswith(made))
