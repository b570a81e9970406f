"""What the theme writes, mended: for readers who listen or use keys, and for a light page."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

from chapters._site import icons

#: What the theme's style sheet says of icons, which are drawn here.
_ICON_RULE = re.compile(r"(?:@font-face|(?<=[}{])\.fa-[^{}]*)\{[^{}]*\}")
_SCRIPT = re.compile(r"[ \t]*<script\b[^>]*>.*?</script>[ \t]*\n?", re.DOTALL)
#: What the theme searches with, and the book does not (see `search`).
_SEARCH = ("searchtools.js", "language_data.js", "searchindex.js")
#: Buttons that give up the keys' place when they are pressed, as they should for the mouse.
_BLUR = "(()=>{t.blur()})"
#: The title and the contents that the theme keeps for paper.
_PRINT = re.compile(
    r'<div id="jb-print-docs-body".*?</div>(?=\s*(?:<div id="searchbox"|<article))', re.DOTALL
)
_VIEWPORT = re.compile(r'<meta name="viewport"[^>]*>\s*')
#: A formula in a line, and what ends a clause right after it.
_ENDED = re.compile(
    r'(<span class="math [^>]*>(?:(?!</mjx-container>).)*</mjx-container></span>)([,.;:!?)’”]+)',
    re.DOTALL,
)
_EMPTY_HEADING = re.compile(r"<th\b([^>]*)>\s*(?:<p>\s*</p>)?\s*</th>")


def _scripts_last(page: str) -> str:
    """Move what the head loads to the end of the page, each script once, in its order.

    The text is then there before any of it has run. What chooses between light and dark
    stays: it has to come before the first paint.
    """
    head, end, body = page.partition("</head>")
    scripts: list[str] = []

    def take(match: re.Match[str]) -> str:
        script = match[0].strip()
        if "data-cfasync" in script:
            return match[0]
        if not any(each in script for each in ("fontawesome.js", *_SEARCH)):
            scripts.append(script)
        return ""

    head = _SCRIPT.sub(take, head)
    before, close, after = body.rpartition("</body>")
    return head + end + before + "\n".join(dict.fromkeys(scripts)) + "\n" + close + after


def mend(page: str) -> str:
    """Return a page of the theme, mended.

    Examples
    --------
    >>> mend('<th class="head"><p></p></th><section id="solution-content">')
    '<td class="head"></td><section>'
    >>> mend('<span class="math x"><mjx-container></mjx-container></span>, and')
    '<span class="together"><span class="math x"><mjx-container></mjx-container></span>,</span> and'
    """
    page = icons.draw(page)
    if "</head>" in page and "</body>" in page:
        page = _scripts_last(page)
    first = _VIEWPORT.search(page)
    if first:
        page = page[: first.end()] + _VIEWPORT.sub("", page[first.end() :])
    # Where no script says which theme, neither would hold, and both pictures of a pair be seen.
    page = page.replace(' data-theme="auto"', ' data-theme="light"', 1)
    # A landmark for the logo and the search, which stand in none.
    page = page.replace(
        '<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar">',
        '<div id="pst-primary-sidebar" class="bd-sidebar-primary bd-sidebar" '
        'role="region" aria-label="The book">',
    )
    # A button with a picture alone.
    page = page.replace(
        '<summary><span class="toctree-toggle"',
        '<summary aria-label="Pages of this part"><span class="toctree-toggle"',
    )
    # A corner of a table heads nothing.
    page = _EMPTY_HEADING.sub(r"<td\1></td>", page)
    # The same id for each exercise, solution and proof of a page.
    page = re.sub(r' id="(?:(?:exercise|solution|proof)-content|proof)"', "", page)
    # A proof says so in the way of a theorem.
    page = page.replace(
        '<div class="proof admonition">\n<p>Proof. ',
        '<div class="proof admonition">\n<p><span class="proof-word">Proof.</span> ',
    )
    # Entries of a list of references are entries of a list; the role of theirs is no more.
    page = page.replace('role="doc-biblioentry"', 'role="listitem"')
    # No line begins with a comma or a full stop.
    page = _ENDED.sub(r'<span class="together">\1\2</span>', page)
    # On paper a page has its own title; the theme's copy of it would be a second one.
    page = _PRINT.sub("", page)
    return re.sub(r'(<a\b[^>]*target="_blank")(?![^>]*\brel=)', r'\1 rel="noopener"', page)


def _size(path: Path) -> str:
    """Return the size of an SVG picture as attributes of an image; nothing of others."""
    start = path.read_text(encoding="utf-8")[:3000] if path.suffix == ".svg" else ""
    root = re.search(r"<svg\b[^>]*>", start)
    sides = []
    for side in ("width", "height"):
        found = re.search(rf'\s{side}="([\d.]+)(pt|px|)"', root[0] if root else "")
        if not found:
            return ""
        pixels = float(found[1]) * (4 / 3 if found[2] == "pt" else 1)
        sides.append(f'{side}="{pixels:.0f}"')
    return " ".join(sides) + " "


def frame(page: str, folder: Path) -> str:
    """Return a page whose pictures have their room before they are there, and come when seen."""

    def image(match: re.Match[str]) -> str:
        path = folder / match[1]
        if "_static/images/logo_" in match[1]:  # in menus, which most readers do not open
            return match[0].replace("<img ", '<img loading="lazy" ', 1)
        if "loading=" in match[0] or not path.is_file() or "_images" not in path.parts:
            return match[0]
        sized = "" if re.search(r"\s(?:width|height|style)=", match[0]) else _size(path)
        return match[0].replace("<img ", f'<img loading="lazy" decoding="async" {sized}', 1)

    return re.sub(r'<img [^>]*?src="([^":]+)"[^>]*>', image, page)


def _wrap(app: Any) -> None:
    """Let each page that is written go through `mend`."""
    if app.builder.format != "html" or not hasattr(app.builder, "templates"):
        return
    render = app.builder.templates.render
    app.builder.templates.render = lambda name, context: mend(render(name, context))


def _lighten(app: Any, error: Exception | None) -> None:
    """Frame pictures; take the icons out of the style sheet and of the site, put the book's in."""
    static = Path(app.outdir) / "_static"
    for path in [] if error else Path(app.outdir).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if (framed := frame(text, path.parent)) != text:
            path.write_text(framed, encoding="utf-8")
    sheet = static / "styles" / "pydata-sphinx-theme.css"
    if error or not sheet.exists():
        return
    text = _ICON_RULE.sub("", sheet.read_text(encoding="utf-8"))
    text = re.sub(r"/\*# sourceMappingURL=.*?\*/", "", text)
    sheet.write_text(text, encoding="utf-8")
    # Who pressed a button by key stays there; `detail` counts the clicks of a mouse.
    script = static / "scripts" / "sphinx-book-theme.js"
    text = script.read_text(encoding="utf-8").replace(_BLUR, "(e=>{e.detail&&t.blur()})")
    script.write_text(text, encoding="utf-8")
    (static / "icons.css").write_text(icons.styles(), encoding="utf-8")
    for path in static.rglob("*.map"):
        path.unlink()
    for path in (static / "scripts").glob("fontawesome.js*"):
        path.unlink()
    shutil.rmtree(static / "vendor" / "fontawesome", ignore_errors=True)


def setup(app: Any) -> None:
    """Connect to Sphinx."""
    app.add_css_file("icons.css")
    app.add_js_file("book.js", loading_method="defer")
    app.connect("builder-inited", _wrap)
    app.connect("build-finished", _lighten)
