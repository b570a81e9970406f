"""What all problems share."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating]


def point(*coordinates: float) -> Array:
    """Return a point that all runs share, and that none can move."""
    fixed = np.array(coordinates)
    fixed.flags.writeable = False
    return fixed


def store(frozen: Any, **checked: Any) -> None:
    """Put checked values into the fields of a frozen dataclass, while it is being made."""
    for name, value in checked.items():
        object.__setattr__(frozen, name, value)


class Problem:
    """Something to descend: a loss with its gradient.

    ``loss`` and ``grad`` broadcast over leading axes: for ``theta`` of shape
    (..., d) they return shapes (...) and (..., d). A problem that draws its
    gradient at random says so in `stochastic` and draws a batch in `draw`.
    Batches of several runs, stacked on a first axis, broadcast against
    ``theta`` as arrays do.

    Attributes
    ----------
    name : str
        What figures call the problem.
    start : ndarray, shape (d,)
        Where runs begin unless told otherwise.
    minimum : ndarray, shape (d,), or None
        The minimiser nearest to the start, where it is known.
    bounds : tuple of (low, high), one for each coordinate, or None
        The part of the space that figures show.
    """

    #: Whether `draw` returns something that changes the gradient.
    stochastic: ClassVar[bool] = False

    name: str
    start: Array
    minimum: Array | None = None
    bounds: tuple[tuple[float, float], ...] | None = None

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``; for a stochastic problem, its expectation."""
        raise NotImplementedError(f"{type(self).__name__} must define loss(theta)")

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, on ``batch`` where one is given."""
        raise NotImplementedError(f"{type(self).__name__} must define grad(theta, batch=None)")

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        """Return the batch for step ``t`` (from 1); None where the gradient is exact."""
        return None

    def project(self, theta: Array) -> Array:
        """Return the feasible point nearest to ``theta``: itself where all points are feasible."""
        return theta


class Surface(Problem):
    """A deterministic problem in two coordinates, written with plain arithmetic on them.

    A subclass defines ``f(x, y)`` and its partial derivatives
    ``partials(x, y)``. Both see the coordinates apart, so that they can be
    called with arrays, and with the objects that record an expression.
    """

    def f(self, x: Any, y: Any) -> Any:
        """Return the loss at (x, y)."""
        raise NotImplementedError(f"{type(self).__name__} must define f(x, y)")

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return the two partial derivatives of `f` at (x, y)."""
        raise NotImplementedError(f"{type(self).__name__} must define partials(x, y)")

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., 2)."""
        return self.f(*_coordinates(theta))

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Array:
        """Return the gradient at ``theta``, shape (..., 2)."""
        return np.stack(self.partials(*_coordinates(theta)), axis=-1)


def _coordinates(theta: npt.ArrayLike) -> tuple[Array, Array]:
    """Return the two coordinates of theta, each of shape (...)."""
    array = np.asarray(theta)
    if array.shape[-1:] != (2,):
        raise ValueError(f"theta must have shape (..., 2), got shape {array.shape}")
    return array[..., 0], array[..., 1]
