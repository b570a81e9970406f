"""A fair race: every rule with its best setting from a grid of equal size, on fresh trials."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems import MovingTarget
from adaptive.problems.base import Array, Problem
from adaptive.rules.base import Rule
from adaptive.sweep import Sweep, sweep
from adaptive.tracing import trace_rule

#: What is left of the loss when a problem counts as solved.
SOLVED = 1e-6

#: Between which values the first knob of a rule is tried: its learning rate, else its ε.
ENDS: dict[str, tuple[float, float]] = {"lr": (1e-5, 10.0), "eps": (1e-8, 100.0)}

#: Which values the other knobs take: memories, in the order in which they get their share.
MEMORIES: dict[str, tuple[float, ...]] = {
    "momentum": (0.5, 0.9, 0.97),
    "rho": (0.9, 0.99, 0.999),
    "beta1": (0.5, 0.9, 0.97),
    "beta2": (0.99, 0.999),
}

#: How far starts lie around a problem's own, as a share of the picture.
SPREAD = 0.02

#: What is left of the loss in each run of a sweep, shape of its axes.
Score = Callable[[Sweep], Array]


def grid(kind: type[Rule], budget: int = 120) -> dict[str, Array]:
    """Return the settings that a rule may try: as many as any other.

    The learning rate takes the most values, evenly spaced on a log scale; a
    rule without one has its ε varied. Each memory (γ, β₁, β₂) takes two or
    three. Other hyperparameters keep their defaults.

    Parameters
    ----------
    kind : type
        The class of the rule.
    budget : int, default 120
        How many settings.

    Returns
    -------
    dict of ndarray
        The values of each hyperparameter that is varied, as `sweep` takes them.

    Examples
    --------
    >>> from adaptive import SGD, Adam
    >>> from adaptive.race import grid
    >>> {name: len(values) for name, values in grid(Adam).items()}
    {'lr': 20, 'beta1': 3, 'beta2': 2}
    >>> {name: len(values) for name, values in grid(SGD).items()}
    {'lr': 120}
    """
    _check_kind(kind)
    budget = _checks.count("budget", budget, 1)
    has = kind().hyperparameters
    memories = {name: np.array(values) for name, values in MEMORIES.items() if name in has}
    axes: dict[str, Array] = {}
    knob = next((name for name in ENDS if name in has), None)
    if knob is not None:
        many = max(1, budget // math.prod(len(values) for values in memories.values()))
        axes[knob] = np.geomspace(*ENDS[knob], many)
    return axes | memories


@dataclass(frozen=True, eq=False)
class Entry:
    """How one rule did on one problem.

    Attributes
    ----------
    kind : type
        The class of the rule.
    axes : dict of ndarray
        The settings that it tried.
    tried : ndarray, shape (*axes, trials)
        What was left of the loss, for each setting and trial.
    best : dict of float
        The setting with the lowest median.
    final : ndarray, shape (fresh,)
        What was left with the best setting, on fresh trials.
    """

    kind: type[Rule]
    axes: dict[str, Array]
    tried: Array
    best: dict[str, float]
    final: Array

    @property
    def rule(self) -> Rule:
        """The rule with its best setting."""
        return self.kind(**self.best)

    @property
    def quartiles(self) -> Array:
        """The lower quartile, the median and the upper quartile of what was left at the end."""
        # One of the values, so that a run which diverged does no harm to the others.
        return np.quantile(self.final, [0.25, 0.5, 0.75], method="inverted_cdf")

    @property
    def medians(self) -> Array:
        """The median of what was left, for each setting, at least `SOLVED`."""
        return np.maximum(_median(self.tried), SOLVED)

    def along(self, share: float = 0.5) -> tuple[Array, Array]:
        """Return the values of the first knob, and what was left there, other knobs at their best.

        Parameters
        ----------
        share : float, default 0.5
            Which quantile over the trials: the median by default.

        Returns
        -------
        values, left : ndarray
            Both of the length of the first axis.
        """
        if not 0 <= _checks.number("share", share) <= 1:
            raise ValueError(f"share must be in [0, 1], got {share}")
        left = np.quantile(self.tried, share, axis=-1, method="inverted_cdf")
        left = np.maximum(left, SOLVED)
        name = next(iter(self.axes), None)
        if name is None:
            return np.array([np.nan]), left.reshape(1)
        others = tuple(
            slice(None) if axis == name else int(np.argmin(abs(values - self.best[axis])))
            for axis, values in self.axes.items()
        )
        return self.axes[name], left[others]

    def basin(self, factor: float = 2.0) -> float:
        """Return the width of the basin of good rates, in powers of ten.

        Parameters
        ----------
        factor : float, default 2
            A rate is good if what it leaves is at most this many times what
            the best rate leaves.
        """
        values, medians = self.along()
        if len(values) < 2:
            return math.nan
        good = medians <= _checks.number("factor", factor, 1) * medians.min()
        # Only what hangs together with the best one.
        best = int(np.argmin(medians))
        low, high = best, best
        while low > 0 and good[low - 1]:
            low -= 1
        while high < len(values) - 1 and good[high + 1]:
            high += 1
        return (high - low + 1) * float(np.log10(values[-1] / values[0])) / (len(values) - 1)


@dataclass(frozen=True, eq=False)
class Race:
    """How several rules did on one problem.

    Attributes
    ----------
    problem : Problem
        The problem.
    steps : int
        How many steps each run made.
    entries : dict of Entry
        By the name of the rule, in the order of the race.
    """

    problem: Problem
    steps: int
    entries: dict[str, Entry]

    def wins(self) -> dict[str, float]:
        """Return in which share of the fresh trials each rule left the least; ties are shared."""
        final = np.maximum([entry.final for entry in self.entries.values()], SOLVED)
        first = final <= final.min(axis=0) * (1 + 1e-9)
        shares = (first / first.sum(axis=0)).mean(axis=1)
        return dict(zip(self.entries, shares.tolist(), strict=True))

    def __repr__(self) -> str:
        return f"<Race: {len(self.entries)} rules on {self.problem.name}, {self.steps} steps>"


def race(
    problem: Problem,
    rules: Sequence[type[Rule]],
    steps: int = 200,
    trials: int = 10,
    fresh: int = 100,
    budget: int = 120,
    seed: int = 0,
    score: Score | None = None,
) -> Race:
    """Let rules race on a problem: tune each on some trials, compare them on others.

    A trial is a sequence of minibatches where the problem draws them, else a
    start near the problem's own. All rules get the same trials.

    Parameters
    ----------
    problem : Problem
        The problem.
    rules : sequence of type
        The classes of the rules, such as `adaptive.RULES`.
    steps : int, default 200
        How many steps each run makes.
    trials : int, default 10
        How many trials to tune on.
    fresh : int, default 100
        How many other trials to compare on.
    budget : int, default 120
        How many settings each rule tries.
    seed : int, default 0
        Seed of the trials.
    score : callable, optional
        What is left of the loss, from a sweep that kept its path; by default
        the loss above the lowest possible, as a share of what it was at the start.

    Returns
    -------
    Race
        What came out.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or there are no rules.
    ValueError
        If a number is too small.

    Examples
    --------
    >>> from adaptive import SGD, Momentum
    >>> from adaptive.problems import Ravine
    >>> from adaptive.race import race
    >>> ravine = race(Ravine(100), [SGD, Momentum], steps=60, trials=3)
    >>> ravine
    <Race: 2 rules on ravine, 60 steps>
    >>> bool(ravine.entries["Momentum"].final.max() < ravine.entries["SGD"].final.min())
    True
    """
    _checks.instance("problem", problem, Problem)
    if isinstance(rules, type) or not list(rules):
        raise TypeError(f"rules must be a list of rules' classes, got {_checks.shown(rules)}")
    for kind in rules:
        _check_kind(kind)
    if score is not None and not callable(score):
        raise TypeError(f"score must be callable, got {_checks.shown(score)}")
    steps, seed = _checks.count("steps", steps), _checks.count("seed", seed)
    trials, fresh = _checks.count("trials", trials, 1), _checks.count("fresh", fresh, 1)
    floor = lowest_loss(problem) if score is None else 0.0
    entries = {}
    for kind in rules:
        axes = grid(kind, budget)
        tried = _left(kind(), problem, steps, trials, seed, floor, score, axes)
        place = np.unravel_index(np.argmin(_median(tried)), tried.shape[:-1])
        best = {name: float(axes[name][i]) for name, i in zip(axes, place, strict=True)}
        final = _left(kind(**best), problem, steps, fresh, seed + 1_000_000, floor, score, {})
        entries[kind.__name__] = Entry(kind, axes, tried, best, final)
    return Race(problem, steps, entries)


def _check_kind(kind: Any) -> None:
    """Raise a TypeError unless there is the class of a rule."""
    if not (isinstance(kind, type) and issubclass(kind, Rule)):
        raise TypeError(f"a rule's class, such as SGD, is wanted, got {_checks.shown(kind)}")


def _median(left: Array) -> Array:
    """Return the median over the trials: one of the values, the lower of the two in the middle."""
    return np.quantile(left, 0.5, axis=-1, method="inverted_cdf")


def trials_of(problem: Problem, trials: int, seed: int) -> dict[str, Any]:
    """Return the trials of a problem, as keywords for `sweep`: seeds, or starts.

    Examples
    --------
    >>> from adaptive.problems import Circles, Ravine
    >>> from adaptive.race import trials_of
    >>> trials_of(Circles(), 3, seed=5)
    {'rng': [5, 6, 7]}
    >>> trials_of(Ravine(), 3, seed=5)["theta0"].shape
    (3, 2)
    """
    _checks.instance("problem", problem, Problem)
    trials, seed = _checks.count("trials", trials, 1), _checks.count("seed", seed)
    if problem.stochastic:
        return {"rng": list(range(seed, seed + trials))}
    low, high = np.transpose(problem.bounds if problem.bounds is not None else [(-1.0, 1.0)])
    noise = np.random.default_rng(seed).normal(size=(trials, len(problem.start)))
    return {"theta0": problem.start + SPREAD * (high - low) * noise}


def _left(
    rule: Rule,
    problem: Problem,
    steps: int,
    trials: int,
    seed: int,
    floor: float,
    score: Score | None,
    axes: Mapping[str, Any],
) -> Array:
    """Return what is left of the loss, shape (*axes, trials); infinity where a run diverged."""
    where = trials_of(problem, trials, seed)
    keep: Any = "end" if score is None else "path"
    runs = sweep(rule, problem, steps, keep=keep, **where, **axes)
    with np.errstate(all="ignore"):
        if score is not None:
            left = score(runs)
        else:
            first = problem.loss(where.get("theta0", problem.start))
            left = (runs.loss[-1] - floor) / (first - floor)
    return np.where(runs.diverged | ~np.isfinite(left), np.inf, left)


def lowest_loss(problem: Problem) -> float:
    """Return the lowest loss of a problem: at its minimum, or where Newton's method finds it.

    Parameters
    ----------
    problem : Problem
        A problem with a known minimum, or a smooth and convex one.

    Returns
    -------
    float
        The loss.

    Examples
    --------
    >>> from adaptive.problems import Circles, Saddle
    >>> from adaptive.race import lowest_loss
    >>> lowest_loss(Saddle())
    -0.25
    >>> round(lowest_loss(Circles()), 3)
    0.23
    """
    _checks.instance("problem", problem, Problem)
    theta = problem.start if problem.minimum is None else problem.minimum
    lowest = float(problem.loss(theta))
    if problem.minimum is not None:
        return lowest
    h = 1e-5 * np.eye(len(theta))
    for _ in range(50):
        hessian = (problem.grad(theta + h) - problem.grad(theta - h)) / 2e-5
        step = np.linalg.lstsq(hessian, problem.grad(theta), rcond=None)[0]
        tried = theta - step * 0.5 ** np.arange(12)[:, None]
        losses = problem.loss(tried)
        if not losses.min() < lowest:
            break
        theta, lowest = tried[losses.argmin()], float(losses.min())
    return lowest


def following(runs: Sweep) -> Array:
    """Return the mean squared distance to a moving target, as a share of that of standing still.

    Parameters
    ----------
    runs : Sweep
        Runs on a `MovingTarget` that kept their path.

    Returns
    -------
    ndarray, shape of the axes
        The share: 0 for a run that is always there, 1 for one that never starts.

    Examples
    --------
    >>> from adaptive import SGD, sweep
    >>> from adaptive.problems import MovingTarget
    >>> from adaptive.race import following
    >>> runs = sweep(SGD(), MovingTarget(noise=0), 400, keep="path", lr=[0.0, 0.01, 0.1])
    >>> following(runs).round(3)
    array([1.   , 0.854, 0.171])
    """
    _checks.instance("runs", runs, Sweep)
    problem = runs.problem
    if not isinstance(problem, MovingTarget) or len(runs.theta) == 1:
        raise ValueError(f'runs must be on a MovingTarget, with keep="path", got {runs}')
    target = problem.target(np.arange(1, len(runs.theta)))
    target = target.reshape(len(target), *(1,) * (runs.theta.ndim - 2), target.shape[-1])
    away, still = runs.theta[:-1] - target, problem.start - target
    return np.mean(np.sum(away**2, axis=-1), axis=0) / np.mean(np.sum(still**2, axis=-1))


def one_setting(races: Sequence[Race], rule: str) -> tuple[dict[str, float], Array]:
    """Return the one setting of a rule that loses the least on several problems together.

    Parameters
    ----------
    races : sequence of Race
        Races in which the rule ran, with equal grids.
    rule : str
        The name of the rule.

    Returns
    -------
    setting : dict of float
        The setting.
    lost : ndarray, shape (races,)
        On each problem, how many powers of ten more it leaves than the best rule with its best
        setting there; at most 6.

    Examples
    --------
    >>> from adaptive import SGD, Momentum
    >>> from adaptive.problems import Ravine
    >>> from adaptive.race import one_setting, race
    >>> races = [race(Ravine(k), [SGD, Momentum], steps=60, trials=2) for k in (5, 50)]
    >>> setting, lost = one_setting(races, "SGD")
    >>> round(setting["lr"], 3), lost.round(1)
    (0.108, array([0., 6.]))
    """
    for each in races:
        _checks.one_of("rule", rule, each.entries)
    if not races:
        raise ValueError("races must hold at least one race, got none")
    lost = []
    for each in races:
        best = min(entry.medians.min() for entry in each.entries.values())
        lost.append(np.minimum(np.log10(each.entries[rule].medians / best), -np.log10(SOLVED)))
    total = np.mean(lost, axis=0)
    place = np.unravel_index(np.argmin(total), total.shape)
    axes = races[0].entries[rule].axes
    setting = {name: float(axes[name][i]) for name, i in zip(axes, place, strict=True)}
    return setting, np.array([each[place] for each in lost])


def operations(rule: Rule) -> dict[str, int]:
    """Return how many operations a step of a rule costs for each parameter.

    What depends on the step number and the hyperparameters alone is not
    counted: it is computed once for all parameters. The final addition to the
    parameters is.

    Parameters
    ----------
    rule : Rule
        The rule.

    Returns
    -------
    dict of int
        ``"cheap"`` operations, such as sums and products; ``"dear"`` ones, roots and quotients;
        ``"arrays"``, the state arrays that are kept.

    Examples
    --------
    >>> from adaptive import SGD, Adam
    >>> from adaptive.race import operations
    >>> operations(SGD())
    {'cheap': 2, 'dear': 0, 'arrays': 0}
    """
    traced = trace_rule(rule)
    programs = [traced.update] + ([traced.lookahead] if traced.lookahead is not None else [])
    count = {"cheap": 1, "dear": 0, "arrays": len(rule.state_names)}
    for program in programs:
        varies: dict[Any, bool] = {}
        for node in program.nodes():
            name = str(node.value)
            varies[node] = any(varies[each] for each in node.args) or (
                node.op == "symbol" and (name in ("g", "theta") or name.startswith("state."))
            )
            if node.args and varies[node]:
                dear = node.op in ("divide", "sqrt", "power", "reciprocal", "exp", "log")
                count["dear" if dear else "cheap"] += 1
    return count
