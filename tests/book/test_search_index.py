"""What the search finds, and what it shows of it."""

from __future__ import annotations

import json

import pytest
from docutils import nodes, utils
from sphinx import addnodes

from chapters._site import search


def page() -> nodes.document:
    """Return a page with two sections, formulas, code, and an entry of a glossary."""
    tree = utils.new_document("page")
    top = nodes.section(ids=["adam"])
    top += nodes.title("", "Adam")
    top += nodes.paragraph("", "", nodes.Text("The step is "), nodes.math("", r"\eta \hat m_t"))
    top += nodes.container("", nodes.literal_block("", "import secret"), classes=["cell_input"])
    inner = nodes.section(ids=["bias"])
    inner += nodes.title("", "Bias")
    inner += nodes.paragraph("", "Averages start at zero.")
    without_title = nodes.section(ids=["proof-content"])
    without_title += nodes.paragraph("", "Sum the weights.")
    inner += without_title
    top += inner
    tree += top
    term = nodes.term("", "half-life", ids=["term-half-life"])
    meaning = nodes.definition("", nodes.paragraph("", "Steps to one half."))
    tree += nodes.definition_list("", nodes.definition_list_item("", term, meaning))
    return tree


def test_each_section_is_found_with_its_own_text():
    top, inner, entry = search.entries("chapters/adam", page())
    assert top == {
        "url": "chapters/adam.html",
        "page": "Adam",
        "title": "",
        "text": "The step is η m_t",
    }
    assert inner["url"] == "chapters/adam.html#bias"
    assert (inner["page"], inner["title"]) == ("Adam", "Bias")
    assert inner["text"] == "Averages start at zero. Sum the weights."
    assert entry["url"] == "chapters/adam.html#term-half-life"
    assert (entry["title"], entry["text"]) == ("half-life", "Steps to one half.")


def test_a_name_of_the_package_is_found_with_what_is_said_of_it():
    tree = page()
    method = addnodes.desc("", domain="py")
    method += addnodes.desc_signature("", "step(g)", ids=["adaptive.Adam.step"])
    method += addnodes.desc_content("", nodes.paragraph("", "Make one step."))
    kind = addnodes.desc("", domain="py")
    kind += addnodes.desc_signature("", "Adam(lr)", ids=["adaptive.Adam"])
    said = nodes.paragraph("", "Two moments."), nodes.doctest_block("", ">>> Adam()")
    said = *said, nodes.paragraph("", "And more of them.")
    kind += addnodes.desc_content("", *said, method)
    tree[0] += kind
    found = {entry["title"]: entry for entry in search.entries("chapters/api/rules", tree)}
    assert found["adaptive.Adam"]["url"] == "chapters/api/rules.html#adaptive.Adam"
    assert found["adaptive.Adam"]["text"] == "Two moments."
    assert found["adaptive.Adam.step"]["text"] == "Make one step."
    # And not twice, with the section that it stands in.
    assert "moments" not in found[""]["text"]


def test_what_is_folded_is_not_found():
    tree = page()
    tree[0] += nodes.admonition("", nodes.paragraph("", "telescopes"), classes=["dropdown"])
    assert "telescopes" not in search_text(tree)
    tree[0] += nodes.admonition("", nodes.paragraph("", "telescopes"))
    assert "telescopes" in search_text(tree)


def search_text(tree):
    return " ".join(entry["text"] for entry in search.entries("chapters/adam", tree))


def test_a_table_that_quotes_the_chapters_is_not_found_in_their_place():
    tree = page()
    tree[0] += nodes.container("", nodes.paragraph("", "quoted"), classes=["checked"])
    found = list(search.entries("chapters/checked", tree))
    assert found
    assert "quoted" not in str(found)


def test_a_page_without_a_title_has_nothing_to_be_found():
    assert list(search.entries("page", utils.new_document("page"))) == []


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\gamma = 0.9", "γ = 0.9"),
        (r"1/(1-\beta_2)", "1/(1-β_2)"),
        (r"\frac{\eta}{2}", "η2"),
        (r"\mathcal{E}_t", "E_t"),
    ],
)
def test_a_formula_as_a_reader_would_type_it(tex, expected):
    assert search.plain(tex) == expected


def test_the_index_of_the_book_has_every_chapter_and_no_tex(book):
    text = (book / "_static" / search.INDEX).read_text(encoding="utf-8")
    entries = json.loads(text.removeprefix("globalThis.bookIndex = ").removesuffix(";\n"))
    urls = [entry["url"] for entry in entries]
    assert len(set(urls)) == len(urls)
    for path in (book / "chapters").glob("*.html"):
        assert f"chapters/{path.name}" in urls
    assert not [entry["url"] for entry in entries if "\\" in entry["text"]]
    assert all((book / url.partition("#")[0]).is_file() for url in urls)
