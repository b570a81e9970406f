"""Settings that suit a problem, as a sweep finds them: no path leaves the picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.descent import descend, has_diverged
from adaptive.explorer.picture import bounds_of
from adaptive.explorer.ranges import ranges_of
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.sweep import sweep

#: The steps that count, and how many values of the tuned setting are tried.
STEPS, TRIED = 100, 40
#: What is found for the package's own rules and problems, which would take every first figure
#: seconds: ``python -m tests.explorer.make_tuned`` writes it, and a test finds it again.
STORED = "tuned.json"


def tuned(rule: Rule, problem: Problem) -> Rule:
    """Return a rule with the setting that suits a problem best.

    What is tuned is the learning rate, or else the last setting whose values go over powers of
    ten, such as the ε of Adadelta. Of the runs that stay in the picture, and cross no quarter
    of it in one step, it is that with the lowest loss in the last quarter of 100 steps. A rule
    without such a setting, or one that does not run in a batch, stays as it is.

    Parameters
    ----------
    rule : Rule
        The rule, whose other settings stay.
    problem : Problem
        The problem, in two coordinates.

    Returns
    -------
    Rule
        The rule, of the same class.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.problems import Ravine
    >>> tuned(Momentum(momentum=0.7), Ravine())
    Momentum(lr=0.04, momentum=0.7)
    """
    settings = {each.name: each for each in ranges_of(rule)}
    name = "lr" if "lr" in settings else None
    for each in settings.values() if name is None else ():
        name = each.name if each.scale == "log" else name
    if name is None:
        return rule
    stops = np.array(settings[name].stops())
    stops = stops[:: max(1, len(stops) // TRIED)]
    try:
        theta, loss = _runs(rule, problem, name, tuple(stops.tolist()))
    except (TypeError, ValueError):
        return rule
    with np.errstate(all="ignore"):
        lost = has_diverged(theta, loss, problem.start).any(axis=0)
        low, high = np.array(bounds_of(problem)).T
        outside = ((theta < low) | (theta > high)).any(axis=(0, -1))
        end = np.max(loss[-STEPS // 4 :], axis=0)
        leaps = (np.abs(np.diff(theta, axis=0)) > (high - low) / 4).any(axis=(0, -1))
    end = np.where(lost | outside | leaps | ~np.isfinite(end), np.inf, end)
    if not np.isfinite(end).any():
        return rule
    best = int(end.argmin())
    found = rule.changed(**{name: float(stops[best])})
    # A rule that looks at its data runs otherwise in a batch, where one run decides for all.
    alone = descend(found, problem, steps=STEPS)
    return found if np.array_equal(alone.theta, theta[: alone.steps + 1, best]) else rule


def _runs(
    rule: Rule, problem: Problem, name: str, stops: tuple[float, ...]
) -> tuple[npt.NDArray[np.floating], npt.NDArray[np.floating]]:
    """Return the runs at all stops: theta (times, stops, 2) and loss (times, stops)."""
    values: dict[str, Any] = {name: stops}
    runs = sweep(rule, problem, STEPS, keep="path", **values)
    return runs.theta, runs.loss


def settings_on(rules: Sequence[Rule], problems: Sequence[Problem]) -> dict[str, Any]:
    """Return the settings of rules on problems, by the names of problem and rule."""
    return {
        problem.name: {type(rule).__name__: _settings(rule, problem) for rule in rules}
        for problem in problems
    }


def tuned_values(rule: Rule, problem: Problem) -> list[Any]:
    """Return the settings of the rule that suits a problem, in the order of its fields."""
    return list(tuned(rule, problem).hyperparameters.values())


def _settings(rule: Rule, problem: Problem) -> list[Any]:
    """Return the settings that are stored, or else find them."""
    ours = all(type(each).__module__.startswith("adaptive.") for each in (rule, problem))
    known = stored().get(repr(problem), {}).get(repr(rule)) if ours else None
    return tuned_values(rule, problem) if known is None else known


@cache
def stored() -> dict[str, dict[str, list[float]]]:
    """Return the settings that are stored, by the problem and by the rule that is tuned."""
    text = resources.files(__package__).joinpath(STORED).read_text(encoding="utf-8")
    return dict(json.loads(text))
