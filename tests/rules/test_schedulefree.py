from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from adaptive import ScheduleFree, descend, sweep
from adaptive.problems import NoisyQuadratic, Ravine
from tests.rules.reference import GRADIENTS, assert_follows, changes, walk

START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])


def test_equations() -> None:
    """The newest point and the mean of all of them, each in an array of its own."""

    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        z, visited = theta, []
        for g in gradients:
            z -= 0.3 * g
            visited.append(z)
            mean = sum(visited) / len(visited)
            yield mean, z - mean

    assert_follows(ScheduleFree(lr=0.3, beta=0.6), recurrence)


def test_by_hand() -> None:
    # Newest points at -0.5, 0.5 and 0.5; means of one, two and three of them.
    rule = ScheduleFree(lr=0.25)
    assert changes(rule, 2, -4, 0) == pytest.approx([-0.5, 0.5, 1 / 6])


def test_the_first_step_is_a_plain_one_and_leaves_no_way_to_the_newest_point() -> None:
    theta, state = next(iter(walk(ScheduleFree(lr=0.3), START, GRADIENTS)))
    np.testing.assert_allclose(theta, START - 0.3 * GRADIENTS[0], rtol=1e-15)
    assert not state.u.any()


@pytest.mark.parametrize("beta", [0.0, 0.3, 0.9, 1.0])
def test_the_gradient_is_taken_between_the_newest_point_and_the_mean(beta: float) -> None:
    rule = ScheduleFree(lr=0.3, beta=beta)
    for theta, state in walk(rule, START, GRADIENTS):
        z = theta + state.u
        expected = (1 - beta) * z + beta * theta
        np.testing.assert_allclose(rule.lookahead(theta, state), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9, 1.0])
def test_it_is_the_three_sequences_of_the_paper(beta: float) -> None:
    problem, rule = Ravine(condition=7), ScheduleFree(lr=0.1, beta=beta)
    path = descend(rule, problem, steps=50)
    x = z = path.theta[0]
    for t in range(1, 51):
        y = (1 - beta) * z + beta * x
        z = z - 0.1 * problem.grad(y)
        x = (1 - 1 / t) * x + z / t
        np.testing.assert_allclose(path.theta[t], x, rtol=1e-12, atol=1e-13)
        np.testing.assert_allclose(path.theta[t] + path.state["u"][t], z, rtol=1e-12, atol=1e-13)


def test_settings_are_axes_of_a_sweep() -> None:
    found = sweep(ScheduleFree(), NoisyQuadratic(), steps=30, rng=0, lr=[0.01, 0.1], beta=[0, 0.9])
    for i, lr in enumerate((0.01, 0.1)):
        for k, beta in enumerate((0.0, 0.9)):
            alone = sweep(ScheduleFree(lr, beta), NoisyQuadratic(), steps=30, rng=0)
            np.testing.assert_array_equal(found.theta[:, i, k], alone.theta)
    assert not np.allclose(found.theta[-1, :, 0], found.theta[-1, :, 1])


@pytest.mark.parametrize("beta", [-0.1, 1.1, np.nextafter(1, 2)])
def test_both_ends_are_allowed_and_what_is_outside_is_named(beta: float) -> None:
    assert ScheduleFree(beta=0).beta == 0 and ScheduleFree(beta=1).beta == 1
    words = r"ScheduleFree\.beta must be finite and in \[0, 1\], got"
    with pytest.raises(ValueError, match=words):
        replace(ScheduleFree(), beta=beta)


def test_defaults() -> None:
    assert ScheduleFree() == ScheduleFree(lr=1.0, beta=0.9)
