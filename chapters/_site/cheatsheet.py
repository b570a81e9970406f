"""All rules on one page: ``{cheatsheet} RULES`` in a page, and the same with MODERN and so on."""

from __future__ import annotations

import dataclasses
import re
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from docutils import nodes

CHAPTERS = Path(__file__).resolve().parents[1]
#: A displayed equation with a label, which is the last of its line.
LABELLED = re.compile(r"^\$\$\n((?:(?!\$\$).)*)\n\$\$ \((eq-\w+)\)$", re.S | re.M)


@cache
def in_chapters() -> dict[str, tuple[str, str]]:
    """Return the chapter and the text of each labelled equation of a rule, by its label."""
    found = {}
    for path in sorted(CHAPTERS.glob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            if cell.cell_type == "markdown":
                for text, label in LABELLED.findall(cell.source):
                    found[label] = path.stem, text
    return found


def entry(kind: type[Any]) -> str:
    """Return a rule's equations, defaults and memory, as MyST.

    The equations are printed from the code where it is elementwise; else they are the chapter's.
    """
    from adaptive.tracing.latex import LETTERS, rule_to_latex

    rule = kind()
    own = kind.__module__.rpartition(".")[2]
    stem, text = in_chapters().get(f"eq-{own}", (own, ""))
    if not (rule.elementwise or text):
        raise LookupError(f"a chapter must have an equation labelled eq-{own}, for {kind.__name__}")
    equations = rule_to_latex(rule) if rule.elementwise else text
    settings = []
    for field in dataclasses.fields(kind):
        value = getattr(rule, field.name)
        letter = LETTERS.get(field.name)
        shown = re.sub(r"1e-0?(\d+)", r"10^{-\1}", f"{value:g}")
        settings.append(f"${letter} = {shown}$" if letter else f"`{field.name}` = {value!r}")
    arrays, square = len(kind.state_names), len(kind.sides)
    memory = f"{arrays} array{'s' * (arrays != 1)}" if arrays else "nothing"
    if square:
        memory += ", all of them square" if square == arrays else f", {square} of them square"
    return (
        f"[**{kind.__name__}**](/chapters/{stem})\n\n$$\n{equations}\n$$\n\n"
        f"{', '.join(settings)}; keeps {memory}\n"
    )


def setup(app: Any) -> None:
    """Add the directive."""
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective

    class CheatSheet(SphinxDirective):
        """One box for each rule of a tuple of the package."""

        required_arguments = 1

        def run(self) -> list[nodes.Node]:
            import adaptive

            sheet = nodes.container(classes=["cheatsheet"])
            for kind in getattr(adaptive, self.arguments[0]):
                box = nodes.container()
                self.state.nested_parse(StringList(entry(kind).splitlines(), ""), 0, box)
                sheet += box
            return [sheet]

    app.add_directive("cheatsheet", CheatSheet)
