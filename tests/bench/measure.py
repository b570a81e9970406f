"""Timing contenders against each other, fairly: interleaved, in shuffled order, medians."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Timing:
    """The seconds that one contender took, round by round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle round."""
        return median(self.seconds)

    @property
    def spread(self) -> float:
        """The interquartile range, as a fraction of the median."""
        low, _, high = quantiles(self.seconds, n=4)
        return (high - low) / self.median


def interleaved(contenders: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Timing]:
    """Run every contender once a round, in an order that changes, and return all timings.

    What disturbs the machine for a while then disturbs all of them alike. One
    round comes before and does not count.
    """
    order = list(contenders)
    shuffle = random.Random(0).shuffle
    seconds: dict[str, list[float]] = {name: [] for name in order}
    for counted in [False] + [True] * rounds:
        shuffle(order)
        for name in order:
            begin = perf_counter()
            contenders[name]()
            if counted:
                seconds[name].append(perf_counter() - begin)
    return {name: Timing(tuple(times)) for name, times in seconds.items()}


def ratio(timings: Mapping[str, Timing], of: str, to: str) -> float:
    """Return the median over the rounds of one contender's time over another's."""
    pairs = zip(timings[of].seconds, timings[to].seconds, strict=True)
    return median(a / b for a, b in pairs)
