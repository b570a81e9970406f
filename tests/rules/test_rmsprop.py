from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import pytest

from adaptive import RMSprop
from tests.rules.reference import assert_follows, changes


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        average = 0.0
        for g in gradients:
            average = 0.8 * average + 0.2 * g**2
            theta -= 0.07 / sqrt(average + 1e-4) * g
            yield theta, average

    assert_follows(RMSprop(lr=0.07, rho=0.8, eps=1e-4), recurrence)


def test_by_hand() -> None:
    # E[g²]: 4, then 3 + 1, so both roots are √(4 + 5) = 3: ε is inside them
    assert changes(RMSprop(lr=0.3, rho=0.75, eps=5), 4, -2) == pytest.approx([-0.4, 0.2])


def test_first_steps_are_too_long() -> None:
    """With no bias correction the first step is 1/√(1 - γ) times the rate, the last the rate."""
    moves = changes(RMSprop(lr=0.01, rho=0.9), *[5.0] * 200)
    assert moves[0] == pytest.approx(-0.01 / sqrt(0.1))
    assert moves[-1] == pytest.approx(-0.01)


def test_forgets() -> None:
    """Unlike Adagrad's sum, the average forgets a large gradient."""
    moves = changes(RMSprop(lr=0.01, rho=0.9), 1e3, *[1.0] * 300)
    assert abs(moves[1]) < 1e-4
    assert moves[-1] == pytest.approx(-0.01, rel=1e-6)


def test_defaults() -> None:
    assert RMSprop() == RMSprop(lr=0.001, rho=0.9, eps=1e-8)
