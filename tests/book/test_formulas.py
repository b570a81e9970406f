"""What the chapters' formulas claim holds for the formulas as they are printed."""

from __future__ import annotations

import numpy as np
import pytest

from tests.book.equations import EquationError
from tests.book.formulas import CLAIMS, corruptions

TOLERANCE = 1e-5

every_claim = pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.label)


@every_claim
def test_printed_formula_keeps_what_it_says(claim):
    assert claim.difference(claim.printed()) < TOLERANCE, claim.printed()


@every_claim
def test_a_corrupted_formula_does_not(claim):
    """One sign, digit or letter exchanged, wherever there is one."""
    right = claim.printed()
    for i, text in enumerate(right):
        for wrong in corruptions(text):
            try:
                with np.errstate(all="ignore"):
                    difference = claim.difference([*right[:i], wrong, *right[i + 1 :]])
            except (EquationError, KeyError, TypeError, ValueError, ZeroDivisionError):
                continue  # it cannot even be evaluated
            assert difference > 10 * TOLERANCE, f"nothing noticed that this is wrong: {wrong}"
