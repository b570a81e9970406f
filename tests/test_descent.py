from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, Momentum, Path, Rule, descend, descent
from adaptive.problems import (
    Circles,
    NoisyQuadratic,
    Problem,
    Ravine,
    Reddi,
    Rosenbrock,
    Saddle,
    Surface,
)
from tests.every import every_rule_on_vectors
from tests.problems.support import every, named

every_problem = pytest.mark.parametrize("problem", every, ids=named)


def taken_apart(rule: Rule, problem: Problem) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """Return what splits a vector into arrays, if these matter to the rule, and what joins them."""
    blocks = None if rule.elementwise else getattr(problem, "blocks", None)
    return (blocks.split, blocks.join) if blocks else (np.asarray, np.asarray)


def by_hand(rule: Rule, problem: Problem, theta: Any, steps: int, seed: int = 0) -> list[Any]:
    """Return the parameters of all times, by the loop that a reader would write."""
    rng = np.random.default_rng(seed)
    split, join = taken_apart(rule, problem)
    state = rule.init(split(theta))
    thetas = [np.asarray(theta, float)]
    for t in range(1, steps + 1):
        batch = problem.draw(t, rng)
        g = problem.grad(rule.lookahead(thetas[-1], state), batch)
        moved, state = rule.step(split(thetas[-1]), split(g), state)
        thetas.append(problem.project(join(moved)))
    return thetas


# ------------------------------------------------------------------ what a path holds


@every_rule_on_vectors
@every_problem
def test_path_is_that_of_the_plain_loop(kind: type[Rule], problem: Problem) -> None:
    rule = replace(kind(**kind.on_circles), **({"lr": 1e-4} if "lr" in kind.on_circles else {}))
    path = descend(rule, problem, steps=12, rng=3)
    np.testing.assert_array_equal(path.theta, by_hand(rule, problem, problem.start, 12, seed=3))
    assert not path.diverged


@every_rule_on_vectors
def test_shapes(kind: type[Rule]) -> None:
    rule, problem = kind(**kind.on_circles), Circles()
    path = descend(rule, problem, steps=7)
    assert path.rule is rule
    assert path.problem is problem
    assert path.steps == 7
    assert path.theta.shape == (8, 6)
    assert path.loss.shape == (8,)
    assert path.gradient.shape == (7, 6)
    assert list(path.state) == list(kind.state_names)
    assert all(array.shape == (8, 6) for array in path.state.values())
    assert isinstance(path.last_state, kind.State)
    assert path.last_state.t == 7
    for name, array in path.state.items():
        np.testing.assert_array_equal(array[0], 0)
        np.testing.assert_array_equal(array[-1], getattr(path.last_state, name))
    assert path.diverged is False


def test_loss_is_over_all_the_data() -> None:
    path = descend(Adam(lr=0.1), Circles(), steps=5)
    np.testing.assert_allclose(path.loss, Circles().loss(path.theta), rtol=1e-12)


@every_rule_on_vectors
def test_gradient_is_what_the_steps_were_given(kind: type[Rule]) -> None:
    rule = kind(**kind.on_circles)
    path = descend(rule, Circles(), steps=6, rng=4)
    theta, state = path.theta[0], rule.init(path.theta[0])
    for t, g in enumerate(path.gradient):
        theta, state = rule.step(theta, g, state)
        np.testing.assert_array_equal(theta, path.theta[t + 1])


@pytest.mark.parametrize("kind", [NAG, Momentum])
def test_gradient_is_where_the_rule_looks(kind: type[Rule]) -> None:
    path = descend(kind(lr=1e-3), Rosenbrock(), steps=10)
    for t, g in enumerate(path.gradient):
        v = path.state["v"][t]
        where = path.theta[t] - (0.9 * v if kind is NAG else 0)
        np.testing.assert_allclose(g, Rosenbrock().grad(where), rtol=1e-12)


def test_no_steps() -> None:
    path = descend(Momentum(), Ravine(), steps=0)
    assert path.theta.tolist() == [[-4, 1]]
    assert path.gradient.shape == (0, 2)
    assert path.state["v"].shape == (1, 2)
    assert path.loss.tolist() == [18]
    assert (path.steps, path.last_state.t, path.diverged) == (0, 0, False)


def test_repr() -> None:
    assert repr(descend(SGD(), Saddle(), steps=3)) == (
        "<Path: SGD on saddle, 3 steps, loss 1.12 -> 1.06>"
    )
    assert repr(descend(SGD(lr=9), Ravine())).endswith("steps, diverged>")


def test_default_is_a_hundred_steps_with_seed_0() -> None:
    path = descend(SGD(), Circles())
    np.testing.assert_array_equal(path.theta, descend(SGD(), Circles(), steps=100, rng=0).theta)
    assert path.steps == 100


def test_distance() -> None:
    path = descend(SGD(lr=0.05), Ravine(), [3, 4], steps=1)
    assert path.distance.tolist() == pytest.approx([5, 0.95 * 3])
    with pytest.raises(ValueError, match="known minimum, circles has none"):
        _ = descend(SGD(), Circles(), steps=1).distance


