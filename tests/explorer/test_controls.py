"""The controls below the picture, and the map: what they show, and what they report."""

from __future__ import annotations

import pytest

BUTTONS = """return all("button").map((e) => [
  e.getAttribute("aria-label"), e.title, e.type, one("path", e).getAttribute("d")]);"""


@pytest.fixture
def heard(parts):
    """Return a function that returns what the controls have reported since it was called last."""
    return lambda: parts("const found = heard; heard = []; return found;")


# ------------------------------------------------------------------ time


@pytest.fixture
def time(parts):
    """Make the controls of the moment."""
    script = """globalThis.time = new TimeControls(one("div"), 40, {
      seek: tell("seek"), play: () => tell("play")() });
      time.draw(7, false);"""
    parts(script, html="<div></div>")
    return parts


def test_buttons_and_a_slider_ask_for_a_moment(time, heard):
    for name in ("Back to the start", "One step back", "One step on", "Play"):
        time.page.get_by_role("button", name=name).click()
    assert heard() == [["seek", 0], ["seek", 6], ["seek", 8], ["play"]]
    slider = time.page.get_by_role("slider", name="Step")
    slider.press("ArrowRight")
    slider.press("End")
    slider.press("Home")
    assert heard() == [["seek", 8], ["seek", 40], ["seek", 0]]


def test_the_moment_is_shown(time):
    slider = time.page.get_by_role("slider", name="Step")
    assert slider.input_value() == "7"
    assert slider.get_attribute("aria-valuetext") == "7 of 40"
    output = time.page.locator(".value")
    assert output.text_content() == "7 / 40"
    # It is in the slider already, for those who hear it.
    assert output.get_attribute("aria-hidden") == "true"
    time("time.draw(40, false);")
    assert slider.input_value() == "40"
    assert slider.get_attribute("aria-valuetext") == "40 of 40"
    assert output.text_content() == "40 / 40"


def test_the_button_to_play_says_what_it_does_now(time):
    first = time(BUTTONS)
    assert [label for label, *_ in first] == [
        "Back to the start",
        "One step back",
        "Play",
        "One step on",
    ]
    assert all(title == label and kind == "button" for label, title, kind, _ in first)
    pictures = [picture for *_, picture in first]
    assert len(set(pictures)) == 4
    time("time.draw(8, true);")
    label, title, _, picture = time(BUTTONS)[2]
    assert (label, title) == ("Pause", "Pause")
    assert picture not in pictures
    # Its picture is not drawn anew while nothing changes for it.
    time("globalThis.held = one('.time button:nth-of-type(3) path'); time.draw(9, true);")
    assert time("return one('.time button:nth-of-type(3) path') === held;")
    time("time.draw(10, false);")
    assert time(BUTTONS) == first
    icons = "return all('button svg').map((e) => told(e, 'viewBox', 'aria-hidden'));"
    assert time(icons) == [["0 0 16 16", "true"]] * 4


# ------------------------------------------------------------------ the problem


PROBLEM = """globalThis.problem = new ProblemControls(one("div"), problems, fixed, {
  choose: tell("choose"), start: tell("start") });
problem.draw(problems[0].name, [1.5, -2]);"""

PROBLEMS = [{"name": "a", "label": "first"}, {"name": "b", "label": "second"}]


def test_a_problem_is_chosen_and_a_start_is_typed(parts, heard):
    parts(PROBLEM, html="<div></div>", problems=PROBLEMS, fixed=False)
    select = parts.page.get_by_role("combobox", name="Problem")
    assert select.locator("option").all_inner_texts() == ["first", "second"]
    assert select.input_value() == "a"
    select.select_option("second")
    assert heard() == [["choose", "b"]]
    fields = [parts.page.get_by_label(f"Start, coordinate θ[{i}]") for i in range(2)]
    assert [field.input_value() for field in fields] == ["1.5", "-2"]
    fields[0].fill("-0.25")
    fields[0].press("Enter")
    fields[1].fill("3")
    fields[1].press("Enter")
    fields[1].fill("")
    fields[1].press("Enter")
    assert heard() == [["start", 0, -0.25, True], ["start", 1, 3, True], ["start", 1, 0, False]]
    assert parts("return all('span').map((e) => e.textContent);") == [
        "Problem",
        "Start θ[0]",
        "θ[1]",
    ]
    # Any number can be typed, not whole ones only.
    assert [field.get_attribute("step") for field in fields] == ["any", "any"]


