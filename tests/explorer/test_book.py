"""The explorers of the built book: without kernel or network they compute what Python does."""

from __future__ import annotations

import gzip
import re

import pytest

from adaptive.explorer import bundle
from tests.explorer.support import PAGES, SHOWN, assert_pythons_path, settle

#: One figure on a page may add so many bytes to it, compressed.
BUDGET = 60_000

FIGURE = re.compile(r'<div class="adaptive-\w+ adaptive-figure.*?<script>.*?</script>', re.DOTALL)
SHARED = re.compile(r"<!--adaptive-explorer (\w+)-->.*?<!--/adaptive-explorer \1-->", re.DOTALL)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_carries_the_shared_code_once_and_stays_light(book, name):
    text = (book / f"{name}.html").read_text(encoding="utf-8")
    figures = len(FIGURE.findall(text))
    assert figures
    # What all figures need, and each of the views: once.
    keys = SHARED.findall(text)
    views = {view for view in bundle.VIEWS if f'class="adaptive-{view.lower()} ' in text}
    assert len(keys) == len(set(keys)) == 1 + len(views)
    bare = SHARED.sub("", FIGURE.sub("", text))
    added = len(gzip.compress(text.encode())) - len(gzip.compress(bare.encode()))
    assert added <= BUDGET * figures


@pytest.mark.parametrize("name", PAGES)
def test_the_first_picture_is_in_the_page(book, name):
    text = (book / f"{name}.html").read_text(encoding="utf-8")
    for figure in FIGURE.findall(text):
        explorer = 'class="adaptive-explorer ' in figure
        assert not explorer or figure.count('class="level"') >= 10
        if 'class="adaptive-translator ' in figure:
            # It shows no curve, but lines to write.
            assert re.search(
                r'<pre class="theirs"[^>]*>\w.*?<pre class="ours"[^>]*>\w', figure, re.S
            )
        else:
            assert ('class="past" d="M' if explorer else ' d="M') in figure


# That axe finds nothing wrong with them is seen by the checks of the site.


@pytest.mark.parametrize("visited", PAGES, indirect=True)
def test_explorers_on_the_page_are_live(visited):
    page = visited.page
    figures = page.locator(".adaptive-explorer")
    assert page.locator(".adaptive-explorer[data-live]").count() == figures.count()
    for number in range(figures.count()):
        figure = figures.nth(number)
        before = figure.locator(".landscape .whole").first.get_attribute("d")
        first = figure.locator(".slider input").first
        first.focus()
        for _ in range(3):
            page.keyboard.press("ArrowLeft")
        ring = figure.locator(".landscape .start .ring")
        ring.scroll_into_view_if_needed()
        box = ring.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 25, y + 15, steps=3)
        page.mouse.up()
        settle(page)
        assert figure.locator(".landscape .whole").first.get_attribute("d") != before
        assert_pythons_path(page.evaluate(SHOWN, number))
    visited.assert_clean()
