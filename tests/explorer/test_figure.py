"""The explorer itself, beside a page: what is set, what follows, what the address keeps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum, descend, explore
from adaptive.explorer import bundle, catalogue
from adaptive.explorer.picture import CHART, WIDE_CHART, _to_pixels
from adaptive.explorer.tuned import tuned
from adaptive.problems import Ravine, Rosenbrock, Saddle
from adaptive.rules import Rule
from tests.explorer.support import points

TEXT = Momentum(lr=0.05, momentum=0.7)

#: What the text sets, and what else there is.
MAKE = """
  globalThis.scrolled = [];
  Element.prototype.scrollIntoView = function (options) { scrolled.push([this.id, options]); };
  history.replaceState(null, "", location.pathname + location.search + hash);
  const root = one(".adaptive-explorer");
  root.id = "figure";
  globalThis.explorer = new Explorer(root, globalThis.common, (0, eval)(`(${spec})`));
  globalThis.atOnce = [all(".landscape .whole").length, explorer.frame];
"""


#: Another address, and what the page remembers there.
GO = """
  history.replaceState({ adaptiveFigures: held }, "", hash);
  dispatchEvent(new Event(event));
"""


@cache
def _common() -> str:
    return bundle.to_javascript(catalogue.common())


@cache
def _figure(which: str):
    shown = {
        "one": lambda: explore(Ravine(), TEXT, at=5),
        "two": lambda: explore(Ravine(), TEXT, SGD(0.2), at=5, curves="step"),
        "many": lambda: explore(
            Saddle(), TEXT, *map(catalogue.default_rule, (SGD, Adam)), Adam2(), at=3
        ),
        "own start": lambda: explore(Ravine(), TEXT, SGD(0.05), Adam(0.1), theta0=[-3, 0.5]),
        "fixed": lambda: explore(Ravine(), Clipped(), steps=20),
        "map": lambda: explore(Ravine(), TEXT, map=("momentum", "lr")),
    }[which]()
    text = shown.to_html()
    figure = text[text.index('<div class="adaptive-explorer') : text.rindex("<script>")]
    return figure, bundle.to_javascript(shown._spec())


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A rule that the page cannot compute itself."""

    lr: Any = 0.05

    def update(self, g, t):
        size = np.sqrt(np.sum(g * g))
        return (-self.lr * (g / size if size > 1 else g),)


class Adam2(Adam):
    """A rule of one's own."""


@pytest.fixture
def make(parts):
    """Return a function that brings a figure to life, with settings in the address."""

    def run(which="one", hash_=""):
        if not parts("return 'common' in globalThis;"):
            parts("globalThis.common = (0, eval)(`(${source})`);", source=_common())
        figure, spec = _figure(which)
        parts(MAKE, html=figure, spec=spec, hash=hash_)

    return run


@pytest.fixture
def js(parts):
    """Return a function that computes an expression."""
    return lambda expression, **values: parts(f"return {expression};", **values)


@pytest.fixture
def go(parts):
    """Return a function that goes to another address, where the page may remember something."""

    def run(hash_, held=None, event="hashchange"):
        parts(GO, hash=hash_, held=held, event=event)

    return run


# ------------------------------------------------------------------ what is set


def test_it_opens_on_the_setting_of_the_text(make, js):
    make("two")
    state = js("explorer.state")
    assert state.pop("settings")["Momentum"] == [0.05, 0.7]
    assert state == {
        "problem": "ravine",
        "start": [-4, 1],
        "shown": ["Momentum", "SGD"],
        "focus": "Momentum",
        "t": 5,
        "quantity": "step",
    }
    assert js("[scrolled, explorer.playing, explorer.toAddress()]") == [[], False, {}]


def test_changes_are_drawn_with_the_next_frame_once(make, js, parts):
    make()
    parts("""globalThis.asked = []; const real = requestAnimationFrame;
      requestAnimationFrame = (act) => asked.push(act);
      explorer.apply({ t: 3 }); explorer.seek(4); explorer.setValue("Momentum", 0, 0.01);
      requestAnimationFrame = real;""")
    assert js("asked.length") == 1
    before = js("one('.landscape .whole').getAttribute('d')")
    parts("asked[0]();")
    found = points(js("one('.landscape .whole').getAttribute('d')"))
    expected = _to_pixels(descend(Momentum(0.01, 0.7), Ravine()).theta, Ravine())
    assert np.allclose(found[0], expected[0], atol=0.06)
    assert js("one('.landscape .whole').getAttribute('d')") != before
    assert np.allclose(found[-1], expected[-1], atol=0.06)
    assert js("one('.time .value').textContent") == "4 / 100"
    # And the next change with the frame after that.
    parts("""globalThis.asked = []; const real = requestAnimationFrame;
      requestAnimationFrame = (act) => asked.push(act); explorer.seek(9);
      requestAnimationFrame = real; asked[0]();""")
    assert js("one('.time .value').textContent") == "9 / 100"


