"""Assignment 1, *Down the ravine*: the circles task from nothing, SGD, Momentum, NAG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.lib.mixins import NDArrayOperatorsMixin

from adaptive import NAG, SGD, Momentum, Path, plotting
from adaptive.course.assignment import Assignment
from adaptive.course.closed import Choice, Number, Table
from adaptive.course.code import Code
from adaptive.course.parts import Mistake, Part, follows
from adaptive.course.questions import Prediction
from adaptive.course.ravine_task import EXPAND, GRAD, LOSS, PROBABILITY
from adaptive.course.sheet import Sheet
from adaptive.problems import Ravine

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- three rules


def _hyperparameters(rng: np.random.Generator) -> dict[str, Any]:
    """Return a rate and a decay that are nobody's default."""
    return {"lr": rng.uniform(0.02, 0.08), "momentum": rng.uniform(0.5, 0.8)}


def _at_rest(rng: np.random.Generator) -> dict[str, Any]:
    return _hyperparameters(rng) | {"theta": rng.normal(size=4), "v": np.zeros(4)}


def _under_way(rng: np.random.Generator) -> dict[str, Any]:
    return _at_rest(rng) | {"v": rng.normal(size=4)}


def _gradient(rng: np.random.Generator, i: Mapping[str, Any]) -> dict[str, Any]:
    return {"g": rng.normal(size=len(i["theta"]))}


class _Gradient(NDArrayOperatorsMixin):
    """The gradient of a bowl as a function, which remembers the points where it was asked.

    Whoever forgets to call it computes with the gradient where the run is, and loses the part
    about the point alone.
    """

    def __init__(self, curvature: Array, here: Array) -> None:
        self.curvature, self.here = curvature, here
        self.asked: list[Array] = []

    def __call__(self, *given: Any, **options: Any) -> Any:
        # One function for both, since who is handed it may call no other of the package's.
        if given and isinstance(given[0], np.ufunc):
            ufunc, method, *inputs = given
            return getattr(ufunc, method)(*(self() if x is self else x for x in inputs), **options)
        if not given:
            return self.curvature * self.here
        if len(given) > 1:
            raise TypeError(f"grad() takes 1 positional argument but {len(given)} were given")
        self.asked.append(np.array(given[0], np.float64))
        return self.curvature * self.asked[-1]

    __array_ufunc__ = __call__


def _gradient_function(rng: np.random.Generator, i: Mapping[str, Any]) -> dict[str, Any]:
    """Return the gradient of a bowl as a function."""
    curvature = rng.uniform(2, 9, size=len(i["theta"]))
    return {"grad": _Gradient(curvature, i["theta"]), "curvature": curvature}


SGD_STEP = Code(
    arguments=("theta", "g", "lr"),
    returns=("theta",),
    draw=_at_rest,
    resume=_under_way,
    renew=_gradient,
    defaults={"lr": 0.1},
    parts=(
        Part(
            "the step",
            1,
            "theta",
            expected=lambda i, o: i.theta - i.lr * i.g,
            reminder="It is theta - lr g.",
            mistakes=(
                Mistake(
                    "It walks uphill: the gradient points up, so it is subtracted.",
                    lambda i, o: i.theta + i.lr * i.g,
                ),
                Mistake("lr is missing.", lambda i, o: i.theta - i.g),
                Mistake("You return the step alone: add it to theta.", lambda i, o: -i.lr * i.g),
                Mistake(
                    "Only the sign of the gradient is used: its size belongs to the step.",
                    lambda i, o: i.theta - i.lr * np.sign(i.g),
                ),
                Mistake(
                    "The gradient is divided by its length: it should be used as it is.",
                    lambda i, o: i.theta - i.lr * i.g / np.linalg.norm(i.g),
                ),
                Mistake(
                    "The step is divided by lr; it should be multiplied by it.",
                    lambda i, o: i.theta - i.g / i.lr,
                ),
            ),
        ),
    ),
)


def _slope(i: Any, o: Any) -> Any:
    """Return the gradient that the velocity takes up: for NAG, the one that was asked for."""
    if not hasattr(o, "asked"):
        return i.g
    return i.curvature * np.where(np.isnan(o.asked), i.theta, o.asked)


def _without_rate(i: Any, o: Any) -> Any:
    return i.momentum * i.v + _slope(i, o)


