"""Gradients that are shortened before a rule sees them."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adaptive import (
    NAG,
    SGD,
    Adam,
    AdamW,
    Clipped,
    Mixed,
    Momentum,
    Muon,
    Prodigy,
    Rule,
    anatomy,
    descend,
    explore,
    export,
    opening,
    scheduled,
    sweep,
)
from adaptive.problems import Circles, Digits, Ravine
from adaptive.race import race
from adaptive.schedules import Linear
from adaptive.tracing import TracingError, trace_rule
from tests.rules import totals
from tests.rules.test_vector import arrays, joined, model

G = np.array([3.0, -4.0])


@pytest.mark.parametrize(("c", "factor"), [(1, 0.2), (2.5, 0.5), (5, 1), (7, 1)])
def test_what_is_longer_than_c_is_shortened_to_it(c: float, factor: float) -> None:
    rule = Clipped(SGD(lr=1.0), c=c)
    moved, _ = rule.step(np.zeros(2), G, rule.init(np.zeros(2)))
    np.testing.assert_allclose(moved, -factor * G, rtol=1e-15)


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize(
    "rule", [SGD(lr=0.1), Momentum(lr=0.1), Mixed(Muon(lr=0.1), AdamW(lr=0.1)), Prodigy(d0=0.01)]
)
def test_the_length_is_that_of_all_arrays(rule: Rule, in_place: bool) -> None:
    clipped = Clipped(rule, c=0.5)
    theta, state = model(), clipped.init(model())
    plain, other = model(), rule.init(model())
    for seed in (1, 2, 3):
        g = model(seed)
        length = np.linalg.norm(joined(g))
        short = model(seed)
        for array in arrays(short):
            array *= 0.5 / length
        plain, other = rule.step(plain, short, other)
        if in_place:
            state = clipped.step_into(theta, g, state)
        else:
            theta, state = clipped.step(theta, g, state)
        np.testing.assert_array_equal(joined(g), joined(model(seed)))
    np.testing.assert_allclose(joined(theta), joined(plain), rtol=1e-12, atol=1e-14)


def length(g: dict[str, Any]) -> float:
    """Return the length of all arrays together."""
    return float(np.linalg.norm(np.concatenate([array.ravel() for array in g.values()])))


def stored_steps(clipped: Clipped, added: float = 0.0) -> dict[str, Any]:
    """Return where a model is at the stored steps, if a number is added to each length."""
    theta, found = totals.start(), []
    state = clipped.init(theta)
    for g in totals.gradients():
        rule = clipped.changed(c=clipped.c * length(g) / (length(g) + added))
        theta, state = rule.step(theta, g, state)
        found.append(theta)
    return {name: np.array([each[name] for each in found])[totals.STEPS - 1] for name in theta}


@pytest.mark.parametrize(("framework", "added"), [("optax", 0), ("keras", 0), ("torch", 1e-6)])
def test_the_path_is_the_frameworks(framework: str, added: float) -> None:
    """PyTorch divides by the length and 1e-6."""
    given = totals.SETTINGS["Clipped"]
    rule = Clipped(Momentum(lr=given["lr"], momentum=given["momentum"]), given["c"])
    theirs, here, exact = np.load(totals.FILE), stored_steps(rule, added), stored_steps(rule)
    for name in totals.SHAPES:
        there = theirs[f"{framework}/Clipped/{name}"]
        assert np.abs(there - here[name]).max() < totals.TOLERANCE
        assert (np.abs(there - exact[name]).max() > 10 * totals.TOLERANCE) == (added > 0)
    longer = sum(length(g) > given["c"] for g in totals.gradients())
    assert 10 < longer < 30, "some are clipped, some are not"


@pytest.mark.parametrize("problem", [Ravine(), Circles(), Digits()], ids=lambda each: each.name)
@pytest.mark.parametrize("rule", [SGD(lr=0.1), NAG(lr=0.05), Adam(lr=0.1)], ids=repr)
def test_a_sweep_makes_the_runs_one_by_one(problem: Any, rule: Rule) -> None:
    options: Any = {"steps": 12, "rng": 3}
    found = sweep(Clipped(rule), problem, c=[0.01, 0.3, 100.0], lr=[0.01, 0.1], **options)
    for i, c in enumerate((0.01, 0.3, 100.0)):
        for k, lr in enumerate((0.01, 0.1)):
            path = descend(Clipped(rule.changed(lr=lr), c=c), problem, **options)
            np.testing.assert_allclose(found.theta[-1, i, k], path.theta[-1], rtol=1e-9, atol=1e-12)
    free = sweep(rule, problem, lr=[0.01, 0.1], **options)
    assert np.abs(found.theta[-1, 0] - free.theta[-1]).max() > 1e-6
    if not isinstance(problem, Ravine):
        np.testing.assert_allclose(found.theta[-1, 2], free.theta[-1], rtol=1e-9)


def test_networks_are_clipped_as_one_vector() -> None:
    rule = Clipped(Mixed(Muon(lr=0.02), AdamW(lr=0.02)), c=0.3)
    problem = Digits()
    path = descend(rule, problem, steps=6, rng=1)
    theta = problem.blocks.split(path.theta[0])
    state = rule.init(theta)
    for g in path.gradient:
        theta, state = rule.step(theta, problem.blocks.split(g), state)
    np.testing.assert_allclose(problem.blocks.join(theta), path.theta[-1], rtol=1e-9, atol=1e-12)
    found = sweep(rule, problem, steps=6, rng=1, c=[0.1, 0.3], matrices__lr=[0.02])
    np.testing.assert_allclose(found.theta[-1, 1, 0], path.theta[-1], rtol=1e-9, atol=1e-12)


def test_the_quartic_that_descent_leaves_is_kept() -> None:
    """On x⁴/4 from 10 with η = 0.1 descent diverges; clipped at 1 it walks, then converges."""
    theta, free = np.array([10.0]), np.array([10.0])
    rule = Clipped(SGD(lr=0.1), c=1)
    state, other = rule.init(theta), SGD().init(free)
    for _ in range(400):
        theta, state = rule.step(theta, theta**3, state)
        if abs(free[0]) < 1e6:
            free, other = SGD(lr=0.1).step(free, free**3, other)
    assert abs(theta[0]) < 0.2
    assert abs(free[0]) > 1e6


@pytest.mark.parametrize("g", [[0.0, 0.0], [np.nan, 1.0], [np.inf, 1.0]])
def test_what_has_no_direction_goes_on_as_it_is(g: list[float]) -> None:
    rule, theta = Clipped(SGD(lr=1.0), c=0.1), np.zeros(2)
    moved, _ = rule.step(theta, np.array(g), rule.init(theta))
    np.testing.assert_array_equal(moved, -np.array(g))


def test_squares_that_overflow_have_a_length() -> None:
    rule, theta = Clipped(SGD(lr=1.0), c=1.0), np.zeros(2)
    moved, _ = rule.step(theta, 1e200 * G, rule.init(theta))
    np.testing.assert_allclose(moved, [-0.6, 0.8])
    half, _ = rule.step(theta.astype(np.float16), (1e3 * G).astype(np.float16), rule.init(theta))
    np.testing.assert_allclose(half, [-0.6, 0.8], rtol=1e-3)


def test_it_is_made_of_a_rule_that_follows_a_schedule() -> None:
    rule = Clipped(scheduled(SGD(lr=1.0), Linear(T=2)), c=1)
    theta, state = rule.step(np.zeros(2), G, rule.init(np.zeros(2)))
    theta, state = rule.step(theta, G, state)
    np.testing.assert_allclose(theta, -1.5 * G / 5)
    assert sweep(rule, Ravine(), steps=4, T=[2, 4], c=[0.1, 1, 10]).theta.shape[1:3] == (2, 3)


def test_it_can_be_compared_copied_and_pickled() -> None:
    one, same, other = Clipped(SGD(), 2), Clipped(SGD(), 2.0), Clipped(SGD(), 3)
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != Clipped(Momentum(), 2)
    assert one != SGD()
    assert pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == one
    assert one.hyperparameters == {"lr": SGD().lr, "c": 2.0}
    assert one.changed(lr=0.5, c=4) == Clipped(SGD(lr=0.5), 4)
    assert repr(one) == "Clipped(rule=SGD(lr=0.01), c=2.0)"
    both = Clipped(SGD(), np.array([1.0, 2.0]))
    assert both == Clipped(SGD(), [1.0, 2.0])


def test_a_tiny_length_in_half_precision_is_not_nothing() -> None:
    """1e-8 is 0 in float16."""
    rule, theta = Clipped(Adam(lr=0.1), c=1e-8), G.astype(np.float16)
    moved, _ = rule.step(theta, theta, rule.init(theta))
    single = theta.astype(np.float32)
    expected, _ = rule.step(single, single, rule.init(single))
    np.testing.assert_array_equal(moved, expected.astype(np.float16))
    assert np.all(moved != theta)


def test_numbers_in_a_list_of_arrays_stay_arrays() -> None:
    theta = [np.array(0.0), np.array(0.0)]
    rule = Clipped(SGD(lr=1.0), c=1)
    moved, _ = rule.step(theta, [np.array(3.0), np.array(-4.0)], rule.init(theta))
    np.testing.assert_allclose(moved, [-0.6, 0.8])


def test_figures_show_it_or_say_why_not() -> None:
    clipped = Clipped(SGD(lr=0.05), c=0.5)
    shown = explore(Ravine(), clipped, steps=5, map=("lr", "c"), ranges={"c": (0.1, 1)})
    assert "Clipped on ravine, lr=0.05, c=0.5" in repr(shown)
    assert "text/html" in shown._repr_mimebundle_()
    with pytest.raises(TracingError, match="Clipped cannot be recorded"):
        anatomy(clipped, Ravine())
    for rule, slider in ((clipped, "lr"), (Mixed(Muon(), AdamW()), "rest__lr")):
        with pytest.raises(TracingError, match="cannot be recorded: it works on whole arrays"):
            opening(rule, Ravine(), slider=slider)
    with pytest.raises(TypeError, match=r"have defaults, got Clipped.*must be given rule$"):
        race(Circles(), [Clipped])


def test_what_is_refused() -> None:
    @dataclass(frozen=True, eq=False)
    class Own(Rule):
        c: Any = 1.0

        def update(self, g: Any, t: int) -> tuple[Any, ...]:
            return (-self.c * g,)

    with pytest.raises(ValueError, match="rule must have no hyperparameter c of its own, got"):
        Clipped(Own())
    for run in (descend, sweep):
        with pytest.raises(ValueError, match=r"Clipped\.c must be one number for a run.*\(2,\)"):
            run(Clipped(SGD(), c=[1.0, 2.0]), Ravine())
    held, own = {"a": G}, SGD().init({"a": G})
    with pytest.raises(ValueError, match=r"g must hold arrays as theta does, 'a', got \{\}"):
        Clipped(SGD()).step(held, {}, own)
    with pytest.raises(
        ValueError, match=r"g must have the shape of theta, \(3, 2\), as its length"
    ):
        Clipped(SGD()).step(np.zeros((3, 2)), G, SGD().init(np.zeros((3, 2))))
    with pytest.raises(TypeError, match="rule must be a Rule"):
        Clipped(SGD)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="rule must not be clipped already, got Clipped"):
        Clipped(Clipped(SGD()))
    for bad in (0, -1.0, np.inf, np.nan):
        with pytest.raises(ValueError, match=r"Clipped\.c must be finite and in \(0, inf\)"):
            Clipped(SGD(), c=bad)
    with pytest.raises(TypeError, match=r"rest must be a rule for one array.*Clipped\(Mixed"):
        Mixed(Muon(), Clipped(SGD()))
    with pytest.raises(TypeError, match="rest must be a rule for one array, got Prodigy"):
        Mixed(Muon(), Prodigy())
    rule = Clipped(SGD(), c=np.array([[1.0], [2.0]]))
    with pytest.raises(ValueError, match=r"Clipped\.c must be a number in a step.*sweep"):
        rule.step(G, G, rule.init(G))
    with pytest.raises(TracingError, match=r"Clipped cannot be recorded.*whole arrays"):
        trace_rule(Clipped(SGD()))
    with pytest.raises(TypeError, match=r"Clipped cannot be exported.*whole arrays"):
        export.torch(Clipped)
    with pytest.raises(TypeError, match="give each part of Clipped its schedule"):
        scheduled(Clipped(SGD()), Linear(T=3))
    with pytest.raises(ValueError, match="problem must have arrays of its own"):
        descend(Clipped(Muon()), Ravine())
    with pytest.raises(TypeError, match="state must"):
        Clipped(SGD()).step(G, G, Momentum().init(G))
    with pytest.raises(TypeError, match="unexpected keyword argument 'gamma'"):
        Clipped(SGD()).changed(gamma=1)
