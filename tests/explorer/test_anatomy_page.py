"""The live equation in a real browser: its arrows add up, and every hand can point at its terms."""

from __future__ import annotations

import re

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, Momentum, RMSprop, anatomy, scheduled
from adaptive.explorer.equation import GIVEN
from adaptive.explorer.step import short
from adaptive.problems import NoisyQuadratic, Ravine, Saddle
from adaptive.schedules import Linear
from adaptive.tracing.anatomy import PARTS
from tests.every import KINDS, SUMS, every_rule
from tests.explorer.support import points, settle, show, slider, violations
from tests.test_anatomy import Mixing, Signs

TEXT = Momentum(lr=0.06, momentum=0.7)
SIZES = {"desk": {"width": 1280, "height": 720}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def page(shared, tmp_path):
    """Open a page with the figure that most tests move."""
    return show(shared, tmp_path, anatomy(TEXT, Ravine()))


def _state(page):
    settle(page)
    return page.evaluate(
        """() => {
          const { state } = document.querySelector(".adaptive-anatomy").explorer;
          return { t: state.t, start: state.start };
        }"""
    )


def _seek(page, t):
    page.evaluate("(t) => document.querySelector('.adaptive-anatomy').explorer.seek(t)", t)
    settle(page)


def _arrows(page):
    """Return the two ends of each arrow that is drawn, in pixels."""
    found = {}
    for role in (*PARTS, "step"):
        hit = page.locator(f".lens .part.{role} .hit")
        if hit.count() and (ends := points(hit.get_attribute("d"))).size:
            found[role] = ends
    return found


def _numbers(page):
    """Return the numbers under the terms, by the index of their value."""
    return page.eval_on_selector_all(
        "[data-value]",
        """(all) => all.map((term) =>
          [term.dataset.value, [...term.children].map((each) => each.textContent)])""",
    )


def _lit(page):
    settle(page)
    found = page.eval_on_selector_all(
        ".adaptive-anatomy.lit .on", "(all) => all.map((part) => part.getAttribute('class'))"
    )
    return [" ".join(each.split()[:2]) for each in found]


# ------------------------------------------------------------------ the arrows


@pytest.mark.parametrize("rule", [*(k(**k.on_circles) for k in SUMS), Mixing()], ids=repr)
def test_the_arrows_add_up_to_the_step_on_one_scale(shared, tmp_path, rule):
    problem, rng = Saddle(), np.random.default_rng(7)
    shown = anatomy(rule, problem)
    page = show(shared, tmp_path, shown)
    for t in rng.integers(1, 61, 8):
        _seek(page, int(t))
        arrows, parts = _arrows(page), shown.parts(int(t))
        if "step" not in arrows:
            continue
        step = np.diff(arrows["step"], axis=0)[0]
        zoom = 2 ** (round(2 * np.log2(np.hypot(*step) / np.hypot(*parts["step"]))) / 2)
        np.testing.assert_allclose(step, parts["step"] * zoom * [1, -1], atol=0.2)
        tip = arrows["step"][0]
        for role in PARTS:
            if role not in arrows:
                assert role not in parts or np.hypot(*parts[role]) * zoom < 0.2
                continue
            np.testing.assert_allclose(arrows[role][0], tip, atol=0.2)
            way = np.diff(arrows[role], axis=0)[0]
            np.testing.assert_allclose(way, parts[role] * zoom * [1, -1], atol=0.3)
            tip = arrows[role][1]
        # To a pixel, and in fact to less.
        np.testing.assert_allclose(tip, arrows["step"][1], atol=0.5)
        bar = re.search(r"h([\d.]+)", page.locator(".bar path").get_attribute("d"))
        unit = page.locator(".bar .unit").text_content().replace("−", "-")
        mantissa, _, power = unit.partition("·10")
        digits = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
        length = float(mantissa) * 10 ** int(power.translate(digits) or 0)
        assert float(bar[1]) == pytest.approx(length * zoom, abs=0.5)


@pytest.mark.parametrize("rule", [*(k(**k.on_circles) for k in KINDS), Mixing(), Signs()], ids=repr)
def test_the_numbers_are_pythons(shared, tmp_path, rule):
    shown = anatomy(rule, Saddle())
    page = show(shared, tmp_path, shown)
    for t in (2, 17):
        _seek(page, t)
        values = [shown.path.theta[t - 1], shown.path.theta[t], None, shown.path.gradient[t - 1]]
        values += shown._computed(shown._equation.nodes, t)
        numbers = _numbers(page)
        assert len(numbers) >= 4
        for index, found in numbers:
            if int(index) != GIVEN.index("at"):
                assert found == [short(float(value)) for value in values[int(index)]]


def test_the_still_is_what_the_script_draws(shared, tmp_path):
    """Nothing jumps when the figure comes to life."""
    read = """() => ({
      numbers: [...document.querySelectorAll("[data-value]")].map((e) => e.textContent),
      texts: [...document.querySelectorAll("svg text, .tell")].map((e) => e.textContent),
      places: [...document.querySelectorAll(
        ".label, .here, .ahead, .box, .seen, .amount, .minimum, .start, .part > path, .bar path")]
        .map((e) => ["x", "y", "width", "height", "cx", "cy", "transform", "visibility", "d"]
          .map((name) => e.getAttribute(name) ?? "").join(" ")),
    })"""
    numbers = re.compile(r"-?\d+(?:\.\d+)?")
    for rule in (TEXT, NAG(0.04, 0.7), Adam(0.4), RMSprop(0.25), SGD(0.05)):
        text = anatomy(rule, Ravine(), at=4).to_page()
        seen = []
        for each in (re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL), text):
            (tmp_path / "page.html").write_text(each, "utf-8")
            page = shared.open(tmp_path / "page.html")
            settle(page)
            seen.append(page.evaluate(read))
        still, live = seen
        assert still["numbers"] == live["numbers"]
        assert still["texts"] == live["texts"]
        for one, other in zip(still["places"], live["places"], strict=True):
            np.testing.assert_allclose(
                [float(x) for x in numbers.findall(one)],
                [float(x) for x in numbers.findall(other)],
                atol=0.11,
            )


