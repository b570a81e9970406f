"""The networks on the digits."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import SGD, Adam, sweep
from adaptive.problems import Convolution, Digits
from adaptive.problems.networks import Network, stored
from adaptive.problems.networks import network as MODULE
from adaptive.problems.networks.convolution import unwindows, windows
from adaptive.problems.networks.network import softmax
from tests.problems import make_data
from tests.problems.support import cross_entropy

KINDS = [Digits, Convolution]
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def near(network: Network, *shape: int) -> np.ndarray:
    """Return points about the start."""
    rng = np.random.default_rng(0)
    return network.start + 0.3 * rng.normal(size=(*shape, len(network.start)))


# ------------------------------------------------------------------ data


def test_digits_are_those_of_scikit_learn() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    X, y = stored.digits()
    made = make_data.digits()
    np.testing.assert_array_equal(made["images"], 16 * X)
    np.testing.assert_array_equal(made["classes"], y)


def test_digits_as_they_are_stored() -> None:
    X, y = stored.digits()
    assert X.shape == (1797, 64)
    assert X.min() == 0
    assert X.max() == 1
    assert np.bincount(y).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    assert (16 * X[0]).reshape(8, 8)[0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0]


@every_kind
def test_what_is_held_out_is_not_trained_on(kind: type[Network]) -> None:
    network = kind()
    held_out = network.held_out
    assert len(network.X) == len(network.y) == 1297
    assert len(held_out.X) == len(held_out.y) == 500
    X, y = stored.digits()
    np.testing.assert_array_equal(np.concatenate([network.X, held_out.X]), X)
    np.testing.assert_array_equal(np.concatenate([network.y, held_out.y]), y)
    np.testing.assert_array_equal(held_out.start, network.start)
    np.testing.assert_array_equal(held_out.held_out.X, network.X)
    assert held_out.loss(network.start) != network.loss(network.start)
    assert network.draws(range(1, 2000), np.random.default_rng(0)).max() == 1296


# ------------------------------------------------------------------ loss, gradient, accuracy


@every_kind
def test_loss_on_all_rows(kind: type[Network]) -> None:
    network = kind()
    theta = near(network)
    scores = network.forward(network.arrays(theta), network.X)[0]
    assert network.loss(theta) == pytest.approx(cross_entropy(scores, network.y), rel=1e-12)
    # The mean over all rows of the gradients of rows is the gradient.
    rows = np.arange(1297)[:, None]
    each = network.grad(np.tile(theta, (1297, 1)), rows)
    np.testing.assert_allclose(each.mean(axis=0), network.grad(theta), rtol=1e-9, atol=1e-12)


@every_kind
def test_gradient_of_the_whole_network(kind: type[Network]) -> None:
    """In one direction, by a central difference: the small ones are checked by complex steps."""
    network = kind()
    rng = np.random.default_rng(5)
    theta, batch = near(network), network.draw(1, rng)
    network.X, network.y = network.X[batch], network.y[batch]
    along, h = rng.normal(size=theta.shape), 1e-6
    slope = (network.loss(theta + h * along) - network.loss(theta - h * along)) / (2 * h)
    assert network.grad(theta) @ along == pytest.approx(slope, rel=1e-6)


@every_kind
def test_the_order_of_rows_does_not_matter(kind: type[Network]) -> None:
    network = kind()
    theta, batch = near(network), np.array([3, 5, 5, 900])
    once, again = network.grad(theta, batch), network.grad(theta, batch[::-1])
    np.testing.assert_allclose(once, again, rtol=1e-9, atol=1e-13)


@every_kind
def test_accuracy(kind: type[Network]) -> None:
    network = kind()
    theta = near(network, 2)
    scores = network.forward(network.arrays(theta), network.X)[0]
    right = [[np.argmax(z) == label for z, label in zip(Z, network.y, strict=True)] for Z in scores]
    np.testing.assert_array_equal(network.accuracy(theta), np.mean(right, axis=1))
    theta = np.zeros_like(network.start)
    theta[-10 + 7] = 1  # the bias of seven: all are sevens
    assert network.accuracy(theta) == np.mean(network.y == 7)


@every_kind
def test_it_learns(kind: type[Network]) -> None:
    """The words of the book's: near all of the digits, and most of those held out."""
    network = kind()
    theta = sweep(Adam(lr=0.01), network, 300, rng=[1]).theta[-1, 0]
    assert network.accuracy(theta) > 0.97
    assert 0.88 < network.held_out.accuracy(theta) < 0.97
    assert network.loss(theta) < 0.1 < network.held_out.loss(theta)


@every_kind
def test_in_single_precision(kind: type[Network]) -> None:
    network = kind()
    theta = near(network, 3)
    batch = network.draw(1, np.random.default_rng(0))
    single = theta.astype(np.float32)
    for function in (network.loss, network.grad, lambda theta: network.grad(theta, batch)):
        assert function(single).dtype == np.float32
        np.testing.assert_allclose(function(single), function(theta), rtol=1e-3, atol=1e-5)


