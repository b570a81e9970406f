"""All rules of the book, of both its parts: what holds for each of them is tested on these."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from adaptive import MODERN, ON_MATRICES, RULES, Lion, Rule

KINDS = (*RULES, *MODERN)

#: Those that figures have a look for: those on matrices as well.
DRAWN = (*KINDS, *ON_MATRICES)

#: Those whose step is a sum, with arrows for its parts. Lion's is the sign of one.
SUMS = tuple(kind for kind in KINDS if kind is not Lion)

every_rule = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def updated(rule: Rule, g: Any, t: Any, theta: Any, *state: Any) -> tuple[Any, ...]:
    """Return what the update of a rule does, which is called with theta if it sees it."""
    return rule.update(g, t, *([theta] if rule.sees_theta else []), *state)


def undecayed(rule: Rule) -> Rule:
    """Return a rule that nothing but gradients moves: its weights do not decay."""
    return replace(rule, weight_decay=0.0) if "weight_decay" in rule.hyperparameters else rule
