"""What holds for every rule whatever the gradients and the settings are, by hypothesis."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from adaptive import (
    NAG,
    SGD,
    SOAP,
    Adadelta,
    Adam,
    AdaMax,
    AdamW,
    Lion,
    Momentum,
    Nadam,
    Rule,
    ScheduleFree,
    descend,
)
from adaptive.problems import NoisyQuadratic
from tests.every import (
    KINDS,
    every_rule,
    every_rule_of_all,
    every_rule_on_vectors,
    fitting,
    undecayed,
)
from tests.rules.reference import walk

some = settings(max_examples=20, deadline=None)

#: Rules whose step is proportional to the gradients, and rules whose step does not depend on
#: their scale; Adadelta is neither: its ε has the units of both.
LINEAR = (SGD, Momentum, NAG, ScheduleFree)
NORMALISED = tuple(kind for kind in KINDS if kind not in (*LINEAR, Adadelta))
#: Rules with powers of t.
POWERS = (Adam, AdaMax, Nadam, AdamW)
#: Rules without a square, which overflow with their gradients and not before.
UNSQUARED = (*LINEAR, AdaMax, Lion)
#: Rules to which the size of a gradient is nothing, with no ε beside it.
SIZELESS = (AdaMax, Lion)

#: Where AdaMax forgets at once, its equation divides by zero: so no β₂ near 0.
RANGES = {"lr": (1e-4, 1.0), "eps": (1e-10, 1e-2), "beta2": (0.5, 0.999), "d0": (1e-6, 1.0)}
#: None so small that its product with a gradient could be rounded away: Lion's sign would be, too.
shares = st.floats(0.0, 0.999).map(lambda x: x if x > 1e-6 else 0.0)
plain = st.floats(-1e3, 1e3).map(lambda x: x if abs(x) > 1e-3 else 0.0)
gradients = arrays(float, st.tuples(st.integers(1, 12), st.just(3)), elements=plain)
START = np.array([1.0, -2.0, 0.5])
#: Of six numbers, which rules on matrices take in two rows.
longer_gradients = arrays(float, st.tuples(st.integers(1, 12), st.just(6)), elements=plain)
LONGER = np.concatenate([START, -START])


@st.composite
def rules(draw: Any, kind: type[Rule]) -> Rule:
    """Draw a rule with any settings."""
    names = kind().hyperparameters
    others = shares if kind is Lion else st.floats(0.0, 0.999)
    drawn = {name: st.floats(*RANGES[name]) if name in RANGES else others for name in names}
    return kind(**{name: draw(values) for name, values in drawn.items()})


def path(rule: Rule, g: Any, theta: Any = START) -> list[tuple[Any, ...]]:
    """Return the parameters and the state, as one tuple, after each step."""
    return [(theta, *state) for theta, state in walk(rule, theta, g)]


def assert_same_bits(got: list[tuple[Any, ...]], expected: list[tuple[Any, ...]]) -> None:
    for one, other in zip(got, expected, strict=True):
        for a, b in zip(one, other, strict=True):
            np.testing.assert_array_equal(a, b, strict=True)


# ------------------------------------------------------------------ what runs have in common


@every_rule_of_all
@some
@given(data=st.data(), steps=st.integers(1, 8))
def test_zero_gradients_move_nothing_from_a_fresh_state(
    kind: type[Rule], data: Any, steps: int
) -> None:
    rule, start = undecayed(data.draw(rules(kind))), fitting(kind, LONGER)
    for theta, _, *state in path(rule, fitting(kind, np.zeros((steps, 6))), start):
        np.testing.assert_array_equal(theta, start)
        # Of nothing, too, SOAP has some axes.
        assert kind is SOAP or not any(map(np.any, state))


@every_rule
@some
@given(data=st.data(), g=gradients, order=st.permutations(range(3)))
def test_permuted_coordinates_make_the_permuted_path(
    kind: type[Rule], data: Any, g: Any, order: list[int]
) -> None:
    rule = data.draw(rules(kind))
    permuted = [(theta[order], t, *(a[order] for a in s)) for theta, t, *s in path(rule, g)]
    assert_same_bits(path(rule, g[:, order], START[order]), permuted)


@every_rule
@some
@given(data=st.data(), g=gradients)
def test_a_batch_is_one_run_after_the_other(kind: type[Rule], data: Any, g: Any) -> None:
    """Bit for bit, with settings of their own: no run sees another.

    But for βᵗ: numpy rounds powers of arrays and of numbers differently. So these are shared.
    """
    several = [data.draw(rules(kind)) for _ in range(3)]
    if kind in POWERS:
        shared = {name: getattr(several[0], name) for name in ("beta1", "beta2")}
        several = [replace(rule, **shared) for rule in several]
    columns = {
        name: np.array([[rule.hyperparameters[name]] for rule in several])
        for name in kind().hyperparameters
        if kind not in POWERS or not name.startswith("beta")
    }
    together = path(replace(several[0], **columns), g, np.tile(START, (3, 1)))
    for i, rule in enumerate(several):
        one = [(theta[i], t, *(array[i] for array in s)) for theta, t, *s in together]
        assert_same_bits(one, path(rule, g))


@every_rule_of_all
@some
@given(data=st.data(), g=longer_gradients, share=st.floats(0, 1))
def test_a_run_that_is_resumed_was_never_stopped(
    kind: type[Rule], data: Any, g: Any, share: float
) -> None:
    rule, at, g = data.draw(rules(kind)), 1 + int(share * (len(g) - 1)), fitting(kind, g)
    whole = path(rule, g, fitting(kind, LONGER))
    theta, t, *arrays_ = whole[at - 1]
    saved = {"t": np.array(t)} | dict(zip(kind.state_names, map(np.copy, arrays_), strict=True))
    state, rest = rule.restore(saved), []
    for one in g[at:]:
        theta, state = rule.step(theta, one, state)
        rest.append((theta, *state))
    assert_same_bits(rest, whole[at:])


# ------------------------------------------------------------------ units


@pytest.mark.parametrize("kind", NORMALISED, ids=lambda kind: kind.__name__)
@some
@given(data=st.data(), g=gradients, power=st.integers(-30, 30))
def test_scale_of_the_gradients_drops_out_with_epsilon(
    kind: type[Rule], data: Any, g: Any, power: int
) -> None:
    """To the last bit for powers of two; ε has the units of the gradient, or of its square."""
    rule, c = data.draw(rules(kind)), 2.0**power
    units = c if kind.__name__ in ("Adam", "Nadam", "AMSGrad", "AdamW") else c**2
    with_eps = "eps" in rule.hyperparameters
    scaled = replace(rule, eps=rule.hyperparameters["eps"] * units) if with_eps else rule
    for (theta, *_), (other, *_) in zip(path(rule, g), path(scaled, c * g), strict=True):
        np.testing.assert_array_equal(theta, other)


@pytest.mark.parametrize("kind", LINEAR, ids=lambda kind: kind.__name__)
@some
@given(data=st.data(), g=gradients, power=st.integers(-30, 30))
def test_steps_of_the_others_have_the_scale_of_the_gradients(
    kind: type[Rule], data: Any, g: Any, power: int
) -> None:
    rule, c, zeros = data.draw(rules(kind)), 2.0**power, np.zeros(3)
    for (theta, *_), (other, *_) in zip(
        path(rule, g, zeros), path(rule, c * g, zeros), strict=True
    ):
        np.testing.assert_array_equal(c * theta, other)


@pytest.mark.parametrize(
    "kind", [k for k in KINDS if k not in SIZELESS], ids=lambda kind: kind.__name__
)
def test_what_is_not_invariant_is_not(kind: type[Rule]) -> None:
    """With ε as it is, or with a learning rate that has the units of the gradient."""
    g = np.random.default_rng(0).normal(size=(20, 3)) * 1e-4
    rule = kind(**({"eps": 1e-4} if "eps" in kind().hyperparameters else {}))
    one, other = (path(rule, factor * g, np.zeros(3))[-1][0] for factor in (1, 1024))
    assert not np.allclose(one, other, rtol=1e-3)
    if kind not in LINEAR:
        assert not np.allclose(1024 * one, other, rtol=1e-3)


# ------------------------------------------------------------------ float32


@every_rule
def test_float32_stays_near_float64_for_ten_thousand_steps(kind: type[Rule]) -> None:
    """One sequence of gradients for both: noise around a slope that turns round half way."""
    rng = np.random.default_rng(0)
    slope = np.repeat([0.3, -0.3], 5000)[:, None]
    g = (slope + rng.normal(size=(10_000, 4)) * (0.1, 1, 1, 10)).astype(np.float32)
    rule = kind(**kind.on_circles)
    theta = {dtype: np.zeros(4, dtype) for dtype in (np.float32, np.float64)}
    state = {dtype: rule.init(start) for dtype, start in theta.items()}
    far = np.zeros(4)
    for one in g:
        for dtype in theta:
            theta[dtype], state[dtype] = rule.step(theta[dtype], one.astype(dtype), state[dtype])
        far = np.maximum(far, abs(theta[np.float64]))
    assert theta[np.float32].dtype == np.float32
    # Each of so many sums is rounded: √10⁴ times half a unit in the last place, and a margin.
    assert (abs(theta[np.float32] - theta[np.float64]) <= 100 * far * 2**-24 * 10).all()


# ------------------------------------------------------------------ large, small and broken numbers


@every_rule
@pytest.mark.parametrize("size", [1e150, 1e-150])
def test_very_large_and_very_small_gradients(kind: type[Rule], size: float) -> None:
    """Without ε they are to the normalised rules as any; the others follow their size."""
    g = np.array([[1.0, -2.0, 0.5], [0.5, 1.0, 1.0], [-1.0, 1.0, 0.0]])
    eps = {"eps": 0.0} if "eps" in kind().hyperparameters and kind is not Adadelta else {}
    rule, zeros = replace(kind(), **eps), np.zeros(3)
    tiny = kind is AdaMax and size < 1e-37  # below it, a gradient counts as none
    for (theta, _, *state), (plain_theta, *_) in zip(
        path(rule, size * g, zeros), path(rule, g, zeros), strict=True
    ):
        assert np.isfinite([theta, *state]).all()
        if tiny or (kind is Adadelta and size < 1):
            assert (abs(theta) < 1e-100).all()
        elif kind is not Adadelta:
            factor = size if kind in LINEAR else 1
            np.testing.assert_allclose(theta, factor * plain_theta, rtol=1e-12)


@every_rule
@pytest.mark.parametrize("g", [5e-324, -2.2e-308, 1e-310])
def test_subnormal_gradients_do_no_harm(kind: type[Rule], g: float) -> None:
    rule = undecayed(kind())
    for t, (theta, _, *state) in enumerate(path(rule, np.full((20, 3), g)), start=1):
        if kind is Lion:
            # A sign that is not lost to rounding is a sign, however small what has it.
            moved = t * rule.lr * np.sign(0.1 * g)
            np.testing.assert_allclose(theta, START - moved, rtol=1e-12)
        else:
            np.testing.assert_array_equal(theta, START)
        assert np.isfinite(state).all()
    after = [theta for theta, *_ in path(rule, [*np.full((20, 3), g), np.ones(3)])][-1]
    assert (np.isfinite(after) & (after < theta)).all()


@every_rule
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_broken_gradient_stays_visible_and_stays_where_it_is(
    kind: type[Rule], bad: float
) -> None:
    rng = np.random.default_rng(0)
    g = rng.normal(size=(12, 3))
    broken = g.copy()
    broken[4, 1] = bad
    rule, others = kind(**kind.on_circles), [0, 2]
    with np.errstate(all="ignore"):
        found, expected = path(rule, broken), path(rule, g)
    assert_same_bits(found[:4], expected[:4])
    for (theta, _, *state), (right, _, *right_state) in zip(found[4:], expected[4:], strict=True):
        # The sign of infinity is a step like any other: Lion shows it in its state alone.
        assert np.isfinite(theta[1]) == (kind is Lion and np.isinf(bad))
        assert all(not np.isfinite(array[1]) for array in state)
        assert_same_bits(
            [(theta[others], *(array[others] for array in state))],
            [(right[others], *(array[others] for array in right_state))],
        )


@every_rule
def test_a_square_that_overflows_is_not_silent(kind: type[Rule]) -> None:
    """Above 1.3e154 the square of a gradient is infinite: numpy says so, and the state shows it."""
    rule, g, theta = kind(), np.array([1e200, 1.0]), np.zeros(2)
    if kind in UNSQUARED:
        moved, state = rule.step(theta, g, rule.init(theta))
        assert np.isfinite([moved, *state[1:]]).all()
        return
    with pytest.raises(RuntimeWarning, match="overflow"):
        rule.step(theta, g, rule.init(theta))
    with np.errstate(all="ignore"):
        moved, state = rule.step(theta, g, rule.init(theta))
    assert any(not np.isfinite(array[0]) for array in state[1:])
    assert all(np.isfinite(array[1]) for array in (moved, *state[1:]))


@every_rule_on_vectors
def test_a_run_with_a_broken_gradient_has_diverged(kind: type[Rule]) -> None:
    noise = [np.zeros(2)] * 5 + [np.array([np.nan, 0.0])] + [np.zeros(2)] * 5
    path = descend(kind(), NoisyQuadratic(), steps=11, batches=noise)
    assert path.diverged
    assert path.steps == 6
