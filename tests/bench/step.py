"""A step on six parameters, against a bare numpy loop of the same formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from adaptive import RULES, Rule
from tests.bench import bare
from tests.bench.measure import interleaved, ratio

GOAL = 1.5
STEPS = 500


def by_steps(rule: Rule, w: Any, gradients: Any) -> Any:
    state = rule.init(w)
    for g in gradients:
        w, state = rule.step(w, g, state)
    return w


def contenders(rule: Rule, gradients: Any) -> dict[str, Callable[[], Any]]:
    """Return the package's loop and the bare one, which end at the same place."""
    start = np.ones(6)
    loop = getattr(bare, type(rule).__name__.lower())
    both = {
        "step": partial(by_steps, rule, start, gradients),
        "bare": partial(loop, start, gradients, **rule.hyperparameters),
    }
    assert np.allclose(both["step"](), both["bare"]()), rule
    return both


def lines(rounds: int = 60) -> Iterator[str]:
    """Measure, and yield the report line by line."""
    gradients = np.random.default_rng(0).normal(size=(STEPS, 6))
    yield f"A step on 6 parameters over the bare numpy loop (goal: at most {GOAL})"
    for kind in RULES:
        timings = interleaved(contenders(kind(), list(gradients)), rounds)
        micro = {name: timing.median / STEPS * 1e6 for name, timing in timings.items()}
        measured = ratio(timings, "step", "bare")
        yield (
            f"  {kind.__name__:9} {measured:5.2f}   step {micro['step']:5.2f} µs, "
            f"bare {micro['bare']:5.2f} µs, spread {timings['step'].spread:.0%}"
        )
