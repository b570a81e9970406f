"""Maps of two hyperparameters, and paths that are computed beforehand: each piece by hand."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum, descend
from adaptive.explorer import regimes, stored
from adaptive.explorer.picture import LANDSCAPE
from adaptive.explorer.ranges import ranges_of
from adaptive.explorer.regimes import COLUMNS, REGIMES, ROWS, Map
from adaptive.problems import Ravine, Saddle, Surface
from adaptive.rules import Rule

# ------------------------------------------------------------------ regimes


@pytest.mark.parametrize(("steps", "rate"), [(8, 0.9), (8, 1.0), (100, 0.5), (4, 1.1), (3, 0.7)])
def test_the_rate_of_a_loss_that_shrinks_evenly(steps, rate):
    above = 3.0 * rate ** (2 * np.arange(steps + 1))
    if rate <= 1:
        assert regimes._rate(above[:, None], steps) == pytest.approx([rate])
    else:
        # It is the largest of the last quarter.
        assert regimes._rate(above[:, None], steps) == pytest.approx([rate ** (4 / 3)])


def test_a_loss_that_is_small_by_chance_does_not_count():
    above = np.full(101, 0.25)
    above[0], above[75:] = 1, 1e-20
    above[90] = 1e-6
    assert regimes._rate(above[:, None], 100) == pytest.approx([1e-6 ** (0.5 / 75)])
    above[74] = 1
    assert regimes._rate(above[:, None], 100) == pytest.approx([1e-6 ** (0.5 / 75)])


def test_the_rate_of_what_has_no_size():
    above = np.array([[1.0, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [0, np.nan, np.inf]])
    assert regimes._rate(above, 4) == pytest.approx([1, 2, 2])
    above[3] = 0, 0, 0
    assert regimes._rate(above, 4)[0] == pytest.approx(1e-300 ** (0.5 / 3))


@pytest.mark.parametrize(
    ("path", "turns"),
    [
        ([1, 0.5, 0.1], False),
        ([1, 0.5, 0], False),
        ([1, 0.5, -1e-13], False),
        ([1, 0.5, -1e-11], True),
        ([1, -0.5, 0.1], True),
        ([-2, -1, -0.1], False),
        ([-2, 1, -0.1], True),
        ([0, 1, -1], False),
    ],
)
def test_who_goes_past_the_minimum_oscillates(path, turns):
    off = np.array(path, dtype=float)[:, None]
    assert regimes._oscillates(off).tolist() == [turns]


def test_a_mean_over_three_by_three():
    field = np.zeros((5, 5))
    field[2, 2] = 9
    expected = np.zeros((5, 5))
    expected[1:4, 1:4] = 1
    assert np.allclose(regimes._smooth(field), expected)
    # At the edge the field goes on as it is there.
    field = np.zeros((4, 6))
    field[0, 0] = 9
    expected = np.zeros((4, 6))
    expected[:2, :2] = [[4, 2], [2, 1]]
    assert np.allclose(regimes._smooth(field), expected)
    assert np.allclose(regimes._smooth(np.full((3, 4), 0.3)), 0.3)


def test_how_deep_a_cell_lies():
    inside = np.ones((5, 6), dtype=bool)
    assert regimes._depth(inside).tolist() == [
        [1, 1, 1, 1, 1, 1],
        [1, 2, 2, 2, 2, 1],
        [1, 2, 3, 3, 2, 1],
        [1, 2, 2, 2, 2, 1],
        [1, 1, 1, 1, 1, 1],
    ]
    inside[2, 0] = inside[0, 4] = inside[4, 2] = inside[1, 5] = False
    assert regimes._depth(inside).tolist() == [
        [1, 1, 1, 1, 0, 1],
        [1, 2, 2, 2, 1, 0],
        [0, 1, 2, 3, 2, 1],
        [1, 2, 1, 2, 2, 1],
        [1, 1, 0, 1, 1, 1],
    ]


def _map(regime, rate=None):
    regime = np.asarray(regime)
    ranges = ranges_of(Momentum(0.05, 0.7))
    return Map(ranges, np.full(regime.shape, 0.5) if rate is None else rate, regime)


def test_names_stand_inside_of_their_regions():
    regime = np.zeros((40, 80), dtype=int)
    regime[10:19, 40:49] = 1  # nine cells wide: its middle is five deep
    regime[25:33, 40:48] = 2  # eight cells wide: too small for a name
    regime[20:31, 0:11] = 3
    regime[20:31, 69:80] = 4
    labels = {name: place for name, *place in _map(regime).labels()}
    assert list(labels) == [REGIMES[k] for k in (0, 1, 3, 4)]
    assert labels[REGIMES[1]] == pytest.approx([44.5 / 80, 14.5 / 40])
    # Names are wide: they keep away from the sides.
    assert labels[REGIMES[3]] == pytest.approx([0.14, 25.5 / 40])
    assert labels[REGIMES[4]] == pytest.approx([0.86, 25.5 / 40])


def test_cells_of_a_map_are_nearly_square():
    width, height = LANDSCAPE.right - LANDSCAPE.left, LANDSCAPE.bottom - LANDSCAPE.top
    assert width / COLUMNS == pytest.approx(height / ROWS, rel=0.05)
    # And few enough to be sent along.
    assert 4 * ROWS == 3 * COLUMNS == 144


def test_the_page_gets_every_second_cell():
    regime = np.arange(4 * ROWS * COLUMNS).reshape(2 * ROWS, 2 * COLUMNS) % 5
    told = _map(regime).as_dict("Momentum")
    assert told["cells"] == "".join(map(str, regime[::2, ::2].ravel()))
    assert (told["columns"], told["rows"]) == (COLUMNS, ROWS)
    assert len(told["cells"]) == COLUMNS * ROWS
    assert told["rule"] == "Momentum"
    assert told["names"] == ["lr", "momentum"]
    assert [each["name"] for each in told["ranges"]] == ["lr", "momentum"]
    assert told["regimes"] == REGIMES


def _corners(d):
    pairs = re.findall(r"(-?[\d.]+),?(-?[\d.]+)", d)
    return np.cumsum([[float(x) for x in pair] for pair in pairs], axis=0)


def test_regions_are_shades_and_lines_around_the_regimes():
    rows, columns = 72, 96
    across = np.tile((np.arange(columns) + 0.5) / columns, (rows, 1))
    # The rate grows from left to right; beyond three quarters it diverges, before a half it turns.
    rate = 0.6 + 0.5333 * across
    regime = np.where(across < 0.5, 1, 0)
    regime[across > 0.75] = 4
    text = _map(regime, rate).regions()
    bands = [_corners(d) for d in re.findall(r'class="band" d="(.*?)"', text)]
    edges = [band[:, 0].max() for band in bands]
    x = lambda value: LANDSCAPE.x(((value - 0.6) / 0.5333 * columns - 0.5) / (columns - 1))  # noqa: E731
    assert edges == pytest.approx([float(x(shade)) for shade in regimes.SHADES], abs=0.3)
    assert all(band[:, 0].min() == pytest.approx(LANDSCAPE.left, abs=0.1) for band in bands)
    lines = re.search(r'class="border" d="(.*?)"', text)[1].split("M")[1:]
    found = sorted(float(_corners(line)[:, 0].mean()) for line in lines)
    assert found == pytest.approx([float(LANDSCAPE.x(0.5)), float(x(1.0))], abs=0.3)
    # The other coordinate's regimes have lines of their own.
    text = _map(np.where(across < 0.25, 2, 0), rate).regions()
    lines = re.search(r'class="border" d="(.*?)"', text)[1].split("M")[1:]
    found = sorted(float(_corners(line)[:, 0].mean()) for line in lines)
    assert found == pytest.approx([float(LANDSCAPE.x(23.5 / 95)), float(x(1.0))], abs=0.3)


def test_a_map_is_of_the_runs_at_the_middle_of_its_cells():
    rule, problem, steps = Momentum(0.1, 0.5), Saddle(), 20
    ranges = ranges_of(rule, {"lr": (1e-2, 3)})
    found = regimes.map_of(rule, problem, ("momentum", "lr"), ranges, problem.start, steps)
    assert [each.name for each in found.ranges] == ["momentum", "lr"]
    assert found.rate.shape == found.regime.shape == (2 * ROWS, 2 * COLUMNS)
    momentum, lr = found.ranges
    seen = set()
    for row, column in np.ndindex(9, 8):
        row, column = 8 * row, 12 * column
        values = momentum.at((column + 0.5) / (2 * COLUMNS)), lr.at((row + 0.5) / (2 * ROWS))
        path = descend(Momentum(float(values[1]), float(values[0])), problem, steps=steps)
        regime = REGIMES[found.regime[row, column]]
        seen.add(regime)
        if path.diverged:
            assert regime == "diverges"
            continue
        above = path.loss - problem.loss(problem.minimum)
        rate = (max(above[15:].max(), 1e-300) / above[0]) ** (0.5 / 15)
        assert found.rate[row, column] == pytest.approx(rate, rel=1e-6)
        off = path.theta - problem.minimum
        past = ((off * np.sign(off[0])).min(0) < -1e-12 * abs(off[0])).tolist()
        expected = {
            (False, False): "no oscillation",
            (False, True): "θ[1] oscillates",
            (True, False): "θ[0] oscillates",
            (True, True): "both oscillate",
        }[tuple(past)]
        assert regime == (expected if rate < 1 else "diverges")
    assert len(seen) >= 3
    turned = regimes.map_of(rule, problem, ("lr", "momentum"), ranges, problem.start, 2)
    assert [each.name for each in turned.ranges] == ["lr", "momentum"]


@pytest.mark.parametrize(
    "pair", ["lr", ("lr",), ("lr", "lr"), ("lr", "beta"), ("lr", "momentum", "lr"), 3, None]
)
def test_a_map_is_of_two_hyperparameters(pair):
    rule, problem = Momentum(0.1, 0.5), Saddle()
    with pytest.raises(ValueError, match="map must name two hyperparameters of Momentum"):
        regimes.map_of(rule, problem, pair, ranges_of(rule), problem.start, 5)


# ------------------------------------------------------------------ computed beforehand


def test_stops_are_all_over_the_range_and_hold_the_setting():
    ranges = ranges_of(SGD(0.05))
    (stops,) = stored._stops(ranges, 100)
    assert len(stops) == 41
    assert 0.05 in stops
    assert (stops[0], stops[-1]) == pytest.approx((1e-4, 3))
    assert stops == sorted(stops)
    even = np.linspace(0, 1, 41)
    assert np.abs(ranges[0].place(stops) - even).max() <= 0.5 / 40 + 1e-9
    assert len(stored._stops(ranges, 7)[0]) == 7


@pytest.mark.parametrize(
    ("most", "first", "second"), [(49, 9, 5), (2, 2, 1), (3, 2, 1), (250, 20, 12)]
)
def test_the_first_two_hyperparameters_vary(most, first, second):
    rule = Adam(0.1, 0.85, 0.95, 1e-7)
    stops = stored._stops(ranges_of(rule), most)
    assert [len(each) for each in stops] == [first, second, 1, 1]
    assert all(value in each for value, each in zip((0.1, 0.85, 0.95, 1e-7), stops, strict=True))
    assert stops[2:] == [[0.95], [1e-7]]
    assert stored._stops([], most) == []


@pytest.mark.parametrize("steps", [1, 200, 250, 357, 4999])
def test_paths_are_as_many_as_the_budget_has_points_for(steps):
    found = stored.stored_paths(SGD(0.05), Saddle(), ranges_of(SGD(0.05)), Saddle().start, steps)
    count = len(found["lengths"])
    assert count == max(2, min(41, stored.BUDGET // (steps + 1)))
    assert len(base64.b64decode(found["data"])) == count * (steps + 1) * 3 * 2


class Bowl(Surface):
    """A bowl whose minimum is known to a thousandth only."""

    name = "bowl"
    start = np.array([1.0, 0.5])
    minimum = np.array([1e-3, 0.0])

    def f(self, x, y):
        return x * x + y * y

    def partials(self, x, y):
        return 2 * x, 2 * y


def test_a_loss_below_that_of_the_minimum_does_not_set_the_scale():
    rule = SGD(0.25)
    found = stored.stored_paths(rule, Bowl(), ranges_of(rule), Bowl().start, 5)
    losses = np.concatenate([descend(SGD(lr), Bowl(), steps=5).loss for lr in found["stops"][0]])
    above = losses - 1e-6
    assert found["floor"] == 1e-6
    assert above.min() < 0
    assert found["logs"][0] == pytest.approx(np.log10(above[above > 0].min()))


def test_shares_of_a_range():
    values = np.array([-1.0, 3, 1, -9, 9, np.nan, np.inf, -np.inf])
    found = stored._shares(values, -1, 3)
    assert found.tolist() == [0, 65535, round(65535 / 2), 0, 65535, 0, 65535, 0]
    assert stored._shares(np.array([1 / 65535 * 0.6]), 0, 1) == 1


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A rule that cannot run in a batch: one run decides for all."""

    lr: Any = 0.05

    def update(self, g, t):
        size = np.sqrt(np.sum(g * g))
        return (-self.lr * (g / size if size > 1 else g),)