def test_the_first_drawing_waits_for_no_frame(make, js):
    make("two")
    assert js("atOnce") == [2, None]


def test_what_has_not_changed_is_not_drawn_again(make, js, parts):
    make("two")
    parts("globalThis.held = [one('.loss .line'), one('.level'), one('.time path')];")
    same = "[one('.loss .line'), one('.level'), one('.time path')].map((e, i) => e === held[i])"
    parts("explorer.seek(9); explorer.render();")
    assert js(same) == [True, True, True]
    parts("explorer.setValue('SGD', 0, 0.01); explorer.render();")
    assert js(same) == [False, True, True]
    parts("explorer.choose('Rosenbrock'); explorer.render();")
    assert js(same) == [False, False, True]


def test_a_drawing_that_is_due_is_not_made_twice(held, js, parts):
    held()
    parts("""globalThis.cancelled = []; const real = cancelAnimationFrame;
      cancelAnimationFrame = (id) => cancelled.push(id);
      explorer.seek(9); explorer.render(); cancelAnimationFrame = real;""")
    assert js("[cancelled.length, explorer.frame]") == [1, None]
    parts("globalThis.frames = []; explorer.stop();")
    # Where nothing plays, there is nothing to stop.
    assert js("frames.length") == 0


def test_a_run_is_made_again_only_if_something_changed_for_it(make, js, parts):
    make("two")
    parts("globalThis.before = explorer.run();")
    same = "explorer.run().map(({ path }, i) => path === before[i]?.path)"
    assert js(same) == [True, True]
    parts("explorer.setValue('SGD', 0, 0.01);")
    assert js(same) == [True, False]
    parts("globalThis.before = explorer.run(); explorer.apply({ t: 50, focus: 'SGD' });")
    assert js(same) == [True, True]
    parts("explorer.apply({ start: [1, 1] });")
    assert js(same) == [False, False]
    parts("globalThis.before = explorer.run(); explorer.choose('Rosenbrock');")
    assert js(same) == [False, False]


def test_one_value_is_set(make, js, parts):
    make("two")
    parts("explorer.setValue('Momentum', 1, 0.3);")
    settings = js("explorer.state.settings")
    assert settings["Momentum"] == [0.05, 0.3]
    assert settings["SGD"] == [0.2]
    assert js("explorer.initial().settings.Momentum") == [0.05, 0.7]


def test_rules_stand_in_the_order_of_the_book(make, js, parts):
    make("two")
    parts("explorer.toggle('Adam', true);")
    assert js("[explorer.state.shown, explorer.state.focus]") == [
        ["SGD", "Momentum", "Adam"],
        "Adam",
    ]
    parts("explorer.toggle('SGD', false);")
    assert js("[explorer.state.shown, explorer.state.focus]") == [["Momentum", "Adam"], "Adam"]
    # Where that in focus goes, the last is in focus.
    parts("explorer.toggle('Adam', false);")
    assert js("[explorer.state.shown, explorer.state.focus]") == [["Momentum"], "Momentum"]
    parts("one('.rules input:checked').click();")
    assert js("explorer.state.shown") == ["Momentum"]
    assert js("all('.rules input:checked').length") == 1
    assert js("one('[role=status]').textContent") == "One rule has to stay."


def test_a_problem_brings_its_start_along(make, js, parts):
    make("own start")
    parts("explorer.apply({ start: [1, 1] }); explorer.choose('Rosenbrock');")
    assert js("explorer.state.problem") == "Rosenbrock"
    assert js("explorer.state.start") == js("explorer.problems.Rosenbrock.start")
    # That of the text has the start of the text.
    parts("explorer.choose('ravine');")
    assert js("[explorer.state.problem, explorer.state.start]") == ["ravine", [-3, 0.5]]


