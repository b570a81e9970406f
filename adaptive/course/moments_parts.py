"""Assignment 3: the correction, and what its rules have in common, equation by equation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.course.code import Code
from adaptive.course.parts import Formula, Mistake, Part, follows

Array = npt.NDArray[np.float64]


# --------------------------------------------------------------------------- the correction


#: The step from which on the corrections are 1, with the decays that are drawn here.
LATE = 400


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
            f"Brackets are missing: {of} / 1 - b is {of} - b. Write {of} / (1 - {decay}**t).",
            lambda a, b, t: a - b**t,
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
                follows(
                    "m_hat",
                    lambda i, o: i.m - i.beta1**i.t,
                    lambda i, o: i.v - i.beta2**i.t,
                ),
            ),
            reminder="It is v / (1 - β₂ᵗ).",
            mistakes=_corrections("v", "beta2", "beta1"),
        ),
    ),
)

# --------------------------------------------------------------------------- the moments


def start(rng: np.random.Generator) -> dict[str, Any]:
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


def under_way(rng: np.random.Generator) -> dict[str, Any]:
    """Return a run after a few steps: what is kept from step to step is not zero."""
    begun = start(rng)
    d = len(begun["theta"])
    kept = {name: rng.uniform(0.2, 2, size=d) for name in ("v", "u", "v_hat")}
    return begun | kept | {"t": int(rng.integers(2, 9)), "m": rng.normal(size=d)}


def _late(rng: np.random.Generator) -> dict[str, Any]:
    """Return a run after so many steps that 1 - βᵗ is 1, and so few that a loop makes them."""
    return under_way(rng) | {"t": LATE}


def still(rng: np.random.Generator) -> dict[str, Any]:
    """Return a run in which one coordinate has no gradient."""
    begun = start(rng)
    awake = np.ones(len(begun["theta"]))
    awake[rng.integers(len(awake))] = 0
    return begun | {"awake": awake}


def gradient(rng: np.random.Generator, i: Mapping[str, Any]) -> dict[str, Any]:
    """Return the step's number, and a gradient whose size changes from step to step."""
    size = np.exp(rng.normal())
    g = size * rng.normal(size=len(i["theta"])) * i.get("awake", 1.0)
    return {"t": i.get("t", 0) + 1, "g": g}


def replaced(i: SimpleNamespace, **values: Any) -> SimpleNamespace:
    """Return the inputs with some of them replaced."""
    return SimpleNamespace(**{**vars(i), **values})


def swapped(i: SimpleNamespace) -> SimpleNamespace:
    """Return the inputs with the decays exchanged."""
    return replaced(i, beta1=i.beta2, beta2=i.beta1)


def new_m(i: SimpleNamespace, o: Any = None) -> Any:
    """Return the right first moment."""
    return i.beta1 * i.m + (1 - i.beta1) * i.g


def new_v(i: SimpleNamespace, o: Any = None) -> Any:
    """Return the right second moment."""
    return i.beta2 * i.v + (1 - i.beta2) * i.g**2


def c1(i: SimpleNamespace, ahead: int = 0) -> Any:
    """Return by what m is divided, at this step or at one ahead."""
    return 1 - i.beta1 ** float(i.t + ahead)


def c2(i: SimpleNamespace, ahead: int = 0) -> Any:
    """Return by what v is divided, at this step or at one ahead."""
    return 1 - i.beta2 ** float(i.t + ahead)


def m_swapped(i: SimpleNamespace, o: Any) -> Any:
    """Return the first moment with the decays exchanged."""
    return new_m(swapped(i))


def _m_corrected(i: SimpleNamespace, o: Any) -> Any:
    return new_m(i) / c1(i)


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
    away = (o.m - new_m(i)) / (1 - i.beta1) if hasattr(o, "m") else None
    return i.g + _share(away, i.theta, 0.1) * i.theta


def averaged_with_decay(i: SimpleNamespace, o: Any) -> Any:
    """Return the first moment of a gradient that has a multiple of theta in it."""
    return new_m(replaced(i, g=_with_decay(i, o)))


_AVERAGE_OF_G = Part(
    "the first moment",
    1,
    "m",
    expected=new_m,
    reminder="It is β₁ times the old m plus 1 - β₁ times the gradient.",
    mistakes=(
        Mistake("β₁ and β₂ are exchanged: m forgets with β₁.", m_swapped),
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
            lambda i, o: i.beta1 * new_m(i) / c1(i) + (1 - i.beta1) / c1(i) * i.g,
        ),
    ),
)

