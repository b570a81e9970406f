"""One vector, seen as named arrays."""

from __future__ import annotations

import numpy as np

from adaptive import Adam
from adaptive.problems import Digits
from adaptive.problems.networks import Blocks

BLOCKS = Blocks({"W": (2, 3), "b": (3,), "scale": ()})


def test_arrays_follow_each_other() -> None:
    assert BLOCKS.size == 10
    arrays = BLOCKS.split(np.arange(10.0))
    assert arrays["W"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert arrays["b"].tolist() == [6, 7, 8]
    assert arrays["scale"] == 9
    assert list(arrays) == ["W", "b", "scale"]


def test_with_leading_axes() -> None:
    theta = np.random.default_rng(0).normal(size=(4, 5, 10))
    arrays = BLOCKS.split(theta)
    assert [array.shape for array in arrays.values()] == [(4, 5, 2, 3), (4, 5, 3), (4, 5)]
    np.testing.assert_array_equal(arrays["W"][2, 1], BLOCKS.split(theta[2, 1])["W"])
    np.testing.assert_array_equal(BLOCKS.join(arrays), theta)


def test_arrays_are_views() -> None:
    """Of all runs too: what a rule or a figure reads is not copied."""
    for shape in ((10,), (4, 10)):
        theta = np.zeros(shape)
        for array in BLOCKS.split(theta).values():
            array[...] = 1
        assert (theta == 1).all()


def test_joined_arrays_are_copies_in_any_order() -> None:
    arrays = BLOCKS.split(np.arange(10.0))
    theta = BLOCKS.join(dict(reversed(arrays.items())))
    assert theta.tolist() == list(range(10))
    theta[:] = 0
    assert arrays["b"].tolist() == [6, 7, 8]


def test_leading_axes_broadcast_when_joined() -> None:
    """As where all runs share the gradient of one array."""
    W = np.arange(24.0).reshape(4, 1, 2, 3)
    theta = BLOCKS.join({"W": W, "b": np.ones((5, 3)), "scale": 2})
    assert theta.shape == (4, 5, 10)
    np.testing.assert_array_equal(theta[3, :, :6], np.tile(W[3].ravel(), (5, 1)))
    assert (theta[..., 6:9] == 1).all()
    assert (theta[..., 9] == 2).all()


def test_precision_is_kept() -> None:
    theta = np.ones(10, np.float32)
    arrays = BLOCKS.split(theta)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float32)}
    assert BLOCKS.join(arrays).dtype == np.float32


def test_a_rule_on_the_arrays_makes_the_step_of_the_rule_on_the_vector() -> None:
    problem, rule = Digits(hidden=3), Adam()
    theta, g = problem.start, problem.grad(problem.start)
    arrays, slopes = problem.arrays(theta), problem.arrays(g)
    moved, _ = rule.step(arrays, slopes, rule.init(arrays))
    expected, _ = rule.step(theta, g, rule.init(theta))
    np.testing.assert_array_equal(problem.vector(moved), expected)
