"""A cell of a chapter, run on its page: after what it needs, in one frame, and with no network."""

from __future__ import annotations

from urllib.parse import unquote, urlsplit

import pytest

from chapters._site import lite
from tests.book.notebooks import CHAPTER_PAGES
from tests.conftest import HERE, PATIENCE
from tests.site.conftest import soup

CHAPTER = "chapters/momentum"
OUTPUT = ".jp-CodeConsole-content .jp-OutputArea"


@pytest.fixture
def page(reader, cdn, site, pyodide_here):
    """Open a chapter in a browser that reaches nothing but the stand-in."""
    page = reader(alone=False, viewport={"width": 1280, "height": 900})
    page.context.route(lambda url: urlsplit(url).hostname not in HERE, cdn.route)
    page.set_default_timeout(PATIENCE)
    page.goto(f"{site}/{CHAPTER}.html")
    return page


def _buttons(page):
    return page.locator("p.try > a")


def _run(page, number):
    """Click the button of a cell, and return its frame when it has ended."""
    button = _buttons(page).nth(number)
    # What is folded around it is unfolded.
    button.evaluate(
        "(e) => { for (let d = e; d = d.parentElement?.closest('details');) d.open = 1; }"
    )
    button.click()
    cell = unquote(urlsplit(button.get_attribute("href")).fragment).rpartition("/")[2]
    frame = page.frame_locator(".tried iframe")
    said = frame.locator(f".book-bar[data-ended='{cell}'] [role=status]")
    said.filter(has_text="Change it, and run it again").wait_for()
    return frame


def test_a_cell_is_run_after_what_it_needs_and_the_next_by_the_same_python(page, cdn):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    assert _buttons(page).count() > 20
    assert not [url for url in asked if "/lite/" in url], "nothing is loaded before the click"
    frame = _run(page, 2)
    box = page.locator(".tried")
    assert box.evaluate("(e) => e.previousElementSibling.matches('.cell')")
    assert "steps to come 1000 times closer: 70" in frame.locator(OUTPUT).inner_text()
    assert frame.locator(f"{OUTPUT} :is(svg, img)").count()
    whole = unquote(frame.locator(".book-bar a").get_attribute("href"))
    assert whole.endswith(f"{lite.PAGE}?path={CHAPTER}.ipynb")

    # Another value, and another result.
    page.frames[-1].evaluate(
        """() => {
          const { sharedModel } = jupyterapp.shell.currentWidget.console.promptCell.model;
          sharedModel.setSource("kept = 41\\nprint(zigzag.steps_to(1e-3) + 1)");
        }"""
    )
    frame.locator(".book-bar button", has_text="Run").click()
    frame.locator(OUTPUT, has_text="71").wait_for()
    box.locator("button", has_text="Close").click()
    assert box.is_hidden()

    loaded = len([url for url in asked if url.endswith("pyodide.asm.wasm")])
    page.set_viewport_size({"width": 390, "height": 844})
    frame = _run(page, 3)
    assert box.is_visible()
    # All of the code is in sight, though the frame is narrow, or it has half of the room.
    code = frame.locator(".jp-CodeConsole-promptCell .cm-content").bounding_box()
    room = frame.locator(".jp-CodeConsole-input").bounding_box()
    split = frame.locator(".jp-CodeConsole-split").bounding_box()
    assert code["height"] <= room["height"] or room["height"] > 0.45 * split["height"]
    assert page.locator(".tried").count() == 1
    again = len([url for url in asked if url.endswith("pyodide.asm.wasm")])
    assert loaded == again, "Python is loaded once"
    others = [url for url in cdn.asked if not url.startswith(lite.CDN)]
    assert not others


def test_where_the_cdn_is_not_reached_the_frame_says_so(page, cdn):
    cdn.reached = False
    _buttons(page).nth(2).evaluate("(e) => e.click()")
    alert = page.frame_locator(".tried iframe").locator(".book-bar [role=alert]")
    alert.filter(has_text="cdn.jsdelivr.net cannot be reached from here").wait_for()


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_each_button_leads_to_a_cell(book, name):
    text = (book / f"lite/files/{name}.ipynb").read_text(encoding="utf-8")
    for link in soup(book / f"{name}.html").select("p.try > a"):
        address, _, fragment = link["href"].partition("#")
        assert (book / "chapters" / address).resolve() == (book / lite.CELL).resolve()
        notebook, _, cell = fragment.rpartition("/")
        assert notebook == f"{name}.ipynb"
        assert f'"id": "{cell}"' in text


@pytest.mark.parametrize("name", ["chapters/assignments/source/ravine/ravine", "chapters/training"])
def test_other_pages_have_no_such_button(book, name):
    assert not soup(book / f"{name}.html").select("p.try")
