"""Assignment 3's relatives of Adam: AdaMax, Nadam, AMSGrad, equation by equation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from adaptive.course.code import Code
from adaptive.course.moments_adam import GIVEN, adam_step
from adaptive.course.moments_parts import (
    DEFAULTS,
    FIRST_MOMENT,
    LATE,
    SECOND_MOMENT,
    STEPS,
    TWICE,
    c1,
    c2,
    decayed,
    divided,
    fixed_v,
    gradient,
    late_in_a_run,
    m_swapped,
    new_m,
    new_v,
    once,
    replaced,
    start,
    still,
    swapped,
    under_way,
    without_rate,
)
from adaptive.course.parts import Formula, Mistake, Part, follows
from adaptive.course.returned import close

# --------------------------------------------------------------------------- AdaMax


def _new_u(i: Any, o: Any = None) -> Any:
    return np.maximum(i.beta2 * i.u, np.abs(i.g))


def _max_step(i: Any, o: Any) -> Any:
    return i.theta - i.lr * (o.m / c1(i)) / o.u


def _max_signed(i: Any, o: Any) -> Any:
    return np.maximum(i.beta2 * i.u, i.g)


def _max_corrected(i: Any, o: Any) -> Any:
    return _new_u(i) / c2(i)


def _stays(i: Any, o: Any) -> bool:
    """Return whether the coordinate without gradient stays, and others move."""
    if np.shape(o.theta) != np.shape(i.theta):
        return False
    asleep = i.awake == 0
    # Where a mistake that is charged elsewhere has led to 1e38, no step shows any more.
    far = ~(np.abs(o.theta) < 1e6)
    moved = (o.theta != i.theta) | far
    return bool(moved[~asleep].any() and not moved[asleep].any())


ADAMAX = Code(
    arguments=("theta", "g", "t", "m", "u", "lr", "beta1", "beta2"),
    returns=("theta", "m", "u"),
    draw=start,
    resume=under_way,
    renew=gradient,
    defaults={"lr": 0.002, "beta1": 0.9, "beta2": 0.999},
    given=GIVEN,
    parts=(
        replace(FIRST_MOMENT, points=0.5),
        Part(
            "the decaying maximum",
            1,
            "u",
            expected=_new_u,
            accepts=(follows("m", m_swapped, lambda i, o: _new_u(swapped(i))),),
            reminder="It is the larger of β₂ u and |g|, in each coordinate.",
            mistakes=(
                Mistake(
                    "The old maximum does not fade: it is the larger of β₂ u and |g|.",
                    lambda i, o: np.maximum(i.u, np.abs(i.g)),
                ),
                Mistake(
                    "u fades with β₁; it should fade with β₂.", lambda i, o: _new_u(swapped(i))
                ),
                Mistake(
                    "The sign of g is kept: a large negative gradient is large too. Take |g|.",
                    _max_signed,
                ),
                Mistake(
                    "That is an average: AdaMax takes the larger of β₂ u and |g|.",
                    lambda i, o: i.beta2 * i.u + (1 - i.beta2) * np.abs(i.g),
                ),
                Mistake(
                    "The gradient has the factor 1 - β₂: in a maximum |g| counts whole.",
                    lambda i, o: np.maximum(i.beta2 * i.u, (1 - i.beta2) * np.abs(i.g)),
                ),
                Mistake(
                    "g is squared: u is a maximum of |g|, and needs no root later.",
                    lambda i, o: np.maximum(i.beta2 * i.u, i.g**2),
                ),
                Mistake(
                    "u is corrected, but a maximum that starts at 0 needs no correction: it is "
                    "right from the first gradient on.",
                    _max_corrected,
                ),
                Mistake(
                    "It is the maximum of β₂ u and |m|: take the gradient's.",
                    lambda i, o: np.maximum(i.beta2 * i.u, np.abs(new_m(i))),
                ),
                Mistake(
                    "All coordinates share one maximum: np.max goes over the coordinates, "
                    "np.maximum compares element by element.",
                    lambda i, o: np.max(_new_u(i)),
                ),
                Mistake(
                    "u stays 0: is the smaller of the two taken, or the old u returned? Take the "
                    "larger, np.maximum.",
                    lambda i, o: np.minimum(i.beta2 * i.u, np.abs(i.g)),
                ),
            ),
        ),
        Part(
            "the step",
            1,
            "theta",
            expected=_max_step,
            accepts=(
                *once(_max_step),
                # A u of 0 is charged above, whatever it was divided by.
                follows(
                    "u",
                    _max_signed,
                    lambda i, o: np.where(o.u == 0, o.theta, _max_step(i, o)),
                ),
                follows(
                    "u",
                    lambda i, o: np.maximum(i.beta2 * i.u, i.g**2),
                    lambda i, o: i.theta - i.lr * (o.m / c1(i)) / np.sqrt(o.u),
                ),
            ),
            reminder="It is theta - lr m̂ / u, with m̂ = m / (1 - β₁ᵗ) and u as it is.",
            mistakes=(
                Mistake(
                    "u is corrected though it needs none: a maximum is right from the first "
                    "gradient on.",
                    lambda i, o: i.theta - i.lr * (o.m / c1(i)) / (o.u / c2(i)),
                ),
                Mistake(
                    "m is not corrected: it starts at 0, as in Adam. Only u needs no correction.",
                    lambda i, o: i.theta - i.lr * o.m / o.u,
                ),
                Mistake(
                    "The root of u is taken: u is a maximum of |g|, not of g².",
                    lambda i, o: i.theta - i.lr * (o.m / c1(i)) / np.sqrt(o.u),
                ),
                Mistake(
                    "Something is divided by 0 at the first step. Is t counted from 0? It comes in "
                    "as an argument, and is 1 at the first step. Or is the old u used? Take the "
                    "new one.",
                    lambda i, o: i.theta - i.lr * (o.m / c1(i, -1)) / o.u,
                ),
                Mistake(
                    "You correct with t + 1: t is 1 at the first step already.",
                    lambda i, o: i.theta - i.lr * (o.m / c1(i, 1)) / o.u,
                ),
                Mistake(
                    "You correct with 1 - β₁ at every step: the exponent t is missing.",
                    lambda i, o: i.theta - i.lr * (o.m / (1 - i.beta1)) / o.u,
                ),
                Mistake(
                    TWICE.format("m"),
                    lambda i, o: i.theta - i.lr * (o.m / c1(i) ** 2) / o.u,
                ),
                Mistake(
                    "m is corrected with β₂: it is an average with β₁.",
                    lambda i, o: i.theta - i.lr * (o.m / c2(i)) / o.u,
                ),
                Mistake(
                    "The gradient is above the line: it is m̂.",
                    lambda i, o: i.theta - i.lr * i.g / o.u,
                ),
                Mistake(
                    "It walks uphill: subtract the step.",
                    lambda i, o: 2 * i.theta - _max_step(i, o),
                ),
                Mistake(
                    "You return the step alone: add it to theta.",
                    lambda i, o: _max_step(i, o) - i.theta,
                ),
                without_rate(_max_step),
                decayed(_max_step),
            ),
        ),
        Part(
            "a coordinate without any gradient so far",
            0.5,
            "theta",
            holds=_stays,
            draw=still,
            reminder="One coordinate's gradient has been 0 in every step, so its m and u are 0, "
            "and 0 / 0 is nan. It should stay where it is: divide by something that is never 0.",
        ),
    ),
)

# --------------------------------------------------------------------------- Nadam


def _ahead(i: Any, m: Any) -> Any:
    """Return Nadam's numerator: the corrected moment, looked ahead by one gradient."""
    return i.beta1 * m / c1(i) + (1 - i.beta1) / c1(i) * i.g


