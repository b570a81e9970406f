"""The explorer on a page without kernel and without network, in a real browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

import adaptive
from adaptive import NAG, RULES, SGD, Adagrad, Adam, Momentum, RMSprop, descend, explore
from adaptive.explorer import catalogue
from adaptive.explorer.picture import CHART, LANDSCAPE, _to_pixels
from adaptive.explorer.tuned import tuned
from adaptive.problems import NoisyQuadratic, Ravine, Saddle, Surface
from adaptive.rules import Rule
from adaptive.tracing.anatomy import PARTS
from tests.every import SUMS, every_rule
from tests.explorer.support import (
    assert_path,
    points,
    settle,
    show,
    slider,
    state,
    unfolded,
)

TEXT = Momentum(lr=0.05, momentum=0.7)


@pytest.fixture
def page(shared, tmp_path):
    """Open a page with the explorer that most tests move."""
    return show(shared, tmp_path, explore(Ravine(), TEXT))


def _middle(locator):
    box = locator.bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


# ------------------------------------------------------------------ the first picture


def test_the_first_picture_needs_no_script(reader, tmp_path):
    page = reader(java_script_enabled=False)
    (tmp_path / "page.html").write_text(explore(Ravine(), TEXT).to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator(".landscape .level").count() >= 10
    assert page.locator(".landscape .past").is_visible()
    assert page.locator(".loss .line").is_visible()
    assert page.locator(".landscape .start .ring").is_visible()
    assert page.locator("noscript").is_visible()
    assert page.get_by_text("loss 4.71·10⁻¹⁵").is_visible()


def test_it_opens_on_the_setting_of_the_text(page):
    assert_path(page, TEXT, Ravine())
    assert slider(page, "learning rate η").get_attribute("aria-valuetext") == "0.05"
    assert slider(page, "momentum γ").get_attribute("aria-valuetext") == "0.7"
    assert page.get_by_role("checkbox", name="Momentum").is_checked()


# ------------------------------------------------------------------ what the reader moves


def test_a_slider_moves_by_keyboard(page):
    rate = slider(page, "learning rate η")
    rate.focus()
    for _ in range(6):
        page.keyboard.press("ArrowRight")
    settle(page)
    (lr, momentum) = state(page)["settings"]["Momentum"]
    assert lr > 0.05
    assert float(rate.get_attribute("aria-valuetext")) == pytest.approx(lr)
    assert_path(page, Momentum(lr=lr, momentum=momentum), Ravine())


def test_the_start_is_dragged_with_the_mouse(page):
    x, y = _middle(page.locator(".landscape .start .ring"))
    page.mouse.move(x + 2, y - 1)
    page.mouse.down()
    page.mouse.move(x + 60, y + 10)
    page.mouse.move(x + 122, y + 49)
    page.mouse.up()
    settle(page)
    start = state(page)["start"]
    assert start != [-4, 1]
    # Where it was gripped does not matter: it moved by what the mouse moved.
    assert _middle(page.locator(".landscape .start .ring")) == pytest.approx(
        (x + 120, y + 50), abs=2
    )
    assert_path(page, TEXT, Ravine(), start)
    # It stays when the mouse moves on.
    page.mouse.move(x, y)
    settle(page)
    assert state(page)["start"] == start


def test_a_click_brings_the_start_along(page):
    page.locator(".landscape .area").click(position={"x": 200, "y": 60})
    settle(page)
    assert state(page)["start"] != [-4, 1]
    assert_path(page, TEXT, Ravine(), state(page)["start"])


def test_the_start_moves_by_keyboard(page):
    handle = slider(page, "Start")
    handle.focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    settle(page)
    assert state(page)["start"] == [-2, 1.025]
    assert handle.get_attribute("aria-valuetext") == "θ[0] = −2, θ[1] = 1.025"
    assert_path(page, TEXT, Ravine(), [-2, 1.025])


def test_the_start_is_dragged_with_a_finger(reader, tmp_path):
    page = reader(has_touch=True, viewport={"width": 390, "height": 800})
    (tmp_path / "page.html").write_text(explore(Ravine(), TEXT).to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    x, y = _middle(page.locator(".landscape .start .ring"))
    touch = page.context.new_cdp_session(page)
    for kind, to in (("Start", (x, y)), ("Move", (x + 40, y + 5)), ("Move", (x + 90, y + 30))):
        touch.send(
            "Input.dispatchTouchEvent",
            {"type": f"touch{kind}", "touchPoints": [{"x": to[0], "y": to[1]}]},
        )
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    settle(page)
    assert _middle(page.locator(".landscape .start .ring")) == pytest.approx(
        (x + 90, y + 30), abs=2
    )
    assert page.evaluate("() => scrollY") == 0
    assert_path(page, TEXT, Ravine(), state(page)["start"])


def test_the_start_is_typed(page):
    field = page.get_by_label("Start, coordinate θ[1]")
    field.fill("-1.5")
    field.press("Enter")
    assert_path(page, TEXT, Ravine(), [-4, -1.5])
    field.fill("")
    field.press("Enter")
    settle(page)
    assert state(page)["start"] == [-4, -1.5]


def test_all_rules_stand_side_by_side_on_all_problems(page):
    for kind in RULES:
        page.get_by_role("checkbox", name=kind.__name__, exact=True).check()
    for problem in catalogue.default_problems():
        page.get_by_role("combobox", name="Problem").select_option(problem.name)
        settle(page)
        assert state(page)["shown"] == [kind.__name__ for kind in RULES]
        assert page.locator(".landscape .rule").count() == len(RULES)
        assert page.locator(".landscape .level").count() >= 10
        start = problem.start.tolist()
        assert state(page)["start"] == start
        # What suits the landscape, but for the rule and the problem of the text.
        assert_path(page, TEXT if problem.name == "ravine" else tuned(TEXT, problem), problem)
        for kind in (SGD, Adam):
            assert_path(page, tuned(catalogue.default_rule(kind), problem), problem)
    # The names of all stand beside the losses.
    assert page.locator(".loss .name").count() == len(RULES)


def test_the_last_rule_stays(page):
    box = page.get_by_role("checkbox", name="Momentum")
    box.click()
    settle(page)
    assert box.is_checked()
    assert page.get_by_role("status").inner_text() == "One rule has to stay."


def test_settings_are_those_of_the_rule_that_is_chosen(page):
    page.get_by_role("checkbox", name="Adam", exact=True).check()
    settle(page)
    assert slider(page, "β₂").is_visible()
    page.get_by_role("combobox", name="Settings of").select_option("Momentum")
    settle(page)
    assert slider(page, "momentum γ").is_visible()
    assert slider(page, "β₂").count() == 0


# ------------------------------------------------------------------ time


def test_time_is_stepped_and_scrubbed(page):
    path = descend(TEXT, Ravine())
    page.get_by_role("button", name="Back to the start").click()
    for _ in range(3):
        page.get_by_role("button", name="One step on").click()
    page.get_by_role("button", name="One step back").click()
    settle(page)
    assert state(page)["t"] == 2
    assert slider(page, "Step").get_attribute("aria-valuetext") == "2 of 100"
    now = page.locator(".landscape .now")
    expected = _to_pixels(path.theta[2], Ravine())
    assert [float(now.get_attribute(c)) for c in ("cx", "cy")] == pytest.approx(expected, abs=0.1)
    assert "loss " in page.locator(".readout").inner_text()
    slider(page, "Step").press("End")
    settle(page)
    assert state(page)["t"] == 100


def _arrows(page):
    """Return the ends of the arrows, and how many times they are enlarged."""
    settle(page)
    found = {
        name: points(page.locator(f".arrows .arrow.{name}").get_attribute("d"))[:2]
        for name in (*PARTS, "step")
    }
    text = page.locator(".arrows .enlarged").text_content()
    return found, float(text.split()[2]) if text else 1.0


def test_arrows_show_the_step_and_what_it_was_made_of(shared, tmp_path):
    rule = NAG(lr=0.03, momentum=0.8)
    path = descend(rule, Ravine())
    page = show(shared, tmp_path, explore(Ravine(), rule, at=3))
    arrow, factor = _arrows(page)
    before, after = _to_pixels(path.theta[2], Ravine()), _to_pixels(path.theta[3], Ravine())
    ahead = _to_pixels(path.theta[2] - 0.8 * path.state["v"][2], Ravine())
    assert factor == 2
    after, ahead = (before + factor * (point - before) for point in (after, ahead))
    assert np.allclose(arrow["step"], [before, after], atol=0.1)
    # NAG asks for its gradient ahead of where it stands: where memory alone would go.
    assert np.allclose(arrow["memory"], [before, ahead], atol=0.1)
    assert np.allclose(arrow["gradient"], [ahead, after], atol=0.1)


@every_rule
def test_arrows_have_one_scale_and_add_up(shared, tmp_path, kind):
    rule, rng = catalogue.default_rule(kind), np.random.default_rng(4)
    page = show(shared, tmp_path, explore(Saddle(), rule, steps=60))
    path = descend(rule, Saddle(), steps=60)
    for t in rng.integers(1, 61, 6):
        page.evaluate(
            "(t) => document.querySelector('.adaptive-explorer').explorer.apply({ t })", int(t)
        )
        arrow, factor = _arrows(page)
        before, after = _to_pixels(path.theta[t - 1 : t + 1], Saddle())
        assert factor in {d * 10**k for d in (1, 2, 5) for k in range(7)}
        if not len(arrow["step"]):
            continue
        assert np.allclose(np.diff(arrow["step"], axis=0)[0], factor * (after - before), atol=1)
        parts = [np.diff(arrow[name], axis=0)[0] for name in PARTS if len(arrow[name])]
        assert not len(arrow["decay"]) or rule.sees_theta
        if kind not in SUMS:
            assert not parts
            continue
        # What is shorter than a pixel is not drawn.
        assert np.allclose(sum(parts), factor * (after - before), atol=1.2)
        longest = max(np.hypot(*way) for way in [*parts, factor * (after - before)])
        assert longest > 23 or factor == 1e6


def test_curves_show_what_the_rule_computes_with(shared, tmp_path):
    rule = Adam(lr=0.1)
    path = descend(rule, Saddle(), steps=50)
    page = show(shared, tmp_path, explore(Saddle(), rule, steps=50))
    choice = page.get_by_role("combobox", name="Curves")
    options = choice.locator("option").all_inner_texts()
    assert options[:4] == ["gradient g", "state m", "state v", "step Δθ"]
    choice.select_option("state.v")
    settle(page)
    line = points(page.locator(".curves .line").first.get_attribute("d"))
    values = path.state["v"][1:, 0]
    # The line is the second moment of the first coordinate, up to the scale of the axis.
    slope, shift = np.polyfit(line[[0, -1], 1], values[[0, -1]], 1)
    at = np.interp(np.arange(50), (line[:, 0] - line[0, 0]) / np.ptp(line[:, 0]) * 49, line[:, 1])
    assert np.allclose(slope * at + shift, values, atol=0.02 * np.ptp(values))


@pytest.fixture
def stopped(reader, tmp_path):
    """Return a function that opens an explorer on a page whose clock the test moves."""

    def open_(explorer, **settings):
        page = reader(**settings)
        page.clock.install(time=0)
        (tmp_path / "page.html").write_text(explorer.to_page(), encoding="utf-8")
        page.goto((tmp_path / "page.html").as_uri())
        page.clock.pause_at(10_000)
        return unfolded(page)

    return open_


def test_playing_takes_five_seconds_and_can_be_stopped(stopped):
    page = stopped(explore(Ravine(), TEXT, steps=20))
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2_600)
    assert state(page)["t"] == 10
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5_000)
    assert state(page)["t"] == 10
    # It goes on from where it stands, at the same pace.
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(1_100)
    assert state(page)["t"] == 14
    page.clock.run_for(5_000)
    assert state(page)["t"] == 20
    assert page.get_by_role("button", name="Play").is_visible()
    assert page.locator(".time .value").inner_text() == "20 / 20"
    # From the end it begins again.
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(600)
    assert state(page)["t"] == 2


def test_those_who_want_no_motion_get_stills(stopped):
    page = stopped(explore(Ravine(), TEXT, steps=25), reduced_motion="reduce")
    page.get_by_role("button", name="Play").click()
    seen = []
    for _ in range(11):
        page.clock.run_for(800)
        seen.append(state(page)["t"])
    # Ten of them, and an end.
    assert seen == [3, 6, 9, 12, 15, 18, 21, 24, 25, 25, 25]
    assert page.get_by_role("button", name="Play").count() == 1
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(800)
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(5_000)
    assert state(page)["t"] == 3


def test_a_message_goes_away(stopped):
    page = stopped(explore(Ravine(), TEXT))
    page.get_by_role("button", name="Reset").click()
    message = page.locator(".message")
    assert message.inner_text() == "Back at the setting of the text."
    page.clock.run_for(5_900)
    assert message.inner_text()
    page.clock.run_for(200)
    assert message.inner_text() == ""


def test_the_reader_of_the_screen_hears_the_end_of_a_movement(stopped):
    page = stopped(explore(Ravine(), TEXT))
    status = page.get_by_role("status")
    page.clock.run_for(1_000)
    # The first picture is not news.
    assert status.inner_text() == ""
    for _ in range(3):
        slider(page, "momentum γ").press("ArrowLeft")
        page.clock.run_for(300)
        assert status.inner_text() == ""
    page.clock.run_for(200)
    assert status.inner_text() == page.locator(".readout").inner_text()


def test_nobody_is_told_of_each_step_while_it_plays(stopped):
    page = stopped(explore(Ravine(), TEXT, steps=5))
    status = page.get_by_role("status")
    page.get_by_role("button", name="Play").click()
    for _ in range(9):
        page.clock.run_for(500)
        assert status.inner_text() == ""
    page.clock.run_for(2_000)
    assert status.inner_text().startswith("Step 5.")


# ------------------------------------------------------------------ what it says


def test_a_run_that_diverges_says_so(page):
    rate = slider(page, "learning rate η")
    rate.focus()
    page.keyboard.press("End")
    settle(page)
    lost = descend(Momentum(lr=3, momentum=0.7), Ravine())
    assert lost.diverged
    text = f"Momentum has diverged at step {lost.steps}."
    assert text in page.locator(".readout").inner_text()
    page.get_by_role("status").filter(has_text=text).wait_for(state="attached")
    assert "diverged" in page.locator(".chip", has_text="Momentum").get_attribute("class")
    assert page.locator(".landscape .lost").get_attribute("d")
    assert_path(page, Momentum(lr=3, momentum=0.7), Ravine())


def test_it_goes_back_to_the_setting_of_the_text(page):
    slider(page, "learning rate η").press("End")
    slider(page, "Start").press("Shift+ArrowRight")
    page.get_by_role("checkbox", name="SGD", exact=True).check()
    page.get_by_role("combobox", name="Problem").select_option("Beale")
    page.get_by_role("button", name="Reset").click()
    assert_path(page, TEXT, Ravine())
    assert state(page)["shown"] == ["Momentum"]
    assert state(page)["t"] == 100


# ------------------------------------------------------------------ what readers bring along


@dataclass(frozen=True, eq=False)
class Signed(Rule):
    """A rule that nobody has written JavaScript for."""

    lr: Any = 0.04
    decay: Any = 0.97

    state_names = ("age",)

    def update(self, g, t, age):
        age = np.maximum(self.decay * age, np.exp(-t / 50))
        return -self.lr * np.where(np.abs(g) > 0.1, np.sign(g), 10 * g) * age, age


class Waves(Surface):
    """A problem that nobody has written JavaScript for."""

    name = "waves"
    start = np.array([2.0, -1.5])
    bounds = ((-3, 3), (-3, 3))

    def f(self, x, y):
        return x**2 / 4 + np.sin(2 * y) ** 2 + y**2 / 9 + np.log1p(x**4)

    def partials(self, x, y):
        return x / 2 + 4 * x**3 / (1 + x**4), 2 * np.sin(4 * y) + 2 * y / 9


def test_a_rule_and_a_problem_of_ones_own(shared, tmp_path):
    page = show(shared, tmp_path, explore(Waves(), Signed(), SGD(0.05)))
    assert_path(page, Signed(), Waves())
    assert_path(page, SGD(0.05), Waves())
    page.get_by_role("combobox", name="Settings of").select_option("Signed")
    settle(page)
    slider(page, "decay").press("ArrowLeft")
    settle(page)
    lr, decay = state(page)["settings"]["Signed"]
    assert decay < 0.97
    assert_path(page, Signed(lr, decay), Waves())


def test_a_rule_added_to_the_package_can_be_ticked(shared, tmp_path, monkeypatch):
    monkeypatch.setattr(adaptive.rules, "RULES", (*RULES, Signed))
    page = show(shared, tmp_path, explore(Ravine(), TEXT))
    page.get_by_role("checkbox", name="Signed").check()
    settle(page)
    # With the setting that suits the problem, as the others.
    assert_path(page, tuned(Signed(), Ravine()), Ravine())


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A rule that cannot be traced."""

    lr: Any = 0.05

    def update(self, g, t):
        size = np.sqrt(np.sum(g * g))
        return (-self.lr * (g / size if size > 1 else g),)


