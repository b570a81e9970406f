"""On what the frameworks' Muons have run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import Rule

#: What `tests/parity/muon.py` stores.
FILE = Path(__file__).with_name("muons.npz")
#: The steps that are stored.
STEPS = np.array([1, 2, 3, 5, 10, 20, 40])
#: A wide, a tall and a square matrix.
SHAPES = {"wide": (3, 7), "tall": (6, 2), "square": (4, 4)}
RATE = 0.01
#: The frameworks add 1e-7 or 1e-8 to a norm of about 4.
TOLERANCE = 1e-7


def start(shape: tuple[int, int]) -> npt.NDArray[np.floating]:
    return np.random.default_rng(1).normal(size=shape)


def gradients(shape: tuple[int, int]) -> npt.NDArray[np.floating]:
    """Return gradients that grow and shrink, with a mean that momentum can find."""
    rng, t = np.random.default_rng(2), np.arange(STEPS[-1])
    size = 1 + 0.5 * np.sin(t / 5)
    return size[:, None, None] * (rng.normal(size=shape) + rng.normal(size=(len(t), *shape)))


def path(rule: Rule, shape: tuple[int, int]) -> Any:
    """Return where a rule is after the steps that are stored."""
    theta, state, found = start(shape), rule.init(start(shape)), []
    for g in gradients(shape):
        theta, state = rule.step(theta, g, state)
        found.append(theta)
    return np.array(found)[STEPS - 1]
