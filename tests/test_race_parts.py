"""What a race is made of: the grid and how it grows, the trials, what is left, who wins."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import (
    SGD,
    Adadelta,
    Adam,
    AdamW,
    Clipped,
    Mixed,
    Momentum,
    Muon,
    Rule,
    descend,
)
from adaptive.problems import Circles, MovingTarget, Problem, Ravine, Rosenbrock, Surface
from adaptive.race import (
    EXTENSIONS,
    LONGER,
    MEMORIES,
    SHORTER,
    SOLVED,
    Entry,
    Race,
    following,
    grid,
    lowest_loss,
    quantile,
    race,
    trials_of,
)
from adaptive.race.settings import beyond, tune
from adaptive.sweep import sweep
from tests.every import every_rule


class Slope(Surface):
    """A plane, which has no minimum and no picture of its own."""

    name = "slope"
    start = np.array([5.0, -3.0])

    def f(self, x: Any, y: Any) -> Any:
        return x + 2 * y

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        return np.ones_like(x), 2 * np.ones_like(y)


class Narrow(Slope):
    bounds = ((0.0, 1.0), (10.0, 60.0))


def entry(tried: Any, **axes: Any) -> Entry:
    """Return an entry of SGD that has left this, the trials last, over a grid."""
    tried = np.asarray(tried, float)
    axes = axes or {"lr": np.geomspace(1e-3, 1, len(tried))}
    place = np.unravel_index(np.argmin(tried[..., 0]), tried.shape[:-1])
    best = {name: float(values[i]) for (name, values), i in zip(axes.items(), place, strict=True)}
    return Entry(SGD, axes, tried, best, np.ones(1))


# ------------------------------------------------------------------ the grid


def test_between_which_values_the_first_knob_is_tried() -> None:
    np.testing.assert_allclose(grid(SGD)["lr"][[0, -1]], [1e-5, 10])
    np.testing.assert_allclose(grid(Adadelta)["eps"][[0, -1]], [1e-8, 100])
    np.testing.assert_allclose(np.diff(np.log10(grid(SGD, 7)["lr"])), 1)


def test_a_budget_is_not_exceeded_unless_the_memories_alone_do() -> None:
    """Adam's memories have six settings: 13 are two rates each, 3 are one."""
    for budget, rates in ((13, 2), (12, 2), (11, 1), (6, 1), (3, 1), (1, 1)):
        assert len(grid(Adam, budget)["lr"]) == rates
    assert len(grid(SGD)["lr"]) == 120


@every_rule
def test_memories_beyond_the_grid_are_beyond_it_and_allowed(kind: type[Rule]) -> None:
    for name in set(MEMORIES) & set(kind().hyperparameters):
        values = [*SHORTER[name], *MEMORIES[name], *LONGER[name]]
        kind(**{name: values})
        assert values == sorted(set(values))


def tried_at(place: int, size: int) -> Any:
    """Return what three trials leave of which one setting leaves the least."""
    left = 1.0 + abs(np.arange(size) - place)
    return np.repeat(left[:, None], 3, axis=1)


def test_what_follows_is_one_more_power_of_ten_in_the_same_steps() -> None:
    # Five to a decade, so that no rounding makes one more of them.
    rates = 10.0 ** (np.arange(-4, 5) * 0.21)
    name, more = beyond({"lr": rates}, tried_at(8, 9)) or ("", [])
    assert name == "lr"
    np.testing.assert_allclose(np.log10(more), 0.21 * np.arange(5, 10))
    name, more = beyond({"eps": rates}, tried_at(0, 9)) or ("", [])
    assert name == "eps"
    np.testing.assert_allclose(np.log10(more), -0.21 * np.arange(5, 10))