def test_what_cannot_be_traced_moves_between_settings_computed_beforehand(shared, tmp_path):
    page = show(shared, tmp_path, explore(Ravine(), Clipped(), TEXT))
    assert page.get_by_text("Clipped.update cannot be recorded").is_visible()
    for _ in range(4):
        slider(page, "learning rate η").press("ArrowRight")
    settle(page)
    (lr,) = state(page)["settings"]["Clipped"]
    assert lr > 0.05
    assert_path(page, Clipped(lr), Ravine())
    assert_path(page, TEXT, Ravine())
    assert slider(page, "Start").count() == 0
    assert page.get_by_label("Start, coordinate θ[0]").is_disabled()


def test_noise_is_pythons(shared, tmp_path):
    page = show(shared, tmp_path, explore(NoisyQuadratic(), RMSprop(0.02), Momentum(0.01, 0.9)))
    assert_path(page, RMSprop(0.02), NoisyQuadratic())
    assert_path(page, Momentum(0.01, 0.9), NoisyQuadratic())


# ------------------------------------------------------------------ the map


def test_the_point_on_the_map_is_the_setting(shared, tmp_path):
    shown = explore(
        Ravine(), TEXT, map=("lr", "momentum"), ranges={"lr": (1e-3, 0.25), "momentum": (0, 0.99)}
    )
    page = show(shared, tmp_path, shown)
    handle = slider(page, "learning rate η and momentum γ")
    assert handle.get_attribute("aria-valuetext") == "η = 0.05, γ = 0.7: both oscillate"
    handle.focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowLeft")
    settle(page)
    lr, momentum = state(page)["settings"]["Momentum"]
    assert lr < 0.05
    assert momentum < 0.7
    assert slider(page, "momentum γ").get_attribute("aria-valuetext") == str(momentum)
    assert_path(page, Momentum(lr, momentum), Ravine())

    x, y = _middle(page.locator(".pad .point .ring"))
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 400, y, steps=4)
    page.mouse.up()
    settle(page)
    lr, momentum = state(page)["settings"]["Momentum"]
    assert lr == 0.25
    assert "diverges" in handle.get_attribute("aria-valuetext")
    assert "On the map: diverges." in page.locator(".readout").inner_text()
    assert_path(page, Momentum(lr, momentum), Ravine())

    # A slider moves the point.
    slider(page, "momentum γ").press("Home")
    settle(page)
    assert "γ = 0:" in handle.get_attribute("aria-valuetext")


