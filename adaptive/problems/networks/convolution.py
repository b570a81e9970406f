"""Handwritten digits, told apart by two layers of 3 × 3 filters."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.problems.networks import stored
from adaptive.problems.networks.network import Network


class Convolution(Network):
    """A convolutional network that says which digit an image of 8 × 8 pixels shows.

    Filters of 3 × 3 pixels are laid on each place of the image, 6 × 6 of them, and twice as many
    filters on each place of what comes out, 4 × 4. After both, what is negative becomes 0. The
    scores are linear in the result. The data are those of `Digits`.

    Parameters
    ----------
    filters : int, default 4
        How many filters the first layer has; the second has twice as many.
    batch_size : int, default 32
        Rows drawn, with replacement, for each gradient.
    seed : int, default 0
        Seed of the start.

    Raises
    ------
    TypeError
        If an argument is not an integer.
    ValueError
        If one is too small.

    Examples
    --------
    >>> from adaptive.problems import Convolution
    >>> problem = Convolution()
    >>> problem
    <convolution: 1626 parameters, 1297 rows, minibatches of 32>
    >>> {name: array.shape for name, array in problem.arrays(problem.start).items()}
    {'W1': (9, 4), 'b1': (4,), 'W2': (36, 8), 'b2': (8,), 'W3': (128, 10), 'b3': (10,)}
    """

    name = "convolution"
    gain = 2.0  # half of what comes out of a layer is 0

    def __init__(self, filters: int = 4, batch_size: int = 32, seed: int = 0) -> None:
        c = _checks.count("filters", filters, 1)
        shapes = {"W1": (9, c), "b1": (c,), "W2": (9 * c, 2 * c), "b2": (2 * c,)}
        shapes |= {"W3": (32 * c, 10), "b3": (10,)}
        rows = stored.apart(*stored.digits(), stored.HELD_OUT)
        super().__init__(shapes, *rows, batch_size, seed)
        self.widest = max(36 * 9, 16 * 9 * c)  # what the filters see

    def forward(self, w: dict[str, Array], X: Array) -> tuple[Any, ...]:
        """Return the scores, shape (..., b, 10), and what goes into and comes out of each layer."""
        U1 = windows(X, 8)
        H1 = _positive(U1 @ w["W1"], w["b1"])
        U2 = windows(H1, 6)
        H2 = _positive(U2 @ w["W2"], w["b2"])
        V = H2.reshape(*H2.shape[:-2], X.shape[-2], -1)  # one row for each image
        return V @ w["W3"] + w["b3"][..., None, :], U1, H1, U2, V

    def backward(self, w: dict[str, Array], X: Array, R: Array, *seen: Any) -> dict[str, Array]:
        """Return the gradient with respect to each array."""
        U1, H1, U2, V = seen
        A2 = R @ w["W3"].mT
        A2 *= V > 0
        A2 = A2.reshape(*A2.shape[:-2], U2.shape[-2], -1)  # one row for each place
        A1 = unwindows(A2 @ w["W2"].mT, 6)
        A1 *= H1 > 0
        g = {"W3": V.mT @ R, "b3": R.sum(axis=-2)}
        g |= {"W2": U2.mT @ A2, "b2": A2.sum(axis=-2)}
        return g | {"W1": U1.mT @ A1, "b1": A1.sum(axis=-2)}


def windows(H: Array, side: int) -> Array:
    """Return what filters of 3 × 3 pixels see on each place of square images.

    Parameters
    ----------
    H : ndarray, shape (..., b · side², c) or (..., b, side²)
        The pixels of b images, a row for each, with c values in each pixel; or one in each.
    side : int
        The pixels on each side of an image.

    Returns
    -------
    ndarray, shape (..., b · (side - 2)², 9 c)
        A row for each place.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems.networks.convolution import windows
    >>> windows(np.arange(16.0).reshape(1, 16), 4).astype(int)
    array([[ 0,  1,  2,  4,  5,  6,  8,  9, 10],
           [ 1,  2,  3,  5,  6,  7,  9, 10, 11],
           [ 4,  5,  6,  8,  9, 10, 12, 13, 14],
           [ 5,  6,  7,  9, 10, 11, 13, 14, 15]])
    """
    channels = 1 if H.shape[-1] == side * side else H.shape[-1]
    images = H.reshape(*H.shape[:-2], -1, side, side, channels)
    seen = sliding_window_view(images, (3, 3), axis=(-3, -2))
    return seen.reshape(*H.shape[:-2], -1, 9 * channels)


def unwindows(U: Array, side: int) -> Array:
    """Return the sum, for each pixel, of what is in its places in ``U``: `windows` transposed.

    Parameters
    ----------
    U : ndarray, shape (..., b · (side - 2)², 9 c)
        A row for each place.
    side : int
        The pixels on each side of an image.

    Returns
    -------
    ndarray, shape (..., b · side², c)
        A row for each pixel.
    """
    places, channels = side - 2, U.shape[-1] // 9
    U = U.reshape(*U.shape[:-2], -1, places, places, channels, 3, 3)
    images = np.zeros((*U.shape[:-5], side, side, channels), U.dtype)
    for i, j in np.ndindex(3, 3):
        images[..., i : i + places, j : j + places, :] += U[..., i, j]
    return images.reshape(*U.shape[:-6], -1, channels)


def _positive(Z: Array, b: Array) -> Array:
    """Return max(Z + b, 0), in Z."""
    Z += b[..., None, :]
    return np.maximum(Z, 0, out=Z)
