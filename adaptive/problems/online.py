"""The problem on which Adam ends at the worst point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located, point, store


@dataclass(frozen=True)
class Reddi(Problem):
    """Linear losses on [-1, 1]: rarely one that rises steeply, mostly ones that fall gently.

    The loss of step t is ``large`` · θ at every ``period``-th step, beginning
    with the first, and -``small`` · θ at all others. Their mean rises, so the
    best point is -1.

    Parameters
    ----------
    large, small : float, default 1010 and 10
        The two slopes, positive.
    period : int, default 101
        Steps from one large slope to the next, at least 2.
    at_random : bool, default False
        Draw the large slope with probability 1/``period`` instead.

    Raises
    ------
    TypeError, ValueError
        If an argument is not what is said above, or if ``large`` is at most
        (``period`` - 1) · ``small``, which puts the best point at +1.

    References
    ----------
    Reddi, Kale and Kumar (2018), section 5, the synthetic experiments.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems import Reddi
    >>> problem, rng = Reddi(), np.random.default_rng(0)
    >>> [problem.draw(t, rng).item() for t in (1, 2, 101, 102)]
    [1010.0, -10.0, -10.0, 1010.0]
    >>> problem.slope > 0, problem.minimum
    (True, array([-1.]))
    """

    large: Any = 1010.0
    small: Any = 10.0
    period: int = 101
    at_random: bool = False

    stochastic = True
    name = "online problem of Reddi et al."
    start = point(0.0)
    minimum = point(-1.0)
    bounds = ((-1.0, 1.0),)

    def __post_init__(self) -> None:
        """Check the fields."""
        checked = {
            "large": _checks.number("large", self.large, 0, open_low=True),
            "small": _checks.number("small", self.small, 0, open_low=True),
            "period": _checks.count("period", self.period, 2),
        }
        store(self, **checked)
        if not isinstance(self.at_random, bool):
            raise TypeError(f"at_random must be True or False, got {self.at_random!r}")
        if self.slope <= 0:
            raise ValueError(
                f"large must exceed (period - 1) * small = {(self.period - 1) * self.small:g}, "
                f"got {self.large:g}"
            )

    @property
    def slope(self) -> float:
        """The mean slope."""
        return (self.large - (self.period - 1) * self.small) / self.period

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the mean loss at ``theta``, shape (..., 1)."""
        return self.slope * located(theta, 1)[..., 0]

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the slope in ``batch``, or the mean slope, in the shape (..., 1) of ``theta``."""
        slope = self.slope if batch is None else batch
        return slope * np.ones_like(located(theta, 1))

    def draw(self, t: int, rng: np.random.Generator) -> Array:
        """Return the slope of step ``t``, shape (1,)."""
        rare = rng.random() < 1 / self.period if self.at_random else (t - 1) % self.period == 0
        return np.array([self.large if rare else -self.small])

    def draws(self, times: range, rng: np.random.Generator) -> Array:
        """Return the slopes of many steps, shape (times, 1)."""
        if self.at_random:
            rare = rng.random(len(times)) < 1 / self.period
        else:
            rare = (np.array(times, dtype=int) - 1) % self.period == 0
        return np.where(rare, self.large, -self.small)[:, None]

    def project(self, theta: Array) -> Array:
        """Return ``theta`` clipped to [-1, 1]."""
        return np.clip(theta, -1, 1)
