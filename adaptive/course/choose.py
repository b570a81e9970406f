"""Assignment 4, *Choose and defend*: tune on a budget, choose a rule, diagnose failed runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from adaptive import SGD, Adagrad, AMSGrad, Momentum, Rule, Sweep, _checks, descend, plotting, sweep
from adaptive.course.assignment import Assignment
from adaptive.course.calling import Mishap, call, quietly
from adaptive.course.questions import Choice, Mark, Number, Prediction, Table
from adaptive.course.tuner import SEARCH
from adaptive.problems import MovingTarget, Problem, Ravine
from adaptive.race import following

Array = npt.NDArray[np.float64]

# --------------------------------------------------------------------------- the problem

#: Steps of every run on the unseen problem.
STEPS = 300
#: Gradient evaluations for the choice: thirty settings, each run with five seeds.
BUDGET = 30 * 5 * STEPS


class Unseen(Problem):
    """The problem of the assignment: another instance for each seed.

    The loss is measured in units of the loss at the start, and is 0 at best.
    Gradients come from small batches, and are noisy.

    Parameters
    ----------
    seed : int or sequence of int, default 1
        Which instance. Several are run side by side, each with a generator of
        its own: ``sweep(rule, Unseen([1, 2]), rng=[1, 2], keep="loss")``.

    Examples
    --------
    >>> from adaptive.course.choose import Unseen
    >>> problem = Unseen(1)
    >>> problem.start.shape, round(float(problem.loss(problem.start)), 6)
    ((16,), 1.0)
    """

    stochastic = True

    def __init__(self, seed: int | Sequence[int] = 1):
        seeds = [seed] if isinstance(seed, int | np.integer) else list(seed)
        made = [_instance(_checks.count("seed", one)) for one in seeds]
        parts = [np.array(part) for part in zip(*made, strict=True)]
        if isinstance(seed, int | np.integer):
            parts = [part[0] for part in parts]
        self._scale, self._seen, self._best = parts
        weight = self._seen * self._scale
        self._weight = weight / np.sum(weight * self._best**2, axis=-1, keepdims=True)
        self.name = "unseen problem"
        self.start = np.zeros(self._scale.shape[-1])

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the expected loss at ``theta``, shape (..., 16)."""
        return np.sum(self._weight * (np.asarray(theta) - self._best) ** 2, axis=-1)

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        """Return the gradient at ``theta`` on a batch, or the expected one."""
        away = np.asarray(theta) - self._best
        if batch is None:
            return self._seen * self._scale * away
        return (batch[..., 0] < self._seen) * self._scale * (away + 0.3 * batch[..., 1])

    def draw(self, t: int, rng: np.random.Generator) -> Array:
        """Return the batch of step ``t``."""
        d = len(self.start)
        return np.stack([rng.random(d), rng.normal(size=d)], axis=-1)


def _instance(seed: int) -> tuple[Array, Array, Array]:
    rng, d = np.random.default_rng([seed, 77]), 16
    scale = rng.permutation(np.geomspace(1, 1000, d)) / np.sqrt(1000) * 2 ** rng.uniform(-1, 1)
    seen = rng.permutation(np.geomspace(0.05, 1, d))
    return scale, seen, rng.choice([-1, 1], d) * rng.uniform(0.5, 1.5, d)


class OutOfBudget(RuntimeError):
    """The gradient evaluations are used up."""

    def _render_traceback_(self) -> list[str]:
        """Show the sentence alone in a notebook."""
        return [str(self)]


