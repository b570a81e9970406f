"""What the chapter on whole matrices proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import (
    SOAP,
    Adagrad,
    Adam,
    AdamW,
    Mixed,
    Muon,
    Shampoo,
    polar_factor,
    scheduled,
    sweep,
)
from adaptive.problems import Digits
from adaptive.schedules import Linear
from tests.rules.test_muon_theory import some_matrix, turned
from tests.rules.whole import power

seeds = pytest.mark.parametrize("seed", range(20))


def steps(rule: Any, gradients: Any) -> Any:
    """Return where a rule comes to from zero with these gradients."""
    theta = np.zeros(np.shape(gradients[0]))
    state, found = rule.init(theta), []
    for g in gradients:
        theta, state = rule.step(theta, g, state)
        found.append(theta)
    return np.array(found)


@seeds
def test_the_first_step_is_along_the_polar_factor(seed: int) -> None:
    """For each rank, and for singular values that are equal."""
    G = some_matrix(seed)
    np.testing.assert_allclose(steps(Shampoo(1.0, eps=0.0), [G])[0], -polar_factor(G), atol=1e-8)
    low = G[:, :1] @ G[:1]
    np.testing.assert_allclose(
        steps(Shampoo(1.0, eps=0.0), [low])[0], -polar_factor(low), atol=1e-7
    )
    equal = turned(4, np.random.default_rng(seed))[:3]
    for one in (G, low, equal):
        soap = SOAP(1.0, eps=1e-9 * np.abs(one).max(), weight_decay=0.0)
        np.testing.assert_allclose(steps(soap, [one])[0], -polar_factor(one), atol=1e-5)


@seeds
def test_only_what_is_new_in_rows_and_in_columns_is_not_made_shorter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    U, V = turned(4, rng), turned(5, rng)
    first = U[:, :2] * rng.uniform(0.5, 2, 2) @ V[:2]
    for columns, longest in ((slice(2, 4), 1.0), (slice(0, 2), 0.999)):
        new = U[:, 2:4] @ V[columns]  # in either case orthogonal to the first, entry by entry
        assert np.sum(first * new) == pytest.approx(0, abs=1e-12)
        one, both = steps(Shampoo(1.0, eps=0.0), [first, new])
        found = np.linalg.norm(both - one, ord=2)
        assert found == pytest.approx(1, abs=1e-6) if longest == 1 else found < longest


@seeds
def test_turning_the_gradients_turns_the_path(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p = int(rng.integers(2, 6))
    q = p + int(rng.integers(-1, 2)) if p > 2 else p
    G = rng.normal(size=(12, p, q))
    U, V = turned(p, rng), turned(q, rng)
    # One row or column more leaves one axis for the value 0: it is determined.
    for rule, atol in ((Shampoo(0.1), 1e-7), (SOAP(0.1), 1e-6), (Muon(0.1), 1e-10)):
        np.testing.assert_allclose(steps(rule, U @ G @ V), U @ steps(rule, G) @ V, atol=atol)
    for rule in (AdamW(0.1), Adagrad(0.1)):
        assert np.abs(steps(rule, U @ G @ V) - U @ steps(rule, G) @ V).max() > 0.03


@seeds
def test_elementwise_rules_keep_to_signed_permutations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    G = rng.normal(size=(12, 4, 3))
    U = np.eye(4)[rng.permutation(4)] * rng.choice([-1, 1], 4)
    V = np.eye(3)[rng.permutation(3)] * rng.choice([-1, 1], 3)
    for rule in (AdamW(0.1), Adagrad(0.1)):
        np.testing.assert_allclose(steps(rule, U @ G @ V), U @ steps(rule, G) @ V, atol=1e-12)


@seeds
def test_only_signed_permutations_keep_signs(seed: int) -> None:
    """The proof's gradient: an entry of its signs, turned, is larger than 1, where a sign is 1."""
    rng = np.random.default_rng(seed)
    P, Q = turned(4, rng), turned(3, rng)
    weights = np.outer(P[1], Q[2])
    g = np.sign(weights) * rng.uniform(0.5, 1, size=(4, 3))
    assert np.sign(P @ g @ Q.T)[1, 2] == 1
    found = (P @ np.sign(g) @ Q.T)[1, 2]
    assert found == pytest.approx(np.abs(P[1]).sum() * np.abs(Q[2]).sum())
    assert found > 1 + 1e-6


