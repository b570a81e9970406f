"""Schedules, by hand and beside the frameworks' own; and rules that follow one."""

from __future__ import annotations

import copy
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from adaptive import (
    NAG,
    SGD,
    Adam,
    AdaMax,
    AdamW,
    Momentum,
    Nadam,
    Rule,
    anatomy,
    descend,
    explore,
    load_state,
    minimizer,
    opening,
    save_state,
    scheduled,
    sweep,
)
from adaptive.large import choose
from adaptive.problems import NoisyQuadratic, Ravine
from adaptive.schedules import WSD, Constant, Cosine, Linear
from adaptive.tracing import rule_to_javascript, rule_to_latex, trace_rule
from adaptive.tracing.split import split
from tests.every import ALL, fitting
from tests.rules.reference import GRADIENTS, walk

START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, 1.0])
SCHEDULES: list[Any] = [Constant(warmup=3), Linear(T=9, warmup=2), Cosine(T=9), WSD(T=9, decay=0.5)]
KINDS = [kind for kind in ALL if "lr" in kind().hyperparameters]

each_schedule = pytest.mark.parametrize("schedule", SCHEDULES, ids=lambda s: type(s).__name__)
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def factors(schedule: Any, steps: int) -> list[float]:
    return [float(schedule(t)) for t in range(1, steps + 1)]


def by_hand(rule: Rule, factor: Callable[[int], float], name: str = "lr") -> Any:
    """Yield what comes of a rule whose hyperparameter is set by hand before each step."""
    theta = fitting(type(rule), START)
    state = rule.init(theta)
    for t, g in enumerate(fitting(type(rule), GRADIENTS), start=1):
        now = replace(rule, **{name: float(getattr(rule, name) * factor(t))})
        theta, state = now.step(theta, g, now.restore(state._asdict()))
        yield theta, state


# ------------------------------------------------------------------ the factors


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (Constant(), [1, 1, 1, 1]),
        (Constant(warmup=1), [1, 1, 1, 1]),
        (Constant(warmup=4), [0.25, 0.5, 0.75, 1, 1, 1]),
        (Linear(T=4), [1, 0.75, 0.5, 0.25, 0, 0]),
        (Linear(T=5, warmup=1), [1, 1, 0.75, 0.5, 0.25, 0]),
        (Linear(T=6, warmup=2), [0.5, 1, 1, 0.75, 0.5, 0.25, 0]),
        (Linear(T=3, warmup=2), [0.5, 1, 1, 0, 0]),
        (Cosine(T=2), [1, 0.5, 0, 0]),
        (Cosine(T=4, warmup=2), [0.5, 1, 1, 0.5, 0, 0]),
        (Cosine(T=3), [1, 0.75, 0.25, 0, 0]),
        (WSD(T=10), [1] * 9 + [0.5, 0, 0]),
        (WSD(T=5, decay=0.4), [1, 1, 1, 1, 0.5, 0]),
        (WSD(T=5, decay=0.4, warmup=2), [0.5, 1, 1, 1, 0.5, 0]),
        (WSD(T=4, decay=1), [1, 0.75, 0.5, 0.25, 0]),
    ],
    ids=repr,
)
def test_by_hand(schedule: Any, expected: list[float]) -> None:
    assert factors(schedule, len(expected)) == pytest.approx(expected, abs=1e-15)


@each_schedule
def test_first_and_last_step(schedule: Any) -> None:
    """The first step moves, the last does too, and a step after it stays where it is."""
    found = factors(schedule, 12)
    assert 0 < found[0] <= 1
    assert max(found) == 1
    if hasattr(schedule, "T"):
        assert found[8] > 0
        assert found[9:] == [0, 0, 0]


#: What the frameworks say for T = 8, from their step 0: PyTorch 2.13, optax 0.2.8, Keras 3.15.
LINEAR_8 = [1.0, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125, 0.0, 0.0]
COSINE_8 = [1.0, 0.9619398, 0.8535534, 0.6913417, 0.5, 0.3086583, 0.1464466, 0.0380602, 0.0]
#: optax's warmup_cosine_decay_schedule(0, 1, 4, 10) and Keras's CosineDecay(0, 6,
#: warmup_target=1, warmup_steps=4).
WARM = [0.0, 0.25, 0.5, 0.75, 1.0, 0.9330127, 0.75, 0.5, 0.25, 0.0669873, 0.0, 0.0]
#: PyTorch's LinearLR(1/4, 1, 3) and then, from step 4, CosineAnnealingLR(6).
SEQUENTIAL = [0.25, 0.5, 0.75, 1.0, 1.0, 0.9330127, 0.75, 0.5, 0.25, 0.0669873]


