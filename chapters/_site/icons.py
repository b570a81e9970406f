"""The theme's icons, drawn into the pages.

The theme loads a bundle of two thousand icons, half a megabyte, and shows sixteen. Here those
are taken out of the same bundle, when the book is built, and put where they are used. They are
Font Awesome Free's (https://fontawesome.com), under CC BY 4.0.
"""

from __future__ import annotations

import functools
import re
from html import escape
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

#: The icons before the titles of boxes, by the class of the box; the first is for all others.
BOXES = {
    "": "bell",
    "note": "circle-info",
    "tip": "lightbulb",
    "hint": "lightbulb",
    "important": "circle-exclamation",
    "attention": "circle-exclamation",
    "warning": "triangle-exclamation",
    "caution": "triangle-exclamation",
    "danger": "triangle-exclamation",
    "error": "circle-xmark",
    "seealso": "share",
    "exercise": "pencil",
    "solution": "pencil",
}

_ELEMENT = re.compile(
    r'<(i|span) class="([^"]*\bfa[srb]?(?:-[a-z]+)? [^"]*)"([^>]*)>\s*</\1>', re.DOTALL
)
_STYLES = {"fa", "fas", "far", "fab", "fa-solid", "fa-regular", "fa-brands", "fa-lg", "fa-fw"}


def bundle() -> Path:
    """Return the theme's own bundle of icons."""
    spec = find_spec("pydata_sphinx_theme")
    assert spec is not None and spec.origin is not None
    theme = Path(spec.origin).parent / "theme" / "pydata_sphinx_theme"
    return theme / "static" / "scripts" / "fontawesome.js"


@functools.cache
def _text() -> str:
    return bundle().read_text(encoding="utf-8")


@functools.cache
def outline(name: str) -> tuple[int, int, str]:
    """Return an icon's width, height and path.

    Examples
    --------
    >>> outline("bars")[:2]
    (448, 512)
    """
    entry = rf'[{{,]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"[0-9a-f]+","([^"]+)"\]'
    # Where an icon is there twice, the first is the one in outline.
    found = re.findall(entry, _text())
    if not found:
        raise KeyError(f"the theme has no icon {name!r}")
    width, height, path = found[-1]
    return int(width), int(height), path


def svg(name: str, classes: str = "", attributes: str = "") -> str:
    """Return an icon as an element of a page."""
    width, height, path = outline(name)
    title = re.search(r'title="([^"]*)"', attributes)
    attributes = re.sub(r'\s*title="[^"]*"|\s*aria-hidden="[^"]*"', "", attributes).rstrip()
    inner = f"<title>{title[1]}</title>" if title else ""
    return (
        f'<svg class="svg-inline--fa {escape(classes)}"{attributes} aria-hidden="true" '
        f'focusable="false" viewBox="0 0 {width} {height}">{inner}'
        f'<path fill="currentColor" d="{path}"/></svg>'
    )


def draw(page: str) -> str:
    """Return a page with its icons in it.

    Examples
    --------
    >>> draw('<i class="fa-solid fa-bars"></i>').startswith('<svg class="svg-inline--fa fa-bars"')
    True
    """

    def element(match: re.Match[str]) -> str:
        classes = match[2].split()
        names = [each for each in classes if each.startswith("fa-") and each not in _STYLES]
        kept = " ".join(each for each in classes if each not in _STYLES)
        return svg(names[0].removeprefix("fa-"), kept, match[3]) if names else match[0]

    return _ELEMENT.sub(element, page)


def styles() -> str:
    """Return the style sheet that puts the icons before the titles of boxes."""
    rules = []
    for box, name in BOXES.items():
        width, height, path = outline(name)
        image = f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
        image += f"<path d='{path}'/></svg>"
        selector = f".admonition.{box}" if box else ".admonition"
        rules.append(
            f"{selector}>.admonition-title::after"
            f'{{--icon:url("data:image/svg+xml,{quote(image, safe=" /:=<>()")}")}}'
        )
    return "\n".join(rules) + "\n"


def setup(app: object) -> None:
    """Nothing to connect: `pages` calls `draw` and `styles`."""
