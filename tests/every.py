"""All rules of the book, of both its parts: what holds for each of them is tested on these."""

from __future__ import annotations

import pytest

from adaptive import MODERN, RULES

KINDS = (*RULES, *MODERN)

every_rule = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
