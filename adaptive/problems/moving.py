"""A quadratic whose minimum does not stay where it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located, store


@dataclass(frozen=True, eq=False)
class MovingTarget(Problem):
    """½|θ - target|², where the target jumps at known steps and is seen through noise.

    The target stays for ``every`` steps at each of ``targets`` in turn, and
    then begins again with the first. There is no one minimum, and ``loss`` is
    the mean over a whole round; how well a run follows is its distance to
    `target`.

    Parameters
    ----------
    targets : array_like, shape (k, d), default ((1,), (-1,))
        The places of the target, in turn.
    every : int, default 100
        Steps from one jump to the next, at least 1.
    noise : float, default 0.5
        Standard deviation of a gradient's noise in each coordinate, at least 0.

    Raises
    ------
    TypeError
        If ``every`` is not an integer, or another is not of real numbers.
    ValueError
        If ``targets`` does not have two axes or is not finite, ``noise`` is
        negative or ``every`` is below 1.

    Examples
    --------
    >>> from adaptive.problems import MovingTarget
    >>> problem = MovingTarget([[1, 0], [5, 0]], every=10)
    >>> problem.target([1, 10, 11, 21])
    array([[1., 0.],
           [1., 0.],
           [5., 0.],
           [1., 0.]])
    """

    targets: Any = ((1.0,), (-1.0,))
    every: int = 100
    noise: Any = 0.5

    stochastic = True
    name = "moving target"

    def __post_init__(self) -> None:
        """Check the fields, and start from zeros."""
        targets = np.asarray(_checks.within("targets", self.targets))
        if targets.ndim != 2 or not targets.size:
            raise ValueError(f"targets must have shape (k, d), got shape {targets.shape}")
        checked = {
            "targets": targets,
            "every": _checks.count("every", self.every, 1),
            "noise": _checks.number("noise", self.noise, 0),
            "start": np.zeros(targets.shape[1]),
        }
        store(self, **checked)

    def target(self, t: npt.ArrayLike) -> Array:
        """Return where the target is in step ``t`` (from 1), shape (..., d)."""
        steps = _checks.unmasked("t", t)
        if steps.dtype.kind not in "iu" or (steps < 1).any():
            raise ValueError(f"t must hold step numbers, from 1, got {_checks.shown(t)}")
        return self.targets[(steps - 1) // self.every % len(self.targets)]

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., d), in the mean over all targets."""
        away = located(theta, len(self.start))[..., None, :] - self.targets
        # A sum, for the mean of numbers that are being traced is none of numpy's.
        return np.sum(np.sum(away**2, axis=-1), axis=-1) / (2 * len(self.targets))

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return ``theta`` less the target in ``batch``, or less the mean of all targets."""
        target = self.targets.mean(axis=0) if batch is None else batch
        return located(theta, len(self.start)) - target

    def loss_on(self, theta: npt.ArrayLike, batch: Any) -> Any:
        """Return the loss at ``theta``, shape (..., d), for the target in ``batch``."""
        return np.sum((located(theta, len(self.start)) - batch) ** 2, axis=-1) / 2

    def draw(self, t: int, rng: np.random.Generator) -> Array:
        """Return the target of step ``t`` as it is seen through the noise, shape (d,)."""
        return self.target(t) + self.noise * rng.normal(size=self.targets.shape[1])

    def draws(self, times: range, rng: np.random.Generator) -> Array:
        """Return the targets of many steps as they are seen through the noise, shape (times, d)."""
        still = self.target(np.array(times, dtype=int))
        return still + self.noise * rng.normal(size=still.shape)
