"""The same problem in other units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located, store


@dataclass(frozen=True, eq=False)
class Rescaled(Problem):
    """A problem whose loss and parameters are measured in other units.

    With a = ``loss_by`` and c = ``theta_by``, the loss at cθ is a times what
    the problem's is at θ. Nothing else has changed, so a rule whose path is
    not c times the old one has a hyperparameter with a unit.

    Parameters
    ----------
    problem : Problem
        The problem in its own units.
    loss_by : float, default 1
        By what the numbers for the loss are multiplied, positive.
    theta_by : float or array_like, shape (d,), default 1
        By what the numbers for the parameters are multiplied, positive.

    Raises
    ------
    TypeError
        If ``problem`` is no Problem, or another is not of real numbers.
    ValueError
        If a factor is not positive, or ``theta_by`` does not have shape () or (d,).

    Examples
    --------
    >>> from adaptive.problems import Ravine, Rescaled
    >>> metres = Ravine()
    >>> millimetres = Rescaled(metres, theta_by=1000)
    >>> millimetres.start
    array([-4000.,  1000.])
    >>> millimetres.loss([1000, 0]) == metres.loss([1, 0])
    np.True_
    """

    problem: Any
    loss_by: Any = 1.0
    theta_by: Any = 1.0

    def __post_init__(self) -> None:
        """Check the fields, and take over what the problem says of itself."""
        _checks.instance("problem", self.problem, Problem)
        loss_by = _checks.within("loss_by", self.loss_by, 0, open_low=True)
        theta_by = _checks.within("theta_by", self.theta_by, 0, open_low=True)
        start, minimum = self.problem.start, self.problem.minimum
        if np.ndim(loss_by) or np.shape(theta_by) not in ((), start.shape):
            raise ValueError(
                f"loss_by must be a number and theta_by have shape () or {start.shape}, "
                f"got shapes {np.shape(loss_by)} and {np.shape(theta_by)}"
            )
        factors = np.broadcast_to(theta_by, start.shape)
        bounds = self.problem.bounds
        if bounds is not None:
            pairs = zip(bounds, factors, strict=True)
            bounds = tuple((float(c * low), float(c * high)) for (low, high), c in pairs)
        checked = {
            "loss_by": loss_by,
            "theta_by": theta_by,
            "stochastic": self.problem.stochastic,
            "name": f"{self.problem.name} in other units",
            "start": start * theta_by,
            "minimum": None if minimum is None else minimum * theta_by,
            "bounds": bounds,
        }
        store(self, **checked)

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., d), both in the new units."""
        return self.loss_by * self.problem.loss(self._old(theta))

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, shape (..., d), in the new units."""
        old = self.problem.grad(self._old(theta), batch)
        return old * (self.loss_by / self.theta_by)

    def _old(self, theta: npt.ArrayLike) -> Array:
        """Return ``theta``, shape (..., d), in the problem's own units."""
        return located(theta, len(self.start)) / self.theta_by

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        """Return the batch for step ``t``, which has no units."""
        return self.problem.draw(t, rng)

    def draws(self, times: range, rng: np.random.Generator) -> Any:
        """Return the batches for many steps, which have no units."""
        return self.problem.draws(times, rng)

    def project(self, theta: Array) -> Array:
        """Return the feasible point nearest to ``theta``, if it is nearest in the old units."""
        old = theta / self.theta_by
        feasible = self.problem.project(old)
        # Where all points are feasible, theta itself: a division and a product may round.
        return theta if feasible is old else feasible * self.theta_by
