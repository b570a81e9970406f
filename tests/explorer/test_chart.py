"""The small charts of the page: scales, lines, names at their ends, and the moment."""

from __future__ import annotations

from itertools import pairwise

import pytest

#: A chart of which a hundredth is a pixel.
BOX = {"left": 10, "right": 110, "top": 5, "bottom": 105}

HTML = """<svg class="picture"><g class="axes"><text class="tick">old</text></g>
<svg><g class="lines"><path class="line"/></g></svg></svg>"""

DRAW = """
  const svg = one("svg");
  globalThis.chart = new Chart(svg, box);
  for (const [lines, options] of drawings) {
    const given = lines.map(({ values, ...rest }) => ({ values: values.map(Number), ...rest }));
    chart.draw(given, options);
  }
  return {
    ticks: all(".tick").map(
      (e) => [e.textContent, ...numbers(e, "x", "y"), e.getAttribute("text-anchor")]),
    grid: all(".grid").map((e) => e.getAttribute("d")),
    frame: all(".frame").map((e) => e.getAttribute("d")),
    groups: all(".lines .rule").map((e) => told(e, "class", "style", "data-rule")),
    lines: all(".lines path").map((e) => told(e, "class", "d", "stroke-dasharray")),
    names: all(".name").map((e) => [e.textContent, ...numbers(e, "x", "y")]),
    leaders: all(".leader").map((e) => e.getAttribute("d")),
    sizes: all(".now").map((e) => e.getAttribute("r")),
    looks: all("g[aria-hidden] > .rule").map((e) => told(e, "class", "style")),
    hidden: [...svg.children].map((e) => told(e, "class", "aria-hidden")),
  };
"""

MOMENT = """
  chart.moment(t);
  const dots = all(".dots-now .now").map((e) => numbers(e, "cx", "cy"));
  return [one(".cursor").getAttribute("d"), dots];
"""


def _line(values, first=0, last=None, **more):
    last = len(values) - 1 if last is None else last
    return {
        "values": [str(value) for value in values],
        "name": "A",
        "rule": "A",
        "look": "--a:1",
        "dashes": None,
        "kind": "",
        "first": first,
        "last": last,
    } | more


@pytest.fixture
def draw(parts):
    """Return a function that draws lines, and says what is drawn."""

    def run(*lines, box=BOX, **options):
        return parts(DRAW, html=HTML, box=box, drawings=[[lines, options]])

    return run


def _corners(d):
    return [tuple(map(float, pair.split(","))) for pair in d[1:].split("L")]


def test_a_line_stands_on_its_scale(draw):
    found = draw(_line([0, 5, 10], kind="step", dashes="4 3"), steps=2)
    height = {value: 105 - 100 * (value + 0.6) / 11.2 for value in (0, 5, 10)}
    assert found["lines"][0][::2] == ["line", "4 3"]
    expected = [(10, height[0]), (60, height[5]), (110, height[10])]
    for corner, place in zip(_corners(found["lines"][0][1]), expected, strict=True):
        assert corner == pytest.approx(place, abs=0.051)
    assert found["groups"] == [["rule step", "--a:1", "A"]]
    up = [tick for tick in found["ticks"] if tick[3] == "end"]
    assert [text for text, *_ in up] == ["0", "5", "10"]
    for text, x, y, _ in up:
        assert x == 5
        assert y == pytest.approx(height[int(text)] + 3.5)
        assert f"M10,{y - 3.5:.6g}"[:8] in " ".join(found["grid"])
    assert len(found["grid"]) == 3
    assert all(d.endswith("H110") for d in found["grid"])
    # Steps are whole.
    across = [tick for tick in found["ticks"] if tick[3] == "middle"]
    assert across == [["0", 10, 118, "middle"], ["1", 60, 118, "middle"], ["2", 110, 118, "middle"]]
    assert found["frame"] == ["M10,5V105H110"]
    assert not found["names"]


def test_a_drawing_replaces_the_one_before(parts):
    first = [[_line([0, 5, 10]), _line([1, 2, 3])], {"steps": 2, "room": 30}]
    second = [[_line([0, 1], rule=None, kind=None)], {"steps": 1}]
    once = parts(DRAW, html=HTML, box=BOX, drawings=[second])
    assert parts(DRAW, html=HTML, box=BOX, drawings=[first, second]) == once
    assert once["groups"] == [["rule ", "--a:1", None]]
    assert once["lines"][0][2] is None
    assert len(once["looks"]) == 1
    # Smaller than the dots of the landscape.
    assert once["sizes"] == ["3"]
    # For the eyes only: words say the same.
    assert once["hidden"] == [
        ["axes", None],
        [None, None],
        [None, "true"],
        ["cursor", "true"],
        ["dots-now", "true"],
    ]


