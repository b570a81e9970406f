"""What holds each sentence of the book that claims something.

A sentence that compares, generalises, names a cause or gives a number is a claim, in the text, in
a caption and in the description of a figure. The claims of a page stand in ``claims/<page>.toml``,
each with its holders, and ``claims`` as a directive shows them. Which sentences look like claims is
found here by their words and numbers:
``python -m tests.book.claims momentum`` lists those of a page that no entry covers.
"""

from __future__ import annotations

import argparse
import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

from tests.book.checked import CHAPTERS, TESTS, checks, directive, in_file, sources, statements

CLAIMS = Path(__file__).resolve().parent / "claims"
#: What is read beside the pages of the book, under the name of its list.
BESIDE = {
    "README": TESTS.parent / "README.md",
    "CONTRIBUTING": TESTS.parent / "CONTRIBUTING.md",
    "guide": CHAPTERS / "assignments" / "README.md",
    "jupyterhub": CHAPTERS / "assignments" / "jupyterhub.md",
    "gradescope": CHAPTERS / "assignments" / "gradescope.md",
}
KINDS = ("assert", "shown", "code", "chapter", "test", "label", "cite", "proof", "wording")
#: A reason shorter than this is none.
SHORTEST_REASON = 12

# ------------------------------------------------------------------ what looks like a claim

#: Words that are true under conditions, if at all.
WORDS = re.compile(
    r"\b(?:every|always|never|only|exactly|whatever|any|needs|best|cannot|superior|no difference"
    r"|all|none|because|since|therefore|hence)\b",
    re.IGNORECASE,
)
#: "Larger than", "as large as": what compares. A question and a heading compare nothing yet, and
#: "rather than", "other than", "as long as" are other words.
COMPARED = re.compile(
    r"\b(?:more|less|fewer|worse|(?!rather|other|another|whether|either)\w{2,}er)"
    r"\b[^.;:,?!\0|]{0,40}?(?<!rather )(?<!other )(?<!another )\bthan\b"
    r"|\bas (?!well|soon|far|long|if|to|in|the|a\b)\w+ as\b|\btimes as (?:long|far) as\b",
    re.IGNORECASE,
)
ASKS = re.compile(r"\?[\"”’)*_]*\s*$|^\s*#")
DIGITS = re.compile(
    r"(?<![\w.,/√\[−-])(?:(?<= )[−-])?\d+(?:[ .,]\d+)*(?:e[−-]?\d+)?(?: ?%|[⁰¹²³⁴-⁹⁻]+)?(?!\w)"
)
COUNTED = re.compile(
    r"\b(?:twice|thrice|half of|per cent|(?:\w+)fold|\w+-fold"
    r"|(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|fifty|hundred|thousand)"
    r" times)\b",
    re.IGNORECASE,
)
FOLDS = re.compile(r"(?i)\b(?:un|mani)fold")
#: A setting such as η = 0.1, a name, a year, a number in a formula claim nothing by themselves.
SETTING = re.compile(r"[A-Za-zͰ-Ͽϵ][₀-₉\w′]*(?:\[\d\])? = $")
OPERATOR_BEFORE = re.compile(r"(?:[\wͰ-Ͽ)\]²³] [+−·×≤≥<>] |[·×^=<≤] ?−?)$")
OPERATOR_AFTER = re.compile(r"^ ?(?:[+−·×/√^]|[Ͱ-Ͽ]|[=<≤] )")
NAMED = re.compile(
    r"\b(?:[Aa]ssignment|[Ee]xercise|[Hh]our|[Ii]ssue|[Vv]ersion|Python)s?\*{0,2} (?:\d and )?$"
)
YEAR = re.compile(r"(?:1[89]\d\d|20[0-4]\d)$")

# ------------------------------------------------------------------ sentences