# ------------------------------------------------------------------ the moment


def _cursor(page, chart):
    """Return where the line at the moment stands in a chart, and the dots on its curves."""
    line = points(page.locator(f".{chart} .cursor").get_attribute("d").replace("V", "L0,"))
    dots = page.locator(f".{chart} .dots-now circle").evaluate_all(
        "(all) => all.map((e) => ['cx', 'cy'].map((name) => Number(e.getAttribute(name))))"
    )
    return line[0, 0], dots


def test_all_pictures_show_the_same_moment(shared, tmp_path):
    rule, steps, box = Adam(0.1), 50, CHART
    path = descend(rule, Saddle(), steps=steps)
    page = show(shared, tmp_path, explore(Saddle(), rule, steps=steps, curves="m"))
    settle(page)
    lines = [points(e.get_attribute("d")) for e in page.locator(".curves .line").all()]
    # Room for the names of the two curves is left.
    right = {"loss": box.right, "curves": box.right - 36}
    for t in (0, 1, 17, 49, 50):
        page.evaluate("(t) => document.querySelector('.adaptive-explorer').explorer.seek(t)", t)
        settle(page)
        expected = _to_pixels(path.theta[: t + 1], Saddle())
        past = points(page.locator(".landscape .past").get_attribute("d"))
        assert past[0] == pytest.approx(expected[0], abs=0.06)
        assert past[-1] == pytest.approx(expected[-1], abs=0.06)
        for chart, end in right.items():
            x, dots = _cursor(page, chart)
            assert x == pytest.approx(box.left + (end - box.left) * t / steps, abs=0.01)
            for i, (dot_x, dot_y) in enumerate(dots):
                if chart == "curves" and t == 0:  # no step, no state
                    assert dot_x < 0
                    continue
                assert dot_x == pytest.approx(x, abs=0.01)
                if chart == "curves":
                    line = lines[i]
                    assert dot_y == pytest.approx(np.interp(x, line[:, 0], line[:, 1]), abs=0.6)


