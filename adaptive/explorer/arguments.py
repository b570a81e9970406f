"""What the live figures ask of their arguments."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.descent import start_of
from adaptive.explorer import picture
from adaptive.problems.base import Problem

#: More steps than this make a page too slow, and too large.
MOST_STEPS = 2_000


def steps(value: Any, least: int) -> int:
    """Return a number of steps that a page can draw."""
    count = _checks.count("steps", value, least)
    if count > MOST_STEPS:
        raise ValueError(
            f"steps must be at most {MOST_STEPS} in a figure, got {count}; use descend"
        )
    return count


def key(value: Any) -> None:
    """Raise a ValueError unless it can stand in an address."""
    if value is not None and not (isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9-]+", value)):
        raise ValueError(
            f"key must consist of letters, digits and hyphens, got {_checks.shown(value)}"
        )


def key_of(*names: str) -> str:
    """Return a key that is made from names."""
    return re.sub(r"[^a-z0-9]+", "-", " ".join(names).lower())


def planar(problem: Problem) -> None:
    """Raise a ValueError unless a problem has two coordinates."""
    if np.shape(problem.start) != (2,):
        raise ValueError(
            f"problem must have two coordinates to be drawn, got {problem.name} with "
            f"{np.size(problem.start)}; descend and sweep take problems of any size"
        )


def start(problem: Problem, theta0: npt.ArrayLike | None) -> npt.NDArray[np.float64]:
    """Return the start, which must be in the picture."""
    found = start_of(problem, theta0).astype(np.float64)
    if found.shape != (2,):
        raise ValueError(f"theta0 must have shape (2,), got shape {found.shape}")
    for value, (low, high) in zip(found, picture.bounds_of(problem), strict=True):
        if not low <= value <= high:
            raise ValueError(
                f"theta0 must lie inside of the picture, {picture.bounds_of(problem)}, "
                f"got {found.tolist()}"
            )
    return found
