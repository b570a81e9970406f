"""Answers to assignment 4, *Choose and defend*, and the numbers that go with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from types import SimpleNamespace
from typing import Any

import numpy as np
from adaptive import NAG, SGD, Adagrad, AMSGrad, Nadam, Rule, descend
from adaptive.course.choose import left, looks, share
from adaptive.course.failed import FOLLOWED
from adaptive.course.instructor.keys import Choice, Goal, Key, Number, Paper, Setting, Table, apart
from adaptive.course.network import held_out
from adaptive.course.unseen import Unseen, losses
from adaptive.problems import Ravine

# --------------------------------------------------------------------------- a setting

#: The best of a grid of ten rules and sixteen rates, over many instances; and SGD's best.
BEST: tuple[Rule, ...] = (Adagrad(lr=0.215), AMSGrad(lr=0.01))
PLAINEST = SGD(lr=0.01)


@cache
def references(seeds: tuple[int, ...]) -> tuple[float, float]:
    """Return what the best of the grid leaves, and the best of SGD."""
    return min(left(rule, seeds)[0] for rule in BEST), left(PLAINEST, seeds)[0]


def fresh(rule: Rule, rng: np.random.Generator) -> SimpleNamespace:
    """Run a rule on twelve fresh instances, beside the best of the grid and SGD's best."""
    seeds = tuple(rng.integers(1_000, 1_000_000, size=12).tolist())
    rest, runs = left(rule, seeds)
    best, sgd = references(seeds)
    says = (
        f"On 12 fresh instances yours leaves {rest:.2g} of the loss, {rest / best:.1f} times what "
        f"the best of the grid leaves; SGD at its best leaves {sgd / best:.1f} times as much as "
        f"that. {looks(runs)}"
    )
    return SimpleNamespace(left=rest, best=best, sgd=sgd, says=says)


CHOICE_GOALS = (
    Goal("as good as SGD at its best", 1, lambda m: m.left < 1.1 * m.sgd),
    Goal(
        "within 4 times the best of the grid",
        1,
        lambda m: m.left < 4 * m.best,
    ),
    Goal(
        "within 1.7 times the best of the grid",
        1,
        lambda m: m.left < 1.7 * m.best,
    ),
)

# --------------------------------------------------------------------------- a network

#: The best of the same grid on the network.
NETWORK_BEST: tuple[Rule, ...] = (NAG(lr=0.2), Nadam(lr=0.045))
#: What a run counts for at most.
LOST = 10.0


@cache
def learned(rule: Rule, first: int) -> float:
    """Return the mean loss on what was held out, from eight starts."""
    return float(np.mean(np.minimum(held_out(rule, seeds=8, first=first), LOST)))


def learns(rule: Rule, rng: np.random.Generator) -> SimpleNamespace:
    """Train the network with a rule from eight fresh starts, beside the best of the grid."""
    first = int(rng.integers(1_000, 1_000_000))
    loss, best = learned(rule, first), min(learned(other, first) for other in NETWORK_BEST)
    says = (
        f"From 8 fresh starts yours has a loss of {loss:.2f} on what was held out, "
        f"{loss / best:.2f} times that of the best of the grid. {_beside(rule, loss, first)}"
    )
    return SimpleNamespace(loss=loss, best=best, says=says)


def _beside(rule: Rule, loss: float, first: int) -> str:
    """Return what half and twice of the rate would have done."""
    if loss == LOST:
        return "It diverges: the rate is too large."
    knob = "lr" if "lr" in rule.hyperparameters else "eps"
    value, name = rule.hyperparameters[knob], "rate" if knob == "lr" else "ε"
    half = learned(replace(rule, **{knob: value / 2}), first)
    twice = learned(replace(rule, **{knob: min(2 * value, 1e300)}), first)
    if min(half, twice) > 0.95 * loss:
        return (
            f"Neither half of the {name} nor twice of it is much better ({half:.2f} and "
            f"{twice:.2f}): other rules or memories get further."
        )
    if half <= twice:
        return f"The {name} is too large: half of it leads to {half:.2f}."
    return f"The {name} is too small: twice of it leads to {twice:.2f}."


