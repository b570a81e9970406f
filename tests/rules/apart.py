"""A quadratic whose coordinates do not meet."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.problems import Problem


class Apart(Problem):
    """½ Σ h (θ - a)², without noise."""

    name = "apart"

    def __init__(self, h: npt.ArrayLike, a: npt.ArrayLike) -> None:
        self.h, self.a = np.asarray(h, float), np.asarray(a, float)
        self.start = np.zeros_like(self.a)

    def loss(self, theta: npt.ArrayLike) -> Any:
        return np.sum(self.h * (np.asarray(theta) - self.a) ** 2, axis=-1) / 2

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        return self.h * (np.asarray(theta) - self.a)
