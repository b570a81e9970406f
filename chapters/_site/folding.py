"""Code that only draws is folded under one quiet line; a notebook shows it as ever.

Folded are the imports, the code of a cell whose output is a figure, and what such a cell prints
beside it. A cell with the tag ``show`` stays open.
"""

from __future__ import annotations

import ast
from typing import Any

from docutils import nodes

FIGURE, NUMBERS, IMPORTS = (
    f"Show {what}" for what in ("the code of this figure", "its numbers", "the imports")
)


def only_imports(source: str) -> bool:
    """Return whether code does nothing but import, and give figures their look.

    Examples
    --------
    >>> only_imports("import numpy as np; plotting.use()"), only_imports("x = 1")
    (True, False)
    """
    try:
        lines = ast.parse(source).body
    except SyntaxError:  # a magic of IPython
        return False
    calls = [
        ast.unparse(line) for line in lines if not isinstance(line, ast.Import | ast.ImportFrom)
    ]
    return len(calls) < len(lines) and all(call == "plotting.use()" for call in calls)


def _part(cell: nodes.Element, kind: str) -> nodes.Element | None:
    """Return the input or the output of a cell."""
    return next((each for each in cell.children if kind in each.get("classes", ())), None)


def _is_figure(output: nodes.Element | None) -> bool:
    """Return whether something is drawn."""
    if output is None:
        return False
    drawn = (raw.astext() for raw in output.findall(nodes.raw))
    return any("data-explorer" in text for text in drawn) or any(output.findall(nodes.image))


def _fold(node: nodes.Element, said: str) -> None:
    """Put a node under a line that unfolds it."""
    index, parent = node.parent.index(node), node.parent
    begin = f'<details class="fold"><summary>{said}</summary>'
    parent.insert(index + 1, nodes.raw("", "</details>", format="html"))
    parent.insert(index, nodes.raw("", begin, format="html"))


def _fold_all(app: Any, tree: nodes.document, name: str) -> None:
    if app.builder.format != "html":
        return
    for cell in list(tree.findall(nodes.container)):
        classes = cell.get("classes", ())
        code, output = _part(cell, "cell_input"), _part(cell, "cell_output")
        if "cell" not in classes or code is None or {"tag_show", "tag_hide-input"} & set(classes):
            continue
        if _is_figure(output):
            _fold(code, FIGURE)
            for printed in list(output.findall(nodes.literal_block)):
                _fold(printed, NUMBERS)
        elif only_imports(code.astext()):
            _fold(code, IMPORTS)


def setup(app: Any) -> None:
    """Connect to Sphinx, after everything else that looks for code."""
    app.connect("doctree-resolved", _fold_all, priority=900)
