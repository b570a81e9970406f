"""Colours of the explorer on a light and on a dark page, all from `adaptive.plotting`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from adaptive import plotting

#: The page in the dark, against which lines must stand out.
DARK_PAGE = "#14181e"
#: The least contrast of a line against its page.
CONTRAST = 3.0

#: What ``filter: invert(1) hue-rotate(180deg)`` does to colours after inverting them. The book's
#: pictures are turned so on dark pages, and the explorer's colours have to be the same.
_HUE_TURNED = np.array([[-0.574, 1.430, 0.144], [0.426, 0.430, 0.144], [0.426, 1.430, -0.856]])


def on_dark(colour: str) -> str:
    """Return what becomes of a colour on a dark page, lightened where it would be lost there.

    Parameters
    ----------
    colour : str
        The colour on a light page, as ``"#rrggbb"``.

    Returns
    -------
    str
        The colour on a dark page.

    Examples
    --------
    >>> on_dark("#111111")
    '#eeeeee'
    """
    turned = np.clip(_HUE_TURNED @ (1 - _channels(colour)), 0, 1)
    while contrast(_text(turned), DARK_PAGE) < CONTRAST:
        turned = turned + 0.05 * (1 - turned)
    return _text(turned)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21, as the accessibility guidelines have it."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def name_of(rule: object) -> str:
    """Return the name by which a rule is coloured: its class's, or that of the nearest parent."""
    kinds = [kind.__name__ for kind in type(rule).__mro__]
    return next((name for name in kinds if name in plotting.ALGORITHMS), kinds[0])


def look(name: str, prefix: str = "") -> str:
    """Return the colours of an algorithm, or of a concept, as custom properties for a style."""
    light = plotting.CONCEPTS[name] if prefix else str(plotting.line(name)["color"])
    return f"--{prefix}light:{light};--{prefix}dark:{on_dark(light)}"


def _channels(colour: str) -> npt.NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255


def _text(channels: npt.NDArray[np.float64]) -> str:
    return "#" + "".join(f"{round(255 * float(value)):02x}" for value in channels)


def _luminance(colour: str) -> float:
    c = _channels(colour)
    linear = np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])
