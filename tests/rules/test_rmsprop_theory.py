"""What the chapter proves about RMSprop, over random gradients and settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adaptive import Adadelta, RMSprop, descend, sweep
from adaptive.compare import mean_difference
from adaptive.problems import Circles, MovingTarget, NoisyQuadratic, Ravine

RUNS, STEPS = 500, 80


@pytest.fixture(params=range(3))
def case(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return random decays, and gradients over many orders of magnitude."""
    rng = np.random.default_rng(request.param)
    sizes = np.exp(rng.uniform(0, 3, RUNS) * rng.normal(size=(STEPS, RUNS)))
    return {"rho": rng.uniform(0.01, 0.99, RUNS), "g": rng.normal(size=(STEPS, RUNS)) * sizes}


def moves(rule: RMSprop, gradients: Any) -> tuple[Any, Any]:
    """Return each step, and the average after it."""
    state, steps, averages = rule.init(np.zeros(np.shape(gradients)[1:])), [], []
    for g in gradients:
        moved, state = rule.step(np.zeros_like(g), g, state)
        steps.append(moved)
        averages.append(state.Eg2)
    return np.array(steps), np.array(averages)


def test_a_step_depends_on_the_surprise_only(case: dict[str, Any]) -> None:
    rho, g = case["rho"], case["g"]
    steps, averages = moves(RMSprop(lr=0.3, rho=rho, eps=0), g)
    before = np.concatenate([np.zeros((1, RUNS)), averages[:-1]])
    expected = -0.3 * np.sign(g) / np.sqrt(1 - rho + rho * before / g**2)
    np.testing.assert_allclose(steps, expected, rtol=1e-12)
    assert np.all(np.abs(steps) <= 0.3 / np.sqrt(1 - rho) * (1 + 1e-12))
    np.testing.assert_allclose(np.abs(steps[0]), 0.3 / np.sqrt(1 - rho), rtol=1e-12)


def test_without_memory_it_is_sign_descent(case: dict[str, Any]) -> None:
    steps, _ = moves(RMSprop(lr=0.3, rho=0, eps=0), case["g"])
    np.testing.assert_allclose(steps, -0.3 * np.sign(case["g"]), rtol=1e-15)
    nearly, _ = moves(RMSprop(lr=0.3, rho=1e-14, eps=0), case["g"][:2])
    np.testing.assert_allclose(nearly, steps[:2], rtol=1e-3)


def test_the_mean_square_of_the_steps_is_bounded(case: dict[str, Any]) -> None:
    rho = case["rho"]
    steps, averages = moves(RMSprop(lr=0.3, rho=rho, eps=0), case["g"])
    mean = np.mean((steps[1:] / 0.3) ** 2, axis=0)
    bound = (1 - rho * (averages[0] / averages[-1]) ** (1 / (STEPS - 1))) / (1 - rho)
    assert np.all(mean <= bound * (1 + 1e-12))
    assert np.all(bound < 1 / (1 - rho))


def test_the_bound_is_reached_by_equal_steps() -> None:
    """Gradients whose surprise is always the same: E[g²] grows by one factor a step."""
    factor = 1.7
    g = np.sqrt(factor) ** np.arange(400.0)[:, None]
    rho = 0.9
    steps, averages = moves(RMSprop(lr=1, rho=rho, eps=0), g)
    tail, first, last = steps[200:, 0] ** 2, averages[199, 0], averages[-1, 0]
    bound = (1 - rho * (first / last) ** (1 / len(tail))) / (1 - rho)
    assert tail.mean() == pytest.approx(bound, rel=1e-12)


@pytest.mark.parametrize("rho", [0.3, 0.5, 0.9, 0.97])
@pytest.mark.parametrize("curvature", [0.01, 1, 30])
def test_it_ends_in_the_dance(rho: float, curvature: float) -> None:
    """From half η to the other side and back, whatever γ and the curvature."""
    problem = NoisyQuadratic(curvatures=[curvature], noise=0)
    path = descend(RMSprop(lr=0.1, rho=rho, eps=0), problem, [0.83], steps=3000)
    np.testing.assert_allclose(np.abs(path.theta[-10:, 0]), 0.05, rtol=1e-9)
    np.testing.assert_allclose(np.diff(np.sign(path.theta[-10:, 0])) ** 2, 4)


