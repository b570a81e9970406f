"""What is proved of rules with totals, on random instances."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import Prodigy, scheduled
from adaptive.schedules import Cosine

seeds = pytest.mark.parametrize("seed", range(20))


@seeds
def test_the_estimate_is_no_larger_than_the_distance(seed: int) -> None:
    """With exact slopes of a convex loss; for any rate, decays and schedule."""
    rng = np.random.default_rng(seed)
    A, a = rng.normal(size=(7, 4)), rng.normal(size=4)
    start = rng.normal(0, 10.0 ** rng.integers(-2, 4), size=4)
    kinks = seed % 2
    rule = Prodigy(
        lr=rng.uniform(0.2, 3), beta1=rng.uniform(0, 0.95), beta2=rng.uniform(0.5, 0.999), d0=1e-6
    )
    if seed % 3 == 0:
        rule = scheduled(rule, Cosine(T=300))
    theta, state, found = start, rule.init(start), []
    for _ in range(300):
        away = A @ (theta - a)  # the loss is the sum of |away|, or of half its squares
        theta, state = rule.step(theta, A.T @ (np.sign(away) if kinks else away), state)
        found.append(1e-6 + state.D[0])
    assert max(found) <= max(1e-6, np.abs(start - a).max()) * (1 + 1e-9)
    assert np.all(np.diff(found) >= 0)
    assert found[-1] > 1e-4, "it grows"


def test_the_bound_is_no_other_distance() -> None:
    """In ten coordinates the estimate comes near the largest distance, past the mean one."""
    start, rule = np.array([100.0, *np.full(9, 1e-3)]), Prodigy()
    theta, state = start, rule.init(start)
    for _ in range(200):
        theta, state = rule.step(theta, np.array([np.sign(theta[0]), *np.zeros(9)]), state)
    assert 40 < state.D[0] <= 100


def test_noise_may_carry_it_further() -> None:
    """Slopes that say nothing: the minimum may be at the start."""
    rng, rule = np.random.default_rng(0), Prodigy(beta2=0.9)
    theta, state = np.zeros(2), rule.init(np.zeros(2))
    for _ in range(2000):
        theta, state = rule.step(theta, rng.normal(size=2), state)
    assert state.D[0] > 10 * rule.d0