def test_a_start_that_is_typed_is_kept_in_the_picture(make, js, parts):
    make()
    parts("explorer.setStart(0, -2, true);")
    assert js("explorer.state.start") == [-2, 1]
    parts("explorer.setStart(1, -99, true);")
    assert js("explorer.state.start") == [-2, -2]
    for ignored in ("0, false", "NaN, true", "Infinity, true"):
        parts(f"explorer.setStart(0, {ignored});")
        assert js("explorer.state.start") == [-2, -2]


def test_a_point_of_the_map_is_two_settings(make, js, parts):
    make("map")
    parts("explorer.toggle('SGD', true); explorer.setPad([0.25, 0.01]);")
    assert js("explorer.state.settings.Momentum") == [0.01, 0.25]
    assert js("explorer.state.focus") == "Momentum"
    assert js("explorer.padSettings()") == [0.25, 0.01]


def test_the_handle_on_the_picture_is_the_start(make, js, parts):
    make()
    parts.page.focus(".start")
    parts.page.keyboard.press("ArrowRight")
    assert js("explorer.state.start") == [-3.9, 1]


# ------------------------------------------------------------------ the address


def test_the_address_has_what_differs_from_the_text(make, js, parts):
    make("two")
    parts("""explorer.choose("Rosenbrock");
      explorer.apply({ start: [0.5, 1.5], t: 0, quantity: "rate" });
      explorer.setValue("Momentum", 0, 0.01); explorer.setValue("Adam", 0, 0.5);
      explorer.apply({ focus: "SGD" });""")
    expected = {
        "problem": "Rosenbrock",
        "start": "0.5,1.5",
        "focus": "SGD",
        "t": "0",
        "curves": "rate",
        "Momentum.lr": "0.01",
    }
    assert js("explorer.toAddress()") == expected
    # On another problem what counts is what suits it, not what the text sets.
    parts("explorer.setValue('SGD', 0, 0.2);")
    assert js("explorer.toAddress()") == expected | {"SGD.lr": "0.2"}
    parts("explorer.toggle('SGD', false);")
    found = js("explorer.toAddress()")
    assert found["rules"] == "Momentum"
    assert "focus" not in found
    assert "SGD.lr" not in found


def test_what_is_in_the_address_is_set(make, js):
    keys = {
        "problem": "Rosenbrock",
        "start": "0.5,1.5",
        "rules": "Adam,SGD",
        "focus": "SGD",
        "t": "7",
        "curves": "state.v",
        "Adam.lr": "0.25",
        "Momentum.momentum": "0.9",
    }
    make("two", "#~" + "&".join(f"ravine-momentum.{k}={v}" for k, v in keys.items()))
    state = js("explorer.state")
    settings = state.pop("settings")
    assert state == {
        "problem": "Rosenbrock",
        "start": [0.5, 1.5],
        "shown": ["Adam", "SGD"],
        "focus": "SGD",
        "t": 7,
        "quantity": "state.v",
    }
    assert settings["Adam"][0] == 0.25
    # What is not in it is what suits the problem.
    suited = tuned(TEXT, Rosenbrock()).lr
    assert suited != TEXT.lr
    assert settings["Momentum"] == [suited, 0.9]
    # Who follows an address wants to see the figure, which is taller than this window.
    assert js("scrolled") == [["figure", {"block": "start"}]]
    assert js("explorer.toAddress()") == {k: v for k, v in keys.items() if "Momentum" not in k}


@pytest.mark.parametrize(("height", "block"), [(10_000, "center"), (100, "start")])
def test_an_address_shows_the_top_of_a_figure_taller_than_the_window(
    make, js, workbench, height, block
):
    """On a phone the middle of it would be without its landscape."""
    before = workbench.viewport_size
    workbench.set_viewport_size({"width": before["width"], "height": height})
    try:
        make(hash_="#~one.t=3")
        key = js("explorer.key")
        make(hash_=f"#~{key}.t=3")
        assert js("scrolled") == [["figure", {"block": block}]]
    finally:
        workbench.set_viewport_size(before)


