"""What the built book must show."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from bs4 import BeautifulSoup

from tests.book.notebooks import ROOT, pages

PAGES = pages()
#: A role or directive that stayed as it was written.
RAW = re.compile(r"\{[a-z:]+\}`|`{3,}\{|:{3,}\{|^\([\w-]+\)=|\{(?:cite|eq|glue|numref|prf)\b", re.M)


def _html(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="session")
def soups(book: Path) -> dict[str, BeautifulSoup]:
    """Return the pages of the book, parsed."""
    return {name: _html(book / f"{name}.html") for name in PAGES}


def test_the_front_page_leads_to_the_book(book):
    assert PAGES[0] in (book / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_page_is_there_with_a_title(soups, name):
    heading = soups[name].select_one("article h1")
    assert heading is not None
    assert heading.get_text(strip=True)


@pytest.mark.parametrize("name", PAGES)
def test_no_markup_stayed_raw(soups, name):
    article = BeautifulSoup(str(soups[name].article), "html.parser")
    for code in article.select("pre, code, .math, script"):
        code.decompose()
    assert not (found := RAW.findall(article.get_text())), found


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_has_a_text_that_is_not_its_file(soups, name):
    for image in soups[name].select("article img"):
        alt = image.get("alt", "").strip()
        assert len(alt) > 10, f"{image}: say in words what the figure shows"
        assert not re.search(r"\.(?:svg|png|jpe?g)$|^[.\w/-]*/[\w.-]+$", alt), image


@pytest.mark.parametrize("name", PAGES)
def test_page_needs_no_network(book, visit, name):
    page = visit.open(book / f"{name}.html")
    formulas = page.locator(".math").count()
    assert page.locator(".math mjx-container").count() >= formulas
    if formulas:
        # In MathJax's own letters, not in what the system has instead.
        page.evaluate("() => document.fonts.ready")
        loaded = page.evaluate(
            "() => [...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)"
        )
        assert any("MJX" in family for family in loaded)
    visit.assert_clean()


def test_pages_are_the_same_over_http(site, visit):
    for name in PAGES:
        page = visit.open(f"{site}/{name}.html")
        assert page.locator(".math mjx-container").count() >= page.locator(".math").count()
    visit.assert_clean()


@pytest.mark.parametrize("name", PAGES)
def test_page_does_not_move_sideways_on_a_phone(book, visit, name):
    visit.page.set_viewport_size({"width": 390, "height": 844})
    page = visit.open(book / f"{name}.html")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_of_each_figure_the_page_shows_the_copy_of_its_theme(book, visit):
    look = """images => images.map(image => {
        const style = getComputedStyle(image);
        return [image.src.endsWith("-dark.svg"), style.display !== "none",
                [style.filter, style.backgroundColor, style.paddingTop]];
    })"""
    for name in PAGES:
        page = visit.open(book / f"{name}.html")
        for theme in ("light", "dark"):
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            looks = page.eval_on_selector_all(".cell_output img", look)
            assert sum(shown for _, shown, _ in looks) == len(looks) / 2
            for dark, shown, style in looks:
                assert shown == (dark == (theme == "dark"))
                assert not shown or style == ["none", "rgba(0, 0, 0, 0)", "0px"]


def test_binder_takes_its_dependencies_from_the_project():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    conda = [entry for entry in environment["dependencies"] if isinstance(entry, str)]
    (pip,) = (entry["pip"] for entry in environment["dependencies"] if isinstance(entry, dict))
    # Quotes would make Binder install before it has copied the source.
    assert pip == [".[chapters]"]
    assert "- .[chapters]\n" in (ROOT / "environment.yml").read_text(encoding="utf-8")
    assert [entry.split("=")[0] for entry in conda] == ["python", "pip"]
    assert conda[0].startswith("python=3.")
