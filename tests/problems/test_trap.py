"""The loss of Lessard, Recht and Packard: what it is, and that the heavy ball is trapped in it."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from adaptive import NAG, Momentum, descend, sweep
from adaptive.problems import Lessard

CYCLE = [Fraction(n, 1225) for n in (2592, 792, -2208)]
HEAVY_BALL = Momentum(lr=1 / 9, momentum=4 / 9)


@pytest.mark.parametrize(
    ("x", "slope"), [(-1, -25), (0.5, 12.5), (1, 25), (1.5, 25.5), (2, 26), (3, 51)]
)
def test_slope(x: float, slope: float) -> None:
    assert Lessard().grad([x, -0.5]).tolist() == [slope, -0.5]


def test_the_loss_is_the_integral_of_the_slope() -> None:
    x = np.linspace(-4, 4, 8001)  # the bends lie on the grid, so that trapezoids are exact
    line = np.stack([x, 0 * x], axis=-1)
    slope, loss = Lessard().grad(line)[:, 0], Lessard().loss(line)
    areas = (slope[1:] + slope[:-1]) / 2 * np.diff(x)
    np.testing.assert_allclose(np.diff(loss), areas, atol=1e-11)
    assert loss.min() == loss[4000] == 0


def test_all_curvatures_are_between_1_and_25() -> None:
    """The gradient grows at least as fast as the distance, and at most 25 times as fast."""
    one, other = np.random.default_rng(0).uniform(-4, 4, size=(2, 5000, 2))
    apart = one - other
    change = Lessard().grad(one) - Lessard().grad(other)
    growth = np.sum(change * apart, axis=-1) / np.sum(apart**2, axis=-1)
    assert 1 - 1e-12 <= growth.min() < 1.1
    assert 24 < growth.max() <= 25 + 1e-12


def test_the_cycle_is_one_in_exact_arithmetic() -> None:
    def slope(x: Fraction) -> Fraction:
        return 25 * x - 24 * min(max(x - 1, Fraction(0)), Fraction(1))

    for i in range(3):
        before, here, after = (CYCLE[(i + k) % 3] for k in range(3))
        assert here - slope(here) / 9 + Fraction(4, 9) * (here - before) == after


def test_the_heavy_ball_cycles() -> None:
    path = descend(HEAVY_BALL, Lessard(), steps=600)
    last = sorted(path.theta[-3:, 0])
    assert last == pytest.approx(sorted(float(point) for point in CYCLE), abs=1e-12)
    assert path.theta[-1, 1] == pytest.approx(0, abs=1e-12)


def test_nag_arrives_from_everywhere() -> None:
    starts = np.stack([np.linspace(-8, 8, 3201), np.ones(3201)], axis=-1)
    heavy = sweep(HEAVY_BALL, Lessard(), 600, starts)
    nag = sweep(NAG(lr=1 / 25, momentum=2 / 3), Lessard(), 600, starts)
    assert 0.05 < np.mean(heavy.loss[-1] > 1) < 0.3
    assert nag.loss[-1].max() < 1e-20
