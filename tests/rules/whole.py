"""On what others' Shampoo and SOAP have run, and one of them as a rule."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from adaptive import Shampoo

#: What `tests/parity/whole.py` stores.
FILE = Path(__file__).with_name("whole.npz")
#: Shampoo's ε there; SOAP's β₁ and β₂, and its weight decay.
EPS, BETAS, DECAY = 1e-4, (0.9, 0.8), 0.1
#: SOAP's state is stored after so many gradients: its axes are determined by then.
FROM = 6


def power(A: Any, exponent: float) -> Any:
    s, Q = np.linalg.eigh(A)
    return (Q * s**exponent) @ Q.T


@dataclass(frozen=True, eq=False)
class Halved(Shampoo):
    """torch_optimizer's: square roots for fourth ones, and R from what L has changed."""

    def update(self, g: Any, t: int, L: Any, R: Any) -> tuple[Any, Any, Any]:
        L = L + g @ g.T
        g = power(L + self.eps * np.eye(len(L)), -1 / 2) @ g
        R = R + g.T @ g
        return -self.lr * g @ power(R + self.eps * np.eye(len(R)), -1 / 2), L, R
