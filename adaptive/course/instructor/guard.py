"""Runs in the kernel of a submission: puts back what the student's code has changed.

A name that the notebook binds anew, `float` or the checker's, must not decide on points, by
intent or by mistake. It is no wall: code that wants to can undo what stands here.
"""

from __future__ import annotations

import builtins
import importlib
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any

from IPython import get_ipython

COURSE = "adaptive.course"
KEPT = ("adaptive", "builtins", "math", "numpy")
#: What is set anew all the time: by the kernel for each cell, and here for each check.
CHANGING = {"builtins": ("input",), "adaptive": ("course",)}
_ABSENT = object()
_CODE = ("__code__", "__defaults__", "__kwdefaults__")


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def limit_memory(gibibytes: float) -> None:
    """Let this process have so much memory and no more, where the system can do that.

    Parameters
    ----------
    gibibytes : float
        0 for no limit.
    """
    try:
        import resource
    except ImportError:
        return
    if gibibytes:
        size = int(gibibytes * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (size, resource.getrlimit(resource.RLIMIT_AS)[1]))


class Guard:
    """Remember the modules that a check relies on, and put them back.

    Parameters
    ----------
    checker : str
        Name of the assignment's module in `adaptive.course`; one that is not there is no error.
    """

    def __init__(self, checker: str) -> None:
        self.checker = checker
        #: What was put back at last.
        self.back: list[str] = []
        self._path = sys.path[:]
        # exit() would end the kernel behind its cell; so it ends the cell.
        if (shell := get_ipython()) is not None:
            shell.ask_exit = sys.exit
        self._load()
        modules = [
            module
            for name, module in sys.modules.items()
            if any(_within(name, kept) for kept in KEPT) and not _within(name, COURSE)
        ]
        self._saved: list[tuple[Any, dict[str, Any]]] = []
        for holder in self._holders(modules):
            saved = dict(vars(holder))
            for name in CHANGING.get(holder.__name__, ()):
                saved.pop(name, None)
            self._saved.append((holder, saved))
        self._codes = [
            (value, {name: getattr(value, name) for name in _CODE})
            for _, saved in self._saved
            for value in saved.values()
            if isinstance(value, FunctionType)
        ]

    @staticmethod
    def _holders(modules: list[ModuleType]) -> Iterator[Any]:
        """Yield the modules, and the classes that they define."""
        for module in modules:
            yield module
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__ == module.__name__:
                    yield value

    def _load(self) -> ModuleType | None:
        """Return the checker, read afresh from its file."""
        for name in [name for name in sys.modules if _within(name, COURSE)]:
            del sys.modules[name]
        name = f"{COURSE}.{self.checker}"
        try:
            return importlib.import_module(name)
        except ModuleNotFoundError as error:
            if error.name not in (name, COURSE):
                raise
            return None

    def put_back(self, names: list[str], namespace: dict[str, Any]) -> None:
        """Put everything back before a check, and remember in `back` what was not as it was.

        Parameters
        ----------
        names : list of str
            Those that the check uses.
        namespace : dict
            The notebook's.
        """
        self.back = []
        for function, code in self._codes:
            for name, value in code.items():
                if getattr(function, name) is not value:
                    setattr(function, name, value)
                    self.back.append(function.__qualname__)
        for holder, saved in self._saved:
            for name, value in saved.items():
                if vars(holder).get(name, _ABSENT) is not value:
                    try:
                        setattr(holder, name, value)
                    except (AttributeError, TypeError):
                        continue
                    self.back.append(f"{holder.__name__}.{name}")
        sys.path[:] = self._path
        for name in names:
            if name in namespace and hasattr(builtins, name):
                del namespace[name]
                self.back.append(name)
        old = sys.modules.get(f"{COURSE}.{self.checker}")
        checker = self._load()
        if checker is not None and self.checker in names:
            if namespace.get(self.checker, old) is not old:
                self.back.append(self.checker)
            namespace[self.checker] = checker
