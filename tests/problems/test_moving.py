from __future__ import annotations

import numpy as np
import pytest

from adaptive import SGD, descend, sweep
from adaptive.problems import MovingTarget


def test_target_jumps_at_known_steps() -> None:
    problem = MovingTarget(((1,), (5,), (-2,)), every=3)
    seen = problem.target(np.arange(1, 12))[:, 0]
    assert seen.tolist() == [1, 1, 1, 5, 5, 5, -2, -2, -2, 1, 1]
    assert problem.target(4).tolist() == [5]


def test_noise_has_its_size_and_no_bias() -> None:
    problem, rng = MovingTarget([[2, 0]], noise=0.5), np.random.default_rng(0)
    seen = np.array([problem.draw(t, rng) for t in range(1, 4001)])
    np.testing.assert_allclose(seen.mean(axis=0), [2, 0], atol=0.03)
    np.testing.assert_allclose(seen.std(axis=0), 0.5, rtol=0.05)


def test_each_step_sees_the_target_of_that_step() -> None:
    """Without noise, and with a rate of 1, SGD stands on the target after each step."""
    problem = MovingTarget(every=5, noise=0)
    path = descend(SGD(lr=1), problem, steps=20)
    np.testing.assert_array_equal(path.theta[1:], problem.target(np.arange(1, 21)))


def test_sweep_over_seeds() -> None:
    problem = MovingTarget(every=5)
    runs = sweep(SGD(), problem, 12, rng=[0, 1], lr=[0.1, 0.5], keep="path")
    alone = descend(SGD(lr=0.5), problem, steps=12, rng=1)
    np.testing.assert_allclose(runs.theta[:, 1, 1], alone.theta)


@pytest.mark.parametrize(
    ("wrong", "error", "words"),
    [
        ({"targets": [1, 2]}, ValueError, r"targets must have shape \(k, d\), got shape \(2,\)"),
        ({"targets": [[np.nan]]}, ValueError, "targets must be finite"),
        ({"targets": "left"}, TypeError, "targets must be a real number"),
        ({"every": 0}, ValueError, "every must be at least 1, got 0"),
        ({"every": 2.5}, TypeError, "every must be an integer"),
        ({"noise": -1}, ValueError, "noise must be finite and in"),
    ],
)
def test_bad_arguments(wrong: dict, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        MovingTarget(**wrong)
