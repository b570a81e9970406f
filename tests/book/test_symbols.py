"""Which letters of the text are symbols."""

from __future__ import annotations

import pytest
from docutils import nodes, utils

from chapters._site import symbols


def marked(text: str) -> list[str]:
    return [part for is_symbol, part in symbols.split(text) if is_symbol]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("the velocity v, and after step t it is −v.", ["v", "t", "v"]),
        ("a gradient of k steps ago", ["k"]),
        ("with a = 100 and c\u00a0=\u00a01", ["a", "c"]),
        ("from m\u0302 to v\u0302", ["m\u0302", "v\u0302"]),
        ("the largest x₁ and x₀², B/b, ηL, 1/√t", ["x", "x", "B", "b", "L", "t"]),
        ("exact, and like (log T)/√T", ["T", "T"]),
        ("(t is the step)", ["t"]),
        ("3 + 2k numbers", ["k"]),
    ],
)
def test_a_letter_that_stands_for_a_quantity_is_a_symbol(text, expected):
    assert marked(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "I saw a ball. A ball is what I saw",
        "B. T. Polyak's ball, as T. Dozat says",
        "e.g. this, i.e. that; it's, don’t; x-axis; U-turn",
        "(a) the first, (b) the second",
        "in 3 s, with 8\u00a0B each, at 1e-3 and 7B",
        "naïve Bézier Ŵ",
    ],
)
def test_what_is_a_word_or_part_of_one_is_not(text):
    assert marked(text) == []


def test_nothing_is_lost_and_code_stays_as_it_is():
    tree = utils.new_document("page")
    paragraph = nodes.paragraph("", "", nodes.Text("v is "), nodes.literal("v", "v"))
    tree += [nodes.title("", "On v"), paragraph, nodes.literal_block("v", "v = 1")]
    before = tree.astext()
    symbols._mark(type("App", (), {"builder": type("B", (), {"format": "html"})}), tree, "page")
    assert tree.astext() == before
    assert [each.parent for each in tree.findall(nodes.inline)] == [paragraph]


def test_a_relation_stays_on_one_line():
    assert symbols.together("where D = 1 and γ < 2") == "where D\u00a0=\u00a01 and γ\u00a0<\u00a02"
    assert symbols.together("η = ") == "η\u00a0=\u00a0"
    assert symbols.together("a <b> c") == "a <b> c"
