"""The largest curvature of a loss, from its gradients alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located

#: How far apart the two gradients are taken whose difference is the curvature times a direction.
APART = 1e-4


def sharpness(problem: Problem, theta: npt.ArrayLike, scale: npt.ArrayLike = 1.0) -> float:
    """Return the largest eigenvalue of the Hessian H, or of D H D with a diagonal matrix D.

    H is not written down: Lanczos' method asks for its product with a few directions, and each is a
    difference of two gradients. It needs scipy.

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
        The eigenvalue, to about one per cent; nan where the gradient is not finite.

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
    from scipy.sparse.linalg import LinearOperator, eigsh

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
    if d <= 2:
        return float(np.linalg.eigvalsh([_times(problem, point, D, v) for v in np.eye(d)])[-1])
    product = LinearOperator(
        (d, d), matvec=lambda v: _times(problem, point, D, v.ravel()), dtype=point.dtype
    )
    begin = np.random.default_rng(0).normal(size=d)
    (largest,) = eigsh(product, k=1, which="LA", v0=begin, tol=1e-2, return_eigenvectors=False)
    return float(largest)


def _times(problem: Problem, theta: Array, D: Array, v: Array) -> Array:
    """Return D H D v: how the gradient changes along D v, times D."""
    u = D * v
    length = np.linalg.norm(u)
    if not length:
        return np.zeros_like(theta)
    ahead = APART / length * u
    difference = problem.grad(theta + ahead) - problem.grad(theta - ahead)
    return np.asarray(D * difference * (length / (2 * APART)))
