"""The page's numbers, lines and tables, computed without a page."""

from __future__ import annotations

import base64
import json
import math

import numpy as np
import pytest
from py_mini_racer import MiniRacer

from adaptive import SGD, Adam, Momentum
from adaptive.explorer import bundle, picture
from adaptive.explorer.ranges import ranges_of

BOX = {"left": 10, "right": 110, "top": 5, "bottom": 55}


@pytest.fixture(scope="module")
def js():
    """Return a function that computes an expression of the page's modules, from arguments."""
    engine = MiniRacer()
    parts = ("numbers.js", "descent.js", "drawing.js", "drag.js", "address.js")
    engine.eval("\n".join(bundle.module(name) for name in parts))

    def compute(expression, **arguments):
        names, values = ", ".join(arguments), ", ".join(map(json.dumps, arguments.values()))
        # NaN and what is infinite are no JSON.
        kept = "(_, v) => typeof v === 'number' && !Number.isFinite(v) ? String(v) : v"
        text = f"JSON.stringify((({names}) => ({expression}))({values}), {kept}) ?? 'null'"
        return json.loads(engine.eval(text))

    return compute


# ------------------------------------------------------------------ how numbers are written


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.05, "0.05"),
        (-0.25, "−0.25"),
        (1.2345, "1.23"),
        (1200, "1200"),
        (99_900, "99900"),
        (1e5, "10⁵"),
        (-1e5, "−10⁵"),
        (2.5e6, "2.5·10⁶"),
        (-2.5e6, "−2.5·10⁶"),
        (0.001, "0.001"),
        (0.000999, "9.99·10⁻⁴"),
        (3.2e-7, "3.2·10⁻⁷"),
        (1e-10, "10⁻¹⁰"),
    ],
)
def test_numbers_are_written_as_python_writes_them(js, value, text):
    assert js("written(value)", value=value) == text
    assert picture.written(value) == text


def test_numbers_of_no_size(js):
    texts = ["not a number", "∞", "−∞"]
    assert js("[written(NaN), written(Infinity), written(-Infinity)]") == texts
    assert [picture.written(value) for value in (math.nan, math.inf, -math.inf)] == texts
    assert js("[written(0.123456, 6), written(1e-4 / 3, 2)]") == ["0.123456", "3.3·10⁻⁵"]
    assert js("powerOfTen(-1234567890)") == "10⁻¹²³⁴⁵⁶⁷⁸⁹⁰"


@pytest.mark.parametrize(
    ("low", "high", "most", "found"),
    [
        (0, 100, 5, [0, 20, 40, 60, 80, 100]),
        (0, 20, 5, [0, 5, 10, 15, 20]),
        (-2, 2, 4, [-2, -1, 0, 1, 2]),
        (-0.13, 0.31, 4, [0, 0.2]),
        (0.3, 0.9, 4, [0.4, 0.6, 0.8]),
        (1, 3.9, 3, [1, 2, 3]),
        (0, 2500, 5, [0, 500, 1000, 1500, 2000, 2500]),
    ],
)
def test_ticks_are_round(js, low, high, most, found):
    assert js("ticks(low, high, most)", low=low, high=high, most=most) == found


@pytest.mark.parametrize(
    ("low", "high", "most", "found"),
    [
        (1e-3, 1e2, 10, [-3, -2, -1, 0, 1, 2]),
        (2e-3, 99, 10, [-2, -1, 0, 1]),
        (1e-10, 1, 5, [-9, -6, -3, 0]),
        (1e-3, 1e1, 5, [-3, -2, -1, 0, 1]),
        (1e-4, 1e1, 5, [-4, -2, 0]),
    ],
)
def test_decades_are_few(js, low, high, most, found):
    assert js("decades(low, high, most)", low=low, high=high, most=most) == found


def test_clamp(js):
    assert js("[clamp(-1, 0, 2), clamp(1, 0, 2), clamp(3, 0, 2)]") == [0, 1, 2]


# ------------------------------------------------------------------ sliders


