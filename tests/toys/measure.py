"""What is measured on the networks: races, held-out losses, courses, frequencies, and warm-up."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from adaptive import SGD, Adagrad, Adam, AMSGrad, Momentum, RMSprop, Rule, sweep
from adaptive.curvature import sharpness
from adaptive.problems import Bigrams, Characters, Convolution, Digits, Problem
from adaptive.problems.base import Array
from adaptive.problems.networks import Network
from adaptive.race import Entry, race, trials_of
from adaptive.trained import trained as stored_trained
from tests.training import drawn, passed, rounded

#: How many steps a run makes on each of them, on how many fresh trials rules are compared, and how
#: many learning rates are tried at first: four in each power of ten, or two where steps are slow.
NETWORKS: dict[str, tuple[Problem, int, int, int]] = {
    "bigrams": (Bigrams(), 150, 10, 25),
    "digits": (Digits(), 300, 20, 25),
    "convolution": (Convolution(), 200, 20, 25),
    "characters": (Characters(), 200, 10, 13),
}

#: Texts whose words are as frequent as they are, or equally; the same for what follows a word.
TEXTS: dict[str, dict[str, float]] = {
    "as it is": {"smoothing": 0.1},
    "equal words": {"smoothing": 0.1, "power": 0},
    "even followers": {"smoothing": 0.1, "followers": 0.25},
    "both": {"smoothing": 0.1, "power": 0, "followers": 0.25},
    "not smoothed": {},
    "not smoothed, equal words": {"power": 0},
}

#: Trials to tune on, and the seed of the first of the others.
TRIALS, FRESH = 3, 1_000_000


def raced(
    name: str,
    rules: Sequence[type[Rule]],
    by: str = "loss",
) -> dict[str, Any]:
    """Return how rules do on a network, each with its best rate, on fresh trials.

    With ``by="held_out"`` the rate is the one with the lowest held-out loss.
    """
    problem, steps, fresh, budget = NETWORKS[name]
    found: dict[str, Any] = {"steps": steps, "trials": TRIALS, "fresh": fresh, "rules": {}}
    judged = on_held_out(problem) if by == "held_out" else problem
    for kind in rules:
        entry = race(
            judged,
            [kind],
            steps,
            trials=TRIALS,
            fresh=1,
            budget=budget,
            floor=0.0 if isinstance(problem, Network) else None,
            memories=False,
        ).entries[kind.__name__]
        found["rules"][kind.__name__] = {
            "best": {knob: rounded(value) for knob, value in entry.best.items()},
            **along(entry),
            **ends(kind(**{k: rounded(v) for k, v in entry.best.items()}), problem, steps, fresh),
        }
    return found


def along(entry: Entry) -> dict[str, Any]:
    """Return the values of the first knob, and what each left in the tuning trials' median."""
    values, left = entry.along()
    return {"values": rounded(values), "left": rounded(left)}


def on_held_out(problem: Problem) -> Problem:
    """Return a network which is trained on its rows, and whose loss is that of the others."""
    if not isinstance(problem, Network):
        raise TypeError(f"a network is wanted, got {problem}")
    other = copy.copy(problem)
    other.loss = problem.held_out.loss  # type: ignore[method-assign]
    return other


def ends(rule: Rule, problem: Problem, steps: int, fresh: int) -> dict[str, Any]:
    """Return loss and accuracy after training, on the rows and on those held out, trial by trial.

    Of a problem without held-out rows it is the loss above the lowest.
    """
    if not isinstance(problem, Network):
        runs = sweep(rule, problem, steps, **trials_of(problem, fresh, FRESH))
        return {"loss": rounded(runs.loss[-1] - problem.loss(problem.minimum))}
    points = trained(rule, problem, steps, range(FRESH, FRESH + fresh))
    held_out = problem.held_out
    with np.errstate(all="ignore"):
        found = {"loss": problem.loss(points), "held_out": held_out.loss(points)}
        if problem.y.ndim == 1:
            accuracies = problem.accuracy(points), held_out.accuracy(points)
            found |= dict(zip(("right", "held_out_right"), accuracies, strict=True))
    return {what: rounded(values) for what, values in found.items()}


def trained(rule: Rule, problem: Network, steps: int, seeds: Sequence[int]) -> Array:
    """Return where runs end, shape (seeds, d): each with a start and minibatches of its own."""
    return passing(rule, problem, [steps], seeds)[0]


def passing(rule: Rule, problem: Network, times: Sequence[int], seeds: Sequence[int]) -> Array:
    """Return where runs are at some times, the last being the end: shape (times, seeds, d)."""
    starts = np.stack([problem.initial(seed) for seed in seeds])
    draws = drawn(problem, times[-1], seeds)
    return np.stack(list(passed(rule, problem, starts, draws, times)))


