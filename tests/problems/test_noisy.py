from __future__ import annotations

import numpy as np
import pytest

from adaptive import SGD, descend
from adaptive.problems import NoisyQuadratic


@pytest.mark.parametrize(("noise", "batch_size"), [(1, 1), (3, 1), (3, 36)])
def test_noise(noise: float, batch_size: int) -> None:
    """σ/√b on each coordinate, the coordinates independent."""
    problem = NoisyQuadratic([1, 5], noise, batch_size)
    rng = np.random.default_rng(0)
    noises = np.array([problem.draw(t, rng) for t in range(20_000)])
    variance = noise**2 / batch_size
    assert np.cov(noises.T) == pytest.approx(np.eye(2) * variance, abs=0.03 * variance)
    assert noises.mean(axis=0) == pytest.approx(0, abs=0.03 * variance**0.5)


def test_without_noise() -> None:
    problem = NoisyQuadratic([1, 5], noise=0)
    assert problem.draw(1, np.random.default_rng(0)).tolist() == [0, 0]
    assert descend(SGD(lr=0.1), problem, [1, 1], steps=1).theta[-1].tolist() == [0.9, 0.5]


def test_many_coordinates_are_many_runs() -> None:
    """SGD's stationary variance on curvature 1 is η σ² / (2 - η)."""
    path = descend(SGD(lr=0.2), NoisyQuadratic(np.ones(20_000), noise=2), steps=60)
    assert path.theta[-1].var() == pytest.approx(0.2 * 4 / 1.8, rel=0.03)


def test_loss_is_the_expected_one() -> None:
    assert NoisyQuadratic([2, 4]).loss([3, 1]) == 9 + 2
