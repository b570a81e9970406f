"""The letters of figures are large enough, on a phone and at a desk, on all pages."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree

import numpy as np
import pytest

from chapters._site.legible import LEAST, SCRIPTS, framed, least_width
from tests.site.conftest import soup
from tests.site.test_pages import NAMES

SVG = "{http://www.w3.org/2000/svg}"


def smallest(path: Path, width: float) -> tuple[float, float]:
    """Return the size of the smallest letters of a figure that is so wide, in pixels.

    Those on the line, and those that are exponents or indices or stand beside such.
    """
    root = ElementTree.parse(path).getroot()
    sizes, scripts = [], []
    for text in root.iter(f"{SVG}g"):
        if text.get("id", "").startswith("text_"):
            letters = text.find(f"{SVG}g")
            found = re.search(
                r"scale\(([\d.]+)", "" if letters is None else letters.get("transform")
            )
            sizes += [100 * float(found[1])] if found else []
            for letter in text.iter(f"{SVG}use"):
                part = re.search(r"scale\(([\d.]+)\)", letter.get("transform", ""))
                scripts += [sizes[-1] * float(part[1])] if part else []
    assert sizes, path
    scale = width / float(root.get("viewBox").split()[2])
    return min(sizes) * scale, min(scripts, default=np.inf) * scale


@pytest.mark.parametrize("name", NAMES)
def test_the_letters_of_figures_can_be_read(book, phone, desk, name):
    """On a phone and at a desk; and what is too wide scrolls there, by key as well."""
    path = book / f"{name}.html"
    pictures = soup(path).select("article .cell_output img.only-light, svg.architecture")
    if not pictures and not soup(path).select("[data-explorer]"):
        return
    for width, seen in ((390, phone(name).figures), (1280, desk(name).figures)):
        assert len(seen.places) == len(pictures)
        for figure in seen.places:
            if file := unquote(figure["file"]):
                letters, scripts = smallest(path.parent / file, figure["width"])
                assert letters > LEAST - 0.05, figure
                assert scripts > SCRIPTS - 0.05, figure
            if figure["width"] > figure["place"] + 1:
                assert figure["scrolls"], figure
                assert figure["key"] == 0, figure
        small = {True: SCRIPTS - 0.05, False: LEAST - 0.05}
        assert [e for e in seen.letters if e["size"] <= small[e["script"]]] == []
        assert seen.width <= width


LIGHT = '<img class="only-light" alt="a" src="a.svg">'
DARK = '<img class="only-dark" alt="a" src="a-dark.svg">'
TEXT = (
    '<g transform="translate(1 2) rotate(-90) scale({0} -{0})"><path transform="scale(0.01)"/></g>'
)


def test_exponents_can_be_read_as_well():
    """They are smaller than what they stand beside, and may be as much smaller as can be read."""
    part = (
        '<svg viewBox="0 0 440 250"><g transform="scale(0.11 -0.11)"><use transform="scale({})"/>'
    )
    assert least_width(part.format(0.9)) == 440
    assert least_width(part.format(0.6)) == round(440 * SCRIPTS / 6.6)


@pytest.mark.parametrize(
    ("sizes", "least"), [((0.105,), 453), ((0.105, 0.07), 679), ((), 0)], ids=["one", "two", "none"]
)
def test_a_figure_says_how_wide_it_must_be(tmp_path, sizes, least):
    words = "".join(TEXT.format(size) for size in sizes)
    svg = f'<svg viewBox="0 0 432 250">{words}</svg>'
    assert least_width(svg) == least
    (tmp_path / "a.svg").write_text(svg, encoding="utf-8")
    page = f"<figure>{LIGHT}\n{DARK}<figcaption>b</figcaption></figure>"
    assert framed(page, tmp_path) == page.replace(
        f"{LIGHT}\n{DARK}",
        f'<div class="scrolls drawn" style="--least: {least}px">{LIGHT}\n{DARK}</div>',
    )


def test_other_pictures_are_left_alone(tmp_path):
    page = '<img alt="a" src="a.svg"><img class="only-light" src="a.png"><img src="b.png">'
    assert framed(page, tmp_path) == page