@dataclass(frozen=True, eq=False)
class Branching(Rule):
    """SGD in a form that cannot run in a batch either, and that diverges like it."""

    lr: Any = 0.05

    def update(self, g, t):
        step = -self.lr * g
        return (step if g[0] > -np.inf else 0 * g,)


@pytest.mark.parametrize(("rule", "alone"), [(Clipped(), 4), (Branching(), 3), (SGD(0.05), 1)])
def test_runs_are_those_of_descend_in_a_batch_if_that_can_be(monkeypatch, rule, alone):
    asked = []
    monkeypatch.setattr(stored, "descend", lambda *given: asked.append(given) or descend(*given))
    stops, problem, steps = [[0.01, 0.05, 0.9]], Ravine(), 13
    theta, loss = stored._runs(rule, problem, stops, problem.start, steps)
    # What a batch can be made of, one is run alone to see that the others do not decide for it.
    assert len(asked) == alone
    assert (theta.shape, loss.shape) == ((3, 14, 2), (3, 14))
    ends = []
    for i, lr in enumerate(stops[0]):
        path = descend(type(rule)(lr), problem, steps=steps)
        ends.append(path.steps)
        np.testing.assert_array_equal(theta[i, : path.steps + 1], path.theta)
        np.testing.assert_array_equal(loss[i, : path.steps + 1], path.loss)
    assert (min(ends) < 13) is (type(rule) is not Clipped)