FILLER = "\0"
#: Directives whose content is prose of the page. Statements have tests of their own, an exercise
#: asks, a hint leads, and what is no directive is code.
PROSE = re.compile(
    r"\{(?:admonition\}(?! Proof)"
    r"|(?:solution(?:-start|-end)?|note|tip|warning|figure|margin|dropdown|glossary)\})"
)
FENCE = re.compile(r"^(`{3,}|:{3,})(.*)$")
MASKED = (
    re.compile(r"\$\$.*?\$\$(?: *\([\w-]+\))?", re.S),
    re.compile(r"(?<=\])\([^)\s]*\)"),
    re.compile(r"https?://\S+"),
    re.compile(r"^:[\w-]+:(?: [^\n]*)?$|^<[^\n]*>$|^\([\w-]+\)=$", re.M),
    re.compile(r"\{[\w:+-]+\}`[^`]*`"),
    re.compile(r"`[^`\n]+`"),
)
MATHS = re.compile(r"(?<![\\$])\$([^$]+?)\$")
ONLY_A_NUMBER = re.compile(r"[\d.,\s\\%{}^-]+(?:\\cdot[\d.^{}\s-]+|\\times[\d.^{}\s-]+)?")
PIECES = re.compile(r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*|#>]|\d+\.) ?)|\n(?=[^\n]*\|)")
ENDS = re.compile(r"(?<!e\.g)(?<!i\.e)(?<!\bal)(?<!\bcf)(?<!\bvs)[.?!][\"”’)*_]*(?=\s)")


class Sentence(NamedTuple):
    """A sentence of a page: its words as they stand in the source, and where."""

    text: str
    start: int
    end: int
    flags: tuple[str, ...]


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", FILLER, text)


def _without_blocks(text: str) -> str:
    """The text without its fences, and without what stands between them and is no prose."""
    lines, opened = [], []
    for line in text.split("\n"):
        fence = FENCE.match(line)
        if fence and opened and not fence[2].strip() and fence[1].startswith(opened[-1][0]):
            opened.pop()
        elif fence:
            opened.append((fence[1], bool(PROSE.match(fence[2]))))
        elif all(prose for _, prose in opened):
            lines.append(line)
            continue
        lines.append(_blank(line))
    return "\n".join(lines)


def masked(text: str) -> str:
    """The text with all that is no prose blanked out, letter for letter."""
    text = _without_blocks(re.sub(r"[\u00a0\u2009\u202f]", " ", text))
    for pattern in MASKED:
        text = pattern.sub(lambda match: _blank(match[0]), text)

    def number(match: re.Match[str]) -> str:
        """A formula that is nothing but a number, without its braces and signs."""
        only = ONLY_A_NUMBER.fullmatch(match[1])
        return re.sub(r"[^\d\n.]", FILLER, match[0]) if only else _blank(match[0])

    return MATHS.sub(number, text)


def flags(prose: str) -> Iterator[str]:
    """The words and numbers of a sentence that make it a claim."""
    yield from WORDS.findall(prose)
    if not ASKS.search(prose):
        yield from COMPARED.findall(prose)
    yield from (word for word in COUNTED.findall(prose) if not FOLDS.search(word))
    listed = re.match(r"\s*(?:(?:#+ +)?\d+\.|\|\s*\d+\s*(?=\|)|[-*#>|])(?:\s|$|\|)", prose)
    for number in DIGITS.finditer(prose):
        before, after = prose[: number.start()], prose[number.end() :]
        if listed and number.end() <= listed.end():
            continue
        if YEAR.match(number[0]) or SETTING.search(before) or NAMED.search(before):
            continue
        if OPERATOR_BEFORE.search(before) or OPERATOR_AFTER.search(after):
            continue
        yield number[0]


def _of_figure(cell: Any) -> Iterator[str]:
    """The caption of a figure, and the words for those who do not see it."""
    settings = cell.metadata.get("mystnb", {})
    yield settings.get("figure", {}).get("caption", "")
    yield settings.get("image", {}).get("alt", "")
    for node in ast.walk(ast.parse(cell.source)):
        for keyword in node.keywords if isinstance(node, ast.Call) else []:
            if keyword.arg == "alt" and isinstance(keyword.value, ast.Constant):
                yield keyword.value.value


@cache
def texts() -> dict[str, str]:
    """What is read on each page: its text, and the captions and descriptions of its figures."""
    found = sources() | {name: path.read_text(encoding="utf-8") for name, path in BESIDE.items()}
    for path in CHAPTERS.glob("*.ipynb"):
        parts: list[str] = []
        for cell in nbformat.read(path, as_version=4).cells:
            parts += [cell.source] if cell.cell_type == "markdown" else _of_figure(cell)
        found[path.stem] = "\n\n".join(filter(None, parts))
    return found


@cache
def sentences(page: str) -> tuple[Sentence, ...]:
    """The sentences of a page, in order."""
    source = texts()[page]
    prose = masked(source)
    cuts = {0, len(prose)}
    cuts.update(m.end() for m in PIECES.finditer(prose))
    cuts.update(m.end() for m in ENDS.finditer(prose))
    ends = sorted(cuts)
    found = []
    for start, end in pairwise(ends):
        if prose[start:end].strip(FILLER + " \n"):
            flagged = tuple(flags(prose[start:end]))
            found.append(Sentence(source[start:end].strip(), start, end, flagged))
    return tuple(found)


# ------------------------------------------------------------------ what holds it


class Claim(NamedTuple):
    """An entry: words of a page, and their holders as (kind, text)."""

    says: str
    by: tuple[tuple[str, str], ...]


@cache
def claims(page: str) -> tuple[Claim, ...]:
    """The claims of a page, as its file lists them."""
    path = CLAIMS / f"{page}.toml"
    if not path.exists():
        return ()
    entries = tomllib.loads(path.read_text(encoding="utf-8")).get("claim", [])
    holders = [
        tuple((kind, text.strip()) for kind, _, text in (by.partition(":") for by in entry["by"]))
        for entry in entries
    ]
    return tuple(Claim(entry["says"], by) for entry, by in zip(entries, holders, strict=True))


def places(page: str, says: str) -> list[tuple[int, int]]:
    """Where these words stand on a page, whatever its line breaks; "…" is what a paragraph has
    between those before it and those after."""
    parts = (r"\s+".join(re.escape(word) for word in part.split()) for part in says.split("…"))
    pattern = r"(?:(?!\n\n).)*?".join(parts)
    return [m.span() for m in re.finditer(pattern, texts()[page], re.S)]


def uncovered(page: str) -> list[Sentence]:
    """The sentences of a page that look like claims and have no entry."""
    spans = [span for claim in claims(page) for span in places(page, claim.says)]
    return [
        sentence
        for sentence in sentences(page)
        if sentence.flags
        and not any(start < sentence.end and sentence.start < end for start, end in spans)
    ]


@cache
def _cells(page: str) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The asserts of a page's cells, the texts that the cells show, and their code."""
    path = CHAPTERS / f"{page}.ipynb"
    if not path.exists():
        return (), (), ()
    code = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    asserts = [
        " ".join((ast.get_source_segment(cell.source, node) or "").split())
        for cell in code
        for node in ast.walk(ast.parse(cell.source))
        if isinstance(node, ast.Assert)
    ]
    shown = [
        " ".join(text.split())
        for cell in code
        for output in cell.outputs
        for text in [output.get("text", ""), *map(str, output.get("data", {}).values())]
    ]
    return tuple(asserts), tuple(shown), tuple(" ".join(cell.source.split()) for cell in code)


def fault(page: str, kind: str, text: str) -> str | None:
    """What is wrong with a holder: None if it is there."""
    if kind not in KINDS:
        return f"{kind!r} is none of {', '.join(KINDS)}"
    if kind in ("assert", "shown", "code"):
        found = _cells(page)[KINDS.index(kind)]
        if not any(" ".join(text.split()) in one for one in found) or not text:
            return f"no cell has {kind} {text!r}"
    elif kind == "chapter":
        chapter, _, words = text.partition(": ")
        return fault(chapter, "assert", words) and fault(chapter, "shown", words)
    elif kind == "test":
        file, _, name = text.partition("::")
        if not (TESTS / file).is_file() or name not in in_file(file):
            return f"there is no test {text!r}"
    elif kind == "label":
        if text not in {s.label for s in statements()} or not checks(text):
            return f"there is no checked statement {text!r}"
    elif kind == "cite":
        cited = re.findall(r"\{cite:?\w*\}`([^`]*)`", texts()[page])
        if text not in {key.strip() for keys in cited for key in keys.split(",")}:
            return f"this page does not cite {text!r}"
    elif len(text) < SHORTEST_REASON:
        return f"{kind} {text!r} is no reason"
    return None


def faults(page: str) -> Iterator[str]:
    """What is wrong with the entries of a page."""
    for claim in claims(page):
        found = len(places(page, claim.says))
        if found != 1:
            yield f"{claim.says!r} stands {found} times on the page"
        if not claim.by:
            yield f"{claim.says!r} has no holder"
        for kind, text in claim.by:
            if wrong := fault(page, kind, text):
                yield f"{claim.says!r}: {wrong}"


# ------------------------------------------------------------------ the page

MARKUP = re.compile(r"\{[\w:+-]+\}`(?:[^`<]*<)?([^`>]*)>?`|[*`_]+|\]\([^)]*\)|[\[\]$\\]")
IN_WORDS = {
    "assert": "a cell asserts it",
    "shown": "a cell shows it",
    "code": "the setting of a cell",
    "cite": "cited",
    "proof": "it follows",
    "wording": "no claim",
}


def _holder(kind: str, text: str) -> str:
    """A holder as a reader wants it, as MyST."""
    if kind == "test":
        return f"{{test}}`{text}`"
    if kind == "label":
        return f"{{eq}}`{text}`" if text.startswith("eq-") else f"{{prf:ref}}`{text}`"
    if kind == "cite":
        return f"{{cite:t}}`{text}`"
    if kind == "chapter":
        chapter, _, text = text.partition(": ")
        return f"a cell of {{doc}}`{chapter}` has it: `{text.replace('|', '∣')}`"
    plain = text.replace("|", "∣")
    return f"{IN_WORDS[kind]}: " + (f"`{plain}`" if kind in ("assert", "shown", "code") else plain)


def table(page: str) -> str:
    """The claims of a page with what holds them, as MyST; what claims nothing is left out."""
    lines = ["| sentence | what holds it |", "| --- | --- |"]
    for claim in claims(page):
        by = [_holder(kind, text) for kind, text in claim.by if kind != "wording"]
        if by:
            says = " ".join(MARKUP.sub(lambda m: m[1] or "", claim.says).split())
            lines.append(f"| {says.replace('|', '∣')} | {'; '.join(by)} |")
    return "\n".join(lines) + "\n"


def setup(app: Any) -> dict[str, Any]:
    """Add the directive ``claims`` to Sphinx: the table of a page."""
    app.add_directive("claims", directive(table, arguments=1))
    return {"parallel_read_safe": True}


def main(arguments: list[str] | None = None) -> int:
    """List what is uncovered or wrong on the pages that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.book.claims", description=__doc__)
    parser.add_argument("pages", nargs="*", help="all pages of the book if none")
    pages = parser.parse_args(arguments).pages or sorted(texts())
    left = 0
    for page in pages:
        wrong, open_ = list(faults(page)), uncovered(page)
        left += len(wrong) + len(open_)
        flagged = sum(bool(sentence.flags) for sentence in sentences(page))
        print(f"{page}: {flagged} of {len(sentences(page))} sentences look like claims, ", end="")
        print(f"{len(claims(page))} entries, {len(open_)} uncovered, {len(wrong)} faults")
        for line in wrong:
            print(f"    ! {line}")
        for sentence in open_ if len(pages) < 4 else []:
            print(f"    {sentence.flags}: {' '.join(sentence.text.split())}")
    return int(left > 0)


if __name__ == "__main__":
    sys.exit(main())
