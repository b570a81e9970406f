"""A cell of a chapter is run on the page: a button at its code, which opens a frame below it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
from adaptive.course.book import is_assignment
from chapters._site import lite
from docutils import nodes


def address(name: str, cell: str) -> str:
    """Return where a cell of a chapter is run, as it leads from the chapter's page there."""
    return f"{'../' * name.count('/')}{lite.CELL}#{name}.ipynb/{cell}"


def _offer(app: Any, tree: nodes.document, name: str) -> None:
    path = Path(app.env.doc2path(name))
    if app.builder.format != "html" or path.suffix != ".ipynb":
        return
    notebook = nbformat.read(path, as_version=4)
    if is_assignment(notebook):
        return
    for cell in tree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        for code in cell.findall(nodes.container):
            if "cell_input" in code.get("classes", ()):
                to = address(name, notebook.cells[cell["cell_index"]]["id"])
                link = nodes.reference("", "Try it here", refuri=to, internal=False)
                code += nodes.paragraph("", "", link, classes=["try"])


def setup(app: Any) -> None:
    """Connect to Sphinx, after all that reads the code or counts its words."""
    app.connect("doctree-resolved", _offer, priority=970)