def test_steps_to() -> None:
    """The step after the last that is farther, not the first that is near."""
    problem = NoisyQuadratic(curvatures=[1], noise=0)
    path = descend(SGD(lr=0.5), problem, [1], steps=5)
    assert [path.steps_to(fraction) for fraction in (1, 0.5, 0.3, 1 / 32, 0.01)] == [
        0,
        1,
        2,
        5,
        None,
    ]
    swinging = descend(Momentum(lr=1, momentum=0.9), problem, [1], steps=30)
    assert swinging.distance[1] < 0.1
    assert swinging.steps_to(0.5) is not None
    assert swinging.steps_to(0.5) > 10
    assert descend(SGD(lr=9), problem, steps=50).steps_to(1e-3) is None


# ------------------------------------------------------------------ starts and random numbers


@pytest.mark.parametrize(
    "start", [np.array([0, 0, 0, 0, 0, 1]), [0, 0, 0, 0, 0, 1], np.array([0, 0, 0, 0, 0, 1], float)]
)
def test_start_is_not_modified(start: Any) -> None:
    before = np.array(start)
    path = descend(Adam(lr=0.1), Circles(), start, steps=20)
    np.testing.assert_array_equal(start, before, strict=True)
    np.testing.assert_array_equal(path.theta, descend(Adam(lr=0.1), Circles(), steps=20).theta)


@every_problem
def test_start_of_the_problem_is_not_modified(problem: Problem) -> None:
    before = problem.start.copy()
    path = descend(SGD(lr=1e-4), problem, steps=3)
    path.theta[:] = np.nan
    np.testing.assert_array_equal(problem.start, before)


@every_rule_on_vectors
@pytest.mark.parametrize("problem", [Rosenbrock(), Circles(), NoisyQuadratic(), Reddi()], ids=named)
def test_float32(kind: type[Rule], problem: Problem) -> None:
    path = descend(kind(), problem, problem.start.astype(np.float32), steps=5)
    arrays = (path.theta, path.gradient, *path.state.values(), *path.last_state[1:])
    assert {array.dtype for array in arrays} == {np.dtype(np.float32)}


def test_generator_and_seed() -> None:
    rng = np.random.default_rng(8)
    one = descend(SGD(), Circles(), steps=10, rng=rng)
    np.testing.assert_array_equal(one.theta, descend(SGD(), Circles(), steps=10, rng=8).theta)
    seed = np.int64(8)
    np.testing.assert_array_equal(one.theta, descend(SGD(), Circles(), steps=10, rng=seed).theta)
    again = descend(SGD(), Circles(), steps=10, rng=rng)
    assert not np.array_equal(again.theta, one.theta), "the generator has moved on"


def test_same_batches_for_all_rules() -> None:
    """As many numbers are drawn whatever the rule, so that runs can be compared."""
    drawn = []
    for rule in (SGD(), NAG(), Adam()):
        rng = np.random.default_rng(0)
        descend(rule, Circles(), steps=10, rng=rng)
        drawn.append(rng.random())
    assert len(set(drawn)) == 1


@pytest.mark.parametrize("kind", [list, tuple, np.array])
def test_given_batches(kind: Any) -> None:
    rng = np.random.default_rng(0)
    batches = kind([rng.integers(826, size=4) for _ in range(12)])
    path = descend(Adam(), Circles(), steps=10, batches=batches)
    np.testing.assert_array_equal(path.theta, descend(Adam(), Circles(), steps=10, rng=0).theta)
    other = descend(Adam(), Circles(), steps=10, batches=batches[2:])
    assert not np.array_equal(path.theta, other.theta)


def test_resumed_run_knows_the_time() -> None:
    """A problem whose gradient depends on the step number goes on where the run stopped."""
    rule = Adam(lr=0.1)
    whole = descend(rule, Reddi(period=3, large=100), steps=10)
    half = descend(rule, Reddi(period=3, large=100), steps=4)
    rest = descend(rule, Reddi(period=3, large=100), half.theta[-1], steps=6, state=half.last_state)
    np.testing.assert_array_equal(rest.gradient, whole.gradient[4:])
    np.testing.assert_array_equal(rest.theta, whole.theta[4:])
    assert half.last_state.t == 4
    assert half.theta.shape == (5, 1)


def test_two_runs_share_nothing() -> None:
    rule = Momentum(lr=1e-3)
    first = descend(rule, Rosenbrock(), steps=20)
    before = first.theta.copy(), first.last_state.v.copy()
    second = descend(rule, Rosenbrock(), steps=20)
    np.testing.assert_array_equal(second.theta, first.theta)
    for array in (second.theta, second.gradient, second.state["v"]):
        array[:] = np.nan
    descend(rule, Rosenbrock(), steps=5, state=first.last_state)
    np.testing.assert_array_equal(first.theta, before[0])
    np.testing.assert_array_equal(first.last_state.v, before[1])


