"""What holds for every rule of the book, a newly added one included."""

from __future__ import annotations

import io
import pickle
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.lib.mixins import NDArrayOperatorsMixin

import adaptive
from adaptive import NAG, RULES, SOAP, Prodigy, Rule, ScheduleFree, descend
from adaptive.problems import NoisyQuadratic, Ravine
from tests.every import (
    ALL,
    KINDS,
    ON_MATRICES,
    book,
    every_rule,
    every_rule_of_all,
    every_rule_on_vectors,
    fitting,
    undecayed,
    updated,
)
from tests.rules.reference import GRADIENTS, walk

START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])
DECAYS = ("momentum", "rho", "beta1", "beta2")


def hyperparameters(kinds: Any) -> Any:
    """Return the mark of a test that is for each hyperparameter of each of some rules."""
    return pytest.mark.parametrize(
        ("kind", "name"),
        [
            pytest.param(kind, f.name, id=f"{kind.__name__}-{f.name}")
            for kind in kinds
            for f in fields(kind)
        ],
    )


every_hyperparameter = hyperparameters(KINDS)
every_hyperparameter_of_all = hyperparameters(ALL)


def end(rule: Rule, theta: Any, gradients: Any = GRADIENTS) -> tuple[Any, ...]:
    """Return the parameters and the state, as one tuple, after a step for each gradient."""
    *_, (theta, state) = walk(rule, theta, gradients)
    return theta, *state


def end_of(rule: Rule, gradients: Any = GRADIENTS, dtype: Any = float) -> tuple[Any, ...]:
    """Return the same from START, which a rule on matrices takes as a matrix."""
    return end(rule, fitting(type(rule), START.astype(dtype)), fitting(type(rule), gradients))


def assert_same_bits(got: tuple[Any, ...], expected: tuple[Any, ...]) -> None:
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)


def other_values(name: str, count: int) -> np.ndarray:
    """Return several values that a hyperparameter may have, none of them a default."""
    return np.linspace(0.3, 0.8, count) if name in DECAYS else np.geomspace(4e-3, 0.5, count)


# ------------------------------------------------------------------ what a rule is


def test_order_of_the_book() -> None:
    names = [kind.__name__ for kind in RULES]
    assert names[:5] == ["SGD", "Momentum", "NAG", "Adagrad", "Adadelta"]
    assert names[5:10] == ["RMSprop", "Adam", "AdaMax", "Nadam", "AMSGrad"]
    assert all(getattr(adaptive, kind.__name__) is kind for kind in ALL)
    assert all(kind.__name__ in adaptive.__all__ for kind in ALL)


@every_rule_of_all
def test_init(kind: type[Rule]) -> None:
    theta = np.ones((3, 2), np.float32)
    state = kind().init(theta)
    assert state._fields == ("t", *kind.state_names)
    assert state.t == 0
    for array in state[1:]:
        # Those on matrices keep squares of the sides, too.
        shape = array.shape if kind in ON_MATRICES else (3, 2)
        np.testing.assert_array_equal(array, np.zeros(shape, np.float32), strict=True)
    rule = kind()
    arrays = [theta, *rule.init(theta)[1:], *rule.init(theta)[1:]]
    assert len({id(array) for array in arrays}) == len(arrays), (
        "no run shares an array with another"
    )


@every_rule_of_all
def test_every_step_is_counted(kind: type[Rule]) -> None:
    path = walk(kind(), fitting(kind, START), fitting(kind, GRADIENTS[:3]))
    assert [state.t for _, state in path] == [1, 2, 3]


@every_rule_of_all
def test_lookahead_is_theta_but_for_two_rules(kind: type[Rule]) -> None:
    theta, state = list(walk(book(kind), fitting(kind, START), fitting(kind, GRADIENTS[:5])))[-1]
    assert (book(kind).lookahead(theta, state) is theta) == (kind not in (NAG, ScheduleFree))


@every_rule_of_all
def test_circles_settings_are_hyperparameters(kind: type[Rule]) -> None:
    assert kind.on_circles.keys() <= kind().hyperparameters.keys()
    book(kind)


