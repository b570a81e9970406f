"""What arguments may be, at the very edge of it, and what is said of those that may not."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, _checks
from adaptive.rules.base import Rule
from tests.every import ALL


def refused(error: type[Exception], words: str) -> Any:
    return pytest.raises(error, match=f"^{re.escape(words)}$")


# ------------------------------------------------------------------ what is shown


@pytest.mark.parametrize("length", [1, 78, 79, 80])
def test_what_fits_a_line_is_shown_whole(length: int) -> None:
    assert _checks.shown("a" * (length - 2)) == repr("a" * (length - 2))


@pytest.mark.parametrize("length", [81, 82, 1000])
def test_what_does_not_is_cut_to_a_line_of_80(length: int) -> None:
    text = _checks.shown("a" * (length - 2))
    assert text == "'" + "a" * 76 + "..."
    assert len(text) == 80


def test_it_is_one_line() -> None:
    assert _checks.shown(np.eye(2, dtype=int)) == "array([[1, 0], [0, 1]])"


# ------------------------------------------------------------------ arrays


class Own(np.ndarray):
    """A subclass, as units are."""


def test_an_array_is_taken_as_it_is() -> None:
    array = np.ones(2)
    for check in (_checks.unmasked, _checks.numeric, _checks.floating, _checks.finite):
        assert check("a", array) is array
        assert type(check("a", array.view(Own))) is np.ndarray
        assert check("a", [1.0, 2.0]).tolist() == [1, 2]


MASKED = np.ma.array([1.0, 2.0], mask=[False, True])


@pytest.mark.parametrize("value", [MASKED, [MASKED, MASKED], ([1.0, 2.0], [MASKED[0], MASKED[1]])])
def test_masked_entries_are_refused_wherever_they_are(value: Any) -> None:
    for check in (_checks.unmasked, _checks.numeric, _checks.floating):
        with pytest.raises(ValueError, match=r"^a must have no masked entries, got "):
            check("a", value)


@pytest.mark.parametrize(
    "value", [np.ma.array([1.0, 2.0]), np.ma.array([1.0, 2.0], mask=[False, False])]
)
def test_a_mask_that_covers_nothing_is_dropped(value: Any) -> None:
    for check in (_checks.unmasked, _checks.numeric):
        assert type(check("a", value)) is np.ndarray
        assert check("a", value).tolist() == [1, 2]
        assert check("a", [value, value]).shape == (2, 2)


@pytest.mark.parametrize("dtype", ["f2", ">f2", "f4", "f8", "g", "i1", "i8", "u1", "u8"])
def test_real_numbers_keep_their_dtype(dtype: str) -> None:
    array = np.ones(3, dtype)
    assert _checks.numeric("a", array) is array
    floats = _checks.floating("a", array)
    assert floats.dtype == (array.dtype if array.dtype.kind == "f" else np.float64)
    assert floats.tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    "value",
    ["a", None, True, [True, False], 1j, [1, None], [[1], [1, 2]], np.array(["1"]), object(),
     np.array(0, "M8[s]"), np.array(0, "m8[s]"), np.zeros(2, "V2")],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_what_is_no_real_number_is_refused(value: Any) -> None:
    words = f"a must be a real number or an array of real numbers, got {_checks.shown(value)}"
    for check in (_checks.numeric, _checks.floating, _checks.finite, _checks.within):
        with refused(TypeError, words):
            check("a", value)


def test_half_precision_is_float16_or_bfloat16() -> None:
    kinds = ["f2", "<f2", ">f2", "f4", "f8", "i2", "u2", "i1", "V2", "S2"]
    assert [_checks.is_half(np.zeros(1, kind)) for kind in kinds] == [True] * 3 + [False] * 7
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    half = np.ones(2, bfloat16)
    assert _checks.is_half(half)
    assert _checks.numeric("a", half) is _checks.floating("a", half) is half
    assert _checks.single(half).dtype == np.float32


def test_half_is_computed_with_in_single_and_all_else_as_it_is() -> None:
    for kind in ("f4", "f8", "i2"):
        array = np.ones(2, kind)
        assert _checks.single(array) is array
    assert _checks.single(np.ones(2, "f2")).dtype == np.float32


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_finite(bad: float) -> None:
    assert _checks.finite("a", [1, 2]).dtype == np.float64
    with refused(ValueError, f"a must be finite, got [1.0, {bad!r}]"):
        _checks.finite("a", [1.0, bad])


# ------------------------------------------------------------------ numbers in an interval


@pytest.mark.parametrize("check", [_checks.within, _checks.number])
def test_the_lower_end_belongs_to_an_interval_and_the_upper_does_not(check: Any) -> None:
    inside = np.nextafter([0.0, 1.0], [1.0, 0.0])
    for value in (0, 0.0, 0.5, *inside):
        assert check("a", value, 0, 1) == value
        assert type(check("a", value, 0, 1)) is float
    for value in (1, 1.5, -1e-300, -1, np.inf, -np.inf, np.nan):
        with refused(ValueError, f"a must be finite and in [0, 1), got {value!r}"):
            check("a", value, 0, 1)
    for value in inside:
        assert check("a", value, 0, 1, open_low=True) == value
    for value in (0, 1, -1, np.nan):
        with refused(ValueError, f"a must be finite and in (0, 1), got {value!r}"):
            check("a", value, 0, 1, open_low=True)


@pytest.mark.parametrize("check", [_checks.within, _checks.number])
def test_an_interval_without_ends(check: Any) -> None:
    for value in (-1e300, 0, 1e300):
        assert check("a", value) == check("a", value, open_low=True) == value
    for value in (np.inf, -np.inf, np.nan):
        with refused(ValueError, f"a must be finite and in (-inf, inf), got {value!r}"):
            check("a", value)
        with refused(ValueError, f"a must be finite and in [0, inf), got {value!r}"):
            check("a", value, 0)


def test_an_array_in_an_interval_becomes_a_copy_of_float64_that_nobody_can_write_to() -> None:
    for dtype in ("f2", "f4", "f8", "i8"):
        mine = np.array([0, 0.5], dtype)
        checked = _checks.within("a", mine, 0, 1)
        assert checked.dtype == np.float64
        assert not checked.flags.writeable
        assert mine.flags.writeable
        assert not np.may_share_memory(mine, checked)
    for bad in ([0.5, 1], [0.5, -0.1], [np.nan, 0.5]):
        with pytest.raises(ValueError, match=r"^a must be finite and in \[0, 1\), got \["):
            _checks.within("a", bad, 0, 1)


def test_an_empty_array_is_in_no_interval() -> None:
    with refused(ValueError, "a must not be empty, got []"):
        _checks.within("a", [])


@pytest.mark.parametrize("value", [[0.5], [0.5, 0.5], [[0.5]]])
def test_one_number_is_no_array(value: Any) -> None:
    with refused(ValueError, f"a must be one number, got {value}"):
        _checks.number("a", value)
    assert _checks.number("a", np.array(0.5)) == 0.5


# ------------------------------------------------------------------ words, counts, objects


def test_instances() -> None:
    for kind in ALL:
        _checks.instance("rule", kind(), Rule)
        _checks.instance("rule", kind(), kind)
    with refused(TypeError, "rule must be an Adam object, got SGD(lr=0.01)"):
        _checks.instance("rule", SGD(lr=0.01), Adam)
    with refused(TypeError, "rule must be a Rule object, got 3"):
        _checks.instance("rule", 3, Rule)
    with refused(
        TypeError,
        "rule must be a Rule object, got <class 'adaptive.rules.sgd.SGD'>; call it: SGD()",
    ):
        _checks.instance("rule", SGD, Rule)


def test_words() -> None:
    allowed = (word for word in ("one", "two"))
    _checks.one_of("a", "two", allowed)
    for value in ("three", "", "on", 1, None, ["one"], np.array("one")):
        words = f"a must be one of one, two, got {_checks.shown(value)}"
        with refused(ValueError, words):
            _checks.one_of("a", value, ["one", "two"])


def test_counts() -> None:
    for value in (0, 3, np.int8(3), np.uint64(3)):
        assert _checks.count("a", value) == value
        assert type(_checks.count("a", value)) is int
    for value in (True, False, np.True_, 1.0, np.float64(1), "1", None, [1], np.array([1])):
        with refused(TypeError, f"a must be an integer, got {value!r}"):
            _checks.count("a", value)
    assert _checks.count("a", 2, 2) == 2
    for value, low in ((-1, 0), (1, 2), (np.int64(-5), -4)):
        with refused(ValueError, f"a must be at least {low}, got {value}"):
            _checks.count("a", value, low)
    assert _checks.count("a", -4, -4) == -4
    with refused(ValueError, "a must be at least 0, got -1"):
        _checks.count("a", -1)


def test_generators() -> None:
    rng = np.random.default_rng(5)
    assert _checks.generator("rng", rng) is rng
    for value, seed in ((None, 0), (0, 0), (7, 7), (np.int64(7), 7)):
        expected = np.random.default_rng(seed).random(3).tolist()
        assert _checks.generator("rng", value).random(3).tolist() == expected
    for value in (True, False, 1.5, "7", [7], np.random):
        words = "rng must be a numpy.random.Generator or a non-negative seed, got "
        with refused(TypeError, words + _checks.shown(value)):
            _checks.generator("rng", value)
    with refused(ValueError, "rng must be at least 0, got -1"):
        _checks.generator("rng", -1)
