"""A fair race: every rule with its best setting from a grid of equal size, on fresh trials."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, replace
from functools import partial
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.problems import MovingTarget
from adaptive.problems.base import Array, Problem
from adaptive.problems.networks import Network
from adaptive.rules.base import Rule
from adaptive.sweep import Sweep, sweep

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

#: Which values follow where the best memory is the shortest of a grid.
SHORTER: dict[str, tuple[float, ...]] = {
    "momentum": (0.0,),
    "rho": (0.5,),
    "beta1": (0.0,),
    "beta2": (0.9,),
}
#: Which values follow where it is the longest.
LONGER: dict[str, tuple[float, ...]] = {
    "momentum": (0.99, 0.997),
    "rho": (0.9999,),
    "beta1": (0.99, 0.997),
    "beta2": (0.9999,),
}

#: By which quantiles over the trials a setting may be chosen: the median, and a cautious one.
SHARES = (0.5, 0.8)

#: How often the grid of a rule may be extended.
EXTENSIONS = 8

#: How far starts lie around a problem's own, as a share of the picture.
SPREAD = 0.02

#: What is left of the loss in each run of a sweep, shape of its axes.
Score = Callable[[Sweep], Array]


def grid(kind: type[Rule], budget: int = 120, memories: bool = True) -> dict[str, Array]:
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
    memories : bool, default True
        Whether memories are varied. If not, they keep their defaults, and all
        settings are learning rates.

    Returns
    -------
    dict of ndarray
        The values of each hyperparameter that is varied, as `sweep` takes them.

    Examples
    --------
    >>> from adaptive import Adam
    >>> from adaptive.race import grid
    >>> {name: len(values) for name, values in grid(Adam).items()}
    {'lr': 20, 'beta1': 3, 'beta2': 2}
    """
    _check_kind(kind)
    budget = _checks.count("budget", budget, 1)
    _checks.instance("memories", memories, bool)
    has = kind().hyperparameters
    varied = MEMORIES if memories else {}
    others = {name: np.array(values) for name, values in varied.items() if name in has}
    axes: dict[str, Array] = {}
    knob = next((name for name in ENDS if name in has), None)
    if knob is not None:
        many = max(1, budget // math.prod(len(values) for values in others.values()))
        axes[knob] = np.geomspace(*ENDS[knob], many)
    return axes | others


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
        The setting that was chosen: the one with the lowest quantile.
    final : ndarray, shape (fresh,)
        What was left with this setting, on fresh trials.
    share : float, default 0.5
        Which quantile over the trials: the median by default.
    """

    kind: type[Rule]
    axes: dict[str, Array]
    tried: Array
    best: dict[str, float]
    final: Array
    share: float = 0.5

    @property
    def rule(self) -> Rule:
        """The rule with its chosen setting."""
        return self.kind(**self.best)

    @property
    def quartiles(self) -> Array:
        """The lower quartile, the median and the upper quartile of what was left at the end."""
        # One of the values, so that a run which diverged does no harm to the others.
        return np.quantile(self.final, [0.25, 0.5, 0.75], method="inverted_cdf")

    @property
    def score(self) -> float:
        """The quantile of what was left on the fresh trials, at least `SOLVED`."""
        return max(float(quantile(self.final, self.share)), SOLVED)

    @property
    def scores(self) -> Array:
        """The quantile of what was left in tuning, for each setting, at least `SOLVED`."""
        return np.maximum(quantile(self.tried, self.share), SOLVED)

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
        left = np.maximum(quantile(self.tried, share), SOLVED)
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
        values, left = self.along(self.share)
        if len(values) < 2:
            return math.nan
        good = left <= _checks.number("factor", factor, 1) * left.min()
        # Only what hangs together with the best one.
        best = int(np.argmin(left))
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
    left : callable
        What a rule leaves on each of the fresh trials: ``race.left(Adam(lr=0.1))``.
    """

    problem: Problem
    steps: int
    entries: dict[str, Entry]
    left: Callable[[Rule], Array]

    def chosen_by(self, share: float) -> Race:
        """Return the race with each setting chosen by another quantile of the same tuning trials.

        Parameters
        ----------
        share : float
            Which quantile over the trials: 0.5 is the median; at 0.8, eight trials in ten leave
            no more.
        """
        entries = {}
        for name, entry in self.entries.items():
            best = _lowest(entry.axes, quantile(entry.tried, share))
            final = entry.final if best == entry.best else self.left(entry.kind(**best))
            entries[name] = replace(entry, best=best, final=final, share=share)
        return replace(self, entries=entries)

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
    fresh: int = 60,
    budget: int = 120,
    seed: int = 0,
    score: Score | None = None,
    *,
    floor: float | None = None,
    memories: bool = True,
) -> Race:
    """Let rules race on a problem: tune each on some trials, compare them on others.

    A trial is a sequence of minibatches where the problem draws them, else a
    start near the problem's own; of a `Network` it is both, minibatches and a
    start that is drawn as the network draws its own. All rules get the same
    trials.

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
    fresh : int, default 60
        How many other trials to compare on.
    budget : int, default 120
        How many settings each rule tries at first. Where the best, by one of `SHARES`, is at an
        end of the grid and the problem is not solved, the grid is extended there.
    seed : int, default 0
        Seed of the trials.
    score : callable, optional
        What is left of the loss, from a sweep that kept its path; by default
        the loss above the lowest possible, as a share of what it was at the start.
    floor : float, optional
        The lowest loss possible, or what counts as such; by default what `lowest_loss` finds,
        which is nothing for a network: its cross-entropy is above 0.
    memories : bool, default True
        Whether memories are tuned, or keep their defaults, as in `grid`.

    Returns
    -------
    Race
        What came out.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or there are no rules.
    ValueError
        If a number is too small, the floor is not below the loss at the start, or is missing for a
        network, or given beside a score.

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
    lowest = _floor(problem, floor, score)

    def run(rule: Rule, trials: int, seed: int, **axes: Array) -> Array:
        return _left(rule, problem, steps, trials, seed, lowest, score, axes)

    done: dict[tuple[Any, ...], Array] = {}

    def left(rule: Rule) -> Array:
        setting = (type(rule), *rule.hyperparameters.values())
        if setting not in done:
            done[setting] = run(rule, fresh, seed + 1_000_000)
        return done[setting]

    entries = {}
    for kind in rules:
        axes, tried = _tune(partial(run, kind(), trials, seed), grid(kind, budget, memories))
        best = _lowest(axes, quantile(tried, 0.5))
        entries[kind.__name__] = Entry(kind, axes, tried, best, left(kind(**best)))
    return Race(problem, steps, entries, left)


def _tune(run: Callable[..., Array], axes: dict[str, Array]) -> tuple[dict[str, Array], Array]:
    """Return the axes and what was left; the grid is extended where the best is at an end."""
    tried = run(**axes)
    for _ in range(EXTENSIONS):
        wider = _beyond(axes, tried)
        if wider is None:
            break
        name, more = wider
        order = np.argsort(np.concatenate([axes[name], more]))
        place = list(axes).index(name)
        both = np.concatenate([tried, run(**axes | {name: more})], axis=place)
        tried = np.take(both, order, axis=place)
        axes = axes | {name: np.concatenate([axes[name], more])[order]}
    return axes, tried


def _beyond(axes: dict[str, Array], tried: Array) -> tuple[str, Array] | None:
    """Return the values that follow where the best value is at an end, if there are any."""
    for share in SHARES:
        left = quantile(tried, share)
        if left.min() <= SOLVED or not np.isfinite(left.min()):
            continue
        best = _lowest(axes, left)
        for name, values in axes.items():
            if len(values) < 2 or best[name] not in (values[0], values[-1]):
                continue
            up = best[name] == values[-1]
            if name in ENDS:  # another power of ten, in the same steps
                apart = values[-1] / values[-2] if up else values[0] / values[1]
                more = best[name] * apart ** np.arange(1, 1 + np.ceil(1 / abs(np.log10(apart))))
            else:
                more = np.array([v for v in (LONGER if up else SHORTER)[name] if v not in values])
            if len(more):
                return name, more
    return None


def _lowest(axes: dict[str, Array], left: Array) -> dict[str, float]:
    """Return the setting that leaves the least."""
    place = np.unravel_index(np.argmin(left), left.shape)
    return {name: float(axes[name][i]) for name, i in zip(axes, place, strict=True)}


def _check_kind(kind: Any) -> None:
    """Raise a TypeError unless there is the class of a rule."""
    if not (isinstance(kind, type) and issubclass(kind, Rule)):
        raise TypeError(f"a rule's class, such as SGD, is wanted, got {_checks.shown(kind)}")
    if asked := [
        each.name
        for each in fields(kind)
        if each.init and each.default is each.default_factory is MISSING
    ]:
        raise TypeError(
            f"a rule's class must be one whose settings have defaults, got {kind.__name__}, "
            f"which must be given {', '.join(asked)}"
        )


def quantile(left: Array, share: float) -> Array:
    """Return a quantile over the trials, the last axis: one of the values, not between two.

    Parameters
    ----------
    left : ndarray, shape (..., trials)
        What was left in each trial.
    share : float
        Which quantile, in [0, 1].

    Raises
    ------
    ValueError
        If the share is not in [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.race import quantile
    >>> float(quantile(np.array([4.0, np.inf, 2.0]), 0.5))
    4.0
    """
    if not 0 <= _checks.number("share", share) <= 1:
        raise ValueError(f"share must be in [0, 1], got {share}")
    # Half-way between a value and infinity is infinity.
    return np.quantile(left, share, axis=-1, method="inverted_cdf")


def trials_of(problem: Problem, trials: int, seed: int) -> dict[str, Any]:
    """Return the trials of a problem, as keywords for `sweep`: seeds, or starts.

    Examples
    --------
    >>> from adaptive.problems import Circles
    >>> from adaptive.race import trials_of
    >>> trials_of(Circles(), 3, seed=5)
    {'rng': [5, 6, 7]}
    """
    _checks.instance("problem", problem, Problem)
    trials, seed = _checks.count("trials", trials, 1), _checks.count("seed", seed)
    if isinstance(problem, Network):
        raise ValueError(
            "a network has another start in each trial, which a sweep cannot pair with minibatches:"
            " make one sweep for each seed, with theta0=problem.initial(seed) and rng=seed"
        )
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
    parts = [
        _left_by(rule, problem, steps, where, floor, score, axes)
        for where in _sweeps_of(problem, trials, seed)
    ]
    return np.concatenate(parts, axis=-1)


def _sweeps_of(problem: Problem, trials: int, seed: int) -> list[dict[str, Any]]:
    """Return the trials, as keywords for so many sweeps: one by one if their starts differ too."""
    if not isinstance(problem, Network):
        return [trials_of(problem, trials, seed)]
    return [{"theta0": problem.initial(s)[None], "rng": s} for s in range(seed, seed + trials)]


def _left_by(
    rule: Rule,
    problem: Problem,
    steps: int,
    where: Mapping[str, Any],
    floor: float,
    score: Score | None,
    axes: Mapping[str, Any],
) -> Array:
    """Return what one sweep leaves, its last axis being trials."""
    keep: Any = "end" if score is None else "path"
    runs = sweep(rule, problem, steps, keep=keep, **where, **axes)
    with np.errstate(all="ignore"):
        if score is not None:
            left = score(runs)
        else:
            first = problem.loss(where.get("theta0", problem.start))
            left = (runs.loss[-1] - floor) / (first - floor)
    return np.where(runs.diverged | ~np.isfinite(left), np.inf, left)


def _floor(problem: Problem, floor: float | None, score: Score | None) -> float:
    """Return the loss of which nothing would be left, if it is needed."""
    if floor is None:
        return lowest_loss(problem) if score is None else 0.0
    if score is not None:
        raise ValueError("floor has no use where score says what is left: give one of them")
    floor, first = _checks.number("floor", floor), float(problem.loss(problem.start))
    if not floor < first:
        raise ValueError(f"floor must be below the loss at the start, {first:.3g}, got {floor}")
    return floor


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

    Raises
    ------
    ValueError
        If the problem is a `Network`, which is not convex.

    Examples
    --------
    >>> from adaptive.problems import Circles
    >>> from adaptive.race import lowest_loss
    >>> round(lowest_loss(Circles()), 3)
    0.23
    """
    _checks.instance("problem", problem, Problem)
    theta = problem.start if problem.minimum is None else problem.minimum
    lowest = float(problem.loss(theta))
    if problem.minimum is not None:
        return lowest
    if isinstance(problem, Network):
        raise ValueError(f"the lowest loss of {problem} is not known: race takes it as floor=0")
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
