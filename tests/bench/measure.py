"""Timing contenders against each other, fairly: interleaved, in shuffled order, medians."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter, sleep
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
    def quartiles(self) -> tuple[float, float]:
        """Two of the rounds: more than three quarters took so long, and at most so long."""
        ordered, out = sorted(self.seconds), (len(self.seconds) - 1) // 4
        return ordered[out], ordered[-1 - out]

    @property
    def spread(self) -> float:
        """The interquartile range, as a fraction of the median."""
        low, high = self.quartiles
        return (high - low) / self.median

    def divided(self, parts: float) -> Timing:
        """Return the time of one of so many equal parts."""
        return Timing(tuple(each / parts for each in self.seconds))


@dataclass(frozen=True)
class Goal:
    """A ratio of two contenders' times, and how large or small it should be, if anything."""

    of: str
    to: str
    at_most: float | None = None
    at_least: float | None = None


def interleaved(
    contenders: Mapping[str, Callable[[], Any]], rounds: int, pause: float = 0
) -> dict[str, Timing]:
    """Run every contender once a round, in an order that changes, and return all timings.

    What disturbs the machine for a while then disturbs all of them alike. One
    round comes before and does not count. The pause lets the threads of the
    one before fall asleep.
    """
    order = list(contenders)
    shuffle = random.Random(0).shuffle
    seconds: dict[str, list[float]] = {name: [] for name in order}
    for counted in [False] + [True] * rounds:
        shuffle(order)
        for name in order:
            sleep(pause)
            begin = perf_counter()
            contenders[name]()
            if counted:
                seconds[name].append(perf_counter() - begin)
    return {name: Timing(tuple(times)) for name, times in seconds.items()}


def ratio(timings: Mapping[str, Timing], of: str, to: str) -> float:
    """Return the median over the rounds of one contender's time over another's."""
    pairs = zip(timings[of].seconds, timings[to].seconds, strict=True)
    return median(a / b for a, b in pairs)


def group(
    task: str, timings: Mapping[str, Timing], goals: Sequence[Goal], **about: Any
) -> dict[str, Any]:
    """Return what is stored of contenders that were timed together, for one unit of their work.

    Goals about contenders that did not take part are left out.
    """
    return {
        "task": task,
        **about,
        "rounds": len(next(iter(timings.values())).seconds),
        "seconds": {
            name: dict(
                zip(
                    ("median", "low", "high"),
                    (_digits(value) for value in (timing.median, *timing.quartiles)),
                    strict=True,
                )
            )
            for name, timing in timings.items()
        },
        "ratios": [_measured(timings, goal) for goal in goals if {goal.of, goal.to} <= {*timings}],
    }


def _measured(timings: Mapping[str, Timing], goal: Goal) -> dict[str, Any]:
    entry = {"of": goal.of, "to": goal.to, "ratio": _digits(ratio(timings, goal.of, goal.to))}
    bounds = {"at_most": goal.at_most, "at_least": goal.at_least}
    return entry | {name: value for name, value in bounds.items() if value is not None}


def _digits(value: float) -> float:
    return float(f"{value:.4g}")


def met(entry: Mapping[str, Any]) -> bool | None:
    """Return whether a stored ratio is as it should be; None if nothing was asked of it."""
    if "at_most" in entry:
        return bool(entry["ratio"] <= entry["at_most"])
    return bool(entry["ratio"] >= entry["at_least"]) if "at_least" in entry else None


def busy_elsewhere() -> float:
    """Return the seconds for which other programs have kept the cores busy."""
    import psutil

    all_of_us = psutil.cpu_times()
    mine = psutil.Process().cpu_times()
    own = mine.user + mine.system + mine.children_user + mine.children_system
    return sum(all_of_us) - all_of_us.idle - getattr(all_of_us, "iowait", 0.0) - own