@seeds
def test_on_one_number_shampoo_is_adagrad(seed: int) -> None:
    g = np.random.default_rng(seed).normal(size=(15, 1, 1))
    np.testing.assert_allclose(
        steps(Shampoo(0.3, eps=1e-3), g), steps(Adagrad(0.3, eps=1e-3), g), rtol=1e-12
    )


@seeds
def test_on_a_column_shampoo_is_full_matrix_adagrad_with_another_power(seed: int) -> None:
    rng = np.random.default_rng(seed)
    g, eps = rng.normal(size=(8, 4, 1)), 1e-3
    full, s, theta = eps * np.eye(4), eps, np.zeros((4, 1))
    found = steps(Shampoo(0.3, eps=eps), g)
    for t, each in enumerate(g):
        full, s = full + each @ each.T, s + float(np.sum(each**2))
        theta = theta - 0.3 * power(full, -1 / 4) @ each / s**0.25
        np.testing.assert_allclose(found[t], theta, atol=1e-10)


@seeds
def test_the_product_of_kronecker_dominates_the_full_matrix(seed: int) -> None:
    """Of rank at most r: εI + Σ vec(G) vec(G)ᵀ/r is at most the product of the square roots."""
    rng = np.random.default_rng(seed)
    p, q = (int(n) for n in rng.integers(1, 6, size=2))
    G = rng.normal(size=(int(rng.integers(1, 12)), p, q)) * rng.uniform(0.1, 3, size=(p, q))
    eps, r = rng.uniform(0.01, 1), min(p, q)
    rows = G.reshape(len(G), -1)
    full = eps * np.eye(p * q) + rows.T @ rows / r
    L = eps * np.eye(p) + np.sum(G @ G.mT, axis=0)
    R = eps * np.eye(q) + np.sum(G.mT @ G, axis=0)
    gap = np.linalg.eigvalsh(np.kron(power(L, 0.5), power(R, 0.5)) - full)
    assert gap[0] > -1e-10 * max(1, gap[-1])


@seeds
def test_two_products_are_one_with_the_product_of_kronecker(seed: int) -> None:
    rng = np.random.default_rng(seed)
    A, B, G = rng.normal(size=(3, 3)), rng.normal(size=(4, 4)), rng.normal(size=(3, 4))
    np.testing.assert_allclose(np.kron(A, B) @ G.ravel(), (A @ G @ B.T).ravel(), atol=1e-12)


@seeds
def test_in_its_own_axes_a_shampoo_with_roots_is_adafactor(seed: int) -> None:
    rng = np.random.default_rng(seed)
    p, q = (int(n) for n in rng.integers(2, 6, size=2))
    G = rng.normal(size=(12, p, q)) @ rng.normal(size=(q, q))
    L, R = np.sum(G @ G.mT, axis=0), np.sum(G.mT @ G, axis=0)
    (rows, Q_L), (columns, Q_R) = np.linalg.eigh(L), np.linalg.eigh(R)
    v = np.sum((Q_L.T @ G @ Q_R) ** 2, axis=0)
    np.testing.assert_allclose(v.sum(axis=1), rows, rtol=1e-8, atol=1e-8)
    np.testing.assert_allclose(v.sum(axis=0), columns, rtol=1e-8, atol=1e-8)
    w = v.sum(axis=1, keepdims=True) * v.sum(axis=0) / v.sum()
    adafactor = Q_L @ (Q_L.T @ G[0] @ Q_R / np.sqrt(w)) @ Q_R.T
    shampoo = np.sqrt(np.trace(L)) * power(L, -1 / 2) @ G[0] @ power(R, -1 / 2)
    np.testing.assert_allclose(adafactor, shampoo, rtol=1e-5, atol=1e-6)


# ------------------------------------------------------------------ one number for a row


def divergence(v: Any, w: Any) -> Any:
    return np.sum(v * np.log(v / w) - v + w, axis=(-2, -1))


