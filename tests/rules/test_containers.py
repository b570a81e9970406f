"""Parameters that come as several arrays, as a model's do."""

from __future__ import annotations

from collections import OrderedDict, UserDict, UserList, defaultdict, deque, namedtuple
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, Momentum, Rule, register_container
from tests.every import every_rule_on_vectors
from tests.rules.alike import leaves

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

    with pytest.raises(ValueError, match=r"theta must hold at least one array"):
        Momentum().init({"relu": (), "pool": {"bias": None}})


def test_what_is_missing_in_the_gradient_is_seen_beside_what_is_empty() -> None:
    theta = {"w": ONE, "relu": {}, "b": None}
    with pytest.raises(TypeError, match=r"g must be a real number or an array of .*, got None"):
        SGD().step(theta, {"w": None, "relu": {}, "b": None}, SGD.State(0))
    for g in ({"relu": {}, "b": None}, {"w": ONE, "relu": {}, "b": ONE}):
        with pytest.raises(ValueError, match=r"g must hold arrays as theta does, 'w', got "):
            Momentum().step(theta, g, Momentum().init(theta))
    empty: list[Any] = []
    moved, _ = SGD().step([ONE, empty], [ONE, ()], SGD.State(0))
    assert moved[1] == []
    assert moved[1] is not empty


# ------------------------------------------------------------------ they come back as they were

Pair = namedtuple("Pair", "w b")


class Shaped(namedtuple("Shaped", "w b")):
    """A namedtuple with a constructor of its own."""

    def __new__(cls, both: Any) -> Any:
        return super().__new__(cls, both, both)


class Both(tuple):  # type: ignore[type-arg]
    """A tuple that wants its items one by one."""

    def __new__(cls, *items: Any) -> Any:
        return super().__new__(cls, items)


class Tagged(dict):  # type: ignore[type-arg]
    """A dict that has more than its items."""

    tag = "none"


class Listed(list):  # type: ignore[type-arg]
    """A list that is not made from one."""

    def __init__(self, *items: Any) -> None:
        super().__init__(items)


@register_container
@dataclass(frozen=True)
class Layer:
    w: Any
    b: Any


@dataclass
class Model:
    layers: Any
    name: str
    sizes: Any = field(init=False)

    def __post_init__(self) -> None:
        self.sizes = [len(layer) for layer in self.layers]


register_container(Model, names=["layers"])


@register_container
@dataclass(slots=True)
class Slotted:
    w: Any


class Module:
    """What holds parameters as attributes and is no dataclass."""

    def __init__(self, w: Any) -> None:
        self.w, self.calls = w, 3


register_container(Module, ["w"])

TAGGED = Tagged(w=ONE, b=TWO)
TAGGED.tag = "mine"

KINDS = {
    "namedtuple": Pair(ONE, TWO),
    "own namedtuple": Shaped(ONE),
    "OrderedDict": OrderedDict(w=ONE, b=TWO),
    "defaultdict": defaultdict(list, w=ONE, b=TWO),
    "own dict": TAGGED,
    "own list": Listed(ONE, TWO),
    "UserDict": UserDict(w=ONE, b=TWO),
    "proxy": MappingProxyType({"w": ONE, "b": TWO}),
    "dataclass": Layer(ONE, TWO),
    "fields": Model([ONE, TWO], "net"),
    "slots": Slotted(ONE),
    "attributes": Module(ONE),
    "equal shapes": [ONE, ONE],
    "own tuple": Both(ONE, TWO),
    "deque": deque([ONE, ONE], maxlen=3),
    "UserList": UserList([ONE, TWO]),
    "layers without parameters": [(ONE, TWO), (), [(), ((), {})], {"w": ONE, "relu": {}}],
    "no bias": {"first": Pair(ONE, None), "second": Layer(TWO, None)},
    "nested": {"a": [Layer(ONE, (Pair(ONE, TWO),)), Model([ONE], "in")], "b": Module([ONE, TWO])},
}


def test_no_array_of_a_container_is_left_out() -> None:
    """Else nothing would be compared below."""
    sizes = [len(leaves(theta, theta)) for theta in KINDS.values()]
    assert sizes == [2] * 10 + [1, 1, 2, 2, 2, 2, 3, 2, 6]
    for value, like in (([ONE], [ONE, ONE]), ({"b": ONE}, {"w": ONE}), ([ONE], (ONE,)), (TWO, ONE)):
        with pytest.raises((AssertionError, ValueError)):
            leaves(value, like)


