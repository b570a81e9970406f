"""The shapes of the arrays of a state."""

from __future__ import annotations

from typing import Any

Shape = tuple[int, ...]


def of_state(kind: Any, name: str, shape: Shape) -> Shape:
    """Return the shape of a state's array for parameters of a shape: the same, or a square's.

    ``kind`` is the class of the state, whose ``sides`` says which arrays are square.
    """
    return square(shape, kind.sides.get(name))


def square(shape: Shape, axis: int | None) -> Shape:
    """Return the shape of squares with the length of this axis; without one, the shape itself."""
    return shape if axis is None or len(shape) < 2 else (*shape[:-2], shape[axis], shape[axis])
