"""What the built book must show."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup, CData, NavigableString, Tag

from tests.book.notebooks import ROOT, pages
from tests.conftest import Visit

PAGES = pages()
#: A role or directive that stayed as it was written.
RAW = re.compile(r"\{[a-z:]+\}`|`{3,}\{|:{3,}\{|^\([\w-]+\)=|\{(?:cite|eq|glue|numref|prf)\b", re.M)
#: Where such a thing may be written.
BLOCK = re.compile(r"<(pre|script)\b.*?</\1>", re.DOTALL)


def _prose(tag: Tag) -> Iterator[str]:
    """Yield the text of an element, but for what is code or a formula."""
    for child in tag.children:
        if not isinstance(child, Tag):
            if type(child) in (NavigableString, CData):  # no comment, no style sheet
                yield child
        elif child.name != "code" and "math" not in child.get("class", ()):
            yield from _prose(child)


@pytest.fixture(scope="session")
def soups(book: Path) -> dict[str, BeautifulSoup]:
    """Return the pages of the book, parsed, but for what holds most of their tags: code."""
    texts = {name: (book / f"{name}.html").read_text(encoding="utf-8") for name in PAGES}
    return {name: BeautifulSoup(BLOCK.sub("", text), "html.parser") for name, text in texts.items()}


def test_the_front_page_leads_to_the_book(book):
    assert PAGES[0] in (book / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_there_with_a_title(soups, name):
    heading = soups[name].select_one("article h1")
    assert heading is not None
    assert heading.get_text(strip=True)


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_stayed_raw(soups, name):
    assert not (found := RAW.findall("".join(_prose(soups[name].article)))), found


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_a_text_that_is_not_its_file(soups, name):
    for image in soups[name].select("article img"):
        alt = image.get("alt", "").strip()
        assert len(alt) > 10, f"{image}: say in words what the figure shows"
        assert not re.search(r"\.(?:svg|png|jpe?g)$|^[.\w/-]*/[\w.-]+$", alt), image


@pytest.mark.parametrize("visited", PAGES, indirect=True)
def test_page_needs_no_network(visited):
    page = visited.page
    formulas = page.locator(".math").count()
    assert page.locator(".math mjx-container").count() >= formulas
    if formulas:
        # In MathJax's own letters, not in what the system has instead.
        page.evaluate("() => document.fonts.ready")
        loaded = page.evaluate(
            "() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
        )
        assert any("MJX" in family for family in loaded)
    visited.assert_clean()


@pytest.mark.parametrize("visited", PAGES, indirect=True)
def test_of_each_figure_the_page_shows_the_copy_of_its_theme(visited):
    look = """images => images.map(image => {
        const style = getComputedStyle(image);
        return [image.src.endsWith("-dark.svg"), style.display !== "none",
                [style.filter, style.backgroundColor, style.paddingTop]];
    })"""
    for theme in ("light", "dark"):
        visited.page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        looks = visited.page.eval_on_selector_all(".cell_output img", look)
        assert sum(shown for _, shown, _ in looks) == len(looks) / 2
        for dark, shown, style in looks:
            assert shown == (dark == (theme == "dark"))
            assert not shown or style == ["none", "rgba(0, 0, 0, 0)", "0px"]


@pytest.fixture(scope="module")
def on_a_phone(request, site, long_reader):
    """Open a page over HTTP on a phone, once for the tests that look at it."""
    visit = Visit(long_reader(viewport={"width": 390, "height": 844}))
    visit.open(f"{site}/{request.param}.html")
    yield visit
    visit.page.context.close()


@pytest.mark.parametrize("on_a_phone", PAGES, indirect=True)
def test_page_is_the_same_over_http(on_a_phone):
    page = on_a_phone.page
    assert page.locator(".math mjx-container").count() >= page.locator(".math").count()
    on_a_phone.assert_clean()


@pytest.mark.parametrize("on_a_phone", PAGES, indirect=True)
def test_page_does_not_move_sideways_on_a_phone(on_a_phone):
    assert on_a_phone.page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_binder_takes_its_dependencies_from_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = (entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    # Quotes would make Binder install before it has copied the source.
    assert pip == [".[chapters]"]
    assert "- .[chapters]\n" in (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert [entry.split("=")[0] for entry in conda] == ["python", "pip"]
    assert conda[0].startswith("python=3.")
