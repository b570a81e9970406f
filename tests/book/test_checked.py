"""Each labelled equation and theorem of the book names a test that checks it."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from tests.book import checked
from tests.book.checked import checks, in_file, listed, statements
from tests.book.equations import PARTS
from tests.book.formulas import CLAIMS
from tests.book.notebooks import pages

NAMED = sorted({test for label in listed() for test in checks(label)})


@pytest.mark.parametrize("page", sorted({statement.page for statement in statements()}))
def test_every_statement_is_checked(page):
    here = [statement for statement in statements() if statement.page == page]
    assert not [s for s in here if not s.label], "a theorem needs a label"
    assert not [s.label for s in here if not checks(s.label)]


def test_there_is_something_to_check():
    kinds = Counter(statement.kind for statement in statements())
    assert kinds["equation"] >= 120
    assert kinds["theorem"] >= 35
    labels = Counter(statement.label for statement in statements())
    assert max(labels.values()) == 1


def test_no_entry_is_left_over():
    labels = {statement.label for statement in statements()}
    reading = {*PARTS, *(claim.label for claim in CLAIMS)}
    assert not (set(listed()) | reading) - labels


def test_entries_stand_under_their_chapters():
    page_of = {statement.label: statement.page for statement in statements()}
    chapters = checked.tomllib.loads(checked.TABLE.read_text(encoding="utf-8"))
    for chapter, entries in chapters.items():
        assert {page_of[label] for label in entries} == {chapter}


@pytest.mark.parametrize("test", NAMED)
def test_named_test_is_there(test):
    file, _, name = test.partition("::")
    assert name in in_file(file)


def test_what_no_test_names_is_not_checked():
    assert checks("eq-of-nothing") == []
    assert checks("eq-momentum") == [checked.RULE]
    assert checks("thm-momentum-region") == listed()["thm-momentum-region"] != []


def test_helpers_of_a_file_are_no_tests():
    found = in_file("book/test_equations.py")
    assert "test_code_prints_its_equation" in found
    assert not {"printed", "largest_difference", "MISTAKES"} & set(found)
    told = "What is printed from the code and what the chapter prints are one rule, line by line."
    assert found["test_code_prints_its_equation"] == told


def test_tests_that_read_equations_are_those_that_do():
    """What the page finds in their text is what they have."""
    reading = checked._reading()
    by = {test: {label for label in reading if reading[label] == test} for test in reading.values()}
    assert by[checked.PART] == set(PARTS)
    assert by[checked.FORMULA] == {claim.label for claim in CLAIMS}


def test_the_page_has_a_table_for_each_chapter():
    text = checked.sources()["checked"]
    shown = re.findall(r"^`{3}\{checked\} (\w+)$", text, re.M)
    # A page of the reference may have the name of a chapter.
    order = [page.rpartition("/")[2] for page in pages() if "/api/" not in page]
    with_statements = {statement.page for statement in statements()}
    assert shown == [page for page in order if page in with_statements]


def test_theorems_are_found_however_they_are_written(monkeypatch):
    text = (
        "```{prf:theorem} One\n:label: thm-one\n\nText.\n```\n\n"
        ":::{prf:lemma}\n:class: x\n:label: lem-two\n$$ a = b $$ (eq-three)\n:::\n\n"
        "````{prf:corollary} Without\n````\n```{prf:proof}\n```\n$$\nc\n$$ (eq-four)\n"
    )
    monkeypatch.setattr(checked, "sources", lambda: {"page": text})
    found = [(s.kind, s.label) for s in statements.__wrapped__()]
    assert found == [
        ("theorem", "thm-one"),
        ("lemma", "lem-two"),
        ("equation", "eq-three"),
        ("corollary", ""),
        ("equation", "eq-four"),
    ]
