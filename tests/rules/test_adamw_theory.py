"""What the AdamW chapter proves, on random instances."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from scipy.optimize import brentq

from adaptive import Adam, AdamW, Rule, descend
from tests.rules.apart import Apart

seeds = pytest.mark.parametrize("seed", range(20))


@dataclass(frozen=True, eq=False)
class AdamL2(Adam):
    """Adam with the gradient of a penalty inside."""

    weight_decay: Any = 0.01

    sees_theta = True

    def update(self, g: Any, t: int, theta: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:  # type: ignore[override]
        return super().update(g + self.weight_decay * theta, t, m, v)


def directions(rule: AdamW, path: Any) -> npt.NDArray[np.floating]:
    """Return u, the corrected first moment over the root, for each step of a run."""
    t = np.arange(1, len(path.theta))[:, None]
    m_hat = path.state["m"][1:] / (1 - rule.beta1**t)
    v_hat = path.state["v"][1:] / (1 - rule.beta2**t)
    return m_hat / (np.sqrt(v_hat) + rule.eps)


def some_run(seed: int, steps: int = 60) -> tuple[AdamW, Any]:
    """Return a random AdamW, and a run of it on a random quadratic."""
    rng = np.random.default_rng(seed)
    rule = AdamW(
        lr=rng.uniform(0.01, 0.3),
        beta1=rng.uniform(0, 0.95),
        beta2=rng.uniform(0.5, 0.999),
        eps=rng.uniform(1e-4, 1e-1),
        weight_decay=rng.uniform(0.1, 3),
    )
    problem = Apart(rng.uniform(0.5, 5, 4), rng.normal(0, 2, 4))
    return rule, descend(rule, problem, rng.normal(0, 2, 4), steps=steps)


@seeds
def test_decay_is_a_penalty_as_strong_as_the_root(seed: int) -> None:
    rule, path = some_run(seed)
    t = np.arange(1, len(path.theta))[:, None]
    root = np.sqrt(path.state["v"][1:] / (1 - rule.beta2**t)) + rule.eps
    m_hat = path.state["m"][1:] / (1 - rule.beta1**t)
    before = path.theta[:-1]
    after = before - rule.lr / root * (m_hat + rule.weight_decay * root * before)
    np.testing.assert_allclose(path.theta[1:], after, rtol=1e-10, atol=1e-12)


@seeds
def test_parameters_are_a_fading_average(seed: int) -> None:
    rule, path = some_run(seed)
    u, T = directions(rule, path), len(path.theta) - 1
    share = rule.lr * rule.weight_decay
    weights = share * (1 - share) ** (T - np.arange(1, T + 1))
    assert share < 1
    assert np.all(weights > 0)
    assert weights.sum() + (1 - share) ** T == pytest.approx(1, rel=1e-12)
    average = (1 - share) ** T * path.theta[0] - weights @ u / rule.weight_decay
    np.testing.assert_allclose(path.theta[-1], average, rtol=1e-9, atol=1e-11)
    largest = np.abs(u).max(axis=0)
    bound = (1 - share) ** T * np.abs(path.theta[0])
    bound += (1 - (1 - share) ** T) * largest / rule.weight_decay
    assert np.all(np.abs(path.theta[-1]) <= bound * (1 + 1e-12))


@pytest.mark.parametrize("decay", [0.1, 0.3, 0.5, 1.0])
@pytest.mark.parametrize("beta1", [0.0, 0.9])
def test_the_end_balances_slope_and_decay(decay: float, beta1: float) -> None:
    h, a, eps = np.array([1.0, 2.0, 0.5]), np.array([3.0, 0.5, -2.0]), 0.02
    rule = AdamW(lr=0.01, beta1=beta1, beta2=0.9, eps=eps, weight_decay=decay)
    end = descend(rule, Apart(h, a), steps=8000).theta[-1]
    assert np.all(np.abs(end) < 1 / decay)
    slope = h * (end - a)
    pull = -eps * decay * end / (1 - decay * np.abs(end))
    np.testing.assert_allclose(slope, pull, rtol=1e-6)
    np.testing.assert_allclose(slope / (np.abs(slope) + eps), -decay * end, rtol=1e-6)


@seeds
def test_with_little_epsilon_the_end_is_the_minimum_cut_off_at_the_box(seed: int) -> None:
    """The solutions of the balance tend to it; a penalty's do not."""
    rng = np.random.default_rng(seed)
    h, a, decay = rng.uniform(0.5, 5), rng.normal(0, 3), rng.uniform(0.2, 2)

    def balance(x: float, eps: float) -> float:
        return float(h * (x - a) * (1 - decay * abs(x)) + eps * decay * x)

    top = min(abs(a), 1 / decay) * np.sign(a)
    far = [abs(brentq(balance, 0, top, (eps,), xtol=1e-15) - top) for eps in (1e-2, 1e-4, 1e-8)]
    assert far == sorted(far, reverse=True)
    assert far[-1] < 1e-3
    assert abs(h * a / (h + decay) - a) > 10 * far[-1]


