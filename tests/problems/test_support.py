"""The points and derivatives that problems are held against are what they should be."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.problems import LogisticRegression, Ravine
from tests.problems.support import complex_step, every, logistic_loss, loss_on, named, points


def test_a_derivative_is_the_derivative():
    gradient = complex_step(lambda x: x[0] ** 3 * np.exp(2 * x[1]), np.array([2.0, 0.5]))
    np.testing.assert_allclose(gradient, [12 * np.e, 16 * np.e], rtol=1e-15)


def test_points_are_as_many_as_were_asked_for_and_differ():
    found = points(Ravine(), 2, 3)
    assert found.shape == (2, 3, 2)
    assert len(np.unique(found)) == 12
    assert (abs(found - Ravine().start) < 10).all()
    assert (points(Ravine(), 4, seed=1) != points(Ravine(), 4)).all()


def test_the_logistic_loss_is_the_mean_over_the_rows():
    X, y, w = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([1, 0]), np.array([0.3, 0.1])
    expected = (np.log(1 + np.exp(-0.5)) + np.log(1 + np.exp(0.8))) / 2
    assert logistic_loss(X, y, w) == pytest.approx(expected, rel=1e-15)
    assert logistic_loss(X, 1 - y, -w) == pytest.approx(expected, rel=1e-15)
    # Where the exponential of z would overflow as well.
    assert logistic_loss(X, y, 1000 * w) == pytest.approx(400, rel=1e-15)


@pytest.mark.parametrize("problem", [each for each in every if each.stochastic], ids=named)
def test_the_loss_on_a_batch_is_not_the_loss(problem):
    """Else a gradient that forgets its batch would be right."""
    rng, theta = np.random.default_rng(2), points(problem)
    exact = complex_step(loss_on(problem, None), theta)
    times = range(1, 9 if len(theta) <= 20 else 3)
    on = [complex_step(loss_on(problem, problem.draw(t, rng)), theta) for t in times]
    assert max(np.abs(each - exact).max() for each in on) > 1e-3


def test_the_loss_on_rows_is_that_of_these_rows():
    X, y = np.array([[1.0], [2.0], [3.0]]), np.array([0, 1, 0])
    problem, w = LogisticRegression(X, y, batch_size=2), np.array([0.7])
    one = loss_on(LogisticRegression(X[1:], y[1:], batch_size=2), None)(w)
    assert loss_on(problem, np.array([1, 2]))(w) == pytest.approx(one, rel=1e-15)
