"""SOAP, and what another implementation has done."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive import SOAP, AdamW, polar_factor
from tests.rules.muons import RATE, SHAPES, TOLERANCE, gradients, start
from tests.rules.whole import BETAS, DECAY, FILE, FROM

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
RULE = SOAP(RATE, *BETAS, weight_decay=0.0)


@pytest.mark.parametrize("decay", [0.0, DECAY])
@pytest.mark.parametrize("name", SHAPES)
def test_the_path_is_that_of_the_package(name: str, decay: float) -> None:
    """From a state of theirs on, so that what leaves the axes open in the first steps is theirs.

    Their count of steps is one behind: they make none with the first gradient.
    """
    key = f"{'soap, decay' if decay else 'soap'}/{name}"
    there = np.load(FILE)
    kept = {field: there[f"{key}/{field}"] for field in SOAP.state_names}
    state = RULE.restore({"t": FROM - 1, **kept})
    theta = there[key][FROM - 1]
    for k in range(FROM, 40):
        theta, state = RULE.step(theta, gradients(SHAPES[name])[k], state)
        # They multiply by 1 - ηλ what the step has come to, as well.
        theta = (1 - RATE * decay) * theta
        np.testing.assert_allclose(theta, there[key][k], atol=TOLERANCE)
    assert np.abs(theta - there[key][FROM - 1]).max() > 0.02, "it moves"
    np.testing.assert_array_equal(there[key][0], start(SHAPES[name]))


@shapes
def test_equations(shape: tuple[int, int]) -> None:
    """Entry by entry in the axes; squares of gradients stay with an axis that changes place."""
    rule = SOAP(lr=0.3, beta1=0.8, beta2=0.7, eps=1e-3, weight_decay=0.5)
    p, q = shape
    theta, state = start(shape), rule.init(start(shape))
    # Where the shape leaves several axes for the value 0, from when nothing is open any more.
    made = 0 if p == q else FROM
    for g in gradients(shape)[:made]:
        theta, state = rule.step(theta, g, state)
    moved, swapped, (_, m, v, L, R, Q_L, Q_R) = theta, 0, state
    if not made:
        first = gradients(shape)[0]
        Q_L, _, Q_R = np.linalg.svd(first)
        Q_R = Q_R.T
    for t, g in enumerate(gradients(shape)[made : made + 14], start=made + 1):
        m, inner = 0.8 * m + 0.2 * g, np.einsum("ai,ab,bj->ij", Q_L, g, Q_R)
        v = 0.7 * v + 0.3 * inner**2
        size = np.sqrt(v / (1 - 0.7**t)) + 1e-3
        inner = np.einsum("ai,ab,bj->ij", Q_L, m / (1 - 0.8**t), Q_R) / size
        theta = theta - 0.3 * (np.einsum("ai,ij,bj->ab", Q_L, inner, Q_R) + 0.5 * theta)
        L, R = 0.7 * L + 0.3 * g @ g.T, 0.7 * R + 0.3 * g.T @ g
        if t > 1:
            rows = np.argsort(-np.einsum("ai,ab,bi->i", Q_L, L, Q_L))
            columns = np.argsort(-np.einsum("ai,ab,bi->i", Q_R, R, Q_R))
            swapped += any(rows != range(p)) + any(columns != range(q))
            Q_L, Q_R = np.linalg.qr(L @ Q_L[:, rows])[0], np.linalg.qr(R @ Q_R[:, columns])[0]
            v = v[rows][:, columns]
        moved, state = rule.step(moved, g, state)
        np.testing.assert_allclose(moved, theta, rtol=1e-7, atol=1e-9)
        np.testing.assert_allclose(state.v, v, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(state.L, L, atol=1e-12)
        np.testing.assert_allclose(state.R, R, atol=1e-12)
    assert swapped > 3, "axes have changed places"


@shapes
def test_signs_of_axes_change_no_step(shape: tuple[int, int]) -> None:
    theta, rng = start(shape), np.random.default_rng(5)
    state = RULE.init(theta)
    for g in gradients(shape)[:8]:
        theta, state = RULE.step(theta, g, state)
    turned = state._replace(
        Q_L=state.Q_L * rng.choice([-1, 1], shape[0]), Q_R=state.Q_R * rng.choice([-1, 1], shape[1])
    )
    assert not np.array_equal(turned.Q_L, state.Q_L)
    other = theta
    for g in gradients(shape)[8:20]:
        theta, state = RULE.step(theta, g, state)
        other, turned = RULE.step(other, g, turned)
        np.testing.assert_allclose(other, theta, atol=1e-12)


@shapes
def test_the_order_of_axes_changes_no_step_if_the_squares_go_along(shape: tuple[int, int]) -> None:
    theta, rng = start(shape), np.random.default_rng(5)
    state = RULE.init(theta)
    for g in gradients(shape)[:8]:
        theta, state = RULE.step(theta, g, state)
    rows, columns = rng.permutation(shape[0]), rng.permutation(shape[1])
    turned = state._replace(
        Q_L=state.Q_L[:, rows], Q_R=state.Q_R[:, columns], v=state.v[rows][:, columns]
    )
    alone = state._replace(Q_L=state.Q_L[:, rows], Q_R=state.Q_R[:, columns])
    g = gradients(shape)[8]
    right, wrong = (RULE.step(theta, g, each)[0] for each in (turned, alone))
    np.testing.assert_allclose(right, RULE.step(theta, g, state)[0], atol=1e-12)
    assert np.abs(wrong - right).max() > 1e-4, "and only then"
    for g in gradients(shape)[8:20]:
        theta, state = RULE.step(theta, g, state)
        _, turned = RULE.step(theta, g, turned)
    np.testing.assert_allclose(np.abs(turned.Q_L), np.abs(state.Q_L), atol=1e-9)


def test_in_axes_that_do_not_turn_it_is_adam() -> None:
    """On diagonal matrices, whose largest entries keep their order."""
    soap, adam = SOAP(0.1, 0.9, 0.8), AdamW(0.1, 0.9, 0.8, weight_decay=0.01)
    theta = both = np.diag([1.0, 2.0, 3.0])
    one, other = soap.init(theta), adam.init(theta)
    rng = np.random.default_rng(0)
    for _ in range(30):
        g = np.diag([9.0, 3.0, 1.0] * (1 + 0.2 * rng.normal(size=3)))
        theta, one = soap.step(theta, g, one)
        both, other = adam.step(both, g, other)
        np.testing.assert_allclose(theta, both, atol=1e-12)


def test_defaults() -> None:
    assert SOAP() == SOAP(lr=0.003, beta1=0.95, beta2=0.95, eps=1e-8, weight_decay=0.01)


def test_decay_is_of_the_parameters_before_the_step() -> None:
    theta = start((3, 4))
    moved, state = SOAP(0.1, weight_decay=0.5).step(
        theta, np.zeros((3, 4)), SOAP().init(np.zeros((3, 4)))
    )
    np.testing.assert_allclose(moved, 0.95 * theta)
    assert not state.v.any()


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_the_dtype_stays(dtype: Any) -> None:
    theta = start((4, 4)).astype(dtype)
    moved, state = SOAP(lr=1.0).step(theta, gradients((4, 4))[0].astype(dtype), SOAP().init(theta))
    assert moved.dtype == dtype
    wanted = np.float64 if dtype is np.float64 else np.float32
    assert {array.dtype for array in state[1:]} == {np.dtype(wanted)}
    whole = SOAP(lr=1.0).step(start((4, 4)), gradients((4, 4))[0], SOAP().init(start((4, 4))))[0]
    far = np.abs(moved - whole).max()
    assert far < {np.float16: 2e-2, np.float32: 1e-4, np.float64: 1e-12}[dtype]


@pytest.mark.parametrize("shape", [(3, 7), (4, 4)])
def test_in_single_precision_nothing_does_not_become_a_first_step(shape: tuple[int, int]) -> None:
    """In its own axes a gradient is a diagonal: in float32 the rest would be rounding above ε."""
    g, theta = gradients(shape)[0].astype(np.float32), np.zeros(shape, np.float32)
    rule = SOAP(lr=1.0, weight_decay=0.0)
    moved, state = rule.step(theta, g, rule.init(theta))
    np.testing.assert_allclose(moved, -polar_factor(g.astype(float)), atol=1e-5)
    assert moved.dtype == state.Q_R.dtype == np.float32


@pytest.mark.parametrize(
    ("size", "dtype", "step", "enough"), [(1e8, np.float64, 0, 1e4), (1.0, np.float32, 1, 1e-3)]
)
def test_rounding_above_eps_becomes_part_of_a_step(
    size: float, dtype: Any, step: int, enough: float
) -> None:
    """The same gradient again and again: each step should be along its polar factor."""
    g = (size * gradients((4, 6))[0]).astype(dtype)
    off = []
    for eps in (1e-8, enough):
        rule = SOAP(lr=1.0, eps=eps, weight_decay=0.0)
        theta, steps = np.zeros((4, 6), dtype), []
        state = rule.init(theta)
        for _ in range(step + 1):
            moved, state = rule.step(theta, g, state)
            steps.append(moved - theta)
            theta = moved
        off.append(np.abs(steps[step] + polar_factor(g.astype(float))).max())
    assert off[0] > 0.3
    assert off[1] < 0.02
