"""What a student's function returns, by name, also where its form is not the one asked for.

Values in another order, one too many, a row (1, n) in the place of (n,): such a slip costs one part
of the points, and the values are marked for what they are.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from itertools import permutations
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.calling import Mishap
from adaptive.course.questions import shown

Array = npt.NDArray[np.float64]

#: Agreement asked for, relative to the largest element: wide enough for float32. The
#: random problems are such that a mistake shows far above it.
TOLERANCE = 1e-4


def close(one: Any, other: Any) -> bool:
    """Return whether two values agree, in shape too; a single number may have any shape."""
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if other.ndim and one.shape != other.shape:
        return False
    if not (np.isfinite(one).all() and np.isfinite(other).all()):
        return bool(np.allclose(one, other, rtol=TOLERANCE, atol=0, equal_nan=True))
    scale = max(float(np.max(np.abs(other), initial=0)), 1e-12)
    return bool(np.all(np.abs(one - other) <= TOLERANCE * scale))


def values(result: Any, names: tuple[str, ...]) -> tuple[list[Array], tuple[str, ...]]:
    """Return the values that a function returned, as copies, and the names that they should have.

    Parameters
    ----------
    result : object
        What it returned.
    names : tuple of str
        What was asked for, in order.

    Raises
    ------
    Mishap
        If there is nothing, or not numbers.
    """
    wanted = names[0] if len(names) == 1 else f"({', '.join(names)})"
    if result is None:
        raise Mishap(f"returns nothing: its last line should be `return {', '.join(names)}`")
    if isinstance(result, Mapping) and set(names) & set(result):
        names = tuple(name for name in names if name in result)
        parts = [result[name] for name in names]
    elif len(names) == 1:
        alone = isinstance(result, tuple | list) and len(result) == 1
        parts = list(result) if alone or _with_others(result) else [result]
    else:
        parts = list(result) if _several(result) else [result]
    try:
        return [np.array(part, np.float64) for part in parts], names
    except (TypeError, ValueError):
        raise Mishap(f"must return numbers for {wanted}, and returns {shown(result)}") from None


def _several(result: Any) -> bool:
    """Return whether a result is several values, and not one array."""
    if isinstance(result, tuple):
        return True
    if isinstance(result, list):
        return any(np.ndim(one) for one in result)
    return isinstance(result, np.ndarray) and result.ndim > 1


def _with_others(result: Any) -> bool:
    """Return whether a result is one value with others after it, and not a row in brackets."""
    if not isinstance(result, tuple) or len(result) > 3:
        return False
    shapes = {np.shape(one) for one in result if isinstance(one, np.ndarray | float | int)}
    return shapes == {()} or len(shapes) > 1


def order(parts: list[Array], names: tuple[str, ...], right: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the values that came, in the order in which they came.

    Parameters
    ----------
    parts : list of ndarray
        The values.
    names : tuple of str
        What was asked for.
    right : dict
        The right values. Another order is recognised by all values being right in it; of too few
        values, those that agree with most are taken.
    """
    number = min(len(parts), len(names))

    def agreeing(some: tuple[str, ...]) -> int:
        return sum(close(part, right[name]) for part, name in zip(parts, some, strict=False))

    found = max(permutations(names, number), key=agreeing)
    in_order = tuple(name for name in names if name in found)
    return found if agreeing(found) == number else in_order


def slip_of_order(parts: list[Array], found: tuple[str, ...], names: tuple[str, ...]) -> str:
    """Return what is wrong with the number and the order of the values, or nothing."""
    asked = f"asked for is `return {', '.join(names)}`"
    if found != tuple(name for name in names if name in found):
        return f"The values come back in the order {', '.join(found)}; {asked}."
    if len(parts) > len(names):
        return f"{len(parts)} values come back; {asked}, and nothing else."
    return ""


def fitted(name: str, got: Array, right: Any) -> tuple[Array, str]:
    """Return a value without axes of length 1 that nobody asked for, and what to say of them."""
    shape = np.shape(right)
    if not shape or got.shape == shape or got.size != np.size(right):
        return got, ""
    if np.squeeze(got).shape != np.squeeze(right).shape:
        return got, ""
    says = (
        f"{name} has shape {got.shape} and should have {shape}: does something in it make a row or "
        "a column of a flat array? .ravel() makes it flat again."
    )
    return got.reshape(shape), says


def adapted(
    function: Callable[..., Any], arguments: tuple[str, ...]
) -> tuple[Callable[..., Any], str]:
    """Return a function that can be called by position, and what is wrong with its arguments.

    Parameters
    ----------
    function : callable
        The student's. Its parameters may have names of their own. If it has those that it was
        given in another order, or only some of them, they are handed over by name.
    arguments : tuple of str
        What was given, in order.
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return function, ""
    if any(one.kind in (one.VAR_POSITIONAL, one.POSITIONAL_ONLY) for one in parameters):
        return function, ""
    names = [one.name for one in parameters if one.kind != one.VAR_KEYWORD]
    needed = {one.name for one in parameters if one.default is one.empty} & set(names)
    taken = [name for name in arguments if name in names]
    as_given = len(names) >= len(arguments) and len(needed) <= len(arguments)
    moved = set(names) == set(arguments) and names != list(arguments)
    if (as_given and not moved) or not taken or not needed <= set(arguments):
        return function, ""

    @functools.wraps(function)
    def by_name(*given: Any) -> Any:
        known = dict(zip(arguments, given, strict=True))
        return function(**{name: known[name] for name in taken})

    return by_name, (
        f"Its arguments are ({', '.join(names)}), and it is called with ({', '.join(arguments)}), "
        "in this order: keep the first line as it was given."
    )
