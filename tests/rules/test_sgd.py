from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from adaptive import SGD
from tests.rules.reference import assert_follows, changes


def test_equation() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        for g in gradients:
            theta = theta - 0.1 * g
            yield (theta,)

    assert_follows(SGD(lr=0.1), recurrence)


def test_by_hand() -> None:
    theta, state = SGD(lr=0.5).step(np.array([1.0, 2.0]), np.array([2.0, -4.0]), SGD.State(0))
    assert theta.tolist() == [0, 4]
    assert state == (1,)


def test_remembers_nothing() -> None:
    assert changes(SGD(lr=0.5), 2, -6, 2) == pytest.approx([-1, 3, -1])
    assert SGD.state_names == ()


def test_default() -> None:
    assert SGD() == SGD(lr=0.01)
