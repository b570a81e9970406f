"""The theme's style sheets without what no page uses.

Of a rule the selectors stay whose classes all stand in some page or script: a page's own, and those
that a script may add.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import tinycss2

#: The style sheets that are made for every site.
SHEETS = ("styles/pydata-sphinx-theme.css", "sphinx-design.min.css", "styles/sphinx-book-theme.css")
_CLASS = re.compile(r"\.(-?[A-Za-z_][\w-]*)")
#: What a selector says of other elements, or of what an element is not, decides nothing here.
_ASIDE = re.compile(r":(?:not|is|where|has)\((?:[^()]|\([^()]*\))*\)")
_WORD = re.compile(r"[A-Za-z_-][\w-]*")


def purged(sheet: str, used: set[str]) -> str:
    """Return a style sheet without the selectors of classes that nobody uses.

    Parameters
    ----------
    sheet : str
        The style sheet.
    used : set of str
        All words that stand in pages and scripts.

    Returns
    -------
    str
        What is left of it.

    Examples
    --------
    >>> purged(".a, .b { color: red } .c .a { top: 0 } @media print { .c { top: 1px } }", {"a"})
    '.a{color: red}'
    >>> purged("a:not(.b) { color: red }", {"a"})
    'a:not(.b){color: red}'
    """
    rules = tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True)
    return "".join(_kept(rule, used) for rule in rules)


def _kept(rule: Any, used: set[str]) -> str:
    """Return a rule as text, or nothing."""
    if rule.type == "qualified-rule":
        selectors = _selectors(rule.prelude)
        kept = [each for each in selectors if set(_CLASS.findall(_ASIDE.sub("", each))) <= used]
        body = tinycss2.serialize(rule.content).strip()
        return f"{','.join(kept)}{{{body}}}" if kept else ""
    if rule.type == "at-rule" and rule.lower_at_keyword in ("media", "supports", "layer"):
        if rule.content is None:
            return rule.serialize()
        inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
        text = "".join(_kept(each, used) for each in inner)
        head = tinycss2.serialize(rule.prelude).strip()
        return f"@{rule.at_keyword} {head}{{{text}}}" if text else ""
    return rule.serialize()


def _selectors(prelude: list[Any]) -> list[str]:
    """Return the selectors of a rule; commas in brackets are part of one."""
    found: list[list[Any]] = [[]]
    for token in prelude:
        if token.type == "literal" and token.value == ",":
            found.append([])
        else:
            found[-1].append(token)
    return [tinycss2.serialize(each).strip() for each in found]


def _purge(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    used: set[str] = set()
    for path in Path(app.outdir).rglob("*"):
        if path.suffix in (".html", ".js") and path.name != "search-index.js":
            used.update(_WORD.findall(path.read_text("utf-8")))
    for name in SHEETS:
        sheet = Path(app.outdir) / "_static" / name
        if sheet.exists():
            sheet.write_text(purged(sheet.read_text("utf-8"), used), "utf-8")


def setup(app: Any) -> None:
    """Connect to Sphinx, after all pages are as they will be."""
    app.connect("build-finished", _purge, priority=950)
