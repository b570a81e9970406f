from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from adaptive import Lion, sweep
from adaptive.problems import Ravine
from tests.rules.reference import GRADIENTS, assert_follows, changes, walk

START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        m = 0.0
        for g in gradients:
            c = 0.6 * m + 0.4 * g
            theta -= 0.3 * ((c > 0) - (c < 0) + 0.7 * theta)
            m = 0.8 * m + 0.2 * g
            yield theta, m

    assert_follows(Lion(lr=0.3, beta1=0.6, beta2=0.8, weight_decay=0.7), recurrence)


def test_by_hand() -> None:
    # m is 2 after the first step. At 0.75 · 2 - 0.25 · 4 the memory prevails, at -8 the gradient.
    rule = Lion(lr=0.1, beta1=0.75, beta2=0.5)
    assert changes(rule, 4, -4) == pytest.approx([-0.1, -0.1])
    assert changes(rule, 4, -8) == pytest.approx([-0.1, 0.1])
    # And where they balance nothing moves.
    assert changes(rule, 4, -6) == pytest.approx([-0.1, 0.0])


def test_the_step_takes_the_memory_of_before() -> None:
    """With the new memory, of which the gradient is half already, the sum would be 0.5 - 2 < 0."""
    rule = Lion(lr=0.1, beta1=0.75, beta2=0.5)
    assert changes(rule, 4, -5) == pytest.approx([-0.1, -0.1])


def test_without_gradients_theta_shrinks_by_the_same_factor() -> None:
    rule = Lion(lr=0.1, weight_decay=0.5)
    for t, (theta, state) in enumerate(walk(rule, START, np.zeros((20, 6))), start=1):
        np.testing.assert_allclose(theta, 0.95**t * START, rtol=1e-13)
        assert not state.m.any()


def test_the_decay_is_of_theta_before_the_step_and_takes_no_part_in_the_memory() -> None:
    rule, plain = Lion(lr=0.1, weight_decay=0.5), Lion(lr=0.1)
    theta, state = START, rule.init(START)
    for g in GRADIENTS:
        moved, memory = plain.step((1 - 0.1 * 0.5) * theta, g, state)
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(theta, moved, rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(state.m, memory.m)


def test_settings_are_axes_of_a_sweep() -> None:
    found = sweep(Lion(lr=0.1), Ravine(), steps=30, beta1=[0.0, 0.9], weight_decay=[0.0, 0.1, 1.0])
    for i, beta1 in enumerate((0.0, 0.9)):
        for k, decay in enumerate((0.0, 0.1, 1.0)):
            alone = sweep(Lion(0.1, beta1, weight_decay=decay), Ravine(), steps=30)
            np.testing.assert_array_equal(found.theta[:, i, k], alone.theta)


def test_bad_decays_are_named() -> None:
    words = r"Lion\.weight_decay must be finite and in \[0, inf\), got -0\.1"
    with pytest.raises(ValueError, match=words):
        replace(Lion(), weight_decay=-0.1)


def test_defaults() -> None:
    assert Lion() == Lion(lr=0.0001, beta1=0.9, beta2=0.99, weight_decay=0.0)
