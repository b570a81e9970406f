"""What the chapter proves about AdaMax, over random gradients and settings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import Adam, AdaMax
from tests.rules.reference import walk

RUNS, STEPS = 500, 60


@pytest.fixture(params=range(3))
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return random decays with β₁ < β₂, and gradients over many orders of magnitude."""
    rng = np.random.default_rng(request.param)
    beta1 = rng.uniform(0, 0.95, RUNS)
    beta2 = beta1 + (0.9999 - beta1) * rng.uniform(0.02, 1, RUNS)
    sizes = np.exp(3 * rng.normal(size=(STEPS, RUNS)))
    return {"beta1": beta1, "beta2": beta2, "g": rng.normal(size=(STEPS, RUNS)) * sizes}


def bound(t: int, beta1: Any, beta2: Any) -> Any:
    return (1 - beta1) / (1 - beta1**t) * sum((beta1 / beta2) ** k for k in range(t))


def moves(rule: AdaMax | Adam, gradients: Any) -> Any:
    """Return each step, from zero each time so that no digit is lost."""
    state, steps = rule.init(np.zeros(np.shape(gradients)[1:])), []
    for g in gradients:
        moved, state = rule.step(np.zeros_like(g), g, state)
        steps.append(moved)
    return np.array(steps)


def test_the_mark_is_the_largest_faded_gradient(case: dict[str, Any]) -> None:
    rule = AdaMax(beta1=case["beta1"], beta2=case["beta2"])
    for t, (_, state) in enumerate(walk(rule, np.zeros(RUNS), case["g"]), start=1):
        ages = np.arange(t)[::-1, None]
        faded = case["beta2"] ** ages * np.abs(case["g"][:t])
        np.testing.assert_allclose(state.u, faded.max(axis=0), rtol=1e-12)


def test_norms_of_the_family_are_sandwiched(case: dict[str, Any]) -> None:
    """(1 - β₂ᵖ)^(1/p) u ≤ n ≤ (t (1 - β₂ᵖ))^(1/p) u, with u from the package."""
    beta2, g = case["beta2"], case["g"][:20]
    *_, (_, state) = walk(AdaMax(beta1=case["beta1"], beta2=beta2), np.zeros(RUNS), g)
    faded = beta2 ** np.arange(20)[::-1, None] * np.abs(g) / state.u
    for p in (1, 2, 7, 50):
        share = 1 - beta2**p
        ratio = (share * np.sum(faded**p, axis=0)) ** (1 / p)
        assert np.all(ratio >= share ** (1 / p) * (1 - 1e-12))
        assert np.all(ratio <= (20 * share) ** (1 / p) * (1 + 1e-12))


def test_no_step_exceeds_the_bound(case: dict[str, Any]) -> None:
    beta1, beta2 = case["beta1"], case["beta2"]
    steps = np.abs(moves(AdaMax(lr=0.3, beta1=beta1, beta2=beta2), case["g"]))
    for t in range(1, STEPS + 1):
        assert np.all(steps[t - 1] <= 0.3 * bound(t, beta1, beta2) * (1 + 1e-12))


def test_gradients_that_shrink_by_beta2_reach_the_bound(case: dict[str, Any]) -> None:
    beta1, beta2 = case["beta1"], case["beta2"]
    # Scaled, so that none falls below the smallest number that counts as a gradient.
    gradients = 1e100 * beta2 ** np.arange(1, STEPS + 1)[:, None]
    steps = -moves(AdaMax(lr=0.3, beta1=beta1, beta2=beta2), gradients)
    bounds = [0.3 * bound(t, beta1, beta2) for t in range(1, STEPS + 1)]
    np.testing.assert_allclose(steps, bounds, rtol=1e-12)


def test_with_the_defaults_the_limit_is_one_per_cent_above_the_rate() -> None:
    """The paper's |Δθ| ≤ η is exceeded, by 0.909 % and no more."""
    steps = -moves(AdaMax(lr=1), 0.999 ** np.arange(1, 2001)[:, None])
    assert steps[-1].item() == pytest.approx(0.999 * 0.1 / 0.099, rel=1e-12)
    assert steps[-1].item() == pytest.approx(1.0090909090909, rel=1e-12)
    assert np.all(np.diff(steps[:, 0]) >= -1e-15)


def test_the_scale_of_the_loss_does_not_matter(case: dict[str, Any]) -> None:
    rule = AdaMax(lr=0.3, beta1=case["beta1"], beta2=case["beta2"])
    expected = moves(rule, case["g"])
    np.testing.assert_array_equal(moves(rule, case["g"] * 2.0**-60), expected)


def test_a_parameter_that_has_slept_wakes_gently() -> None:
    gradients = np.r_[np.zeros(1000), np.ones(50)][:, None]
    assert np.abs(moves(AdaMax(lr=1), gradients)).max() <= 1
    assert np.abs(moves(Adam(lr=1), gradients)).max() > 4


def test_the_family_is_a_norm_of_faded_gradients(case: dict[str, Any]) -> None:
    """v = β₂ᵖ v + (1 - β₂ᵖ) |g|ᵖ is a p-norm; p = 2 is Adam's second moment with β₂²."""
    beta2, g = case["beta2"], case["g"][:15]
    for p in (1, 2, 5):
        v = np.zeros(RUNS)
        for one in g:
            v = beta2**p * v + (1 - beta2**p) * np.abs(one) ** p
        faded = beta2 ** np.arange(15)[::-1, None] * np.abs(g)
        np.testing.assert_allclose(v, (1 - beta2**p) * np.sum(faded**p, axis=0), rtol=1e-10)
        if p == 2:
            *_, (_, state) = walk(Adam(beta2=beta2**2), np.zeros(RUNS), g)
            np.testing.assert_allclose(v, state.v, rtol=1e-10)