#: All that the circles task takes otherwise than by default. All ten chapters measure at these.
RATES_ON_CIRCLES = {
    "SGD": {"lr": 0.1},
    "Momentum": {"lr": 0.08},
    "NAG": {"lr": 0.1},
    "Adagrad": {"lr": 0.7},
    # It has no rate, so ε plays its part; its ρ is shorter for the hundred steps.
    "Adadelta": {"rho": 0.9, "eps": 1e-2},
    "RMSprop": {"lr": 0.07},
    "Adam": {"lr": 0.1},
    "AdaMax": {"lr": 0.3},
    "Nadam": {"lr": 0.1},
    "AMSGrad": {"lr": 0.1},
}


@pytest.mark.parametrize("name", RATES_ON_CIRCLES)
def test_on_circles_only_the_rate_is_not_the_default(name: str) -> None:
    kind = getattr(adaptive, name)
    changed = {key: x for key, x in kind.on_circles.items() if x != getattr(kind(), key)}
    assert changed == RATES_ON_CIRCLES[name]


@every_rule_on_vectors
def test_descends(kind: type[Rule]) -> None:
    path = descend(book(kind), Ravine(condition=5), steps=300)
    assert path.loss[-1] < 0.2 * path.loss[0]


class Number(NDArrayOperatorsMixin):
    """A float that computes only by plain calls of ufuncs, as an object that records them does."""

    def __init__(self, value: float) -> None:
        self.value = value

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **named: Any) -> Number:
        assert method == "__call__"
        assert not named
        return Number(ufunc(*(x.value if isinstance(x, Number) else x for x in inputs)))


@every_rule
def test_update_is_nothing_but_arithmetic_and_ufuncs(kind: type[Rule]) -> None:
    rule, g = book(kind), GRADIENTS[0, 0]
    others = [0.5 + i for i in range(1 + len(kind.state_names))]
    traced = updated(rule, Number(g), 3, *map(Number, others))
    plain = updated(rule, g, 3, *others)
    assert [number.value for number in traced] == list(plain)


# ------------------------------------------------------------------ what a step does


@every_rule_of_all
def test_step_modifies_no_argument(kind: type[Rule]) -> None:
    theta, state = list(walk(book(kind), fitting(kind, START), fitting(kind, GRADIENTS[:5])))[-1]
    g = fitting(kind, GRADIENTS[5].copy())
    given_arrays = (theta, g, *state[1:])
    before = [array.copy() for array in given_arrays]
    for array in given_arrays:
        array.flags.writeable = False  # so that writing would be an error, too
    moved, new = book(kind).step(theta, g, state)
    assert_same_bits(given_arrays, tuple(before))
    assert state.t == 5
    for result in (moved, *new[1:]):
        assert not any(np.shares_memory(result, array) for array in given_arrays)


@every_rule_of_all
def test_result_of_a_step_may_be_overwritten(kind: type[Rule]) -> None:
    """No array that `step` returns is another one, or is kept by the rule."""
    rule, start, (first, second) = book(kind), fitting(kind, START), fitting(kind, GRADIENTS[:2])
    moved, state = rule.step(start, first, rule.init(start))
    expected = rule.step(moved.copy(), second, type(state)(1, *(a.copy() for a in state[1:])))
    kept = moved.copy(), state
    moved[:] = np.nan
    again, new = rule.step(kept[0], second, kept[1])
    assert_same_bits((again, *new), (expected[0], *expected[1]))


@every_hyperparameter
def test_hyperparameter_arrays_are_copied(kind: type[Rule], name: str) -> None:
    mine = other_values(name, 6)
    rule = replace(book(kind), **{name: mine})
    expected = end(rule, START)
    before = mine.copy()
    assert_same_bits((mine,), (before,))
    mine[:] = 0.9
    assert_same_bits(end(rule, START), expected)
    with pytest.raises(ValueError, match="read-only"):
        getattr(rule, name)[0] = 0.5


@every_rule
def test_leading_axes_are_runs(kind: type[Rule]) -> None:
    rng = np.random.default_rng(1)
    theta, gradients = rng.normal(size=(2, 3, 6)), rng.normal(size=(20, 2, 3, 6))
    together = end(book(kind), theta, gradients)
    for i, j in np.ndindex(2, 3):
        alone = end(book(kind), theta[i, j], gradients[:, i, j])
        assert_same_bits((together[0][i, j], together[1], *(a[i, j] for a in together[2:])), alone)


