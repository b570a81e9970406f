"""Whose code a student's function runs: its own and numpy's, or the package's.

An answer is to be written, so one that has the package's rule, the course's formula or a copy of
their text do the work is told so. Python itself reports each call.
"""

from __future__ import annotations

import contextlib
import sys
import threading
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
COURSE = Path(__file__).resolve().parent
#: What makes a call quiet, and so is called whenever a student prints.
_QUIET = COURSE / "calling.py"
#: What makes arrays of a student's objects, by methods of theirs.
_ARRAYS = COURSE / "transcript.py"
#: What calls a student's function by the names of its arguments.
_FORMS = COURSE / "returned.py"
#: Bytes of code; what is shorter two people may write in the same way.
_SHORT = 60
#: The names that a function uses and those that it gives, in their order.
Print = tuple[tuple[str, ...], tuple[str, ...]]
#: What finds the text or the objects of others.
_SEARCHES = ("gc", "inspect")


class Watch:
    """Sees each call, for `sys.setprofile`, and remembers whether one is of the package.

    Parameters
    ----------
    handed : iterable
        Functions that the check hands to the student's: they may be called.

    Attributes
    ----------
    found : bool
        Whether there was such a call.
    """

    def __init__(self, handed: Iterable[Any] = ()) -> None:
        self._handed = set().union(*map(_codes, handed))
        self.found = False
        # The student's call: what comes before it and after it is the checker's own.
        self._begun: FrameType | None = None
        self._over = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        """Be told of each call in the meantime, in threads that begin now too."""
        self._begun, self._over = None, False
        before = sys.getprofile()
        threading.setprofile(self)
        sys.setprofile(self)
        try:
            yield
        finally:
            # Who did not want to be watched has something to hide.
            self.found |= sys.getprofile() is not self
            sys.setprofile(before)
            threading.setprofile(before)

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        """Look at one event."""
        if (self._begun is None or self._over) and event == "call" and _is_students(frame):
            self._begun, self._over = frame, False
        if self._begun is None or self._over:
            return
        if event == "c_call":
            self.found |= getattr(argument, "__module__", None) in _SEARCHES
        elif event == "call":
            self.found |= self._is_found(frame)
        self._over = event == "return" and frame is self._begun

    def _is_found(self, frame: FrameType) -> bool:
        if _is_of_package(frame.f_code.co_filename):
            return not any(code in self._handed for code in _callers(frame))
        searches = frame.f_globals.get("__name__") in _SEARCHES
        return searches or _print(frame.f_code) in _prints()


@cache
def _is_of_package(filename: str) -> bool:
    path = Path(filename)
    return PACKAGE in path.parents and path not in (_QUIET, _FORMS)


def _is_students(frame: FrameType) -> bool:
    """Return whether a call is what the checker calls, and not what makes it quiet."""
    back = frame.f_back.f_code if frame.f_back else None
    callers = ((_QUIET, "call"), (_ARRAYS, "_plain"))
    if back is None or (Path(back.co_filename), back.co_name) not in callers:
        return False
    return Path(frame.f_code.co_filename) not in (_QUIET, _ARRAYS, Path(contextlib.__file__))


def _callers(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


def _codes(handed: Any) -> set[CodeType]:
    """Return the code of a function, or of an object that can be called and reckoned with."""
    methods = [value for kind in type(handed).__mro__ for value in vars(kind).values()]
    functions = [getattr(handed, "__func__", handed), *methods]
    return {one.__code__ for one in functions if isinstance(one, FunctionType)}


def _print(code: CodeType) -> Print | None:
    """Return what a copy of a function has in common with it, or None if it is too short.

    The bytes of the code are not: they depend on what stands around the function.
    """
    if len(code.co_code) < _SHORT or not code.co_names:
        return None
    return code.co_names, code.co_varnames


@cache
def _prints() -> frozenset[Print]:
    """Return the prints of all functions of the package but the course's own."""
    modules = [
        module
        for name, module in list(sys.modules.items())
        if name.startswith("adaptive.") and not name.startswith("adaptive.course")
    ]
    holders = [
        holder
        for module in modules
        for holder in (module, *vars(module).values())
        if holder is module or getattr(holder, "__module__", None) == module.__name__
    ]
    codes = [
        code
        for holder in holders
        if hasattr(holder, "__dict__")
        for value in list(vars(holder).values())
        if (code := getattr(getattr(value, "__func__", value), "__code__", None)) is not None
    ]
    return frozenset(made for code in codes if (made := _print(code)) is not None)
