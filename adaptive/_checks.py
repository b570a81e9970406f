"""What every public function asks of its arguments.

Each check names the argument, shows its value and says what is allowed.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import numpy.typing as npt


def shown(value: Any) -> str:
    """Return ``value`` as it is printed in an error message: one short line."""
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."


def unmasked(name: str, value: Any) -> npt.NDArray[Any]:
    """Return ``value`` as an array of any kind, if no entry is masked.

    numpy would take what lies under the mask for a number.
    """
    if value.__class__ is np.ndarray:
        return value
    # A list first: numpy would warn of what is masked in it, and drop the masks.
    if _is_masked(value) or _is_masked(array := np.asanyarray(value)):
        raise ValueError(f"{name} must have no masked entries, got {shown(value)}")
    return np.asarray(array)


def _is_masked(value: Any) -> bool:
    """Return whether an array, or one in a list, has masked entries."""
    if isinstance(value, list | tuple):
        return any(_is_masked(each) for each in value)
    return isinstance(value, np.ma.MaskedArray) and bool(np.ma.is_masked(value))


def numeric(name: str, value: Any) -> npt.NDArray[Any]:
    """Return ``value`` as an array of real numbers, or say why it is none."""
    try:
        array = unmasked(name, value)
    except ValueError:
        if _is_masked(value):
            raise
        array = np.asarray(None)
    if is_half(array):
        return array
    if array.dtype.kind not in "fiu":
        raise TypeError(
            f"{name} must be a real number or an array of real numbers, got {shown(value)}"
        )
    return array


def floating(name: str, value: Any) -> npt.NDArray[np.floating]:
    """Return ``value`` as an array of floats; floats keep their dtype, integers become float64."""
    array = numeric(name, value)
    if is_half(array):
        return array
    return array if array.dtype.kind == "f" else array.astype(np.float64)


def is_half(array: npt.NDArray[Any]) -> bool:
    """Return whether these are floats of 16 bits: too coarse to compute a step with.

    In float16, 1e-8 is 0, and 0 / (0 + 1e-8) is not a number.
    """
    # By name: bfloat16 is no dtype of numpy's, and float16 has another one for each byte order.
    return array.itemsize == 2 and array.dtype.name in ("float16", "bfloat16")


def single(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array in the precision that is computed with: half as single, others as it is."""
    return array.astype(np.float32) if is_half(array) else array


def finite(name: str, value: Any) -> npt.NDArray[np.floating]:
    """Return ``value`` as an array of floats, all of them finite."""
    array = floating(name, value)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite, got {shown(value)}")
    return array


def within(
    name: str,
    value: Any,
    low: float = -np.inf,
    high: float = np.inf,
    *,
    open_low: bool = False,
    closed_high: bool = False,
) -> float | npt.NDArray[np.float64]:
    """Return ``value``, a number or an array of numbers in [low, high), as float64.

    A number becomes a Python float (so that it never promotes a float32
    array); an array becomes a read-only copy. With ``open_low`` the lower end
    is excluded as well, with ``closed_high`` the upper one is not.
    """
    array = numeric(name, value).astype(np.float64)
    if not array.size:
        raise ValueError(f"{name} must not be empty, got {shown(value)}")
    above = array > low if open_low else array >= low
    below = array <= high if closed_high else array < high
    if not (np.isfinite(array) & above & below).all():
        left, right = "(" if open_low or low == -np.inf else "[", "]" if closed_high else ")"
        interval = f"{left}{low:g}, {high:g}{right}"
        raise ValueError(f"{name} must be finite and in {interval}, got {shown(value)}")
    if array.ndim == 0:
        return float(array)
    array.flags.writeable = False
    return array


def number(
    name: str, value: Any, low: float = -np.inf, high: float = np.inf, *, open_low: bool = False
) -> float:
    """Return ``value``, one number in [low, high), as a Python float."""
    checked = within(name, value, low, high, open_low=open_low)
    if not isinstance(checked, float):
        raise ValueError(f"{name} must be one number, got {shown(value)}")
    return checked


def instance(name: str, value: Any, kind: type) -> None:
    """Raise a TypeError unless ``value`` is an object of a class."""
    if not isinstance(value, kind):
        hint = f"; call it: {value.__name__}()" if isinstance(value, type) else ""
        a = "an" if kind.__name__[0] in "AEIOU" else "a"
        raise TypeError(f"{name} must be {a} {kind.__name__} object, got {shown(value)}{hint}")


def one_of(name: str, value: Any, allowed: Iterable[str]) -> None:
    """Raise a ValueError unless ``value`` is one of the words that are allowed."""
    allowed = list(allowed)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}, got {shown(value)}")


def count(name: str, value: Any, low: int = 0) -> int:
    """Return ``value`` as a Python int that is at least ``low``."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer, got {shown(value)}")
    if value < low:
        raise ValueError(f"{name} must be at least {low}, got {value}")
    return int(value)


def generator(name: str, value: Any) -> np.random.Generator:
    """Return ``value`` as a `numpy.random.Generator`; an integer is taken as its seed."""
    if isinstance(value, np.random.Generator):
        return value
    if value is None:
        return np.random.default_rng(0)
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return np.random.default_rng(count(name, value))
    raise TypeError(
        f"{name} must be a numpy.random.Generator or a non-negative seed, got {shown(value)}"
    )


def signature(function: Callable[..., Any]) -> inspect.Signature:
    """Return what a function takes; a ValueError for functions in C that do not say."""
    how: dict[str, Any] = {}
    if sys.version_info >= (3, 14):
        # From here on annotations are evaluated when asked for, and may name what is not there.
        from annotationlib import Format

        how["annotation_format"] = Format.FORWARDREF
    return inspect.signature(function, **how)


def measurements(file: Any, parts: Iterable[str], command: str) -> dict[str, Any]:
    """Return what is stored in a file of JSON (a path, or a resource of a package), if it is whole.

    The command is what makes it; the errors name it.
    """
    try:
        stored: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{file.name} is not there: it is made by {command}") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{file.name} is not JSON ({error}): {command} makes it again") from None
    if missing := set(parts) - set(stored):
        raise ValueError(
            f"{file.name} must hold {', '.join(parts)}, but has no {', '.join(sorted(missing))}: "
            f"{command} makes it again"
        )
    return stored
