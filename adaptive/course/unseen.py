"""Assignment 4's problem, and a budget to spend on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive import Rule, _checks, sweep
from adaptive.problems import Problem

Array = npt.NDArray[np.float64]

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
