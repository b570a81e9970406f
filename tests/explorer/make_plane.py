"""Lay a plane through a network's parameters: ``python -m tests.explorer.make_plane``.

It goes through the start, one end, and another; the loss is computed in it, and runs of three rules
are projected on it. What comes out is stored for `adaptive.explorer.plane`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import SGD, Adam, Momentum, Rule, sweep
from adaptive.problems import Digits
from adaptive.problems.networks import stored

FILE = Path(stored.__file__).parent / "data" / "plane.npz"

RULES: tuple[type[Rule], ...] = (SGD, Momentum, Adam)
RATES = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
#: Whose ends the plane goes through, and at which rate.
THROUGH = (("Momentum", 0.1), ("Adam", 0.01))
STEPS, SEED = 200, 1
#: Of so many steps one is stored.
EVERY = 5
#: What is shown of the plane, and at how many points the loss is asked for.
X, Y = np.linspace(-4, 22, 40), np.linspace(-5, 17, 34)

Array = npt.NDArray[Any]


class Plane:
    """The plane through three points, with two axes of length 1 that are orthogonal.

    The first axis leads from the origin towards the first point.
    """

    def __init__(self, origin: Array, first: Array, second: Array) -> None:
        self.origin = origin
        along, other = first - origin, second - origin
        across = other - (other @ along) / (along @ along) * along
        self.axes = np.array([along / np.linalg.norm(along), across / np.linalg.norm(across)])

    def coordinates(self, theta: Array) -> Array:
        """Return where points are seen from above, shape (..., 2)."""
        return (theta - self.origin) @ self.axes.T

    def points(self, xy: Array) -> Array:
        """Return points of the plane, shape (..., d)."""
        return self.origin + xy @ self.axes

    def share(self, theta: Array) -> Array:
        """Return which share of the squared distance from the origin lies in the plane."""
        whole = np.sum(np.square(theta - self.origin), axis=-1)
        return np.sum(np.square(self.coordinates(theta)), axis=-1) / whole


def paths(problem: Digits) -> Array:
    """Return the runs, shape (rules, rates, steps + 1, d)."""
    made = [
        sweep(kind(), problem, steps=STEPS, rng=SEED, keep="path", lr=np.array(RATES)).theta
        for kind in RULES
    ]
    return np.array(made).swapaxes(1, 2)


def laid(problem: Digits, runs: Array) -> Plane:
    """Return the plane through the start and the two ends."""
    names = [kind.__name__ for kind in RULES]
    ends = [runs[names.index(name), RATES.index(rate), -1] for name, rate in THROUGH]
    return Plane(problem.start, *ends)


def seen(problem: Digits, runs: Array) -> dict[str, Any]:
    """Return what is stored."""
    plane, ends = laid(problem, runs), runs[:, :, -1]
    grid = np.stack(np.meshgrid(X, Y), axis=-1)
    return {
        "rules": np.array([kind.__name__ for kind in RULES]),
        "rates": np.array(RATES),
        "steps": np.arange(0, STEPS + 1, EVERY, dtype=np.int16),
        "paths": plane.coordinates(runs[:, :, ::EVERY]).astype(np.float16),
        "loss": problem.loss(ends).astype(np.float32),
        "share": plane.share(ends).astype(np.float32),
        "x": X.astype(np.float32),
        "y": Y.astype(np.float32),
        "heights": problem.loss(plane.points(grid)).astype(np.float16),
    }


def main() -> None:
    problem = Digits()
    np.savez_compressed(FILE, **seen(problem, paths(problem)))
    print(f"Stored: {FILE}, {FILE.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