def test_factors_of_the_frameworks() -> None:
    """LinearLR, CosineAnnealingLR, linear_schedule, cosine_decay_schedule, PolynomialDecay."""
    assert factors(Linear(T=8), 10) == LINEAR_8
    np.testing.assert_allclose(factors(Cosine(T=8), 9), COSINE_8, atol=1e-7)
    np.testing.assert_allclose(factors(Cosine(T=10, warmup=4), 10), SEQUENTIAL, atol=1e-7)


def test_a_warm_up_of_optax_and_keras_begins_with_nothing_and_is_a_step_later() -> None:
    ours = factors(Cosine(T=10, warmup=4), 10)
    np.testing.assert_allclose(ours[:4], WARM[1:5], atol=1e-7)
    np.testing.assert_allclose(ours[4:], WARM[4:10], atol=1e-7)


def test_settings_may_be_arrays() -> None:
    many = Linear(T=[4, 9], warmup=[0, 2])
    for k, one in enumerate((Linear(T=4), Linear(T=9, warmup=2))):
        assert [float(many(t)[k]) for t in range(1, 12)] == factors(one, 11)
    with pytest.raises(ValueError, match="read-only"):
        many.T[0] = 1
    assert many == Linear(T=[4, 9], warmup=[0, 2]) != Linear(T=[4, 9], warmup=[0, 3])
    assert hash(many) == hash(Linear(T=[4, 9], warmup=[-0.0, 2]))
    assert Linear(T=9) != Cosine(T=9)


@pytest.mark.parametrize("decay", [0, -0.5, 1.5, [0.5, 0]])
def test_the_share_of_the_decay_is_named_with_its_interval(decay: Any) -> None:
    with pytest.raises(ValueError, match=r"WSD\.decay must be in \(0, 1\], got"):
        WSD(T=5, decay=decay)


def test_settings_of_shapes_that_do_not_fit() -> None:
    match = r"settings of Linear .* got T of shape \(2,\) and warmup of shape \(3,\)"
    with pytest.raises(ValueError, match=match):
        Linear(T=[4, 5], warmup=[0, 1, 2])


# ------------------------------------------------------------------ a rule that follows one


@each_kind
@each_schedule
def test_it_is_the_rule_with_another_rate_in_each_step(kind: type[Rule], schedule: Any) -> None:
    rule = kind(lr=0.1)  # type: ignore[call-arg]
    start, slopes = fitting(kind, START), fitting(kind, GRADIENTS)
    follows = walk(scheduled(rule, schedule), start, slopes)
    for (theta, state), (same, other) in zip(follows, by_hand(rule, schedule), strict=True):
        for one, two in zip((theta, *state), (same, *other), strict=True):
            np.testing.assert_array_equal(one, two)


@each_kind
def test_a_factor_of_one_changes_no_bit(kind: type[Rule]) -> None:
    start, slopes = fitting(kind, START), fitting(kind, GRADIENTS)
    follows = walk(scheduled(kind(), Constant()), start, slopes)
    for (theta, _), (same, _) in zip(follows, walk(kind(), start, slopes), strict=True):
        np.testing.assert_array_equal(theta, same)


def test_any_hyperparameter_may_follow_one() -> None:
    for rule, name in ((Momentum(), "momentum"), (AdamW(), "weight_decay"), (Adam(), "beta1")):
        follows = walk(scheduled(rule, Constant(warmup=9), name), START, GRADIENTS)
        for (theta, _), (same, _) in zip(
            follows, by_hand(rule, Constant(warmup=9), name), strict=True
        ):
            np.testing.assert_array_equal(theta, same)


def test_two_schedules_at_once() -> None:
    rule = scheduled(Momentum(lr=0.1), Constant(warmup=10), "momentum")
    both = scheduled(rule, lambda t: 1 / np.sqrt(t))
    assert both.at(4).at(4) == Momentum(lr=0.05, momentum=0.9 * 0.4)
    assert list(both.hyperparameters) == ["lr", "momentum", "warmup"]


