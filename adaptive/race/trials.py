"""What all rules run on: minibatches, starts, or both."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Problem
from adaptive.problems.networks import Network

#: How far starts lie around a problem's own, as a share of the picture.
SPREAD = 0.02


def trials_of(problem: Problem, trials: int, seed: int) -> dict[str, Any]:
    """Return the trials of a problem, as keywords for `sweep`: seeds, or starts.

    Examples
    --------
    >>> from adaptive.problems import Circles
    >>> from adaptive.race import trials_of
    >>> trials_of(Circles(), 3, seed=5)
    {'rng': [5, 6, 7]}
    """
    _checks.instance("problem", problem, Problem)
    trials, seed = _checks.count("trials", trials, 1), _checks.count("seed", seed)
    if isinstance(problem, Network):
        raise ValueError(
            "a network has another start in each trial, which a sweep cannot pair with minibatches:"
            " make one sweep for each seed, with theta0=problem.initial(seed) and rng=seed"
        )
    if problem.stochastic:
        return {"rng": list(range(seed, seed + trials))}
    low, high = np.transpose(problem.bounds if problem.bounds is not None else [(-1.0, 1.0)])
    noise = np.random.default_rng(seed).normal(size=(trials, len(problem.start)))
    return {"theta0": problem.start + SPREAD * (high - low) * noise}


def sweeps_of(problem: Problem, trials: int, seed: int) -> list[dict[str, Any]]:
    """Return the trials, as keywords for so many sweeps: one by one if their starts differ too."""
    if not isinstance(problem, Network):
        return [trials_of(problem, trials, seed)]
    return [{"theta0": problem.initial(s)[None], "rng": s} for s in range(seed, seed + trials)]
