"""From the files of the page, and from Python objects, to one script."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

#: The modules of the page, each after those that it imports.
MODULES = (
    "numbers.js",
    "descent.js",
    "drawing.js",
    "drag.js",
    "landscape.js",
    "chart.js",
    "pad.js",
    "address.js",
    "memory.js",
    "controls.js",
    "explorer.js",
    "labels.js",
    "outcome.js",
    "opening.js",
    "gallery.js",
    "contours.js",
    "lens.js",
    "bands.js",
    "anatomy.js",
    "start.js",
)

#: The style sheets of the page, in their order.
STYLES = ("explorer.css", "opening.css", "gallery.css", "anatomy.css")

#: What stands around the part that all explorers of a page share, so that all but one of them
#: can be taken out (see `adaptive.explorer.book`).
BEGIN, END = "<!--adaptive-explorer {}-->", "<!--/adaptive-explorer {}-->"

_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./[\w.]+\";\n", re.MULTILINE)
#: What is for those who read the modules, and not for the page.
_COMMENT = re.compile(r"^ *(?:/\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^ +", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) )", re.MULTILINE)


class Code(str):
    """Text that is JavaScript, not a string in it."""


def to_javascript(value: Any) -> str:
    """Return a Python object as JavaScript; what is `Code` stays as it is.

    Examples
    --------
    >>> to_javascript({"a": [1, None], "f": Code("() => 1")})
    '{"a":[1,null],"f":() => 1}'
    """
    if isinstance(value, Code):
        return str(value)
    if isinstance(value, dict):
        # In brackets a name is a name: alone, "__proto__" would not become an entry.
        names = (
            f"[{to_javascript(k)}]" if k == "__proto__" else to_javascript(k)
            for k in map(str, value)
        )
        parts = (f"{k}:{to_javascript(v)}" for k, v in zip(names, value.values(), strict=True))
        return "{" + ",".join(parts) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(to_javascript, value)) + "]"
    # In a page, nothing in a script may look like its end, or like a comment.
    return json.dumps(value, ensure_ascii=False).replace("</", "<\\/").replace("<!--", "\\u003c!--")


def module(name: str) -> str:
    """Return one module of the page, without what it imports and exports."""
    return _EXPORT.sub("", _IMPORT.sub("", _code(name)))


def _code(name: str) -> str:
    """Return a file of the page without its comments and indents."""
    source = (files("adaptive.explorer") / "page" / name).read_text(encoding="utf-8")
    return _INDENT.sub("", _COMMENT.sub("", source))


@functools.cache
def modules() -> str:
    """Return the modules of the page as one script.

    They import each other by name only, so that putting them one after
    another is all that is needed.
    """
    return "\n".join(module(name) for name in MODULES)


@functools.cache
def stylesheet() -> str:
    """Return the style sheets of the page as one."""
    return "".join(map(_code, STYLES))


def shared(catalogue: dict[str, Any]) -> tuple[str, str]:
    """Return the key, and the HTML, of what all explorers of a page share."""
    body = f"{modules()}\nreturn starter({to_javascript(catalogue)});"
    key = digest(stylesheet() + body)
    script = (
        "globalThis.adaptiveExplorers ??= {};\n"
        f'globalThis.adaptiveExplorers["{key}"] ??= (() => {{\n"use strict";\n{body}\n}})();'
    )
    return key, (
        f"{BEGIN.format(key)}<style>\n{stylesheet()}</style>\n"
        f"<script>\n{script}\n</script>{END.format(key)}"
    )


def digest(text: str) -> str:
    """Return a short name that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]
