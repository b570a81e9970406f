"""The largest curvature of a loss, from its gradients alone."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located

#: How far to either side the gradients are taken whose difference is the curvature times a
#: direction. Where a network has kinks the gradient jumps, and a jump in between is no curvature.
APART = 1e-7
#: How many directions are tried.
_MOST = 200


def sharpness(problem: Problem, theta: npt.ArrayLike, scale: npt.ArrayLike = 1.0) -> float:
    """Return the largest eigenvalue of the Hessian H, or of D H D with a diagonal matrix D.

    H is not written down: Lanczos' method asks for its product with a few directions, and each is a
    difference of two gradients.

    Parameters
    ----------
    problem : Problem
        The problem; its gradient is that of all data.
    theta : array_like, shape (d,)
        Where.
    scale : array_like, shape () or (d,), default 1
        The diagonal of D. Of Adam it is one over the root of what the gradient is divided by.

    Returns
    -------
    float
        The eigenvalue, to about one per cent; nan where the gradient is not finite, or at a kink.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If theta is not one point, or the shape of the scale does not fit.

    Examples
    --------
    >>> from adaptive.curvature import sharpness
    >>> from adaptive.problems import Ravine
    >>> ravine = Ravine(100)
    >>> round(sharpness(ravine, ravine.start), 3)
    100.0
    >>> round(sharpness(ravine, ravine.start, scale=[1, 0.1]), 3)
    1.0
    """
    _checks.instance("problem", problem, Problem)
    d = len(problem.start)
    point = located(theta, d)
    if point.ndim > 1:
        raise ValueError(f"theta must have shape ({d},), got shape {point.shape}")
    D = _checks.floating("scale", scale)
    if D.shape not in ((), (d,)):
        raise ValueError(f"scale must have shape () or ({d},), got shape {D.shape}")
    if not np.isfinite(problem.grad(point)).all():
        return np.nan
    begin = np.random.default_rng(0).normal(size=d)
    return _largest(lambda v: _times(problem, point, D, v), begin)


def _largest(product: Callable[[Array], Array], begin: Array, tol: float = 1e-2) -> float:
    """Return the largest eigenvalue of a symmetric matrix H, given by its products.

    Lanczos' method: of all vectors that the directions so far make up, x is the one along which H
    is largest. What is left, Hx - λx, is the next direction. It is made orthogonal to all earlier
    ones again, as rounding would undo that. The end is where its length is at most ``tol`` times
    the size of λ. If it comes to no end, the products are those of no symmetric matrix: nan.
    """
    Q = HQ = np.empty((0, len(begin)))
    w = begin
    while True:
        Q = np.vstack([Q, w / np.linalg.norm(w)])
        HQ = np.vstack([HQ, product(Q[-1])])
        if not np.isfinite(HQ[-1]).all():
            return np.nan
        values, vectors = np.linalg.eigh(Q @ HQ.T)
        largest, x = float(values[-1]), vectors[:, -1]
        w = x @ HQ - largest * (x @ Q)
        left = np.linalg.norm(w)
        if left <= tol * abs(largest):
            return largest
        if len(Q) == min(_MOST, len(begin)):
            return largest if left <= tol * abs(values).max() else np.nan
        w -= (Q @ w) @ Q


def _times(problem: Problem, theta: Array, D: Array, v: Array) -> Array:
    """Return D H D v: how the gradient changes along D v, times D."""
    u = D * v
    length = np.linalg.norm(u)
    if not length:
        return np.zeros_like(theta)
    ahead = APART / length * u
    difference = problem.grad(theta + ahead) - problem.grad(theta - ahead)
    return np.asarray(D * difference * (length / (2 * APART)))
