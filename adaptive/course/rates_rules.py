"""Assignment 2's rules: Adagrad, RMSprop and Adadelta, equation by equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.code import Code
from adaptive.course.parts import Formula, Mistake, Part, follows

Array = npt.NDArray[np.float64]


# --------------------------------------------------------------------------- what rules remember


def _root(x: Any) -> Any:
    """Return the root, nan for what a mistake has made negative."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(x)


def _gradient(rng: np.random.Generator, i: Mapping[str, Any]) -> dict[str, Any]:
    return {"g": rng.normal(size=len(i["theta"]))}


def _start(*states: str, **ranges: tuple[float, float]) -> Callable[..., dict[str, Any]]:
    """Return what draws a start: states of zeros, hyperparameters that are nobody's default.

    ε is so large that it shows where it is.
    """

    def draw(rng: np.random.Generator) -> dict[str, Any]:
        d = int(rng.integers(2, 6))
        drawn = {name: rng.uniform(*ends) for name, ends in ranges.items()}
        zeros = {name: np.zeros(d) for name in states}
        return drawn | {"eps": rng.uniform(0.05, 0.3), "theta": rng.normal(size=d)} | zeros

    return draw


def _under_way(start: Callable[..., dict[str, Any]], *states: str) -> Callable[..., dict[str, Any]]:
    """Return what draws a run that is under way: what is remembered is not zero."""

    def draw(rng: np.random.Generator) -> dict[str, Any]:
        drawn = start(rng)
        d = len(drawn["theta"])
        return drawn | {name: rng.uniform(0.2, 2, size=d) for name in states}

    return draw


def _square(i: Any, o: Any) -> Any:
    return i.g**2


def _moved(i: Any, o: Any) -> Any:
    """Return the square of the step that the function made."""
    return (o.theta - i.theta) ** 2


def _fading(state: str, square: Formula, what: str, sign: str, others: Any = ()) -> Part:
    """Return the part for an average of squares that fades; ``what`` is squared."""

    def old(i: Any) -> Any:
        return getattr(i, state)

    def new(i: Any, o: Any) -> Any:
        return i.rho * old(i) + (1 - i.rho) * square(i, o)

    return Part(
        f"the average of {sign}²",
        1,
        state,
        expected=new,
        reminder=f"It is γ times the old average plus 1 - γ times the square of {what}.",
        mistakes=(
            *others,
            Mistake(
                "That is a sum, as in Adagrad: the old value is kept whole and never fades. "
                "Multiply it by γ, and the square by 1 - γ.",
                lambda i, o: old(i) + square(i, o),
            ),
            Mistake(
                "The factor 1 - γ is missing: without it that is no average but a sum that "
                f"fades, 1/(1 - γ) times as large as {sign}².",
                lambda i, o: i.rho * old(i) + square(i, o),
            ),
            Mistake(
                "γ and 1 - γ are exchanged: γ belongs to the old average.",
                lambda i, o: (1 - i.rho) * old(i) + i.rho * square(i, o),
            ),
            Mistake(
                "γ multiplies the new square too: that one has the factor 1 - γ.",
                lambda i, o: i.rho * (old(i) + square(i, o)),
            ),
            Mistake(
                "The old average is forgotten: add γ times it.",
                lambda i, o: (1 - i.rho) * square(i, o),
            ),
            Mistake(
                f"{what.capitalize()} is not squared.",
                lambda i, o: i.rho * old(i) + (1 - i.rho) * _unsquared(i, o, square),
            ),
            Mistake(
                "The factor 1 - γ is squared too: square first, then multiply.",
                lambda i, o: i.rho * old(i) + (1 - i.rho) ** 2 * square(i, o),
            ),
            Mistake(
                "All coordinates share one average: np.mean or np.sum runs over the coordinates, "
                "but each has a record of its own.",
                lambda i, o: i.rho * old(i) + (1 - i.rho) * np.mean(square(i, o)),
            ),
            Mistake(
                "The root is stored: keep the average of squares, and take the root in the step.",
                lambda i, o: _root(new(i, o)),
            ),
            Mistake(
                "The root is kept from step to step: keep the average of squares itself.",
                lambda i, o: _root(i.rho * old(i) ** 2 + (1 - i.rho) * square(i, o)),
            ),
            Mistake(
                "ε is stored in the average: add it in the step, under the root.",
                lambda i, o: new(i, o) + i.eps,
            ),
        ),
    )


