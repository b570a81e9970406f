"""What the chapter on schedules proves, in numbers."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import SGD, Adam, scheduled
from adaptive.schedules import Constant, Linear


@pytest.mark.parametrize(("η", "h"), [(0.1, 1), (0.1, 10), (1.5, 1), (0.01, 3)])
def test_floor_of_a_constant_rate(η: float, h: float) -> None:
    """The mean square after many steps, worked out step by step, from a start at 5."""
    square = 25.0
    for _ in range(4000):
        square = (1 - η * h) ** 2 * square + η**2 * 0.7**2
    assert h * square / 2 == pytest.approx(η * 0.7**2 / (2 * (2 - η * h)))


def test_a_rate_beyond_has_no_floor() -> None:
    square = 1.0
    for _ in range(100):
        square = (1 - 2.1) ** 2 * square + 2.1**2
    assert square > 1e6


@pytest.mark.parametrize("T", [1, 2, 7, 60])
@pytest.mark.parametrize("seed", range(6))
def test_last_iterate_with_linear_decay(T: int, seed: int) -> None:
    """The bound, both sums of the proof, and the last point as the mean of the z."""
    rng = np.random.default_rng(seed)
    A, θ = rng.normal(size=(8, 4)), rng.normal(size=4)
    M, D, N = np.linalg.norm(A, axis=1).max(), np.linalg.norm(θ), T + 1
    c = D / (M * np.sqrt(N))
    rule = scheduled(SGD(lr=c * T / N), Linear(T=T))
    state, points, slopes = rule.init(θ), [θ], []
    for t in range(N):
        i = np.abs(A @ points[-1]).argmax()
        slopes.append(np.sign(A[i] @ points[-1]) * A[i])
        if t < T:
            θ, state = rule.step(points[-1], slopes[-1], state)
            points.append(θ)
    x, g = np.array(points), np.array(slopes)
    q = np.abs(x @ A.T).max(axis=1)
    assert q[-1] <= D * M / np.sqrt(N)
    a = [N / ((N - t) * (N - t + 1)) for t in range(1, N)]
    means = sum(a[t] * (q[t:] - q[t]).sum() for t in range(N - 1))
    assert N * q[-1] == pytest.approx(q.sum() + means)
    z = [x[k] + sum(a[t] * (x[k] - x[t]) for t in range(k)) for k in range(N)]
    np.testing.assert_allclose(np.diff(z, axis=0), -c * g[:-1], atol=1e-12)
    np.testing.assert_allclose(x[-1], np.mean(z, axis=0), atol=1e-12)
    assert N * q[-1] <= np.sum(g * z) + 1e-12
    assert np.sum(g * z) <= D * M * np.sqrt(N) + 1e-12


def test_the_bound_is_reached() -> None:
    """In N coordinates a method that sees gradients alone can be held at the bound."""
    T = 5
    N = T + 1
    θ, c = np.zeros(N), 1 / np.sqrt(N)
    rule = scheduled(SGD(lr=c * T / N), Linear(T=T))
    state = rule.init(θ)
    for t in range(T):  # the largest coordinate that it has not seen: J = max θ
        θ, state = rule.step(θ, np.eye(N)[t], state)
    # The minimum of max θ on the ball of radius 1 is -1/√N, and θ[N-1] is still 0.
    assert θ.max() == 0
    assert θ.max() - -1 / np.sqrt(N) == pytest.approx(1 / np.sqrt(N))


@pytest.mark.parametrize("β1", [0.5, 0.9])
def test_first_steps_of_adam_along_noise(β1: float) -> None:
    weights = np.zeros(0)
    for t in range(1, 60):
        weights = np.append(weights * β1, 1 - β1)
        formula = (1 - β1) / (1 + β1) * (1 + β1**t) / (1 - β1**t)
        assert np.sum(weights**2) / (1 - β1**t) ** 2 == pytest.approx(formula)
    first, _ = Adam(lr=1.0, eps=0.0).step(np.zeros(2), np.array([3.0, -1e-3]), Adam().init([0, 0]))
    np.testing.assert_allclose(first, [-1, 1])


@pytest.mark.parametrize("β2", [0.99, 0.999])
def test_radam_is_near_a_ramp(β2: float) -> None:
    most = 2 / (1 - β2) - 1
    t = np.arange(1, 20 / (1 - β2))
    ρ = most - 2 * t * β2**t / (1 - β2**t)
    assert t[ρ > 4][0] == 5
    kept = t[ρ > 4]
    ρ = ρ[ρ > 4]
    r = np.sqrt((ρ - 4) * (ρ - 2) * most / ((most - 4) * (most - 2) * ρ))
    assert np.all(np.diff(r) > 0)
    assert r[-1] == pytest.approx(1, abs=1e-3)
    assert np.abs(r - Constant(warmup=2 / (1 - β2))(kept)).max() < 0.24


@pytest.mark.parametrize("start", [0.1, 3.0, -10.0, 200.0])
def test_gradient_descent_and_clipping_on_a_quartic(start: float) -> None:
    def run(η: float, c: float, steps: int = 4000) -> float:
        x, before = start, np.inf
        for _ in range(steps):
            g = x**3
            x -= η * g * min(1, c / abs(g)) if g else 0.0
            if abs(x) > before * 1.0000001 and abs(x) > 1e3 * abs(start):
                return np.inf
            before = abs(x)
        return abs(x)

    limit = 2 / start**2
    assert run(0.99 * limit, np.inf) < 0.9 * abs(start)
    assert run(1.01 * limit, np.inf) == np.inf
    assert run(limit, np.inf, steps=10) == pytest.approx(abs(start))
    for c in (0.1, 1.0, 8.0):
        assert run(1.9 / c ** (2 / 3), c) < 0.2 * max(1, abs(start) / 20)


@pytest.mark.parametrize("c", [0.1, 1.0, 8.0])
@pytest.mark.parametrize("above", [2.0, 2.1, 5.0])
def test_a_clip_that_is_too_large_leaves_a_cycle(c: float, above: float) -> None:
    η = above / c ** (2 / 3)
    x = start = η * c / 2
    for _ in range(2):
        g = x**3
        x, before = x - η * g * min(1, c / abs(g)), x
        assert x == pytest.approx(-before, rel=1e-12)
    assert x == pytest.approx(start, rel=1e-12)


def test_curvature_of_the_quartic_is_bounded_by_its_slope() -> None:
    x = np.linspace(-50, 50, 100_001)
    gap = 4 + np.abs(x) ** 3 - 3 * x**2
    np.testing.assert_allclose(gap, (np.abs(x) - 2) ** 2 * (np.abs(x) + 1), rtol=1e-9, atol=1e-9)
    assert gap.min() >= -1e-9
