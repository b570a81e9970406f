"""What rules did to the networks, measured once; ``python -m tests.toys`` makes it again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from adaptive import _checks

#: What is stored, among the data of the networks.
FILE = "trained.json"


def trained(part: str, name: str) -> Mapping[str, Any]:
    """Return one of the stored measurements.

    Parameters
    ----------
    part : str
        What was measured: the "race"; the same with rates chosen by the loss "held_out", or with
        the "memories" tuned, too; the "frequencies" of words; curvature at the "edges"; "warmup".
    name : str
        On which network, or text.

    Returns
    -------
    mapping
        What was found, lists of numbers as read-only arrays. Where a run diverged there is
        infinity.

    Raises
    ------
    ValueError
        If nothing of the kind is stored; the message says what is.

    Examples
    --------
    >>> from adaptive.trained import trained
    >>> found = trained("race", "digits")["rules"]["Adam"]
    >>> found["best"]["lr"], found["held_out_right"].shape
    (0.01778, (20,))
    """
    stored = _stored()
    _checks.one_of("part", part, [key for key in stored if key not in ("made", "minutes")])
    _checks.one_of("name", name, stored[part])
    found: Mapping[str, Any] = stored[part][name]
    return found


def made() -> Mapping[str, Any]:
    """Return how it was made: the date, the command, the versions, and the minutes of each part."""
    stored = _stored()
    return MappingProxyType({**stored["made"], "minutes": stored["minutes"]})


@cache
def _stored() -> Mapping[str, Any]:
    data = resources.files("adaptive.problems.networks") / "data" / FILE
    found: Mapping[str, Any] = _with_arrays(json.loads(data.read_text(encoding="utf-8")))
    return found


def _with_arrays(found: Any) -> Any:
    """Return the same with lists of numbers as arrays, and nobody can write to it."""
    if isinstance(found, dict):
        return MappingProxyType({key: _with_arrays(value) for key, value in found.items()})
    if not isinstance(found, list):
        return found
    if any(isinstance(each, dict) for each in found):
        return tuple(_with_arrays(each) for each in found)
    array = np.array(found, dtype=float)
    array[np.isnan(array)] = np.inf
    array.flags.writeable = False
    return array