NETWORK_GOALS = (
    Goal("within 1.5 times the best of the grid", 1, lambda m: m.loss < 1.5 * m.best),
    Goal("within 1.15 times the best of the grid", 1, lambda m: m.loss < 1.15 * m.best),
)

# --------------------------------------------------------------------------- a cure


def follows(rule: Rule, rng: np.random.Generator) -> SimpleNamespace:
    """Run a rule after the target of run B, with fresh noise."""
    away = share(rule, rng)
    says = (
        f"Its mean squared distance to the target is {away:.2f} of that of standing still, and "
        "run B had about 1. At most 0.5 is asked for. "
    )
    if not away < 1e3:
        says = "It diverges: the rate is too large."
    elif away > 1.1:
        says += (
            "Worse than standing still: it swings far past the target, or arrives when the target "
            "has gone. Is there less memory to be had?"
        )
    else:
        says += (
            "It follows too slowly. How long is the step after a jump, and is it still as long "
            "after the tenth?"
        )
    return SimpleNamespace(share=away, says=says)


CURE_GOALS = (Goal("it follows the target", 1, lambda m: m.share <= 0.5),)

# --------------------------------------------------------------------------- one sweep to read

#: The marked settings of the figure, learning rate and momentum, the one to hand in first, and
#: what to say to whoever takes another.
MARKED: dict[tuple[float, float], str] = {
    (0.00681, 0.4): "",
    (
        0.0464,
        0.0,
    ): "It has the lowest loss of all in this one run, and two fields on runs "
    "diverge. The edge lies elsewhere in other instances: of a hundred fresh ones, "
    "about a quarter end worse than they began.",
    (
        0.000215,
        0.24,
    ): "It is safe, but slow: much of the loss is left, and rates many times as "
    "large are still far from the edge.",
    (
        0.0681,
        0.24,
    ): "The next field diverges, and the edge lies elsewhere in other instances: of "
    "a hundred fresh ones, more than half end worse than they began.",
}
#: Those settings in the order of their letters, as all have them.
ORDER = ((0.0464, 0.0), (0.00681, 0.4), (0.000215, 0.24), (0.0681, 0.24))


def to_hand_in(marked: Mapping[str, tuple[float, float]]) -> Choice:
    """Return the key to the setting of the figure that is to be handed in."""
    says = {letter: MARKED[setting] for letter, setting in marked.items()}
    (right,) = (letter for letter, text in says.items() if not text)
    return Choice(1, right, {letter: text for letter, text in says.items() if text})


# --------------------------------------------------------------------------- runs that failed


@dataclass(frozen=True, eq=False)
class Run:
    """A run that failed: its learning rate, its parameters and its gradients."""

    lr: float
    theta: Any
    gradient: Any

    @property
    def steps(self) -> Any:
        """What each step added to the parameters."""
        return np.diff(self.theta, axis=0)

    def rounded(self) -> dict[str, Any]:
        """Return the run as JSON has it, to eight digits."""
        arrays = {"theta": self.theta, "gradient": self.gradient}
        digits = {
            name: [[float(f"{x:.8g}") for x in row] for row in rows]
            for name, rows in arrays.items()
        }
        return {"lr": self.lr, **digits}


def above_the_limit(lr: float, angle: float) -> Run:
    """Return run A: gradient descent in a ravine, with a rate that is too large."""
    path = descend(SGD(lr), Ravine(20, angle=angle), steps=40)
    return Run(lr, path.theta, path.gradient)


def used_up(lr: float, seed: int) -> Run:
    """Return run B: Adagrad after a target that moves."""
    path = descend(Adagrad(lr), FOLLOWED, steps=400, rng=seed)
    return Run(lr, path.theta, path.gradient)


