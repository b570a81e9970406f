"""Ranges of sliders, and the colours that a style is given: what the figure is made of, by hand."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

import pytest

from adaptive import SGD, Adam, Momentum, explore, opening, palette, plotting, scheduled
from adaptive.explorer import colours
from adaptive.explorer.ranges import KNOWN, Range, ranges_of
from adaptive.problems import NoisyQuadratic
from adaptive.rules import Rule
from adaptive.schedules import WSD, Linear

POWERS = [10.0**e for e in range(-12, 7)]


def _range(scale, low, high, value=None):
    return Range("x", "the x", "x", scale, low, high, low if value is None else value)


# ------------------------------------------------------------------ ranges


@pytest.mark.parametrize(
    ("scale", "low", "high", "middle"),
    [("linear", -1, 3, 1), ("log", 1e-4, 1, 1e-2), ("decay", 0, 0.99, 0.9)],
)
def test_places_between_the_ends(scale, low, high, middle):
    found = _range(scale, low, high)
    assert found.at([0, 0.5, 1]) == pytest.approx([low, middle, high])
    assert found.place([low, middle, high]) == pytest.approx([0, 0.5, 1])
    # Nothing leads beyond the ends.
    assert (found.at([-0.1, 1.1]) == [low, high]).all()


@pytest.mark.parametrize(
    ("scale", "low", "high", "ticks"),
    [
        ("log", 1e-3, 1, [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]),
        ("log", 0.002, 0.5, [0.003, 0.01, 0.03, 0.1, 0.3]),
        ("log", 1e-13, 1e7, sorted(POWERS + [3 * power for power in POWERS])),
        ("decay", 0, 0.999, [0, 0.7, 0.9, 0.97, 0.99, 0.997, 0.999]),
        ("decay", 0.5, 0.95, [0.7, 0.9]),
        ("linear", 0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        ("linear", -1.5, 2.2, [-0.8, 0, 0.8, 1.6]),
    ],
)
def test_ticks_are_round_and_within_the_ends(scale, low, high, ticks):
    found = _range(scale, low, high).ticks()
    assert found == pytest.approx(ticks)
    assert all(tick == float(f"{tick:.3g}") for tick in found)


def test_ranges_of_the_books_names():
    for rule in (Adam(), Adam(lr=20.0, eps=1e-12)):
        for each in ranges_of(rule):
            scale, low, high = KNOWN[each.name]
            value = getattr(rule, each.name)
            assert (each.scale, each.value) == (scale, value)
            assert (each.low, each.high) == (min(low, value), max(high, value))
    # Zero is on no scale of logarithms.
    assert [each.scale for each in ranges_of(Adam(eps=0))] == ["log", "decay", "decay", "linear"]


def test_a_range_that_is_given_is_taken():
    lr, momentum = ranges_of(Momentum(0.05, 0.7), {"lr": (0.05, 1)})
    assert (lr.name, lr.scale, lr.low, lr.high, lr.value) == ("lr", "log", 0.05, 1, 0.05)
    assert (momentum.low, momentum.high) == (0, 0.99)
    (lr,) = ranges_of(SGD(1.0), {"lr": (0.05, 1)})
    assert (lr.low, lr.high, lr.value) == (0.05, 1, 1)
    (lr,) = ranges_of(SGD(0.5), {"lr": (0, 1)})
    assert lr.scale == "linear"
    for value in (0.04, 1.1):
        with pytest.raises(ValueError, match=r"\['lr'\] must hold the setting SGD.lr"):
            ranges_of(SGD(value), {"lr": (0.05, 1)})


@pytest.mark.parametrize("ends", [(1, 1), (1, 0.1), (0.1,), (0, 1, 2), 3])
def test_a_range_is_two_ends_in_their_order(ends):
    with pytest.raises(ValueError, match=r"must be \(low, high\) with low < high"):
        ranges_of(SGD(0.5), {"lr": ends})


def test_the_sliders_of_the_book():
    decay = ("decay", 0, 0.999)
    assert {
        "lr": ("log", 1e-4, 3),
        "momentum": ("linear", 0, 0.99),
        "rho": decay,
        "beta1": decay,
        "beta2": ("decay", 0, 0.9999),
        "beta": ("linear", 0, 1),
        "eps": ("log", 1e-10, 1),
        "warmup": ("linear", 0, 100),
    } == KNOWN


def test_what_the_reader_sees_of_a_range():
    found = {each.name: each for each in ranges_of(Adam())}
    assert found["lr"].label == plotting.SYMBOLS["lr"]
    assert [each.symbol for each in found.values()] == ["η", "β₁", "β₂", "ε"]
    assert found["lr"].as_dict() == {
        "name": "lr",
        "label": found["lr"].label,
        "symbol": "η",
        "scale": "log",
        "low": 1e-4,
        "high": 3.0,
        "value": Adam().lr,
        "stops": found["lr"].stops(),
    }


@pytest.mark.parametrize(
    ("value", "scale", "low", "high"),
    [
        (0.5, "log", 0.005, 50),
        (20.0, "log", 0.2, 2000),
        (0.0, "linear", -1, 1),
        (-2.0, "linear", -4, 0),
    ],
)
def test_a_name_that_the_book_does_not_know_is_given_a_range(value, scale, low, high):
    @dataclass(frozen=True, eq=False)
    class Strange(Rule):
        alpha: Any = value

        def update(self, g, t):
            return (-self.alpha * g,)

    (found,) = ranges_of(Strange())
    assert (found.scale, found.low, found.high) == (scale, low, high)
    assert (found.label, found.symbol, found.value) == ("alpha", "alpha", value)
    (found,) = ranges_of(Strange(), {"alpha": (-3, 30)})
    assert (found.scale, found.low, found.high) == ("linear", -3, 30)


# ------------------------------------------------------------------ colours


def test_looks_are_custom_properties():
    light = plotting.line("Adam")["color"]
    assert colours.look("Adam") == f"--light:{light};--dark:{palette.on_dark(light)}"
    light = palette.CONCEPTS["step"]
    assert (
        colours.look("step", "step-")
        == f"--step-light:{light};--step-dark:{palette.on_dark(light)}"
    )


def test_beside_its_parent_a_rule_of_ones_own_has_another_colour():
    decayed, cut = scheduled(SGD(), Linear(T=20)), scheduled(Momentum(), Linear(T=20))
    assert colours.names_of([decayed, SGD()]) == ["LinearSGD", "SGD"]
    assert colours.names_of([SGD(), Adam(), decayed]) == ["SGD", "Adam", "LinearSGD"]
    # Where the parent is not, its colour is free.
    assert colours.names_of([cut, SGD(), Adam()]) == ["Momentum", "SGD", "Adam"]


def test_figures_tell_a_rule_from_its_parent():
    decayed = scheduled(SGD(0.1), Linear(T=20))
    problem = NoisyQuadratic([1, 4])
    figures = [
        explore(problem, decayed, SGD(0.1), steps=20),
        opening(decayed, problem, slider="lr", ghost=SGD(0.1), steps=20, name="decayed"),
    ]
    for figure in figures:
        looks = re.findall(r'class="rule[^"]*"[^>]* style="([^"]+)"', figure._picture())
        assert set(looks) == {colours.look("SGD"), colours.look("LinearSGD")}
        assert len(set(looks)) == 2
    # The page draws the explorer in the same colours.
    assert colours.look("LinearSGD") in str(figures[0]._spec()["rules"]["LinearSGD"]["look"])


def test_a_range_stays_in_what_the_rule_allows():
    rule = scheduled(SGD(), WSD(T=20, decay=0.3))
    found = {each.name: each for each in ranges_of(rule)}
    assert (found["warmup"].low, found["warmup"].high) == (0, 10)
    assert found["decay"].low > 0 and 0.3 < found["decay"].high <= 1
    for name, each in found.items():
        for value in each.stops():
            replace(rule, **{name: value})
    (_, T, _) = ranges_of(scheduled(SGD(), Linear(T=300, warmup=10)))
    assert 10 < T.low < 300 < T.high