@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_deviations_from_the_dance_follow_the_matrix(rho: float) -> None:
    problem = NoisyQuadratic(curvatures=[2.0], noise=0)
    rule = RMSprop(lr=0.1, rho=rho, eps=0)
    state = rule.init(np.zeros(1))._replace(t=1, Eg2=np.array([0.01]) * np.exp(2e-6))
    path = descend(rule, problem, [0.05 * np.exp(1e-6)], steps=20, state=state)
    matrix = np.array([[2 * rho - 1, -rho], [2 * (1 - rho), rho]])
    expected = np.linalg.matrix_power(matrix, 20) @ [1e-6, 2e-6]
    found = [np.log(abs(path.theta[-1, 0]) / 0.05), np.log(path.state["Eg2"][-1, 0] / 0.01)]
    np.testing.assert_allclose(found, expected, atol=1e-10)
    assert np.linalg.det(matrix) == pytest.approx(rho)
    assert np.abs(np.linalg.eigvals(matrix)).max() == pytest.approx(np.sqrt(rho))


@pytest.mark.parametrize(("ratio", "settles"), [(0.3, True), (0.95, True), (1.05, False)])
@pytest.mark.parametrize("curvature", [0.5, 20])
@pytest.mark.parametrize("start", [1e-2, 3, 200])
def test_epsilon_decides_whether_it_settles(
    ratio: float, settles: bool, curvature: float, start: float
) -> None:
    """From each start, and at the limit itself the distance still falls in each step."""
    problem = NoisyQuadratic(curvatures=[curvature], noise=0)
    lr = 2 * 1e-1 / curvature
    rule = RMSprop(lr=ratio * lr, eps=1e-2)
    path = descend(rule, problem, [start * lr], steps=2000)
    assert (abs(path.theta[-1, 0]) < 1e-12) == settles
    distance = abs(descend(RMSprop(lr=lr, eps=1e-2), problem, [start * lr], steps=2000).theta)
    assert (np.diff(distance, axis=0) <= 0).all()
    assert distance[-1] < 0.2 * lr


def test_without_memory_it_keeps_its_distance_from_the_dance() -> None:
    """At γ = 0 a start at 0.525 η goes on between 0.525 η and -0.475 η."""
    problem = NoisyQuadratic(curvatures=[1.0], noise=0)
    path = descend(RMSprop(lr=0.1, rho=0, eps=0), problem, [0.0525], steps=1000)
    np.testing.assert_allclose(path.theta[:, 0], np.resize([0.0525, -0.0475], 1001), rtol=1e-9)


def test_under_noise_it_rests_where_gradient_descent_with_the_rate_over_sigma_does() -> None:
    problem = NoisyQuadratic(curvatures=np.full(4000, 2.0), noise=3.0)
    runs = sweep(RMSprop(), problem, 1500, np.zeros(4000), rng=1, lr=[0.005, 0.02])
    variance = np.mean(runs.theta[-1] ** 2, axis=-1)
    np.testing.assert_allclose(variance, np.array([0.005, 0.02]) * 3 / (2 * 2), rtol=0.1)


def test_curvatures_along_the_axes_do_not_matter() -> None:
    paths = [descend(RMSprop(lr=0.1, eps=0), Ravine(κ), steps=100).theta for κ in (1, 16, 1024)]
    np.testing.assert_array_equal(paths[1], paths[0])
    np.testing.assert_array_equal(paths[2], paths[0])
    turned = descend(RMSprop(lr=0.1, eps=0), Ravine(16, angle=45), steps=100).theta
    assert np.abs(turned - paths[0]).max() > 0.1


def test_the_average_is_a_fading_sum(case: dict[str, Any]) -> None:
    rho, g = case["rho"], case["g"]
    averages = moves(RMSprop(rho=rho), g)[1]
    weights = (1 - rho) * rho ** np.arange(STEPS)[::-1, None]
    np.testing.assert_allclose(averages[-1], np.sum(weights * g**2, axis=0), rtol=1e-12)


