from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pytest

from adaptive import AMSGrad
from tests.rules.reference import GRADIENTS, assert_follows, changes, walk


def test_equations() -> None:
    def recurrence(theta: float, gradients: list[float]) -> Iterator[tuple[float, ...]]:
        m = v = v_max = 0.0
        for g in gradients:
            m = 0.8 * m + 0.2 * g
            v = 0.9 * v + 0.1 * g**2
            v_max = max(v_max, v)
            theta -= 0.1 / (sqrt(v_max) + 1e-3) * m
            yield theta, m, v, v_max

    assert_follows(AMSGrad(lr=0.1, beta1=0.8, beta2=0.9, eps=1e-3), recurrence)


def test_by_hand() -> None:
    # m: 2, 1, 4.5; v: 4, 3, 18.25, of which the largest so far counts; ε is outside the root
    assert changes(AMSGrad(lr=0.1, beta1=0.5, beta2=0.75, eps=1), 4, 0, 8) == pytest.approx(
        [-0.1 * 2 / 3, -0.1 * 1 / 3, -0.1 * 4.5 / (sqrt(18.25) + 1)]
    )


def test_has_no_bias_correction() -> None:
    assert changes(AMSGrad(lr=0.1, eps=0), 3.0) == pytest.approx([-0.1 * 0.1 / sqrt(0.001)])


def test_largest_second_moment_never_falls() -> None:
    rule = AMSGrad(lr=0.1, beta2=0.5)
    v, v_hat = np.moveaxis([state[2:] for _, state in walk(rule, np.zeros(6), GRADIENTS)], 1, 0)
    np.testing.assert_array_equal(v_hat, np.maximum.accumulate(v))
    assert (np.diff(v, axis=0) < 0).any()


def test_defaults() -> None:
    assert AMSGrad() == AMSGrad(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8)
