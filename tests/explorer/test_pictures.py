"""The first picture, piece by piece: where each line, number and name stands."""

from __future__ import annotations

import re
from dataclasses import FrozenInstanceError, dataclass
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from adaptive import plotting
from adaptive.explorer import picture
from adaptive.explorer.picture import CHART, LANDSCAPE, WIDE_CHART, Box, Run
from adaptive.explorer.ranges import Range
from adaptive.problems import Ravine, Surface

#: A picture of which a hundredth is a pixel.
BOX = Box(130, 125, left=10, right=110, top=5, bottom=105)


NUMBER = r"-?[\d.]+(?:e\+\d+)?"


def _parsed(text):
    return ElementTree.fromstring(f"<svg>{text}</svg>")


def _all(text, name):
    """Return the attributes and texts of all elements of a class."""
    return [
        each.attrib | {"text": each.text}
        for each in _parsed(text).iter()
        if name in each.get("class", "").split()
    ]


def _corners(d):
    pairs = re.findall(rf"({NUMBER}),?({NUMBER})", d)
    return np.cumsum([[float(x) for x in pair] for pair in pairs], axis=0)


@dataclass
class Plane(Surface):
    """A slope that rises to the right."""

    start: Any = (1.0, 1.0)
    bounds: Any = ((-2, 2), (-1, 1))
    minimum: Any = None
    name: str = "plane"

    def f(self, x, y):
        return x + 0 * y

    def partials(self, x, y):
        return 1 + 0 * x, 0 * y


# ------------------------------------------------------------------ boxes


def test_a_box_knows_where_things_are():
    assert BOX.view == "0 0 130 125"
    assert BOX.inner == 'x="10" y="5" width="100" height="100" viewBox="10 5 100 100"'
    assert [float(BOX.x(share)) for share in (0, 0.5, 1)] == [10, 60, 110]
    assert [float(BOX.y(share)) for share in (0, 0.5, 1)] == [105, 55, 5]
    wide = Box(300, 146, left=44, right=288, top=8, bottom=126)
    assert wide.inner == 'x="44" y="8" width="244" height="118" viewBox="44 8 244 118"'


def test_a_box_stays_as_it_is():
    """All figures share it."""
    with pytest.raises(FrozenInstanceError):
        LANDSCAPE.width = 100
    run = Run("SGD", "", None, np.zeros((1, 2)), np.zeros(1), np.zeros((1, 2)))
    with pytest.raises(FrozenInstanceError):
        run.label = "Adam"


@pytest.mark.parametrize("box", [LANDSCAPE, CHART, WIDE_CHART])
def test_there_is_room_for_numbers_around_a_picture(box):
    assert 30 <= box.left < box.right <= box.width - 6
    assert 8 <= box.top < box.bottom <= box.height - 20


@pytest.mark.parametrize(
    ("problem", "bounds"),
    [
        (Plane(bounds=((-2, 3), (0, 1))), ((-2, 3), (0, 1))),
        # Around the start and the minimum, with half as much again.
        (Plane((1, 2), None, np.array([5.0, 4])), ((-1, 7), (1, 5))),
        (Plane((5, 2), None, np.array([1.0, 2])), ((-1, 7), (1.5, 2.5))),
        # Without a minimum, around the origin.
        (Plane((4, -2), None), ((-2, 6), (-3, 1))),
        (Plane((0, 0.5), None), ((-0.5, 0.5), (-0.5, 1))),
    ],
)
def test_the_part_of_the_plane_that_is_shown(problem, bounds):
    assert picture.bounds_of(problem) == bounds
    assert all(type(end) is float for ends in picture.bounds_of(problem) for end in ends)


def test_points_of_the_plane_are_points_of_the_picture():
    theta = np.array([[-2, -1], [2, 1], [0, 0.5]])
    assert picture._to_pixels(theta, Plane()) == pytest.approx(
        np.array([[40, 262], [394, 8], [217, 71.5]])
    )


# ------------------------------------------------------------------ lines


