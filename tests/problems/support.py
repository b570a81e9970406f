"""The problems under test, and derivatives that do not come from the package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adaptive.problems import (
    SURFACES,
    Bigrams,
    Characters,
    Circles,
    Convolution,
    Digits,
    Lessard,
    LogisticRegression,
    MovingTarget,
    NoisyQuadratic,
    Problem,
    RareAndSteady,
    Ravine,
    Reddi,
    Rescaled,
    SparseFeatures,
    Surface,
)
from adaptive.problems.networks import Network, stored

surfaces: list[Surface] = [
    *(kind() for kind in SURFACES),
    Ravine(50, 30),
    Ravine(1, -200),
    Lessard(),
]


def few(network: Network, rows: int = 12) -> Network:
    """Return a network that has only its first rows of data: a derivative asks for it often."""
    network.X, network.y = network.X[:rows], network.y[:rows]
    return network


_rng = np.random.default_rng(3)
others: list[Problem] = [
    NoisyQuadratic(),
    NoisyQuadratic([0.5, 2, 3], noise=2, batch_size=4),
    MovingTarget(every=20),
    MovingTarget([[1, 2], [0, -1], [3, 3]], every=7, noise=0.5),
    Reddi(),
    Reddi(6, 2, 3, at_random=True),
    RareAndSteady(),
    RareAndSteady(6, 2, 3, at_random=True),
    LogisticRegression(_rng.normal(size=(20, 3)), _rng.integers(2, size=20), batch_size=5),
    Circles(),
    SparseFeatures(batch_size=8),
    Rescaled(Ravine(angle=30), loss_by=7, theta_by=[3, 0.5]),
    Rescaled(NoisyQuadratic(), theta_by=0.2),
    Bigrams(words=4),
    Bigrams(words=5, power=0.5, smoothing=0.25),
    few(Digits(hidden=2, batch_size=3)),
    few(Convolution(filters=1, batch_size=3)),
    few(Characters(width=3, batch_size=2), rows=3),
]
every: list[Problem] = [*surfaces, *others]


def named(problem: Problem) -> str:
    """Return what a test with this problem is called."""
    return repr(problem)


def points(problem: Problem, *shape: int, seed: int = 0) -> np.ndarray:
    """Return random points around the start, shape (*shape, d)."""
    rng = np.random.default_rng(seed)
    return problem.start + rng.normal(size=(*shape, len(problem.start)))


def complex_step(loss: Callable[[Any], Any], theta: np.ndarray) -> np.ndarray:
    """Return the gradient of ``loss`` at one point: exact to rounding, without a difference."""
    steps = 1e-30j * np.eye(len(theta))
    return np.array([np.imag(loss(theta + step)) for step in steps]) / 1e-30


def logistic_loss(X: np.ndarray, y: np.ndarray, w: np.ndarray) -> Any:
    """Return the mean logistic loss, for complex weights too: a sum over rows, one by one."""
    total = 0.0
    for row, label in zip(X, y, strict=True):
        z = sum(x * weight for x, weight in zip(row, w, strict=True))
        # log(1 + exp z), written so that nothing overflows
        softplus = z + np.log(1 + np.exp(-z)) if np.real(z) > 0 else np.log(1 + np.exp(z))
        total = total + softplus - label * z
    return total / len(y)


def cross_entropy(scores: Any, classes: Any) -> Any:
    """Return the mean of -log softmax, for complex scores too: a sum over rows, one by one."""
    total = 0.0
    for z, label in zip(scores, classes, strict=True):
        z = z - np.real(z).max()
        total = total + np.log(np.sum(np.exp(z))) - z[label]
    return total / len(classes)


def bigrams_loss(problem: Bigrams, theta: Any) -> Any:
    """Return the loss of the bigrams from the counts that are stored, pair by pair."""
    n = len(problem.vocabulary)
    counts = stored.bigrams()[1][:n, :n]
    total = whole = 0.0
    for row, scores in zip(counts, theta.reshape(n, n), strict=True):
        losses = [cross_entropy([scores], [label]) for label in range(n)]
        shares = [
            (1 - problem.smoothing) * row[y] / sum(row)
            + problem.smoothing * sum(counts[:, y]) / sum(sum(counts))
            for y in range(n)
        ]
        mean = sum(share * loss for share, loss in zip(shares, losses, strict=True))
        total, whole = total + sum(row) ** problem.power * mean, whole + sum(row) ** problem.power
    return total / whole


def digits_scores(X: np.ndarray, h: int, theta: Any) -> Any:
    """Return the scores of the two-layer network, its arrays cut by hand."""
    W1, b1 = theta[: 64 * h].reshape(64, h), theta[64 * h : 65 * h]
    W2, b2 = theta[65 * h : 75 * h].reshape(h, 10), theta[75 * h :]
    return np.tanh(X @ W1 + b1) @ W2 + b2


def convolution_scores(X: np.ndarray, c: int, theta: Any) -> Any:
    """Return the scores of the convolution, pixel by pixel of the filters."""

    def filtered(images: Any, filters: Any, b: Any) -> Any:
        places = images.shape[1] - 2
        out = b
        for i, j in np.ndindex(3, 3):
            seen = images[:, i : i + places, j : j + places]
            out = out + np.einsum("nxyc,cf->nxyf", seen, filters[:, i, j])
        return np.where(np.real(out) > 0, out, 0)

    sizes = np.cumsum([9 * c, c, 18 * c * c, 2 * c, 320 * c])
    K1, b1, K2, b2, W3, b3 = np.split(theta, sizes)
    first = filtered(X.reshape(-1, 8, 8, 1), K1.reshape(1, 3, 3, c), b1)
    second = filtered(first, K2.reshape(c, 3, 3, 2 * c), b2)
    return second.reshape(len(X), -1) @ W3.reshape(-1, 10) + b3


def characters_scores(X: np.ndarray, d: int, theta: Any) -> Any:
    """Return the scores of the transformer, window by window."""

    def cut(*shape: int) -> Any:
        nonlocal theta
        size = int(np.prod(shape))
        array, theta = theta[:size].reshape(shape), theta[size:]
        return array

    def normed(x: Any) -> Any:
        return x / np.sqrt(np.sum(x * x, axis=1, keepdims=True) / d + 1e-6)

    letters = (len(theta) - 16 * d - 16 * d * d) // (2 * d)
    E, P = cut(letters, d), cut(16, d)
    square, up, down = (d, d), (d, 2 * d), (2 * d, d)
    blocks = [[cut(*shape) for shape in (*[square] * 4, up, down)] for _ in range(2)]
    S = cut(d, letters)
    scores = []
    for window in X:
        x = np.array([E[letter] + P[place] for place, letter in enumerate(window)])
        for Q, K, V, M, A, B in blocks:
            u = normed(x)
            weights = np.tril(np.exp((u @ Q) @ (u @ K).T / np.sqrt(d)))
            x = x + weights / np.sum(weights, axis=1, keepdims=True) @ (u @ V) @ M
            h = normed(x) @ A
            x = x + np.where(np.real(h) > 0, h, 0) @ B
        scores.extend(normed(x) @ S)
    return scores


def loss_on(problem: Problem, batch: Any) -> Callable[[Any], Any]:
    """Return the loss whose gradient ``problem.grad(theta, batch)`` must be."""
    if isinstance(problem, Rescaled):
        inner = loss_on(problem.problem, batch)
        return lambda x: problem.loss_by * inner(x / problem.theta_by)
    rows = slice(None) if batch is None else batch
    if isinstance(problem, LogisticRegression):
        return lambda w: logistic_loss(problem.X[rows], problem.y[rows], w)
    if isinstance(problem, Bigrams):
        return lambda x: bigrams_loss(problem, x)
    if isinstance(problem, Digits | Convolution):
        X, y = problem.X[rows], problem.y[rows]
        scores = digits_scores if isinstance(problem, Digits) else convolution_scores
        first = problem.blocks.shapes["b1"][0]
        return lambda x: cross_entropy(scores(X, first, x), y)
    if isinstance(problem, Characters):
        X, y, d = problem.X[rows], problem.y[rows].ravel(), problem.blocks.shapes["P"][1]
        return lambda x: cross_entropy(characters_scores(X, d, x), y)
    if isinstance(problem, NoisyQuadratic):
        noise = 0 if batch is None else batch
        return lambda x: sum(problem.curvatures * x * x / 2 + noise * x)
    if isinstance(problem, MovingTarget):
        seen = problem.targets if batch is None else np.atleast_2d(batch)
        return lambda x: sum(sum((x - at) ** 2) / 2 for at in seen) / len(seen)
    if isinstance(problem, RareAndSteady):
        mean = (problem.large - (problem.period - 1) * problem.small) / problem.period
        slopes = (mean, mean) if batch is None else batch
        # Above the loss of the best point, (-1, -1): the mean, whatever the batch.
        return lambda x: slopes[0] * x[0] + slopes[1] * x[1] + 2 * mean
    if isinstance(problem, Reddi):
        slope = (problem.large - (problem.period - 1) * problem.small) / problem.period
        return lambda x: (slope if batch is None else batch[0]) * x[0]
    if isinstance(problem, Surface):
        return lambda theta: problem.f(theta[0], theta[1])
    raise NotImplementedError(f"say here what the loss of {problem!r} is")