# ------------------------------------------------------------------ pointing


def test_a_term_lights_its_arrow(page):
    page.locator(".term.gradient").hover()
    assert _lit(page) == ["term gradient", "part gradient", "label gradient"]
    assert page.locator(".tell").inner_text().endswith("gt: what this gradient adds.")
    page.mouse.move(5, 5)
    assert _lit(page) == []
    assert "opposed here" in page.locator(".tell").inner_text()


def test_an_arrow_lights_its_term(page):
    page.locator(".lens .part.memory .hit").hover()
    assert _lit(page) == ["term memory", "part memory", "label memory"]
    assert page.locator(".tell").inner_text() == "What earlier gradients left behind."


def test_a_term_is_tapped_and_let_go(reader, tmp_path):
    page = reader(has_touch=True, viewport=SIZES["phone"])
    (tmp_path / "page.html").write_text(anatomy(TEXT, Ravine()).to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".term.memory").tap()
    assert "term memory" in _lit(page)
    assert page.locator(".term.memory").get_attribute("aria-pressed") == "true"
    lens, middle = page.locator(".lens").bounding_box(), _arrows(page)["gradient"].mean(axis=0)
    at = middle * lens["width"] / 400 + [lens["x"], lens["y"]]
    page.touchscreen.tap(*at)
    assert _lit(page) == ["term gradient", "part gradient", "label gradient"]
    page.locator(".term.step").first.tap()
    assert _lit(page) == ["term step", "term step", "part step", "label step"]
    page.locator(".term.step").first.tap()
    assert _lit(page) == []


def test_terms_are_reached_by_keys(page):
    page.keyboard.press("Tab")
    focused = "() => document.activeElement.dataset.say"
    assert page.evaluate(focused) == "v_t"
    seen = []
    for _ in range(3):
        page.keyboard.press("ArrowDown")
        seen.append(page.evaluate(focused))
    assert seen == ["γ v_t−1", "η g_t", "θ_t"]
    page.keyboard.press("ArrowUp")
    assert _lit(page) == ["term gradient", "part gradient", "label gradient"]
    page.keyboard.press("Home")
    assert page.evaluate(focused) == "v_t"
    page.keyboard.press("End")
    assert page.evaluate(focused) == "v_t"
    assert "term step" in _lit(page)
    page.keyboard.press("ArrowUp")
    # A term that is held stays when the focus goes on, until Escape.
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "term step" in _lit(page)
    page.keyboard.press("Escape")
    assert _lit(page) == []
    # The equation is one stop; then come the start, four buttons and the slider.
    for _ in range(5):
        page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.type") == "range"


