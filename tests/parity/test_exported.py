"""Exported rules in PyTorch, optax and Keras, from paths that they have made there.

`make parity` makes the paths again, and runs the tests in `live` that need the frameworks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from adaptive import RULES
from tests.parity.live import alike

FILE = Path(__file__).with_name("exported.npz")
#: The steps that are stored.
STEPS = np.array([1, 2, 3, 5, 10, 20, 50, 100, 200])


@pytest.mark.parametrize("rule", alike.OURS, ids=alike.called)
@pytest.mark.parametrize("framework", ["torch", "optax", "keras"])
def test_the_path_is_the_rules(framework, rule):
    stored = np.load(FILE)[f"{framework}/{type(rule).__name__}"]
    path = alike.path(rule, alike.gradients(), alike.start())
    ahead = np.array([point for _, point in path])[STEPS - 1]
    assert stored.shape == ahead.shape
    assert alike.far(stored, ahead) < alike.TOLERANCE
    assert alike.far(stored[-1], stored[0]) > 1e-3, "it moves"


def test_all_are_stored():
    assert len(np.load(FILE).files) == 3 * len(RULES)
