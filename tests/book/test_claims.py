"""Each sentence of the book that claims something is held by a cell, a test or a source."""

from __future__ import annotations

import nbformat
import pytest

from tests.book import claims
from tests.book.checked import sources
from tests.book.claims import CLAIMS, faults, flags, masked, sentences, table, texts, uncovered


@pytest.mark.parametrize("page", sorted(texts()))
def test_every_claim_of_the_page_is_held(page):
    assert not [" ".join(sentence.text.split()) for sentence in uncovered(page)]
    assert not list(faults(page))


def test_each_list_belongs_to_a_page():
    assert {path.stem for path in CLAIMS.glob("*.toml")} <= set(texts())


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
        ("### 2. Second", []),
        ("Runs at float32 take θ[0] as it is.", []),
        ("No difference cannot be told apart.", ["No difference", "cannot"]),
        ("It falls from −3 to -0.5 (12 in all) and 1e-17.", ["-0.5", "12", "1e-17", "all", "−3"]),
        ("The point (3, ½) and x − 1 and θ[0].", ["3"]),
    ],
)
def test_words_and_numbers_are_found(sentence, found):
    assert sorted(flags(masked(sentence))) == sorted(found)


@pytest.mark.parametrize(
    "word",
    [
        *("every", "always", "never", "only", "exactly", "whatever", "any", "needs", "best"),
        *("cannot", "superior", "no difference", "all", "none", "because", "twice", "thrice"),
        *("since", "therefore", "hence"),
        *("half of", "per cent", "fourfold", "ten-fold", "hundred times"),
    ],
)
def test_each_word_is_found_however_it_is_written(word):
    assert list(flags(f"This is {word} so.")) == [word]
    assert list(flags(f"{word.capitalize()} so.")) == [word.capitalize()]
    assert not list(flags(f"This is x{word}x so."))


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Adam is faster than SGD.", ["faster than"]),
        ("It takes less time on average than SGD.", ["less time on average than"]),
        ("Its steps are as long as η, as far as we know.", []),
        ("It takes six of them, times as long as SGD.", ["times as long as"]),
        ("It is as large as λ.", ["as large as"]),
        ("Is Adam faster than SGD?", []),
        ("### Adam generalizes worse than SGD", []),
        ("Take it rather than SGD, in other words than these.", []),
        ("It is larger. Than what?", []),
    ],
)
def test_comparisons_are_found_and_questions_are_not(sentence, found):
    assert list(flags(masked(sentence))) == found


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
    monkeypatch.setattr(claims, "texts", lambda: {"momentum": text})
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


def test_what_is_said_of_a_figure_is_read_where_the_figure_is(monkeypatch, tmp_path):
    of_cell = {"figure": {"caption": "Up to 7.", "name": "fig"}, "image": {"alt": "From 8 on."}}
    code = "flipbook(draw, alt='Ends ' 'at 9.', label='10')\nplot(alt=words)\nassert 11 == 11"
    cells = [
        nbformat.v4.new_markdown_cell("Before 6."),
        nbformat.v4.new_code_cell("plt.show()  # 12", metadata={"mystnb": of_cell}),
        nbformat.v4.new_code_cell(code),
        nbformat.v4.new_markdown_cell("After 13."),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "page.ipynb")
    monkeypatch.setattr(claims, "CHAPTERS", tmp_path)
    assert texts.__wrapped__()["page"] == (
        "Before 6.\n\nUp to 7.\n\nFrom 8 on.\n\nEnds at 9.\n\nAfter 13."
    )


def test_captions_and_descriptions_of_the_book_are_read():
    assert "fed with gradients that agree" in texts()["momentum"], "a caption"
    assert "levels off at 10" in texts()["momentum"], "a description"
    assert "the unit circle in the complex plane" in texts()["momentum"], "of a flipbook"


def test_a_claim_covers_the_sentences_that_it_touches(page):
    assert page()[0] == [
        "It is *twice*\nas fast, see {cite:p}`polyak1964methods`.",
        "The rest needs 12 steps.",
    ]
    assert page(("It is *twice* as fast", GOOD)) == (["The rest needs 12 steps."], [])
    assert page(("as fast, see {cite:p}`polyak1964methods`. The rest", GOOD)) == ([], [])
    assert page(("It is … The rest", GOOD)) == ([], [])
    assert page(("It is … nothing", GOOD))[1] == ["'It is … nothing' stands 0 times on the page"]


def test_what_is_left_out_lies_within_a_paragraph(monkeypatch):
    monkeypatch.setattr(claims, "texts", lambda: {"page": "One is. Two is.\n\nThree is."})
    assert claims.places("page", "One … Two") == [(0, 11)]
    assert not claims.places("page", "Two … Three")


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
        ("The rest", ["code: import nothing"], "no cell has code"),
        ("The rest", ["code: "], "no cell has code"),
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
        "code: ravine = Ravine(condition=20) zigzag = descend(",
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