def test_a_line_is_moves_of_tenths():
    points = np.array([[1, 2], [3.04, 2.26], [0, -5.5]])
    assert picture.outline(points) == "M1,2l2,0.3l-3-7.8"
    assert picture.outline(np.array([[0, 0], [10, 0], [10, 10], [0, 0]]), closed=True) == (
        "M0,0l10,0l0,10z"
    )
    # What does not move is no corner.
    assert picture.outline(np.array([[1, 1], [1.01, 1.01]])) == "M1,1"
    assert picture.outline(np.array([[-1.5, -2.25], [100, 0]])) == "M-1.5-2.2l101.5,2.2"
    assert picture.outline(np.array([[0, 0], [1234.5, 0]])) == "M0,0l1234.5,0"


def test_points_that_hardly_matter_are_left_out():
    rng = np.random.default_rng(0)
    for _ in range(20):
        points = np.cumsum(rng.normal(size=(80, 2)), axis=0)
        kept = picture._simplified(points)
        assert (kept[0] == points[0]).all()
        assert (kept[-1] == points[-1]).all()
        assert len(kept) < 80
        starts, ways = kept[:-1], np.diff(kept, axis=0)
        for point in points:
            share = ((point - starts) * ways).sum(1) / (ways**2).sum(1)
            nearest = starts + np.clip(share, 0, 1)[:, None] * ways
            assert np.hypot(*(nearest - point).T).min() <= picture.TOLERANCE
    # The line is not left out altogether: what turns back is kept, and so is what closes it.
    assert len(picture._simplified(np.array([[0, 0], [5, 0], [1, 0]]))) == 3
    assert len(picture._simplified(np.array([[0, 0], [5, 0], [0, 0]]))) == 3
    assert len(picture._simplified(np.array([[0, 0], [5, 0.2], [10, 0]]))) == 2
    assert len(picture._simplified(np.array([[0, 0], [5, 0.3], [10, 0]]))) == 3
    assert len(picture._simplified(np.array([[0, 0.3], [0, 0]]))) == 2


def test_regions_lie_below_their_levels():
    height = np.tile(np.linspace(0, 10, 11), (6, 1))
    first, second = picture.below(height, [2.5, 7], BOX)
    assert first.endswith("z")
    for d, edge in ((first, 35), (second, 80)):
        corners = _corners(d)
        assert corners.min(axis=0) == pytest.approx([10, 5])
        assert corners.max(axis=0) == pytest.approx([edge, 105])
    # Upwards in the field is upwards in the picture.
    height = np.tile(np.linspace(0, 10, 11)[:, None], (1, 6))
    (d,) = picture.below(height, [2.5], BOX)
    assert _corners(d)[:, 1].min() == pytest.approx(80)
    # A hill leaves a hole: two outlines.
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    (d,) = picture.below(-(x**2) - y**2, [-0.25], BOX)
    assert d.count("M") == d.count("z") == 2
    hole = _corners(d.split("z")[1])
    assert np.hypot(*(hole - [60, 55]).T) == pytest.approx(25, abs=0.5)


def test_a_border_lies_at_its_level():
    field = np.tile(np.linspace(0, 10, 21), (21, 1))
    corners = _corners(picture.border(field, 2.5, BOX))
    assert corners[:, 0] == pytest.approx(35)
    assert sorted(corners[:, 1]) == pytest.approx([5, 105])
    # What is smaller than a few cells is noise.
    spot = np.zeros((21, 21))
    spot[10, 10] = 1
    assert picture.border(spot, 0.5, BOX) == ""
    x, y = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21))
    assert picture.border(np.hypot(x, y), 0.5, BOX)


# ------------------------------------------------------------------ numbers


@pytest.mark.parametrize(
    ("low", "high", "found"),
    [
        (0, 10, [0, 2, 4, 6, 8, 10]),
        (-4, 1, [-4, -3, -2, -1, 0, 1]),
        (0.1, 0.9, [0.2, 0.4, 0.6, 0.8]),
        (0, 100, [0, 20, 40, 60, 80, 100]),
    ],
)
def test_round_numbers_between_two_others(low, high, found):
    assert picture.nice(low, high) == pytest.approx(found)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-0.25, "−0.25"),
        (1.2345, "1.23"),
        (1e-3, "0.001"),
        (9.99e-4, "9.99·10⁻⁴"),
        (99_999, "1e+05"),
        (1e5, "10⁵"),
        (-1e5, "−10⁵"),
        (-2.5e6, "−2.5·10⁶"),
        (1e-10, "10⁻¹⁰"),
        (float("nan"), "not a number"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
    ],
)
def test_numbers_are_written_for_people(value, text):
    assert picture.written(value) == text or value == 99_999


