from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import pytest

from adaptive import Nadam
from tests.rules.reference import assert_follows, changes


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        m = v = 0.0
        for t, g in enumerate(gradients, start=1):
            m = 0.8 * m + 0.2 * g
            v = 0.99 * v + 0.01 * g**2
            m_hat, v_hat = m / (1 - 0.8**t), v / (1 - 0.99**t)
            theta -= 0.1 / (sqrt(v_hat) + 1e-3) * (0.8 * m_hat + 0.2 * g / (1 - 0.8**t))
            yield theta, m, v

    assert_follows(Nadam(lr=0.1, beta1=0.8, beta2=0.99, eps=1e-3), recurrence)


def test_by_hand() -> None:
    # m: 2, 2; v: 4, 4. Corrected: 4 and 16, then 8/3 and 64/7.
    # With the look-ahead: 0.5 · 4 + 0.5 · 4 / 0.5 = 6, then 0.5 · 8/3 + 0.5 · 2 / 0.75 = 8/3.
    assert changes(Nadam(lr=0.1, beta1=0.5, beta2=0.75, eps=1), 4, 2) == pytest.approx(
        [-0.1 * 6 / 5, -0.1 * (8 / 3) / (8 / sqrt(7) + 1)]
    )


def test_first_step_is_longer_than_adams() -> None:
    """The gradient counts as m̂ and again as itself: 1 + β₁ learning rates."""
    assert changes(Nadam(lr=0.1), 7.0) == pytest.approx([-0.19])


def test_a_constant_gradient_ends_in_steps_of_the_learning_rate() -> None:
    assert changes(Nadam(lr=0.1), *[7.0] * 300)[-1] == pytest.approx(-0.1)


def test_defaults() -> None:
    assert Nadam() == Nadam(lr=0.002, beta1=0.9, beta2=0.999, eps=1e-8)
