"""The landscape of the page: paths, the moment, arrows, what is out of sight, and the start."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from tests.explorer.support import points

#: A picture of 200 × 100 pixels that stands in the corner of the page, and half of it again around.
BOX = {"left": 20, "right": 220, "top": 10, "bottom": 110}
BOUNDS = [[-2, 2], [-1, 1]]

HTML = """<svg viewBox="0 0 240 120" width="480" height="240" style="display:block">
<g class="backdrop"></g><rect class="area" x="20" y="10" width="200" height="100" fill="#eee"/>
<g class="paths"><path class="past"/></g>
<g class="start" aria-hidden="true" transform="translate(0,0)"><circle class="ring" r="5"/></g>
</svg>"""

MAKE = """
  const moved = fixed ? null : tell("moved");
  globalThis.landscape = new Landscape(one("svg"), box, moved);
  landscape.show({ bounds, backdrop: '<path class="level"/>' });
"""

#: Paths from lists: of points, of gradients and of velocities. Momentum whose rate grows with t, of
#: which memory is a part; or it is known as a whole, or not at all.
DRAW = """
  const code = {
    constants: (t, [lr]) => [lr * t],
    update: (g, [v], [, momentum], [rate]) => [-momentum * v - rate * g],
    memory: (g, [v], [, momentum]) => -momentum * v,
  };
  const decays = {
    ...code,
    update: (g, [v], [, momentum], [rate], theta) => [-momentum * v - rate * g - theta / 4],
    decay: (g, state, settings, shared, theta) => -theta / 4,
  };
  const known = { parts: code, whole: { ...code, memory: null }, decays };
  globalThis.runs = shown.map(({ name, theta, gradient, velocity, code }) => ({
    rule: { name, look: `--x:${name}`, dashes: name === "A" ? null : "4 3", code: known[code] },
    settings: [0.4, 0.5],
    path: {
      steps: theta.length - 1,
      theta: [0, 1].map((i) => theta.map((each) => Number(each[i]))),
      gradient: [0, 1].map((i) => (gradient ?? [[0, 0]]).map((each) => Number(each[i]))),
      state: [[0, 1].map((i) => (velocity ?? [[0, 0]]).map((each) => Number(each[i])))],
    },
  }));
  landscape.draw(runs, start);
"""

SEEN = """
  landscape.moment(runs, focus, t);
  const paths = Object.fromEntries(all(".paths > g").map((g) => [g.dataset.rule, {
    look: told(g, "class", "style"),
    dashes: one(".past", g).getAttribute("stroke-dasharray"),
    ...Object.fromEntries(["halo", "whole", "past", "dots", "lost"].map(
      (part) => [part, one(`.${part}`, g).getAttribute("d")])),
    now: numbers(one(".now", g), "cx", "cy"),
    turned: one(".lost", g).getAttribute("transform"),
  }]));
  const halos = all(".arrows .halo");
  const arrows = Object.fromEntries(all(".arrows .arrow").map((arrow, i) => {
    const [d, halo] = [arrow, halos[i]].map((e) => e.getAttribute("d"));
    return [arrow.classList[1], d === halo ? d : `${d} on ${halo}`];
  }));
  return { paths, order: Object.keys(paths), arrows, enlarged: one(".enlarged").textContent };