def test_a_problem_in_the_address_brings_its_start_along(make, js):
    make("two", "#~ravine-momentum.problem=Rosenbrock&ravine-momentum.rules=SGD")
    assert js("explorer.state.start") == js("explorer.problems.Rosenbrock.start")
    assert js("explorer.state.focus") == "SGD"


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("1,0.5", [1, 0.5]),
        ("-99,99", [-5, 2]),
        ("1", [-4, 1]),
        ("1,2,3", [-4, 1]),
        ("1,x", [-4, 1]),
        ("x,1", [-4, 1]),
        ("1,Infinity", [-4, 1]),
        ("", [-4, 1]),
    ],
)
def test_a_start_in_the_address_is_two_numbers(make, js, text, start):
    make("one", f"#~ravine-momentum.start={text}")
    assert js("explorer.state.start") == start


@pytest.mark.parametrize(
    ("text", "part", "value"),
    [
        ("t=0", "t", 0),
        ("t=-5", "t", 0),
        ("t=1e9", "t", 100),
        ("t=1.5", "t", 5),
        ("curves=rate", "quantity", "rate"),
        ("curves=state.m", "quantity", "state.m"),
        ("curves=state.none", "quantity", "gradient"),
        ("rules=none", "shown", ["Momentum"]),
        ("rules=SGD,none,SGD,Adam", "shown", ["SGD", "Adam"]),
        ("rules=SGD,Adam", "focus", "SGD"),
        ("focus=SGD", "focus", "Momentum"),
        ("problem=none", "problem", "ravine"),
    ],
)
def test_what_the_address_says_is_set_if_it_makes_sense(make, js, text, part, value):
    make("one", f"#~ravine-momentum.{text}")
    assert js("explorer.state")[part] == value


def test_settings_in_the_address_stay_within_their_ranges(make, js):
    key = "ravine-momentum.Momentum"
    make("one", f"#~{key}.lr=99&{key}.momentum=-1")
    assert js("explorer.state.settings.Momentum") == [3, 0]


def test_a_start_that_cannot_move_is_not_moved_by_the_address(make, js):
    make("fixed", "#~ravine-clipped.start=1,1&ravine-clipped.t=3")
    assert js("[explorer.state.start, explorer.state.t]") == [[-4, 1], 3]
    assert js("one('.start').getAttribute('role')") is None
    # Nothing is known of its steps but where they go.
    options = "all('.curves-title option').map((e) => e.textContent)"
    assert js(options) == ["step Δθ"]


def test_two_figures_have_two_keys(make, js, parts):
    make()
    parts("""const other = one(".adaptive-explorer").cloneNode(true); delete other.dataset.key;
      document.body.append(other); globalThis.keys = ["k", "k", "ravine-momentum"].map(
        (key) => freeKey(other, key));""")
    assert js("keys") == ["k", "k", "ravine-momentum-2"]
    assert js("all('.adaptive-explorer').map((e) => e.dataset.key)") == [
        "ravine-momentum",
        "ravine-momentum-2",
    ]


def test_settings_of_another_figure_are_left_to_it(make, js, parts):
    make("one", "#~other.t=3")
    assert js("[explorer.state.t, scrolled]") == [5, []]
    parts("explorer.seek(6); explorer.share();")
    assert js("location.href").endswith("/book/page.html?x=1#~other.t=3&ravine-momentum.t=6")
    parts("explorer.reset();")
    assert js("[location.hash, explorer.state.t]") == ["#~other.t=3", 5]


def test_the_address_that_changes_is_followed(make, go, js, parts):
    make()
    parts("explorer.setValue('Momentum', 0, 0.01);")
    go("#~ravine-momentum.t=7")
    assert js("explorer.state.t") == 7
    # What is not in it is that of the text.
    assert js("explorer.state.settings.Momentum") == [0.05, 0.7]
    # Anchors of the page are addresses too, and leave the figure be.
    for anchor in ("#here", "#"):
        go(anchor)
        assert js("explorer.state.t") == 7
    # Settings among which are none of its own are those of the text.
    go("#~other.t=9")
    assert js("explorer.state.t") == 5


def test_what_was_set_since_is_not_undone_by_the_address(make, go, js):
    make()
    go("#~ravine-momentum.t=7", {"ravine-momentum": {"t": "8"}})
    assert js("explorer.state.t") == 5
    # What another figure was set to is nothing to this one.
    go("#~ravine-momentum.t=7", {"other": {"t": "8"}})
    assert js("explorer.state.t") == 7


