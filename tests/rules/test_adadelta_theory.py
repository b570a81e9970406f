"""What the Adadelta chapter proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adadelta, Rule, descend, sweep
from adaptive.problems import Circles, MovingTarget, NoisyQuadratic, Problem, Ravine, Rescaled

SEEDS = range(15)


def two_eps(
    problem: Problem, rho: float, eps_theta: Any, eps_g: Any, steps: int, seed: int = 0
) -> Any:
    """Return the path of Adadelta with an ε for each root, written from the equations."""
    rng, theta = np.random.default_rng(seed), problem.start
    mean_g = mean_step = np.zeros_like(theta)
    path = [theta]
    for t in range(1, steps + 1):
        g = problem.grad(theta, problem.draw(t, rng))
        mean_g = rho * mean_g + (1 - rho) * g**2
        step = -np.sqrt((mean_step + eps_theta) / (mean_g + eps_g)) * g
        mean_step = rho * mean_step + (1 - rho) * step**2
        theta = theta + step
        path.append(theta)
    return np.array(path)


def bowl(curvature: float) -> Problem:
    return Rescaled(MovingTarget([[0.0]], noise=0), loss_by=curvature)


def test_both_eps_equal_is_the_package() -> None:
    path = descend(Adadelta(0.9, 1e-2), Circles(), steps=100, rng=3)
    np.testing.assert_allclose(two_eps(Circles(), 0.9, 1e-2, 1e-2, 100, 3), path.theta, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_invariant_if_each_eps_is_rescaled_with_its_units(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, c = 10 ** rng.uniform(-2, 2), 10 ** rng.uniform(-2, 2, 6)
    e_theta, e_g = 10 ** rng.uniform(-4, -1, 2)
    old = two_eps(Circles(), 0.9, e_theta, e_g, 60)
    other = Rescaled(Circles(), a, c)
    new = two_eps(other, 0.9, c**2 * e_theta, (a / c) ** 2 * e_g, 60)
    np.testing.assert_allclose(new / c, old, rtol=1e-7, atol=1e-9)
    assert not np.allclose(two_eps(other, 0.9, e_theta, e_g, 60) / c, old, atol=1e-3)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_package_is_invariant_where_one_eps_serves_both_units(seed: int) -> None:
    """With a = c² both units are c²."""
    c = 10 ** np.random.default_rng(seed).uniform(-2, 2)
    old = descend(Adadelta(0.9, 1e-3), Circles(), steps=60)
    new = descend(Adadelta(0.9, 1e-3 * c**2), Rescaled(Circles(), c**2, c), steps=60)
    np.testing.assert_allclose(new.theta / c, old.theta, rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_eps_is_enough(seed: int) -> None:
    e_theta, e_g = 10 ** np.random.default_rng(seed).uniform(-8, -1, 2)
    louder = Rescaled(Circles(), loss_by=np.sqrt(e_theta / e_g))
    one = descend(Adadelta(0.9, e_theta), louder, steps=60)
    np.testing.assert_allclose(one.theta, two_eps(Circles(), 0.9, e_theta, e_g, 60), atol=1e-8)


def test_without_eps_it_never_starts() -> None:
    path = descend(Adadelta(0.9, eps=0.0), Circles(), steps=50)
    np.testing.assert_array_equal(path.theta, np.broadcast_to(path.theta[0], path.theta.shape))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_learning_rate_in_eps(seed: int) -> None:
    """Steps are √ε times what depends on the gradients, ε_g and γ alone."""
    rng = np.random.default_rng(seed)
    g, rho, eps = rng.normal(size=(80, 3)), rng.uniform(0.5, 0.99), 10 ** rng.uniform(-6, -1)
    rule = Adadelta(rho, eps)
    theta, state = np.zeros(3), rule.init(np.zeros(3))
    F = mean = np.zeros(3)
    for one in g:
        before = theta
        theta, state = rule.step(theta, one, state)
        mean = rho * mean + (1 - rho) * one**2
        expected = -np.sqrt(eps) * np.sqrt((F + 1) / (mean + eps)) * one
        np.testing.assert_allclose(theta - before, expected, rtol=1e-6, atol=1e-12)
        F = rho * F + (1 - rho) * (F + 1) * one**2 / (mean + eps)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_sudden_jumps(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rule, theta = Adadelta(0.9, 1e-4), np.zeros(4)
    state = rule.init(theta)
    for g in rng.standard_cauchy((100, 4)) * 10 ** rng.uniform(-5, 5):
        limit = np.sqrt((state.Edx2 + rule.eps) / (1 - rule.rho))
        size = state.Edx2 + rule.eps
        before = theta
        theta, state = rule.step(theta, g, state)
        assert (abs(theta - before) <= limit * (1 + 1e-9)).all()
        assert (state.Edx2 + rule.eps <= 2 * size).all()


@pytest.mark.parametrize("curvature", [0.3, 1, 1.9])
def test_it_settles_below_the_limit(curvature: float) -> None:
    path = descend(Adadelta(0.9, 1e-4), bowl(curvature), [1.0], steps=3000)
    assert abs(path.theta[-1, 0]) < 1e-30


@pytest.mark.parametrize("rho", [0.8, 0.95])
@pytest.mark.parametrize(("curvature", "eps"), [(2.1, 1e-4), (5, 1e-6), (20, 1e-2)])
def test_above_the_limit_it_leaves_as_predicted(rho: float, curvature: float, eps: float) -> None:
    path = descend(Adadelta(rho, eps), bowl(curvature), [1.0], steps=9000)
    growth = np.diff(path.theta[[4500, 9000], 0] ** 2)[0]
    assert growth == pytest.approx(4500 * eps / 4 * (1 - 4 / curvature**2), rel=0.02)


def test_with_a_very_long_memory_it_lands_on_the_minimum() -> None:
    """The averages outlast the descent, which ends below the smallest float."""
    bowls = NoisyQuadratic(curvatures=[2.1, 5, 20], noise=0)
    usual, long = (
        descend(Adadelta(rho, 1e-6), bowls, np.ones(3), steps=12_000).theta[-1]
        for rho in (0.95, 0.999)
    )
    assert (abs(usual) > 1e-3).all() and (long == 0).all()


@pytest.mark.parametrize(("eps_g", "settles"), [(2e-2, True), (5e-3, False)])
def test_the_limit_moves_with_the_quotient_of_the_two_eps(eps_g: float, settles: bool) -> None:
    """λ √(ε_θ/ε_g) < 2, not λ < 2."""
    steep = Rescaled(Ravine(1), loss_by=20)
    end = abs(two_eps(steep, 0.9, 1e-4, eps_g, 3000)[-1]).max()
    assert (end < 1e-30) if settles else (end > 1e-3)


@pytest.mark.parametrize("decay", [0.5, 0.9, 0.99])
def test_window_and_average(decay: float) -> None:
    window = (1 + decay) / (1 - decay)
    k = np.arange(20_000)
    weights = (1 - decay) * decay**k
    assert (weights * k).sum() == pytest.approx((window - 1) / 2)
    assert (weights**2).sum() == pytest.approx(1 / window)


@pytest.mark.parametrize("curvature", [0.01, 3.0, 400.0])
def test_a_step_of_newton_tells_the_curvature(curvature: float) -> None:
    """1/H = -Δθ/g: and where Adadelta's steps are Newton's, it goes on to make them."""
    g, eps = curvature * 0.7, 1e-300
    rule = Adadelta(rho=0.5, eps=eps)
    state = rule.State(1, np.array([g**2]), np.array([(g / curvature) ** 2]))
    (theta, _) = rule.step(np.array([0.7]), np.array([g]), state)
    assert -(theta[0] - 0.7) / g == pytest.approx(1 / curvature)


@pytest.mark.parametrize("amplitude", [1e-3, 0.3, 50.0])
def test_at_the_limit_zigzags_of_each_amplitude_are_runs(amplitude: float) -> None:
    """λ r₀ = 2: with E[g²] = λ²A² and E[Δθ²] = 4A² a step turns x into -x."""
    rule = Adadelta(0.9, 1e-4)
    state = rule.init(np.zeros(1))._replace(
        t=1, Eg2=np.array([4 * amplitude**2]), Edx2=np.array([4 * amplitude**2])
    )
    path = descend(rule, bowl(2), [amplitude], steps=20, state=state)
    expected = amplitude * np.resize([1.0, -1.0], 21)
    np.testing.assert_allclose(path.theta[:, 0], expected, rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_other_pair_of_eps_keeps_the_first_step(seed: int) -> None:
    """Two sizes of the first gradient are enough to tell which two ε belong to the new units."""
    rng = np.random.default_rng(seed)
    a, c, rho = 10 ** rng.uniform(-2, 2), 10 ** rng.uniform(-2, 2), rng.uniform(0.5, 0.99)
    e_theta, e_g = 10 ** rng.uniform(-4, -1, 2)
    g = np.array([0.3, 2.0]) * np.sqrt(e_g / (1 - rho))
    steps = c**2 * e_theta * g**2 / ((1 - rho) * g**2 + e_g)
    # new_theta (a/c)² g² - steps new_g = steps (1 - rho) (a/c)² g²: two linear equations.
    new = np.stack([(a / c) ** 2 * g**2, -steps], axis=-1)
    found = np.linalg.solve(new, steps * (1 - rho) * (a / c) ** 2 * g**2)
    np.testing.assert_allclose(found, [c**2 * e_theta, (a / c) ** 2 * e_g], rtol=1e-6)


@pytest.mark.parametrize("rho", [0.9, 0.95])
def test_under_noise_the_factor_keeps_to_a_distribution(rho: float) -> None:
    """g²/E[g²] is below 1 on average, and √(F + 1) has the same quantiles early and late."""
    g = np.random.default_rng(0).normal(size=(1600, 800))
    mean, F, seen, fractions = np.zeros(800), np.zeros(800), [], []
    for one in g:
        mean = rho * mean + (1 - rho) * one**2
        fractions.append(one**2 / mean)
        F = rho * F + (1 - rho) * (F + 1) * fractions[-1]
        seen.append(np.quantile(np.sqrt(F + 1), [0.05, 0.5, 0.95]))
    late = np.array(fractions[200:])
    assert late.mean() < 1
    assert np.log(rho + (1 - rho) * late).mean() < 0
    np.testing.assert_allclose(seen[800], seen[-1], rtol=0.06)


def test_on_a_steady_slope_the_start_adds_its_memory() -> None:
    """F + 1 ≈ (1 - γ) t + 1/(1 - γ), and the distance is the integral of its root."""
    rule, theta = Adadelta(0.95, 1e-6), np.zeros(1)
    state, memory = rule.init(theta), 1 / 0.05**2
    for t in range(1, 7001):
        theta, state = rule.step(theta, np.array([5.0]), state)
        if t in (200, 1400, 7000):
            way = 2 / 3 * np.sqrt(0.05e-6) * ((t + memory) ** 1.5 - memory**1.5)
            assert -theta[0] == pytest.approx(way, rel=0.05)
            factor = state.Edx2[0] / rule.eps + 1
            assert 0.05 * t + 20 < factor < 0.05 * t + 24


def test_in_long_runs_its_range_of_good_rates_is_not_always_below_descents() -> None:
    """On these seeds it is the wider one; on those of the chapter, the narrower."""

    def width(rule: Rule, rates: Any, **values: Any) -> float:
        seeds = list(range(130, 160))
        left = np.median(sweep(rule, Circles(), 1000, rng=seeds, **values).loss[-1], axis=-1)
        good = rates[left < 1.05 * left.min()]
        return float(good[-1] / good[0])

    eps, rates = np.geomspace(1e-9, 10, 61), np.geomspace(1e-2, 10, 61)
    of_descent = width(SGD(), rates, lr=rates)
    assert of_descent < width(Adadelta(rho=0.9), np.sqrt(eps), eps=eps) < 1.5 * of_descent
