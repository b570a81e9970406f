from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from adaptive import AdaMax
from tests.rules.reference import assert_follows, changes, walk


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        m = u = 0.0
        for t, g in enumerate(gradients, start=1):
            m = 0.8 * m + 0.2 * g
            u = max(0.95 * u, abs(g))
            theta -= 0.3 / u * (m / (1 - 0.8**t)) if u else 0.0
            yield theta, m, u

    assert_follows(AdaMax(lr=0.3, beta1=0.8, beta2=0.95), recurrence)


def test_by_hand() -> None:
    # m: 2, 0.5, 0.25; u: 4, max(2, 1), max(1, 0), with no bias correction of u
    assert changes(AdaMax(lr=0.3, beta1=0.5, beta2=0.5), 4, -1, 0) == pytest.approx(
        [-0.3, -0.3 * (0.5 / 0.75) / 2, -0.3 * (0.25 / 0.875)]
    )


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_no_gradient_so_far_moves_nothing(dtype: type) -> None:
    """0/0 has no warning (the tests turn warnings into errors), and does no harm later."""
    gradients = np.array([[0, 1], [0, 0], [2, 0]], dtype)
    start = np.array([5, 5], dtype)
    (first, _), (second, _), (third, state) = walk(AdaMax(lr=0.1), start, gradients)
    assert first[0] == second[0] == 5
    assert first[1] == pytest.approx(4.9)
    # A late first gradient, m = 0.2, is corrected for three steps.
    assert third[0] == pytest.approx(5 - 0.1 * (0.1 / (1 - 0.9**3)))
    assert state.u.tolist() == pytest.approx([2, 0.999**2])


@pytest.mark.parametrize("g", [1e-30, -1e30])
def test_first_step_is_the_learning_rate(g: float) -> None:
    """There is no ε beside which a small gradient would vanish."""
    assert changes(AdaMax(lr=0.1), g) == pytest.approx([-0.1 if g > 0 else 0.1])


def test_defaults() -> None:
    assert AdaMax() == AdaMax(lr=0.002, beta1=0.9, beta2=0.999)