@seeds
def test_rows_times_columns_is_nearest_in_the_divergence(seed: int) -> None:
    rng = np.random.default_rng(seed)
    v = rng.gamma(1.0, size=(4, 6)) + 1e-3
    r, c = v.sum(axis=1, keepdims=True), v.sum(axis=0, keepdims=True)
    best = r * c / v.sum()
    near = best * np.exp(0.01 * (rng.normal(size=(2000, 4, 1)) + rng.normal(size=(2000, 1, 6))))
    far = rng.gamma(1.0, size=(2000, 4, 1)) * rng.gamma(1.0, size=(2000, 1, 6))
    for others in (near, far):
        assert np.all(divergence(v, others) >= divergence(v, best))
    np.testing.assert_allclose(best.sum(axis=1, keepdims=True), r)
    np.testing.assert_allclose(best.sum(axis=0, keepdims=True), c)
    # By squares another is nearer, in general: not of a table all of whose rows and columns have
    # one sum, below, and not of one with rank 1.
    u, s, w = np.linalg.svd(v)
    squares = s[0] * np.outer(u[:, 0], w[0])
    assert np.sum((v - squares) ** 2) < np.sum((v - best) ** 2)
    one = r * rng.gamma(1.0, size=(1, 6))
    np.testing.assert_allclose(
        one.sum(axis=1, keepdims=True) * one.sum(axis=0, keepdims=True) / one.sum(), one
    )


@pytest.mark.parametrize("rank", [2, 3])
def test_by_squares_the_same_product_can_be_nearest(rank: int) -> None:
    v = np.array([[2.0, 1.0], [1.0, 2.0]] if rank == 2 else [[3.0, 1, 2], [1, 2, 3], [2, 3, 1]])
    assert np.linalg.matrix_rank(v) == rank
    u, s, w = np.linalg.svd(v)
    np.testing.assert_allclose(
        s[0] * np.outer(u[:, 0], w[0]), np.outer(v.sum(axis=1), v.sum(axis=0)) / v.sum()
    )


@seeds
def test_lambs_steps_have_a_share_of_the_size_of_the_array(seed: int) -> None:
    rng = np.random.default_rng(seed)
    theta, m, v, lr = rng.normal(size=(3, 4)), 0.0, 0.0, 0.07
    for t in range(1, 9):
        g = rng.normal(size=(3, 4)) * 10.0 ** rng.integers(-6, 6)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        u = m / (1 - 0.9**t) / (np.sqrt(v / (1 - 0.999**t)) + 1e-6) + 0.1 * theta
        moved = theta - lr * np.linalg.norm(theta) / np.linalg.norm(u) * u
        share = np.linalg.norm(moved - theta) / np.linalg.norm(theta)
        assert share == pytest.approx(lr)
        theta = moved


# ------------------------------------------------------------------ measured


def test_on_digits_from_another_start_at_a_falling_rate() -> None:
    """All are ahead of Adam again, and SOAP leaves less with Adam's β than with its own."""
    falling, problem, left = Linear(T=60), Digits(seed=2), {}
    aside = scheduled(AdamW(lr=0.01, weight_decay=0), falling)
    for name, matrices, rates in (
        ("Adam", Adam(), np.geomspace(0.03, 0.2, 5)),
        ("Shampoo", Shampoo(), [1.5, 3, 6]),
        ("SOAP", SOAP(weight_decay=0), [0.07, 0.14, 0.28]),
        ("Adam's β", SOAP(beta1=0.9, beta2=0.999, weight_decay=0), [0.07, 0.14, 0.28]),
    ):
        rule = Mixed(scheduled(matrices, falling), aside)
        runs = sweep(rule, problem, 60, rng=range(8), matrices__lr=rates).loss[-1]
        best = np.median(runs, axis=-1).argmin()
        assert 0 < best < len(rates) - 1, "rates on both sides were tried"
        left[name] = np.log(runs[best])
    for one, other in (
        ("Adam", "Shampoo"),
        ("Adam", "SOAP"),
        ("Adam", "Adam's β"),
        ("SOAP", "Adam's β"),
    ):
        apart = left[one] - left[other]
        assert apart.mean() > 2.365 * apart.std(ddof=1) / np.sqrt(8), (one, other)
