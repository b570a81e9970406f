"""Openings: what `opening` takes and says, and that the page draws what Python draws."""

from __future__ import annotations

import gzip
import re
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Adagrad, Adam, Momentum, RMSprop, descend, opening
from adaptive.explorer import labels, stage
from adaptive.problems import Circles, MovingTarget, Ravine, Saddle, Surface
from adaptive.rules import Rule
from tests.explorer.support import points, show, violations
from tests.explorer.test_explore import Clipped


@dataclass(frozen=True, eq=False)
class LookAhead(NAG):
    """NAG that looks ahead by a share s of the way."""

    s: Any = 1.0

    def lookahead(self, theta, state):
        return theta - self.s * self.momentum * state.v


@dataclass(frozen=True)
class Share(Surface):
    """A landscape with a slider of its own."""

    share: Any = 0.1

    name = "share"
    start = np.array([-4.0, 1.0])
    minimum = np.zeros(2)
    bounds = ((-5.0, 5.0), (-2.0, 2.0))

    def f(self, x, y):
        return self.share * x**2 / 2 + y**2 / 2

    def partials(self, x, y):
        return self.share * x, y


def momentum(**given):
    settings = {"slider": "momentum", "ghost": SGD(0.09), "question": "How much?"} | given
    return opening(Momentum(0.09, 0.75), Ravine(), **settings)


MADE = {
    "momentum": momentum,
    "no ghost": lambda: opening(SGD(0.09), Ravine(), slider="lr"),
    "two that arrive late": lambda: opening(SGD(0.098), Ravine(), slider="lr", ghost=SGD(0.02)),
    "a start with lines above it": lambda: opening(
        Adam(0.05), Ravine(), slider="beta2", ghost=SGD(0.05), theta0=[-4, -1]
    ),
    "a rule of one's own": lambda: opening(
        LookAhead(0.09, 0.9),
        Ravine(),
        slider="s",
        values=np.linspace(0, 1, 11),
        ghost=Momentum(0.09, 0.9),
        name="NAG",
        label="look-ahead s",
        marks={0: "Momentum", 1: "NAG"},
    ),
    "a field of the problem": lambda: opening(
        Adagrad(2.0), Share(), slider="share", values=[0.01, 0.1, 0.5, 1], ghost=SGD(1.0)
    ),
    "a moving target": lambda: opening(
        RMSprop(0.2, 0.9),
        MovingTarget(((-2.0, 1.0), (3.0, -0.5)), every=40, noise=0),
        slider="rho",
        ghost=Adagrad(0.5),
        steps=80,
        theta0=[-4, -1],
        bounds=[[-5, 5], [-2, 2]],
        places={"first": (-2, 1), "then": (3, -0.5)},
    ),
    "steps": lambda: opening(
        Adam(0.1), Saddle(), slider="beta1", ghost=RMSprop(0.1), counts="step"
    ),
}


# ------------------------------------------------------------------ what it says


def test_it_says_what_comes_of_the_runs():
    assert repr(momentum()) == (
        "<opening: γ = 0.75 brings the loss to a thousandth in 24 steps; SGD needs 33.>"
    )
    assert momentum().outcome().steps == 24
    assert momentum().ghost_outcome().steps == 33
    path = descend(Momentum(0.09, 0.49), Ravine(), steps=900)
    low = path.loss < path.loss[0] / 1000
    steps = momentum().outcome(0.49).steps
    assert low[steps:].all()
    assert not low[steps - 1]


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (
            Momentum(0.09, 0.93),
            "is slower: 95 steps bring the loss to a thousandth; SGD needs only 33",
        ),
        (Momentum(0.09, 0.0), "brings the loss to a thousandth in 33 steps; SGD needs 33"),
        (Momentum(0.25, 0.1), "diverges: the loss grows without end; SGD needs 33 steps"),
        (
            Momentum(0.09, 0.996),
            "does not settle: after 900 steps the loss still rises above a thousandth of its "
            "start; SGD needs 33 steps",
        ),
    ],
)
def test_all_ways_a_run_can_end_have_words(rule, text):
    values = sorted({0.2, rule.momentum})
    found = repr(opening(rule, Ravine(), slider="momentum", values=values, ghost=SGD(0.09)))
    assert text in found


def test_the_longest_step_is_told_in_rates():
    made = MADE["steps"]()
    assert "makes steps of up to 1 η in a coordinate" in repr(made)
    path = descend(Adam(0.1), Saddle(), steps=60)
    assert made.outcome().longest == np.abs(np.diff(path.theta, axis=0)).max()


