"""All rules of the book, of both its parts: what holds for each of them is tested on these.

What needs a rule that computes each parameter by itself is tested on KINDS, what needs parameters
in a vector on ON_VECTORS, and the rest on ALL.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive import LAMB, MODERN, ON_MATRICES, RULES, WITH_TOTALS, Lion, Prodigy, Rule

KINDS = (*RULES, *MODERN)

#: Those that can step along a vector: those with totals as well.
ON_VECTORS = (*KINDS, *WITH_TOTALS)

#: All that the package has.
ALL = (*ON_VECTORS, *ON_MATRICES)

#: Those that figures have a look for: those on matrices as well.
DRAWN = (*KINDS, *ON_MATRICES)

#: Those whose step is a sum, with arrows for its parts. Lion's is the sign of one.
SUMS = tuple(kind for kind in KINDS if kind is not Lion)

every_rule = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
every_rule_on_vectors = pytest.mark.parametrize("kind", ON_VECTORS, ids=lambda kind: kind.__name__)
every_rule_of_all = pytest.mark.parametrize("kind", ALL, ids=lambda kind: kind.__name__)


#: Of those that the book does not run on the circles task, settings with steps to be seen.
SEEN: dict[type[Rule], dict[str, float]] = {
    LAMB: {"lr": 0.05},
    Prodigy: {"d0": 0.1},
    **{kind: {"lr": 0.1} for kind in ON_MATRICES},
}


def book(kind: type[Rule]) -> Rule:
    """Return the rule as the book runs it on the circles task, or with steps to be seen."""
    return kind(**SEEN.get(kind, kind.on_circles))


def fitting(kind: type[Rule], vectors: Any) -> Any:
    """Return vectors of six entries as they are, or for rules on matrices in two rows."""
    array = np.asarray(vectors)
    return array.reshape(*array.shape[:-1], 2, 3) if kind in ON_MATRICES else array


def updated(rule: Rule, g: Any, t: Any, theta: Any, *state: Any) -> tuple[Any, ...]:
    """Return what the update of a rule does, which is called with theta if it sees it."""
    return rule.update(g, t, *([theta] if rule.sees_theta else []), *state)


def undecayed(rule: Rule) -> Rule:
    """Return a rule that nothing but gradients moves: its weights do not decay."""
    return replace(rule, weight_decay=0.0) if "weight_decay" in rule.hyperparameters else rule
