"""Every explorer of the book is alive in Firefox, and computes there what Python computes."""

from __future__ import annotations

import pytest

from tests.book import browser as browsers
from tests.explorer.support import PAGES, SHOWN, assert_pythons_path
from tests.site.firefox import Firefox
from tests.site.test_openings import CHAPTERS

LEFT, RIGHT = "\ue012", "\ue014"
SETTLED = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
FIND = "const root = document.querySelectorAll('.adaptive-explorer')[i];"


@pytest.fixture(scope="session")
def firefox():
    """Start Firefox, if there is one."""
    path = browsers.FIREFOX.find()
    if path is None:
        (pytest.fail if browsers.required() else pytest.skip)(browsers.FIREFOX.advice)
    firefox = Firefox(path)
    yield firefox
    firefox.close()


@pytest.mark.parametrize("name", PAGES)
def test_explorers_are_alive_in_firefox(book, firefox, name):
    firefox.stay_or_open(book / f"{name}.html")
    count = firefox.evaluate("() => document.querySelectorAll('.adaptive-explorer').length")
    assert count > 0
    for number in range(count):
        _move(firefox, number)
    assert not firefox.errors
    assert not firefox.away


def _move(firefox, number):
    """Move a slider by key and the start by mouse: the line is Python's, then and before."""
    before = firefox.evaluate(SHOWN, number)
    assert_pythons_path(before)
    firefox.evaluate(f"(i) => {{ {FIND} root.querySelector('.slider input').focus(); }}", number)
    firefox.press(LEFT, times=3)
    x, y = firefox.evaluate(
        f"""(i) => {{ {FIND}
          const ring = root.querySelector(".landscape .start .ring");
          ring.scrollIntoView({{ block: "center", behavior: "instant" }});
          const {{ x, y, width, height }} = ring.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        }}""",
        number,
    )
    firefox.drag([x, y], [x + 25, y + 15])
    firefox.evaluate(SETTLED)
    after = firefox.evaluate(SHOWN, number)
    assert after["settings"] != before["settings"]
    assert after["start"] != before["start"]
    assert_pythons_path(after)


#: What an opening is set to, and what it says.
SAID = """() => {
  const root = document.querySelector(".adaptive-opening");
  const { state, spec } = root.explorer;
  const line = root.querySelector(".paths .live .line").getAttribute("d");
  return [spec.stops[state.at], state.start, root.querySelector(".outcome").textContent, line];
}"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_openings_are_alive_in_firefox(book, firefox, name):
    firefox.stay_or_open(book / f"{name}.html")
    before = firefox.evaluate(SAID)
    for key in (LEFT, RIGHT):  # one of them has somewhere to go
        firefox.evaluate("() => document.querySelector('.adaptive-opening input').focus()")
        firefox.press(key)
        firefox.evaluate(SETTLED)
        if (after := firefox.evaluate(SAID))[0] != before[0]:
            break
    value, _, text, line = after
    assert value != before[0]
    assert text != before[2]
    x, y = firefox.evaluate(
        """() => {
          const ring = document.querySelector(".adaptive-opening .start .ring");
          const { x, y, width, height } = ring.getBoundingClientRect();
          return [x + width / 2, y + height / 2];
        }"""
    )
    firefox.drag([x, y], [x + 25, y + 15])
    firefox.evaluate(SETTLED)
    moved = firefox.evaluate(SAID)
    assert moved[1] != before[1]
    assert moved[3] != line
    assert not firefox.errors
    assert not firefox.away


#: Figures whose state the browser's back button brings back: their page, and what moves them.
RETURNS = {
    "gallery": ("introduction", ".adaptive-gallery .handle"),
    "anatomy": ("momentum", ".adaptive-anatomy .time input"),
    "flipbook": ("momentum", ".adaptive-flipbook input"),
}


@pytest.mark.parametrize("kind", RETURNS)
def test_the_back_button_of_firefox_brings_a_figure_back(book, firefox, kind, tmp_path):
    name, moved = RETURNS[kind]
    (tmp_path / "other.html").write_text("<!doctype html><title>other</title>", encoding="utf-8")
    said = f"() => document.querySelector('{moved}')?.getAttribute('aria-valuetext') ?? null"
    firefox.open(book / f"chapters/{name}.html")
    fresh = firefox.evaluate(said)
    firefox.evaluate(f"() => document.querySelector('{moved}').focus()")
    firefox.press(RIGHT, times=2)
    firefox.evaluate(SETTLED)
    before = firefox.evaluate(said)
    assert before not in (None, fresh)
    firefox.until("() => Object.keys(history.state?.adaptiveFigures ?? {}).length > 0")
    firefox.open(tmp_path / "other.html")
    firefox.evaluate("() => history.back()")
    firefox.until(f"(said) => ({said})() === said", before)


def test_errors_in_firefox_are_heard(firefox, tmp_path):
    path = tmp_path / "page.html"
    path.write_text(
        "<!doctype html><meta charset=utf-8><title>x</title><img src='https://example.org/x.png'>"
        "<script>console.error('told'); nothing.at.all;</script>",
        encoding="utf-8",
    )
    firefox.open(path)
    firefox.evaluate(SETTLED)
    assert firefox.away == ["https://example.org/x.png"]
    assert any("told" in error for error in firefox.errors)
    assert any("nothing is not defined" in error for error in firefox.errors)
