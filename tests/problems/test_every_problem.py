"""What holds for every problem."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, problems, sweep
from adaptive.problems import LogisticRegression, Problem, Surface
from adaptive.problems.networks import Network
from tests.problems.support import complex_step, every, loss_on, named, points

every_problem = pytest.mark.parametrize("problem", every, ids=named)
random_problem = pytest.mark.parametrize(
    "problem", [problem for problem in every if problem.stochastic], ids=named
)


def test_none_is_left_out() -> None:
    kinds = {
        value for name in problems.__all__ if isinstance(value := getattr(problems, name), type)
    }
    assert {type(problem) for problem in every} == kinds - {Problem, Surface}


@every_problem
def test_gradient_is_the_derivative_of_the_loss(problem: Problem) -> None:
    loss = loss_on(problem, None)
    for theta in points(problem, 10 if len(problem.start) < 20 else 1):
        np.testing.assert_allclose(problem.loss(theta), loss(theta), rtol=1e-12)
        exact = complex_step(loss, theta)
        np.testing.assert_allclose(problem.grad(theta), exact, rtol=1e-11, atol=1e-12)


@random_problem
def test_gradient_on_a_batch(problem: Problem) -> None:
    rng = np.random.default_rng(2)
    many = 10 if len(problem.start) <= 20 else 2
    for t, theta in enumerate(points(problem, many), start=1):
        batch = problem.draw(t, rng)
        exact = complex_step(loss_on(problem, batch), theta)
        np.testing.assert_allclose(problem.grad(theta, batch), exact, rtol=1e-11, atol=1e-12)


@every_problem
def test_leading_axes(problem: Problem) -> None:
    theta = points(problem, 2, 3)
    loss, grad = problem.loss(theta), problem.grad(theta)
    assert loss.shape == (2, 3)
    assert grad.shape == theta.shape
    for i, j in np.ndindex(2, 3):
        np.testing.assert_allclose(loss[i, j], problem.loss(theta[i, j]), rtol=1e-12)
        np.testing.assert_allclose(grad[i, j], problem.grad(theta[i, j]), rtol=1e-11, atol=1e-13)


@random_problem
def test_one_batch_for_all_runs(problem: Problem) -> None:
    theta, batch = points(problem, 2, 3), problem.draw(2, np.random.default_rng(0))
    grad = problem.grad(theta, batch)
    for i, j in np.ndindex(2, 3):
        alone = problem.grad(theta[i, j], batch)
        np.testing.assert_allclose(grad[i, j], alone, rtol=1e-11, atol=1e-13)


@random_problem
def test_stacked_batches(problem: Problem) -> None:
    """A batch for each of three runs, on the last leading axis."""
    theta, rng = points(problem, 2, 3), np.random.default_rng(0)
    batches = [problem.draw(t, rng) for t in (1, 2, 3)]
    grad = problem.grad(theta, np.stack(batches))
    assert grad.shape == theta.shape
    for i, j in np.ndindex(2, 3):
        alone = problem.grad(theta[i, j], batches[j])
        np.testing.assert_allclose(grad[i, j], alone, rtol=1e-11, atol=1e-13)


@random_problem
def test_batches_average_to_the_gradient(problem: Problem) -> None:
    theta, rng = points(problem), np.random.default_rng(0)
    grads = np.array([problem.grad(theta, problem.draw(t, rng)) for t in range(1, 4_000)])
    error = grads.std(axis=0) / np.sqrt(len(grads))
    assert (abs(grads.mean(axis=0) - problem.grad(theta)) < 4 * error + 0.02).all()


@random_problem
def test_batches_come_from_the_generator_alone(problem: Problem) -> None:
    one, other = ([problem.draw(t, rng) for t in range(1, 9)] for rng in generators(5, 5))
    np.testing.assert_array_equal(one, other)
    if not isinstance(problem, problems.Reddi) or problem.at_random:
        different = [problem.draw(t, rng) for rng in generators(6) for t in range(1, 9)]
        assert not np.array_equal(one, different)


@random_problem
@pytest.mark.parametrize("first", [1, 4])
def test_many_batches_at_once_are_the_same(problem: Problem, first: int) -> None:
    """And leave the generator where they would have left it one by one."""
    times = range(first, first + 7)
    one, other = generators(5, 5)
    alone = [problem.draw(t, one) for t in times]
    together = problem.draws(times, other)
    if together is None:
        assert isinstance(problem, problems.RareAndSteady)
    else:
        np.testing.assert_array_equal(together, alone)
        assert together.dtype == alone[0].dtype
        assert one.random() == other.random()


def test_a_problem_that_draws_in_another_way_does_not_inherit_many_at_once() -> None:
    class Ones(problems.NoisyQuadratic):
        def draw(self, t: int, rng: np.random.Generator) -> np.ndarray:
            return super().draw(t, rng) * 0 + 1

    class More(Ones):
        pass

    class Both(Ones):
        def draws(self, times: range, rng: np.random.Generator) -> np.ndarray:
            return np.ones((len(times), 2))

    assert Ones().draws(range(1, 4), np.random.default_rng(0)) is None
    assert More().draws(range(1, 4), np.random.default_rng(0)) is None
    runs = [sweep(SGD(), kind(), 3, rng=[1, 2], lr=[0.1]) for kind in (Ones, More, Both)]
    for each in runs[1:]:
        np.testing.assert_array_equal(each.theta, runs[0].theta)


def generators(*seeds: int) -> list[np.random.Generator]:
    return [np.random.default_rng(seed) for seed in seeds]


@every_problem
def test_minimum_has_no_slope(problem: Problem) -> None:
    if problem.minimum is None or isinstance(problem, problems.Reddi):
        return
    np.testing.assert_allclose(problem.grad(problem.minimum), 0, atol=1e-12)
    around = problem.minimum + points(problem, 50) / 100 - problem.start / 100
    assert (problem.loss(around) >= problem.loss(problem.minimum)).all()


@every_problem
def test_what_figures_ask_for(problem: Problem) -> None:
    assert problem.name
    assert problem.start.ndim == 1
    assert problem.start.dtype == np.float64
    if problem.bounds is not None:
        low, high = np.transpose(problem.bounds)
        assert ((low <= problem.start) & (problem.start <= high)).all()
        assert ((low <= problem.minimum) & (problem.minimum <= high)).all()


#: Where runs begin, where they should end, and what figures show: the book's numbers hang on it.
SETTINGS: dict[type[Problem], tuple[Any, Any, Any]] = {
    problems.Ravine: ([-4, 1], [0, 0], ((-5, 5), (-2, 2))),
    problems.Rosenbrock: ([-1.2, 1], [1, 1], ((-2, 2), (-1, 3))),
    problems.Beale: ([1, 1.5], [3, 0.5], ((-4.5, 4.5), (-4.5, 4.5))),
    problems.Himmelblau: ([0, 0], [3, 2], ((-5, 5), (-5, 5))),
    problems.Saddle: ([1.5, 0.001], [0, 1], ((-2, 2), (-1.75, 1.75))),
    problems.Lessard: ([3.3, 1], [0, 0], ((-4, 4), (-2, 2))),
    problems.NoisyQuadratic: ([1, 1], [0, 0], ((-1.5, 1.5), (-1.5, 1.5))),
    problems.MovingTarget: ([0], None, None),
    problems.Reddi: ([0], [-1], ((-1, 1),)),
    problems.RareAndSteady: ([0, 0], [-1, -1], ((-1.05, 1.05), (-1.05, 1.05))),
    problems.Circles: ([0, 0, 0, 0, 0, 1], None, None),
    problems.SparseFeatures: ([0] * 20, None, None),
}


@every_problem
def test_the_book_has_settings_for_each_problem_of_its_own(problem: Problem) -> None:
    elsewhere = (LogisticRegression, problems.Rescaled, problems.Bigrams, Network)
    assert type(problem) in SETTINGS or isinstance(problem, elsewhere)


@pytest.mark.parametrize("kind", SETTINGS, ids=lambda kind: kind.__name__)
def test_what_the_book_uses_if_nothing_is_said(kind: type[Problem]) -> None:
    start, minimum, bounds = SETTINGS[kind]
    problem = kind()
    assert problem.start.tolist() == start
    assert (None if problem.minimum is None else problem.minimum.tolist()) == minimum
    assert problem.bounds == bounds
    assert problem.stochastic is (problem.draw(1, np.random.default_rng(0)) is not None)
    assert not problem.start.flags.writeable
    assert problem.minimum is None or not problem.minimum.flags.writeable


def test_parameters_that_the_book_uses() -> None:
    ravine, noisy, moving = problems.Ravine(), problems.NoisyQuadratic(), problems.MovingTarget()
    assert (ravine.condition, ravine.angle) == (20, 0)
    assert (noisy.curvatures.tolist(), noisy.noise, noisy.batch_size) == ([1, 20], 1, 1)
    assert (moving.targets.tolist(), moving.every, moving.noise) == ([[1], [-1]], 100, 0.5)
    for kind, large, small, period in (
        (problems.Reddi, 1010, 10, 101),
        (problems.RareAndSteady, 11, 1, 11),
    ):
        game = kind()
        assert (game.large, game.small, game.period, game.at_random) == (
            large,
            small,
            period,
            False,
        )
    for data in (problems.Circles(), problems.SparseFeatures(), LogisticRegression([[1]], [1])):
        assert data.batch_size == 4
    for kind in (problems.Circles, problems.SparseFeatures):
        np.testing.assert_array_equal(kind().X, kind(seed=0).X)
    same = problems.Rescaled(ravine)
    assert (same.loss_by, same.theta_by) == (1, 1)


@every_problem
@pytest.mark.parametrize("kind", [list, np.int64, np.float32])
def test_kinds_of_numbers(problem: Problem, kind: Any) -> None:
    theta = np.arange(1, len(problem.start) + 1)
    given_theta = theta.tolist() if kind is list else theta.astype(kind)
    expected, got = problem.grad(theta.astype(float)), problem.grad(given_theta)
    np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(
        problem.loss(given_theta), problem.loss(theta.astype(float)), rtol=1e-4
    )
    np.testing.assert_array_equal(given_theta, theta)


@every_problem
def test_arguments_are_not_modified(problem: Problem) -> None:
    theta, batch = points(problem, 3), problem.draw(1, np.random.default_rng(0))
    before = theta.copy(), np.array(batch)
    theta.flags.writeable = False
    problem.loss(theta)
    problem.grad(theta, batch)
    problem.project(theta)
    np.testing.assert_array_equal(theta, before[0])
    np.testing.assert_array_equal(batch, before[1])


@every_problem
def test_repr_and_pickle(problem: Problem) -> None:
    again = pickle.loads(pickle.dumps(problem))
    assert repr(again) == repr(problem)
    assert problem == problem
    assert (problem == again) in (True, False)
    assert len({problem, problem}) == 1
    theta = points(problem)
    np.testing.assert_array_equal(again.grad(theta), problem.grad(theta))


@every_problem
def test_projection_is_the_nearest_feasible_point(problem: Problem) -> None:
    theta = 3 * points(problem, 4)
    inside = np.clip(theta, -1, 1) if isinstance(problem, problems.Reddi) else theta
    np.testing.assert_array_equal(problem.project(theta), inside)


def test_own_problem_must_say_what_it_is() -> None:
    class Empty(Problem):
        pass

    for words, call in {
        r"Empty must define loss\(theta\)": lambda: Empty().loss([0]),
        r"Empty must define grad\(theta, batch=None\)": lambda: Empty().grad([0]),
        r"Surface must define f\(x, y\)": lambda: Surface().loss([0, 0]),
        r"Surface must define partials\(x, y\)": lambda: Surface().grad([0, 0]),
    }.items():
        with pytest.raises(NotImplementedError, match=words):
            call()


def test_own_data_is_not_modified() -> None:
    X, y, start = np.ones((4, 2)), np.array([True, False, True, True]), np.array([1, 2])
    problem = LogisticRegression(X, y, start=start)
    problem.grad(start, np.array([0, 1]))
    assert X.tolist() == [[1, 1]] * 4
    assert y.dtype == bool
    assert start.tolist() == [1, 2]
