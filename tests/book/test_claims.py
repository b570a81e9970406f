"""Each sentence of the book that claims something is held by a cell, a test or a source."""

from __future__ import annotations

import pytest

from tests.book import claims
from tests.book.checked import sources
from tests.book.claims import CLAIMS, faults, flags, masked, sentences, table, uncovered


@pytest.mark.parametrize("page", sorted(sources()))
def test_every_claim_of_the_page_is_held(page):
    assert not [" ".join(sentence.text.split()) for sentence in uncovered(page)]
    assert not list(faults(page))


def test_each_list_belongs_to_a_page():
    assert {path.stem for path in CLAIMS.glob("*.toml")} <= set(sources())


def test_a_list_that_nobody_reads_cannot_hide():
    """The pages with the most to claim have lists, and their sentences are found."""
    assert sum(len(claims.claims(page)) for page in sources()) > 400
    assert sum(bool(s.flags) for page in sources() for s in sentences(page)) > 400


# ------------------------------------------------------------------ what is found


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("It needs 33 steps.", ["needs", "33"]),
        ("Whatever the rate is, it never stops.", ["Whatever", "never"]),
        ("With η = 0.1 it converges.", []),
        ("The loss falls by 24 % and is nine times as large.", ["nine times", "24 %"]),
        ("The factor 1 − 20η exceeds 1/(1 − γ).", []),
        ("Published in 1964, it came back twofold.", ["twofold"]),
        ("The manifold unfolds; half-way it folds.", []),
        ("The rest is 10⁻³ and 82,600.", ["10⁻³", "82,600"]),
        ("- three", []),
        ("1. First.", []),
        ("Runs at float32 take θ[0] as it is.", []),
        ("No difference cannot be told apart.", ["No difference", "cannot"]),
    ],
)
def test_words_and_numbers_are_found(sentence, found):
    assert sorted(flags(masked(sentence))) == sorted(found)


@pytest.mark.parametrize(
    "word",
    [
        *("every", "always", "never", "only", "exactly", "whatever", "any", "needs", "best"),
        *("cannot", "superior", "no difference", "all", "none", "because", "twice", "thrice"),
        *("half of", "per cent", "fourfold", "ten-fold", "hundred times"),
    ],
)
def test_each_word_is_found_however_it_is_written(word):
    assert list(flags(f"This is {word} so.")) == [word]
    assert list(flags(f"{word.capitalize()} so.")) == [word.capitalize()]
    assert not list(flags(f"This is x{word}x so."))


@pytest.mark.parametrize(
    "text",
    [
        "```{prf:theorem} Always\n:label: thm-x\n\nIt never needs 3.\n```\n",
        "```{hint}\n:class: dropdown\nAlways 7.\n```\n",
        "$$\n1 + 1 = 2\n$$ (eq-two)\n",
        "Here $1 + x = 2$ and `[0, 1]` and [a link](page-12.md) and {glue:text}`steps_10`.",
    ],
)
def test_mathematics_code_and_statements_are_no_prose(text):
    assert not list(flags(masked(text)))


@pytest.mark.parametrize("number", ["$3.2$", r"$10^{-3}$", r"$2 \cdot 10^{5}$"])
def test_a_formula_that_is_only_a_number_is_a_number(number):
    assert list(flags(masked(f"The loss is {number}.")))


@pytest.mark.parametrize("block", ["{prf:theorem} T", "{exercise} T", "python", ""])
def test_prose_around_a_block_is_prose(block):
    text = f"Or 4.\n\n```{block}\n\nText 1.\n```\n\nAnd 5 more.\n\n```{block}\nx 3\n```\n6 too."
    assert list(flags(masked(text))) == ["4", "5", "6"]


def test_prose_in_a_block_is_prose_and_what_is_nested_in_it_is_not():
    text = (
        "````{solution} ex\n:class: dropdown-3\n\nAbout 7.\n\n```{hint}\n8\n```\n9.\n````\n10.\n"
        ":::{admonition} Twelve 11\nHere 12.\n\n```python\n13\n```\n:::\n14.\n"
    )
    assert list(flags(masked(text))) == ["7", "9", "10", "12", "14"]


# ------------------------------------------------------------------ what covers it