@every_rule
def test_gradient_is_shared_over_leading_axes(kind: type[Rule]) -> None:
    theta = np.stack([START, 2 * START])
    together, alone = (end(book(kind), start)[0] for start in (theta, theta[1]))
    np.testing.assert_array_equal(together[1], alone)


@every_hyperparameter
def test_column_of_values_is_one_run_each(kind: type[Rule], name: str) -> None:
    values = other_values(name, 4)
    many = replace(book(kind), **{name: values[:, None]})
    together = end(many, np.tile(START, (4, 1)))
    from_one_row = np.broadcast_to(end(many, START)[0], together[0].shape)
    for i, value in enumerate(values):
        alone = end(replace(book(kind), **{name: value}), START)
        assert_same_bits((together[0][i], together[1], *(a[i] for a in together[2:])), alone)
        np.testing.assert_array_equal(from_one_row[i], alone[0])


@every_hyperparameter
def test_row_of_values_is_one_for_each_coordinate(kind: type[Rule], name: str) -> None:
    values = other_values(name, 6)
    together = end(replace(book(kind), **{name: values}), START)
    for i, value in enumerate(values):
        alone = end(replace(book(kind), **{name: value}), START)
        assert_same_bits(
            (together[0][i], together[1], *(a[i] for a in together[2:])),
            (alone[0][i], alone[1], *(a[i] for a in alone[2:])),
        )


@every_hyperparameter_of_all
def test_every_hyperparameter_matters(kind: type[Rule], name: str) -> None:
    changed = replace(book(kind), **{name: other_values(name, 1)[0]})
    one, other = ([*end_of(rule)] for rule in (changed, book(kind)))
    if (kind, name) == (ScheduleFree, "beta"):
        # It says at which point the gradient is taken; here the gradients are given.
        np.testing.assert_array_equal(one[0], other[0])
        one, other = (
            [rule.lookahead(found[0], rule.State(*found[1:]))]
            for rule, found in ((changed, one), (book(kind), other))
        )
    assert not np.allclose(one[0], other[0], rtol=1e-6, atol=0)


@every_rule_of_all
def test_no_gradient_moves_nothing(kind: type[Rule]) -> None:
    theta = end_of(undecayed(book(kind)), np.zeros((5, 6)))[0]
    np.testing.assert_array_equal(theta, fitting(kind, START))


plain_floats = st.floats(-1e3, 1e3).map(lambda x: x if abs(x) > 1e-3 else 0.0)


@every_rule
@settings(max_examples=25, deadline=None, derandomize=True)
@given(gradients=arrays(float, (4, 3), elements=plain_floats), order=st.permutations(range(3)))
def test_coordinates_do_not_interact(kind: type[Rule], gradients: Any, order: list[int]) -> None:
    theta = START[:3]
    as_given, permuted = (
        end(book(kind), theta, gradients),
        end(book(kind), theta[order], gradients[:, order]),
    )
    assert_same_bits(permuted[2:], tuple(array[order] for array in as_given[2:]))
    np.testing.assert_array_equal(permuted[0], as_given[0][order])


@every_rule_of_all
@settings(max_examples=25, deadline=None, derandomize=True)
@given(gradients=arrays(float, (4, 6), elements=plain_floats))
def test_mirrored_gradients_make_the_mirrored_path(kind: type[Rule], gradients: Any) -> None:
    start, slopes = fitting(kind, START), fitting(kind, gradients)
    if kind is SOAP:
        # Where the first gradient leaves axes open, the routine may choose others for -g.
        slopes = np.concatenate([[[[1.0, 2.0, 3.0], [4.0, 5.0, 7.0]]], slopes])
    mirrored, right = end(book(kind), -start, -slopes)[0], end(book(kind), start, slopes)[0]
    # The singular vectors of -g are those of g to rounding, which SOAP divides by ε where v is 0.
    np.testing.assert_allclose(mirrored, -right, rtol=0, atol=1e-6 if kind is SOAP else 0)


# ------------------------------------------------------------------ kinds of numbers


@every_rule_of_all
@pytest.mark.parametrize(
    "integers",
    [np.array([0, 0, 0, 0, 0, 1]), np.array([0, 0, 0, 0, 0, 1], np.int8), [0, 0, 0, 0, 0, 1]],
    ids=["array", "small", "list"],
)
def test_integer_start(kind: type[Rule], integers: Any) -> None:
    given = fitting(kind, integers)
    before, exact = given.copy(), given.astype(float)
    if isinstance(integers, list):
        given = given.tolist()
    got = end(book(kind), given, fitting(kind, GRADIENTS))
    assert_same_bits(got, end(book(kind), exact, fitting(kind, GRADIENTS)))
    assert got[0].dtype == np.float64
    np.testing.assert_array_equal(given, before, strict=True)