def _nadam_step(i: Any, o: Any) -> Any:
    return divided(i, _ahead(i, o.m), o.v / c2(i))


def _nadam_with(first: Callable[[Any, Any], Any]) -> Formula:
    return lambda i, o: divided(i, first(i, o), o.v / c2(i))


def _scheduled(i: Any, o: Any) -> Any:
    """Return the numerator of PyTorch's form, whose β₁ grows from step to step."""
    mu = i.beta1 * (1 - 0.5 * 0.96 ** (0.004 * np.arange(1, i.t + 2)))
    now, then = np.prod(mu[:-1]), np.prod(mu)
    return mu[-1] * o.m / (1 - then) + (1 - mu[-2]) * i.g / (1 - now)


_STEP_OF_NADAM = Part(
    "the step, with all corrections",
    1,
    "theta",
    expected=_nadam_step,
    accepts=(*once(_nadam_step), fixed_v(_nadam_step)),
    reminder="It is theta - lr m̄ / (√v̂ + ε), with m̄ = β₁ m̂ + (1 - β₁) g / (1 - β₁ᵗ).",
    mistakes=(
        Mistake(
            "That is Adam: m̂ is where Nadam looks ahead. Put m̄ in its place, made from "
            "the new m: the old one gives m̂ back.",
            _nadam_with(lambda i, o: o.m / c1(i)),
            other_rule=True,
        ),
        Mistake(
            "The gradient in the look-ahead is not corrected: divide it by 1 - β₁ᵗ, as m.",
            _nadam_with(lambda i, o: i.beta1 * o.m / c1(i) + (1 - i.beta1) * i.g),
        ),
        Mistake(
            "m is corrected with the exponent t + 1, as optax does. In the book's form "
            "both terms are divided by 1 - β₁ᵗ.",
            _nadam_with(lambda i, o: i.beta1 * o.m / c1(i, 1) + (1 - i.beta1) * i.g / c1(i)),
        ),
        Mistake(
            "Both terms are corrected with the exponent t + 1. In the book's form both "
            "are divided by 1 - β₁ᵗ.",
            _nadam_with(lambda i, o: (i.beta1 * o.m + (1 - i.beta1) * i.g) / c1(i, 1)),
        ),
        Mistake(
            "That is Dozat's schedule, as in PyTorch: its β₁ grows from step to step. In "
            "the book's form β₁ is constant.",
            _nadam_with(_scheduled),
        ),
        Mistake(
            "The first moment is not corrected in the look-ahead: nothing is divided by 1 - β₁ᵗ.",
            _nadam_with(lambda i, o: i.beta1 * o.m + (1 - i.beta1) * i.g),
        ),
        Mistake(
            "m̂ is added whole: its weight in the look-ahead is β₁.",
            _nadam_with(lambda i, o: o.m / c1(i) + (1 - i.beta1) / c1(i) * i.g),
        ),
        Mistake(
            "The gradient is added whole: its weight in the look-ahead is 1 - β₁.",
            _nadam_with(lambda i, o: i.beta1 * o.m / c1(i) + i.g / c1(i)),
        ),
        Mistake(
            "The gradient is added as it is: in the look-ahead it is (1 - β₁) g / (1 - β₁ᵗ).",
            _nadam_with(lambda i, o: i.beta1 * o.m / c1(i) + i.g),
        ),
        Mistake(
            "The second term of the look-ahead is missing: add (1 - β₁) g / (1 - β₁ᵗ).",
            _nadam_with(lambda i, o: i.beta1 * o.m / c1(i)),
        ),
        Mistake(
            "The weights are exchanged: m̂ has β₁, the gradient 1 - β₁.",
            _nadam_with(lambda i, o: (1 - i.beta1) * o.m / c1(i) + i.beta1 / c1(i) * i.g),
        ),
        Mistake(
            "v is not corrected: it starts at 0 too.",
            lambda i, o: divided(i, _ahead(i, o.m), o.v),
        ),
        Mistake(
            "Is t counted from 0? With t - 1 the first correction divides 0 by 0. t comes "
            "in as an argument, and is 1 at the first step.",
            lambda i, o: _nadam_step(replaced(i, t=i.t - 1), o),
        ),
        Mistake(
            "You correct with t + 1: t is 1 at the first step already.",
            lambda i, o: _nadam_step(replaced(i, t=i.t + 1), o),
        ),
        Mistake(
            "ε is inside the root; in Nadam it is added to the root, as in Adam.",
            lambda i, o: i.theta - i.lr * _ahead(i, o.m) / np.sqrt(o.v / c2(i) + i.eps),
        ),
        Mistake(
            "ε is added before the correction, as Keras does. In the book's form v is "
            "corrected first: √v̂ + ε.",
            lambda i, o: i.theta - i.lr * np.sqrt(c2(i)) * _ahead(i, o.m) / (np.sqrt(o.v) + i.eps),
        ),
        Mistake(
            "The root is missing: it is √v̂ + ε below the line.",
            lambda i, o: i.theta - i.lr * _ahead(i, o.m) / (o.v / c2(i) + i.eps),
        ),
        Mistake(
            "It walks uphill: subtract the step.",
            lambda i, o: 2 * i.theta - _nadam_step(i, o),
        ),
        without_rate(_nadam_step),
        decayed(_nadam_step),
    ),
)