@pytest.mark.parametrize("rule", [SGD(0.01), Momentum(0.05, 0.7), Adam(0.1), Adam(eps=0)])
def test_sliders_stand_where_python_puts_them(js, rule):
    for each in ranges_of(rule):
        shares = np.linspace(0, 1, 41)
        values = each.at(shares)
        assert np.allclose(each.place(values), shares, atol=1e-9)
        spec = each.as_dict()
        found = js("values.map((value) => place(range, value))", range=spec, values=values.tolist())
        assert np.allclose(found, each.place(values), atol=1e-12)
        assert js("[place(range, -1e9), place(range, range.high + 1)]", range=spec)[1] in (1, "NaN")
        # The value at a place is the stop that is nearest to it.
        stops = np.array(spec["stops"])
        at = np.linspace(-0.2, 1.2, 57)
        back = js("at.map((where) => valueAt(range, where))", range=spec, at=at.tolist())
        nearest = np.abs(each.place(stops) - at[:, None]).min(axis=1)
        assert np.allclose(np.abs(each.place(np.array(back)) - at), nearest, atol=1e-12)
        assert set(back) <= set(spec["stops"])


@pytest.mark.parametrize("rule", [SGD(0.0123), Momentum(0.05, 0.7), Adam(0.1), Adam(eps=0)])
def test_sliders_stop_at_round_values(rule):
    for each in ranges_of(rule):
        stops = each.stops()
        assert stops == sorted(set(stops))
        assert {each.low, each.high, each.value} <= set(stops)
        assert (stops[0], stops[-1]) == (each.low, each.high)
        assert 20 <= len(stops) <= 130
        for stop in set(stops) - {each.low, each.high, each.value}:
            # Two digits, of the value or of what it lacks to 1.
            kept = 1 - stop if each.scale == "decay" else stop
            assert float(f"{kept:.2g}") == pytest.approx(kept, rel=1e-9)


def test_stops_hold_values_that_are_nearly_round_only_once():
    for lr in (0.3, 0.1 + 0.2):
        found = [each for each in ranges_of(SGD(lr))[0].stops() if abs(each - 0.3) < 1e-6]
        assert found == [lr]


def test_stops_of_scales_that_the_book_does_not_know():
    ends = {"lr": (0.2, 0.9)}
    (range_,) = ranges_of(SGD(0.5), ends)
    assert range_.stops()[:3] == [0.2, 0.22, 0.25]
    (_, narrow) = ranges_of(Momentum(0.1, 0.5), {"momentum": (0.45, 0.55)})
    assert narrow.stops()[:3] == [0.45, 0.451, 0.452]


def test_a_value_between_the_stops_is_one_more(js):
    assert js("withStop([1, 2, 5], 2)") == [1, 2, 5]
    assert js("withStop([1, 2, 5], 3)") == [1, 2, 3, 5]
    assert js("withStop([1, 2, 10], 30)") == [1, 2, 10, 30]
    range_ = {"stops": [1, 2, 5, 10]}
    assert js("[-9, -1, 0, 1, 2, 9].map((k) => stopFrom(range, 5, k))", range=range_) == [
        1, 2, 5, 10, 10, 10,
    ]  # fmt: skip
    assert js("[stopFrom(range, 3, 1), stopFrom(range, 3, -1)]", range=range_) == [5, 2]


def test_units_are_round(js):
    assert js("[0.02, 0.019, 7, 5, 4.9, 1].map(roundDown)") == [0.02, 0.01, 5, 5, 2, 1]
    assert js("[rounded(0.123, 0.05), rounded(-0.13, 0.05), rounded(3 * 0.1, 0.1)]") == [
        0.1, -0.15, 0.3,
    ]  # fmt: skip


# ------------------------------------------------------------------ addresses


