"""What the Muon chapter proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import Muon, orthogonalized, polar_factor
from adaptive.rules.polar import QUINTIC

seeds = pytest.mark.parametrize("seed", range(20))


def some_matrix(seed: int) -> Any:
    rng = np.random.default_rng(seed)
    return rng.normal(size=rng.integers(1, 7, size=2)) * rng.uniform(0.01, 100)


def turned(n: int, rng: np.random.Generator) -> Any:
    """Return a random orthogonal matrix."""
    return np.linalg.qr(rng.normal(size=(n, n)))[0]


def quintic(s: Any, coefficients: Any = QUINTIC, steps: int = 1) -> Any:
    a, b, c = coefficients
    for _ in range(steps):
        s = a * s + b * s**3 + c * s**5
    return s


@seeds
def test_the_polar_factor_is_steepest_in_the_spectral_norm(seed: int) -> None:
    G, rng = some_matrix(seed), np.random.default_rng(seed + 100)
    Q, nuclear = polar_factor(G), np.linalg.svd(G, compute_uv=False).sum()
    assert np.linalg.norm(Q, 2) == pytest.approx(1)
    assert np.sum(G * Q) == pytest.approx(nuclear, rel=1e-12)
    others = rng.normal(size=(300, *G.shape))
    others /= np.linalg.norm(others, 2, axis=(-2, -1), keepdims=True)
    assert np.all(np.sum(G * others, axis=(-2, -1)) <= nuclear * (1 + 1e-12))
    # It stays the best near itself, too.
    near = Q + 0.01 * others
    near /= np.maximum(1, np.linalg.norm(near, 2, axis=(-2, -1), keepdims=True))
    assert np.all(np.sum(G * near, axis=(-2, -1)) <= nuclear * (1 + 1e-12))


@seeds
@pytest.mark.parametrize("function", [orthogonalized, polar_factor])
def test_turning_the_gradient_turns_the_result(seed: int, function: Any) -> None:
    G, rng = some_matrix(seed), np.random.default_rng(seed + 100)
    U, V = turned(G.shape[0], rng), turned(G.shape[1], rng)
    np.testing.assert_allclose(function(U @ G @ V), U @ function(G) @ V, atol=1e-10)
    np.testing.assert_allclose(function(G.T), function(G).T, atol=1e-12)
    if min(G.shape) > 1:
        assert np.abs(np.sign(U @ G @ V) - U @ np.sign(G) @ V).max() > 0.1, "signs do not"


@seeds
@pytest.mark.parametrize("steps", [0, 1, 5, 12])
@pytest.mark.parametrize("coefficients", [QUINTIC, (15 / 8, -10 / 8, 3 / 8)])
def test_the_polynomial_acts_on_singular_values_alone(
    seed: int, steps: int, coefficients: Any
) -> None:
    G = some_matrix(seed)
    u, s, v = np.linalg.svd(G, full_matrices=False)
    new = quintic(s / np.sqrt(np.sum(s**2)), coefficients, steps)
    found = orthogonalized(G, coefficients, steps)
    # Where more steps repel, rounding grows as well.
    atol = 1e-12 * 8.0 ** max(0, steps - 5) + 1e-12
    np.testing.assert_allclose(found, (u * new) @ v, atol=atol)


def test_both_fixed_points_repel() -> None:
    a, b, c = QUINTIC
    fixed = np.sqrt((-b + np.array([-1, 1]) * np.sqrt(b * b - 4 * c * (a - 1))) / (2 * c))
    np.testing.assert_allclose(quintic(fixed), fixed, rtol=1e-12)
    np.testing.assert_allclose(fixed, [0.8680, 1.2637], atol=5e-5)
    slope = a + 3 * b * fixed**2 + 5 * c * fixed**4
    np.testing.assert_allclose(slope, [-1.58, 6.47], atol=0.01)
    assert quintic(1.0) == pytest.approx(0.701)


def test_the_band() -> None:
    """From v, the value in the valley, to p(v): what is in it stays, and all else comes to it."""
    a, b, c = QUINTIC
    hill, valley = np.sqrt(
        (-3 * b + np.array([-1, 1]) * np.sqrt(9 * b * b - 20 * a * c)) / (10 * c)
    )
    top, v = quintic(hill), quintic(valley)
    low, high = v, quintic(v)
    np.testing.assert_allclose([top, low, high], [1.2024, 0.6818, 1.1344], atol=5e-5)
    assert hill < low and low < quintic(high) < high and low < quintic(top) < high
    inside = np.linspace(low, high, 100_001)
    for k in range(1, 8):
        stays = quintic(inside, steps=k)
        assert stays.min() >= low * (1 - 1e-12) and stays.max() <= high * (1 + 1e-12)
    below = np.linspace(1e-6, low, 100_001)
    assert np.all(quintic(below) / below > 1.66)
    for least, most in ((0.01, high), (0.0016, top)):
        five = quintic(np.geomspace(least, 1, 200_001), steps=5)
        assert five.min() == pytest.approx(low, abs=1e-6)
        assert five.max() == pytest.approx(most, abs=1e-6)
    assert quintic(0.0014, steps=5) < 0.65


def test_the_quintic_that_converges_is_slow() -> None:
    slow = (15 / 8, -10 / 8, 3 / 8)
    a, b, c = slow
    assert quintic(1.0, slow) == 1
    assert a + 3 * b + 5 * c == 0 and 6 * b + 20 * c == 0, "first and second derivative at 1"
    assert quintic(0.01, slow, 5) == pytest.approx(0.229, abs=1e-3)
    assert quintic(0.01, steps=5) > 0.68
    assert quintic(0.01, slow, 12) == pytest.approx(1, abs=1e-9)


@seeds
def test_the_size_of_its_entries(seed: int) -> None:
    G = some_matrix(seed)
    m, n = G.shape
    assert np.sqrt(np.mean(polar_factor(G) ** 2)) == pytest.approx(1 / np.sqrt(max(m, n)))
    rule: Any = type("Exact", (Muon,), {"orthogonalize": staticmethod(polar_factor)})(lr=0.5)
    moved, _ = rule.step(np.zeros((m, n)), G, rule.init(G))
    assert np.sqrt(np.mean(moved**2)) == pytest.approx(0.5 * 0.2)


@seeds
def test_a_vector_is_normalised_and_a_diagonal_has_its_signs(seed: int) -> None:
    g = np.random.default_rng(seed).normal(size=7)
    shrunk = quintic(1.0, steps=5)
    for column in (g[:, None], g[None]):
        np.testing.assert_allclose(polar_factor(column), column / np.linalg.norm(g))
        np.testing.assert_allclose(
            orthogonalized(column), shrunk * column / np.linalg.norm(g), rtol=1e-12
        )
    np.testing.assert_allclose(polar_factor(np.diag(g)), np.diag(np.sign(g)), atol=1e-14)
    assert shrunk == pytest.approx(0.6962, abs=1e-3)


@seeds
@pytest.mark.parametrize("exact", [False, True])
def test_decay_bounds_the_spectral_norm(seed: int, exact: bool) -> None:
    rng, G = np.random.default_rng(seed), some_matrix(seed)
    factor = polar_factor if exact else orthogonalized
    kind: Any = type("Bound", (Muon,), {"orthogonalize": staticmethod(factor)})
    rule = kind(lr=rng.uniform(0.01, 0.9), weight_decay=1.0)
    limit = 0.2 * np.sqrt(max(G.shape)) * (1 if exact else 1.2025)
    theta = rng.normal(size=G.shape)
    first, state = np.linalg.norm(theta, 2), rule.init(theta)
    share = 1 - rule.lr
    for t in range(1, 40):
        theta, state = rule.step(theta, G + rng.normal(size=G.shape), state)
        bound = share**t * first + (1 - share**t) * limit
        assert np.linalg.norm(theta, 2) <= bound * (1 + 1e-12)
