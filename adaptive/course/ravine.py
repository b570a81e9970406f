"""Assignment 1, *Down the ravine*: the circles task from nothing, SGD, Momentum, NAG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from numpy.lib.mixins import NDArrayOperatorsMixin

from adaptive import NAG, SGD, Momentum, Path, descend, plotting
from adaptive.course.assignment import Assignment
from adaptive.course.code import Code, Formula, Mistake, Part, follows
from adaptive.course.questions import Choice, Number, Prediction, Table
from adaptive.problems import Ravine

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- the circles task


def _sigmoid(z: Any) -> Any:
    return 1 / (1 + np.exp(-z))


def _expand(X: Any) -> Array:
    x0, x1 = X[:, 0], X[:, 1]
    return np.stack([x0, x1, x0**2, x1**2, x0 * x1, np.ones(len(x0))], axis=1)


def _probability(X: Any, w: Any) -> Any:
    return _sigmoid(X @ w)


def _compute_loss(X: Any, y: Any, w: Any) -> Any:
    z = X @ w
    return np.mean(np.logaddexp(0, z) - y * z)


#: What stands in for a student's own functions in later questions.
_GIVEN: dict[str, Callable[..., Any]] = {
    "expand": _expand,
    "probability": _probability,
    "compute_loss": _compute_loss,
}


def _features(i: SimpleNamespace) -> Array:
    return _expand(i.X)


def _logistic_loss(i: SimpleNamespace) -> Any:
    return _compute_loss(i.X, i.y, i.w)


def _set(i: SimpleNamespace, **values: Any) -> SimpleNamespace:
    """Return the inputs with some of them replaced."""
    return SimpleNamespace(**{**vars(i), **values})


def _residual(i: SimpleNamespace) -> Array:
    return np.asarray(_sigmoid(i.X @ i.w) - i.y)


def _rows(rng: np.random.Generator) -> dict[str, Any]:
    n = int(rng.integers(4, 9))
    y = rng.permutation(np.arange(n) % 2).astype(float)
    return {"X": rng.normal(size=(n, 6)), "y": y, "w": rng.normal(size=6)}


def _far_rows(rng: np.random.Generator) -> dict[str, Any]:
    """Return rows on both sides of the boundary, near it and so far that exp(|z|) overflows.

    Of each kind one row is in the right class and one in the wrong.
    """
    far, near = 900 * rng.uniform(0.9, 1.1), 3 * rng.uniform(0.9, 1.1)
    z = np.array([far, far, -far, -far, near, near, -near, -near])
    X, w = rng.normal(size=(8, 6)), rng.normal(size=6)
    mixed = rng.permutation(8)
    X *= (z[mixed] / (X @ w))[:, None]
    return {"X": X, "y": np.array([0.0, 1] * 4)[mixed], "w": w}


EXPAND = Code(
    arguments=("X",),
    returns=("features",),
    calls=1,
    draw=lambda rng: {"X": rng.normal(size=(int(rng.integers(3, 8)), 2))},
    parts=(
        Part(
            "the six columns",
            1,
            "features",
            expected=lambda i, o: _features(i),
            reminder="The columns are x₀, x₁, x₀², x₁², x₀x₁ and 1, in this order.",
            mistakes=(
                Mistake(
                    "The column of ones stands first; it should stand last.",
                    lambda i, o: np.roll(_features(i), 1, axis=1),
                ),
                Mistake(
                    "The last column is 0; it should be 1.",
                    lambda i, o: _features(i) * (1, 1, 1, 1, 1, 0),
                ),
                Mistake(
                    "x₀x₁ stands before the squares; it should stand after them.",
                    lambda i, o: _features(i)[:, [0, 1, 4, 2, 3, 5]],
                ),
                Mistake(
                    "The features stand in rows: transpose, so that each point has a row.",
                    lambda i, o: _features(i).T,
                ),
                Mistake(
                    "x₀x₁ is doubled: that is the term of (x₀ + x₁)², but the feature is x₀x₁.",
                    lambda i, o: _features(i) * (1, 1, 1, 1, 2, 1),
                ),
                Mistake(
                    "The column of ones is missing: without it the boundary has no constant term.",
                    lambda i, o: _features(i)[:, :5],
                ),
            ),
        ),
    ),
)

PROBABILITY = Code(
    arguments=("X", "w"),
    returns=("p",),
    calls=1,
    draw=_rows,
    parts=(
        Part(
            "the sigmoid of X w",
            1,
            "p",
            expected=lambda i, o: _sigmoid(i.X @ i.w),
            reminder="It is 1 / (1 + exp(-X w)), one value for each row.",
            mistakes=(
                Mistake(
                    "That is the probability of class 0: look at the sign in the exponential.",
                    lambda i, o: _sigmoid(-(i.X @ i.w)),
                ),
                Mistake("That is X w itself: the sigmoid is missing.", lambda i, o: i.X @ i.w),
                Mistake(
                    "That is tanh of X w: it runs from -1 to 1, a probability from 0 to 1.",
                    lambda i, o: np.tanh(i.X @ i.w),
                ),
                Mistake(
                    "That is exp(X w): divide it by 1 + exp(X w).", lambda i, o: np.exp(i.X @ i.w)
                ),
                Mistake(
                    "You expand X once more or drop columns: here X is already expanded.",
                    lambda i, o: _sigmoid(i.X[:, :2] @ i.w[:2]),
                ),
                Mistake(
                    "That is one class or the other: return the probability, and do not round it.",
                    lambda i, o: (i.X @ i.w > 0).astype(float),
                ),
            ),
        ),
        Part(
            "far from the boundary",
            1,
            "p",
            expected=lambda i, o: _sigmoid(i.X @ i.w),
            draw=_far_rows,
            # What is wrong everywhere is charged above.
            accepts=(lambda i, o: _sigmoid(-(i.X @ i.w)), lambda i, o: np.tanh(i.X @ i.w)),
            reminder="Where X w is large and positive the result is 1, where it is large and "
            "negative 0, and where it is small it is the sigmoid all the same. exp(z) / (1 + "
            "exp(z)) is inf / inf there, which is nan, and 1 / (1 + exp(-z)) is not.",
        ),
    ),
)

LOSS = Code(
    arguments=("X", "y", "w"),
    returns=("loss",),
    calls=1,
    given=_GIVEN,
    draw=_rows,
    parts=(
        Part(
            "the mean logistic loss",
            1,
            "loss",
            expected=lambda i, o: _logistic_loss(i),
            reminder="It is the mean over the rows of -y log p - (1 - y) log(1 - p).",
            mistakes=(
                Mistake(
                    "That is the sum over the rows: take the mean.",
                    lambda i, o: _logistic_loss(i) * len(i.y),
                ),
                Mistake(
                    "It is negative: a loss is the negative of the log-likelihood.",
                    lambda i, o: -_logistic_loss(i),
                ),
                Mistake(
                    "The classes are exchanged: y goes with log p, 1 - y with log(1 - p).",
                    lambda i, o: np.mean(np.logaddexp(0, i.X @ i.w) - (1 - i.y) * (i.X @ i.w)),
                ),
                Mistake(
                    "The second term is missing: rows of class 0 cost -log(1 - p).",
                    lambda i, o: -np.mean(i.y * np.log(_sigmoid(i.X @ i.w))),
                ),
                Mistake(
                    "That is the mean squared error, not the logistic loss.",
                    lambda i, o: np.mean(_residual(i) ** 2),
                ),
                Mistake(
                    "The logarithm is to base 2; it should be natural.",
                    lambda i, o: _logistic_loss(i) / np.log(2),
                ),
                Mistake(
                    "You return one loss for each row: return their mean, one number.",
                    lambda i, o: np.logaddexp(0, i.X @ i.w) - i.y * (i.X @ i.w),
                ),
            ),
        ),
        Part(
            "far from the boundary",
            1,
            "loss",
            expected=lambda i, o: _logistic_loss(i),
            draw=_far_rows,
            # What is wrong everywhere is charged above.
            accepts=(
                lambda i, o: _logistic_loss(i) * len(i.y),
                lambda i, o: -_logistic_loss(i),
                lambda i, o: _logistic_loss(_set(i, y=1 - i.y)),
                lambda i, o: np.mean(i.y * np.logaddexp(0, -(i.X @ i.w))),
                lambda i, o: _logistic_loss(i) / np.log(2),
                lambda i, o: np.logaddexp(0, i.X @ i.w) - i.y * (i.X @ i.w),
            ),
            reminder="Where p rounds to 0 or 1 its logarithm is -inf, and 0 · inf is nan. To clip "
            "p, or to replace nan, hides that and gives another loss: a row far on the wrong side "
            "costs |z|. With z = X w the loss of a row is log(1 + exp(z)) - y z, and "
            "np.logaddexp(0, z) is log(1 + exp(z)) without overflow.",
        ),
    ),
)


def _mean_of(residual: Formula) -> Formula:
    """Return the mean over the rows of a residual times the features."""
    return lambda i, o: residual(i, o) @ i.X / len(i.y)


_OF_A_ROW = (
    Mistake(
        "It has the wrong sign: it is p - y, and the descent subtracts it later.",
        _mean_of(lambda i, o: -_residual(i)),
    ),
    Mistake(
        "The factor p (1 - p) belongs to the squared error; here it cancels.",
        _mean_of(lambda i, o: _residual(i) * _sigmoid(i.X @ i.w) * _sigmoid(-i.X @ i.w)),
    ),
    Mistake(
        "y is missing: each row adds (p - y) times its features.",
        _mean_of(lambda i, o: _sigmoid(i.X @ i.w)),
    ),
    Mistake(
        "The sigmoid is missing: it is p - y, not X w - y.",
        _mean_of(lambda i, o: i.X @ i.w - i.y),
    ),
    Mistake(
        "It is doubled: that is the factor of a square, and the loss has none.",
        _mean_of(lambda i, o: 2 * _residual(i)),
    ),
)
_OF_THE_MEAN = (
    Mistake(
        "That is the sum over the rows: the loss is a mean, and so is its gradient.",
        lambda i, o: _residual(i) @ i.X,
    ),
    Mistake(
        "You divide by the number of features; divide by the number of rows.",
        lambda i, o: _residual(i) @ i.X / i.X.shape[1],
    ),
)

GRAD = Code(
    arguments=("X", "y", "w"),
    returns=("grad",),
    calls=1,
    given=_GIVEN,
    draw=_rows,
    parts=(
        Part(
            "what each row adds",
            1,
            "grad",
            expected=_mean_of(lambda i, o: _residual(i)),
            accepts=tuple(mistake.value for mistake in _OF_THE_MEAN),
            reminder="Each row adds (p - y) times its features; the gradient is the mean of these.",
            mistakes=_OF_A_ROW,
        ),
        Part(
            "the mean over the rows",
            1,
            "grad",
            expected=_mean_of(lambda i, o: _residual(i)),
            accepts=tuple(mistake.value for mistake in _OF_A_ROW),
            reminder="What the rows add is summed, and divided by their number.",
            mistakes=_OF_THE_MEAN,
        ),
    ),
)

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

    Whoever forgets to call it computes with the gradient where the run stands, and loses the part
    about the point alone.
    """

    def __init__(self, curvature: Array, here: Array) -> None:
        self.curvature, self.here = curvature, here
        self.asked: list[Array] = []

    def __call__(self, theta: Any = None) -> Any:
        if theta is None:
            return self.curvature * self.here
        self.asked.append(np.array(theta, np.float64))
        return self.curvature * self.asked[-1]

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        taken = (self() if one is self else one for one in inputs)
        return getattr(ufunc, method)(*taken, **options)


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
            reminder="It is theta - γ v, where momentum is about to carry you.",
            mistakes=(
                Mistake(
                    "grad is never called with a point: it is a function, and grad(theta) its "
                    "value at theta.",
                    lambda i, o: np.nan * i.theta,
                ),
                Mistake(
                    "It is asked where you stand: that is Momentum. NAG looks ahead first.",
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

#: The ravine of the assignment: curvature 1 along it and 20 across.
PROBLEM = Ravine(condition=20)
#: The best rate of gradient descent on it, 2 / (λ_max + λ_min).
BEST_RATE = 2 / 21


def steps_to_arrive(path: Path) -> int:
    """Return from which step on a run stays within a hundredth of its first distance.

    Parameters
    ----------
    path : Path
        A run that arrives.

    Raises
    ------
    ValueError
        If it does not.
    """
    steps = path.steps_to(0.01)
    if steps is None:
        raise ValueError(f"path must come to stay near the minimum, got {path!r}")
    return steps


@cache
def _steps_of_momentum(momentum: float) -> float:
    return steps_to_arrive(descend(Momentum(BEST_RATE, momentum), PROBLEM, steps=300))


#: What the three curves are of: one rate, one decay.
_SHUFFLED = {"A": NAG(0.04, 0.9), "B": SGD(0.04), "C": Momentum(0.04, 0.9)}


def curves() -> Axes:
    """Draw three losses in the ravine, named A, B and C: SGD, Momentum and NAG in some order.

    All with η = 0.04 and, where there is one, γ = 0.9.
    """
    ax = plt.figure(figsize=(6, 3.2)).add_subplot()
    looks = zip(plotting.shades(3), ("-", "--", ":"), strict=True)
    for (name, rule), (colour, dashes) in zip(_SHUFFLED.items(), looks, strict=True):
        loss = descend(rule, PROBLEM, steps=80).loss
        ax.semilogy(loss, color=colour, ls=dashes, label=name)
        ax.annotate(name, (80, loss[-1]), (4, 0), textcoords="offset points", color=colour)
    ax.set(xlabel="step", ylabel="loss", xlim=(0, 84))
    ax.legend()
    return ax


#: What each curve looks like, for whoever took another for it.
_LOOKS = {
    "SGD": "SGD has no velocity, so its loss falls without any swing.",
    "Momentum": "Momentum swings across the ravine for a long time: fast ripples on slow swings.",
    "NAG": "NAG damps the swings across the ravine: only the slow ones along its floor are left.",
}

ASSIGNMENT = Assignment(
    "ravine",
    {
        "expand": EXPAND,
        "probability": PROBABILITY,
        "loss": LOSS,
        "grad": GRAD,
        "sgd": SGD_STEP,
        "largest-rate": Number(
            2,
            right=lambda: 2 / PROBLEM.condition,
            rtol=0.03,
            reminder="Move the slider to where the zigzag just stops growing.",
            mistakes=(
                (lambda: BEST_RATE, "That is the fastest rate, not the largest that converges."),
                (
                    lambda: 2.0,
                    "That is the limit along the ravine; across it is lower.",
                ),
                (
                    lambda: 1 / PROBLEM.condition,
                    "There the steep direction arrives in one step; larger rates still converge.",
                ),
            ),
        ),
        "momentum": MOMENTUM_STEP,
        "predicted-steps": Prediction(1, 1000, whole=True),
        "measured-steps": Number(
            1,
            right=lambda: _steps_of_momentum(0.9),
            rtol=1e-6,
            reminder="Count with steps_to_arrive, with γ = 0.9 and the same rate as for SGD.",
            mistakes=((lambda: _steps_of_momentum(0.0), "That is SGD, without momentum."),),
        ),
        "nag": NAG_STEP,
        "curves": Table(
            {
                name: Choice(
                    1,
                    type(rule).__name__,
                    {other: says for other, says in _LOOKS.items() if other != type(rule).__name__},
                )
                for name, rule in _SHUFFLED.items()
            }
        ),
    },
    {SGD: SGD_STEP, Momentum: MOMENTUM_STEP, NAG: NAG_STEP},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
