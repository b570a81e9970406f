"""What the Adagrad chapter proves, on random instances."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Adagrad, Momentum, descend, sweep
from adaptive.problems import (
    Circles,
    MovingTarget,
    NoisyQuadratic,
    Ravine,
    Rescaled,
    SparseFeatures,
    compute_loss,
)

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
    assert s[-1] > eta * curvature / 2
    end = np.flatnonzero(abs(x) > 1e-8)[-1]
    if 50 < end < 399:
        assert x[end] / x[end - 1] == pytest.approx(1 - eta * curvature / s[-1], rel=1e-3)


@pytest.mark.parametrize("share", [0.55, 0.7, 0.95])
def test_the_rate_may_level_off_between_one_and_two_over_the_curvature(share: float) -> None:
    """Where √(G + ε) ends between ηλ/2 and ηλ, the run alternates and converges all the same."""
    eta, curvature = 1.0, 2.0
    bowl = Rescaled(MovingTarget([[0.0]], noise=0), loss_by=curvature)
    path = descend(Adagrad(eta, (share * eta * curvature) ** 2), bowl, [1e-4], steps=200)
    x, s = path.theta[:, 0], np.sqrt(path.state["G"][-1, 0] + path.rule.eps)
    assert eta * curvature / 2 < s < eta * curvature
    factor = 1 - eta * curvature / s
    assert -1 < factor < 0
    end = np.flatnonzero(abs(x) > 1e-12)[-1]
    assert x[end] / x[end - 1] == pytest.approx(factor, rel=1e-6)


@pytest.mark.parametrize("sigma", [0.1, 1, 30])
def test_under_noise_the_rate_falls_like_one_over_root_t(sigma: float) -> None:
    g = sigma * np.random.default_rng(0).normal(size=(4000, 50))
    G = run(Adagrad(), g, np.zeros(50))[1]
    t = np.arange(1, 4001)[:, None]
    ratio = np.sqrt(G).mean(axis=1, keepdims=True) / (sigma * np.sqrt(t))
    np.testing.assert_allclose(ratio[[99, 999, 3999]], 1, rtol=0.03)


@pytest.mark.parametrize("seed", SEEDS)
def test_tangents_bound_the_regret(seed: int) -> None:
    """The regret is at most that of the tangents, as the losses are convex."""
    rng, circles = np.random.default_rng(seed), Circles()
    best, batches = rng.normal(size=6), [rng.integers(826, size=4) for _ in range(60)]
    path = descend(Adagrad(0.5), circles, rng.normal(size=6), steps=60, batches=batches)
    rows = [(circles.X[batch], circles.y[batch]) for batch in batches]
    pairs = list(zip(rows, path.theta[:-1], strict=True))
    regret = sum(compute_loss(X, y, w) - compute_loss(X, y, best) for (X, y), w in pairs)
    assert regret <= np.sum(path.gradient * (path.theta[:-1] - best))


@pytest.mark.parametrize("seed", SEEDS)
def test_account_of_one_coordinate(seed: int) -> None:
    """Σ g x = (x₀² - x_T²)/2h + h/2 Σ g²; the best rate in hindsight is D/√Σg²."""
    rng = np.random.default_rng(seed)
    g, h, start = rng.standard_cauchy(50), 10 ** rng.uniform(-2, 1), rng.normal()
    x = start - h * np.concatenate([[0], np.cumsum(g)])
    paid = (start**2 - x[-1] ** 2) / (2 * h) + h / 2 * np.sum(g**2)
    assert np.sum(g * x[:-1]) == pytest.approx(paid, rel=1e-9, abs=1e-9 * np.sum(g**2))
    D = abs(start)
    rates = D / np.sqrt(np.sum(g**2)) * np.array([1, 0.9, 1.1, 10**-0.5, 10**0.5])
    bound = D**2 / (2 * rates) + rates / 2 * np.sum(g**2)
    assert bound.argmin() == 0
    assert bound[0] == pytest.approx(D * np.sqrt(np.sum(g**2)))


@pytest.mark.parametrize("seed", SEEDS)
def test_separate_roots_are_at_most_a_shared_one(seed: int) -> None:
    G = 10 ** np.random.default_rng(seed).uniform(-6, 6, size=7)
    assert np.sqrt(G).sum() <= np.sqrt(7 * G.sum())
    assert np.sqrt(np.full(7, 3.0)).sum() == pytest.approx(np.sqrt(7 * 21))


def test_variance_falls_like_one_over_root_t() -> None:
    """Around a target that stands still: ησ / (2λ √t)."""
    noisy = NoisyQuadratic(np.full(20_000, 2.0), noise=0.5)
    path = descend(Adagrad(0.3), noisy, np.zeros(20_000), steps=1600, rng=1)
    for t in (400, 1600):
        assert path.theta[t].var() == pytest.approx(0.3 * 0.5 / (2 * 2 * np.sqrt(t)), rel=0.1)


@pytest.mark.parametrize("sigma", [0.5, 2.0])
def test_after_so_many_steps_it_cannot_follow(sigma: float) -> None:
    """At t = (ηW/σ)², W steps at the rate of the curvature 1 cover 1 - 1/e of a jump."""
    eta, W = 2.0, 50
    rule, t = Adagrad(eta), round((2.0 * W / sigma) ** 2)
    gradients = sigma * np.resize([1.0, -1.0], t)[:, None]
    state = rule.init(np.zeros(1))._replace(t=t, G=np.sum(gradients**2, axis=0))
    target = MovingTarget([[1.0]], noise=0)
    path = descend(rule, target, np.zeros(1), steps=W, state=state)
    assert 1 - path.theta[-1, 0] == pytest.approx(np.exp(-1), rel=0.03)


class Boxed(Circles):
    """The circles task with each weight kept within 2 of zero."""

    def project(self, theta: Any) -> Any:
        return np.clip(theta, -2, 2)


@pytest.mark.parametrize("eta", [0.1, 1.0, 20.0])
def test_the_mean_of_the_points_is_as_good_as_the_regret(eta: float) -> None:
    """In a box the bound on the regret holds with its lengths, and bounds the mean's excess."""
    boxed, T = Boxed(), 300
    ideal = np.clip(descend(Adagrad(1.0), boxed, steps=400, batches=[None] * 400).theta[-1], -2, 2)
    excess, bounds = [], []
    for seed in range(12):
        path = descend(Adagrad(eta), boxed, ideal * 0, steps=T, rng=seed)
        assert abs(path.theta).max() <= 2
        root = np.sqrt(path.state["G"][-1] + path.rule.eps)
        bounds.append(((4**2 / (2 * eta) + eta) * root).sum() / T)
        paid = np.sum(path.gradient * (path.theta[:-1] - ideal)) / T
        assert paid <= bounds[-1]
        excess.append(boxed.loss(path.theta[:-1].mean(axis=0)) - boxed.loss(ideal))
    assert np.mean(excess) <= np.mean(bounds)