NADAM = Code(
    arguments=STEPS,
    returns=("theta", "m", "v"),
    draw=start,
    resume=under_way,
    renew=gradient,
    defaults=DEFAULTS | {"lr": 0.002},
    given=GIVEN,
    parts=(
        replace(FIRST_MOMENT, points=0.5),
        replace(SECOND_MOMENT, points=0.5),
        _STEP_OF_NADAM,
        late_in_a_run(
            _STEP_OF_NADAM,
            f"After {LATE} steps 1 - βᵗ is 1, so the corrections cannot be the cause: it is "
            "theta - lr (β₁ m + (1 - β₁) g) / (√v + ε) there.",
        ),
    ),
)

# --------------------------------------------------------------------------- AMSGrad


def _new_v_hat(i: Any, o: Any) -> Any:
    return np.maximum(i.v_hat, o.v)


def _overwritten(i: Any, o: Any) -> float:
    """Return 1 where v is seen to be a maximum, 0 where that makes no difference."""
    if close(o.v, new_v(i)):
        return 0.0
    largest = (np.maximum(i.v_hat, new_v(i)), np.maximum(i.v, new_v(i)))
    return 1.0 if any(close(o.v, one) for one in largest) else np.nan


def _max_of_corrected(i: Any, o: Any) -> Any:
    return np.maximum(i.v_hat, o.v / c2(i))