@pytest.fixture
def page(monkeypatch, tmp_path):
    """A page of two claims; what is written into its list counts."""
    text = "It is *twice*\nas fast, see {cite:p}`polyak1964methods`. The rest needs 12 steps.\n"
    monkeypatch.setattr(claims, "sources", lambda: {"momentum": text})
    monkeypatch.setattr(claims, "CLAIMS", tmp_path)

    def write(*entries):
        lines = [f"[[claim]]\nsays = {says!r}\nby = {by!r}\n" for says, by in entries]
        (tmp_path / "momentum.toml").write_text("\n".join(lines), encoding="utf-8")
        claims.claims.cache_clear()
        sentences.cache_clear()
        return [s.text for s in uncovered("momentum")], list(faults("momentum"))

    yield write
    claims.claims.cache_clear()
    sentences.cache_clear()


GOOD = ["cite: polyak1964methods"]


def test_a_claim_covers_the_sentences_that_it_touches(page):
    assert page()[0] == [
        "It is *twice*\nas fast, see {cite:p}`polyak1964methods`.",
        "The rest needs 12 steps.",
    ]
    assert page(("It is *twice* as fast", GOOD)) == (["The rest needs 12 steps."], [])
    assert page(("as fast, see {cite:p}`polyak1964methods`. The rest", GOOD)) == ([], [])


@pytest.mark.parametrize(
    ("says", "by", "fault"),
    [
        ("It is three times", GOOD, "stands 0 times"),
        ("e", GOOD, "stands 10 times"),
        ("The rest", [], "has no holder"),
        ("The rest", ["hope: it is so"], "'hope' is none of"),
        ("The rest", ["assert: 1 == 2 + 17"], "no cell has assert"),
        ("The rest", ["assert: "], "no cell has assert"),
        ("The rest", ["assert: import numpy as np"], "no cell has assert"),
        ("The rest", ["shown: "], "no cell has shown"),
        ("The rest", ["shown: import numpy as np"], "no cell has shown"),
        ("The rest", ["test: conftest.py::book"], "there is no test"),
        ("The rest", ["label: momentum"], "no checked statement"),
        ("The rest", ["cite: polyak1964"], "does not cite"),
        ("The rest", ["chapter: sgd: 1 == 2 + 17"], "no cell has shown"),
        ("The rest", ["chapter: nothing: median.argmin() == 6"], "no cell has shown"),
        ("The rest", ["chapter: median.argmin() == 6"], "no cell has shown"),
        ("The rest", ["shown: 123456789.5"], "no cell has shown"),
        ("The rest", ["test: rules/test_momentum.py::test_nothing"], "there is no test"),
        ("The rest", ["test: rules/test_nothing.py::test_nothing"], "there is no test"),
        ("The rest", ["label: thm-nothing"], "no checked statement"),
        ("The rest", ["cite: goh2017momentum"], "does not cite"),
        ("The rest", ["proof: clear"], "is no reason"),
        ("The rest", ["wording: "], "is no reason"),
    ],
)
def test_what_holds_nothing_is_named(page, says, by, fault):
    [found] = page((says, by))[1]
    assert fault in found


@pytest.mark.parametrize(
    "by",
    [
        "assert: assert settled[20] < plain[20] < needed[20]",
        "chapter: sgd: assert median.argmin() == 6",
        "chapter: momentum: steps to come 1000 times closer",
        "shown: steps to come 1000 times closer",
        "test: rules/test_momentum_theory.py::test_stationary_variance",
        "label: thm-momentum-region",
        "label: eq-momentum-variance",
        "proof: 1 + 1 = 2, as one sees by counting",
    ],
)
def test_what_is_there_holds(page, by):
    assert not page(("The rest needs", [by]))[1]


def test_the_table_shows_what_claims_something(page):
    by = ["wording: it is a part of this test", "chapter: sgd: median.argmin() == 6"]
    page(("It is *twice* as fast", GOOD), ("The rest", by), ("The rest needs", by[:1]))
    assert table("momentum").splitlines()[2:] == [
        "| It is twice as fast | {cite:t}`polyak1964methods` |",
        "| The rest | a cell of {doc}`sgd` has it: `median.argmin() == 6` |",
    ]
