"""Runs in the kernel of a submission: puts back what the student's code has changed.

A name that the notebook binds anew, `float` or the checker's, must not decide on points, by
intent or by mistake. It is no wall: code that wants to can undo what stands here. But this code
is read anew for each check, what it remembers has a seal, and a broken seal leaves the question
to a person.
"""

from __future__ import annotations

import asyncio
import builtins
import functools
import gc
import hashlib
import importlib
import json
import re
import signal
import sys
from collections.abc import Callable, Iterator
from types import FunctionType, ModuleType, SimpleNamespace
from typing import Any

from IPython import get_ipython
from tqdm import tqdm
from zmq.utils.garbage import gc as messages

COURSE = "adaptive.course"
KEPT = ("adaptive", "builtins", "hashlib", "json", "math", "numpy")
#: What is set anew all the time: by the kernel for each cell, and here for each check.
CHANGING = {"builtins": ("input",), "adaptive": ("course",)}
#: Where the guard is between checks, beside the modules.
PLACE = "guard of adaptive"
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
        size, most = int(gibibytes * 2**30), resource.getrlimit(resource.RLIMIT_AS)[1]
        size = size if most == resource.RLIM_INFINITY else min(size, most)
        # Both the limit and how far it may be raised.
        resource.setrlimit(resource.RLIMIT_AS, (size, size))


def begin(checker: str, gibibytes: float) -> str:
    """Set up the guard before a submission runs, and return its seal.

    Parameters
    ----------
    checker : str
        Name of the assignment's module in `adaptive.course`.
    gibibytes : float
        Of memory, see `limit_memory`.
    """
    limit_memory(gibibytes)
    # What would start a thread later, for progress bars or long messages, does so now or never.
    tqdm.monitor_interval = 0
    if not messages.is_alive():
        messages.start()
    guard = Guard(checker)
    _refuse_hooks(guard.refused)
    sys.modules[PLACE] = SimpleNamespace(remembered=vars(guard))  # type: ignore[assignment]
    return guard.seal()


def before_check(names: list[str]) -> str:
    """Put everything back before a check.

    Parameters
    ----------
    names : list of str
        Those that the check uses.

    Returns
    -------
    str
        JSON: the seal of what was remembered, what was not as it was, whether a thread of the
        notebook's still runs, which could change it again, and the seal of the course's own code.
    """
    kept: Any = sys.modules[PLACE]
    guard = _renewed(Guard, kept.remembered)
    if guard._shell is not None:
        guard._shell = _renewed(_Shell, vars(guard._shell))
    seal = guard.seal()
    guard.put_back(names, get_ipython().user_ns)
    running = _threads() != guard._threads
    return json.dumps({"seal": seal, "back": guard.back, "running": running, "course": _course()})


def after_check() -> str:
    """Return, as JSON, the calls that a check has written down, and a hash of the course's code."""
    transcript: Any = sys.modules.get(f"{COURSE}.transcript")
    return json.dumps({"calls": transcript.CALLS, "course": _course()})


def _course() -> str:
    """Return a hash of the course's own code: it is another if something is put in its place."""
    modules = [module for name, module in sys.modules.items() if _within(name, COURSE)]
    held = []
    for holder in sorted(Guard._holders(modules), key=lambda one: (one.__name__, id(one))):
        for name, value in sorted(vars(holder).items()):
            if not name.startswith("__") or callable(value):
                codes = [id(getattr(value, code, None)) for code in _CODE]
                held.append([holder.__name__, name, id(value), codes])
    return hashlib.sha256(repr(held).encode()).hexdigest()


def _refuse_hooks(refused: list[str]) -> None:
    """Refuse the audit hooks of others, which nobody could take away again, and note it."""

    def hook(event: str, arguments: Any) -> None:
        if event == "sys.addaudithook":
            refused.append("an audit hook")
            raise RuntimeError  # which means that the hook is not added

    sys.addaudithook(hook)


def _call_off() -> list[str]:
    """Call off what the notebook has left to the kernel's event loop."""
    try:
        loop: Any = asyncio.get_running_loop()
    except RuntimeError:
        return []
    waiting = [*getattr(loop, "_ready", ()), *getattr(loop, "_scheduled", ())]
    theirs: list[Any] = [
        one
        for one in waiting
        if not one.cancelled() and _of_the_notebook((one._callback, one._args))
    ]
    theirs += [one for one in asyncio.all_tasks(loop) if _of_the_notebook(one.get_coro())]
    for one in theirs:
        one.cancel()
    return ["what waits in the event loop"] if theirs else []


def _of_the_notebook(called: Any, depth: int = 6) -> bool:
    """Return whether something that will be called has code of a cell in it, or runs any code."""
    if depth == 0 or called in (exec, eval, setattr):
        return True
    for name in ("__code__", "cr_code", "gi_code"):
        if code := getattr(called, name, None):
            return re.search(r"^<|ipykernel_\d", code.co_filename) is not None
    if isinstance(called, functools.partial):
        within: Any = (called.func, *called.args, *called.keywords.values())
    elif isinstance(called, tuple | list):
        within = called
    else:
        return callable(called) and type(called).__module__ == "__main__"
    return any(_of_the_notebook(one, depth - 1) for one in within)


def _tools() -> list[Any]:
    """Return who watches what Python runs, by the numbers that Python has for them."""
    monitoring = getattr(sys, "monitoring", None)
    return [monitoring.get_tool(k) for k in range(6)] if monitoring else []


def _threads() -> list[int]:
    """Return the threads that run Python, the kernel's own among them."""
    if not isinstance(sys._current_frames, type(len)):
        return []
    return sorted(sys._current_frames())


def _handlers() -> dict[int, Any]:
    """Return what each signal calls."""
    return {number: signal.getsignal(number) for number in signal.valid_signals()}


