"""How long a page takes, and what is for a second reading: folded under its heading.

A section whose first paragraph is ``*For a second reading.*`` keeps its heading in the page and in
all lists of contents; what follows is opened by a press, by a link into it and on paper. In a
notebook the paragraph says what it is for, and nothing is folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from docutils import nodes

MARK = "For a second reading."

#: What a reader who thinks along needs, in minutes: for a word, a displayed formula, a figure and
#: a line of code. Prose is read at 240 words a minute (Brysbaert 2019), prose with symbols slower.
WORD, FORMULA, FIGURE, LINE = 1 / 200, 1 / 4, 1 / 2, 1 / 20

#: What is no part of reading: exercises, answers, and what the page does not show.
APART = {"exercise", "solution", "folded", "tag_remove-cell", "tag_hide-input", "bibliography"}
#: Headings of what one looks up.
LOOKED_UP = {"references"}
#: What is folded, wherever it stands.
FOLDED = {"dropdown", "toggle", "tag_hide-output"}


def _marked(section: nodes.section) -> nodes.paragraph | None:
    """Return the paragraph that marks a section, or None."""
    for child in section.children:
        if isinstance(child, nodes.paragraph):
            return child if child.astext().strip() == MARK else None
        if isinstance(child, nodes.section):
            return None
    return None


def _parts(node: nodes.Node, later: bool = False) -> Iterator[tuple[nodes.Node, bool]]:
    """Go through what is read: each piece, and whether it is for later."""
    classes = set(node.get("classes", ())) if isinstance(node, nodes.Element) else set()
    if APART & classes or type(node).__name__.removesuffix("_node") in APART:
        return
    later = later or bool(FOLDED & classes)
    if isinstance(node, nodes.section):
        if LOOKED_UP & set(node["names"]):
            return
        later = later or _marked(node) is not None
    yield node, later
    if not isinstance(node, nodes.math_block | nodes.literal_block | nodes.math):
        for child in node.children:
            yield from _parts(child, later)


def _cost(node: nodes.Node) -> float:
    """Return how many minutes one piece takes by itself."""
    if isinstance(node, nodes.math_block):
        return FORMULA
    if isinstance(node, nodes.math):
        return WORD
    if isinstance(node, nodes.literal_block):
        return LINE * len(node.astext().strip().splitlines())
    if isinstance(node, nodes.image) or (
        isinstance(node, nodes.raw) and "data-explorer" in node.astext()
    ):
        return FIGURE
    if isinstance(node, nodes.Text) and not isinstance(node.parent, nodes.raw):
        return WORD * len(node.split())
    return 0


def minutes(tree: nodes.Element) -> tuple[float, float]:
    """Return how long a page takes: its core, and what is for a second reading.

    Parameters
    ----------
    tree : docutils.nodes.Element
        The page, or a part of it.

    Returns
    -------
    tuple of float
        Minutes.

    Examples
    --------
    >>> from docutils import nodes
    >>> minutes(nodes.paragraph("", "word " * 400))
    (2.0, 0)
    """
    spent: tuple[list[float], list[float]] = ([], [])
    for node, later in _parts(tree):
        spent[later].append(_cost(node))
    return sum(spent[False]), sum(spent[True])


def said(value: float) -> str:
    """Return a number of minutes as one says it.

    Examples
    --------
    >>> said(0.4), said(7.6), said(23.0)
    ('a minute', '8 minutes', '25 minutes')
    """
    rounded = round(value) if value < 12 else 5 * round(value / 5)
    return f"{rounded} minutes" if rounded > 1 else "a minute"


def _fold(section: nodes.section, mark: nodes.paragraph) -> None:
    """Put what follows a mark under a line that unfolds it."""
    takes = said(sum(minutes(section)))
    begin = f'<details class="later"><summary>For a second reading, {takes}</summary>'
    section.replace(mark, nodes.raw("", begin, format="html"))
    section.append(nodes.raw("", "</details>", format="html"))


def _read(app: Any, tree: nodes.document, name: str) -> None:
    if app.builder.format != "html":
        return
    tree["minutes"] = minutes(tree)
    for section in list(tree.findall(nodes.section)):
        if mark := _marked(section):
            _fold(section, mark)


def setup(app: Any) -> None:
    """Connect to Sphinx, after code has been folded."""
    app.connect("doctree-resolved", _read, priority=950)
