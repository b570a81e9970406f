"""What the chapter on convergence promises, and what it says nobody can."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import NAG, SGD, Adadelta, AdaMax, Momentum, RMSprop, descend, sweep
from adaptive.problems import Problem
from tests.every import every_rule

q = lambda κ: (np.sqrt(κ) - 1) / (np.sqrt(κ) + 1)  # noqa: E731


class Quadratic(Problem):
    """½ θ·Aθ − b·θ, from 0."""

    name = "quadratic"

    def __init__(self, A, b):
        self.A, self.b = A, b
        self.start, self.minimum = np.zeros(len(b)), np.linalg.solve(A, b)

    def loss(self, theta):
        return np.sum(theta * (theta @ self.A / 2 - self.b), axis=-1)

    def grad(self, theta, batch=None):
        return theta @ self.A - self.b

    def excess(self, theta):
        return self.loss(theta) - self.loss(self.minimum)


def printed_chain(theta):
    """The loss of eq-convergence-chain, term by term."""
    d = len(theta)
    ties = sum((theta[i] - theta[i - 1]) ** 2 for i in range(1, d))
    return (theta[0] ** 2 + ties + theta[d - 1] ** 2) / 8 - theta[0] / 4


def chain(d, μ=0.0):
    ties = 2 * np.eye(d) - np.eye(d, k=1) - np.eye(d, k=-1)
    return Quadratic((1 - μ) / 4 * ties + μ * np.eye(d), np.eye(d)[0] * (1 - μ) / 4)


def random_quadratic(rng, curvatures):
    Q = np.linalg.qr(rng.normal(size=(len(curvatures),) * 2))[0]
    return Quadratic((Q * curvatures) @ Q.T, rng.normal(size=len(curvatures)))


# ------------------------------------------------------------------ exact gradients


@pytest.mark.parametrize("seed", range(5))
def test_gradient_descent_keeps_both_promises(seed):
    rng = np.random.default_rng(seed)
    μ, L = 10.0 ** -rng.uniform(0.5, 3), 1.0
    problem = random_quadratic(rng, np.r_[μ, rng.uniform(μ, L, 6), L])
    η = rng.uniform(0.2, 1) / L
    theta = descend(SGD(lr=η), problem, steps=200).theta
    square, T = np.sum((theta - problem.minimum) ** 2, axis=-1), np.arange(1, 201)
    over = problem.excess(theta)
    assert np.all(over[1:] <= square[0] / (2 * η * T) * (1 + 1e-12))
    assert np.all(square[1:] <= (1 - η * μ) ** T * square[0] * (1 + 1e-9))
    # eq-convergence-step, from which both follow
    pays = ((1 - η * μ) * square[:-1] - square[1:]) / (2 * η)
    assert np.all(over[1:] <= pays + 1e-12)


def test_the_promise_is_for_rates_up_to_one_over_L():
    """Beyond 1/L the line of the proof fails: 1.9/L on one steep direction."""
    problem = Quadratic(np.eye(1), np.ones(1))
    theta = descend(SGD(lr=1.9), problem, steps=3).theta
    square = np.sum((theta - problem.minimum) ** 2, axis=-1)
    assert problem.excess(theta[1]) > ((1 - 1.9) * square[0] - square[1]) / (2 * 1.9)


def test_strong_convexity_is_a_parabola_above_the_tangents():
    rng = np.random.default_rng(0)
    problem = random_quadratic(rng, np.array([0.3, 1.0, 4.0]))
    θ, φ = rng.normal(size=(2, 1000, 3))
    above = problem.loss(φ) - problem.loss(θ) - np.sum(problem.grad(θ) * (φ - θ), axis=-1)
    square = np.sum((φ - θ) ** 2, axis=-1)
    assert np.all(above >= 0.3 / 2 * square - 1e-12)
    assert np.any(above < 0.4 / 2 * square)


# ------------------------------------------------------------------ noise


def test_average_of_sgd_keeps_its_promise():
    """|θ| is convex and not smooth; gradients are signs, one in five of them wrong."""
    rng, M, D = np.random.default_rng(0), 1 / 0.6, 3.0
    for T in (10, 100, 1000):
        η = D / (M * np.sqrt(T))
        θ, total = np.full(4000, D), np.zeros(4000)
        for _ in range(T):
            total += θ
            right = rng.random(4000) < 0.8
            θ = θ - η * np.sign(θ) * np.where(right, 1, -1) / 0.6
        mean = np.mean(np.abs(total / T))
        assert 0.1 * D * M / np.sqrt(T) < mean <= D * M / np.sqrt(T)


def test_no_other_rate_promises_less():
    D, M, T = 2.0, 3.0, 50
    promise = lambda η: D**2 / (2 * η * T) + η * M**2 / 2  # noqa: E731
    best = D / (M * np.sqrt(T))
    assert np.isclose(promise(best), D * M / np.sqrt(T))
    assert np.all(promise(best * np.geomspace(0.01, 100, 101)) >= promise(best) * (1 - 1e-12))


@pytest.mark.parametrize("μ", [0.2, 1.0])
def test_weighted_average_keeps_its_promise(μ):
    rng, M2 = np.random.default_rng(0), μ**2 + 1
    θ, total = np.ones(4000), np.zeros(4000)
    for t in range(1, 501):
        total += t * θ
        η = 2 / (μ * (t + 1))
        θ = np.clip(θ - η * (μ * θ + rng.normal(size=4000)), -1, 1)
        if t in (5, 50, 500):
            average = 2 * total / (t * (t + 1))
            assert np.mean(μ / 2 * average**2) <= 2 * M2 / (μ * (t + 1))


def test_without_noise_at_the_minimum_sgd_converges_at_a_constant_rate():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(30, 5))
    X /= np.linalg.norm(X, axis=1, keepdims=True)  # each loss ½(x·θ)² is 1-smooth
    μ, η = np.linalg.eigvalsh(X.T @ X / 30)[0], 0.8
    θ = np.tile(rng.normal(size=5), (2000, 1))
    before = np.sum(θ**2, axis=-1).mean()
    for t in range(1, 61):
        x = X[rng.integers(30, size=2000)]
        θ = θ - η * np.sum(x * θ, axis=-1, keepdims=True) * x
        assert np.sum(θ**2, axis=-1).mean() <= (1 - η * μ) ** t * before * 1.02
    assert np.sum(θ**2, axis=-1).mean() > 1e-12


# ------------------------------------------------------------------ lower bounds


@pytest.mark.parametrize("d", [3, 21])
def test_the_chain_is_what_is_printed(d):
    problem, rng = chain(d), np.random.default_rng(0)
    for theta in rng.normal(size=(5, d)):
        assert np.isclose(problem.loss(theta), printed_chain(theta))
    np.testing.assert_allclose(problem.minimum, 1 - np.arange(1, d + 1) / (d + 1))
    assert np.isclose(problem.loss(problem.minimum), -(1 - 1 / (d + 1)) / 8)
    assert np.linalg.eigvalsh(problem.A)[-1] <= 1


@every_rule
@pytest.mark.parametrize("t", [1, 4, 20])
def test_no_rule_is_faster_than_the_chain_allows(kind, t):
    problem = chain(2 * t + 1)
    D2 = np.sum(problem.minimum**2)
    settings = [{"eps": e} for e in (1e-4, 1e-2, 1.0)]
    if kind is not Adadelta:
        settings = [{"lr": lr} for lr in (0.01, 0.1, 0.5, 1.0, 1.9)]
    for setting in settings:
        theta = descend(kind(**setting), problem, steps=t).theta
        for k in range(t + 1):
            assert not np.any(theta[k][k:]), "news travels one link a step"
        if len(theta) == t + 1:
            assert problem.excess(theta[t]) >= 3 * D2 / (32 * (t + 1) ** 2)


def test_the_grid_decides_whether_momentum_or_adamax_comes_nearer_to_the_bound():
    problem, lr = chain(101), np.geomspace(1e-3, 30, 120)
    coarse, fine = (
        np.nanmin(sweep(Momentum(), problem, 50, **grid).loss[-1])
        for grid in (
            {"lr": lr[60:], "momentum": np.linspace(0, 0.99, 34)[25:]},
            {"lr": np.linspace(3.4, 4, 13), "momentum": np.linspace(0.86, 0.9, 17)},
        )
    )
    for rates in (lr, np.geomspace(0.03, 1, 120)):
        adamax = np.nanmin(sweep(AdaMax(), problem, 50, lr=rates).loss[-1])
        assert fine < adamax < coarse


def test_the_best_that_the_first_coordinates_allow_is_close_to_the_bound():
    for t in (5, 50, 200):
        problem = chain(2 * t + 1)
        least = chain(t)
        over = least.loss(least.minimum) - problem.loss(problem.minimum)
        assert np.isclose(over, 1 / (16 * (t + 1)))
        bound = 3 * np.sum(problem.minimum**2) / (32 * (t + 1) ** 2)
        assert bound <= over < bound * (1 + 1 / t)


@pytest.mark.parametrize("κ", [4, 50])
def test_chain_with_curvature_keeps_a_constant_rate(κ):
    d = 600
    problem, root = chain(d, 1 / κ), q(κ)
    np.testing.assert_allclose(problem.minimum, root ** np.arange(1, d + 1), atol=1e-14)
    curvatures = np.linalg.eigvalsh(problem.A)
    assert 1 / κ <= curvatures[0] and curvatures[-1] <= 1
    D = np.linalg.norm(problem.minimum)
    rules = [SGD(1.0), NAG(1.0, root), Momentum(4 / (1 + κ**-0.5) ** 2, root**2)]
    for rule in rules:
        theta = descend(rule, problem, steps=40).theta
        left = np.linalg.norm(theta - problem.minimum, axis=-1)
        assert np.all(left >= root ** np.arange(41) * D * (1 - 1e-9))
    np.testing.assert_allclose(left, root ** np.arange(41) * D, rtol=1e-9, atol=1e-14)


# ------------------------------------------------------------------ Chebyshev, conjugate gradients


def chebyshev(L, μ, T):
    j = np.arange(1, T + 1)
    return 1 / ((L + μ) / 2 + (L - μ) / 2 * np.cos((2 * j - 1) * np.pi / (2 * T)))


@pytest.mark.parametrize("T", [1, 2, 5, 16])
@pytest.mark.parametrize("κ", [3, 100])
def test_chebyshevs_rates_keep_their_promise(T, κ):
    λ = np.linspace(1 / κ, 1, 4001)
    left = lambda η: np.abs(np.prod(1 - η[:, None] * λ, axis=0)).max()  # noqa: E731
    rates, root = chebyshev(1, 1 / κ, T), q(κ)
    promise = 2 * root**T / (1 + root ** (2 * T))
    assert np.isclose(left(rates), promise, rtol=1e-5)
    rng = np.random.default_rng(0)
    for size in (1e-3, 0.1, 1.0):
        others = rates * np.exp(size * rng.normal(size=(100, T)))
        assert min(left(other) for other in others) > promise * (1 - 1e-6)


def test_momentum_is_the_limit_of_chebyshevs_method():
    κ = 100.0
    z = (κ + 1) / (κ - 1)
    c = np.cosh(np.arange(200) * np.arccosh(z))
    γ, η = c[-3] / c[-1], 4 * c[-2] / ((1 - 1 / κ) * c[-1])
    assert np.isclose(γ, q(κ) ** 2) and np.isclose(η, 4 / (1 + κ**-0.5) ** 2)
    # and the three-term recurrence ends where Chebyshev's steps end
    problem = random_quadratic(np.random.default_rng(0), np.linspace(1 / κ, 1, 9))
    before = problem.start
    theta = before - 2 / (1 + 1 / κ) * problem.grad(before)
    for t in range(1, 12):
        γ, η = c[t - 1] / c[t + 1], 4 * c[t] / ((1 - 1 / κ) * c[t + 1])
        step = -η * problem.grad(theta) + γ * (theta - before)
        before, theta = theta, theta + step
    direct = problem.start
    for η in chebyshev(1, 1 / κ, 12):
        direct = direct - η * problem.grad(direct)
    np.testing.assert_allclose(theta, direct, rtol=1e-6)


def conjugate_gradients(problem, steps):
    theta, path = problem.start, [problem.start]
    g = problem.grad(theta)
    p = -g
    for _ in range(steps):
        theta = theta + (g @ g) / (p @ problem.A @ p) * p
        new = problem.grad(theta)
        p = -new + (new @ new) / (g @ g) * p
        g = new
        path.append(theta)
    return np.array(path)


def test_conjugate_gradients_are_the_best_of_the_span():
    problem = random_quadratic(np.random.default_rng(3), np.geomspace(0.01, 1, 12))
    path = conjugate_gradients(problem, 6)
    gradients = problem.grad(path)
    for t in range(1, 7):
        basis = np.linalg.qr(gradients[:t].T)[0]
        best = basis @ np.linalg.solve(basis.T @ problem.A @ basis, basis.T @ problem.b)
        np.testing.assert_allclose(path[t], best, atol=1e-8)
    products = gradients @ gradients.T
    assert np.abs(products - np.diag(np.diag(products))).max() < 1e-10


def test_conjugate_gradients_end_after_as_many_steps_as_there_are_curvatures():
    problem = random_quadratic(np.random.default_rng(4), np.array([1.0, 1, 3, 3, 3, 10]))
    path = conjugate_gradients(problem, 3)
    assert np.abs(problem.grad(path[3])).max() < 1e-12 < np.abs(problem.grad(path[2])).max()


# ------------------------------------------------------------------ RMSprop


class Waves(Problem):
    name, start = "waves", np.array([2.5, -2.0, 3.0])
    height = np.array([1.0, 0.3, 0.1])

    def loss(self, theta):
        return np.sum(self.height * (1 - np.cos(theta)), axis=-1)

    def grad(self, theta, batch=None):
        return self.height * np.sin(theta)


@pytest.mark.parametrize("γ", [0.5, 0.9, 0.999])
@pytest.mark.parametrize("η", [0.003, 0.1, 1.0])
@pytest.mark.parametrize("ε", [1e-8, 1e-2])
def test_rmsprop_keeps_its_promise(γ, η, ε):
    waves, T = Waves(), 300
    g = descend(RMSprop(η, γ, ε), waves, steps=T).gradient
    M, L, d = np.abs(g).max(), 1.0, 3
    tail = np.log(1 + M**2 / ε) / T + np.log(1 / γ)
    promise = waves.loss(waves.start) / (η * T) + η * L * d / (2 * (1 - γ)) * tail
    assert np.mean(np.sum(g**2, axis=-1)) <= np.sqrt(M**2 + ε) * promise


@pytest.mark.parametrize("T", [2, 30, 1000])
def test_with_falling_settings_the_promise_falls_like_a_root(T):
    M, ε, α, L, d, drop = 1.0, 1e-3, 0.7, 1.0, 3, 2.0
    η, γ = α / np.sqrt(T), 1 - 1 / T
    tail = np.log(1 + M**2 / ε) / T + np.log(1 / γ)
    promise = np.sqrt(M**2 + ε) * (drop / (η * T) + η * L * d / (2 * (1 - γ)) * tail)
    simple = drop / α + α * L * d / 2 * (2 + np.log(1 + M**2 / ε))
    assert 0.5 < promise / (np.sqrt(M**2 + ε) / np.sqrt(T) * simple) <= 1


def test_with_a_constant_memory_the_promise_falls_as_well():
    M, ε, α, L, d, drop, γ = 1.0, 1e-3, 0.7, 1.0, 3, 2.0, 0.9
    promise = {}
    for T in (100, 10_000, 1_000_000):
        η = α / np.sqrt(T)
        tail = np.log(1 + M**2 / ε) / T + np.log(1 / γ)
        promise[T] = np.sqrt(M**2 + ε) * (drop / (η * T) + η * L * d / (2 * (1 - γ)) * tail)
        g = descend(RMSprop(η, γ, ε), Waves(), steps=min(T, 3000)).gradient
        assert T > 3000 or np.mean(np.sum(g**2, axis=-1)) <= promise[T]
    assert promise[10_000] < promise[100] / 10 and promise[1_000_000] < promise[10_000] / 9.9
    # With a constant rate the floor of the promise is in proportion to it, whatever the memory.
    assert np.all(np.log(1 / np.linspace(0.01, 0.99, 99)) >= 1 - np.linspace(0.01, 0.99, 99))
