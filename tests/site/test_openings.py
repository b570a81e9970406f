"""The first screen of a chapter: title, thesis, and a question that can be answered there."""

from __future__ import annotations

import pytest

from tests.book.notebooks import ROOT, pages

#: A small laptop and a phone.
SIZES = {"laptop": (1280, 720), "phone": (390, 844)}

CHAPTERS = [
    name
    for name in pages()
    if (ROOT / f"{name}.ipynb").exists()
    and "opening(" in (ROOT / f"{name}.ipynb").read_text(encoding="utf-8")
]


def test_each_algorithm_has_an_opening():
    from adaptive import MODERN, RULES

    assert {name.rpartition("/")[2] for name in CHAPTERS} == {
        "schedules",
        *(kind.__name__.lower() for kind in (*RULES, *MODERN)),
    }


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", CHAPTERS)
def test_all_of_an_opening_is_on_the_first_screen(book, reader, name, size):
    width, height = SIZES[size]
    page = reader(viewport={"width": width, "height": height})
    page.goto((book / f"{name}.html").as_uri())
    assert page.locator("h1").first.bounding_box()["y"] >= 0
    parts = (".question", ".scene", ".curve", ".dial", ".outcome")
    boxes = [page.locator(f".adaptive-opening {part}").bounding_box() for part in parts]
    tops = [box["y"] for box in boxes]
    assert tops == sorted(tops)
    # The sentence as long as it is, not the room that is kept for a longer one.
    words = page.locator(".adaptive-opening .outcome").evaluate(
        """(e) => {
          const range = document.createRange();
          range.selectNodeContents(e);
          return range.getBoundingClientRect().bottom;
        }"""
    )
    assert words <= height
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    # A finger or the mouse reaches the slider and the start.
    for selector in ("input", ".start .ring"):
        box = page.locator(f".adaptive-opening {selector}").bounding_box()
        assert 0 <= box["y"] <= height - box["height"]
        assert 0 <= box["x"] <= width - box["width"]
