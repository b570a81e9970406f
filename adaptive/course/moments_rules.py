"""Assignment 3's rules: the correction, Adam, AdaMax, Nadam, AMSGrad, equation by equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.code import Code, Formula, Mistake, Part, follows
from adaptive.course.returned import close

Array = npt.NDArray[np.float64]


# --------------------------------------------------------------------------- the correction


def _correct(m: Any, v: Any, t: Any, beta1: Any, beta2: Any) -> tuple[Any, Any]:
    return m / (1 - beta1**t), v / (1 - beta2**t)


def _adam(
    theta: Any, g: Any, t: Any, m: Any, v: Any, lr: Any, beta1: Any, beta2: Any, eps: Any
) -> tuple[Any, Any, Any]:
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = _correct(m, v, t, beta1, beta2)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


#: The step from which on the corrections are 1, with the decays that are drawn here.
LATE = 400

#: What stands in for a student's own functions in later questions.
_GIVEN: dict[str, Callable[..., Any]] = {"correct": _correct, "adam": _adam}


def _two_moments(rng: np.random.Generator) -> dict[str, Any]:
    d = int(rng.integers(2, 6))
    return {
        "m": rng.normal(size=d),
        "v": rng.uniform(0.2, 2, size=d),
        "t": int(rng.integers(2, 9)),
        "beta1": np.float64(rng.uniform(0.55, 0.8)),
        "beta2": np.float64(rng.uniform(0.85, 0.96)),
    }


def _corrections(of: str, decay: str, other: str) -> tuple[Mistake, ...]:
    """Return the mistakes of a correction of ``of``, whose decay is one of two."""
    sign = {"beta1": "β₁", "beta2": "β₂"}[decay]

    def wrong(says: str, value: Callable[[Any, Any, Any], Any]) -> Mistake:
        return Mistake(
            says, lambda i, o: value(getattr(i, of), getattr(i, decay), float(i.t))
        )  # fmt: skip

    return (
        wrong(
            f"That is 1 - {sign}ᵗ, the weight that has come in: divide {of} by it.",
            lambda a, b, t: 1 - b**t,
        ),
        wrong(f"That is {of} as it came in: divide it by 1 - {sign}ᵗ.", lambda a, b, t: a),
        Mistake(
            f"The decays are exchanged: {of} is an average with {sign}.",
            lambda i, o: getattr(i, of) / (1 - getattr(i, other) ** i.t),
        ),
        wrong(
            f"It is multiplied by 1 - {sign}ᵗ. {of} is too small at the start: divide.",
            lambda a, b, t: a * (1 - b**t),
        ),
        wrong(
            f"It is divided by 1 - {sign}: that is right at the first step only. {sign} has the "
            "exponent t, because the missing weight fades from step to step.",
            lambda a, b, t: a / (1 - b),
        ),
        wrong(
            "Is t counted from 0? You use t - 1; t is 1 at the first step.",
            lambda a, b, t: a / (1 - b ** (t - 1)),
        ),
        wrong(
            "You use t + 1. t is 1 at the first step already.",
            lambda a, b, t: a / (1 - b ** (t + 1)),
        ),
        wrong(
            f"It is divided by {sign}ᵗ, the weight that is missing; divide by the weight that "
            f"has come in, 1 - {sign}ᵗ.",
            lambda a, b, t: a / b**t,
        ),
        wrong(
            f"It is divided by (1 - {sign})ᵗ; it should be 1 - {sign}ᵗ. A power comes before a "
            "difference: 1 - beta ** t.",
            lambda a, b, t: a / (1 - b) ** t,
        ),
        wrong(
            f"It is divided by 1 - {sign} t: in Python a power is written beta ** t.",
            lambda a, b, t: a / (1 - b * t),
        ),
        wrong(
            "The root is taken here: return the corrected moment; the root comes in the step.",
            lambda a, b, t: np.sqrt(np.abs(a) / (1 - b**t)),
        ),
    )


CORRECT = Code(
    arguments=("m", "v", "t", "beta1", "beta2"),
    returns=("m_hat", "v_hat"),
    calls=1,
    draw=_two_moments,
    defaults={"beta1": 0.9, "beta2": 0.999},
    parts=(
        Part(
            "the first moment",
            1,
            "m_hat",
            expected=lambda i, o: i.m / (1 - i.beta1**i.t),
            reminder="It is m / (1 - β₁ᵗ).",
            mistakes=_corrections("m", "beta1", "beta2"),
        ),
        Part(
            "the second moment",
            1,
            "v_hat",
            expected=lambda i, o: i.v / (1 - i.beta2**i.t),
            # One slip that is made in both lines is charged in the first.
            accepts=(
                follows(
                    "m_hat",
                    lambda i, o: i.m / (1 - i.beta2**i.t),
                    lambda i, o: i.v / (1 - i.beta1**i.t),
                ),
                *(
                    follows(
                        "m_hat",
                        lambda i, o, k=k: i.m / (1 - i.beta1 ** float(i.t + k)),  # type: ignore[misc]
                        lambda i, o, k=k: i.v / (1 - i.beta2 ** float(i.t + k)),  # type: ignore[misc]
                    )
                    for k in (-1, 1)
                ),
            ),
            reminder="It is v / (1 - β₂ᵗ).",
            mistakes=_corrections("v", "beta2", "beta1"),
        ),
    ),
)

# --------------------------------------------------------------------------- the moments


def _start(rng: np.random.Generator) -> dict[str, Any]:
    """Return the start of a run, with hyperparameters that are nobody's defaults."""
    d = int(rng.integers(2, 6))
    state = {name: np.zeros(d) for name in ("m", "v", "u", "v_hat")}
    return state | {
        "theta": rng.normal(size=d),
        "lr": rng.uniform(0.1, 0.3),
        "beta1": np.float64(rng.uniform(0.55, 0.8)),
        "beta2": np.float64(rng.uniform(0.85, 0.96)),
        "eps": rng.uniform(0.05, 0.3),
    }