def test_a_ghost_may_follow_the_slider():
    apart = opening(Adam(0.1), Ravine(), slider="beta2", ghost=RMSprop(0.1))
    assert apart.ghost_outcome(0.5) == apart.ghost_outcome(0.99)
    along = opening(RMSprop(0.1), Ravine(), slider="rho", ghost=RMSprop(0.05), together=True)
    assert along.ghost_outcome(0.5) != along.ghost_outcome(0.99)


@dataclass(frozen=True, eq=False)
class Unbounded(Momentum):
    """Momentum that keeps whatever it is given."""

    def __post_init__(self):
        pass


@pytest.mark.parametrize(
    "made",
    [
        *MADE.values(),
        lambda: momentum(ghost=Momentum(0.01), together=True),
        lambda: opening(
            Unbounded(0.09, 1.0), Ravine(), slider="momentum", values=np.arange(12) / 10
        ),
    ],
    ids=[*MADE, "together", "without checks"],
)
def test_runs_made_at_once_are_those_made_one_by_one(made):
    made = made()
    index, diverged = {0, len(made.stops) // 2, len(made.stops) - 1}, 0
    for at in index:
        change = {made.slider: made.stops[at]}
        problem = made.problem if made.of_rule else replace(made.problem, **change)
        turned = [made.rule] if made.ghost is None else [made.rule, made.ghost]
        for which, rule in enumerate(turned):
            if made.of_rule and (which == 0 or made.together):
                rule = replace(rule, **change)
            most = 80 if problem.stochastic else 900
            path = descend(rule, problem, made.start, most, rng=0)
            run = made._run(which, at)
            np.testing.assert_allclose(run.theta, path.theta, rtol=1e-9, atol=1e-12)
            assert run.diverged == path.diverged
            diverged += run.diverged
    if type(made.rule) is Unbounded:
        assert diverged, "else it is not seen that runs end where they diverge"


def test_a_run_is_followed_on_a_target_that_moves():
    made = MADE["a moving target"]()
    path = descend(made.rule, made.problem, [-4, -1], steps=80)
    where = np.array([(-2, 1)] * 41 + [(3, -0.5)] * 40)
    away = np.sum((path.theta - where) ** 2, axis=1)
    first = int(np.flatnonzero(away >= away[0] / 1000)[-1]) + 1
    assert made.outcome(0.9).steps == (first if first <= 80 else None)


def test_both_axes_have_one_scale():
    for made in MADE.values():
        view = made().stage
        (left, right), (bottom, top) = view.bounds
        assert view.equal
        assert stage.WIDTH / (right - left) == pytest.approx(view.height / (top - bottom))
    assert not stage.stage_of(((0, 1000), (0, 1)), [(1, 0.5)]).equal


def test_a_phone_shows_start_and_minimum():
    view = momentum().stage
    low, high = view.window
    assert (low, view.align) == (0, "xMin")
    for x, _ in (view.pixels([-4, 1]), view.pixels([0, 0])):
        assert low + 20 < x < high - 20
    right = stage.stage_of(((-5, 5), (-2, 2)), [(4, 1), (0, 0)])
    assert (right.window[1], right.align) == (stage.WIDTH, "xMax")
    both = stage.stage_of(((-5, 5), (-2, 2)), [(4, 1), (-4, 0)])
    assert (both.window, both.align) == ((0, stage.WIDTH), "xMid")


def _numbers(*runs, steps=60):
    """Return how numbers stand beside curves, in words."""
    found = labels.beside_curves([(t, np.array(up)) for t, up in runs], steps, 34, 64)
    return [number and f"{number.kind}{number.text}" for number in found]


def test_a_number_stands_where_no_curve_is():
    falls = np.linspace(4, 64, 61)
    # What falls through the threshold has room on the right above it, unless another is there.
    assert _numbers((30, falls)) == ["30"]
    assert _numbers((30, falls), (None, np.full(61, 22))) == ["below before 30", None]
    # Two lines end above the threshold: each number is on its own side of both.
    assert _numbers((78, np.linspace(4, 28, 61)), (151, np.linspace(4, 18, 61))) == [
        "below beyond 78 →",
        "beyond 151 →",
    ]
    # At one step the number is written once.
    assert _numbers((30, falls), (30, falls)) == ["30", None]
    # At the end of the curve there is room on the left alone.
    assert _numbers((59, np.linspace(4, 34, 61))) == ["before 59"]


def test_drag_me_is_above_the_start_unless_lines_are():
    view = momentum().stage
    start, up = np.array([100.0, 120.0]), np.array([[100.0, 120.0], [100.0, 60.0]])
    x, above, width = labels.hint(start, view, labels.covered([start + up * 0]))
    assert (x + width / 2, above) == (100, 105)
    assert labels.hint(start, view, labels.covered([up]))[1] == 148
    assert labels.hint(start, view, np.array([[100, 100], [100, 140]]))[1] == 105
    at_the_top = np.array([100.0, 20.0])
    assert labels.hint(at_the_top, view, labels.covered([up]))[1] == 48
    # What a short screen crops holds no text, wherever the lines are.
    low = np.array([100.0, view.height - 40])
    rising = labels.covered([np.stack([low, low - (0, 60)])])
    assert labels.hint(low, view, rising)[1] == low[1] - 15
    assert labels.hint(np.array([100.0, 48.0]), view, labels.covered([start + up * 0]))[1] == 76


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: opening(Momentum, Ravine(), slider="lr"), TypeError, r"call it: Momentum\(\)"),
        (lambda: opening(SGD(), Circles(), slider="lr"), ValueError, "two coordinates"),
        (lambda: opening(SGD(), Ravine(), slider="gamma"), ValueError, "lr, or of Ravine, .*angle"),
        (lambda: opening(SGD(), Ravine(), slider=3), TypeError, "name of a field"),
        (lambda: opening(SGD([0.1, 0.2]), Ravine(), slider="lr"), ValueError, "one number"),
        (lambda: opening(SGD(), Ravine(), slider="condition"), ValueError, "values must say"),
        (lambda: opening(SGD(), Ravine(), slider="lr", values=[1, 0.01]), ValueError, "increasing"),
        (lambda: opening(SGD(), Ravine(), slider="lr", values=[0.01]), ValueError, "from 2 to"),
        (lambda: opening(SGD(), Ravine(), slider="lr", values=[1, 2]), ValueError, "first setting"),
        (lambda: opening(SGD(), Ravine(), slider="lr", values=[-1, 0.01]), ValueError, "SGD.lr"),
        (lambda: opening(SGD(), Ravine(), slider="lr", values="ab"), TypeError, "values"),
        (
            lambda: opening(SGD(), Ravine(), slider="condition", values=range(10, 60)),
            ValueError,
            "16",
        ),
        (lambda: momentum(ghost="SGD"), TypeError, "ghost must be a Rule"),
        (lambda: momentum(together=True), ValueError, "field 'momentum'"),
        (lambda: momentum(together=1), TypeError, "together"),
        (lambda: momentum(steps=0), ValueError, "at least 1"),
        (lambda: momentum(steps=601), ValueError, "at most 600"),
        (lambda: momentum(within=1), ValueError, "between 0 and 1"),
        (lambda: momentum(within=0), ValueError, "between 0 and 1"),
        (lambda: momentum(counts="time"), ValueError, "loss, step"),
        (lambda: momentum(marks={2: "two"}), ValueError, "marks"),
        (lambda: momentum(marks=[1]), TypeError, "marks"),
        (lambda: momentum(places={"a": 1}), ValueError, r"places\['a'\]"),
        (lambda: momentum(places=[1]), TypeError, "places"),
        (lambda: momentum(theta0=[9, 9]), ValueError, "inside of the picture"),
        (lambda: momentum(theta0=[1]), ValueError, "shape"),
        (lambda: momentum(bounds=[[1, 0], [0, 1]]), ValueError, "bounds"),
        (lambda: momentum(key="a b"), ValueError, "key"),
        (lambda: momentum(question=3), TypeError, "question"),
        (lambda: momentum(rng="x"), TypeError, "rng"),
        (lambda: momentum().outcome(0.123), ValueError, "one of the slider's stops"),
        (lambda: opening(Clipped(), Ravine(), slider="lr"), TypeError, "it uses np.sum"),
    ],
)
def test_bad_input_is_named(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_nothing_that_was_given_is_changed():
    values, marks = np.linspace(0, 0.9, 10), {0.0: "none"}
    momentum_rule = Momentum(0.09, 0.1)
    opening(momentum_rule, Ravine(), slider="momentum", values=values, marks=marks).to_html()
    assert np.array_equal(values, np.linspace(0, 0.9, 10))
    assert (momentum_rule.momentum, marks) == (0.1, {0.0: "none"})


def test_what_is_given_cannot_end_the_script():
    text = momentum(question="</script><b>", name="<i>", places={"<b>": (0, 0)}).to_html()
    assert text.count("</script>") == 3, "what all share, what the view adds, and the figure"
    assert "<b></p>" not in text
    assert "&lt;i&gt;" in text


@pytest.mark.parametrize("name", MADE)
def test_an_opening_adds_at_most_30_kb(name):
    made = MADE[name]()
    shared = re.search(
        r"<!--adaptive-explorer.*?<!--/adaptive-explorer \w+-->", made.to_html(), re.S
    )
    assert len(gzip.compress(made.to_html().replace(shared[0], "").encode())) < 30_000


# ------------------------------------------------------------------ the page

#: All that is drawn and written, as the reader sees it.
SEEN = """() => {
  const root = document.querySelector(".adaptive-opening");
  const at = (e) => [+e.getAttribute("x"), +e.getAttribute("y")];
  const all = (selector, read) => [...root.querySelectorAll(selector)].map(read);
  return {
    lines: all("path.line, path.halo, path.dots", (e) => e.getAttribute("d")),
    texts: all(".texts text:not(.hint)", (e) => [e.textContent, ...at(e)]),
    hint: all(".hint", at),
    start: all(".start", (e) => e.getAttribute("transform")),
    crossings: all(".crossing", (e) => [e.textContent, e.style.left, e.style.top, e.className]),
    words: all(".outcome", (e) => e.innerHTML),
    value: all(".dial-value", (e) => e.textContent),
    rail: all(".paint rect", (e) => [e.className.baseVal, e.getAttribute("style"), ...at(e)]),
    slider: all("input", (e) => [e.value, e.max]),
    landscape: all(".backdrop", (e) => e.innerHTML.length),
    tops: all(".scene, .curve, .dial, .outcome", (e) => e.getBoundingClientRect().top),
  };
}"""


def _near(one, other, off=0.101):
    """Whether two readings agree, numbers to a tenth of a pixel."""
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_near(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_near, one, other))
    if isinstance(one, str) and re.match(r"M-?[\d.]+,", one):
        a, b = points(one), points(other or "")
        return a.shape == b.shape and bool(np.abs(a - b).max(initial=0) <= off)
    return one == pytest.approx(other, abs=off) if isinstance(one, float | int) else one == other


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", MADE)
def test_the_page_begins_with_what_python_drew(shared, tmp_path, name, width):
    shared.page.set_viewport_size({"width": width, "height": 800})
    text = MADE[name]().to_page()
    # Without scripts nothing can be asked: the page is read with its script taken out.
    taken_out = re.sub(r"<script>.*?</script>", "", text, flags=re.S)
    seen = []
    for each in (taken_out, text):
        (tmp_path / "page.html").write_text(each, encoding="utf-8")
        seen.append(shared.open(tmp_path / "page.html").evaluate(SEEN))
    still, live = seen
    for part, found in live.items():
        assert _near(still[part], found), (part, still[part], found)


