"""What the chapter on SGD proves, on random instances."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adaptive import SGD, descend, sweep
from adaptive.problems import Circles, NoisyQuadratic, Ravine, Saddle

seeds = pytest.mark.parametrize("seed", range(5))


def curvatures(seed: int) -> np.ndarray:
    """Return five curvatures between 1 and 50."""
    return np.random.default_rng(seed).uniform(1, 50, size=5)


@seeds
@pytest.mark.parametrize("share", [0.1, 1, 1.9])
def test_descent_lemma(seed: int, share: float) -> None:
    """Each step lowers the loss by η (1 - ηL/2) |g|² at least."""
    circles = Circles()
    largest = np.linalg.eigvalsh(circles.X.T @ circles.X).max() / (4 * len(circles.X))
    start = np.random.default_rng(seed).normal(size=6)
    path = descend(SGD(lr=share / largest), circles, start, steps=50, batches=[None] * 50)
    sure = path.rule.lr * (1 - share / 2) * np.sum(path.gradient**2, axis=-1)
    assert (-np.diff(path.loss) >= sure - 1e-14).all()


@settings(deadline=None, max_examples=50)
@given(st.floats(1, 100), st.floats(0.01, 0.99), st.floats(-90, 90))
def test_factor_of_each_direction(condition: float, share: float, angle: float) -> None:
    """Each step multiplies the distance along an axis of curvature λ by 1 - ηλ."""
    problem, lr = Ravine(condition, angle), 2 * share / condition
    turn = np.radians(angle)
    axes = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    along = descend(SGD(lr=lr), problem, steps=9).theta @ axes.T
    factors = 1 - lr * np.array([1, condition])
    expected = along[0] * factors ** np.arange(10)[:, None]
    np.testing.assert_allclose(along, expected, rtol=1e-9, atol=1e-11)


@seeds
def test_region(seed: int) -> None:
    problem = NoisyQuadratic(curvatures(seed), noise=0)
    edge = 2 / curvatures(seed).max()
    below, above = (
        sweep(SGD(), problem, 3000, lr=[factor * edge]).loss[-1, 0] for factor in (0.99, 1.01)
    )
    assert below < problem.loss(problem.start) < above


@seeds
def test_best_rate(seed: int) -> None:
    low, high = np.sort(curvatures(seed))[[0, -1]]
    best, factor = 2 / (low + high), (high - low) / (high + low)
    problem = NoisyQuadratic(curvatures(seed), noise=0)
    runs = sweep(SGD(), problem, 400, keep="path", lr=best * np.array([0.9, 1, 1.05]))
    distance = np.linalg.norm(runs.theta, axis=-1)
    measured = (distance[400] / distance[200]) ** (1 / 200)
    assert measured[1] == pytest.approx(factor, rel=1e-3)
    assert measured[1] < measured[[0, 2]].min()


@pytest.mark.parametrize("condition", [3.0, 10.0, 200.0])
def test_exact_line_search_zigzags(condition: float) -> None:
    problem, theta = Ravine(condition), np.array([condition, 1.0])
    factor = (condition - 1) / (condition + 1)
    for t in range(1, 20):
        g = problem.grad(theta)
        lr = (g @ g) / (g @ problem.grad(g))  # the gradient is linear
        assert lr == pytest.approx(2 / (1 + condition))
        (theta,) = descend(SGD(lr=lr), problem, theta, steps=1).theta[1:]
        np.testing.assert_allclose(theta, factor**t * np.array([condition, (-1.0) ** t]), rtol=1e-6)
        assert abs(problem.grad(theta) @ g) < 1e-9 * (g @ g)


@seeds
def test_line_search_gains_as_much_as_the_best_rate(seed: int) -> None:
    """A step multiplies the loss by ((κ - 1)/(κ + 1))² at most, so no start is worse."""
    lam = curvatures(seed)
    bound = ((lam.max() - lam.min()) / (lam.max() + lam.min())) ** 2
    theta = np.random.default_rng(seed).normal(size=(500, 5)) / lam
    g = lam * theta
    lr = np.sum(g * g, axis=1, keepdims=True) / np.sum(lam * g * g, axis=1, keepdims=True)
    gained = np.sum(lam * (theta - lr * g) ** 2, axis=1) / np.sum(lam * theta**2, axis=1)
    assert gained.max() <= bound * (1 + 1e-12)
    assert gained.max() > 0.7 * bound


@pytest.mark.parametrize(("lr", "batch_size"), [(0.1, 1), (0.1, 16), (0.5, 4), (0.9, 1)])
def test_mean_square_under_noise(lr: float, batch_size: int) -> None:
    """V + (1 - ηλ)^2t (x₀² - V), with V = ησ² / (b λ (2 - ηλ)), at all times."""
    curvature, noise, start = 1.5, 0.7, 2.0
    problem = NoisyQuadratic(np.full(40_000, curvature), noise, batch_size)
    path = descend(SGD(lr=lr), problem, np.full(40_000, start), steps=40, rng=0)
    limit = lr * noise**2 / (batch_size * curvature * (2 - lr * curvature))
    t = np.arange(41)
    expected = limit + (1 - lr * curvature) ** (2 * t) * (start**2 - limit)
    np.testing.assert_allclose(np.mean(path.theta**2, axis=-1), expected, rtol=0.04)


def test_minibatch_gradients_are_right_on_average() -> None:
    circles, rng = Circles(), np.random.default_rng(0)
    exact = circles.grad(circles.start)
    spread = circles.grad(circles.start, np.arange(826)[:, None]).std(axis=0)
    for size in (1, 4, 16):
        drawn = circles.grad(circles.start, rng.integers(826, size=(20_000, size)))
        assert (abs(drawn.mean(axis=0) - exact) < 4 * spread / np.sqrt(20_000 * size)).all()
        np.testing.assert_allclose(size * drawn.var(axis=0), spread**2, rtol=0.06)


def test_decreasing_rate_computes_the_average() -> None:
    z = np.random.default_rng(0).normal(size=50)
    theta, state = np.array([123.0]), SGD.State(0)
    for t, value in enumerate(z, start=1):
        theta, state = SGD(lr=1 / t).step(theta, theta - value, state)
        assert theta.item() == pytest.approx(z[:t].mean(), abs=1e-12)


@seeds
def test_no_direction_falls_more_steeply_than_against_the_gradient(seed: int) -> None:
    circles, rng = Circles(), np.random.default_rng(seed)
    theta = rng.normal(size=6)
    g, size = circles.grad(theta), np.linalg.norm(circles.grad(theta))
    directions = rng.normal(size=(200, 6))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    directions[0] = -g / size
    h = 1e-6
    slopes = (circles.loss(theta + h * directions) - circles.loss(theta - h * directions)) / (2 * h)
    np.testing.assert_allclose(slopes, directions @ g, atol=1e-8)
    assert slopes.argmin() == 0
    assert slopes[0] == pytest.approx(-size, rel=1e-6)


@seeds
def test_smooth_losses_lie_below_their_parabolas(seed: int) -> None:
    circles, rng = Circles(), np.random.default_rng(seed)
    largest = np.linalg.eigvalsh(circles.X.T @ circles.X).max() / (4 * len(circles.X))
    theta, d = rng.normal(size=(2, 500, 6)) * np.exp(rng.normal(size=(2, 500, 1)))
    change = np.linalg.norm(circles.grad(theta + d) - circles.grad(theta), axis=-1)
    square = np.sum(d**2, axis=-1)
    assert (change <= largest * np.sqrt(square) * (1 + 1e-12)).all()
    above = circles.loss(theta) + np.sum(circles.grad(theta) * d, axis=-1) + largest / 2 * square
    assert (circles.loss(theta + d) <= above + 1e-12).all()


@seeds
def test_some_gradient_is_small(seed: int) -> None:
    """At most 2L (J(θ₀) - J*) / T, squared; this loss is not convex, and has a saddle."""
    start = np.random.default_rng(seed).uniform(-1, 1, size=2)
    largest = 3 * 1.2**2 - 1  # of y³ - y, within |y| ≤ 1.2, where the runs stay
    path = descend(SGD(lr=1 / largest), Saddle(), start, steps=60)
    assert abs(path.theta[:, 1]).max() <= 1.2
    least = np.minimum.accumulate(np.sum(path.gradient**2, axis=-1))
    t = np.arange(1, 61)
    assert (least <= 2 * largest * (path.loss[0] + 0.25) / t).all()


def test_per_point_larger_batches_do_as_well_until_steps_run_short() -> None:
    """After 826 points, for several blocks of 20 seeds, each with the best rate of a grid."""
    lr = np.geomspace(0.02, 20, 31)[5:26]
    least = {}
    for size in (4, 16, 64):
        runs = sweep(SGD(), Circles(batch_size=size), 826 // size, rng=list(range(160)), lr=lr)
        medians = np.median(runs.loss[-1].reshape(len(lr), 8, 20), axis=-1)
        least[size] = medians.min(axis=0)
    assert abs(np.mean(least[4] - least[16])) < 0.002
    assert np.mean(least[64] > least[16]) > 0.5
    assert np.mean(least[64] - least[16]) > 0.001