@pytest.mark.parametrize("curves", ["gradient", "m", "v", "step", "rate"])
def test_each_curve_has_its_values_at_their_steps(shared, tmp_path, curves):
    rule, steps = Adam(0.1), 50
    path = descend(rule, Saddle(), steps=steps)
    page = show(shared, tmp_path, explore(Saddle(), rule, steps=steps, curves=curves))
    settle(page)
    step = np.diff(path.theta, axis=0)
    values = {"gradient": path.gradient, "step": step, "rate": -step / path.gradient}
    values |= {name: path.state[name][1:] for name in ("m", "v")}
    shown = values[curves]
    low, high = min(0, shown.min()), max(0, shown.max())
    room = 0.06 * (high - low)
    lines = page.locator(".curves .line")
    right = CHART.right - 36
    for i in range(2):
        line = points(lines.nth(i).get_attribute("d"))
        x = CHART.left + (right - CHART.left) * np.arange(1, steps + 1) / steps
        assert line[0, 0] == pytest.approx(x[0], abs=0.06)
        assert line[-1, 0] == pytest.approx(x[-1], abs=0.06)
        y = CHART.y((shown[:, i] - low + room) / (high - low + 2 * room))
        assert np.allclose(np.interp(x, line[:, 0], line[:, 1]), y, atol=0.5)
    dashes = lines.evaluate_all("(all) => all.map((e) => e.getAttribute('stroke-dasharray'))")
    assert dashes == [None, "4 3"]
    assert page.locator(".curves .name").all_text_contents() == ["θ[0]", "θ[1]"]
    kind = {"gradient": "gradient", "m": "memory", "v": "", "step": "step", "rate": "step"}[curves]
    assert page.locator(".curves .lines .rule").first.get_attribute("class").split() == [
        "rule",
        *kind.split(),
    ]


