"""Assignment 5, *Decay, schedule, matrix*: AdamW, linear decay with warm-up, Newton-Schulz."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import AdamW, Path, plotting
from adaptive.course import running
from adaptive.course.assignment import Assignment
from adaptive.course.closed import Number, Table
from adaptive.course.modern_decay import ADAMW
from adaptive.course.modern_matrix import GENTLE, NEWTON_SCHULZ, QUINTIC_STEP, singular_values
from adaptive.course.modern_schedule import FACTOR
from adaptive.course.questions import Prediction
from adaptive.course.sheet import Sheet
from adaptive.problems import Problem
from adaptive.rules.polar import QUINTIC

Array = npt.NDArray[np.float64]

SHEET = Sheet("modern")

# --------------------------------------------------------------------------- the bowl


class Bowl(Problem):
    """A bowl of curvature 1 in both coordinates: ½‖θ - a‖².

    Parameters
    ----------
    minimum : array_like, shape (2,), optional
        Where its minimum a is; by default that of your numbers.

    Examples
    --------
    >>> from adaptive.course.modern import Bowl
    >>> Bowl([1, 2]).grad([0.0, 0.0])
    array([-1., -2.])
    """

    name = "bowl"
    start = np.zeros(2)

    def __init__(self, minimum: npt.ArrayLike | None = None) -> None:
        self.minimum = np.array(SHEET["minimum"] if minimum is None else minimum, np.float64)

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., 2)."""
        return np.sum((np.asarray(theta) - self.minimum) ** 2, axis=-1) / 2

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        """Return the gradient at ``theta``."""
        return np.asarray(theta) - self.minimum


#: Steps of a run in the bowl.
STEPS = 1500


def ends(path: Path) -> Axes:
    """Draw both coordinates of a run in the bowl, and write above the figure where they end.

    Parameters
    ----------
    path : Path
        A run in `Bowl`.

    Returns
    -------
    Axes
        The axes.
    """
    ax = plt.figure(figsize=(6, 2.8)).add_subplot()
    problem: Any = path.problem
    for k, (colour, dashes) in enumerate(zip(plotting.shades(2), ("-", "--"), strict=True)):
        ax.axhline(problem.minimum[k], color=plotting.QUIET, lw=0.8)
        ax.plot(path.theta[:, k], color=colour, ls=dashes, label=f"$θ[{k}]$")
    last = path.theta[-1]
    ax.set(
        xlabel="step",
        ylabel="θ",
        ylim=(-0.1, 1.15 * float(np.max(problem.minimum))),
        title=f"ends at θ[0] = {last[0]:.2f}, θ[1] = {last[1]:.2f}",
    )
    ax.legend(loc="lower right")
    return ax


# --------------------------------------------------------------------------- the cliff


class Cliff(Problem):
    """θ⁴/4 in one coordinate: its curvature 3θ² is large where the slope is.

    Examples
    --------
    >>> from adaptive.course.modern import Cliff
    >>> Cliff().grad([2.0])
    array([8.])
    """

    name = "cliff"
    start = np.full(1, 10.0)
    minimum = np.zeros(1)

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, shape (..., 1)."""
        return np.sum(np.asarray(theta) ** 4, axis=-1) / 4

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        """Return the gradient at ``theta``."""
        return np.asarray(theta) ** 3


#: Steps of a run down the cliff.
DOWN = 60


def down(path: Path) -> Axes:
    """Draw the distance of a run from the foot of the cliff.

    Parameters
    ----------
    path : Path
        A run down `Cliff`.

    Returns
    -------
    Axes
        The axes; its title says where the run ends, or that it diverges.
    """
    ax = plt.figure(figsize=(6, 2.8)).add_subplot()
    away = np.abs(path.theta[:, 0])
    lost = ~(away < 1e3)
    shown = away[: int(np.argmax(lost))] if lost.any() else away
    ax.semilogy(shown, "o-", ms=3, lw=1, color=plotting.line("SGD")["color"])
    ax.set(xlabel="step", ylabel="|θ|", xlim=(-1, DOWN + 1), ylim=(0.1, 1e3))
    ax.set_title("The run diverges." if lost.any() else f"ends at |θ| = {away[-1]:.2f}")
    return ax


def as_schedule(
    function: Callable[..., Any], T: int, warmup: int, *, stand_in: bool = False
) -> Callable[[Any], float]:
    """Return your factor as a function of the step alone, for `adaptive.scheduled`.

    Parameters
    ----------
    function : callable
        The function that you wrote in this assignment.
    T : int
        The number of steps.
    warmup : int
        How many of them are warm-up.
    stand_in : bool, default False
        Whether a right one stands in for a function that is not right yet.

    Returns
    -------
    callable
        From the number of a step, from 1, to the factor.

    Raises
    ------
    TypeError
        If ``function`` cannot be called.
    """
    return running.as_function(FACTOR, function, {"T": T, "warmup": warmup}, stand_in=stand_in)


# --------------------------------------------------------------------------- the matrix

#: Coefficients of two polynomials: Muon's, and those of one that tends to 1.
COEFFICIENTS = {"fast": QUINTIC, "gentle": GENTLE}
#: The singular values that Muon is content with.
BAND = (0.68, 1.14)


def gradient() -> Array:
    """Return a matrix of 8 rows and 12 columns with the singular values of your numbers.

    Returns
    -------
    ndarray, shape (8, 12)
        The matrix.
    """
    rng = np.random.default_rng(0)
    U, _ = np.linalg.qr(rng.normal(size=(8, 8)))
    V, _ = np.linalg.qr(rng.normal(size=(12, 8)))
    return np.asarray((U * np.array(SHEET["sizes"])) @ V.T)


def band(matrix: npt.ArrayLike) -> Axes:
    """Draw the singular values of a matrix, over the band from 0.68 to 1.14.

    Parameters
    ----------
    matrix : array_like, shape (m, n)
        The matrix.

    Returns
    -------
    Axes
        The axes; its title has the smallest and the largest of them.
    """
    values = singular_values(matrix)
    ax = plt.figure(figsize=(6, 2.8)).add_subplot()
    ax.axhspan(*BAND, color=plotting.QUIET, alpha=0.3, lw=0)
    ax.semilogy(np.arange(1, len(values) + 1), values, "o", color=plotting.line("Muon")["color"])
    ax.set(xlabel="number of the singular value", ylabel="its size", ylim=(1e-4, 3))
    ax.set_title(f"from {np.min(values):.3f} to {np.max(values):.3f}")
    return ax


# --------------------------------------------------------------------------- the questions

ASSIGNMENT = Assignment(
    "modern",
    {
        "adamw": ADAMW,
        "box": Table(dict.fromkeys(("wall", "end"), Number(1))),
        "factor": FACTOR,
        "predicted-warmup": Prediction(1, DOWN - 1, whole=True),
        "shortest": Number(1),
        "quintic": QUINTIC_STEP,
        "newton-schulz": NEWTON_SCHULZ,
        "steps": Table(dict.fromkeys(COEFFICIENTS, Number(1))),
    },
    {AdamW: ADAMW},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
