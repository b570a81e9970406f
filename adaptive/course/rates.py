"""Assignment 2, *A rate for every coordinate*: Adagrad, RMSprop, Adadelta, and units."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import SGD, Adadelta, Adagrad, Path, RMSprop, Rule, plotting, sweep
from adaptive.course.assignment import Assignment
from adaptive.course.calling import Mishap
from adaptive.course.questions import Choice, Mark, Number, Prediction, Table
from adaptive.course.rates_rules import ADADELTA, ADAGRAD, RMSPROP
from adaptive.descent import iterate
from adaptive.problems import MovingTarget, Problem, SparseFeatures

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- the sparse task

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

    def __init__(self) -> None:
        self.task = SparseFeatures()
        self.start = np.zeros(RUNS * self.task.start.size)

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        """Return the rows of a minibatch for each run."""
        return rng.integers(len(self.task.X), size=(RUNS, self.task.batch_size))

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        """Return the gradients of all runs, one after the other."""
        return self.task.grad(np.reshape(theta, (RUNS, -1)), batch).ravel()


_together = cache(_Together)


def learned(rule: Rule) -> Learned:
    """Return what a rule has learned on the sparse task after 500 minibatches.

    Parameters
    ----------
    rule : Rule
        With its learning rate.

    Returns
    -------
    Learned
        The loss, and the shares of the rare and of the common weights, in the mean over five runs.
    """
    together, rng = _together(), np.random.default_rng(0)
    task, start = together.task, together.start
    batches = (together.draw(t, rng) for t in range(1, STEPS + 1))
    made = [theta for theta, *_ in iterate(rule, together, start, rule.init(start), batches)]
    found = made[-1].reshape(RUNS, -1)
    share = np.mean(found / task.weights, axis=0)
    loss = float(np.mean(task.loss(found)))
    return Learned(loss, float(np.mean(share[-5:])), float(np.mean(share[:5])))


@cache
def _best(kind: Callable[..., Rule], of: str = "loss") -> Learned:
    """Return what is learned at the rate of lowest loss, or of the largest share."""
    tried = [learned(kind(lr)) for lr in GRID]
    return min(tried, key=lambda t: t.loss) if of == "loss" else max(tried, key=lambda t: t.rare)


def _advantage(of: str) -> float:
    """Return how many times as much Adagrad has as SGD, each at its best rate."""
    return float(getattr(_best(Adagrad), of) / getattr(_best(SGD), of))


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
        stands after 100 steps, and its mean distance to the target.
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


@cache
def _best_eps() -> tuple[float, float]:
    """Return the ε with which Adadelta follows the target best, and how near it is then."""
    grid = np.geomspace(1e-4, 1e-1, 61)
    runs = sweep(Adadelta(0.9), TARGET, 400, keep="path", eps=grid)
    away = np.abs(runs.theta[1:, :, 0] - TARGET.target(np.arange(1, 401)))
    means = away.mean(axis=0)
    return float(grid[np.argmin(means)]), float(means.min())


# --------------------------------------------------------------------------- three rates

#: What the three curves are of.
_SHUFFLED = {"A": RMSprop(0.1, 0.9), "B": Adagrad(1.0), "C": Adadelta(0.9, 1e-3)}


def curves() -> Axes:
    """Draw the rates of RMSprop, Adagrad and Adadelta, named A, B and C in some order.

    The rate is the factor by which a gradient is multiplied. All three are
    handed the same gradients: 1 for a hundred steps, 0.1 for a hundred, and 1 again.
    """
    ax = plt.figure(figsize=(6, 3.4)).add_subplot()
    looks = zip(plotting.shades(3), ("-", "--", ":"), strict=True)
    gradients, still = np.repeat([1.0, 0.1, 1.0], 100), np.zeros(1)
    for (name, rule), (colour, dashes) in zip(_SHUFFLED.items(), looks, strict=True):
        state, rates = rule.init(still), []
        for g in gradients:
            step, state = rule.step(still, np.array([g]), state)
            rates.append(-step[0] / g)
        ax.semilogy(np.arange(1, 301), rates, color=colour, ls=dashes, label=name)
        ax.annotate(name, (300, rates[-1]), (4, -3), textcoords="offset points", color=colour)
    for jump in (100.5, 200.5):
        ax.axvline(jump, color=plotting.QUIET, lw=0.6)
    for middle, size in ((50, "g = 1"), (150, "g = 0.1"), (250, "g = 1")):
        ax.annotate(size, (middle, 1.01), xycoords=("data", "axes fraction"), ha="center")
    ax.set(xlabel="step", ylabel="rate", xlim=(-6, 318))
    ax.legend(loc="lower center", ncols=3)
    return ax


#: What each curve looks like, for whoever took another for it.
_LOOKS = {
    "Adagrad": "The rate of Adagrad can only fall: its sum never shrinks, also when gradients do.",
    "RMSprop": "RMSprop starts with a rate that is too high, η/√(1 - γ), as its average starts at "
    "0; then it settles at η while gradients stay at 1, and rises when they are smaller.",
    "Adadelta": "Adadelta starts near √ε, low, and builds its rate up from its own steps, "
    "also while gradients stay the same.",
}

# --------------------------------------------------------------------------- units


@dataclass(frozen=True)
class Unit:
    """A unit, as the powers of the loss's and of the parameters'.

    Parameters
    ----------
    right : tuple of int
        The powers of [J] and of [θ].
    wrong : dict of str
        Others, and what to say to each.
    points : float
        What it is worth.
    """

    right: tuple[int, int]
    wrong: Mapping[tuple[int, int], str]
    points: float = 1

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Compare the powers."""
        powers = self._powers(answer)
        name = _in_words(powers)
        if powers == self.right:
            return [Mark(name, self.points, self.points)]
        says = self.wrong.get((int(powers[0]), int(powers[1])), "")
        if not says and powers == self.right[::-1]:
            says = "The powers are exchanged: that of J comes first."
        says = says or "Put units into the step, factor by factor: [g] = [J]/[θ]."
        return [Mark(name, 0, self.points, says)]

    def _powers(self, answer: Any) -> tuple[float, float]:
        try:
            powers = np.asarray(answer, np.float64)
            if powers.shape == (2,) and np.isfinite(powers).all():
                return float(powers[0]), float(powers[1])
        except (TypeError, ValueError):
            pass
        raise Mishap(
            "must be two powers, that of J and that of θ, such as (1, -1) for [J]/[θ], "
            f"and is {' '.join(repr(answer).split())[:60]}"
        )