def test_what_follows_for_a_memory_is_in_the_list_and_not_there_yet() -> None:
    axes = {"beta2": np.array(MEMORIES["beta2"])}
    assert [list(each) for each in beyond(axes, tried_at(1, 2)) or ()][1] == [0.9999]
    assert [list(each) for each in beyond(axes, tried_at(0, 2)) or ()][1] == [0.9]
    some = {"momentum": np.array([0.5, 0.9, 0.99])}
    assert [list(each) for each in beyond(some, tried_at(2, 3)) or ()][1] == [0.997]
    # A single value has no end, and a best one inside asks for nothing.
    assert beyond({"lr": np.array([0.1])}, np.ones((1, 3))) is None
    assert beyond({"momentum": np.array(MEMORIES["momentum"])}, tried_at(1, 3)) is None


def test_a_rule_that_is_made_of_two_has_the_settings_of_the_first_varied() -> None:
    mixed = Mixed(Muon(), AdamW())
    assert {name: len(values) for name, values in grid(mixed, 30).items()} == {
        "matrices__lr": 10,
        "matrices__momentum": 3,
    }
    assert list(grid(Clipped(mixed), memories=False)) == ["matrices__lr"]
    rates = np.geomspace(1e-2, 1, 3)
    name, more = beyond({"matrices__lr": rates}, tried_at(2, 3)) or ("", [])
    assert name == "matrices__lr"
    np.testing.assert_allclose(more, [10])


def test_a_generator_gives_its_rules_too() -> None:
    found = race(Ravine(), (kind for kind in (SGD, Momentum)), 3, trials=1, fresh=1, budget=3)
    assert list(found.entries) == ["SGD", "Momentum"]


def test_the_cautious_quantile_asks_for_more_where_the_median_does_not() -> None:
    axes = {"lr": np.geomspace(1e-3, 1e-1, 3)}
    # In the median the second is best, by four trials in five the last.
    left = np.array([[9, 9, 9, 9, 9], [1, 1, 1, 8, 8], [2, 2, 2, 2, 2]], float)
    name, more = beyond(axes, left) or ("", [0])
    assert name == "lr"
    assert min(more) > axes["lr"][-1]
    # What the median has solved is asked for all the same, if the cautious one has not.
    left[1, :3] = SOLVED
    assert beyond(axes, left) is not None
    left[2] = SOLVED
    assert beyond(axes, left) is None


def test_a_grid_is_extended_eight_times_at_most() -> None:
    calls: list[Any] = []

    def run(**axes: Any) -> Any:
        calls.append(axes["lr"])
        return 1 - np.log10(axes["lr"][:, None]) / 100

    axes, tried = tune(run, {"lr": np.geomspace(0.1, 10, 3)})
    assert EXTENSIONS == 8
    assert len(calls) == 9
    np.testing.assert_allclose(axes["lr"], 10.0 ** np.arange(-1, 10))
    np.testing.assert_allclose(tried[:, 0], 1 - np.arange(-1, 10) / 100)


# ------------------------------------------------------------------ trials


def test_what_a_race_is_if_nothing_is_said() -> None:
    result = race(Ravine(), [SGD])
    assert repr(result) == "<Race: 1 rules on ravine, 200 steps>"
    found = result.entries["SGD"]
    assert found.tried.shape == (120, 10)
    assert found.final.shape == (60,)
    assert found.share == 0.5
    few = {"steps": 3, "trials": 2, "fresh": 2, "budget": 2}
    finals = [
        race(Circles(), [SGD], **few, **how).entries["SGD"].final.tolist()
        for how in ({}, {"seed": 0}, {"seed": 1})
    ]
    assert finals[0] == finals[1] != finals[2]


