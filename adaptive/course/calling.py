"""Calling a student's function: quietly, and with every mishap told in words."""

from __future__ import annotations

import contextlib
import functools
import inspect
import io
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from adaptive.course import causes, errors, transcript
from adaptive.course.origins import Watch


class Mishap(Exception):
    """What went wrong in a student's code, as a sentence for the student.

    Parameters
    ----------
    says : str
        What follows on "It" or on the function's name.
    reached : dict, optional
        The function's own names, and what they held when it stopped.
    stops : bool, default False
        Whether the function is not to be called again: it never ends, or would end Python.
    """

    def __init__(
        self, says: str, reached: Mapping[str, Any] | None = None, *, stops: bool = False
    ) -> None:
        super().__init__(says)
        self.reached = dict(reached or {})
        self.stops = stops

    @property
    def sentence(self) -> str:
        """What went wrong, of the student's function or answer."""
        return f"It {self}" + ("" if str(self).endswith(("?", ".")) else ".")

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook: the way to it is the checker's business."""
        return [str(self)]


class _Nowhere(io.TextIOBase):
    """Takes text and forgets it, so that no flood of prints fills the memory."""

    def write(self, text: str) -> int:
        return len(text)


#: What watches at the moment.
_WATCHES: list[Watch] = []
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
    watch = _WATCHES[-1] if _WATCHES else None
    with transcript.writing(arguments) as written:
        try:
            with quietly(), watch.listening() if watch else contextlib.nullcontext():
                # While it is watched, and once: an object could find out who looks at it.
                result = transcript.plain(function(*arguments.values()))
                written["value"] = transcript.value(result)
                return result
        except transcript.Stopped as stopped:
            raise Mishap(str(stopped), stopped.reached, stops=stopped.stops) from None
        # A student's code may raise anything, SystemExit and KeyboardInterrupt included.
        except BaseException as error:
            says = _in_words(error, function, tuple(arguments))
            # What never ends is not called again for the rest of its points.
            stops = not isinstance(error, Exception)
            reached = {} if stops else _reached(error, function)
            written |= {"says": says, "reached": transcript.reached(reached), "stops": stops}
            raise Mishap(says, reached, stops=stops) from None


@contextlib.contextmanager
def standing_in(function: Any, given: Mapping[str, Any]) -> Iterator[None]:
    """Put right pieces in the place of those that a student's function may call.

    So that a mistake in an earlier answer is not charged again in a later one. A piece that is not
    there, since the cell that should make it has failed, is supplied all the same.
    """
    names: dict[str, Any] = getattr(_called(function), "__globals__", {})
    before = {name: names[name] for name in given if name in names}
    names.update(given)
    _STANDING.extend(given.values())
    try:
        yield
    finally:
        for name in given:
            names.pop(name, None)
        names.update(before)
        del _STANDING[len(_STANDING) - len(given) :]


def _called(function: Any) -> Any:
    """Return the function that runs when something is called."""
    while isinstance(function, functools.partial):
        function = function.func
    function = inspect.unwrap(function) if callable(function) else function
    return function if hasattr(function, "__globals__") else type(function).__call__


@contextlib.contextmanager
def watching(handed: Mapping[str, Any]) -> Iterator[Watch]:
    """Watch what the calls run in the meantime, but for what is handed to them; see `Watch`."""
    watch = Watch([*handed.values(), *_STANDING])
    _WATCHES.append(watch)
    try:
        yield watch
    finally:
        _WATCHES.remove(watch)


def uses_package(function: Callable[..., Any], arguments: dict[str, Any]) -> bool:
    """Return whether a call runs code of `adaptive` that it was not handed, see `Watch`."""
    with watching(arguments) as watch, contextlib.suppress(Mishap):
        call(function, arguments)
    return watch.found


def _reached(error: BaseException, function: Any) -> dict[str, Any]:
    """Return what a function's names held when an error stopped it."""
    code = getattr(_called(function), "__code__", None)
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code is code:
            return dict(frame.f_locals)
    return {}


def _in_words(error: BaseException, function: Any, names: tuple[str, ...]) -> str:
    """Return the line, what happened there, the likely cause, and at last what Python says."""
    if isinstance(error, NotImplementedError):
        code = getattr(_called(function), "__code__", None)
        number = errors.seen(error, code).number
        if code is not None and number > code.co_firstlineno + 1:
            return (
                f"is not finished: it stops in line {number} of its cell, which is still that "
                "which was handed out. Write the rest there in its place"
            )
        return "is still empty: write its lines in the answer cell, then run that cell and this one"
    if isinstance(error, Mishap):  # of a function whose own cell has failed
        return f"cannot do its work: {error}"
    called = f"{getattr(function, '__name__', 'it')}({', '.join(names)})"
    if isinstance(error, TypeError) and error.__traceback__ is not None:
        inside = error.__traceback__.tb_next
        if inside is None and "argument" in str(error):
            return f"cannot be called as {called}: {error}. Keep the arguments as they were given"
    seen = errors.seen(error, getattr(_called(function), "__code__", None))
    where = f" {errors.place(seen)}".rstrip()
    if isinstance(error, SystemExit):
        return f"ends Python with exit(){where}: a function ends with return"
    says = causes.explain(seen)
    if isinstance(error, KeyboardInterrupt):
        return f"was stopped{where}: {says}"
    python = f"{type(error).__name__}: {error}"
    if not says:
        return f"fails{where}{',' * bool(where)} when called as {called}, with {python}"
    end = "" if says.endswith("?") else "."
    if isinstance(error, NameError):
        says, end = f"{says}{end} Inside of it you have {', '.join(names)}", "."
    return f"fails{where}: {says}{end} Python calls it {python}"