def _in_words(powers: tuple[float, float]) -> str:
    """Return a unit as a product of powers."""
    factors = [
        f"[{name}]" + (f"^{power:g}" if power != 1 else "")
        for name, power in zip("Jθ", powers, strict=True)
        if power
    ]
    return " ".join(factors) or "no unit"


_OF_GRADIENT = {
    (0, 1): "That is what a step should have. It has it only if η brings the unit [θ]²/[J] "
    "along; here η is a mere number.",
    (-1, 2): "That is the unit that η must have. Asked for is that of the step if η is a number.",
    (0, 0): "η is a mere number, but the gradient has a unit.",
    (-1, 1): "Upside down: a gradient is a change of J divided by a change of θ.",
    (1, 1): "A gradient is a change of J *divided* by a change of θ.",
}
_OF_SUM = _OF_GRADIENT | {
    (2, -2): "The velocity is a sum of gradients, and a sum has the unit of its terms.",
}
_OF_QUOTIENT = {
    (1, -1): "That is the unit of g, but it is divided by a root of squares of g.",
    (0, 1): "That is what a step should have. It has it only if η brings [θ] along; here η is a "
    "mere number.",
    (-1, 1): "That is the unit of 1/√G alone: it multiplies a gradient.",
    (2, -2): "That is the unit of the squares that are summed: take the root, and divide g by it.",
    (-1, 2): "η is a mere number here, and g divided by a root of its squares is another.",
}
_OF_ADADELTA = {
    (0, 0): "g over its root has no unit, but that is multiplied by the root of past squared "
    "steps, which has one.",
    (0, 2): "That is the unit of E[Δθ²]: the numerator is its root.",
    (1, -1): "That is the unit of g, but it is divided by the root of E[g²], and multiplied by "
    "that of E[Δθ²].",
    (-1, 2): "That is the unit of the quotient of the roots: it multiplies a gradient.",
}