def test_a_run_is_lost_at_the_step_at_which_it_diverges(shared, tmp_path):
    lost = descend(SGD(0.2), Ravine())
    assert lost.diverged
    page = show(shared, tmp_path, explore(Ravine(), SGD(0.2), at=lost.steps - 1))
    settle(page)
    readout = page.locator(".readout")
    assert "diverged" not in readout.inner_text()
    assert "SGD: loss" in readout.inner_text()
    for _ in range(2):
        page.get_by_role("button", name="One step on").click()
        settle(page)
        assert f"SGD has diverged at step {lost.steps}." in readout.inner_text()
        assert "loss" not in readout.inner_text()
    # Neither the line nor the numbers go on.
    assert page.locator(".landscape .past").get_attribute("d") == page.locator(
        ".landscape .whole"
    ).get_attribute("d")
    assert not page.locator(".arrows .arrow.step").get_attribute("d")


def test_the_axes_of_the_charts(shared, tmp_path):
    page = show(shared, tmp_path, explore(Ravine(), TEXT))
    settle(page)
    path = descend(TEXT, Ravine())
    low, high = np.log10(path.loss.min()), np.log10(path.loss.max())
    ticks = page.locator(".loss .axes .tick").evaluate_all(
        "(all) => all.map((e) => [e.textContent, Number(e.getAttribute('x')), "
        "Number(e.getAttribute('y')), e.getAttribute('text-anchor')])"
    )
    across = [(text, x) for text, x, _, anchor in ticks if anchor == "middle"]
    assert [text for text, _ in across] == ["0", "20", "40", "60", "80", "100"]
    for text, x in across:
        assert x == pytest.approx(CHART.x(int(text) / 100), abs=0.01)
    up = [(text, y) for text, _, y, anchor in ticks if anchor == "end"]
    powers = {
        f"10{''.join('⁰¹²³⁴⁵⁶⁷⁸⁹'[int(c)] if c != '-' else '⁻' for c in str(e))}": e
        for e in range(-18, 3)
    }
    assert len(up) >= 4
    for text, y in up:
        assert y - 3.5 == pytest.approx(CHART.y((powers[text] - low) / (high - low)), abs=0.05)
    # A start nearby changes the loss by less than ten: the axis keeps a range that can be read.
    line = points(page.locator(".loss .line").get_attribute("d"))
    assert line[0] == pytest.approx(
        [CHART.left, CHART.y((np.log10(path.loss[0]) - low) / (high - low))], abs=0.1
    )


