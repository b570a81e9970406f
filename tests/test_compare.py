"""What a comparison supports: paired differences, profiles, problems left out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Momentum
from adaptive.compare import WORST, behind, mean_difference, one_setting, paired, profile
from adaptive.problems import Ravine
from adaptive.race import Entry, Race, race


def entry(kind: type, left: Any, **axes: Any) -> Entry:
    """Return an entry that leaves this in its only trial, over a grid."""
    axes = {name: np.array(values, float) for name, values in axes.items()}
    tried = np.array(left, float)[..., None]
    return Entry(kind, axes, tried, {}, np.array([tried.min()]))


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


@pytest.mark.parametrize(
    ("trials", "quantile"),
    [(2, 12.70620), (4, 3.18245), (5, 2.77645), (11, 2.22814), (31, 2.04227), (121, 1.97993)],
)
def test_the_quantile_is_that_of_the_tables_for_odd_and_for_even_degrees(
    trials: int, quantile: float
) -> None:
    left = np.arange(trials, dtype=float)
    _, half = mean_difference(left, np.zeros(trials), level=0.95)
    assert half * np.sqrt(trials) / left.std(ddof=1) == pytest.approx(quantile, rel=2e-6)


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


def test_what_is_drawn_if_nothing_is_said() -> None:
    rng = np.random.default_rng(3)
    a, b = 10 ** rng.normal(-3, 1, size=(2, 41))
    assert paired(a, b) == paired(a, b, level=0.99, resamples=2000, seed=0)
    assert paired(a, b, seed=1) != paired(a, b)
    # With one resample the interval is a point, and of one trial there is one median.
    _, low, high = paired(a, b, resamples=1)
    assert low == high
    assert paired([1e-2], [1e-3]) == pytest.approx((1, 1, 1))


def test_what_cannot_be_paired() -> None:
    for left in ([], [[0.1, 0.2]], 0.1):
        with pytest.raises(ValueError, match=r"must have one shape \(trials,\)"):
            paired(left, left)
    for left, other in (([0.1], [0.1, 0.2]), ([0.1, 0.2], [0.1])):
        with pytest.raises(ValueError, match=r"got \([12],\) and \([12],\)"):
            paired(left, other)
    for level in (0, 1, -0.5):
        with pytest.raises(ValueError, match="level must be between 0 and 1"):
            paired([0.1], [0.1], level=level)


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


def test_one_setting_by_hand() -> None:
    """Of three grids that share two rates and two memories; SGD leaves the best of each race."""
    memories = [0.5, 0.9, 0.97]

    def of(best: float, rates: Any, left: Any, some: Any = memories) -> Race:
        mine, best_one = entry(Momentum, left, lr=rates, momentum=some), entry(SGD, [best], lr=[1])
        entries = {"Momentum": mine, "SGD": best_one}
        return Race(Ravine(), 1, entries, lambda rule: np.ones(1))

    races = [
        of(1e-4, [1, 2, 3], [[1e-5, 1, 1], [1e-3, 1e-2, 1], [1e-1, 1e-3, 1]]),
        of(1e-3, [2, 3, 4], [[1e-2, 1e-2, 1], [1e-3, 1e-1, 1], [1e-6, 1, 1]]),
        of(1e-6, [2, 3, 9], [[1e-2, 1e-5], [1e-4, 1e-3], [1e-6, 1e-6]], [0.5, 0.9]),
    ]
    # Common are the rates 2 and 3 and the memories 0.5 and 0.9; behind by, in powers of ten,
    # though what is best of the first two is Momentum's own, at a rate that not all have tried:
    #   2, 0.5:  2 4 4     2, 0.9:  3 4 1     3, 0.5:  4 3 2     3, 0.9:  2 5 3
    setting, lost = one_setting(races, "Momentum")
    assert setting == {"lr": 2, "momentum": 0.9}
    np.testing.assert_allclose(lost, [3, 4, 1])
    setting, lost = one_setting(races, "Momentum", leave_out=2)
    assert setting == {"lr": 2, "momentum": 0.5}
    np.testing.assert_allclose(lost, [2, 4, 4])
    setting, lost = one_setting(races, "Momentum", leave_out=0)
    assert setting == {"lr": 2, "momentum": 0.9}
    setting, lost = one_setting(races, "Momentum", leave_out=np.int64(2))
    assert setting == {"lr": 2, "momentum": 0.5}
    setting, lost = one_setting(races, "Momentum", leave_out=1)
    assert setting == {"lr": 2, "momentum": 0.9}
    # What is lost counts for six powers at most, also where all has diverged.
    far = of(1e-9, [2, 3], [[np.inf, 1e3], [np.inf, 1e3]], [0.5, 0.9])
    np.testing.assert_allclose(one_setting([*races, far], "Momentum")[1], [3, 4, 1, 6])


def test_behind_is_measured_by_the_quantile_of_the_race() -> None:
    final = np.array([1e-3, 1e-3, 1e-2, 1e-1, 1])
    one, other = entry(SGD, [1], lr=[1]), entry(NAG, [1], lr=[1])
    entries = {"SGD": replace(one, final=final), "NAG": replace(other, final=10 * final)}
    left = {0.1: final, 0.2: 100 * final, 0.3: final / 10, 0.4: 0 * final}
    by_median = Race(Ravine(), 1, entries, lambda rule: left[rule.lr])
    cautious = {name: replace(each, share=0.8) for name, each in entries.items()}
    by_eight = replace(by_median, entries=cautious)
    rates = (0.1, 0.2, 0.3, 0.4)
    lost = [behind([by_median, by_eight], [SGD(lr=rate)] * 2) for rate in rates]
    # Nothing counts for less than what is solved, 1e-6.
    np.testing.assert_allclose(lost, [[0, 0], [2, 2], [-1, -1], [-4, -5]], atol=1e-12)


def test_behind() -> None:
    ravine = race(Ravine(50), [SGD, Momentum], steps=60, trials=2, fresh=5)
    rules = [entry.rule for entry in ravine.entries.values()]
    lost = [behind([ravine], [rule])[0] for rule in rules]
    assert min(lost) == 0
    assert max(lost) > 1
    assert behind([ravine], [SGD(lr=100)])[0] == WORST
    with pytest.raises(ValueError, match="shorter"):
        behind([ravine, ravine], [SGD()])
