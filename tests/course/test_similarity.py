"""Pairs of submissions whose code is alike: what counts, and what does not."""

from __future__ import annotations

from pathlib import Path

import axe_playwright_python
import nbformat
import pytest
from bs4 import BeautifulSoup

from adaptive.course.__main__ import main
from adaptive.course.instructor.similarity import pairs, usual
from tests.conftest import Visit
from tests.course.hostile import Book
from tests.course.pretend import Class

TUNE = """\
def tune(rates, gammas):
    table = {}
    for rate in rates:
        for gamma in gammas:
            table[rate, gamma] = final_loss(descend(Momentum(rate, gamma), problem))
    return min(table, key=table.get)
"""
#: The same with other names, comments and blanks.
RENAMED = """\
# My own idea.
def best(etas, gs):
    found = {}

    for eta in etas:  # all of them
        for g in gs:
            found[eta, g] = last(descend(Momentum(eta, g), task))
    return min(found, key=found.get)
"""
OTHER = """\
def tune(rates):
    losses = [final_loss(descend(SGD(rate), problem, steps=200)) for rate in rates]
    return rates[int(np.argmin(losses))], losses
"""


def _text(cells) -> str:
    return "".join(piece for cell in cells for shared, piece in cell if shared)


def test_other_names_comments_and_blanks_do_not_hide_a_passage():
    [pair] = pairs({"anna": [TUNE], "ben": [RENAMED], "cy": [OTHER]}, [])
    assert pair.students == ("anna", "ben")
    assert pair.shares == (1, 1)
    assert pair.signs > 60
    # Both texts are there as they were written, and what is shared is marked in each.
    assert ["".join(piece for _, piece in cell) for cell in pair.texts[1]] == [RENAMED]
    assert "found[eta, g] = last(descend(Momentum(eta, g), task))" in _text(pair.texts[1])
    assert "table[rate, gamma] = final_loss(" in _text(pair.texts[0])


def test_the_template_does_not_count_as_often_as_it_occurs():
    codes = {"anna": [TUNE, TUNE], "ben": [RENAMED, RENAMED + RENAMED]}
    assert pairs(codes, [TUNE]) == []


def test_what_many_share_does_not_count():
    codes = {name: [TUNE] for name in "abcd"}
    assert len(pairs(codes, [], common=4)) == 6
    assert pairs(codes, [], common=3) == []
    assert (usual(2), usual(12), usual(40), usual(43)) == (3, 3, 10, 10)


def test_those_who_share_most_come_first():
    half = TUNE.partition("            table")[0]
    found = pairs({"a": [TUNE], "b": [half], "c": [RENAMED]}, [])
    assert [pair.students for pair in found] == [("a", "c"), ("a", "b"), ("b", "c")]
    assert found[1].shares[0] < found[1].shares[1] == 1


def test_no_passage_goes_from_one_cell_into_the_next():
    # Each is too short, and many write it; together they would be long enough.
    short = ["return theta - v, v", "rate = 2 / (1 + 20)"]
    assert len("".join(short).replace(" ", "")) > 25
    assert pairs({"a": short, "b": short}, []) == []
    # Nor is what stands between them marked.
    [pair] = pairs({"a": [TUNE, "# a comment\nx = 1"], "b": [TUNE]}, [])
    assert [len(cell) for cell in pair.texts[0]] == [1]


@pytest.mark.parametrize(
    "source", ["", "%matplotlib inline\n!ls", "'''never closed", "class A(B):\n  pass", "\x00é∂θ"]
)
def test_whatever_a_cell_holds_it_is_compared(source):
    for pair in pairs({"a": [source, TUNE, source], "b": [source, RENAMED]}, [source]):
        assert pair.students == ("a", "b")
        for cell in pair.texts[0]:
            assert "".join(piece for _, piece in cell) in (source, TUNE)


@pytest.fixture
def room(tmp_path, monkeypatch, own_settings):
    room = Class(tmp_path, monkeypatch)
    released = nbformat.read(room.course.released("ravine"), as_version=4)
    for name, source in [("anna", TUNE), ("ben", f"{RENAMED}# </pre><script>x()</script>\n")]:
        notebook = Book(released).own(source).bytes()
        (room.handed_in / f"{name}.ipynb").write_bytes(notebook)
    (room.handed_in / "dora.ipynb").write_text("no notebook", encoding="utf-8")
    room.after = 9
    return room


def _page(room, *arguments: str) -> Path:
    assert main(["similarity", "ravine", f"--course={room.course.root}", *arguments]) == 0
    return room.course.root / "similarity-ravine.html"


def test_the_page_shows_both_texts(room, capsys):
    assert main(["similarity", "ravine", f"--course={room.course.root}"]) == 2
    assert "there are not two submissions of ravine" in capsys.readouterr().err
    room.grade()
    text = BeautifulSoup(_page(room, "--common=2").read_text(encoding="utf-8"), "html.parser")
    words = " ".join(text.main.get_text().split())
    assert "3 submissions, compared in pairs." in words
    assert [row.th.get_text() for row in text.select("tbody tr")] == ["anna and ben"]
    assert [side.h3.get_text() for side in text.select(".sides > div")] == ["anna", "ben"]
    texts = [side.pre.get_text() for side in text.select(".sides > div")]
    assert texts == [TUNE.strip(), f"{RENAMED}# </pre><script>x()</script>"]
    assert text.find("script") is None
    for word in ("plagiar", "cheat", "suspic", "fraud"):
        assert word not in words.lower()
    text = BeautifulSoup(_page(room, "--common=1").read_text(encoding="utf-8"), "html.parser")
    assert "No two submissions share such a passage." in text.main.get_text()


def test_what_a_paper_of_one_s_own_hands_out_does_not_count(room):
    room.grade()
    paper = room.course.root / "variants" / "ravine" / "anna" / "ravine.ipynb"
    paper.parent.mkdir(parents=True)
    released = nbformat.read(room.course.released("ravine"), as_version=4)
    paper.write_bytes(Book(released).own(TUNE).bytes())
    text = BeautifulSoup(_page(room).read_text(encoding="utf-8"), "html.parser")
    assert "No two submissions share such a passage." in text.main.get_text()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_is_accessible_and_asks_for_nothing(room, reader, width, scheme):
    room.grade()
    visit = Visit(
        reader(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    )
    page = visit.open(_page(room))
    visit.assert_clean()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    assert page.evaluate("axe.run().then(found => found.violations)") == []
