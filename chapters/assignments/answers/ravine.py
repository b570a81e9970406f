"""Answers to assignment 1, *Down the ravine*, and the numbers that go with them."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
from adaptive import NAG, SGD, Momentum, Rule, descend
from adaptive.course.instructor.keys import Choice, Key, Number, Paper, Table
from adaptive.course.ravine import steps_to_arrive
from adaptive.problems import Ravine

#: What each curve looks like, for whoever took another for it.
LOOKS = {
    "SGD": "SGD has no velocity, so its loss falls without any swing.",
    "Momentum": "Momentum swings across the ravine for a long time: fast ripples on slow swings.",
    "NAG": "NAG damps the swings across the ravine: only the slow ones along its floor are left.",
}


def paper(rng: np.random.Generator | None) -> Paper:
    """Return the numbers that all have, or some drawn for one student, with their answers."""
    condition: Any = 20 if rng is None else round(float(rng.uniform(20.2, 25)), 1)
    order = ["NAG", "SGD", "Momentum"] if rng is None else rng.permutation(list(LOOKS)).tolist()
    rules: dict[str, Rule] = {
        "SGD": SGD(0.04),
        "Momentum": Momentum(0.04, 0.9),
        "NAG": NAG(0.04, 0.9),
    }
    problem = Ravine(condition=condition)
    best_rate = 2 / (condition + 1)

    def steps(momentum: float) -> float:
        path = descend(Momentum(best_rate, momentum), problem, steps=300)
        return steps_to_arrive(path)

    keys: dict[str, Key] = {
        "largest-rate": Number(
            2,
            right=lambda: 2 / condition,
            rtol=0.03,
            reminder="Move the slider to where the zigzag just stops growing.",
            mistakes=(
                (
                    lambda: best_rate,
                    "That is the fastest rate, not the limit of those that converge.",
                ),
                (
                    lambda: 2.0,
                    "That is the limit along the ravine; across it is lower.",
                ),
                (
                    lambda: 1 / condition,
                    "There the steep direction arrives in one step; larger rates still converge.",
                ),
            ),
        ),
        "measured-steps": Number(
            1,
            right=partial(steps, 0.9),
            rtol=1e-6,
            reminder="Count with steps_to_arrive, with γ = 0.9 and the same rate as for SGD.",
            mistakes=((partial(steps, 0.0), "That is SGD, without momentum."),),
        ),
        "curves": Table(
            {
                letter: Choice(
                    1,
                    right,
                    {k: says for k, says in LOOKS.items() if k != right},
                )
                for letter, right in zip("ABC", order, strict=True)
            }
        ),
    }
    curves = {
        letter: [float(f"{x:.4g}") for x in descend(rules[name], problem, steps=80).loss]
        for letter, name in zip("ABC", order, strict=True)
    }
    if rng is None:
        return Paper(keys, {"condition": condition, "curves": curves})
    phrases = {
        r"\tfrac12 \cdot 20\, \theta[1]^2$, twenty times as steep across as along.": (
            rf"\tfrac12 \cdot {condition}\, \theta[1]^2$, "
            f"{condition} times as steep across as along."
        ),
        "η = 2/21. With that rate it needs 47 steps": (
            f"η = 2/{condition + 1:.1f}. With that rate it needs {steps(0.0):g} steps"
        ),
    }
    return Paper(keys, {"condition": condition, "curves": curves}, phrases)