@pytest.mark.parametrize(
    ("hash_", "found"),
    [
        ("#~k.t=3&k.start=1,2", {"t": "3", "start": "1,2"}),
        # As chat programs send it on.
        ("#%7Ek.t=3&k.start=1%2C2", {"t": "3", "start": "1,2"}),
        ("#%7Ek.t%3D3%26k.start%3D1%2C2", {"t": "3", "start": "1,2"}),
        ("#%7ek.t%3d3", {"t": "3"}),
        ("#%257Ek.t%253D3%2526k.start%253D1%252C2", {"t": "3", "start": "1,2"}),
        ("#~k.t=3&amp;k.start=1,2", {"t": "3", "start": "1,2"}),
        ("#~k.problem=noisy+quadratic", {"problem": "noisy quadratic"}),
        ("#~k.problem=100%25+x", {"problem": "100% x"}),
        ("#~j.t=3", {}),
        ("#section", {}),
        # An anchor, whatever stands behind its first letter.
        ("#sk.t=3", {}),
        ("#~%", {}),
        ("", {}),
    ],
)
def test_addresses_are_read_however_they_were_sent(js, hash_, found):
    js(SEARCH, texts=hash_)
    assert js("({ ...readAddress('k') })") == found


@pytest.mark.parametrize(
    ("hash_", "ours", "unreadable"),
    [
        ("#~k.t=3", True, False),
        ("#%7Ek.t%3D3", True, False),
        # Other sites add what is theirs.
        ("#~k.t=3&from=there", True, False),
        ("#~%", True, True),
        ("#~nonsense", True, True),
        ("#%7Enonsense", True, True),
        ("#~a=1", True, True),
        ("#~k.t=", True, True),
        ("#section", False, False),
        ("", False, False),
    ],
)
def test_it_is_known_whether_an_address_can_be_read(js, hash_, ours, unreadable):
    js(SEARCH, texts=hash_)
    assert js("[holdsSettings(), isUnreadable()]") == [ours, unreadable]


#: V8 alone has neither an address nor what reads one: as browsers do it.
SEARCH = """(globalThis.location = { hash: texts }, globalThis.URLSearchParams = class {
  constructor(text) {
    const plain = (part) => {
      try { return decodeURIComponent(part.replaceAll("+", " ")); } catch { return part; }
    };
    this.all = text.split("&").filter(Boolean).map((each) => {
      const [name, ...rest] = each.split("=");
      return [plain(name), plain(rest.join("="))];
    });
  }
  [Symbol.iterator]() { return this.all[Symbol.iterator](); }
}, 0)"""


def test_a_place_is_that_of_the_nearest_stop(js):
    def found(places, **range_):
        return js("at.map((where) => valueAt(range, where))", at=places, range=range_)

    straight = {"scale": "linear", "low": 0, "high": 4, "stops": [0, 1, 2, 4]}
    assert found([0, 0.1, 0.13, 0.4, 0.7, 0.76, 1], **straight) == [0, 0, 1, 2, 2, 4, 4]
    # What is nearest on the slider is not always what is nearest in value.
    log = {"scale": "log", "low": 0.01, "high": 1, "stops": [0.01, 0.1, 1]}
    assert found([0.24, 0.26, 0.74, 0.76], **log) == [0.01, 0.1, 0.1, 1]
    decay = {"scale": "decay", "low": 0, "high": 0.99, "stops": [0, 0.9, 0.99]}
    assert found([0.24, 0.26, 0.74, 0.76], **decay) == [0, 0.9, 0.9, 0.99]
    # Of two that are as near, the first; beyond the ends, the ends, however many digits they have.
    assert found([0.5], **straight | {"stops": [1, 3]}) == [1]
    odd = {"low": 0.123456789, "high": 0.987654321, "stops": [0.123456789, 0.5, 0.987654321]}
    for scale in ("linear", "log", "decay"):
        ends = [odd["low"]] * 2 + [odd["high"]] * 2
        assert found([-1, 0, 1, 2], **odd, scale=scale) == ends


# ------------------------------------------------------------------ lines


def _line(js, points, first=0, last=None):
    last = len(points) - 1 if last is None else last
    return js(
        "polyline((t) => Number(p[t][0]), (t) => Number(p[t][1]), first, last)",
        p=points,
        first=first,
        last=last,
    )