def test_going_back_to_the_box_is_not_going_away() -> None:
    """In one coordinate: x² after a step and the way back is at most that after the step."""
    rng = np.random.default_rng(0)
    low, high = -rng.random(1000), rng.random(1000)
    ideal, moved = rng.uniform(low, high), rng.normal(size=1000) * 3
    assert (abs(np.clip(moved, low, high) - ideal) <= abs(moved - ideal)).all()


@pytest.mark.parametrize(("square", "millions"), [(1.0, 16.8), (1.01, 25.2), (1.5, 18.2)])
def test_a_sum_in_float32_comes_to_rest(square: float, millions: float) -> None:
    """Equal squares no longer count after 17 to 25 million steps, at 3 to 6 · 10⁻⁸ of the sum."""
    sums = np.cumsum(np.full(26_000_000, square, np.float32), dtype=np.float32)
    last = np.argmax(sums == sums[-1])
    assert (last + 1) / 1e6 == pytest.approx(millions, abs=0.1)
    assert 2.9e-8 < square / sums[-1] < 6.1e-8


def test_of_the_bad_start_on_the_circles_the_second_step_does_most() -> None:
    """The first step is η long in each coordinate; the second lifts the loss further than it."""
    path = descend(Adagrad(**Adagrad.on_circles), Circles(), rng=1, steps=4)
    assert np.allclose(abs(path.theta[1] - path.theta[0]), Adagrad.on_circles["lr"])
    first, second = np.diff(path.loss)[:2]
    assert 0 < 3 * first < second
    assert path.loss.argmax() == 2


@pytest.mark.parametrize("angle", [0, 10, 45])
def test_the_rate_for_the_worst_start_is_not_quite_the_best_for_the_median(angle: int) -> None:
    """On the ravines of fig-adagrad-rotation another rate needs 67 or 68 steps instead of 70."""
    directions = np.random.default_rng(0).uniform(0, 2 * np.pi, 40)
    starts = 3 * np.stack([np.cos(directions), np.sin(directions)], axis=-1)
    runs = sweep(SGD(), Ravine(20, angle), 100, starts, keep="path", lr=[2 / 21, 0.0938])
    usual, better = np.median(runs.steps_to(1e-3), axis=-1)
    assert usual == 70
    assert 67 <= better <= 68


def test_momentum_learns_rare_features_as_sgd_does_at_the_rate_that_corresponds() -> None:
    """On other seeds than the chapter's its best rate moves, and with it what is missing."""
    sparse, missing = SparseFeatures(), []
    grid = np.geomspace(0.01, 10, 25)
    for first in (100, 200):
        look: dict[str, Any] = {"rng": list(range(first, first + 20)), "lr": grid}
        found = []
        for kind in (SGD, Momentum, NAG):
            runs = sweep(kind(), sparse, 500, **look)
            error = np.median(abs(runs.theta[-1] / sparse.weights - 1), axis=1)
            found.append(error[:, -5:].mean(axis=1))
            if kind is Momentum:
                missing.append(found[-1][np.median(runs.loss[-1], axis=-1).argmin()])
        for rate in (15, 16):
            at = [found[0][rate], *(each[rate - 8] for each in found[1:])]
            assert grid[rate - 8] == pytest.approx(0.1 * grid[rate])
            assert np.ptp(at) < 0.02
    assert np.round(missing, 2).tolist() == [0.54, 0.73]


def test_ten_times_as_far_without_the_root_takes_more_than_the_tenth_power() -> None:
    """Steps of η/t: after T¹⁰ steps the distance is still less than ten times that after T."""
    distance = np.cumsum(1 / np.arange(1.0, 4**10 + 1))
    for steps in (2, 3, 4):
        assert distance[steps**10 - 1] < 10 * distance[steps - 1]
