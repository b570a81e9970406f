"""What the stored measurements of trained networks share: the runs, the rounding, the record."""

from __future__ import annotations

import datetime
import platform
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from adaptive import Rule
from adaptive.problems import Problem
from adaptive.problems.base import Array
from adaptive.problems.networks import Network


def drawn(problem: Network, steps: int, seeds: Sequence[int]) -> Array:
    """Return minibatches of their own for each seed, shape (steps, seeds, batch)."""
    each = [problem.draws(range(1, steps + 1), np.random.default_rng(seed)) for seed in seeds]
    return np.stack(each, axis=1)


def passed(
    rule: Rule, problem: Problem, theta: Array, draws: Array | None, times: Sequence[int] | Array
) -> Iterator[Array]:
    """Go through where runs are at some times, the last being the end.

    A step takes the minibatches of its row; without draws its gradient is that of all data.
    """
    state = rule.init(theta)
    for t in range(1, int(times[-1]) + 1):
        with np.errstate(all="ignore"):
            batch = None if draws is None else draws[t - 1]
            g = problem.grad(rule.lookahead(theta, state), batch)
            theta, state = rule.step(theta, g, state)
        if t in times:
            yield theta


def rounded(values: Any) -> Any:
    """Return numbers with four significant digits, as JSON holds them: null for one without end."""
    if np.ndim(values):
        return [rounded(each) for each in values]
    return float(f"{values:.4g}") if np.isfinite(values) else None


def how_made(command: str) -> dict[str, str]:
    """Return what is stored beside measurements: when, with what and on what they were made."""
    return {
        "date": datetime.date.today().isoformat(),
        "command": command,
        "python": platform.python_version(),
        "numpy": np.__version__,
        "machine": platform.machine(),
    }
