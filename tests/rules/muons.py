"""On what the frameworks' Muons have run, and their equations as rules."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from adaptive import Muon, Rule, orthogonalized

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


@dataclass(frozen=True, eq=False)
class OutIn(Muon):
    """Muon with the scale of Jordan et al., for weights of shape (out, in): PyTorch's default."""

    def scale(self, m: int, n: int) -> Any:
        return np.sqrt(max(1, m / n))


@dataclass(frozen=True, eq=False)
class Corrected(Muon):
    """optax's Muon: bias correction, one step ahead for the mean."""

    state_names: ClassVar[tuple[str, ...]] = ("m",)

    def update(self, g: Any, t: int, theta: Any, m: Any) -> tuple[Any, Any]:
        m = self.momentum * m + (1 - self.momentum) * g
        m_hat, g_hat = m / (1 - self.momentum ** (t + 1)), g / (1 - self.momentum**t)
        o = orthogonalized(self.momentum * m_hat + (1 - self.momentum) * g_hat)
        return -self.lr * (self.scale(*g.shape[-2:]) * o + self.weight_decay * theta), m


@dataclass(frozen=True, eq=False)
class InOut(Corrected):
    """The same with the scale of Jordan et al., for weights of shape (in, out): its default."""

    def scale(self, m: int, n: int) -> Any:
        return np.sqrt(max(1, n / m))
