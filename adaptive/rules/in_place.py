"""A step that overwrites its arguments: what it asks of them, and the plain way to make it.

Faster ways are no matter of the rules. Whoever has one hands it to `provide`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.rules import shapes

Array = npt.NDArray[Any]
#: Makes a step in place on one array: from rule, theta, g, state and engine to the new state.
Stepper = Callable[[Any, Any, Any, Any, str], Any]


def step_into(rule: Any, theta: Any, g: Any, state: Any, engine: str) -> Any:
    """Make one step in place on one array, in the way that was provided last."""
    return _provided[-1](rule, theta, g, state, engine)


def provide(stepper: Stepper) -> None:
    """Let `Rule.step_into` make its steps in another way.

    Parameters
    ----------
    stepper : callable
        Takes a rule, the parameters as one array, the gradient, the state and the name of an
        engine; overwrites parameters and state, and returns the state with the new step number.
    """
    _provided.append(stepper)


def step_plainly(rule: Any, theta: Any, g: Any, state: Any, engine: str) -> Any:
    """Make one step in place where there is nothing faster."""
    _checks.one_of("engine", engine, ("auto", "plain"))
    return plainly(rule, theta, checked(rule, theta, g, state), state)


_provided: list[Stepper] = [step_plainly]


def plainly(rule: Any, theta: Array, g: Array, state: Any) -> Any:
    """Make one step by `Rule.step`, and copy it into the arguments."""
    moved, made = rule.step(theta, g, state)
    # What is kept may be one of these arrays, which is about to be written over.
    written = (theta, *state[1:])
    kept = [
        new.copy() if any(np.may_share_memory(new, each) for each in written) else new
        for new in made[1:]
    ]
    theta[...] = moved
    for old, new in zip(state[1:], kept, strict=True):
        old[...] = new
    return state._replace(t=state.t + 1)


def checked(rule: Any, theta: Any, g: Any, state: Any) -> Array:
    """Return the gradient in the dtype that is computed in, or say what is wrong."""
    floats = isinstance(theta, np.ndarray) and (theta.dtype.kind == "f" or _checks.is_half(theta))
    if not floats:
        raise TypeError(
            f"theta must be an array of floats, as it is written to, got {_checks.shown(theta)}"
        )
    rule._check_state(state)
    dtype = np.dtype(np.float32) if _checks.is_half(theta) else theta.dtype
    rule._check_eps(dtype)
    for name, array in zip(("theta", *state._fields[1:]), (theta, *state[1:]), strict=True):
        if not isinstance(array, np.ndarray) or not array.flags.writeable:
            raise ValueError(f"{name} must be an array that can be written to, got a read-only one")
        shape = shapes.of_state(rule.State, name, theta.shape)
        if array.shape != shape or (array.dtype != dtype and array is not theta):
            half = " (theta is of half precision)" if dtype != theta.dtype else ""
            words = "of theta" if shape == theta.shape else f"for theta of shape {theta.shape}"
            raise ValueError(
                f"{name} must have the shape and dtype {words}, {shape} and {dtype}{half}, "
                f"got {array.shape} and {array.dtype}"
            )
    g = _checks.numeric("g", g)
    if g.shape != theta.shape:
        raise ValueError(f"g must have the shape of theta, {theta.shape}, got {g.shape}")
    # `np.ascontiguousarray` would give a single number a dimension.
    return np.asarray(g, dtype, order="C")
