"""What the Adagrad chapter proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import Adagrad, descend
from adaptive.problems import MovingTarget, Ravine, Rescaled

SEEDS = range(20)


def run(rule: Adagrad, gradients: Any, theta: Any) -> tuple[Any, Any]:
    """Return all parameters, and G after each step, for gradients that are given."""
    state, thetas, sums = rule.init(theta), [theta], []
    for g in gradients:
        theta, state = rule.step(theta, g, state)
        thetas.append(theta)
        sums.append(state.G)
    return np.array(thetas), np.array(sums)


@pytest.mark.parametrize("seed", SEEDS)
def test_regret_bound(seed: int) -> None:
    """The sum of tangents is at most Σ (D²/2η + η) √(G + ε), at every step."""
    rng = np.random.default_rng(seed)
    eta, eps = rng.uniform(0.1, 2), 10 ** rng.uniform(-10, 0)
    sizes = 10 ** rng.uniform(-3, 3, 5)  # coordinates whose gradients differ widely
    g = rng.normal(rng.normal(), 1, (200, 5)) * sizes * (rng.random((200, 5)) < rng.random(5))
    theta, G = run(Adagrad(lr=eta, eps=eps), g, rng.normal(size=5))
    away = theta - rng.normal(size=5)
    paid = np.cumsum(g * away[:-1], axis=0).sum(axis=-1)
    D = np.maximum.accumulate(abs(away), axis=0)[1:]
    bound = ((D**2 / (2 * eta) + eta) * np.sqrt(G + eps)).sum(axis=-1)
    assert (paid <= bound * (1 + 1e-9)).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_scale_of_the_gradient_drops_out(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g, scale, rule = rng.normal(size=(50, 3)), 10 ** rng.uniform(-4, 4, 3), Adagrad(1.0, eps=0.0)
    path, again = run(rule, g, np.zeros(3))[0], run(rule, g * scale, np.zeros(3))[0]
    np.testing.assert_allclose(again, path, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_steps_are_at_most_eta_and_the_first_is_eta(seed: int) -> None:
    g = np.random.default_rng(seed).standard_cauchy((100, 4))
    steps = np.diff(run(Adagrad(lr=0.3, eps=0.0), g, np.zeros(4))[0], axis=0)
    np.testing.assert_allclose(steps[0], -0.3 * np.sign(g[0]), rtol=1e-12)
    assert (abs(steps) <= 0.3 * (1 + 1e-12)).all()


def test_the_condition_number_drops_out_along_the_axes() -> None:
    paths = [descend(Adagrad(2.0, 0.0), Ravine(kappa), steps=30).theta for kappa in (1, 20, 1e6)]
    for path in paths[1:]:
        np.testing.assert_allclose(path, paths[0], rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_without_noise_the_rate_levels_off(seed: int) -> None:
    """√(G + ε) stays below its bound, and the run converges with the factor it predicts."""
    rng = np.random.default_rng(seed)
    eta, eps, curvature = rng.uniform(0.2, 3), 10 ** rng.uniform(-10, -1), 10 ** rng.uniform(-2, 2)
    bowl = Rescaled(MovingTarget([[0.0]], noise=0), loss_by=curvature)
    path = descend(Adagrad(eta, eps), bowl, [rng.uniform(1, 4)], steps=400)
    x, s = path.theta[:, 0], np.sqrt(path.state["G"][:, 0] + eps)
    late = s >= eta * curvature
    if late[1:].any():
        k = int(np.argmax(late[1:])) + 1
        assert (s[k:] <= s[k - 1] + curvature * x[k - 1] ** 2 / eta + 1e-9).all()
    assert abs(x[-1]) < 1e-3 * abs(x[0]) or s[-1] > 50 * eta * curvature
    end = np.flatnonzero(abs(x) > 1e-8)[-1]
    if 50 < end < 399 and s[-1] > eta * curvature:
        assert x[end] / x[end - 1] == pytest.approx(1 - eta * curvature / s[-1], rel=1e-3)


@pytest.mark.parametrize("sigma", [0.1, 1, 30])
def test_under_noise_the_rate_falls_like_one_over_root_t(sigma: float) -> None:
    g = sigma * np.random.default_rng(0).normal(size=(4000, 50))
    G = run(Adagrad(), g, np.zeros(50))[1]
    t = np.arange(1, 4001)[:, None]
    ratio = np.sqrt(G).mean(axis=1, keepdims=True) / (sigma * np.sqrt(t))
    np.testing.assert_allclose(ratio[[99, 999, 3999]], 1, rtol=0.03)
