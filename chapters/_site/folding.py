"""Code that does not teach is folded under one quiet line; a notebook shows it as ever.

Folded are the imports, the code of a cell whose output is a figure, what such a cell prints beside
it, and code of more than a few lines, but for the algorithms: what stands under the headings of
`TEACHING`, and short rules of one's own. A cell with the tag ``show`` stays open; one with the tag
``hide-input`` is folded however short it is, and one with ``hide-output`` with what it prints. The
source of a rule that a cell prints is code, and looks like it. Lines of code that a cell shows
after words that say what they are for, as an entry of the dictionary does, are folded under these.
"""

from __future__ import annotations

import ast
import textwrap
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode

FIGURE, NUMBERS, IMPORTS, MORE, PRINTED, CHECK, CODE, ALL = (
    f"Show {what}"
    for what in (
        "the code of this figure",
        "its numbers",
        "the imports",
        "more imports",
        "the code of these numbers",
        "the check",
        "the code",
        "the numbers",
    )
)

#: The headings under which the algorithm is written out.
TEACHING = {"from scratch", "the package"}
#: So many lines run an experiment; what has more is for those who look for it.
FEW = 6
#: So many may a rule have that a chapter writes for itself.
RULE = 15


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


def is_long(source: str) -> bool:
    """Return whether code is more than the lines of an experiment, and no rule of its own.

    Examples
    --------
    >>> is_long("run = descend(SGD(), Ravine(), steps=100)")
    False
    """
    lines = len(source.strip().splitlines())
    if lines <= FEW:
        return False
    try:
        classes = [part for part in ast.walk(ast.parse(source)) if isinstance(part, ast.ClassDef)]
    except SyntaxError:  # a magic of IPython
        return True
    return lines > RULE or not any(
        isinstance(part, ast.FunctionDef) and part.name == "update"
        for each in classes
        for part in each.body
    )


def _is_within(cell: nodes.Element, kinds: set[str]) -> bool:
    """Return whether a cell stands in a section of such a name, or in a box of such a class."""
    around = cell.parent
    while around is not None:
        if kinds & {*around.get("names", ()), *around.get("classes", ())}:
            return True
        around = around.parent
    return False


def _said(code: str, output: nodes.Element | None) -> str:
    """Return what stands in the line under which long code is folded."""
    if code.startswith("def check") or "for the check" in code.partition("\n\n")[0]:
        return CHECK
    return PRINTED if output is not None and output.astext().strip() else CODE


def _write_source(code: nodes.Element, output: nodes.Element | None) -> None:
    """Let the source that a cell prints look like code."""
    if output is None or not code.astext().startswith("print(inspect.getsource("):
        return
    for printed in output.findall(nodes.literal_block):
        text = textwrap.dedent(printed.astext()).strip("\n")
        printed.children = []
        printed += nodes.Text(text)
        printed.rawsource, printed["language"] = text, "python"


def _part(cell: nodes.Element, kind: str) -> nodes.Element | None:
    """Return the input or the output of a cell."""
    return next((each for each in cell.children if kind in each.get("classes", ())), None)


def _is_figure(output: nodes.Element | None) -> bool:
    """Return whether something is drawn."""
    if output is None:
        return False
    return _is_live(output) or any(output.findall(nodes.image))


def _is_live(output: nodes.Element) -> bool:
    """Return whether the figure can be moved."""
    return any("data-explorer" in raw.astext() for raw in output.findall(nodes.raw))


def _fold(node: nodes.Element, said: str) -> None:
    """Put a node under a line that unfolds it."""
    index, parent = node.parent.index(node), node.parent
    node["classes"] = [*node["classes"], "folded"]
    begin = f'<details class="fold"><summary>{said}</summary>'
    parent.insert(index + 1, nodes.raw("", "</details>", format="html"))
    parent.insert(index, nodes.raw("", begin, format="html"))


def _unwrap(cell: nodes.Element) -> None:
    """Take away what myst-nb has folded."""
    for hidden in list(cell.findall(HideCodeCellNode)):
        hidden.parent.replace(hidden, hidden.children)


def _fold_entry(output: nodes.Element) -> None:
    """Put each piece of code that a cell shows as text under the words before it.

    Each can be the aim of a link, by the words in bold with which it begins.
    """
    for code in list(output.findall(nodes.literal_block)):
        parent = code.parent
        at = parent.index(code) - 1
        if at < 0 or not isinstance(words := parent[at], nodes.paragraph):
            continue
        name = nodes.make_id("".join(each.astext() for each in words.findall(nodes.strong)))
        code["classes"] = [*code["classes"], "folded"]
        begin = f'<details class="entry" id="{name}"><summary>'
        summary = nodes.inline("", "", *words.children)
        pieces = begin, summary, "</summary>", code, "</details>"
        parent[at : at + 2] = [
            nodes.raw("", each, format="html") if isinstance(each, str) else each for each in pieces
        ]


def _fold_all(app: Any, tree: nodes.document, name: str) -> None:
    if app.builder.format != "html":
        return
    imports = None
    for cell in list(tree.findall(nodes.container)):
        classes = cell.get("classes", ())
        if {"tag_hide-input", "tag_hide-output"} & set(classes):
            _unwrap(cell)
        code, output = _part(cell, "cell_input"), _part(cell, "cell_output")
        if "tag_hide-output" in classes:
            _fold(cell, ALL)
            continue
        if "cell" in classes and output is not None:
            _fold_entry(output)
        if "cell" not in classes or code is None or "tag_show" in classes:
            continue
        _write_source(code, output)
        if output is not None and _is_figure(output):
            if _is_live(output):  # a reader comes for it, and sees it first
                cell.remove(code)
                cell.append(code)
            _fold(code, FIGURE)
            for printed in list(output.findall(nodes.literal_block)):
                _fold(printed, NUMBERS)
        elif "tag_hide-input" in classes:
            _fold(code, _said(code.astext(), output))
        elif only_imports(code.astext()):
            at = cell.parent.index(cell)
            again = at > 0 and cell.parent[at - 1] is imports
            _fold(code, MORE if again else IMPORTS)
            imports = cell
        elif is_long(code.astext()) and not _is_within(cell, {*TEACHING, "dropdown"}):
            _fold(code, _said(code.astext(), output))


def setup(app: Any) -> None:
    """Connect to Sphinx, after everything else that looks for code."""
    app.connect("doctree-resolved", _fold_all, priority=900)
