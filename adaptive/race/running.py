"""The race itself: each rule is tuned on some trials, and compared on others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from adaptive import _checks
from adaptive.problems.base import Array, Problem
from adaptive.race.entrants import Entrant, named, rule_of
from adaptive.race.left import Score, floor_of, left_by, quantile
from adaptive.race.results import Entry, Race
from adaptive.race.settings import grid, lowest, tune
from adaptive.rules.base import Rule


def race(
    problem: Problem,
    rules: Sequence[Entrant] | Mapping[str, Entrant],
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
    rules : sequence of type or Rule, or dict
        The classes of the rules, such as `adaptive.RULES`, or rules where classes do not say
        enough: a `Mixed`, or one that follows a schedule. With a dict they have other names.
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
        If a number is too small, two rules have one name, or the floor is not below the loss at
        the start, is missing for a network, or is given beside a score.

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

    A rule that follows a schedule, beside the same at a constant rate:

    >>> from adaptive import scheduled
    >>> from adaptive.problems import NoisyQuadratic
    >>> from adaptive.schedules import Linear
    >>> falling = {"constant": SGD, "linear": scheduled(SGD(), Linear(T=60))}
    >>> noisy = race(NoisyQuadratic(), falling, steps=60, memories=False)
    >>> bool(noisy.entries["linear"].score < noisy.entries["constant"].score)
    True
    """
    _checks.instance("problem", problem, Problem)
    entrants = named(rules)
    if score is not None and not callable(score):
        raise TypeError(f"score must be callable, got {_checks.shown(score)}")
    steps, seed = _checks.count("steps", steps), _checks.count("seed", seed)
    trials, fresh = _checks.count("trials", trials, 1), _checks.count("fresh", fresh, 1)
    least = floor_of(problem, floor, score)

    def run(rule: Rule, trials: int, seed: int, **axes: Array) -> Array:
        return left_by(rule, problem, steps, trials, seed, least, score, axes)

    done: dict[Rule, Array] = {}

    def left(rule: Rule) -> Array:
        if rule not in done:
            done[rule] = run(rule, fresh, seed + 1_000_000)
        return done[rule]

    entries = {}
    for name, kind in entrants.items():
        rule = rule_of(kind)
        axes, tried = tune(partial(run, rule, trials, seed), grid(kind, budget, memories))
        best = lowest(axes, quantile(tried, 0.5))
        entries[name] = Entry(kind, axes, tried, best, left(rule.changed(**best)))
    return Race(problem, steps, entries, left)
