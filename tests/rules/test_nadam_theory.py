"""What the Nadam chapter proves, over random instances.

Covers thm-nadam-weights, thm-nadam-lag, thm-nadam-stability; eq-nadam-nag, eq-nadam-onepoint,
eq-nadam-compare, eq-nadam-split, eq-nadam-mbar, eq-nadam-sum, eq-nadam-age, eq-nadam-noise,
eq-nadam-stability, eq-nadam-schedule, eq-nadam-dozat, eq-nadam-difference.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adaptive import NAG, Adam, Nadam, descend, frameworks, sweep
from adaptive.problems import Beale, NoisyQuadratic, Ravine
from tests.rules.reference import changes

DECAYS = st.floats(0.0, 0.99)
GRADIENTS = st.lists(st.floats(-1e3, 1e3).filter(lambda g: abs(g) > 1e-3), min_size=1, max_size=30)


def directions(rule, gradients):
    """The direction of each step, m̄ or m̂: the step times -√v̂, with η = 1 and ε = 0."""
    m = v = np.zeros(1)
    found = []
    for t, g in enumerate(gradients, start=1):
        step, m, v, *_ = rule.update(np.array([g]), t, m, v)
        found.append((-step * np.sqrt(v / (1 - rule.beta2**t))).item())
    return np.array(found)


def latest_first(beta: float, n: int = 5000) -> np.ndarray:
    """The weights of the gradients in Nadam's direction, in the long run."""
    weights = beta * (1 - beta) * beta ** np.arange(float(n))
    weights[0] += 1 - beta
    return weights


@given(st.floats(0.001, 0.08), st.floats(0, 0.95))
def test_one_point_form_of_nag(lr, momentum):
    """eq-nadam-onepoint, eq-nadam-compare: the velocity after the step in place of that before."""
    ravine = Ravine(10, angle=20)
    path = descend(NAG(lr, momentum), ravine, steps=25)
    p, v = ravine.start, np.zeros(2)
    for _ in range(25):
        g = ravine.grad(p)
        v = momentum * v + lr * g
        p = p - (momentum * v + lr * g)
    expected = path.theta[-1] - momentum * path.state["v"][-1]
    np.testing.assert_allclose(p, expected, rtol=1e-9, atol=1e-11)


@given(DECAYS, st.floats(0.5, 0.999), GRADIENTS)
def test_direction_is_adams_with_the_average_of_today(beta1, beta2, gradients):
    """eq-nadam-split, eq-nadam-mbar and eq-nadam-difference."""
    m, expected, difference = 0.0, [], []
    for t, g in enumerate(gradients, start=1):
        m = beta1 * m + (1 - beta1) * g
        expected.append((beta1 * m + (1 - beta1) * g) / (1 - beta1**t))
        difference.append((1 - beta1) / (1 - beta1**t) * (g - m))
    scale = np.abs(gradients).max()
    nadam = directions(Nadam(1.0, beta1, beta2, eps=0), gradients)
    adam = directions(Adam(1.0, beta1, beta2, eps=0), gradients)
    np.testing.assert_allclose(nadam, expected, rtol=1e-8, atol=1e-9 * scale)
    np.testing.assert_allclose(nadam - adam, difference, rtol=1e-7, atol=1e-8 * scale)


@given(DECAYS, st.floats(0, 0.999), st.floats(0.01, 100), st.integers(1, 30))
def test_weights_add_up_to_more_than_one(beta1, beta2, g, times):
    """thm-nadam-weights; the first step is 1 + β₁ learning rates."""
    made = -np.array(changes(Nadam(1.0, beta1, beta2, eps=0), *[g] * times))
    t = np.arange(1, times + 1)
    expected = 1 + (1 - beta1) * beta1**t / (1 - beta1**t)
    np.testing.assert_allclose(made, expected, rtol=1e-9)
    assert made[0] == pytest.approx(1 + beta1)


