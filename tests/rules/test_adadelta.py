from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import pytest

from adaptive import Adadelta
from tests.rules.reference import assert_follows, changes


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        g_average = change_average = 0.0
        for g in gradients:
            g_average = 0.9 * g_average + 0.1 * g**2
            change = -sqrt(change_average + 1e-2) / sqrt(g_average + 1e-2) * g
            change_average = 0.9 * change_average + 0.1 * change**2
            theta = theta + change
            yield theta, g_average, change_average

    assert_follows(Adadelta(rho=0.9, eps=1e-2), recurrence)


def test_by_hand() -> None:
    # E[g²]: 2, 3. First change -√(0 + 2)/√(2 + 2) · 2, so E[Δθ²] = 1; then -√(1 + 2)/√(3 + 2) · 2,
    # so E[Δθ²] = 0.5 + 1.2; the numerator is always that of the step before.
    assert changes(Adadelta(rho=0.5, eps=2), 2, 2, 0, 2) == pytest.approx(
        [-sqrt(2), -2 * sqrt(3 / 5), 0, -2 * sqrt((1.7 / 2 + 2) / (2.75 + 2))]
    )


def test_first_step_does_not_depend_on_the_size_of_the_gradient() -> None:
    first = -sqrt(1e-6) / sqrt(1 - 0.95)
    for g in (1e2, 1e5):
        assert changes(Adadelta(), g) == pytest.approx([first], rel=1e-3)


def test_has_no_learning_rate() -> None:
    assert Adadelta() == Adadelta(rho=0.95, eps=1e-6)
    assert "lr" not in Adadelta().hyperparameters
