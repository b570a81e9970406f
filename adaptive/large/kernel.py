"""A program as one compiled loop over the elements, written as Python and compiled by numba."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from adaptive.large.split import split
from adaptive.tracing import Node

#: From so many elements on, several cores are faster than one.
PARALLEL = 300_000

#: numba's simplest scheduler dies if two threads enter it at once.
ONE_AT_A_TIME = threading.Lock()

_INFIX = {
    "add": "+",
    "subtract": "-",
    "multiply": "*",
    "divide": "/",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}

_TEMPLATE = '''"""One step of {name}, in place. Written by adaptive from the rule's own update."""

import numba
import numpy as np


@numba.njit(error_model="numpy", cache=True)
def element({inputs}):
{body}
    return {results}


@numba.njit(error_model="numpy", cache=True, nogil=True)
def serial({parameters}):
    for i in range(theta.size):
        {targets} = element({elements})
        theta[i] += step


@numba.njit(error_model="numpy", cache=True, nogil=True, parallel=True)
def parallel({parameters}):
    for i in numba.prange(theta.size):
        {targets} = element({elements})
        theta[i] += step
'''


def source(kind: Any, varying: tuple[str, ...] = ()) -> str:
    """Return a rule's step as the source of a module: for one element, and for all.

    Parameters
    ----------
    kind : type of Rule
        A class of rules.
    varying : tuple of str
        The hyperparameters that differ from element to element.

    Returns
    -------
    str
        Python, with functions ``element``, ``serial`` and ``parallel``.

    Raises
    ------
    TracingError
        If the rule cannot be recorded.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> print(source(Momentum).split("def element")[1].split("@")[0].rstrip())
    (g, v, c0, c1):
        x0 = c0 * v
        x1 = c1 * g
        x2 = x0 + x1
        x3 = -x2
        return x3, x2
    """
    taken = split(kind, varying)
    names: dict[Node, str] = {}
    lines: list[str] = []
    for node in taken.elements.nodes():
        if node.op == "symbol":
            names[node] = _name(node.value)
        else:
            names[node] = f"x{len(lines)}"
            lines.append(
                f"    {names[node]} = {_expression(node.op, [names[a] for a in node.args])}"
            )
    arrays, shared = [_name(name) for name in taken.arrays], [_name(name) for name in taken.shared]
    states = arrays[1 : len(taken.elements.outputs)]
    return _TEMPLATE.format(
        name=kind.__name__,
        inputs=", ".join((*arrays, *shared)),
        body="\n".join(lines),
        results=", ".join(names[node] for node in taken.elements.outputs),
        parameters=", ".join(("theta", *arrays, *shared)),
        targets=", ".join(("step", *(f"{name}[i]" for name in states))),
        elements=", ".join((*(f"{name}[i]" for name in arrays), *shared)),
    )


def _name(symbol: str) -> str:
    # A state and a hyperparameter may have one name.
    return symbol.removeprefix("state.").replace("hyper.", "hyper_").replace("$", "c")


def _expression(op: str, args: list[str]) -> str:
    if op in _INFIX:
        return f" {_INFIX[op]} ".join(args)
    if op == "negative":
        return f"-{args[0]}"
    if op == "absolute":
        return f"abs({args[0]})"
    if op == "where":
        return f"{args[1]} if {args[0]} else {args[2]}"
    return f"np.{op}({', '.join(args)})"


@cache
def compiled(kind: Any, varying: tuple[str, ...]) -> Any:
    """Return the module of a rule's kernels; each is compiled when it is first called.

    The source and the machine code are kept between processes, in the folder
    that the environment variable ``ADAPTIVE_CACHE_DIR`` names, or else in the
    user's cache.
    """
    return module(kind.__name__.lower(), source(kind, varying))


def module(name: str, text: str) -> ModuleType:
    """Return a module made from its source, which is stored where numba can cache beside it."""
    name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    path = _folder() / f"{name}.py"
    if not path.exists() or path.read_text("utf-8") != text:
        # Put in place at once: another process may be reading.
        handle, written = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
        Path(written).replace(path)
    return _load(f"adaptive.large._{name}", path)


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # numba looks the module up by its name when it reads its cache.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _folder() -> Path:
    """Return a folder that can be written to: the user's cache, or a temporary one."""
    default = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    chosen = os.environ.get("ADAPTIVE_CACHE_DIR") or Path(default) / "adaptive-optimizers"
    folder = Path(chosen).expanduser()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError:
        return Path(tempfile.mkdtemp(prefix="adaptive-"))