class Uncorrected(Adam):
    """Adam without bias correction: AMSGrad without the maximum."""

    def update(self, g: Any, t: int, m: Any, v: Any) -> tuple[Any, Any, Any]:
        m = self.beta1 * m + (1 - self.beta1) * g
        v = self.beta2 * v + (1 - self.beta2) * (g * g)
        return -self.lr / (np.sqrt(v) + self.eps) * m, m, v


#: Of which rules the course of a run is kept, at so many times.
COURSES = [SGD, Momentum, Adam, AMSGrad, Uncorrected]
MOMENTS = 12


def courses(name: str) -> dict[str, Any]:
    """Return the losses along runs, shape (times, trials), each at its best rate of the race."""
    problem, steps, fresh, _ = NETWORKS[name]
    times = [int(t) for t in np.linspace(0, steps, MOMENTS + 1).round()[1:]]
    found: dict[str, Any] = {"times": times, "first": first_loss(problem), "rules": {}}
    for kind in COURSES:
        best = best_rate(name, kind)
        losses = passing_losses(kind(lr=best), problem, times, fresh)
        found["rules"][kind.__name__] = {"best": {"lr": best}, "loss": rounded(losses)}
    return found


def best_rate(name: str, kind: type[Rule]) -> float:
    """Return the best rate on a network: the one that is stored, or else that of a race."""
    rules = stored_trained("race", name)["rules"]
    if kind.__name__ in rules:
        return float(rules[kind.__name__]["best"]["lr"])
    return float(raced(name, [kind])["rules"][kind.__name__]["best"]["lr"])


def first_loss(problem: Problem) -> Any:
    """Return the loss where the problem begins; of words, what is above the lowest."""
    lowest = 0.0 if isinstance(problem, Network) else problem.loss(problem.minimum)
    return rounded(problem.loss(problem.start) - lowest)


def passing_losses(rule: Rule, problem: Problem, times: Sequence[int], fresh: int) -> Array:
    """Return the losses at some times on fresh trials; of words, what is above the lowest."""
    if not isinstance(problem, Network):
        where = trials_of(problem, fresh, FRESH)
        runs = sweep(rule, problem, times[-1], keep="loss", **where)
        return runs.loss[list(times)] - problem.loss(problem.minimum)
    points = passing(rule, problem, times, range(FRESH, FRESH + fresh))
    with np.errstate(all="ignore"):
        return np.stack([problem.loss(each) for each in points])


#: So many times as long as in the race do runs last, and so many trials are compared.
LENGTHS, COMPARED = (0.5, 1, 2, 4), 10


def lengths(name: str) -> dict[str, Any]:
    """Return the losses after runs of several lengths, each with the rate that is best for it."""
    problem, steps, _, budget = NETWORKS[name]
    # Between two rates of the race.
    factor = 10 ** (6 / (budget - 1))
    times = [int(share * steps) for share in LENGTHS]
    found: dict[str, Any] = {"times": times, "first": first_loss(problem), "rules": {}}
    for kind in (Adagrad, RMSprop):
        rate, each = best_rate(name, kind), []
        for long in times:
            rate = best_near(kind, problem, long, rate, factor)
            loss = passing_losses(kind(lr=rate), problem, [long], COMPARED)[0]
            each.append({"lr": rounded(rate), "loss": rounded(loss)})
        found["rules"][kind.__name__] = each
    return found


def best_near(kind: type[Rule], problem: Problem, steps: int, rate: float, factor: float) -> float:
    """Return the rate with the lowest median on the tuning trials, between two that were tried."""
    tried: dict[int, float] = {}
    ask = [-2, -1, 0, 1, 2]
    while ask:
        found = medians(kind, problem, steps, rate * float(factor) ** np.array(ask))
        tried |= dict(zip(ask, found.tolist(), strict=True))
        best = min(tried, key=lambda k: tried[k])
        ask = [k for k in (best - 1, best + 1) if k not in tried]
    return float(f"{rate * factor**best:.4g}")


def medians(kind: type[Rule], problem: Problem, steps: int, rates: Array) -> Array:
    """Return the median loss of the tuning trials for each rate."""
    if isinstance(problem, Network):
        trials = [{"theta0": problem.initial(seed)[None], "rng": seed} for seed in range(TRIALS)]
    else:
        trials = [trials_of(problem, TRIALS, 0)]
    ends = [sweep(kind(), problem, steps, lr=rates, **each).loss[-1] for each in trials]
    left = np.concatenate(ends, axis=-1)
    return np.median(np.where(np.isnan(left), np.inf, left), axis=-1)


