"""A rule for matrices and one for the rest."""

from __future__ import annotations

import copy
import io
import pickle
from typing import Any

import numpy as np
import pytest

from adaptive import (
    NAG,
    SGD,
    Adam,
    AdamW,
    Mixed,
    Momentum,
    Muon,
    Rule,
    descend,
    export,
    load_state,
    save_state,
    scheduled,
    sweep,
)
from adaptive.problems import Digits
from adaptive.schedules import Linear
from adaptive.tracing import TracingError, trace_rule

MUON, ADAM = Muon(lr=0.1, weight_decay=0.2), AdamW(lr=0.05)


def model(seed: int = 0) -> Any:
    """Return arrays in containers within containers, one of them empty."""
    rng = np.random.default_rng(seed)
    layers = [{"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4)}, {}]
    return {"layers": layers, "head": rng.normal(size=(4, 2)), "gain": np.array(rng.normal())}


def alone(rule: Rule, pick: Any) -> Any:
    theta, state = pick(model()), rule.init(pick(model()))
    for seed in (1, 2, 3):
        theta, state = rule.step(theta, pick(model(seed)), state)
    return theta, state


@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("rest", [AdamW(lr=0.05), SGD(lr=0.3), Momentum(lr=0.2), Adam(lr=0.1)])
def test_each_array_makes_the_steps_of_its_rule(rest: Rule, in_place: bool) -> None:
    seen: list[str] = []

    def where(name: str, array: Any) -> bool:
        seen.append(name)
        return array.ndim == 2 and name != "head"

    rule = Mixed(MUON, rest, where=where)
    theta, state = model(), rule.init(model())
    assert seen == ["layers.0.W", "layers.0.b", "head", "gain"]
    for seed in (1, 2, 3):
        if in_place:
            state = rule.step_into(theta, model(seed), state)
        else:
            theta, state = rule.step(theta, model(seed), state)
    assert state.t == 3
    for pick, own in (
        (lambda w: w["layers"][0]["W"], MUON),
        (lambda w: w["layers"][0]["b"], rest),
        (lambda w: w["head"], rest),
        (lambda w: w["gain"], rest),
    ):
        moved, kept = alone(own, pick)
        np.testing.assert_allclose(pick(theta), moved, rtol=1e-12)
        for name in rule.state_names:
            field = pick(getattr(state, name))
            expected = getattr(kept, name) if name in own.state_names else np.zeros(())
            np.testing.assert_allclose(field, expected, rtol=1e-12)


def test_two_axes_make_a_matrix_unless_somebody_says_otherwise() -> None:
    rule = Mixed(MUON, ADAM)
    assert rule.rule_of("w", np.ones((2, 3))) is MUON
    for shape in ((), (3,), (2, 3, 3)):
        assert rule.rule_of("w", np.ones(shape)) is ADAM


def test_arguments_are_not_changed() -> None:
    rule, theta, g = Mixed(MUON, ADAM), model(), model(1)
    state = rule.init(theta)
    rule.step(theta, g, state)
    assert repr(theta) == repr(model()) and repr(g) == repr(model(1))
    assert repr(state) == repr(rule.init(model()))


def test_a_saved_run_goes_on_with_the_same_bits() -> None:
    rule, theta = Mixed(MUON, ADAM), model()
    theta, state = rule.step(theta, model(1), rule.init(theta))
    file = io.BytesIO()
    save_state(file, theta, state)
    file.seek(0)
    loaded = load_state(file, Mixed(Muon(), AdamW()))
    for one, other in ((state, loaded[1]), (state, pickle.loads(pickle.dumps(state)))):
        assert type(other) is type(one) and other.t == 1
        assert repr(rule.step(theta, model(2), other)) == repr(rule.step(theta, model(2), one))
    assert repr(copy.deepcopy(state)) == repr(state)
    file.seek(0)
    with pytest.raises(ValueError, match=r"saved must hold|file must hold"):
        load_state(file, Mixed(Muon(), SGD()))
    file.seek(0)
    with pytest.raises(ValueError, match="file must hold a state of Muon, got one of Mixed"):
        load_state(file, Muon())


def test_a_rule_is_pickled_with_what_picks() -> None:
    rule = Mixed(MUON, ADAM, where=np.array_equal)
    again = pickle.loads(pickle.dumps(rule))
    assert again == rule and again.State is rule.State
    assert copy.deepcopy(rule) == rule


def test_a_schedule_is_for_one_of_the_rules() -> None:
    for name in ("lr", "matrices__lr"):
        with pytest.raises(TypeError, match=r"give each part of Mixed its schedule"):
            scheduled(Mixed(MUON, ADAM), Linear(T=5), name)
    rule = Mixed(scheduled(MUON, Linear(T=2)), ADAM)
    theta, state = model(), rule.init(model())
    for seed in (1, 2):
        theta, state = rule.step(theta, model(seed), state)
    last, _ = rule.step(theta, model(3), state)
    assert np.array_equal(last["layers"][0]["W"], theta["layers"][0]["W"]), "its rate is 0"
    assert not np.array_equal(last["layers"][0]["b"], theta["layers"][0]["b"])


def test_a_network_is_descended() -> None:
    problem, rule = Digits(hidden=6), Mixed(Muon(lr=0.03), AdamW(lr=0.01))
    path = descend(rule, problem, steps=5)
    theta = problem.blocks.split(problem.start)
    state, rng = rule.init(theta), np.random.default_rng(0)
    for t in range(1, 6):
        g = problem.grad(problem.blocks.join(theta), problem.draw(t, rng))
        theta, state = rule.step(theta, problem.blocks.split(g), state)
        np.testing.assert_allclose(path.theta[t], problem.blocks.join(theta), rtol=1e-9)
    kept = problem.blocks.split(path.state["v"][-1])
    assert not kept["W1"].any() and kept["b1"].any()
    runs = sweep(rule, problem, 5, rng=range(2), matrices__lr=[0.01, 0.03], rest__lr=[0.01])
    np.testing.assert_allclose(runs.theta[-1][1, 0, 0], path.theta[-1], rtol=1e-7, atol=1e-10)
    assert runs.best()["rest__lr"] == 0.01


def test_where_is_asked_about_arrays_without_their_batch() -> None:
    asked = []

    def where(name: str, array: Any) -> bool:
        asked.append((name, array.shape))
        return bool(array.ndim == 2)

    sweep(Mixed(MUON, ADAM, where), Digits(hidden=6), 1, rng=range(2), matrices__lr=[0.1, 0.2])
    assert set(asked) == {("W1", (64, 6)), ("b1", (6,)), ("W2", (6, 10)), ("b2", (10,))}


def test_hyperparameters_are_those_of_both() -> None:
    rule = Mixed(MUON, ADAM)
    assert rule.hyperparameters["matrices__weight_decay"] == 0.2
    new = rule.changed(matrices__lr=1.0, rest__beta1=0.5)
    assert new == Mixed(Muon(lr=1.0, weight_decay=0.2), AdamW(lr=0.05, beta1=0.5))
    assert rule == Mixed(MUON, ADAM) and hash(rule) == hash(Mixed(MUON, ADAM))
    assert new != rule and rule != Mixed(MUON, ADAM, where=lambda name, array: True)
    with pytest.raises(TypeError, match="'lr' is no hyperparameter of Mixed, which has matrices__"):
        sweep(rule, Digits(hidden=6), 1, lr=[0.1])
    with pytest.raises(TypeError, match="'lr' is no hyperparameter of Mixed"):
        rule.changed(lr=1.0)


@pytest.mark.parametrize(
    ("arguments", "kind", "words"),
    [
        ((MUON, 3), TypeError, "rest must be a Rule object, got 3"),
        ((Muon, ADAM), TypeError, "matrices must be a Rule object"),
        ((MUON, Mixed(MUON, ADAM)), TypeError, "rest must be a rule for one array"),
        ((MUON, NAG()), ValueError, "rest must take its gradient at theta itself, got NAG"),
        ((MUON, ADAM, "W"), TypeError, "where must be a function, got 'W'"),
    ],
)
def test_bad_arguments_are_named(arguments: Any, kind: Any, words: str) -> None:
    with pytest.raises(kind, match=words):
        Mixed(*arguments)


def test_a_state_of_other_rules_is_refused() -> None:
    rule, theta = Mixed(MUON, ADAM), model()
    with pytest.raises(TypeError, match=r"state must come from Mixed\.init"):
        rule.step(theta, theta, ADAM.init(theta))
    shared = np.ones((2, 2))
    twice = {"a": shared, "b": shared}
    with pytest.raises(ValueError, match="each array once"):
        rule.step_into(twice, twice, rule.init(twice))


def test_what_is_derived_from_one_parameter_is_refused() -> None:
    with pytest.raises(TracingError, match=r"Mixed cannot be recorded.*whole arrays"):
        trace_rule(Mixed(MUON, ADAM))
    with pytest.raises(TypeError, match=r"Mixed cannot be exported.*whole arrays"):
        export.torch(Mixed(MUON, ADAM))
    with pytest.raises(ValueError, match="Mixed works on whole arrays"):
        sweep(Mixed(MUON, ADAM), Digits(hidden=6), 1, engine="numba", matrices__lr=[0.1])