def test_what_the_centered_variant_divides_by_is_a_variance(case: dict[str, Any]) -> None:
    rho, g = case["rho"], case["g"]
    weights = (1 - rho) * rho ** np.arange(STEPS)[::-1, None]
    mean, square = np.sum(weights * g, axis=0), np.sum(weights * g**2, axis=0)
    assert np.all(mean**2 <= weights.sum(axis=0) * square * (1 + 1e-12))
    # Steady gradients leave E[g²] - E[g]² = γᵗ (1 - γᵗ) g²: then the steps grow without bound.
    steady = weights.sum(axis=0) - weights.sum(axis=0) ** 2
    np.testing.assert_allclose(steady, rho**STEPS * (1 - rho**STEPS), rtol=1e-9, atol=1e-12)


def test_where_gradients_vanish_exponentially_the_steps_are_shorter_than_the_rate() -> None:
    """Only growing gradients lift the root mean square of the steps above η."""
    t = np.arange(600.0)[:, None]
    for factor, longer in ((0.97, False), (1.03, True)):
        steps, averages = moves(RMSprop(lr=1, rho=0.9, eps=0), factor**t)
        mean = np.mean(steps[1:] ** 2)
        bound = (1 - 0.9 * (averages[0, 0] / averages[-1, 0]) ** (1 / 599)) / 0.1
        assert mean <= bound * (1 + 1e-12)
        assert (bound > 1) == longer


def test_the_gain_control_spikes_at_the_start_and_where_it_gets_loud_again() -> None:
    """The figure's gradients: the two longest outputs are the first and that after the change."""
    g = np.random.default_rng(3).normal(size=300) * np.repeat([1, 0.1, 1], 100)
    output, _ = moves(RMSprop(lr=1, rho=0.9, eps=0), g[:, None])
    longest = abs(output[:, 0])
    assert set(np.argsort(longest)[-2:]) == {0, 200}
    assert longest[[0, 200]] == pytest.approx(10**0.5, abs=0.05)
    assert longest[100:140].max() < 1 < longest[140:150].max()


def test_the_root_on_the_moving_target_rises_higher_at_the_third_jump() -> None:
    """The three jumps of fig-rmsprop-state."""
    run = descend(RMSprop(lr=0.2), MovingTarget(), steps=1400, rng=0)
    roots = np.sqrt(run.state["Eg2"][1:, 0])
    peaks = [roots[jump : jump + 20].max() for jump in (1100, 1200, 1300)]
    assert np.round(peaks, 1).tolist() == [1.0, 1.0, 1.3]


def test_with_a_long_memory_adadelta_is_behind_only_on_a_coarse_grid() -> None:
    """At γ = 0.99 on the moving target, with an ε between two values of the chapter's grid."""
    moving, distance = MovingTarget(), []
    kinds: list[tuple[Any, dict[str, Any]]] = [
        (RMSprop(rho=0.99), {"lr": [0.1186, 0.135]}),
        (Adadelta(rho=0.99), {"eps": [3.2e-4, 6e-4]}),
    ]
    target = moving.target(np.arange(8001, 10_001))[:, :, None]
    for rule, given in kinds:
        runs = sweep(rule, moving, 10_000, rng=list(range(10)), keep="path", **given)
        distance.append(abs(runs.theta[8001:, ..., 0] - target).mean(axis=0))
    rmsprop = min(distance[0], key=np.mean)
    coarse, finer = (mean_difference(rmsprop, each) for each in distance[1])
    assert coarse[0] < -coarse[1]
    assert finer[0] > -finer[1]


@dataclass(frozen=True, eq=False)
class Scheduled(RMSprop):
    """RMSprop with the learning rate η/√t."""

    def update(self, g: Any, t: int, Eg2: Any) -> tuple[Any, Any]:
        step, Eg2 = super().update(g, t, Eg2)
        return step / np.sqrt(t), Eg2


@pytest.mark.parametrize("first", [50, 200, 400])
def test_on_other_seeds_a_schedule_is_a_little_ahead_on_the_circles(first: int) -> None:
    """Each kind at the best rate of the chapter's grid: by 0.005 to 0.008."""
    ends, seeds = [], list(range(first, first + 50))
    for rule in (Scheduled(), RMSprop()):
        losses = sweep(rule, Circles(), rng=seeds, lr=np.geomspace(1e-3, 3, 25)).loss[-1]
        ends.append(losses[np.median(losses, axis=-1).argmin()])
    gap, half = mean_difference(*ends)
    assert gap < -half
    assert 0.0045 < -gap < 0.0085
