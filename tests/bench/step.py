"""A step on six parameters, against a bare numpy loop of the same formulas, torch and optax."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from adaptive import RULES, Rule
from tests.bench import bare
from tests.bench.measure import Goal, group, interleaved

STEPS = 500

GOALS = [
    Goal("step", "bare", at_most=1.5),
    Goal("unchecked", "bare"),
    Goal("step", "torch", at_most=1.0),
    Goal("step", "torch fused", at_most=1.0),
    Goal("step", "optax", at_most=1.0),
]


def by_steps(rule: Rule, w: Any, gradients: Any) -> Any:
    state = rule.init(w)
    for g in gradients:
        w, state = rule.step(w, g, state)
    return w


def unchecked(rule: Rule) -> Rule:
    """Return the rule with a step that only calls `update`: the least that a step can be."""

    class Unchecked(type(rule)):  # type: ignore[misc]
        def step(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
            new = self.update(g, state[0] + 1, *state[1:])
            return theta + new[0], (state[0] + 1, *new[1:])

    made: Rule = Unchecked(**rule.hyperparameters)
    return made


def contenders(rule: Rule, gradients: Any) -> dict[str, Callable[[], Any]]:
    """Return the package's loop and the bare ones, which end at the same place; the frameworks'."""
    from tests.bench import contestants, torchs

    name, start = type(rule).__name__, np.ones(6)
    ways: dict[str, Callable[[], Any]] = {"step": partial(by_steps, rule, start, gradients)}
    ways["unchecked"] = partial(by_steps, unchecked(rule), start, gradients)
    if loop := getattr(bare, name.lower(), None):
        ways["bare"] = partial(loop, start, gradients, **rule.hyperparameters)
        assert np.allclose(ways["step"](), ways["bare"]()), rule
        assert np.array_equal(ways["step"](), ways["unchecked"]()), rule
    if name in torchs.TORCH:
        torchs.torch_threads(1)
        ways["torch"] = torchs.torch_steps(name, start, gradients)
        if name in torchs.FUSED:
            ways["torch fused"] = torchs.torch_steps(name, start, gradients, fused=True)
    if name in contestants.OPTAX:
        ways["optax"] = contestants.optax_steps(name, start, gradients)
    return ways


def groups(quick: bool) -> Iterator[dict[str, Any]]:
    """Measure, and yield group by group."""
    gradients = list(np.random.default_rng(0).normal(size=(STEPS, 6)))
    for kind in RULES:
        timings = interleaved(contenders(kind(), gradients), rounds=5 if quick else 40)
        yield group(
            "six parameters",
            {name: timing.divided(STEPS) for name, timing in timings.items()},
            GOALS,
            rule=kind.__name__,
        )


def total() -> int:
    """Return how many groups there will be."""
    return len(RULES)
