from __future__ import annotations

import hashlib
import warnings
from statistics import median

import numpy as np
import pytest
from scipy import optimize

from adaptive import SGD, Adagrad, Adam, Rule, descend
from adaptive.problems import (
    Circles,
    LogisticRegression,
    SparseFeatures,
    compute_grad,
    compute_loss,
    expand,
    probability,
)
from tests.every import every_rule
from tests.problems.support import complex_step, logistic_loss

RNG = np.random.default_rng(11)
POINTS = RNG.normal(size=(12, 2))
CLASSES = RNG.integers(2, size=12)
WEIGHTS = RNG.normal(size=6)


# ------------------------------------------------------------------ the course's functions


def test_expand() -> None:
    assert expand([[2, -3], [0, 5]]).tolist() == [[2, -3, 4, 9, -6, 1], [0, 5, 0, 25, 0, 1]]
    assert expand([2, -3]).tolist() == [2, -3, 4, 9, -6, 1]
    assert expand(np.ones((4, 3, 2))).shape == (4, 3, 6)
    assert expand(np.ones((4, 2), np.float32)).dtype == np.float32


def test_probability() -> None:
    X = expand(POINTS)
    for got, row in zip(probability(X, WEIGHTS), X, strict=True):
        assert got == pytest.approx(1 / (1 + np.exp(-sum(row * WEIGHTS))), rel=1e-12)
    assert probability([[1, 0]], [0, 0]).tolist() == [0.5]


def test_probability_saturates_without_a_warning() -> None:
    got = probability([[1.0], [-1.0]], [[30.0], [1e5], [1e300]])
    assert got[1:].tolist() == [[1, 0]] * 2
    assert got[0, 1] == pytest.approx(np.exp(-30), rel=1e-3)
    assert got[0, 0] == pytest.approx(1)


def test_loss_and_gradient() -> None:
    X = expand(POINTS)
    assert compute_loss(X, CLASSES, WEIGHTS) == pytest.approx(logistic_loss(X, CLASSES, WEIGHTS))
    exact = complex_step(lambda w: logistic_loss(X, CLASSES, w), WEIGHTS)
    np.testing.assert_allclose(compute_grad(X, CLASSES, WEIGHTS), exact, rtol=1e-12)
    assert compute_loss(X, CLASSES, np.zeros(6)) == pytest.approx(np.log(2))


def test_mean_over_the_rows_given() -> None:
    """A minibatch is passed as rows: twice the same rows make the same loss and gradient."""
    X = expand(POINTS)
    twice = np.tile(X, (2, 1)), np.tile(CLASSES, 2), WEIGHTS
    assert compute_loss(*twice) == pytest.approx(compute_loss(X, CLASSES, WEIGHTS))
    np.testing.assert_allclose(compute_grad(*twice), compute_grad(X, CLASSES, WEIGHTS))
    one = compute_grad(X[[3]], CLASSES[[3]], WEIGHTS)
    np.testing.assert_allclose(one, (probability(X, WEIGHTS)[3] - CLASSES[3]) * X[3])


def test_many_weights_at_once() -> None:
    X, w = expand(POINTS), RNG.normal(size=(4, 3, 6))
    assert probability(X, w).shape == (4, 3, 12)
    assert compute_loss(X, CLASSES, w).shape == (4, 3)
    np.testing.assert_allclose(compute_grad(X, CLASSES, w)[2, 1], compute_grad(X, CLASSES, w[2, 1]))


def test_large_scores_do_not_overflow() -> None:
    X, y = np.array([[1.0], [-1.0]]), [1, 1]
    assert compute_loss(X, y, [1e5]) == pytest.approx(1e5 / 2)
    assert compute_grad(X, y, [1e5]).tolist() == [0.5]


def test_loss_is_right_to_the_last_bits_from_0_to_the_largest_scores() -> None:
    z = np.array([0.0, 1e-300, 1e-9, 0.3, 1, 20, 40, 700, 800, 1e6, 1e300])
    for sign in (1, -1):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            lost = [compute_loss([[1.0]], [y], (sign * z)[:, None]) for y in (0, 1)]
        np.testing.assert_allclose(lost[0], np.logaddexp(0, sign * z), rtol=4e-16)
        np.testing.assert_allclose(lost[1], np.logaddexp(0, -sign * z), rtol=4e-16)


