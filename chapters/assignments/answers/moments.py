"""Answers to assignment 3, *Moments*, and the numbers that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from adaptive import Adam, AMSGrad, Path, descend
from adaptive.course.instructor.keys import Choice, Key, Number, Paper, Table, apart
from adaptive.course.moments import GAME, STEPS

#: What each curve looks like, for whoever took another for it.
LOOKS = {
    "none": "With none the first step is (1 - β₁)/√(1 - β₂) = 3.2 η long.",
    "only m": "With m̂ over √v the first step is 1/√(1 - β₂) = 31.6 η long.",
    "only v": "With m over √v̂ the first step is 1 - β₁ = 0.1 η long.",
    "both": "With both, a gradient that stays the same makes every step η long.",
}


def lengths() -> dict[str, list[float]]:
    """Return the lengths of the first steps in units of η, by what is corrected."""
    t = np.arange(1, 101)
    m, v = 1 - 0.9**t, 1 - 0.999**t
    made = {
        "none": m / np.sqrt(v),
        "only m": 1 / np.sqrt(v),
        "only v": m,
        "both": np.ones(100),
    }
    return {name: [float(f"{x:.4g}") for x in values] for name, values in made.items()}


# --------------------------------------------------------------------------- the game


@dataclass(frozen=True)
class Played:
    """What comes of the game with a learning rate, and β₁ = 0.5."""

    lr: float

    def run(self, name: str, beta2: float = 0.5) -> Path:
        """Return a run of the package's in the game."""
        return _run(name, self.lr, beta2)

    def end(self, name: str, beta2: float = 0.5) -> float:
        """Return the last θ."""
        return float(self.run(name, beta2).theta[-1, 0])

    def regret(self, name: str) -> float:
        """Return the average regret: what was paid, less what θ = -1 would have paid."""
        path = self.run(name)
        return float(np.mean(path.gradient * (path.theta[:-1] + 1)))

    def paid(self, name: str) -> float:
        """Return what was paid on average."""
        return self.regret(name) - float(np.mean(self.run(name).gradient))

    def after(self, name: str) -> float:
        """Return what the regret would be with the θ after each step."""
        path = self.run(name)
        return float(np.mean(path.gradient * (path.theta[1:] + 1)))

    def from_beta2(self, level: float) -> float:
        """Return the β₂ from which on Adam ends below a level, to three digits."""
        return _from_beta2(self.lr, level)


@cache
def _run(name: str, lr: float, beta2: float) -> Path:
    kind = {"Adam": Adam, "AMSGrad": AMSGrad}[name]
    return descend(kind(lr=lr, beta1=0.5, beta2=beta2), GAME, steps=STEPS)


@cache
def _from_beta2(lr: float, level: float) -> float:
    low, high = 0.3, 0.98
    while high - low > 1e-3:
        middle = (low + high) / 2
        below = Played(lr).end("Adam", middle) < level
        low, high = (low, middle) if below else (middle, high)
    return high


def end_of(played: Played, name: str, other: str) -> Number:
    """Return the key to where a rule ends."""
    return Number(
        0.5,
        right=lambda: played.end(name),
        rtol=0.01,
        reminder="It is path.theta[-1, 0], the last θ of that run.",
        mistakes=(
            (lambda: played.end(other), f"That is where {other} ends."),
            (
                lambda: float(played.run(name).loss[-1]),
                "That is the loss there: asked for is θ.",
            ),
        ),
    )


def regret_of(played: Played, name: str, other: str) -> Number:
    """Return the key to the regret of a rule."""
    return Number(
        0.5,
        right=lambda: played.regret(name),
        rtol=0.005,
        reminder="It is the mean over the steps of gₜ (θₜ₋₁ + 1), from path.gradient and "
        "path.theta[:-1].",
        mistakes=(
            (lambda: played.regret(other), f"That is the regret of {other}."),
            (
                lambda: played.regret(name) * STEPS,
                "That is the sum over the steps: take the mean.",
            ),
            (
                lambda: played.after(name),
                "That is with the θ after each step. You pay before you learn the slope: θₜ₋₁ "
                "goes with gₜ, so path.theta[:-1]. (Or is it made from path.loss? That "
                "knows only the mean slope.)",
            ),
            (
                lambda: played.paid(name),
                "That is what was paid on average: subtract what θ = -1 would have paid.",
            ),
            (
                lambda: -played.regret(name),
                "It has the wrong sign: the best point is -1, so θ - (-1) = θ + 1.",
            ),
        ),
    )


def turn(played: Played) -> Number:
    """Return the key to the β₂ from which on Adam ends on the right side."""
    return Number(
        1,
        right=partial(played.from_beta2, 0.0),
        rtol=0.03,
        reminder="Move the slider, read θ above the figure, and find where it changes its sign.",
        mistakes=(
            (
                lambda: 0.5,
                "That is where the slider starts, and there Adam ends at the worst.",
            ),
            (
                partial(played.from_beta2, -0.95),
                "From there on it arrives at -1 in time. It turns round earlier: asked for is "
                "where θ changes its sign.",
            ),
            (
                partial(played.from_beta2, 0.95),
                "Up to there it still arrives at +1. Asked for is where θ changes its sign.",
            ),
            (
                lambda: 1 - played.from_beta2(0.0),
                "That is 1 - β₂: write β₂ itself.",
            ),
        ),
    )


def measured(played: Played) -> Table:
    """Return the keys to what comes of the game with two rules."""
    return Table(
        {
            "Adam ends": end_of(played, "Adam", "AMSGrad"),
            "Adam regret": regret_of(played, "Adam", "AMSGrad"),
            "AMSGrad ends": end_of(played, "AMSGrad", "Adam"),
            "AMSGrad regret": regret_of(played, "AMSGrad", "Adam"),
        }
    )


# --------------------------------------------------------------------------- the paper


def paper(rng: np.random.Generator | None) -> Paper:
    """Return the numbers that all have, or some drawn for one student, with their answers."""
    played, order = Played(0.01), ["none", "both", "only m"]
    if rng is not None:
        drawn = (Played(round(lr, 4)) for lr in rng.uniform(0.0105, 0.0145, 1000).tolist())
        played = next(one for one in drawn if apart(measured(one)))
        others = rng.permutation(["none", "only m", "only v"])[:2].tolist()
        order = rng.permutation(["both", *others]).tolist()
    keys: dict[str, Key] = {
        "first-steps": Table(
            {
                letter: Choice(
                    1,
                    right,
                    {k: says for k, says in LOOKS.items() if k != right},
                )
                for letter, right in zip("ABC", order, strict=True)
            }
        ),
        "turn": turn(played),
        "measured": measured(played),
    }
    numbers = {
        "first steps": {letter: lengths()[name] for letter, name in zip("ABC", order, strict=True)}
    }
    if rng is None:
        return Paper(keys, numbers)
    phrases = {
        "η = 0.01, β₁ = 0.5 and β₂ = 0.5": f"η = {played.lr}, β₁ = 0.5 and β₂ = 0.5",
        "Adam(0.01, 0.5, beta2)": f"Adam({played.lr}, 0.5, beta2)",
        '"lr": 0.01': f'"lr": {played.lr}',
    }
    return Paper(keys, numbers, phrases)
