from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import pytest

from adaptive import Adam
from tests.rules.reference import assert_follows, changes


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        m = v = 0.0
        for t, g in enumerate(gradients, start=1):
            m = 0.8 * m + 0.2 * g
            v = 0.99 * v + 0.01 * g**2
            m_hat, v_hat = m / (1 - 0.8**t), v / (1 - 0.99**t)
            theta -= 0.1 / (sqrt(v_hat) + 1e-3) * m_hat
            yield theta, m, v

    assert_follows(Adam(lr=0.1, beta1=0.8, beta2=0.99, eps=1e-3), recurrence)


def test_by_hand() -> None:
    # m: 2, 1; v: 4, 3. Corrected: 4 and 16, then 1 / 0.75 and 3 / 0.4375; ε is outside the root.
    assert changes(Adam(lr=0.1, beta1=0.5, beta2=0.75, eps=1), 4, 0) == pytest.approx(
        [-0.1 * 4 / 5, -0.1 * (4 / 3) / (sqrt(48 / 7) + 1)]
    )


@pytest.mark.parametrize("g", [1e-3, 1.0, -1e6])
def test_first_step_is_the_learning_rate(g: float) -> None:
    assert changes(Adam(lr=0.1), g) == pytest.approx([-0.1 if g > 0 else 0.1], rel=1e-4)


def test_a_constant_gradient_makes_constant_steps() -> None:
    """This is what the bias correction is for: both moments are right from the first step on."""
    assert changes(Adam(lr=0.1, eps=0), *[3.0] * 50) == pytest.approx([-0.1] * 50)


def test_defaults() -> None:
    assert Adam() == Adam(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)