def test_arrow_keys_move_time_from_anywhere(page):
    page.locator(".term").first.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft", "ArrowRight"):
        page.keyboard.press(key)
    assert _state(page)["t"] == 5
    slider(page, "Step").focus()
    page.keyboard.press("ArrowLeft")
    assert _state(page)["t"] == 4
    page.keyboard.press("Home")
    assert _state(page)["t"] == 1
    page.keyboard.press("ArrowLeft")
    assert _state(page)["t"] == 1
    assert "no memory yet" in page.locator(".tell").inner_text()
    assert slider(page, "Step").get_attribute("aria-valuetext") == "1 of 60"


def test_terms_say_what_they_are(page):
    term = page.get_by_role("button", name=re.compile("^γ v_t−1"))
    assert term.get_attribute("aria-label") == (
        "γ v_t−1, what earlier gradients left behind: −0.276 and 0.420"
    )


# ------------------------------------------------------------------ moving


def test_the_start_is_moved_by_keys(page):
    handle = slider(page, "Start")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowDown")
    state = _state(page)
    assert state == {"t": 3, "start": [-3.9, 0]}
    moved = anatomy(TEXT, Ravine(), theta0=state["start"])
    values = moved._computed(moved._equation.nodes, 3)
    for index, found in _numbers(page):
        if int(index) >= len(GIVEN):
            assert found == [short(float(value)) for value in values[int(index) - len(GIVEN)]]


def test_the_start_is_dragged(page):
    ring = page.locator(".inset .ring").bounding_box()
    x, y = ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 30, y + 20, steps=3)
    page.mouse.up()
    start = _state(page)["start"]
    assert start[0] > -3
    assert start[1] < 0.5
    assert "2D slider" in slider(page, "Start").get_attribute("aria-roledescription")


def test_noise_is_pythons(shared, tmp_path):
    shown = anatomy(SGD(0.05), NoisyQuadratic(), rng=3, at=5)
    page = show(shared, tmp_path, shown)
    _seek(page, 6)
    _seek(page, 5)
    values = shown._computed(shown._equation.nodes, 5)
    for index, found in _numbers(page):
        if int(index) >= len(GIVEN):
            assert found == [short(float(value)) for value in values[int(index) - len(GIVEN)]]


def test_a_run_that_diverges_ends(shared, tmp_path):
    page = show(shared, tmp_path, anatomy(SGD(lr=1.0), Ravine()))
    slider(page, "Step").press("End")
    assert _state(page)["t"] == 9
    assert "∞" not in page.locator(".lines").inner_text()


