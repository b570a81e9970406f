"""Shampoo, what others' Shampoo has done, and a state whose arrays have other shapes than θ."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import numpy as np
import pytest

from adaptive import (
    ON_MATRICES,
    SGD,
    AdamW,
    Mixed,
    Muon,
    Rule,
    Shampoo,
    descend,
    load_state,
    save_state,
    scheduled,
    sweep,
)
from adaptive.problems import Bigrams, Digits
from adaptive.rules.spectra import followed, inverse_root, singular_vectors
from adaptive.schedules import Linear
from tests.rules.muons import RATE, SHAPES, TOLERANCE, gradients, path, start
from tests.rules.whole import EPS, FILE, Halved, power

shapes = pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
with_squares = pytest.mark.parametrize("kind", [one for one in ON_MATRICES if one is not Muon])


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("stored", ["pytorch_optimizer", "torch_optimizer"])
def test_the_path_is_that_of_the_package(stored: str, name: str) -> None:
    rule = Shampoo(RATE, EPS) if stored == "pytorch_optimizer" else Halved(RATE, EPS)
    there = np.load(FILE)[f"{stored}/{name}"]
    assert np.abs(there - path(rule, SHAPES[name])).max() < TOLERANCE
    assert np.abs(there[-1] - start(SHAPES[name])).max() > 0.005, "it moves"


@pytest.mark.parametrize("name", SHAPES)
def test_one_of_the_packages_has_another_rule(name: str) -> None:
    one, other = (np.load(FILE)[f"{kind}_optimizer/{name}"][-1] for kind in ("pytorch", "torch"))
    assert np.abs(one - other).max() > 0.01


@pytest.mark.parametrize("name", SHAPES)
def test_the_other_rule_begins_with_the_same_step(name: str) -> None:
    """What its L has changed is the polar factor, and R is the identity on its rows."""
    found = []
    for rule, size in ((Shampoo(1.0, 1e-12), 1), (Halved(1.0, 1e-12), 1), (Halved(1.0, 1e-12), 9)):
        theta, state, path = start(SHAPES[name]), rule.init(start(SHAPES[name])), []
        for g in gradients(SHAPES[name])[:5]:
            theta, state = rule.step(theta, size * g, state)
            path.append(theta)
        found.append(np.array(path))
    one, other, larger = found
    np.testing.assert_allclose(other[0], one[0], atol=1e-6)
    assert np.abs(other[1] - one[1]).max() > 0.02
    np.testing.assert_allclose(larger, other, atol=1e-6)


@shapes
def test_equations(shape: tuple[int, int]) -> None:
    """By singular value decompositions of what is summed, with ε in the sums from the start."""
    rule = Shampoo(lr=0.3, eps=1e-3)
    theta, state = start(shape), rule.init(start(shape))
    moved, L, R = theta, 1e-3 * np.eye(shape[0]), 1e-3 * np.eye(shape[1])
    for g in gradients(shape)[:8]:
        L, R = L + np.einsum("ik,jk->ij", g, g), R + np.einsum("ki,kj->ij", g, g)
        (U, s, _), (V, w, _) = np.linalg.svd(L), np.linalg.svd(R)
        inner = np.einsum("ai,ab,bj->ij", U, g, V) / (s[:, None] * w) ** 0.25
        theta = theta - 0.3 * np.einsum("ai,ij,bj->ab", U, inner, V)
        moved, state = rule.step(moved, g, state)
        np.testing.assert_allclose(moved, theta, rtol=1e-9, atol=1e-11)
        np.testing.assert_allclose(state.L, L - 1e-3 * np.eye(shape[0]), atol=1e-12)
        np.testing.assert_allclose(state.R, R - 1e-3 * np.eye(shape[1]), atol=1e-12)


def test_by_hand() -> None:
    rule, theta = Shampoo(lr=1.0, eps=0.0), np.zeros((2, 2))
    state = rule.init(theta)
    theta, state = rule.step(theta, np.diag([4.0, 1.0]), state)
    np.testing.assert_allclose(theta, -np.eye(2))
    # The sums are 16 + 9 = 25 and 1: (25 · 25)^(1/4) = 5.
    theta, state = rule.step(theta, np.diag([3.0, 0.0]), state)
    np.testing.assert_allclose(theta, -np.diag([1.6, 1.0]))


def test_defaults() -> None:
    assert Shampoo() == Shampoo(lr=0.01, eps=1e-12)


def test_without_a_gradient_there_is_no_step() -> None:
    for eps in (0.0, 1e-12):
        rule, theta = Shampoo(lr=1.0, eps=eps), np.ones((2, 3))
        moved, state = rule.step(theta, np.zeros((2, 3)), rule.init(theta))
        np.testing.assert_array_equal(moved, theta)
        assert not state.L.any()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_the_size_of_gradients_is_of_no_matter_without_eps(size: float, dtype: Any) -> None:
    rule, theta = Shampoo(lr=1.0, eps=0.0), np.zeros((3, 5), dtype)
    first, state = rule.step(theta, (size * start((3, 5))).astype(dtype), rule.init(theta))
    U, _, Vt = np.linalg.svd(start((3, 5)), full_matrices=False)
    np.testing.assert_allclose(first, -U @ Vt, atol=2e-3 if dtype is np.float32 else 1e-10)
    assert first.dtype == state.L.dtype == state.R.dtype == dtype


# ------------------------------------------------------------------ its square arrays


@with_squares
def test_squares_have_the_sides_of_the_matrix(kind: type[Rule]) -> None:
    rule, theta = kind(), np.zeros((4, 3, 7))
    state = rule.init(theta)
    for each in (state, rule.step(theta, np.stack(list(gradients((3, 7))[:4])), state)[1]):
        for name in kind.state_names:
            wanted = {"L": (3, 3), "Q_L": (3, 3), "R": (7, 7), "Q_R": (7, 7)}.get(name, (3, 7))
            assert getattr(each, name).shape == (4, *wanted), name
    assert not any(array.any() for array in state[1:]), "it begins with zeros"


@with_squares
def test_a_broken_number_breaks_its_matrix_and_no_other(kind: type[Rule]) -> None:
    rule, theta = kind(), np.zeros((2, 3, 4))
    g = np.stack(list(gradients((3, 4))[:2]))
    whole, after = rule.step(theta, g, rule.init(theta))
    g[0, 1, 2] = np.nan
    with np.errstate(all="ignore"):
        moved, state = rule.step(theta, g, rule.init(theta))
        moved, state = rule.step(moved, np.stack([g[1], g[1]]), state)
        whole, after = rule.step(whole, np.stack([g[1], g[1]]), after)
    assert np.isnan(moved[0]).all()
    np.testing.assert_array_equal(moved[1], whole[1])
    np.testing.assert_array_equal(state.L[1], after.L[1])


@with_squares
def test_a_saved_run_goes_on_with_the_same_bits(kind: Any) -> None:
    rule, theta = Mixed(kind(lr=0.1), AdamW()), {"W": start((3, 7)), "b": np.ones(7)}
    alone, matrix = kind(lr=0.1), start((3, 7))
    for one, parameters in ((rule, theta), (alone, matrix)):
        g = {"W": gradients((3, 7))[0], "b": np.ones(7)} if one is rule else gradients((3, 7))[0]
        parameters, state = one.step(parameters, g, one.init(parameters))
        file = io.BytesIO()
        save_state(file, parameters, state)
        file.seek(0)
        _, loaded = load_state(file, one)
        for other in (
            loaded,
            pickle.loads(pickle.dumps(state)),
            copy.deepcopy(state),
            one.restore(state._asdict()),
        ):
            assert type(other).sides == type(state).sides == kind.sides
            assert repr(one.step(parameters, g, other)) == repr(one.step(parameters, g, state))


@with_squares
def test_what_does_not_fit_is_not_saved(kind: Any) -> None:
    rule = kind()
    state = rule.init(np.ones((3, 7)))
    with pytest.raises(ValueError, match=r"state\.L must have a shape that fits theta, \(4, 4\)"):
        # R alone would not tell: both matrices have seven columns.
        save_state(
            io.BytesIO(),
            np.ones((4, 7)),
            state._replace(**{name: 0.0 for name in state._fields if name in "mv"}),
        )
    with pytest.raises(ValueError, match=r"state\.R must have a shape that fits theta, \(7, 7\)"):
        save_state(io.BytesIO(), np.ones((3, 7)), state._replace(R=np.ones((3, 7))))


def test_a_state_of_other_parameters_is_named() -> None:
    rule = Shampoo()
    state = rule.init(np.ones((3, 7)))
    words = r"theta \(4, 7\), g \(4, 7\), the state .* of Shampoo must broadcast, got \[\(3, 3\)"
    with pytest.raises(ValueError, match=words):
        rule.step(np.ones((4, 7)), np.ones((4, 7)), state)
    words = r"R must have the shape and dtype for theta of shape \(3, 7\), \(7, 7\) and float64"
    with pytest.raises(ValueError, match=words):
        rule.step_into(np.ones((3, 7)), np.ones((3, 7)), state._replace(R=np.ones((3, 7))))
    mixed = Mixed(rule, AdamW())
    with pytest.raises(ValueError, match=r"must hold arrays of the shapes \[\(4"):
        descend(mixed, Digits(hidden=6), steps=1, state=mixed.State(0, *[np.ones(466)] * 4))
    with pytest.raises(ValueError, match=r"must hold arrays of the shape \(9,\) of"):
        descend(rule, Bigrams(words=3), steps=1, state=rule.State(0, np.ones(9), np.ones(3)))


@with_squares
def test_a_problem_of_one_matrix_needs_nothing_said(kind: Any) -> None:
    problem, rule = Bigrams(words=4), kind(lr=0.3)
    found = descend(rule, problem, steps=12)
    theta, state = problem.start.reshape(4, 4), rule.init(np.zeros((4, 4)))
    for t in range(12):
        theta, state = rule.step(theta, problem.grad(theta.ravel()).reshape(4, 4), state)
        np.testing.assert_allclose(found.theta[t + 1], theta.ravel(), rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(found.state["L"][t + 1], state.L.ravel(), atol=1e-12)
    rest = descend(rule, problem, found.theta[6], steps=6, state=_after(rule, found, 6))
    np.testing.assert_array_equal(rest.theta[-1], found.theta[-1])


def _after(rule: Rule, path: Any, t: int) -> Any:
    return rule.restore({"t": t} | {name: each[t] for name, each in path.state.items()})


@with_squares
def test_a_network_is_descended(kind: Any) -> None:
    problem, rule = Digits(hidden=6), Mixed(kind(lr=0.03), AdamW(lr=0.01))
    path = descend(rule, problem, steps=4)
    theta = problem.blocks.split(problem.start)
    state, rng = rule.init(theta), np.random.default_rng(0)
    for t in range(1, 5):
        g = problem.grad(problem.blocks.join(theta), problem.draw(t, rng))
        theta, state = rule.step(theta, problem.blocks.split(g), state)
        np.testing.assert_allclose(path.theta[t], problem.blocks.join(theta), rtol=1e-7)
    # Of L, a square for each matrix, and zeros for the vectors, which have none.
    assert path.state["L"].shape == (5, 64 * 64 + 6 + 6 * 6 + 10)
    np.testing.assert_allclose(path.state["L"][-1, : 64 * 64], state.L["W1"].ravel(), rtol=1e-7)
    assert not path.state["L"][-1, 64 * 64 : 64 * 64 + 6].any()
    again = descend(rule, problem, path.theta[-1], steps=1, state=path.last_state)
    assert again.last_state.t == 5
    runs = sweep(rule, problem, 4, rng=range(2), matrices__lr=[0.01, 0.03], rest__lr=[0.01])
    np.testing.assert_allclose(runs.theta[-1][1, 0, 0], path.theta[-1], rtol=1e-6, atol=1e-8)


def test_a_matrix_that_goes_to_the_rest_keeps_no_squares() -> None:
    rule = Mixed(Shampoo(lr=0.1), SGD(), where=lambda name, array: name == "W1")
    path = descend(rule, Digits(hidden=6), steps=2)
    assert path.state["R"].shape == (3, 6 * 6 + 6 + 6 * 10 + 10)
    assert not path.state["R"][-1, 36:].any()


def test_rates_of_a_schedule() -> None:
    rule, plain = scheduled(Shampoo(lr=1.0), Linear(T=2)), Shampoo(lr=1.0)
    theta = start((3, 4))
    one, state = rule.step(theta, gradients((3, 4))[0], rule.init(theta))
    np.testing.assert_array_equal(
        one, plain.step(theta, gradients((3, 4))[0], plain.init(theta))[0]
    )
    two, state = rule.step(one, gradients((3, 4))[1], state)
    last, _ = rule.step(two, gradients((3, 4))[2], state)
    np.testing.assert_array_equal(last, two)


# ------------------------------------------------------------------ roots and eigenvectors


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("k", [1, 2, 4])
def test_the_inverse_root_is_one(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    A = rng.normal(size=(2, 5, 7))
    A = A @ A.mT
    for found, one in zip(inverse_root(A, k), A, strict=True):
        np.testing.assert_allclose(np.linalg.matrix_power(found, k) @ one, np.eye(5), atol=1e-7)
        np.testing.assert_allclose(found, power(one, -1 / k), rtol=1e-6, atol=1e-8)


def test_directions_without_anything_stay_so() -> None:
    a = np.array([[3.0], [4.0]])
    np.testing.assert_allclose(inverse_root(a @ a.T, 2), a @ a.T / 125, atol=1e-15)
    np.testing.assert_array_equal(inverse_root(np.zeros((2, 2)), 4), np.zeros((2, 2)))


@pytest.mark.parametrize("seed", range(10))
def test_directions_without_anything_but_rounding_stay_so(seed: int) -> None:
    g = np.random.default_rng(seed).normal(size=(6, 2))
    found, U = inverse_root(g @ g.T, 4), np.linalg.svd(g)[0]
    np.testing.assert_allclose(found @ U[:, 2:], 0, atol=1e-7)
    assert np.linalg.matrix_rank(found, tol=1e-6) == 2


@pytest.mark.parametrize("seed", range(10))
def test_followed_comes_to_the_eigenvectors_in_their_order(seed: int) -> None:
    rng = np.random.default_rng(seed)
    turn = np.linalg.qr(rng.normal(size=(4, 4))).Q
    A = turn * np.array([1.0, 8.0, 64.0, 512.0]) @ turn.T
    exact, same = singular_vectors(A)
    np.testing.assert_allclose(np.abs(np.sum(exact * same, axis=0)), 1)
    np.testing.assert_allclose(np.abs(np.sum(exact * turn[:, ::-1], axis=0)), 1)
    Q = np.linalg.qr(rng.normal(size=(4, 4))).Q
    for _ in range(30):
        Q, order = followed(A, Q)
        np.testing.assert_allclose(Q.T @ Q, np.eye(4), atol=1e-13)
    np.testing.assert_allclose(np.abs(np.sum(exact * Q, axis=0)), 1)
    np.testing.assert_array_equal(order, range(4))
    # Columns in another order come back into it, and the second result says whence.
    Q, order = followed(A, exact[:, [2, 0, 3, 1]])
    np.testing.assert_array_equal(order, [1, 3, 0, 2])
    np.testing.assert_allclose(np.abs(np.sum(exact * Q, axis=0)), 1)