def _under_way(rng: np.random.Generator) -> dict[str, Any]:
    """Return a run after a few steps: what is kept from step to step is not zero."""
    start = _start(rng)
    d = len(start["theta"])
    kept = {name: rng.uniform(0.2, 2, size=d) for name in ("v", "u", "v_hat")}
    return start | kept | {"t": int(rng.integers(2, 9)), "m": rng.normal(size=d)}


def _late(rng: np.random.Generator) -> dict[str, Any]:
    """Return a run after so many steps that 1 - βᵗ is 1, and so few that a loop makes them."""
    return _under_way(rng) | {"t": LATE}


def _still(rng: np.random.Generator) -> dict[str, Any]:
    """Return a run in which one coordinate has no gradient."""
    start = _start(rng)
    awake = np.ones(len(start["theta"]))
    awake[rng.integers(len(awake))] = 0
    return start | {"awake": awake}


def _gradient(rng: np.random.Generator, i: Mapping[str, Any]) -> dict[str, Any]:
    """Return the step's number, and a gradient whose size changes from step to step."""
    size = np.exp(rng.normal())
    g = size * rng.normal(size=len(i["theta"])) * i.get("awake", 1.0)
    return {"t": i.get("t", 0) + 1, "g": g}


def _set(i: SimpleNamespace, **values: Any) -> SimpleNamespace:
    """Return the inputs with some of them replaced."""
    return SimpleNamespace(**{**vars(i), **values})


def _swapped(i: SimpleNamespace) -> SimpleNamespace:
    return _set(i, beta1=i.beta2, beta2=i.beta1)


def _new_m(i: SimpleNamespace, o: Any = None) -> Any:
    return i.beta1 * i.m + (1 - i.beta1) * i.g


def _new_v(i: SimpleNamespace, o: Any = None) -> Any:
    return i.beta2 * i.v + (1 - i.beta2) * i.g**2


def _c1(i: SimpleNamespace, ahead: int = 0) -> Any:
    return 1 - i.beta1 ** float(i.t + ahead)


def _c2(i: SimpleNamespace, ahead: int = 0) -> Any:
    return 1 - i.beta2 ** float(i.t + ahead)