def test_a_line_goes_through_its_points(js):
    assert _line(js, [[0, 0], [10, 0.04], [10, 20]]) == "M0,0L10,0L10,20"
    assert _line(js, [[0, 0], [10, 0], [10, 20], [0, 0]], 1, 2) == "M10,0L10,20"
    assert _line(js, [[3, 4]]) == "M3,4"
    # What hardly moves is left out, but the end is drawn.
    assert _line(js, [[0, 0], [0.1, 0.1], [0.2, 0.1], [0.2, 0.1]]) == "M0,0L0.2,0.1"
    assert _line(js, [[0, 0], [0.2, 0.2], [5, 5], [5.1, 5.1]]) == "M0,0L0.2,0.2L5,5L5.1,5.1"
    assert _line(js, [[0, 0], [0.1, 0.1], [5, 5], [5.1, 5.1]]) == "M0,0L5,5L5.1,5.1"
    assert _line(js, [[-5, 0], [5, 0], [5, 9]]) == "M-5,0L5,0L5,9"
    assert _line(js, [[0, -5], [0, 5], [9, 5]]) == "M0,-5L0,5L9,5"
    # What lies far outside is drawn at a place that browsers can bear.
    assert _line(js, [[0, 0], [1e300, -1e300]]) == "M0,0L100000,-100000"
    # It begins with what there is, and ends where there is nothing more.
    assert _line(js, [["NaN", 0], [1, 1], [2, 2], [3, "Infinity"], [4, 4]]) == "M1,1L2,2"


def test_dots_are_apart(js):
    points = [[0, 0], [1, 0.9], [1, 1], [1e5, 0], [0, 1e5], ["NaN", 0], [9, 9]]
    found = js(
        "dots((t) => Number(p[t][0]), (t) => Number(p[t][1]), first, last)",
        p=points,
        first=0,
        last=6,
    )
    assert found == "M0,0h0M1,1h0M9,9h0"
    # Apart in either direction, wherever the middle of the picture is.
    for points in ([[-5, 0], [5, 0]], [[0, -5], [0, 5]], [[5, 7], [5, 9]], [[7, 5], [9, 5]]):
        found = js("dots((t) => p[t][0], (t) => p[t][1], 0, 1)", p=points)
        assert found == "".join(f"M{x},{y}h0" for x, y in points)


def test_an_arrow_has_a_head_at_its_end(js):
    flat = js("arrow([0, 0], [100, 0])")
    assert flat == "M0,0L100,0M93,3.2L100,0L93,-3.2"
    short = js("arrow([0, 0], [0, 10])")
    assert short == "M0,0L0,10M-2.7,4L0,10L2.7,4"
    assert js("[arrow([0, 0], [1, 0]), arrow([0, 0], [2e5, 0]), arrow([0, 0], [1.1, 0])]")[:2] == [
        "",
        "",
    ]
    assert js("arrow([0, 0], [1.5, 0])")
    assert js("[arrow([0, 0], [1e5, 0]), arrow([3, 4], [3, 1e5 + 4])]") == ["", ""]
    assert js("arrow([10, 20], [110, 20])") == "M10,20L110,20M103,23.2L110,20L103,16.9"
    assert js("arrow([10, -20], [10, 80])") == "M10,-20L10,80M6.9,73L10,80L13.2,73"


def test_a_scale_is_linear(js):
    assert js("[2, 3, 6].map(linear(2, 6, 10, 30))") == [10, 15, 30]
    assert js("inside([-5, 99], box)", box=BOX) == [10, 55]
    assert js("inside([999, -1], box)", box=BOX) == [110, 5]
    assert js("inside([50, 30], box)", box=BOX) == [50, 30]


def test_names_are_moved_apart_and_keep_their_order(js):
    spread = "spread(wanted, gap, low, high)"
    assert js(spread, wanted=[10, 30], gap=5, low=0, high=50) == [10, 30]
    assert js(spread, wanted=[10, 11, 12], gap=5, low=0, high=50) == [10, 15, 20]
    assert js(spread, wanted=[12, 10, 11], gap=5, low=0, high=50) == [20, 10, 15]
    assert js(spread, wanted=[49, 50, 50], gap=5, low=0, high=50) == [40, 45, 50]
    assert js(spread, wanted=[-9, 70], gap=5, low=0, high=50) == [0, 50]