@pytest.mark.parametrize(
    ("values", "part", "low", "high"),
    [
        ([0, 0, 0], (0, 2), -1, 1),
        ([-5, -1, -2], (0, 2), -5.3, 0.3),
        ([3, "NaN", "Infinity", -2], (0, 3), -2.3, 3.3),
        # What is not drawn has no say.
        ([99, 0, 10, -99], (1, 2), -0.6, 10.6),
    ],
)
def test_a_scale_holds_zero_and_all_that_is_drawn(draw, values, part, low, high):
    found = draw(_line(values, *part), steps=3)
    for text, _, y, anchor in found["ticks"]:
        if anchor == "end":
            value = float(text.replace("−", "-"))
            assert y - 3.5 == pytest.approx(105 - 100 * (value - low) / (high - low))
    corner = _corners(found["lines"][0][1])[0]
    value = values[part[0]]
    assert corner == pytest.approx(
        (10 + 100 * part[0] / 3, 105 - 100 * (value - low) / (high - low)), abs=0.051
    )


@pytest.mark.parametrize(
    ("values", "steps", "options", "across", "up"),
    [
        ([0, 8], 12, {}, ["0", "5", "10"], ["0", "5"]),
        ([0, 10], 10, {}, ["0", "2", "4", "6", "8", "10"], ["0", "5", "10"]),
        ([1, 1e5], 3, {"logarithmic": True}, ["0", "1", "2", "3"], ["10⁰", "10²", "10⁴"]),
        ([1, 1e4], 3, {"logarithmic": True}, ["0", "1", "2", "3"], [f"10{e}" for e in "⁰¹²³⁴"]),
    ],
)
def test_an_axis_has_few_numbers_that_are_round(draw, values, steps, options, across, up):
    found = draw(_line(values), steps=steps, **options)["ticks"]
    assert [text for text, *_, side in found if side == "middle"] == across
    assert [text for text, *_, side in found if side == "end"] == up


