"""Muon, its orthogonalization, and what the frameworks' Muons have done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import ON_MATRICES, Muon, Rule, descend, orthogonalized, polar_factor, sweep
from adaptive.frameworks.newer import MuonCorrected, MuonInOut, MuonOutIn
from adaptive.problems import Bigrams, Ravine
from adaptive.tracing import TracingError, trace_rule
from tests.rules.muons import (
    FILE,
    RATE,
    SHAPES,
    TOLERANCE,
    gradients,
    path,
    start,
)

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize(
    ("stored", "rule"),
    [
        ("torch", MuonOutIn(RATE, weight_decay=0.1)),
        ("torch as Adam", Muon(RATE, weight_decay=0.1)),
        ("keras", Muon(RATE, weight_decay=0.004)),
        ("optax", MuonInOut(RATE)),
        ("optax as Adam", MuonCorrected(RATE, weight_decay=0.1)),
    ],
)
def test_the_path_is_that_of_the_framework(stored: str, rule: Muon, name: str) -> None:
    there = np.load(FILE)[f"{stored}/{name}"]
    assert np.abs(there - path(rule, SHAPES[name])).max() < TOLERANCE
    assert np.abs(there[-1] - start(SHAPES[name])).max() > 0.02, "it moves"


@pytest.mark.parametrize("name", SHAPES)
def test_the_frameworks_defaults_are_three_rules(name: str) -> None:
    ends = [np.load(FILE)[f"{each}/{name}"][-1] for each in ("torch", "optax", "keras")]
    for k, one in enumerate(ends):
        for other in ends[:k]:
            assert np.abs(one - other).max() > 1e-3


@pytest.mark.parametrize("name", SHAPES)
def test_pytorch_computes_in_bfloat16(name: str) -> None:
    shipped, full = (np.load(FILE)[f"{each}/{name}"] for each in ("torch as shipped", "torch"))
    assert 1e-5 < np.abs(shipped - full)[0].max() < 0.05 * RATE * 2


@shapes
def test_equations(shape: tuple[int, int]) -> None:
    rule = Muon(lr=0.3, momentum=0.8, weight_decay=0.7, rms=0.5)
    theta, m, state = start(shape), np.zeros(shape), rule.init(start(shape))
    moved = theta
    for g in gradients(shape)[:8]:
        m = 0.8 * m + 0.2 * g
        u, s, v = np.linalg.svd(0.8 * m + 0.2 * g, full_matrices=False)
        s = s / np.sqrt(np.sum(s**2))
        for _ in range(5):
            s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
        theta = theta - 0.3 * (0.5 * np.sqrt(max(shape)) * (u * s) @ v + 0.7 * theta)
        moved, state = rule.step(moved, g, state)
        np.testing.assert_allclose(moved, theta, rtol=1e-10, atol=1e-12)
        np.testing.assert_allclose(state.m, m, rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize("kind", ON_MATRICES)
@shapes
def test_a_batch_makes_the_steps_of_each(kind: type[Rule], shape: tuple[int, int]) -> None:
    lrs = np.array([0.1, 0.5, 1.0])
    rule: Any = kind(lr=lrs[:, None, None])  # type: ignore[call-arg]
    gs, theta = gradients(shape)[:12].reshape(4, 3, *shape), np.stack([start(shape)] * 3)
    state = rule.init(theta)
    alone: Any = [kind(lr=lr) for lr in lrs]  # type: ignore[call-arg]
    thetas, states = list(theta), [one.init(each) for one, each in zip(alone, theta, strict=True)]
    for g in gs:
        theta, state = rule.step(theta, g, state)
        for k in range(3):
            thetas[k], states[k] = alone[k].step(thetas[k], g[k], states[k])
            np.testing.assert_allclose(theta[k], thetas[k], rtol=1e-12, atol=1e-14)


def test_leading_axes_of_gradients_alone_are_a_batch_too() -> None:
    rule, theta = Muon(lr=1.0), start((3, 4))
    gs = gradients((3, 4))[:2]
    moved, _ = rule.step(theta, gs, rule.init(theta))
    for k in range(2):
        np.testing.assert_allclose(moved[k], rule.step(theta, gs[k], rule.init(theta))[0])


@pytest.mark.parametrize("kind", ON_MATRICES)
@pytest.mark.parametrize("theta", [np.ones(3), np.array(1.0), [1.0, 2.0]], ids=str)
def test_a_vector_is_refused_with_what_to_do(kind: type[Rule], theta: Any) -> None:
    words = rf"theta must have shape \(\.\.\., m, n\) for {kind.__name__}, got shape.*Mixed\("
    rule = kind()
    with pytest.raises(ValueError, match=words):
        rule.init(theta)
    with pytest.raises(ValueError, match=words):
        rule.step(theta, theta, rule.init(np.ones((1, 1))))


def test_where_there_are_no_matrices_it_is_refused() -> None:
    with pytest.raises(ValueError, match=r"problem must have arrays of its own.*ravine"):
        descend(Muon(), Ravine())
    with pytest.raises(ValueError, match=r"problem must have arrays of its own.*ravine"):
        sweep(Muon(), Ravine(), lr=[0.1])


@pytest.mark.parametrize("kind", ON_MATRICES)
def test_what_is_derived_from_one_parameter_is_refused(kind: type[Rule]) -> None:
    with pytest.raises(TracingError, match=rf"{kind.__name__} cannot be recorded.*whole arrays"):
        trace_rule(kind())
    from adaptive import export

    with pytest.raises(TypeError, match=rf"{kind.__name__} cannot be exported.*whole arrays"):
        export.optax(kind)
    with pytest.raises(ValueError, match=r"numba.*whole arrays"):
        sweep(kind(), Bigrams(words=2), steps=1, engine="numba", lr=[0.1])


@pytest.mark.parametrize("kind", ON_MATRICES)
def test_nothing_of_the_callers_is_written_to(kind: type[Rule]) -> None:
    rule, theta, (g, *others) = kind(), start((3, 7)), gradients((3, 7))[:3]
    state = rule.init(theta)
    for each in others:
        theta, state = rule.step(theta, each, state)
    kept = [array.copy() for array in (theta, g, *state[1:])]
    rule.step(theta, g, state)
    for array, old in zip((theta, g, *state[1:]), kept, strict=True):
        np.testing.assert_array_equal(array, old)


@pytest.mark.parametrize("kind", ON_MATRICES)
def test_in_place_it_makes_the_same_step(kind: type[Rule]) -> None:
    rule, g = kind(), gradients((3, 7))
    theta, into = start((3, 7)), start((3, 7))
    state, written = rule.init(theta), rule.init(into)
    for each in g[:3]:
        theta, state = rule.step(theta, each, state)
        written = rule.step_into(into, each, written)
    np.testing.assert_array_equal(into, theta)
    for one, other in zip(written, state, strict=True):
        np.testing.assert_array_equal(one, other)
    assert written.t == 3


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_stays(dtype: Any) -> None:
    rule, theta = Muon(lr=1.0), start((3, 7)).astype(dtype)
    moved, state = rule.step(theta, gradients((3, 7))[0].astype(dtype), rule.init(theta))
    assert moved.dtype == dtype
    assert state.m.dtype == (np.float64 if dtype is np.float64 else np.float32)
    whole, _ = rule.step(theta.astype(float), gradients((3, 7))[0], rule.init(theta.astype(float)))
    far = np.abs(moved - whole).max()
    assert far < {np.float16: 1e-2, np.float32: 1e-5, np.float64: 1e-15}[dtype]


@pytest.mark.parametrize("words", [2, 7])
def test_a_problem_of_one_matrix_needs_nothing_said(words: int) -> None:
    problem, rule = Bigrams(words=words), Muon(lr=0.3)
    found = descend(rule, problem, steps=20)
    theta, state = problem.start.reshape(words, words), rule.init(np.zeros((words, words)))
    for t in range(20):
        g = problem.grad(theta.ravel()).reshape(words, words)
        theta, state = rule.step(theta, g, state)
        np.testing.assert_allclose(found.theta[t + 1], theta.ravel(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.state["m"][t + 1], state.m.ravel(), atol=1e-12)
    again = descend(rule, problem, found.theta[-1], steps=3, state=found.last_state)
    assert again.last_state.t == 23


def test_rates_are_an_axis_of_a_sweep() -> None:
    problem, lrs = Bigrams(words=5), [0.1, 0.3, 1.0]
    found = sweep(Muon(), problem, steps=15, lr=lrs, momentum=[0.0, 0.9])
    for i, lr in enumerate(lrs):
        for j, momentum in enumerate([0.0, 0.9]):
            alone = descend(Muon(lr=lr, momentum=momentum), problem, steps=15).theta[-1]
            np.testing.assert_allclose(found.theta[-1, i, j], alone, rtol=1e-7, atol=1e-9)


def test_one_rate_for_each_entry_is_refused() -> None:
    problem = Bigrams(words=3)
    with pytest.raises(ValueError, match=r"Muon\.lr must be one number for a run"):
        descend(Muon(lr=np.ones(9)), problem)


def test_defaults() -> None:
    assert Muon() == Muon(lr=0.001, momentum=0.95, weight_decay=0.0, rms=0.2)


# ------------------------------------------------------------------ bad input


@pytest.mark.parametrize("function", [orthogonalized, polar_factor])
@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (np.ones(3), ValueError, r"G must have shape \(\.\.\., m, n\), got shape \(3,\)"),
        (3.0, ValueError, "G must have shape"),
        ("no", TypeError, "G must be"),
        (1j * np.eye(2), TypeError, "G must be"),
    ],
)
def test_what_is_no_matrix_is_named(function: Any, value: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        function(value)


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ({"coefficients": (1, 2)}, ValueError, "coefficients must be three numbers a, b, c"),
        ({"coefficients": 1.0}, ValueError, "coefficients must be three numbers a, b, c"),
        ({"coefficients": "abc"}, TypeError, "coefficients must be"),
        ({"steps": -1}, ValueError, "steps must be"),
        ({"steps": 1.5}, TypeError, "steps must be"),
    ],
)
def test_bad_arguments_are_named(arguments: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        orthogonalized(np.eye(2), **arguments)


def test_the_exact_factor_wants_finite_numbers() -> None:
    with pytest.raises(ValueError, match="G must be finite"):
        polar_factor([[np.nan, 1.0]])


def test_a_broken_number_breaks_its_matrix_and_no_other() -> None:
    G = np.stack([np.eye(3), np.eye(3)])
    G[0, 1, 2] = np.nan
    with np.errstate(all="ignore"):
        Q = orthogonalized(G)
    assert np.isnan(Q[0]).all()
    np.testing.assert_array_equal(Q[1], orthogonalized(np.eye(3)))


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e-30, 1.0, 1e30])
def test_the_size_of_a_gradient_is_of_no_matter(size: float, dtype: Any) -> None:
    G = start((3, 5))
    small = orthogonalized((size * G).astype(dtype))
    assert small.dtype == dtype
    np.testing.assert_allclose(
        small, orthogonalized(G), atol=1e-5 if dtype is np.float32 else 1e-12
    )


@pytest.mark.parametrize("function", [orthogonalized, polar_factor])
def test_zeros_stay_zeros_and_the_argument_stays(function: Any) -> None:
    G = np.zeros((2, 3, 4))
    G[1] = 1.0
    before = G.copy()
    Q = function(G)
    np.testing.assert_array_equal(G, before)
    assert not Q[0].any() and np.isfinite(Q).all()
