"""What is exported, without a framework: numpy takes the place of one."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings

import adaptive
from adaptive import NAG, SGD, Adadelta, Adam, AdamW, Momentum, Rule, export
from adaptive.export.recipe import Either, Recipe, exported, stable
from adaptive.export.settings import settings_for
from adaptive.frameworks.forms import MomentumOutside
from adaptive.tracing import flat, record
from tests.every import KINDS
from tests.parity import drawn
from tests.parity.live import alike


class Optimizer:
    """An optimizer of a framework that has numpy's arrays: what the recipe says, and no more."""

    def __init__(self, rule: Any, theta: Any, **options: Any) -> None:
        self.exported = exported(rule)
        self.decay = options.pop("weight_decay", None)
        self.recipe = self.exported.recipe(decay=self.decay is not None, **options)
        self.settings = {"weight_decay": self.decay, **self.exported.defaults}
        self.before, self.t = dict(self.settings), 0
        self.parameter = np.array(theta, float)
        self.state = [np.zeros_like(self.parameter) for _ in self.recipe.state_names]

    def step(self, g: Any, xp: Any = np) -> None:
        self.t += 1
        shared = self.recipe.scalars(xp, float(self.t), self.settings, self.before)
        function = flat.function("step", self.recipe.split.elements, flat.ARRAYS)
        theta = [self.parameter] if self.recipe.sees_theta else []
        change, *self.state = function(np, *theta, g, *self.state, *shared)
        self.parameter = self.parameter + change
        self.before = {name: self.settings[name] for name in self.recipe.kept}

    @property
    def theta(self) -> Any:
        back = self.recipe.unshifted
        if back is None:
            return self.parameter
        known = {"t": float(self.t), **{f"before.{n}": v for n, v in self.before.items()}}
        numbers = back.compute(np, *(known[name] for name in back.scalars.inputs))
        function = flat.function("theta", back.elements, flat.ARRAYS)
        return function(np, self.parameter, *self.state, *numbers)[0]


#: Those that have no weight decay of their own.
PLAIN = [rule for rule in alike.OURS if exported(rule).decays]
every_rule = pytest.mark.parametrize("rule", [*alike.EVERY, *alike.FORMS], ids=alike.called)


@every_rule
def test_the_path_is_the_rules(rule):
    optimizer, gs = Optimizer(rule, alike.start()), alike.gradients()
    for g, (theta, ahead) in zip(gs, alike.path(rule, gs, alike.start()), strict=True):
        optimizer.step(g)
        assert alike.far(optimizer.parameter, ahead) < alike.TOLERANCE
        assert alike.far(optimizer.theta, theta) < alike.TOLERANCE


@settings(max_examples=200)
@given(kind=drawn.rules)
def test_the_path_of_any_rule_is_the_rules(kind):
    gs = alike.gradients(steps=20)
    optimizer = Optimizer(kind, alike.start())
    # Where the look-ahead of zeros is no zero, it is where the parameters start that is shifted.
    first = kind().lookahead(np.zeros(alike.SHAPE), kind().init(np.zeros(alike.SHAPE)))
    for g, (theta, ahead) in zip(gs, alike.path(kind(), gs, alike.start() - first), strict=True):
        optimizer.step(g)
        assert alike.far(optimizer.parameter, ahead) < 1e-11
        assert alike.far(optimizer.theta, theta) < 1e-11


@every_rule
def test_uphill_is_the_step_on_the_opposite_gradient(rule):
    up, down = (Optimizer(rule, alike.start(), maximize=uphill) for uphill in (True, False))
    for g in alike.gradients(steps=20):
        up.step(g)
        down.step(-g)
        np.testing.assert_array_equal(up.parameter, down.parameter)


@pytest.mark.parametrize("rule", [*PLAIN, alike.FarAhead()], ids=alike.called)
def test_weights_decay_by_themselves(rule):
    """θ is multiplied by 1 - lr · weight_decay, and then the rule makes its step."""
    optimizer = Optimizer(rule, alike.start(), weight_decay=0.1)
    theta, state = alike.start(), rule.init(alike.start())
    for g in alike.gradients(steps=50):
        optimizer.step(g)
        theta, state = rule.step(theta * (1 - getattr(rule, "lr", 1.0) * 0.1), g, state)
        assert alike.far(optimizer.theta, theta) < alike.TOLERANCE
        assert alike.far(optimizer.parameter, rule.lookahead(theta, state)) < alike.TOLERANCE