@every_kind
def test_a_diverged_network_is_a_result(kind: type[Network]) -> None:
    runs = sweep(SGD(), kind(), 30, lr=[0.1, 1e30])
    assert runs.diverged.tolist() == [False, True]


def test_softmax() -> None:
    Z = np.random.default_rng(0).normal(size=(3, 4, 5))
    before = Z.copy()
    expected = np.exp(Z) / np.exp(Z).sum(axis=-1, keepdims=True)
    np.testing.assert_allclose(softmax(Z), expected, rtol=1e-14)
    np.testing.assert_array_equal(Z, before)
    assert softmax(np.array([[1e308, 0], [-1e308, 0]])).tolist() == [[1, 0], [0, 1]]


# ------------------------------------------------------------------ many at once


@pytest.mark.parametrize("network", [Digits(hidden=2), Convolution(filters=1)], ids=repr)
def test_a_thousand_at_once_are_each_alone(network: Network) -> None:
    rates = np.geomspace(1e-4, 1e-1, 500)
    runs = sweep(Adam(), network, steps=3, rng=[4, 5], lr=rates)
    assert runs.theta.shape == (1, 500, 2, len(network.start))
    for i, seed in ((0, 0), (123, 1), (499, 0)):
        alone = sweep(Adam(lr=rates[i]), network, steps=3, rng=4 + seed)
        np.testing.assert_allclose(runs.theta[0, i, seed], alone.theta[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("piece", [2_000, 30_000])
@every_kind
def test_what_is_computed_at_once_changes_nothing(
    kind: type[Network], piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows and runs go through in pieces."""
    network = kind(2)
    theta = near(network, 2, 3)
    rng = np.random.default_rng(0)
    batches = [None, network.draw(1, rng), network.draws(range(1, 4), rng)]
    monkeypatch.setattr(MODULE, "PIECE", 10**9)
    expected = [network.grad(theta, batch) for batch in batches]
    loss, accuracy = network.loss(theta), network.accuracy(theta)
    monkeypatch.setattr(MODULE, "PIECE", piece)
    for batch, grad in zip(batches, expected, strict=True):
        np.testing.assert_allclose(network.grad(theta, batch), grad, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(network.loss(theta), loss, rtol=1e-12)
    np.testing.assert_array_equal(network.accuracy(theta), accuracy)


# ------------------------------------------------------------------ starts


@every_kind
def test_start(kind: type[Network]) -> None:
    """Weights with variance 1/inputs, or 2/inputs where negative values are cut off; no biases."""
    network = kind(16)
    gain = {Digits: 1, Convolution: 2}[kind]
    arrays = network.arrays(network.start)
    for name, array in arrays.items():
        if name.startswith("b"):
            assert not array.any()
        else:
            spread = np.sqrt(gain / len(array))
            assert array.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * array.size))
            assert abs(array.mean()) < 4 * spread / np.sqrt(array.size)


@every_kind
def test_starts_of_seeds(kind: type[Network]) -> None:
    np.testing.assert_array_equal(kind().start, kind(seed=0).start)
    np.testing.assert_array_equal(kind(seed=3).start, kind().initial(3))
    assert (kind(seed=3).start != kind().start).any()


# ------------------------------------------------------------------ windows


def test_windows_see_what_they_should() -> None:
    """Pixels in rows of images, and channels within a pixel."""
    side, channels = 5, 2
    H = np.random.default_rng(0).normal(size=(4, 3 * side * side, channels))
    U = windows(H, side)
    assert U.shape == (4, 3 * 9, 9 * channels)
    images = H.reshape(4, 3, side, side, channels)
    for run, n, x, y in ((0, 0, 0, 0), (3, 2, 1, 2), (2, 1, 2, 0)):
        seen = [images[run, n, x : x + 3, y : y + 3, c].ravel() for c in range(channels)]
        np.testing.assert_array_equal(U[run, 9 * n + 3 * x + y], np.concatenate(seen))


def test_images_with_one_value_in_a_pixel() -> None:
    X = np.random.default_rng(0).normal(size=(2, 7, 64))
    np.testing.assert_array_equal(windows(X, 8), windows(X.reshape(2, 7 * 64, 1), 8))


def test_unwindows_is_the_transpose() -> None:
    rng = np.random.default_rng(0)
    H, U = rng.normal(size=(4, 3 * 36, 2)), rng.normal(size=(4, 3 * 16, 18))
    inside, outside = (
        np.sum(windows(H, 6) * U, axis=(1, 2)),
        np.sum(H * unwindows(U, 6), axis=(1, 2)),
    )
    np.testing.assert_allclose(inside, outside, rtol=1e-12)