"""


@pytest.fixture
def make(parts):
    """Return a function that makes a landscape with paths on it."""

    def run(*shown, start=(0, 0), fixed=False):
        parts(MAKE, html=HTML, box=BOX, bounds=BOUNDS, fixed=fixed)
        parts(DRAW, shown=shown, start=start)
        return lambda t, focus="A": parts(SEEN, t=t, focus=focus)

    return run


def _pixels(theta):
    x, y = np.transpose(theta)
    return np.stack([20 + 50 * (x + 2), 110 - 50 * (y + 1)], axis=-1)


PATH = [[-1, 0.5], [-0.5, 0.4], [0, 0.2], [1, 0]]
OTHER = [[1, -0.5], [0.9, -0.4]]


def test_a_path_runs_to_the_moment_and_waits_where_it_ends(make, parts):
    seen = make({"name": "A", "theta": PATH}, {"name": "B", "theta": OTHER})
    for t in range(5):
        found = seen(t)["paths"]
        for name, path in (("A", PATH), ("B", OTHER)):
            expected, last = _pixels(path), min(t, len(path) - 1)
            assert np.allclose(points(found[name]["whole"]), expected, atol=0.06)
            for part in ("past", "halo", "dots"):
                assert np.allclose(points(found[name][part]), expected[: last + 1], atol=0.06)
            assert found[name]["now"] == pytest.approx(expected[last])
            assert not found[name]["lost"]
    assert found["A"]["look"] == ["rule", "--x:A"]
    # They stand in the place of those of the first picture.
    assert parts("return all('.paths > *').map((e) => e.tagName);") == ["g", "g"]
    assert [found[name]["dashes"] for name in "AB"] == [None, "4 3"]


def test_the_rule_in_focus_lies_above_the_others(make):
    seen = make(*({"name": name, "theta": PATH} for name in "ABC"))
    assert seen(1, "A")["order"] == ["B", "C", "A"]
    assert seen(1, "A")["order"] == ["B", "C", "A"]
    assert seen(1, "C")["order"] == ["B", "A", "C"]


def test_of_many_paths_only_that_in_focus_has_dots_and_none_a_halo(make):
    for number in (3, 4):
        seen = make(*({"name": name, "theta": PATH} for name in "ABCD"[:number]))
        found = seen(2)["paths"]
        assert [bool(found[name]["dots"]) for name in sorted(found)] == (
            [True] * 3 if number == 3 else [True, False, False, False]
        )
        assert {bool(each["halo"]) for each in found.values()} == {number == 3}
        assert all(each["past"] for each in found.values())


def test_a_path_that_is_no_longer_shown_goes(make, parts):
    seen = make({"name": "A", "theta": PATH}, {"name": "B", "theta": OTHER})
    parts("globalThis.held = one('[data-rule=B]');")
    parts(DRAW, shown=[{"name": "B", "theta": PATH}], start=[0, 0])
    # One that stays is not made anew.
    assert parts("return one('[data-rule=B]') === held;")
    found = seen(3, "B")
    assert found["order"] == ["B"]
    assert np.allclose(points(found["paths"]["B"]["past"]), _pixels(PATH), atol=0.06)
    parts(DRAW, shown=[{"name": name, "theta": PATH} for name in "BA"], start=[0, 0])
    assert sorted(seen(3)["order"]) == ["A", "B"]


@pytest.mark.parametrize(
    ("to", "edge"),
    [
        ([3, 0], (220, 60)),
        ([-3, 0], (20, 60)),
        ([0, 2], (120, 10)),
        ([0, -2], (120, 110)),
        ([4, 3], (220, 10)),
        ([1e9, 0], (220, 60)),
    ],
)
def test_what_is_out_of_sight_has_a_wedge_at_the_edge(make, to, edge):
    seen = make({"name": "A", "theta": [[0, 0], to]})
    assert not seen(0)["paths"]["A"]["lost"]
    found = seen(1)["paths"]["A"]
    assert found["now"] == [-99, -99]
    assert found["lost"] == "M-9,-5L0,0L-9,5Z"
    x, y = points(re.search(r"translate\((.*?)\)", found["turned"])[1])[0]
    assert (x, y) == edge
    turn = math.radians(float(re.search(r"rotate\((.*?)\)", found["turned"])[1]))
    way = _pixels([to])[0] - edge
    assert np.allclose([math.cos(turn), math.sin(turn)], way / np.hypot(*way))


def test_what_is_nowhere_has_a_wedge_that_points_nowhere(make):
    found = make({"name": "A", "theta": [[0, 0], ["NaN", "NaN"]]})(1)["paths"]["A"]
    assert found["turned"] is None
    assert found["now"] == [-99, -99]


def test_a_point_on_the_edge_is_in_sight(make):
    for corner in ([-2, -1], [2, 1], [2, -1]):
        found = make({"name": "A", "theta": [corner]})(0)["paths"]["A"]
        assert found["now"] == pytest.approx(_pixels([corner])[0])
        assert not found["lost"]


# ------------------------------------------------------------------ arrows


STEPS = {
    "name": "A",
    "code": "parts",
    "theta": [[-1, -0.5], [-0.8, 0], [1.2, -0.58]],
    "gradient": [["NaN", "NaN"], [-1, -0.5], [-2, 0.6]],
    "velocity": [[0.4, -0.6], [-0.8, 0.2], [9, 9]],
}
#: What memory adds to each of the two steps, and the steps themselves.
MEMORY = np.array([[-0.2, 0.3], [0.4, -0.1]])
STEP = np.diff(STEPS["theta"], axis=0)
NONE = {"step": "", "memory": "", "gradient": "", "decay": ""}


def _ends(d):
    """Return where an arrow begins and where it ends."""
    return points(d)[:2]


def test_memory_and_gradient_lead_to_the_end_of_the_step(make):
    seen = make(STEPS)
    for t, (memory, step) in enumerate(zip(MEMORY, STEP, strict=True), start=1):
        foot = np.array(STEPS["theta"][t - 1])
        expected = {
            "step": [foot, foot + step],
            "memory": [foot, foot + memory],
            "gradient": [foot + memory, foot + step],
        }
        found = seen(t)
        # The step is drawn first, below the others.
        assert list(found["arrows"]) == [*expected, "decay"]
        assert found["arrows"]["decay"] == ""
        for concept, ends in expected.items():
            assert np.allclose(_ends(found["arrows"][concept]), _pixels(ends), atol=0.06), concept
        assert found["enlarged"] == ""


def _are_drawn(found):
    """Whether there is an arrow for each part of a step that nothing decays."""
    return all(d for concept, d in found["arrows"].items() if concept != "decay")


def test_memory_gradient_and_decay_lead_to_the_end_of_the_step(make):
    seen = make(STEPS | {"code": "decays"})
    for t, (memory, step) in enumerate(zip(MEMORY, STEP, strict=True), start=1):
        foot = np.array(STEPS["theta"][t - 1])
        ends = [foot, foot + memory, foot + step, foot + step - foot / 4]
        found = seen(t)
        made = {concept: _ends(d) for concept, d in found["arrows"].items() if d}
        factor = float(found["enlarged"].split()[2]) if found["enlarged"] else 1
        pixels = _pixels(ends)
        pixels = pixels[0] + factor * (pixels - pixels[0])
        for k, concept in enumerate(("memory", "gradient", "decay")):
            if concept in made or not np.allclose(pixels[k], pixels[k + 1]):
                assert np.allclose(made[concept], pixels[k : k + 2], atol=0.06), concept
        assert np.allclose(made["step"], pixels[[0, 3]], atol=0.06)


def test_all_halos_lie_below_all_arrows(make, parts):
    make(STEPS)
    assert parts("return all('.arrows > *').map((e) => e.getAttribute('class'));") == [
        *["halo"] * 4,
        "arrow step",
        "arrow memory",
        "arrow gradient",
        "arrow decay",
        "enlarged",
    ]
    assert parts("return one('.paths').nextSibling === one('.arrows');")
    # What they show is said below the picture.
    assert parts("return one('.arrows').getAttribute('aria-hidden');") == "true"
    # How large they are stands in the corner.
    assert parts("return numbers(one('.enlarged'), 'x', 'y');") == [27, 102]


def test_without_a_step_there_is_no_arrow(make):
    seen = make(STEPS, {"name": "B", "theta": PATH})
    assert _are_drawn(seen(1))
    assert seen(0)["arrows"] == NONE
    assert seen(3)["arrows"] == NONE
    assert _are_drawn(seen(2))
    assert seen(1, "none")["arrows"] == NONE
    # Of paths that were computed beforehand it is not known what their steps were made of.
    assert seen(1, "B")["arrows"] == NONE


def test_a_step_that_is_no_sum_is_drawn_alone(make):
    seen = make(STEPS | {"code": "whole"})
    for t in (1, 2):
        arrows = seen(t)["arrows"]
        assert np.allclose(_ends(arrows["step"]), _pixels(STEPS["theta"][t - 1 : t + 1]), atol=0.06)
        assert arrows == NONE | {"step": arrows["step"]}


def test_what_has_no_length_has_no_arrow(make):
    # Without memory the gradient makes the whole step.
    found = make(STEPS | {"velocity": [[0, 0]] * 3})(2)["arrows"]
    assert found["memory"] == ""
    assert found["gradient"] == found["step"] != ""
    # Without gradient memory does, and where they are equal and opposite nothing moves.
    found = make(STEPS | {"gradient": [[0, 0]] * 3})(1)["arrows"]
    assert found["gradient"] == ""
    assert found["memory"] == found["step"] != ""
    opposite = {"gradient": [[0, 0], [-0.5, 0.75]], "theta": [[0, 0]] * 2}
    found = make(STEPS | opposite)(1)["arrows"]
    assert found["step"] == ""
    there, back = _ends(found["memory"]), _ends(found["gradient"])
    assert np.allclose(there, back[::-1], atol=0.06)
    found = make(STEPS | {"gradient": [[0, 0]] * 3, "velocity": [[0, 0]] * 3})(1)
    assert (found["arrows"], found["enlarged"]) == (NONE, "")


@pytest.mark.parametrize("value", ["Infinity", "-Infinity", "NaN"])
def test_what_is_not_finite_has_no_arrow(make, value):
    seen = make(STEPS | {"gradient": [["NaN", 0], [value, 0], [-2, 0.6]]})
    found = seen(1)
    # What memory adds is finite all the same.
    assert found["arrows"] == NONE | {"memory": found["arrows"]["memory"]}
    assert np.allclose(_ends(found["arrows"]["memory"])[1], _pixels([[-1.2, -0.2]]), atol=0.06)
    assert found["enlarged"] == ""
    # What is not finite at another moment does not matter now.
    assert _are_drawn(seen(2))


def _along(memory, step):
    """Return a step to the right in pixels, of which memory makes some."""
    return {
        "name": "A",
        "code": "parts",
        "theta": [[0, 0], [0, 0]],
        "velocity": [[-memory / 50 / 0.5, 0]] * 2,
        "gradient": [["NaN", "NaN"], [-(step - memory) / 50 / 0.4, 0]],
    }


@pytest.mark.parametrize(
    ("memory", "step", "factor", "written"),
    [
        (5, 30, 1, None),
        (5, 24.1, 1, None),
        (5, 23, 2, "2"),
        (3, 12.1, 2, "2"),
        (3, 11.9, 5, "5"),
        (2, 4.9, 5, "5"),
        (2, 4.7, 10, "10"),
        (2e-5, 2.5e-5, 1e6, "10⁶"),
        # The longest of all counts, and it may be memory, or lead back.
        (30, 3, 1, None),
        (12.1, 3, 2, "2"),
        (12.1, -3, 2, "2"),
        (-12.1, -3, 2, "2"),
    ],
)
def test_short_arrows_are_enlarged_alike(make, memory, step, factor, written):
    seen = make(_along(memory, step))
    found = seen(1)
    assert found["enlarged"] == (f"arrows enlarged {written} ×" if written else "")
    for name, ends in (("step", (0, step)), ("memory", (0, memory)), ("gradient", (memory, step))):
        place = 120 + factor * np.array(ends)
        drawn = _ends(found["arrows"][name])
        assert np.allclose(drawn, np.transpose([place, [60, 60]]), atol=0.06), name
    assert seen(0)["enlarged"] == ""


def test_what_stays_short_is_not_enlarged_further(make):
    found = make(_along(1e-5, 2e-5))(1)
    assert (found["arrows"], found["enlarged"]) == (NONE, "")


# ------------------------------------------------------------------ the start


START = """return {
  ...Object.fromEntries(one(".start").getAttributeNames().map(
    (name) => [name, one(".start").getAttribute(name)])),
  reach: all(".start .reach").map((e) => e.getAttribute("r")),
  first: one(".start").firstElementChild.getAttribute("class"),
};"""


def test_the_start_is_told_to_all(make, parts):
    make({"name": "A", "theta": PATH}, start=[-1.23456, 0.54321])
    found = parts(START)
    assert found["transform"] == "translate(58.3,32.8)"
    assert found["role"] == "slider"
    assert found["tabindex"] == "0"
    assert found["class"] == "start handle"
    assert found["aria-label"] == "Start"
    assert found["aria-roledescription"] == "2D slider"
    assert (found["aria-valuemin"], found["aria-valuenow"], found["aria-valuemax"]) == (
        "0",
        "19",
        "100",
    )
    assert found["aria-valuetext"] == "θ[0] = −1.235, θ[1] = 0.5432"
    assert "aria-hidden" not in found
    # Where a finger finds it.
    assert (found["reach"], found["first"]) == (["22"], "reach")


@pytest.mark.parametrize(("x", "percent"), [(-9, 0), (-2, 0), (0, 50), (2, 100), (9, 100)])
def test_how_far_the_start_is(make, parts, x, percent):
    make({"name": "A", "theta": PATH}, start=[x, 0])
    assert parts(START)["aria-valuenow"] == str(percent)


def test_a_start_that_stays_is_no_slider(make, parts):
    make({"name": "A", "theta": PATH}, start=[-1, 0.5], fixed=True)
    found = parts(START)
    assert "role" not in found
    assert "tabindex" not in found
    assert found["aria-hidden"] == "true"
    assert found["class"] == "start"
    assert found["reach"] == []
    # It is where the paths begin all the same.
    assert found["transform"] == "translate(70.0,35.0)"


def _moved(parts):
    return parts("return heard.map(([, start]) => start);")


def test_keys_move_the_start_by_hundredths_of_the_picture(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    parts.page.focus(".start")
    for key in ("ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown"):
        parts.page.keyboard.press(key)
    # The picture is 4 × 2 large; each key counts though nothing has been drawn again.
    assert _moved(parts) == [[0.025, 0], [0.025, 0.01], [-0.225, 0.01], [-0.225, -0.09]]


def test_the_start_stays_in_the_picture(make, parts):
    make({"name": "A", "theta": PATH}, start=[1.9, 0.95])
    parts.page.focus(".start")
    for key in ("Shift+ArrowRight", "Shift+ArrowUp"):
        parts.page.keyboard.press(key)
    assert _moved(parts)[-1] == [2, 1]
    parts.page.mouse.click(42, 218)
    assert _moved(parts)[-1] == pytest.approx([-1.98, -0.98], abs=0.011)


@pytest.mark.parametrize(
    ("bounds", "units"),
    [
        ([[-2, 2], [-1, 1]], [0.005, 0.002]),
        ([[0, 500], [0, 1000]], [1, 2]),
        ([[0, 2500], [0, 4999]], [5, 5]),
        ([[0, 0.5], [0, 0.05]], [0.001, 0.0001]),
    ],
)
def test_places_of_the_start_are_round(parts, bounds, units):
    parts(MAKE, html=HTML, box=BOX, bounds=bounds, fixed=False)
    middle = [sum(each) / 2 for each in bounds]
    parts(DRAW, shown=[], start=middle)
    parts.page.mouse.click(123, 97)
    (start,) = _moved(parts)
    for value, unit, (low, high), share in zip(
        start, units, bounds, ((61.5 - 20) / 200, (110 - 48.5) / 100), strict=True
    ):
        place = low + share * (high - low)
        assert abs(value - place) <= unit / 2 + 0.006 * (high - low)
        assert value == pytest.approx(round(value / unit) * unit, abs=1e-9 * unit)
        assert len(f"{value}".replace("-", "").replace(".", "").lstrip("0")) <= 5


def test_another_problem_has_another_backdrop(make, parts):
    make({"name": "A", "theta": PATH})
    parts(
        """landscape.show({ bounds: [[0, 10], [0, 10]], backdrop: '<path class="other"/>' });
        landscape.draw(runs, [5, 5]);"""
    )
    assert parts("return all('.backdrop *').map((e) => e.getAttribute('class'));") == ["other"]
    assert parts(START)["transform"] == "translate(120.0,60.0)"


# ------------------------------------------------------------------ the handle


def test_the_handle_is_dragged_by_where_it_was_gripped(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    mouse = parts.page.mouse
    middle = (240, 120)  # the picture is shown twice as large as its units
    mouse.move(middle[0] + 6, middle[1] - 4)
    assert _moved(parts) == []
    mouse.down()
    mouse.move(middle[0] + 56, middle[1] + 36)
    assert _moved(parts)[-1] == [0.5, -0.4]
    # It is held even outside of it, and let go of for good.
    mouse.move(middle[0] + 106, middle[1] - 44)
    assert _moved(parts)[-1] == [1, 0.4]
    number = len(_moved(parts))
    mouse.up()
    mouse.move(middle[0], middle[1])
    assert len(_moved(parts)) == number


def test_a_click_on_the_handle_moves_nothing_and_gives_it_the_keys(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    # Nor does the page around hear of it, which might begin to select text.
    parts(
        """for (const name of ["pointerdown", "mousedown", "click"])
          one("svg").addEventListener(name, tell(name));"""
    )
    parts.page.mouse.click(246, 116)
    assert parts("return heard.length;") == 0
    assert parts("return document.activeElement === one('.start');")


def test_a_handle_at_the_edge_of_the_window_does_not_scroll_it(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    size = parts.page.viewport_size
    parts.page.set_viewport_size({"width": size["width"], "height": 122})
    parts.page.mouse.click(246, 116)
    focused = parts("return document.activeElement === one('.start');")
    scrolled = parts("return scrollY;")
    parts.page.set_viewport_size(size)
    assert (focused, scrolled) == (True, 0)


def test_other_buttons_do_not_drag(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    parts.page.mouse.move(240, 120)
    parts.page.mouse.down(button="right")
    parts.page.mouse.move(300, 120)
    parts.page.mouse.up(button="right")
    assert _moved(parts) == []


def test_a_drag_that_is_broken_off_is_over(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    for end in ("pointercancel", "lostpointercapture"):
        parts.page.mouse.move(240, 120)
        parts.page.mouse.down()
        parts("one('.start').dispatchEvent(new PointerEvent(end)); heard = [];", end=end)
        parts.page.mouse.move(300, 120)
        assert _moved(parts) == [], end
        parts.page.mouse.up()


@pytest.mark.parametrize(
    ("key", "taken"),
    [
        ("{ key: 'ArrowUp' }", True),
        ("{ key: 'ArrowDown', shiftKey: true }", True),
        ("{ key: 'ArrowLeft', altKey: true }", False),
        ("{ key: 'ArrowLeft', ctrlKey: true }", False),
        ("{ key: 'ArrowLeft', metaKey: true }", False),
        ("{ key: 'a' }", False),
        ("{ key: 'Tab' }", False),
    ],
)
def test_the_handle_takes_its_own_keys_only(make, parts, key, taken):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    went_on = parts(
        f"""return one(".start").dispatchEvent(
          new KeyboardEvent("keydown", {{ cancelable: true, ...{key} }}));"""
    )
    # What it takes does not scroll the page.
    assert went_on is not taken
    assert bool(_moved(parts)) is taken


def test_a_touch_on_the_handle_does_not_scroll(make, parts):
    make({"name": "A", "theta": PATH}, start=[0, 0])
    assert not parts(
        "return one('.start').dispatchEvent(new TouchEvent('touchstart', { cancelable: true }));"
    )