#: For each number beside the curves, how many of the points along them lie behind it.
BEHIND = """() => {
  const root = document.querySelector(".adaptive-opening");
  const curves = [...root.querySelectorAll(".plot .line")].flatMap((e) => {
    const matrix = e.getScreenCTM();
    const [length, all] = [e.getTotalLength(), Array.from({ length: 800 })];
    return all.map((_, k) => e.getPointAtLength((k / 799) * length).matrixTransform(matrix));
  });
  return [...root.querySelectorAll(".crossing b")].map((b) => {
    const { left, right, top, bottom, height } = b.getBoundingClientRect();
    const [high, low] = [top + height / 6, bottom - height / 6];
    return curves.filter(({ x, y }) => x > left && x < right && y > high && y < low).length;
  });
}"""


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "name", ["momentum", "two that arrive late", "a start with lines above it"]
)
def test_no_curve_is_behind_a_number(shared, tmp_path, name, width):
    shared.page.set_viewport_size({"width": width, "height": 800})
    page = show(shared, tmp_path, MADE[name]())
    assert set(page.evaluate(BEHIND)) == {0}


def test_nothing_shows_through_what_is_around_a_letter(page):
    """A line is not seen between the strokes of a letter on it."""
    looks = page.locator(".texts text").evaluate_all(
        """(all) => all.map((e) => {
          const { paintOrder, strokeWidth, strokeOpacity } = getComputedStyle(e);
          return [paintOrder, strokeWidth, strokeOpacity];
        })"""
    )
    assert looks
    assert all(look == ["stroke", "4px", "1"] for look in looks)
    shadows = page.locator(".crossing b").evaluate_all(
        "(all) => all.map((e) => getComputedStyle(e).textShadow)"
    )
    assert shadows
    assert all(len(re.findall(r"rgb", each)) == 8 for each in shadows)


