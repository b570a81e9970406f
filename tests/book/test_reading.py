"""How long a page takes, and what of it is folded for a second reading."""

from __future__ import annotations

import pytest
from docutils import nodes, utils

from chapters._site import reading


def section(title: str, *children: nodes.Node) -> nodes.section:
    made = nodes.section(ids=[title.lower()])
    made += [nodes.title("", title), *children]
    return made


def words(count: int) -> nodes.paragraph:
    text = " ".join(["word"] * count)
    return nodes.paragraph("", "", nodes.Text(text))


def mark() -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.emphasis("", reading.MARK))


def page(*children: nodes.Node) -> nodes.document:
    tree = utils.new_document("page")
    tree += list(children)
    reading._read(type("App", (), {"builder": type("B", (), {"format": "html"})}), tree, "page")
    return tree


def test_what_follows_a_mark_is_folded_under_its_heading():
    tree = page(section("One", words(1)), section("Two", mark(), words(400), section("Three")))
    one, two = (each for each in tree.children)
    assert "details" not in str(one)
    assert [type(each).__name__ for each in two.children] == [
        "title", "raw", "paragraph", "section", "raw",
    ]  # fmt: skip
    begin, end = two.children[1].astext(), two.children[-1].astext()
    assert begin == ('<details class="later"><summary>For a second reading, 2 minutes</summary>')
    assert end == "</details>"


@pytest.mark.parametrize(
    "first",
    [words(3), nodes.paragraph("", "For a second reading. And more.")],
    ids=["other", "more"],
)
def test_only_the_mark_alone_and_first_folds(first):
    tree = page(section("One", first, mark()))
    assert not list(tree.findall(nodes.raw))


def test_a_mark_in_a_section_within_does_not_fold_what_is_around():
    tree = page(section("One", section("Two", mark(), words(5))))
    assert [type(each).__name__ for each in tree.children[0].children] == ["title", "section"]


def test_minutes_are_those_of_words_formulas_figures_and_open_code():
    figure = nodes.container("", nodes.image(uri="a.svg"))
    live = nodes.raw("", '<div data-explorer="x"></div>', format="html")
    code = nodes.literal_block("", "a = 1\nb = 2")
    hidden = nodes.literal_block("", "c = 3", classes=["folded"])
    answer = nodes.container("", words(1000), classes=["solution"])
    formula = nodes.math_block("", r"x = \frac{1}{2}")
    core, later = reading.minutes(
        section("One", words(199), formula, figure, live, code, hidden, answer)
    )
    assert core == pytest.approx(1 + 1 / 4 + 2 / 2 + 2 / 20)
    assert later == 0


def test_references_are_not_read_through():
    listed = section("References", words(400))
    listed["names"] = ["references"]
    assert reading.minutes(section("One", words(199), listed))[0] == pytest.approx(1)


@pytest.mark.parametrize("kind", ["dropdown", "toggle", "tag_hide-output"])
def test_what_is_folded_counts_as_later(kind):
    dropdown = nodes.container("", words(200), classes=[kind])
    tree = page(section("One", words(199), dropdown), section("Two", mark(), words(400)))
    core, later = tree["minutes"]
    assert core == pytest.approx(1)
    assert later == pytest.approx(1 + (1 + 4 + 400) / 200)


def test_other_builders_leave_the_page_alone():
    tree = utils.new_document("page")
    tree += section("One", mark())
    reading._read(type("App", (), {"builder": type("B", (), {"format": "latex"})}), tree, "page")
    assert not list(tree.findall(nodes.raw))
