"""How rules did: one on one problem, and several."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array, Problem
from adaptive.problems.tables import kept
from adaptive.race.entrants import Entrant, rule_of
from adaptive.race.left import SOLVED, quantile
from adaptive.race.settings import lowest
from adaptive.rules.base import Rule


@dataclass(frozen=True, eq=False)
class Entry:
    """How one rule did on one problem.

    Attributes
    ----------
    kind : type or Rule
        The class of the rule, or the rule itself, as it was given.
    axes : dict of ndarray
        The settings that it tried.
    tried : ndarray, shape (*axes, trials)
        What was left of the loss, for each setting and trial.
    best : dict of float
        The setting that was chosen: the one with the lowest quantile.
    final : ndarray, shape (fresh,)
        What was left with this setting, on fresh trials.
    share : float, default 0.5
        Which quantile over the trials: the median by default.
    """

    kind: Entrant
    axes: dict[str, Array]
    tried: Array
    best: dict[str, float]
    final: Array
    share: float = 0.5

    @property
    def rule(self) -> Rule:
        """The rule with its chosen setting."""
        return rule_of(self.kind).changed(**self.best)

    @property
    def quartiles(self) -> Array:
        """The lower quartile, the median and the upper quartile of what was left at the end."""
        # One of the values, so that a run which diverged does no harm to the others.
        return np.quantile(self.final, [0.25, 0.5, 0.75], method="inverted_cdf")

    @property
    def score(self) -> float:
        """The quantile of what was left on the fresh trials, at least `SOLVED`."""
        return max(float(quantile(self.final, self.share)), SOLVED)

    @cached_property
    def scores(self) -> Array:
        """The quantile of what was left in tuning, for each setting, at least `SOLVED`."""
        # All who ask get this one.
        return kept(np.asarray(np.maximum(quantile(self.tried, self.share), SOLVED)))

    def along(self, share: float = 0.5) -> tuple[Array, Array]:
        """Return the values of the first knob, and what was left there, other knobs at their best.

        Parameters
        ----------
        share : float, default 0.5
            Which quantile over the trials: the median by default.

        Returns
        -------
        values, left : ndarray
            Both of the length of the first axis.
        """
        left = np.maximum(quantile(self.tried, share), SOLVED)
        name = next(iter(self.axes), None)
        if name is None:
            return np.array([np.nan]), left.reshape(1)
        others = tuple(
            slice(None) if axis == name else int(np.argmin(abs(values - self.best[axis])))
            for axis, values in self.axes.items()
        )
        return self.axes[name], left[others]

    def basin(self, factor: float = 2.0) -> float:
        """Return the width of the basin of good rates, in powers of ten.

        Parameters
        ----------
        factor : float, default 2
            A rate is good if what it leaves is at most this many times what
            the best rate leaves.
        """
        values, left = self.along(self.share)
        if len(values) < 2:
            return math.nan
        good = left <= _checks.number("factor", factor, 1) * left.min()
        # Only what hangs together with the best one.
        best = int(np.argmin(left))
        low, high = best, best
        while low > 0 and good[low - 1]:
            low -= 1
        while high < len(values) - 1 and good[high + 1]:
            high += 1
        return (high - low + 1) * float(np.log10(values[-1] / values[0])) / (len(values) - 1)


@dataclass(frozen=True, eq=False)
class Race:
    """How several rules did on one problem.

    Attributes
    ----------
    problem : Problem
        The problem.
    steps : int
        How many steps each run made.
    entries : dict of Entry
        By the name of the rule, in the order of the race.
    left : callable
        What a rule leaves on each of the fresh trials: ``race.left(Adam(lr=0.1))``.
    """

    problem: Problem
    steps: int
    entries: dict[str, Entry]
    left: Callable[[Rule], Array]

    def chosen_by(self, share: float) -> Race:
        """Return the race with each setting chosen by another quantile of the same tuning trials.

        Parameters
        ----------
        share : float
            Which quantile over the trials: 0.5 is the median; at 0.8, eight trials in ten leave
            no more.
        """
        entries = {}
        for name, entry in self.entries.items():
            best = lowest(entry.axes, quantile(entry.tried, share))
            other = replace(entry, best=best, share=share)
            final = entry.final if best == entry.best else self.left(other.rule)
            entries[name] = replace(other, final=final)
        return replace(self, entries=entries)

    def wins(self) -> dict[str, float]:
        """Return in which share of the fresh trials each rule left the least; ties are shared."""
        final = np.maximum([entry.final for entry in self.entries.values()], SOLVED)
        first = final <= final.min(axis=0) * (1 + 1e-9)
        shares = (first / first.sum(axis=0)).mean(axis=1)
        return dict(zip(self.entries, shares.tolist(), strict=True))

    def __repr__(self) -> str:
        return f"<Race: {len(self.entries)} rules on {self.problem.name}, {self.steps} steps>"
