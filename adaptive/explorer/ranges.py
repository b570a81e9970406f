"""Through which values a slider moves a hyperparameter."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import _checks, plotting
from adaptive.rules.base import Rule

#: Scale and ends for the names that the book uses.
KNOWN: dict[str, tuple[str, float, float]] = {
    "lr": ("log", 1e-4, 3.0),
    "momentum": ("linear", 0.0, 0.99),
    "rho": ("decay", 0.0, 0.999),
    "beta1": ("decay", 0.0, 0.999),
    "beta2": ("decay", 0.0, 0.9999),
    "beta": ("linear", 0.0, 1.0),
    "eps": ("log", 1e-10, 1.0),
    "warmup": ("linear", 0.0, 100.0),
}


#: About so many stops has a slider whose values are equally spaced.
STOPS = 100
#: Round numbers of one decade, each about a tenth above the one before; and few of them, for
#: sliders over many decades.
FINE = (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2, 2.2, 2.5, 2.8, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9)
COARSE = (1, 2, 5)
MANY_DECADES = 5


@dataclass(frozen=True)
class Range:
    """The values that one hyperparameter can take.

    Attributes
    ----------
    name, label, symbol : str
        The field, how the reader sees it, and its letter.
    scale : {"linear", "log", "decay"}
        What is equally spaced: the values, their logarithms, or the
        logarithms of 1 - value, for decays close to 1.
    low, high : float
        The ends.
    value : float
        Where the slider stands at first.
    """

    name: str
    label: str
    symbol: str
    scale: str
    low: float
    high: float
    value: float

    def at(self, places: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the values at places between 0 (``low``) and 1 (``high``)."""
        low, high = _forward(self.scale, self.low), _forward(self.scale, self.high)
        between = low + (high - low) * np.asarray(places, dtype=np.float64)
        return np.clip(_back(self.scale, between), self.low, self.high)

    def place(self, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return where values lie between 0 (``low``) and 1 (``high``)."""
        low, high = _forward(self.scale, self.low), _forward(self.scale, self.high)
        return (_forward(self.scale, values) - low) / (high - low)

    def stops(self) -> list[float]:
        """Return the values at which a slider stops: round ones, the ends, and its own."""
        if self.scale == "linear":
            step = _nice((self.high - self.low) / STOPS)
            first, last = np.ceil(self.low / step - 1e-9), np.floor(self.high / step + 1e-9)
            found = step * np.arange(first, last + 1)
        else:
            ends = (self.low, self.high) if self.scale == "log" else (1 - self.high, 1 - self.low)
            found = _series(*ends)
            found = 1 - found if self.scale == "decay" else found
        exact = [self.low, self.high, self.value]
        round_ = [float(f"{value:.10g}") for value in found if self.low < value < self.high]
        near = np.isclose(np.reshape(round_, (-1, 1)), exact, rtol=1e-9, atol=0).any(axis=1)
        return sorted({*itertools.compress(round_, ~near), *exact})

    def ticks(self) -> list[float]:
        """Return some round values, for an axis."""
        if self.scale == "linear":
            from matplotlib.ticker import MaxNLocator

            found = np.asarray(MaxNLocator(5).tick_values(self.low, self.high))
        else:
            powers = 10.0 ** np.arange(-12, 7)
            found = np.concatenate([powers, 3 * powers])
            found = np.sort(1 - found if self.scale == "decay" else found)
        return [float(f"{tick:.6g}") for tick in found if self.low <= tick <= self.high]

    def as_dict(self) -> dict[str, Any]:
        """Return the fields, and where the slider stops, as the page wants them."""
        return asdict(self) | {"stops": self.stops()}


def ranges_of(rule: Rule, given: Mapping[str, Any] | None = None) -> list[Range]:
    """Return the range of each hyperparameter of a rule.

    Parameters
    ----------
    rule : Rule
        The rule, whose hyperparameters are where the sliders stand.
    given : mapping of str to (low, high), optional
        Ranges for some names.

    Returns
    -------
    list of Range
        In the order of the fields.

    Raises
    ------
    TypeError, ValueError
        If a range is not two numbers of which the first is smaller, if the
        rule rejects one of them, or if the rule's own value lies outside.
    """
    return [_range(rule, name, given or {}) for name in rule.hyperparameters]


def _range(rule: Rule, name: str, given: Mapping[str, Any]) -> Range:
    value = rule.hyperparameters[name]
    where = f"{type(rule).__name__}.{name}"
    if np.ndim(value):
        raise ValueError(
            f"{where} must be one number for a slider, got {_checks.shown(value)}; sweep takes many"
        )
    scale, low, high = KNOWN.get(name) or _guess(value)
    if name in given:
        low, high = _given(name, given[name])
        rule.changed(**{name: low}), rule.changed(**{name: high})  # the rule checks them
        if not low <= value <= high:
            raise ValueError(
                f"ranges[{name!r}] must hold the setting {where} = {value:g}, "
                f"got ({low:g}, {high:g})"
            )
    else:
        low, high = (_allowed(rule, name, value, end) for end in (low, high))
    low, high = min(low, value), max(high, value)
    if scale == "log" and low <= 0:
        scale = "linear"
    label = plotting.SYMBOLS.get(name, name)
    return Range(name, label, label.split()[-1], scale, float(low), float(high), float(value))


def _given(name: str, ends: Any) -> tuple[float, float]:
    """Return the two ends of a range that was given, checked."""
    where = f"ranges[{name!r}]"
    array = _checks.finite(where, ends)
    if array.shape != (2,) or not array[0] < array[1]:
        raise ValueError(
            f"{where} must be (low, high) with low < high, got {_checks.shown(ends)}: "
            "an empty range leaves nothing to move"
        )
    return float(array[0]), float(array[1])


def _guess(value: float) -> tuple[str, float, float]:
    """Return a scale and ends for a name that the book does not know."""
    if value > 0:
        return "log", value / 100, value * 100
    return "linear", 2 * value or -1.0, 0.0 if value else 1.0


def _allowed(rule: Rule, name: str, value: float, end: float) -> float:
    """Return an end that the rule takes: that of the book's range or the guess, or nearer."""
    nearer = (value + share * (end - value) for share in (0.5, 0.2, 0.1, 0.05, 0.02, 0.01))
    for tried in (end, *nearer):
        with suppress(ValueError):
            rule.changed(**{name: tried})
            return tried
    return value


def _nice(rough: float) -> float:
    """Return the least of 1, 2 and 5 times a power of ten that is not below a number."""
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(unit * power for unit in (1, 2, 5, 10) if unit * power >= rough * 0.999))


def _series(low: float, high: float) -> npt.NDArray[np.float64]:
    """Return round numbers between two others, equally far apart by their ratio."""
    first, last = int(np.floor(np.log10(low))), int(np.ceil(np.log10(high)))
    digits = COARSE if np.log10(high / low) > MANY_DECADES else FINE
    return np.array([digit * 10.0**power for power in range(first, last + 1) for digit in digits])


def _forward(scale: str, values: npt.ArrayLike) -> Any:
    array = np.asarray(values, dtype=np.float64)
    if scale == "log":
        return np.log(array)
    return -np.log(1 - array) if scale == "decay" else array


def _back(scale: str, values: Any) -> Any:
    if scale == "log":
        return np.exp(values)
    return 1 - np.exp(-values) if scale == "decay" else values
