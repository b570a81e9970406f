"""Smooth functions that optimizers are tried on, with their gradients and lowest points.

The formulas are those of the literature, as scipy's benchmarks list them; `complex_step` in the
tests confirms each gradient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray


@dataclass(frozen=True)
class Landscape:
    """A function of (n,), its gradient, a start, and one of its lowest points or None."""

    name: str
    fun: Callable[[Any], Any]
    jac: Callable[[Any], Array]
    start: tuple[float, ...]
    lowest: tuple[float, ...] | None = None

    def __repr__(self) -> str:
        return self.name


class Counted:
    """A function that counts its calls and spoils what it is given."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function, self.calls = function, 0

    def __call__(self, x: Any, *args: Any) -> Any:
        self.calls += 1
        value = self.function(x.copy(), *args)
        x[:] = np.nan
        return value


def _zakharov(x: Any) -> Any:
    s = np.sum(np.arange(1, len(x) + 1) * x) / 2
    return np.sum(x**2) + s**2 + s**4


def _zakharov_jac(x: Any) -> Array:
    weights = np.arange(1, len(x) + 1) / 2
    s = np.sum(weights * x)
    return 2 * x + weights * (2 * s + 4 * s**3)


def _dixon_price(x: Any) -> Any:
    i = np.arange(2, len(x) + 1)
    return (x[0] - 1) ** 2 + np.sum(i * (2 * x[1:] ** 2 - x[:-1]) ** 2)


def _dixon_price_jac(x: Any) -> Array:
    inner = np.arange(2, len(x) + 1) * (2 * x[1:] ** 2 - x[:-1])
    g = np.zeros_like(x)
    g[0] = 2 * (x[0] - 1)
    g[1:] += 8 * x[1:] * inner
    g[:-1] -= 2 * inner
    return g


def _trid_jac(x: Any) -> Array:
    g = 2 * (x - 1)
    g[1:] -= x[:-1]
    g[:-1] -= x[1:]
    return g


def _griewank_jac(x: Any) -> Array:
    root = np.sqrt(np.arange(1, len(x) + 1))
    others = np.array([np.prod(np.delete(np.cos(x / root), i)) for i in range(len(x))])
    return x / 2000 + np.sin(x / root) / root * others


def _colville(x: Any) -> Any:
    a, b, c, d = x
    valleys = 100 * (b - a**2) ** 2 + (1 - a) ** 2 + 90 * (d - c**2) ** 2 + (1 - c) ** 2
    return valleys + 10.1 * ((b - 1) ** 2 + (d - 1) ** 2) + 19.8 * (b - 1) * (d - 1)


def _colville_jac(x: Any) -> Array:
    a, b, c, d = x
    return np.array(
        [
            -400 * a * (b - a**2) - 2 * (1 - a),
            200 * (b - a**2) + 20.2 * (b - 1) + 19.8 * (d - 1),
            -360 * c * (d - c**2) - 2 * (1 - c),
            180 * (d - c**2) + 20.2 * (d - 1) + 19.8 * (b - 1),
        ]
    )


