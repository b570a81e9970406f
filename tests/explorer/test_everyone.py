"""The explorer for all readers: with keys, with a screen reader, on a phone, in the dark."""

from __future__ import annotations

import re

import pytest

from adaptive import RULES, SGD, Momentum, explore
from adaptive.explorer import catalogue
from adaptive.problems import Ravine, Saddle
from tests.explorer.support import drawn, settle, show, slider, violations

TEXT = Momentum(lr=0.05, momentum=0.7)


@pytest.fixture
def page(shared, tmp_path):
    """Open a page with the explorer that most tests move."""
    return show(shared, tmp_path, explore(Ravine(), TEXT))


#: Keeps what was asked for and has not come yet.
WATCH = """
window.asked = 0;
window.pending = new Set();
for (const [ask, drop] of [
  ["requestAnimationFrame", "cancelAnimationFrame"],
  ["setTimeout", "clearTimeout"],
  ["setInterval", "clearInterval"],
]) {
  const [real, forget] = [window[ask].bind(window), window[drop].bind(window)];
  window[ask] = (act, ...rest) => {
    window.asked += 1;
    const done = (...given) => {
      if (ask !== "setInterval") window.pending.delete(`${ask} ${id}`);
      act(...given);
    };
    const id = real(done, ...rest);
    window.pending.add(`${ask} ${id}`);
    return id;
  };
  window[drop] = (id) => {
    window.pending.delete(`${ask} ${id}`);
    forget(id);
  };
}
"""


def test_nothing_happens_while_nothing_is_touched(reader, tmp_path):
    page = reader()
    page.add_init_script(WATCH)
    (tmp_path / "page.html").write_text(explore(Ravine(), TEXT).to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri())
    # Not by the clock: each question takes as long as the page needs to get round to it.
    for _ in range(5_000):
        if not page.evaluate("() => pending.size"):
            break
    assert page.evaluate("() => [...pending]") == []
    asked = page.evaluate("() => window.asked")
    slider(page, "learning rate η").press("ArrowRight")
    assert page.evaluate("() => window.asked") > asked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", ["one rule", "map", "ten rules"])
def test_axe_finds_nothing(shared, tmp_path, scheme, which):
    shown = {
        "one rule": lambda: explore(Ravine(), TEXT),
        "map": lambda: explore(Ravine(), TEXT, map=("lr", "momentum")),
        "ten rules": lambda: explore(Saddle(), *map(catalogue.default_rule, RULES)),
    }[which]()
    shared.page.emulate_media(color_scheme=scheme)
    path = tmp_path / "page.html"
    # The document around the figure is not the book's: a heading is all that it lacks.
    path.write_text(shown.to_page().replace("<main>", "<main><h1>Page</h1>"), encoding="utf-8")
    assert not violations(shared.open(path))


def test_all_is_reached_by_tab_and_focus_is_seen(page):
    page.keyboard.press("Tab")
    seen = set()
    for _ in range(40):
        name, ring = page.evaluate(
            """() => {
              const at = document.activeElement;
              if (at === document.body) return ["", 2];
              const style = getComputedStyle(at);
              const reach = at.querySelector?.(".reach");
              const ring = reach ? getComputedStyle(reach).strokeWidth : style.outlineWidth;
              const label = at.getAttribute("aria-label") ?? at.closest("label")?.textContent;
              return [label ?? at.textContent, parseFloat(ring)];
            }"""
        )
        if not name:
            break
        seen.add(name)
        assert ring >= 2, name
        page.keyboard.press("Tab")
    text = " ".join(seen)
    for part in ("Start", "Play", "Step", "Momentum", "learning rate", "Problem", "Reset", "Link"):
        assert part in text


@pytest.mark.parametrize("width", [360, 390, 700, 1280])
def test_it_fits_its_column(shared, tmp_path, width):
    shared.page.set_viewport_size({"width": width, "height": 800})
    shown = explore(Ravine(), TEXT, SGD(), map=("lr", "momentum"))
    page = show(shared, tmp_path, shown)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    smallest = page.evaluate(
        """() => Math.min(...[...document.querySelectorAll(".adaptive-explorer svg text")].map(
          (text) => {
            const { a, b } = text.getScreenCTM();
            return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(a, b);
          }))"""
    )
    assert smallest >= 9.5