def test_what_is_being_typed_is_left_alone(parts):
    parts(PROBLEM, html="<div></div>", problems=PROBLEMS, fixed=False)
    field = parts.page.get_by_label("Start, coordinate θ[0]")
    field.fill("1.50")
    parts("problem.draw('b', [1.5, 0]);")
    assert field.input_value() == "1.50"
    assert parts.page.get_by_label("Start, coordinate θ[1]").input_value() == "0"
    assert parts.page.get_by_role("combobox").input_value() == "b"
    parts("problem.draw('b', [2, 0]);")
    assert field.input_value() == "2"
    # An empty field is no zero.
    field.fill("")
    parts("problem.draw('b', [0, 0]);")
    assert field.input_value() == "0"


@pytest.mark.parametrize(("number", "fixed"), [(1, True), (1, False), (2, False)])
def test_what_cannot_be_changed_is_disabled(parts, number, fixed):
    parts(PROBLEM, html="<div></div>", problems=PROBLEMS[:number], fixed=fixed)
    assert parts.page.get_by_role("combobox").is_disabled() is (number == 1)
    for i in range(2):
        field = parts.page.get_by_label(f"Start, coordinate θ[{i}]")
        assert field.is_disabled() is fixed
        assert field.get_attribute("disabled") == ("" if fixed else None)


# ------------------------------------------------------------------ rules


RULES = """globalThis.rules = new RuleControls(one("div"), [
  { name: "A", label: "First", look: "--x:1", dashes: null },
  { name: "B", label: "Second", look: "--x:2", dashes: "4 3" },
], { toggle: tell("toggle"), highlight: tell("highlight") });
rules.draw(["B"], new Set(diverged));"""


def test_rules_are_ticked(parts, heard):
    parts(RULES, html="<div></div>", diverged=[])
    first, second = (
        parts.page.get_by_role("checkbox", name=name, exact=True) for name in ("First", "Second")
    )
    assert (first.is_checked(), second.is_checked()) == (False, True)
    parts("heard = []; one('input').click();")
    assert heard() == [["toggle", "A", True]]
    parts("all('input')[1].click();")
    assert heard() == [["toggle", "B", False]]
    parts("rules.draw(['A'], new Set());")
    assert (first.is_checked(), second.is_checked()) == (True, False)
    assert parts("return all('label').map((e) => told(e, 'class', 'style'));") == [
        ["chip rule", "--x:1"],
        ["chip rule", "--x:2"],
    ]
    assert parts("return all('.swatch').map((e) => e.getAttribute('aria-hidden'));") == ["true"] * 2
    assert parts("return all('path').map((e) => e.getAttribute('stroke-dasharray'));") == [
        None,
        "4 3",
    ]
    assert parts("return one('legend').textContent;") == "Side by side"


def test_a_rule_that_is_pointed_at_or_focused_is_named(parts, heard):
    parts(RULES, html="<div></div>", diverged=[])
    parts.page.mouse.move(799, 599)
    heard()
    parts.page.locator("label").nth(1).hover()
    parts.page.mouse.move(799, 599)
    assert heard() == [["highlight", "B"], ["highlight", None]]
    parts("all('input')[0].focus();")
    assert heard() == [["highlight", "A"]]
    parts("all('input')[0].blur();")
    assert heard() == [["highlight", None]]


def test_a_rule_that_diverges_is_marked(parts):
    parts(RULES, html="<div></div>", diverged=["B"])
    marked = "return all('label').map((e) => [e.classList.contains('diverged'), e.title]);"
    assert parts(marked) == [[False, ""], [True, "diverges with this setting"]]
    parts("rules.draw(['B'], new Set(['A']));")
    assert parts(marked) == [[True, "diverges with this setting"], [False, ""]]


# ------------------------------------------------------------------ settings


SETTINGS = """
const range = (name, ...stops) => ({ name, label: `${name} of it`, stops });
globalThis.both = [
  { name: "A", label: "First",
    settings: [range("a", 0, 0.5, 1, 1.5, 2), range("b", 0, 0.9, 0.99, 0.999, 0.9999)] },
  { name: "B", label: "Second",
    settings: [range("c", 0.001, 0.01, 0.1, 0.2, 0.3, 0.5, 1), range("d", 0, 0.25, 1)],
    stored: { stops: [[0.1, 0.2, 0.5], [0.25]] } },
];
globalThis.settings = new SettingControls(
  one("div"), { focus: tell("focus"), change: tell("change") });
settings.draw(both[0], [0.5, 0.99912345], both);
"""


def _slider(parts, name):
    return parts.page.get_by_role("slider", name=name)


def _stands(slider):
    """Return at which stop a slider stands, which is the last, and what it says."""
    return slider.input_value(), *map(slider.get_attribute, ("max", "aria-valuetext"))


