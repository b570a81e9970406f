"""What a comparison supports: paired differences, performance profiles, problems left out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.race import SOLVED, Race, quantile
from adaptive.rules.base import Rule

#: What a run counts for at most, in powers of ten above what is solved: also one that diverged.
WORST = -float(np.log10(SOLVED))


def paired(
    left: npt.ArrayLike,
    other: npt.ArrayLike,
    level: float = 0.99,
    resamples: int = 2000,
    seed: int = 0,
) -> tuple[float, float, float]:
    """Return the median difference between two rules on the same trials, with an interval.

    Each trial gives one difference, in powers of ten; what is below `SOLVED` counts as `SOLVED`,
    and what is above 1 as 1. The interval is a percentile bootstrap: trials are drawn again with
    replacement, many times, and the interval holds the middle of the medians.

    Parameters
    ----------
    left, other : array_like, shape (trials,)
        What each rule left, trial by trial, as a share of the loss at the start.
    level : float, default 0.99
        How much of the medians the interval holds.
    resamples : int, default 2000
        How often trials are drawn again.
    seed : int, default 0
        Seed of the draws.

    Returns
    -------
    median, low, high : float
        Positive where the first rule leaves more.

    Raises
    ------
    ValueError
        If the shapes differ or are not (trials,), or the level is not between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from adaptive.compare import paired
    >>> hard_and_easy = np.geomspace(1e-4, 1e-1, 50)
    >>> [round(value, 3) for value in paired(2 * hard_and_easy, hard_and_easy)]
    [0.301, 0.301, 0.301]
    """
    first, second = _trials(_powers("left", left), _powers("other", other), 1)
    difference = first - second
    level = _level(level)
    size = (_checks.count("resamples", resamples, 1), len(difference))
    draws = np.random.default_rng(seed).integers(len(difference), size=size)
    medians = np.median(difference[draws], axis=1)
    low, high = np.quantile(medians, [(1 - level) / 2, (1 + level) / 2])
    return float(np.median(difference)), float(low), float(high)


def mean_difference(
    left: npt.ArrayLike, other: npt.ArrayLike, level: float = 0.95
) -> tuple[float, float]:
    """Return the mean difference between two rules on the same trials, and half of its interval.

    Each trial gives one difference, and the interval is Student's: it holds the true mean in a
    share ``level`` of all cases if the differences are independent and normal, and nearly so if
    they are many.

    Parameters
    ----------
    left, other : array_like, shape (trials,)
        What each rule left, trial by trial; at least two trials.
    level : float, default 0.95
        How often the interval shall hold the mean.

    Returns
    -------
    mean, half : float
        The interval is mean ± half, in the units of what was left. The mean is positive where the
        first rule leaves more; nan if both diverged on a trial.

    Raises
    ------
    ValueError
        If the shapes differ or are not (trials,), there are fewer than two trials, or the level is
        not between 0 and 1.

    See Also
    --------
    paired : The median in powers of ten, for what spreads over orders of magnitude.

    Examples
    --------
    >>> from adaptive.compare import mean_difference
    >>> mean, half = mean_difference([0.51, 0.42, 0.63], [0.5, 0.4, 0.6])
    >>> print(f"{mean:.3f} ± {half:.3f}")
    0.020 ± 0.025
    """
    first, second = (
        _checks.floating(name, each).astype(float)
        for name, each in (("left", left), ("other", other))
    )
    first, second = _trials(first, second, 2)
    level = _level(level)
    with np.errstate(invalid="ignore"):
        difference = first - second
        error = difference.std(ddof=1) / np.sqrt(len(difference))
    return float(difference.mean()), float(_student(level, len(difference) - 1) * error)


def _student(level: float, degrees: int) -> float:
    """Return the t within which Student's t lies with a probability, either side of zero.

    The probability is a finite sum in the angle arctan(t / √degrees); Abramowitz and Stegun,
    Handbook of Mathematical Functions (1964), 26.7.3 and 26.7.4.
    """
    odd = degrees % 2
    powers = np.arange(odd, degrees - 1, 2)
    factors = np.cumprod([1.0, *(1 - 1 / powers[1:])])[: len(powers)]
    low, high = 0.0, np.pi / 2
    while low < (angle := (low + high) / 2) < high:
        inside = np.sin(angle) * (factors @ np.cos(angle) ** powers)
        if odd:
            inside = 2 / np.pi * (angle + inside)
        low, high = (angle, high) if inside < level else (low, angle)
    return float(np.sqrt(degrees) * np.tan(angle))


def _trials(left: Array, other: Array, least: int) -> tuple[Array, Array]:
    """Return both, if they are trials of equal number, and at least so many."""
    if left.ndim != 1 or left.shape != other.shape or len(left) < least:
        wanted = "one shape (trials,)" + (f" with at least {least} trials" if least > 1 else "")
        raise ValueError(f"left and other must have {wanted}, got {left.shape} and {other.shape}")
    return left, other


def _level(level: float) -> float:
    if not 0 < _checks.number("level", level) < 1:
        raise ValueError(f"level must be between 0 and 1, got {level}")
    return level


def _powers(name: str, left: npt.ArrayLike) -> Array:
    """Return what was left in powers of ten, between what is solved and what is lost."""
    return np.log10(np.clip(_checks.floating(name, left).astype(float), SOLVED, 1))


def profile(behind: npt.ArrayLike, within: npt.ArrayLike) -> Array:
    """Return the performance profile: on which share of the problems a rule is close enough.

    Parameters
    ----------
    behind : array_like, shape (problems,)
        How far the rule is behind the best on each problem.
    within : array_like, shape (n,)
        Distances that are close enough.

    Returns
    -------
    ndarray, shape (n,)
        The share of the problems on which the rule is not farther behind.

    Examples
    --------
    >>> from adaptive.compare import profile
    >>> profile([0, 0.5, 3, np.inf], [0, 1, 6])
    array([0.25, 0.5 , 0.75])
    """
    behind, within = np.asarray(behind, dtype=float), np.asarray(within, dtype=float)
    return np.mean(behind <= within[..., None] + 1e-9, axis=-1)


def one_setting(
    races: Sequence[Race], rule: str, leave_out: int | None = None
) -> tuple[dict[str, float], Array]:
    """Return the one setting of a rule that loses the least on several problems together.

    It is chosen from the settings that the rule tried in all of the races, on their tuning trials.

    Parameters
    ----------
    races : sequence of Race
        Races in which the rule ran.
    rule : str
        The name of the rule.
    leave_out : int, optional
        The number of a race that has no say in the choice; by default all have.

    Returns
    -------
    setting : dict of float
        The setting.
    lost : ndarray, shape (races,)
        On each problem, how many powers of ten more it leaves on the tuning trials than the best
        rule with its best setting there; at most `WORST`.

    Examples
    --------
    >>> from adaptive import SGD, Momentum
    >>> from adaptive.compare import one_setting
    >>> from adaptive.problems import Ravine
    >>> from adaptive.race import race
    >>> races = [race(Ravine(k), [SGD, Momentum], steps=60, trials=2) for k in (5, 50)]
    >>> setting, lost = one_setting(races, "SGD")
    >>> round(setting["lr"], 3), lost.round(1)
    (0.108, array([0., 6.]))
    >>> setting, lost = one_setting(races, "SGD", leave_out=0)
    >>> round(setting["lr"], 3), lost.round(1)
    (0.038, array([3.9, 3.3]))
    """
    if not races:
        raise ValueError("races must hold at least one race, got none")
    for each in races:
        _checks.one_of("rule", rule, each.entries)
    axes = dict(races[0].entries[rule].axes)
    for each in races[1:]:
        axes = {k: np.intersect1d(v, each.entries[rule].axes[k]) for k, v in axes.items()}
    lost = []
    for each in races:
        entry = each.entries[rule]
        common = np.ix_(*(np.isin(entry.axes[name], axes[name]) for name in axes))
        best = min(other.scores.min() for other in each.entries.values())
        lost.append(np.minimum(np.log10(entry.scores[common] / best), WORST))
    voting = [i for i in range(len(races)) if i != leave_out]
    total = np.mean([lost[i] for i in voting], axis=0)
    place = np.unravel_index(np.argmin(total), total.shape)
    setting = {
        name: float(values[i]) for (name, values), i in zip(axes.items(), place, strict=True)
    }
    return setting, np.array([each[place] for each in lost])


def behind(races: Sequence[Race], rules: Sequence[Rule]) -> Array:
    """Return how many powers of ten rules leave more, on fresh trials, than each race's best.

    Parameters
    ----------
    races : sequence of Race
        The races; the quantile is theirs.
    rules : sequence of Rule
        For each race a rule with its setting.

    Returns
    -------
    ndarray, shape (races,)
        Between 0 and `WORST`; below 0 where the rule does better than all tuned ones.

    Examples
    --------
    >>> from adaptive import SGD, Momentum
    >>> from adaptive.compare import behind
    >>> from adaptive.problems import Ravine
    >>> from adaptive.race import race
    >>> ravine = race(Ravine(50), [SGD, Momentum], steps=60, trials=2)
    >>> behind([ravine, ravine], [SGD(lr=0.01), SGD(lr=1)]).round(1)
    array([4.9, 6. ])
    """
    lost = []
    for each, rule in zip(races, rules, strict=True):
        entries = list(each.entries.values())
        best = min(entry.score for entry in entries)
        left = max(float(quantile(each.left(rule), entries[0].share)), SOLVED)
        lost.append(min(np.log10(left / best), WORST))
    return np.array(lost)
