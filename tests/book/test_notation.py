"""One letter, one meaning: the page "Notation" is the contract that the pages keep."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter

import pytest

from tests.book.checked import CHAPTERS, sources

ROOT = CHAPTERS.parent
GREEK = {
    letter: unicodedata.name(letter).rpartition(" ")[2].lower() for letter in "αβγδεζηθκμνξπρστφχψω"
} | {"λ": "lambda", "Δ": "Delta", "Θ": "Theta"}
#: Indices, the number π, Euler's number, and the signs of a derivative and of an identity matrix.
EVERYWHERE = {"i", "j", "k", r"\pi", "e", "I", r"\Delta"}
MATHS = re.compile(r"\$\$(.*?)\$\$|(?<![\\$])\$([^$]+?)\$", re.DOTALL)
NO_LETTERS = re.compile(
    r"\\(?:begin|end|operatorname|text|mathrm|mathbf)\*?\{[^{}]*\}|\\mathrm\s*\w|\\mathrm\b"
)
LETTER = re.compile(
    r"\\mathcal *\{?[A-Z]\}?|\\(?:var)?(?:" + "|".join(GREEK.values()) + r")(?![a-z])"
    r"|(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])"
)


def _letters(formula: str) -> set[str]:
    """The letters of a formula; ϕ is φ, ϵ is ε, and brackets around a letter say nothing."""
    found = LETTER.findall(NO_LETTERS.sub(" ", formula))
    return {re.sub(r"\\var|[{} ]", lambda m: "\\" if m[0] == r"\var" else "", x) for x in found}


def used(text: str) -> set[str]:
    """The letters in the formulas of a page, without code."""
    text = re.sub(r"^(`{3,})\w+\n.*?^\1", "", text, flags=re.MULTILINE | re.DOTALL)
    return set().union(*(_letters(m[1] or m[2]) for m in MATHS.finditer(text)))


def _tables() -> list[list[list[str]]]:
    """The first two tables of the page: all chapters' letters, and those of one chapter."""
    text = sources()["notation"].partition("## Conventions")[0]
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [
        [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in table.splitlines()]
        for table in tables
    ]


def _named(cell: str) -> set[str]:
    """The letters of a first column, in formulas or in the text."""
    plain = MATHS.sub(" ", cell)
    written = {"\\" + GREEK[c] if c in GREEK else c for c in plain if c.isalpha()}
    return used(cell) | {c for c in written if len(c) > 1 or c.isascii()}


SHARED = set().union(*(_named(row[0]) for row in _tables()[0][2:]))


def _local(page: str) -> set[str]:
    rows = [row for row in _tables()[1][2:] if re.search(rf"\({page}\.(?:ipynb|md)\)", row[2])]
    return set().union(*(_named(row[0]) for row in rows))


@pytest.mark.parametrize("page", sorted(set(sources()) - {"notation"}))
def test_letters_of_a_page_are_on_the_page_of_notation(page):
    assert not used(sources()[page]) - SHARED - _local(page) - EVERYWHERE


def test_what_is_declared_for_a_page_is_used_there():
    for row in _tables()[1][2:]:
        for page in re.findall(r"\((\w+)\.(?:ipynb|md)\)", row[2]):
            assert _named(row[0]) & used(sources()[page]), (row[0], page)


#: Indices that say which of several is meant.
INDICES = {"t", "i", "k"}
#: Letters of one page that have another meaning in the rest of the book; the page has no use for
#: that one. No page may be added for want of a letter: take a free one. What the field writes so
#: wherever it is written may stand: a singular value decomposition, a paper's c_t or ρ_t.
AGAIN = {
    ("nag", "y"),
    ("adadelta", "A"),
    ("adam", r"\mu"),
    ("adam", "u"),
    ("adam", "A"),
    ("adamax", "A"),
    ("adamax", "n"),
    ("nadam", "A"),
    ("adamw", r"\lambda"),
    ("adamw", r"\theta"),
    ("adamw", "u"),
    ("lion", r"\lambda"),
    ("lion", r"\theta"),
    ("lion", "c"),
    ("schedulefree", "u"),
    ("schedulefree", r"\beta"),
    *(("wholematrices", letter) for letter in ("L", "Q", "R", "V", r"\lambda", "s")),
    *(("muon", letter) for letter in ("X", "V", "b", "c", "d", "s", "u", "v", r"\lambda")),
    ("schedules", "L"),
    ("schedules", r"\rho"),
    ("networks", "x"),
    ("networks", "y"),
    ("networks", "b"),
    ("race", "X"),
}


def declared_twice(rows, shared):
    """The letters of a page that have two rows of its own; those that the book has as well."""
    own: dict[str, Counter[str]] = {}
    for row in rows:
        for page in re.findall(r"\((\w+)\.(?:ipynb|md)\)", row[2]):
            own.setdefault(page, Counter()).update(_named(row[0]) - INDICES)
    twice = {(page, x) for page, letters in own.items() for x in letters if letters[x] > 1}
    return twice, {(page, x) for page, letters in own.items() for x in letters if x in shared}


def test_no_page_declares_a_letter_twice():
    twice, again = declared_twice(_tables()[1][2:], SHARED)
    assert not twice
    assert again == AGAIN


def test_a_letter_that_is_declared_twice_is_found():
    rows = [
        ["a", "a factor", "[A](one.ipynb), [B](two.md)"],
        ["$a_t$, b", "an amplitude", "[A](one.ipynb)"],
        ["$b_t$", "an offset", "[B](two.md)"],
    ]
    assert declared_twice(rows, {"b"}) == ({("one", "a")}, {("one", "b"), ("two", "b")})


def test_letters_are_found():
    assert {r"\theta", r"\gamma", "v", "E", r"\lambda"} <= SHARED
    assert used(r"Let $\hat m_t = \frac{m_t}{1 - \beta_1^t}$ and `$q$`.") >= {"m", "t", r"\beta"}
    assert used(r"$\operatorname{sign} g$, $\mathrm E[x]$, $\mathcal E_t$, $\varepsilon$") == {
        "g",
        "x",
        "t",
        r"\mathcalE",
        r"\epsilon",
    }
    assert used("```python\n$z$\n```\n$y$") == {"y"}


#: θ with a small index is the parameters after a step; a coordinate is θ[0].
COORDINATE = re.compile(r"θ(?:[₀₁]|_[01])")
FILES = [
    path
    for path in [*CHAPTERS.rglob("*.ipynb"), *CHAPTERS.rglob("*.md"), *ROOT.glob("adaptive/**/*.*")]
    if path.suffix in (".ipynb", ".md", ".py", ".js", ".html")
    and not {"release", "submitted", "_build", ".ipynb_checkpoints"} & set(path.parts)
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_coordinate_is_written_as_in_code(path):
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    named = [text[max(m.start() - 30, 0) : m.end() + 20] for m in COORDINATE.finditer(text)]
    # θ₀ as the start is right where it says so.
    assert not [words for words in named if "start" not in words]