@pytest.mark.parametrize("rule", PLAIN, ids=alike.called)
def test_no_weights_decay_unless_asked(rule):
    recipe = exported(rule).recipe()
    assert not recipe.sees_theta
    assert "hyper.weight_decay" not in recipe.split.scalars.inputs


@pytest.mark.parametrize("rule", [NAG(), alike.FarAhead()], ids=alike.called)
def test_the_shift_is_that_of_the_settings_before(rule):
    gs = alike.gradients(steps=50)
    momenta, rates = np.linspace(0.5, 0.95, 50), np.linspace(0.1, 0.0, 50)
    optimizer = Optimizer(rule, alike.start())
    assert optimizer.recipe.kept == ("momentum",)
    steps = alike.path(rule, gs, alike.start(), momentum=momenta, lr=rates)
    for k, (theta, ahead) in enumerate(steps):
        optimizer.settings |= {"momentum": momenta[k], "lr": rates[k]}
        optimizer.step(gs[k])
        assert alike.far(optimizer.parameter, ahead) < alike.TOLERANCE
        assert alike.far(optimizer.theta, theta) < alike.TOLERANCE


def test_without_a_learning_rate_of_its_own_one_multiplies_the_step():
    optimizer = Optimizer(Adadelta, np.zeros(2))
    assert optimizer.settings["lr"] == 1
    optimizer.settings["lr"] = 0.5
    optimizer.step(np.array([1.0, -2.0]))
    whole, _ = Adadelta().step(np.zeros(2), np.array([1.0, -2.0]), Adadelta().init(np.zeros(2)))
    np.testing.assert_allclose(optimizer.parameter, whole / 2, rtol=1e-14)


def test_a_decay_of_its_own_is_left_to_the_rule():
    @dataclass(frozen=True, eq=False)
    class Decaying(Rule):
        lr: Any = 0.1
        weight_decay: Any = 0.5

        def update(self, g: Any, t: Any) -> tuple[Any]:
            return (-self.lr * (1 - self.weight_decay) * g,)

    assert not exported(Decaying).decays and exported(Adam).decays


def test_adamw_is_adam_with_the_decay_that_all_exported_rules_have():
    decaying, own = Optimizer(Adam(lr=0.1), alike.start(), weight_decay=0.1), AdamW(0.1, 0.9)
    optimizer = Optimizer(replace(own, weight_decay=0.1), alike.start())
    for g in alike.gradients():
        decaying.step(g)
        optimizer.step(g)
        assert alike.far(optimizer.parameter, decaying.parameter) < alike.TOLERANCE


def test_a_rule_that_sees_theta_and_looks_ahead_sees_the_theta_of_the_book():
    @dataclass(frozen=True, eq=False)
    class Both(NAG):
        sees_theta: ClassVar[bool] = True

        def update(self, g: Any, t: Any, theta: Any, v: Any) -> tuple[Any, Any]:
            v = self.momentum * v + self.lr * g
            return -v - 0.01 * theta, v

    rule, gs = Both(lr=0.1), alike.gradients(steps=50)
    optimizer = Optimizer(rule, alike.start())
    for g, (theta, ahead) in zip(gs, alike.path(rule, gs, alike.start()), strict=True):
        optimizer.step(g)
        assert alike.far(optimizer.parameter, ahead) < alike.TOLERANCE
        assert alike.far(optimizer.theta, theta) < alike.TOLERANCE


# ------------------------------------------------------------------ numbers


def test_what_is_left_of_one_survives_single_precision():
    program = record(lambda b, t: [1 - b**t, 1 - t**b], ["hyper.b", "t"], "f", 2)
    ops = [node.op for node in stable(program).nodes()]
    assert ops.count("expm1") == 1 and ops.count("subtract") == 1
    beta, t = 0.999, np.float32(1)
    naive = 1 - np.float32(beta) ** t
    function = flat.function("f", stable(program), flat.FUNCTIONS)
    xp = Either(np, lambda value: isinstance(value, np.float32))
    found = function(xp, beta, t)[0]
    assert abs(naive / 1e-3 - 1) > 1e-5
    assert abs(found / 1e-3 - 1) < 1e-7