def _downhill(i: Any, o: Any) -> Any:
    return i.momentum * i.v - i.lr * _slope(i, o)


def _averaged(i: Any, o: Any) -> Any:
    return i.momentum * i.v + (1 - i.momentum) * _slope(i, o)


_VELOCITY = Part(
    "the velocity",
    2,
    "v",
    expected=lambda i, o: i.momentum * i.v + i.lr * _slope(i, o),
    reminder="It is γ times the old velocity plus η times the gradient.",
    mistakes=(
        Mistake(
            "lr is missing from the velocity. Some libraries keep it outside; in the book's form "
            "it is inside: γ v + η g.",
            _without_rate,
        ),
        Mistake(
            "Your velocity points downhill; in the book v is subtracted, so it points uphill.",
            _downhill,
        ),
        Mistake(
            "That is an average, with the factor 1 - γ: the book's velocity is γ v + η g.",
            _averaged,
        ),
        Mistake(
            "That is an average, with the factor (1 - γ) η: the book's velocity is γ v + η g.",
            lambda i, o: i.momentum * i.v + (1 - i.momentum) * i.lr * _slope(i, o),
        ),
        Mistake(
            "The old velocity is kept whole: multiply it by γ, or it never fades.",
            lambda i, o: i.v + i.lr * _slope(i, o),
        ),
        Mistake("The old velocity is forgotten: add γ v.", lambda i, o: i.lr * _slope(i, o)),
        Mistake(
            "γ multiplies the gradient too: it belongs to the old velocity only.",
            lambda i, o: i.momentum * (i.v + i.lr * _slope(i, o)),
        ),
        Mistake(
            "γ v is taken from the gradient: it is the point of the gradient that is ahead, "
            "grad(theta - γ v).",
            lambda i, o: i.momentum * i.v + i.lr * (_slope(i, o) - i.momentum * i.v),
        ),
        Mistake("γ and η are exchanged.", lambda i, o: i.lr * i.v + i.momentum * _slope(i, o)),
        Mistake(
            "Is the learning rate applied twice?",
            lambda i, o: i.momentum * i.v + i.lr**2 * _slope(i, o),
        ),
    ),
)

_STEP = Part(
    "the step uses the velocity",
    1,
    "theta",
    expected=lambda i, o: i.theta - o.v,
    # What follows from a velocity of another form, which is charged there.
    accepts=(
        follows("v", _without_rate, lambda i, o: i.theta - i.lr * o.v),
        follows("v", _downhill, lambda i, o: i.theta + o.v),
        follows("v", _averaged, lambda i, o: i.theta - i.lr * o.v),
    ),
    reminder="It is theta minus the new velocity.",
    mistakes=(
        Mistake("It uses the old velocity: use the new one.", lambda i, o: i.theta - i.v),
        Mistake("It walks uphill: subtract the velocity.", lambda i, o: i.theta + o.v),
        Mistake(
            "Is the learning rate applied twice? It is in the velocity already.",
            lambda i, o: i.theta - i.lr * o.v,
        ),
        Mistake(
            "The gradient is subtracted once more: it is in the velocity already.",
            lambda i, o: i.theta - o.v - i.lr * _slope(i, o),
        ),
        Mistake(
            "The velocity is left out: that is a plain gradient step.",
            lambda i, o: i.theta - i.lr * _slope(i, o),
        ),
        Mistake("You return the step alone: take it from theta.", lambda i, o: -o.v),
    ),
)

MOMENTUM_STEP = Code(
    arguments=("theta", "g", "v", "lr", "momentum"),
    returns=("theta", "v"),
    draw=_at_rest,
    resume=_under_way,
    renew=_gradient,
    defaults={"lr": 0.1, "momentum": 0.9},
    parts=(_VELOCITY, _STEP),
)


def _asked(inputs: dict[str, Any]) -> dict[str, Any]:
    """Return the point at which the gradient was asked; the best one, if there were several."""
    ahead = inputs["theta"] - inputs["momentum"] * inputs["v"]
    points = [p for p in inputs["grad"].asked if p.shape == ahead.shape]
    nearest = min(points, key=lambda p: float(np.sum((p - ahead) ** 2)), default=np.nan * ahead)
    return {"asked": nearest}


