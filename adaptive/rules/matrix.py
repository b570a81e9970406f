"""Rules that make the step of a matrix from the whole of its gradient."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from adaptive.rules import containers
from adaptive.rules.base import Rule


class MatrixRule(Rule):
    """A rule whose `~adaptive.Rule.update` is written for matrices: arrays of shape (..., m, n).

    It may use products of matrices, transposes and sums over the last two axes. The axes before
    them are a batch; hyperparameters that are arrays have shape (k, 1, 1) for k matrices.

    Raises
    ------
    ValueError
        From `init` and `step`, if an array of the parameters has fewer than two axes.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from adaptive import MatrixRule, polar_factor
    >>> @dataclass(frozen=True, eq=False)
    ... class SpectralDescent(MatrixRule):
    ...     lr: float = 0.1
    ...
    ...     def update(self, g, t):
    ...         return (-self.lr * polar_factor(g),)
    >>> rule, theta = SpectralDescent(), np.eye(2)
    >>> rule.step(theta, np.diag([5.0, -0.2]), rule.init(theta))[0]
    array([[0.9, 0. ],
           [0. , 1.1]])
    """

    elementwise: ClassVar[bool] = False

    def init(self, theta: Any) -> Any:
        """Return the state before the first step, as `Rule.init`."""
        self._check_axes(theta)
        return super().init(theta)

    def step(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        """Make one step, as `Rule.step`."""
        self._check_axes(theta)
        return super().step(theta, g, state)

    def _check_axes(self, theta: Any) -> None:
        """Raise a ValueError if these are parameters, but no matrices."""
        if not containers.is_container(theta) and np.ndim(theta) < 2:
            name = type(self).__name__
            raise ValueError(
                f"theta must have shape (..., m, n) for {name}, got shape {np.shape(theta)}; "
                f"Mixed(matrices={name}(...), rest=AdamW(...)) gives to {name} what is a matrix, "
                "and the rest to another rule"
            )
