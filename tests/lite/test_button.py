"""The button of a page: it leads to where the reader was, and from a file says what is needed."""

from __future__ import annotations

from urllib.parse import unquote

BUTTON = "p.run .in-browser"


def test_it_names_the_section_that_is_read(site, visit):
    page = visit.open(f"{site}/chapters/momentum.html")
    assert "#" not in page.locator(BUTTON).get_attribute("href")
    page.evaluate("() => document.querySelector('#what-the-claims-are-worth').scrollIntoView()")
    # The click, and nothing of what it opens.
    page.evaluate("() => addEventListener('click', (event) => event.preventDefault())")
    page.locator(BUTTON).evaluate("(e) => e.click()")
    place = unquote(page.locator(BUTTON).get_attribute("href").partition("#")[2])
    headings = page.locator("section > :is(h2, h3)").all_inner_texts()
    assert place
    assert any(place in heading for heading in headings)
    visit.assert_clean()


def test_from_a_file_it_says_what_is_needed(book, visit):
    page = visit.open(book / "chapters/momentum.html")
    for _ in range(2):
        page.locator(BUTTON).click()
        note = page.locator("p.run [role=alert]")
        assert "needs the book to be served" in note.inner_text()
    assert note.count() == 1
    assert page.url.endswith("momentum.html")
    visit.assert_clean()
