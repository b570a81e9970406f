"""Answers to assignment 2, *A rate for every coordinate*, and the numbers that go with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
from adaptive import SGD, Adadelta, Adagrad, RMSprop, Rule, sweep
from adaptive.course.instructor.keys import Choice, Key, Number, Paper, Powers, Table
from adaptive.course.rates import GRID, TARGET, Learned, learned

#: The rules of the figure.
CURVES: dict[str, Rule] = {
    "RMSprop": RMSprop(0.1, 0.9),
    "Adagrad": Adagrad(1.0),
    "Adadelta": Adadelta(0.9, 1e-3),
}
#: What each curve looks like, for whoever took another for it.
LOOKS = {
    "Adagrad": "The rate of Adagrad can only fall: its sum never shrinks, also when gradients do.",
    "RMSprop": "RMSprop starts with a rate that is too high, η/√(1 - γ), as its average starts at "
    "0; then it settles at η while gradients stay at 1, and rises when they are smaller.",
    "Adadelta": "Adadelta starts near √ε, low, and builds its rate up from its own steps, "
    "also while gradients stay the same.",
}


def rates_of(rule: Rule) -> list[float]:
    """Return by what a rule multiplies each gradient of the figure."""
    still = np.zeros(1)
    state, rates = rule.init(still), []
    for g in np.repeat([1.0, 0.1, 1.0], 100):
        step, state = rule.step(still, np.array([g]), state)
        rates.append(float(f"{-step[0] / g:.4g}"))
    return rates


# --------------------------------------------------------------------------- the sparse task

#: Seeds of rows with which SGD at its best finds about a third of the rare weights, as the text
#: says, and no two rates of the grid tie for the best.
TASKS = (
    *(4, 5, 6, 16, 17, 20, 29, 30, 32, 34, 36, 42, 43, 51, 53, 56, 64, 67, 68, 74),
    *(76, 78, 82, 84, 85, 94, 97, 98, 103, 104, 108, 121, 122, 124, 127, 129, 138, 139, 141, 144),
)


@cache
def best(kind: Callable[..., Rule], task: int, of: str = "loss") -> Learned:
    """Return what is learned at the rate of lowest loss, or of the largest share."""
    tried = [tried_at(kind, lr, task) for lr in GRID]
    return min(tried, key=lambda t: t.loss) if of == "loss" else max(tried, key=lambda t: t.rare)


@cache
def tried_at(kind: Callable[..., Rule], lr: float, task: int) -> Learned:
    """Return what is learned at a rate."""
    return learned(kind(lr), task)


def advantage(of: str, task: int) -> float:
    """Return how many times as much Adagrad has as SGD, each at its best rate."""
    return float(getattr(best(Adagrad, task), of) / getattr(best(SGD, task), of))


def measured(task: int) -> Number:
    """Return the key to Adagrad's advantage on a task."""
    return Number(
        1,
        right=lambda: advantage("rare", task),
        rtol=0.02,
        reminder="Divide the rare share of Adagrad by that of SGD, each at the rate of GRID "
        "where its own loss is lowest.",
        mistakes=(
            (
                lambda: 1 / advantage("rare", task),
                "That is SGD's share divided by Adagrad's.",
            ),
            (
                lambda: advantage("common", task),
                "That is the quotient for the common weights: take the rare ones.",
            ),
            (
                lambda: advantage("loss", task),
                "That is the quotient of the losses: take the shares of the rare weights.",
            ),
            (
                lambda: best(Adagrad, task, "rare").rare / best(SGD, task, "rare").rare,
                "There each has the rate with the largest share. The best rate is that with "
                "the lowest loss: at larger ones the common weights jump about.",
            ),
            (
                lambda: best(Adagrad, task).rare,
                "That is Adagrad's share: divide it by that of SGD.",
            ),
        ),
    )


# --------------------------------------------------------------------------- the moving target


@cache
def best_eps() -> tuple[float, float]:
    """Return the ε with which Adadelta follows the target best, and how near it is then."""
    grid = np.geomspace(1e-4, 1e-1, 61)
    runs = sweep(Adadelta(0.9), TARGET, 400, keep="path", eps=grid)
    away = np.abs(runs.theta[1:, :, 0] - TARGET.target(np.arange(1, 401)))
    means = away.mean(axis=0)
    return float(grid[np.argmin(means)]), float(means.min())