def not_corrected(lr: float, start: tuple[float, float]) -> Run:
    """Return run C: Adam without its bias correction, resumed near the minimum."""
    theta, bowl = np.array(start), Ravine(20)
    m = v = np.zeros(2)
    thetas, gradients = [theta], []
    for _ in range(100):
        g = bowl.grad(theta)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta = theta - lr * m / (np.sqrt(v) + 1e-8)
        thetas.append(theta)
        gradients.append(g)
    return Run(lr, np.array(thetas), np.array(gradients))


def growth(run: Run) -> float:
    """Return by which factor the gradient grows at last."""
    size = np.linalg.norm(run.gradient, axis=1)
    return float(size[-1] / size[-2])


def exponent(values: Any) -> float:
    """Return the slope of a straight line through the logarithms, from step 10 on."""
    return _line(values)[0]


def _line(values: Any) -> tuple[float, float]:
    """Return that slope, and the height of the line where log t is 0."""
    slope, height = np.polyfit(np.log(np.arange(10, 401)), np.log(values[9:]), 1)
    return float(slope), float(height)


def decay(run: Run) -> float:
    """Return the exponent with which a coordinate's rate falls."""
    return exponent(_rate(run))


def _rate(run: Run) -> Any:
    return np.abs(run.steps[:, 0] / run.gradient[:, 0])


def _decay_per_step(run: Run) -> float:
    return float(np.polyfit(np.arange(10, 401), np.log(_rate(run)[9:]), 1)[0])


def first_step(run: Run) -> float:
    """Return the length of the first step in one coordinate, in units of the rate."""
    return float(np.abs(run.steps[0, 0]) / run.lr)


CAUSE_A = Choice(
    1,
    "rate above the limit",
    {
        "rates used up": "Rates that shrink make a run stop, and this one runs away.",
        "no bias correction": "That does harm in the first steps only, and is made good "
        "later. Here each step is worse than the one before, to the end.",
        "epsilon too large": "A large ε makes steps smaller. These grow.",
        "momentum too high": "A velocity makes slow swings of many steps, and with "
        "constant curvature they die out as long as the rate is below its limit. Here the "
        "sign changes at every step.",
        "rare gradients forgotten": "Then there would be a few large gradients among many "
        "small ones. These grow steadily.",
    },
)

CAUSE_B = Choice(
    1,
    "rates used up",
    {
        "rate above the limit": "Then the parameters would swing wider and wider. These "
        "move less and less.",
        "no bias correction": "That makes the first steps too long; here the last ones are "
        "too short.",
        "epsilon too large": "Then a step would be the same multiple of the gradient all "
        "the time. Divide the steps by the gradients, early and late.",
        "momentum too high": "A velocity overshoots when the target jumps. Here nothing "
        "overshoots: the parameters hardly leave their place.",
        "rare gradients forgotten": "All gradients here are of about the same size: none "
        "is rare. Look at how far a gradient moves the parameters, early and late.",
    },
)

CAUSE_C = Choice(
    1,
    "no bias correction",
    {
        "rate above the limit": "Then it would grow to the end. This run turns round and "
        "comes back, with the same rate.",
        "rates used up": "Rates that shrink do no harm at the start. Here the harm is done "
        "in the first steps.",
        "epsilon too large": "Then the first step would be small, and larger in the "
        "coordinate with the larger gradient. Compare its two coordinates.",
        "momentum too high": "A velocity needs some steps to build up. Here the very first "
        "step is too long.",
        "rare gradients forgotten": "No gradient is rare here. Look at the first step: how "
        "long is it in each coordinate, compared with η?",
    },
)


def run_a(run: Run) -> Table:
    """Return the keys to run A."""
    number = Number(
        1,
        right=partial(growth, run),
        rtol=0.01,
        reminder="Divide the size of a late gradient by the size of the one before it.",
        mistakes=(
            (
                lambda: -growth(run),
                "The sign is right for a coordinate, which crosses the valley at each step. "
                "Asked is by what the size grows.",
            ),
            (
                lambda: growth(run) ** 2,
                "That is how the loss grows, which is a square.",
            ),
            (
                lambda: 1 / growth(run),
                "That is the inverse: the later over the earlier.",
            ),
            (
                lambda: growth(run) ** 40,
                "That is how much it grows over the whole run: asked is the factor per step.",
            ),
            (
                lambda: growth(run) - 1,
                "That is how much is added: a factor of 1 would mean no growth.",
            ),
        ),
    )
    return Table({"cause": CAUSE_A, "growth": number})