@every_rule_of_all
@pytest.mark.parametrize("dtype", [np.int8, np.int64, np.float64])
def test_integer_gradient(kind: type[Rule], dtype: type) -> None:
    """100² does not fit in an int8: nothing is computed in integers, whatever the start is."""
    gradients, start = fitting(kind, [[100, -3, 0, 2, 0, 1]] * 3), fitting(kind, np.ones(6))
    expected = end(book(kind), start, gradients.astype(float))
    assert_same_bits(end(book(kind), start, gradients.astype(dtype)), expected)
    assert_same_bits(end(book(kind), start.astype(dtype), gradients.astype(dtype)), expected)


@every_rule_of_all
def test_lists(kind: type[Rule]) -> None:
    rule, start, g = book(kind), fitting(kind, START), fitting(kind, GRADIENTS[0])
    expected = rule.step(start, g, rule.init(start))
    listed = rule.step(start.tolist(), g.tolist(), rule.init(start.tolist()))
    assert_same_bits((listed[0], *listed[1]), (expected[0], *expected[1]))


@every_rule_on_vectors
def test_numbers(kind: type[Rule]) -> None:
    rule = book(kind)
    number, state = rule.step(1.0, GRADIENTS[0, 0], rule.init(1.0))
    number, state = rule.step(number, 2.5, state)
    assert number == end(rule, np.ones(1), [[GRADIENTS[0, 0]], [2.5]])[0][0]