@given(st.floats(0, 0.98))
def test_lag_and_noise(beta):
    """thm-nadam-lag, from the weights; and the weights are those of the rule."""
    weights = latest_first(beta)
    assert weights.sum() == pytest.approx(1)
    assert weights @ np.arange(weights.size) == pytest.approx(beta**2 / (1 - beta), abs=1e-9)
    expected = (1 - beta) / (1 + beta) * (1 + 2 * beta - 2 * beta**3)
    assert weights @ weights == pytest.approx(expected)


@pytest.mark.parametrize("beta1", [0.5, 0.9])
@pytest.mark.parametrize("age", [0, 1, 7])
def test_weight_of_one_gradient(beta1, age):
    """A gradient among far smaller ones, with a second moment that is long settled."""
    rule, t = Nadam(1.0, beta1, beta2=1 - 1e-15, eps=0), 10**16
    state = rule.restore({"t": t, "m": np.zeros(1), "v": np.ones(1)})
    theta = np.zeros(1)
    for g in (1e-3, *[0.0] * age):
        before = theta
        theta, state = rule.step(theta, np.array([g]), state)
    scale = np.sqrt(1 - (1 - 1e-15) ** t)
    weight = (before - theta).item() / 1e-3 / scale
    assert weight == pytest.approx(latest_first(beta1)[age], rel=1e-6)


@pytest.mark.parametrize("beta1", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("near, stable", [(0.97, True), (1.03, False)])
def test_limit_of_stability(beta1, near, stable):
    """thm-nadam-stability, for a second moment that stays put and curvature 1."""
    limit = (2 + 2 * beta1) / ((1 - beta1) * (1 + 2 * beta1))
    rule = Nadam(near * limit, beta1, beta2=1 - 1e-15, eps=0)
    state = rule.restore({"t": 10**16, "m": np.zeros(1), "v": np.ones(1)})
    theta, size = np.array([1e-9]), []
    for _ in range(200):
        theta, state = rule.step(theta, theta, state)
        size.append(abs(theta.item()))
    assert (max(size[-20:]) < max(size[:20])) == stable


def test_without_a_first_moment_it_is_adam():
    problem = NoisyQuadratic()
    paths = [descend(kind(0.1, beta1=0), problem, rng=1).theta for kind in (Adam, Nadam)]
    np.testing.assert_array_equal(*paths)


@given(st.floats(0.1, 0.99), st.floats(0, 2), st.lists(st.booleans(), min_size=1, max_size=20))
def test_schedule_and_its_corrections(beta1, decay, signs):
    """eq-nadam-schedule and eq-nadam-dozat are what PyTorch runs; with g = ±1, √v̂ is 1."""
    gradients = np.where(signs, 1.0, -1.0)
    mu = beta1 * (1 - 0.5 * 0.96 ** (np.arange(1, len(signs) + 2) * decay))
    product, m, expected = np.cumprod(mu), 0.0, []
    for t, g in enumerate(gradients):
        m = beta1 * m + (1 - beta1) * g
        ahead = mu[t + 1] * m / (1 - product[t + 1])
        expected.append(ahead + (1 - mu[t]) * g / (1 - product[t]))
    assume(np.isfinite(expected).all())
    rule = frameworks.torch.Nadam(lr=1.0, beta1=beta1, momentum_decay=decay, eps=0)
    made = -np.array(changes(rule, *gradients))
    np.testing.assert_allclose(made, expected, rtol=1e-7, atol=1e-9)


def test_with_more_rates_it_is_ahead_on_beale_for_a_hundredth_too():
    """With 41 rates Adam seemed to be, by four steps."""
    adam, nadam = (
        np.nanmin(
            sweep(kind(), Beale(), 200, keep="path", lr=np.geomspace(0.01, 1, 81)).steps_to(0.01)
        )
        for kind in (Adam, Nadam)
    )
    assert nadam + 4 < adam