def test_sliders_show_the_settings_of_a_rule(parts):
    parts(SETTINGS, html="<div></div>")
    one, other = _slider(parts, "a of it"), _slider(parts, "b of it")
    assert [one.get_attribute(name) for name in ("min", "step")] == ["0", "1"]
    assert _stands(one) == ("1", "4", "0.5")
    # What lies between the stops is one more. Of a decay, all digits that tell it from 1.
    assert _stands(other) == ("4", "5", "0.999123")
    outputs = parts.page.locator(".slider .value")
    assert outputs.all_text_contents() == ["0.5", "0.999123"]
    assert outputs.first.get_attribute("aria-hidden") == "true"
    parts("settings.draw(both[0], [1.23456, 0], both);")
    assert _stands(one) == ("3", "5", "1.23456")
    # The one more stays: who holds a slider finds its stops where they were.
    assert _stands(other) == ("0", "5", "0")
    assert outputs.all_text_contents() == ["1.23456", "0"]
    # The next to be shown begins with the stops of its range again.
    parts("settings.draw(both[1], [0.1, 0.25], both); settings.draw(both[0], [2, 0.9], both);")
    assert _stands(one) == ("4", "4", "2")
    assert _stands(other) == ("1", "4", "0.9")


def test_a_slider_reports_the_stop_where_it_stands(parts, heard):
    parts(SETTINGS, html="<div></div>")
    _slider(parts, "a of it").press("ArrowRight")
    for key in ("ArrowLeft", "End", "ArrowLeft", "Home"):
        _slider(parts, "b of it").press(key)
    assert heard() == [
        ["change", "A", 0, 1],
        *(["change", "A", 1, value] for value in (0.999, 0.9999, 0.99912345, 0)),
    ]


def test_a_slider_over_paths_computed_beforehand_takes_no_other_value(parts, heard):
    parts(SETTINGS, html="<div></div>")
    parts("settings.draw(both[1], [0.21, 0.25], both);")
    slider = _slider(parts, "c of it")
    # It says what is drawn: the path of the nearest.
    assert _stands(slider) == ("1", "2", "0.2")
    assert parts.page.locator(".slider .value").all_text_contents() == ["0.2", "0.25"]
    slider.press("ArrowRight")
    slider.press("Home")
    assert heard() == [["change", "B", 0, 0.5], ["change", "B", 0, 0.1]]
    # Where there is one stop, there is nothing to move.
    assert not slider.is_disabled()
    assert _slider(parts, "d of it").is_disabled()


def test_the_rule_whose_settings_are_shown_is_chosen(parts, heard):
    parts(SETTINGS, html="<div></div>")
    select = parts.page.get_by_role("combobox", name="Settings of")
    assert select.locator("option").all_inner_texts() == ["First", "Second"]
    assert select.input_value() == "A"
    select.select_option("Second")
    assert heard() == [["focus", "B"]]
    parts("settings.draw(both[1], [0.1, 0.25], both);")
    assert select.input_value() == "B"
    assert _slider(parts, "a of it").count() == 0
    assert _slider(parts, "c of it").count() == 1
    parts("settings.draw(both[1], [0.1, 0.25], [both[1]]);")
    assert select.locator("option").all_inner_texts() == ["Second"]


def test_a_slider_is_not_replaced_while_it_is_held(parts):
    parts(SETTINGS, html="<div></div>")
    parts("globalThis.held = all('input, option');")
    parts("settings.draw(both[0], [1, 0.5], both);")
    assert parts("return all('input, option').every((each, i) => each === held[i]);")


# ------------------------------------------------------------------ curves


def test_the_curves_are_chosen(parts, heard):
    script = """globalThis.quantity = new QuantityControls(one("div"), tell("change"));
    globalThis.names = [{ name: "g", label: "gradient" }, { name: "s", label: "step" }];
    quantity.draw(names, "s", { label: "First" });"""
    parts(script, html="<div>Gradient of First</div>")
    select = parts.page.get_by_role("combobox", name="Curves")
    assert select.locator("option").all_inner_texts() == ["gradient", "step"]
    assert select.input_value() == "s"
    shown = "return [all('div > *').length, one('.of').textContent, one('label span').className];"
    # It stands in the place of the title that needs no script.
    assert parts(shown) == [2, "of First", "hidden"]
    assert "Gradient of First" not in parts("return one('div').textContent;")
    select.select_option("gradient")
    assert heard() == [["change", "g"]]
    parts("globalThis.held = all('option'); quantity.draw(names, 'g', { label: 'Second' });")
    assert parts("return all('option').every((each, i) => each === held[i]);")
    assert parts("return one('.of').textContent;") == "of Second"
    parts("quantity.draw([names[1]], 's', { label: 'Second' });")
    assert select.locator("option").all_inner_texts() == ["step"]


# ------------------------------------------------------------------ the map


BOX = {"left": 20, "right": 220, "top": 10, "bottom": 110}

