"""The largest curvature, found from gradients alone, beside the whole Hessian."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.sparse.linalg import eigsh

from adaptive.curvature import _largest, sharpness
from adaptive.problems import Characters, Circles, Convolution, Digits, Ravine, Saddle
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


def test_beside_a_kink_the_jump_of_the_gradient_is_no_curvature() -> None:
    a = np.array([1.0, -1, 2, 0.5, 0.3, -1])

    class Kinked(Circles):
        """The square of the length, and the size of a·θ."""

        def grad(self, theta, batch=None):  # type: ignore[no-untyped-def]
            return 2 * np.asarray(theta) + np.sign(a @ theta) * a

    at = np.array([1.0, 1, 0, 0, 0, 0])
    for side in (1e-5, -1e-5):
        assert sharpness(Kinked(), at + side * a) == pytest.approx(2, rel=1e-6)
    assert np.isnan(sharpness(Kinked(), at)), "the kink itself has none"


@pytest.mark.parametrize("kind", [Convolution, Characters])
def test_of_networks_with_kinks_it_does_not_hang_on_how_near_the_gradients_are(
    kind: Callable[[], Network], monkeypatch: pytest.MonkeyPatch
) -> None:
    network = kind()
    network.X, network.y = network.X[:48], network.y[:48]
    theta = network.start
    for _ in range(5):
        theta = theta - 0.3 * network.grad(theta)
    found = sharpness(network, theta)
    monkeypatch.setattr("adaptive.curvature.APART", 1e-8)
    assert sharpness(network, theta) == pytest.approx(found, rel=1e-3)
    monkeypatch.setattr("adaptive.curvature.APART", 1e-4)
    monkeypatch.setattr("adaptive.curvature._MOST", 30)
    assert sharpness(network, theta) != pytest.approx(found, rel=0.1)


@pytest.mark.parametrize("d", [1, 2, 3, 30, 200])
@pytest.mark.parametrize("shift", [0.0, -100.0, 100.0])
def test_the_method_finds_what_numpy_and_scipy_find(d: int, shift: float) -> None:
    rng = np.random.default_rng(d)
    A = rng.normal(size=(d, d))
    H = A + A.T + shift * np.eye(d)
    begin = rng.normal(size=d)
    found = _largest(lambda v: H @ v, begin, tol=1e-9)
    assert found == pytest.approx(np.linalg.eigvalsh(H)[-1], rel=1e-12)
    if d > 2:
        by_scipy = eigsh(H, k=1, which="LA", v0=begin, tol=1e-9, return_eigenvectors=False)
        assert found == pytest.approx(by_scipy[0], rel=1e-12)
    rough = _largest(lambda v: H @ v, begin)
    assert abs(rough - found) <= 1e-2 * abs(found)


def test_the_method_ends_where_nothing_is_left() -> None:
    """Few different eigenvalues: the products make up a small space."""
    asked = []

    def product(v: Array) -> Array:
        asked.append(v)
        return np.repeat([1.0, 5.0, -7.0], 20) * v

    begin = np.random.default_rng(0).normal(size=60)
    assert _largest(product, begin, tol=1e-9) == pytest.approx(5, rel=1e-12)
    assert len(asked) == 3
    directions = np.array(asked)
    np.testing.assert_allclose(directions @ directions.T, np.eye(3), atol=1e-12)
    assert _largest(lambda v: 0 * v, begin) == 0
    assert _largest(lambda v: -v, begin) == pytest.approx(-1)
    # What is 0 up to rounding is found, and what is symmetric in no way is not.
    found = _largest(lambda v: np.repeat([0.0, -1.0, -7.0], 20) * v, begin, tol=1e-9)
    assert abs(found) < 1e-12
    turn = np.zeros((60, 60))
    turn[range(60), [*range(1, 60), 0]] = 1
    assert np.isnan(_largest(lambda v: turn @ v, begin))
    assert np.isnan(_largest(lambda v: np.full(60, np.nan), begin))


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
