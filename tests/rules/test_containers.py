"""Parameters that come as several arrays, as a model's do."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum

ONE, TWO = np.array([1.0, -2.0]), np.array([[0.5], [3.0], [-1.0]])
SLOPE, SLOPES = np.array([0.3, 4.0]), np.array([[-2.0], [0.1], [0.0]])


def test_each_array_is_stepped_as_if_it_were_alone() -> None:
    rule = Adam(lr=0.1)
    theta, state = {"b": ONE, "a": TWO}, rule.init({"b": ONE, "a": TWO})
    first, first_state = ONE, rule.init(ONE)
    second, second_state = TWO, rule.init(TWO)
    for t in (1, 2, 3):
        theta, state = rule.step(theta, {"a": t * SLOPES, "b": t * SLOPE}, state)
        first, first_state = rule.step(first, t * SLOPE, first_state)
        second, second_state = rule.step(second, t * SLOPES, second_state)
        assert state.t == t
        for together, b, a in zip(
            (theta, *state[1:]), (first, *first_state[1:]), (second, *second_state[1:]), strict=True
        ):
            np.testing.assert_array_equal(together["b"], b, strict=True)
            np.testing.assert_array_equal(together["a"], a, strict=True)


def form(value: Any) -> Any:
    """Return a container with words in place of its arrays."""
    if isinstance(value, dict):
        return [(key, form(item)) for key, item in value.items()]
    return type(value)(map(form, value)) if isinstance(value, list | tuple) else "array"


@pytest.mark.parametrize(
    ("theta", "g"),
    [
        ([ONE, TWO], (SLOPE, SLOPES)),
        ((ONE, TWO), [SLOPE, SLOPES]),
        ({"b": ONE, "a": TWO}, {"a": SLOPES, "b": SLOPE}),
        ({"b": ONE}, {"b": SLOPE}),
        ([ONE], [SLOPE]),
        ({"b": [ONE, (TWO,)], 1: {"a": TWO}}, {1: {"a": SLOPES}, "b": [SLOPE, (SLOPES,)]}),
    ],
    ids=["list", "tuple", "dict", "dict of one", "list of one", "nested"],
)
def test_a_step_keeps_the_form_of_the_parameters(theta: Any, g: Any) -> None:
    rule = Momentum()
    moved, state = rule.step(theta, g, rule.init(theta))
    assert form(moved) == form(state.v) == form(theta)


def test_numbers_in_a_list_are_one_array() -> None:
    assert isinstance(Momentum().init([1, 2]).v, np.ndarray)
    assert isinstance(Momentum().init([[1, 2], (3, 4)]).v, np.ndarray)


@pytest.mark.parametrize(
    ("theta", "g", "words"),
    [
        ({"b": ONE}, {"a": ONE}, "'b', got"),
        ({"b": ONE}, {"c": ONE}, "'b', got"),
        ({"b": ONE}, {"b": ONE, "c": ONE}, "'b', got"),
        ([ONE, TWO], [SLOPE], "0, 1, got"),
        ([ONE], [SLOPE, SLOPES], "0, got"),
        ([ONE], np.ones((1, 2)), "0, got"),
    ],
)
def test_gradients_and_parameters_must_have_one_form(theta: Any, g: Any, words: str) -> None:
    with pytest.raises(ValueError, match=rf"g must hold arrays as theta does, {words}"):
        SGD().step(theta, g, SGD().init(theta))


def test_a_state_of_other_parameters_is_named() -> None:
    with pytest.raises(ValueError, match=r"v must hold arrays as theta does, 'b', got {'a': "):
        Momentum().step({"b": ONE}, {"b": SLOPE}, Momentum().init({"a": ONE}))


def test_what_is_no_state_of_the_rule() -> None:
    with pytest.raises(TypeError, match=r"state must come from Momentum.init or .step, got None"):
        Momentum().step({"b": ONE}, {"b": SLOPE}, None)
    with pytest.raises(TypeError, match=r"state must come from Momentum.init or .step, got State"):
        Momentum().step_into([ONE.copy()], [SLOPE], SGD().init([ONE]))


def test_no_array_at_all() -> None:
    with pytest.raises(ValueError, match=r"theta must hold at least one array, got {}"):
        Momentum().init({})
    with pytest.raises(ValueError, match=r"theta must hold at least one array, got {}"):
        Momentum().step({}, {}, Momentum.State(0, {}))
