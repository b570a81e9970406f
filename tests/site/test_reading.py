"""A chapter is as long as a chapter may be, and what is folded is found."""

from __future__ import annotations

import re

import pytest

from tests.book.notebooks import CHAPTER_PAGES
from tests.site.conftest import soup
from tests.site.visits import SCREEN

CHAPTERS = [name for name in CHAPTER_PAGES if name != "chapters/introduction"]
#: Screens, with everything folded, and minutes of the core path.
LONGEST, MINUTES = 25, 20


@pytest.mark.parametrize("name", CHAPTERS)
def test_no_chapter_is_longer_than_25_screens(desk, name):
    assert not desk(name).unfolded
    assert desk(name).height / SCREEN["height"] <= LONGEST


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_core_of_a_chapter_takes_20_minutes(book, name):
    (line,) = soup(book / f"{name}.html").select("p.run")
    assert int(re.search(r"Reading takes (\d+) minutes", line.get_text())[1]) <= MINUTES


def test_a_link_into_what_is_folded_unfolds_it(book, visit):
    path = book / "chapters" / "sgd.html"
    (inner, *_) = soup(path).select("details.later [id]")
    page = visit.open(path)
    target = page.locator(f"[id='{inner['id']}']")
    assert not target.is_visible()
    page.evaluate("(id) => { location.hash = id }", inner["id"])
    target.wait_for(state="visible")
    page.goto("about:blank")
    page.goto(f"{path.as_uri()}#{inner['id']}")
    page.locator(f"[id='{inner['id']}']").wait_for(state="visible")


def test_paper_has_what_is_folded_for_later(book, visit):
    page = visit.open(book / "chapters" / "sgd.html")
    page.evaluate("() => dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    folds = page.locator("details.later")
    assert folds.count()
    for fold in folds.all():
        assert fold.locator("p").first.is_visible()
