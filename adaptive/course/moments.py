"""Assignment 3, *Moments*: Adam with its bias correction, AdaMax, Nadam, AMSGrad, and a game."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import Adam, AdaMax, AMSGrad, Nadam, Path, descend, plotting
from adaptive.course.assignment import Assignment
from adaptive.course.moments_rules import ADAM, ADAMAX, AMSGRAD, CORRECT, NADAM
from adaptive.course.questions import Choice, Number, Prediction, Table
from adaptive.problems import Reddi

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- first steps

#: What the three curves are of.
_SHUFFLED = {"A": "none", "B": "both", "C": "only m"}

#: What each curve looks like, for whoever took another for it.
_LOOKS = {
    "none": "With none the first step is (1 - β₁)/√(1 - β₂) = 3.2 η long.",
    "only m": "With m̂ over √v the first step is 1/√(1 - β₂) = 31.6 η long.",
    "only v": "With m over √v̂ the first step is 1 - β₁ = 0.1 η long.",
    "both": "With both, a gradient that stays the same makes every step η long.",
}


def first_steps() -> Axes:
    """Draw the first steps of three Adams, named A, B and C, that correct different moments.

    The gradient is 1 in all of them, β₁ = 0.9 and β₂ = 0.999.
    """
    ax = plt.figure(figsize=(6, 3.2)).add_subplot()
    t = np.arange(1, 101)
    m, v = 1 - 0.9**t, 1 - 0.999**t
    lengths = {"none": m / np.sqrt(v), "only m": 1 / np.sqrt(v), "both": np.ones(100)}
    looks = zip(plotting.shades(3), ("-", "--", ":"), strict=True)
    for (name, corrected), (colour, dashes) in zip(_SHUFFLED.items(), looks, strict=True):
        length = lengths[corrected]
        ax.loglog(t, length, color=colour, ls=dashes, label=name)
        ax.annotate(name, (1, length[0]), (-12, -3), textcoords="offset points", color=colour)
    ax.set(xlabel="step", ylabel="length of the step / η", xlim=(0.75, 105), ylim=(0.05, 60))
    ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.legend()
    return ax


# --------------------------------------------------------------------------- the game

#: The game of the assignment: a slope of 20 once in 11 steps, and -1 in the ten others.
GAME = Reddi(large=20.0, small=1.0, period=11)
#: Steps of a run: 200 periods.
STEPS = 2200


def game(*paths: Path) -> Axes:
    """Draw θ against the period of the game, and write above where it ends.

    Parameters
    ----------
    *paths : Path
        Runs in `GAME`.
    """
    ax = plt.figure(figsize=(6, 3.2)).add_subplot()
    for end, name in ((1, "worst"), (-1, "best")):
        ax.axhline(end, color=plotting.QUIET, lw=0.8)
        ax.annotate(name, (0, end), (2, -4 * end - 3), textcoords="offset points", size="small")
    for path in paths:
        theta = path.theta[:: GAME.period, 0]
        ax.plot(theta, **plotting.line(path.rule))
    ends = [f"{type(path.rule).__name__} ends at θ = {path.theta[-1, 0]:+.2f}" for path in paths]
    ax.set(xlabel="period of 11 steps", ylabel="θ", ylim=(-1.15, 1.15), title=", ".join(ends))
    if len(paths) > 1:
        ax.legend(loc="center right")
    return ax


@cache
def _run(name: str, beta2: float = 0.5) -> Path:
    """Return a run of the package's in the game, at the hyperparameters of the assignment."""
    kind = {"Adam": Adam, "AMSGrad": AMSGrad}[name]
    return descend(kind(lr=0.01, beta1=0.5, beta2=beta2), GAME, steps=STEPS)


def _end(name: str, beta2: float = 0.5) -> float:
    return float(_run(name, beta2).theta[-1, 0])


def _regret(name: str) -> float:
    """Return the average regret: what was paid, less what θ = -1 would have paid."""
    path = _run(name)
    return float(np.mean(path.gradient * (path.theta[:-1] + 1)))


@cache
def _from_beta2(level: float) -> float:
    """Return the β₂ from which on Adam ends below a level, to three digits."""
    low, high = 0.3, 0.98
    while high - low > 1e-3:
        middle = (low + high) / 2
        low, high = (low, middle) if _end("Adam", middle) < level else (middle, high)
    return high


def _paid(name: str) -> float:
    return _regret(name) - float(np.mean(_run(name).gradient))


def _end_of(name: str, other: str) -> Number:
    return Number(
        0.5,
        right=lambda: _end(name),
        rtol=0.01,
        reminder="It is path.theta[-1, 0], the last θ of that run.",
        mistakes=(
            (lambda: _end(other), f"That is where {other} ends."),
            (lambda: float(_run(name).loss[-1]), "That is the loss there: asked for is θ."),
        ),
    )


def _regret_of(name: str, other: str) -> Number:
    def total() -> float:
        return _regret(name) * STEPS

    def after() -> float:
        path = _run(name)
        return float(np.mean(path.gradient * (path.theta[1:] + 1)))

    return Number(
        0.5,
        right=lambda: _regret(name),
        rtol=0.005,
        reminder="It is the mean over the steps of gₜ (θₜ₋₁ + 1), from path.gradient and "
        "path.theta[:-1].",
        mistakes=(
            (lambda: _regret(other), f"That is the regret of {other}."),
            (total, "That is the sum over the steps: take the mean."),
            (
                after,
                "That is with the θ after each step. You pay before you learn the slope: θₜ₋₁ "
                "goes with gₜ, so path.theta[:-1]. (Or is it made from path.loss? That "
                "knows only the mean slope.)",
            ),
            (
                lambda: _paid(name),
                "That is what was paid on average: subtract what θ = -1 would have paid.",
            ),
            (
                lambda: -_regret(name),
                "It has the wrong sign: the best point is -1, so θ - (-1) = θ + 1.",
            ),
        ),
    )


ASSIGNMENT = Assignment(
    "moments",
    {
        "correct": CORRECT,
        "first-steps": Table(
            {
                name: Choice(
                    1, right, {other: says for other, says in _LOOKS.items() if other != right}
                )
                for name, right in _SHUFFLED.items()
            }
        ),
        "adam": ADAM,
        "adamax": ADAMAX,
        "nadam": NADAM,
        "predicted-end": Prediction(-1, 1),
        "turn": Number(
            1,
            right=lambda: _from_beta2(0.0),
            rtol=0.03,
            reminder="Move the slider, read θ above the figure, and find where it changes its "
            "sign.",
            mistakes=(
                (lambda: 0.5, "That is where the slider starts, and there Adam ends at the worst."),
                (
                    lambda: _from_beta2(-0.95),
                    "From there on it arrives at -1 in time. It turns round earlier: asked for is "
                    "where θ changes its sign.",
                ),
                (
                    lambda: _from_beta2(0.95),
                    "Up to there it still arrives at +1. Asked for is where θ changes its sign.",
                ),
                (
                    lambda: 1 - _from_beta2(0.0),
                    "That is 1 - β₂: write β₂ itself.",
                ),
            ),
        ),
        "amsgrad": AMSGRAD,
        "measured": Table(
            {
                "Adam ends": _end_of("Adam", "AMSGrad"),
                "Adam regret": _regret_of("Adam", "AMSGrad"),
                "AMSGrad ends": _end_of("AMSGrad", "Adam"),
                "AMSGrad regret": _regret_of("AMSGrad", "Adam"),
            }
        ),
    },
    {Adam: ADAM, AdaMax: ADAMAX, Nadam: NADAM, AMSGrad: AMSGRAD},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
