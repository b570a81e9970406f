"""What the chapters' formulas claim holds for the formulas as they are printed."""

from __future__ import annotations

import numpy as np
import pytest
from fontTools.ttLib import TTFont
from sphinx.cmd.build import main as build

from chapters._site import mathematics
from tests.book.equations import EquationError
from tests.book.formulas import CLAIMS, Claim, corruptions

TOLERANCE = 1e-5

every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.label)


@every_claim
def test_printed_formula_keeps_what_it_says(claim):
    assert claim.difference(claim.printed()) < TOLERANCE, claim.printed()


@every_claim
def test_a_corrupted_formula_does_not(claim):
    """One sign, digit or letter exchanged, wherever there is one."""
    right, found = claim.printed(), 0
    for i, text in enumerate(right):
        for wrong in corruptions(text):
            differences = claim.differences([*right[:i], wrong, *right[i + 1 :]])
            try:
                with np.errstate(all="ignore"):
                    noticed = any(each > 10 * TOLERANCE for each in differences)
            except (EquationError, KeyError, TypeError, ValueError, ZeroDivisionError):
                continue  # it cannot even be evaluated
            assert noticed, f"nothing noticed that this is wrong: {wrong}"
            found += 1
    assert found, "no corrupted formula could be evaluated"


def test_formulas_are_corrupted_at_each_place():
    assert list(corruptions(r"1 + \gamma")) == [r"1 - \gamma", r"3 + \gamma", r"1 + \gamma^2"]
    assert list(corruptions(r"\sqrt{2}")) == [r"\sqrt{3}", "{2}"]
    assert list(corruptions(r"x \frac{L}{\mu}")) == [r"x \frac{\mu}{L}"]


def test_a_formula_is_taken_from_its_equation():
    claim = Claim("eq-momentum-variance", (r"nothing like (this)",), lambda f: (0, 0))
    with pytest.raises(EquationError, match="eq-momentum-variance does not read as nothing"):
        claim.printed()
    with pytest.raises(EquationError, match="no equation with the label eq-momentum-nothing"):
        Claim("eq-momentum-nothing", ("(x)",), lambda f: (0, 0)).printed()


@pytest.mark.parametrize("wrong", [1.001, np.nan, np.inf, np.array([1, 1.001])])
def test_what_must_agree_is_compared(wrong):
    claim = Claim("eq-x", (), lambda one: (one(), wrong))
    assert Claim("eq-x", (), lambda one: (one(), 1.0)).difference(["1"]) == 0
    with np.errstate(all="ignore"):
        assert claim.difference(["1"]) > TOLERANCE


@pytest.mark.parametrize(
    ("formula", "warning"),
    [
        (r"\frac{1}{2}", None),
        (r"\frac{1", r"Missing close brace: \frac{1"),
        (r"\nosuch", r"Undefined control sequence \nosuch: \nosuch"),
    ],
    ids=["right", "brace", "name"],
)
def test_a_formula_that_cannot_be_set_stops_the_build(tmp_path, capsys, formula, warning):
    """The book is built with these options as well: a warning is an error."""
    page = "A page\n======\n\nIn a line :math:`{0}`, and below it\n\n.. math::\n\n   {0}\n"
    (tmp_path / "index.rst").write_text(page.format(formula), encoding="utf-8")
    options = ["-q", "-W", "--keep-going", "-C", "-D", "html_math_renderer=built"]
    options += ["-D", "extensions=chapters._site.mathematics"]
    failed = build([*options, str(tmp_path), str(tmp_path / "built")])
    assert failed == (warning is not None)
    said = capsys.readouterr().err.splitlines()
    places = [
        f"{tmp_path / 'index.rst'}:{line}: WARNING: a formula cannot be set" for line in (4, 6)
    ]
    assert said == ([f"{place}: {warning}" for place in places] if warning else [])


@pytest.mark.parametrize("name", ["MathJax_Zero.woff", "MathJax_Main-Bold.woff"])
def test_a_font_keeps_what_is_written_with_it_and_is_never_empty(tmp_path, name):
    whole, target = mathematics.folder() / mathematics.FONTS / name, tmp_path / name
    mathematics._write_font(whole, target, "abc")
    with TTFont(target) as font, TTFont(whole) as before:
        kept, all_of_it = set(font.getBestCmap()), set(before.getBestCmap())
    assert kept == ({ord(each) for each in "abc"} & all_of_it or all_of_it)
