from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from adaptive import SGD, Momentum
from tests.rules.reference import GRADIENTS, assert_follows, changes, walk


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        v = 0.0
        for g in gradients:
            v = 0.8 * v + 0.05 * g
            theta = theta - v
            yield theta, v

    assert_follows(Momentum(lr=0.05, momentum=0.8), recurrence)


def test_by_hand() -> None:
    # v: 0.1, 0.09 + 0.1, 0.171 + 0.1, and then without gradient 0.2439
    assert changes(Momentum(lr=0.1, momentum=0.9), 1, 1, 1, 0) == pytest.approx(
        [-0.1, -0.19, -0.271, -0.2439]
    )


def test_velocity_is_a_decaying_sum_of_gradients() -> None:
    *_, (_, state) = walk(Momentum(lr=0.1, momentum=0.7), np.zeros(6), GRADIENTS)
    weights = 0.1 * 0.7 ** np.arange(len(GRADIENTS))[::-1]
    np.testing.assert_allclose(state.v, weights @ GRADIENTS, rtol=1e-12)


def test_learning_rate_is_inside_the_velocity() -> None:
    """A rate that is lowered holds for later gradients, not for those already taken in."""
    rule = Momentum(lr=1, momentum=0.5)
    theta, state = rule.step(np.zeros(1), np.ones(1), rule.init(np.zeros(1)))
    theta, state = replace(rule, lr=0.1).step(theta, np.ones(1), state)
    assert state.v.item() == pytest.approx(0.5 + 0.1)
    assert theta.item() == pytest.approx(-1.6)


def test_without_momentum_it_is_sgd() -> None:
    assert changes(Momentum(lr=0.3, momentum=0), 1, -2, 3) == changes(SGD(lr=0.3), 1, -2, 3)


def test_defaults() -> None:
    assert Momentum() == Momentum(lr=0.01, momentum=0.9)