@every_rule_of_all
@pytest.mark.parametrize("gradient_dtype", [np.float32, np.float64])
@pytest.mark.parametrize("written", [float, np.float64])
def test_float32_stays_float32(kind: type[Rule], gradient_dtype: type, written: Any) -> None:
    rule = kind(**{name: written(x) for name, x in book(kind).hyperparameters.items()})
    theta, _, *state = end_of(rule, GRADIENTS.astype(gradient_dtype), np.float32)
    assert {array.dtype for array in (theta, *state)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(theta, end_of(book(kind))[0], rtol=1e-3, atol=1e-3)


@every_rule
@pytest.mark.parametrize("gradient_dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(6,), (2, 1)], ids=["row", "column"])
def test_float32_stays_float32_beside_arrays(
    kind: type[Rule], gradient_dtype: type, shape: tuple[int, ...]
) -> None:
    rule = book(kind)
    rule = kind(**{name: np.full(shape, x) for name, x in rule.hyperparameters.items()})
    theta = np.stack([START, START]).astype(np.float32)
    theta, _, *state = end(rule, theta, GRADIENTS.astype(gradient_dtype))
    assert {array.dtype for array in (theta, *state)} == {np.dtype(np.float32)}
    np.testing.assert_allclose(theta[0], end(book(kind), START)[0], rtol=1e-3, atol=1e-3)


@every_rule_of_all
def test_numpy_numbers_compute_as_python_numbers(kind: type[Rule]) -> None:
    """A numpy float64 would promote float32 on the way, and give other bits."""
    rule = book(kind)
    same = kind(**{name: np.float64(x) for name, x in rule.hyperparameters.items()})
    zero_d = kind(**{name: np.array(x) for name, x in rule.hyperparameters.items()})
    expected = end_of(rule, GRADIENTS.astype(np.float32), np.float32)
    for one in (same, zero_d):
        assert_same_bits(end_of(one, GRADIENTS.astype(np.float32), np.float32), expected)
    assert all(type(x) is float for x in same.hyperparameters.values())


@every_rule_of_all
def test_float64_does_not_become_float32(kind: type[Rule]) -> None:
    single = GRADIENTS.astype(np.float32)
    assert_same_bits(end_of(book(kind), single), end_of(book(kind), single.astype(float)))


# ------------------------------------------------------------------ several runs, and resumed ones


@every_rule_of_all
def test_two_runs_from_one_rule_share_nothing(kind: type[Rule]) -> None:
    rule, start, slopes = book(kind), fitting(kind, START), fitting(kind, GRADIENTS)
    runs = [walk(rule, start, slopes), walk(rule, -start, slopes[::-1])]
    *_, ((first, first_state), (second, second_state)) = zip(*runs, strict=True)
    assert_same_bits((first, *first_state), end(rule, start, slopes))
    assert_same_bits((second, *second_state), end(rule, -start, slopes[::-1]))
    assert rule == book(kind)


@every_rule_on_vectors
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("by", ["npz", "pickle"])
def test_saved_and_resumed(kind: type[Rule], dtype: type, by: str) -> None:
    """The random generator is saved as well, and everything goes on with the same bits."""
    problem = NoisyQuadratic(curvatures=[1, 5], noise=0.5)
    start = np.array([1, -2], dtype)
    whole = descend(book(kind), problem, start, steps=30, rng=np.random.default_rng(5))
    rng = np.random.default_rng(5)
    half = descend(book(kind), problem, start, steps=13, rng=rng)

    file = io.BytesIO()
    if by == "npz":
        np.savez(file, theta=half.theta[-1], **half.last_state._asdict())
        generator = pickle.dumps(rng.bit_generator.state)
        del half, rng
        file.seek(0)
        with np.load(file) as saved:
            theta = saved["theta"]
            state = kind().restore({name: saved[name] for name in saved if name != "theta"})
        rule, rng = book(kind), np.random.default_rng()
        rng.bit_generator.state = pickle.loads(generator)
    else:
        pickle.dump((book(kind), half.theta[-1], half.last_state, rng), file)
        del half, rng
        rule, theta, state, rng = pickle.loads(file.getvalue())

    rest = descend(rule, problem, theta, steps=17, rng=rng, state=state)
    assert_same_bits((rest.theta[-1], *rest.last_state), (whole.theta[-1], *whole.last_state))
    assert_same_bits((rest.theta, rest.gradient), (whole.theta[13:], whole.gradient[13:]))


# ------------------------------------------------------------------ rules as values


@every_rule_of_all
def test_equal_rules(kind: type[Rule]) -> None:
    assert kind() == kind()
    assert hash(kind()) == hash(kind())
    assert len({kind(), kind(), book(kind)}) == len({kind(), book(kind)}) == 2
    assert all(kind() != other() for other in ALL if other is not kind)
    assert kind() != "rule"


@every_hyperparameter_of_all
def test_rules_that_differ_in_one_hyperparameter(kind: type[Rule], name: str) -> None:
    one, other = (replace(kind(), **{name: value}) for value in other_values(name, 2))
    array = replace(kind(), **{name: other_values(name, 2)})
    assert len({one, other, array, kind()}) == 4
    assert one != other
    assert one != array
    assert array == replace(kind(), **{name: other_values(name, 2)})
    if (kind, name) == (Prodigy, "d0"):
        return  # It must be more than 0.
    zero, minus_zero = (replace(kind(), **{name: value}) for value in (0.0, -0.0))
    assert zero == minus_zero
    assert hash(zero) == hash(minus_zero)


@every_rule_of_all
def test_repr_makes_the_rule_again(kind: type[Rule]) -> None:
    assert eval(repr(book(kind)), {kind.__name__: kind}) == book(kind)


@every_hyperparameter
def test_pickled_rule(kind: type[Rule], name: str) -> None:
    rule = replace(kind(), **{name: other_values(name, 6)})
    again = pickle.loads(pickle.dumps(rule))
    assert again == rule
    assert_same_bits(end(again, START), end(rule, START))


@every_hyperparameter_of_all
def test_frozen(kind: type[Rule], name: str) -> None:
    with pytest.raises(AttributeError, match=name):
        setattr(kind(), name, 0.5)


@every_rule_of_all
def test_unused_step_number_is_passed_on(kind: type[Rule]) -> None:
    """The step number that the update sees is the one that the state then holds."""
    seen = []

    @dataclass(frozen=True, eq=False)
    class Watched(kind):  # type: ignore[misc, valid-type]
        def update(self, g: Any, t: int, *state: Any) -> tuple[Any, ...]:
            seen.append(t)
            return super().update(g, t, *state)

    path = walk(Watched(), fitting(kind, START), fitting(kind, GRADIENTS))
    assert [state.t for _, state in path] == list(range(1, len(GRADIENTS) + 1))
    assert seen == list(range(1, len(GRADIENTS) + 1))
