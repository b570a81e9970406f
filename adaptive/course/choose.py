"""Assignment 4, *Choose and defend*: tune on a budget, choose a rule, diagnose failed runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import Momentum, Rule, Sweep, descend, plotting, sweep
from adaptive.course.assignment import Assignment
from adaptive.course.calling import Mishap, call, quietly
from adaptive.course.closed import Choice, Number, Setting, Table
from adaptive.course.failed import FOLLOWED, SHEET, Record, records, show_records
from adaptive.course.network import NETWORK, NETWORK_STEPS, held_out
from adaptive.course.questions import Prediction
from adaptive.course.tuner import SEARCH
from adaptive.course.unseen import BUDGET, STEPS, Budgeted, OutOfBudget, Unseen, losses, runner
from adaptive.race import following

__all__ = [
    "BUDGET",
    "NETWORK",
    "NETWORK_STEPS",
    "STEPS",
    "Budgeted",
    "OutOfBudget",
    "Record",
    "Unseen",
    "glimpse",
    "held_out",
    "left",
    "looks",
    "losses",
    "marked_losses",
    "one_sweep",
    "records",
    "runner",
    "share",
    "show_records",
    "tuning",
]

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- figures


def tuning(search: Callable[..., Any], kind: type[Rule], middle: float) -> Axes:
    """Draw what your tuner finds on five rates around a middle, each twice the one before.

    Parameters
    ----------
    search : callable
        Your tuner.
    kind : type
        The class of the rule.
    middle : float
        The middle rate.

    Returns
    -------
    Axes
        The axes.
    """
    rates = middle * 2.0 ** np.arange(-2, 3)
    run, made = runner(kind, Unseen(1)), {}

    def noted(lr: float) -> float:
        made[float(lr)] = run(lr)
        return made[float(lr)]

    try:
        found = call(search, {"run": noted, "rates": rates.copy(), "budget": 5})
    except Mishap as mishap:
        if not made or np.isfinite(list(made.values())).any():
            raise Mishap(f"search {mishap}.") from None
        found = None
    ax = plt.figure(figsize=(5.4, 3)).add_subplot()
    tried, ends = np.array(list(made)), np.array(list(made.values()))
    fine = np.isfinite(ends) & (ends < 1e3)
    look = plotting.line(kind)
    ax.plot(tried[fine], ends[fine], "o", color=look["color"])
    ax.plot(tried[~fine], np.full(np.sum(~fine), 300.0), "x", color=plotting.INK)
    for lr in tried[~fine]:
        ax.annotate("diverged", (lr, 300), (0, -9), textcoords="offset points", rotation=90,
                    ha="center", va="top", fontsize=8)  # fmt: skip
    ax.axhline(1, ls=":", lw=1, color=plotting.QUIET)
    ax.text(1.1e-4, 1.1, "where the run began", fontsize=8, va="bottom")
    ax.set(xscale="log", yscale="log", xlim=(1e-4, 15), ylim=(0.005, 500),
           xlabel="learning rate η", ylabel=f"loss after {STEPS} steps")  # fmt: skip
    if found is None or not fine.any():
        ax.set_title("All five rates diverge: there is nothing to choose from.")
        return ax
    found = float(np.ravel(found)[0])
    ax.axvline(found, lw=1, color=look["color"])
    at_end = np.isclose(found, tried[fine].min()) or np.isclose(found, rates.max())
    where = "an end of what ran: look further" if at_end else "inside the grid"
    ax.set_title(f"Your tuner returns {found:.3g}, {where}.")
    return ax


def glimpse(seed: int = 1, steps: int = 100) -> Axes:
    """Draw what the first gradients of the unseen problem tell about its coordinates.

    Parameters
    ----------
    seed : int, default 1
        Which instance.
    steps : int, default 100
        How many gradients to look at, all at the start.

    Returns
    -------
    Axes
        The axes.
    """
    problem, rng = Unseen(seed), np.random.default_rng(0)
    seen = np.array([problem.grad(problem.start, problem.draw(t, rng)) for t in range(steps)])
    share = np.mean(seen != 0, axis=0)
    size = [np.sqrt(np.mean(g[g != 0] ** 2)) if g.any() else np.nan for g in seen.T]
    ax = plt.figure(figsize=(5, 3)).add_subplot()
    ax.plot(share, size, "o", color=plotting.CONCEPTS["gradient"])
    ax.set(xlabel="share of steps in which the gradient is not 0",
           ylabel="its size then (rms)", yscale="log", xlim=(0, 1.04))  # fmt: skip
    return ax


def one_sweep() -> Axes:
    """Draw Momentum's losses on one instance with one seed, with four settings marked.

    Returns
    -------
    Axes
        The axes.
    """
    rates = np.geomspace(1e-4, 1, 25)
    runs = sweep(Momentum(), Unseen(2), STEPS, rng=1, lr=rates, momentum=np.linspace(0, 0.96, 13))
    left = np.where(runs.loss[-1] < 10, runs.loss[-1], np.nan)
    ax = plotting.landscape(
        runs,
        np.log10(left),
        plt.figure(figsize=(6, 3.4)).gca(),
        label="log₁₀ of the loss at the end",
    )
    for name, (lr, momentum) in SHEET["marked"].items():
        ax.plot(lr, momentum, "o", ms=13, mfc="white", mec=plotting.INK)
        ax.text(lr, momentum, name, ha="center", va="center", color=plotting.INK, fontsize=9)
    return ax


def marked_losses() -> dict[str, float]:
    """Return the loss at the end of each marked run of `one_sweep`.

    Returns
    -------
    dict of float
        The losses by the names of the runs, to three decimals.
    """
    return {
        name: round(float(descend(Momentum(*at), Unseen(2), steps=STEPS, rng=1).loss[-1]), 3)
        for name, at in SHEET["marked"].items()
    }


# --------------------------------------------------------------------------- trying a setting


def looks(runs: Sweep) -> str:
    """Return in words what runs on the unseen problem looked like.

    Parameters
    ----------
    runs : Sweep
        Runs on `Unseen`, made with ``keep="path"``.

    Returns
    -------
    str
        Whether they diverge, oscillate, are too slow or have stalled.
    """
    n = runs.loss.shape[-1]
    if np.all(runs.theta == runs.theta[0]):
        return "The parameters stay where they begin: is the rate 0?"
    lost = int(np.sum(~(runs.loss[-1] < 1)))
    if lost:
        return (
            f"{lost} of {n} runs end worse than they began or diverge: the rate is too large, for "
            "some instances at least."
        )
    late = 2 * len(runs.loss) // 3
    middle = runs.theta[late:].mean(axis=0)
    # The loss of the last third is that of its middle, and what comes of going to and fro.
    swings = 1 - runs.problem.loss(middle) / runs.loss[late:].mean(axis=0)
    if np.median(swings) > 0.4:
        return (
            "No run diverges. In the last third the parameters go to and fro, and most of the "
            "loss comes of that: oscillating. Would a smaller rate settle lower?"
        )
    if np.median(runs.loss[-1] / runs.loss[late]) < 0.9:
        return (
            "No run diverges, and the loss still falls when the steps run out: too slow, in some "
            "coordinates at least. Would a larger rate do, or do other coordinates not allow it?"
        )
    return (
        "No run diverges. In the last third the loss hardly falls any more, and the parameters "
        "hardly move: stalled. Would a larger rate, or a rule that keeps its rates, get on?"
    )


def left(rule: Rule, seeds: Sequence[int]) -> tuple[float, Sweep]:
    """Return what is left of the loss on some instances, and the runs.

    Parameters
    ----------
    rule : Rule
        The rule with its settings.
    seeds : sequence of int
        The instances of `Unseen`, each with noise of the same seed.

    Returns
    -------
    left : float
        The geometric mean of the losses after `STEPS` steps, in units of the loss at the start.
        A run that diverges counts as 10.
    runs : Sweep
        The runs, with their paths.
    """
    runs = sweep(rule, Unseen(seeds), STEPS, rng=list(seeds), keep="path")
    # A run that diverges counts as ten times the loss at the start.
    left = np.where(runs.loss[-1] < 10, runs.loss[-1], 10)
    return float(np.exp(np.mean(np.log(left)))), runs


def share(rule: Rule, rng: np.random.Generator) -> float:
    """Return how far from the target of run B a rule is, as a share of standing still.

    Parameters
    ----------
    rule : Rule
        The rule with its settings.
    rng : numpy.random.Generator
        Draws the seeds of six runs.

    Returns
    -------
    float
        The mean squared distance over that of a point that stays at the start.
    """
    seeds = [int(seed) for seed in rng.integers(1_000_000, size=6)]
    return float(np.mean(following(sweep(rule, FOLLOWED, 400, rng=seeds, keep="path"))))


def _tried(rule: Rule) -> str:
    with quietly():
        rest, _ = left(rule, np.random.default_rng(1).integers(1_000, 1_000_000, 12).tolist())
    return f"On 12 fresh instances it leaves {rest:.2g} of the loss."


def _learned(rule: Rule) -> str:
    with quietly():
        loss = float(np.mean(held_out(rule, seeds=4, first=500)))
    if not loss < 1e3:
        return "It diverges: the rate is too large."
    return f"From 4 fresh starts its loss on what was held out is {loss:.2f} in the mean."


def _followed(rule: Rule) -> str:
    with quietly():
        away = share(rule, np.random.default_rng(1))
    if not away < 1e3:
        return "It diverges: the rate is too large."
    return f"Its mean squared distance to the target is {away:.2f} of that of standing still."


# --------------------------------------------------------------------------- the assignment

_CAUSE = Choice(
    1,
    (
        "epsilon too large",
        "momentum too high",
        "no bias correction",
        "rare gradients forgotten",
        "rate above the limit",
        "rates used up",
    ),
)

ASSIGNMENT = Assignment(
    "choose",
    {
        "search": SEARCH,
        "sgd-rate": Number(1),
        "predicted-gain": Prediction(0.01, 1000),
        "measured": Table(dict.fromkeys(("gain", "spread"), Number(1))),
        "one-sweep": Choice(1, ("A", "B", "C", "D")),
        "choice": Setting(3, _tried),
        "network": Setting(2, _learned),
        "run-a": Table({"cause": _CAUSE, "growth": Number(1)}),
        "run-b": Table({"cause": _CAUSE, "exponent": Number(1)}),
        "run-c": Table({"cause": _CAUSE, "first step": Number(1)}),
        "cure": Setting(1, _followed),
    },
)
check = ASSIGNMENT.check
