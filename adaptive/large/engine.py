"""Which way a step in place is made, and why."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.large import kernel
from adaptive.large.tape import run, tape
from adaptive.rules import in_place
from adaptive.rules.base import Rule
from adaptive.tracing import TracingError
from adaptive.tracing.split import split

Array = npt.NDArray[Any]

#: Arrays of fewer elements are done before a compiler is loaded.
SMALL = 10_000
ENGINES = ("auto", "numba", "blocks", "plain")


@dataclass(frozen=True)
class Engine:
    """How a step in place is made.

    Attributes
    ----------
    name : str
        ``"numba"``, a compiled loop; ``"blocks"``, numpy on blocks that fit the
        cache; ``"plain"``, `Rule.step` and a copy.
    reason : str
        Why this one.
    """

    name: str
    reason: str


def choose(rule: Rule, theta: npt.NDArray[np.floating], engine: str = "auto") -> Engine:
    """Return how ``rule.step_into`` would make a step on ``theta``, and why.

    Parameters
    ----------
    rule : Rule
        The rule.
    theta : ndarray
        The parameters.
    engine : {"auto", "numba", "blocks", "plain"}
        What is asked for.

    Returns
    -------
    Engine
        The engine.

    Raises
    ------
    ImportError
        If numba is asked for and not installed.
    ValueError
        If there is no such engine, or the one asked for cannot do this step.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import Adam
    >>> choose(Adam(), np.zeros(6))
    Engine(name='plain', reason='6 elements are fewer than 10000')
    """
    return _choose(rule, theta, engine, varying(rule))


def _choose(rule: Rule, theta: Array, engine: str, apart: tuple[str, ...]) -> Engine:
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, got {engine!r}")
    if engine == "plain":
        return Engine("plain", "it was asked for")
    kind: Any = type(rule)
    obstacle = _obstacle(rule, theta, apart)
    if obstacle:
        if engine != "auto":
            raise ValueError(f"engine must be 'plain' or 'auto' here, got {engine!r}: {obstacle}")
        return Engine("plain", obstacle)
    if engine == "auto" and theta.size < SMALL:
        return Engine("plain", f"{theta.size} elements are fewer than {SMALL}")
    numba_obstacle = _numba_obstacle(theta)
    if engine == "numba" or (engine == "auto" and not numba_obstacle):
        if numba_obstacle == _NOT_INSTALLED:
            raise ImportError(f"engine 'numba': {numba_obstacle}")
        if numba_obstacle:
            raise ValueError(f"engine must not be 'numba' here: {numba_obstacle}")
        return Engine("numba", "it was asked for" if engine == "numba" else "numba is installed")
    if tape(kind, apart) is None:
        return Engine("plain", f"{kind.__name__} compares or chooses, which needs new arrays")
    return Engine("blocks", "it was asked for" if engine == "blocks" else numba_obstacle)


_NOT_INSTALLED = 'numba is not installed: pip install "adaptive-optimizers[fast]"'


def _obstacle(rule: Rule, theta: Array, apart: tuple[str, ...]) -> str:
    """Return what keeps a step from being made element by element, if anything does."""
    if not rule.elementwise:
        return f"{type(rule).__name__} works on whole arrays"
    if not theta.flags.c_contiguous:
        return "theta is not contiguous"
    for name in apart:
        value = getattr(rule, name)
        if value.shape != theta.shape or value.dtype != theta.dtype:
            return f"{name} of {type(rule).__name__} is an array unlike theta"
    kind: Any = type(rule)
    try:
        split(kind, apart)
    except (TracingError, TypeError) as error:
        return str(error)
    return ""


def varying(rule: Rule) -> tuple[str, ...]:
    """Return the hyperparameters that are arrays."""
    return tuple(
        name for name, value in rule.hyperparameters.items() if isinstance(value, np.ndarray)
    )


def _numba_obstacle(theta: Array) -> str:
    if find_spec("numba") is None:
        return _NOT_INSTALLED
    if theta.dtype not in (np.float32, np.float64):
        return f"numba compiles float32 and float64, and theta is {theta.dtype}"
    return ""


def step_into(rule: Rule, theta: Any, g: Any, state: Any, engine: str = "auto") -> Any:
    """Make one step in place; see `Rule.step_into`, which calls this."""
    kind: Any = type(rule)
    g = in_place.checked(rule, theta, g, state)
    apart = varying(rule)
    chosen = _choose(rule, theta, engine, apart)
    if chosen.name == "plain" or _overlap(theta, g, state):
        return in_place.plainly(rule, theta, g, state)
    taken = split(kind, apart)
    own = {f"hyper.{name}": np.ascontiguousarray(getattr(rule, name)) for name in apart}
    states = {f"state.{name}": array for name, array in state._asdict().items() if name != "t"}
    given = {"theta": theta, "g": g, **states, **own}
    flat = {name: array.reshape(-1) for name, array in given.items()}
    shared = taken.values(rule, state.t + 1)
    if chosen.name == "blocks":
        made_tape = tape(kind, apart)
        assert made_tape is not None
        with np.errstate(all="ignore"):
            run(made_tape, flat["theta"], [flat[name] for name in taken.arrays], shared)
    else:
        scalars = (theta.dtype.type(value) for value in shared)
        kernel.run(kernel.compiled(kind, apart), *flat.values(), *scalars)
    return state._replace(t=state.t + 1)


def _overlap(theta: Array, g: Array, state: Any) -> bool:
    """Return whether two of the arrays share memory without being the same."""
    arrays = (theta, g, *state[1:])
    return any(
        np.may_share_memory(one, other) and not _same(one, other)
        for k, one in enumerate(arrays)
        for other in arrays[:k]
    )


def _same(one: Array, other: Array) -> bool:
    return one.__array_interface__["data"] == other.__array_interface__["data"]