@pytest.mark.parametrize(("problem", "widths"), [(Narrow(), (1, 50)), (Slope(), (2, 2))])
def test_starts_lie_around_the_problems_own(problem: Problem, widths: tuple[float, float]) -> None:
    """A fiftieth of the picture, or of the square from -1 to 1, is their standard deviation."""
    starts = trials_of(problem, 4_000, 7)["theta0"]
    away = (starts - problem.start) / (0.02 * np.array(widths))
    assert starts.shape == (4_000, 2)
    np.testing.assert_allclose(away.mean(axis=0), 0, atol=0.08)
    np.testing.assert_allclose(away.std(axis=0), 1, rtol=0.05)
    assert abs(np.corrcoef(away.T)[0, 1]) < 0.1
    assert abs(away).max() < 6
    # By hand the same ones, as they may be wanted elsewhere.
    np.testing.assert_allclose(away, np.random.default_rng(7).normal(size=(4_000, 2)), atol=1e-9)


def test_what_is_left_is_measured_from_each_start() -> None:
    result = race(Rosenbrock(), [SGD], steps=20, trials=2, fresh=3, budget=6)
    found = result.entries["SGD"]
    starts = trials_of(Rosenbrock(), 3, 1_000_000)["theta0"]
    for left, start in zip(found.final, starts, strict=True):
        path = descend(found.rule, Rosenbrock(), start, steps=20)
        assert left == pytest.approx(path.loss[-1] / path.loss[0], rel=1e-12)


def test_what_diverged_or_is_no_number_counts_as_infinite() -> None:
    class Jump(Slope):
        def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
            return 1e12 * np.ones_like(x), np.zeros_like(y)

    few: dict[str, Any] = {"steps": 2, "trials": 2, "fresh": 2, "budget": 3}
    # A rate of 10 goes far; a score may say of the three what it likes.
    for left, counted in (
        ((9.0, 1.0, 2.0), [9, 1, np.inf]),
        ((9.0, 1.0, np.nan), [9, 1, np.inf]),
        ((np.nan, 1.0, -np.inf), [np.inf, 1, np.inf]),
    ):

        def score(runs: Any, left: Any = left) -> Any:
            return (
                np.repeat(np.reshape(left, (3, 1)), 2, axis=1) if "lr" in runs.axes else np.ones(2)
            )

        found = race(Jump(), [SGD], **few, score=score).entries["SGD"]
        np.testing.assert_allclose(found.axes["lr"], [1e-5, 1e-2, 10])
        assert found.tried.T.tolist() == [counted] * 2


def test_a_score_gets_the_whole_path_and_is_asked_once_for_each_setting() -> None:
    seen: list[Any] = []

    def score(runs: Any) -> Any:
        seen.append(runs)
        return np.ones(runs.theta.shape[1:-1])

    both = {"one": SGD, "same": SGD}
    result = race(Circles(), both, steps=4, trials=2, fresh=3, budget=1, score=score)
    assert {len(runs.theta) for runs in seen} == {5}
    assert len(seen) == 3  # two to tune, and one that both have on the fresh trials
    result.chosen_by(0.5)
    result.left(result.entries["same"].rule)
    assert len(seen) == 3
    result.left(SGD(lr=0.5))
    assert len(seen) == 4


# ------------------------------------------------------------------ what came out


def test_quantiles_are_values_from_the_least_to_the_largest() -> None:
    left = np.array([[3.0, np.inf, 1.0, 2.0]])
    shares = (0, 0.25, 0.26, 0.5, 0.75, 1)
    assert [quantile(left, share).item() for share in shares] == [1, 1, 2, 2, 3, np.inf]
    for share in (-0.01, 1.01):
        with pytest.raises(ValueError, match=r"share must be in \[0, 1\]"):
            quantile(left, share)


def test_a_rate_is_good_that_leaves_twice_as_much_and_no_more() -> None:
    for second, width in ((2.0, 2), (2.01, 1)):
        assert entry([[9.0], [second], [1.0], [9.0]]).basin() == pytest.approx(width)
    # Up to either end of the grid; two rates are enough for a width, one is not.
    assert entry([[2.0], [1.0], [9.0], [9.0]]).basin() == pytest.approx(2)
    assert entry([[9.0], [9.0], [1.0], [2.0]]).basin() == pytest.approx(2)
    assert entry([[9.0], [1.0]]).basin() == pytest.approx(3)
    assert np.isnan(entry([[1.0]], lr=np.array([0.1])).basin())
    # The factor 1 leaves the best alone.
    assert entry([[9.0], [1.1], [1.0], [9.0]]).basin(1) == pytest.approx(1)


