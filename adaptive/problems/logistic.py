"""Logistic regression by minibatches, and two data sets made from a seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem
from adaptive.problems.tables import features, kept, numbers


def expand(X: npt.ArrayLike) -> Array:
    """Return the quadratic features (x₀, x₁, x₀², x₁², x₀x₁, 1) of points in the plane.

    Parameters
    ----------
    X : array_like, shape (..., 2)
        The points.

    Returns
    -------
    ndarray, shape (..., 6)
        The features.

    Raises
    ------
    TypeError
        If ``X`` is not an array of real numbers.
    ValueError
        If its last axis is not of length 2.

    Examples
    --------
    >>> from adaptive.problems import expand
    >>> expand([[2, 3]])
    array([[2., 3., 4., 9., 6., 1.]])
    """
    X = features("X", X)
    if X.shape[-1:] != (2,):
        raise ValueError(f"X must have shape (..., 2), got shape {X.shape}")
    x0, x1 = X[..., 0], X[..., 1]
    return np.stack([x0, x1, x0**2, x1**2, x0 * x1, np.ones_like(x0)], axis=-1)


def probability(X: npt.ArrayLike, w: npt.ArrayLike) -> Array:
    """Return the probability of class 1 for each row of ``X``, a sigmoid of X w.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Features, already expanded.
    w : array_like, shape (..., d)
        Weights.

    Returns
    -------
    ndarray, shape (..., n)
        Probabilities; far from the boundary they round to 0 or 1 without a warning.

    Raises
    ------
    TypeError
        If an argument is not an array of real numbers.
    ValueError
        If the last axes of ``X`` and ``w`` differ.

    Examples
    --------
    >>> from adaptive.problems import expand, probability
    >>> probability(expand([[0, 0], [2, 0]]), [0, 0, 1, 0, 0, -1]).round(3)
    array([0.269, 0.953])
    """
    return _sigmoid(_scores(*_features(X, w)))


def compute_loss(X: npt.ArrayLike, y: npt.ArrayLike, w: npt.ArrayLike) -> Any:
    """Return the mean logistic loss over the rows of ``X``.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Features, already expanded.
    y : array_like, shape (n,)
        Classes, 0 or 1.
    w : array_like, shape (..., d)
        Weights.

    Returns
    -------
    float or ndarray, shape (...)
        The loss.

    Raises
    ------
    TypeError
        If an argument is not an array of real numbers.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> from adaptive.problems import compute_loss, expand
    >>> compute_loss(expand([[0, 0], [2, 0]]), [0, 1], [0, 0, 1, 0, 0, -1]).round(3)
    np.float64(0.181)
    """
    X, w = _features(X, w)
    return _mean_loss(X, _labels(X, y), w)


def compute_grad(X: npt.ArrayLike, y: npt.ArrayLike, w: npt.ArrayLike) -> Array:
    """Return the gradient of `compute_loss` with respect to ``w``.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Features, already expanded.
    y : array_like, shape (n,)
        Classes, 0 or 1.
    w : array_like, shape (..., d)
        Weights.

    Returns
    -------
    ndarray, shape (..., d)
        The gradient.

    Raises
    ------
    TypeError
        If an argument is not an array of real numbers.
    ValueError
        If the shapes do not fit.

    Examples
    --------
    >>> from adaptive.problems import compute_grad, expand
    >>> compute_grad(expand([[2, 3]]), [1], [0, 0, 0, 0, 0, 0])
    array([-1. , -1.5, -2. , -4.5, -3. , -0.5])
    """
    X, w = _features(X, w)
    return _mean_grad(X, _labels(X, y), w)


class LogisticRegression(Problem):
    """The mean logistic loss of ``(X, y)``, with gradients from minibatches.

    Parameters
    ----------
    X : array_like, shape (n, d)
        Features, such as a data frame; booleans count as 0 and 1. The problem keeps a copy.
    y : array_like, shape (n,)
        Classes, 0 or 1; copied too.
    batch_size : int, default 4
        Rows drawn, with replacement, for each gradient.
    start : array_like, shape (d,), optional
        Where runs begin; zeros by default.
    name : str, default "logistic regression"
        What figures call the problem.

    Raises
    ------
    TypeError
        If ``X``, ``y`` or ``start`` are not of real numbers, or ``batch_size`` is not an integer.
        Of a data frame, the message names the column.
    ValueError
        If shapes do not fit, values are not finite, missing or masked, a class is neither 0 nor
        1, or ``batch_size`` is below 1.

    Examples
    --------
    >>> from adaptive import Adam, descend
    >>> from adaptive.problems import LogisticRegression
    >>> problem = LogisticRegression([[1, 0], [1, 1], [1, 2]], [0, 0, 1], batch_size=2)
    >>> path = descend(Adam(lr=0.1), problem, steps=50, rng=1)
    >>> bool(path.loss[-1] < path.loss[0])
    True
    """

    stochastic = True

    def __init__(
        self,
        X: npt.ArrayLike,
        y: npt.ArrayLike,
        batch_size: int = 4,
        start: npt.ArrayLike | None = None,
        name: str = "logistic regression",
    ) -> None:
        # Of its own, so that a run means the same when the caller's data change.
        self.X = kept(_checks.finite("X", features("X", X)))
        if self.X.ndim != 2 or not self.X.size:
            raise ValueError(f"X must have shape (n, d), got shape {self.X.shape}")
        self.y = kept(_labels(self.X, y))
        self.batch_size = _checks.count("batch_size", batch_size, 1)
        d = self.X.shape[1]
        self.start = kept(np.zeros(d) if start is None else _checks.finite("start", start))
        if self.start.shape != (d,):
            raise ValueError(f"start must have shape ({d},), got shape {self.start.shape}")
        self.name = name

    def __repr__(self) -> str:
        n, d = self.X.shape
        return f"<{self.name}: {n} rows, {d} features, minibatches of {self.batch_size}>"

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the mean loss over all rows at ``theta``, shape (..., d)."""
        X, w = _features(self.X, theta, "theta")
        return _mean_loss(X, self.y, w)

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, over the rows whose indices are in ``batch``.

        ``batch`` has shape (b,), or (runs, b) with ``theta`` of shape (..., runs, d).
        """
        try:
            X, y = (self.X, self.y) if batch is None else (self.X[batch], self.y[batch])
        except IndexError:
            raise IndexError(
                f"batch must hold indices of rows, from 0 to {len(self.X) - 1}, "
                f"got {_checks.shown(batch)}"
            ) from None
        return _mean_grad(X, y, _features(self.X, theta, "theta")[1])

    def draw(self, t: int, rng: np.random.Generator) -> npt.NDArray[np.integer]:
        """Return the indices of the rows of one minibatch, shape (batch_size,)."""
        return rng.integers(len(self.X), size=self.batch_size)

    def draws(self, times: range, rng: np.random.Generator) -> npt.NDArray[np.integer]:
        """Return the indices of many minibatches, shape (times, batch_size)."""
        return rng.integers(len(self.X), size=(len(times), self.batch_size))


class Circles(LogisticRegression):
    """The book's real task: a disc of points within an open ring, two noisy classes.

    Class 1 is a disc (512 points), class 0 three quarters of a ring around it
    (314 points); they overlap. The features are those of `expand`, the start
    is (0, 0, 0, 0, 0, 1), and minibatches have 4 rows.

    Parameters
    ----------
    batch_size : int, default 4
        Rows drawn, with replacement, for each gradient.
    seed : int, default 0
        Seed of the data.

    Attributes
    ----------
    points : ndarray, shape (826, 2)
        The points in the plane.

    Examples
    --------
    >>> from adaptive.problems import Circles
    >>> Circles()
    <circles: 826 rows, 6 features, minibatches of 4>
    """

    def __init__(self, batch_size: int = 4, seed: int = 0) -> None:
        rng = np.random.default_rng(_checks.count("seed", seed))
        disc = rng.normal((0.27, -0.24), 0.69, size=(512, 2))
        turn = rng.uniform(0, 1.5 * np.pi, size=314)
        ring = rng.normal(1.9, 0.43, size=314) * np.stack([np.cos(turn), np.sin(turn)])
        points = np.concatenate([disc, ring.T])
        self.points = kept((points - points.mean(axis=0)) / points.std(axis=0))
        y = np.repeat([1.0, 0.0], [512, 314])
        super().__init__(expand(self.points), y, batch_size, (0, 0, 0, 0, 0, 1), "circles")


class SparseFeatures(LogisticRegression):
    """Logistic regression on features of which some are common and some are rare.

    Feature j is 1 in a fraction of the rows that falls from ½ for the first
    to 1/200 for the last, and 0 in the others; all features matter equally.

    Parameters
    ----------
    batch_size : int, default 4
        Rows drawn, with replacement, for each gradient.
    seed : int, default 0
        Seed of the data.

    Attributes
    ----------
    frequency : ndarray, shape (20,)
        The probability that a feature is 1.
    weights : ndarray, shape (20,)
        The weights that the classes were drawn with.

    Examples
    --------
    >>> from adaptive.problems import SparseFeatures
    >>> problem = SparseFeatures()
    >>> problem
    <sparse features: 4000 rows, 20 features, minibatches of 4>
    >>> problem.frequency[[0, -1]]
    array([0.5  , 0.005])
    """

    def __init__(self, batch_size: int = 4, seed: int = 0) -> None:
        rng = np.random.default_rng(_checks.count("seed", seed))
        self.frequency = kept(np.geomspace(0.5, 0.005, 20))
        self.weights = kept(np.where(np.arange(20) % 2, -2.0, 2.0))
        X = (rng.random((4000, 20)) < self.frequency).astype(np.float64)
        y = (rng.random(4000) < _sigmoid(X @ self.weights)).astype(np.float64)
        super().__init__(X, y, batch_size, name="sparse features")


def _sigmoid(z: Array) -> Array:
    """Return the sigmoid of z, which is overwritten: new arrays cost as much as the arithmetic."""
    # Through tanh, which saturates where exp would overflow.
    z /= 2
    np.tanh(z, out=z)
    z += 1
    z /= 2
    return z


def _softplus(z: Array) -> Array:
    """Return log(1 + exp(z)), in z: several times as fast as `np.logaddexp`."""
    rest = np.abs(z)
    np.negative(rest, out=rest)
    np.exp(rest, out=rest)
    np.log1p(rest, out=rest)
    np.maximum(z, 0, out=z)
    z += rest
    return z


def _scores(X: Array, w: Array) -> Array:
    """Return X w. One set of rows for all w is one matrix product, much the faster way."""
    return w @ X.T if X.ndim == 2 else (X @ w[..., None])[..., 0]


def _mean_loss(X: Array, y: Array, w: Array) -> Any:
    # log(1 + exp(z)) - y z, which is this for a class of 0 and of 1.
    return np.mean(_softplus(_scores(X, w) * (1 - 2 * y)), axis=-1)


def _mean_grad(X: Array, y: Array, w: Array) -> Array:
    # A column for each w, so that numpy's loops are as long as there are many.
    scores = (X @ w.T).T if X.ndim == w.ndim == 2 else _scores(X, w)
    residual = _sigmoid(scores)
    residual -= y
    residual /= X.shape[-2]
    return residual @ X if X.ndim == 2 else (residual[..., None, :] @ X)[..., 0, :]


def _features(X: npt.ArrayLike, w: npt.ArrayLike, name: str = "w") -> tuple[Array, Array]:
    """Return X and w as float arrays whose last axes agree."""
    X, w = features("X", X), _checks.floating(name, w)
    if X.ndim != 2 or w.shape[-1:] != X.shape[1:]:
        raise ValueError(
            f"X must have shape (n, d) and {name} shape (..., d), "
            f"got shapes {X.shape} and {w.shape}"
        )
    return X, w


def _labels(X: Array, y: npt.ArrayLike) -> Array:
    """Return y as an array of floats, one 0 or 1 for each row of X."""
    labels = numbers("y", y)
    if labels.shape != X.shape[:1]:
        raise ValueError(
            f"y must have one class for each row of X, shape {X.shape[:1]}, "
            f"got shape {labels.shape}"
        )
    if not labels.size:
        raise ValueError("X and y must have at least one row, got none")
    if not np.isin(labels, (0, 1)).all():
        raise ValueError(f"y must hold the classes 0 and 1 only, got {_checks.shown(y)}")
    return labels
