"""A slider over pictures that were drawn beforehand: of anything, and without a kernel."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing

from adaptive import _checks
from adaptive.explorer import arguments
from adaptive.explorer.figure import Figure
from adaptive.explorer.frames import Frames, frames, svg_of

__all__ = ["Flipbook", "flipbook"]

#: More pictures than this make a page heavy.
MOST = 100


def flipbook(
    draw: Callable[[Any], Any],
    values: Iterable[Any],
    *,
    label: str,
    at: int = 0,
    question: str = "",
    alt: str = "",
    says: Callable[[Any], str] = lambda value: "",
    written: Callable[[Any], str] = "{:g}".format,
    key: str = "flipbook",
) -> Flipbook:
    """Draw a picture for each of some values, and show them under a slider.

    All are drawn at once and stored in the page, one whole and of the others what differs, so that
    the slider moves without a kernel. Figures that keep their axes where they are differ least.

    Parameters
    ----------
    draw : callable
        Takes a value, and returns a matplotlib Figure or Axes.
    values : iterable
        What the slider runs through, at most 100 values.
    label : str
        What the slider changes, such as ``"γ"``.
    at : int, default 0
        The number of the picture that is shown first.
    question : str, optional
        What the reader is to find out, above the picture.
    alt : str, optional
        What is to be seen, for readers who do not see it.
    says : callable, optional
        Takes a value, and returns the sentence that stands below its picture.
    written : callable, optional
        Takes a value, and returns how the slider shows it.
    key : str, default "flipbook"
        What the page calls the figure.

    Returns
    -------
    Flipbook
        An object that Jupyter shows.

    Raises
    ------
    TypeError
        If ``draw`` does not return a figure, or an argument is of the wrong kind.
    ValueError
        If there are no values or too many, or ``at`` is the number of none of them.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from adaptive import flipbook
    >>> def draw(a):
    ...     figure, ax = plt.subplots()
    ...     _ = ax.plot([0, a])
    ...     return figure
    >>> flipbook(draw, [1, 2, 4], label="a")
    <flipbook: 3 pictures, a from 1 to 4>
    """
    for name, function in (("draw", draw), ("says", says), ("written", written)):
        if not callable(function):
            raise TypeError(f"{name} must be callable, got {_checks.shown(function)}")
    for name, text in (("label", label), ("question", question), ("alt", alt)):
        if not isinstance(text, str):
            raise TypeError(f"{name} must be a str, got {_checks.shown(text)}")
    arguments.key(key)
    if not isinstance(values, Iterable):
        raise TypeError(f"values must be a sequence of values, got {_checks.shown(values)}")
    chosen = list(values)
    if not 0 < len(chosen) <= MOST:
        raise ValueError(f"values must be 1 to {MOST} values, got {len(chosen)}")
    at = _checks.count("at", at, 0)
    if at >= len(chosen):
        raise ValueError(f"at must be less than the number of values, {len(chosen)}, got {at}")
    pictures = frames([_drawn(draw, value) for value in chosen], at)
    shown = [(written(value), says(value)) for value in chosen]
    return Flipbook(pictures, shown, at, label, question, alt, key)


def _drawn(draw: Callable[[Any], Any], value: Any) -> str:
    """Return the picture of a value as SVG."""
    made = draw(value)
    figure = made.figure if isinstance(made, Axes) else made
    if not isinstance(figure, Drawing):
        raise TypeError(
            f"draw must return a matplotlib Figure or Axes, got {_checks.shown(made)} "
            f"for {_checks.shown(value)}"
        )
    return svg_of(figure)


@dataclass(frozen=True, eq=False, repr=False)
class Flipbook(Figure):
    """Pictures under a slider; made by `flipbook`, shown by Jupyter."""

    pictures: Frames
    #: For each picture, what the slider shows, and the sentence.
    shown: list[tuple[str, str]]
    at: int
    label: str
    question: str
    alt: str
    key: str

    kind = "adaptive-flipbook"

    def __repr__(self) -> str:
        (first, _), (last, _) = self.shown[0], self.shown[-1]
        return f"<flipbook: {len(self.shown)} pictures, {self.label} from {first} to {last}>"

    def _name(self) -> str:
        return f"Pictures for values of {self.label}"

    def _spec(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "slots": self.pictures.slots,
            "frames": self.pictures.values,
            "shown": [value for value, _ in self.shown],
            "said": [sentence for _, sentence in self.shown],
        }

    def _picture(self) -> str:
        value, sentence = map(html.escape, self.shown[self.at])
        alt, label = html.escape(self.alt, quote=True), html.escape(self.label)
        svg = self.pictures.whole.replace("<svg ", f'<svg role="img" aria-label="{alt}" ', 1)
        said = f'<p class="said">{sentence}</p>\n' if any(s for _, s in self.shown) else ""
        asked = f'<p class="question">{html.escape(self.question)}</p>\n' if self.question else ""
        return (
            f'<div class="leaf" style="max-width: {self.pictures.width:.0f}px">\n{asked}{svg}\n'
            f'<label class="dial"><span>{label}</span>'
            f'<span class="rail"><input type="range" min="0" max="{len(self.shown) - 1}" '
            f'value="{self.at}" '
            f'aria-valuetext="{html.escape(f"{value}. {sentence}", quote=True)}">'
            f'<span class="value" aria-hidden="true">{value}</span></span></label>\n{said}</div>'
        )
