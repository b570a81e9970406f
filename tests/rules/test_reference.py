"""The comparison with the equations worked out by hand refuses what differs, wherever it does."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import Momentum
from tests.rules.reference import GRADIENTS, assert_follows, changes

RULE = Momentum(lr=0.1, momentum=0.5)


def _momentum(*, lr=0.1, from_step=1, column=None, theta=0.0, v=0.0):
    """Return Momentum's recurrence; from a step on, in one column or all, something is added."""
    columns = [g.tolist() for g in GRADIENTS.T]

    def run(x, gradients):
        here = column is None or gradients == columns[column]
        velocity = 0.0
        for t, g in enumerate(gradients, start=1):
            velocity = 0.5 * velocity + lr * g
            x -= velocity
            wrong = here and t >= from_step
            yield x + wrong * theta, velocity + wrong * v

    return run


def test_the_right_recurrence_is_followed():
    assert_follows(RULE, _momentum())


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"lr": 0.1000001}, "theta after step 1"),
        ({"theta": 1e-9}, "theta after step 1"),
        ({"v": 1e-9}, "v after step 1"),
        ({"v": 1e-9, "from_step": len(GRADIENTS)}, f"v after step {len(GRADIENTS)}"),
        ({"theta": 1e-9, "from_step": 7, "column": 0}, "theta after step 7"),
        ({"theta": 1e-9, "from_step": 7, "column": 5}, "theta after step 7"),
    ],
)
def test_a_recurrence_that_differs_is_refused(wrong, where):
    with pytest.raises(AssertionError, match=f"{where}$|{where}\n"):
        assert_follows(RULE, _momentum(**wrong))


def test_the_gradients_are_of_all_kinds():
    late, silent, zero = GRADIENTS[:, 4], GRADIENTS[:, 3], GRADIENTS[:, 5]
    assert len(GRADIENTS) == 40
    assert not late[:10].any()
    assert late[10:].all()
    assert silent[:10].all()
    assert not silent[10:].any()
    assert not zero.any()
    assert np.abs(GRADIENTS[:, 1]).max() > 100
    assert 0 < np.abs(GRADIENTS[:, 2]).max() < 0.01


def test_changes_are_those_of_each_step():
    assert changes(RULE, 1, -2) == pytest.approx([-0.1, 0.15])