def test_runs_of_two_hyperparameters_are_in_the_order_of_their_stops():
    stops, problem = [[0.01, 0.05], [0.1, 0.5, 0.8]], Ravine()
    theta, _ = stored._runs(Momentum(), problem, stops, problem.start, 6)
    for row, (lr, momentum) in enumerate((a, b) for a in stops[0] for b in stops[1]):
        np.testing.assert_array_equal(
            theta[row], descend(Momentum(lr, momentum), problem, steps=6).theta
        )


def test_what_is_sent_of_paths_fits_its_budget():
    rule, problem, steps = SGD(0.05), Ravine(), 2000
    sent = stored.stored_paths(rule, problem, ranges_of(rule), problem.start, steps)
    assert len(sent["stops"][0]) == 2
    sent = stored.stored_paths(rule, problem, ranges_of(rule), problem.start, 99)
    assert len(sent["stops"][0]) == 41
    assert sent["times"] == 100
    # The picture, and as much around it.
    assert sent["low"] == [-15, -6]
    assert sent["high"] == [15, 6]


class Flat(Surface):
    """A problem on which nothing happens."""

    name, start, bounds, minimum = "flat", np.zeros(2), ((-1, 1), (-1, 1)), None

    def f(self, x, y):
        return 1 + 0 * x + 0 * y

    def partials(self, x, y):
        return 0 * x, 0 * y