def run_b(run: Run) -> Table:
    """Return the keys to run B."""
    number = Number(
        1,
        right=partial(decay, run),
        rtol=0.15,
        reminder="Fit a straight line to log(|step| / |gradient|) against log t, from step 10 on.",
        mistakes=(
            (
                lambda: -decay(run),
                "It has the wrong sign: the rate falls, does it not?",
            ),
            (
                lambda: -1.0,
                "That would be a rate of η / t. Is the square root missing, or is the gradient "
                "divided by twice?",
            ),
            (
                lambda: 2 * decay(run),
                "That is the exponent of the square: fit the rate itself.",
            ),
            (
                lambda: exponent(np.abs(run.gradient[:, 0])),
                "That is the exponent of the gradient: the rate is step over gradient.",
            ),
            (
                lambda: 1 / decay(run),
                "That is the inverse: log t belongs on the horizontal axis.",
            ),
            (
                lambda: _line(_rate(run))[1],
                "That is where the line meets log t = 0: of what np.polyfit returns, the slope "
                "comes first.",
            ),
            (
                lambda: _decay_per_step(run),
                "That is the slope against t itself: take its logarithm too.",
            ),
        ),
    )
    return Table({"cause": CAUSE_B, "exponent": number})


def run_c(run: Run) -> Table:
    """Return the keys to run C."""
    number = Number(
        1,
        right=partial(first_step, run),
        rtol=0.01,
        reminder="Divide the size of the first step in one coordinate by η.",
        mistakes=(
            (
                lambda: 1.0,
                "That is what it should be. What was it in this run?",
            ),
            (
                lambda: first_step(run) * np.sqrt(2),
                "That is the length over both coordinates: take one of them.",
            ),
            (
                lambda: 1 / first_step(run),
                "That is the inverse: the step over η.",
            ),
            (
                lambda: float(np.abs(run.steps[1, 0]) / run.lr),
                "That is the second step: the first is C.steps[0].",
            ),
            (lambda: -first_step(run), "The size of the step has no sign."),
            (
                lambda: first_step(run) * run.lr,
                "That is the step itself: divide it by η.",
            ),
            (
                lambda: first_step(run) ** 2,
                "That is the square: divide the step itself by η.",
            ),
        ),
    )
    return Table({"cause": CAUSE_C, "first step": number})


# --------------------------------------------------------------------------- two measurements


@cache
def ends(rule: Rule, first: int) -> Any:
    """Return the losses of twenty runs."""
    return losses(rule, Unseen(1), seeds=20, first=first)


#: The two settings that are compared.
PLAIN, OWN_RATES = SGD(lr=0.011), Adagrad(lr=0.2)


