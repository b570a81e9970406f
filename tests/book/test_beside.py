"""A picture gets the text after it for a neighbour, up to the next cell or heading."""

from __future__ import annotations

import pytest
from docutils import nodes, utils

from chapters._site import beside


def cell(name: str, *tags: str) -> nodes.container:
    """Return a cell as myst-nb makes it."""
    classes = ["cell", *(f"tag_{tag}" for tag in tags)]
    return nodes.container("", nodes.paragraph("", name), classes=classes)


def text(said: str) -> nodes.paragraph:
    return nodes.paragraph("", said)


def section(*children: nodes.Node) -> nodes.section:
    return nodes.section("", *children)


def arranged(*children: nodes.Node, format: str = "html") -> nodes.section:
    """Return a section as the page has it."""
    tree = utils.new_document("page")
    tree += section(*children)
    app = type("App", (), {"builder": type("Builder", (), {"format": format})})
    beside._set_beside(app, tree, "page")
    return tree[0]


def outline(node: nodes.Element) -> list[object]:
    """Return what stands in a node: texts, and lists for what has children of its own."""
    return [
        each.astext() if isinstance(each, nodes.paragraph) else [*each["classes"], *outline(each)]
        for each in node.children
    ]


PICTURE = ["cell", "tag_beside", "picture"]


@pytest.mark.parametrize(
    ("after", "rest"),
    [
        ([], []),
        ([cell("next")], [["cell", "next"]]),
        ([section(text("below"))], [["below"]]),
        ([cell("next"), text("third")], [["cell", "next"], "third"]),
    ],
    ids=["end", "cell", "heading", "cell and text"],
)
def test_the_text_up_to_a_cell_or_heading_stands_beside(after, rest):
    found = arranged(text("before"), cell("picture", "beside"), text("one"), text("two"), *after)
    block = ["beside", PICTURE, ["beside-words", "one", "two"]]
    assert outline(found) == ["before", block, *rest]


def test_two_pictures_have_a_text_each():
    found = arranged(cell("picture", "beside"), text("one"), cell("picture", "beside"), text("two"))
    assert outline(found) == [
        ["beside", PICTURE, ["beside-words", said]] for said in ("one", "two")
    ]


def test_other_cells_stay_where_they_are():
    children = [cell("picture", "remove-input"), text("one")]
    assert outline(arranged(*children)) == [["cell", "tag_remove-input", "picture"], "one"]


def test_a_printed_book_has_one_column():
    found = arranged(cell("picture", "beside"), text("one"), format="latex")
    assert outline(found) == [PICTURE, "one"]
