"""What an opening is asked for, checked: what its slider turns, where it stops, what has a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.explorer import picture
from adaptive.explorer.ranges import ranges_of
from adaptive.explorer.stage import Bounds
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule

#: A slider of a rule may stop so often; one of a problem less, as each stop has its own landscape.
MOST_STOPS, MOST_LANDSCAPES = 200, 16


def owner_of(rule: Rule, problem: Problem, slider: Any) -> bool:
    """Return whether a field is the rule's; else it must be the problem's."""
    if not isinstance(slider, str):
        raise TypeError(f"slider must be the name of a field, got {_checks.shown(slider)}")
    of_problem: list[str] = []
    if is_dataclass(problem):
        of_problem = [field.name for field in fields(problem) if field.init]
    if slider not in rule.hyperparameters and slider not in of_problem:
        raise ValueError(
            f"slider must be a field of {type(rule).__name__}, which has "
            f"{', '.join(rule.hyperparameters)}, or of {type(problem).__name__}, which has "
            f"{', '.join(of_problem) or 'none'}; got {slider!r}"
        )
    return slider in rule.hyperparameters


def stops_of(owner: Any, slider: str, values: Any, of_rule: bool) -> list[float]:
    """Return the values of the slider, checked by whom they belong to."""
    now = getattr(owner, slider)
    where = f"{type(owner).__name__}.{slider}"
    if np.ndim(now) or isinstance(now, bool | str) or now is None:
        raise ValueError(f"{where} must be one number for a slider, got {_checks.shown(now)}")
    if values is None:
        if not of_rule:
            raise ValueError(f"values must say where the slider of {where} stops")
        return next(each for each in ranges_of(owner) if each.name == slider).stops()
    array = _checks.finite("values", values)
    most = MOST_STOPS if of_rule else MOST_LANDSCAPES
    if array.ndim != 1 or not 2 <= len(array) <= most or not (np.diff(array) > 0).all():
        raise ValueError(
            f"values must be from 2 to {most} numbers in increasing order for {where}, "
            f"got {_checks.shown(values)}"
        )
    stops = [int(v) if isinstance(now, int) else float(f"{v:.12g}") for v in array]
    if now not in stops:
        raise ValueError(f"values must hold the first setting, {where} = {now!r}")
    for stop in stops:
        replace(owner, **{slider: stop})  # whoever has the field checks it
    return stops


def marks_of(marks: Any, stops: Sequence[float]) -> dict[int, str]:
    """Return what some stops are called, by their place among them."""
    if not isinstance(marks, Mapping | None):
        raise TypeError(f'marks must be a mapping such as {{1: "NAG"}}, got {_checks.shown(marks)}')
    found = {}
    for value, text in (marks or {}).items():
        if value not in stops:
            raise ValueError(f"marks must name values of the slider, got {value!r}")
        found[stops.index(value)] = str(text)
    return found


def places_of(problem: Problem, places: Any) -> dict[str, npt.NDArray[np.floating]]:
    """Return the points that the picture marks, by their names; without one, the minimum."""
    if places is None:
        places = {} if problem.minimum is None else {"": problem.minimum}
    if not isinstance(places, Mapping):
        raise TypeError(f"places must be a mapping of str to points, got {_checks.shown(places)}")
    found = {str(text): _checks.finite(f"places[{text!r}]", p) for text, p in places.items()}
    for text, point in found.items():
        if point.shape != (2,):
            raise ValueError(f"places[{text!r}] must have shape (2,), got shape {point.shape}")
    return found


def bounds_of(problem: Problem, bounds: Any) -> Bounds:
    """Return what the picture shows of the plane: the problem's own if nothing else is given."""
    if bounds is None:
        return picture.bounds_of(problem)
    array = _checks.finite("bounds", bounds)
    if array.shape != (2, 2) or not (array[:, 0] < array[:, 1]).all():
        raise ValueError(
            "bounds must be ((left, right), (bottom, top)), each smaller than the next, "
            f"got {_checks.shown(bounds)}"
        )
    (left, right), (bottom, top) = array.tolist()
    return (left, right), (bottom, top)
