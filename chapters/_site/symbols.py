"""A letter that stands for a quantity looks like one, also where the text writes it without TeX.

Greek letters have the face of the formulas by the style sheet alone; which Latin letters are
symbols, only their neighbours say: a symbol stands alone, or carries an index. And no line begins
or ends with the sign of a relation.
"""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes

_SYMBOL = re.compile(
    r"""
    (?<![A-Za-z0-9À-ɏ_.'’-])        # not the end of a word, of "1.0e" or of "he's"
    (?<!I/) (?<![0-9][ \u00a0])     # nor a unit
    (?<!\()
    (?: [b-zB-HJ-Z] | a(?=[ \u00a0]?[=<>≤≥]) )
    [\u0300-\u036f]*                # a hat or a bar
    (?![A-Za-z0-9À-ɏ_'’-]) (?!\.[A-Za-z])
    | (?<=[0-9]) [dknpt] (?![A-Za-z0-9À-ɏ_'’-])
    | (?<=\() [b-zB-HJ-Z] (?![A-Za-z0-9À-ɏ_.'’)-])
    """,
    re.VERBOSE,
)
_RELATION = re.compile(r"(?<=[^\s]) ([=<>≤≥≈]) (?=\S|$)")
#: What is no prose, or not ours.
_OTHERS = (
    nodes.literal,
    nodes.literal_block,
    nodes.doctest_block,
    addnodes.desc_signature,
    nodes.math,
    nodes.math_block,
    nodes.raw,
    nodes.title,
    nodes.citation,
)


def split(text: str) -> list[tuple[bool, str]]:
    """Return the parts of a text, and whether each is a symbol.

    Examples
    --------
    >>> split("a step t of v\u0302, by B. T. Polyak")
    [(False, 'a step '), (True, 't'), (False, ' of '), (True, 'v̂'), (False, ', by B. T. Polyak')]
    """
    parts, last = [], 0
    for match in _SYMBOL.finditer(text):
        # The initial of a name, if it is not the end of a sentence.
        if match[0].isupper() and text[match.end() :].startswith("."):
            continue
        parts += [(False, text[last : match.start()]), (True, match[0])]
        last = match.end()
    return [part for part in [*parts, (False, text[last:])] if part[1]]


def together(text: str) -> str:
    r"""Return a text in which a relation stays on one line.

    Examples
    --------
    >>> together("with γ = 0.9").split(" ")
    ['with', 'γ\xa0=\xa00.9']
    """
    return _RELATION.sub("\u00a0\\1\u00a0", text)


def _is_prose(text: nodes.Text) -> bool:
    around = text.parent
    while around is not None:
        if isinstance(around, _OTHERS):
            return False
        around = around.parent
    return True


def _mark(app: Any, tree: nodes.document, name: str) -> None:
    if app.builder.format != "html":
        return
    for text in [each for each in tree.findall(nodes.Text) if _is_prose(each)]:
        parts = split(together(text.astext()))
        if any(is_symbol or "\u00a0" in part for is_symbol, part in parts):
            made = [
                nodes.inline("", part, classes=["symbol"]) if is_symbol else nodes.Text(part)
                for is_symbol, part in parts
            ]
            text.parent.replace(text, made)


def setup(app: Any) -> None:
    """Connect to Sphinx."""
    app.connect("doctree-resolved", _mark, priority=800)
