"""A picture that moves with a proof stands beside it, and stays while the proof scrolls.

A cell with the tag ``beside`` gets the text that follows it, up to the next cell or heading, for a
neighbour. On a wide screen the two are columns, and the picture is sticky; elsewhere, on paper and
in a notebook it stands where it is, before the text.
"""

from __future__ import annotations

import itertools
from typing import Any

from docutils import nodes

TAG = "tag_beside"


def _ends(node: nodes.Node) -> bool:
    """Return whether a node is none of the text beside a picture."""
    return isinstance(node, nodes.section) or "cell" in node.get("classes", ())


def _set_beside(app: Any, tree: nodes.document, name: str) -> None:
    if app.builder.format != "html":
        return
    for cell in list(tree.findall(nodes.container)):
        if TAG not in cell.get("classes", ()):
            continue
        parent, index = cell.parent, cell.parent.index(cell)
        after = parent.children[index + 1 :]
        text = list(itertools.takewhile(lambda node: not _ends(node), after))
        parent.children[index : index + 1 + len(text)] = []
        words = nodes.container("", *text, classes=["beside-words"])
        parent.insert(index, nodes.container("", cell, words, classes=["beside"]))


def setup(app: Any) -> None:
    """Connect to Sphinx."""
    app.add_css_file("beside.css")
    app.connect("doctree-resolved", _set_beside, priority=850)