def _unsquared(i: Any, o: Any, square: Formula) -> Any:
    return i.g if square is _square else o.theta - i.theta


def _own_rate(state: str, points: float, accepts: tuple[Formula, ...] = ()) -> Part:
    """Return the part for the step η / √(state + ε) times g."""

    def size(o: Any) -> Any:
        return getattr(o, state)

    return Part(
        "the step",
        points,
        "theta",
        expected=lambda i, o: i.theta - i.lr / _root(size(o) + i.eps) * i.g,
        accepts=(
            # What follows from a record of another form, which is charged there.
            follows(
                state,
                lambda i, o: _root(getattr(i, state) + _gain(state, i)),
                lambda i, o: i.theta - i.lr / _root(size(o) ** 2 + i.eps) * i.g,
            ),
            follows(
                state,
                lambda i, o: _root_kept(state, i),
                lambda i, o: i.theta - i.lr / _root(size(o) ** 2 + i.eps) * i.g,
            ),
            *accepts,
        ),
        reminder=f"It is theta - lr g / √({state} + ε), with the new {state}.",
        mistakes=(
            Mistake(
                "ε is outside the root, as in PyTorch; in the book's form it is inside: "
                f"√({state} + ε).",
                lambda i, o: i.theta - i.lr / (_root(size(o)) + i.eps) * i.g,
            ),
            Mistake(
                "ε is missing: where no gradient has come yet, that is 0/0.",
                lambda i, o: i.theta - i.lr / _root(size(o)) * i.g,
            ),
            Mistake(
                "The root is missing: without it the step gets shorter when the gradient grows.",
                lambda i, o: i.theta - i.lr / (size(o) + i.eps) * i.g,
            ),
            Mistake(
                f"It uses the old {state}: the gradient of this step counts already.",
                lambda i, o: i.theta - i.lr / _root(getattr(i, state) + i.eps) * i.g,
            ),
            Mistake(
                "It walks uphill: the gradient points up, so the step is subtracted.",
                lambda i, o: i.theta + i.lr / _root(size(o) + i.eps) * i.g,
            ),
            Mistake("lr is missing.", lambda i, o: i.theta - i.g / _root(size(o) + i.eps)),
            Mistake(
                "Is the learning rate applied twice?",
                lambda i, o: i.theta - i.lr**2 / _root(size(o) + i.eps) * i.g,
            ),
            Mistake(
                "The gradient is missing: the quotient is the rate, and the step is rate times g.",
                lambda i, o: i.theta - i.lr / _root(size(o) + i.eps),
            ),
            Mistake(
                "The gradient is squared in the step: only the record holds squares.",
                lambda i, o: i.theta - i.lr / _root(size(o) + i.eps) * i.g**2,
            ),
            Mistake(
                "It multiplies with the root; it should divide by it.",
                lambda i, o: i.theta - i.lr * _root(size(o) + i.eps) * i.g,
            ),
            Mistake(
                "That is a plain gradient step: divide by the root.",
                lambda i, o: i.theta - i.lr * i.g,
            ),
            Mistake(
                "ε is squared: the root is of the record plus ε itself.",
                lambda i, o: i.theta - i.lr / _root(size(o) + i.eps**2) * i.g,
            ),
            Mistake(
                "All coordinates share one rate: the root is of the sum over them, but each "
                "coordinate has its own.",
                lambda i, o: i.theta - i.lr / _root(np.sum(size(o)) + i.eps) * i.g,
            ),
            Mistake(
                "You return the step alone: add it to theta.",
                lambda i, o: -i.lr / _root(size(o) + i.eps) * i.g,
            ),
        ),
    )


def _gain(state: str, i: Any) -> Any:
    """Return what the record gains in a step."""
    return i.g**2 if state == "G" else (1 - i.rho) * (i.g**2 - i.Eg2)


def _root_kept(state: str, i: Any) -> Any:
    """Return the root of the new record, where that of the old one was kept and is squared."""
    old = getattr(i, state) ** 2
    return _root(old + i.g**2 if state == "G" else i.rho * old + (1 - i.rho) * i.g**2)


def _sum_with_eps(i: Any, o: Any) -> Any:
    return i.G + i.g**2 + i.eps


