"""Handwritten digits, told apart by a network of two layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.problems.networks import stored
from adaptive.problems.networks.network import Network


class Digits(Network):
    """Two layers that say which digit an image of 8 × 8 pixels shows.

    The scores are tanh(X W₁ + b₁) W₂ + b₂. The data are 1797 handwritten digits, of which the
    last 500 are held out.

    Parameters
    ----------
    hidden : int, default 32
        How many hidden units.
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

    References
    ----------
    Alpaydin and Kaynak (1998), Optical Recognition of Handwritten Digits, CC BY 4.0.

    Examples
    --------
    >>> from adaptive import Adam, sweep
    >>> from adaptive.problems import Digits
    >>> problem = Digits()
    >>> problem
    <digits: 2410 parameters, 1297 rows, minibatches of 32>
    >>> {name: array.shape for name, array in problem.arrays(problem.start).items()}
    {'W1': (64, 32), 'b1': (32,), 'W2': (32, 10), 'b2': (10,)}
    >>> theta = sweep(Adam(), problem, steps=200, lr=[0.001, 0.01]).theta[-1]
    >>> problem.accuracy(theta).round(2), problem.held_out.accuracy(theta).round(2)
    (array([0.89, 0.98]), array([0.82, 0.92]))
    """

    name = "digits"

    def __init__(self, hidden: int = 32, batch_size: int = 32, seed: int = 0) -> None:
        h = _checks.count("hidden", hidden, 1)
        shapes = {"W1": (64, h), "b1": (h,), "W2": (h, 10), "b2": (10,)}
        rows = stored.apart(*stored.digits(), stored.HELD_OUT)
        super().__init__(shapes, *rows, batch_size, seed)
        self.widest = max(64, h)

    def forward(self, w: dict[str, Array], X: Array) -> tuple[Any, ...]:
        """Return the scores, shape (..., b, 10), and the hidden units."""
        H = X @ w["W1"]
        H += w["b1"][..., None, :]
        np.tanh(H, out=H)
        return H @ w["W2"] + w["b2"][..., None, :], H

    def backward(self, w: dict[str, Array], X: Array, R: Array, *seen: Any) -> dict[str, Array]:
        """Return the gradient with respect to each array."""
        (H,) = seen
        A = R @ w["W2"].mT
        A *= 1 - H * H  # tanh' = 1 - tanh²
        return {"W1": X.mT @ A, "b1": A.sum(axis=-2), "W2": H.mT @ R, "b2": R.sum(axis=-2)}
