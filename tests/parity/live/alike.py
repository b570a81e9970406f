"""What the tests of all frameworks share: rules, gradients, and the book's own path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from adaptive import NAG, RULES, Adam, AdamW, Lion, Rule, frameworks, scheduled
from adaptive.schedules import WSD, Cosine, Linear
from tests.every import KINDS

STEPS = 200
TOLERANCE = 1e-12
SHAPE = (4, 3)


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A reader's own: it compares, chooses, has a number of its own and an unusual state."""

    lr: Any = 0.01
    beta1: Any = 0.9
    most: Any = 0.5

    state_names: ClassVar[tuple[str, ...]] = ("x0", "step", "count")

    def update(self, g: Any, t: Any, x0: Any, step: Any, count: Any) -> tuple[Any, ...]:
        x0 = self.beta1 * x0 + (1 - self.beta1) * np.where(g > self.most, self.most, g)
        step = np.maximum(step, np.abs(x0)) + 0.25
        count = count + 1
        return -self.lr * np.sign(x0) * np.sqrt(step) / (1 + count / t), x0, step, count


@dataclass(frozen=True, eq=False)
class Swapping(Rule):
    """A reader's own whose state arrays change places, and whose step is an old state."""

    lr: Any = 0.01

    state_names: ClassVar[tuple[str, ...]] = ("theta", "b")

    def update(self, g: Any, t: Any, theta: Any, b: Any) -> tuple[Any, ...]:
        return theta, -self.lr * g, theta


@dataclass(frozen=True, eq=False)
class FarAhead(Rule):
    """A reader's own that looks ahead by what depends on the step number too."""

    lr: Any = 0.01
    momentum: Any = 0.8

    state_names: ClassVar[tuple[str, ...]] = ("v",)

    def lookahead(self, theta: Any, state: Any) -> Any:
        return theta - self.momentum * state.v + state.v / (1 + state.t)

    def update(self, g: Any, t: Any, v: Any) -> tuple[Any, ...]:
        v = self.momentum * v + self.lr * g
        return -v, v


@dataclass(frozen=True, eq=False)
class Rising(Rule):
    """A reader's own that does something else in its first steps."""

    lr: Any = 0.01

    state_names: ClassVar[tuple[str, ...]] = ("m",)

    def update(self, g: Any, t: Any, m: Any) -> tuple[Any, ...]:
        m = 0.9 * m + 0.1 * g
        return -self.lr * np.where(t > 5, m, g), m


OURS = [kind(**kind.on_circles) for kind in KINDS]
#: Rules that follow a schedule: of the rate, of another hyperparameter, a function, two at once.
SCHEDULED = [
    scheduled(Adam(lr=0.1), Cosine(T=STEPS, warmup=20)),
    scheduled(NAG(lr=0.05, momentum=0.9), Linear(T=2 * STEPS), name="momentum"),
    scheduled(AdamW(lr=0.1, weight_decay=0.2), lambda t: 1 / np.sqrt(t)),
    scheduled(scheduled(Lion(lr=0.05), WSD(T=STEPS)), lambda t: t / (t + 10), name="beta1"),
]
WRITTEN = [Clipped(), Swapping(), FarAhead(), Rising()]
FORMS = [
    getattr(module, kind.__name__)(lr=0.05)
    for module in (frameworks.torch, frameworks.optax, frameworks.keras)
    for kind in RULES
]
EVERY = [*OURS, *WRITTEN]


def called(rule: Rule) -> str:
    return f"{type(rule).__module__.rpartition('.')[2]}.{type(rule).__name__}"


def gradients(seed: int = 0, steps: int = STEPS, shape: tuple[int, ...] = SHAPE) -> Any:
    """Return gradients of several sizes, one for each step."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(steps, *shape)) * np.geomspace(0.01, 10, shape[-1])


def start(shape: tuple[int, ...] = SHAPE) -> Any:
    return np.random.default_rng(99).normal(size=shape)


def path(rule: Rule, gs: Any, theta: Any, **schedules: Any) -> Iterator[tuple[Any, Any]]:
    """Yield θ and the point at which the next gradient is wanted, after each step.

    A schedule is a list with the value of a hyperparameter in each step.
    """
    state = rule.init(theta)
    for t, g in enumerate(gs):
        now = replace(rule, **{name: values[t] for name, values in schedules.items()})
        theta, state = now.step(theta, g, state)
        yield theta, now.lookahead(theta, state)


def far(one: Any, other: Any) -> float:
    """Return the largest difference, over the larger of θ and 1."""
    one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    return float(np.max(np.abs(one - other) / np.maximum(np.abs(other), 1)))
