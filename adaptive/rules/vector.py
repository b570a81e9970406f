"""Rules that make the step of an array, or of all arrays, with totals over its entries."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from adaptive import _checks
from adaptive.rules import containers
from adaptive.rules.base import Rule


class VectorRule(Rule):
    """A rule whose `~adaptive.Rule.update` is written for the entries of an array as one vector.

    It gets vectors of shape (..., d) and may use sums over the last axis, such as norms. The axes
    before it are a batch of runs, as `sweep` makes them.

    Raises
    ------
    ValueError
        From `step`, if a hyperparameter is an array: where all entries of an array count together,
        a batch is made by `sweep`.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from adaptive import VectorRule
    >>> @dataclass(frozen=True, eq=False)
    ... class NormalizedDescent(VectorRule):
    ...     lr: float = 0.1
    ...
    ...     def update(self, g, t):
    ...         return (-self.lr * g / np.linalg.norm(g, axis=-1, keepdims=True),)
    >>> rule, theta = NormalizedDescent(), np.zeros((2, 2))
    >>> rule.step(theta, np.array([[3.0, 0.0], [0.0, 4.0]]), rule.init(theta))[0]
    array([[-0.06,  0.  ],
           [ 0.  , -0.08]])
    """

    elementwise: ClassVar[bool] = False
    #: Whether the vector holds the entries of all arrays of a container, and not of one.
    of_all: ClassVar[bool] = False

    def step(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        """Make one step, as `Rule.step`."""
        self._check_state(state)
        if containers.is_container(theta):
            make = containers.step_joined if self.of_all else containers.step_each
            return make(self.step, theta, g, state)
        for name, value in self.hyperparameters.items():
            if isinstance(value, np.ndarray):
                raise ValueError(
                    f"{type(self).__name__}.{name} must be a number in a step, whose totals are "
                    f"over all of theta, got shape {value.shape}; sweep(..., {name}=[...]) makes "
                    "a batch"
                )
        theta = _checks.floating("theta", theta)
        if _checks.is_half(theta):
            return self._step_in_single(theta, g, state)
        theta, g = self._checked(theta, g, state)
        rows = (np.broadcast_to(array, theta.shape).reshape(-1) for array in (theta, g, *state[1:]))
        flat, slope, *arrays = rows
        moved, new = self.step_rows(flat, slope, self.State(state.t, *arrays))
        shaped = (array.reshape(theta.shape) for array in new[1:])
        return moved.reshape(theta.shape), self.State(new.t, *shaped)

    def step_rows(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        """Make one step of each of several runs.

        Parameters
        ----------
        theta, g : ndarray, shape (..., d)
            Parameters and gradients; each row is a run.
        state : Rule.State
            The state, with arrays of that shape.

        Returns
        -------
        theta : ndarray
            The new parameters.
        state : Rule.State
            The new state.
        """
        return super().step(theta, g, state)

    def step_into(self, theta: Any, g: Any, state: Any, engine: str = "auto") -> Any:
        """Make one step in place, as `Rule.step_into`."""
        if not (self.of_all and containers.is_container(theta)):
            return super().step_into(theta, g, state, engine)
        _checks.one_of("engine", engine, ("auto", "plain"))
        containers.check_apart(theta)
        moved, new = self.step(theta, g, state)
        for old, made in zip((theta, *state[1:]), (moved, *new[1:]), strict=True):
            containers.write(old, made)
        return state._replace(t=new.t)


def norm(x: Any) -> Any:
    """Return the length of vectors of shape (..., d), with shape (..., 1).

    The square of a large number is infinite where its length is not.
    """
    top = np.max(np.abs(x), axis=-1, keepdims=True, initial=0)
    unit = np.where((top > 0) & np.isfinite(top), top, 1).astype(x.dtype)
    return unit * np.sqrt(np.sum((x / unit) ** 2, axis=-1, keepdims=True))
