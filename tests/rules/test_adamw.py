from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from adaptive import Adam, AdamW, sweep
from adaptive.problems import Ravine
from tests.rules.reference import GRADIENTS, assert_follows, changes, walk

START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        m = v = 0.0
        for t, g in enumerate(gradients, start=1):
            m = 0.8 * m + 0.2 * g
            v = 0.95 * v + 0.05 * g**2
            m_hat, v_hat = m / (1 - 0.8**t), v / (1 - 0.95**t)
            theta -= 0.3 * (m_hat / (v_hat**0.5 + 1e-3) + 0.7 * theta)
            yield theta, m, v

    rule = AdamW(lr=0.3, beta1=0.8, beta2=0.95, eps=1e-3, weight_decay=0.7)
    assert_follows(rule, recurrence)


def test_by_hand() -> None:
    # The first step is one of Adam's from 0; the second also shrinks the -0.1 that it made.
    first, second = changes(AdamW(lr=0.1, beta1=0.5, beta2=0.5, eps=0.0, weight_decay=2.0), 4, 4)
    assert first == pytest.approx(-0.1)
    assert second == pytest.approx(-0.1 + 0.1 * 2.0 * 0.1)


def test_without_gradients_theta_shrinks_by_the_same_factor() -> None:
    for t, (theta, state) in enumerate(
        walk(AdamW(lr=0.1, weight_decay=0.5), START, np.zeros((20, 6))), start=1
    ):
        np.testing.assert_allclose(theta, 0.95**t * START, rtol=1e-13)
        assert not state.m.any() and not state.v.any()


def test_without_decay_it_is_adam() -> None:
    rule = AdamW(lr=0.1, weight_decay=0.0)
    plain = walk(Adam(lr=0.1), START, GRADIENTS)
    for (theta, state), (same, other) in zip(walk(rule, START, GRADIENTS), plain, strict=True):
        np.testing.assert_allclose(theta, same, rtol=1e-13, atol=1e-15)
        np.testing.assert_array_equal(state[1:], other[1:])


def test_the_decay_is_of_theta_before_the_step_and_takes_no_part_in_the_moments() -> None:
    rule = AdamW(lr=0.1, weight_decay=0.5)
    theta, state = START, rule.init(START)
    for g in GRADIENTS:
        shrunk = (1 - 0.1 * 0.5) * theta
        plain, moments = Adam(lr=0.1).step(shrunk, g, Adam().State(*state))
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(theta, plain, rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(state[1:], moments[1:])


def test_decays_are_an_axis_of_a_sweep() -> None:
    decays = [0.0, 0.1, 1.0]
    found = sweep(AdamW(lr=0.1), Ravine(), steps=30, weight_decay=decays)
    for k, decay in enumerate(decays):
        alone = sweep(AdamW(lr=0.1, weight_decay=decay), Ravine(), steps=30)
        np.testing.assert_array_equal(found.theta[:, k], alone.theta)


def test_bad_decays_are_named() -> None:
    words = r"AdamW\.weight_decay must be finite and in \[0, inf\), got -0\.1"
    with pytest.raises(ValueError, match=words):
        replace(AdamW(), weight_decay=-0.1)


def test_defaults() -> None:
    assert AdamW() == AdamW(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01)