@pytest.mark.parametrize("name", KINDS)
def test_any_container_comes_back_as_it_was(name: str) -> None:
    theta, rule = KINDS[name], Adam(lr=0.1)
    before = [leaf.copy() for leaf in leaves(theta, theta)]
    state = rule.init(theta)
    for t in (1, 2):
        moved, state = rule.step(theta, theta, state)
        assert state.t == t
    arrays = zip(*(leaves(each, theta) for each in (theta, moved, *state[1:])), strict=True)
    for (leaf, new, m, v), kept in zip(arrays, before, strict=True):
        np.testing.assert_array_equal(leaf, kept)
        alone = rule.init(leaf)
        for _ in range(2):
            expected, alone = rule.step(leaf, leaf, alone)
        for one, other in zip((new, m, v), (expected, *alone[1:]), strict=True):
            np.testing.assert_array_equal(one, other, strict=True)


@pytest.mark.parametrize("name", KINDS)
def test_in_place_they_stay_the_same_objects(name: str) -> None:
    # A step of length 0 is the way to copies that share nothing.
    theta, _ = SGD(lr=0).step(KINDS[name], KINDS[name], SGD.State(0))
    rule, g = Momentum(lr=0.5), KINDS[name]
    arrays = leaves(theta, theta)
    expected, _ = rule.step(theta, g, rule.init(theta))
    state = rule.init(theta)
    new = rule.step_into(theta, g, state)
    assert [id(leaf) for leaf in leaves(theta, theta)] == [id(leaf) for leaf in arrays]
    for mine, other in zip(arrays, leaves(expected, theta), strict=True):
        np.testing.assert_array_equal(mine, other)
    for mine, old in zip(leaves(new.v, theta), leaves(state.v, theta), strict=True):
        assert mine is old


def test_an_array_that_is_there_twice_is_not_stepped_twice() -> None:
    w = np.array([1.0, 2.0])
    for tied in ({"in": w, "out": w}, [w, [w]], (w, w.reshape(2, 1)), Layer(w, {"x": w[:]})):
        with pytest.raises(ValueError, match="theta must hold each array once"):
            SGD().step_into(tied, tied, SGD().init(tied))
    assert w.tolist() == [1, 2]
    parts = {"a": w[:1], "b": w[1:], "none": w[:0]}
    SGD(lr=1).step_into(parts, {"a": [1.0], "b": [1.0], "none": []}, SGD().init(parts))
    assert w.tolist() == [0, 1]


def test_what_else_an_object_has_it_keeps() -> None:
    moved, state = SGD().step(TAGGED, TAGGED, SGD().init(TAGGED))
    assert moved.tag == "mine"
    moved, _ = SGD().step(KINDS["defaultdict"], KINDS["defaultdict"], state)
    assert moved.default_factory is list
    model, _ = SGD().step(KINDS["fields"], KINDS["fields"], state)
    assert (model.name, model.sizes) == ("net", [2, 3])
    module, _ = SGD().step(KINDS["attributes"], KINDS["attributes"], state)
    assert module.calls == 3


