"""The problem on which Adam turns away, beside one that is the same on average."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.problems.base import Array, located, point
from adaptive.problems.online import Reddi


@dataclass(frozen=True)
class RareAndSteady(Reddi):
    """Two linear losses with one mean, on [-1, 1]²: one seen in rare jolts, one steadily.

    The first coordinate is that of `Reddi`. The slope in the second is the
    mean slope of the first, at every step. So the best point is (-1, -1), and
    on average the two coordinates are alike.

    Parameters
    ----------
    large, small : float, default 11 and 1
        The two slopes of the first coordinate, positive.
    period : int, default 11
        Steps from one large slope to the next, at least 2.
    at_random : bool, default False
        Draw the large slope with probability 1/``period`` instead.

    Raises
    ------
    TypeError, ValueError
        As in `Reddi`.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems import RareAndSteady
    >>> problem, rng = RareAndSteady(large=4, small=1, period=3), np.random.default_rng(0)
    >>> np.array([problem.draw(t, rng) for t in (1, 2, 3)])
    array([[ 4.        ,  0.66666667],
           [-1.        ,  0.66666667],
           [-1.        ,  0.66666667]])
    """

    large: Any = 11.0
    small: Any = 1.0
    period: int = 11

    name = "rare and steady slopes"
    start = point(0.0, 0.0)
    minimum = point(-1.0, -1.0)
    bounds = ((-1.05, 1.05), (-1.05, 1.05))  # type: ignore[assignment]  # two pairs

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the mean loss at ``theta``, shape (..., 2), above that of the best point."""
        theta = located(theta, 2)
        return self.slope * (theta[..., 0] + 1) + self.slope * (theta[..., 1] + 1)

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the slopes in ``batch``, or the mean slopes, in the shape of ``theta``."""
        slopes = np.array([self.slope, self.slope]) if batch is None else batch
        return slopes + 0 * located(theta, 2)

    def draw(self, t: int, rng: np.random.Generator) -> Array:
        """Return the slopes of step ``t``, shape (2,)."""
        return np.append(super().draw(t, rng), self.slope)

    def project(self, theta: Array) -> Array:
        """Return ``theta`` clipped to [-1, 1] in each coordinate."""
        # One coordinate at a time, which can be traced.
        clipped = [np.minimum(np.maximum(x, -1), 1) for x in np.moveaxis(theta, -1, 0)]
        return np.moveaxis(np.array(clipped), 0, -1)
