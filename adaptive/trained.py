"""What rules did to the networks, measured once.

``python -m tests.toys`` measures the ten rules again, ``python -m tests.measured`` those of the
second part.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.compare import paired
from adaptive.problems.base import Array

#: What is stored, among the data of the networks.
FILE = "trained.json"
#: The same of the second part's rules.
MODERN_FILE = "measured.json"


def trained(part: str, name: str) -> Mapping[str, Any]:
    """Return one of the stored measurements.

    Parameters
    ----------
    part : str
        What was measured: the "race"; the same with rates chosen by the loss "held_out"; the
        "courses" of its runs; runs of other "lengths"; the "frequencies" of words; curvature at the
        "edges"; "warmup".
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


def measured(network: str) -> Mapping[str, Any]:
    """Return how the rules of the second part, and two yardsticks, trained a network.

    Parameters
    ----------
    network : str
        "bigrams", "digits", "convolution" or "characters".

    Returns
    -------
    mapping
        How many ``steps``, ``trials`` to tune on and ``fresh`` ones there were, and how many times
        what the best rate leaves is ``good``. In ``rules``, for each rule and schedule, the
        ``best`` rate, the ``values`` that were tried and what each ``left``, and the ``loss`` on
        fresh trials. "linear/2" is a rate that falls to 0 in half of the steps. ``beside`` has
        the same of Adam, SOAP and Lion with other memories, and of Schedule-Free with a warm-up;
        ``again`` has what the best rate and its neighbours left on ten other trials.

    Raises
    ------
    ValueError
        If there is no such network; the message says which there are.

    Examples
    --------
    >>> from adaptive.trained import measured
    >>> found = measured("digits")["rules"]["Adam"]["linear"]
    >>> found["times"][-1], found["loss"].shape
    (np.float64(300.0), (10, 10))
    """
    stored = _stored(MODERN_FILE)["networks"]
    _checks.one_of("network", network, stored)
    found: Mapping[str, Any] = stored[network]
    return found


def behind(network: str, rule: str, than: str = "Adam") -> tuple[Array, Array]:
    """Return how far behind another rule one was in the course of training, with intervals.

    Parameters
    ----------
    network : str
        "bigrams", "digits", "convolution" or "characters".
    rule, than : str, default "Adam" for ``than``
        The two rules: "SGD", "Momentum", "Adam", "AMSGrad", or "Uncorrected", which is Adam
        without bias correction. Each ran at its best rate of the race.

    Returns
    -------
    times : ndarray, shape (times,)
        After how many steps the losses were compared.
    behind : ndarray, shape (3, times)
        At each of these times the median difference on the same trials, in powers of ten, and the
        ends of its interval, as from `paired`.

    Raises
    ------
    ValueError
        If there is no such network or no such rule; the message says which there are.

    Examples
    --------
    >>> from adaptive.trained import behind
    >>> times, (middle, low, high) = behind("bigrams", "Momentum")
    >>> int(times[-1]), middle[-1].round(1)
    (150, np.float64(4.1))
    """
    found = trained("courses", network)
    _checks.one_of("rule", rule, found["rules"])
    _checks.one_of("than", than, found["rules"])
    left, other = (found["rules"][name]["loss"] / found["first"] for name in (rule, than))
    pairs = [paired(*each) for each in zip(left, other, strict=True)]
    return found["times"], np.transpose(pairs)


def made(file: str = FILE) -> Mapping[str, Any]:
    """Return how it was made: the date, the command, the versions, and what parts took, if known.

    Parameters
    ----------
    file : str, default FILE
        What was made: ``FILE``, or ``MODERN_FILE``.

    Raises
    ------
    ValueError
        If it is neither.

    Examples
    --------
    >>> from adaptive.trained import MODERN_FILE, made
    >>> made(MODERN_FILE)["command"]
    'python -m tests.measured'
    """
    _checks.one_of("file", file, (FILE, MODERN_FILE))
    stored = _stored(file)
    took = {"minutes": stored["minutes"]} if "minutes" in stored else {}
    return MappingProxyType({**stored["made"], **took})


@cache
def _stored(file: str = FILE) -> Mapping[str, Any]:
    data = resources.files("adaptive.problems.networks") / "data" / file
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
