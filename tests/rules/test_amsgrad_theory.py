"""What the AMSGrad chapter proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import Adam, AMSGrad, Rule, descend
from adaptive.problems import RareAndSteady, Reddi

seeds = pytest.mark.parametrize("seed", range(20))


def game(seed: int) -> tuple[Reddi, float, float]:
    """Return a random game whose mean slope is positive, and two decays."""
    rng = np.random.default_rng(seed)
    period, small = int(rng.integers(2, 30)), rng.uniform(0.5, 5)
    problem = Reddi(small * (period - 1) * rng.uniform(1.02, 3), small, period)
    return problem, rng.uniform(0, 0.95), rng.uniform(0.05, 0.99)


def drift(rule: Rule, problem: Reddi, rounds: int = 400) -> float:
    """Return how far a rule moves against theta in the last of many periods, in units of lr."""
    path = descend(rule, problem, steps=rounds * problem.period)
    assert abs(path.theta).max() < 1, "the run must stay away from the ends"
    return float(path.theta[-1 - problem.period, 0] - path.theta[-1, 0]) / 1e-9


def moments(problem: Reddi, beta1: float, beta2: float) -> tuple[Any, Any]:
    """Return both moments of a period, k steps after the steep slope: eq-amsgrad-periodic."""
    high, low, P = problem.large, problem.small, problem.period
    k = np.arange(P)
    m = -low + beta1**k * (1 - beta1) * (high + low) / (1 - beta1**P)
    v = low**2 + beta2**k * (1 - beta2) * (high**2 - low**2) / (1 - beta2**P)
    return m, v


@seeds
def test_drift_of_adam(seed: int) -> None:
    """thm-amsgrad-drift"""
    problem, beta1, beta2 = game(seed)
    m, v = moments(problem, beta1, beta2)
    rule = Adam(lr=1e-9, beta1=beta1, beta2=beta2, eps=0)
    assert drift(rule, problem) == pytest.approx(np.sum(m / np.sqrt(v)), rel=1e-4, abs=1e-5)


@seeds
def test_drift_of_amsgrad_is_against_the_mean_slope(seed: int) -> None:
    """thm-amsgrad-right-way"""
    problem, beta1, beta2 = game(seed)
    expected = problem.slope * problem.period / np.sqrt(moments(problem, beta1, beta2)[1][0])
    found = drift(AMSGrad(lr=1e-9, beta1=beta1, beta2=beta2, eps=0), problem)
    assert found > 0
    assert found == pytest.approx(expected, rel=1e-4, abs=1e-6)


@seeds
def test_rate_never_rises_and_has_a_floor(seed: int) -> None:
    """thm-amsgrad-monotone"""
    rng = np.random.default_rng(seed)
    g = rng.normal(size=(300, 8)) * np.exp(rng.normal(0, 3, (300, 1)))
    rule = AMSGrad(lr=0.3, beta1=rng.uniform(0, 0.99), beta2=rng.uniform(0, 0.999), eps=1e-4)
    theta, rates = np.zeros(8), []
    state = rule.init(theta)
    for t in range(len(g)):
        before = theta
        theta, state = rule.step(theta, g[t], state)
        # From the step itself, so that what `update` divides by is what is tested.
        rates.append((before - theta) / state.m)
    assert (np.diff(rates, axis=0) <= 1e-9).all()
    largest = np.maximum.accumulate(abs(g), axis=0)
    assert (np.array(rates) >= rule.lr / (largest + rule.eps) * (1 - 1e-9)).all()


@seeds
def test_regret_bound(seed: int) -> None:
    """thm-amsgrad-regret, for linear losses on [-1, 1] against the better end"""
    rng = np.random.default_rng(seed)
    steep = rng.random((3000, 1)) < rng.uniform(0.01, 0.5)
    g = np.where(steep, rng.exponential(30), -rng.exponential(1)) * rng.uniform(0.5, 1, (3000, 1))
    eta, beta2 = np.exp(rng.uniform(-4, 2)), rng.uniform(0, 0.999)
    theta = np.zeros(1)
    rule = AMSGrad(lr=1.0, beta1=0, beta2=beta2)
    state, paid = rule.init(theta), 0.0
    G = abs(g).max()
    for t in range(1, 3001):
        paid += float(g[t - 1, 0] * theta[0])
        full, state = rule.step(theta, g[t - 1], state)
        theta = np.clip(theta + eta / np.sqrt(t) * (full - theta), -1, 1)
        regret = paid + abs(g[:t].sum())
        bound = np.sqrt(t) * (2 * (G + rule.eps) / eta + eta * G / np.sqrt(1 - beta2))
        assert regret <= bound


@seeds
def test_longest_step(seed: int) -> None:
    """ex-amsgrad-longest: a bound that holds, and that gradients growing by β₂/β₁ reach"""
    rng = np.random.default_rng(seed)
    beta2 = rng.uniform(0.5, 0.999)
    beta1 = rng.uniform(0.2, 0.9) * beta2  # above β₂ the gradients would shrink, and v̂ exceed v
    bound = (1 - beta1) / np.sqrt((1 - beta2) * (1 - beta1**2 / beta2))
    rule = AMSGrad(lr=1.0, beta1=beta1, beta2=beta2, eps=0)

    def strides(gradients: Any) -> Any:
        theta = np.zeros(1)
        state, found = rule.init(theta), []
        for g in gradients:
            before = theta
            theta, state = rule.step(theta, np.array([g]), state)
            found.append((before - theta).item())
        return np.abs(found)

    wild = rng.normal(size=300) * np.exp(rng.normal(0, 3, 300))
    assert strides(wild).max() <= bound * (1 + 1e-12)
    assert strides((beta2 / beta1) ** np.arange(100))[-1] == pytest.approx(bound, rel=1e-2)


def test_small_game_of_the_explorer() -> None:
    """Adam is wrong in the coordinate with rare slopes, right in the steady one."""
    decays = {"beta1": 0.9, "beta2": 0.5}
    adam = descend(Adam(lr=0.05, **decays), RareAndSteady(), steps=600)
    amsgrad = descend(AMSGrad(lr=0.05, **decays), RareAndSteady(), steps=600)
    assert adam.theta[-1, 0] > 0.9
    assert adam.theta[-1, 1] == -1
    assert amsgrad.theta[-1, 0] < -0.3
    assert amsgrad.theta[-1, 1] == -1
