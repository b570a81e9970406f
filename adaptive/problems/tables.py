"""Data as they come: arrays, lists and data frames, taken as arrays of floats that nobody moves."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array

#: The kinds of dtype that are taken as numbers; booleans count as 0 and 1.
NUMBERS = "biuf"


def features(name: str, value: npt.ArrayLike) -> Array:
    """Return features as an array of floats, as `numbers` does; of a frame, blame the column."""
    if value.__class__ is np.ndarray:
        return numbers(name, value)
    value = _computed(value)
    if hasattr(value, "columns") and hasattr(value, "to_numpy") and hasattr(value, "items"):
        value = _joined(name, value)
    return numbers(name, value)


def numbers(name: str, value: npt.ArrayLike) -> Array:
    """Return ``value`` as an array of floats, with booleans as 0 and 1."""
    value = _computed(value)
    kind = getattr(getattr(value, "dtype", None), "kind", "O")
    if kind in NUMBERS and hasattr(value, "isna"):
        # A series that may have holes becomes an array of objects otherwise.
        value = _filled(value)
    array = _checks.unmasked(name, value)
    return array.astype(np.float64) if array.dtype == bool else _checks.floating(name, array)


def kept(array: Array) -> Array:
    """Return a copy that nobody can write to, in C order and the machine's byte order."""
    copy = np.array(array, array.dtype.newbyteorder("="), order="C")
    copy.flags.writeable = False
    return copy


def _computed(value: Any) -> Any:
    """Return what a lazy collection, such as dask's, comes to; it would drop the mask otherwise."""
    return value.compute() if hasattr(value, "compute") else value


def _joined(name: str, frame: Any) -> npt.NDArray[Any]:
    """Return the columns of a data frame as one array, or say which one holds no numbers."""
    for label, column in frame.items():
        if getattr(column.dtype, "kind", "O") not in NUMBERS:
            raise TypeError(
                f"{name} must have columns of real numbers or booleans, "
                f"column {label!r} has dtype {column.dtype}"
            )
        if column.isna().any():
            raise ValueError(f"{name} must have no missing values, column {label!r} has some")
    return _filled(frame)


def _filled(data: Any) -> npt.NDArray[Any]:
    """Return a series or a data frame of numbers as an array, with NaN where a value is missing."""
    array = np.asarray(data)
    if array.dtype.kind in NUMBERS:
        return array
    filled: npt.NDArray[Any] = data.to_numpy(dtype=np.float64, na_value=np.nan)
    return filled
