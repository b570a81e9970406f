"""The data that are shipped; where they come from is said in ``data/README.md``."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.problems.base import Array
from adaptive.problems.tables import kept

#: So many images, the last ones, are held out.
HELD_OUT = 500
#: Inputs with their classes.
Rows = tuple[npt.NDArray[Any], npt.NDArray[Any]]


@cache
def digits() -> tuple[Array, npt.NDArray[Any]]:
    """Return the images of the digits, shape (1797, 64), from 0 to 1, and their classes."""
    stored = _stored("digits.npz")
    classes = stored["classes"].astype(np.intp)
    classes.flags.writeable = False
    return kept(stored["images"] / 16), classes


@cache
def bigrams() -> tuple[list[str], Array]:
    """Return the words, the most frequent first, and how often each is followed by each."""
    stored = _stored("bigrams.npz")
    return stored["words"].tolist(), kept(stored["counts"].astype(np.float64))


@cache
def characters(context: int) -> tuple[str, npt.NDArray[Any], npt.NDArray[Any]]:
    """Return the alphabet, and windows of the text with what follows each of their characters."""
    stored = _stored("characters.npz")
    text = stored["text"].astype(np.intp)
    many = (len(text) - 1) // context
    X, y = (text[i : i + many * context].reshape(many, context) for i in (0, 1))
    for array in (text, X, y):
        array.flags.writeable = False
    return "".join(stored["alphabet"].tolist()), X, y


@cache
def plane() -> dict[str, npt.NDArray[Any]]:
    """Return a plane through a network's parameters, and the runs that are projected on it.

    ``heights`` is the loss where the coordinates are ``x`` and ``y``, shape (y, x); ``paths`` are
    the coordinates of runs after some ``steps``, shape (rules, rates, steps, 2); ``loss`` and
    ``share`` are of their ends, shape (rules, rates): which share of their squared distance from
    the start, where both coordinates are 0, lies in the plane.
    """
    arrays = _stored("plane.npz")
    for array in arrays.values():
        array.flags.writeable = False
    return arrays


def apart(X: npt.NDArray[Any], y: npt.NDArray[Any], held_out: int) -> tuple[Rows, Rows]:
    """Return the rows to train on, and the last ones, which are held out."""
    n = len(X) - held_out
    return (X[:n], y[:n]), (X[n:], y[n:])


def _stored(name: str) -> dict[str, npt.NDArray[Any]]:
    """Return the arrays in one of the files."""
    with files(__package__).joinpath("data", name).open("rb") as file, np.load(file) as arrays:
        return dict(arrays)
