"""How to cite the book, from ``CITATION.cff``: ``{citation-of-the-book}`` in a page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes

SOURCE = Path(__file__).resolve().parents[2] / "CITATION.cff"


def citation() -> dict[str, Any]:
    """Return what the file says."""
    return yaml.safe_load(SOURCE.read_text(encoding="utf-8"))


def text() -> str:
    """Return the citation in words, and as BibTeX."""
    cite = citation()
    year = str(cite["date-released"])[:4]
    author, title = cite["authors"][0]["name"], cite["title"]
    return (
        f"> {author} ({year}). *{title}*. Version {cite['version']}. <{cite['url']}>\n\n"
        "```bibtex\n"
        f"@misc{{adaptive-optimizers,\n"
        f"  author  = {{{{{author}}}}},\n"
        f"  title   = {{{title}}},\n"
        f"  year    = {{{year}}},\n"
        f"  version = {{{cite['version']}}},\n"
        f"  url     = {{{cite['url']}}}\n"
        "}\n```\n"
    )


def setup(app: Any) -> None:
    """Add the directive."""
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective

    class Citation(SphinxDirective):
        """The citation."""

        def run(self) -> list[nodes.Node]:
            self.env.note_dependency(str(SOURCE))
            container = nodes.container()
            self.state.nested_parse(StringList(text().splitlines(), str(SOURCE)), 0, container)
            return [container]

    app.add_directive("citation-of-the-book", Citation)
