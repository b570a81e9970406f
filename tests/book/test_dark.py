"""Each figure has a copy for the dark page, in the colours that the book has there."""

from __future__ import annotations

import io
import re

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest

from adaptive import Momentum, descend, palette, plotting, sweep
from adaptive.problems import Ravine
from chapters._site import dark
from tests.book.notebooks import ROOT


def drawn() -> str:
    """Return a figure as a chapter draws it: lines, a map, words."""
    with plt.rc_context():
        plotting.use()
        _, (left, right) = plt.subplots(1, 2)
        plotting.loss(descend(Momentum(), Ravine()), ax=left)
        runs = sweep(Momentum(), Ravine(), steps=9, lr=[0.01, 0.1, 1], momentum=[0, 0.5])
        plotting.landscape(runs, ax=right, norm="log")
        file = io.StringIO()
        plt.savefig(file, format="svg")
        plt.close("all")
    return file.getvalue()


def test_a_figure_is_turned_and_keeps_its_form():
    light = drawn()
    turned = dark.turned(light)
    blue = palette.ALGORITHMS["Momentum"]
    assert blue in light
    assert blue not in turned
    assert palette.on_dark(blue) in turned
    assert "#000000" not in turned
    assert palette.INK not in turned
    form = re.compile(r"#[0-9a-f]{6}\b|data:image/png;base64,[^\"]+")
    assert form.sub("", turned) == form.sub("", light)


def test_pixels_are_turned_and_what_is_transparent_stays_so():
    light, turned = (
        plt.imread(io.BytesIO(dark.base64.b64decode(dark._PIXELS.search(svg)[0])))
        for svg in (drawn(), dark.turned(drawn()))
    )
    assert light.shape == turned.shape
    assert np.array_equal(light[..., 3], turned[..., 3])
    solid = light[..., 3] > 0
    strongest = light[solid][:, :3].sum(axis=1).argmin()
    assert turned[solid][strongest, :3].sum() == turned[solid][:, :3].sum(axis=1).max()


def test_a_colour_of_nobody_is_an_error():
    with pytest.raises(ValueError, match="a colour of the book, got #1f77b4"):
        dark.turned('<path style="stroke: #1f77b4"/>')


PAGE = '<p><img loading="lazy" width="9" alt="A map." src="../_images/{}.svg" /></p>'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "_images").mkdir()
    (tmp_path / "_images" / "map.svg").write_text(drawn(), encoding="utf-8")
    (tmp_path / "_images" / "logo.svg").write_text("<svg/>", encoding="utf-8")
    (tmp_path / "chapters").mkdir()
    return tmp_path / "chapters"


def test_a_page_has_each_figure_twice_and_says_of_each_when(folder):
    both = dark.paired(PAGE.format("map"), folder)
    light, other = re.findall("<img[^>]*>", both)
    assert 'class="only-light"' in light
    assert 'src="../_images/map.svg"' in light
    assert other == light.replace("only-light", "only-dark").replace("map.svg", "map-dark.svg")
    images = folder.parent / "_images"
    turned = dark.turned((images / "map.svg").read_text("utf-8"))
    assert (images / "map-dark.svg").read_text("utf-8") == turned
    assert dark.paired(both, folder) == both, "a second time nothing is added"


def test_what_is_no_figure_stays_alone(folder):
    for name in ("logo", "missing"):
        assert dark.paired(PAGE.format(name), folder) == PAGE.format(name)


#: Words for shades that are turned round on the dark page.
TURNED = re.compile(r"\b(black|white|(dark|light|bright|pal)(er|est))\b", re.IGNORECASE)


def _texts():
    """Yield what a reader reads: pages, captions, and what the figures say of themselves."""
    for path in sorted((ROOT / "chapters").rglob("*.md")):
        yield path.name, path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "chapters").rglob("*.ipynb")):
        for cell in nbformat.read(path, as_version=4).cells:
            yield path.name, str(cell.metadata.get("mystnb", ""))
            yield path.name, cell.source if cell.cell_type == "markdown" else ""
    for path in sorted((ROOT / "adaptive/explorer").glob("*.py")):
        yield path.name, path.read_text(encoding="utf-8").replace('mfc="white"', "")


def test_no_text_names_a_shade_that_the_dark_page_turns_round():
    named = [(name, match[0]) for name, text in _texts() for match in TURNED.finditer(text)]
    assert not named
