"""Pages for the instructor: one file each, which asks for nothing elsewhere and runs nothing."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adaptive.course.instructor import TEMPLATES
from adaptive.palette import ALGORITHMS, INK, PAGE, QUIET, on_dark

#: What is drawn in which colour.
_COLOURS = {
    "page": PAGE["light"],
    "ink": INK,
    "quiet": QUIET,
    "bar": ALGORITHMS["Momentum"],
    "other": ALGORITHMS["RMSprop"],
}


def link(path: str) -> str:
    """Return a path in the folder of the course as an address, whatever a student is called.

    Examples
    --------
    >>> link("feedback/Zoë #1/x.html")
    'feedback/Zo%C3%AB%20%231/x.html'
    """
    return quote(path)


def percent(share: float) -> str:
    """Return a share in per cent, or a dash.

    Examples
    --------
    >>> percent(0.625), percent(float("nan"))
    ('62%', '–')
    """
    return "–" if math.isnan(share) else f"{100 * share:.0f}%"


def signed(value: float) -> str:
    """Return a correlation, or a dash.

    Examples
    --------
    >>> signed(-0.125), signed(float("nan"))
    ('−0.12', '–')
    """
    return "–" if math.isnan(value) else f"{value:.2f}".replace("-", "−")


def write(template: str, path: Path, **content: Any) -> Path:
    """Write a page.

    Parameters
    ----------
    template : str
        Its name in ``templates/pages``.
    path : Path
        The file.
    **content : object
        What the template shows; text is escaped.

    Returns
    -------
    Path
        The file.
    """
    loader = FileSystemLoader(Path(TEMPLATES) / "pages")
    pages = Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"percent": percent, "signed": signed}
    colours = {name: (colour, on_dark(colour)) for name, colour in _COLOURS.items()}
    text = pages.get_template(template).render(colours=colours, **content)
    path.write_text(text, encoding="utf-8")
    return path
