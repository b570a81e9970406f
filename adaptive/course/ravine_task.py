"""Assignment 1's task: features, probability, loss and gradient, equation by equation."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.code import Code
from adaptive.course.parts import Formula, Mistake, Part
from adaptive.problems import compute_loss, expand, probability

Array = npt.NDArray[np.float64]


# --------------------------------------------------------------------------- the circles task


def _sigmoid(z: Any) -> Any:
    return probability(np.reshape(z, (-1, 1)), np.ones(1))


def _without_brackets(i: SimpleNamespace, o: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 + np.exp(-(i.X @ i.w))


def _features(i: SimpleNamespace) -> Any:
    return expand(i.X)


def _logistic_loss(i: SimpleNamespace) -> Any:
    return compute_loss(i.X, i.y, i.w)


def _set(i: SimpleNamespace, **values: Any) -> SimpleNamespace:
    """Return the inputs with some of them replaced."""
    return SimpleNamespace(**{**vars(i), **values})


def _residual(i: SimpleNamespace) -> Array:
    return np.asarray(_sigmoid(i.X @ i.w) - i.y)


def _rows(rng: np.random.Generator) -> dict[str, Any]:
    n = int(rng.integers(4, 9))
    y = rng.permutation(np.arange(n) % 2).astype(float)
    return {"X": rng.normal(size=(n, 6)), "y": y, "w": rng.normal(size=6)}


def _far_rows(rng: np.random.Generator) -> dict[str, Any]:
    """Return rows on both sides of the boundary, near it and so far that exp(|z|) overflows.

    Of each kind one row is in the right class and one in the wrong.
    """
    far, near = 900 * rng.uniform(0.9, 1.1), 3 * rng.uniform(0.9, 1.1)
    z = np.array([far, far, -far, -far, near, near, -near, -near])
    X, w = rng.normal(size=(8, 6)), rng.normal(size=6)
    mixed = rng.permutation(8)
    X *= (z[mixed] / (X @ w))[:, None]
    return {"X": X, "y": np.array([0.0, 1] * 4)[mixed], "w": w}


EXPAND = Code(
    arguments=("X",),
    returns=("features",),
    calls=1,
    draw=lambda rng: {"X": rng.normal(size=(int(rng.integers(3, 8)), 2))},
    parts=(
        Part(
            "the six columns",
            1,
            "features",
            expected=lambda i, o: _features(i),
            reminder="The columns are x₀, x₁, x₀², x₁², x₀x₁ and 1, in this order.",
            mistakes=(
                Mistake(
                    "The column of ones is first; it should be last.",
                    lambda i, o: np.roll(_features(i), 1, axis=1),
                ),
                Mistake(
                    "The last column is 0; it should be 1.",
                    lambda i, o: _features(i) * (1, 1, 1, 1, 1, 0),
                ),
                Mistake(
                    "Each square is beside its x; both x come first, and then both squares.",
                    lambda i, o: _features(i)[:, [0, 2, 1, 3, 4, 5]],
                ),
                Mistake(
                    "x₀x₁ is before the squares; it should be after them.",
                    lambda i, o: _features(i)[:, [0, 1, 4, 2, 3, 5]],
                ),
                Mistake(
                    "The features are in rows: transpose, so that each point has a row.",
                    lambda i, o: _features(i).T,
                ),
                Mistake(
                    "x₀x₁ is doubled: that is the term of (x₀ + x₁)², but the feature is x₀x₁.",
                    lambda i, o: _features(i) * (1, 1, 1, 1, 2, 1),
                ),
                Mistake(
                    "The column of ones is missing: without it the boundary has no constant term.",
                    lambda i, o: _features(i)[:, :5],
                ),
            ),
        ),
    ),
)

PROBABILITY = Code(
    arguments=("X", "w"),
    returns=("p",),
    calls=1,
    draw=_rows,
    parts=(
        Part(
            "the sigmoid of X w",
            1,
            "p",
            expected=lambda i, o: _sigmoid(i.X @ i.w),
            reminder="It is 1 / (1 + exp(-X w)), one value for each row.",
            mistakes=(
                Mistake(
                    "That is the probability of class 0: look at the sign in the exponential.",
                    lambda i, o: _sigmoid(-(i.X @ i.w)),
                ),
                Mistake("That is X w itself: the sigmoid is missing.", lambda i, o: i.X @ i.w),
                Mistake(
                    "Brackets are missing: 1 / 1 + a is 1 + a. Write 1 / (1 + np.exp(-z)).",
                    _without_brackets,
                ),
                Mistake(
                    "That is tanh of X w: it runs from -1 to 1, a probability from 0 to 1.",
                    lambda i, o: np.tanh(i.X @ i.w),
                ),
                Mistake(
                    "That is exp(X w): divide it by 1 + exp(X w).", lambda i, o: np.exp(i.X @ i.w)
                ),
                Mistake(
                    "You expand X once more or drop columns: here X is already expanded.",
                    lambda i, o: _sigmoid(i.X[:, :2] @ i.w[:2]),
                ),
                Mistake(
                    "That is one class or the other: return the probability, and do not round it.",
                    lambda i, o: (i.X @ i.w > 0).astype(float),
                ),
            ),
        ),
        Part(
            "far from the boundary",
            1,
            "p",
            expected=lambda i, o: _sigmoid(i.X @ i.w),
            draw=_far_rows,
            # What is wrong everywhere is charged above.
            accepts=(
                lambda i, o: _sigmoid(-(i.X @ i.w)),
                lambda i, o: np.tanh(i.X @ i.w),
                _without_brackets,
            ),
            reminder="Where X w is large and positive the result is 1, where it is large and "
            "negative 0, and where it is small it is the sigmoid all the same. exp(z) / (1 + "
            "exp(z)) is inf / inf there, which is nan, and 1 / (1 + exp(-z)) is not.",
        ),
    ),
)

LOSS = Code(
    arguments=("X", "y", "w"),
    returns=("loss",),
    calls=1,
    given={"expand": expand, "probability": probability},
    draw=_rows,
    parts=(
        Part(
            "the mean logistic loss",
            1,
            "loss",
            expected=lambda i, o: _logistic_loss(i),
            reminder="It is the mean over the rows of -y log p - (1 - y) log(1 - p).",
            mistakes=(
                Mistake(
                    "That is the sum over the rows: take the mean.",
                    lambda i, o: _logistic_loss(i) * len(i.y),
                ),
                Mistake(
                    "You divide by the number of features; divide by the number of rows.",
                    lambda i, o: _logistic_loss(i) * len(i.y) / i.X.shape[1],
                ),
                Mistake(
                    "It is negative: a loss is the negative of the log-likelihood.",
                    lambda i, o: -_logistic_loss(i),
                ),
                Mistake(
                    "The classes are exchanged: y goes with log p, 1 - y with log(1 - p).",
                    lambda i, o: np.mean(np.logaddexp(0, i.X @ i.w) - (1 - i.y) * (i.X @ i.w)),
                ),
                Mistake(
                    "The two terms have opposite signs: add them first, and take the negative of "
                    "their sum.",
                    lambda i, o: np.mean(
                        i.y * np.logaddexp(0, -(i.X @ i.w)) - (1 - i.y) * np.logaddexp(0, i.X @ i.w)
                    ),
                ),
                Mistake(
                    "The second term is missing: rows of class 0 cost -log(1 - p).",
                    lambda i, o: -np.mean(i.y * np.log(_sigmoid(i.X @ i.w))),
                ),
                Mistake(
                    "That is the mean squared error, not the logistic loss.",
                    lambda i, o: np.mean(_residual(i) ** 2),
                ),
                Mistake(
                    "The logarithm is to base 2; it should be natural.",
                    lambda i, o: _logistic_loss(i) / np.log(2),
                ),
                Mistake(
                    "You return one loss for each row: return their mean, one number.",
                    lambda i, o: np.logaddexp(0, i.X @ i.w) - i.y * (i.X @ i.w),
                ),
            ),
        ),
        Part(
            "far from the boundary",
            1,
            "loss",
            expected=lambda i, o: _logistic_loss(i),
            draw=_far_rows,
            # What is wrong everywhere is charged above.
            accepts=(
                lambda i, o: _logistic_loss(i) * len(i.y),
                lambda i, o: _logistic_loss(i) * len(i.y) / i.X.shape[1],
                lambda i, o: -_logistic_loss(i),
                lambda i, o: _logistic_loss(_set(i, y=1 - i.y)),
                lambda i, o: np.mean(i.y * np.logaddexp(0, -(i.X @ i.w))),
                lambda i, o: _logistic_loss(i) / np.log(2),
                lambda i, o: np.logaddexp(0, i.X @ i.w) - i.y * (i.X @ i.w),
            ),
            reminder="Where p rounds to 0 or 1 its logarithm is -inf, and 0 · inf is nan. To clip "
            "p, or to replace nan, hides that and gives another loss: a row far on the wrong side "
            "costs |z|. With z = X w the loss of a row is log(1 + exp(z)) - y z, and "
            "np.logaddexp(0, z) is log(1 + exp(z)) without overflow.",
        ),
    ),
)


def _mean_of(residual: Formula) -> Formula:
    """Return the mean over the rows of a residual times the features."""
    return lambda i, o: residual(i, o) @ i.X / len(i.y)


_OF_A_ROW = (
    Mistake(
        "It has the wrong sign: it is p - y, and the descent subtracts it later.",
        _mean_of(lambda i, o: -_residual(i)),
    ),
    Mistake(
        "The factor p (1 - p) belongs to the squared error; here it cancels.",
        _mean_of(lambda i, o: _residual(i) * _sigmoid(i.X @ i.w) * _sigmoid(-i.X @ i.w)),
    ),
    Mistake(
        "y is missing: each row adds (p - y) times its features.",
        _mean_of(lambda i, o: _sigmoid(i.X @ i.w)),
    ),
    Mistake(
        "That is the mean of p - y: the features are missing, one component for each of them.",
        lambda i, o: np.mean(_residual(i)),
        other_rule=True,
    ),
    Mistake(
        "The sigmoid is missing: it is p - y, not X w - y.",
        _mean_of(lambda i, o: i.X @ i.w - i.y),
    ),
    Mistake(
        "It is doubled: that is the factor of a square, and the loss has none.",
        _mean_of(lambda i, o: 2 * _residual(i)),
    ),
)
_OF_THE_MEAN = (
    Mistake(
        "That is the sum over the rows: the loss is a mean, and so is its gradient.",
        lambda i, o: _residual(i) @ i.X,
    ),
    Mistake(
        "You divide by the number of features; divide by the number of rows.",
        lambda i, o: _residual(i) @ i.X / i.X.shape[1],
    ),
    Mistake(
        "It is divided by the sum of p - y, as np.average does with its weights; divide by the "
        "number of rows.",
        lambda i, o: _residual(i) @ i.X / np.sum(_residual(i)),
    ),
)

GRAD = Code(
    arguments=("X", "y", "w"),
    returns=("grad",),
    calls=1,
    given={"expand": expand, "probability": probability, "compute_loss": compute_loss},
    draw=_rows,
    parts=(
        Part(
            "what each row adds",
            1,
            "grad",
            expected=_mean_of(lambda i, o: _residual(i)),
            accepts=tuple(mistake.value for mistake in _OF_THE_MEAN),
            reminder="Each row adds (p - y) times its features; the gradient is the mean of these.",
            mistakes=_OF_A_ROW,
        ),
        Part(
            "the mean over the rows",
            1,
            "grad",
            expected=_mean_of(lambda i, o: _residual(i)),
            accepts=tuple(one.value for one in _OF_A_ROW if not one.other_rule),
            reminder="What the rows add is summed, and divided by their number.",
            mistakes=_OF_THE_MEAN,
        ),
    ),
)
