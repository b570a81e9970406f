"""A Sphinx extension: assignments as pages of the book, without their solutions or with them.

One setting decides, ``assignment_solutions`` under ``sphinx: config:``. Where it is false, the
default, the page and the notebook to download are what students get, and nothing is run.
Where it is true, solutions are folded.
"""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import nbformat

from adaptive.course.regions import is_delimiter, without_answers


def is_assignment(notebook: dict[str, Any]) -> bool:
    """Return whether a notebook is the source of an assignment, or what students get of it."""
    return any("nbgrader" in cell["metadata"] for cell in notebook["cells"])


def page(notebook: dict[str, Any], solutions: bool) -> dict[str, Any]:
    """Return the source notebook of an assignment as a page of the book.

    Parameters
    ----------
    notebook : dict
        The source.
    solutions : bool
        Whether the page shows them, folded.

    Returns
    -------
    dict
        Another notebook.
    """
    if not solutions:
        made = without_answers(notebook)
        made["metadata"]["mystnb"] = {"execution_mode": "off"}
        return made
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        nbgrader = cell["metadata"].get("nbgrader", {})
        cell["source"] = "\n".join(
            line for line in cell["source"].split("\n") if not is_delimiter(line)
        )
        if nbgrader.get("solution") and cell["cell_type"] == "code":
            cell["metadata"]["tags"] = [*cell["metadata"].get("tags", []), "hide-input"]
        elif nbgrader.get("solution"):
            cell["source"] = f"`````{{dropdown}} Answer\n{cell['source']}\n`````"
    return made


def setup(app: Any) -> dict[str, Any]:
    """Let Sphinx read assignments as pages, and offer no notebook that holds more than them."""
    app.add_config_value("assignment_solutions", default=False, rebuild="env", types=[bool])

    def on_init(app: Any) -> None:
        app.env.sources_of_assignments = getattr(app.env, "sources_of_assignments", set())

    def on_read(app: Any, name: str, source: list[str]) -> None:
        if Path(app.env.doc2path(name)).suffix != ".ipynb":
            return
        notebook = nbformat.reads(source[0], as_version=4)
        if is_assignment(notebook):
            app.env.sources_of_assignments.add(name)
            made = page(notebook, app.config.assignment_solutions)
            source[0] = nbformat.writes(nbformat.from_dict(made))

    def on_page(app: Any, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
        # Binder and Colab would open the source.
        if name in app.env.sources_of_assignments and not app.config.assignment_solutions:
            buttons = context.get("header_buttons", [])
            context["header_buttons"] = [b for b in buttons if b.get("label") != "launch-buttons"]

    def on_finish(app: Any, exception: Exception | None) -> None:
        if exception or app.config.assignment_solutions:
            return
        for name in app.env.sources_of_assignments:
            for path in Path(app.outdir, "_sources").glob(f"{name}.ipynb*"):
                made = without_answers(nbformat.read(path, as_version=4))
                nbformat.write(nbformat.from_dict(made), path)

    app.connect("builder-inited", on_init)
    app.connect("source-read", on_read)
    app.connect("html-page-context", on_page, priority=900)
    app.connect("build-finished", on_finish)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
