"""What the chapter on NAG proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import j1

from adaptive import NAG, Momentum, descend, sweep
from adaptive.problems import Circles, Lessard, NoisyQuadratic, Ravine, Rosenbrock

gammas = st.floats(0.05, 0.98)
BOWL = NoisyQuadratic(curvatures=[1.0], noise=0)


def rate(a: Any, fraction: Any) -> Any:
    """Return the size of the larger root of z² - (1 + f - a) z + f, with the fraction f."""
    s = 1 + fraction - a
    real = (np.abs(s) + np.sqrt(np.maximum(s**2 - 4 * fraction, 0))) / 2
    return np.where(s**2 < 4 * fraction, np.sqrt(np.maximum(fraction, 0)), real)


def nag_rate(a: Any, gamma: Any) -> Any:
    return rate(a, gamma * (1 - a))


def measured_rate(rule: Any) -> float:
    """Return the factor per step in the long run, from the package's own steps.

    They are linear, so a few of them make up the matrix.
    """
    columns = []
    for x, v in ((1.0, 0.0), (0.0, 1.0)):
        state = rule.State(0, np.array([v]))
        path = descend(rule, BOWL, [x], steps=1, state=state)
        columns.append([path.theta[-1, 0], path.state["v"][-1, 0]])
    return float(np.abs(np.linalg.eigvals(np.transpose(columns))).max())


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 200), st.floats(0.02, 0.99), gammas)
def test_momentum_with_a_fraction_for_each_direction(
    condition: float, share: float, gamma: float
) -> None:
    lr = share / condition  # so that no fraction is negative
    problem = Ravine(condition)
    own = gamma * (1 - lr * np.array([1, condition]))
    nag = descend(NAG(lr=lr, momentum=gamma), problem, steps=30)
    heavy = descend(Momentum(lr=lr, momentum=own), problem, steps=30)
    np.testing.assert_allclose(nag.theta, heavy.theta, rtol=0, atol=1e-11)


@settings(deadline=None, max_examples=200)
@given(st.floats(0.01, 3.5), gammas)
def test_rate_and_region(a: float, gamma: float) -> None:
    measured = measured_rate(NAG(lr=a, momentum=gamma))
    assert measured == pytest.approx(float(nag_rate(a, gamma)), abs=1e-6)
    edge = (2 + 2 * gamma) / (1 + 2 * gamma)
    if abs(a - edge) > 1e-6:
        assert (measured < 1) == (a < edge)


@settings(deadline=None, max_examples=300)
@given(st.floats(0.001, 3.9), gammas)
def test_when_nag_is_faster(a: float, gamma: float) -> None:
    s = np.sqrt(gamma)
    low, high = (1 - s) ** 2 / (1 - s + gamma), (1 + s) ** 2 / (1 + s + gamma)
    if min(abs(a - low), abs(a - high)) > 1e-6:
        nag, heavy = (measured_rate(kind(a, gamma)) for kind in (NAG, Momentum))
        assert (nag < heavy) == (low < a < high)


@pytest.mark.parametrize("condition", [2.0, 20.0, 1000.0])
def test_best_setting(condition: float) -> None:
    """The rate is reached over all curvatures, and no setting of a fine grid is better."""
    root = np.sqrt(3 * condition + 1)
    lr, gamma, best = 4 / (3 * condition + 1), (root - 2) / (root + 2), 1 - 2 / root
    curvatures = np.linspace(1, condition, 500)
    assert nag_rate(lr * curvatures, gamma).max() == pytest.approx(best, abs=1e-6)
    a, gammas = np.linspace(1e-3, 1.5, 1500)[:, None], np.linspace(0, 0.999, 1000)
    worst = np.maximum(nag_rate(a, gammas), nag_rate(a / condition, gammas))
    assert worst.min() >= best - 1e-9
    assert worst.min() <= best + 0.01


@settings(deadline=None, max_examples=40)
@given(st.floats(1, 400), st.integers(0, 1000))
def test_energy_falls(condition: float, seed: int) -> None:
    """V falls by 1 - 1/√κ in each step, on a turned ravine from anywhere."""
    problem = Ravine(condition, angle=float(seed))
    start = np.random.default_rng(seed).normal(size=2)
    assert_energy_falls(problem, start[None], condition, 1.0)


def test_energy_falls_where_the_heavy_ball_is_trapped() -> None:
    starts = np.random.default_rng(0).uniform(-6, 6, size=(1000, 2))
    assert_energy_falls(Lessard(), starts, 25.0, 1.0)


def assert_energy_falls(problem: Any, starts: Any, largest: float, smallest: float) -> None:
    q = np.sqrt(smallest / largest)
    rule = NAG(lr=1 / largest, momentum=(1 - q) / (1 + q))
    theta = sweep(rule, problem, 60, starts, keep="path").theta
    ahead = theta[:-1] + np.diff(theta, axis=0) / q
    phi = np.concatenate([theta[:1], ahead])
    energy = problem.loss(theta) + smallest / 2 * np.sum(phi**2, axis=-1)
    tiny = 1e-12 * energy[0]
    assert (energy[1:] <= (1 - q) * energy[:-1] + tiny).all()


@pytest.mark.parametrize("seed", range(3))
def test_shifted_form_is_the_same_run(seed: int) -> None:
    """p = θ - γv follows the form of the frameworks, with minibatches too."""
    circles, lr, gamma = Circles(), 0.08, 0.9
    path = descend(NAG(lr=lr, momentum=gamma), circles, rng=seed)
    rng, p, buffer = np.random.default_rng(seed), circles.start, 0.0
    for t in range(1, 101):
        g = circles.grad(p, circles.draw(t, rng))
        buffer = gamma * buffer + g
        p = p - lr * (g + gamma * buffer)
        shifted = path.theta[t] - gamma * path.state["v"][t]
        np.testing.assert_allclose(p, shifted, rtol=0, atol=1e-13)
        np.testing.assert_allclose(path.state["v"][t], lr * buffer, rtol=0, atol=1e-13)


def test_velocity_is_braked_by_the_curvature_on_the_way() -> None:
    """v = γ (I - ηH) v + η ∇J(θ), H averaged between θ and the look-ahead point."""
    problem, lr, gamma = Rosenbrock(), 1e-3, 0.9
    path = descend(NAG(lr=lr, momentum=gamma), problem, steps=30)
    # Simpson's rule is exact here: the second derivatives are quadratic in θ.
    for theta, v, new in zip(
        path.theta[:-1], path.state["v"][:-1], path.state["v"][1:], strict=True
    ):
        points = [theta - share * gamma * v for share in (0, 0.5, 1)]
        first, middle, last = map(hessian, points)
        mean = (first + 4 * middle + last) / 6
        braked = gamma * (v - lr * mean @ v) + lr * problem.grad(theta)
        np.testing.assert_allclose(new, braked, rtol=1e-9, atol=1e-12)


def hessian(theta: Any) -> Any:
    """Return Rosenbrock's second derivatives."""
    x, y = theta
    return np.array([[2 - 400 * (y - 3 * x**2), -400 * x], [-400 * x, 200.0]])


