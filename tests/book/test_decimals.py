"""Figures lose decimals that nobody sees, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from chapters._site import decimals
from tests.book.test_dark import drawn

NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
PATHS = re.compile(r'\bd="([^"]+)"')


def _numbers(svg: str) -> list[float]:
    return [float(number) for path in PATHS.findall(svg) for number in NUMBERS.findall(path)]


def test_a_path_moves_by_no_more_than_half_a_hundredth():
    svg = drawn()
    short = decimals.rounded(svg)
    np.testing.assert_allclose(_numbers(short), _numbers(svg), rtol=0, atol=0.005 + 1e-9)
    assert len(short) < len(svg)
    assert PATHS.sub("", short) == PATHS.sub("", svg), "only paths"
    assert decimals.rounded(short) == short


def test_the_figures_of_the_book_are_short(book: Path):
    figures = [path.read_text("utf-8") for path in (book / "_images").glob("*.svg")]
    ours = [svg for svg in figures if decimals.DRAWN in svg]
    assert len(ours) > 100
    assert not [svg[:200] for svg in ours if re.search(r"\.\d{3}", "".join(PATHS.findall(svg)))]