# ------------------------------------------------------------------ paths computed beforehand


def test_the_nearest_stop(js):
    assert js("[-1, 0.4, 0.6, 2.6, 9].map((v) => nearest([0, 1, 3], v))") == [0, 0, 1, 2, 2]
    # Of two that are as near, the first.
    assert js("nearest([0, 1], 0.5)") == 0


def test_paths_are_looked_up_in_the_order_in_which_they_are_stored(js):
    rows, times = 6, 3
    numbers = np.arange(rows * times * 3).reshape(rows, times, 3)
    stored = {
        "stops": [[0, 1], [10, 20, 30]],
        "times": times,
        "lengths": [3, 3, 3, 3, 2, 3],
        "diverged": [0, 0, 0, 0, 1, 0],
        "low": [0, -1],
        "high": [65535, 1],
        "logs": [0, 65535],
        "floor": 0.5,
        "numbers": numbers.ravel().tolist(),
    }
    look = (
        "(({ steps, diverged, theta, loss }) => ({ steps, diverged, theta: theta.map((v) => "
        "Array.from(v)), loss: Array.from(loss) }))(lookUp(stored, settings))"
    )
    for row, settings in enumerate([[0, 10], [0, 20], [0, 30], [1, 10], [1, 19], [1, 31]]):
        found = js(look, stored=stored, settings=settings)
        length = stored["lengths"][row]
        assert found["steps"] == length - 1
        assert found["diverged"] == (row == 4)
        assert len(found["loss"]) == times
        expected = numbers[row, :length].astype(float)
        assert np.allclose(found["theta"][0][:length], expected[:, 0])
        assert np.allclose(found["theta"][1][:length], -1 + 2 * expected[:, 1] / 65535)
        with np.errstate(over="ignore"):
            losses = [float(x) for x in found["loss"][:length]]
        assert np.allclose(losses, 0.5 + 10.0 ** expected[:, 2], rtol=1e-9)
        assert all(x == "NaN" for x in found["loss"][length:])


def test_numbers_are_decoded(js):
    doubles = base64.b64encode(np.array([1.5, -2.0, math.pi]).tobytes()).decode()
    shares = base64.b64encode(np.array([0, 1, 65535], dtype="<u2").tobytes()).decode()
    js_atob = """(globalThis.atob = (text) => { const set =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"; let bits = "";
      for (const c of text.replaceAll("=", "")) bits += set.indexOf(c).toString(2).padStart(6, "0");
      return (bits.match(/.{8}/g) ?? []).map((b) => String.fromCharCode(parseInt(b, 2))).join("");
    }, 0)"""
    js(js_atob)
    found = "Array.from(decoded(text, kind))"
    assert js(found, text=doubles, kind="Float64") == [1.5, -2, math.pi]
    assert js(found, text=shares, kind="Uint16") == [0, 1, 65535]


def test_numbers_of_an_address(js):
    texts = [None, "", " ", "1", " 2 ", "-1e3", "x", "1,2"]
    assert js("texts.map((t) => numberIn(t ?? undefined))", texts=texts) == [
        *["NaN"] * 3,
        1,
        2,
        -1000,
        "NaN",
        "NaN",
    ]
    assert js("[byName([]).constructor, byName([['constructor', 1]]).constructor]") == [None, 1]


PARTS = """partsOf({ code: {
    constants: (t, [lr]) => [lr * t],
    update: (g, [v, w], [lr, momentum], [rate]) => [-momentum * v - rate * g + w, v, w],
    memory: parted ? (g, [v, w], [lr, momentum], [rate]) => -momentum * v + rate * w : undefined,
  } }, {
    theta: [[7, 8, 9], [7, 8, 9]],
    gradient: [[NaN, 1, 2], [NaN, -3, 4]],
    state: [[[10, 20, 30], [40, 50, 60]], [[1, 2, 3], [4, 5, 6]]],
  }, [0.5, 0.25], 2)"""


