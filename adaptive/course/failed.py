"""Assignment 4's runs that failed: what is left of them, and a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt

from adaptive import plotting
from adaptive.course.sheet import Sheet
from adaptive.problems import MovingTarget

Array = npt.NDArray[np.float64]

SHEET = Sheet("choose")
#: What run B should have followed.
FOLLOWED = MovingTarget(targets=[[1.0, -1.0], [-1.0, 1.0]], every=25, noise=0.3)


@dataclass(frozen=True, eq=False)
class Record:
    """What is left of a run: its learning rate and the arrays that it wrote.

    Attributes
    ----------
    lr : float
        The learning rate η that it was given.
    theta : ndarray, shape (steps + 1, d)
        The parameters, with the start first.
    gradient : ndarray, shape (steps, d)
        The gradient that each step was given.
    """

    lr: float
    theta: npt.NDArray[np.floating] = field(repr=False)
    gradient: npt.NDArray[np.floating] = field(repr=False)

    @property
    def steps(self) -> Array:
        """What each step added to the parameters, shape (steps, d)."""
        return np.diff(self.theta, axis=0)


@cache
def records() -> dict[str, Record]:
    """Return three runs that failed, by their names A, B and C."""
    return {
        name: Record(run["lr"], np.array(run["theta"]), np.array(run["gradient"]))
        for name, run in SHEET["records"].items()
    }


def show_records() -> npt.NDArray[Any]:
    """Draw the three recorded runs: the parameters above, the size of the gradient below.

    The dotted line is where the target of run B is along θ[0].

    Returns
    -------
    ndarray of Axes, shape (2, 3)
        The axes.
    """
    _, axes = plt.subplots(2, 3, figsize=(7, 4), sharex="col")
    dark, light = plotting.shades(2)
    for (name, run), (top, below) in zip(records().items(), axes.T, strict=True):
        top.plot(run.theta[:, 0], color=dark, lw=1.2, label="$θ[0]$")
        top.plot(run.theta[:, 1], color=light, lw=1.2, ls="--", label="$θ[1]$")
        top.set_title(f"run {name} (η = {run.lr:g})")
        size = np.linalg.norm(run.gradient, axis=1)
        below.semilogy(size, color=plotting.CONCEPTS["gradient"], lw=1.2)
        below.set_xlabel("step")
        if name == "B":
            where = FOLLOWED.target(np.arange(1, len(run.theta)))
            top.step(np.arange(len(where)), where[:, 0], color=plotting.QUIET, lw=0.8, ls=":")
            below.set_ylim(0.1, 10)
    axes[0, 0].set_ylabel("parameters")
    axes[1, 0].set_ylabel("size of the gradient")
    axes[0, 0].legend(fontsize="small")
    return np.asarray(axes)
