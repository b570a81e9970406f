"""Assignment 4's tuner: the best rate, runs that diverge, a budget that is kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.code import Code
from adaptive.course.parts import Formula, Mistake, Part

Array = npt.NDArray[np.float64]


# --------------------------------------------------------------------------- the tuner


def _grid(rng: np.random.Generator, budget: int, lost: Sequence[float] = ()) -> dict[str, Any]:
    """Return a grid of rates, what each leads to, and a budget of that many more calls.

    The best rate is at no end; ``lost`` are the losses of runs that diverge, the first of
    them that of the first rate.
    """
    n = int(rng.integers(9, 13))
    low, high = np.sort(10 ** rng.uniform([-5, -1], [-3, 1]))
    rates = np.geomspace(low, high, n)
    lowest, *others = np.sort(rng.uniform(0.1, 2.0, n - len(lost)))
    ends = rng.permutation([*others, *lost[1:]])
    if lost:
        ends = np.insert(ends, 0, lost[0])
    ends = np.insert(ends, int(rng.integers(1, n - 1)), lowest)
    asked: list[float] = []

    def run(lr: Any) -> Any:
        asked.append(float(lr))
        near = np.abs(rates / lr - 1) < 1e-4 if lr else np.zeros(n, bool)
        return ends[near][0] if near.any() else np.nan

    run.asked = asked  # type: ignore[attr-defined]
    return {"run": run, "rates": rates, "budget": n + budget, "ends": ends, "asked": asked}


def _plenty(rng: np.random.Generator) -> dict[str, Any]:
    return _grid(rng, int(rng.integers(0, 4)))


def _cliff(rng: np.random.Generator) -> dict[str, Any]:
    return _grid(rng, int(rng.integers(0, 4)), lost=(np.nan, np.inf, np.nan))


def _scarce(rng: np.random.Generator) -> dict[str, Any]:
    return _grid(rng, -int(rng.integers(3, 6)))


def _tried(i: dict[str, Any]) -> dict[str, Any]:
    """Return what `run` was asked: places in the grid in this order, and how many calls."""
    asked = np.array(i["asked"], np.float64)
    near = np.abs(asked[:, None] / i["rates"] - 1) < 1e-4
    return {
        "order": np.argmax(near, axis=1)[near.any(axis=1)],
        "calls": np.array(len(asked), np.float64),
        "different": np.array(np.sum(near.any(axis=0)), np.float64),
        "strange": np.array(np.sum(~near.any(axis=1)), np.float64),
        "fractions": np.array(np.any(asked != np.round(asked)), np.float64),
    }


def _best(i: Any, o: Any) -> Any:
    """Return the best of the rates that were tried; of all, if it is not known which were."""
    order = getattr(o, "order", np.arange(len(i.rates)))
    tried = order[np.isfinite(i.ends[order])]
    return i.rates[tried[np.argmin(i.ends[tried])]] if len(tried) else _best_of_all(i, o)


def _best_of_all(i: Any, o: Any) -> Any:
    return i.rates[np.nanargmin(i.ends)]


def _calls(i: Any, o: Any) -> Any:
    """Return how many calls there may have been: as many as there were, if the budget allows.

    Whoever never calls keeps no budget.
    """
    allowed = min(i.budget, len(i.rates))
    return min(o.calls, i.budget) if getattr(o, "calls", 0) else allowed


def _different(i: Any, o: Any) -> Any:
    """Return how many rates should have been tried; more than the budget is charged elsewhere."""
    return max(getattr(o, "different", 0), min(i.budget, len(i.rates)))


def _place(which: Callable[[Array], Any]) -> Formula:
    """Return a formula: the rate at a place among those that were tried."""

    def formula(i: Any, o: Any) -> Any:
        try:
            return i.rates[o.order[which(i.ends[o.order])]]
        except (IndexError, ValueError):
            return np.full(2, np.nan)

    return formula


def _only_if(holds: Callable[[Any, Any], Any]) -> Formula:
    """Return a formula that agrees with whatever was returned, where something holds."""
    return lambda i, o: o.lr if holds(i, o) else np.full(2, np.nan)


def _best_place(i: Any, o: Any) -> Any:
    return np.flatnonzero(i.rates == _best(i, o))[0]


def _lowest(i: Any, o: Any) -> Any:
    return np.nanmin(i.ends)


def _if_all(formula: Formula) -> Formula:
    """Return a formula that holds only where all rates were tried."""
    return lambda i, o: formula(i, o) if o.different == len(i.rates) else np.full(2, np.nan)


def _stopped(i: Any, o: Any) -> bool:
    """Return whether a search ended early."""
    return bool(o.calls < len(i.rates) - 1)


def _repeats(calls: Callable[[Any], bool]) -> Formula:
    """Return a formula for calls beyond the budget that went into rates run already."""
    return lambda i, o: o.calls if o.different <= i.budget and calls(o) else -1


def _again(i: Any, o: Any) -> Any:
    """Return how many calls went into rates run already, when all of them had been tried.

    It is less than nothing where there were more calls than the budget has: that is charged above.
    """
    if o.calls > i.budget:
        return -np.inf
    return o.calls - o.different if o.different == len(i.rates) else 0


def _after_nan(ends: Array) -> Any:
    """Return the place of the lowest loss since the last nan."""
    last = np.flatnonzero(np.isnan(ends))[-1]
    return last + 1 + np.argmin(ends[last + 1 :]) if last + 1 < len(ends) else last


_WORST = _place(np.nanargmax)
_WORST_FINITE = _place(lambda ends: np.nanargmax(np.where(np.isinf(ends), np.nan, ends)))
_THE_LAST = _place(lambda ends: -1)
_LAST_FINITE = _place(lambda ends: np.flatnonzero(np.isfinite(ends))[-1])
_AFTER = _place(lambda ends: np.nanargmin(ends) + 1)
_BEFORE = _place(lambda ends: np.nanargmin(ends) - 1)
_NEVER = "run is never called, so nothing is known of any rate: run(lr) returns the loss."
_NEIGHBOUR = (
    "That is the neighbour of the best rate: are the losses and the rates counted from the same "
    "place?"
)

SEARCH = Code(
    arguments=("run", "rates", "budget"),
    returns=("lr",),
    calls=1,
    problems=4,
    by_hand=False,
    by_chance=True,
    passing=("lr",),
    draw=_plenty,
    observe=_tried,
    called={
        "lr": "the rate",
        "calls": "the number of calls of run",
        "different": "the number of different rates that were tried",
    },
    parts=(
        Part(
            "the best rate",
            1,
            "lr",
            expected=_best,
            reminder="It is the rate with the lowest loss among those that were tried.",
            mistakes=(
                Mistake(
                    "run is called with something that is not in rates: hand it the rate itself, "
                    "rates[k], not its place k.",
                    _only_if(lambda i, o: o.strange > 0 and not o.fractions),
                ),
                Mistake(
                    "run is called with rates of your own, between those in rates: try those that "
                    "are in rates, and no others.",
                    _only_if(lambda i, o: o.strange > 0),
                ),
                Mistake(_NEVER, _only_if(lambda i, o: o.calls == 0)),
                Mistake("That is the rate with the highest loss: look for the lowest.", _WORST),
                Mistake(
                    "You return the place of the best rate in the grid: return the rate itself, "
                    "rates[place].",
                    _best_place,
                ),
                Mistake(
                    "You return the rate that was tried last: keep the best so far, and return "
                    "that one.",
                    _THE_LAST,
                ),
                Mistake("You return the lowest loss: return the rate that leads to it.", _lowest),
                Mistake(
                    "You return the first rate: does anything take its place when a lower loss "
                    "comes?",
                    _place(lambda ends: 0),
                ),
                Mistake(
                    "Each loss is compared with the one before it: compare it with the lowest so "
                    "far, and keep that up to date.",
                    _place(lambda ends: np.flatnonzero(np.diff(ends, prepend=np.inf) < 0)[-1]),
                ),
                Mistake(_NEIGHBOUR, _AFTER),
                Mistake(_NEIGHBOUR, _BEFORE),
            ),
        ),
        Part(
            "runs that diverge",
            1,
            "lr",
            draw=_cliff,
            expected=_best_of_all,
            # What else is wrong with the rate is charged above.
            accepts=(
                *(_if_all(formula) for formula in (_best_place, _lowest, _THE_LAST, _LAST_FINITE)),
                *(_if_all(formula) for formula in (_AFTER, _BEFORE, _WORST, _WORST_FINITE)),
                # Rates are missing, but not because one of them diverged.
                lambda i, o: np.nan if _stopped(i, o) else _best(i, o),
                # Rates that are not in the grid all seem to diverge.
                _only_if(lambda i, o: o.strange > 0),
            ),
            reminder="A run that diverges ends with a loss of nan or inf. It cannot be the best, "
            "and the runs after it still count; np.isfinite tells.",
            mistakes=(
                Mistake(_NEVER, _only_if(lambda i, o: o.calls == 0)),
                Mistake(
                    "The search ends at the first run that diverges: go on, the next may be fine.",
                    _only_if(_stopped),
                ),
                Mistake(
                    "A run that ended with nan wins: np.argmin and min take nan for the lowest. "
                    "Leave out what is not finite.",
                    _place(lambda ends: np.flatnonzero(np.isnan(ends))[0]),
                ),
                Mistake(
                    "A run that ended with nan wins: every comparison with nan is False. Ask for "
                    "np.isfinite(loss) first.",
                    _place(_after_nan),
                ),
                Mistake(
                    "A run that ended with nan wins: every comparison with nan is False. Ask for "
                    "np.isfinite(loss) first.",
                    _only_if(lambda i, o: np.isnan(i.ends[i.rates == o.lr]).any()),
                ),
            ),
        ),
        Part(
            "the budget is kept",
            1,
            "calls",
            draw=_scarce,
            expected=_calls,
            reminder="budget is the number of calls of run that there are.",
            mistakes=(
                Mistake("run is never called, so no budget is kept.", lambda i, o: 0),
                Mistake(
                    "The best rate is run once more at the end: its loss is known already.",
                    _repeats(lambda o: o.calls == o.different + 1),
                ),
                Mistake(
                    "That is one call too many: is the budget compared with <= where it should "
                    "be <?",
                    lambda i, o: i.budget + 1,
                ),
                Mistake(
                    "Every rate is run twice: store the loss when it is computed, and compare "
                    "what is stored.",
                    _repeats(lambda o: o.calls == 2 * o.different),
                ),
                Mistake(
                    "Some rates are run more than once: store the loss when it is computed, and "
                    "compare what is stored.",
                    _repeats(lambda o: o.calls > o.different),
                ),
                Mistake(
                    "Every rate of the grid is tried, whatever the budget: stop when it is used "
                    "up.",
                    lambda i, o: len(i.rates),
                ),
                Mistake(
                    "Every rate of the grid is run twice: store the loss when it is computed, and "
                    "stop when the budget is used up.",
                    lambda i, o: 2 * len(i.rates),
                ),
            ),
        ),
        Part(
            "no call is wasted",
            1,
            "different",
            draw=(_scarce, _plenty),
            expected=_different,
            # What is not in the grid is charged above.
            accepts=(lambda i, o: o.different if o.strange >= min(i.budget, len(i.rates)) else -1,),
            reminder="As long as there is budget, try a rate that was not tried yet.",
            spoilt=Mistake(
                "All rates are tried, and then some once more: stop, though there is budget left.",
                _again,
            ),
            mistakes=(
                Mistake(
                    "One rate is tried, and no other: does return, or break, stand inside the "
                    "loop, further to the right than it should?",
                    lambda i, o: 1,
                ),
                Mistake(
                    "One call of the budget is left over, and a rate untried: is the first or the "
                    "last rate skipped?",
                    lambda i, o: min(i.budget, len(i.rates)) - 1,
                ),
                Mistake(
                    "Half of the budget goes into rates that were run already.",
                    lambda i, o: i.budget // 2,
                ),
                Mistake(
                    "Half of the budget goes into rates that were run already.",
                    lambda i, o: (i.budget + 1) // 2,
                ),
                Mistake("run is never called with a rate of the grid.", lambda i, o: 0),
            ),
        ),
    ),
)