def test_loss_of_what_diverged() -> None:
    X, w = np.array([[1.0]]), [[np.inf], [-np.inf], [np.nan]]
    assert compute_loss(X, [0], w)[:2].tolist() == [np.inf, 0]
    assert compute_loss(X, [1], w)[:2].tolist() == [0, np.inf]
    assert np.isnan(compute_loss(X, [1], w)[2])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_loss_keeps_its_arguments_and_is_of_their_widest_dtype(dtype: type) -> None:
    X, y, w = expand(POINTS).astype(dtype), CLASSES.astype(dtype), WEIGHTS.astype(dtype)
    before = X.copy(), y.copy(), w.copy()
    assert compute_loss(X, y, w).dtype == dtype
    assert compute_loss(X, y, w) == pytest.approx(logistic_loss(X, y, w), rel=1e-6)
    assert compute_loss(X, CLASSES, w).dtype == np.float64
    for now, was in zip((X, y, w), before, strict=True):
        np.testing.assert_array_equal(now, was)


@pytest.mark.parametrize("classes", [11, 13, 1, 0, (12, 1), (1, 12)])
def test_there_is_one_class_for_each_row(classes: int | tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"y must have one class for each row of X, shape \(12,\)"):
        compute_loss(expand(POINTS), np.ones(classes), WEIGHTS)


def test_boolean_classes() -> None:
    X = expand(POINTS)
    assert compute_loss(X, CLASSES == 1, WEIGHTS) == compute_loss(X, CLASSES, WEIGHTS)


def test_course_loop() -> None:
    """The course's own loop, with its names, makes the path of `descend`."""
    task = Circles()
    X, y = expand(task.points), task.y
    w = np.array([0, 0, 0, 0, 0, 1])
    rng = np.random.default_rng(3)
    for _ in range(20):
        ind = rng.integers(X.shape[0], size=4)
        w = w - 0.1 * compute_grad(X[ind, :], y[ind], w)
    path = descend(SGD(lr=0.1), task, np.array([0, 0, 0, 0, 0, 1]), steps=20, rng=3)
    np.testing.assert_allclose(path.theta[-1], w, rtol=1e-12)


# ------------------------------------------------------------------ the circles task


def test_data_are_the_same_each_time() -> None:
    one, other = Circles(), Circles()
    np.testing.assert_array_equal(one.points, other.points)
    assert one.points is not other.points
    # Rounded, as the last bits of cos and sin are the machine's.
    data = np.round(one.points, 6) + 0.0
    assert hashlib.sha256(data.tobytes()).hexdigest()[:16] == "f70626a7f649ce5c"
    assert not np.allclose(Circles(seed=1).points, one.points)


def test_data_are_like_the_course() -> None:
    task = Circles()
    assert task.points.shape == (826, 2)
    assert np.bincount(task.y.astype(int)).tolist() == [314, 512]
    np.testing.assert_allclose(task.points.mean(axis=0), 0, atol=1e-12)
    np.testing.assert_allclose(task.points.std(axis=0), 1)
    np.testing.assert_array_equal(task.X, expand(task.points))
    assert task.start.tolist() == [0, 0, 0, 0, 0, 1]
    ring = task.points[task.y == 0] - task.points[task.y == 1].mean(axis=0)
    turn = np.sort(np.arctan2(ring[:, 1], ring[:, 0]))
    gaps = np.diff(turn, append=turn[0] + 2 * np.pi)
    assert gaps.max() > 1, "the ring is open"


def test_start_and_best_loss() -> None:
    task = Circles()
    assert task.loss(task.start) == pytest.approx(0.69, abs=0.01)
    best = optimize.minimize(task.loss, task.start, jac=task.grad, method="BFGS")
    assert 0.18 <= best.fun <= 0.25
    accuracy = ((probability(task.X, best.x) > 0.5) == task.y).mean()
    assert accuracy >= 0.9
    straight = LogisticRegression(task.X[:, [0, 1, 5]], task.y)
    line = optimize.minimize(straight.loss, straight.start, jac=straight.grad, method="BFGS")
    assert line.fun > 0.5, "no straight line separates the classes"


