"""What the Lion chapter proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from adaptive import Lion, descend
from tests.rules.apart import Apart

seeds = pytest.mark.parametrize("seed", range(20))


def some_run(seed: int, steps: int = 200, **settings: float) -> tuple[Lion, Apart, Any]:
    """Return a random Lion, a random quadratic, and a run of the one on the other."""
    rng = np.random.default_rng(seed)
    drawn = {
        "lr": rng.uniform(0.01, 0.2),
        "beta1": rng.uniform(0, 0.95),
        "beta2": rng.uniform(0.5, 0.99),
        "weight_decay": rng.uniform(0.1, 3),
    }
    rule = Lion(**drawn | settings)
    problem = Apart(rng.uniform(0.5, 5, 4), rng.normal(0, 2, 4))
    return rule, problem, descend(rule, problem, rng.normal(0, 2, 4), steps=steps)


def sums(rule: Lion, path: Any) -> npt.NDArray[np.floating]:
    """Return c, whose sign a step takes, for each step of a run."""
    return np.asarray(rule.beta1 * path.state["m"][:-1] + (1 - rule.beta1) * path.gradient)


@seeds
def test_each_coordinate_moves_by_the_rate(seed: int) -> None:
    rule, _, path = some_run(seed, weight_decay=0.0)
    moved = np.diff(path.theta, axis=0)
    assert np.all(sums(rule, path))
    np.testing.assert_allclose(np.abs(moved), rule.lr, rtol=1e-9)
    t = np.arange(len(path.theta))[:, None]
    assert np.all(np.abs(path.theta - path.theta[0]) <= t * rule.lr * (1 + 1e-12) + 1e-15)
    # After t steps a coordinate is at a multiple of the rate, even or odd as t is.
    places = (path.theta - path.theta[0]) / rule.lr
    np.testing.assert_allclose(places, places.round(), atol=1e-9)
    assert np.all((places.round() - t) % 2 == 0)


def test_where_the_sum_is_zero_nothing_moves() -> None:
    rule, theta = Lion(lr=0.1, beta1=0.75, beta2=0.5), np.zeros(2)
    state = rule.State(1, np.array([2.0, 2.0]))
    theta, _ = rule.step(theta, np.array([-6.0, -6.1]), state)
    np.testing.assert_array_equal(theta, [0.0, 0.1])


@seeds
def test_with_equal_decays_the_step_is_the_sign_of_the_memory(seed: int) -> None:
    rng = np.random.default_rng(seed)
    beta = rng.uniform(0, 0.99)
    rule, _, path = some_run(seed, beta1=beta, beta2=beta, weight_decay=0.0)
    step = -rule.lr * np.sign(path.state["m"][1:])
    np.testing.assert_allclose(np.diff(path.theta, axis=0), step, rtol=1e-9, atol=1e-12)


@seeds
def test_the_step_is_of_the_older_gradients_and_of_a_heavier_last_one(seed: int) -> None:
    """c is the average with β₂, in which the newest gradient has the weight of 1 - β₁."""
    rule, _, path = some_run(seed)
    g, T = path.gradient, len(path.gradient)
    ages = np.arange(T - 1)[::-1, None]
    weights = rule.beta1 * (1 - rule.beta2) * rule.beta2**ages
    expected = (weights * g[:-1]).sum(axis=0) + (1 - rule.beta1) * g[-1]
    np.testing.assert_allclose(sums(rule, path)[-1], expected, rtol=1e-9, atol=1e-12)


@seeds
def test_the_box(seed: int) -> None:
    rule, _, path = some_run(seed)
    q = 1 - rule.lr * rule.weight_decay
    assert 0 < q < 1
    out = np.maximum(np.abs(path.theta) - 1 / rule.weight_decay, 0)
    t = np.arange(len(path.theta))[:, None]
    assert np.all(out <= q**t * out[0] * (1 + 1e-9) + 1e-12)


@seeds
def test_the_box_is_entered_at_once_where_a_step_forgets_all(seed: int) -> None:
    """The end of the interval: with ηλ = 1 nothing is left of θ."""
    rng = np.random.default_rng(seed)
    rule, theta = Lion(lr=0.25, weight_decay=4.0), 100 * rng.normal(size=5)
    state = rule.init(theta)
    for _ in range(5):
        theta, state = rule.step(theta, rng.normal(size=5), state)
        assert np.all(np.abs(theta) <= 0.25 + 1e-12)


@pytest.mark.parametrize("decay", [0.1, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("beta1", [0.5, 0.9])
def test_the_minimum_is_cut_off_at_the_box(decay: float, beta1: float) -> None:
    """To the rate's accuracy: decay does not move a minimum that lies inside."""
    a, lr = np.array([3.0, 0.5, -2.0]), 5e-3
    rule = Lion(lr=lr, beta1=beta1, weight_decay=decay)
    ends = descend(rule, Apart([1.0, 2.0, 0.5], a), steps=2500).theta[-500:]
    clipped = np.clip(a, -1 / decay, 1 / decay)
    np.testing.assert_allclose(ends.mean(axis=0), clipped, atol=8 * lr)


@seeds
def test_two_steps_in_a_row_are_not_both_near_the_minimum(seed: int) -> None:
    """So a constant rate leaves a mean loss of hη²/8 at least, whatever the signs were."""
    rule, problem, path = some_run(seed, weight_decay=0.0)
    losses = problem.h * (path.theta - problem.a) ** 2 / 2
    least = problem.h * rule.lr**2 / 8
    assert np.all((losses[:-1] + losses[1:]) / 2 >= least * (1 - 1e-9))
    # No larger constant would do: a step from half a rate above goes to half a rate below.
    theta, half = problem.a + rule.lr / 2, Lion(lr=rule.lr, beta1=0.0)
    below, _ = half.step(theta, problem.grad(theta), half.init(theta))
    np.testing.assert_allclose(below, problem.a - rule.lr / 2, rtol=1e-12, atol=1e-14)


@seeds
def test_distances_and_the_rate_have_one_scale(seed: int) -> None:
    """On a quadratic, k times as far from the minimum with k times the rate is the same run."""
    rule, problem, path = some_run(seed, weight_decay=0.0)
    wider = Lion(lr=4 * rule.lr, beta1=rule.beta1, beta2=rule.beta2)
    centred = Apart(problem.h, 0 * problem.a)
    near = descend(rule, centred, path.theta[0], steps=100)
    far = descend(wider, centred, 4 * path.theta[0], steps=100)
    np.testing.assert_array_equal(far.theta, 4 * near.theta)
    np.testing.assert_array_equal(far.loss, 16 * near.loss)


@seeds
def test_the_mean_step_of_a_sign_leads_to_the_median(seed: int) -> None:
    """With noise of a few values, of any weights, and an exact mean over them."""
    rng = np.random.default_rng(seed)
    h, a, lr = rng.uniform(0.5, 5), rng.normal(0, 2), 0.1
    values, weights = np.sort(rng.normal(0, 3, 6)), rng.dirichlet(np.ones(6))
    median = values[np.searchsorted(np.cumsum(weights), 0.5)]
    end = a - median / h
    rule = Lion(lr=lr, beta1=0.0, beta2=0.0)
    for theta in end + np.array([-3, -0.1, -1e-6, 1e-6, 0.1, 3]):
        g = h * (theta - a) + values
        moved, _ = rule.step(np.full(6, theta), g, rule.init(g))
        mean = weights @ (moved - theta)
        assert np.sign(mean) == np.sign(end - theta)