EPSILON = Table(
    {
        "power": Number(
            1,
            right=lambda: 0.5,
            rtol=0.1,
            reminder="If ε × 100 makes the way f times as long, the power is log f / log 100.",
            mistakes=(
                (
                    lambda: 10.0,
                    "That is the factor for ε × 100: which power of 100 is it?",
                ),
                (
                    lambda: 2.0,
                    "The other way round: ε is like the square of the way.",
                ),
                (
                    lambda: 1.0,
                    "Then ε × 100 would make the way 100 times as long. Read it off.",
                ),
            ),
        ),
        "best": Number(
            1,
            # From half to twice the best.
            right=lambda: 1.25 * best_eps()[0],
            rtol=0.6,
            reminder="Look for the least mean distance in the title.",
            mistakes=(
                (
                    lambda: 1e-10,
                    "That is where the slider starts, and it hardly moves.",
                ),
                (
                    lambda: 1e-6,
                    "That is the paper's ε. Move the slider there: it does not arrive.",
                ),
                (
                    lambda: np.log10(best_eps()[0]),
                    "That is the exponent: ε is 10 to that power, such as 1e-4.",
                ),
                (
                    lambda: best_eps()[1],
                    "That is the distance, not the ε that leads to it.",
                ),
            ),
        ),
    }
)

# --------------------------------------------------------------------------- units

OF_GRADIENT = {
    (
        0,
        1,
    ): "That is what a step should have. It has it only if η brings the unit [θ]²/[J] "
    "along; here η is a mere number.",
    (
        -1,
        2,
    ): "That is the unit that η must have. Asked for is that of the step if η is a number.",
    (0, 0): "η is a mere number, but the gradient has a unit.",
    (
        -1,
        1,
    ): "Upside down: a gradient is a change of J divided by a change of θ.",
    (1, 1): "A gradient is a change of J *divided* by a change of θ.",
}
OF_SUM = OF_GRADIENT | {
    (
        2,
        -2,
    ): "The velocity is a sum of gradients, and a sum has the unit of its terms.",
}
OF_QUOTIENT = {
    (
        1,
        -1,
    ): "That is the unit of g, but it is divided by a root of squares of g.",
    (
        0,
        1,
    ): "That is what a step should have. It has it only if η brings [θ] along; here η is a "
    "mere number.",
    (-1, 1): "That is the unit of 1/√G alone: it multiplies a gradient.",
    (
        2,
        -2,
    ): "That is the unit of the squares that are summed: take the root, and divide g by it.",
    (
        -1,
        2,
    ): "η is a mere number here, and g divided by a root of its squares is another.",
}
OF_ADADELTA = {
    (
        0,
        0,
    ): "g over its root has no unit, but that is multiplied by the root of past squared "
    "steps, which has one.",
    (0, 2): "That is the unit of E[Δθ²]: the numerator is its root.",
    (
        1,
        -1,
    ): "That is the unit of g, but it is divided by the root of E[g²], and multiplied by "
    "that of E[Δθ²].",
    (
        -1,
        2,
    ): "That is the unit of the quotient of the roots: it multiplies a gradient.",
}
UNITS = Table(
    {
        "SGD": Powers((1, -1), OF_GRADIENT),
        "Momentum": Powers((1, -1), OF_SUM),
        "Adagrad": Powers((0, 0), OF_QUOTIENT),
        "RMSprop": Powers((0, 0), OF_QUOTIENT),
        "Adadelta": Powers((0, 1), OF_ADADELTA),
    }
)

# --------------------------------------------------------------------------- the paper


def paper(rng: np.random.Generator | None) -> Paper:
    """Return the numbers that all have, or some drawn for one student, with their answers."""
    task, order = 0, list(CURVES)
    if rng is not None:
        order = rng.permutation(order).tolist()
        task = int(rng.choice(TASKS))
    keys: dict[str, Key] = {
        "measured": measured(task),
        "epsilon": EPSILON,
        "curves": Table(
            {
                letter: Choice(
                    1,
                    right,
                    {k: says for k, says in LOOKS.items() if k != right},
                )
                for letter, right in zip("ABC", order, strict=True)
            }
        ),
        "units": UNITS,
    }
    curves = {letter: rates_of(CURVES[name]) for letter, name in zip("ABC", order, strict=True)}
    return Paper(keys, {"task": task, "curves": curves})
