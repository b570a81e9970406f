"""Rules as methods for scipy."""

import numpy as np
import pytest
from scipy.optimize import minimize, rosen, rosen_der

from adaptive import RULES, Adam, Momentum, descend, minimizer
from adaptive.problems import Ravine

RAVINE = Ravine()


@pytest.mark.parametrize("kind", RULES)
def test_makes_the_same_steps_as_descend(kind):
    rule = kind()
    options = {"maxiter": 30, "gtol": 0}
    found = minimize(
        RAVINE.loss, RAVINE.start, jac=RAVINE.grad, method=minimizer(rule), options=options
    )
    path = descend(rule, RAVINE, steps=30)
    assert np.array_equal(found.x, path.theta[-1])
    assert found.fun == path.loss[-1]
    assert (found.nit, found.success) == (30, False)


def test_stops_where_the_gradient_is_small():
    method, options = minimizer(Adam(lr=0.05)), {"maxiter": 10_000}
    found = minimize(rosen, [-1.2, 1], jac=rosen_der, method=method, tol=1e-6, options=options)
    assert found.success
    assert np.abs(rosen_der(found.x)).max() <= 1e-6
    sooner = minimize(rosen, [-1.2, 1], jac=rosen_der, method=method, options=options)
    assert 0 < sooner.nit < found.nit < 10_000


def test_calls_back_after_each_step_and_leaves_the_start_alone():
    start, seen = np.array([1.0, 1.0]), []
    minimize(
        RAVINE.loss,
        start,
        jac=RAVINE.grad,
        method=minimizer(Momentum()),
        callback=seen.append,
        options={"maxiter": 3},
    )
    assert np.array_equal(seen, descend(Momentum(), RAVINE, start, steps=3).theta[1:])
    assert np.array_equal(start, [1.0, 1.0])


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({}, "jac must be"),
        ({"jac": RAVINE.grad, "bounds": [(0, 1), (0, 1)]}, "bounds"),
        ({"jac": RAVINE.grad, "options": {"maxiter": -1}}, "maxiter must be"),
    ],
)
def test_bad_input(options, word):
    with pytest.raises(ValueError, match=word):
        minimize(RAVINE.loss, RAVINE.start, method=minimizer(Adam()), **options)


def test_a_class_is_no_rule():
    with pytest.raises(TypeError, match="rule must be a Rule object"):
        minimizer(Adam)