class Budgeted(Problem):
    """A problem that counts how often its gradient is evaluated, and stops at a budget.

    Runs that are made side by side count one by one.

    Parameters
    ----------
    problem : Problem
        The problem.
    budget : int
        How many gradient evaluations there are.

    Attributes
    ----------
    spent, left : int
        Gradient evaluations made, and those that are left.

    Examples
    --------
    >>> from adaptive import SGD, descend
    >>> from adaptive.course.choose import Budgeted
    >>> from adaptive.problems import Ravine
    >>> problem = Budgeted(Ravine(), 100)
    >>> run = descend(SGD(0.05), problem, steps=70)
    >>> problem.spent, problem.left
    (70, 30)
    """

    def __init__(self, problem: Problem, budget: int):
        if not isinstance(problem, Problem):
            raise TypeError(f"problem must be a Problem object, got {_checks.shown(problem)}")
        self.problem, self.budget = problem, _checks.count("budget", budget, 1)
        self.spent = 0
        self.name, self.start = f"{problem.name}, on a budget", problem.start
        self.minimum, self.bounds = problem.minimum, problem.bounds
        self.stochastic = problem.stochastic  # type: ignore[misc]  # as the problem is

    @property
    def left(self) -> int:
        """Gradient evaluations that are left."""
        return self.budget - self.spent

    def loss(self, theta: npt.ArrayLike) -> Any:
        """Return the loss at ``theta``, which costs nothing."""
        return self.problem.loss(theta)

    def grad(self, theta: npt.ArrayLike, batch: Any = None) -> Any:
        """Return the gradient at ``theta``, and count it; or raise `OutOfBudget`."""
        runs = int(np.prod(np.shape(theta)[:-1]))
        if runs > self.left:
            raise OutOfBudget(
                f"The budget is used up: {self.spent} of {self.budget} gradient evaluations are "
                "spent, and the runs in progress need more. Decide with what you know by now, or "
                "make a new Budgeted problem and say so when you defend your choice."
            )
        self.spent += runs
        return self.problem.grad(theta, batch)

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        """Return the batch of step ``t``."""
        return self.problem.draw(t, rng)

    def project(self, theta: Any) -> Any:
        """Return the feasible point nearest to ``theta``."""
        return self.problem.project(theta)

    def __repr__(self) -> str:
        return f"<{self.name}: {self.spent} of {self.budget} gradient evaluations spent>"


def losses(rule: Rule, problem: Problem, seeds: int = 5, first: int = 0) -> Array:
    """Return the loss after `STEPS` steps, for several seeds of the noise.

    Parameters
    ----------
    rule : Rule
        The rule with its settings.
    problem : Problem
        A stochastic problem. On a `Budgeted` one this costs ``seeds * STEPS``.
    seeds : int, default 5
        How many runs.
    first : int, default 0
        The first seed: others are fresh runs.

    Returns
    -------
    ndarray, shape (seeds,)
        The losses; inf for a run that diverged.
    """
    runs = sweep(
        rule, problem, STEPS, rng=list(range(first, first + _checks.count("seeds", seeds)))
    )
    return np.where(runs.diverged, np.inf, runs.loss[-1])


def runner(kind: Callable[..., Rule], problem: Problem, seeds: int = 5) -> Callable[[float], float]:
    """Return a function of the learning rate: the median loss of a few runs, as a tuner calls it.

    Parameters
    ----------
    kind : type
        The class of the rule, such as ``Adam``; its other settings keep their defaults.
    problem : Problem
        The problem.
    seeds : int, default 5
        How many runs the median is of.

    Returns
    -------
    callable
        ``run(lr)``.
    """

    def run(lr: float) -> float:
        return float(np.median(losses(kind(lr=lr), problem, seeds)))

    return run


def tuning(search: Callable[..., Any], kind: type[Rule], middle: float) -> Axes:
    """Draw what your tuner finds on five rates around a middle, each twice the one before.

    Parameters
    ----------
    search : callable
        Your tuner.
    kind : type
        The class of the rule.
    middle : float
        The middle rate.

    Returns
    -------
    Axes
        The axes.
    """
    rates = middle * 2.0 ** np.arange(-2, 3)
    run, made = runner(kind, Unseen(1)), {}

    def noted(lr: float) -> float:
        made[float(lr)] = run(lr)
        return made[float(lr)]

    try:
        found = call(search, {"run": noted, "rates": rates.copy(), "budget": 5})
    except Mishap as mishap:
        if not made or np.isfinite(list(made.values())).any():
            raise Mishap(f"search {mishap}.") from None
        found = None
    ax = plt.figure(figsize=(5.4, 3)).add_subplot()
    tried, ends = np.array(list(made)), np.array(list(made.values()))
    fine = np.isfinite(ends) & (ends < 1e3)
    look = plotting.line(kind)
    ax.plot(tried[fine], ends[fine], "o", color=look["color"])
    ax.plot(tried[~fine], np.full(np.sum(~fine), 300.0), "x", color=plotting.INK)
    for lr in tried[~fine]:
        ax.annotate("diverged", (lr, 300), (0, -9), textcoords="offset points", rotation=90,
                    ha="center", va="top", fontsize=8)  # fmt: skip
    ax.axhline(1, ls=":", lw=1, color=plotting.QUIET)
    ax.text(1.1e-4, 1.1, "where the run began", fontsize=8, va="bottom")
    ax.set(xscale="log", yscale="log", xlim=(1e-4, 15), ylim=(0.005, 500),
           xlabel="learning rate η", ylabel=f"loss after {STEPS} steps")  # fmt: skip
    if found is None or not fine.any():
        ax.set_title("All five rates diverge: there is nothing to choose from.")
        return ax
    found = float(np.ravel(found)[0])
    ax.axvline(found, lw=1, color=look["color"])
    at_end = np.isclose(found, tried[fine].min()) or np.isclose(found, rates.max())
    where = "an end of what ran: look further" if at_end else "inside the grid"
    ax.set_title(f"Your tuner returns {found:.3g}, {where}.")
    return ax


