"""What a comparison supports: paired differences, profiles, problems left out."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import NAG, SGD, Momentum
from adaptive.compare import WORST, behind, mean_difference, one_setting, paired, profile
from adaptive.problems import Ravine
from adaptive.race import race


def test_pairs_see_what_quartiles_hide() -> None:
    rng = np.random.default_rng(0)
    trial = 10 ** rng.normal(-3, 1, size=60)
    left = trial * 10 ** rng.normal(0.1, 0.1, size=60)
    middle, low, high = paired(left, trial)
    assert 0 < low < middle < high < 0.2
    assert np.ptp(np.log10(np.quantile(trial, [0.25, 0.75]))) > 10 * middle
    # In another order of the trials the pairs are torn apart.
    _, low, high = paired(left, rng.permutation(trial))
    assert low < 0 < high


def test_paired_is_antisymmetric_and_its_level_counts() -> None:
    rng = np.random.default_rng(1)
    a, b = 10 ** rng.normal(-3, 1, size=(2, 41))
    middle, low, high = paired(a, b)
    np.testing.assert_allclose(paired(b, a), [-middle, -high, -low], atol=1e-12)
    _, low_half, high_half = paired(a, b, level=0.5)
    assert low < low_half < middle < high_half < high


def test_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(2)
    missed = 0
    for _ in range(300):
        left = 10 ** (rng.normal(0.2, 0.3, size=60) - 3)
        _, low, high = paired(left, np.full(60, 1e-3), level=0.9, resamples=400)
        missed += not low <= 0.2 <= high
    assert 10 < missed < 50  # 30, give or take four standard deviations


def test_what_is_solved_is_solved_and_what_is_lost_is_lost() -> None:
    np.testing.assert_allclose(paired([1e-20, 1e-9], [1e-6, 1e-7]), 0)
    np.testing.assert_allclose(paired([np.inf, 7.0], [1e-6, 1e-6]), WORST)


def test_mean_difference_is_students() -> None:
    """Three trials from a table: differences 1, 2 and 3, and t = 4.30265 for two degrees."""
    mean, half = mean_difference([2, 4, 6], [1, 2, 3])
    assert mean == pytest.approx(2)
    assert half == pytest.approx(4.30265 / np.sqrt(3), rel=1e-5)
    _, wider = mean_difference([2, 4, 6], [1, 2, 3], level=0.99)
    assert wider == pytest.approx(9.92484 / np.sqrt(3), rel=1e-5)


def test_mean_difference_is_of_pairs() -> None:
    rng = np.random.default_rng(3)
    trial = rng.normal(0.25, 0.05, size=50)
    left = trial + rng.normal(0.003, 0.003, size=50)
    mean, half = mean_difference(left, trial)
    assert 0 < mean - half < 0.003 < mean + half
    assert mean_difference(trial, left) == pytest.approx((-mean, half))
    # In another order the mean is the same, and the pairs are torn apart.
    mixed, wide = mean_difference(left, rng.permutation(trial))
    assert mixed == pytest.approx(mean)
    assert wide > 10 * half


def test_interval_of_the_mean_covers_it_as_often_as_it_says() -> None:
    """With four trials, where the normal quantile, 1.645, would miss 20 % and not 10 %."""
    rng = np.random.default_rng(4)
    missed = 0
    for _ in range(1000):
        mean, half = mean_difference(rng.normal(0.2, 0.3, size=4), np.zeros(4), level=0.9)
        missed += abs(mean - 0.2) > half
    assert 62 < missed < 138  # 100, give or take four standard deviations


def test_mean_difference_of_runs_that_diverged_is_no_number() -> None:
    assert np.isnan(mean_difference([np.inf, 1.0], [np.inf, 2.0])).all()


def test_profile() -> None:
    np.testing.assert_allclose(profile([0, 0, 1, 2], [0, 0.5, 1, 2]), [0.5, 0.5, 0.75, 1])
    assert profile([np.inf], [1e9]) == 0


def test_one_setting_loses_less_where_it_is_tuned_and_a_problem_can_be_left_out() -> None:
    races = [race(Ravine(k), [SGD, NAG], steps=60, trials=2) for k in (10, 15)]
    setting, lost = one_setting(races, "SGD")
    assert 0.1 < setting["lr"] < 2 / 15  # stable on the steeper one
    assert lost.shape == (2,)
    assert (lost >= 0).all()
    alone, _ = one_setting(races[:1], "SGD")
    for i in (0, 1):
        other, _ = one_setting(races, "SGD", leave_out=i)
        assert other == one_setting([races[1 - i]], "SGD")[0]
    assert one_setting(races, "SGD", leave_out=1)[0] == alone


def test_one_setting_looks_where_all_races_have_looked() -> None:
    races = [race(Ravine(k), [SGD, Momentum], steps=60, trials=2) for k in (5, 300)]
    grids = [each.entries["Momentum"].axes for each in races]
    setting, _ = one_setting(races, "Momentum")
    for axes in grids:
        assert all(setting[name] in values for name, values in axes.items())


def test_behind() -> None:
    ravine = race(Ravine(50), [SGD, Momentum], steps=60, trials=2, fresh=5)
    rules = [entry.rule for entry in ravine.entries.values()]
    lost = [behind([ravine], [rule])[0] for rule in rules]
    assert min(lost) == 0
    assert max(lost) > 1
    assert behind([ravine], [SGD(lr=100)])[0] == WORST
    with pytest.raises(ValueError, match="shorter"):
        behind([ravine, ravine], [SGD()])
