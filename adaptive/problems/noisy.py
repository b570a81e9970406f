"""A quadratic whose gradient is only seen through noise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located, store


@dataclass(frozen=True, eq=False)
class NoisyQuadratic(Problem):
    """½ Σ λᵢ θᵢ² with gradients λθ + σ ξ / √b, where ξ is standard normal.

    It models a loss near its minimum, seen through minibatches of b rows. As
    the coordinates do not interact, ten thousand equal curvatures are ten
    thousand independent runs.

    Parameters
    ----------
    curvatures : array_like, shape (d,), default (1, 20)
        The curvature λᵢ of each coordinate, positive.
    noise : float, default 1
        Standard deviation σ of one row's gradient, at least 0.
    batch_size : int, default 1
        Rows b in a minibatch.

    Raises
    ------
    TypeError
        If ``batch_size`` is not an integer, or another is not of real numbers.
    ValueError
        If a curvature is not positive, ``noise`` is negative or ``batch_size`` is below 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems import NoisyQuadratic
    >>> problem = NoisyQuadratic([1, 20], noise=0.5)
    >>> problem.grad([1.0, 1.0])
    array([ 1., 20.])
    >>> problem.grad([1.0, 1.0], problem.draw(1, np.random.default_rng(0)))
    array([ 1.06286511, 19.93394757])
    """

    curvatures: Any = (1.0, 20.0)
    noise: Any = 1.0
    batch_size: int = 1

    stochastic = True
    name = "noisy quadratic"

    def __post_init__(self) -> None:
        """Check the fields, and start from ones with the minimum at zero."""
        curvatures = np.atleast_1d(_checks.within("curvatures", self.curvatures, 0, open_low=True))
        if curvatures.ndim > 1:
            raise ValueError(f"curvatures must have shape (d,), got shape {curvatures.shape}")
        checked = {
            "curvatures": curvatures,
            "noise": _checks.number("noise", self.noise, 0),
            "batch_size": _checks.count("batch_size", self.batch_size, 1),
            "start": np.ones_like(curvatures),
            "minimum": np.zeros_like(curvatures),
            "bounds": ((-1.5, 1.5),) * curvatures.size,
        }
        store(self, **checked)

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the expected loss at ``theta``, shape (..., d)."""
        return np.sum(self.curvatures * located(theta, len(self.start)) ** 2, axis=-1) / 2

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, shape (..., d), plus the noise in ``batch``."""
        exact = self.curvatures * located(theta, len(self.start))
        return exact if batch is None else exact + batch

    def draw(self, t: int, rng: np.random.Generator) -> Array:
        """Return the noise of one minibatch gradient, shape (d,)."""
        return rng.normal(0, self.noise / np.sqrt(self.batch_size), self.curvatures.shape)

    def draws(self, times: range, rng: np.random.Generator) -> Array:
        """Return the noise of many minibatch gradients, shape (times, d)."""
        scale = self.noise / np.sqrt(self.batch_size)
        return rng.normal(0, scale, (len(times), *self.curvatures.shape))