def glimpse(seed: int = 1, steps: int = 100) -> Axes:
    """Draw what the first gradients of the unseen problem tell about its coordinates.

    Parameters
    ----------
    seed : int, default 1
        Which instance.
    steps : int, default 100
        How many gradients to look at, all at the start.

    Returns
    -------
    Axes
        The axes.
    """
    problem, rng = Unseen(seed), np.random.default_rng(0)
    seen = np.array([problem.grad(problem.start, problem.draw(t, rng)) for t in range(steps)])
    share = np.mean(seen != 0, axis=0)
    size = [np.sqrt(np.mean(g[g != 0] ** 2)) if g.any() else np.nan for g in seen.T]
    ax = plt.figure(figsize=(5, 3)).add_subplot()
    ax.plot(share, size, "o", color=plotting.CONCEPTS["gradient"])
    ax.set(xlabel="share of steps in which the gradient is not 0",
           ylabel="its size then (rms)", yscale="log", xlim=(0, 1.04))  # fmt: skip
    return ax


# --------------------------------------------------------------------------- handing in a setting


@dataclass(frozen=True)
class Goal:
    """Something that a setting should reach.

    Attributes
    ----------
    name : str
        What it is.
    points : float
        What it is worth.
    reached : callable
        Whether the measured numbers reach it.
    """

    name: str
    points: float
    reached: Callable[[SimpleNamespace], bool]


@dataclass(frozen=True)
class Setting:
    """A rule with its settings to hand in: it is run afresh, and gets what it reaches.

    Parameters
    ----------
    goals : tuple of Goal
        What there is to reach, the easiest first.
    trial : callable
        Runs a rule on problems drawn from a generator, and returns numbers for the goals, with
        ``says``: what the runs looked like.
    """

    goals: tuple[Goal, ...]
    trial: Callable[[Rule, np.random.Generator], SimpleNamespace]

    @property
    def points(self) -> float:
        """The points of all goals."""
        return sum(goal.points for goal in self.goals)

    def marks(self, answer: Any, rng: np.random.Generator) -> list[Mark]:
        """Run the rule, and mark each goal."""
        measured = self._measured(answer, rng)
        marks, says = [], measured.says
        for goal in self.goals:
            if goal.reached(measured):
                marks.append(Mark(goal.name, goal.points, goal.points))
            else:
                marks.append(Mark(goal.name, 0, goal.points, says or "Not reached either."))
                says = ""
        return marks

    def _measured(self, answer: Any, rng: np.random.Generator) -> SimpleNamespace:
        if isinstance(answer, type) and issubclass(answer, Rule):
            raise Mishap(
                f"is a class: call it, with its settings, such as {answer.__name__}(lr=...)"
            )
        if not isinstance(answer, Rule):
            raise Mishap(
                "must be a rule with its settings, such as SGD(lr=0.01), and is "
                f"{_checks.shown(answer)}"
            )
        several = [name for name, value in answer.hyperparameters.items() if np.ndim(value)]
        if several:
            raise Mishap(
                f"must have one number for each setting, and {several[0]} is an array. (One rate "
                "for each coordinate would not help: they are others in every instance)"
            )
        try:
            with quietly():
                return self.trial(answer, rng)
        # A rule may be the student's own, and do anything.
        except BaseException as error:
            raise Mishap(f"cannot be run: {type(error).__name__}: {error}") from None


