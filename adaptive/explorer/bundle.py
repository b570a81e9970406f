"""From the files of the page, and from Python objects, to one script."""

from __future__ import annotations

import functools
import hashlib
import json
import re
from importlib.resources import files
from typing import Any

#: The modules that all figures need, each after those that it imports.
COMMON = (
    "numbers.js",
    "descent.js",
    "drawing.js",
    "drag.js",
    "address.js",
    "memory.js",
    "controls.js",
    "outcome.js",
    "start.js",
)

#: The modules of each view, the last of which is the view itself, and its style sheets.
VIEWS = {
    "Explorer": ("landscape.js", "chart.js", "pad.js", "explorer.js"),
    "Opening": ("labels.js", "opening.js"),
    "Gallery": ("gallery.js",),
    "Anatomy": ("contours.js", "labels.js", "lens.js", "bands.js", "anatomy.js"),
    "Flipbook": ("flipbook.js",),
    "Translator": ("translator.js",),
}
MODULES = tuple(dict.fromkeys((*COMMON, *(each for modules in VIEWS.values() for each in modules))))

#: The style sheet of all figures, and those of some views.
STYLE = "explorer.css"
STYLES = {
    "Opening": "opening.css",
    "Gallery": "gallery.css",
    "Anatomy": "anatomy.css",
    "Flipbook": "flipbook.css",
    "Translator": "translator.css",
}

#: What stands around a part that figures of a page share, so that all copies but one can be taken
#: out (see `adaptive.explorer.book`).
BEGIN, END = "<!--adaptive-explorer {}-->", "<!--/adaptive-explorer {}-->"

_IMPORT = re.compile(r"^import \{[^}]*\} from \"\./[\w.]+\";\n", re.MULTILINE)
#: What is for those who read the modules, and not for the page.
_COMMENT = re.compile(r"^ *(?:/\*.*?\*/|//[^\n]*)\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^ +", re.MULTILINE)
_EXPORTED = re.compile(r"^export (?:const|function|class) (\w+)", re.MULTILINE)
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
def modules(names: tuple[str, ...] = MODULES) -> str:
    """Return modules of the page as one script.

    They import each other by name only, so that putting them one after
    another is all that is needed.
    """
    return "\n".join(map(module, names))


@functools.cache
def stylesheet(view: str | None = None) -> str:
    """Return the style sheet of all figures, or what a view adds to it."""
    name = STYLE if view is None else STYLES.get(view)
    return "" if name is None else _code(name)


@functools.cache
def exported() -> tuple[str, ...]:
    """Return the names that the common modules export."""
    return tuple(name for each in COMMON for name in _EXPORTED.findall(_code(each)))


def shared(catalogue: dict[str, Any], view: str) -> tuple[str, str]:
    """Return the key of a view, and the HTML of all that its figures share with others."""
    names = ",".join(exported())
    common_key, common = _part(
        f"{modules(COMMON)}\nreturn {{{names},catalogue:{to_javascript(catalogue)}}};",
        stylesheet(),
    )
    key, own = _part(
        f'const {{{names},catalogue}}=globalThis.adaptiveExplorers["{common_key}"];\n'
        f"{modules(VIEWS[view])}\nreturn starter({view},catalogue);",
        stylesheet(view),
    )
    return key, common + own


def _part(body: str, style: str) -> tuple[str, str]:
    """Return the key and the HTML of a script that runs once a page, and of its style."""
    key = digest(style + body)
    script = (
        "globalThis.adaptiveExplorers ??= {};\n"
        f'globalThis.adaptiveExplorers["{key}"] ??= (() => {{\n"use strict";\n{body}\n}})();'
    )
    styled = f"<style>\n{style}</style>\n" if style else ""
    return key, f"{BEGIN.format(key)}{styled}<script>\n{script}\n</script>{END.format(key)}"


def digest(text: str) -> str:
    """Return a short name that stands for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:10]