PAD = """<svg viewBox="0 0 240 120" width="480" height="240" style="display:block">
<rect class="area" x="20" y="10" width="200" height="100" fill="#eee"/>
<g class="point" aria-hidden="true" transform="translate(0,0)"><circle class="ring" r="5"/></g>
</svg>"""

MAKE = """
const range = (label, symbol, low, high, stops) => ({
  label, symbol, scale: "linear", low, high,
  stops: Array.from({ length: stops }, (_, i) => low + ((high - low) * i) / (stops - 1)),
});
globalThis.pad = new Pad(one("svg"), box, {
  ranges: [range("rate", "η", 0, 4, 17), range("decay", "γ", 0, 1, 21)],
  columns: 4, rows: 2, cells: "01234567", regimes: ["a", "b", "c", "d", "e", "f", "g", "h"],
}, tell("moved"));
pad.draw(at);
"""


@pytest.fixture
def pad(parts):
    """Return a function that makes a map with its point at a setting."""

    def make(*at):
        parts(MAKE, html=PAD, box=BOX, at=at)
        return parts(
            """const point = one(".point");
            return Object.fromEntries(point.getAttributeNames().map(
              (name) => [name, point.getAttribute(name)]));"""
        )

    return make


def test_the_point_stands_at_its_setting_and_says_so(pad, parts):
    found = pad(1, 0.25)
    assert found["transform"] == "translate(70.0,85.0)"
    assert found["aria-label"] == "rate and decay"
    assert found["aria-roledescription"] == "2D slider"
    assert [found[f"aria-value{part}"] for part in ("min", "now", "max")] == ["0", "25", "100"]
    assert found["aria-valuetext"] == "η = 1, γ = 0.25: b"
    assert (found["role"], found["tabindex"], found["class"]) == ("slider", "0", "point handle")
    assert "aria-hidden" not in found
    assert parts("return told(one('.point').firstElementChild, 'class', 'r');") == ["reach", "22"]
    assert [pad(rate, 0)["aria-valuenow"] for rate in (0, 3, 4)] == ["0", "75", "100"]


@pytest.mark.parametrize(
    ("at", "regime"),
    [
        ((0, 0), "a"),
        ((0.99, 0.49), "a"),
        ((1, 0.49), "b"),
        ((3.99, 0), "d"),
        ((4, 0), "d"),
        ((0, 0.5), "e"),
        ((0, 1), "e"),
        ((4, 1), "h"),
        ((2.5, 0.75), "g"),
        # What lies outside of the map is at its edge.
        ((9, -1), "d"),
    ],
)
def test_what_happens_at_a_setting(pad, at, regime):
    assert pad(*at)["aria-valuetext"].endswith(f": {regime}")


def _press(parts, *keys):
    parts.page.focus(".point")
    for key in keys:
        parts.page.keyboard.press(key)


def test_the_point_is_moved_by_keys_from_stop_to_stop(pad, parts, heard):
    pad(3, 0.5)
    _press(parts, "ArrowRight", "ArrowUp", "Shift+ArrowLeft", "Shift+ArrowDown")
    # Ten at once with Shift; each key counts though nothing has been drawn again.
    assert heard() == [
        ["moved", [rate, pytest.approx(decay)]]
        for rate, decay in ((3.25, 0.5), (3.25, 0.55), (0.75, 0.55), (0.75, 0.05))
    ]
    _press(parts, *["Shift+ArrowLeft"] * 2)
    assert heard()[-1] == ["moved", [0, pytest.approx(0.05)]]
    # At the edge a key more is none: one back leads inside.
    pad(4, 1)
    _press(parts, "ArrowRight", "ArrowUp", "ArrowLeft", "ArrowDown")
    assert heard()[-1] == ["moved", [3.75, pytest.approx(0.95)]]
    pad(0, 0)
    _press(parts, "ArrowLeft", "ArrowDown", "ArrowRight", "ArrowUp")
    assert heard()[-1] == ["moved", [0.25, pytest.approx(0.05)]]


def test_a_point_between_the_stops_goes_to_the_next(pad, parts, heard):
    pad(2.1, 0.52)
    _press(parts, "ArrowRight", "ArrowLeft", "ArrowDown")
    # What is not moved stays between them.
    assert heard() == [["moved", [2.25, 0.52]], ["moved", [2, 0.52]], ["moved", [2, 0.5]]]


def test_a_click_on_the_map_is_the_nearest_stop(pad, parts, heard):
    pad(2, 0.5)
    for x, y, setting in (
        (40, 220, [0, 0]),
        (140, 170, [1, 0.25]),
        (150, 116, [1, 0.5]),
        (154, 114, [1.25, 0.55]),
        (439, 21, [4, 1]),
    ):
        parts.page.mouse.click(x, y)
        assert heard() == [["moved", pytest.approx(setting)]]