@pytest.mark.parametrize(("motion", "pace"), [("no-preference", 350), ("reduce", 1000)])
def test_it_plays(reader, tmp_path, motion, pace):
    page = reader(reduced_motion=motion)
    page.clock.install(time=0)
    (tmp_path / "page.html").write_text(anatomy(TEXT, Ravine(), steps=6).to_page(), "utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.clock.pause_at(10_000)
    state = "() => document.querySelector('.adaptive-anatomy').explorer.state.t"
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(2 * pace + 50)
    assert page.evaluate(state) == 5
    page.clock.run_for(10 * pace)
    assert page.evaluate(state) == 6
    assert page.get_by_role("button", name="Play").is_visible()
    page.get_by_role("button", name="Play").click()
    page.clock.run_for(pace + 50)
    assert page.evaluate(state) == 2
    page.get_by_role("button", name="Pause").click()
    page.clock.run_for(10 * pace)
    assert page.evaluate(state) == 2


def test_it_speaks_when_the_hand_rests(reader, tmp_path):
    page = reader()
    page.clock.install(time=0)
    (tmp_path / "page.html").write_text(anatomy(TEXT, Ravine()).to_page(), "utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.clock.pause_at(10_000)
    status = page.get_by_role("status")
    page.locator(".term").first.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        page.clock.run_for(300)
    assert status.text_content() == ""
    page.clock.run_for(450)
    assert status.text_content().startswith("Step 7. v_t, the step: the sum of its parts")


# ------------------------------------------------------------------ everyone


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("rule", [TEXT, Adam(0.4)], ids=repr)
def test_axe_finds_nothing(shared, tmp_path, scheme, rule):
    shared.page.emulate_media(color_scheme=scheme)
    text = anatomy(rule, Ravine()).to_page().replace("<main>", "<main><h1>Page</h1>")
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page = shared.open(tmp_path / "page.html")
    assert not violations(page)


@pytest.mark.parametrize("size", SIZES)
@every_rule
def test_it_fits_one_screen(shared, tmp_path, size, kind):
    shared.page.set_viewport_size(SIZES[size])
    text = anatomy(kind(**kind.on_circles), Ravine()).to_page()
    # The column of a chapter.
    text = text.replace("<main>", '<main style="max-width: 688px; margin: auto">')
    (tmp_path / "page.html").write_text(text, encoding="utf-8")
    page = shared.open(tmp_path / "page.html")
    box = page.locator(".adaptive-anatomy").bounding_box()
    assert box["height"] <= SIZES[size]["height"]
    across = page.evaluate("() => document.documentElement.scrollWidth")
    assert across <= SIZES[size]["width"]
    for term in page.locator(".term, .lens, .time").all():
        inner = term.bounding_box()
        assert inner["x"] + inner["width"] <= box["x"] + box["width"] + 1


def test_it_needs_no_script_to_be_read(reader, tmp_path):
    page = reader(java_script_enabled=False)
    (tmp_path / "page.html").write_text(anatomy(TEXT, Ravine()).to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    assert page.locator(".term.memory .n").inner_text().split() == ["−0.276", "0.420"]
    assert page.locator(".lens .part.memory .shaft").is_visible()
    assert page.locator("noscript").is_visible()


def test_an_address_opens_a_moment(shared, tmp_path):
    page = shared.page
    (tmp_path / "page.html").write_text(anatomy(TEXT, Ravine(), key="a").to_page(), "utf-8")
    page.goto((tmp_path / "page.html").as_uri() + "#~a.t=12&a.start=-2,0.5")
    assert _state(page) == {"t": 12, "start": [-2, 0.5]}
    page.goto("about:blank")
    page.goto((tmp_path / "page.html").as_uri() + "#~a.t=none&a.start=1&a.t=99999")
    assert _state(page)["start"] == [-4, 1]


def test_whoever_comes_back_finds_it_as_it_was(page, tmp_path):
    (tmp_path / "other.html").write_text("<title>other</title>", encoding="utf-8")
    start = page.get_by_role("slider", name="Start")
    start.focus()
    start.press("ArrowRight")
    page.get_by_role("slider", name="Step").press("ArrowRight")
    before = _state(page)
    assert before["start"] != [-4, 1]
    page.wait_for_function(
        "(t) => Object.values(history.state?.adaptiveFigures ?? {})[0]?.t === String(t)",
        arg=before["t"],
    )
    page.goto((tmp_path / "other.html").as_uri())
    page.go_back()
    page.wait_for_selector(".adaptive-anatomy[data-live]")
    assert _state(page) == before
    # An address says how it is first, what is remembered how it was left.
    page.goto((tmp_path / "page.html").as_uri() + "?anew")
    fresh = _state(page)
    assert fresh["start"] == [-4, 1]
    assert fresh["t"] != before["t"]


def test_within_a_page_as_well(page):
    before = _state(page)
    page.evaluate("() => history.pushState(history.state, '')")
    key = page.locator(".adaptive-anatomy").get_attribute("data-key")
    told = {"adaptiveFigures": {key: {"t": "9", "start": "-3,0.5"}}}
    page.evaluate("(told) => history.replaceState(told, '')", told)
    page.evaluate("() => history.pushState(null, '')")
    assert _state(page) == before
    page.go_back()
    page.wait_for_function(
        "() => document.querySelector('.adaptive-anatomy').explorer.state.t === 9"
    )
    assert _state(page) == {"t": 9, "start": [-3, 0.5]}


@pytest.mark.parametrize("size", SIZES)
def test_the_factor_of_a_schedule_is_one_number(shared, tmp_path, size):
    """It is the same in both coordinates, for eyes and ears; and the long line has its room."""
    shape = Linear(T=60, warmup=10)
    page = show(shared, tmp_path, anatomy(scheduled(Adam(lr=0.4), shape), Ravine()))
    page.set_viewport_size(SIZES[size])
    for t in (5, 40):
        _seek(page, t)
        page.wait_for_timeout(600)  # what is spoken waits until the hand rests
        factor = page.locator(".line").first.locator(".term").first
        shown = [each for each in factor.locator(".n > span").all() if each.is_visible()]
        assert [each.inner_text() for each in shown] == [short(shape(t))]
        said = factor.get_attribute("aria-label")
        assert said == f"f_t, a value on the way: {short(shape(t))}"
    wide = page.evaluate("[document.body.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]