class Foreign:
    """An array of another library."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return np.array(self.values, dtype)


def test_a_list_of_another_librarys_arrays_is_not_stacked() -> None:
    theta, g = [Foreign([1.0, 2.0]), Foreign([3.0, 4.0])], [Foreign([1, 1]), Foreign([2, 2])]
    moved, state = Momentum(lr=1).step(theta, g, Momentum().init(theta))
    assert type(state.v) is list
    assert [v.tolist() for v in state.v] == [[1, 1], [2, 2]]
    assert [each.tolist() for each in moved] == [[0, 1], [1, 2]]
    one, state = Momentum(lr=1).step(
        [np.float64(1), np.float32(2)], [1, 1], Momentum().init([1, 2])
    )
    assert one.tolist() == [0, 1]


def test_the_gradient_may_come_in_a_plainer_container() -> None:
    theta, state = Layer(ONE, TWO), Momentum().init(Layer(ONE, TWO))
    whole, _ = Momentum().step(theta, Layer(SLOPE, SLOPES), state)
    plain, _ = Momentum().step(theta, {"b": SLOPES, "w": SLOPE}, state)
    np.testing.assert_array_equal(plain.w, whole.w)
    np.testing.assert_array_equal(plain.b, whole.b)
    pair, _ = SGD().step(Pair(ONE, TWO), [SLOPE, SLOPES], SGD.State(0))
    assert type(pair) is Pair


def test_nag_looks_ahead_in_each_array() -> None:
    rule, theta = NAG(lr=0.5, momentum=0.5), {"a": ONE, "b": [TWO]}
    theta, state = rule.step(theta, theta, rule.init(theta))
    ahead = rule.lookahead(theta, state)
    np.testing.assert_array_equal(ahead["a"], theta["a"] - 0.5 * state.v["a"])
    np.testing.assert_array_equal(ahead["b"][0], theta["b"][0] - 0.5 * state.v["b"][0])
    assert Momentum().lookahead(theta, state) is theta


def test_a_mapping_that_holds_something_else_when_it_is_made_again_is_refused() -> None:
    class Doubling(UserDict):  # type: ignore[type-arg]
        def __init__(self, items: Any) -> None:
            super().__init__(items, more=ONE)

    with pytest.raises(TypeError, match=r"Doubling cannot: TypeError.*it would hold"):
        theta = Doubling({"w": ONE})
        del theta["more"]
        SGD().step(theta, theta, SGD.State(0))


def test_what_cannot_hold_parameters_says_what_to_do() -> None:
    @dataclass
    class Unknown:
        w: Any

    class Closed(dict):  # type: ignore[type-arg]
        def update(self, *given: Any, **named: Any) -> None:
            raise RuntimeError("closed")

    with pytest.raises(TypeError, match=r"Unknown must be registered .*register_container\(Unk"):
        SGD().init(Unknown(ONE))
    with pytest.raises(TypeError, match=r"Unknown must be registered to hold parameters"):
        SGD().step({"a": Unknown(ONE)}, {"a": ONE}, SGD.State(0))
    with pytest.raises(TypeError, match=r"made again, such as a dict; Closed cannot: Runtime"):
        Momentum().init(Closed(a=ONE))


# ------------------------------------------------------------------ single numbers


@every_rule_on_vectors
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_a_single_number_is_an_array_of_no_dimension(kind: type[Rule], dtype: type) -> None:
    rule, theta = kind(), np.array(1.5, dtype)
    row, mine = np.array([1.5], dtype), np.array(1.5, dtype)
    state, rows, into = rule.init(theta), rule.init(row), rule.init(mine)
    for g in (0.5, -2.0, 3.0):
        slope = np.array(g, dtype)
        ahead = rule.lookahead(theta, state)
        assert np.shape(ahead) == ()
        theta, state = rule.step(theta, slope, state)
        row, rows = rule.step(row, slope.reshape(1), rows)
        into = rule.step_into(mine, slope, into)
        for one, other in zip((theta, *state[1:]), (row, *rows[1:]), strict=True):
            assert type(one) is np.ndarray
            np.testing.assert_array_equal(one, other[0], strict=False)
            assert (one.shape, one.dtype) == ((), other.dtype)
        np.testing.assert_allclose(mine, theta, rtol=1e-3 if dtype == np.float16 else 1e-6)
    # What a step returns, a step in place takes.
    assert rule.step_into(theta, np.array(1.0), state).t == 4


@pytest.mark.parametrize("engine", ["numba", "blocks", "plain"])
def test_a_single_number_in_place(engine: str) -> None:
    theta, bias = np.array(1.0), {"b": np.array(1.0), "w": np.ones(3)}
    state = Momentum(lr=0.5).step_into(theta, np.array(2.0), Momentum().init(theta), engine)
    assert (theta, state.v) == (0, 1)
    Momentum(lr=0.5).step_into(bias, {"b": 2.0, "w": np.ones(3)}, Momentum().init(bias), engine)
    assert bias["b"] == 0


def test_a_single_number_with_several_settings() -> None:
    rates = [0.1, 0.2, 0.3]
    moved, state = Adam(lr=rates).step(1.0, 2.0, Adam().init(1.0))
    np.testing.assert_allclose(moved, 1 - np.array(rates))
    assert all(type(array) is np.ndarray for array in state[1:])