def _looks(runs: Sweep) -> str:
    """Return in words what runs on the unseen problem looked like that kept their path."""
    n = runs.loss.shape[-1]
    lost = int(np.sum(~(runs.loss[-1] < 1)))
    if lost:
        return (
            f"{lost} of {n} runs end worse than they began or diverge: the rate is too large, for "
            "some instances at least."
        )
    late = 2 * len(runs.loss) // 3
    middle = runs.theta[late:].mean(axis=0)
    # The loss of the last third is that of its middle, and what comes of going to and fro.
    swings = 1 - runs.problem.loss(middle) / runs.loss[late:].mean(axis=0)
    if np.median(swings) > 0.4:
        return (
            "No run diverges. In the last third the parameters go to and fro, and most of the "
            "loss comes of that: oscillating. Would a smaller rate settle lower?"
        )
    if np.median(runs.loss[-1] / runs.loss[late]) < 0.9:
        return (
            "No run diverges, and the loss still falls when the steps run out: too slow, in some "
            "coordinates at least. Would a larger rate do, or do other coordinates not allow it?"
        )
    return (
        "No run diverges. In the last third the loss hardly falls any more, and the parameters "
        "hardly move: stalled. Would a larger rate, or a rule that keeps its rates, get on?"
    )


#: The best of a grid of ten rules and sixteen rates, over many instances; and SGD's best.
_BEST: tuple[Rule, ...] = (Adagrad(lr=0.215), AMSGrad(lr=0.01))
_SGD = SGD(lr=0.01)


def _left(rule: Rule, seeds: Sequence[int]) -> tuple[float, Sweep]:
    """Return what is left of the loss on some instances, in the geometric mean, and the runs."""
    runs = sweep(rule, Unseen(seeds), STEPS, rng=list(seeds), keep="path")
    # A run that diverges counts as ten times the loss at the start.
    left = np.where(runs.loss[-1] < 10, runs.loss[-1], 10)
    return float(np.exp(np.mean(np.log(left)))), runs


@cache
def _references(seeds: tuple[int, ...]) -> tuple[float, float]:
    """Return what the best of the grid leaves, and the best of SGD."""
    return min(_left(rule, seeds)[0] for rule in _BEST), _left(_SGD, seeds)[0]


def _fresh(rule: Rule, rng: np.random.Generator) -> SimpleNamespace:
    """Run a rule on twelve fresh instances, beside the best of the grid and SGD's best."""
    seeds = tuple(rng.integers(1_000, 1_000_000, size=12).tolist())
    left, runs = _left(rule, seeds)
    best, sgd = _references(seeds)
    says = (
        f"On 12 fresh instances yours leaves {left:.2g} of the loss, {left / best:.1f} times what "
        f"the best of the grid leaves; SGD at its best leaves {sgd / best:.1f} times as much as "
        f"that. {_looks(runs)}"
    )
    return SimpleNamespace(left=left, best=best, sgd=sgd, says=says)


CHOICE = Setting(
    goals=(
        Goal("as good as SGD at its best", 1, lambda m: m.left < 1.1 * m.sgd),
        Goal("within 4 times the best of the grid", 2, lambda m: m.left < 4 * m.best),
        Goal("within 1.7 times the best of the grid", 2, lambda m: m.left < 1.7 * m.best),
    ),
    trial=_fresh,
)

# --------------------------------------------------------------------------- one sweep to read

#: The marked settings of the figure: learning rate and momentum.
MARKED: dict[str, tuple[float, float]] = {
    "A": (0.0464, 0.0),
    "B": (0.00681, 0.4),
    "C": (0.000215, 0.24),
    "D": (0.0681, 0.24),
}


def one_sweep() -> Axes:
    """Draw Momentum's losses on one instance with one seed, with four settings marked.

    Returns
    -------
    Axes
        The axes.
    """
    rates = np.geomspace(1e-4, 1, 25)
    runs = sweep(Momentum(), Unseen(2), STEPS, rng=1, lr=rates, momentum=np.linspace(0, 0.96, 13))
    left = np.where(runs.loss[-1] < 10, runs.loss[-1], np.nan)
    ax = plotting.landscape(
        runs,
        np.log10(left),
        plt.figure(figsize=(6, 3.4)).gca(),
        label="log₁₀ of the loss at the end",
    )
    for name, (lr, momentum) in MARKED.items():
        ax.plot(lr, momentum, "o", ms=13, mfc="white", mec=plotting.INK)
        ax.text(lr, momentum, name, ha="center", va="center", color=plotting.INK, fontsize=9)
    return ax


