"""Assignment 5's schedule: a ramp, linear decay, and where it is 0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adaptive.course.code import Code
from adaptive.course.parts import Formula, Mistake, Part

# --------------------------------------------------------------------------- where it is looked at


#: Steps at which a schedule is looked at, in their order, for a T and a T_w.
_Steps = Callable[[np.random.Generator, int, int], list[int]]


def _at(steps: _Steps) -> Callable[[np.random.Generator], dict[str, Any]]:
    """Return what draws a schedule, short or long, and the steps at which it is looked at.

    There are so many of them that no table of factors has them all.
    """

    def draw(rng: np.random.Generator) -> dict[str, Any]:
        warmup = int(10 ** rng.uniform(0.8, 3))
        T = warmup + int(10 ** rng.uniform(1.2, 3.7))
        return {"T": T, "warmup": warmup, "ahead": steps(rng, T, warmup)}

    return draw


def _between(rng: np.random.Generator, first: int, last: int, many: int = 3) -> list[int]:
    """Return some whole numbers from the first to the last one, in their order."""
    return sorted(int(t) for t in rng.choice(np.arange(first, last + 1), many, replace=False))


_WARMING = _at(lambda rng, T, warmup: [1, *_between(rng, 2, warmup - 2), warmup - 1, warmup])
_FALLING = _at(
    lambda rng, T, warmup: [warmup + 1, warmup + 2, *_between(rng, warmup + 3, T - 3, 4)]
)
_ENDING = _at(lambda rng, T, warmup: [T - 2, T - 1, T, T + 1, *_between(rng, T + 2, T + 50, 2)])


def _next(rng: np.random.Generator, i: dict[str, Any]) -> dict[str, Any]:
    t, *ahead = i["ahead"]
    return {"t": t, "ahead": ahead or [t]}


# --------------------------------------------------------------------------- right and wrong


def _up(i: Any) -> Any:
    return i.t / i.warmup


def _left(i: Any) -> Any:
    """Return the share of the decay that is left; after T less than nothing."""
    return (i.T + 1 - i.t) / (i.T - i.warmup)


def _to_zero(i: Any) -> Any:
    """Return the share that is 0 in the last step already."""
    return (i.T - i.t) / (i.T - i.warmup)


def _shape(up: Callable[[Any], Any] = _up, left: Callable[[Any], Any] = _left) -> Formula:
    """Return a schedule of two lines, one of which may be wrong."""
    return lambda i, o: min(1, up(i), max(0, left(i)))


def _pieces(up: Callable[[Any], Any], left: Callable[[Any], Any]) -> Formula:
    """Return a schedule of two pieces, one after the other; neither is cut off at 1."""
    return lambda i, o: up(i) if i.t <= i.warmup else max(0, left(i))


def _by_all_steps(i: Any) -> Any:
    return (i.T + 1 - i.t) / i.T


def _to_zero_by_all_steps(i: Any) -> Any:
    return (i.T - i.t) / i.T


def _by_sum(i: Any) -> Any:
    return (i.T + 1 - i.t) / (i.T + i.warmup)


_TOO_LOW = (_by_all_steps, _to_zero_by_all_steps, _by_sum)


def _wave(i: Any) -> Any:
    gone = (i.t - 1 - i.warmup) / (i.T - i.warmup)
    return (1 + np.cos(np.pi * np.clip(gone, 0, 1))) / 2


def _but_for_rounding(i: Any, o: Any) -> Any:
    """Return what was returned after T if it is 0 but for rounding, and else nothing."""
    return o.f if i.t > i.T and np.all(np.abs(o.f) < 1e-9) else np.nan


_LATE = "The last step should still move: 0 comes in step T + 1, and step T has 1/(T - T_w)."
_NEGATIVE = (
    "After step T the factor is negative: a rule that follows it would walk uphill. From step "
    "T + 1 on it is 0."
)

FACTOR = Code(
    arguments=("t", "T", "warmup"),
    returns=("f",),
    draw=_WARMING,
    renew=_next,
    place=lambda i: f"t = {i.t}, with T = {i.T} and T_w = {i.warmup}",
    parts=(
        Part(
            "the warm-up",
            1,
            "f",
            expected=_shape(),
            # A decay that is below 1 in step T_w already is charged there.
            accepts=tuple(_shape(left=left) for left in _TOO_LOW),
            draw=_WARMING,
            reminder="It is t / T_w up to step T_w.",
            mistakes=(
                Mistake(
                    "The first step does nothing: is t counted from 0? t is 1 at the first step, "
                    "whose factor is 1/T_w.",
                    _shape(lambda i: (i.t - 1) / i.warmup),
                ),
                Mistake(
                    "It is a step early: t is 1 at the first step already, whose factor is 1/T_w.",
                    _shape(lambda i: (i.t + 1) / i.warmup),
                ),
                Mistake(
                    "It is divided by T_w + 1, and so it is not yet 1 in step T_w: divide by T_w.",
                    _pieces(lambda i: i.t / (i.warmup + 1), _left),
                ),
                Mistake(
                    "The ramp goes on for too long: it is divided by T. It is 1 in step T_w.",
                    _pieces(lambda i: i.t / i.T, _left),
                ),
                Mistake(
                    "There is no warm-up: it is 1 from the first step on.", _shape(lambda i: 1)
                ),
                Mistake(
                    "There is no warm-up, and the factor is larger than 1: the line of the decay "
                    "begins in the first step.",
                    lambda i, o: max(0, _left(i)),
                ),
                Mistake(
                    "There is no warm-up: the decay begins in the first step.",
                    lambda i, o: max(0, (i.T + 1 - i.t) / i.T),
                ),
                Mistake(
                    "Ramp and decay are multiplied. The smaller of the two counts.",
                    lambda i, o: min(1, _up(i)) * max(0, _left(i)),
                ),
                Mistake(
                    "Ramp and decay are multiplied. The smaller of the two counts.",
                    lambda i, o: min(1, _up(i)) * max(0, (i.T + 1 - i.t) / i.T),
                ),
                Mistake(
                    "In step T_w the decay has begun, with a factor larger than 1: the ramp holds "
                    "up to step T_w, this step included.",
                    lambda i, o: _up(i) if i.t < i.warmup else max(0, _left(i)),
                ),
                Mistake(
                    "// leaves the fraction out: write /.",
                    _shape(lambda i: i.t // i.warmup),
                ),
                Mistake(
                    "Upside down: it is t / T_w.",
                    _pieces(lambda i: i.warmup / i.t, _left),
                ),
                Mistake(
                    "It is 1/T_w in each step of the warm-up: the ramp rises with t.",
                    _pieces(lambda i: 1 / i.warmup, _left),
                ),
            ),
        ),
        Part(
            "the decay",
            1,
            "f",
            expected=_shape(),
            draw=_FALLING,
            charged_once=True,
            reminder="After step T_w it is (T + 1 - t) / (T - T_w).",
            mistakes=(
                Mistake(
                    f"It is a step early: step T_w + 1 should have the factor 1. {_LATE}",
                    _shape(left=_to_zero),
                ),
                Mistake(
                    "It is divided by T: the decay has T - T_w steps.",
                    _shape(left=_by_all_steps),
                ),
                Mistake(
                    f"It is divided by T: the decay has T - T_w steps. {_LATE}",
                    _shape(left=_to_zero_by_all_steps),
                ),
                Mistake(
                    "It falls from step T_w on: step T_w + 1 should have the factor 1 too, and the "
                    "line is divided by T - T_w.",
                    _shape(left=lambda i: (i.T + 1 - i.t) / (i.T + 1 - i.warmup)),
                ),
                Mistake(
                    f"It is 0 in step T already. {_LATE}",
                    _shape(left=lambda i: (i.T - i.t) / (i.T - i.warmup - 1)),
                ),
                Mistake(
                    "It is divided by T + T_w: the decay has T - T_w steps.",
                    _shape(left=_by_sum),
                ),
                Mistake(
                    "It rises: that is what is gone of the decay. Subtract it from 1.",
                    _pieces(_up, lambda i: (i.t - 1 - i.warmup) / (i.T - i.warmup)),
                    other_rule=True,
                ),
                Mistake(
                    "It rises: that is what is gone of the decay. Subtract it from 1.",
                    _pieces(_up, lambda i: (i.t - i.warmup) / (i.T - i.warmup)),
                    other_rule=True,
                ),
                Mistake(
                    "It stays at 1: there is no decay.", _shape(left=lambda i: 1), other_rule=True
                ),
                Mistake(
                    "That is the cosine: here the factor falls along a line.", _shape(left=_wave)
                ),
                Mistake(
                    "// leaves the fraction out: write /.",
                    _shape(left=lambda i: (i.T + 1 - i.t) // (i.T - i.warmup)),
                ),
            ),
        ),
        Part(
            "the end of the run",
            1,
            "f",
            expected=_shape(),
            accepts=(_but_for_rounding,),
            draw=_ENDING,
            charged_once=True,
            reminder=f"{_LATE} All later steps have 0.",
            mistakes=(
                Mistake(_NEGATIVE, lambda i, o: min(1, _left(i))),
                Mistake(_NEGATIVE, lambda i, o: min(1, _to_zero(i))),
                Mistake(
                    "After step T it stays at its last value: from step T + 1 on it is 0.",
                    lambda i, o: max(1 / (i.T - i.warmup), _left(i)),
                ),
                Mistake(
                    "After step T it rises again: from step T + 1 on it is 0.",
                    lambda i, o: abs(_left(i)),
                ),
                Mistake(
                    "After step T it jumps to 1: from step T + 1 on it is 0.",
                    lambda i, o: _left(i) if i.t <= i.T else 1,
                ),
                Mistake(
                    f"It is 0 in step T already. {_LATE}",
                    lambda i, o: _left(i) if i.t < i.T else 0,
                ),
            ),
        ),
    ),
)