def test_dark_follows_the_books_switch_and_jupyterlabs(page):
    ink = "() => getComputedStyle(document.querySelector('.adaptive-explorer')).color"
    light = page.evaluate(ink)
    page.evaluate("() => { document.documentElement.dataset.theme = 'dark' }")
    dark = page.evaluate(ink)
    assert light != dark
    page.evaluate("() => { document.documentElement.dataset.theme = 'light' }")
    assert page.evaluate(ink) == light
    page.evaluate(
        "() => { delete document.documentElement.dataset.theme; "
        "document.body.dataset.jpThemeLight = 'false' }"
    )
    assert page.evaluate(ink) == dark


def test_colour_is_never_all_that_tells_two_rules_apart(shared, tmp_path):
    page = show(shared, tmp_path, explore(Saddle(), *map(catalogue.default_rule, RULES)))
    settle(page)
    names = page.locator(".loss .name").all_text_contents()
    assert sorted(names) == sorted(kind.__name__ for kind in RULES)
    page.get_by_role("checkbox", name="NAG").hover()
    lit = page.locator(".landscape [data-rule]:not(.dim)")
    assert [each.get_attribute("data-rule") for each in lit.all()] == ["NAG"]


def test_keys_do_not_reach_the_page_around(page):
    page.evaluate(
        "() => { window.heard = 0; addEventListener('keydown', () => (window.heard += 1)) }"
    )
    slider(page, "learning rate η").press("ArrowRight")
    slider(page, "Start").press("ArrowRight")
    assert page.evaluate("() => window.heard") == 0
    assert re.search(r'data-lm-suppress-shortcuts="true"', page.content())


def test_drawn_reads_the_line_back(page):
    assert len(drawn(page, "Momentum")) > 10


#: Where each letter of the pictures stands, and all numbers beside sliders.
LETTERS = """() => [...document.querySelectorAll(".adaptive-explorer svg text")].map((text) => {
  const letters = Array.from({ length: text.getNumberOfChars() }, (_, i) =>
    Math.round(text.getStartPositionOfChar(i).x));
  return [text.textContent, ...letters];
})"""


def test_pictures_numbers_and_time_run_from_left_to_right_in_any_language(shared, tmp_path):
    shown = explore(Ravine(), TEXT, SGD(0.01), map=("lr", "momentum"), at=8)
    page = show(shared, tmp_path, shown)
    settle(page)
    before = page.evaluate(LETTERS)
    assert any(text.startswith("−") for text, *_ in before)
    page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    assert page.evaluate(LETTERS) == before
    # The way of a slider is that of the axes: its right end is its largest value.
    slider(page, "learning rate η").press("ArrowRight")
    slider(page, "Step").press("ArrowRight")
    settle(page)
    assert slider(page, "Step").get_attribute("aria-valuetext") == "9 of 100"
    assert float(slider(page, "learning rate η").get_attribute("aria-valuetext")) > 0.05
    # Words follow the reader: the name of a slider stands to its right.
    name, rate = (
        page.locator(f".slider {part}").first.bounding_box() for part in (".label", "input")
    )
    assert name["x"] > rate["x"]
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_numbers_keep_their_order_among_words_of_any_language(shared, tmp_path):
    page = show(shared, tmp_path, explore(Ravine(), TEXT, at=3))
    settle(page)
    readout = page.locator(".readout")
    where = """(readout) => {
      const text = readout.firstChild;
      const begin = text.data.indexOf("(");
      return Array.from({ length: text.data.indexOf(")") - begin }, (_, i) => {
        const letter = document.createRange();
        letter.setStart(text, begin + i);
        letter.setEnd(text, begin + i + 1);
        return letter.getBoundingClientRect().x;
      });
    }"""
    # As a translation leaves it: other words around the same numbers.
    readout.evaluate("(e) => { e.textContent = `צעד ${e.textContent.replace('Step', '')}` }")
    assert readout.evaluate("(e) => getComputedStyle(e).direction") == "rtl"
    assert "−" in readout.inner_text()
    found = readout.evaluate(where)
    assert found == sorted(found)