@pytest.mark.parametrize("rule", alike.OURS, ids=alike.called)
def test_the_stable_program_computes_the_same(rule):
    recipe = exported(rule).recipe()
    given = exported(rule).defaults
    xp = Either(np, lambda value: False)
    for t in (1.0, 2.0, 1000.0):
        one, other = (recipe.scalars(each, t, given, given) for each in (np, xp))
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_decay_of_zero_is_no_trouble():
    recipe, given = exported(Adam).recipe(), {**exported(Adam).defaults, "beta1": 0.0}
    with np.errstate(all="raise"):
        for xp in (np, Either(np, lambda value: False)):
            assert np.isfinite(recipe.scalars(xp, 1.0, given, given)).all()


# ------------------------------------------------------------------ settings


@pytest.mark.parametrize(
    ("framework", "rule", "names"),
    [
        ("torch", Adam, "lr betas eps"),
        ("optax", Adam, "learning_rate b1 b2 eps"),
        ("keras", Adam, "learning_rate beta_1 beta_2 epsilon"),
        ("torch", Momentum, "lr momentum"),
        ("torch", alike.Clipped, "lr beta1 most"),
        ("torch", Adadelta, "lr rho eps"),
        ("optax", Adadelta, "learning_rate rho eps"),
    ],
)
def test_names_are_the_frameworks(framework, rule, names):
    found = settings_for(framework, exported(rule))
    assert list(found.parts) == names.split()
    assert found.hyperparameters(found.defaults) == exported(rule).defaults


def test_betas_are_taken_apart_and_counted():
    found = settings_for("torch", exported(Adam))
    given = {**found.defaults, "betas": [0.5, 0.25]}
    assert found.hyperparameters(given) | {} == {
        **exported(Adam).defaults,
        "beta1": 0.5,
        "beta2": 0.25,
    }
    with pytest.raises(ValueError, match=r"betas must be 2 numbers, beta1, beta2, got \(0.5,\)"):
        found.hyperparameters({**given, "betas": (0.5,)})


def test_settings_without_a_default_are_asked_for():
    found = settings_for("keras", exported(MomentumOutside))
    words = "missing a required argument: 'learning_rate'; MomentumOutside takes learning_rate, mo"
    with pytest.raises(TypeError, match=words):
        found.bound(found.signature(), (), {})
    bound = found.bound(found.signature(), (0.1,), {})
    assert bound == {"learning_rate": 0.1, "momentum": 0.9}


def test_settings_that_are_not_known_are_named():
    found = settings_for("optax", exported(Adam))
    words = "rho is not known, got rho=0.9; Adam takes learning_rate, b1, b2, eps, clip$"
    with pytest.raises(TypeError, match=words):
        found.bound(found.signature(), (), {"rho": 0.9}, others=["clip"])
    with pytest.raises(TypeError, match="multiple values for argument 'b1'; Adam takes learning"):
        found.bound(found.signature(), (0.1, 0.5), {"beta1": 0.5})


def test_a_setting_is_given_once():
    found = settings_for("optax", exported(Adam))
    assert found.renamed({"lr": 0.1, "b1": 0.5}) == {"learning_rate": 0.1, "b1": 0.5}
    with pytest.raises(TypeError, match="learning_rate must be given once, got it as lr too"):
        found.renamed({"learning_rate": 0.1, "lr": 0.2})


def test_hyperparameters_of_an_object_are_the_defaults():
    assert exported(Adam(lr=0.3)).defaults["lr"] == 0.3
    assert exported(Adam).defaults["lr"] == 0.001


# ------------------------------------------------------------------ refused


@dataclass(frozen=True, eq=False)
class Averaging(Rule):
    lr: Any = 0.1

    def update(self, g: Any, t: Any) -> tuple[Any]:
        return (-self.lr * g.mean(),)


