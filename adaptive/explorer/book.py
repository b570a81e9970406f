"""A Sphinx extension: what several explorers on a page share is sent once.

Each output carries all that it needs, so that in a notebook any cell works
alone, in any order. A page that is built holds all its outputs for good, and there
the first copy serves all of them.
"""

from __future__ import annotations

import re
from typing import Any

_SHARED = re.compile(r"<!--adaptive-explorer (\w+)-->.*?<!--/adaptive-explorer \1-->", re.DOTALL)


def once(page: str) -> str:
    """Return a page without the copies of what an explorer before has brought along.

    Examples
    --------
    >>> part = "<!--adaptive-explorer k-->code<!--/adaptive-explorer k-->"
    >>> once(f"{part} one {part} two") == f"{part} one  two"
    True
    """
    seen: set[str] = set()

    def keep(match: re.Match[str]) -> str:
        first = match[1] not in seen
        seen.add(match[1])
        return match[0] if first else ""

    return _SHARED.sub(keep, page)


def setup(app: Any) -> dict[str, Any]:
    """Let Sphinx call `once` for each page."""

    def on_page(app: Any, name: str, template: str, context: dict[str, Any], doctree: Any) -> None:
        if "body" in context:
            context["body"] = once(context["body"])

    app.connect("html-page-context", on_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