# ------------------------------------------------------------------ runs that diverge


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (SGD(lr=1), Ravine()),
        (SGD(lr=1), Rosenbrock()),
        (Momentum(lr=10), Rosenbrock()),
        (NAG(lr=1), Rosenbrock()),
        (SGD(lr=1e300), Ravine()),
        (SGD(lr=1e12), Circles()),
        (Adam(lr=1e200), Rosenbrock()),
    ],
    ids=repr,
)
def test_divergence(rule: Rule, problem: Problem) -> None:
    path = descend(rule, problem, steps=3_000)
    assert path.diverged is True
    assert 0 < path.steps < 3_000
    assert len(path.theta) == len(path.loss) == path.steps + 1 == path.last_state.t + 1
    assert all(len(array) == path.steps + 1 for array in path.state.values())

    def far(theta: Any, loss: Any) -> bool:
        limit = 1e10 * max(1, np.abs(problem.start).max())
        return not (np.abs(theta).max() <= limit and np.isfinite(loss))

    assert far(path.theta[-1], path.loss[-1])
    assert not any(far(*entry) for entry in zip(path.theta[:-1], path.loss[:-1], strict=True))


def test_far_is_measured_from_the_start() -> None:
    problem = NoisyQuadratic(curvatures=[1, 2], noise=0)
    assert not descend(SGD(), problem, [1e12, 1], steps=3).diverged
    assert descend(SGD(lr=3), problem, [1e12, 1], steps=300).diverged
    assert not descend(SGD(lr=1e9), problem, [1, 0], steps=1).diverged
    assert descend(SGD(lr=3e10), problem, [1, 0], steps=1).diverged


def test_far_is_more_than_ten_thousand_million_times_as_far() -> None:
    """In any coordinate, from the largest at the start of each run, or from 1."""
    start = np.array([[0.5, -0.1], [-3.0, 2.0], [0.0, 1.5]])
    limits = 1e10 * np.array([1.0, 3.0, 1.5])
    for place in (0, 1):
        for sign in (1, -1):
            theta = start.copy()
            theta[:, place] = sign * limits
            assert not descent.has_diverged(theta, np.zeros(3), start).any()
            theta[:, place] = sign * np.nextafter(limits, np.inf)
            assert descent.has_diverged(theta, np.zeros(3), start).all()
    for bad in (np.nan, np.inf, -np.inf):
        assert descent.has_diverged(start, np.array([0, bad, 0]), start).tolist() == [0, 1, 0]
        assert descent.has_diverged(np.array([0.0, bad]), 1.0, start[0])
    assert descent.has_diverged(np.array([np.inf]), np.inf, np.array([1.0]))


@pytest.mark.parametrize("start", [[1e200, 0.0], [1e305, 1.0]])
def test_start_where_the_loss_is_infinite(start: list[float]) -> None:
    path = descend(SGD(), Rosenbrock(), start, steps=5)
    assert path.diverged
    assert path.steps == 0


def test_nan_in_the_gradient() -> None:
    class Broken(Surface):
        name = "broken"
        start = np.array([1.0, 1.0])

        def f(self, x: Any, y: Any) -> Any:
            return x + y

        def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
            return np.sqrt(x - 1.05), 0 * y

    path = descend(SGD(lr=0.1), Broken(), steps=9)
    assert path.diverged
    assert path.steps == 1


# ------------------------------------------------------------------ what else


def test_own_problem() -> None:
    class Distance(Problem):
        """The mean of |θ - xᵢ|², of which each step sees one point."""

        name = "distance"
        stochastic = True
        data = np.array([[0.0, 0], [2, 0], [1, 3]])
        start = np.zeros(2)

        def loss(self, theta: Any) -> Any:
            away = np.asarray(theta)[..., None, :] - self.data
            return np.sum(away**2, axis=-1).mean(axis=-1)

        def grad(self, theta: Any, batch: Any = None) -> Any:
            return 2 * (theta - (self.data.mean(axis=0) if batch is None else self.data[batch]))

        def draw(self, t: int, rng: np.random.Generator) -> Any:
            return rng.integers(3)

        def project(self, theta: Any) -> Any:
            return np.minimum(theta, 0.9)

    path = descend(SGD(lr=0.02), Distance(), steps=400)
    assert path.theta[-1] == pytest.approx([0.9, 0.9], abs=0.2)
    assert path.theta.max() == 0.9
    assert path.loss[-1] < path.loss[0]


def test_progress_bar_on_long_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[int] = []

    def bar(items: Any, total: int, **named: Any) -> Any:
        # No bar on what is over at once, and none is left behind.
        assert (named["delay"], named["leave"]) == (2, False)
        bars.append(total)
        return items

    monkeypatch.setattr("tqdm.tqdm", bar)
    monkeypatch.setattr(descent, "MANY_STEPS", 50)
    short, long = (descend(SGD(), Ravine(), steps=steps) for steps in (50, 51))
    assert bars == [51]
    np.testing.assert_array_equal(short.theta, long.theta[:-1])
    assert isinstance(long, Path)


def test_many_steps_are_more_than_five_thousand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tqdm.tqdm", lambda items, **named: [*items, "bar"])
    assert "bar" not in descent.progress(range(5_000), 5_000)
    assert "bar" in descent.progress(range(5_001), 5_001)
