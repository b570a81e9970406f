"""A program as one compiled loop over the elements, written as Python and compiled by numba."""

from __future__ import annotations

import threading
from functools import cache
from types import ModuleType
from typing import Any

from adaptive import _fork
from adaptive.large.cache import call, module
from adaptive.tracing.flat import OPERATORS, Language, element_source, parameter
from adaptive.tracing.split import Split, split

#: From so many elements on, several cores are faster than one.
PARALLEL = 300_000

#: numba's simplest scheduler dies if two threads enter it at once.
ONE_AT_A_TIME = threading.Lock()

#: What numba compiles best: operators, and Python's own functions on single numbers.
NUMBA = Language("np.", {**OPERATORS, "absolute": "abs({0})", "where": "{1} if {0} else {2}"})

_TEMPLATE = '''"""One step of {name}, in place. Written by adaptive from the rule's own update."""

import numba
import numpy as np


@numba.njit(error_model="numpy", cache=True)
{element}

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

_SEVERAL = """

from numba.core import types
from numba.extending import intrinsic


@intrinsic
def at(typing, address, like):
    # A pointer to numbers of the dtype of an array, from their address.
    pointer = types.CPointer(like.dtype)

    def code(context, builder, signature, arguments):
        return builder.inttoptr(arguments[0], context.get_value_type(pointer))

    return pointer(address, like), code


@numba.njit(error_model="numpy", cache=True, nogil=True)
def several({parameters}):
    for row in rows:
        serial({arguments})
"""


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
    return loop(split(kind, varying), kind.__name__)


def loop(taken: Split, name: str) -> str:
    """Return a step that was taken apart as such a source.

    Where ``theta`` is among its arrays, each element's step is made from that element as well.
    """
    arrays = [parameter(each) for each in taken.arrays]
    shared = [parameter(each) for each in taken.shared]
    states = [parameter(each) for each in taken.arrays if each.startswith("state.")]
    return _TEMPLATE.format(
        name=name,
        element=element_source(taken.elements, NUMBA),
        parameters=", ".join(dict.fromkeys(("theta", *arrays, *shared))),
        targets=", ".join(("step", *(f"{each}[i]" for each in states))),
        elements=", ".join((*(f"{each}[i]" for each in arrays), *shared)),
    )


def several(taken: Split) -> str:
    """Return more source, to follow that of `loop`: the same on many arrays, in one call.

    Its function ``several`` takes a row for each parameter, with the addresses of the arrays that
    ``serial`` takes and their common size; an array of their dtype; and what elements share.
    """
    count = len({"theta", *taken.arrays})
    arrays = [f"numba.carray(at(row[{k}], like), row[{count}])" for k in range(count)]
    shared = [parameter(each) for each in taken.shared]
    return _SEVERAL.format(
        parameters=", ".join(("rows", "like", *shared)), arguments=", ".join((*arrays, *shared))
    )


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