def frequencies(**settings: float) -> dict[str, Any]:
    """Return what rules leave of the loss of a text, each at the best rate of four trials in five.

    At the best in the median, descent is so near to its limit that it diverges on other trials.
    """
    problem = Bigrams(**settings)  # type: ignore[arg-type]
    found: dict[str, Any] = {"settings": settings, "steps": 150, "rules": {}}
    rules = [SGD, Momentum, Adam]
    contest = race(problem, rules, 150, trials=5, fresh=5, budget=25, memories=False)
    for name, entry in contest.chosen_by(0.8).entries.items():
        rate = {"lr": rounded(entry.best["lr"])}
        found["rules"][name] = {"best": rate, **along(entry), "end": rounded(entry.final)}
    return found


#: Over how many steps the rate rises from 0: at once, or slowly.
WARM = (1, 50)
#: How many trials show what that does.
WARMED = 5


def warmed(name: str) -> dict[str, Any]:
    """Return the losses, shape (warm, rates, trials), with rates that rise over some steps."""
    problem, steps, *_ = NETWORKS[name]
    if not isinstance(problem, Network):
        raise TypeError(f"a network is wanted, got {problem}")
    found: dict[str, Any] = {"steps": steps, "warm": WARM, "rules": {}}
    for rule, low, high in ((Momentum(), 1e-2, 10), (Adam(), 1e-3, 1)):
        rates = np.geomspace(low, high, 7)
        losses = [rising(rule, problem, steps, FRESH + i, rates) for i in range(WARMED)]
        found["rules"][type(rule).__name__] = {
            "values": rounded(rates),
            "loss": rounded(np.stack(losses, axis=-1)),
        }
    return found


def rising(rule: Rule, problem: Network, steps: int, seed: int, rates: Array) -> Array:
    """Return the loss after training with rates that rise over 1 or more steps, (warm, rates)."""
    shape = (len(WARM), len(rates), problem.blocks.size)
    theta = np.broadcast_to(problem.initial(seed), shape)
    state, rng = rule.init(theta), np.random.default_rng(seed)
    with np.errstate(all="ignore"):
        for t in range(1, steps + 1):
            risen = np.minimum(t / np.array(WARM), 1)[:, None, None]
            now = replace(rule, lr=risen * rates[:, None])
            g = problem.grad(now.lookahead(theta, state), problem.draw(t, rng))
            theta, state = now.step(theta, g, state)
        return np.asarray(problem.loss(theta))


#: Rules at constant rates, on so many rows, all of them at once: what their curvature is looked at.
EDGES: dict[str, tuple[Network, int, list[Rule]]] = {
    "digits": (Digits(), 200, [SGD(0.3), SGD(1.0), Adam(0.001), Adam(0.01)]),
    "convolution": (Convolution(), 200, [SGD(0.1), SGD(0.2), Adam(0.001), Adam(0.003)]),
    "characters": (Characters(), 48, [SGD(0.1), SGD(0.3), Adam(0.001)]),
}


def edges(name: str, steps: int = 500, apart: int = 20) -> dict[str, Any]:
    """Return the loss, and the largest curvature as a share of the limit, all along runs."""
    problem, rows, rules = EDGES[name]
    problem = first(problem, rows)
    times = list(range(apart, steps + 1, apart))
    found: dict[str, Any] = {"rows": rows, "times": times, "rules": []}
    for rule in rules:
        losses, shares = [], []
        theta, state = problem.start, rule.init(problem.start)
        for t in range(1, steps + 1):
            theta, state = rule.step(theta, problem.grad(theta), state)
            if t in times:
                losses.append(problem.loss(theta))
                shares.append(share_of_limit(rule, problem, theta, state))
        about = {"rule": type(rule).__name__, "lr": rule.lr}  # type: ignore[attr-defined]
        found["rules"].append({**about, "loss": rounded(losses), "share": rounded(shares)})
    return found


def first(problem: Network, rows: int) -> Network:
    """Return the same network on its first rows."""
    few = copy.copy(problem)
    few.X, few.y = problem.X[:rows], problem.y[:rows]
    return few


def share_of_limit(rule: Rule, problem: Problem, theta: Array, state: Any) -> float:
    """Return the largest curvature as a share of the one at which a quadratic would diverge.

    For Adam it is that of what remains to be descended when each coordinate has been divided by
    the root of what its gradient is divided by.
    """
    if isinstance(rule, Adam):
        by = np.sqrt(state.v / (1 - rule.beta2**state.t)) + rule.eps
        limit = 2 * (1 + rule.beta1) / (1 - rule.beta1) / rule.lr
        return sharpness(problem, theta, scale=by**-0.5) / limit
    return sharpness(problem, theta) * rule.lr / 2  # type: ignore[attr-defined]