@pytest.mark.parametrize("a", [0.05, 0.5, 1.0, 1.2])
def test_stationary_variance(a: float) -> None:
    gamma, noisy = 0.8, NoisyQuadratic(np.full(20_000, 2.0), noise=0.5)
    path = descend(NAG(lr=a / 2, momentum=gamma), noisy, np.zeros(20_000), steps=200)
    f = gamma * (1 - a)
    expected = (a / 2) * 0.25 / 2 * (1 + f) / ((1 - f) * (2 + 2 * f - a))
    assert path.theta[-1].var() == pytest.approx(expected, rel=0.05)


@given(st.floats(0.001, 1), st.floats(0.01, 0.99))
def test_where_nag_is_calmer(a: float, momentum: float) -> None:
    """Up to ηλ = 1 its variance is below Momentum's; at its limit it is beyond all bounds."""

    def variance(a: float, fraction: float) -> float:
        return a * (1 + fraction) / ((1 - fraction) * (2 + 2 * fraction - a))

    assert variance(a, momentum * (1 - a)) < variance(a, momentum)
    edge = (2 + 2 * momentum) / (1 + 2 * momentum) - 1e-9
    assert variance(edge, momentum * (1 - edge)) > 1e6


def test_guarantee_of_1983() -> None:
    """With a growing γ the loss stays below 2L|θ₀ - θ*|²/(t + 1)²."""
    curvatures = np.geomspace(1e-6, 1, 30)
    problem, theta = NoisyQuadratic(curvatures, noise=0), np.ones(30)
    state = NAG().init(theta)
    for t in range(1, 400):
        rule = NAG(lr=1.0, momentum=max(0.0, (t - 2) / (t + 1)))
        theta, state = rule.step(theta, problem.grad(rule.lookahead(theta, state)), state)
        assert problem.loss(theta) <= 2 * 30 / (t + 1) ** 2


def test_energy_of_1983() -> None:
    """(t + 1)²/4 of the height plus L/2 |φ - θ*|² never rises, on a loss that is no quadratic."""
    problem, largest = Lessard(), 25.0
    for start in np.random.default_rng(0).uniform(-5, 5, size=(20, 2)):
        theta, state, last = start, NAG().init(start), largest / 2 * (start @ start)
        for t in range(1, 200):
            rule, before = NAG(lr=1 / largest, momentum=max(0, t - 2) / (t + 1)), theta
            g = problem.grad(rule.lookahead(theta, state))
            theta, state = rule.step(theta, g, state)
            phi = before - (t + 1) / 2 * state.v
            energy = (t + 1) ** 2 / 4 * problem.loss(theta) + largest / 2 * (phi @ phi)
            assert energy <= last * (1 + 1e-9)
            last = energy


