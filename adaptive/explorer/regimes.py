"""The map of two hyperparameters: how fast a rule is at each pair, and whether it oscillates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.explorer.picture import LANDSCAPE, below, border
from adaptive.explorer.ranges import Range
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.sweep import sweep

#: Cells of the map that the page looks settings up in; the picture is drawn on twice as many.
COLUMNS, ROWS = 48, 36
#: By what factor the distance shrinks in each step, at most, for each shade.
SHADES = (0.7, 0.8, 0.87, 0.92, 0.96, 0.99, 1.0)
REGIMES = (
    "no oscillation",
    "θ[1] oscillates",
    "θ[0] oscillates",
    "both oscillate",
    "diverges",
)
_DIVERGES = REGIMES.index("diverges")


@dataclass(frozen=True)
class Map:
    """What a map shows.

    Attributes
    ----------
    ranges : list of Range
        The two axes.
    rate : ndarray
        The factor by which the distance to the minimum shrinks each step.
    regime : ndarray of int
        What happens, as a place in `REGIMES`. Both have the second
        hyperparameter first, as rows.
    """

    ranges: list[Range]
    rate: npt.NDArray[np.float64]
    regime: npt.NDArray[np.int_]

    def regions(self) -> str:
        """Return shades of the rate, with lines around the regimes, as SVG."""
        rate = np.minimum(self.rate, 1.5)
        shades = "".join(f'<path class="band" d="{d}"/>' for d in below(rate, SHADES, LANDSCAPE))
        lines = border(rate, 1.0, LANDSCAPE)
        for bit in (1, 2):
            turns = (self.regime & bit).astype(bool)
            # Where it diverges, whether it oscillates does not matter: no line leads there.
            field = np.where(
                self.regime == _DIVERGES, np.nan, _smooth(_smooth(turns.astype(np.float64)))
            )
            lines += border(np.ma.masked_invalid(field), 0.5, LANDSCAPE)
        return f'{shades}<path class="border" d="{lines}"/>'

    def labels(self) -> list[tuple[str, float, float]]:
        """Return the names of the regimes with a place inside of each, as shares of the axes."""
        found = []
        for code, name in enumerate(REGIMES):
            depth = _depth(self.regime == code)
            if depth.max() >= 5:
                row, column = np.unravel_index(depth.argmax(), depth.shape)
                rows, columns = depth.shape
                # Names are wide: they are kept away from the sides.
                across = np.clip((column + 0.5) / columns, 0.14, 0.86)
                found.append((name, float(across), float((row + 0.5) / rows)))
        return found

    def as_dict(self, rule: str) -> dict[str, Any]:
        """Return what the page looks up."""
        return {
            "rule": rule,
            "names": [each.name for each in self.ranges],
            "ranges": [each.as_dict() for each in self.ranges],
            "columns": COLUMNS,
            "rows": ROWS,
            "regimes": REGIMES,
            "cells": "".join(str(code) for code in self.regime[::2, ::2].ravel()),
        }


def map_of(
    rule: Rule, problem: Problem, pair: Any, ranges: Sequence[Range], start: Any, steps: int
) -> Map:
    """Return the map of two hyperparameters of a rule, from one sweep.

    Parameters
    ----------
    rule : Rule
        The rule.
    problem : Problem
        The problem, with a known minimum.
    pair : sequence of two str
        The hyperparameters: to the right, and upwards.
    ranges : sequence of Range
        The ranges of all hyperparameters of the rule.
    start : array_like, shape (2,)
        The start.
    steps : int
        The steps.

    Returns
    -------
    Map
        The map.

    Raises
    ------
    ValueError
        If the pair is not two hyperparameters of the rule, or no minimum is known.
    """
    by_name = {each.name: each for each in ranges}
    named = list(pair) if isinstance(pair, tuple | list) else []
    if len(named) != 2 or named[0] == named[1] or not all(name in by_name for name in named):
        raise ValueError(
            f"map must name two hyperparameters of {type(rule).__name__}, which has "
            f"{', '.join(by_name)}; got {_checks.shown(pair)}"
        )
    if problem.minimum is None:
        raise ValueError(f"map needs a problem whose minimum is known; {problem.name} has none")
    axes = [by_name[name] for name in named]
    centres = [(np.arange(2 * n) + 0.5) / (2 * n) for n in (COLUMNS, ROWS)]
    values: dict[str, Any] = {
        each.name: each.at(where) for each, where in zip(axes, centres, strict=True)
    }
    runs = sweep(rule, problem, steps, start, keep="path", **values)
    # From (times, columns, rows) to (times, rows, columns), as pictures have it.
    theta, loss = runs.theta.swapaxes(1, 2), runs.loss.swapaxes(1, 2)
    rate = _rate(loss - problem.loss(problem.minimum), steps)
    regime = _oscillates(theta - problem.minimum) @ np.array([2, 1])
    return Map(axes, rate, np.where(rate < 1, regime, _DIVERGES))


def _rate(above: npt.NDArray[np.float64], steps: int) -> npt.NDArray[np.float64]:
    """Return the factor by which the distance shrank in each step: the root of that of the loss."""
    with np.errstate(all="ignore"):
        # The largest of the last quarter, since an oscillating loss may be small by chance.
        first = steps - steps // 4
        end = np.max(above[first:], axis=0)
        rate = (np.maximum(end, 1e-300) / above[0]) ** (0.5 / first)
    return np.where(np.isfinite(rate), rate, 2.0)


def _oscillates(off: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return whether each coordinate went past the minimum, further than rounding explains."""
    with np.errstate(all="ignore"):
        return np.min(off * np.sign(off[0]), axis=0) < -1e-12 * np.abs(off[0])


def _smooth(field: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the means over three by three cells, so that borders have no corners."""
    for axis in (0, 1):
        padded = np.pad(field, [(1, 1) if k == axis else (0, 0) for k in (0, 1)], mode="edge")
        low, middle, high = (
            np.take(padded, np.arange(field.shape[axis]) + k, axis) for k in range(3)
        )
        field = (low + middle + high) / 3
    return field


def _depth(inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.int_]:
    """Return how many cells each cell lies inside of a region."""
    depth = np.zeros(inside.shape, dtype=int)
    while inside.any():
        depth += inside
        edge = np.pad(inside, 1)
        inside = inside & edge[2:, 1:-1] & edge[:-2, 1:-1] & edge[1:-1, 2:] & edge[1:-1, :-2]
    return depth
