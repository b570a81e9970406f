from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import pytest

from adaptive import Adagrad
from tests.rules.reference import assert_follows, changes


def test_equation() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        total = 0.0
        for g in gradients:
            total += g**2
            theta -= 0.7 / sqrt(total + 1e-4) * g
            yield theta, total

    assert_follows(Adagrad(lr=0.7, eps=1e-4), recurrence)


def test_by_hand() -> None:
    # sqrt(9 + 7) = 4, sqrt(18 + 7) = 5, sqrt(29 + 7) = 6: ε is inside the root
    assert changes(Adagrad(lr=2, eps=7), 3, 3, -sqrt(11)) == pytest.approx(
        [-2 * 3 / 4, -2 * 3 / 5, 2 * sqrt(11) / 6]
    )


def test_steps_fall_as_one_over_root_t() -> None:
    moves = changes(Adagrad(lr=0.5, eps=0), *[3.0] * 100)
    assert moves == pytest.approx([-0.5 / sqrt(t) for t in range(1, 101)])


def test_rare_and_common_coordinates_get_steps_of_their_own() -> None:
    common = changes(Adagrad(lr=1), *[1.0] * 16)[-1]
    rare = changes(Adagrad(lr=1), *[0.0] * 15, 1.0)[-1]
    assert (common, rare) == pytest.approx((-1 / 4, -1))


def test_defaults() -> None:
    assert Adagrad() == Adagrad(lr=0.01, eps=1e-8)