# --------------------------------------------------------------------------- the questions

ASSIGNMENT = Assignment(
    "rates",
    {
        "adagrad": ADAGRAD,
        "predicted": Prediction(0.1, 100),
        "measured": Number(
            1,
            right=lambda: _advantage("rare"),
            rtol=0.02,
            reminder="Divide the rare share of Adagrad by that of SGD, each at the rate of GRID "
            "where its own loss is lowest.",
            mistakes=(
                (lambda: 1 / _advantage("rare"), "That is SGD's share divided by Adagrad's."),
                (
                    lambda: _advantage("common"),
                    "That is the quotient for the common weights: take the rare ones.",
                ),
                (
                    lambda: _advantage("loss"),
                    "That is the quotient of the losses: take the shares of the rare weights.",
                ),
                (
                    lambda: _best(Adagrad, "rare").rare / _best(SGD, "rare").rare,
                    "There each has the rate with the largest share. The best rate is that with "
                    "the lowest loss: at larger ones the common weights jump about.",
                ),
                (
                    lambda: _best(Adagrad).rare,
                    "That is Adagrad's share: divide it by that of SGD.",
                ),
            ),
        ),
        "rmsprop": RMSPROP,
        "adadelta": ADADELTA,
        "epsilon": Table(
            {
                "power": Number(
                    1,
                    right=lambda: 0.5,
                    rtol=0.1,
                    reminder="If ε × 100 makes the way f times as long, the power is "
                    "log f / log 100.",
                    mistakes=(
                        (
                            lambda: 10.0,
                            "That is the factor for ε × 100: which power of 100 is it?",
                        ),
                        (lambda: 2.0, "The other way round: ε is like the square of the way."),
                        (
                            lambda: 1.0,
                            "Then ε × 100 would make the way 100 times as long. Read it off.",
                        ),
                    ),
                ),
                "best": Number(
                    1,
                    # From half to twice the best.
                    right=lambda: 1.25 * _best_eps()[0],
                    rtol=0.6,
                    reminder="Look for the least mean distance in the title.",
                    mistakes=(
                        (lambda: 1e-10, "That is where the slider starts, and it hardly moves."),
                        (
                            lambda: 1e-6,
                            "That is the paper's ε. Move the slider there: it does not arrive.",
                        ),
                        (
                            lambda: np.log10(_best_eps()[0]),
                            "That is the exponent: ε is 10 to that power, such as 1e-4.",
                        ),
                        (
                            lambda: _best_eps()[1],
                            "That is the distance, not the ε that leads to it.",
                        ),
                    ),
                ),
            }
        ),
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
        "units": Table(
            {
                "SGD": Unit((1, -1), _OF_GRADIENT),
                "Momentum": Unit((1, -1), _OF_SUM),
                "Adagrad": Unit((0, 0), _OF_QUOTIENT),
                "RMSprop": Unit((0, 0), _OF_QUOTIENT),
                "Adadelta": Unit((0, 1), _OF_ADADELTA),
            }
        ),
    },
    {Adagrad: ADAGRAD, RMSprop: RMSPROP, Adadelta: ADADELTA},
)
check = ASSIGNMENT.check
as_rule = ASSIGNMENT.as_rule
