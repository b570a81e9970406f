"""One vector of parameters, seen as named arrays."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array, located


class Blocks:
    """How the arrays of a network, by name, follow each other in one vector.

    Rules and `sweep` want one vector of shape (..., d), its leading axes being runs; the
    equations of a network want the arrays. Both are the same numbers.

    Parameters
    ----------
    shapes : mapping of str to tuple of int
        The shape of each array, in their order in the vector.

    Attributes
    ----------
    shapes : dict of tuple
        As given.
    size : int
        The length d of the vector.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.problems.networks import Blocks
    >>> blocks = Blocks({"W": (2, 2), "b": (2,)})
    >>> blocks.split(np.arange(6.0))
    {'W': array([[0., 1.], [2., 3.]]), 'b': array([4., 5.])}
    >>> blocks.join({"W": np.eye(2), "b": np.ones(2)})
    array([1., 0., 0., 1., 1., 1.])
    """

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        self.shapes = {
            name: tuple(_checks.count(f"shapes[{name!r}]", n, 1) for n in shape)
            for name, shape in shapes.items()
        }
        ends = np.cumsum([math.prod(shape) for shape in self.shapes.values()]).tolist()
        self._places = dict(zip(self.shapes, zip([0, *ends], ends, strict=False), strict=True))
        self.size: int = ends[-1] if ends else 0

    def __repr__(self) -> str:
        return f"Blocks({self.shapes})"

    def split(self, theta: npt.ArrayLike) -> dict[str, Array]:
        """Return the arrays in ``theta``, without copying them.

        Parameters
        ----------
        theta : array_like, shape (..., d)
            The vector; with leading axes, one for each run.

        Returns
        -------
        dict of ndarray
            Views of ``theta``, each with its own shape after the leading axes.

        Raises
        ------
        TypeError
            If ``theta`` is not of real numbers.
        ValueError
            If its last axis is not of length d.
        """
        theta = located(theta, self.size)
        lead = theta.shape[:-1]
        return {
            name: theta[..., low:high].reshape(lead + self.shapes[name])
            for name, (low, high) in self._places.items()
        }

    def join(self, arrays: Mapping[str, npt.ArrayLike]) -> Array:
        """Return the vector that holds copies of all arrays; the opposite of `split`.

        Parameters
        ----------
        arrays : mapping of str to array_like
            The arrays by name, each with its own shape after leading axes that broadcast.

        Returns
        -------
        ndarray, shape (..., d)
            The vector, of the widest dtype among the arrays.

        Raises
        ------
        TypeError
            If an array is not of real numbers.
        ValueError
            If a name is missing or unknown, or a shape does not fit.
        """
        if set(arrays) != set(self.shapes):
            raise ValueError(
                f"arrays must be named {', '.join(self.shapes)}, got {', '.join(map(str, arrays))}"
            )
        parts = {name: _checks.floating(f"arrays[{name!r}]", arrays[name]) for name in self.shapes}
        lead = self._lead(parts)
        theta = np.empty((*lead, self.size), np.result_type(*parts.values()))
        for name, (low, high) in self._places.items():
            # In the shape of the array: what it is given may have fewer leading axes.
            theta[..., low:high].reshape(lead + self.shapes[name])[...] = parts[name]
        return theta

    def _lead(self, parts: Mapping[str, npt.NDArray[Any]]) -> tuple[int, ...]:
        """Return the leading axes of all arrays together, or say which one does not fit."""
        lead: tuple[int, ...] = ()
        for name, shape in self.shapes.items():
            own = parts[name].shape
            cut = len(own) - len(shape)
            try:
                if cut < 0 or own[cut:] != shape:
                    raise ValueError
                lead = np.broadcast_shapes(lead, own[:cut])
            except ValueError:
                wanted = ", ".join(["...", *map(str, shape)])
                raise ValueError(
                    f"arrays[{name!r}] must have shape ({wanted}), with leading axes like those "
                    f"of the others, got shape {own}"
                ) from None
        return lead
