"""What the networks share: a softmax at the end, minibatches, and parameters in one vector."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, Problem, located
from adaptive.problems.networks.blocks import Blocks
from adaptive.problems.tables import kept

#: So many numbers of the largest array are computed at once: 512 kB in float64. Larger arrays fall
#: out of the processor's cache, and numpy takes fresh memory for each of them.
PIECE = 64_000


class Network(Problem):
    """A network that gives each class a score, trained with the mean cross-entropy.

    A subclass says how long its vector of parameters is, by naming its arrays, and defines
    `forward` and `backward`; both broadcast over leading axes of all arrays.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The arrays of the network; one of two or more axes has its inputs on all but the last.
    train, held_out : tuple of array_like
        Inputs X, shape (n, ...), and classes y, integers of shape (n,) or (n, places).
    batch_size : int, default 32
        Rows drawn, with replacement, for each gradient.
    seed : int, default 0
        Seed of the start: arrays of the name ``W…`` are normal, with variance ``gain`` / inputs;
        others are 0.

    Attributes
    ----------
    X, y : ndarray
        The rows on which `loss`, `grad` and `accuracy` are computed.
    blocks : Blocks
        Where in the vector each array is.
    widest : int
        How many numbers the largest array inside the network has for each row: what is computed
        at once is chosen by it.

    Raises
    ------
    TypeError
        If ``batch_size``, ``seed`` or a length in ``shapes`` is not an integer.
    ValueError
        If one of them is too small, or ``X`` and ``y`` are not equally many.

    Examples
    --------
    A network of one's own, which has one layer:

    >>> from adaptive import Adam, descend
    >>> from adaptive.problems import Digits
    >>> from adaptive.problems.networks import Network
    >>> class OneLayer(Network):
    ...     name = "one layer"
    ...
    ...     def forward(self, w, X):
    ...         return (X @ w["W"],)
    ...
    ...     def backward(self, w, X, R):
    ...         return {"W": X.mT @ R}
    >>> digits = Digits()
    >>> train, held_out = (digits.X, digits.y), (digits.held_out.X, digits.held_out.y)
    >>> descend(Adam(lr=0.1), OneLayer({"W": (64, 10)}, train, held_out))
    <Path: Adam on one layer, 100 steps, loss 2.48 -> 0.15>
    """

    stochastic = True
    #: The variance of a weight at the start, times the number of its inputs.
    gain = 1.0

    def __init__(
        self,
        shapes: Mapping[str, tuple[int, ...]],
        train: tuple[Array, npt.NDArray[Any]],
        held_out: tuple[Array, npt.NDArray[Any]],
        batch_size: int = 32,
        seed: int = 0,
    ) -> None:
        self.blocks = Blocks(shapes)
        for X, y in (train, held_out):
            if len(X) != len(y) or not len(X):
                raise ValueError(
                    f"X and y must have equally many rows, at least one, got {len(X)} and {len(y)}"
                )
        self.X, self.y = train
        self.widest = math.prod(self.X.shape[1:])
        self._held_out = held_out
        self.batch_size = _checks.count("batch_size", batch_size, 1)
        self.start = kept(self.initial(seed))

    def __repr__(self) -> str:
        return (
            f"<{self.name}: {self.blocks.size} parameters, {len(self.X)} rows, "
            f"minibatches of {self.batch_size}>"
        )

    @property
    def held_out(self) -> Network:
        """The same network on the data that training does not see, to ask for its loss there."""
        other = copy.copy(self)
        (other.X, other.y), other._held_out = self._held_out, (self.X, self.y)
        return other

    def initial(self, seed: int) -> Array:
        """Return another start, drawn in the same way as the network's own, shape (d,)."""
        rng = np.random.default_rng(_checks.count("seed", seed))
        arrays = {}
        for name, shape in self.blocks.shapes.items():
            spread = self.spread(name)
            arrays[name] = rng.normal(0, spread, shape) if spread else np.zeros(shape)
        return self.blocks.join(arrays)

    def spread(self, name: str) -> float:
        """Return the standard deviation, at the start, of the array of this name."""
        if not name.startswith("W"):
            return 0.0
        return float(np.sqrt(self.gain / np.prod(self.blocks.shapes[name][:-1])))

    def arrays(self, theta: npt.ArrayLike) -> dict[str, Array]:
        """Return views of ``theta``, shape (..., d), as the network's arrays by name."""
        return self.blocks.split(theta)

    def vector(self, arrays: Mapping[str, npt.ArrayLike]) -> Array:
        """Return the vector, shape (..., d), of arrays by name: the opposite of `arrays`."""
        return self.blocks.join(arrays)

    def forward(self, w: dict[str, Array], X: Array) -> tuple[Any, ...]:
        """Return the score of each class, shape (..., b, classes), and what `backward` needs.

        Parameters
        ----------
        w : dict of ndarray
            The arrays of the network, each with the leading axes of theta.
        X : ndarray, shape (..., b, *input)
            The inputs, whose leading axes broadcast against those of theta.
        """
        raise NotImplementedError(f"{type(self).__name__} must define forward(w, X)")

    def backward(self, w: dict[str, Array], X: Array, R: Array, *seen: Any) -> dict[str, Array]:
        """Return the gradient with respect to each array.

        Parameters
        ----------
        w, X
            As in `forward`.
        R : ndarray, shape (..., b, classes)
            The gradient with respect to the scores.
        *seen : ndarray
            What `forward` returned beside the scores.
        """
        raise NotImplementedError(f"{type(self).__name__} must define backward(w, X, R, *seen)")

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the mean cross-entropy over all rows at ``theta``, shape (..., d)."""
        return self._mean(_cross_entropy, theta)

    def accuracy(self, theta: npt.ArrayLike) -> Any:
        """Return the share of the rows whose class has the highest score, shape (...)."""
        return self._mean(lambda Z, y: Z.argmax(axis=-1) == y, theta)

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, over the rows whose indices are in ``batch``.

        ``batch`` has shape (b,), or (runs, b) with ``theta`` of shape (..., runs, d).
        """
        theta = located(theta, self.blocks.size)
        indices = np.arange(len(self.X)) if batch is None else np.asarray(batch)
        self._check(indices)
        lead = theta.shape[:-1]
        if indices.ndim > 1:
            lead = np.broadcast_shapes(lead, indices.shape[:-1])
            indices = np.broadcast_to(indices, (*lead, indices.shape[-1]))
        runs = np.broadcast_to(theta, (*lead, theta.shape[-1])).reshape(-1, theta.shape[-1])
        indices = indices.reshape(-1, indices.shape[-1])
        few = max(1, PIECE // (self.widest * min(indices.shape[-1], self._rows_at_once)))
        parts = [
            self._grad(
                runs[low : low + few], indices[low : low + few] if len(indices) > 1 else indices[0]
            )
            for low in range(0, len(runs), few)
        ]
        g = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return g.reshape(*lead, theta.shape[-1])

    def _grad(self, theta: Array, batch: npt.NDArray[Any]) -> Array:
        """Return the gradient for a few runs, with one batch for all or one for each."""
        w, n = self.blocks.split(theta), batch.shape[-1]
        total: Any = 0
        for low in range(0, n, self._rows_at_once):
            X, y = self._rows(batch[..., low : low + self._rows_at_once], theta.dtype)
            Z, *seen = self.forward(w, X)
            R = softmax(Z)
            # One for the class of each row: what the network believes, less what is so.
            R -= np.eye(R.shape[-1], dtype=R.dtype)[y]
            R /= n * self.y[0].size
            g = self.blocks.join(self.backward(w, X, R, *seen))
            total = total + g if low else g
        return total

    def draw(self, t: int, rng: np.random.Generator) -> npt.NDArray[np.integer]:
        """Return the indices of the rows of one minibatch, shape (batch_size,)."""
        return rng.integers(len(self.X), size=self.batch_size)

    def draws(self, times: range, rng: np.random.Generator) -> npt.NDArray[np.integer]:
        """Return the indices of many minibatches, shape (times, batch_size)."""
        return rng.integers(len(self.X), size=(len(times), self.batch_size))

    @property
    def _rows_at_once(self) -> int:
        return max(1, PIECE // self.widest)

    def _mean(self, function: Callable[..., Any], theta: npt.ArrayLike) -> Any:
        """Return the mean of a function of scores and classes over all rows, for each run."""
        theta = located(theta, self.blocks.size)
        total = np.zeros(theta.shape[:-1], theta.dtype)
        for run in np.ndindex(total.shape):
            w = self.blocks.split(theta[run])
            for low in range(0, len(self.X), self._rows_at_once):
                rows = np.arange(low, min(low + self._rows_at_once, len(self.X)))
                X, y = self._rows(rows, theta.dtype)
                total[run] += np.sum(function(self.forward(w, X)[0], y))
        return total[()] / self.y.size

    def _rows(
        self, batch: npt.NDArray[Any], dtype: np.dtype[Any]
    ) -> tuple[Array, npt.NDArray[Any]]:
        """Return the inputs of a minibatch, in the precision of theta, and its classes."""
        X, y = self.X[batch], self.y[batch]
        if self.y.ndim > 1:
            y = y.reshape(*y.shape[:-2], -1)  # the places of all rows, one after the other
        return (X.astype(dtype, copy=False) if X.dtype.kind == "f" else X), y

    def _check(self, batch: npt.NDArray[Any]) -> None:
        """Raise an IndexError unless a batch holds indices of rows."""
        n = len(self.X)
        if batch.dtype.kind not in "iu" or not batch.ndim or not ((batch >= 0) & (batch < n)).all():
            raise IndexError(
                f"batch must hold indices of rows, from 0 to {n - 1}, got {_checks.shown(batch)}"
            )


def _cross_entropy(Z: Array, y: npt.NDArray[Any]) -> Array:
    """Return -log softmax(Z) of the class of each row."""
    Z = Z - Z.max(axis=-1, keepdims=True)
    score = np.take_along_axis(Z, y[..., None], -1)[..., 0]
    return np.log(np.exp(Z, out=Z).sum(axis=-1)) - score


def softmax(Z: Array) -> Array:
    """Return exp(Z) / Σ exp(Z) over the last axis, without overflow.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems.networks.network import softmax
    >>> softmax(np.log([1.0, 2.0, 5.0])).round(3)
    array([0.125, 0.25 , 0.625])
    >>> softmax(np.array([1e4, 0.0]))
    array([1., 0.])
    """
    P = Z - Z.max(axis=-1, keepdims=True)
    np.exp(P, out=P)
    P /= P.sum(axis=-1, keepdims=True)
    return P
