from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adagrad, descend
from adaptive.problems import Circles, MovingTarget, Ravine, Reddi, Rescaled, Rosenbrock


@pytest.mark.parametrize("problem", [Ravine(), Circles()])
@pytest.mark.parametrize(("a", "c"), [(7.0, 3.0), (0.01, 1.0), (1.0, 1000.0)])
def test_rules_whose_rates_have_known_units(problem: Any, a: float, c: float) -> None:
    """SGD's rate has the units θ²/J, Adagrad's those of θ, and its ε those of (J/θ)²."""
    other = Rescaled(problem, a, c)
    rules = {
        SGD(lr=0.05): SGD(lr=0.05 * c**2 / a),
        Adagrad(lr=0.5, eps=0.1): Adagrad(lr=0.5 * c, eps=0.1 * (a / c) ** 2),
    }
    for rule, converted in rules.items():
        path, again = descend(rule, problem, steps=30), descend(converted, other, steps=30)
        np.testing.assert_allclose(again.theta, c * path.theta, rtol=1e-9, atol=1e-12 * c)
        np.testing.assert_allclose(again.loss, a * path.loss, rtol=1e-9, atol=1e-12 * a)


def test_each_coordinate_can_have_its_own_unit() -> None:
    units = np.array([2.0, 0.1])
    other = Rescaled(Ravine(), theta_by=units)
    np.testing.assert_array_equal(other.start, units * Ravine().start)
    assert other.bounds == ((-10.0, 10.0), (-0.2, 0.2))
    np.testing.assert_allclose(other.grad(units), Ravine().grad([1, 1]) / units)


def test_the_minimum_is_in_the_new_units() -> None:
    other = Rescaled(Rosenbrock(), loss_by=3, theta_by=[2.0, 0.5])
    np.testing.assert_array_equal(other.minimum, [2, 0.5])
    assert other.loss(other.minimum) == 0 < other.loss(Rosenbrock().minimum)


def test_feasible_points_and_missing_minima() -> None:
    np.testing.assert_allclose(Rescaled(Reddi(), theta_by=5).project(np.array([7.0])), [5])
    assert Rescaled(MovingTarget()).minimum is None


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"problem": Ravine}, TypeError, "problem must be a Problem object"),
        ({"loss_by": 0}, ValueError, "loss_by must be finite and in"),
        ({"theta_by": [1, -1]}, ValueError, "theta_by must be finite and in"),
        ({"theta_by": [1, 2, 3]}, ValueError, r"theta_by have shape \(\) or \(2,\)"),
        ({"loss_by": [1, 2]}, ValueError, "loss_by must be a number"),
    ],
)
def test_bad_arguments(wrong: dict[str, Any], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Rescaled(**{"problem": Ravine(), **wrong})