def test_who_comes_back_finds_the_figure_as_it_was(make, go, js, parts):
    make()
    parts("explorer.setValue('Momentum', 0, 0.01);")
    # Where the page remembers nothing of the figure, it stays as it is.
    for held in (None, {"other": {"t": "8"}}):
        go("", held, "popstate")
        assert js("explorer.state.settings.Momentum") == [0.01, 0.7]
    go("", {"ravine-momentum": {"t": "8", "Momentum.momentum": "0.5"}}, "popstate")
    assert js("[explorer.state.t, explorer.state.settings.Momentum]") == [8, [0.05, 0.5]]
    # What it was set to is remembered beside what else there is.
    assert js("[recalled('ravine-momentum').t, recalled('none')]") == ["8", None]
    # At once: a figure at rest soon writes down its own settings, and one of a test before, too.
    kept = """(history.replaceState(
        { scroll: 3, adaptiveFigures: { "ravine-momentum": { t: "8" } } }, ""),
      remember("other", { t: "1" }), remember("ravine-momentum", { t: "9" }),
      [history.state, location.hash])"""
    assert js(kept) == [
        {"scroll": 3, "adaptiveFigures": {"other": {"t": "1"}, "ravine-momentum": {"t": "9"}}},
        "",
    ]


def test_an_address_of_nothing_is_that_of_the_page(make, js, parts):
    make("one", "#here")
    parts("explorer.reset();")
    # An anchor of the page is left where it is.
    assert js("location.hash") == "#here"
    parts("explorer.seek(6); explorer.share();")
    assert js("location.hash") == "#~ravine-momentum.t=6"
    parts("explorer.reset();")
    assert js("location.href").endswith("/book/page.html?x=1")


@pytest.mark.parametrize(
    ("clipboard", "said"),
    [
        ("undefined", "The address of this page now holds these settings."),
        (
            "{ writeText: async (text) => tell('copied')(text) }",
            "The address of this page now holds these settings. It is in the clipboard.",
        ),
        (
            "{ writeText: async () => { throw new Error('no'); } }",
            "The address of this page now holds these settings.",
        ),
    ],
)
def test_the_link_is_copied_where_that_is_allowed(make, js, parts, clipboard, said):
    make()
    shown = parts(f"""Object.defineProperty(navigator, "clipboard",
      {{ value: {clipboard}, configurable: true }}); heard = [];
      explorer.seek(6); all("button").find((e) => e.textContent === "Link").click();
      return new Promise((done) => setTimeout(() => done(
        [".message", "[role=status]"].map((each) => one(each).textContent))));""")
    assert shown == [said, said]
    copied = js("heard.filter(([name]) => name === 'copied').map(([, text]) => text)")
    assert copied == ([js("location.href")] if "copied" in clipboard else [])


def test_a_notebook_has_no_link(make, js, parts):
    parts("document.body.setAttribute('data-jp-theme-light', 'true');")
    make()
    labels = js("all('.buttons button').map((e) => e.textContent)")
    parts("document.body.removeAttribute('data-jp-theme-light');")
    assert labels == ["Reset"]
    make()
    assert js("all('.buttons button').map((e) => [e.textContent, e.type])") == [
        ["Reset", "button"],
        ["Link", "button"],
    ]


# ------------------------------------------------------------------ time


#: Frames and intervals come when the test says so.
HELD = """
  globalThis.frames = []; globalThis.intervals = new Map();
  globalThis.real ??= [requestAnimationFrame, setInterval, clearInterval, matchMedia];
  globalThis.requestAnimationFrame = (act) => frames.push(act);
  globalThis.setInterval = (act, pause) => (intervals.set(7, [act, pause]), 7);
  globalThis.clearInterval = (id) => intervals.delete(id);
  globalThis.matchMedia = (asked) => ({ matches: still && asked.includes("reduce") });
  globalThis.frame = (now) => {
    const due = frames;
    globalThis.frames = [];
    due.forEach((act) => act(now));
  };
"""
GO_ON = "[requestAnimationFrame, setInterval, clearInterval, matchMedia] = real;"


@pytest.fixture
def held(parts, make):
    def run(which="one", still=False):
        make(which)
        parts(HELD, still=still)

    yield run
    parts(GO_ON)


def _label(js):
    return js("all('.time button')[2].title")


def test_playing_takes_five_seconds_from_the_first_frame(held, js, parts):
    held()
    parts("explorer.play();")
    seen = []
    for now in (60_000, 60_010, 60_050, 60_999, 61_000, 64_700, 64_750, 64_800):
        parts("frame(now);", now=now)
        seen.append(js("explorer.state.t"))
    assert seen == [5, 5, 6, 24, 25, 99, 100, 100]
    assert not js("explorer.playing")
    parts("frame(64_820);")
    assert js("frames.length") == 0
    assert _label(js) == "Play"
    assert js("one('.time .value').textContent") == "100 / 100"


