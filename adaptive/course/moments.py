"""Assignment 3, *Moments*: Adam with its bias correction, AdaMax, Nadam, AMSGrad, and a game."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import Adam, AdaMax, AMSGrad, Nadam, Path, plotting
from adaptive.course.assignment import Assignment
from adaptive.course.closed import Choice, Number, Table
from adaptive.course.moments_adam import ADAM
from adaptive.course.moments_parts import CORRECT
from adaptive.course.moments_rules import ADAMAX, AMSGRAD, NADAM
from adaptive.course.questions import Prediction
from adaptive.course.sheet import Sheet
from adaptive.problems import Reddi

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- first steps

SHEET = Sheet("moments")


def first_steps() -> Axes:
    """Draw the first steps of three Adams, named A, B and C, that correct different moments.

    The gradient is 1 in all of them, β₁ = 0.9 and β₂ = 0.999.

    Returns
    -------
    Axes
        The axes.
    """
    ax = plt.figure(figsize=(6, 3.2)).add_subplot()
    t = np.arange(1, 101)
    looks = zip(plotting.shades(3), ("-", "--", ":"), strict=True)
    for (name, length), (colour, dashes) in zip(SHEET["first steps"].items(), looks, strict=True):
        ax.loglog(t, length, color=colour, ls=dashes, label=name)
        ax.annotate(name, (1, length[0]), (-12, -3), textcoords="offset points", color=colour)
    ax.set(xlabel="step", ylabel="length of the step / η", xlim=(0.75, 105), ylim=(0.05, 60))
    ax.set_xticks([1, 10, 100], ["1", "10", "100"])
    ax.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    ax.legend()
    return ax


# --------------------------------------------------------------------------- the game

#: The game of the assignment: a slope of 20 once in 11 steps, and -1 in the ten others.
GAME = Reddi(large=20.0, small=1.0, period=11)
#: Steps of a run: 200 periods.
STEPS = 2200


def game(*paths: Path) -> Axes:
    """Draw θ against the period of the game, and write above the figure where it ends.

    Parameters
    ----------
    *paths : Path
        Runs in `GAME`.

    Returns
    -------
    Axes
        The axes.
    """
    ax = plt.figure(figsize=(6, 3.2)).add_subplot()
    for end, name in ((1, "worst"), (-1, "best")):
        ax.axhline(end, color=plotting.QUIET, lw=0.8)
        ax.annotate(name, (0, end), (2, -4 * end - 3), textcoords="offset points", size="small")
    for path in paths:
        theta = path.theta[:: GAME.period, 0]
        ax.plot(theta, **plotting.line(path.rule))
    ends = [f"{type(path.rule).__name__} ends at θ = {path.theta[-1, 0]:+.2f}" for path in paths]
    ax.set(xlabel="period of 11 steps", ylabel="θ", ylim=(-1.15, 1.15), title=", ".join(ends))
    if len(paths) > 1:
        ax.legend(loc="center right")
    return ax


_MOMENTS = Choice(1, ("both", "none", "only m", "only v"))
_MEASURED = ("Adam ends", "Adam regret", "AMSGrad ends", "AMSGrad regret")

ASSIGNMENT = Assignment(
    "moments",
    {
        "correct": CORRECT,
        "first-steps": Table(dict.fromkeys("ABC", _MOMENTS)),
        "adam": ADAM,
        "adamax": ADAMAX,
        "nadam": NADAM,
        "predicted-end": Prediction(-1, 1),
        "turn": Number(1),
        "amsgrad": AMSGRAD,
        "measured": Table(dict.fromkeys(_MEASURED, Number(0.5))),
    },
    {Adam: ADAM, AdaMax: ADAMAX, Nadam: NADAM, AMSGrad: AMSGRAD},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
