"""A program as one compiled loop over the elements, written as Python and compiled by numba."""

from __future__ import annotations

import threading
from functools import cache
from types import ModuleType
from typing import Any

from adaptive import _fork
from adaptive.large.cache import call, module
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

    The machine code is kept between processes, in the folder that the environment
    variable ``ADAPTIVE_CACHE_DIR`` names, or else in the user's cache. Where that is not
    the user's own, or others can write to it, each process compiles for itself.
    """
    return module(kind.__name__.lower(), source(kind, varying))


def run(module: ModuleType, theta: Any, *rest: Any) -> None:
    """Make one step in place, on several cores if that is faster.

    Parameters
    ----------
    module : module
        From `compiled`.
    theta : ndarray, shape (n,)
        The parameters.
    *rest : ndarray or float
        The other parameters of the compiled functions.
    """
    # A forked process has none of the threads that numba may have started before.
    if theta.size < PARALLEL or _fork.is_forked():
        call(module, "serial", theta, *rest)
        return
    with ONE_AT_A_TIME:
        call(module, "parallel", theta, *rest)