def measured(first: int) -> Table:
    """Return the keys to what is measured in twenty runs, from one seed on."""
    plain, own_rates = (
        partial(ends, PLAIN, first),
        partial(ends, OWN_RATES, first),
    )

    def gain() -> float:
        return float(np.median(plain()) / np.median(own_rates()))

    def spread() -> float:
        return float(np.max(own_rates()) / np.min(own_rates()))

    return Table(
        {
            "gain": Number(
                1,
                right=gain,
                rtol=0.01,
                reminder="Take the median of each over seeds 0 to 19 of choose.Unseen(1), with "
                "choose.losses(rule, problem, seeds=20).",
                mistakes=(
                    (
                        lambda: 1 / gain(),
                        "That is the inverse: SGD's loss over Adagrad's.",
                    ),
                    (
                        lambda: float(np.mean(plain()) / np.mean(own_rates())),
                        "That is the ratio of the means: take medians.",
                    ),
                    (
                        lambda: float(np.median(plain()[:5]) / np.median(own_rates()[:5])),
                        "That is with five seeds: say seeds=20.",
                    ),
                    (
                        lambda: float(plain()[0] / own_rates()[0]),
                        "That is one run of each: take the median of twenty.",
                    ),
                    (
                        lambda: float(np.median(plain() / own_rates())),
                        "That is the median of the ratios: divide the median of one by that of the "
                        "other.",
                    ),
                ),
            ),
            "spread": Number(
                1,
                right=spread,
                rtol=0.01,
                reminder="It is the largest of Adagrad's twenty losses divided by the smallest.",
                mistakes=(
                    (
                        lambda: 1 / spread(),
                        "That is the inverse: the largest over the smallest.",
                    ),
                    (
                        lambda: float(np.ptp(own_rates())),
                        "That is the difference: divide instead.",
                    ),
                    (
                        lambda: float(np.max(plain()) / np.min(plain())),
                        "That is SGD's spread: Adagrad's is asked for.",
                    ),
                    (
                        lambda: float(np.std(own_rates())),
                        "That is the standard deviation: divide the largest loss by the smallest.",
                    ),
                    (
                        lambda: float(np.max(own_rates()[:5]) / np.min(own_rates()[:5])),
                        "That is with five seeds: say seeds=20.",
                    ),
                ),
            ),
        }
    )


SGD_RATE = Number(
    1,
    right=lambda: 0.012,
    rtol=0.6,
    reminder="Move the slider until the best of the five rates is at no end of the grid, "
    "with losses that rise on both sides of it.",
    mistakes=(
        (
            lambda: 3.0,
            "That is where the slider starts. All runs diverge there.",
        ),
        (
            lambda: 0.045,
            "That is at the edge: a little more, and runs diverge. The best is further down.",
        ),
        (
            lambda: 0.0025,
            "There the loss is still falling when the steps run out: larger rates leave less.",
        ),
    ),
)

# --------------------------------------------------------------------------- the paper


def paper(rng: np.random.Generator | None) -> Paper:
    """Return the numbers that all have, or some drawn for one student, with their answers."""
    first, seeds = 0, (2819, 6011, 4523)
    order: tuple[tuple[float, float], ...] = ORDER
    runs = {"A": above_the_limit(0.108, 30), "B": used_up(0.1, 3)}
    runs["C"] = not_corrected(0.02, (0.01, 0.004))
    if rng is not None:
        firsts = rng.integers(20, 100_000, size=1000).tolist()
        first = next(first for first in firsts if apart(measured(first)))
        order = tuple(ORDER[k] for k in rng.permutation(4))
        runs["A"] = above_the_limit(round(rng.uniform(0.103, 0.112), 4), rng.uniform(15, 75))
        runs["B"] = used_up(round(rng.uniform(0.07, 0.12), 3), int(rng.integers(1, 100_000)))
        runs["C"] = not_corrected(round(rng.uniform(0.015, 0.03), 4), (0.01, 0.004))
    marked = dict(zip("ABCD", order, strict=True))
    keys: dict[str, Key] = {
        "sgd-rate": SGD_RATE,
        "measured": measured(first),
        "one-sweep": to_hand_in(marked),
        "choice": Setting(CHOICE_GOALS, fresh, seeds[0]),
        "network": Setting(NETWORK_GOALS, learns, seeds[2]),
        "run-a": run_a(runs["A"]),
        "run-b": run_b(runs["B"]),
        "run-c": run_c(runs["C"]),
        "cure": Setting(CURE_GOALS, follows, seeds[1]),
    }
    records = {name: run.rounded() for name, run in runs.items()}
    numbers = {
        "marked": {name: list(at) for name, at in marked.items()},
        "records": records,
    }
    if rng is None:
        return Paper(keys, numbers)
    phrases = {
        "`choose.losses(rule, problem, seeds=20)` returns the losses of twenty runs, with the "
        "seeds 0 to 19.": f"`choose.losses(rule, problem, seeds=20, first={first})` returns the "
        f"losses of twenty runs, with the seeds {first} to {first + 19}.",
    }
    return Paper(keys, numbers, phrases)
