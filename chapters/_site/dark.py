"""Figures on the dark page: each is drawn once, and copied with the colours that it has there.

`adaptive.palette` says what each colour becomes. A colour that it does not know is a warning, and
so an error of the build: no figure has colours of its own.
"""

from __future__ import annotations

import base64
import io
import re
from pathlib import Path
from typing import Any

import numpy as np
from adaptive import palette
from chapters._site.decimals import DRAWN
from matplotlib.image import imread, imsave
from sphinx.util import logging

_logger = logging.getLogger(__name__)

_PIXELS = re.compile(r"(?<=data:image/png;base64,)[^\"]+")
_FIGURE = re.compile(r'<img (?P<before>[^>]*?)src="(?P<file>[^":]*_images/[^"]+)\.svg"[^>]*>')


def turned(svg: str) -> str:
    """Return a figure of matplotlib as it is on the dark page.

    Parameters
    ----------
    svg : str
        The figure in the colours of the light page.

    Returns
    -------
    str
        The same in those of the dark page.

    Raises
    ------
    ValueError
        If the book does not have a colour of the figure.

    Examples
    --------
    >>> turned('<path style="stroke: #2472bd"/>')
    '<path style="stroke: #43b6fc"/>'
    """
    svg = palette.in_svg(svg, palette.on_dark)
    return _PIXELS.sub(lambda match: _turned_pixels(match[0]), svg)


def _turned_pixels(png: str) -> str:
    """Return a picture, as text in base 64, in the colours of the dark page."""
    rgba = np.round(255 * imread(io.BytesIO(base64.b64decode(png)))).astype(np.uint8)
    seen = rgba[..., 3] > 0
    rgba[seen, :3] = palette.pixels_on_dark(rgba[seen, :3])
    file = io.BytesIO()
    imsave(file, rgba, format="png")
    return base64.b64encode(file.getvalue()).decode()


def paired(page: str, folder: Path) -> str:
    """Return a page with each figure twice, for the light page and for the dark one.

    Of the two the reader's browser fetches the one that it shows.
    """

    def image(match: re.Match[str]) -> str:
        light = folder / f"{match['file']}.svg"
        dark = folder / f"{match['file']}-dark.svg"
        if "class=" in match[0] or not (dark.exists() or _turn(light, dark)):
            return match[0]
        one, other = (match[0].replace("<img ", f'<img class="only-{on}" ') for on in palette.PAGE)
        return one + other.replace(light.name, dark.name)

    return _FIGURE.sub(image, page)


def _turn(light: Path, dark: Path) -> bool:
    """Write the dark copy of a figure, and return whether it is a figure of matplotlib."""
    if not light.is_file() or DRAWN not in (svg := light.read_text("utf-8")):
        return False
    try:
        dark.write_text(turned(svg), "utf-8")
    except ValueError as error:
        _logger.warning("a figure, %s: %s", light.name, error)
        return False
    return True


def _pair(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    for path in Path(app.outdir).rglob("*.html"):
        text = path.read_text("utf-8")
        if (both := paired(text, path.parent)) != text:
            path.write_text(both, "utf-8")


def setup(app: Any) -> None:
    """Connect to Sphinx, after `pages` has given the figures their sizes."""
    app.connect("build-finished", _pair, priority=900)