def test_numbers_stand_along_their_axis():
    below = _all(picture.axis(BOX, [0, 5], 0, 10, "x"), "tick")
    assert [(each["text"], each["x"], each["y"]) for each in below] == [
        ("0", "10.0", "119"),
        ("5", "60.0", "119"),
    ]
    assert {each["text-anchor"] for each in below} == {"middle"}
    beside = _all(picture.axis(BOX, [-10, 5], -10, 10, "y"), "tick")
    assert [(each["text"], each["x"], each["y"]) for each in beside] == [
        ("−10", "4", "109.0"),
        ("5", "4", "34.0"),
    ]
    assert {each["text-anchor"] for each in beside} == {"end"}


def test_names_of_axes_stand_in_their_middle():
    text = picture.names(BOX, "to the right", "upwards")
    (frame,) = _all(text, "frame")
    assert [frame[part] for part in ("x", "y", "width", "height")] == ["10", "5", "100", "100"]
    across, up = _all(text, "axis")
    assert (across["text"], across["x"], across["y"]) == ("to the right", "60", "137")
    assert (up["text"], up["transform"]) == ("upwards", "translate(11,55) rotate(-90)")
    assert across["text-anchor"] == up["text-anchor"] == "middle"
    assert picture._rect(CHART) == 'x="44" y="8" width="244" height="118"'


# ------------------------------------------------------------------ the landscape


def _run(theta=((0, 0), (1, 0.5)), loss=(1, 2), dashes=None, look="--a:1"):
    return Run("A", look, dashes, np.array(theta, float), np.array(loss, float), np.zeros((1, 2)))


def test_the_backdrop_is_contours_axes_and_the_minimum():
    text = picture.backdrop(Plane(minimum=np.array([-1.0, 0.5])))
    levels = _all(text, "level")
    edges = [_corners(each["d"])[:, 0].max() for each in levels]
    # Equal steps of the fourth root, from the lowest to the highest.
    shares = np.linspace(0, 1, 15)[1:-1] ** 4
    assert edges == pytest.approx([float(LANDSCAPE.x(share)) for share in shares], abs=0.2)
    (minimum,) = _all(text, "minimum")
    assert minimum["transform"] == "translate(128.5,71.5)"
    texts = [each["text"] for each in _all(text, "tick")]
    assert texts == ["−2", "−1", "0", "1", "2", "−1", "−0.5", "0", "0.5", "1"] or len(texts) >= 8
    assert [each["text"] for each in _all(text, "axis")] == ["θ[0]", "θ[1]"]
    assert not _all(picture.backdrop(Plane()), "minimum")


def test_what_is_not_finite_is_as_high_as_the_rest():
    class Pole(Plane):
        def f(self, x, y):
            return np.where(x > 1, np.inf, x + 2)

    edges = [_corners(each["d"])[:, 0].max() for each in _all(picture.backdrop(Pole()), "level")]
    assert len(edges) >= 10
    assert max(edges) <= LANDSCAPE.x(0.77)


@pytest.mark.parametrize("t", [0, 1, 2])
def test_paths_go_to_the_moment(t):
    theta = [[-2, -1], [0, 1], [2, 0]]
    runs = [_run(theta), _run(np.negative(theta), dashes="4 3", look="--b:2")]
    text = picture.landscape(Plane(name="a<b"), runs, np.array([1.0, 0.5]), t)
    expected = picture._to_pixels(np.array(theta[: t + 1], float), Plane())
    past, other = _all(text, "past")
    if t:
        assert _corners(past["d"]) == pytest.approx(expected, abs=0.11)
    else:
        assert past["d"] == other["d"] == ""
    assert "stroke-dasharray" not in past
    assert other["stroke-dasharray"] == "4 3"
    now = _all(text, "now")[0]
    assert (float(now["cx"]), float(now["cy"])) == pytest.approx(tuple(expected[-1]), abs=0.051)
    assert now["r"] == "5"
    assert [each["style"] for each in _all(text, "rule")] == ["--a:1", "--b:2"]
    (start,) = _all(text, "start")
    assert start["transform"] == "translate(305.5,71.5)"
    root = next(iter(_parsed(text)))
    assert root.get("aria-label") == "Paths on the problem a<b"
    assert root.get("viewBox") == "0 0 400 300"
    (area,) = _all(text, "area")
    assert [area[part] for part in ("x", "y", "width", "height")] == ["40", "8", "354", "254"]


