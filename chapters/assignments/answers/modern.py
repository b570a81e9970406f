"""Answers to assignment 5, *Decay, schedule, matrix*, and the numbers that go with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial

import numpy as np
from adaptive import SGD, descend, scheduled
from adaptive.course.instructor.keys import Key, Number, Paper, Table, apart
from adaptive.course.modern import BAND, COEFFICIENTS, DOWN, Cliff
from adaptive.schedules import Linear

# --------------------------------------------------------------------------- the box


def box(minimum: tuple[float, float], decay: float) -> Table:
    """Return the keys to where AdamW stops in a bowl of curvature 1."""
    near, far = minimum
    return Table(
        {
            "wall": Number(
                1,
                right=lambda: 1 / far,
                rtol=0.05,
                reminder="Where is the wall for a λ, and from which λ on is it nearer than the "
                "minimum?",
                mistakes=(
                    (lambda: far, "That is where the minimum is: λ is its inverse."),
                    (
                        lambda: 1 / near,
                        "There the other coordinate meets its wall: asked for is θ[1].",
                    ),
                    (
                        lambda: 0.02,
                        "That is where the slider starts: both coordinates arrive there.",
                    ),
                ),
            ),
            "end": Number(
                1,
                right=lambda: 1 / decay,
                rtol=0.01,
                reminder="As long as the gradient keeps its sign, Adam's direction tends to 1 or "
                "-1. Where does λθ outweigh it?",
                mistakes=(
                    (
                        lambda: far,
                        "That is the minimum. It is outside of the box, which ends at 1/λ.",
                    ),
                    (
                        lambda: far / (1 + decay),
                        "There the loss with the penalty ½λθ² is least, and there L2 inside Adam "
                        "ends. AdamW's decay is no penalty: it ends at the wall of its box.",
                    ),
                    (lambda: decay, "That is λ: the box ends at its inverse."),
                    (
                        lambda: near,
                        "That is where θ[0] ends, which is inside the box: asked for is θ[1].",
                    ),
                    (
                        lambda: -1 / decay,
                        "That is the other wall: the minimum is at a positive θ[1].",
                    ),
                ),
            ),
        }
    )


# --------------------------------------------------------------------------- the warm-up


def comes_down(lr: float, start: float, warmup: int) -> bool:
    """Return whether gradient descent with this warm-up does not diverge."""
    rule = scheduled(SGD(lr), Linear(T=DOWN, warmup=warmup))
    return not descend(rule, Cliff(), theta0=[start], steps=DOWN).diverged


@cache
def first_that_comes_down(lr: float, start: float) -> int:
    """Return the shortest warm-up."""
    return next(warmup for warmup in range(1, DOWN) if comes_down(lr, start, warmup))


def of_the_first_step(lr: float, start: float) -> int:
    """Return the warm-up with which the first step is stable: less than twice the limit."""
    return int(np.floor(lr * start**2 / 2)) + 1


def shortest(lr: float, start: float) -> Number:
    """Return the key to the shortest warm-up with which gradient descent comes down the cliff."""
    return Number(
        1,
        right=lambda: float(first_that_comes_down(lr, start)),
        rtol=1e-6,
        reminder="It is a whole number of steps: the first with which the title says where the run "
        "ends.",
        mistakes=(
            (
                lambda: float(of_the_first_step(lr, start)),
                "With so many the first step comes down, as η f₁ θ₀² is less than 2. But it "
                "hardly does, and the second step has twice the rate: move the slider there.",
            ),
            (
                lambda: np.floor(lr * start**2) + 1,
                "That is about twice as long as it takes: steps down θ⁴/4 may cross to the "
                "other side, as long as they end nearer than they began.",
            ),
            (
                lambda: 1.0,
                "With one step of warm-up there is none, and the run diverges.",
            ),
        ),
    )


# --------------------------------------------------------------------------- the band


@dataclass(frozen=True)
class Sizes:
    """The singular values of the matrix that is made orthogonal."""

    values: tuple[float, ...]

    def after(self, name: str) -> float:
        """Return from how many steps on all singular values are in the band."""
        a, b, c = COEFFICIENTS[name]
        s = np.array(self.values) / np.linalg.norm(self.values)
        inside = []
        for _ in range(40):
            inside.append(bool(np.all((s >= BAND[0]) & (s <= BAND[1]))))
            s = a * s + b * s**3 + c * s**5
        return float(40 - np.argmin(inside[::-1]))


def sizes(least: float) -> Sizes:
    """Return eight singular values, the least of which is a share of the norm."""
    s = np.geomspace(1, least, 8)
    return Sizes(tuple(float(f"{x:.4g}") for x in 5 * s))


def in_the_band(made: Sizes) -> Table:
    """Return the keys to how many steps each polynomial needs."""
    both = {"fast": "gentle", "gentle": "fast"}
    return Table(
        {
            name: Number(
                1,
                right=partial(made.after, name),
                rtol=1e-6,
                reminder="It is the first whole number of steps after which the smallest and the "
                "largest in the title are both from 0.68 to 1.14.",
                mistakes=(
                    (
                        partial(made.after, other),
                        f"That is the number of the {other} one.",
                    ),
                    (
                        lambda name=name: made.after(name) - 1,  # type: ignore[misc]
                        "After so many the smallest is still below the band.",
                    ),
                ),
            )
            for name, other in both.items()
        }
    )


# --------------------------------------------------------------------------- the paper


def paper(rng: np.random.Generator | None) -> Paper:
    """Return the numbers that all have, or some drawn for one student, with their answers."""
    minimum, decay, rate, start, made = (1.0, 2.5), 0.8, 0.15, 10.0, sizes(0.02)
    if rng is not None:
        while True:
            far = round(float(rng.uniform(1.8, 3.2)), 2)
            minimum, decay = (1.0, far), round(float(rng.uniform(0.6, 0.9)), 2)
            if apart(box(minimum, decay)):
                break
        while True:
            rate, start = round(float(rng.uniform(0.05, 0.2)), 3), float(rng.integers(7, 15))
            first, limit = of_the_first_step(rate, start), rate * start**2
            # The second step is stable below 1.755; it should decide, and not by a hair.
            if 4 < first < 12 and 1.8 < limit / first < 1.97 and limit / (first + 1) < 1.7:
                break
        while True:
            made = sizes(10 ** float(rng.uniform(-3.3, -1)))
            if apart(in_the_band(made)):
                break
    keys: dict[str, Key] = {
        "box": box(minimum, decay),
        "shortest": shortest(rate, start),
        "steps": in_the_band(made),
    }
    numbers = {"minimum": list(minimum), "sizes": list(made.values)}
    if rng is None:
        return Paper(keys, numbers)
    phrases = {
        "minimum (1, 2.5)": f"minimum (1, {minimum[1]:g})",
        "λ = 0.8": f"λ = {decay:g}",
        "η = 0.15 from θ = 10": f"η = {rate:g} from θ = {start:g}",
        "SGD(0.15)": f"SGD({rate:g})",
        "theta0=[10.0]": f"theta0=[{start}]",
    }
    return Paper(keys, numbers, phrases)
