"""Figures without decimals that nobody sees: a hundredth of a point is enough.

matplotlib writes a millionth. Compressed, a figure of long curves is a third smaller without.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

_PATH = re.compile(r'(?<=\bd=")[^"]+')
#: What the text of a figure of matplotlib contains.
DRAWN = "<dc:title>Matplotlib"
_NUMBER = re.compile(r"-?\d+\.\d{3,}")


def rounded(svg: str) -> str:
    """Return a figure of matplotlib whose paths have two decimals.

    Examples
    --------
    >>> rounded('<path d="M 67.794862 117.5 L 68.000004 -1.125"/>')
    '<path d="M 67.79 117.5 L 68 -1.12"/>'
    """
    return _PATH.sub(lambda path: _NUMBER.sub(_short, path[0]), svg)


def _short(number: re.Match[str]) -> str:
    return f"{float(number[0]):.2f}".rstrip("0").rstrip(".")


def _round(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    for path in (Path(app.outdir) / "_images").glob("*.svg"):
        if DRAWN in (svg := path.read_text("utf-8")):
            path.write_text(rounded(svg), "utf-8")


def setup(app: Any) -> None:
    """Connect to Sphinx, before `dark` copies the figures."""
    app.connect("build-finished", _round, priority=850)
