"""The picture of the package, drawn from its imports: ``{architecture}`` in a page."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from chapters._site.legible import LEAST
from docutils import nodes

PACKAGE = Path(__file__).resolve().parents[2] / "adaptive"
#: Width and height of a box, and the room between boxes, in pixels.
BOX, GAP = (104, 34), (18, 46)
#: The size of the letters in it, see `book.css`.
LETTERS = 13


def _part(path: Path) -> str:
    """Return the part of the package that a file belongs to."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _at_once(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield what runs when a file is imported: not what a function or a type checker asks for."""
    for node in body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield node
        elif isinstance(node, ast.If) and ast.unparse(node.test) != "TYPE_CHECKING":
            yield from _at_once(node.body + node.orelse)
        elif isinstance(node, ast.Try | ast.With):
            yield from _at_once(node.body)


def _imported(path: Path) -> set[str]:
    """Return the parts that a file imports when it is imported itself."""
    found: set[str] = set()
    for node in _at_once(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    names = {name.split(".")[1] for name in found if name.startswith("adaptive.")}
    return names & set(parts())


@cache
def parts() -> dict[str, str]:
    """Return each part of the package and what its first line says of it."""
    about = {}
    for path in sorted(PACKAGE.iterdir()):
        file = path / "__init__.py" if path.is_dir() else path
        if file.suffix == ".py" and file.exists() and path.stem not in ("__init__", "__main__"):
            doc = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
            about[_part(path)] = " ".join(doc.partition("\n\n")[0].split())
    return about


@cache
def imports() -> dict[str, set[str]]:
    """Return for each part the other parts that it imports."""
    graph: dict[str, set[str]] = {part: set() for part in parts()}
    for path in sorted(PACKAGE.rglob("*.py")):
        if (part := _part(path)) in graph:
            graph[part] |= _imported(path) - {part}
    return graph


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    reached, ahead = set(), list(graph[start])
    while ahead:
        if (part := ahead.pop()) not in reached:
            reached.add(part)
            ahead += graph[part]
    return reached


def layers(graph: dict[str, set[str]]) -> list[list[str]]:
    """Return the parts from the ground up: each stands above all that it imports.

    Parts that import each other stand side by side.

    Examples
    --------
    >>> layers({"rule": set(), "loop": {"rule"}, "figure": {"loop", "rule"}})
    [['rule'], ['loop'], ['figure']]
    """
    reached = {part: _reached(graph, part) for part in graph}
    below = {part: {p for p in reached[part] if part not in reached[p]} for part in graph}
    height: dict[str, int] = {}
    while len(height) < len(graph):
        for part in graph.keys() - height.keys():
            if below[part] <= height.keys():
                level = max((height[each] + 1 for each in below[part]), default=0)
                circle = reached[part] - below[part]
                lifted = max([level, *(height[p] for p in circle if p in height)])
                height[part] = lifted
    found = [[p for p in graph if height[p] == n] for n in range(max(height.values()) + 1)]
    return [sorted(layer) for layer in found if layer]


def direct(graph: dict[str, set[str]]) -> list[tuple[str, str]]:
    """Return the imports that follow from no others."""
    return [
        (part, other)
        for part in sorted(graph)
        for other in sorted(graph[part])
        if not any(
            other in _reached(graph, third) and part not in _reached(graph, third)
            for third in graph[part] - {other}
        )
    ]


def picture() -> str:
    """Return the picture as SVG: what is above imports what is below."""
    graph = {part: others for part, others in imports().items() if not part.startswith("_")}
    graph = {part: {o for o in others if o in graph} for part, others in graph.items()}
    rows = layers(graph)
    widest = max(map(len, rows))
    width = widest * (BOX[0] + GAP[0]) + GAP[0]
    height = len(rows) * (BOX[1] + GAP[1]) - GAP[1] + 2 * GAP[0]
    place = {}
    for level, row in enumerate(rows):
        left = (width - len(row) * (BOX[0] + GAP[0]) + GAP[0]) / 2
        for number, part in enumerate(row):
            y = height - GAP[0] - BOX[1] - level * (BOX[1] + GAP[1])
            place[part] = (left + number * (BOX[0] + GAP[0]), y)
    lines, boxes = [], []
    for part, other in direct(graph):
        (x, y), (u, v) = place[part], place[other]
        x, u, y = x + BOX[0] / 2, u + BOX[0] / 2, y + BOX[1]
        bend = GAP[1] * 0.6
        lines.append(
            f'<path d="M{x:.0f} {y:.0f}C{x:.0f} {y + bend:.0f} {u:.0f} {v - bend:.0f} '
            f'{u:.0f} {v - 1:.0f}" marker-end="url(#architecture-tip)"/>'
        )
    for part, (x, y) in place.items():
        boxes.append(
            f'<rect x="{x:.0f}" y="{y:.0f}" width="{BOX[0]}" height="{BOX[1]}" rx="5"/>'
            f'<text x="{x + BOX[0] / 2:.0f}" y="{y + BOX[1] / 2 + 5:.0f}">{escape(part)}</text>'
        )
    says = "; ".join(f"{p} imports {', '.join(sorted(o))}" for p, o in graph.items() if o)
    return (
        f'<svg class="architecture" role="img" viewBox="0 0 {width:.0f} {height:.0f}" '
        f'style="--least: {width * LEAST / LETTERS:.0f}px" '
        f'aria-label="The parts of the package, from the ground up: {escape(says)}.">'
        '<defs><marker id="architecture-tip" viewBox="0 0 8 8" refX="7" refY="4" '
        'markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
        f'<g class="lines">{"".join(lines)}</g><g class="boxes">{"".join(boxes)}</g></svg>'
    )


def table() -> str:
    """Return the table of all parts, as MyST."""
    lines = ["| part | what it is | imports |", "| --- | --- | --- |"]
    for part, about in parts().items():
        names = ", ".join(f"`{other}`" for other in sorted(imports()[part])) or "nothing"
        lines.append(f"| `{part}` | {about.replace('|', ' ')} | {names} |")
    return "\n".join(lines) + "\n"


def setup(app: Any) -> None:
    """Add the directive."""
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective

    class Architecture(SphinxDirective):
        """The picture and the table."""

        def run(self) -> list[nodes.Node]:
            container = nodes.container()
            html = f'<div class="scrolls">{picture()}</div>'
            container += nodes.raw("", html, format="html")
            self.state.nested_parse(StringList(table().splitlines(), ""), 0, container)
            return [container]

    app.add_directive("architecture", Architecture)
