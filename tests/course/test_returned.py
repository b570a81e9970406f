"""What a function returns is taken by name, also where its form is not the one asked for."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive.course.calling import Mishap
from adaptive.course.code import Code
from adaptive.course.parts import Mistake, Part
from adaptive.course.returned import adapted, close, fitted, order, slip_of_order, values

ONE, TWO, THREE = np.array([1.0, 2.0]), np.array([3.0, 4.0]), np.array([5.0, 6.0])
RIGHT = {"theta": ONE, "m": TWO, "v": THREE}
NAMES = tuple(RIGHT)


@pytest.mark.parametrize(
    ("result", "names", "shapes"),
    [
        ((ONE, TWO, THREE), NAMES, [(2,)] * 3),
        (np.array([ONE, TWO, THREE]), NAMES, [(2,)] * 3),
        ([list(ONE), TWO], NAMES, [(2,)] * 2),
        # An array alone is one value, as many elements as it may have.
        (np.array([1.0, 2.0, 3.0]), NAMES, [(3,)]),
        ([1.0, 2.0, 3.0], NAMES, [(3,)]),
        ({"v": THREE, "theta": ONE, "x": 1}, ("theta", "v"), [(2,)] * 2),
    ],
)
def test_values_and_their_names(result, names, shapes):
    parts, found = values(result, NAMES)
    assert [part.shape for part in parts] == shapes
    assert found == names


def test_a_single_value():
    assert values((ONE,), ("theta",))[0][0].shape == (2,)
    assert values([1.0, 2.0], ("theta",))[0][0].shape == (2,)
    taken = values(ONE, ("theta",))[0][0]
    taken[0] = 9
    assert ONE[0] == 1


@pytest.mark.parametrize("result", [None, "abc", (ONE, "x"), [ONE, [1, 2, 3, "y"]]])
def test_what_is_no_value(result):
    with pytest.raises(Mishap):
        values(result, NAMES)


def test_the_order_is_the_one_in_which_all_is_right():
    assert order([ONE, TWO, THREE], NAMES, RIGHT) == NAMES
    assert order([TWO, THREE, ONE], NAMES, RIGHT) == ("m", "v", "theta")
    # One that is wrong in any case is taken as it was asked for.
    assert order([TWO, THREE, ONE + 1], NAMES, RIGHT) == NAMES
    # Of too few, those that agree.
    assert order([ONE, THREE], NAMES, RIGHT) == ("theta", "v")
    assert order([ONE + 1, THREE], NAMES, RIGHT) == ("theta", "v")
    assert order([ONE + 1], NAMES, RIGHT) == ("theta",)


def test_a_slip_of_order_is_told():
    assert slip_of_order([ONE, TWO], ("theta", "v"), NAMES) == ""
    assert "order m, theta" in slip_of_order([TWO, ONE], ("m", "theta"), NAMES)
    assert "4 values come back" in slip_of_order([ONE] * 4, NAMES, NAMES)


def test_an_axis_of_length_one_is_left_out():
    assert fitted("v", ONE[None], TWO)[0].shape == (2,)
    assert "v has shape (2, 1) and should have (2,)" in fitted("v", ONE[:, None], TWO)[1]
    for got in (ONE, np.zeros(3), np.zeros((2, 2))):
        assert fitted("v", got, TWO) == (pytest.approx(got), "")
    assert fitted("loss", np.zeros(1), 0.0)[1] == ""


def test_arguments_go_by_name_where_the_names_are_known():
    given = ("theta", "g", "lr")

    def moved(lr, theta, g):
        return theta, g, lr

    def fewer(theta, lr):
        return theta, lr

    function, says = adapted(moved, given)
    assert function(1, 2, 3) == (1, 2, 3)
    assert "(lr, theta, g)" in says
    assert adapted(fewer, given)[0](1, 2, 3) == (1, 3)
    for own in (lambda a, b, c: 0, lambda *a: 0, lambda theta, g, lr, x=1: 0, lambda a, b: 0, max):
        assert adapted(own, given) == (own, "")


def test_agreement_is_of_values_and_shape():
    assert close(ONE, ONE * (1 + 5e-5))
    assert not close(ONE, ONE * (1 + 5e-4))
    assert not close(ONE[None], ONE)
    assert close([np.nan, 1], [np.nan, 1])
    assert not close([np.nan, 1], [2, 1])


def _code(*parts: Part, **given) -> Code:
    def draw(rng):
        return {"x": rng.normal(size=3)}

    return Code(("x",), ("y", "z"), parts, draw, calls=1, **given)


Y = Part("y", 1, "y", expected=lambda i, o: 2 * i.x, mistakes=(Mistake("No.", lambda i, o: i.x),))
Z = Part("z", 2, "z", expected=lambda i, o: o.y + 1)
AGAIN = Part("y again", 1, "y", expected=lambda i, o: 2 * i.x, charged_once=True)


def _points(code, answer):
    return [mark.points for mark in code.marks(answer, np.random.default_rng(1))]


def test_what_was_computed_before_an_error_counts():
    def stops(x):
        y = 2 * x
        z = y + nothing  # type: ignore[name-defined]  # noqa: F821
        return y, z

    assert _points(_code(Y, Z), stops) == [1, 0]

    def at_the_end(x):
        y = 2 * x
        z = y + 1
        return y, z, nothing  # type: ignore[name-defined]  # noqa: F821

    assert _points(_code(Y, Z), at_the_end) == [1, 2, -1]


def test_a_known_mistake_is_charged_once_where_a_part_says_so():
    assert _points(_code(Y, Z, AGAIN), lambda x: (x, x + 1)) == [0, 2, 1]
    assert _points(_code(Y, Z, AGAIN), lambda x: (3 * x, 3 * x + 1)) == [0, 2, 0]


def test_a_part_may_be_spoilt_by_something_else():
    bad = Mistake("Spoilt.", lambda i, o: float(np.all(o.y == i.x)))
    spoilt = Part("z", 2, "z", expected=lambda i, o: o.y + 1, spoilt=bad)
    assert _points(_code(Y, spoilt), lambda x: (x, x + 1)) == [0, 0]
    assert _points(_code(Y, spoilt), lambda x: (2 * x, 2 * x + 1)) == [1, 2]