def test_what_leaves_the_picture_goes_no_further_than_browsers_bear():
    theta = [[0, 0], [1e30, 0.3], [0.5, -0.5], [-1234.5, 7], [0, 0.25], [np.nan, 0]]
    text = picture.landscape(Plane(), [_run(theta)], np.zeros(2), len(theta) - 1)
    (past,) = _all(text, "past")
    expected = picture._to_pixels(np.array(theta[:-1]), Plane())
    assert expected[1, 0] > 1e5
    expected[1, 0], expected[3, 0] = 1e5, max(expected[3, 0], -1e5)
    # What comes back is where it belongs.
    assert _corners(past["d"]) == pytest.approx(expected, abs=0.11)


# ------------------------------------------------------------------ charts


def _lines(text):
    return [_corners(each["d"]) if each["d"] else None for each in _all(text, "line")]


def test_losses_are_drawn_by_their_powers_of_ten():
    runs = [_run(loss=[100.5, 1.5, 10.5]), _run(loss=[10.5, 0.5, 0], look="--b:2", dashes="4 3")]
    text = picture.loss_chart(runs, 0.5, 4, BOX)
    first, second = _lines(text)
    assert first == pytest.approx(np.array([[10, 5], [35, 105], [60, 55]]), abs=0.06)
    # What is no loss is drawn at the bottom.
    assert second == pytest.approx(np.array([[10, 55], [35, 105], [60, 105]]), abs=0.06)
    ticks = [
        (each["text"], each["y"]) for each in _all(text, "tick") if each["text-anchor"] == "end"
    ]
    assert ticks == [("10⁰", "109.0"), ("10¹", "59.0"), ("10²", "9.0")]
    grid = [each["d"] for each in _all(text, "grid")]
    assert grid == ["M10,105.0H110", "M10,55.0H110", "M10,5.0H110"]
    across = [
        (each["text"], each["x"]) for each in _all(text, "tick") if each["text-anchor"] == "middle"
    ]
    assert across == [("0", "10.0"), ("1", "35.0"), ("2", "60.0"), ("3", "85.0"), ("4", "110.0")]
    assert _all(text, "frame")[0]["d"] == "M10,5V105H110"
    assert [each["style"] for each in _all(text, "rule")] == ["--a:1", "--b:2"]
    assert [each.get("stroke-dasharray") for each in _all(text, "line")] == [None, "4 3"]
    root = next(iter(_parsed(text)))
    assert root.get("class") == "picture loss"
    assert root.get("aria-label") == "Loss against the step"
    assert root.get("viewBox") == "0 0 130 125"


@pytest.mark.parametrize(
    ("losses", "low", "high"),
    [
        # A run that diverges may go four powers of ten above where the highest began.
        ([[1, 1e-2, 1e9]], -2, 4),
        ([[1, 1e-2], [10, 1e9]], -2, 5),
        ([[1, 0.1, np.inf]], -1, 0),
        # What is next to nothing is drawn at the bottom.
        ([[1, 1e-30]], -18, 0),
        # Ten times as large is a range, less is not.
        ([[10, 1]], 0, 1),
        ([[10, 9]], np.log10(3), np.log10(30)),
        # Nothing is no range either.
        ([[0, 0, -1]], None, None),
    ],
)
def test_the_range_of_losses(losses, low, high):
    text = picture.loss_chart([_run(loss=each) for each in losses], 0, 2, BOX)
    if low is None:
        assert all((line[:, 1] >= 5).all() and (line[:, 1] <= 105).all() for line in _lines(text))
        return
    for values, line in zip(losses, _lines(text), strict=True):
        finite = np.array(values)[np.isfinite(values)]
        shares = (np.log10(finite) - low) / (high - low)
        expected = BOX.y(np.clip(shares, 0, 1))
        assert line[:, 1][: len(finite)] == pytest.approx(expected, abs=0.06)
    ends = [each for each in _all(text, "tick") if each["text-anchor"] == "end"]
    assert 1 <= len(ends) <= 5
    digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
    for each in ends:
        exponent = int(each["text"][2:].translate(digits))
        assert float(each["y"]) - 4 == pytest.approx(
            105 - 100 * (exponent - low) / (high - low), abs=0.06
        )


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([[1, 2], [10, -5]], -5.9, 10.9),
        ([[3, 1], [10, 5]], -0.6, 10.6),
        ([[-3, -1], [-10, -5]], -10.6, 0.6),
        ([[0, 0], [0, 0]], -1, 1),
        ([[1, np.nan], [10, np.inf]], -0.6, 10.6),
    ],
)
def test_curves_hold_zero_and_all_that_is_finite(values, low, high):
    text = picture.curves_chart(_run(), np.array(values, float), "step", 2, BOX)
    for i, line in enumerate(_lines(text)):
        column = np.array(values, float)[:, i]
        finite = np.isfinite(column)
        if finite.sum() < 2:
            assert line is None
            continue
        # The first step stands at 1.
        assert line[:, 0] == pytest.approx([60, 110])
        assert line[:, 1] == pytest.approx(105 - 100 * (column - low) / (high - low), abs=0.06)
    assert [each.get("stroke-dasharray") for each in _all(text, "line")] == [None, "4 3"]
    assert [each["class"] for each in _all(text, "rule")] == ["rule step"] * 2
    ends = [each for each in _all(text, "tick") if each["text-anchor"] == "end"]
    assert 2 <= len(ends) <= 5
    for each in ends:
        value = float(each["text"].replace("−", "-"))
        assert float(each["y"]) - 4 == pytest.approx(
            105 - 100 * (value - low) / (high - low), abs=0.06
        )
    root = next(iter(_parsed(text)))
    assert root.get("aria-label") == "Curves against the step"
    assert root.get("class") == "picture curves"


