"""What the Schedule-Free chapter proves, on random instances."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from adaptive import SGD, ScheduleFree, descend
from adaptive.problems import NoisyQuadratic, Ravine
from tests.rules.reference import walk

seeds = pytest.mark.parametrize("seed", range(20))
Array = npt.NDArray[np.floating]


class Edges:
    """The largest of some affine functions: convex, with edges, and slopes that are known."""

    def __init__(self, rng: np.random.Generator, d: int = 3) -> None:
        self.w, self.c = rng.normal(size=(7, d)), rng.normal(size=7)
        # The minimum is at 0: the slopes there are balanced, and all functions are equal there.
        self.w = np.concatenate([self.w, -self.w.sum(axis=0, keepdims=True)])

    def loss(self, theta: Array) -> float:
        return float(np.max(self.w @ theta))

    def slope(self, theta: Array) -> Array:
        return np.asarray(self.w[np.argmax(self.w @ theta)])


def some_run(seed: int, steps: int = 60) -> tuple[ScheduleFree, Edges, dict[str, Any]]:
    """Return a random rule, a random convex loss, and a run with one gradient more than steps."""
    rng = np.random.default_rng(seed)
    beta = rng.choice([0.0, 1.0, rng.uniform()])
    rule, problem = ScheduleFree(rng.uniform(0.01, 0.5), beta), Edges(rng)
    theta = rng.normal(size=3)
    state = rule.init(theta)
    run: dict[str, Any] = {"theta": [theta], "z": [theta], "p": [], "g": []}
    for _ in range(steps + 1):
        run["p"].append(rule.lookahead(theta, state))
        run["g"].append(problem.slope(run["p"][-1]))
        theta, state = rule.step(theta, run["g"][-1], state)
        run["theta"].append(theta)
        run["z"].append(theta + state.u)
    return rule, problem, {name: np.array(found) for name, found in run.items()}


@seeds
def test_three_forms(seed: int) -> None:
    """The three points, one way between them, and momentum that looks ahead, on any gradients."""
    rng = np.random.default_rng(seed)
    lr, beta, theta = rng.uniform(0.1, 2), rng.uniform(), rng.normal(size=4)
    rule, gradients = ScheduleFree(lr, beta), rng.normal(size=(40, 4))
    x, z, before, old = theta, theta, np.zeros(4), theta
    state = rule.init(theta)
    for t, g in enumerate(gradients, start=1):
        p = (1 - beta) * z + beta * x
        np.testing.assert_allclose(rule.lookahead(theta, state), p, rtol=1e-10, atol=1e-12)
        if t >= 2:
            ahead = old + (1 - beta) * (t - 2) * before
            np.testing.assert_allclose(ahead, p, rtol=1e-10, atol=1e-12)
        z = z - lr * g
        x = (1 - 1 / t) * x + z / t
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(theta, x, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(state.u, z - x, rtol=1e-10, atol=1e-12)
        step = theta - old
        if t >= 2:
            expected = (1 - 2 / t) * before - lr / t * g
            np.testing.assert_allclose(step, expected, rtol=1e-9, atol=1e-12)
        old, before = theta, step


@seeds
def test_its_two_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    lr, noise = rng.uniform(0.01, 0.15), list(rng.normal(size=(50, 2)))
    problem = NoisyQuadratic([1, 10])
    plain = descend(SGD(lr), problem, steps=50, batches=noise).theta
    polyak = descend(ScheduleFree(lr, 0.0), problem, steps=50, batches=noise)
    newest = polyak.theta + polyak.state["u"]
    np.testing.assert_allclose(newest[1:], plain[1:], rtol=1e-9, atol=1e-12)
    means = np.cumsum(plain[1:], axis=0) / np.arange(1, 51)[:, None]
    np.testing.assert_allclose(polyak.theta[1:], means, rtol=1e-9, atol=1e-12)
    primal = descend(ScheduleFree(lr, 1.0), problem, steps=50, batches=noise)
    at_the_mean = problem.grad(primal.theta[:-1]) + noise
    np.testing.assert_allclose(primal.gradient, at_the_mean, rtol=1e-9, atol=1e-12)
    other = descend(ScheduleFree(lr, rng.uniform()), problem, steps=50, batches=noise)
    np.testing.assert_array_equal(other.theta[:3], polyak.theta[:3])
    assert not np.allclose(other.theta[3], polyak.theta[3])


@seeds
def test_one_step_on_a_line(seed: int) -> None:
    _, problem, run = some_run(seed)
    for t in range(1, 60):
        p = run["p"][t]
        left = t * problem.loss(run["theta"][t]) - (t - 1) * problem.loss(run["theta"][t - 1])
        for goal in (np.zeros(3), p, np.array([1.0, -2.0, 0.5])):
            right = problem.loss(goal) + run["g"][t] @ (run["z"][t] - goal)
            assert left <= right + 1e-10


@seeds
def test_the_loss_of_the_mean(seed: int) -> None:
    rule, problem, run = some_run(seed)
    most = np.linalg.norm(run["g"], axis=1).max()
    far = np.linalg.norm(run["theta"][0])
    assert problem.loss(np.zeros(3)) == 0
    for T in (1, 2, 5, 20, 60):
        bound = (far**2 / (2 * rule.lr) + rule.lr * (T + 1) * most**2 / 2) / T
        assert problem.loss(run["theta"][T]) <= bound * (1 + 1e-12)


@pytest.mark.parametrize("c", [0.1, 0.5, 1.0, 3.0])
def test_the_bound_at_a_multiple_of_its_best_rate(c: float) -> None:
    far, most, T = 2.0, 3.0, 50
    lr = c * far / (most * np.sqrt(T + 1))
    bound = (far**2 / (2 * lr) + lr * (T + 1) * most**2 / 2) / T
    best = far * most * np.sqrt(T + 1) / T
    assert bound == pytest.approx(best * (c + 1 / c) / 2)


def test_beyond_zero_to_one_the_lemma_fails() -> None:
    """So the condition on β is one: with β = 3 a step of the lemma is wrong on some instance."""
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        problem, beta = Edges(rng), 3.0
        x = z = old = rng.normal(size=3)
        for t in range(1, 30):
            p = (1 - beta) * z + beta * x
            g = problem.slope(p)
            left = t * problem.loss(x) - (t - 1) * problem.loss(old)
            found.append(t > 1 and left > g @ z + 1e-9)
            z = z - 0.3 * g
            old, x = x, x + (z - x) / (t + 1)
    assert any(found)


@seeds
def test_where_it_becomes_unstable(seed: int) -> None:
    """On a quadratic, near 2/(h (1 - β)): ten per cent below it ends, ten above it does not."""
    rng = np.random.default_rng(seed)
    h, beta = rng.uniform(0.5, 20), rng.uniform(0, 0.95)
    edge = 2 / (h * (1 - beta))
    for lr in (0.9 * edge, 1.1 * edge):
        rule, theta = ScheduleFree(lr, beta), np.ones(1)
        state = rule.init(theta)
        for _ in range(1500):
            theta, state = rule.step(theta, h * rule.lookahead(theta, state), state)
        assert (abs(theta[0]) < 0.01) == (lr < edge)


@seeds
def test_what_a_step_allows(seed: int) -> None:
    """The eigenvalues of one step, as a matrix that the rule itself makes, cross 1 at the edge."""
    rng = np.random.default_rng(seed)
    h, t = rng.uniform(0.5, 20), int(rng.integers(1, 60)) if seed else 1
    edges = []
    for beta in (0.0, rng.uniform(), 1.0):
        edge = (4 * t - 2) / (1 + 2 * (t - 1) * (1 - beta))
        edges.append(edge)
        for share in (0.01, 0.5, 0.999, 1.001, 2.0):
            rule, columns = ScheduleFree(share * edge / h, beta), []
            for theta, u in np.eye(2):
                q = u - rule.lr * h * (theta + (1 - beta) * u)
                step, u = rule.update(h * (theta + (1 - beta) * u), t, u)
                assert step == pytest.approx(q / t)
                columns.append([theta + step, u])
            size = np.abs(np.linalg.eigvals(np.array(columns).T)).max()
            assert (size < 1) == (share < 1)
    assert edges == sorted(edges) and edges[0] == pytest.approx(2)


@seeds
def test_where_a_run_turns(seed: int) -> None:
    """With β = 0.9 a run without noise is largest before its step allows the rate, not later."""
    rng = np.random.default_rng(seed)
    a, t = rng.uniform(3, 19), np.arange(1, 1001)
    rule, theta, sizes = ScheduleFree(a, 0.9), np.ones(1), []
    state = rule.init(theta)
    for _ in t:
        theta, state = rule.step(theta, rule.lookahead(theta, state), state)
        sizes.append(abs(theta[0]))
    allowed = t[(4 * t - 2) / (1 + 2 * (t - 1) * 0.1) > a][0]
    assert np.argmax(sizes) + 1 <= allowed and max(sizes) > 1 > sizes[-1]


@seeds
def test_without_noise_one_half_is_gradient_descent_with_half_of_the_rate(seed: int) -> None:
    """In exact arithmetic, step by step from the second on; and another β is not."""
    rng = np.random.default_rng(seed)
    rate, h = Fraction(int(rng.integers(1, 60)), 10), Fraction(int(rng.integers(1, 50)), 10)
    same = []
    for beta in (Fraction(1, 2), Fraction(9, 10)):
        theta, u, path = Fraction(1), Fraction(0), [Fraction(1)]
        for t in range(1, 31):
            q = u - rate * h * (theta + (1 - beta) * u)
            theta, u = theta + q / t, (1 - Fraction(1, t)) * q
            path.append(theta)
        shrunk = [(1 - rate * h / 2) * before for before in path[1:-1]]
        same.append(shrunk == path[2:])
    assert path[1] == 1 - rate * h
    # Where ηh = 1 the first step ends at the minimum, and nothing moves from there.
    assert same == [True, rate * h == 1]


@seeds
def test_so_it_is_in_more_coordinates_and_with_the_minimum_elsewhere(seed: int) -> None:
    rng = np.random.default_rng(seed)
    root = rng.integers(-5, 6, (3, 3))
    hessian, minimum = root @ root.T + np.eye(3, dtype=int), rng.integers(-9, 10, 3)
    rate, half = Fraction(int(rng.integers(1, 60)), 10), Fraction(1, 2)
    theta, u = np.array([Fraction(int(value)) for value in rng.integers(-9, 10, 3)]), 0
    for t in range(1, 13):
        q = u - rate * (hessian @ (theta + half * u - minimum))
        before, theta, u = theta, theta + q / t, (1 - Fraction(1, t)) * q
        if t > 1:
            assert np.all(theta == before - rate / 2 * (hessian @ (before - minimum)))


def test_rounding_is_forgotten_more_slowly_than_one_half_would_shrink() -> None:
    rule, theta = ScheduleFree(0.3, 0.5), np.ones(1)
    state = rule.init(theta)
    for _ in range(4000):
        theta, state = rule.step(theta, rule.lookahead(theta, state), state)
    assert 1e-25 < abs(theta[0]) < 1e-18 and 0.85**3999 < 1e-280


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.8, 0.9])
def test_how_a_disturbance_falls(beta: float) -> None:
    """Once the run has settled, by the factor 2 to the power of 1/(1 - β) in twice the steps."""
    rule, theta, sizes = ScheduleFree(0.8, beta), np.ones(1), []
    state = rule.init(theta)
    for t in range(16_000):
        theta, state = rule.step(theta, rule.lookahead(theta, state), state)
        theta = theta + (t == 10)
        sizes.append(abs(theta[0]))
    assert np.log2(sizes[7999] / sizes[15999]) == pytest.approx(1 / (1 - beta), rel=0.03)


@seeds
def test_noise_in_a_running_average(seed: int) -> None:
    """By the equations of its moments, and by those of the pair (θ, a) as one linear step."""
    rng = np.random.default_rng(seed)
    q, b = rng.uniform(-0.9, 0.95), rng.uniform(0, 0.98)
    step = np.array([[q, 0.0], [(1 - b) * q, b]])
    pushed = np.array([[1.0], [1 - b]])
    moments = np.linalg.solve(np.eye(4) - np.kron(step, step), (pushed @ pushed.T).ravel())
    share = moments[3] / moments[0]
    assert share == pytest.approx((1 - b) * (1 + b * q) / ((1 + b) * (1 - b * q)))


def test_an_average_no_longer_than_the_memory_leaves_half_of_the_noise() -> None:
    q = np.linspace(0, 1, 100, endpoint=False)[:, None]
    b = q * np.linspace(0, 1, 101)
    share = (1 - b) * (1 + b * q) / ((1 + b) * (1 - b * q))
    assert share.min() >= 0.5
    assert (np.diff(share, axis=1) <= 0).all()
    # Where ηh is above 1, q is below 0, and a shorter memory leaves less than half.
    assert (1 - 0.3) * (1 - 0.3 * 0.5) / ((1 + 0.3) * (1 + 0.3 * 0.5)) < 0.4


def test_the_weights_of_a_warm_up() -> None:
    squares = (np.arange(1, 11) / 10) ** 2
    assert squares.sum() == pytest.approx(3.85)
    assert squares.sum() / (squares.sum() + 90) == pytest.approx(0.041, abs=5e-4)


def test_theta_is_what_a_run_without_noise_ends_at() -> None:
    path = descend(ScheduleFree(lr=0.4), Ravine(condition=20), steps=400)
    assert path.loss[-1] < 1e-4 * path.loss[0]
    gradients = path.gradient
    ends = [theta for theta, _ in walk(ScheduleFree(lr=0.4), path.theta[0], gradients)]
    np.testing.assert_allclose(ends, path.theta[1:], rtol=1e-12, atol=1e-14)
