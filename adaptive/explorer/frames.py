"""One picture and what differs in the others: many drawings of one figure in little room.

matplotlib draws each picture by itself. Most of it is the same in all of them, so the page gets one
picture whole, and of the others what is not as it is there.
"""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import matplotlib.pyplot as plt
from matplotlib.figure import Figure

from adaptive import palette
from adaptive.explorer.bundle import digest

#: What says which part of the picture changes.
MARK = "data-part"

_NUMBER = re.compile(r"-?\d+\.\d{3,}(?!\d)")
_COMMAND = re.compile(r"\s*([MLQCHVZ])\s*")
_FONT = re.compile(r"font-family:[^;]*;?\s*")


@dataclass(frozen=True)
class Frames:
    """Pictures that differ in some of their parts.

    Attributes
    ----------
    whole : str
        One of them, as SVG.
    slots : list of (int, str)
        What differs: the number of the part, and the name of its attribute; without a name it is
        what the part contains.
    values : list of list of (str or None)
        For each picture the value of each slot; None where an attribute is missing.
    width : float
        How wide the picture is, in pixels.
    """

    whole: str
    slots: list[tuple[int, str]]
    values: list[list[str | None]]
    width: float


def frames(figures: Sequence[str], at: int) -> Frames:
    """Return pictures as one of them, and what differs.

    Parameters
    ----------
    figures : sequence of str
        The pictures, as matplotlib writes SVG (see `svg_of`).
    at : int
        Which of them stands on the page before any script.

    Returns
    -------
    Frames
        The pictures.
    """
    apart = digest("".join(figures))
    roots = [_read(figure, apart) for figure in figures]
    width = float(roots[at].get("viewBox", "0 0 0 0").split()[2]) * 4 / 3
    found = list(_differences([roots[at], *roots]))
    slots, columns, parts = [], [], 0
    for element, name, values in found:
        if element.get(MARK) is None:
            element.set(MARK, str(parts))
            parts += 1
        slots.append((int(element.get(MARK, "")), name))
        columns.append(values[1:])
    whole = ElementTree.tostring(roots[at], encoding="unicode")
    return Frames(whole, slots, [list(row) for row in zip(*columns, strict=True)], width)


def svg_of(figure: Figure) -> str:
    """Return a figure of matplotlib as SVG whose texts are texts, and close it."""
    stream = io.StringIO()
    with plt.rc_context({"svg.fonttype": "none", "svg.hashsalt": "adaptive"}):
        figure.savefig(stream, format="svg", metadata={"Date": None})
    plt.close(figure)
    return stream.getvalue()


# --------------------------------------------------------------------------- what a page can hold


def _read(svg: str, apart: str) -> Element:
    """Return a picture of matplotlib without what a page does not need or may not have twice."""
    root = ElementTree.fromstring(svg)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        attributes = {name.rpartition("}")[2]: value for name, value in element.attrib.items()}
        element.attrib.clear()
        element.attrib.update({name: _tidy(name, value) for name, value in attributes.items()})
        element.tail = None
        if element.tag != "text" and element.tag != "tspan":
            element.text = None
    for parent in list(root.iter()):
        for child in list(parent):
            # Its style would hold for the whole page; the style sheet of the figure says the same.
            if child.tag in ("metadata", "style"):
                parent.remove(child)
    for name in ("width", "height", "version"):
        root.attrib.pop(name, None)
    _name_apart(root, apart)
    return root


def _tidy(name: str, value: str) -> str:
    """Return the value of an attribute, shorter, and in colours for either page."""
    if name in ("id", "href", "clip-path"):
        return value
    value = _NUMBER.sub(lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), value)
    if name == "d":
        return _COMMAND.sub(r"\1", value).strip()
    if name == "style":
        # The page has the fonts; a text takes that of the figure.
        return _FONT.sub("", palette.in_svg(value, _on_both)).strip()
    return value


def _on_both(colour: str) -> str:
    """Return a colour of the book for the light page and the dark one; others stay as they are."""
    try:
        return f"light-dark({colour},{palette.on_dark(colour)})"
    except ValueError:
        return colour


def _name_apart(root: Element, apart: str) -> None:
    """Leave the ids that something refers to, and make them differ from those of other figures."""
    pointing = {"href": re.compile(r"#(.+)"), "clip-path": re.compile(r"url\(#(.+)\)")}
    used = {
        match[1]
        for element in root.iter()
        for name, pattern in pointing.items()
        if (match := pattern.fullmatch(element.get(name, "")))
    }
    for element in root.iter():
        if (name := element.attrib.pop("id", None)) in used:
            element.set("id", f"{apart}-{name}")
        for attribute in pointing:
            if "#" in (value := element.get(attribute, "")):
                element.set(attribute, value.replace("#", f"#{apart}-"))


# --------------------------------------------------------------------------- what differs


def _differences(
    same: Sequence[Element],
) -> Iterator[tuple[Element, str, list[str | None]]]:
    """Yield where elements that stand for each other differ: the first, what in it, the values."""
    first = same[0]
    for name in sorted({name for each in same for name in each.attrib}):
        values = [each.get(name) for each in same]
        if len(set(values)) > 1:
            yield first, name, values
    if len({each.text for each in same}) > 1:
        yield first, "", [_written(each.text, each) for each in same]
    elif all([c.tag for c in each] == [c.tag for c in first] for each in same):
        for children in zip(*same, strict=True):
            yield from _differences(children)
    else:
        yield from _some_come_and_go([list(each) for each in same], first)


def _some_come_and_go(
    lists: Sequence[Sequence[Element]], parent: Element
) -> Iterator[tuple[Element, str, list[str | None]]]:
    """Yield what lies between the children that all begin with and those that all end with."""
    fewest = min(map(len, lists))
    front = _shared(lists, range(fewest))
    back = _shared(lists, range(-1, front - fewest - 1, -1))
    inner = [each[front : len(each) - back] for each in lists]
    group = Element("g")
    yield group, "", [_written(None, each) for each in inner]
    group.extend(inner[0])
    parent[front : len(lists[0]) - back] = [group]


def _shared(lists: Sequence[Sequence[Element]], places: Iterable[int]) -> int:
    """Return how many of the places, one after the other, hold the same in all lists."""
    shared = itertools.takewhile(
        lambda i: len({_written(None, [each[i]]) for each in lists}) == 1, places
    )
    return len(list(shared))


def _written(text: str | None, children: Iterable[Element]) -> str:
    """Return what an element contains, as SVG."""
    alone = Element("g")
    alone.text = text
    alone.extend(children)
    return ElementTree.tostring(alone, encoding="unicode", short_empty_elements=False)[3:-4]