def _m_swapped(i: SimpleNamespace, o: Any) -> Any:
    return _new_m(_swapped(i))


def _m_corrected(i: SimpleNamespace, o: Any) -> Any:
    return _new_m(i) / _c1(i)


def _m_with_rate(i: SimpleNamespace, o: Any) -> Any:
    return i.beta1 * i.m + i.lr * i.g


def _m_averaging_rate(i: SimpleNamespace, o: Any) -> Any:
    return i.beta1 * i.m + (1 - i.beta1) * i.lr * i.g


def _share(away: Any, of: Any, default: float) -> Any:
    """Return which multiple of one array another is, by the largest element."""
    k = np.argmax(np.abs(of))
    return default if away is None or np.shape(away) != np.shape(of) else away[k] / of[k]


def _with_decay(i: SimpleNamespace, o: Any) -> Any:
    """Return the gradient with a multiple of theta, as the first moment that came out has it."""
    away = (o.m - _new_m(i)) / (1 - i.beta1) if hasattr(o, "m") else None
    return i.g + _share(away, i.theta, 0.1) * i.theta


_FIRST_MOMENT = Part(
    "the first moment",
    1,
    "m",
    expected=_new_m,
    reminder="It is β₁ times the old m plus 1 - β₁ times the gradient.",
    mistakes=(
        Mistake("β₁ and β₂ are exchanged: m forgets with β₁.", _m_swapped),
        Mistake(
            "The factor 1 - β₁ is missing: m is an average, β₁ m + (1 - β₁) g.",
            lambda i, o: i.beta1 * i.m + i.g,
        ),
        Mistake(
            "The weights are exchanged: the old m has β₁, the gradient 1 - β₁.",
            lambda i, o: (1 - i.beta1) * i.m + i.beta1 * i.g,
        ),
        Mistake(
            "The correction is fed back into the state: return m itself. What is corrected once "
            "more at every step is corrected too much.",
            _m_corrected,
        ),
        Mistake("The old m is forgotten: add β₁ m.", lambda i, o: (1 - i.beta1) * i.g),
        Mistake(
            "The old m is kept whole: multiply it by β₁.", lambda i, o: i.m + (1 - i.beta1) * i.g
        ),
        Mistake(
            "lr is in it: the first moment averages gradients; lr comes in the step.",
            _m_with_rate,
        ),
        Mistake(
            "lr is in it: the first moment averages gradients; lr comes in the step.",
            _m_averaging_rate,
        ),
        Mistake(
            "It averages g²: that is the second moment.",
            lambda i, o: i.beta1 * i.m + (1 - i.beta1) * i.g**2,
        ),
        Mistake(
            "It averages -g: m points uphill, as g does, and the step subtracts it.",
            lambda i, o: i.beta1 * i.m - (1 - i.beta1) * i.g,
        ),
        Mistake(
            "That is Nadam's look-ahead: it belongs to the step, and m stays a plain average.",
            lambda i, o: i.beta1 * _new_m(i) / _c1(i) + (1 - i.beta1) / _c1(i) * i.g,
        ),
        Mistake(
            "A multiple of theta is added to the gradient: that is weight decay, which the rule "
            "here does not have.",
            lambda i, o: _new_m(_set(i, g=_with_decay(i, o))),
        ),
    ),
)

