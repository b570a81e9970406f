"""The nearest matrix with singular values of 1, exactly and nearly."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks

Array = npt.NDArray[np.floating]

#: a, b and c of the polynomial aX + bXXᵀX + c(XXᵀ)²X of Jordan et al.
QUINTIC = (3.4445, -4.7750, 2.0315)


def orthogonalized(
    G: npt.ArrayLike,
    coefficients: tuple[float, float, float] = QUINTIC,
    steps: int = 5,
) -> Array:
    """Return matrices with the singular vectors of G and singular values near 1.

    With X = G/‖G‖, in the norm of Frobenius, each step replaces X by aX + bXXᵀX + c(XXᵀ)²X. That
    changes the singular values alone, each by itself: s becomes as + bs³ + cs⁵.

    Parameters
    ----------
    G : array_like, shape (..., m, n)
        The matrices.
    coefficients : tuple of three floats
        a, b and c; by default those of Muon, which bring singular values of at least 0.01 ‖G‖
        into [0.68, 1.14] in five steps. (15/8, -10/8, 3/8) tends to 1, more slowly.
    steps : int, default 5
        How many steps are made.

    Returns
    -------
    ndarray, shape (..., m, n)
        The matrices, in the dtype of G; of zeros where G is of zeros.

    Raises
    ------
    TypeError
        If G or the coefficients are not real numbers, or ``steps`` is not an integer.
    ValueError
        If G has fewer than two axes, there are not three coefficients, or ``steps`` is negative.

    References
    ----------
    Jordan et al. (2024).

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import orthogonalized
    >>> orthogonalized(np.diag([3.0, 0.2])).round(2)
    array([[0.7 , 0.  ],
           [0.  , 1.13]])
    """
    X = _normalized(_matrices("G", G))
    a, b, c = _three(coefficients)
    # XXᵀ is the smaller of the two products where X is wide.
    tall = X.shape[-2] > X.shape[-1]
    X = X.mT if tall else X
    for _ in range(_checks.count("steps", steps)):
        A = X @ X.mT
        X = a * X + (b * A + c * (A @ A)) @ X
    return X.mT if tall else X


def polar_factor(G: npt.ArrayLike) -> Array:
    """Return U Vᵀ, where G = U S Vᵀ is the singular value decomposition.

    Of all matrices whose singular values are at most 1 it has the largest inner product with G.

    Parameters
    ----------
    G : array_like, shape (..., m, n)
        The matrices.

    Returns
    -------
    ndarray, shape (..., m, n)
        The matrices, in the dtype of G. Directions in which G is 0, to rounding, stay 0.

    Raises
    ------
    TypeError
        If G is not of real numbers.
    ValueError
        If G has fewer than two axes, or a number in it is not finite.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive import polar_factor
    >>> polar_factor(np.diag([3.0, -0.2]))
    array([[ 1.,  0.],
           [ 0., -1.]])
    """
    G = _matrices("G", _checks.finite("G", G))
    U, s, Vt = np.linalg.svd(G, full_matrices=False)
    least = s.max(axis=-1, keepdims=True, initial=0) * max(G.shape[-2:]) * np.finfo(G.dtype).eps
    return np.asarray((U * (s > least)[..., None, :]) @ Vt)


def _matrices(name: str, value: npt.ArrayLike) -> Array:
    """Return an array of matrices, or say that it is none."""
    array = _checks.floating(name, value)
    if array.ndim < 2:
        raise ValueError(f"{name} must have shape (..., m, n), got shape {array.shape}")
    return _checks.single(array)


def _normalized(G: Array) -> Array:
    """Return G/‖G‖; a matrix of zeros stays one."""
    # First by the largest entry: the squares of small ones would be 0. Then ‖G‖ is at least 1.
    largest = np.max(np.abs(G), axis=(-2, -1), keepdims=True, initial=0)
    G = G / np.maximum(largest, np.finfo(G.dtype).tiny)
    norm = np.sqrt(np.sum(G * G, axis=(-2, -1), keepdims=True))
    return np.asarray(G / np.maximum(norm, 1))


def _three(coefficients: Any) -> list[float]:
    values = _checks.floating("coefficients", coefficients)
    if values.shape != (3,):
        raise ValueError(
            f"coefficients must be three numbers a, b, c, got {_checks.shown(coefficients)}"
        )
    return [float(value) for value in values]