def test_the_look_ahead_is_that_of_the_next_step() -> None:
    rule = scheduled(NAG(lr=0.1, momentum=0.9), Constant(warmup=4), "momentum")
    theta, g = np.array([1.0]), np.array([2.0])
    theta, state = rule.step(theta, g, rule.init(theta))
    assert rule.lookahead(theta, state) == theta - 0.9 * (2 / 4) * state.v
    held = rule.lookahead({"a": theta}, rule.State(1, {"a": state.v}))
    assert held["a"] == rule.lookahead(theta, state)


def test_parameters_in_single_precision_stay_so_and_are_computed_so() -> None:
    theta = np.ones(3, np.float32)
    rule = scheduled(Adam(lr=0.1), Cosine(T=9))
    assert all(type(value) is float for value in rule.at(2).hyperparameters.values())
    moved, state = rule.step(theta, theta, rule.init(theta))
    assert moved.dtype == state.m.dtype == np.float32
    half, _ = rule.step(theta.astype(np.float16), theta, rule.init(theta.astype(np.float16)))
    assert half.dtype == np.float16


def test_in_a_container() -> None:
    rule = scheduled(AdamW(lr=0.1), Linear(T=9, warmup=3))
    theta = {"a": np.ones(3), "b": (np.ones((2, 2)),)}
    state = rule.init(theta)
    for _ in range(4):
        theta, state = rule.step(theta, theta, state)
    alone, own = np.ones(1), rule.init(np.ones(1))
    for _ in range(4):
        alone, own = rule.step(alone, alone, own)
    assert state.t == 4
    np.testing.assert_array_equal(theta["a"], np.repeat(alone, 3))
    np.testing.assert_array_equal(theta["b"][0], np.broadcast_to(alone, (2, 2)))


@pytest.mark.parametrize("engine", ["blocks", "numba", "plain"])
def test_in_place(engine: str) -> None:
    pytest.importorskip("numba")
    for rule in (scheduled(SGD(lr=0.1), Linear(T=7)), scheduled(AdamW(), Cosine(T=7, warmup=2))):
        theta, written = np.linspace(-1, 1, 20_000), np.linspace(-1, 1, 20_000)
        state, own = rule.init(theta), rule.init(written)
        for t in range(1, 10):
            g = np.sin(np.arange(theta.size) * t)
            theta, state = rule.step(theta, g, state)
            own = rule.step_into(written, g, own, engine)
        np.testing.assert_allclose(written, theta, rtol=1e-12, atol=1e-14)
        assert own.t == 9


@each_schedule
def test_nothing_of_the_schedule_is_computed_for_each_element(schedule: Any) -> None:
    plain, follows = split(SGD), split(type(scheduled(SGD(), schedule)))
    assert [node.op for node in follows.elements.nodes()] == [
        node.op for node in plain.elements.nodes()
    ]
    rule: Any = scheduled(SGD(lr=0.5), schedule)
    assert split(type(rule)).values(rule, 4) == [-0.5 * float(schedule(4))]
    assert choose(rule, np.zeros(20_000), "blocks").name == "blocks"


def test_a_class_is_made_once_for_all_settings() -> None:
    """What is compiled for one number of steps serves another, and states fit."""
    one, other = scheduled(SGD(), Linear(T=5)), scheduled(SGD(lr=0.3), Linear(T=50, warmup=2))
    assert type(one) is type(other)
    assert one != other
    assert one == scheduled(SGD(), Linear(T=5))
    assert hash(one) == hash(scheduled(SGD(), Linear(T=5)))
    assert replace(one, T=50, warmup=2, lr=0.3) == other
    assert type(scheduled(SGD(), Cosine(T=5))) is not type(one)
    assert type(scheduled(Momentum(), Linear(T=5))) is not type(one)
    assert type(scheduled(Momentum(), Linear(T=5), "momentum")) is not type(
        scheduled(Momentum(), Linear(T=5))
    )