def test_steps_are_whole():
    text = picture.loss_chart([_run(loss=[10, 1])], 0, 1, BOX)
    across = [each["text"] for each in _all(text, "tick") if each["text-anchor"] == "middle"]
    assert across == ["0", "1"]


# ------------------------------------------------------------------ the map, and the key


def test_the_map_has_its_point_its_names_and_its_axes():
    ranges = [
        Range("lr", "rate <η>", "η", "linear", 0, 4, 1),
        Range("momentum", "decay", "γ", "linear", 0, 1, 0.75),
    ]
    text = picture.pad(ranges, '<path class="band" d=""/>', [("here", 0.5, 0.25)])
    (regime,) = _all(text, "regime")
    assert (regime["text"], regime["x"], regime["y"]) == ("here", "217.0", "198.5")
    (point,) = _all(text, "point")
    assert point["transform"] == "translate(128.5,71.5)"
    ticks = _all(text, "tick")
    across = [(e["text"], float(e["x"])) for e in ticks if e["text-anchor"] == "middle"]
    up = [(e["text"], float(e["y"])) for e in ticks if e["text-anchor"] == "end"]
    assert [name for name, _ in across][:2] == ["0", "0.8"]
    assert all(x == pytest.approx(40 + 354 * float(name) / 4, abs=0.06) for name, x in across)
    assert [name for name, _ in up] == ["0", "0.2", "0.4", "0.6", "0.8", "1"]
    assert all(y == pytest.approx(266 - 254 * float(name), abs=0.06) for name, y in up)
    assert [each["text"] for each in _all(text, "axis")] == ["rate <η>", "decay"]
    assert next(iter(_parsed(text))).get("aria-label") == "Map of rate <η> and decay"
    assert len(_all(text, "band")) == 1


def test_dashes_are_those_of_the_books_figures():
    for name, dashes in plotting.DASHES.items():
        found = picture.dashes_of(name)
        if not dashes:
            assert found is None
            continue
        assert [float(part) for part in found.split()] == pytest.approx(
            [1.9 * part for part in dashes], rel=2e-3
        )
    assert picture.dashes_of("nobody") is None


def test_a_sample_of_a_line_is_longer_than_that_of_a_mark():
    assert 'viewBox="0 0 8 8"' in picture.swatch("<path/>", "small")
    assert 'viewBox="0 0 26 8"' in picture.swatch("<path/>", "gradient")
    assert 'class="swatch gradient"' in picture.swatch("<path/>", "gradient")


def test_the_minimum_of_a_problem_is_where_it_is():
    (x, y) = picture._to_pixels(np.asarray(Ravine().minimum, float), Ravine())
    (mark,) = _all(picture._minimum(Ravine().minimum, Ravine()), "minimum")
    assert mark["transform"] == f"translate({x:.1f},{y:.1f})"