_SECOND_MOMENT = Part(
    "the second moment",
    1,
    "v",
    expected=_new_v,
    # What is one mistake with that in m is charged there.
    accepts=(
        follows("m", _m_swapped, lambda i, o: _new_v(_swapped(i))),
        follows("m", _m_corrected, lambda i, o: _new_v(i) / _c2(i)),
        lambda i, o: _new_v(_set(i, g=_with_decay(i, o))),
    ),
    reminder="It is β₂ times the old v plus 1 - β₂ times the square of the gradient.",
    mistakes=(
        Mistake("β₁ and β₂ are exchanged: v forgets with β₂.", lambda i, o: _new_v(_swapped(i))),
        Mistake(
            "It averages g in place of g²: squares cannot cancel, gradients can.",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * i.g,
        ),
        Mistake(
            "It averages |g| in place of g².",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * np.abs(i.g),
        ),
        Mistake(
            "The factor 1 - β₂ is missing: v is an average, β₂ v + (1 - β₂) g².",
            lambda i, o: i.beta2 * i.v + i.g**2,
        ),
        Mistake(
            "The weights are exchanged: the old v has β₂, the square 1 - β₂.",
            lambda i, o: (1 - i.beta2) * i.v + i.beta2 * i.g**2,
        ),
        Mistake(
            "1 - β₂ is squared too: only g is.",
            lambda i, o: i.beta2 * i.v + ((1 - i.beta2) * i.g) ** 2,
        ),
        Mistake(
            "The correction is fed back into the state: return v itself. What is corrected once "
            "more at every step is corrected too much.",
            lambda i, o: _new_v(i) / _c2(i),
        ),
        Mistake("The old v is forgotten: add β₂ v.", lambda i, o: (1 - i.beta2) * i.g**2),
        Mistake(
            "That is Adagrad's sum, which never forgets: v is an average.",
            lambda i, o: i.v + i.g**2,
        ),
        Mistake(
            "It averages the squares of m: it should be those of the gradient.",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * _new_m(i) ** 2,
        ),
        Mistake(
            "All coordinates share one v: each has its own, so square g element by element.",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * np.sum(i.g**2),
        ),
        Mistake(
            "The root is fed back into the state: v averages squares, and the step takes the root.",
            lambda i, o: np.sqrt(_new_v(i)),
        ),
    ),
)


def _once(step: Formula) -> tuple[Formula, ...]:
    """Return what also counts as the right step: what follows from a mistake in a moment."""

    def with_values(**values: float) -> Formula:
        return lambda i, o: step(_set(i, **values), o)

    return (
        follows("m", _m_swapped, lambda i, o: step(_swapped(i), o)),
        follows("m", _m_with_rate, with_values(lr=1.0)),
        follows("m", _m_averaging_rate, with_values(lr=1.0)),
        follows("m", lambda i, o: _new_m(_set(i, beta1=0.9)), with_values(beta1=0.9)),
        follows(
            "m", lambda i, o: _new_m(_set(i, beta1=0.9)), with_values(beta1=0.9, beta2=0.999)
        ),
    )  # fmt: skip


def _fixed_v(step: Formula) -> Formula:
    return follows(
        "v", lambda i, o: _new_v(_set(i, beta2=0.999)), lambda i, o: step(_set(i, beta2=0.999), o)
    )


def _divided(i: Any, first: Any, second: Any) -> Any:
    """Return the step from a first and a second moment as they stand."""
    return i.theta - i.lr * first / (np.sqrt(second) + i.eps)


_DEFAULTS = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
_STEPS = ("theta", "g", "t", "m", "v", "lr", "beta1", "beta2", "eps")


def _decayed(step: Formula) -> Mistake:
    """Return the mistake of taking a multiple of theta off, beside the step."""

    def value(i: Any, o: Any) -> Any:
        right = step(i, o)
        there = hasattr(o, "theta") and np.shape(o.theta) == right.shape
        away = right - o.theta if there else None
        return right - _share(away, i.theta, 0.1) * i.theta

    return Mistake(
        "A multiple of theta is subtracted beside the step: that is the weight decay of AdamW, "
        "which the rule here does not have.",
        value,
    )


def _late_in_a_run(step: Part, reminder: str) -> Part:
    """Return the part for a step where all corrections are 1: what is left of it is right."""
    return replace(
        step,
        name="the step late in a run, where all corrections are 1",
        mistakes=(),
        charged_once=True,
        draw=_late,
        reminder=reminder,
    )


_TWICE = (
    "The correction is applied to a moment that is corrected already: {} is divided by its 1 - βᵗ "
    "twice."
)

# --------------------------------------------------------------------------- Adam


def _adam_step(i: Any, o: Any) -> Any:
    return _divided(i, o.m / _c1(i), o.v / _c2(i))