@each_kind
@pytest.mark.parametrize("way", [lambda x: pickle.loads(pickle.dumps(x)), copy.deepcopy, copy.copy])
def test_copies_and_pickles(kind: type[Rule], way: Callable[[Any], Any]) -> None:
    rule = scheduled(kind(), Linear(T=np.arange(5, 11) if kind.elementwise else 5, warmup=2))
    assert way(rule) == rule
    theta = fitting(kind, np.ones(6))
    _, state = rule.step(theta, theta, rule.init(theta))
    again = way(state)
    assert type(again) is type(state)
    for one, two in zip(again, state, strict=True):
        np.testing.assert_array_equal(one, two)


def test_saved_and_gone_on_with() -> None:
    rule = scheduled(Adam(lr=0.1), Linear(T=40))
    (*_, (theta, state)) = walk(rule, START, GRADIENTS[:7])
    file = io.BytesIO()
    save_state(file, theta, state)
    file.seek(0)
    theta, state = load_state(file, rule)
    for g in GRADIENTS[7:]:
        theta, state = rule.step(theta, g, state)
    (*_, (whole, _)) = walk(rule, START, GRADIENTS)
    np.testing.assert_array_equal(theta, whole)
    file.seek(0)
    with pytest.raises(ValueError, match="file must hold a state of CosineAdam, got one of Linear"):
        load_state(file, scheduled(Adam(), Cosine(T=40)))


# ------------------------------------------------------------------ where rules go


@pytest.mark.parametrize("engine", ["plain", "blocks"])
def test_a_sweep_runs_over_settings_of_both(engine: str) -> None:
    problem = NoisyQuadratic()
    many = partial(sweep, problem=problem, steps=25, rng=[1, 2], engine=engine)
    found = many(
        scheduled(Momentum(), Linear(T=9)),
        lr=[0.05, 0.1],
        T=[10, 25],
        warmup=[0, 3],
        momentum=[0.5],
    )
    assert found.theta.shape == (1, 2, 2, 2, 1, 2, 2)
    for i, lr in enumerate((0.05, 0.1)):
        for j, T in enumerate((10, 25)):
            for k, warmup in enumerate((0, 3)):
                rule = scheduled(Momentum(lr=lr, momentum=0.5), Linear(T=T, warmup=warmup))
                alone = sweep(rule, problem, steps=25, rng=[1, 2])
                np.testing.assert_allclose(
                    found.theta[:, i, j, k, 0], alone.theta, rtol=0 if engine == "plain" else 1e-12
                )


def test_a_sweep_cannot_leave_what_is_allowed() -> None:
    with pytest.raises(ValueError, match=r"Linear\.warmup must be less than T"):
        sweep(scheduled(SGD(), Linear(T=5)), Ravine(), warmup=[1, 5])


def test_runs_of_all_kinds() -> None:
    rule = scheduled(SGD(lr=0.09), Linear(T=20))
    path = descend(rule, Ravine(), steps=30)
    assert repr(path).startswith("<Path: LinearSGD on ravine, 30 steps")
    np.testing.assert_array_equal(path.theta[20:], np.broadcast_to(path.theta[20], (11, 2)))
    page = explore(Ravine(), rule, steps=20)
    assert "T=20" in repr(page)
    figure = opening(rule, Ravine(), slider="T", values=[5, 20, 40], steps=40)
    assert figure.stops == [5, 20, 40]
    np.testing.assert_allclose(
        anatomy(rule, Ravine(), steps=20).parts(2)["step"], path.theta[2] - path.theta[1]
    )
    assert callable(minimizer(rule))


def test_equations() -> None:
    """The factor of a schedule has a line of its own, and a name where it is used."""
    text = rule_to_latex(scheduled(NAG(), Constant(), "momentum"))
    factor = r"\min\left(1, \frac{t}{\max\left(1, T_{\mathrm{w}}\right)}\right)"
    assert text.splitlines()[1:-1] == [
        r"g_t &= \nabla J\left(\theta_{t-1} - \gamma f_t v_{t-1}\right) \\",
        rf"f_t &= {factor} \\",
        r"v_t &= \gamma f_t v_{t-1} + \eta g_t \\",
        r"\theta_t &= \theta_{t-1} - v_t",
    ]
    assert r"\cos{\left(\pi \min" in rule_to_latex(scheduled(SGD(), Cosine(T=5)))
    assert r"{\alpha T}" in rule_to_latex(scheduled(SGD(), WSD(T=5)))
    own = rule_to_latex(scheduled(NAG(), lambda t: np.exp(-t), "momentum"))
    assert r"f_t &= e^{- t} \\" in own
    # The step itself needs no name, at the point ahead neither.
    bare = rule_to_latex(scheduled(NAG(), lambda t: t, "momentum")).splitlines()
    assert bare[1] == r"g_t &= \nabla J\left(\theta_{t-1} - \gamma t v_{t-1}\right) \\"
    assert bare[2] == r"v_t &= \gamma t v_{t-1} + \eta g_t \\"


