"""Parameters that come as several arrays: dictionaries, lists and tuples of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from adaptive import _checks


def is_container(value: Any) -> bool:
    """Return whether this holds several arrays, as a model's parameters do.

    A list of numbers is one array; a list of arrays holds several.
    """
    if isinstance(value, Mapping):
        return True
    return isinstance(value, list | tuple) and any(
        isinstance(item, np.ndarray) or is_container(item) for item in value
    )


def init_each(init: Callable[[Any], Any], theta: Any) -> Any:
    """Return the state of several arrays: each of its fields holds arrays as theta does."""
    return _joined(theta, [init(theta[key]) for key in _some_keys(theta)])


def step_each(step: Callable[[Any, Any, Any], Any], theta: Any, g: Any, state: Any) -> Any:
    """Make one step for each of several arrays.

    Parameters
    ----------
    step : callable
        Takes the parameters, the gradient and the state of one of them, and
        returns the new parameters and the new state.
    theta, g : dict, list or tuple of arrays
        The parameters and the gradient.
    state : Rule.State
        From `init_each`, or from the step before.

    Returns
    -------
    theta, state
        The new ones, in containers of the same form.

    Raises
    ------
    ValueError
        If ``g`` or the state do not hold arrays as ``theta`` does.
    """
    keys = _some_keys(theta)
    for name, other in zip(("g", *state._fields[1:]), (g, *state[1:]), strict=True):
        if not is_container(other) or _keys(other) != keys:
            raise ValueError(
                f"{name} must hold arrays as theta does, {', '.join(map(repr, keys))}, "
                f"got {_checks.shown(other)}"
            )
    made = [
        step(theta[key], g[key], type(state)(state.t, *(array[key] for array in state[1:])))
        for key in keys
    ]
    return _rebuilt(theta, [theta for theta, _ in made]), _joined(theta, [s for _, s in made])


def _keys(container: Any) -> list[Any]:
    if isinstance(container, Mapping):
        # In one order, whichever the dictionary was written in.
        return sorted(container, key=repr)
    return list(range(len(container)))


def _some_keys(theta: Any) -> list[Any]:
    if not theta:
        raise ValueError(f"theta must hold at least one array, got {_checks.shown(theta)}")
    return _keys(theta)


def _rebuilt(container: Any, items: Sequence[Any]) -> Any:
    """Return a container of the same form with other items."""
    if isinstance(container, Mapping):
        named = dict(zip(_keys(container), items, strict=True))
        return {key: named[key] for key in container}
    return list(items) if isinstance(container, list) else tuple(items)


def _joined(container: Any, states: Sequence[Any]) -> Any:
    """Return one state from those of the items: each field holds what theirs hold."""
    fields = [_rebuilt(container, arrays) for arrays in zip(*(s[1:] for s in states), strict=True)]
    return type(states[0])(states[0].t, *fields)