def marked_losses() -> dict[str, float]:
    """Return the loss at the end of each marked run of `one_sweep`."""
    return {
        name: round(float(descend(Momentum(*at), Unseen(2), steps=STEPS, rng=1).loss[-1]), 3)
        for name, at in MARKED.items()
    }


# --------------------------------------------------------------------------- three recorded runs


@dataclass(frozen=True, eq=False)
class Record:
    """What is left of a run: its learning rate and the arrays that it wrote.

    Attributes
    ----------
    lr : float
        The learning rate η that it was given.
    theta : ndarray, shape (steps + 1, d)
        The parameters, with the start first.
    gradient : ndarray, shape (steps, d)
        The gradient that each step was given.
    """

    lr: float
    theta: npt.NDArray[np.floating] = field(repr=False)
    gradient: npt.NDArray[np.floating] = field(repr=False)

    @property
    def steps(self) -> Array:
        """What each step added to the parameters, shape (steps, d)."""
        return np.diff(self.theta, axis=0)


_FOLLOWED = MovingTarget(targets=[[1.0, -1.0], [-1.0, 1.0]], every=25, noise=0.3)


@cache
def records() -> dict[str, Record]:
    """Return three runs that failed, by their names A, B and C."""
    a = descend(SGD(0.108), Ravine(20, angle=30), steps=40)
    b = descend(Adagrad(0.1), _FOLLOWED, steps=400, rng=3)
    made = {"A": Record(0.108, a.theta, a.gradient), "B": Record(0.1, b.theta, b.gradient)}
    theta, lr, bowl = np.array([0.01, 0.004]), 0.02, Ravine(20)
    m = v = np.zeros(2)
    thetas, gradients = [theta], []
    for _ in range(100):
        g = bowl.grad(theta)
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        theta = theta - lr * m / (np.sqrt(v) + 1e-8)
        thetas.append(theta)
        gradients.append(g)
    return made | {"C": Record(lr, np.array(thetas), np.array(gradients))}


def show_records() -> npt.NDArray[Any]:
    """Draw the three recorded runs: the parameters above, the size of the gradient below.

    The dotted line is where the target of run B stands along θ[0].

    Returns
    -------
    ndarray of Axes, shape (2, 3)
        The axes.
    """
    _, axes = plt.subplots(2, 3, figsize=(7, 4), sharex="col")
    dark, light = plotting.shades(2)
    for (name, run), (top, below) in zip(records().items(), axes.T, strict=True):
        top.plot(run.theta[:, 0], color=dark, lw=1.2, label="$θ[0]$")
        top.plot(run.theta[:, 1], color=light, lw=1.2, ls="--", label="$θ[1]$")
        top.set_title(f"run {name} (η = {run.lr:g})")
        size = np.linalg.norm(run.gradient, axis=1)
        below.semilogy(size, color=plotting.CONCEPTS["gradient"], lw=1.2)
        below.set_xlabel("step")
        if name == "B":
            where = _FOLLOWED.target(np.arange(1, len(run.theta)))
            top.step(np.arange(len(where)), where[:, 0], color=plotting.QUIET, lw=0.8, ls=":")
            below.set_ylim(0.1, 10)
    axes[0, 0].set_ylabel("parameters")
    axes[1, 0].set_ylabel("size of the gradient")
    axes[0, 0].legend(fontsize="small")
    return np.asarray(axes)


def _cause(right: str, wrong: Mapping[str, str]) -> Choice:
    return Choice(1, right, wrong)


def _growth() -> float:
    size = np.linalg.norm(records()["A"].gradient, axis=1)
    return float(size[-1] / size[-2])


def _exponent(values: Any, first: int = 10) -> float:
    """Return the slope of a straight line through the logarithms."""
    t = np.arange(1, len(values) + 1)[first - 1 :]
    return float(np.polyfit(np.log(t), np.log(values[first - 1 :]), 1)[0])


