"""On what the frameworks' rules with totals, and their clipping, have run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

#: What `tests/parity/totals.py` stores.
FILE = Path(__file__).with_name("totals.npz")
#: The steps that are stored.
STEPS = np.array([1, 2, 3, 5, 10, 20, 40])
#: Two arrays of a model, the entries of the second ten times as large.
SHAPES = {"W": (3, 4), "b": (4,)}
#: Double precision, and ε in one place or another.
TOLERANCE = 1e-10
#: The settings of each rule, in our names.
SETTINGS = {
    "LAMB": {"lr": 0.02, "beta1": 0.8, "beta2": 0.95, "eps": 1e-6, "weight_decay": 0.1},
    "Prodigy": {"lr": 0.7, "beta1": 0.8, "beta2": 0.95, "eps": 1e-8, "d0": 1e-2},
    # Behind the clipping is Momentum. About half of the gradients are longer than c.
    "Clipped": {"lr": 0.02, "momentum": 0.8, "c": 4.7},
}


def start() -> dict[str, npt.NDArray[np.floating]]:
    rng = np.random.default_rng(1)
    return {name: 10**k * rng.normal(size=shape) for k, (name, shape) in enumerate(SHAPES.items())}


def gradients() -> list[dict[str, npt.NDArray[np.floating]]]:
    """Return gradients with a mean that turns round, so that no estimate grows for ever."""
    rng = np.random.default_rng(2)
    mean = {name: rng.normal(size=shape) for name, shape in SHAPES.items()}
    return [
        {name: np.cos(t / 6) * mean[name] + rng.normal(size=SHAPES[name]) for name in mean}
        for t in range(STEPS[-1])
    ]
