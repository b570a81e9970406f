"""Roots of symmetric matrices, and the axes of matrices; batched over leading axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np


def inverse_root(A: Any, k: int) -> Any:
    """Return A^(-1/k) of symmetric matrices without negative eigenvalues.

    Directions in which A is 0, to rounding, stay 0. It is computed in float64: the smallest
    eigenvalues count most in it.
    """
    s, Q = _finite(np.linalg.eigh, A)
    least = s.max(axis=-1, keepdims=True, initial=0) * s.shape[-1] * np.finfo(s.dtype).eps
    # In two steps: a power of 0 would be a division by it.
    powers = np.where(s > least, s, 1) ** (-1 / k) * ~(s <= least)
    return (Q * powers[..., None, :]) @ Q.mT


def singular_vectors(A: Any) -> tuple[Any, Any]:
    """Return the left and the right singular vectors of matrices, as columns, in float64.

    They are the eigenvectors of AAᵀ and AᵀA, those of the largest values first.
    """
    U, _, Vt = _finite(np.linalg.svd, A)
    return U, Vt.mT


def followed(A: Any, Q: Any) -> tuple[Any, Any]:
    """Return orthonormal columns that follow the eigenvectors of A, and their order.

    A step of orthogonal iteration: the columns q are sorted by qᵀAq, the largest first, multiplied
    by A, and made orthonormal again in this order. The second result says which was where.
    """
    stretched = A @ Q
    order = np.argsort(-np.sum(Q * stretched, axis=-2), axis=-1, kind="stable")
    return np.linalg.qr(np.take_along_axis(stretched, order[..., None, :], axis=-1)).Q, order


def _finite(decomposed: Callable[[Any], tuple[Any, ...]], A: Any) -> list[Any]:
    """Return the parts of a decomposition in float64; NaN where a matrix is not finite."""
    finite = np.isfinite(A).all(axis=(-2, -1))
    parts = decomposed(np.where(finite[..., None, None], A, 0).astype(np.float64))
    return [
        np.where(finite.reshape(finite.shape + (1,) * (part.ndim - finite.ndim)), part, np.nan)
        for part in parts
    ]