@cache
def _decay() -> float:
    run = records()["B"]
    return _exponent(np.abs(run.steps[:, 0] / run.gradient[:, 0]))


def _exponent_per_step() -> float:
    run = records()["B"]
    rate = np.abs(run.steps[:, 0] / run.gradient[:, 0])
    return float(np.polyfit(np.arange(10, 401), np.log(rate[9:]), 1)[0])


def _first_step() -> float:
    run = records()["C"]
    return float(np.abs(run.steps[0, 0]) / run.lr)


RUN_A = Table(
    {
        "cause": _cause(
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
        ),
        "growth": Number(
            1,
            right=_growth,
            rtol=0.01,
            reminder="Divide the size of a late gradient by the size of the one before it.",
            mistakes=(
                (
                    lambda: -_growth(),
                    "The sign is right for a coordinate, which crosses the valley at each step. "
                    "Asked is by what the size grows.",
                ),
                (lambda: _growth() ** 2, "That is how the loss grows, which is a square."),
                (lambda: 1 / _growth(), "That is the inverse: the later over the earlier."),
                (
                    lambda: _growth() ** 40,
                    "That is how much it grows over the whole run: asked is the factor per step.",
                ),
                (
                    lambda: _growth() - 1,
                    "That is how much is added: a factor of 1 would mean no growth.",
                ),
            ),
        ),
    }
)


RUN_B = Table(
    {
        "cause": _cause(
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
        ),
        "exponent": Number(
            1,
            right=_decay,
            rtol=0.15,
            reminder="Fit a straight line to log(|step| / |gradient|) against log t, from step 10 "
            "on.",
            mistakes=(
                (lambda: -_decay(), "It has the wrong sign: the rate falls, does it not?"),
                (
                    lambda: -1.0,
                    "That would be a rate of η / t. Is the square root missing, or is the gradient "
                    "divided by twice?",
                ),
                (
                    lambda: 2 * _decay(),
                    "That is the exponent of the square: fit the rate itself.",
                ),
                (
                    lambda: _exponent(np.abs(records()["B"].gradient[:, 0])),
                    "That is the exponent of the gradient: the rate is step over gradient.",
                ),
                (
                    lambda: 1 / _decay(),
                    "That is the inverse: log t belongs on the horizontal axis.",
                ),
                (
                    lambda: _exponent_per_step(),
                    "That is the slope against t itself: take its logarithm too.",
                ),
            ),
        ),
    }
)


RUN_C = Table(
    {
        "cause": _cause(
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
        ),
        "first step": Number(
            1,
            right=_first_step,
            rtol=0.01,
            reminder="Divide the size of the first step in one coordinate by η.",
            mistakes=(
                (
                    lambda: 1.0,
                    "That is what it should be. What was it in this run?",
                ),
                (
                    lambda: _first_step() * np.sqrt(2),
                    "That is the length over both coordinates: take one of them.",
                ),
                (lambda: 1 / _first_step(), "That is the inverse: the step over η."),
                (lambda: -_first_step(), "The size of the step has no sign."),
                (
                    lambda: _first_step() * records()["C"].lr,
                    "That is the step itself: divide it by η.",
                ),
                (
                    lambda: _first_step() ** 2,
                    "That is the square: divide the step itself by η.",
                ),
            ),
        ),
    }
)


def _follows(rule: Rule, rng: np.random.Generator) -> SimpleNamespace:
    """Run a rule after the target of run B, with fresh noise."""
    runs = sweep(rule, _FOLLOWED, 400, rng=[int(seed) for seed in rng.integers(1_000_000, size=6)],
                 keep="path")  # fmt: skip
    share = float(np.mean(following(runs)))
    says = (
        f"Its mean squared distance to the target is {share:.2f} of that of standing still, and "
        "run B had about 1. At most 0.5 is asked for. "
    )
    if not share < 1e3:
        says = "It diverges: the rate is too large."
    elif share > 1.1:
        says += (
            "Worse than standing still: it swings far past the target, or arrives when the target "
            "has gone. Is there less memory to be had?"
        )
    else:
        says += (
            "It follows too slowly. How long is the step after a jump, and is it still as long "
            "after the tenth?"
        )
    return SimpleNamespace(share=share, says=says)