NAG_STEP = Code(
    arguments=("theta", "grad", "v", "lr", "momentum"),
    returns=("theta", "v"),
    draw=_at_rest,
    resume=_under_way,
    renew=_gradient_function,
    observe=_asked,
    called={"asked": "the point at which grad is called"},
    defaults={"lr": 0.1, "momentum": 0.9},
    parts=(
        Part(
            "where the gradient is asked",
            1,
            "asked",
            expected=lambda i, o: i.theta - i.momentum * i.v,
            # What follows from a velocity of another form, which is charged there.
            accepts=(
                follows("v", _without_rate, lambda i, o: i.theta - i.lr * i.momentum * i.v),
                follows("v", _downhill, lambda i, o: i.theta + i.momentum * i.v),
                follows("v", _averaged, lambda i, o: i.theta - i.lr * i.momentum * i.v),
            ),
            reminder="It is theta - γ v, where momentum is about to carry you.",
            mistakes=(
                Mistake(
                    "grad is never called with a point: it is a function, and grad(theta) its "
                    "value at theta.",
                    lambda i, o: np.nan * i.theta,
                ),
                Mistake(
                    "It is asked where you are: that is Momentum. NAG looks ahead first.",
                    lambda i, o: i.theta,
                ),
                Mistake(
                    "It looks back: v is subtracted, so ahead is theta - γ v.",
                    lambda i, o: i.theta + i.momentum * i.v,
                ),
                Mistake(
                    "It looks ahead by the whole velocity: only γ v of it will be kept.",
                    lambda i, o: i.theta - i.v,
                ),
                Mistake(
                    "It looks ahead by η v: the velocity is a distance already, so γ v.",
                    lambda i, o: i.theta - i.lr * i.v,
                ),
                Mistake(
                    "The gradient is asked after the step: it is what the step is made from.",
                    lambda i, o: o.theta,
                ),
            ),
        ),
        replace(_VELOCITY, points=1),
        _STEP,
    ),
)

# --------------------------------------------------------------------------- the experiments

SHEET = Sheet("ravine")
#: The ravine of the assignment: curvature 1 along it and 20 across, if it is that of all.
PROBLEM = Ravine(condition=SHEET["condition"])
#: The best rate of gradient descent on it, 2 / (λ_max + λ_min).
BEST_RATE = 2 / (PROBLEM.condition + 1)


def steps_to_arrive(path: Path) -> int:
    """Return from which step on a run stays within a hundredth of its first distance.

    Parameters
    ----------
    path : Path
        A run that arrives.

    Returns
    -------
    int
        The step.

    Raises
    ------
    ValueError
        If the run does not arrive.
    """
    steps = path.steps_to(0.01)
    if steps is None:
        raise ValueError(f"path must come to stay near the minimum, got {path!r}")
    return steps


def curves() -> Axes:
    """Draw three losses in the ravine, named A, B and C: SGD, Momentum and NAG in some order.

    All with η = 0.04 and, where there is one, γ = 0.9.

    Returns
    -------
    Axes
        The axes.
    """
    ax = plt.figure(figsize=(6, 3.2)).add_subplot()
    looks = zip(plotting.shades(3), ("-", "--", ":"), strict=True)
    for (name, loss), (colour, dashes) in zip(SHEET["curves"].items(), looks, strict=True):
        ax.semilogy(loss, color=colour, ls=dashes, label=name)
        ax.annotate(name, (80, loss[-1]), (4, 0), textcoords="offset points", color=colour)
    ax.set(xlabel="step", ylabel="loss", xlim=(0, 84))
    ax.legend()
    return ax


ASSIGNMENT = Assignment(
    "ravine",
    {
        "expand": EXPAND,
        "probability": PROBABILITY,
        "loss": LOSS,
        "grad": GRAD,
        "sgd": SGD_STEP,
        "largest-rate": Number(2),
        "momentum": MOMENTUM_STEP,
        "predicted-steps": Prediction(1, 1000, whole=True),
        "measured-steps": Number(1),
        "nag": NAG_STEP,
        "curves": Table(dict.fromkeys("ABC", Choice(1, ("Momentum", "NAG", "SGD")))),
    },
    {SGD: SGD_STEP, Momentum: MOMENTUM_STEP, NAG: NAG_STEP},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
