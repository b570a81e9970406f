"""Figures keep letters that can be read, where there is little room as well.

A figure says how wide it must be for its smallest letters to have a readable height. Where its
place is narrower, as on a phone, it scrolls there, as wide tables and formulas do.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

#: Letters have at least this size on a page, in pixels, and exponents and indices this one.
LEAST, SCRIPTS = 11, 9

_PAIR = re.compile(r'<img class="only-light"[^>]*?src="([^"]+\.svg)"[^>]*>\s*<img [^>]*>')
_WIDTH = re.compile(r'viewBox="0 0 ([\d.]+) ')
#: How matplotlib writes text: letters of size 100, which it scales, and turns upside down; and in
#: that a letter that is smaller.
_TEXT = re.compile(r"<g\b[^>]*\bscale\(([\d.]+) -")
_LETTER = re.compile(r"<use\b[^>]*\bscale\(([\d.]+)\)")


def least_width(svg: str) -> int:
    """Return how wide a figure of matplotlib must be for its smallest letters, in pixels.

    Parameters
    ----------
    svg : str
        The figure.

    Returns
    -------
    int
        The width; 0 if there are no letters.

    Examples
    --------
    >>> least_width('<svg viewBox="0 0 440 250"><g transform="scale(0.11 -0.11)"></g></svg>')
    440
    """
    _, *texts = _TEXT.split(svg)
    width = _WIDTH.search(svg)
    if not texts or width is None:
        return 0
    needed = []
    for scale, letters in zip(texts[::2], texts[1::2], strict=True):
        size = 100 * float(scale)
        needed.append(LEAST / size)
        needed += [SCRIPTS / (size * float(part)) for part in _LETTER.findall(letters)]
    return math.ceil(round(max(needed) * float(width[1]), 6))


def framed(page: str, folder: Path) -> str:
    """Return a page whose figures stand in a place of their own, and say how wide they must be."""

    def figure(match: re.Match[str]) -> str:
        path = folder / match[1]
        least = least_width(path.read_text("utf-8")) if path.is_file() else 0
        return f'<div class="scrolls drawn" style="--least: {least}px">{match[0]}</div>'

    return _PAIR.sub(figure, page)


def _frame(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text("utf-8")
        if "scrolls drawn" not in text and (changed := framed(text, path.parent)) != text:
            path.write_text(changed, "utf-8")


def setup(app: Any) -> None:
    """Connect to Sphinx, after `dark` has put each figure there twice."""
    app.connect("build-finished", _frame, priority=950)