def test_playing_is_stopped(held, js, parts):
    held()
    for stop in ("explorer.play()", "explorer.seek(9)", "explorer.reset()"):
        parts("explorer.seek(9); explorer.play(); frame(0);")
        assert _label(js) == "Pause"
        parts(f"{stop}; frame(1000);")
        assert _label(js) == "Play"
        assert js("explorer.state.t") == (5 if "reset" in stop else 9)
        parts("frame(2000);")
        assert js("frames.length") == 0


def test_playing_ends_with_its_figure(held, js, parts):
    held()
    parts("explorer.play(); frame(0); one('.adaptive-explorer').remove(); frame(100); frame(200);")
    assert js("[explorer.playing, frames.length]") == [False, 0]


def test_from_the_end_it_begins_again(held, js, parts):
    held()
    for t, then in ((100, 0), (99, 99)):
        parts("explorer.seek(t); explorer.play();", t=t)
        assert js("explorer.state.t") == then
        parts("explorer.stop();")


def test_those_who_want_no_motion_see_ten_stills(held, js, parts):
    held(still=True)
    parts("explorer.seek(100); explorer.play(); frame(0);")
    assert js("[explorer.state.t, intervals.get(7)[1]]") == [0, 800]
    seen = []
    for _ in range(12):
        if not js("intervals.size"):
            break
        parts("intervals.get(7)[0](); frame(1);")
        seen.append(js("explorer.state.t"))
    assert seen == [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]
    assert not js("explorer.playing")


def test_a_moment_is_one_of_the_run(make, js, parts):
    make()
    for t, then in ((-1, 0), (0, 0), (100, 100), (101, 100)):
        parts("explorer.seek(t);", t=t)
        assert js("explorer.state.t") == then


# ------------------------------------------------------------------ what is seen


def _words(js, parts, t):
    parts("explorer.seek(t); explorer.render();", t=t)
    return js("one('.readout').textContent").replace("\u2066", "").replace("\u2069", "")


def test_words_say_where_each_rule_is(make, js, parts):
    make("two")
    lost = descend(SGD(0.2), Ravine()).steps
    assert _words(js, parts, 0) == (
        "Step 0. Momentum: loss 18 at (−4, 1). SGD: loss 18 at (−4, 1)."
    )
    for t in (lost, lost + 1, 100):
        words = _words(js, parts, t)
        assert words.startswith(f"Step {t}. Momentum: loss ")
        assert words.endswith(f"). SGD has diverged at step {lost}.")
    assert "SGD: loss" in _words(js, parts, lost - 1)
    assert "diverged" not in _words(js, parts, lost - 1)


def test_of_many_rules_the_words_name_two(make, js, parts):
    make("many")
    words = _words(js, parts, 20)
    losses = js("explorer.runs.map(({ rule, path }) => [path.loss[20], rule.label])")
    (low, best), *_, (high, worst) = sorted(losses)
    assert len(losses) == 4
    written = js("[low, high].map((value) => written(value))", low=low, high=high)
    assert words == (f"Step 20. Lowest loss: {best}, {written[0]}. Highest: {worst}, {written[1]}.")


def test_words_name_the_place_on_the_map(make, js, parts):
    make("map")
    assert "Step 100. On the map: both oscillate. Momentum: loss" in _words(js, parts, 100)


def test_of_three_rules_the_words_tell_of_each(make, js, parts):
    make("own start")
    words = _words(js, parts, 3)
    assert [words.count(f"{name}: loss ") for name in ("Momentum", "SGD", "Adam")] == [1, 1, 1]


def test_what_is_said_is_said_to_the_ear_once(make, js):
    make()
    hidden = "all('.message, .hidden[role=status]').map((e) => e.getAttribute('aria-hidden'))"
    assert js(hidden) == ["true", None] or js(hidden) == [None, "true"]


