"""The next character, given those before it."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import Adam, sweep
from adaptive.problems import Characters
from adaptive.problems.networks import stored
from adaptive.problems.networks.transformer import in_rows, in_windows, normed
from tests.problems import make_data
from tests.problems.support import cross_entropy

NETWORK = Characters()
LETTERS = len(NETWORK.alphabet)


def near(*shape: int) -> np.ndarray:
    """Return points about the start."""
    return NETWORK.start + 0.1 * np.random.default_rng(0).normal(size=(*shape, len(NETWORK.start)))


def scores(windows: np.ndarray) -> np.ndarray:
    """Return the scores of all characters of some windows, shape (windows, 16, letters)."""
    given = NETWORK.forward(NETWORK.arrays(near()), windows)[0]
    return given.reshape(len(windows), 16, LETTERS)


def test_text() -> None:
    """Windows follow each other, and what is predicted is one character further on."""
    read = "".join(NETWORK.alphabet[i] for i in NETWORK.X[:3].ravel())
    assert read == 'the "assert" statement ' + 22 * "*" + " as"
    following = np.concatenate([NETWORK.X.ravel()[1:], NETWORK.held_out.X.ravel()[:1]])
    np.testing.assert_array_equal(NETWORK.y.ravel(), following)
    assert NETWORK.X.shape == (1600, 16)
    assert NETWORK.held_out.X.shape == (400, 16)
    assert list(NETWORK.alphabet) == sorted(set(NETWORK.alphabet))
    assert NETWORK.y.max() < LETTERS


def test_text_is_that_of_the_documentation() -> None:
    texts = make_data.topics()
    if not make_data.is_the_text(texts):
        pytest.skip(f"the text is the documentation of Python {make_data.PYTHON}")
    made = make_data.characters(texts)
    alphabet, X, _ = stored.characters(16)
    assert "".join(made["alphabet"]) == alphabet
    np.testing.assert_array_equal(made["text"][:-1], X.ravel())


def test_nobody_looks_ahead() -> None:
    """A character changes what is said from its place on, and not before."""
    windows = NETWORK.X[:2].copy()
    before = scores(windows)
    windows[:, 9] = (windows[:, 9] + 1) % LETTERS
    after = scores(windows)
    np.testing.assert_allclose(after[:, :9], before[:, :9], rtol=1e-12, atol=1e-12)
    assert (abs(after - before)[:, 9:].max(axis=-1) > 1e-3).all()


def test_windows_do_not_see_each_other() -> None:
    both, other = scores(NETWORK.X[:2]), scores(NETWORK.X[[0, 7]])
    np.testing.assert_allclose(both[0], other[0], rtol=1e-12, atol=1e-12)
    assert abs(both[1] - other[1]).max() > 0.1


def test_the_order_of_the_characters_before_matters() -> None:
    windows = NETWORK.X[:1].copy()
    before = scores(windows)
    windows[0, :2] = windows[0, 1::-1]
    assert abs(scores(windows) - before)[0, -1].max() > 1e-3


def test_loss_is_the_mean_over_all_characters() -> None:
    theta = near()
    given = scores(NETWORK.X).reshape(-1, LETTERS)
    assert NETWORK.loss(theta) == pytest.approx(cross_entropy(given, NETWORK.y.ravel()), rel=1e-12)
    right = given.argmax(axis=-1) == NETWORK.y.ravel()
    assert NETWORK.accuracy(theta) == right.mean()


def test_gradient_of_the_whole_network() -> None:
    """In one direction, by a central difference: a small one is checked by complex steps."""
    network, rng, h = Characters(), np.random.default_rng(5), 1e-6
    theta, batch = near(), network.draw(1, rng)
    network.X, network.y = network.X[batch], network.y[batch]
    along = rng.normal(size=theta.shape)
    slope = (network.loss(theta + h * along) - network.loss(theta - h * along)) / (2 * h)
    assert network.grad(theta) @ along == pytest.approx(slope, rel=1e-6)


def test_start() -> None:
    arrays = Characters(width=32).arrays(Characters(width=32).start)
    for name, array in arrays.items():
        spread = 1 if name in "EP" else np.sqrt(1 / len(array))
        assert array.std() == pytest.approx(spread, rel=4 / np.sqrt(2 * array.size))
    assert {array.ndim for array in arrays.values()} == {2}


def test_rows_and_windows() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3 * 16, 5))
    assert in_windows(x).shape == (2, 3, 16, 5)
    np.testing.assert_array_equal(in_windows(x)[1, 2, 4], x[1, 2 * 16 + 4])
    np.testing.assert_array_equal(in_rows(in_windows(x)), x)


def test_normed() -> None:
    x = np.random.default_rng(0).normal(size=(2, 7, 5))
    u, size = normed(x)
    np.testing.assert_allclose(np.mean(u**2, axis=-1), 1, rtol=1e-4)
    np.testing.assert_allclose(u * size, x, rtol=1e-14)
    assert np.isfinite(normed(np.zeros((1, 5)))[0]).all()


def test_it_learns() -> None:
    """More than how frequent the characters are."""
    frequency = np.bincount(NETWORK.X.ravel()) / NETWORK.X.size
    entropy = -np.sum(frequency * np.log(np.where(frequency > 0, frequency, 1)))
    theta = sweep(Adam(lr=0.01), NETWORK, 150, rng=[1]).theta[-1, 0]
    assert NETWORK.held_out.loss(theta) < entropy - 0.2
    assert NETWORK.accuracy(theta) > 0.25


def test_in_single_precision() -> None:
    theta, batch = near(2), NETWORK.draw(1, np.random.default_rng(0))
    single = theta.astype(np.float32)
    assert NETWORK.grad(single, batch).dtype == np.float32
    expected = NETWORK.grad(theta, batch)
    np.testing.assert_allclose(NETWORK.grad(single, batch), expected, rtol=1e-3, atol=1e-4)


def test_a_thousand_at_once_are_each_alone() -> None:
    network = Characters(width=2, batch_size=2)
    rates = np.geomspace(1e-4, 1e-1, 500)
    runs = sweep(Adam(), network, steps=2, rng=[4, 5], lr=rates)
    for i, seed in ((0, 0), (123, 1), (499, 0)):
        alone = sweep(Adam(lr=rates[i]), network, steps=2, rng=4 + seed)
        np.testing.assert_allclose(runs.theta[0, i, seed], alone.theta[0], rtol=1e-7, atol=1e-10)