@settings(deadline=None, max_examples=50)
@given(st.floats(1, 50), st.floats(-90, 90), gammas, st.floats(0.02, 0.9))
def test_what_is_known_beforehand(
    condition: float, angle: float, gamma: float, share: float
) -> None:
    """θ = θ - γv - ηg, with g at θ - γv; on a quadratic, g is the gradient at θ less γHv."""
    problem, lr = Ravine(condition, angle), share / condition
    path = descend(NAG(lr=lr, momentum=gamma), problem, steps=20)
    theta, v, g = path.theta[:-1], path.state["v"][:-1], path.gradient
    ahead = theta - gamma * v
    scale = 1e-9 * condition
    np.testing.assert_allclose(g, problem.grad(ahead), atol=scale)
    np.testing.assert_allclose(path.theta[1:], ahead - lr * g, atol=scale)
    np.testing.assert_allclose(g, problem.grad(theta) - gamma * problem.grad(v), atol=scale)
    matrix = np.stack([problem.grad(e) for e in np.eye(2)])
    braked = gamma * (v - lr * v @ matrix) + lr * problem.grad(theta)
    np.testing.assert_allclose(path.state["v"][1:], braked, atol=scale)


def test_the_trap_is_strongly_convex() -> None:
    """It lies above each of its parabolas of curvature 1, touching them."""
    rng = np.random.default_rng(0)
    here, there = rng.uniform(-4, 4, size=(2, 5000, 2))
    trap, d = Lessard(), there - here
    parabola = trap.loss(here) + np.sum(trap.grad(here) * d, axis=-1) + np.sum(d**2, axis=-1) / 2
    assert (trap.loss(there) >= parabola - 1e-12).all()
    assert (trap.loss(there) - parabola).min() < 0.01


@pytest.mark.parametrize("seed", range(5))
def test_three_sequences(seed: int) -> None:
    """θ, the look-ahead point p and φ, which the proof of convergence is about."""
    largest, mu = 25.0, 1.0
    q = np.sqrt(mu / largest)
    rule = NAG(lr=1 / largest, momentum=(1 - q) / (1 + q))
    path = descend(rule, Lessard(), np.random.default_rng(seed).uniform(-4, 4, 2), steps=40)
    theta, new, g = path.theta[:-1], path.theta[1:], path.gradient
    p = theta - rule.momentum * path.state["v"][:-1]
    phi = np.concatenate([theta[:1], theta + np.diff(path.theta, axis=0) / q])
    np.testing.assert_allclose(new, p - g / largest, atol=1e-12)
    np.testing.assert_allclose((1 + q) * p, theta + q * phi[:-1], atol=1e-12)
    np.testing.assert_allclose(phi[1:], (1 - q) * phi[:-1] + q * p - q / mu * g, atol=1e-11)


@pytest.mark.parametrize("seed", range(5))
def test_two_sequences(seed: int) -> None:
    """The same for the growing γ of 1983, with s = (t + 1)/2."""
    largest, problem = 25.0, Lessard()
    theta = phi = np.random.default_rng(seed).uniform(-5, 5, size=2)
    state = NAG().init(theta)
    for t in range(1, 60):
        rule, s = NAG(lr=1 / largest, momentum=max(0, t - 2) / (t + 1)), (t + 1) / 2
        p, before = rule.lookahead(theta, state), theta
        g = problem.grad(p)
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(s * p - (s - 1) * before, phi, atol=1e-10)
        phi = phi - s / largest * g
        np.testing.assert_allclose(phi, before + s * (theta - before), atol=1e-10)


def test_limit_of_small_steps() -> None:
    """With γ = (t - 2)/(t + 1), θ at t√η nears the equation's solution 2 J₁(τ)/τ, like √η."""
    worst = []
    for h in (0.04, 0.02, 0.01):
        theta, state, seen = np.ones(1), NAG().init(np.ones(1)), []
        for t in range(1, round(20 / h) + 1):
            rule = NAG(lr=h**2, momentum=max(0, t - 2) / (t + 1))
            theta, state = rule.step(theta, rule.lookahead(theta, state), state)
            seen.append(theta.item())
        tau = h * np.arange(1, len(seen) + 1)
        worst.append(np.abs(seen - 2 * j1(tau) / tau).max())
    np.testing.assert_allclose(np.divide(worst[:-1], worst[1:]), 2, rtol=0.1)