@every_rule
def test_after_a_hundred_steps(kind: type[Rule]) -> None:
    ends = median(
        descend(kind(**kind.on_circles), Circles(), rng=seed).loss[-1] for seed in range(20)
    )
    low, high = {"SGD": (0.29, 0.33), "Adam": (0.21, 0.27)}.get(kind.__name__, (0.19, 0.4))
    assert low <= ends <= high


def test_minibatches() -> None:
    task, rng = Circles(batch_size=7), np.random.default_rng(0)
    rows = np.array([task.draw(t, rng) for t in range(1, 1001)])
    assert rows.shape == (1000, 7)
    assert (rows.min(), rows.max()) == (0, 825)
    assert any(len(set(row)) < 7 for row in rows), "they are drawn with replacement"


# ------------------------------------------------------------------ other data


def test_own_data() -> None:
    X, y = [[1, 0], [1, 1], [1, 2], [1, 3]], [0, 0, 1, 1]
    problem = LogisticRegression(X, y, batch_size=2, start=[0, 1], name="mine")
    assert repr(problem) == "<mine: 4 rows, 2 features, minibatches of 2>"
    path = descend(Adam(lr=0.1), problem, steps=200)
    assert path.loss[-1] < path.loss[0] / 2
    assert path.theta[0].tolist() == [0, 1]
    assert ((probability(X, path.theta[-1]) > 0.5) == y).all()


def test_separable_data_do_not_overflow() -> None:
    problem = LogisticRegression([[1e4], [-1e4]], [1, 0], batch_size=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = descend(SGD(lr=10.0), problem, [-1.0], steps=50)
    assert path.loss[-1] == 0


def test_sparse_features() -> None:
    task = SparseFeatures()
    assert set(np.unique(task.X)) == {0, 1}
    seen = task.X.mean(axis=0)
    assert np.allclose(seen, task.frequency, atol=0.02)
    assert (task.frequency[0], task.frequency[-1]) == pytest.approx((0.5, 0.005))
    assert set(task.weights) == {-2, 2}
    np.testing.assert_array_equal(task.X, SparseFeatures().X)
    np.testing.assert_array_equal(task.y, SparseFeatures().y)
    assert task.X.shape == (4000, 20)
    assert hashlib.sha256(task.X.astype(np.uint8).tobytes()).hexdigest()[:16] == "b78d3168270a3b83"
    assert not np.array_equal(SparseFeatures(seed=1).X, task.X)


def test_sparse_features_matter_equally() -> None:
    """The classes are drawn by weights of 2 and -2 in turn."""
    task = SparseFeatures()
    assert task.weights.tolist() == [2.0, -2.0] * 10
    np.testing.assert_allclose(np.diff(np.log(task.frequency)), np.log(0.01) / 19)
    # The mean of the residuals of a thousand rows, by where the classes are likely and where not.
    expected = probability(task.X, task.weights)
    for low, high in ((0, 0.3), (0.3, 0.6), (0.6, 1)):
        some = (low <= expected) & (expected < high)
        assert some.sum() > 300
        assert abs((task.y - expected)[some].mean()) < 2 / np.sqrt(some.sum())


def test_adagrad_learns_rare_features() -> None:
    """What Adagrad was made for: after as many steps it knows more of the rare features."""
    task = SparseFeatures()
    best = {}
    for kind in (SGD, Adagrad):
        paths = [descend(kind(lr=lr), task, steps=1_000) for lr in (0.1, 0.3, 1.0)]
        best[kind] = min(paths, key=lambda path: path.loss[-100:].mean()).theta[-1]
    rare = task.frequency < 0.03
    learnt = {kind: (best[kind] / task.weights)[rare].mean() for kind in best}
    assert learnt[Adagrad] > learnt[SGD] + 0.1
