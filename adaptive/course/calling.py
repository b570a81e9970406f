"""Calling a student's function: quietly, and with every mishap told in words."""

from __future__ import annotations

import contextlib
import io
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from adaptive.course.origins import Watch


class Mishap(Exception):
    """What went wrong in a student's code, as a sentence for the student."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: the way to it is the checker's business."""
        return [str(self)]


class _Nowhere(io.TextIOBase):
    """Takes text and forgets it, so that no flood of prints fills the memory."""

    def write(self, text: str) -> int:
        return len(text)


#: What stands in at the moment for pieces that a student's function may call.
_STANDING: list[Any] = []

#: What stands for a sign where an output, such as an old terminal, cannot show it.
PLAIN = str.maketrans({"✓": "+", "✗": "x", "−": "-", "“": '"', "”": '"', "’": "'", "…": "..."})


def say(text: str) -> None:
    """Print a text, in what the output can show."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        text = text.translate(PLAIN).encode(encoding, "replace").decode(encoding)
    print(text)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Run code without output and without warnings: graders read any word as a failure."""
    with (
        contextlib.redirect_stdout(_Nowhere()),
        contextlib.redirect_stderr(_Nowhere()),
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
    ):
        warnings.simplefilter("ignore")
        yield


def call(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    """Return what a student's function returns.

    Parameters
    ----------
    function : callable
        The student's; its parameters may have other names.
    arguments : dict
        Passed by position, in this order.

    Raises
    ------
    Mishap
        If the function fails in any way: an error, an exit, a loop that was interrupted.
    """
    try:
        with quietly():
            return function(*arguments.values())
    # A student's code may raise anything, SystemExit and KeyboardInterrupt included.
    except BaseException as error:
        raise Mishap(_in_words(error, function, tuple(arguments))) from None


@contextlib.contextmanager
def standing_in(function: Any, given: Mapping[str, Any]) -> Iterator[None]:
    """Put right pieces in the place of those that a student's function may call.

    So that a mistake in an earlier answer is not charged again in a later one.
    """
    code = function if hasattr(function, "__globals__") else type(function).__call__
    names: dict[str, Any] = getattr(code, "__globals__", {})
    before = {name: names[name] for name in given if name in names}
    names.update({name: given[name] for name in before})
    _STANDING.extend(given.values())
    try:
        yield
    finally:
        names.update(before)
        del _STANDING[len(_STANDING) - len(given) :]


def uses_package(function: Callable[..., Any], arguments: dict[str, Any]) -> bool:
    """Return whether a call runs code of `adaptive` that it was not handed, see `Watch`."""
    watch = Watch([*arguments.values(), *_STANDING])
    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        call(function, arguments)
    except Mishap:
        pass
    finally:
        sys.setprofile(before)
    return watch.found


def _in_words(error: BaseException, function: Any, names: tuple[str, ...]) -> str:
    called = f"{getattr(function, '__name__', 'it')}({', '.join(names)})"
    kind = type(error).__name__
    if isinstance(error, NotImplementedError):
        return "is still empty: write its lines in the answer cell, then run that cell and this one"
    if isinstance(error, KeyboardInterrupt):
        return "was stopped before it returned: is there a loop in it that never ends?"
    if isinstance(error, SystemExit):
        return "ends Python with exit(): a function ends with return"
    if isinstance(error, NameError):
        return (
            f"uses a name that does not exist ({error}). Inside it you have "
            f"{', '.join(names)} and np: is a name misspelt, or is a cell above not run?"
        )
    if isinstance(error, TypeError) and "positional argument" in str(error):
        return f"cannot be called as {called}: {error}. Keep the arguments as they were given"
    if isinstance(error, UnboundLocalError):
        return f"uses a name before it has a value ({error})"
    return f"fails when called as {called}, with {kind}: {error}"
