"""A student's page, cleaned: nothing in it runs, and nothing in it asks for anything elsewhere.

What is in the body comes from a student: outputs, answers, names. The head is the template's.
"""

from __future__ import annotations

import base64
import hashlib
import re
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

import nh3
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

_MATH = {
    *("math", "semantics", "mrow", "mi", "mn", "mo", "ms", "mspace", "mtext", "mfrac", "msqrt"),
    *("mroot", "mstyle", "merror", "mpadded", "mphantom", "msub", "msup", "msubsup", "munder"),
    *("mover", "munderover", "mmultiscripts", "mtable", "mtr", "mtd"),
}
_DRAWN = {"svg", "g", "path", "rect", "line", "defs", "text", "tspan", "use"}
_TAGS = (nh3.ALLOWED_TAGS - {"map", "area"}) | _MATH | _DRAWN | {"section"}
_SHAPE = {
    *("d", "x", "y", "x1", "x2", "y1", "y2", "width", "height", "viewBox", "transform"),
    *("fill", "stroke", "stroke-width", "preserveAspectRatio"),
}
_ATTRIBUTES = deepcopy(nh3.ALLOWED_ATTRIBUTES)
_ATTRIBUTES["*"] = {
    *("class", "id", "title", "lang", "dir", "role", "style", "tabindex", "open"),
    *("aria-label", "aria-hidden", "aria-labelledby"),
}
_ATTRIBUTES |= {
    tag: {
        *("display", "displaystyle", "mathvariant", "stretchy", "fence", "form", "accent"),
        *("minsize", "maxsize", "lspace", "rspace", "width", "height", "depth", "linethickness"),
        *("columnalign", "columnspacing", "rowspacing", "movablelimits", "separator", "symmetric"),
    }
    for tag in _MATH
}
_ATTRIBUTES["a"] |= {"name"}
_ATTRIBUTES |= {tag: _SHAPE | {"href"} for tag in _DRAWN}
#: How an output may look; nothing that lays it over the page, and no address.
_STYLES = {
    *("color", "background-color", "font-weight", "font-style", "font-family", "font-size"),
    *("text-align", "text-decoration", "vertical-align", "white-space", "width", "height"),
    *("max-width", "min-width", "border", "border-collapse", "padding", "line-height"),
}
_PICTURE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
_LINK = re.compile(r"(#|https?://|mailto:)", re.IGNORECASE)
#: In a style: a call of anything but a colour, and what could hide one.
_ELSEWHERE = re.compile(r"(?<!\brgb)(?<!\brgba)(?<!\bhsl)\(|\\|/\*", re.IGNORECASE)
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.IGNORECASE | re.DOTALL)
_SOURCE = re.compile(r"""\bsrc=["']([^"']+)""", re.IGNORECASE)
_BODY = re.compile(r"<body\b[^>]*>", re.IGNORECASE)


def _kept(tag: str, attribute: str, value: str) -> str | None:
    """Return the value of an attribute, or None if it may lead elsewhere."""
    if attribute == "src":
        return value if _PICTURE.fullmatch(value) else None
    if attribute == "href":
        return value if (_LINK if tag == "a" else re.compile("#")).match(value) else None
    if attribute == "style" and _ELSEWHERE.search(value):
        return None
    return None if attribute == "cite" else value


def clean(html: str) -> str:
    """Return HTML without what runs or asks for something elsewhere.

    Parameters
    ----------
    html : str
        Anything.

    Returns
    -------
    str
        Text, tables, pictures that are in it, formulas, and links to follow.

    Examples
    --------
    >>> clean('<p onclick="x()">a<script>x()</script><img src="https://x.org/i.png"></p>')
    '<p>a<img></p>'
    """
    cleaned: str = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags={"script", "style", "iframe", "object", "noscript", "template"},
        attributes=_ATTRIBUTES,
        attribute_filter=_kept,
        filter_style_properties=_STYLES,
        url_schemes={"http", "https", "mailto", "data"},
    )
    return cleaned


def page(html: str) -> str:
    """Return a page with a clean body, and with a head that forbids what is not the template's own.

    Parameters
    ----------
    html : str
        A page.

    Returns
    -------
    str
    """
    begin = _BODY.search(html)
    if begin is None:
        raise ValueError("html must be a page with a body, and has none")
    head, body = html[: begin.start()], html[begin.end() :]
    rule = f'<meta http-equiv="Content-Security-Policy" content="{_policy(head)}">'
    head = re.sub(r"(<head\b[^>]*>)", lambda found: found[1] + rule, head, count=1)
    return f"{head}{begin[0]}{clean(body)}</body></html>\n"


def _policy(head: str) -> str:
    """Return what a browser is allowed, from what is in the head."""
    scripts, origins = ["'none'"], set()
    for attributes, code in _SCRIPT.findall(head):
        if source := _SOURCE.search(attributes):
            there = urlsplit(source[1])
            origins.add(f"{there.scheme}://{there.netloc}")
        else:
            digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
            scripts.append(f"'sha256-{digest}'")
    if origins or len(scripts) > 1:
        # The configuration of MathJax is text that MathJax runs.
        scripts = [*scripts[1:], *sorted(origins), "'unsafe-eval'"]
    fonts = " ".join(["data:", *sorted(origins)])
    return (
        f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; font-src {fonts}; "
        f"script-src {' '.join(scripts)}; base-uri 'none'; form-action 'none'"
    )


class Pictures(NbGraderPreprocessor):
    """Make each drawing in the outputs a picture, in which no script runs."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Change the outputs of a cell."""
        for output in cell.get("outputs", ()):
            if "metadata" in output:
                output.metadata = NotebookNode()
            if drawing := output.get("data", {}).pop("image/svg+xml", None):
                text = "".join(drawing)
                data = base64.b64encode(text.encode()).decode()
                shown = f'<img alt="a drawing" src="data:image/svg+xml;base64,{data}">'
                output.data.setdefault("text/html", shown)
        return cell, resources


class Page(HTMLExporter):
    """Make a clean page of a notebook."""

    def from_notebook_node(
        self, nb: NotebookNode, resources: Any = None, **given: Any
    ) -> tuple[Any, Any]:
        """Return the page."""
        html, resources = super().from_notebook_node(nb, resources=resources, **given)
        return page(html), resources