def test_a_step_is_the_sum_of_its_parts(js):
    # The second of them was made with the second gradient, and what was kept after the first.
    g, v, w = np.array([2, 4]), np.array([20, 50]), np.array([2, 5])
    step, kept = -0.25 * v - g + w, -0.25 * v + w
    found = js(PARTS, parted=True)
    assert list(found) == ["step", "memory", "gradient"]
    assert np.allclose(found["step"], step)
    assert np.allclose(found["memory"], kept)
    assert np.allclose(found["gradient"], step - kept)
    assert js(PARTS, parted=False) == {"step": step.tolist()}


@pytest.mark.parametrize(
    ("start", "steps"),
    [([0, 0.5], 4), ([0.15, 0.1], 4), ([0, 50], 4), ([50, 0], 4), ([0, -50], 4), ([0, 0], 9)],
)
def test_a_run_has_diverged_far_from_its_start(js, start, steps):
    # Each step makes both coordinates ten times as large: far is a thousand times the start.
    found = js(
        """(({ steps, diverged }) => ({ steps, diverged }))(descend(
          { state: [], code: { constants: () => [], update: (g) => [9 * g] } },
          { code: { loss: () => 1, gradient: (x, y) => [x, y] } }, [], start, 9, null, 1000))""",
        start=start,
    )
    assert found == {"steps": steps, "diverged": any(start)}


RUN = """(({ steps, diverged, theta, at, gradient, loss, state }) => {
  const both = (pair) => pair.map((values) => Array.from(values));
  return { steps, diverged, theta: both(theta), at: both(at), gradient: both(gradient),
    loss: Array.from(loss), state: state.map(both) };
})(descend({ state: ["v", "w"], code: {
    constants: (t, [lr]) => [lr / t],
    update: (g, [v, w], [lr, momentum], [rate]) => [
      -rate * g - momentum * v, momentum * v + rate * g, w + g * g],
    lookahead: ahead ? (theta, t, [v], [lr, momentum]) => theta - t * momentum * v : undefined,
  } }, { code: {
    loss: (x, y) => x * x + 3 * y * y,
    gradient: (x, y, [a, b]) => [2 * x + (a ?? 0), 6 * y + (b ?? 0)],
    project: ahead ? (x, y) => [Math.max(x, -0.5), Math.min(y, 1.5)] : undefined,
  } }, [0.1, 0.6], [1, 2], 6, batches, 1000))"""


@pytest.mark.parametrize("ahead", [False, True])
@pytest.mark.parametrize("noisy", [False, True])
def test_a_run_is_made_step_by_step(js, ahead, noisy):
    batches = np.random.default_rng(0).normal(size=(6, 2)) if noisy else np.zeros((6, 2))
    theta, v, w = np.array([1.0, 2.0]), np.zeros(2), np.zeros(2)
    kept = {"theta": [theta], "at": [], "gradient": [], "v": [v], "w": [w]}
    for t, batch in enumerate(batches, start=1):
        at = theta - (t - 1) * 0.6 * v if ahead else theta
        g = np.array([2, 6]) * at + batch
        theta, v, w = theta - 0.1 / t * g - 0.6 * v, 0.6 * v + 0.1 / t * g, w + g * g
        if ahead:
            theta = np.array([max(theta[0], -0.5), min(theta[1], 1.5)])
        for name, value in {"theta": theta, "at": at, "gradient": g, "v": v, "w": w}.items():
            kept[name].append(value)
    found = js(RUN, ahead=ahead, batches=batches.tolist() if noisy else None)
    assert (found["steps"], found["diverged"]) == (6, False)
    for name in ("at", "gradient"):
        # Before the first step there is none.
        assert [values[0] for values in found[name]] == ["NaN", "NaN"]
        assert np.allclose(np.transpose(found[name])[1:].astype(float), kept[name], rtol=1e-12)
    assert np.allclose(np.transpose(found["theta"]), kept["theta"], rtol=1e-12)
    assert np.allclose(found["loss"], [x * x + 3 * y * y for x, y in kept["theta"]], rtol=1e-12)
    for values, name in zip(found["state"], ("v", "w"), strict=True):
        assert np.allclose(np.transpose(values), kept[name], rtol=1e-12)