def test_losses_that_never_change_have_a_range_all_the_same():
    rule = SGD(0.05)
    sent = stored.stored_paths(rule, Flat(), ranges_of(rule), np.zeros(2), 5)
    low, high = sent["logs"]
    assert low == 0 < high < 1e-6
    numbers = np.frombuffer(base64.b64decode(sent["data"]), "<u2").reshape(-1, 6, 3)
    assert (numbers[..., 2] == 0).all()
    assert (numbers[..., :2] == 32768).all()
    assert set(sent["lengths"]) == {6}
    assert set(sent["diverged"]) == {0}
    assert sent["floor"] == 0


def test_paths_that_diverge_end_where_they_do():
    rule, problem, steps = SGD(0.05), Ravine(), 61
    sent = stored.stored_paths(rule, problem, ranges_of(rule), problem.start, steps)
    numbers = np.frombuffer(base64.b64decode(sent["data"]), "<u2").reshape(-1, steps + 1, 3)
    low, high = np.array(sent["low"]), np.array(sent["high"])
    bottom, top = sent["logs"]
    lost = 0
    for row, lr in enumerate(sent["stops"][0]):
        path = descend(SGD(lr), problem, steps=steps)
        length = path.steps + 1
        assert sent["lengths"][row] == length
        assert sent["diverged"][row] == path.diverged
        lost += path.diverged
        theta = low + numbers[row, :length, :2] / 65_535 * (high - low)
        assert np.allclose(theta, np.clip(path.theta, low, high), atol=1e-3)
        logs = bottom + numbers[row, :length, 2] / 65_535 * (top - bottom)
        above = np.clip(path.loss, 10**bottom, 10**top)
        assert np.allclose(logs, np.log10(above), atol=1e-3)
    assert 5 < lost < 30
    assert top == 12
    # What is smaller than all that can be seen beside it is drawn at the bottom.
    sent = stored.stored_paths(rule, problem, ranges_of(rule), problem.start, 301)
    assert sent["logs"] == pytest.approx([-6, 12])


def test_losses_are_sent_from_the_least_to_the_greatest():
    rule, problem, start = SGD(0.01), Ravine(), np.array([1e-3, 0])
    ranges = ranges_of(rule, {"lr": (1e-4, 0.04)})
    sent = stored.stored_paths(rule, problem, ranges, start, 9)
    losses = [descend(SGD(lr), problem, start, 9).loss for lr in sent["stops"][0]]
    assert sent["logs"] == pytest.approx([np.log10(np.min(losses)), np.log10(np.max(losses))])
    assert not any(sent["diverged"])
