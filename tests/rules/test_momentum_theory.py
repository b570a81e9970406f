"""What the Momentum chapter proves, on random instances of the package's rule."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adaptive import SGD, Momentum, descend, sweep
from adaptive.problems import NoisyQuadratic, Ravine

decays = st.floats(0, 0.99)


def bowl(curvature: float = 1.0) -> NoisyQuadratic:
    return NoisyQuadratic(curvatures=[curvature], noise=0)


def roots(a: float, momentum: float) -> np.ndarray:
    return np.roots([1, -(1 + momentum - a), momentum])


def best(low: float, high: float) -> Momentum:
    r = (np.sqrt(high) - np.sqrt(low)) / (np.sqrt(high) + np.sqrt(low))
    return Momentum(lr=(2 / (np.sqrt(high) + np.sqrt(low))) ** 2, momentum=r**2)


@given(decays, st.integers(1, 40), st.integers(0, 2**32))
def test_velocity_is_a_fading_sum(momentum, t, seed):
    rule, gradients = Momentum(0.3, momentum), np.random.default_rng(seed).normal(size=t)
    theta, state = 0.0, rule.init(0.0)
    for g in gradients:
        theta, state = rule.step(theta, g, state)
    unrolled = 0.3 * np.sum(momentum ** np.arange(t - 1, -1, -1) * gradients)
    assert state.v == pytest.approx(unrolled, abs=1e-12)


@given(st.floats(0.01, 5), decays)
def test_positions_follow_the_recurrence(a, momentum):
    x = descend(Momentum(a, momentum), bowl(), [1.0], steps=20).theta[:, 0]
    predicted = (1 + momentum - a) * x[1:-1] - momentum * x[:-2]
    np.testing.assert_allclose(x[2:], predicted, atol=1e-12 * np.abs(x).max())


@pytest.mark.parametrize("momentum", [0.0, 0.3, 0.9])
@pytest.mark.parametrize(("factor", "converges"), [(0.99, True), (1.01, False)])
def test_region_ends_at_two_plus_two_gamma(momentum, factor, converges):
    edge = (2 + 2 * momentum) * factor
    path = descend(Momentum(edge / 7.0, momentum), bowl(7.0), [1.0], steps=2000)
    assert (abs(path.theta[-1, 0]) < 1e-3) == converges


@given(st.floats(0.01, 0.99), st.floats(0.05, 0.95))
def test_rate_is_the_root_of_gamma_wherever_roots_are_complex(momentum, place):
    low, high = (1 - np.sqrt(momentum)) ** 2, (1 + np.sqrt(momentum)) ** 2
    a = low + place * (high - low)
    assert np.abs(roots(a, momentum)) == pytest.approx(np.sqrt(momentum))
    # The form that every step of the package shrinks by γ exactly: a norm for these roots.
    x = descend(Momentum(a, momentum), bowl(), [1.0], steps=30).theta[:, 0]
    s = 1 + momentum - a
    energy = x[1:] ** 2 - s * x[1:] * x[:-1] + momentum * x[:-1] ** 2
    np.testing.assert_allclose(energy[1:], momentum * energy[:-1], atol=1e-9 * energy[0])


@given(st.floats(1e-3, 3.99), decays)
def test_a_run_from_rest_has_the_larger_root(a, momentum):
    """No start at rest is among the exceptions of the theorem on the rate."""
    a *= (1 + momentum) / 2
    small, large = sorted(roots(a, momentum), key=abs)
    if abs(large - small) > 1e-3:
        share = (1 - a - small) / (large - small)
        assert abs(share) > 1e-4


@given(st.floats(1e-3, 0.999), st.floats(0.001, 0.99))
def test_roots_tell_what_a_run_from_rest_looks_like(momentum, place):
    root = np.sqrt(momentum)
    gliding, swinging = place * (1 - root) ** 2, (1 - root) ** 2 + place * 4 * root
    flipping = (1 + root) ** 2 + place * (2 + 2 * momentum - (1 + root) ** 2)
    glides = descend(Momentum(gliding, momentum), bowl(), [1.0], steps=200).theta[:, 0]
    assert np.all(glides > -1e-12)
    assert np.all(np.diff(glides) < 1e-12)
    angle = np.angle(roots(swinging, momentum)[0])
    steps = min(int(4 * np.pi / abs(angle)) + 2, 4000)
    if momentum ** (steps / 2) > 1e-12 and steps < 4000:
        swings = descend(Momentum(swinging, momentum), bowl(), [1.0], steps=steps).theta[:, 0]
        assert swings.min() < 0
    flips = descend(Momentum(flipping, momentum), bowl(), [1.0], steps=60).theta[:, 0]
    large = flips[-20:][np.abs(flips[-20:]) > 1e-12]
    assert np.all(large[1:] * large[:-1] < 0)


@given(st.floats(0.01, 0.99), st.floats(0.01, 1.99))
def test_which_is_noisier_at_an_equal_learning_rate(momentum, a):
    plain = a / (2 - a)
    heavy = a * (1 + momentum) / ((1 - momentum) * (2 + 2 * momentum - a))
    if abs(a - 1 - momentum) > 1e-6:
        assert (heavy > plain) == (a < 1 + momentum)


@given(st.floats(1.5, 1e4))
def test_best_setting_has_the_rate_of_the_theorem(condition):
    rule = best(1, condition)
    rate = (np.sqrt(condition) - 1) / (np.sqrt(condition) + 1)
    sizes = [np.abs(roots(rule.lr * λ, rule.momentum)).max() for λ in (1, condition)]
    # At both ends the roots coincide, where rounding moves them by its square root.
    assert max(sizes) == pytest.approx(rate, abs=1e-6)


@given(st.floats(1.5, 1e4), st.floats(0, 1), st.floats(0, 0.999))
def test_nothing_is_better_than_the_best_setting(condition, place, momentum):
    lr = place * (2 + 2 * momentum) / condition
    rate = max(np.abs(roots(lr * λ, momentum)).max() for λ in (1, condition))
    assert rate >= (np.sqrt(condition) - 1) / (np.sqrt(condition) + 1) - 1e-9


@pytest.mark.parametrize("condition", [5, 20, 100])
def test_gradient_descent_shrinks_by_its_best_rate(condition):
    path = descend(SGD(2 / (1 + condition)), Ravine(condition), steps=50)
    rate = (condition - 1) / (condition + 1)
    np.testing.assert_allclose(path.distance[1:] / path.distance[:-1], rate)


def test_stationary_variance():
    noisy = NoisyQuadratic(curvatures=np.full(20_000, 2.0), noise=0.5)
    momentum, lr = np.array([0.0, 0.5, 0.9]), 0.05
    runs = sweep(Momentum(lr), noisy, 400, np.zeros(20_000), rng=3, momentum=momentum)
    measured = np.mean(runs.theta[-1] ** 2, axis=-1)
    a = 2.0 * lr
    predicted = lr * 0.25 / 2.0 * (1 + momentum) / ((1 - momentum) * (2 + 2 * momentum - a))
    np.testing.assert_allclose(measured, predicted, rtol=0.04)


@given(st.floats(0.05, 0.99))
def test_a_run_from_rest_can_pass_through_the_minimum_and_rise(momentum):
    a = 1 - (np.sqrt(momentum**2 + 4 * momentum) - momentum) / 2
    assert 0 < a < 1
    loss = descend(Momentum(a, momentum), bowl(), [1.0], steps=3).loss
    assert loss[2] < 1e-25
    assert loss[3] == pytest.approx((momentum * (1 - a)) ** 2 / 2)


@given(st.floats(0, 10), st.floats(0.1, 10), st.floats(0.01, 1))
def test_a_ball_in_honey_is_momentum(mass, friction, h):
    rule = Momentum(lr=h**2 / (mass + friction * h), momentum=mass / (mass + friction * h))
    x = descend(rule, bowl(), [1.0], steps=5).theta[:, 0]
    acceleration = (x[2:] - 2 * x[1:-1] + x[:-2]) / h**2
    velocity = (x[2:] - x[1:-1]) / h
    np.testing.assert_allclose(
        mass * acceleration + friction * velocity, -x[1:-1], atol=1e-7 * (1 + mass / h**2)
    )


@given(st.floats(1.1, 100), st.floats(-90, 90), decays, st.floats(0.01, 0.9))
def test_directions_go_their_own_ways(condition, angle, momentum, share):
    """In the axes of the curvature each coordinate is a run of its own."""
    problem, rule = Ravine(condition, angle), Momentum(share / condition, momentum)
    c, s = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    Q = np.array([[c, -s], [s, c]])
    A = np.stack([problem.grad(e) for e in np.eye(2)])
    np.testing.assert_allclose(Q.T @ A @ Q, np.diag([1, condition]), atol=1e-10 * condition)
    path = descend(rule, problem, steps=20)
    x, u = path.theta @ Q, path.state["v"] @ Q
    curvatures = np.array([1, condition])
    np.testing.assert_allclose(u[1:], momentum * u[:-1] + rule.lr * curvatures * x[:-1], atol=1e-9)
    np.testing.assert_allclose(x[1:], x[:-1] - u[1:], atol=1e-9)
