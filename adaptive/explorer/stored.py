"""Paths computed beforehand, for what the page cannot compute itself."""

from __future__ import annotations

import base64
import itertools
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.descent import descend, has_diverged
from adaptive.explorer.picture import bounds_of
from adaptive.explorer.ranges import Range
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.sweep import sweep

#: So many points of paths are sent along: about 25 KB when compressed.
BUDGET = 5_000
#: Numbers are sent as shares of their range, in so many steps.
SHARES = 65_535
#: Losses smaller than the largest by more than this are sent as the smallest.
LOSS_RANGE = 1e-18


def stored_paths(
    rule: Rule, problem: Problem, ranges: Sequence[Range], start: Any, steps: int
) -> dict[str, Any]:
    """Return the paths of a rule for settings all over its ranges, as the page reads them.

    The first two hyperparameters vary, the others stay as they are.

    Parameters
    ----------
    rule : Rule
        The rule.
    problem : Problem
        The problem.
    ranges : sequence of Range
        The ranges of all its hyperparameters.
    start : array_like, shape (2,)
        The start of all paths.
    steps : int
        Their steps.

    Returns
    -------
    dict
        The stops of each slider, and the numbers.
    """
    stops = _stops(ranges, max(2, BUDGET // (steps + 1)))
    theta, loss = _runs(rule, problem, stops, start, steps)
    with np.errstate(all="ignore"):
        lost = has_diverged(theta, loss, np.asarray(start))
    diverged = lost.any(axis=1)
    lengths = np.where(diverged, lost.argmax(axis=1) + 1, steps + 1)

    floor = 0.0 if problem.minimum is None else float(problem.loss(problem.minimum))
    above = loss - floor
    good = above[np.isfinite(above) & (above > 0)]
    top = math.log10(min(float(good.max(initial=1e-12)), 1e12))
    logs = (math.log10(max(float(good.min(initial=1.0)), 10**top * LOSS_RANGE)), top)
    # The picture and as much around it, so that lines leave it in the right direction.
    ends = [(2 * low - high, 2 * high - low) for low, high in bounds_of(problem)]
    with np.errstate(all="ignore"):
        height = np.log10(np.where(above > 0, above, 10 ** logs[0]))
    columns = [
        _shares(theta[..., 0], *ends[0]),
        _shares(theta[..., 1], *ends[1]),
        _shares(height, logs[0], max(logs[1], logs[0] + 1e-9)),
    ]
    numbers = np.stack(columns, axis=-1).astype("<u2")
    return {
        "stops": stops,
        "times": steps + 1,
        "lengths": lengths.tolist(),
        "diverged": diverged.astype(int).tolist(),
        "low": [low for low, _ in ends],
        "high": [high for _, high in ends],
        "logs": [logs[0], max(logs[1], logs[0] + 1e-9)],
        "floor": floor,
        "data": base64.b64encode(numbers.tobytes()).decode("ascii"),
    }


def _stops(ranges: Sequence[Range], most: int) -> list[list[float]]:
    """Return the values that each hyperparameter takes, its own among them."""
    counts = [1] * len(ranges)
    if len(ranges) == 1:
        counts[0] = min(most, 41)
    elif ranges:
        counts[0] = round(math.sqrt(1.6 * most))
        counts[1] = most // counts[0]
    stops = []
    for each, count in zip(ranges, counts, strict=True):
        values = each.at(np.linspace(0, 1, count)) if count > 1 else np.array([each.value])
        values[np.abs(each.place(values) - each.place(each.value)).argmin()] = each.value
        stops.append(values.tolist())
    return stops


def _runs(
    rule: Rule, problem: Problem, stops: Sequence[Sequence[float]], start: Any, steps: int
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
    """Return theta (runs, times, 2) and loss (runs, times) for all combinations of settings."""
    names = list(rule.hyperparameters)
    combinations = list(itertools.product(*stops))
    try:
        axes: dict[str, Any] = dict(zip(names, stops, strict=True))
        runs = sweep(rule, problem, steps, start, keep="path", **axes)
        theta = runs.theta.reshape(steps + 1, len(combinations), 2).swapaxes(0, 1)
        loss = runs.loss.reshape(steps + 1, len(combinations)).swapaxes(0, 1)
        middle = len(combinations) // 2
        alone = descend(rule.changed(**_named(names, combinations[middle])), problem, start, steps)
        if np.array_equal(theta[middle, : alone.steps + 1], alone.theta):
            return theta, loss
    except (TypeError, ValueError):
        pass
    # What branches on data may not be run in a batch: one run would decide for all.
    thetas = np.full((len(combinations), steps + 1, 2), np.inf)
    losses = np.full((len(combinations), steps + 1), np.inf)
    for i, combination in enumerate(combinations):
        path = descend(rule.changed(**_named(names, combination)), problem, start, steps)
        thetas[i, : path.steps + 1], losses[i, : path.steps + 1] = path.theta, path.loss
    return thetas, losses


def _named(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    return dict(zip(names, values, strict=True))


def _shares(values: npt.NDArray[np.floating], low: float, high: float) -> Any:
    """Return numbers as shares of a range; what lies outside as its ends."""
    with np.errstate(all="ignore"):
        share = np.nan_to_num((values - low) / (high - low))  # what is no number as 0
    return np.round(np.clip(share, 0, 1) * SHARES)