def _average_with_eps(i: Any, o: Any) -> Any:
    return i.rho * i.Eg2 + (1 - i.rho) * i.g**2 + i.eps


ADAGRAD = Code(
    arguments=("theta", "g", "G", "lr", "eps"),
    returns=("theta", "G"),
    draw=_start("G", lr=(0.2, 0.5)),
    resume=_under_way(_start("G", lr=(0.2, 0.5)), "G"),
    renew=_gradient,
    defaults={"lr": 0.01, "eps": 1e-8},
    parts=(
        Part(
            "the sum of squares",
            2,
            "G",
            expected=lambda i, o: i.G + i.g**2,
            reminder="It is the old G plus the square of the gradient, coordinate by coordinate.",
            mistakes=(
                Mistake(
                    "Only the last gradient is in it: add its square to the old G.",
                    lambda i, o: i.g**2,
                ),
                Mistake("The gradient is not squared.", lambda i, o: i.G + i.g),
                Mistake(
                    "That sums the sizes of the gradients: square them.",
                    lambda i, o: i.G + np.abs(i.g),
                ),
                Mistake(
                    "All coordinates share one sum: np.sum runs over the coordinates, but each has "
                    "a record of its own.",
                    lambda i, o: i.G + np.sum(i.g**2),
                ),
                Mistake(
                    "All coordinates share one record: np.mean runs over the coordinates, but each "
                    "has a record of its own.",
                    lambda i, o: i.G + np.mean(i.g**2),
                ),
                Mistake(
                    "That is an average that fades, as in RMSprop, with γ = 0.9: Adagrad sums, "
                    "and forgets nothing.",
                    lambda i, o: 0.9 * i.G + 0.1 * i.g**2,
                ),
                Mistake(
                    "ε is added to the sum in every step, so it piles up: add it in the step of "
                    "theta, under the root.",
                    _sum_with_eps,
                ),
                Mistake(
                    "The root is stored: keep the sum of squares, and take the root in the step.",
                    lambda i, o: _root(i.G + i.g**2),
                ),
                Mistake(
                    "The root is kept from step to step: keep the sum of squares itself.",
                    lambda i, o: _root_kept("G", i),
                ),
                Mistake(
                    "The square is subtracted: a record of gradients grows.",
                    lambda i, o: i.G - i.g**2,
                ),
            ),
        ),
        _own_rate(
            "G",
            1,
            accepts=(follows("G", _sum_with_eps, lambda i, o: i.theta - i.lr / _root(o.G) * i.g),),
        ),
    ),
)

RMSPROP = Code(
    arguments=("theta", "g", "Eg2", "lr", "rho", "eps"),
    returns=("theta", "Eg2"),
    draw=_start("Eg2", lr=(0.2, 0.5), rho=(0.55, 0.8)),
    resume=_under_way(_start("Eg2", lr=(0.2, 0.5), rho=(0.55, 0.8)), "Eg2"),
    renew=_gradient,
    defaults={"lr": 0.001, "rho": 0.9, "eps": 1e-8},
    parts=(
        _fading("Eg2", _square, "the gradient", "g"),
        _own_rate(
            "Eg2",
            2,
            accepts=(
                follows("Eg2", _average_with_eps, lambda i, o: i.theta - i.lr / _root(o.Eg2) * i.g),
            ),
        ),
    ),
)


def _ratio(i: Any, o: Any) -> Any:
    return _root(i.Edx2 + i.eps) / _root(o.Eg2 + i.eps)


def _with_new_steps(i: Any, o: Any) -> Any:
    """Return theta if the average of steps is renewed before the step."""
    renewed = i.rho * i.Edx2 + (1 - i.rho) * (_ratio(i, o) * i.g) ** 2
    return i.theta - _root(renewed + i.eps) / _root(o.Eg2 + i.eps) * i.g