def test_a_chart_of_nearly_one_value_has_a_range(shared, tmp_path):
    page = show(shared, tmp_path, explore(Ravine(), SGD(1e-4), steps=10))
    settle(page)
    line = points(page.locator(".loss .line").get_attribute("d"))
    assert np.allclose(line[:, 1], (CHART.top + CHART.bottom) / 2, atol=2)


def test_what_diverges_does_not_flatten_the_rest(shared, tmp_path):
    page = show(shared, tmp_path, explore(Ravine(), TEXT, SGD(0.2)))
    settle(page)
    line = points(page.locator('.loss [data-rule="Momentum"] .line').get_attribute("d"))
    low, high = np.log10(18e4) - 18, np.log10(18e4)
    height = CHART.y((np.log10(18) - low) / (high - low))
    assert line[0, 1] == pytest.approx(height, abs=0.1)
    wedge = page.locator('.landscape [data-rule="SGD"] .lost')
    assert wedge.get_attribute("d") == "M-9,-5L0,0L-9,5Z"
    # It points to where the run has gone.
    turn = float(re.search(r"rotate\((-?[\d.]+)\)", wedge.get_attribute("transform"))[1])
    x, y = _to_pixels(descend(SGD(0.2), Ravine()).theta[-1], Ravine())
    edge_x, edge_y = (
        np.clip(x, LANDSCAPE.left, LANDSCAPE.right),
        np.clip(y, LANDSCAPE.top, LANDSCAPE.bottom),
    )
    assert turn == pytest.approx(np.degrees(np.arctan2(y - edge_y, x - edge_x)), abs=0.1)