def test_along_the_rates_another_quantile_may_be_asked_for() -> None:
    left = np.array([[1, 2, 8, 9, 9.5], [3, 3, 3, 3, 3]], float)
    some = entry(left)
    assert some.along()[1].tolist() == [8, 3]
    assert some.along(0.2)[1].tolist() == [1, 3]
    assert some.along(0.8)[1].tolist() == [9, 3]
    np.testing.assert_allclose(some.along()[0], [1e-3, 1])


def test_the_other_knobs_are_at_their_best() -> None:
    """The nearest of the grid, were it the last one."""
    left = np.arange(6.0).reshape(2, 3)[::-1, ::-1, None] + 1
    two = entry(left, lr=np.array([0.1, 1]), momentum=np.array([0, 0.5, 0.9]))
    assert two.best == {"lr": 1, "momentum": 0.9}
    assert two.along()[1].tolist() == [4, 1]


def test_a_win_is_shared_by_those_who_have_solved_it_and_by_nobody_else() -> None:
    def of(*final: float) -> Entry:
        return Entry(SGD, {}, np.ones(1), {}, np.array(final))

    # On the first both have solved it; then each wins once; then by next to nothing.
    entries = {"a": of(1e-9, 0.1, 0.3, 0.2), "b": of(1e-7, 0.15, 0.2, 0.2001)}
    wins = Race(Ravine(), 1, entries, lambda rule: np.ones(1)).wins()
    assert wins == pytest.approx({"a": 2.5 / 4, "b": 1.5 / 4})


# ------------------------------------------------------------------ the lowest loss, and following


class Bowl(Surface):
    """Its curvature falls away from the middle, where Newton's method alone would leave."""

    name = "bowl"
    start = np.array([3.0, -4.0])

    def __init__(self) -> None:
        self.asked = 0

    def f(self, x: Any, y: Any) -> Any:
        return np.sqrt(1 + x**2) + np.sqrt(1 + (y + x) ** 2)

    def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
        self.asked += 1
        both = (y + x) / np.sqrt(1 + (y + x) ** 2)
        return x / np.sqrt(1 + x**2) + both, both


def test_newtons_method_finds_the_lowest_loss_in_few_steps() -> None:
    bowl = Bowl()
    assert lowest_loss(bowl) == pytest.approx(2, abs=1e-12)
    assert bowl.asked <= 3 * 12
    assert bowl.start.tolist() == [3, -4]
    # On a plane there is none: it says where it has looked, and ends.
    assert lowest_loss(Slope()) <= Slope().loss(Slope.start)


def test_a_minimum_that_is_known_is_believed() -> None:
    class Known(Bowl):
        minimum = np.array([1.0, 0.0])

    assert lowest_loss(Known()) == pytest.approx(2 * np.sqrt(2))


def test_following_is_measured_at_the_same_time() -> None:
    """Against the target of the step that is to come, for whatever axes there are."""
    target = MovingTarget(noise=0)
    for axes in ({}, {"lr": [0.1, 0.3]}, {"lr": [0.1, 0.3], "momentum": [0.5]}):
        rule = Momentum(lr=0.1) if "momentum" in axes else SGD(lr=0.1)
        runs = sweep(rule, target, 30, keep="path", **axes)
        where = np.array([target.target(t) for t in range(1, 31)])
        for place in np.ndindex(runs.theta.shape[1:-1]):
            away = runs.theta[(slice(None, -1), *place)] - where
            still = target.start - where
            assert following(runs)[place] == pytest.approx(np.mean(away**2) / np.mean(still**2))
    with pytest.raises(ValueError, match='keep="path"'):
        following(sweep(SGD(), target, 30, lr=[0.1]))
