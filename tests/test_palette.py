"""The book's colours differ for everybody, on either page."""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from adaptive import palette
from tests.every import DRAWN

# The library changes how numpy prints, and warns of what it cannot do without other packages.
with np.printoptions(), warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import colour
    from colour.blindness import matrix_cvd_Machado2009

    #: What colour vision makes of linear red, green and blue; the defects in full.
    SIGHTS = {"normal": np.eye(3)} | {
        defect: matrix_cvd_Machado2009(defect, 1.0)
        for defect in ("Deuteranomaly", "Protanomaly", "Tritanomaly")
    }

TURNED = {"light": lambda each: each, "dark": palette.on_dark}
PALETTES = {"algorithms": palette.ALGORITHMS, "concepts": palette.CONCEPTS}


def seen(hexadecimal: str, sight: str) -> np.ndarray:
    """Return how a colour looks, in CIELAB."""
    linear = colour.models.eotf_sRGB(np.array(to_rgb(hexadecimal)))
    rgb = colour.models.eotf_inverse_sRGB(np.clip(SIGHTS[sight] @ linear, 0, 1))
    return colour.XYZ_to_Lab(colour.sRGB_to_XYZ(rgb))


@pytest.mark.parametrize("page", palette.PAGE)
@pytest.mark.parametrize("colours", PALETTES)
@pytest.mark.parametrize("sight", SIGHTS)
def test_any_two_can_be_told_apart(page, colours, sight):
    looks = {name: seen(TURNED[page](each), sight) for name, each in PALETTES[colours].items()}
    for one, other in itertools.combinations(looks, 2):
        assert colour.delta_E(looks[one], looks[other], method="CIE 2000") >= 10, (one, other)


@pytest.mark.parametrize("page", palette.PAGE)
def test_lines_stand_out_from_the_page(page):
    colours = [*palette.ALGORITHMS.values(), *palette.CONCEPTS.values(), palette.QUIET]
    for each in (TURNED[page](each) for each in colours):
        assert palette.contrast(each, palette.PAGE[page]) >= palette.CONTRAST
    for place in np.linspace(0, 1, 20):
        line = TURNED[page](to_hex(palette.LINES(place)))
        assert palette.contrast(line, palette.PAGE[page]) >= palette.CONTRAST


@pytest.mark.parametrize("page", palette.PAGE)
@pytest.mark.parametrize("scale", [palette.AREAS, palette.LINES], ids=["areas", "lines"])
def test_what_is_stronger_stands_out_more_on_either_page(page, scale):
    colours = [TURNED[page](to_hex(scale(place))) for place in np.linspace(0, 1, 20)]
    contrasts = [palette.contrast(each, palette.PAGE[page]) for each in colours]
    assert np.all(np.diff(contrasts) > 0)


@pytest.mark.parametrize("page", palette.PAGE)
def test_words_can_be_read_on_each_colour_of_a_map(page):
    ink = TURNED[page](palette.INK)
    for place in np.linspace(0, 1, 20):
        area = TURNED[page](to_hex(palette.AREAS(place)))
        assert palette.contrast(ink, area) >= 4.5
    assert palette.contrast(ink, palette.PAGE[page]) >= 7


def test_each_algorithm_has_a_colour_and_no_two_have_the_same():
    assert list(palette.ALGORITHMS) == [rule.__name__ for rule in DRAWN]
    assert len({palette.on_dark(each) for each in palette.ALGORITHMS.values()}) == len(DRAWN)


def test_colours_in_the_dark_by_hand():
    assert palette.on_dark("#ffffff") == "#14181e"
    assert palette.on_dark(palette.INK) == "#e7eaed"
    assert palette.on_dark(palette.ALGORITHMS["Adam"]) == "#ec481b"
    # The ends of the two maps, and what rounding makes of a colour within.
    assert palette.on_dark("#eef3f8") == "#1d2631"
    assert palette.on_dark("#5a90cc") == "#2b69ad"
    assert palette.on_dark("#2d1e72") == "#e2dcff"
    middle = np.array(to_rgb(palette.on_dark("#b1cbe6"))) - to_rgb("#254a70")
    assert np.abs(255 * middle).max() < 2


@pytest.mark.parametrize("stranger", ["#123456", "#ff0000", "#eef3f2"])
def test_a_colour_that_the_book_does_not_have(stranger):
    with pytest.raises(ValueError, match=f"a colour of the book, got {stranger}"):
        palette.on_dark(stranger)
    with pytest.raises(ValueError, match=f"a pixel .* got {stranger}"):
        palette.pixels_on_dark(np.round(255 * np.array([to_rgb(stranger)])).astype(np.uint8))


def test_pixels_turn_one_by_one():
    pixels = np.array([[[238, 243, 248], [90, 144, 204]]], dtype=np.uint8)
    assert palette.pixels_on_dark(pixels).tolist() == [[[29, 38, 49], [43, 105, 173]]]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#767676", "#ffffff", 4.54), ("#0000ff", "#ff0000", 2.15)],
)
def test_contrast_is_that_of_the_guidelines(one, other, expected):
    assert palette.contrast(one, other) == pytest.approx(expected, abs=0.005)
    assert palette.contrast(other, one) == palette.contrast(one, other)


def _luminance(grey):
    """The guidelines' relative luminance of a grey, between 0 and 1."""
    share = grey / 255
    return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4


@pytest.mark.parametrize("grey", [0, 1, 10, 11, 100, 128, 254, 255])
def test_contrast_of_greys(grey):
    text = f"#{grey:02x}{grey:02x}{grey:02x}"
    expected = (_luminance(grey) + 0.05) / 0.05
    assert palette.contrast("#000000", text) == pytest.approx(expected)
    assert palette.contrast(text, "#000000") == pytest.approx(expected)
    assert palette.contrast(text, text) == 1


@pytest.mark.parametrize(
    ("colour", "share"), [("#ff0000", 0.2126), ("#00ff00", 0.7152), ("#0000ff", 0.0722)]
)
def test_contrast_of_colours(colour, share):
    assert palette.contrast(colour, "#000000") == pytest.approx((share + 0.05) / 0.05)
