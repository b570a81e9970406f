"""The next word, given this one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum, Rule, sweep
from adaptive.problems import Bigrams
from adaptive.problems.networks import stored
from tests.problems import make_data

TEXT = Bigrams()


def test_start_and_lowest_loss() -> None:
    assert TEXT.loss(TEXT.start) == pytest.approx(np.log(128), rel=1e-14)
    entropy = 0.0
    for f, row in zip(TEXT.frequency, TEXT.following, strict=True):
        entropy -= f * sum(p * np.log(p) for p in row if p > 0)
    assert TEXT.loss(TEXT.minimum) == pytest.approx(entropy, rel=1e-14)
    assert abs(TEXT.grad(TEXT.minimum)).max() < 1e-16
    # Of all that are as low, the one nearest to the start.
    np.testing.assert_allclose(TEXT.minimum.reshape(128, 128).sum(axis=1), 0, atol=1e-10)


@pytest.mark.parametrize("smoothing", [0, 0.1])
@pytest.mark.parametrize("power", [1, 0.5, 0])
def test_no_point_is_lower_than_the_minimum(power: float, smoothing: float) -> None:
    text = Bigrams(16, power, smoothing)
    rng = np.random.default_rng(0)
    theta = text.minimum + rng.normal(size=(200, 256)) * np.geomspace(1e-4, 30, 200)[:, None]
    assert (text.loss(theta) > text.loss(text.minimum)).all()


def test_excess_says_which_words_are_missing() -> None:
    theta = np.random.default_rng(0).normal(size=(3, 128 * 128))
    excess = TEXT.excess(theta)
    assert excess.shape == (3, 128)
    assert (excess > 0).all()
    left = TEXT.loss(theta) - TEXT.loss(TEXT.minimum)
    np.testing.assert_allclose(excess @ TEXT.frequency, left, rtol=1e-12)
    np.testing.assert_allclose(TEXT.excess(TEXT.minimum), 0, atol=1e-14)
    # The divergence, for one word.
    p, scores = TEXT.following[7], theta[1].reshape(128, 128)[7]
    q = np.exp(scores) / np.exp(scores).sum()
    divergence = sum(p[y] * np.log(p[y] / q[y]) for y in range(128) if p[y] > 0)
    assert excess[1, 7] == pytest.approx(divergence, rel=1e-12)


def test_frequencies() -> None:
    assert TEXT.frequency.sum() == pytest.approx(1)
    assert (TEXT.following.sum(axis=1) == pytest.approx(1)) is True
    assert TEXT.frequency.max() / TEXT.frequency.min() == pytest.approx(263.04, abs=0.01)
    half, equal = Bigrams(power=0.5), Bigrams(power=0)
    np.testing.assert_array_equal(equal.frequency, 1 / 128)
    np.testing.assert_allclose(half.frequency**2 / sum(half.frequency**2), TEXT.frequency)
    for other in (half, equal):
        np.testing.assert_array_equal(other.following, TEXT.following)


def test_the_curvature_of_a_word_is_proportional_to_its_frequency() -> None:
    """At the start, where all words believe the same: f(x) (1/n) (1 - 1/n) on the diagonal."""
    n, h = 128, 1e-5
    for x in (0, 50, 127):
        step = np.zeros((n, n))
        step[x, 3] = h
        slopes = (TEXT.grad(step.ravel()) - TEXT.grad(-step.ravel())) / (2 * h)
        assert slopes.reshape(n, n)[x, 3] == pytest.approx(TEXT.frequency[x] * (1 - 1 / n) / n)


def test_words_do_not_interact() -> None:
    theta = np.random.default_rng(0).normal(size=(128, 128))
    before = TEXT.grad(theta.ravel()).reshape(128, 128)
    theta[5] += 3 * theta[6]
    after = TEXT.grad(theta.ravel()).reshape(128, 128)
    assert (np.delete(after, 5, axis=0) == np.delete(before, 5, axis=0)).all()
    assert (after[5] != before[5]).any()


def test_fewer_words_are_the_most_frequent_ones() -> None:
    few = Bigrams(words=9)
    assert few.vocabulary == TEXT.vocabulary[:9]
    counts = stored.bigrams()[1][:9, :9]
    np.testing.assert_allclose(few.following, counts / counts.sum(axis=1, keepdims=True))
    assert few.start.shape == few.minimum.shape == (81,)


def test_very_large_scores_do_not_overflow() -> None:
    theta = np.zeros((2, 128, 128))
    theta[0], theta[1] = 1e5 * np.eye(128), -1e300
    theta = theta.reshape(2, -1)
    loss, grad = TEXT.loss(theta), TEXT.grad(theta)
    assert np.isfinite(grad).all()
    assert loss[0] == pytest.approx(1e5 * (1 - TEXT.frequency @ np.diag(TEXT.following)))
    assert loss[1] == pytest.approx(np.log(128))


def test_in_single_precision() -> None:
    theta = np.random.default_rng(0).normal(size=(2, 128 * 128)).astype(np.float32)
    assert (
        TEXT.loss(theta).dtype == TEXT.grad(theta).dtype == TEXT.excess(theta).dtype == theta.dtype
    )
    np.testing.assert_allclose(TEXT.loss(theta), TEXT.loss(theta.astype(float)), rtol=1e-6)


def excess_after(rule: Rule, text: Bigrams, rates: list[float], steps: int = 150) -> float:
    """Return the lowest excess loss, over the rates, of a run whose rate falls to 0 in a line."""
    theta = np.tile(text.start, (len(rates), 1))
    state = rule.init(theta)
    for t in range(steps):
        now = replace(rule, lr=np.array(rates)[:, None] * (1 - t / steps))
        theta, state = now.step(theta, text.grad(theta), state)
    return float((text.loss(theta) - text.loss(text.minimum)).min())


def test_smoothing() -> None:
    smoothed = Bigrams(smoothing=0.1)
    overall = TEXT.frequency @ TEXT.following
    np.testing.assert_allclose(smoothed.following, 0.9 * TEXT.following + 0.1 * overall)
    np.testing.assert_array_equal(smoothed.frequency, TEXT.frequency)
    assert TEXT.minimum.min() < -40
    assert smoothed.minimum.min() > -15
    # Words follow each other as often as before.
    np.testing.assert_allclose(smoothed.frequency @ smoothed.following, overall)


def test_descent_is_slow_on_rare_words_and_adam_is_not() -> None:
    """With words as frequent as in the text, but not when all are equally frequent."""
    assert 0.05 < excess_after(SGD(), TEXT, [400, 600, 1000]) < 0.08
    assert excess_after(Adam(), TEXT, [2.5]) < 0.002
    # Where no score has to become infinite.
    real, equal = Bigrams(smoothing=0.1), Bigrams(power=0, smoothing=0.1)
    momentum, adam = Momentum(momentum=0.9), Adam()
    assert excess_after(momentum, real, [60, 100, 160]) > 0.01 > excess_after(adam, real, [2.5])
    assert excess_after(momentum, equal, [600, 1000]) < 2e-4 > excess_after(adam, equal, [2.5])


def test_thousands_of_small_ones_in_one_sweep() -> None:
    text = Bigrams(words=4)
    rates = np.geomspace(0.1, 10, 1000)
    runs = sweep(SGD(), text, steps=20, lr=rates)
    assert runs.loss.shape == (1, 1000)
    for i in (0, 400, 999):
        alone = sweep(SGD(), text, steps=20, lr=[rates[i]])
        np.testing.assert_array_equal(runs.theta[0, i], alone.theta[0, 0])


def test_counts_are_those_of_the_text() -> None:
    texts = make_data.topics()
    if not make_data.is_the_text(texts):
        pytest.skip(f"the words were counted in the documentation of Python {make_data.PYTHON}")
    made = make_data.bigrams(texts)
    words, counts = stored.bigrams()
    assert made["words"].tolist() == words
    np.testing.assert_array_equal(made["counts"], counts)


def test_a_small_text_is_counted_right() -> None:
    made = make_data.bigrams(["A b, a b.", "b a"])
    place = {word: i for i, word in enumerate(made["words"].tolist())}
    assert list(place)[:2] == ["a", "b"]
    counts = made["counts"]
    assert counts[place["a"], place["b"]] == 2
    # Not across the end of a text.
    assert counts[place["b"], place["a"]] == 1
    assert counts[place["."]].sum() == 0
    assert counts.sum() == 6


def test_counts_as_they_are_stored() -> None:
    """Where another Python makes no comparison."""
    words, counts = stored.bigrams()
    assert len(words) == len(set(words)) == len(counts) == 128
    assert counts.sum() == 68_925
    assert counts[words.index("of"), words.index("the")] == 473
    assert counts[words.index("the"), words.index("of")] == 0
    assert counts.sum(axis=1).min() == 45


@pytest.mark.parametrize("word", [0, 60, 127])
def test_rows_are_as_if_alone(word: int) -> None:
    """Under descent with the rate times its frequency, and under Adam whatever that is."""
    text = Bigrams(smoothing=0.1)
    f, p = text.frequency[word], text.following[word]

    def softmax(scores: Any) -> Any:
        return np.exp(scores) / np.exp(scores).sum()

    theta = np.random.default_rng(word).normal(size=128 * 128)
    np.testing.assert_allclose(
        text.grad(theta).reshape(128, 128)[word],
        f * (softmax(theta.reshape(128, 128)[word]) - p),
        rtol=1e-12,
    )
    for rule, alone in (
        (SGD(30.0), SGD(30.0 * f)),
        (Adam(0.1, eps=1e-40), Adam(0.1, eps=1e-40)),
    ):
        row, state = np.zeros(128), alone.init(np.zeros(128))
        for _ in range(30):
            row, state = alone.step(row, softmax(row) - p, state)
        theta = sweep(rule, text, 30, lr=[rule.lr]).theta[-1][0]  # type: ignore[attr-defined]
        np.testing.assert_allclose(theta.reshape(128, 128)[word], row, rtol=1e-6)


def test_what_follows_can_be_evened_out() -> None:
    rough = Bigrams(words=16, smoothing=0.2)
    for followers in (2.0, 0.5, 0.25):
        text = Bigrams(words=16, smoothing=0.2, followers=followers)
        rows = rough.following**followers
        np.testing.assert_allclose(text.following, rows / rows.sum(axis=1, keepdims=True))
        np.testing.assert_array_equal(text.frequency, rough.frequency)
        assert abs(text.grad(text.minimum)).max() < 1e-15
    even = Bigrams(words=16, followers=0)
    np.testing.assert_allclose(even.following, 1 / 16)
    # Before, not after, smoothing would leave what never follows far below the rest.
    text = Bigrams(words=16, smoothing=0.2, followers=0.25)
    assert text.following.min() > 0.01
    assert "what follows to the power 0.25" in repr(text)