LANDSCAPES: tuple[Landscape, ...] = (
    Landscape(
        "Booth",
        lambda x: (x[0] + 2 * x[1] - 7) ** 2 + (2 * x[0] + x[1] - 5) ** 2,
        lambda x: np.array([10 * x[0] + 8 * x[1] - 34, 8 * x[0] + 10 * x[1] - 38]),
        (-3.0, 4.0),
        (1.0, 3.0),
    ),
    Landscape(
        "Matyas",
        lambda x: 0.26 * (x[0] ** 2 + x[1] ** 2) - 0.48 * x[0] * x[1],
        lambda x: np.array([0.52 * x[0] - 0.48 * x[1], 0.52 * x[1] - 0.48 * x[0]]),
        (5.0, -3.0),
        (0.0, 0.0),
    ),
    Landscape(
        "ThreeHumpCamel",
        lambda x: 2 * x[0] ** 2 - 1.05 * x[0] ** 4 + x[0] ** 6 / 6 + x[0] * x[1] + x[1] ** 2,
        lambda x: np.array([4 * x[0] - 4.2 * x[0] ** 3 + x[0] ** 5 + x[1], x[0] + 2 * x[1]]),
        (0.5, -0.8),
        (0.0, 0.0),
    ),
    Landscape(
        "SixHumpCamel",
        lambda x: (
            (4 - 2.1 * x[0] ** 2 + x[0] ** 4 / 3) * x[0] ** 2
            + x[0] * x[1]
            + 4 * (x[1] ** 2 - 1) * x[1] ** 2
        ),
        lambda x: np.array(
            [8 * x[0] - 8.4 * x[0] ** 3 + 2 * x[0] ** 5 + x[1], x[0] - 8 * x[1] + 16 * x[1] ** 3]
        ),
        (0.5, -1.0),
    ),
    Landscape(
        "McCormick",
        lambda x: np.sin(x[0] + x[1]) + (x[0] - x[1]) ** 2 - 1.5 * x[0] + 2.5 * x[1] + 1,
        lambda x: (
            np.cos(x[0] + x[1]) + 2 * (x[0] - x[1]) * np.array([1.0, -1.0]) + np.array([-1.5, 2.5])
        ),
        (1.0, 0.5),
    ),
    Landscape(
        "StyblinskiTang",
        lambda x: np.sum(x**4 - 16 * x**2 + 5 * x) / 2,
        lambda x: 2 * x**3 - 16 * x + 2.5,
        (-1.0, -2.0, -4.0),
    ),
    Landscape(
        "Rastrigin",
        lambda x: 10 * len(x) + np.sum(x**2 - 10 * np.cos(2 * np.pi * x)),
        lambda x: 2 * x + 20 * np.pi * np.sin(2 * np.pi * x),
        (0.3, -0.2, 1.2),
        (0.0, 0.0, 0.0),
    ),
    Landscape(
        "Griewank",
        lambda x: 1 + np.sum(x**2) / 4000 - np.prod(np.cos(x / np.sqrt(np.arange(1, len(x) + 1)))),
        _griewank_jac,
        (1.0, -1.5, 2.0),
        (0.0, 0.0, 0.0),
    ),
    Landscape("Zakharov", _zakharov, _zakharov_jac, (1.0, -0.5, 0.5), (0.0, 0.0, 0.0)),
    Landscape("DixonPrice", _dixon_price, _dixon_price_jac, (0.5, 1.0, -1.0)),
    Landscape(
        "Trid",
        lambda x: np.sum((x - 1) ** 2) - np.sum(x[1:] * x[:-1]),
        _trid_jac,
        (0.0, 0.0, 0.0, 0.0),
        (4.0, 6.0, 6.0, 4.0),
    ),
    Landscape("Colville", _colville, _colville_jac, (-1.0, 0.5, 1.5, 1.0), (1.0, 1.0, 1.0, 1.0)),
    Landscape(
        "Bohachevsky1",
        lambda x: (
            x[0] ** 2
            + 2 * x[1] ** 2
            - 0.3 * np.cos(3 * np.pi * x[0])
            - 0.4 * np.cos(4 * np.pi * x[1])
            + 0.7
        ),
        lambda x: np.array(
            [
                2 * x[0] + 0.9 * np.pi * np.sin(3 * np.pi * x[0]),
                4 * x[1] + 1.6 * np.pi * np.sin(4 * np.pi * x[1]),
            ]
        ),
        (0.9, -0.6),
        (0.0, 0.0),
    ),
    Landscape(
        "Exponential",
        lambda x: -np.exp(-np.sum(x**2) / 2),
        lambda x: x * np.exp(-np.sum(x**2) / 2),
        (0.5, -0.9, 0.2),
        (0.0, 0.0, 0.0),
    ),
    Landscape(
        "Easom",
        lambda x: -np.cos(x[0]) * np.cos(x[1]) * np.exp(-np.sum((x - np.pi) ** 2)),
        lambda x: (
            np.exp(-np.sum((x - np.pi) ** 2))
            * np.array(
                [
                    np.cos(x[1]) * (np.sin(x[0]) + 2 * (x[0] - np.pi) * np.cos(x[0])),
                    np.cos(x[0]) * (np.sin(x[1]) + 2 * (x[1] - np.pi) * np.cos(x[1])),
                ]
            )
        ),
        (2.6, 3.4),
        (np.pi, np.pi),
    ),
)