def _called_with(*names: str) -> Mistake:
    """Return the mistake of calling `correct` with its last three values in another order."""

    def value(i: Any, o: Any) -> Any:
        return _divided(i, *_correct(o.m, o.v, *(float(getattr(i, name)) for name in names)))

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
    return lambda i, o: _divided(i, o.m / _c1(i, ahead), o.v / _c2(i, ahead))


_STEP_OF_ADAM = Part(
    "the step, with both corrections",
    1,
    "theta",
    expected=_adam_step,
    accepts=(*_once(_adam_step), _fixed_v(_adam_step)),
    reminder="It is theta - lr m̂ / (√v̂ + ε), with the new moments and the t that comes "
    "in as an argument.",
    mistakes=(
        Mistake(
            "Both corrections are missing: m and v start at 0, and say so for a while.",
            lambda i, o: _divided(i, o.m, o.v),
        ),
        Mistake(
            "Only m is corrected: v starts at 0 too, and without its correction the first "
            "steps are far too long.",
            lambda i, o: _divided(i, o.m / _c1(i), o.v),
        ),
        Mistake(
            "Only v is corrected: m starts at 0 too, and without its correction the first "
            "steps are too short.",
            lambda i, o: _divided(i, o.m, o.v / _c2(i)),
        ),
        Mistake(
            "Is t counted from 0? With t - 1 the first correction divides 0 by 0. t comes "
            "in as an argument, and is 1 at the first step.",
            _adam_with(-1),
        ),
        Mistake("You correct with t + 1: t is 1 at the first step already.", _adam_with(1)),
        Mistake(
            "You correct with 1 - β at every step: the exponent t is missing.",
            lambda i, o: _divided(i, o.m / (1 - i.beta1), o.v / (1 - i.beta2)),
        ),
        Mistake(
            "β₁ and β₂ are exchanged in the correction: look at the order in which they "
            "are handed over.",
            lambda i, o: _divided(i, o.m / _c2(i), o.v / _c1(i)),
        ),
        *_CALLED_IN_ANOTHER_ORDER,
        Mistake(
            "ε is inside the root; in Adam it is added to the root.",
            lambda i, o: i.theta - i.lr * (o.m / _c1(i)) / np.sqrt(o.v / _c2(i) + i.eps),
        ),
        Mistake(
            "ε is added before the correction, as Keras does: √v + ε, and then corrected. "
            "In the book's form v is corrected first: √v̂ + ε.",
            lambda i, o: i.theta - i.lr * np.sqrt(_c2(i)) / _c1(i) * o.m / (np.sqrt(o.v) + i.eps),
        ),
        Mistake(
            "The root is missing: it is √v̂ + ε below the line.",
            lambda i, o: i.theta - i.lr * (o.m / _c1(i)) / (o.v / _c2(i) + i.eps),
        ),
        Mistake(
            "ε is missing below the line.",
            lambda i, o: i.theta - i.lr * (o.m / _c1(i)) / np.sqrt(o.v / _c2(i)),
        ),
        Mistake(
            "The gradient stands above the line: that is RMSprop. Adam divides m̂.",
            lambda i, o: _divided(i, i.g, o.v / _c2(i)),
            other_rule=True,
        ),
        Mistake(
            "The moments of the step before are used: take the new m and v.",
            lambda i, o: _divided(i, i.m / _c1(i), i.v / _c2(i)),
        ),
        Mistake(
            _TWICE.format("each moment"),
            lambda i, o: _divided(i, o.m / _c1(i) ** 2, o.v / _c2(i) ** 2),
        ),
        Mistake(
            "It walks uphill: subtract the step.",
            lambda i, o: 2 * i.theta - _adam_step(i, o),
        ),
        Mistake(
            "You return the step alone: add it to theta.",
            lambda i, o: _adam_step(i, o) - i.theta,
        ),
        Mistake(
            "It is multiplied by √v̂ + ε: divide.",
            lambda i, o: i.theta - i.lr * (o.m / _c1(i)) * (np.sqrt(o.v / _c2(i)) + i.eps),
        ),
        _decayed(_adam_step),
    ),
)