@pytest.mark.parametrize("name", MADE)
def test_at_every_stop_the_page_says_what_python_says(shared, tmp_path, name):
    made = MADE[name]()
    page = show(shared, tmp_path, made)
    said = page.evaluate(
        """(stops) => {
          const { explorer } = document.querySelector(".adaptive-opening");
          return stops.map((_, at) => {
            explorer.state.at = at;
            explorer.render();
            return [explorer.find(".outcome").textContent, explorer.value()];
          });
        }""",
        made.stops,
    )
    every = max(1, len(made.stops) // 12)
    for index in range(0, len(made.stops), every):
        text = "".join(text for text, _ in made._sentence(index))
        assert said[index][0] == text
    assert len({value for _, value in said}) == len(made.stops)


@pytest.fixture
def page(shared, tmp_path):
    """A page with the opening that most tests move."""
    return show(shared, tmp_path, momentum())


def _settled(page):
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")


def _state(page):
    return page.evaluate(
        """() => {
          const { state, spec } = document.querySelector(".adaptive-opening").explorer;
          return [spec.stops[state.at], state.start];
        }"""
    )


def test_a_key_there_and_a_key_back_is_where_it_was(page):
    slider = page.get_by_role("slider", name="momentum γ")
    slider.focus()
    before = _state(page)
    for there, back in (
        ("ArrowRight", "ArrowLeft"),
        ("ArrowUp", "ArrowDown"),
        ("PageUp", "PageDown"),
    ):
        slider.press(there)
        assert _state(page) != before
        slider.press(back)
        assert _state(page) == before
    slider.press("ArrowRight")
    _settled(page)
    assert slider.get_attribute("aria-valuetext") == "0.76"
    assert page.locator(".outcome").inner_text().startswith("γ = 0.76")
    assert page.locator(".dial-value").inner_text() == "0.76"


def test_the_rail_is_painted_where_the_reader_has_been(page):
    slider = page.get_by_role("slider", name="momentum γ")
    slider.focus()
    for _ in range(4):
        slider.press("ArrowLeft")
    _settled(page)
    been = page.locator(".paint rect").evaluate_all("(all) => all.map((e) => +e.getAttribute('x'))")
    assert sorted(been) == [70.5, 71.5, 72.5, 73.5, 74.5]
    shares = page.locator(".paint rect").evaluate_all(
        "(all) => all.map((e) => parseFloat(e.style.getPropertyValue('--v')))"
    )
    # Less momentum is faster here, and so stronger.
    assert shares == sorted(shares)
    assert shares[-1] > shares[0]


def test_on_paper_the_slider_is_its_name_and_value(page):
    page.emulate_media(media="print")
    for part in ("input", ".rail", ".hint"):
        assert not page.locator(part).first.is_visible(), part
    assert page.locator(".dial").inner_text().split("\n") == ["momentum γ", "0.75"]
    assert page.locator(".outcome").is_visible()
    page.emulate_media(media="screen")
    assert page.locator("input").is_visible()


def test_the_start_moves_by_key_and_by_click(page):
    handle = page.get_by_role("slider", name="Start of the run")
    handle.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    _settled(page)
    assert _state(page)[1] == [-3.9, 1.05]
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowDown")
    _settled(page)
    assert _state(page)[1] == [-4, 1]
    page.locator(".area").click(position={"x": 300, "y": 60})
    _settled(page)
    start = _state(page)[1]
    path = descend(Momentum(0.09, 0.75), Ravine(), start, 60)
    line = points(page.locator(".paths .live .line").get_attribute("d"))
    view = momentum().stage
    assert np.allclose(line[0], view.pixels(path.theta[0]), atol=0.11)
    assert np.abs(line[:, None] - view.pixels(path.theta)).sum(axis=-1).min(axis=1).max() < 0.3
    assert page.locator(".hint").text_content() == "start"


def test_the_start_stays_where_a_phone_can_see_it(shared, tmp_path):
    shared.page.set_viewport_size({"width": 390, "height": 800})
    page = show(shared, tmp_path, momentum())
    handle = page.get_by_role("slider", name="Start of the run")
    handle.focus()
    for _ in range(12):
        page.keyboard.press("Shift+ArrowRight")
    _settled(page)
    box = page.locator(".start .ring").bounding_box()
    assert box["x"] + box["width"] <= 390


def test_what_comes_is_spoken_when_the_hand_rests(reader, tmp_path):
    page = reader()
    page.clock.install(time=0)
    (tmp_path / "page.html").write_text(momentum().to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    page.clock.pause_at(10_000)
    status = page.get_by_role("status")
    assert status.text_content() == ""
    slider = page.get_by_role("slider", name="momentum γ")
    for _ in range(5):
        slider.press("ArrowLeft")
        page.clock.run_for(100)
    assert status.text_content() == ""
    page.clock.run_for(400)
    assert status.text_content().startswith("γ = 0.7 brings the loss")


def test_whoever_comes_back_finds_it_as_it_was(shared, tmp_path):
    (tmp_path / "other.html").write_text("<title>other</title>", encoding="utf-8")
    page = show(shared, tmp_path, momentum())
    slider = page.get_by_role("slider", name="momentum γ")
    slider.focus()
    for _ in range(3):
        slider.press("ArrowLeft")
    page.get_by_role("slider", name="Start of the run").press("ArrowRight")
    page.wait_for_function("() => history.state?.adaptiveFigures")
    before = _state(page)
    assert before == [0.72, [-3.9, 1]]
    page.goto((tmp_path / "other.html").as_uri())
    page.go_back()
    page.wait_for_selector(".adaptive-opening[data-live]")
    _settled(page)
    assert _state(page) == before
    assert page.locator(".outcome").inner_text().startswith("γ = 0.72")
    # Whoever comes anew finds it as the text has it.
    page.goto((tmp_path / "page.html").as_uri() + "?anew")
    assert _state(page) == [0.75, [-4, 1]]


def test_a_landscape_of_another_shape_is_drawn(shared, tmp_path):
    made = MADE["a field of the problem"]()
    page = show(shared, tmp_path, made)
    line = ".paths .{} .line"
    live = page.locator(line.format("live")).get_attribute("d")
    ghost = page.locator(line.format("ghost")).get_attribute("d")
    backdrop = page.locator(".backdrop").inner_html()
    page.get_by_role("slider", name="share").press("End")
    _settled(page)
    # Adagrad's path does not depend on the scale of a coordinate's gradient; SGD's does.
    assert np.allclose(
        points(page.locator(line.format("live")).get_attribute("d")), points(live), atol=0.11
    )
    assert page.locator(line.format("ghost")).get_attribute("d") != ghost
    assert page.locator(".backdrop").inner_html() != backdrop


def test_the_curve_marks_a_step_in_the_picture(page):
    box = page.locator(".plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
    now = page.locator(".paths .live .now")
    expected = momentum().stage.pixels(descend(Momentum(0.09, 0.75), Ravine(), steps=60).theta[30])
    assert [float(now.get_attribute(c)) for c in ("cx", "cy")] == pytest.approx(expected, abs=0.11)
    page.mouse.move(box["x"], box["y"] - 100)
    assert now.get_attribute("cx") == "-99"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("colours", ["none", "active"])
def test_it_is_accessible(shared, tmp_path, scheme, colours):
    shared.page.emulate_media(color_scheme=scheme, forced_colors=colours)
    found = violations(show(shared, tmp_path, MADE["a moving target"]()))
    # The page has nothing but the figure, so no heading.
    assert [each for each in found if each[0] != "page-has-heading-one"] == []


def test_it_works_beside_others(shared, tmp_path):
    pages = [momentum().to_page(), momentum().to_page()]
    (tmp_path / "page.html").write_text("\n".join(pages), encoding="utf-8")
    page = shared.open(tmp_path / "page.html")
    keys = "() => [...document.querySelectorAll('[data-explorer]')].map((e) => e.explorer.key)"
    assert page.evaluate(keys) == ["opening-momentum-momentum", "opening-momentum-momentum-2"]


def test_a_rule_of_ones_own_has_its_parents_colour():
    text = MADE["a rule of one's own"]().to_html()
    assert "Momentum" in text
    assert Rule not in LookAhead.__bases__
    assert text.count(f"--light:{__import__('adaptive.plotting').plotting.ALGORITHMS['NAG']}") >= 2
