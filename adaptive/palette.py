"""The book's colours: what is on the light page, and what it is on the dark one.

A figure is drawn once, in the colours of the light page; `on_dark` says what each becomes on the
dark one. Between any two algorithms, or concepts, the colours differ in lightness as well as in
hue, for all kinds of colour vision.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

#: The pages, behind everything.
PAGE = {"light": "#ffffff", "dark": "#14181e"}

#: The least contrast of a line against its page.
CONTRAST = 3.0

#: Text, axes, and what is neither an algorithm nor a concept: measured points, the minimum.
INK = "#1b2228"

#: What is quiet in every figure: contours, guides.
QUIET = "#8b959e"

#: The colour of each algorithm.
ALGORITHMS: dict[str, str] = {
    "SGD": "#808285",
    "Momentum": "#2472bd",
    "NAG": "#169db6",
    "Adagrad": "#006c4c",
    "Adadelta": "#96980b",
    "RMSprop": "#a75700",
    "Adam": "#a1012a",
    "AdaMax": "#5b0041",
    "Nadam": "#472297",
    "AMSGrad": "#f1006f",
    "AdamW": "#1408f9",
    "Lion": "#9c4590",
    "ScheduleFree": "#1c3f07",
    "Shampoo": "#852a5b",
    "SOAP": "#857efc",
    "Muon": "#1c0e00",
}

#: The colour of what a rule computes with, in every figure that shows it.
CONCEPTS: dict[str, str] = {
    "gradient": "#9a6200",
    "memory": "#5a3fd6",
    "scale": "#00756d",
    "decay": "#82020b",
    "step": "#111111",
}

_DARK: dict[str, str] = {
    PAGE["light"]: PAGE["dark"],
    INK: "#e7eaed",
    QUIET: "#737d87",
    "#808285": "#a4abbe",
    "#2472bd": "#43b6fc",
    "#169db6": "#93f2ff",
    "#006c4c": "#5ca067",
    "#96980b": "#e0f39e",
    "#a75700": "#fea22c",
    "#a1012a": "#ec481b",
    "#5b0041": "#fec1c4",
    "#472297": "#7473f0",
    "#f1006f": "#c3628b",
    "#1408f9": "#635ca5",
    "#9c4590": "#ad7ab8",
    "#1c3f07": "#93c47e",
    "#852a5b": "#a14d38",
    "#857efc": "#317e62",
    "#1c0e00": "#ffee2a",
    "#9a6200": "#f2b632",
    "#5a3fd6": "#a99aff",
    "#00756d": "#4fd3c2",
    "#82020b": "#bb3049",
    "#111111": "#ffffff",
}

#: From weak to strong, for areas: on either page, what is stronger stands out more from it.
_AREAS = {
    "light": ("#eef3f8", "#d3e2f0", "#b0cbe6", "#86aedb", "#5a90cc"),
    "dark": ("#1d2631", "#21364c", "#254a70", "#2a5f96", "#2b69ad"),
}

#: From weak to strong, for lines, which need more contrast than areas.
_LINES = {
    "light": ("#4f9d78", "#2f8a97", "#2b6ea6", "#344c9c", "#2d1e72"),
    "dark": ("#4b8b6c", "#3f98a8", "#69a9e2", "#a5b8f7", "#e2dcff"),
}

_MAPS = {
    (kind, page): LinearSegmentedColormap.from_list(f"adaptive-{kind}-{page}", stops)
    for kind, ramps in (("areas", _AREAS), ("lines", _LINES))
    for page, stops in ramps.items()
}

#: The colours of maps, from weak to strong.
AREAS = _MAPS["areas", "light"]

#: The colours of lines that differ in one quantity, from weak to strong.
LINES = _MAPS["lines", "light"]

_COLOUR = re.compile(r"#[0-9a-f]{6}\b")

#: How far, in 255ths of a channel, a colour may lie from one of a map to be taken for it.
_NEAR = 2


def on_dark(colour: str) -> str:
    """Return what a colour of the book becomes on the dark page.

    Parameters
    ----------
    colour : str
        A colour of the light page, as ``"#rrggbb"``: that of the page, of ink, of an algorithm,
        of a concept, or one of the two maps'.

    Returns
    -------
    str
        The colour on the dark page, as ``"#rrggbb"``.

    Raises
    ------
    ValueError
        If the book has no such colour.

    Examples
    --------
    >>> on_dark(ALGORITHMS["Momentum"]), on_dark("#ffffff")
    ('#43b6fc', '#14181e')
    """
    if colour in _DARK:
        return _DARK[colour]
    rgb = np.round(255 * np.array(to_rgb(colour)))
    return to_hex(_of_a_map(rgb[None], colour)[0] / 255)


def in_svg(svg: str, change: Callable[[str], str]) -> str:
    """Return a picture of matplotlib, or a part of one, with other colours.

    Parameters
    ----------
    svg : str
        The picture, as SVG.
    change : callable
        What each colour becomes. It gets them as ``"#rrggbb"``; black, which is ink where
        matplotlib or SVG says nothing else, as `INK`.

    Returns
    -------
    str
        The picture.

    Examples
    --------
    >>> in_svg('<path style="stroke: #2472bd; fill: #000000"/>', on_dark)
    '<path style="stroke: #43b6fc; fill: #e7eaed"/>'
    """
    colours = {
        each: change(INK if each == "#000000" else each) for each in set(_COLOUR.findall(svg))
    }
    return _COLOUR.sub(lambda match: colours[match[0]], svg)


def pixels_on_dark(rgb: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Return what a picture in colours of a map becomes on the dark page.

    Parameters
    ----------
    rgb : ndarray of uint8, shape (..., 3)
        Red, green and blue of each pixel.

    Returns
    -------
    ndarray of uint8, shape (..., 3)
        The same for the dark page.

    Raises
    ------
    ValueError
        If a pixel has a colour that no map has.
    """
    known, places = np.unique(rgb.reshape(-1, 3), axis=0, return_inverse=True)
    return _of_a_map(known.astype(float), "a pixel")[places].reshape(rgb.shape).astype(np.uint8)


def _of_a_map(rgb: npt.NDArray[np.floating], what: str) -> npt.NDArray[np.floating]:
    """Return the same places in the same map of the dark page."""
    light, dark = _tables()
    off = np.abs(rgb[:, None] - light).max(axis=-1)
    nearest = off.argmin(axis=1)
    if (far := off[np.arange(len(rgb)), nearest] > _NEAR).any():
        found = to_hex(rgb[far][0] / 255)
        raise ValueError(f"{what} must have a colour of the book, got {found}")
    return dark[nearest]


@functools.cache
def _tables() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return all colours of both maps on the light page, and the same on the dark one."""
    places = np.linspace(0, 1, 256)
    light, dark = (
        np.concatenate([_MAPS[kind, page](places)[:, :3] for kind in ("areas", "lines")])
        for page in PAGE
    )
    return np.round(255 * light), np.round(255 * dark)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, as the accessibility guidelines have it.

    Parameters
    ----------
    one, other : str
        The colours, as ``"#rrggbb"``.

    Returns
    -------
    float
        From 1, for two equal colours, to 21, for black and white.

    Examples
    --------
    >>> contrast("#000000", "#ffffff")
    21.0
    """
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    c = np.array(to_rgb(colour))
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