#: Of rules with a decay of their own: one that has strayed into the gradient is charged there.
BESIDE_A_DECAY = replace(_AVERAGE_OF_G, points=0.5, accepts=(averaged_with_decay,))
FIRST_MOMENT = replace(
    _AVERAGE_OF_G,
    mistakes=(
        *_AVERAGE_OF_G.mistakes,
        Mistake(
            "A multiple of theta is added to the gradient: that is weight decay, which the rule "
            "here does not have.",
            averaged_with_decay,
        ),
    ),
)

SECOND_MOMENT = Part(
    "the second moment",
    1,
    "v",
    expected=new_v,
    # What is one mistake with that in m is charged there.
    accepts=(
        follows("m", m_swapped, lambda i, o: new_v(swapped(i))),
        follows("m", _m_corrected, lambda i, o: new_v(i) / c2(i)),
        lambda i, o: new_v(replaced(i, g=_with_decay(i, o))),
    ),
    reminder="It is β₂ times the old v plus 1 - β₂ times the square of the gradient.",
    mistakes=(
        Mistake("β₁ and β₂ are exchanged: v forgets with β₂.", lambda i, o: new_v(swapped(i))),
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
            lambda i, o: new_v(i) / c2(i),
        ),
        Mistake("The old v is forgotten: add β₂ v.", lambda i, o: (1 - i.beta2) * i.g**2),
        Mistake(
            "That is Adagrad's sum, which never forgets: v is an average.",
            lambda i, o: i.v + i.g**2,
        ),
        Mistake(
            "It averages (g - m)², as AdaBelief does: in the book's form it is g² alone.",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * (i.g - new_m(i)) ** 2,
        ),
        Mistake(
            "It averages the squares of m: it should be those of the gradient.",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * new_m(i) ** 2,
        ),
        Mistake(
            "All coordinates share one v: each has its own, so square g element by element.",
            lambda i, o: i.beta2 * i.v + (1 - i.beta2) * np.sum(i.g**2),
        ),
        Mistake(
            "The root is fed back into the state: v averages squares, and the step takes the root.",
            lambda i, o: np.sqrt(new_v(i)),
        ),
    ),
)


def once(step: Formula) -> tuple[Formula, ...]:
    """Return what also counts as the right step: what follows from a mistake in a moment."""

    def with_values(**values: float) -> Formula:
        return lambda i, o: step(replaced(i, **values), o)

    return (
        follows("m", m_swapped, lambda i, o: step(swapped(i), o)),
        follows("m", _m_with_rate, with_values(lr=1.0)),
        follows("m", _m_averaging_rate, with_values(lr=1.0)),
        follows("m", lambda i, o: new_m(replaced(i, beta1=0.9)), with_values(beta1=0.9)),
        follows(
            "m", lambda i, o: new_m(replaced(i, beta1=0.9)), with_values(beta1=0.9, beta2=0.999)
        ),
    )  # fmt: skip


def fixed_v(step: Formula) -> Formula:
    """Return what follows from a second moment with the usual decay written into it."""
    return follows(
        "v",
        lambda i, o: new_v(replaced(i, beta2=0.999)),
        lambda i, o: step(replaced(i, beta2=0.999), o),
    )


def divided(i: Any, first: Any, second: Any) -> Any:
    """Return the step from a first and a second moment as they stand."""
    return i.theta - i.lr * first / (np.sqrt(second) + i.eps)


DEFAULTS = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8}
STEPS = ("theta", "g", "t", "m", "v", "lr", "beta1", "beta2", "eps")


def without_rate(step: Formula) -> Mistake:
    """Return the mistake of a step that is not multiplied by the learning rate."""
    return Mistake(
        "lr is missing: it multiplies the step.",
        lambda i, o: i.theta + (step(i, o) - i.theta) / i.lr,
    )


def decayed(step: Formula) -> Mistake:
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


def late_in_a_run(step: Part, reminder: str) -> Part:
    """Return the part for a step where all corrections are 1: what is left of it is right."""
    return replace(
        step,
        name="the step late in a run, where all corrections are 1",
        mistakes=(),
        charged_once=True,
        draw=_late,
        reminder=reminder,
    )


TWICE = (
    "The correction is applied to a moment that is corrected already: {} is divided by its 1 - βᵗ "
    "twice."
)