ADAM = Code(
    arguments=_STEPS,
    returns=("theta", "m", "v"),
    draw=_start,
    resume=_under_way,
    renew=_gradient,
    defaults=_DEFAULTS,
    given={"correct": _correct},
    parts=(
        _FIRST_MOMENT,
        _SECOND_MOMENT,
        _STEP_OF_ADAM,
        _late_in_a_run(
            _STEP_OF_ADAM,
            f"After {LATE} steps 1 - βᵗ is 1, so the corrections cannot be the cause: it is "
            "theta - lr m / (√v + ε) there.",
        ),
    ),
)

# --------------------------------------------------------------------------- AdaMax


def _new_u(i: Any, o: Any = None) -> Any:
    return np.maximum(i.beta2 * i.u, np.abs(i.g))


def _max_step(i: Any, o: Any) -> Any:
    return i.theta - i.lr * (o.m / _c1(i)) / o.u


def _max_signed(i: Any, o: Any) -> Any:
    return np.maximum(i.beta2 * i.u, i.g)


def _max_corrected(i: Any, o: Any) -> Any:
    return _new_u(i) / _c2(i)


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
    draw=_start,
    resume=_under_way,
    renew=_gradient,
    defaults={"lr": 0.002, "beta1": 0.9, "beta2": 0.999},
    given=_GIVEN,
    parts=(
        replace(_FIRST_MOMENT, points=0.5),
        Part(
            "the decaying maximum",
            1,
            "u",
            expected=_new_u,
            accepts=(follows("m", _m_swapped, lambda i, o: _new_u(_swapped(i))),),
            reminder="It is the larger of β₂ u and |g|, in each coordinate.",
            mistakes=(
                Mistake(
                    "The old maximum does not fade: it is the larger of β₂ u and |g|.",
                    lambda i, o: np.maximum(i.u, np.abs(i.g)),
                ),
                Mistake(
                    "u fades with β₁; it should fade with β₂.", lambda i, o: _new_u(_swapped(i))
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
                    lambda i, o: np.maximum(i.beta2 * i.u, np.abs(_new_m(i))),
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
                *_once(_max_step),
                # A u of 0 is charged above, whatever it was divided by.
                follows(
                    "u",
                    _max_signed,
                    lambda i, o: np.where(o.u == 0, o.theta, _max_step(i, o)),
                ),
                follows(
                    "u",
                    lambda i, o: np.maximum(i.beta2 * i.u, i.g**2),
                    lambda i, o: i.theta - i.lr * (o.m / _c1(i)) / np.sqrt(o.u),
                ),
            ),
            reminder="It is theta - lr m̂ / u, with m̂ = m / (1 - β₁ᵗ) and u as it is.",
            mistakes=(
                Mistake(
                    "u is corrected though it needs none: a maximum is right from the first "
                    "gradient on.",
                    lambda i, o: i.theta - i.lr * (o.m / _c1(i)) / (o.u / _c2(i)),
                ),
                Mistake(
                    "m is not corrected: it starts at 0, as in Adam. Only u needs no correction.",
                    lambda i, o: i.theta - i.lr * o.m / o.u,
                ),
                Mistake(
                    "The root of u is taken: u is a maximum of |g|, not of g².",
                    lambda i, o: i.theta - i.lr * (o.m / _c1(i)) / np.sqrt(o.u),
                ),
                Mistake(
                    "Something is divided by 0 at the first step. Is t counted from 0? It comes in "
                    "as an argument, and is 1 at the first step. Or is the old u used? Take the "
                    "new one.",
                    lambda i, o: i.theta - i.lr * (o.m / _c1(i, -1)) / o.u,
                ),
                Mistake(
                    "You correct with t + 1: t is 1 at the first step already.",
                    lambda i, o: i.theta - i.lr * (o.m / _c1(i, 1)) / o.u,
                ),
                Mistake(
                    "You correct with 1 - β₁ at every step: the exponent t is missing.",
                    lambda i, o: i.theta - i.lr * (o.m / (1 - i.beta1)) / o.u,
                ),
                Mistake(
                    "m is corrected with β₂: it is an average with β₁.",
                    lambda i, o: i.theta - i.lr * (o.m / _c2(i)) / o.u,
                ),
                Mistake(
                    "The gradient stands above the line: it is m̂.",
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
                _decayed(_max_step),
            ),
        ),
        Part(
            "a coordinate without any gradient so far",
            0.5,
            "theta",
            holds=_stays,
            draw=_still,
            reminder="One coordinate's gradient has been 0 in every step, so its m and u are 0, "
            "and 0 / 0 is nan. It should stay where it is: divide by something that is never 0.",
        ),
    ),
)

# --------------------------------------------------------------------------- Nadam


def _ahead(i: Any, m: Any) -> Any:
    """Return Nadam's numerator: the corrected moment, looked ahead by one gradient."""
    return i.beta1 * m / _c1(i) + (1 - i.beta1) / _c1(i) * i.g


def _nadam_step(i: Any, o: Any) -> Any:
    return _divided(i, _ahead(i, o.m), o.v / _c2(i))


def _nadam_with(first: Callable[[Any, Any], Any]) -> Formula:
    return lambda i, o: _divided(i, first(i, o), o.v / _c2(i))


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
    accepts=(*_once(_nadam_step), _fixed_v(_nadam_step)),
    reminder="It is theta - lr m̄ / (√v̂ + ε), with m̄ = β₁ m̂ + (1 - β₁) g / (1 - β₁ᵗ).",
    mistakes=(
        Mistake(
            "That is Adam: m̂ stands where Nadam looks ahead. Put m̄ in its place, made from "
            "the new m: the old one gives m̂ back.",
            _nadam_with(lambda i, o: o.m / _c1(i)),
            other_rule=True,
        ),
        Mistake(
            "The gradient in the look-ahead is not corrected: divide it by 1 - β₁ᵗ, as m.",
            _nadam_with(lambda i, o: i.beta1 * o.m / _c1(i) + (1 - i.beta1) * i.g),
        ),
        Mistake(
            "m is corrected with the exponent t + 1, as optax does. In the book's form "
            "both terms are divided by 1 - β₁ᵗ.",
            _nadam_with(lambda i, o: i.beta1 * o.m / _c1(i, 1) + (1 - i.beta1) * i.g / _c1(i)),
        ),
        Mistake(
            "Both terms are corrected with the exponent t + 1. In the book's form both "
            "are divided by 1 - β₁ᵗ.",
            _nadam_with(lambda i, o: (i.beta1 * o.m + (1 - i.beta1) * i.g) / _c1(i, 1)),
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
            _nadam_with(lambda i, o: o.m / _c1(i) + (1 - i.beta1) / _c1(i) * i.g),
        ),
        Mistake(
            "The gradient is added whole: its weight in the look-ahead is 1 - β₁.",
            _nadam_with(lambda i, o: i.beta1 * o.m / _c1(i) + i.g / _c1(i)),
        ),
        Mistake(
            "The weights are exchanged: m̂ has β₁, the gradient 1 - β₁.",
            _nadam_with(lambda i, o: (1 - i.beta1) * o.m / _c1(i) + i.beta1 / _c1(i) * i.g),
        ),
        Mistake(
            "v is not corrected: it starts at 0 too.",
            lambda i, o: _divided(i, _ahead(i, o.m), o.v),
        ),
        Mistake(
            "Is t counted from 0? With t - 1 the first correction divides 0 by 0. t comes "
            "in as an argument, and is 1 at the first step.",
            lambda i, o: _nadam_step(_set(i, t=i.t - 1), o),
        ),
        Mistake(
            "ε is inside the root; in Nadam it is added to the root, as in Adam.",
            lambda i, o: i.theta - i.lr * _ahead(i, o.m) / np.sqrt(o.v / _c2(i) + i.eps),
        ),
        Mistake(
            "ε is added before the correction, as Keras does. In the book's form v is "
            "corrected first: √v̂ + ε.",
            lambda i, o: i.theta - i.lr * np.sqrt(_c2(i)) * _ahead(i, o.m) / (np.sqrt(o.v) + i.eps),
        ),
        Mistake(
            "The root is missing: it is √v̂ + ε below the line.",
            lambda i, o: i.theta - i.lr * _ahead(i, o.m) / (o.v / _c2(i) + i.eps),
        ),
        Mistake(
            "It walks uphill: subtract the step.",
            lambda i, o: 2 * i.theta - _nadam_step(i, o),
        ),
        _decayed(_nadam_step),
    ),
)