def test_equations_of_several_schedules() -> None:
    """Each has its number, that of the outermost first; what is no formula has no name."""
    inner = scheduled(NAG(), Constant(), "momentum")
    text = rule_to_latex(scheduled(inner, lambda t: 1 / t)).splitlines()
    assert r"\gamma f_{2,t} v_{t-1}\right)" in text[1]
    assert text[2] == r"f_{1,t} &= \frac{1}{t} \\"
    assert text[3].startswith(r"f_{2,t} &= \min")
    assert text[4] == r"v_t &= \gamma f_{2,t} v_{t-1} + \eta f_{1,t} g_t \\"
    twice = scheduled(scheduled(SGD(), np.sqrt), lambda t: 1 / t)
    assert r"\eta f_{1,t} f_{2,t} g_t" in rule_to_latex(twice)
    assert r"- \eta t g_t" in rule_to_latex(scheduled(SGD(), lambda t: t))
    assert r"- \eta 0.5 g_t" in rule_to_latex(scheduled(SGD(), lambda t: 0.5))
    # A rule that divides by what depends on the step follows no schedule by that.
    assert "f_t" not in rule_to_latex(AdaMax())


def test_in_javascript_the_schedule_is_a_constant_of_the_step() -> None:
    printed = rule_to_javascript(trace_rule(scheduled(SGD(), Linear(T=5))))
    head, _, rest = printed.partition("update(")
    assert "Math.max(0, (T + 1 - t) / (T - warmup))" in head
    assert "Math" not in rest
    assert "return [$0 * g];" in rest


# ------------------------------------------------------------------ schedules of one's own


@dataclass
class Root:
    """A schedule with a setting, not frozen, that says nothing of what is allowed."""

    power: float = 0.5

    def __call__(self, t: Any) -> Any:
        return t**-self.power


def root(t: Any) -> Any:
    return 1 / np.sqrt(t)


def test_schedules_of_ones_own() -> None:
    setting, function = scheduled(SGD(lr=0.6), Root()), scheduled(SGD(lr=0.6), root)
    for t in range(1, 9):
        assert setting.at(t).lr == pytest.approx(function.at(t).lr)
    assert sweep(setting, Ravine(), power=[0.1, 0.9]).theta.shape == (1, 2, 2)
    assert trace_rule(setting).update.inputs == ("g", "t", "hyper.lr", "hyper.power")
    assert pickle.loads(pickle.dumps(function)) == function
    assert type(setting)(power=0.5) == scheduled(SGD(), Root(0.5))


def test_a_schedule_that_cannot_be_hashed() -> None:
    class Listed(list[float]):
        def __call__(self, t: Any) -> Any:
            return 1.0

    with pytest.raises(TypeError, match=r"schedule must be .* that can be hashed"):
        scheduled(SGD(), Listed())


def test_a_rule_of_ones_own_that_builds_on_another() -> None:
    class Clipped(Nadam):
        def update(self, g: Any, t: Any, m: Any, v: Any) -> tuple[Any, Any, Any]:
            return super().update(np.clip(g, -1, 1), t, m, v)

    follows = walk(scheduled(Clipped(lr=0.1), Linear(T=30)), START, GRADIENTS)
    for (theta, _), (same, _) in zip(follows, by_hand(Clipped(lr=0.1), Linear(T=30)), strict=True):
        np.testing.assert_array_equal(theta, same)


def test_how_it_is_shown() -> None:
    shown = repr(scheduled(SGD(lr=0.1), Linear(T=9)))
    assert shown == "scheduled(SGD(lr=0.1), Linear(T=9.0, warmup=0.0))"
    assert eval(shown) == scheduled(SGD(lr=0.1), Linear(T=9))
    assert repr(scheduled(NAG(), Cosine(T=9), "momentum")).endswith(", name='momentum')")
