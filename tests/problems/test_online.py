"""Reddi, Kale and Kumar (2018), section 5: Adam ends at the worst point, AMSGrad does not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, AMSGrad, descend, sweep
from adaptive.problems import RareAndSteady, Reddi

#: The decays with which the paper runs its experiment.
DECAYS = {"beta1": 0.9, "beta2": 0.99}


def test_slopes() -> None:
    problem, rng = Reddi(), np.random.default_rng(0)
    slopes = [problem.draw(t, rng).item() for t in range(1, 305)]
    assert [t for t, slope in enumerate(slopes, start=1) if slope == 1010] == [1, 102, 203, 304]
    assert set(slopes) == {1010, -10}
    assert problem.slope == pytest.approx(10 / 101)


@pytest.mark.parametrize("period", [2, 3, 4, 5, 10])
def test_the_mean_slope_is_that_of_a_whole_period(period: int) -> None:
    problem, rng = Reddi(20, 2, period), np.random.default_rng(0)
    slopes = [problem.draw(t, rng).item() for t in range(1, period + 1)]
    assert problem.slope == pytest.approx(np.mean(slopes), rel=1e-12)
    limit = f"large must exceed .* = {2 * (period - 1)}, got {2 * (period - 1)}"
    with pytest.raises(ValueError, match=limit):
        Reddi(2 * (period - 1), 2, period)


def test_slopes_at_random() -> None:
    problem, rng = Reddi(1010, 10, 101, at_random=True), np.random.default_rng(0)
    slopes = np.array([problem.draw(t, rng).item() for t in range(1, 50_001)])
    assert set(slopes.tolist()) == {1010, -10}
    assert (slopes == 1010).mean() == pytest.approx(1 / 101, rel=0.1)


def test_adam_ends_at_the_worst_point() -> None:
    path = descend(Adam(lr=0.01, **DECAYS), Reddi(), steps=20_000)
    assert path.theta[10_000:].min() > 0.9
    assert path.loss[-1] > path.loss[0]


def test_adam_goes_wrong_in_the_rare_coordinate_and_right_in_the_steady_one() -> None:
    """With a short memory of the squares; with Adam's own it is right in both."""
    short = descend(Adam(lr=0.01, beta1=0, beta2=0.9), RareAndSteady(), steps=2000)
    assert short.theta[-1, 0] > 0.9
    assert short.theta[-1, 1] == -1
    own = descend(Adam(lr=0.01), RareAndSteady(), steps=10_000)
    assert own.theta[-1].max() < -0.99


def test_amsgrad_heads_for_the_best_point() -> None:
    path = descend(AMSGrad(lr=0.03, **DECAYS), Reddi(), steps=20_000)
    assert path.theta[-1] < -0.5
    quarters = [part.mean() for part in np.array_split(path.theta[:, 0], 4)]
    assert quarters == sorted(quarters, reverse=True)


def test_both_with_slopes_at_random() -> None:
    """In the mean over 100 runs: single ones wander."""
    slopes = np.where(np.random.default_rng(0).random((20_000, 100, 1)) < 1 / 101, 1010.0, -10.0)
    mean = {}
    for kind in (Adam, AMSGrad):
        runs = sweep(
            kind(lr=0.01, **DECAYS),
            Reddi(at_random=True),
            steps=20_000,
            theta0=np.zeros((100, 1)),
            batches=slopes,
            keep="path",
        )
        mean[kind] = runs.theta[[500, 5_000, 10_000, 20_000], :, 0].mean(axis=1)
    assert mean[Adam][-1] > 0.8
    assert (np.diff(mean[Adam][:2]) > 0).all()
    assert (np.diff(mean[AMSGrad]) < -0.05).all()


def test_with_a_rate_that_falls_as_one_over_root_t() -> None:
    """As in the paper: the claim does not hang on the constant rate."""
    ends: dict[str, Any] = {}
    problem, rng = Reddi(), np.random.default_rng(0)
    for kind in (Adam, AMSGrad):
        theta, state = problem.start, kind().init(problem.start)
        for t in range(1, 10_001):
            rule = kind(lr=0.5 / np.sqrt(t), **DECAYS)
            theta, state = rule.step(theta, problem.grad(theta, problem.draw(t, rng)), state)
            theta = problem.project(theta)
        ends[kind.__name__] = theta.item()
    assert ends["Adam"] > 0.9
    assert ends["AMSGrad"] < -0.8


def test_paths_stay_in_the_interval() -> None:
    path = descend(SGD(lr=0.01), Reddi(), steps=300)
    assert path.theta.min() == -1
    assert path.theta.max() == 1
    assert not path.diverged
    assert descend(SGD(), Reddi(), [5], steps=1).theta.tolist()[0] == [5]