_STEP_OF_ADADELTA = Part(
    "the step Δθ",
    2,
    "theta",
    expected=lambda i, o: i.theta - _ratio(i, o) * i.g,
    accepts=(
        # What follows from an average of another form, which is charged there.
        follows(
            "Eg2",
            _average_with_eps,
            lambda i, o: i.theta - _root(i.Edx2 + i.eps) / _root(o.Eg2) * i.g,
        ),
    ),
    reminder="Δθ is -√(Edx2 + ε) / √(Eg2 + ε) times g, with the old Edx2 and the new Eg2.",
    mistakes=(
        Mistake(
            "ε is outside both roots: it belongs inside them.",
            lambda i, o: i.theta - (_root(i.Edx2) + i.eps) / (_root(o.Eg2) + i.eps) * i.g,
        ),
        Mistake(
            "In the numerator ε is outside the root: it belongs inside.",
            lambda i, o: i.theta - (_root(i.Edx2) + i.eps) / _root(o.Eg2 + i.eps) * i.g,
        ),
        Mistake(
            "In the denominator ε is outside the root: it belongs inside.",
            lambda i, o: i.theta - _root(i.Edx2 + i.eps) / (_root(o.Eg2) + i.eps) * i.g,
        ),
        Mistake(
            "theta never moves: without its ε the numerator is 0 in the first step, and then for "
            "ever.",
            lambda i, o: i.theta - _root(i.Edx2) / _root(o.Eg2 + i.eps) * i.g,
        ),
        Mistake(
            "ε is missing in the denominator: it is in both roots.",
            lambda i, o: i.theta - _root(i.Edx2 + i.eps) / _root(o.Eg2) * i.g,
        ),
        Mistake(
            "The quotient is upside down: the steps go above, the gradients below.",
            lambda i, o: i.theta - i.g / _ratio(i, o),
        ),
        Mistake("The roots are missing.", lambda i, o: i.theta - _ratio(i, o) ** 2 * i.g),
        Mistake(
            "The denominator uses the old Eg2: the gradient of this step counts already.",
            lambda i, o: i.theta - _root(i.Edx2 + i.eps) / _root(i.Eg2 + i.eps) * i.g,
        ),
        Mistake(
            "Edx2 is renewed before the step: the numerator has the old one, since the step of "
            "now is not known yet.",
            _with_new_steps,
        ),
        Mistake(
            "It walks uphill: Δθ has a minus sign, and is added to theta.",
            lambda i, o: i.theta + _ratio(i, o) * i.g,
        ),
        Mistake(
            "The numerator is missing: √(Edx2 + ε) takes the place of RMSprop's η.",
            lambda i, o: i.theta - i.g / _root(o.Eg2 + i.eps),
        ),
        Mistake(
            "The numerator is √ε alone: add the past steps, Edx2, under the root.",
            lambda i, o: i.theta - _root(i.eps) / _root(o.Eg2 + i.eps) * i.g,
        ),
        Mistake(
            "The gradient is missing: the quotient of the roots is the rate, and Δθ is -rate "
            "times g.",
            lambda i, o: i.theta - _ratio(i, o),
        ),
        Mistake(
            "A learning rate of 0.001 is in front, as in Keras: Adadelta has none.",
            lambda i, o: i.theta - 0.001 * _ratio(i, o) * i.g,
        ),
        Mistake("You return Δθ alone: add it to theta.", lambda i, o: -_ratio(i, o) * i.g),
    ),
)

ADADELTA = Code(
    arguments=("theta", "g", "Eg2", "Edx2", "rho", "eps"),
    returns=("theta", "Eg2", "Edx2"),
    draw=_start("Eg2", "Edx2", rho=(0.55, 0.8)),
    resume=_under_way(_start("Eg2", "Edx2", rho=(0.55, 0.8)), "Eg2", "Edx2"),
    renew=_gradient,
    defaults={"rho": (0.9, 0.95), "eps": 1e-6},
    parts=(
        _fading("Eg2", _square, "the gradient", "g"),
        _STEP_OF_ADADELTA,
        _fading(
            "Edx2",
            _moved,
            "the step",
            "Δθ",
            others=(
                Mistake(
                    "It averages g² again: the second average is of the squared steps.",
                    lambda i, o: i.rho * i.Edx2 + (1 - i.rho) * i.g**2,
                ),
                Mistake(
                    "It averages θ², the squares of the parameters: the steps Δθ are meant.",
                    lambda i, o: i.rho * i.Edx2 + (1 - i.rho) * o.theta**2,
                ),
                Mistake(
                    "It averages θ², the squares of the old parameters: the steps Δθ are meant.",
                    lambda i, o: i.rho * i.Edx2 + (1 - i.rho) * i.theta**2,
                ),
            ),
        ),
    ),
)
