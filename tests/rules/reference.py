"""Compare a rule with its equations, worked out one coordinate at a time in Python floats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from adaptive import Rule

#: A recurrence for one coordinate: from the start and the gradients, after each step the
#: parameter and then the state, in the order of the rule's `state_names`.
Recurrence = Callable[[float, list[float]], Iterator[tuple[float, ...]]]

# Large and small gradients, one that falls silent, one that wakes late, one that is always 0.
GRADIENTS = np.random.default_rng(7).normal(size=(40, 6)) * (1, 100, 1e-3, 1, 1, 0)
GRADIENTS[10:, 3] = 0
GRADIENTS[:10, 4] = 0


def assert_follows(rule: Rule, recurrence: Recurrence) -> None:
    """Assert that the rule's steps are those of the recurrence, coordinate by coordinate."""
    start = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])
    runs = [recurrence(float(x), g.tolist()) for x, g in zip(start, GRADIENTS.T, strict=True)]
    expected = np.array([list(run) for run in runs])
    for t, (theta, state) in enumerate(walk(rule, start, GRADIENTS)):
        for name, got, want in zip(
            ("theta", *rule.state_names), (theta, *state[1:]), expected[:, t].T, strict=True
        ):
            np.testing.assert_allclose(
                got, want, rtol=1e-12, atol=1e-14, err_msg=f"{name} after step {t + 1}"
            )


def walk(rule: Rule, theta: Any, gradients: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Make one step for each gradient, and yield the parameters and the state."""
    state = rule.init(theta)
    for g in gradients:
        theta, state = rule.step(theta, np.asarray(g), state)
        yield theta, state


def changes(rule: Rule, *gradients: float) -> list[float]:
    """Return by how much each step moves one parameter that starts at 0."""
    column = np.reshape(gradients, (-1, 1))
    thetas = [0.0, *(theta.item() for theta, _ in walk(rule, np.zeros(1), column))]
    return np.diff(thetas).tolist()