CURE = Setting(
    goals=(Goal("it follows the target", 1, lambda m: m.share <= 0.5),),
    trial=_follows,
)

# --------------------------------------------------------------------------- the assignment

#: The two settings that the prediction is about.
PLAIN, PER_COORDINATE = SGD(lr=0.011), Adagrad(lr=0.2)


@cache
def _ends(rule: Rule) -> Array:
    return losses(rule, Unseen(1), seeds=20)


def _gain() -> float:
    return float(np.median(_ends(PLAIN)) / np.median(_ends(PER_COORDINATE)))


def _spread() -> float:
    return float(np.max(_ends(PER_COORDINATE)) / np.min(_ends(PER_COORDINATE)))


MEASURED = Table(
    {
        "gain": Number(
            1,
            right=_gain,
            rtol=0.01,
            reminder="Take the median of each over seeds 0 to 19, with choose.losses(rule, "
            "problem, seeds=20).",
            mistakes=(
                (lambda: 1 / _gain(), "That is the inverse: SGD's loss over Adagrad's."),
                (
                    lambda: float(np.mean(_ends(PLAIN)) / np.mean(_ends(PER_COORDINATE))),
                    "That is the ratio of the means: take medians.",
                ),
                (
                    lambda: float(
                        np.median(_ends(PLAIN)[:5]) / np.median(_ends(PER_COORDINATE)[:5])
                    ),
                    "That is with five seeds: say seeds=20.",
                ),
                (
                    lambda: float(_ends(PLAIN)[0] / _ends(PER_COORDINATE)[0]),
                    "That is one run of each: take the median of twenty.",
                ),
                (
                    lambda: float(np.median(_ends(PLAIN) / _ends(PER_COORDINATE))),
                    "That is the median of the ratios: divide the median of one by that of the "
                    "other.",
                ),
            ),
        ),
        "spread": Number(
            1,
            right=_spread,
            rtol=0.01,
            reminder="It is the largest of Adagrad's twenty losses divided by the smallest.",
            mistakes=(
                (lambda: 1 / _spread(), "That is the inverse: the largest over the smallest."),
                (
                    lambda: float(np.ptp(_ends(PER_COORDINATE))),
                    "That is the difference: divide instead.",
                ),
                (
                    lambda: float(np.max(_ends(PLAIN)) / np.min(_ends(PLAIN))),
                    "That is SGD's spread: Adagrad's is asked for.",
                ),
                (
                    lambda: float(np.std(_ends(PER_COORDINATE))),
                    "That is the standard deviation: divide the largest loss by the smallest.",
                ),
                (
                    lambda: float(
                        np.max(_ends(PER_COORDINATE)[:5]) / np.min(_ends(PER_COORDINATE)[:5])
                    ),
                    "That is with five seeds: say seeds=20.",
                ),
            ),
        ),
    }
)

ASSIGNMENT = Assignment(
    "choose",
    {
        "search": SEARCH,
        "sgd-rate": Number(
            1,
            right=lambda: 0.012,
            rtol=0.6,
            reminder="Move the slider until the best of the five rates is at no end of the grid, "
            "with losses that rise on both sides of it.",
            mistakes=(
                (lambda: 3.0, "That is where the slider starts. All runs diverge there."),
                (
                    lambda: 0.045,
                    "That is at the edge: a little more, and runs diverge. The best is further "
                    "down.",
                ),
                (
                    lambda: 0.0025,
                    "There the loss is still falling when the steps run out: larger rates leave "
                    "less.",
                ),
            ),
        ),
        "predicted-gain": Prediction(0.01, 1000),
        "measured": MEASURED,
        "one-sweep": Choice(
            1,
            "B",
            {
                "A": "It has the lowest loss of all in this one run, and two fields on runs "
                "diverge. The edge lies elsewhere in other instances: of a hundred fresh ones, "
                "about a quarter end worse than they began.",
                "C": "It is safe, but slow: much of the loss is left, and rates many times as "
                "large are still far from the edge.",
                "D": "The next field diverges, and the edge lies elsewhere in other instances: of "
                "a hundred fresh ones, more than half end worse than they began.",
            },
        ),
        "choice": CHOICE,
        "run-a": RUN_A,
        "run-b": RUN_B,
        "run-c": RUN_C,
        "cure": CURE,
    },
)
check = ASSIGNMENT.check
