"""What a run has left: of the loss, or of the distance to what moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems import MovingTarget
from adaptive.problems.base import Array, Problem
from adaptive.problems.networks import Network
from adaptive.race.trials import sweeps_of
from adaptive.rules.base import Rule
from adaptive.sweep import Sweep, sweep

#: What is left of the loss when a problem counts as solved.
SOLVED = 1e-6

#: What is left of the loss in each run of a sweep, shape of its axes.
Score = Callable[[Sweep], Array]


def quantile(left: Array, share: float) -> Array:
    """Return a quantile over the trials, the last axis: one of the values, not between two.

    Parameters
    ----------
    left : ndarray, shape (..., trials)
        What was left in each trial.
    share : float
        Which quantile, in [0, 1].

    Raises
    ------
    ValueError
        If the share is not in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.race import quantile
    >>> float(quantile(np.array([4.0, np.inf, 2.0]), 0.5))
    4.0
    """
    if not 0 <= _checks.number("share", share) <= 1:
        raise ValueError(f"share must be in [0, 1], got {share}")
    # Half-way between a value and infinity is infinity.
    return np.quantile(left, share, axis=-1, method="inverted_cdf")


def left_by(
    rule: Rule,
    problem: Problem,
    steps: int,
    trials: int,
    seed: int,
    floor: float,
    score: Score | None,
    axes: Mapping[str, Any],
) -> Array:
    """Return what is left of the loss, shape (*axes, trials); infinity where a run diverged."""
    parts = [
        _one_sweep(rule, problem, steps, where, floor, score, axes)
        for where in sweeps_of(problem, trials, seed)
    ]
    return np.concatenate(parts, axis=-1)


def _one_sweep(
    rule: Rule,
    problem: Problem,
    steps: int,
    where: Mapping[str, Any],
    floor: float,
    score: Score | None,
    axes: Mapping[str, Any],
) -> Array:
    """Return what one sweep leaves, its last axis being trials."""
    keep: Any = "end" if score is None else "path"
    runs = sweep(rule, problem, steps, keep=keep, **where, **axes)
    with np.errstate(all="ignore"):
        if score is not None:
            left = score(runs)
        else:
            first = problem.loss(where.get("theta0", problem.start))
            left = (runs.loss[-1] - floor) / (first - floor)
    return np.where(runs.diverged | ~np.isfinite(left), np.inf, left)


def floor_of(problem: Problem, floor: float | None, score: Score | None) -> float:
    """Return the loss of which nothing would be left, if it is needed."""
    if floor is None:
        return lowest_loss(problem) if score is None else 0.0
    if score is not None:
        raise ValueError("floor has no use where score says what is left: give one of them")
    floor, first = _checks.number("floor", floor), float(problem.loss(problem.start))
    if not floor < first:
        raise ValueError(f"floor must be below the loss at the start, {first:.3g}, got {floor}")
    return floor


def lowest_loss(problem: Problem) -> float:
    """Return the lowest loss of a problem: at its minimum, or where Newton's method finds it.

    Parameters
    ----------
    problem : Problem
        A problem with a known minimum, or a smooth and convex one.

    Returns
    -------
    float
        The loss.

    Raises
    ------
    ValueError
        If the problem is a `Network`, which is not convex.

    Examples
    --------
    >>> from adaptive.problems import Circles
    >>> from adaptive.race import lowest_loss
    >>> round(lowest_loss(Circles()), 3)
    0.23
    """
    _checks.instance("problem", problem, Problem)
    theta = problem.start if problem.minimum is None else problem.minimum
    lowest = float(problem.loss(theta))
    if problem.minimum is not None:
        return lowest
    if isinstance(problem, Network):
        raise ValueError(f"the lowest loss of {problem} is not known: race takes it as floor=0")
    h = 1e-5 * np.eye(len(theta))
    for _ in range(50):
        hessian = (problem.grad(theta + h) - problem.grad(theta - h)) / 2e-5
        step = np.linalg.lstsq(hessian, problem.grad(theta), rcond=None)[0]
        tried = theta - step * 0.5 ** np.arange(12)[:, None]
        losses = problem.loss(tried)
        if not losses.min() < lowest:
            break
        theta, lowest = tried[losses.argmin()], float(losses.min())
    return lowest


def following(runs: Sweep) -> Array:
    """Return the mean squared distance to a moving target, as a share of that of standing still.

    Parameters
    ----------
    runs : Sweep
        Runs on a `MovingTarget` that kept their path.

    Returns
    -------
    ndarray, shape of the axes
        The share: 0 for a run that is always there, 1 for one that never starts.

    Examples
    --------
    >>> from adaptive import SGD, sweep
    >>> from adaptive.problems import MovingTarget
    >>> from adaptive.race import following
    >>> runs = sweep(SGD(), MovingTarget(noise=0), 400, keep="path", lr=[0.0, 0.01, 0.1])
    >>> following(runs).round(3)
    array([1.   , 0.854, 0.171])
    """
    _checks.instance("runs", runs, Sweep)
    problem = runs.problem
    if not isinstance(problem, MovingTarget) or len(runs.theta) == 1:
        raise ValueError(f'runs must be on a MovingTarget, with keep="path", got {runs}')
    target = problem.target(np.arange(1, len(runs.theta)))
    target = target.reshape(len(target), *(1,) * (runs.theta.ndim - 2), target.shape[-1])
    away, still = runs.theta[:-1] - target, problem.start - target
    return np.mean(np.sum(away**2, axis=-1), axis=0) / np.mean(np.sum(still**2, axis=-1))
