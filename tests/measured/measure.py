"""How the rules of the second part train the networks: each tuned in the same way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from adaptive import (
    LAMB,
    SOAP,
    Adam,
    AdamW,
    Lion,
    Mixed,
    Momentum,
    Muon,
    Prodigy,
    Rule,
    ScheduleFree,
    Shampoo,
    scheduled,
)
from adaptive._on_blocks import on_problem
from adaptive.problems import Bigrams, Characters, Convolution, Digits, Problem
from adaptive.problems.base import Array
from adaptive.problems.networks import Network
from adaptive.schedules import Constant, Linear
from tests.training import drawn, passed, rounded

#: The networks, and how many steps a run makes on each of them.
NETWORKS: dict[str, tuple[Problem, int]] = {
    "bigrams": (Bigrams(words=64), 150),
    "digits": (Digits(), 300),
    "convolution": (Convolution(), 200),
    "characters": (Characters(), 200),
}

#: Trials to tune on, others to compare on, and the seed of the first of these.
TRIALS, FRESH, SEED = 3, 10, 1_000_000
#: Other trials, on which a chosen rate is compared with its neighbours once more.
AGAIN = range(TRIALS, TRIALS + 10)

#: So far are two rates apart: three of them in each power of ten.
FACTOR = 10 ** (1 / 3)
#: A rate is good if what it leaves is at most this many times what the best one leaves.
GOOD = {"bigrams": 2.0, "digits": 2.0, "convolution": 2.0, "characters": 1.05}
#: How many rates are tried at most.
MOST = 20


class Entry(NamedTuple):
    """A rule for the matrices, or for all arrays, and where its rate is looked for first."""

    rule: Rule
    #: The rate to begin with, as a multiple of Adam's best, or of Momentum's if it ``follows`` it.
    first: float = 1.0
    follows: str = "Adam"
    #: Whether vectors and embeddings have AdamW, with Adam's best rate.
    mixed: bool = False
    #: Whether the rate is looked for.
    tuned: bool = True
    schedules: tuple[str, ...] = ("constant", "linear")
    #: Whether its ends alone are stored, and no smaller budgets are tried.
    brief: bool = False
    #: Whether the rate rises over the first tenth of the steps.
    warm: bool = False


#: What is compared. No rule has weight decay, so that AdamW is Adam.
ENTRIES: dict[str, Entry] = {
    "Momentum": Entry(Momentum(), 1.0, "Momentum"),
    "Adam": Entry(Adam()),
    "Lion": Entry(Lion(weight_decay=0), 0.1),
    "ScheduleFree": Entry(ScheduleFree(), 10.0, "Momentum", schedules=("constant",)),
    "LAMB": Entry(LAMB(), 3.0, mixed=True),
    "Prodigy": Entry(Prodigy(), tuned=False),
    "Shampoo": Entry(Shampoo(), 10.0, mixed=True),
    "SOAP": Entry(SOAP(weight_decay=0), 1.0, mixed=True),
    "Muon": Entry(Muon(), 1.0, mixed=True),
    "Muon, γ = 0": Entry(Muon(momentum=0), 1.0, mixed=True),
}

#: What is measured beside them, with something else than the rate changed.
BESIDE: dict[str, Entry] = {
    "Adam, β₂ = 0.95": Entry(Adam(beta2=0.95), brief=True),
    "Schedule-Free, warm-up": Entry(
        ScheduleFree(), 20.0, "Momentum", schedules=("constant",), brief=True, warm=True
    ),
    "Adam, β₁ = 0.7": Entry(Adam(beta1=0.7), schedules=("linear",), brief=True),
    "SOAP, β₁ = 0.7": Entry(
        SOAP(beta1=0.7, weight_decay=0), mixed=True, schedules=("linear",), brief=True
    ),
    "Lion, β₁ = 0.7, β₂ = 0.9": Entry(
        Lion(beta1=0.7, beta2=0.9, weight_decay=0), 0.1, schedules=("linear",), brief=True
    ),
}

#: Where the search for the rate of the two yardsticks begins.
BEGIN = {
    "bigrams": {"Momentum": 46.4, "Adam": 1.0},
    "digits": {"Momentum": 0.215, "Adam": 0.0215},
    "convolution": {"Momentum": 0.0464, "Adam": 0.0215},
    "characters": {"Momentum": 0.215, "Adam": 0.0215},
}
#: Budgets, as shares of the steps, with which the rules are tuned once more at a falling rate.
BUDGETS = (2, 4)


def measured(network: str, name: str, yardsticks: dict[str, Any]) -> dict[str, Any]:
    """Return how one entry does on a network, by schedule, and with smaller budgets.

    ``yardsticks`` has what was found for Momentum and for Adam, if they are not asked for.
    """
    entry, (_, steps) = (ENTRIES | BESIDE)[name], NETWORKS[network]
    found: dict[str, Any] = {}
    for schedule in entry.schedules:
        rate = _first(entry, network, name, yardsticks, schedule)
        if schedule != entry.schedules[0]:
            rate = found[entry.schedules[0]]["best"]
        make = maker(network, entry, schedule, steps, yardsticks)
        tuned = tune(network, make, rate, steps, wide=True) if entry.tuned else one(make)
        times = np.linspace(0, steps, 2 if entry.brief else 11).round().astype(int)[1:]
        found[schedule] = tuned | _ends(network, make(tuned["best"]), times)
        if (name, schedule) == ("Adam", "linear"):  # with rates that are not the best, too
            curves = run(network, make, tuned["values"], range(TRIALS), times)
            found[schedule]["curves"] = rounded(np.median(curves, axis=-1).T)
    if "linear" in found and not entry.brief:
        for share in BUDGETS:
            few = steps // share
            make = maker(network, entry, "linear", few, yardsticks)
            rate = found["linear"]["best"]
            tuned = tune(network, make, rate, few) if entry.tuned else one(make)
            ends = _ends(network, make(tuned["best"]), np.array([few]))
            found[f"linear/{share}"] = tuned | {"loss": ends["loss"][0]}
    return found


def again(network: str, name: str, rules: dict[str, Any]) -> dict[str, Any]:
    """Return what a chosen rate and its neighbours leave on other trials, by the median.

    ``rules`` has what was found for all entries; the rate falls, if the entry has such a schedule.
    """
    entry, (_, steps) = ENTRIES[name], NETWORKS[network]
    schedule = entry.schedules[-1]
    one = rules[name][schedule]
    i = one["values"].index(one["best"])
    values = np.array(one["values"][i - 1 : i + 2])
    make = maker(network, entry, schedule, steps, rules)
    left = _median(network, make, values, steps, AGAIN)
    return {"values": values.tolist(), "left": rounded(left)}


def _first(entry: Entry, network: str, name: str, yardsticks: dict[str, Any], how: str) -> float:
    """Return the rate with which the search begins."""
    known = yardsticks.get(entry.follows)
    of = BEGIN[network][entry.follows] if name == entry.follows or not known else known[how]["best"]
    return float(f"{entry.first * of:.3g}")


def maker(
    network: str, entry: Entry, schedule: str, steps: int, yardsticks: dict[str, Any]
) -> Callable[[Any], Rule]:
    """Return what makes the rule with a rate, or with a column of them."""
    rises = steps // 10 if entry.warm else 0
    falls: Any = Linear(T=steps, warmup=rises) if schedule == "linear" else Constant(warmup=rises)

    def make(lr: Any) -> Rule:
        rule = scheduled(entry.rule.changed(lr=lr), falls)
        if not entry.mixed:
            return rule
        aside = AdamW(lr=yardsticks["Adam"][schedule]["best"], weight_decay=0)
        return Mixed(rule, scheduled(aside, falls), where=inner)

    return make


def inner(name: str, array: Any) -> bool:
    """Whether an array is a matrix, and not the vectors of characters or places."""
    return np.ndim(array) == 2 and name not in ("E", "P")


def one(make: Callable[[Any], Rule]) -> dict[str, Any]:
    """Return what stands in the place of a search where the rate is 1."""
    return {"best": 1.0, "values": [1.0]}


def tune(
    network: str, make: Callable[[Any], Rule], rate: float, steps: int, wide: bool = False
) -> dict[str, Any]:
    """Return the rates that were tried, what each left in the median, and the best of them.

    Rates are added at either end until the best has a worse one on both of its sides; if the search
    is to be ``wide``, until the ends are not even good.
    """
    values = np.array(
        [_near(rate * FACTOR**i) for i in ((-2, -1, 0, 1, 2) if wide else (-1, 0, 1))]
    )
    left = _median(network, make, values, steps)
    while len(values) < MOST:
        best, enough = int(np.argmin(left)), GOOD[network] if wide else 1.0
        low = int(best == 0 or left[0] <= enough * left[best])
        high = int(best == len(values) - 1 or left[-1] <= enough * left[best])
        more = [_near(values[0] / FACTOR)] * low + [_near(values[-1] * FACTOR)] * high
        if not more:
            break
        values = np.concatenate([values, more])
        left = np.concatenate([left, _median(network, make, np.array(more), steps)])
        order = np.argsort(values)
        values, left = values[order], left[order]
    return {
        "best": float(values[np.argmin(left)]),
        "values": values.tolist(),
        "left": rounded(left),
    }


def _near(rate: float) -> float:
    return float(f"{rate:.3g}")


def _median(
    network: str,
    make: Callable[[Any], Rule],
    rates: Array,
    steps: int,
    seeds: Sequence[int] = range(TRIALS),
) -> Array:
    ends = run(network, make, rates, seeds, np.array([steps]))[0]
    return np.median(ends, axis=-1)


def _ends(network: str, rule: Rule, times: Array) -> dict[str, Any]:
    """Return the losses on fresh trials, shape (times, trials), and the last ones on other rows."""
    problem = NETWORKS[network][0]
    ends: list[Array] = []
    losses = run(network, lambda _: rule, [0.0], range(SEED, SEED + FRESH), times, ends)[:, 0]
    found = {"times": [int(t) for t in times], "loss": rounded(losses)}
    if isinstance(problem, Network):
        found["held_out"] = rounded(problem.held_out.loss(ends[0][0]))
    return found


def run(
    network: str,
    make: Callable[[Any], Rule],
    rates: Sequence[float] | Array,
    seeds: Sequence[int],
    times: Array,
    ends: list[Array] | None = None,
) -> Array:
    """Return the losses after some steps, shape (times, rates, seeds); infinity if diverged.

    A seed draws the start and the minibatches. Of the bigrams it is the loss above the lowest.
    """
    problem = NETWORKS[network][0]
    starts = np.stack([_start(problem, seed) for seed in seeds])
    steps = int(times[-1])
    draws = None
    if isinstance(problem, Network):
        draws = drawn(problem, steps, seeds)
    floor = 0.0 if problem.minimum is None else problem.loss(problem.minimum)
    column = np.asarray(rates, dtype=float)[:, None, None]
    rule = on_problem(make(column if len(column) > 1 else float(column[0, 0, 0])), problem)
    theta = np.repeat(starts[None], len(column), axis=0)
    losses = []
    with np.errstate(all="ignore"):
        for theta in passed(rule, problem, theta, draws, times):
            losses.append(problem.loss(theta) - floor)
    if ends is not None:
        ends.append(theta)
    found = np.array(losses)
    return np.where(np.isfinite(found), found, np.inf)


def _start(problem: Problem, seed: int) -> Array:
    """Return a start of its own for each seed; of the bigrams it is near 0."""
    if isinstance(problem, Network):
        return problem.initial(seed)
    return 0.04 * np.random.default_rng(seed).normal(size=len(problem.start))
