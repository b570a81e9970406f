"""Assignment 5's AdamW: Adam's step, and the decay beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from adaptive.course.code import Code
from adaptive.course.moments_adam import WRONG_STEPS, adam_step
from adaptive.course.moments_parts import (
    BESIDE_A_DECAY,
    DEFAULTS,
    SECOND_MOMENT,
    STEPS,
    c1,
    c2,
    divided,
    fixed_v,
    gradient,
    new_m,
    new_v,
    once,
    replaced,
    start,
    under_way,
)
from adaptive.course.parts import Formula, Mistake, Part


def _start(rng: np.random.Generator) -> dict[str, Any]:
    return start(rng) | {"weight_decay": rng.uniform(0.3, 0.9)}


def _under_way(rng: np.random.Generator) -> dict[str, Any]:
    return under_way(rng) | {"weight_decay": rng.uniform(0.3, 0.9)}


def _without_decay(rng: np.random.Generator) -> dict[str, Any]:
    return under_way(rng) | {"weight_decay": 0.0}


# --------------------------------------------------------------------------- the step


def _decayed(i: Any, o: Any) -> Any:
    return adam_step(i, o) - i.lr * i.weight_decay * i.theta


def _beside(step: Formula) -> Formula:
    """Return a step of Adam's, right or wrong, with the right decay beside it."""
    return lambda i, o: step(i, o) - i.lr * i.weight_decay * i.theta


def _penalty(in_v: bool) -> Formula:
    """Return Adam's step with λθ in the gradient: in both moments, or in the first alone."""

    def value(i: Any, o: Any) -> Any:
        inside = replaced(i, g=i.g + i.weight_decay * i.theta)
        return divided(i, new_m(inside) / c1(i), new_v(inside if in_v else i) / c2(i))

    return value


def _decays(says: str, away: Formula) -> Mistake:
    """Return the mistake of taking something else off than ηλθ, beside Adam's step."""
    return Mistake(says, lambda i, o: adam_step(i, o) - away(i, o))


_L2 = (
    "λθ is added to the gradient: that is L2 inside Adam, whose quotient divides the decay too. "
    "Both moments see the gradient of the loss alone, and the decay stands beside the quotient."
)
_RIGHT = "It is theta - lr (m̂ / (√v̂ + ε) + λ theta), with the theta that came in."

_STEP_OF_ADAM = Part(
    "Adam's step, where λ is 0",
    1,
    "theta",
    expected=_decayed,
    accepts=(*once(_decayed), fixed_v(_decayed)),
    draw=_without_decay,
    reminder="Without decay it is theta - lr m̂ / (√v̂ + ε), with the new moments and the t that "
    "comes in as an argument.",
    mistakes=tuple(replace(one, value=_beside(one.value)) for one in WRONG_STEPS),
)

_DECAY = Part(
    "the decay beside it",
    2,
    "theta",
    expected=_decayed,
    accepts=(*once(_decayed), fixed_v(_decayed)),
    charged_once=True,
    reminder=_RIGHT,
    mistakes=(
        Mistake(_L2, _penalty(in_v=True)),
        Mistake(_L2, _penalty(in_v=False)),
        Mistake("There is no decay: subtract lr λ theta, beside Adam's step.", adam_step),
        Mistake(
            "The decay is divided too: λ theta is above the line of Adam's quotient. It stands "
            "beside it, and nothing divides it.",
            lambda i, o: divided(i, o.m / c1(i) + i.weight_decay * i.theta, o.v / c2(i)),
        ),
        Mistake(
            "It shrinks theta after Adam's step, and with it the step. Both terms are made from "
            "the theta that came in.",
            lambda i, o: (1 - i.lr * i.weight_decay) * adam_step(i, o),
        ),
        _decays(
            "η does not multiply the decay, as in the paper. In the book's form, which is "
            "PyTorch's, it is lr λ theta.",
            lambda i, o: i.weight_decay * i.theta,
        ),
        _decays(
            "η multiplies the decay twice: it is lr λ theta.",
            lambda i, o: i.lr**2 * i.weight_decay * i.theta,
        ),
        _decays(
            "The decay has the rate with both corrections in it. They belong to Adam's moments: "
            "the decay is lr λ theta in each step.",
            lambda i, o: i.lr * np.sqrt(c2(i)) / c1(i) * i.weight_decay * i.theta,
        ),
        _decays(
            "The decay grows with t: it is lr λ theta in each step.",
            lambda i, o: i.lr * i.weight_decay * i.t * i.theta,
        ),
        _decays(
            "The decay has the wrong sign, and makes theta larger: subtract lr λ theta.",
            lambda i, o: -i.lr * i.weight_decay * i.theta,
        ),
        _decays(
            "The decay is twice what it should be: the gradient of ½λθ² is λθ.",
            lambda i, o: 2 * i.lr * i.weight_decay * i.theta,
        ),
        _decays(
            "The decay is half of what it should be: the gradient of ½λθ² is λθ.",
            lambda i, o: i.lr * i.weight_decay * i.theta / 2,
        ),
        _decays(
            "The decay takes the sign of theta, as a penalty on |θ| does: take theta itself.",
            lambda i, o: i.lr * i.weight_decay * np.sign(i.theta),
        ),
        _decays(
            "The decay is in proportion to theta², which has no sign: take theta itself.",
            lambda i, o: i.lr * i.weight_decay * i.theta**2,
        ),
        _decays(
            "The decay is of the gradient: it is lr λ theta.",
            lambda i, o: i.lr * i.weight_decay * i.g,
        ),
        Mistake(
            "theta is replaced by its share: what decays is lr λ theta, and the rest stays. Is it "
            "1 - lr λ that multiplies theta?",
            lambda i, o: adam_step(i, o) - i.theta + i.lr * i.weight_decay * i.theta,
        ),
    ),
)

ADAMW = Code(
    arguments=(*STEPS, "weight_decay"),
    returns=("theta", "m", "v"),
    draw=_start,
    resume=_under_way,
    renew=gradient,
    defaults=DEFAULTS | {"weight_decay": 0.01},
    place=lambda i: f"step {i.t}" + (" of a run without decay" if not i.weight_decay else ""),
    parts=(BESIDE_A_DECAY, replace(SECOND_MOMENT, points=0.5), _STEP_OF_ADAM, _DECAY),
)
