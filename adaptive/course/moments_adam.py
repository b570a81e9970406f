"""Assignment 3's Adam, equation by equation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adaptive.course.code import Code
from adaptive.course.moments_parts import (
    CORRECT,
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
    once,
    start,
    under_way,
    without_rate,
)
from adaptive.course.parts import Formula, Mistake, Part


def correct(m: Any, v: Any, t: Any, beta1: Any, beta2: Any) -> Any:
    """Stand in for a student's `correct`."""
    return CORRECT.answer(m, v, t, beta1, beta2)


def adam_step(i: Any, o: Any) -> Any:
    """Return the right step from the moments that came out."""
    return divided(i, o.m / c1(i), o.v / c2(i))


def _called_with(*names: str) -> Mistake:
    """Return the mistake of calling `correct` with its last three values in another order."""

    def value(i: Any, o: Any) -> Any:
        return divided(i, *CORRECT.answer(o.m, o.v, *(float(getattr(i, name)) for name in names)))

    return Mistake(
        "correct is called with its values in another order: it takes m, v, t, beta1, beta2.", value
    )


_CALLED_IN_ANOTHER_ORDER = (
    _called_with("beta1", "beta2", "t"),
    _called_with("beta2", "beta1", "t"),
    _called_with("beta1", "t", "beta2"),
    _called_with("beta2", "t", "beta1"),
)


def _adam_with(ahead: int) -> Formula:
    return lambda i, o: divided(i, o.m / c1(i, ahead), o.v / c2(i, ahead))


#: What goes wrong in the step, whatever stands beside it.
WRONG_STEPS: tuple[Mistake, ...] = (
    Mistake(
        "Both corrections are missing: m and v start at 0, and say so for a while.",
        lambda i, o: divided(i, o.m, o.v),
    ),
    Mistake(
        "Only m is corrected: v starts at 0 too, and without its correction the first "
        "steps are far too long.",
        lambda i, o: divided(i, o.m / c1(i), o.v),
    ),
    Mistake(
        "Only v is corrected: m starts at 0 too, and without its correction the first "
        "steps are too short.",
        lambda i, o: divided(i, o.m, o.v / c2(i)),
    ),
    Mistake(
        "Is t counted from 0? With t - 1 the first correction divides 0 by 0. t comes "
        "in as an argument, and is 1 at the first step.",
        _adam_with(-1),
    ),
    Mistake("You correct with t + 1: t is 1 at the first step already.", _adam_with(1)),
    Mistake(
        "You correct with 1 - β at every step: the exponent t is missing.",
        lambda i, o: divided(i, o.m / (1 - i.beta1), o.v / (1 - i.beta2)),
    ),
    Mistake(
        "β₁ and β₂ are exchanged in the correction: look at the order in which they "
        "are handed over.",
        lambda i, o: divided(i, o.m / c2(i), o.v / c1(i)),
    ),
    Mistake(
        "Both moments are corrected with β₁: v is an average with β₂, so it is v / (1 - β₂ᵗ).",
        lambda i, o: divided(i, o.m / c1(i), o.v / c1(i)),
    ),
    Mistake(
        "Both moments are corrected with β₂: m is an average with β₁, so it is m / (1 - β₁ᵗ).",
        lambda i, o: divided(i, o.m / c2(i), o.v / c2(i)),
    ),
    Mistake(
        "ε is inside the root; in Adam it is added to the root.",
        lambda i, o: i.theta - i.lr * (o.m / c1(i)) / np.sqrt(o.v / c2(i) + i.eps),
    ),
    Mistake(
        "ε is added before the correction, as Keras does: √v + ε, and then corrected. "
        "In the book's form v is corrected first: √v̂ + ε.",
        lambda i, o: i.theta - i.lr * np.sqrt(c2(i)) / c1(i) * o.m / (np.sqrt(o.v) + i.eps),
    ),
    Mistake(
        "The root is missing: it is √v̂ + ε below the line.",
        lambda i, o: i.theta - i.lr * (o.m / c1(i)) / (o.v / c2(i) + i.eps),
    ),
    Mistake(
        "ε is missing below the line.",
        lambda i, o: i.theta - i.lr * (o.m / c1(i)) / np.sqrt(o.v / c2(i)),
    ),
    Mistake(
        "The gradient is above the line: that is RMSprop. Adam divides m̂.",
        lambda i, o: divided(i, i.g, o.v / c2(i)),
        other_rule=True,
    ),
    Mistake(
        "The moments of the step before are used: take the new m and v.",
        lambda i, o: divided(i, i.m / c1(i), i.v / c2(i)),
    ),
    Mistake(
        TWICE.format("each moment"),
        lambda i, o: divided(i, o.m / c1(i) ** 2, o.v / c2(i) ** 2),
    ),
    Mistake(
        "It walks uphill: subtract the step.",
        lambda i, o: 2 * i.theta - adam_step(i, o),
    ),
    Mistake(
        "You return the step alone: add it to theta.",
        lambda i, o: adam_step(i, o) - i.theta,
    ),
    without_rate(adam_step),
    Mistake(
        "ε stands beside the quotient: brackets are missing. Write m_hat / (np.sqrt(v_hat) + eps).",
        lambda i, o: i.theta - i.lr * (o.m / c1(i) / np.sqrt(o.v / c2(i)) + i.eps),
    ),
    Mistake(
        "ε stands beside the step: brackets are missing. Write m_hat / (np.sqrt(v_hat) + eps).",
        lambda i, o: i.theta - (i.lr * o.m / c1(i) / np.sqrt(o.v / c2(i)) + i.eps),
    ),
    Mistake(
        "It is multiplied by √v̂ + ε: divide.",
        lambda i, o: i.theta - i.lr * (o.m / c1(i)) * (np.sqrt(o.v / c2(i)) + i.eps),
    ),
)

_STEP_OF_ADAM = Part(
    "the step, with both corrections",
    1,
    "theta",
    expected=adam_step,
    accepts=(*once(adam_step), fixed_v(adam_step)),
    reminder="It is theta - lr m̂ / (√v̂ + ε), with the new moments and the t that comes "
    "in as an argument.",
    mistakes=(
        *WRONG_STEPS,
        *_CALLED_IN_ANOTHER_ORDER,
        decayed(adam_step),
    ),
)

ADAM = Code(
    arguments=STEPS,
    returns=("theta", "m", "v"),
    draw=start,
    resume=under_way,
    renew=gradient,
    defaults=DEFAULTS,
    given={"correct": correct},
    parts=(
        FIRST_MOMENT,
        SECOND_MOMENT,
        _STEP_OF_ADAM,
        late_in_a_run(
            _STEP_OF_ADAM,
            f"After {LATE} steps 1 - βᵗ is 1, so the corrections cannot be the cause: it is "
            "theta - lr m / (√v + ε) there.",
        ),
    ),
)


def adam(
    theta: Any, g: Any, t: Any, m: Any, v: Any, lr: Any, beta1: Any, beta2: Any, eps: Any
) -> Any:
    """Stand in for a student's `adam`."""
    return ADAM.answer(theta, g, t, m, v, lr, beta1, beta2, eps)


#: What stands in for a student's own functions in later questions.
GIVEN: dict[str, Callable[..., Any]] = {"correct": correct, "adam": adam}
