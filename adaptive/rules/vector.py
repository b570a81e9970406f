"""Rules that make the step of an array, or of all arrays, with totals over its entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np

from adaptive import _checks
from adaptive.rules import containers, in_place
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

    Notes
    -----
    A number in a gradient that is not finite makes each total over it not finite, and so all
    entries that the total reaches.

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
        if containers.is_container(theta) and not self.of_all:
            return containers.step_each(self.step, theta, g, state)
        check_numbers(self, self.hyperparameters)
        arrays = [_checks.floating("theta", each) for each, *_ in containers.apart(theta, g, state)]
        rows = [self._rows(*each) for each in containers.apart(theta, g, state)]
        flat, slope, *kept = (np.concatenate(each) for each in zip(*rows, strict=True))
        moved, new = self.step_rows(flat, slope, self.State(state.t, *kept))
        ends = np.cumsum([array.size for array in arrays])[:-1].tolist()

        def apart(vector: Any, dtypes: Any) -> Any:
            parts = zip(np.split(vector, ends), dtypes, arrays, strict=True)
            made = [part.astype(dtype).reshape(like.shape) for part, dtype, like in parts]
            return containers.refilled(theta, iter(made))

        single = [row[0].dtype for row in rows]
        states = (apart(vector, single) for vector in new[1:])
        return apart(moved, [array.dtype for array in arrays]), self.State(new.t, *states)

    def _rows(self, theta: Any, g: Any, state: Any) -> list[Any]:
        """Return one array's parameters, gradient and state as vectors, in its precision."""
        theta, g = self._checked(_checks.single(_checks.floating("theta", theta)), g, state)
        rows = [theta.reshape(-1)]
        for name, value in zip(("g", *self.state_names), (g, *state[1:]), strict=True):
            array = _checks.single(_checks.floating(name, value))
            try:
                rows.append(np.broadcast_to(array, theta.shape).reshape(-1))
            except ValueError:
                raise ValueError(
                    f"{name} must have the shape of theta, {theta.shape}, or broadcast to it, "
                    f"got shape {array.shape}"
                ) from None
        return rows

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
        moved, new = super().step(_checks.single(theta), g, state)
        # A number of numpy's, such as the root of a hyperparameter, promotes float32.
        kept = (np.asarray(array, moved.dtype) for array in new[1:])
        return moved.astype(theta.dtype, copy=False), self.State(new.t, *kept)

    def step_into(self, theta: Any, g: Any, state: Any, engine: str = "auto") -> Any:
        """Make one step in place, as `Rule.step_into`."""
        if not (self.of_all and containers.is_container(theta)):
            return super().step_into(theta, g, state, engine)
        if engine not in ("auto", "plain"):
            raise ValueError(
                f"engine must be 'plain' or 'auto' here, got {engine!r}: {type(self).__name__} "
                "works on whole arrays"
            )
        self._check_state(state)
        containers.check_apart(theta)
        written = list(containers.apart(theta, g, state))
        for each in written:
            in_place.checked(self, *each)
        moved, new = self.step(theta, g, state)
        for (array, _, own), (now, _, made) in zip(
            written, containers.apart(moved, g, new), strict=True
        ):
            for old, fresh in zip((array, *own[1:]), (now, *made[1:]), strict=True):
                old[...] = fresh
        return state._replace(t=new.t)


def check_numbers(rule: Rule, hyperparameters: Mapping[str, Any]) -> None:
    """Raise a ValueError if one of these is an array, where all of theta has one total."""
    for name, value in hyperparameters.items():
        if isinstance(value, np.ndarray):
            raise ValueError(
                f"{type(rule).__name__}.{name} must be a number in a step, whose totals are over "
                f"all of theta, got shape {value.shape}; sweep(..., {name}=[...]) makes a batch"
            )


def norm(x: Any) -> Any:
    """Return the length of vectors of shape (..., d), with shape (..., 1).

    The square of a large number is infinite where its length is not.
    """
    top = np.max(np.abs(x), axis=-1, keepdims=True, initial=0)
    unit = np.where((top > 0) & np.isfinite(top), top, 1).astype(x.dtype)
    return unit * np.sqrt(np.sum((x / unit) ** 2, axis=-1, keepdims=True))