@pytest.mark.parametrize("beta2", [0.9, 0.999])
def test_decay_moves_a_minimum_along_a_valley(beta2: float) -> None:
    """Where J is flat, as along θ[0] + θ[1] = 1, a tiny ε does not stop the decay."""
    rule, theta = AdamW(lr=0.01, beta2=beta2, weight_decay=0.1), np.array([1.0, 0.0])
    state = rule.init(theta)
    for t in range(1, 8001):
        theta, state = rule.step(theta, np.full(2, theta.sum() - 1), state)
        assert theta[0] - theta[1] == pytest.approx((1 - 0.01 * 0.1) ** t, rel=1e-6)
    np.testing.assert_allclose(theta, 0.5, atol=1e-3)


def mean_path(rule: Rule, h: float, a: float) -> npt.NDArray[np.floating]:
    """Return the mean of runs from 2, over pairs with opposite noise."""
    noise = np.random.default_rng(0).normal(size=(40, 50))
    theta = np.full(100, 2.0)
    state, means = rule.init(theta), [theta.mean()]
    for xi in noise:
        theta, state = rule.step(theta, h * (theta - a) + np.concatenate([xi, -xi]), state)
        means.append(theta.mean())
    return np.array(means)


@pytest.mark.parametrize("h", [0.0, 1.0, 4.0])
def test_where_the_mean_goes_and_how_fast(h: float) -> None:
    """A large ε makes the denominator c constant; η of the same size makes up for it."""
    a, c = 1.5, 1e6
    for kind, decay in ((AdamW, 0.3 / c), (AdamL2, 0.7)):
        rule = kind(lr=0.05 * c, beta1=0.0, eps=c, weight_decay=decay)
        found, t = mean_path(rule, h, a), np.arange(41)
        if kind is AdamW:
            q, end = 1 - rule.lr * (h / c + decay), h * a / (h + decay * c)
        else:
            q, end = 1 - rule.lr * (h + decay) / c, h * a / (h + decay)
        np.testing.assert_allclose(found, end + q**t * (2.0 - end), rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("lr", "decay"), [(0.01, 2.0), (0.1, 0.5), (0.5, 1.0), (1.0, 1.5)])
def test_size_at_which_noise_and_decay_balance(lr: float, decay: float) -> None:
    """With β₁ = β₂ = 0 a direction is a sign: independent ones have mean square 1."""
    rng, theta = np.random.default_rng(0), np.full(20_000, 1.0)
    rule = AdamW(lr=lr, beta1=0.0, beta2=0.0, eps=0.0, weight_decay=decay)
    state = rule.init(theta)
    for _ in range(int(8 / (lr * decay)) + 8):
        theta, state = rule.step(theta, rng.normal(size=theta.size), state)
    assert np.mean(theta**2) == pytest.approx(lr / (decay * (2 - lr * decay)), rel=0.04)