def looking(ahead: Any) -> Any:
    @dataclass(frozen=True, eq=False)
    class Looking(Momentum):
        state_names: ClassVar[tuple[str, ...]] = ("v",)

        def lookahead(self, theta: Any, state: Any) -> Any:
            return ahead(theta, state.v)

    return Looking


class Started(SGD):
    def init(self, theta: Any) -> Any:
        return super().init(theta)


class Stepping(SGD):
    def step(self, theta: Any, g: Any, state: Any) -> tuple[Any, Any]:
        return theta - 1, state


NO_TRANSLATION = r"Looking\.lookahead must be theta plus something free of theta to be exported"


@pytest.mark.parametrize(
    ("rule", "error", "words"),
    [
        (Averaging, TypeError, r"Averaging\.update cannot be recorded: it uses"),
        (looking(lambda theta, v: 0.5 * theta), ValueError, NO_TRANSLATION),
        (looking(lambda theta, v: v - theta), ValueError, NO_TRANSLATION),
        (looking(lambda theta, v: theta + v * theta), ValueError, NO_TRANSLATION),
        (looking(lambda theta, v: theta + theta), ValueError, NO_TRANSLATION),
        (looking(lambda theta, v: v), ValueError, NO_TRANSLATION),
        (SGD(lr=np.array([0.1, 0.2])), ValueError, r"SGD\.lr must be one number, got array"),
        (Started, TypeError, "Started cannot be exported: it has its own init"),
        (Stepping, TypeError, "Stepping cannot be exported: it has its own step"),
        (Rule, TypeError, "rule must be a rule, such as Adam, got <class 'adaptive"),
        (dict, TypeError, "rule must be a rule, such as Adam, got <class 'dict'>"),
        ("Adam", TypeError, "rule must be a rule, such as Adam, got 'Adam'"),
    ],
)
def test_what_cannot_be_exported(rule, error, words):
    with pytest.raises(error, match=words):
        exported(rule)


@pytest.mark.parametrize(
    ("given", "error", "words"),
    [
        ({"lr": -1.0}, ValueError, r"Adam\.lr must be finite and in \[0, inf\), got -1"),
        ({"beta2": 1.0}, ValueError, r"Adam\.beta2 must be finite and in \[0, 1\), got 1"),
        ({"eps": "small"}, TypeError, r"Adam\.eps must be a real number .* got 'small'"),
        ({"lr": np.ones(2)}, ValueError, r"Adam\.lr must be one number"),
    ],
)
def test_bad_settings(given, error, words):
    found = exported(Adam)
    with pytest.raises(error, match=words):
        found.rule({**found.defaults, **given})
    with pytest.raises(ValueError, match=r"Adadelta\.lr must be finite and in \[0, inf\)"):
        exported(Adadelta).rule({**exported(Adadelta).defaults, "lr": -1.0})


def test_no_framework_is_imported_before_it_is_asked_for():
    assert not {"torch", "optax", "keras", "jax"} & sys.modules.keys()
    assert adaptive.export is export and "export" in adaptive.__all__


@pytest.mark.parametrize("framework", ["torch", "optax", "keras"])
def test_a_framework_that_is_not_there_is_named(framework, monkeypatch):
    monkeypatch.setitem(sys.modules, framework, None)
    monkeypatch.setitem(sys.modules, "jax", None)
    for module in [name for name in sys.modules if name.startswith(f"adaptive.export.{framework}")]:
        monkeypatch.delitem(sys.modules, module)
    lacking = "jax" if framework == "optax" else framework
    words = f"export.{framework} needs .*, and {lacking} is not installed: pip install {framework}"
    with pytest.raises(ImportError, match=words):
        getattr(export, framework)(Adam)
    # What is wrong with the rule is said first.
    for wrong in ([Adam], "Adam", dict):
        with pytest.raises(TypeError, match="rule must be a rule, such as Adam, got "):
            getattr(export, framework)(wrong)


def test_the_recipe_is_made_once():
    one, other = exported(Adam(lr=0.1)).recipe(), exported(Adam(lr=0.2)).recipe()
    assert isinstance(one, Recipe) and one is other
    assert one is not exported(Adam).recipe(decay=True)
    assert len({exported(kind).recipe().split.scalars for kind in KINDS}) == len(KINDS)
