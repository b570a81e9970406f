"""The largest curvature, found from gradients alone, beside the whole Hessian."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.curvature import sharpness
from adaptive.problems import Circles, Digits, Ravine, Saddle
from adaptive.problems.base import Array
from adaptive.problems.networks import Network


def hessian(problem: Network, theta: Array) -> Array:
    h = 1e-5 * np.eye(len(theta))
    H = (problem.grad(theta + h) - problem.grad(theta - h)) / 2e-5
    return (H + H.T) / 2


@pytest.mark.parametrize("scaled", [False, True])
def test_it_is_the_largest_eigenvalue_of_the_whole_hessian(scaled: bool) -> None:
    network, rng = Digits(hidden=2), np.random.default_rng(3)
    for theta in (network.start, 2 * rng.normal(size=len(network.start))):
        D = np.exp(rng.normal(size=len(theta))) if scaled else np.ones(len(theta))
        largest = np.linalg.eigvalsh(D[:, None] * hessian(network, theta) * D)
        found = sharpness(network, theta, D if scaled else 1.0)
        assert found == pytest.approx(largest[-1], rel=2e-2)


def test_it_is_the_largest_not_the_one_of_the_largest_size() -> None:
    """Down one way the saddle curves more than it does up the other."""

    class Steep(Circles):
        def grad(self, theta, batch=None):  # type: ignore[no-untyped-def]
            return np.asarray(theta) * [-9.0, 1, 2, 3, -4, 0.5]

    assert sharpness(Steep(), np.ones(6)) == pytest.approx(3, rel=1e-2)
    assert sharpness(Saddle(), Saddle().start) > 0


def test_theta_stays_and_the_unit_is_that_of_the_loss() -> None:
    ravine = Ravine(50, angle=30)
    theta = np.array([3.0, 2.0])
    assert sharpness(ravine, theta) == pytest.approx(50, rel=1e-6)
    np.testing.assert_array_equal(theta, [3, 2])


def test_where_the_gradient_is_not_finite_it_is_nan() -> None:
    with np.errstate(all="ignore"):
        assert np.isnan(sharpness(Ravine(), [np.inf, 0.0]))
