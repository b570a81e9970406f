"""The first screen of a chapter: title, thesis, and a question that can be answered there."""

from __future__ import annotations

import pytest

from tests.book.notebooks import CHAPTER_PAGES, ROOT
from tests.site.visits import LAPTOP, PHONE

CHAPTERS = [
    name
    for name in CHAPTER_PAGES
    if "opening(" in (ROOT / f"{name}.ipynb").read_text(encoding="utf-8")
]
#: Chapters that begin with a flipbook.
FLIPBOOKS = ["chapters/measured", "chapters/muon", "chapters/wholematrices"]


def test_each_algorithm_has_an_opening():
    from adaptive import MODERN, RULES

    assert {name.rpartition("/")[2] for name in CHAPTERS} == {
        "schedules",
        *(kind.__name__.lower() for kind in (*RULES, *MODERN)),
    }


@pytest.mark.parametrize("size", ["laptop", "phone"])
@pytest.mark.parametrize("name", [*CHAPTERS, *FLIPBOOKS])
def test_all_of_an_opening_is_on_the_first_screen(desk, phone, name, size):
    seen, window = {"laptop": (desk, LAPTOP), "phone": (phone, PHONE)}[size]
    opening = seen(name).opening
    width, height = window["width"], window["height"]
    assert opening["title"] >= 0
    boxes = []
    drawn = [".question", ".scene", ".curve", ".dial", ".outcome"]
    if name in FLIPBOOKS:
        drawn = [".question", ".leaf > svg", ".dial", ".said"]
    for part in drawn:
        (box,) = opening[part]
        boxes.append(box)
    tops = [box["y"] for box in boxes]
    assert tops == sorted(tops)
    assert opening["words"] <= height
    for box in boxes:
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
    # A finger or the mouse reaches the slider and the start.
    for part in ("input",) if name in FLIPBOOKS else ("input", ".start .ring"):
        (box,) = opening[part]
        assert 0 <= box["y"] <= height - box["height"]
        assert 0 <= box["x"] <= width - box["width"]