def test_the_loss_is_drawn_above_the_minimum(shared, tmp_path):
    rule, problem = Momentum(0.1, 0.8), Saddle()
    page = show(shared, tmp_path, explore(problem, rule, steps=60))
    settle(page)
    line = points(page.locator(".loss .line").get_attribute("d"))
    logs = np.log10(descend(rule, problem, steps=60).loss - catalogue.floor_of(problem))
    x = CHART.x(np.arange(61) / 60)
    y = CHART.y((logs - logs.min()) / np.ptp(logs))
    assert np.allclose(np.interp(x, line[:, 0], line[:, 1]), y, atol=0.5)
    assert page.locator(".loss-title").inner_text() == "Loss above the minimum"


def test_sliders_are_high_enough_for_a_finger(reader, tmp_path):
    page = reader(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    path = tmp_path / "page.html"
    path.write_text(explore(Ravine(), Momentum(0.05, 0.7)).to_page(), encoding="utf-8")
    page.goto(path.as_uri())
    heights = page.locator("input[type=range]").evaluate_all(
        "(all) => all.map((e) => e.getBoundingClientRect().height)"
    )
    assert len(heights) == 3
    assert min(heights) >= 24


def test_what_is_chosen_for_the_curves_is_read_to_its_end(reader, tmp_path):
    page = reader(viewport={"width": 720, "height": 900})
    path = tmp_path / "page.html"
    made = explore(Ravine(), Adagrad(0.5), curves="rate")
    path.write_text(made.to_page(), encoding="utf-8")
    page.goto(path.as_uri())
    select = page.locator(".curves-title select")
    chosen = select.evaluate(
        """(e) => {
            const words = document.createElement("span");
            words.style.font = getComputedStyle(e).font;
            words.textContent = e.selectedOptions[0].textContent;
            document.body.append(words);
            return words.getBoundingClientRect().width;
        }"""
    )
    # And the arrow has some room.
    assert select.bounding_box()["width"] > chosen + 16


@pytest.mark.parametrize("width", [390, 720])
def test_no_tick_is_cut_at_the_edge_of_a_plane(reader, tmp_path, width):
    page = reader(viewport={"width": width, "height": 900})
    path = tmp_path / "page.html"
    made = explore(NoisyQuadratic([1, 4]), Momentum(0.05, 0.7), map=("lr", "momentum"))
    path.write_text(made.to_page(), encoding="utf-8")
    page.goto(path.as_uri())
    cut = page.locator("svg:is(.landscape, .pad)").evaluate_all(
        """(all) => all.flatMap((svg) => {
            const { left, right } = svg.getBoundingClientRect();
            return [...svg.querySelectorAll(".tick")].filter((tick) => {
                const box = tick.getBoundingClientRect();
                return box.left < left || box.right > right;
            }).map((tick) => tick.textContent);
        })"""
    )
    assert page.locator(".landscape .tick", has_text="1.5").count() > 1
    assert cut == []
