"""Rules with totals: LAMB, Prodigy, and what a rule of one's own may do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from adaptive import (
    LAMB,
    SGD,
    WITH_TOTALS,
    Adam,
    AdamW,
    Mixed,
    Muon,
    Prodigy,
    VectorRule,
    descend,
    export,
    load_state,
    save_state,
    scheduled,
    sweep,
)
from adaptive.problems import Digits, Ravine
from adaptive.rules.vector import norm
from adaptive.schedules import Linear
from adaptive.tracing import TracingError, trace_rule
from tests.rules import totals

kinds = pytest.mark.parametrize("kind", WITH_TOTALS, ids=lambda kind: kind.__name__)
START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])
GRADIENTS = np.random.default_rng(7).normal(size=(30, 6)) * (1, 10, 1e-2, 1, 1, 0)


def model(seed: int = 0) -> Any:
    """Return arrays in containers within containers, one of them empty, one a number."""
    rng = np.random.default_rng(seed)
    layers = [{"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}, {}, None]
    return {"layers": layers, "head": rng.normal(size=(4, 2)), "gain": np.array(rng.normal())}


def arrays(held: Any) -> list[Any]:
    return [held["layers"][0]["W"], held["layers"][0]["b"], held["head"], held["gain"]]


def joined(held: Any) -> Any:
    return np.concatenate([np.ravel(array) for array in arrays(held)])


def test_equations_of_lamb() -> None:
    rule = LAMB(lr=0.3, beta1=0.6, beta2=0.8, eps=0.1, weight_decay=0.7)
    theta, state = START, rule.init(START)
    x, m, v = START.tolist(), [0.0] * 6, [0.0] * 6
    for t, g in enumerate(GRADIENTS.tolist(), start=1):
        m = [0.6 * a + 0.4 * b for a, b in zip(m, g, strict=True)]
        v = [0.8 * a + 0.2 * b * b for a, b in zip(v, g, strict=True)]
        r = [
            (a / (1 - 0.6**t)) / (math.sqrt(b / (1 - 0.8**t)) + 0.1) + 0.7 * c
            for a, b, c in zip(m, v, x, strict=True)
        ]
        ratio = math.hypot(*x) / math.hypot(*r)
        x = [a - 0.3 * ratio * b for a, b in zip(x, r, strict=True)]
        theta, state = rule.step(theta, np.array(g), state)
        np.testing.assert_allclose(theta, x, rtol=1e-11, atol=1e-14)
        np.testing.assert_allclose([*state.m, *state.v], [*m, *v], rtol=1e-12, atol=1e-15)


def test_equations_of_prodigy() -> None:
    rule = Prodigy(lr=0.9, beta1=0.6, beta2=0.81, eps=1e-3, d0=0.01)
    theta, state = START, rule.init(START)
    x, m, v, s, r, d = START.tolist(), [0.0] * 6, [0.0] * 6, [0.0] * 6, 0.0, 0.01
    grown = []
    for g in GRADIENTS.tolist():
        ahead = sum(b * (c0 - c) for b, c0, c in zip(g, START.tolist(), x, strict=True))
        m = [0.6 * a + 0.4 * d * b for a, b in zip(m, g, strict=True)]
        v = [0.81 * a + 0.19 * d * d * b * b for a, b in zip(v, g, strict=True)]
        r = 0.9 * r + 0.1 * 0.9 * d * d * ahead
        s = [0.9 * a + 0.1 * 0.9 * d * d * b for a, b in zip(s, g, strict=True)]
        x = [
            a - 0.9 * d * b / (math.sqrt(c) + d * 1e-3) if b else a
            for a, b, c in zip(x, m, v, strict=True)
        ]
        d = max(d, r / sum(map(abs, s)))
        grown.append(d)
        theta, state = rule.step(theta, np.array(g), state)
        np.testing.assert_allclose(theta, x, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(0.01 + state.D, np.full(6, d), rtol=1e-9)
        np.testing.assert_allclose(state.P, np.full(6, r), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(state.w, theta - START, rtol=1e-9, atol=1e-12)
    assert grown[-1] > 0.01  # or the estimate was never used
    assert len(set(grown)) > 3


def test_the_length_of_a_lamb_step_is_its_share_of_the_array() -> None:
    theta, state = START, LAMB().init(START)
    for g in GRADIENTS:
        moved, state = LAMB(lr=0.03).step(theta, g, state)
        assert np.linalg.norm(moved - theta) == pytest.approx(0.03 * np.linalg.norm(theta))
        theta = moved


@pytest.mark.parametrize("decay", [0.0, 0.3])
def test_where_there_is_no_ratio_lamb_is_adamw(decay: float) -> None:
    lamb, adamw = LAMB(lr=0.1, weight_decay=decay), AdamW(lr=0.1, eps=1e-6, weight_decay=decay)
    zero = np.zeros(6)
    for theta, g in ((zero, GRADIENTS[0]), (START * (decay == 0), zero)):
        expected, _ = adamw.step(theta, g, adamw.init(theta))
        np.testing.assert_allclose(lamb.step(theta, g, lamb.init(theta))[0], expected, atol=1e-15)


def test_lamb_does_not_see_the_scale_of_an_array() -> None:
    """θ and g/k for k θ: the run is k times the run, whatever ε is not."""
    rule = LAMB(lr=0.1, eps=0.0)
    one, many, state, other = START, 8 * START, rule.init(START), rule.init(START)
    for g in np.where(GRADIENTS == 0, 1, GRADIENTS):
        one, state = rule.step(one, g, state)
        many, other = rule.step(many, g / 8, other)
        np.testing.assert_allclose(many, 8 * one, rtol=1e-12)


def test_prodigy_finds_a_distance() -> None:
    """On |θ| the estimate stays below the distance: it is a lower bound of it there."""
    rule, start = Prodigy(), np.array([1000.0])
    theta, state, found = start, rule.init(start), []
    for _ in range(30):
        theta, state = rule.step(theta, np.sign(theta), state)
        found.append(1e-6 + state.D[0])
    assert np.all(np.diff(found) >= 0)
    assert 500 < found[-1] <= 1000
    assert found[0] == 1e-6, "the first step has no way to measure"


def test_prodigy_without_a_gradient_stays() -> None:
    theta, state = Prodigy().step(START, np.zeros(6), Prodigy().init(START))
    np.testing.assert_array_equal(theta, START)
    assert not any(array.any() for array in state[1:])


@kinds
def test_an_array_of_any_shape_is_one_vector(kind: Any) -> None:
    rule = kind(lr=0.1)
    flat, square = START, START.reshape(2, 3)
    one, other = rule.init(flat), rule.init(square)
    for g in GRADIENTS[:5]:
        flat, one = rule.step(flat, g, one)
        square, other = rule.step(square, g.reshape(2, 3), other)
        np.testing.assert_array_equal(square, flat.reshape(2, 3))
        for a, b in zip(one[1:], other[1:], strict=True):
            np.testing.assert_array_equal(b, a.reshape(2, 3))
    number, state = rule.step(np.array(3.0), np.array(1.0), rule.init(np.array(3.0)))
    assert number.shape == state.m.shape == ()


@pytest.mark.parametrize("in_place", [False, True])
def test_lamb_takes_each_array_by_itself_and_prodigy_all_as_one(in_place: bool) -> None:
    for rule, of_all in ((LAMB(lr=0.1), False), (Prodigy(d0=0.01), True)):
        theta, state = model(), rule.init(model())
        whole, of_whole = joined(theta), rule.init(joined(theta))
        apart = arrays(model())
        each = [rule.init(array) for array in apart]
        for seed in (1, 2, 3):
            g = model(seed)
            if in_place:
                state = rule.step_into(theta, g, state)
            else:
                theta, state = rule.step(theta, g, state)
            whole, of_whole = rule.step(whole, joined(g), of_whole)
            for k, (array, slope) in enumerate(zip(apart, arrays(g), strict=True)):
                apart[k], each[k] = rule.step(array, slope, each[k])
        alone = np.concatenate([np.ravel(array) for array in apart])
        mine, other = (whole, alone) if of_all else (alone, whole)
        np.testing.assert_allclose(joined(theta), mine, rtol=1e-13)
        assert np.abs(joined(theta) - other).max() > 1e-3
        assert theta["layers"][1:] == [{}, None]
        assert state.t == 3
        assert state.m["head"].shape == (4, 2)
        if of_all:
            np.testing.assert_allclose(joined(state.D), of_whole.D, rtol=1e-13)


def test_each_array_keeps_its_dtype() -> None:
    theta = {"a": np.ones(2, np.float32), "b": np.ones(3), "c": np.ones(2, np.float16)}
    g = {"a": np.ones(2, np.float32), "b": -np.ones(3), "c": np.ones(2, np.float16)}
    rule = Prodigy(d0=0.1)
    moved, state = rule.step(theta, g, rule.init(theta))
    assert {k: v.dtype.name for k, v in moved.items()} == {
        "a": "float32",
        "b": "float64",
        "c": "float16",
    }
    assert {k: v.dtype.name for k, v in state.v.items()} == {
        "a": "float32",
        "b": "float64",
        "c": "float32",
    }


@kinds
def test_half_precision_is_computed_in_single(kind: Any) -> None:
    rule, theta = kind(lr=0.1), START.astype(np.float16)
    single, state = theta.astype(np.float32), rule.init(theta)
    moved, new = rule.step(theta, GRADIENTS[0].astype(np.float32), state)
    expected, _ = rule.step(single, GRADIENTS[0].astype(np.float32), rule.init(single))
    assert moved.dtype == np.float16
    assert new.v.dtype == np.float32
    np.testing.assert_array_equal(moved, expected.astype(np.float16))


@kinds
@pytest.mark.parametrize("problem", [Ravine(), Digits()], ids=lambda problem: problem.name)
def test_a_sweep_makes_the_runs_one_by_one(kind: Any, problem: Any) -> None:
    options: Any = {"steps": 12, "rng": 3}
    found = sweep(kind(), problem, lr=[0.01, 0.1, 1.0], beta1=[0.5, 0.9], **options)
    for i, lr in enumerate((0.01, 0.1, 1.0)):
        for k, beta1 in enumerate((0.5, 0.9)):
            path = descend(kind(lr=lr, beta1=beta1), problem, **options)
            np.testing.assert_allclose(found.theta[-1, i, k], path.theta[-1], rtol=1e-9, atol=1e-12)


@kinds
def test_a_network_takes_the_steps_of_its_arrays(kind: Any) -> None:
    problem, rule = Digits(), LAMB(lr=0.1) if kind is LAMB else Prodigy(d0=0.01)
    path = descend(rule, problem, steps=5, rng=1)
    theta = problem.blocks.split(path.theta[0])
    state = rule.init(theta)
    for g in path.gradient:
        theta, state = rule.step(theta, problem.blocks.split(g), state)
    np.testing.assert_allclose(problem.blocks.join(theta), path.theta[-1], rtol=1e-10, atol=1e-13)


def test_mixed_may_give_lamb_what_is_no_matrix() -> None:
    rule = Mixed(Muon(lr=0.1), LAMB(lr=0.1))
    theta, state = model(), rule.init(model())
    theta, state = rule.step(theta, model(1), state)
    b, _ = LAMB(lr=0.1).step(arrays(model())[1], arrays(model(1))[1], LAMB().init(np.zeros(4)))
    np.testing.assert_array_equal(theta["layers"][0]["b"], b)
    found = sweep(Mixed(LAMB(), SGD(lr=0.1)), Digits(), steps=5, matrices__lr=[0.01, 0.1], rng=0)
    alone = descend(Mixed(LAMB(lr=0.1), SGD(lr=0.1)), Digits(), steps=5, rng=0)
    np.testing.assert_allclose(found.theta[-1, 1], alone.theta[-1], rtol=1e-10, atol=1e-13)


@kinds
def test_a_schedule_multiplies_the_rate(kind: Any) -> None:
    rule = scheduled(kind(lr=0.4), Linear(T=4))
    theta, state, other = START, rule.init(START), kind().init(START)
    for lr, g in zip((0.4, 0.3, 0.2, 0.1), GRADIENTS, strict=False):
        expected, other = kind(lr=lr).step(theta, g, other)
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(theta, expected, rtol=1e-13)


def test_a_state_is_saved_and_read(tmp_path: Any) -> None:
    rule, theta = Prodigy(d0=0.1), model()
    theta, state = rule.step(theta, model(1), rule.init(theta))
    save_state(tmp_path / "state.npz", theta, state)
    loaded, again = load_state(tmp_path / "state.npz", rule)
    one, _ = rule.step(theta, model(2), state)
    other, _ = rule.step(loaded, model(2), again)
    np.testing.assert_array_equal(joined(one), joined(other))


@kinds
def test_nothing_of_the_callers_is_written_to(kind: Any) -> None:
    theta, g = model(), model(1)
    state = kind().init(theta)
    kept = [joined(each).copy() for each in (theta, g, *state[1:])]
    kind(lr=0.1).step(theta, g, state)
    for each, old in zip((theta, g, *state[1:]), kept, strict=True):
        np.testing.assert_array_equal(joined(each), old)


@kinds
def test_what_is_elementwise_refuses_in_one_sentence(kind: Any) -> None:
    with pytest.raises(TracingError, match=rf"{kind.__name__} cannot be recorded.*whole arrays"):
        trace_rule(kind())
    with pytest.raises(TypeError, match=rf"{kind.__name__} cannot be exported.*whole arrays"):
        export.torch(kind)
    with pytest.raises(ValueError, match=r"numba.*whole arrays"):
        kind().step_into(START.copy(), START, kind().init(START), engine="numba")
    with pytest.raises(ValueError, match="engine must be"):
        kind().step_into(model(), model(1), kind().init(model()), engine="numba")


@kinds
def test_a_batch_is_made_by_sweep(kind: Any) -> None:
    rule = kind(lr=np.array([[0.1], [0.2]]))
    with pytest.raises(ValueError, match=rf"{kind.__name__}\.lr must be a number in a step.*sweep"):
        rule.step(START, START, rule.init(START))


def test_all_arrays_must_be_alike() -> None:
    rule, theta = Prodigy(), {"a": np.ones(2), "b": {"c": np.ones(3)}}
    state = rule.init(theta)
    with pytest.raises(ValueError, match=r"g must hold arrays as theta does, 'a', 'b', got"):
        rule.step(theta, {"a": np.ones(2)}, state)
    with pytest.raises(ValueError, match=r"g must have the shape of theta, \(3,\)"):
        rule.step(theta, {"a": np.ones(2), "b": {"c": np.ones(2)}}, state)
    with pytest.raises(ValueError, match=r"m must hold arrays as theta does"):
        rule.step(theta, theta, rule.init({"a": np.ones(2)}))
    with pytest.raises(ValueError, match="at least one array"):
        rule.step({}, {}, state)


def test_a_rule_of_ones_own_may_say_that_its_totals_are_of_all() -> None:
    @dataclass(frozen=True, eq=False)
    class Normalized(VectorRule):
        lr: float = 0.1
        of_all: ClassVar[bool] = True

        def update(self, g: Any, t: int) -> tuple[Any, ...]:
            return (-self.lr * g / norm(g),)

    rule, theta = Normalized(), {"a": np.zeros(1), "b": np.zeros((1, 1))}
    g = {"a": np.array([3.0]), "b": np.array([[-4.0]])}
    moved, _ = rule.step(theta, g, rule.init(theta))
    assert moved["a"] == pytest.approx(-0.06)
    assert moved["b"] == pytest.approx(0.08)


@kinds
def test_runs_in_half_precision_have_totals_of_their_own(kind: Any) -> None:
    starts = np.array([[1, -2], [3, 1]], np.float16)
    own = {"d0": 0.1} if kind is Prodigy else {}
    found = sweep(kind(**own), Ravine(), steps=5, theta0=starts, lr=[0.1, 0.3]).theta[-1]
    assert found.dtype == np.float16
    for i, lr in enumerate((0.1, 0.3)):
        for k, start in enumerate(starts):
            path = descend(kind(lr=lr, **own), Ravine(), start, steps=5)
            np.testing.assert_allclose(found[i, k], path.theta[-1], rtol=2e-3)


@kinds
@pytest.mark.parametrize("dtype", [np.float32, np.float16])
def test_a_state_stays_in_the_precision_that_it_began_in(kind: Any, dtype: Any) -> None:
    theta, g = START.astype(dtype), GRADIENTS[0].astype(np.float32)
    _, state = kind(lr=0.1).step(theta, g, kind().init(theta))
    assert {array.dtype.name for array in state[1:]} == {"float32"}
    path = descend(kind(lr=0.1), Ravine(), np.ones(2, dtype), steps=3)
    assert {array.dtype.name for array in path.state.values()} == {"float32"}


@kinds
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_is_not_repaired(kind: Any, bad: float) -> None:
    """The total is over all entries: none goes on as if nothing were wrong."""
    rule, theta = kind(lr=0.1), START
    state = rule.init(theta)
    for g in (np.array([bad, 1, 1, 1, 1, 1]), GRADIENTS[0]):
        with np.errstate(all="ignore"):
            theta, state = rule.step(theta, g, state)
    assert not np.isfinite(theta).any()


def test_where_the_sum_of_gradients_is_nothing_the_estimate_stays() -> None:
    """There is nothing to divide by: the numerator alone is no distance."""
    rule = Prodigy(beta2=0.25, d0=2.0)  # both sums are halved in each step
    one = np.ones(1)
    state = rule.init(one)._replace(t=1, S=-4 * one, P=5 * one)
    _, new = rule.step(one, one, state)
    assert new.S == 0 < new.P
    assert new.D == 0


def test_a_first_estimate_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Prodigy\.d0 must be finite and in \(0, inf\), got 0"):
        Prodigy(d0=0)


@kinds
def test_what_does_not_fit_is_named(kind: Any) -> None:
    rule, theta = kind(), np.ones(2)
    with pytest.raises(
        ValueError, match=r"g must have the shape of theta, \(2,\).*got shape \(3, 2\)"
    ):
        rule.step(theta, np.ones((3, 2)), rule.init(theta))
    with pytest.raises(
        ValueError, match=r"m must have the shape of theta, \(2,\).*got shape \(3,\)"
    ):
        rule.step(theta, theta, rule.init(np.ones(3)))
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    for g in ({"a": masked, "b": theta}, {"a": theta, "b": masked}):
        held = {"a": theta, "b": theta}
        with pytest.raises(ValueError, match="g must have no masked entries"):
            rule.step(held, g, rule.init(held))


def test_two_kinds_of_half_precision_are_joined() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    theta = {"a": np.ones(2, ml_dtypes.bfloat16), "b": np.ones(2, np.float16)}
    moved, state = Prodigy(d0=0.1).step(theta, theta, Prodigy().init(theta))
    assert [moved[key].dtype.name for key in "ab"] == ["bfloat16", "float16"]
    np.testing.assert_allclose(moved["b"], 1 - 0.1 * 0.1 / np.sqrt(0.001), rtol=1e-3)
    assert state.m["a"].dtype == np.float32


def test_a_step_in_place_writes_to_what_has_the_name() -> None:
    """The fields of a state may have their arrays in another order."""
    rule, theta = Prodigy(d0=0.1), {"a": START[:2].copy(), "b": START[2:4].copy()}
    g = {"b": np.array([4.0, -1.0]), "a": np.array([1.0, 2.0])}
    theta, state = rule.step(theta, g, rule.init(theta))
    expected, new = rule.step(theta, g, state)
    turned = rule.restore(
        {"t": 1}
        | {k: {"b": v["b"], "a": v["a"]} for k, v in zip(rule.state_names, state[1:], strict=True)}
    )
    turned = rule.step_into(theta, g, turned)
    for one, other in zip((theta, *turned[1:]), (expected, *new[1:]), strict=True):
        for key in "ab":
            np.testing.assert_array_equal(one[key], other[key])


def test_a_step_in_place_is_refused_before_anything_is_written() -> None:
    rule, one = Prodigy(d0=0.1), np.ones(2)
    fixed = np.ones(2)
    fixed.flags.writeable = False
    for last, error, words in (
        (fixed, ValueError, "must be an array that can be written to"),
        (np.ones(2, int), TypeError, "must be an array of floats, as it is written to"),
        (np.float64(1), TypeError, "must be an array of floats, as it is written to"),
    ):
        theta = {"a": one.copy(), "b": last}
        with pytest.raises(error, match=words):
            rule.step_into(theta, {"a": one, "b": np.ones_like(last)}, rule.init(theta))
        np.testing.assert_array_equal(theta["a"], one)
    theta = {"a": one.copy(), "b": one.copy()}
    with pytest.raises(ValueError, match="m must have the shape and dtype of theta"):
        rule.step_into(theta, theta, rule.init({"a": one, "b": one.astype(np.float32)}))
    with pytest.raises(ValueError, match="got 'numba': Prodigy works on whole arrays"):
        rule.step_into(theta, theta, rule.init(theta), engine="numba")
    np.testing.assert_array_equal(theta["a"], one)


def test_the_norm() -> None:
    x = np.array([[3.0, 4.0], [0.0, 0.0], [3e200, -4e200], [3e-200, 4e-200], [np.inf, 1.0]])
    np.testing.assert_allclose(norm(x)[:, 0], [5, 0, 5e200, 5e-200, np.inf], rtol=1e-15)
    assert np.isnan(norm(np.array([np.nan, 1.0])))[0]
    assert norm(np.ones(4, np.float32)).dtype == np.float32
    assert norm(np.zeros(0)) == 0


def test_defaults() -> None:
    assert LAMB() == LAMB(lr=0.001, beta1=0.9, beta2=0.999, eps=1e-6, weight_decay=0.0)
    assert Prodigy() == Prodigy(lr=1.0, beta1=0.9, beta2=0.999, eps=1e-8, d0=1e-6)


def test_adam_is_prodigy_with_a_rate_that_stands() -> None:
    """If the estimate never grows, Prodigy is Adam without corrections, at the rate d₀."""
    rule, plain = Prodigy(d0=2.0), Adam(lr=2.0, eps=1e-8)
    theta, state, m, v = START, rule.init(START), np.zeros(6), np.zeros(6)
    for size in np.abs(GRADIENTS[:, :5]).tolist():
        # Against descent: where it has gone down, the slope is now the other way.
        way = np.where(theta > START, 1, -1) * (theta != START) + (theta == START)
        g = way * np.array([*size, 0])
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        expected = theta - plain.lr * m / (np.sqrt(v) + 1e-8)
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(theta, expected, rtol=1e-9, atol=1e-9)
    assert not state.D.any()


def corrected(rule: Prodigy) -> Any:
    """Return Prodigy with Adam's corrections of the bias in its rate, as optax has it."""
    return scheduled(rule, lambda t: np.sqrt(1 - rule.beta2**t) / (1 - rule.beta1**t))


@pytest.mark.parametrize("kind", ["LAMB", "Prodigy"])
def test_the_path_is_optaxs(kind: str) -> None:
    rules: Any = {
        "LAMB": LAMB(**totals.SETTINGS["LAMB"]),
        "Prodigy": corrected(Prodigy(**totals.SETTINGS["Prodigy"])),
    }
    rule, theta, found = rules[kind], totals.start(), []
    state = rule.init(theta)
    for g in totals.gradients():
        theta, state = rule.step(theta, g, state)
        found.append(theta)
    for name in totals.SHAPES:
        there = np.load(totals.FILE)[f"{kind}/{name}"]
        here = np.array([each[name] for each in found])[totals.STEPS - 1]
        assert np.abs(there - here).max() < totals.TOLERANCE
        assert np.abs(there[-1] - totals.start()[name]).max() > 0.05, "it moves"
    if kind == "Prodigy":
        assert state.D["b"][0] > 0.001, "its estimate grows"
        plain = Prodigy(**totals.SETTINGS["Prodigy"])
        first, _ = plain.step(totals.start(), totals.gradients()[0], plain.init(theta))
        assert np.abs(first["b"] - np.load(totals.FILE)["Prodigy/b"][0]).max() > 1e-4
