"""Which settings a rule tries: a grid of equal size for each, which grows where it is too small."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from adaptive import _checks
from adaptive.problems.base import Array
from adaptive.race.entrants import Entrant, rule_of
from adaptive.race.left import SOLVED, quantile
from adaptive.rules.base import Rule

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


def grid(kind: Entrant, budget: int = 120, memories: bool = True) -> dict[str, Array]:
    """Return the settings that a rule may try: as many as any other.

    The learning rate takes the most values, evenly spaced on a log scale; a
    rule without one has its ε varied. Each memory (γ, β₁, β₂) takes two or
    three. Other hyperparameters keep their defaults, or what the given rule has.
    Of a `Mixed` it is the rule for matrices whose settings are varied.

    Parameters
    ----------
    kind : type or Rule
        The class of the rule, or the rule itself where it is made of others, such as `Mixed`.
    budget : int, default 120
        How many settings.
    memories : bool, default True
        Whether memories are varied. If not, they keep their values, and all
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
    names = own_names(rule_of(kind))
    budget = _checks.count("budget", budget, 1)
    _checks.instance("memories", memories, bool)
    varied = MEMORIES if memories else {}
    others = {names[own]: np.array(values) for own, values in varied.items() if own in names}
    axes: dict[str, Array] = {}
    knob = next((own for own in ENDS if own in names), None)
    if knob is not None:
        many = max(1, budget // math.prod(len(values) for values in others.values()))
        axes[names[knob]] = np.geomspace(*ENDS[knob], many)
    return axes | others


#: How the names of the hyperparameters begin that a `Mixed` has of its rule for matrices.
FIRST = "matrices__"


def own_names(rule: Rule) -> dict[str, str]:
    """Return the names of the hyperparameters, by what they are called in their own rule.

    Those of the second rule of a `Mixed` keep the names that they have there.
    """
    return {name.removeprefix(FIRST): name for name in rule.hyperparameters}


def tune(run: Callable[..., Array], axes: dict[str, Array]) -> tuple[dict[str, Array], Array]:
    """Return the axes and what was left; the grid is extended where the best is at an end."""
    tried = run(**axes)
    for _ in range(EXTENSIONS):
        wider = beyond(axes, tried)
        if wider is None:
            break
        name, more = wider
        order = np.argsort(np.concatenate([axes[name], more]))
        place = list(axes).index(name)
        both = np.concatenate([tried, run(**axes | {name: more})], axis=place)
        tried = np.take(both, order, axis=place)
        axes = axes | {name: np.concatenate([axes[name], more])[order]}
    return axes, tried


def beyond(axes: dict[str, Array], tried: Array) -> tuple[str, Array] | None:
    """Return the values that follow where the best value is at an end, if there are any."""
    for share in SHARES:
        left = quantile(tried, share)
        if left.min() <= SOLVED or not np.isfinite(left.min()):
            continue
        best = lowest(axes, left)
        for name, values in axes.items():
            if len(values) < 2 or best[name] not in (values[0], values[-1]):
                continue
            up = best[name] == values[-1]
            own = name.removeprefix(FIRST)
            if own in ENDS:  # another power of ten, in the same steps
                apart = values[-1] / values[-2] if up else values[0] / values[1]
                more = best[name] * apart ** np.arange(1, 1 + np.ceil(1 / abs(np.log10(apart))))
            else:
                more = np.array([v for v in (LONGER if up else SHORTER)[own] if v not in values])
            if len(more):
                return name, more
    return None


def lowest(axes: dict[str, Array], left: Array) -> dict[str, float]:
    """Return the setting that leaves the least."""
    place = np.unravel_index(np.argmin(left), left.shape)
    return {name: float(axes[name][i]) for name, i in zip(axes, place, strict=True)}
