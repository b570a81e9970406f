"""Half precision: ε and what is squared would be 0 in it, so steps are computed in float32."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from adaptive import NAG, RULES, SGD, Adam, Momentum, RMSprop, Rule, descend, frameworks, sweep
from adaptive.problems import NoisyQuadratic, Ravine
from adaptive.rules.base import INTERVALS
from tests.every import ALL, every_rule, fitting

HALF = [np.dtype(np.float16), np.dtype(np.float16).newbyteorder()]
try:
    import ml_dtypes
except ImportError:
    pass
else:
    HALF.append(np.dtype(ml_dtypes.bfloat16))

half = pytest.mark.parametrize("dtype", HALF, ids=str)
FORMS = [
    getattr(module, kind.__name__)(lr=0.01)
    for module in (frameworks.torch, frameworks.optax, frameworks.keras)
    for kind in RULES
]
every = pytest.mark.parametrize(
    "rule",
    [*(kind() for kind in ALL), *FORMS],
    ids=lambda rule: f"{type(rule).__module__.split('.')[-1]}-{type(rule).__name__}",
)
START = np.array([1.0, -2.0, 0.5, 0.0, 3.0, -1.0])
#: 0, and what float16 squares to 0, and what it squares to infinity.
SLOPES = np.array([[0.0, 1e-4, -1e-6, 2.0, 3e3, -0.1]] * 6) * np.linspace(1, 2, 6)[:, None]


@half
@every
def test_a_step_is_one_in_float32_that_is_rounded_once(rule: Rule, dtype: Any) -> None:
    start, slopes = (fitting(type(rule), array) for array in (START, SLOPES.astype(np.float32)))
    theta, state = start.astype(dtype), rule.init(start.astype(dtype))
    single = rule.init(start.astype(np.float32))
    for g in slopes:
        expected, single = rule.step(theta.astype(np.float32), g, single)
        theta, state = rule.step(theta, g, state)
        np.testing.assert_array_equal(theta, expected.astype(dtype), strict=True)
        for one, other in zip(state, single, strict=True):
            np.testing.assert_array_equal(one, other, strict=True)
        assert np.isfinite(theta.astype(float)).all()


@half
def test_what_half_precision_does_to_the_constants(dtype: Any) -> None:
    theta = np.ones(3, dtype)
    g = np.array([0.0, 1e-4, -1e-4], dtype)
    moved, _ = Adam(lr=0.25).step(theta, g, Adam().init(theta))
    np.testing.assert_array_equal(moved.astype(float), [1, 0.75, 1.25])
    moved, _ = SGD(lr=1e-8).step(np.zeros(1, dtype), np.array([1000], dtype), SGD.State(0))
    assert 0.9e-5 < -float(moved[0]) < 1.1e-5


@half
@pytest.mark.parametrize("engine", ["auto", "blocks", "plain"])
@every_rule
def test_in_place(kind: type[Rule], engine: str, dtype: Any) -> None:
    rule, rng = kind(), np.random.default_rng(0)
    theta = rng.normal(size=70_000).astype(dtype)
    state, before = rule.init(theta), theta.copy()
    expected, kept = before, rule.init(theta)
    for _ in range(3):
        g = (rng.normal(size=theta.size) * 10 ** rng.uniform(-6, 3, theta.size)).astype(dtype)
        g[:9] = 0
        expected, kept = rule.step(expected, g, kept)
        state = rule.step_into(theta, g, state, engine)
    apart = np.abs(theta.astype(float) - expected.astype(float))
    # A unit in the last place of float32 can turn the rounding of a few.
    unit = float(ml_dtypes.finfo(dtype).eps) if dtype.kind != "f" else 2.0**-10
    assert (apart <= 3 * unit * np.maximum(1e-3, np.abs(expected.astype(float)))).all()
    assert np.count_nonzero(apart) < 0.001 * theta.size
    for one, other in zip(state[1:], kept[1:], strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, other, rtol=1e-5)


@half
def test_a_run(dtype: Any) -> None:
    rule, start = NAG(lr=0.01), np.array([1.5, -2], dtype)
    path = descend(rule, Ravine(), start, steps=40)
    assert path.theta.dtype.name == dtype.name
    assert path.state["v"].dtype == path.gradient.dtype == np.float32
    assert path.loss.dtype != dtype
    assert not path.diverged
    theta, state = start, rule.init(start)
    for k in range(40):
        ahead = theta.astype(np.float32) - np.float32(0.9) * state.v
        np.testing.assert_allclose(path.gradient[k], Ravine().grad(ahead), rtol=1e-5)
        theta, state = rule.step(theta, path.gradient[k], state)
        np.testing.assert_array_equal(path.theta[k + 1], theta)


@half
def test_a_run_that_diverges_says_so(dtype: Any) -> None:
    """Ten thousand million times the start is infinite in float16, and so is theta."""

    class Flat(NoisyQuadratic):
        def loss(self, theta: Any) -> Any:
            return np.zeros(np.shape(theta)[:-1])

    start = np.ones(1, dtype)
    path = descend(SGD(lr=1e3), Flat([1.0], noise=0), start, steps=50)
    assert path.diverged
    assert path.steps < 50


def test_an_infinite_start_of_float32_is_not_the_measure() -> None:
    from adaptive.descent import has_diverged

    start = np.array([1e30], np.float32)
    assert has_diverged(np.array([np.inf], np.float32), 0.0, start)
    assert not has_diverged(10 * start, 0.0, start)


@half
@pytest.mark.parametrize("engine", ["plain", "auto"])
def test_a_sweep_is_its_runs(engine: str, dtype: Any) -> None:
    rates, start = [1e-3, 1e-2], np.array([1, -2], dtype)
    runs = sweep(RMSprop(), Ravine(), 20, start, keep="path", engine=engine, lr=rates)
    assert runs.theta.dtype == dtype
    assert runs.loss.dtype != dtype
    for k, rate in enumerate(rates):
        alone = descend(RMSprop(lr=rate), Ravine(), start, steps=20)
        far = np.abs(runs.theta[:, k].astype(float) - alone.theta.astype(float))
        assert far.max() <= 4 * 2.0 ** (-10 if dtype == np.float16 else -7)
    ends = sweep(RMSprop(), Ravine(), 20, start, lr=rates)
    np.testing.assert_allclose(ends.loss[0], runs.loss[-1], rtol=1e-6)


@half
def test_in_containers(dtype: Any) -> None:
    theta = {"half": np.ones(2, dtype), "whole": np.ones(2, np.float32), "bias": np.array(1, dtype)}
    g = {"half": np.ones(2, dtype), "whole": np.ones(2, dtype), "bias": np.array(0, dtype)}
    rule = Adam(lr=0.5)
    moved, state = rule.step(theta, g, rule.init(theta))
    assert [moved[name].dtype for name in theta] == [dtype, np.float32, dtype]
    assert {state.v[name].dtype for name in theta} == {np.dtype(np.float32)}
    rule.step_into(theta, g, rule.init(theta))
    for name in theta:
        np.testing.assert_allclose(theta[name].astype(float), moved[name].astype(float))
    assert theta["bias"] == 1


@dataclass(frozen=True, eq=False)
class Squaring(Rule):
    """A rule that multiplies θ by itself, which float16 cannot hold."""

    lr: Any = 2.0**-12
    sees_theta: ClassVar[bool] = True

    def update(self, g: Any, t: int, theta: Any) -> tuple[Any]:
        return (-self.lr * (theta * theta + g),)


@half
@pytest.mark.parametrize("engine", ["blocks", "plain"])
def test_what_is_made_of_theta_is_computed_in_float32_too(engine: str, dtype: Any) -> None:
    theta = np.array([300.0, -300.0, 1e-4, 0.0], dtype)
    single, rule = theta.astype(np.float32), Squaring()
    expected, _ = rule.step(single, np.zeros_like(single), rule.init(single))
    rule.step_into(theta, np.zeros_like(theta), rule.init(theta), engine)
    assert theta.dtype == dtype and abs(float(theta[0]) - 278) < 2
    np.testing.assert_array_equal(theta, expected.astype(dtype))


def test_a_state_in_float16_of_another_day_goes_on_in_float32() -> None:
    rule, theta = Momentum(), np.ones(2, np.float16)
    old = rule.restore({"t": 3, "v": np.full(2, 0.1, np.float16)})
    _, state = rule.step(theta, np.zeros(2), old)
    np.testing.assert_allclose(state.v, np.float32(0.9) * np.float32(np.float16(0.1)), rtol=1e-7)
    with pytest.raises(ValueError, match=r"dtype of theta, \(2,\) and float32 \(theta is of half"):
        rule.step_into(theta, np.zeros(2), old)


@pytest.mark.parametrize("kind", [k for k in ALL if "eps" in k().hyperparameters])
def test_an_epsilon_that_would_be_0_is_refused(kind: type[Rule]) -> None:
    assert INTERVALS["eps"][0] == 0
    tiny: Rule = replace(kind(), eps=1e-50)
    tiny.init(np.ones((2, 2)))
    for dtype in (np.float16, np.float32):
        with pytest.raises(ValueError, match=rf"{kind.__name__}\.eps must not be 0 in .* float32"):
            tiny.init(np.ones((2, 2), dtype))
    with pytest.raises(ValueError, match=r"\.eps must not be 0 in the dtype of theta"):
        tiny.step_into(
            np.ones((2, 2), np.float32), np.ones((2, 2)), kind().init(np.ones((2, 2), np.float32))
        )
    replace(kind(), eps=0).init(np.ones((2, 2), np.float32))
    replace(kind(), eps=np.full((2, 2), 1e-50)).init(np.ones((2, 2), np.float32))


def test_a_second_moment_in_bfloat16_never_falls() -> None:
    """At β₂ = 0.999, if it is rounded to nearest after each step; at 0.95 it falls."""
    bfloat16 = pytest.importorskip("ml_dtypes").bfloat16
    v = (np.linspace(1, 4, 10_001) * 2.0**-40).astype(bfloat16)
    for g in (0.0, 1e-7):
        for beta2, falls in ((0.999, False), (0.95, True)):
            new = (beta2 * v.astype(np.float64) + (1 - beta2) * g**2).astype(bfloat16)
            assert ((new < v) == falls).all()
