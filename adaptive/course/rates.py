"""Assignment 2, *A rate for every coordinate*: Adagrad, RMSprop, Adadelta, and units."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import Adadelta, Adagrad, Path, RMSprop, Rule, plotting
from adaptive.course.assignment import Assignment
from adaptive.course.closed import Choice, Number, Powers, Table
from adaptive.course.questions import Prediction
from adaptive.course.rates_rules import ADADELTA, ADAGRAD, RMSPROP
from adaptive.course.sheet import Sheet
from adaptive.descent import iterate
from adaptive.problems import MovingTarget, Problem, SparseFeatures

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- the sparse task

SHEET = Sheet("rates")
#: The learning rates to choose from on the sparse task.
GRID = (0.1, 0.3, 0.7, 1.5, 3.0)
#: Minibatches of a run on it, and how many runs.
STEPS, RUNS = 500, 5


class Learned(NamedTuple):
    """What a rule has learned on the sparse task, in the mean over some runs.

    Attributes
    ----------
    loss : float
        The loss at the end.
    rare, common : float
        The share found of the five rarest and of the five commonest weights.
    """

    loss: float
    rare: float
    common: float

    def __repr__(self) -> str:
        return f"loss {self.loss:.4f}, rare {self.rare:.2f}, common {self.common:.2f}"


class _Together(Problem):
    """Several runs on the sparse task as one: a function of yours sees one long row."""

    stochastic = True

    def __init__(self, seed: int) -> None:
        self.task = SparseFeatures(seed=seed)
        self.start = np.zeros(RUNS * self.task.start.size)

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        """Return the rows of a minibatch for each run."""
        return rng.integers(len(self.task.X), size=(RUNS, self.task.batch_size))

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        """Return the gradients of all runs, one after the other."""
        return self.task.grad(np.reshape(theta, (RUNS, -1)), batch).ravel()


_together = cache(_Together)


def learned(rule: Rule, task: int | None = None) -> Learned:
    """Return what a rule has learned on the sparse task after 500 minibatches.

    Parameters
    ----------
    rule : Rule
        With its learning rate.
    task : int, optional
        Seed of the rows; by default that of your numbers.

    Returns
    -------
    Learned
        The loss, and the shares of the rare and of the common weights, in the mean over five runs.
    """
    together = _together(SHEET["task"] if task is None else task)
    sparse, start, rng = together.task, together.start, np.random.default_rng(0)
    batches = (together.draw(t, rng) for t in range(1, STEPS + 1))
    made = [theta for theta, *_ in iterate(rule, together, start, rule.init(start), batches)]
    found = made[-1].reshape(RUNS, -1)
    share = np.mean(found / sparse.weights, axis=0)
    loss = float(np.mean(sparse.loss(found)))
    return Learned(loss, float(np.mean(share[-5:])), float(np.mean(share[:5])))


# --------------------------------------------------------------------------- the moving target

#: It jumps between 1 and -1 every 100 steps, and is seen through noise.
TARGET = MovingTarget()
#: The same noise, and a target that stays at 1.
STILL = MovingTarget([[1.0]])


def distance(path: Path, *, first: int | None = None, last: int | None = None) -> float:
    """Return the mean distance of a run to the target.

    Parameters
    ----------
    path : Path
        A run on `TARGET` or `STILL`.
    first, last : int, optional
        Over how many steps at the start or at the end; over all by default.

    Returns
    -------
    float
        The mean of ``|θ - target|``.
    """
    away = np.abs(path.theta[1:] - _targets(path))
    return float(np.mean(away[-last:] if last else away[:first]))


def _targets(path: Path) -> Any:
    problem: Any = path.problem
    return problem.target(np.arange(1, path.steps + 1))


def following(*paths: Path, ax: Axes | None = None) -> Axes:
    """Draw runs that follow a target, over the target.

    Parameters
    ----------
    *paths : Path
        Runs on `TARGET` or `STILL`. A single one gets a title: where it
        is after 100 steps, and its mean distance to the target.
    ax : Axes, optional
        Where to draw; new axes by default.

    Returns
    -------
    Axes
        The axes.
    """
    ax = plt.figure(figsize=(6, 2.8)).add_subplot() if ax is None else ax
    ax.plot(np.arange(1, paths[0].steps + 1), _targets(paths[0]), color=plotting.QUIET, lw=1)
    for path in paths:
        ax.plot(
            path.theta[:, 0], **plotting.line(path.rule) | {"lw": 1.2 if path.steps < 1000 else 0.9}
        )
    ax.set(xlabel="step", ylabel="θ")
    if len(paths) > 1:
        ax.legend(ncols=2, fontsize="small", loc="lower right", bbox_to_anchor=(1, 1))
    else:
        reached, away = paths[0].theta[100, 0], distance(paths[0])
        ax.set_title(f"after 100 steps θ = {reached:.2g}; mean distance to the target {away:.3f}")
    return ax


# --------------------------------------------------------------------------- three rates


def curves() -> Axes:
    """Draw the rates of RMSprop, Adagrad and Adadelta, named A, B and C in some order.

    The rate is the factor by which a gradient is multiplied. All three are
    handed the same gradients: 1 for a hundred steps, 0.1 for a hundred, and 1 again.

    Returns
    -------
    Axes
        The axes.
    """
    ax = plt.figure(figsize=(6, 3.4)).add_subplot()
    looks = zip(plotting.shades(3), ("-", "--", ":"), strict=True)
    for (name, rates), (colour, dashes) in zip(SHEET["curves"].items(), looks, strict=True):
        ax.semilogy(np.arange(1, 301), rates, color=colour, ls=dashes, label=name)
        ax.annotate(name, (300, rates[-1]), (4, -3), textcoords="offset points", color=colour)
    for jump in (100.5, 200.5):
        ax.axvline(jump, color=plotting.QUIET, lw=0.6)
    for middle, size in ((50, "g = 1"), (150, "g = 0.1"), (250, "g = 1")):
        ax.annotate(size, (middle, 1.01), xycoords=("data", "axes fraction"), ha="center")
    ax.set(xlabel="step", ylabel="rate", xlim=(-6, 318))
    ax.legend(loc="lower center", ncols=3)
    return ax


# --------------------------------------------------------------------------- the questions

_RULES = Choice(1, ("Adadelta", "Adagrad", "RMSprop"))

ASSIGNMENT = Assignment(
    "rates",
    {
        "adagrad": ADAGRAD,
        "predicted": Prediction(0.1, 100),
        "measured": Number(1),
        "rmsprop": RMSPROP,
        "adadelta": ADADELTA,
        "epsilon": Table({"power": Number(1), "best": Number(1)}),
        "curves": Table(dict.fromkeys("ABC", _RULES)),
        "units": Table(
            dict.fromkeys(("SGD", "Momentum", "Adagrad", "RMSprop", "Adadelta"), Powers())
        ),
    },
    {Adagrad: ADAGRAD, RMSprop: RMSPROP, Adadelta: ADADELTA},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