def _amsgrad_step(i: Any, o: Any) -> Any:
    return divided(i, o.m, o.v_hat)


AMSGRAD = Code(
    arguments=("theta", "g", "t", "m", "v", "v_hat", "lr", "beta1", "beta2", "eps"),
    returns=("theta", "m", "v", "v_hat"),
    draw=start,
    resume=under_way,
    renew=gradient,
    calls=8,
    defaults=DEFAULTS,
    given=GIVEN,
    parts=(
        replace(FIRST_MOMENT, points=0.5),
        replace(
            SECOND_MOMENT,
            points=0.5,
            # A v that is overwritten costs the maximum.
            accepts=(
                *SECOND_MOMENT.accepts,
                lambda i, o: np.maximum(i.v_hat, new_v(i)),
                lambda i, o: np.maximum(i.v, new_v(i)),
            ),
        ),
        Part(
            "the largest second moment",
            1,
            "v_hat",
            expected=_new_v_hat,
            spoilt=Mistake(
                "v is overwritten by the largest v: v itself must go on to fall. The maximum "
                "has a name and an array of its own, v_hat.",
                _overwritten,
            ),
            reminder="It is the larger of the old v_hat and the new v, in each coordinate.",
            mistakes=(
                Mistake(
                    "The maximum is taken of the corrected v, as in optax. In the book's form, "
                    "which is the paper's, nothing is corrected: the maximum of v_hat and v.",
                    _max_of_corrected,
                ),
                Mistake(
                    "The maximum is corrected and fed back into the state. In the book's form, "
                    "which is the paper's, nothing is corrected.",
                    lambda i, o: np.maximum(i.v_hat, o.v) / c2(i),
                ),
                Mistake(
                    "It is the maximum with the old v: compare with the new one.",
                    lambda i, o: np.maximum(i.v_hat, i.v),
                ),
                Mistake(
                    "It is the larger of the last two v, and forgets all before: compare the new v "
                    "with the old v_hat.",
                    lambda i, o: np.maximum(i.v, o.v),
                ),
                Mistake(
                    "That is v: it falls again, and that was Adam's fault. Keep the maximum, and "
                    "keep it whole: one that fades by β₂ is v once more.",
                    lambda i, o: o.v,
                ),
                Mistake(
                    "That is Adam's corrected v. AMSGrad's v_hat has the same name and is another "
                    "thing: the largest v so far.",
                    lambda i, o: o.v / c2(i),
                ),
                Mistake(
                    "It is the maximum with g²: compare with v.",
                    lambda i, o: np.maximum(i.v_hat, i.g**2),
                ),
                Mistake(
                    "v_hat stays 0: is the smaller of the two taken, or the old v_hat returned? "
                    "Take the larger, np.maximum.",
                    lambda i, o: np.minimum(i.v_hat, o.v),
                ),
                Mistake(
                    "All coordinates share one maximum: np.max goes over the coordinates, "
                    "np.maximum compares element by element.",
                    lambda i, o: np.max(np.maximum(i.v_hat, o.v)),
                ),
            ),
        ),
        Part(
            "the step",
            1,
            "theta",
            expected=_amsgrad_step,
            # Whoever corrected before the maximum is charged there.
            accepts=(
                *once(_amsgrad_step),
                follows("v_hat", _max_of_corrected, lambda i, o: divided(i, o.m / c1(i), o.v_hat)),
                follows(
                    "v_hat",
                    lambda i, o: np.maximum(i.v_hat, o.v) / c2(i),
                    lambda i, o: divided(i, o.m / c1(i), o.v_hat),
                ),
            ),
            reminder="It is theta - lr m / (√v̂ + ε), with v̂ the largest v and no correction.",
            mistakes=(
                Mistake(
                    "m and the maximum are corrected, as in PyTorch. In the book's form, which is "
                    "the paper's, nothing is: with a correction the rate can rise again.",
                    lambda i, o: divided(i, o.m / c1(i), o.v_hat / c2(i)),
                ),
                Mistake(
                    "m is corrected: in the book's form, which is the paper's, nothing is.",
                    lambda i, o: divided(i, o.m / c1(i), o.v_hat),
                ),
                Mistake(
                    "The maximum is corrected: in the book's form, which is the paper's, nothing "
                    "is.",
                    lambda i, o: divided(i, o.m, o.v_hat / c2(i)),
                ),
                Mistake(
                    "It divides by the root of v: the maximum is computed and not used.",
                    lambda i, o: divided(i, o.m, o.v),
                ),
                Mistake(
                    "That is Adam's step, with both corrections: divide m by √v̂ + ε, with v̂ the "
                    "largest v.",
                    adam_step,
                ),
                Mistake(
                    "The old maximum is used: take the new one.",
                    lambda i, o: divided(i, o.m, i.v_hat),
                ),
                Mistake(
                    "ε is inside the root; it is added to the root.",
                    lambda i, o: i.theta - i.lr * o.m / np.sqrt(o.v_hat + i.eps),
                ),
                Mistake(
                    "The root is missing: it is √v̂ + ε below the line.",
                    lambda i, o: i.theta - i.lr * o.m / (o.v_hat + i.eps),
                ),
                Mistake(
                    "ε is missing below the line.",
                    lambda i, o: i.theta - i.lr * o.m / np.sqrt(o.v_hat),
                ),
                Mistake(
                    "The gradient is above the line: it is m.",
                    lambda i, o: divided(i, i.g, o.v_hat),
                ),
                Mistake(
                    "It walks uphill: subtract the step.",
                    lambda i, o: 2 * i.theta - _amsgrad_step(i, o),
                ),
                without_rate(_amsgrad_step),
                decayed(_amsgrad_step),
            ),
        ),
    ),
)