NADAM = Code(
    arguments=_STEPS,
    returns=("theta", "m", "v"),
    draw=_start,
    resume=_under_way,
    renew=_gradient,
    defaults=_DEFAULTS | {"lr": 0.002},
    given=_GIVEN,
    parts=(
        replace(_FIRST_MOMENT, points=0.5),
        replace(_SECOND_MOMENT, points=0.5),
        _STEP_OF_NADAM,
        _late_in_a_run(
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
    if close(o.v, _new_v(i)):
        return 0.0
    largest = (np.maximum(i.v_hat, _new_v(i)), np.maximum(i.v, _new_v(i)))
    return 1.0 if any(close(o.v, one) for one in largest) else np.nan


def _max_of_corrected(i: Any, o: Any) -> Any:
    return np.maximum(i.v_hat, o.v / _c2(i))


def _amsgrad_step(i: Any, o: Any) -> Any:
    return _divided(i, o.m, o.v_hat)


AMSGRAD = Code(
    arguments=("theta", "g", "t", "m", "v", "v_hat", "lr", "beta1", "beta2", "eps"),
    returns=("theta", "m", "v", "v_hat"),
    draw=_start,
    resume=_under_way,
    renew=_gradient,
    calls=8,
    defaults=_DEFAULTS,
    given=_GIVEN,
    parts=(
        replace(_FIRST_MOMENT, points=0.5),
        replace(
            _SECOND_MOMENT,
            points=0.5,
            # A v that is overwritten costs the maximum.
            accepts=(
                *_SECOND_MOMENT.accepts,
                lambda i, o: np.maximum(i.v_hat, _new_v(i)),
                lambda i, o: np.maximum(i.v, _new_v(i)),
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
                    lambda i, o: np.maximum(i.v_hat, o.v) / _c2(i),
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
                    lambda i, o: o.v / _c2(i),
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
                *_once(_amsgrad_step),
                follows(
                    "v_hat", _max_of_corrected, lambda i, o: _divided(i, o.m / _c1(i), o.v_hat)
                ),
                follows(
                    "v_hat",
                    lambda i, o: np.maximum(i.v_hat, o.v) / _c2(i),
                    lambda i, o: _divided(i, o.m / _c1(i), o.v_hat),
                ),
            ),
            reminder="It is theta - lr m / (√v̂ + ε), with v̂ the largest v and no correction.",
            mistakes=(
                Mistake(
                    "m and the maximum are corrected, as in PyTorch. In the book's form, which is "
                    "the paper's, nothing is: with a correction the rate can rise again.",
                    lambda i, o: _divided(i, o.m / _c1(i), o.v_hat / _c2(i)),
                ),
                Mistake(
                    "m is corrected: in the book's form, which is the paper's, nothing is.",
                    lambda i, o: _divided(i, o.m / _c1(i), o.v_hat),
                ),
                Mistake(
                    "The maximum is corrected: in the book's form, which is the paper's, nothing "
                    "is.",
                    lambda i, o: _divided(i, o.m, o.v_hat / _c2(i)),
                ),
                Mistake(
                    "It divides by the root of v: the maximum is computed and not used.",
                    lambda i, o: _divided(i, o.m, o.v),
                ),
                Mistake(
                    "That is Adam's step, with both corrections: divide m by √v̂ + ε, with v̂ the "
                    "largest v.",
                    _adam_step,
                ),
                Mistake(
                    "The old maximum is used: take the new one.",
                    lambda i, o: _divided(i, o.m, i.v_hat),
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
                    "The gradient stands above the line: it is m.",
                    lambda i, o: _divided(i, i.g, o.v_hat),
                ),
                Mistake(
                    "It walks uphill: subtract the step.",
                    lambda i, o: 2 * i.theta - _amsgrad_step(i, o),
                ),
                _decayed(_amsgrad_step),
            ),
        ),
    ),
)