def test_messages_have_their_time(make, js, parts):
    make()
    script = """globalThis.asked = []; const real = setTimeout;
      setTimeout = (act, pause) => asked.push([act, pause]);
      ACT; setTimeout = real;"""
    parts(script.replace("ACT", "explorer.speakLater()"))
    assert js("asked.map(([, pause]) => pause)") == [400]
    parts(script.replace("ACT", "explorer.say('well')"))
    assert js("[asked.map(([, pause]) => pause), one('.message').textContent]") == [[6000], "well"]
    parts("asked[0][0]();")
    assert js("one('.message').textContent") == ""


def test_noise_comes_in_a_row_for_each_step(parts):
    script = "return rowsOf(Float64Array.from([1, 2, 3, 4, 5, 6]), rows).map((row) => [...row]);"
    assert parts(script, rows=3) == [[1, 2], [3, 4], [5, 6]]
    assert parts(script, rows=2) == [[1, 2, 3], [4, 5, 6]]


def test_losses_begin_with_the_start_and_are_above_the_minimum(make, js):
    for which, floor in (("one", 0), ("many", -0.25)):
        make(which)
        values = js("explorer.loss.shown.map(({ values, first }) => [first, values[0], values[1]])")
        losses = js("explorer.runs.map(({ path }) => [path.loss[0], path.loss[1]])")
        for (first, *shown), loss in zip(values, losses, strict=True):
            assert first == 0
            assert shown == [value - floor for value in loss]


def test_beside_a_map_the_charts_are_wide(make, js):
    for which, box in (("one", CHART), ("map", WIDE_CHART)):
        make(which)
        end = f"V{box.bottom}H{box.right}"
        assert js("one('.loss .frame').getAttribute('d')").endswith(end)
        assert js("one('.curves .frame').getAttribute('d')").endswith(
            f"V{box.bottom}H{box.right - 36}"
        )


@pytest.mark.parametrize(("which", "title"), [("one", "Loss"), ("many", "Loss above the minimum")])
def test_the_title_of_the_losses(make, js, which, title):
    make(which)
    assert js("one('.loss-title').textContent") == title


def test_names_stand_at_the_losses_of_several(make, js):
    make("one")
    assert js("all('.loss .name').length") == 0
    frame = js("one('.loss .frame').getAttribute('d')")
    make("two")
    assert js("all('.loss .name').map((e) => e.textContent)") == ["Momentum", "SGD"]
    right = [
        float(d.rpartition("H")[2]) for d in (frame, js("one('.loss .frame').getAttribute('d')"))
    ]
    assert right[0] - right[1] == 75


def test_curves_are_those_of_the_rule_in_focus(make, js, parts):
    make("two")
    names = ["gradient g", "velocity v", "step Δθ", "step per gradient, −Δθ / g"]
    shown = "all('.curves-title option').map((e) => e.textContent)"
    assert js(shown) == names
    assert js("one('.curves-title select').value") == "step"
    assert js("one('.of').textContent") == "of Momentum"
    parts("explorer.apply({ quantity: 'state.v', focus: 'SGD' }); explorer.render();")
    # One that it has not is not shown, and not forgotten.
    assert js(shown) == [names[0], *names[2:]]
    assert js("one('.curves-title select').value") == "gradient"
    parts("explorer.apply({ focus: 'Momentum' }); explorer.render();")
    assert js("one('.curves-title select').value") == "state.v"


def test_a_rule_that_is_pointed_at_stands_out(make, js, parts):
    make("two")
    dim = "all('svg [data-rule]').map((e) => [e.dataset.rule, e.classList.contains('dim')])"
    assert not any(dimmed for _, dimmed in js(dim))
    parts("explorer.highlight('SGD');")
    assert js(dim)
    assert all(dimmed is (name == "Momentum") for name, dimmed in js(dim))
    for name in ("null", "'Adam'"):
        parts(f"explorer.highlight({name});")
        assert not any(dimmed for _, dimmed in js(dim))
    make("one")
    parts("explorer.highlight('Momentum');")
    assert not any(dimmed for _, dimmed in js(dim))


def test_rules_that_diverge_are_marked(make, js):
    make("two")
    assert js("all('.chip.diverged').map((e) => e.textContent)") == ["SGD"]


def test_keys_stay_in_the_figure(make, js, parts):
    make()
    parts("""globalThis.listener = tell("key");
      document.body.addEventListener("keydown", listener);""")
    parts.page.get_by_role("slider", name="Step").press("ArrowRight")
    # The body stays for the tests to come.
    parts("document.body.removeEventListener('keydown', listener);")
    assert js("heard") == []
    assert js("explorer.state.t") == 6