def _renewed(kind: Any, remembered: dict[str, Any]) -> Any:
    """Return an object of a class as it is here, with what another one remembered, and no more."""
    made = kind.__new__(kind)
    vars(made).update({name: remembered[name] for name in kind.REMEMBERS})
    return made


class Guard:
    """Remember the modules that a check relies on, and put them back.

    Parameters
    ----------
    checker : str
        Name of the assignment's module in `adaptive.course`; one that is not there is no error.
    """

    REMEMBERS = (
        *("checker", "refused", "_path", "_shell", "_saved", "_codes", "_threads", "_handlers"),
        *("_collecting", "_watching"),
    )

    def __init__(self, checker: str) -> None:
        self.checker = checker
        #: What was put back at last.
        self.back: list[str] = []
        #: Hooks that were refused since the last check.
        self.refused: list[str] = []
        self._path = sys.path[:]
        self._collecting, self._watching = gc.callbacks[:], _tools()
        self._threads, self._handlers = _threads(), _handlers()
        self._shell = _Shell() if get_ipython() is not None else None
        self._load()
        modules = [
            module
            for name, module in sys.modules.items()
            if any(_within(name, kept) for kept in KEPT) and not _within(name, COURSE)
        ]
        shells = type(get_ipython()).__mro__[:-1] if self._shell else ()
        self._saved: list[tuple[Any, dict[str, Any]]] = []
        for holder in [*self._holders(modules), *shells]:
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

    def seal(self) -> str:
        """Return a hash of what is remembered: it is another if something else is."""
        held: list[Any] = [self._watching]
        held += [[id(holder), *map(id, saved.values())] for holder, saved in self._saved]
        held += [[id(function), *map(id, code.values())] for function, code in self._codes]
        held += [self._threads, *([number, id(one)] for number, one in self._handlers.items())]
        held.append([id(one) for one in self._collecting])
        shell = self._shell.seal() if self._shell else []
        return hashlib.sha256(repr([self.checker, self._path, held, shell]).encode()).hexdigest()

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
        self.back = (self._shell.put_back() if self._shell else []) + _call_off()
        self.back += dict.fromkeys(self.refused)
        self.refused.clear()
        if gc.callbacks != self._collecting:
            gc.callbacks[:] = self._collecting
            self.back.append("what is called when memory is freed")
        for number, (tool, known) in enumerate(zip(_tools(), self._watching, strict=True)):
            if tool is not None and known is None:
                sys.monitoring.set_events(number, 0)  # type: ignore[attr-defined, unused-ignore]
                sys.monitoring.free_tool_id(number)  # type: ignore[attr-defined, unused-ignore]
                self.back.append("Python's tracing")
        for number, handler in _handlers().items():
            if handler is not self._handlers[number]:
                signal.signal(number, self._handlers[number] or signal.SIG_DFL)
                self.back.append(f"what {signal.Signals(number).name} calls")
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


class _Shell:
    """What IPython does to a cell before and after it runs."""

    REMEMBERS = ("_it", "_manager", "_lists", "_copies", "_events", "_own")

    def __init__(self) -> None:
        self._it: Any = get_ipython()
        # exit() would end the kernel behind its cell; so it ends the cell.
        self._it.ask_exit = sys.exit
        self._manager = self._it.input_transformer_manager
        self._lists = [(*place, getattr(*place)) for place in self._places()]
        self._copies = [list(found) for *_, found in self._lists]
        self._events = {name: list(found) for name, found in self._it.events.callbacks.items()}
        self._own = set(vars(self._it))

    def _places(self) -> list[tuple[Any, str]]:
        """Return where the lists are of what changes a cell: an owner and a name."""
        names = ("cleanup_transforms", "line_transforms", "token_transformers")
        ours = ("input_transformers_post", "ast_transformers")
        return [*((self._manager, name) for name in names), *((self._it, name) for name in ours)]

    def seal(self) -> list[Any]:
        """Return the identities of what is remembered."""
        lists = [[id(found), *map(id, copy)] for (*_, found), copy in self._both()]
        events = [[name, *map(id, found)] for name, found in sorted(self._events.items())]
        return [id(self._it), id(self._manager), lists, events, sorted(self._own)]

    def _both(self) -> Iterator[tuple[tuple[Any, str, list[Any]], list[Any]]]:
        return zip(self._lists, self._copies, strict=True)

    def put_back(self) -> list[str]:
        """Put everything back; return what was not as it was."""
        back = set()
        if self._it.input_transformer_manager is not self._manager:
            self._it.input_transformer_manager = self._manager
            back.add("IPython's transformers")
        for (owner, name, found), copy in self._both():
            if getattr(owner, name) is not found or found != copy:
                found[:] = copy
                setattr(owner, name, found)
                back.add("IPython's transformers")
        for name, callbacks in self._it.events.callbacks.items():
            known = self._events.get(name, [])
            kept = [one for one in callbacks if one in known or _of_a_library(one)]
            if kept != callbacks or not all(one in callbacks for one in known):
                callbacks[:] = [*known, *(one for one in kept if one not in known)]
                back.add("IPython's events")
        for name in set(vars(self._it)) - self._own:
            if callable(getattr(type(self._it), name, None)):
                delattr(self._it, name)
                back.add(f"IPython's {name}")
        if sys.gettrace() is not None or sys.getprofile() is not None:
            sys.settrace(None)
            sys.setprofile(None)
            back.add("Python's tracing")
        return sorted(back)


def _of_a_library(function: Callable[..., object]) -> bool:
    """Return whether a function is what a module calls so, such as what draws figures."""
    module = getattr(function, "__module__", "__main__")
    there = getattr(sys.modules.get(module), getattr(function, "__name__", ""), None)
    return module != "__main__" and there is function
