"""All rules on one page, from their code: ``{cheatsheet}`` in a page."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

from docutils import nodes


def entry(kind: type[Any]) -> str:
    """Return a rule's equations, defaults and memory, as MyST."""
    from adaptive.tracing.latex import LETTERS, rule_to_latex

    rule = kind()
    stem = kind.__module__.rpartition(".")[2]
    settings = []
    for field in dataclasses.fields(kind):
        value = getattr(rule, field.name)
        letter = LETTERS.get(field.name)
        shown = re.sub(r"1e-0?(\d+)", r"10^{-\1}", f"{value:g}")
        settings.append(f"${letter} = {shown}$" if letter else f"`{field.name}` = {value!r}")
    arrays = len(kind.state_names)
    memory = f"{arrays} array{'s' * (arrays != 1)}" if arrays else "nothing"
    return (
        f"[**{kind.__name__}**](/chapters/{stem})\n\n$$\n{rule_to_latex(rule)}\n$$\n\n"
        f"{', '.join(settings)}; keeps {memory}\n"
    )


def setup(app: Any) -> None:
    """Add the directive."""
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective

    class CheatSheet(SphinxDirective):
        """One box for each rule."""

        def run(self) -> list[nodes.Node]:
            from adaptive import RULES

            sheet = nodes.container(classes=["cheatsheet"])
            for kind in RULES:
                box = nodes.container()
                self.state.nested_parse(StringList(entry(kind).splitlines(), ""), 0, box)
                sheet += box
            return [sheet]

    app.add_directive("cheatsheet", CheatSheet)