def _exponent(text):
    return int(text.removeprefix("10").translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")))


@pytest.mark.parametrize(
    ("values", "options", "low", "high"),
    [
        ([1, 100], {}, 0, 2),
        (["1e-3", 1, 1000, 10], {}, -3, 3),
        # What is no loss has no say.
        (["1e-3", 0, -5, "Infinity", "NaN", 1000], {}, -3, 3),
        # What diverges does not flatten the rest, nor what is next to nothing.
        ([1, 10, "1e9", 100], {"ceiling": 1e3}, 0, 3),
        (["1e-40", 1], {}, -18, 0),
        # Ten times as large is a range, less is not; nothing at all is given one.
        ([1, 10], {}, 0, 1),
        ([1, "1.111111111111111"], {}, -0.4771212547, 0.5228787453),
        ([0, -1], {}, -1, 1),
        ([5, 5], {"ceiling": 5}, 0.2218487496, 1.1760912591),
    ],
)
def test_powers_of_ten(draw, values, options, low, high):
    found = draw(_line(values), steps=9, logarithmic=True, **options)
    up = [(_exponent(text), y - 3.5) for text, _, y, side in found["ticks"] if side == "end"]
    assert up
    for exponent, y in up:
        assert low <= exponent <= high
        assert y == pytest.approx(105 - 100 * (exponent - low) / (high - low), abs=1e-4)
    whole = [e for e in range(-18, 4) if low - 1e-9 <= e <= high + 1e-9]
    assert len(up) == len(whole) or 3 <= len(up) <= 5
    # What is too small, and what is no loss, is drawn at the bottom.
    lowest = [y for _, y in _corners(found["lines"][0][1])]
    assert max(lowest) <= 105


def test_powers_of_ten_of_what_is_drawn(draw):
    values = ["1e-9", 1, 10, 100, "1e9"]
    found = draw(_line(values, 1, 3), steps=4, logarithmic=True)
    assert _corners(found["lines"][0][1]) == [(35, 105), (60, 55), (85, 5)]
    found = draw(_line([0, 1, 100]), steps=2, logarithmic=True)
    assert _corners(found["lines"][0][1]) == [(10, 105), (60, 105), (110, 5)]
    found = draw(_line([1, "1e6"]), _line(["1e-4", 1]), steps=1, logarithmic=True)
    assert [_corners(d) for _, d, _ in found["lines"]] == [
        [(10, 65), (110, 5)],
        [(10, 105), (110, 65)],
    ]


def test_names_stand_at_the_ends_of_the_lines(draw):
    lines = [
        _line([0, 10], name="first", look="--a:1", kind="step"),
        _line([0, 0, 0], name="thirteen ltrs", look="--a:2", kind=None),
        _line([0, 0.1, 0.1], name="ScheduleFree", look="--a:3"),
    ]
    found = draw(*lines, steps=2, room=30)
    height = {v: 105 - 100 * (v + 0.6) / 11.2 for v in (0, 0.1, 10)}
    names = found["names"]
    assert [text for text, *_ in names] == ["first", "thirteen lt…", "ScheduleFree"]
    assert all(x == 80 + 12 for _, x, _ in names)
    places = [y - 3.5 for *_, y in names]
    assert places[0] == pytest.approx(height[10])
    # Those that end nearly together are moved apart, in their order.
    assert places[2] == pytest.approx(height[0.1])
    assert places[1] == pytest.approx(height[0.1] + 13.5)
    assert found["looks"][:3] == [["rule step", "--a:1"], ["rule ", "--a:2"], ["rule ", "--a:3"]]
    # A leader goes from the end of the line, level past the axis, then to the name.
    for leader, end, x, y in zip(
        found["leaders"], (height[10], height[0], height[0.1]), (45, 80, 80), places, strict=True
    ):
        corners = _corners(leader)
        assert corners == [
            (x + 2, pytest.approx(end)),
            (83, pytest.approx(end)),
            (90, pytest.approx(y)),
        ]
    # The lines leave that room.
    assert _corners(found["lines"][1][1])[-1][0] == 80


def test_long_names_get_the_room_that_they_take(parts):
    widths = parts(
        "return names.map((each) => roomFor(each.map((name) => ({ name }))));",
        names=[["SGD", "Adam"], ["SGD", "ScheduleFree"], ["a name of more than twelve"]],
    )
    assert widths == pytest.approx([75, 87.6, 87.6])


def test_a_name_at_the_edge_of_the_chart_stays_at_its_line(draw):
    found = draw(_line([1, 1]), _line([1, 100]), steps=1, room=30, logarithmic=True)
    assert [y - 3.5 for *_, y in found["names"]] == [105, 5]


def test_names_of_many_lines_stay_beside_the_chart(draw):
    lines = [_line([1, 2 if i else "1e9"], name=str(i)) for i in range(20)]
    found = draw(*lines, steps=1, room=30, logarithmic=True, ceiling=1e3)
    places = sorted(y - 3.5 for *_, y in found["names"])
    assert places[0] >= 1
    assert places[-1] <= 113 + 1e-9
    gaps = [b - a for a, b in pairwise(places)]
    assert min(gaps) == pytest.approx(112 / 20)
    # What has left the chart above is named at its edge.
    assert _corners(found["leaders"][0])[0][1] == 5


@pytest.mark.parametrize(
    ("t", "x", "heights"),
    [
        # Where a line has not begun, or has left the chart, there is no dot.
        (0, 10, [105, None, None]),
        (1, 35, [80, 80, None]),
        (2, 60, [55, 55, None]),
        # Where it has ended, the dot stays.
        (3, 85, [30, 55, 55]),
        (4, 110, [5, 55, 30]),
        (9, 110, [5, 55, 30]),
    ],
)
def test_the_moment(draw, parts, t, x, heights):
    high = _line([1, 10, 100, 1000, "1e4"])
    short = _line([1, 10, 100], 1, 2)
    lost = _line(["1e5", "1e6", "1e7", 100, 1000])
    draw(high, short, lost, steps=4, logarithmic=True, ceiling=1e4)
    line, dots = parts(MOMENT, t=t)
    assert line == f"M{x},5V105"
    lasts = [t, min(t, 2), t]
    for (cx, cy), height, last in zip(dots, heights, lasts, strict=True):
        if height is None:
            assert cx == cy == -99
        else:
            assert (cx, cy) == pytest.approx((10 + 25 * min(last, 4), height))


def test_a_dot_on_the_frame_is_seen(draw, parts):
    # From the bottom of its scale to its top, and a hair beyond.
    draw(_line([1, 10, 10 * 10**0.0099, 10 * 10**0.02]), steps=3, logarithmic=True, ceiling=10)
    seen = [parts(MOMENT, t=t)[1][0][0] > 0 for t in range(4)]
    assert seen == [True, True, True, False]
