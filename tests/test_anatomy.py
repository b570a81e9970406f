"""Taking steps apart: what turns round with the gradients, and parts that add up to the step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, AdamW, Lion, Momentum, RMSprop, descend
from adaptive.problems import Saddle
from adaptive.rules import Rule
from adaptive.tracing import dissect, trace_rule
from adaptive.tracing.anatomy import factors, summands
from tests.every import SUMS


@dataclass(frozen=True, eq=False)
class Mixing(Rule):
    """Quasi-hyperbolic momentum, as a reader might write it."""

    lr: Any = 0.1
    momentum: Any = 0.9
    mix: Any = 0.7

    state_names = ("v",)

    def update(self, g, t, v):
        v = self.momentum * v + (1 - self.momentum) * g
        return -self.lr * ((1 - self.mix) * g + self.mix * v), v


@dataclass(frozen=True, eq=False)
class Scaled(Rule):
    """Momentum that is divided by a mean size, some of it branched and powered."""

    lr: Any = 0.1

    state_names = ("size", "m")

    def update(self, g, t, size, m):
        size = np.where(t < 2, np.abs(g), 0.9 * size + 0.1 * np.sqrt(g**2))
        m = np.where(np.abs(g) > 5, 0.5 * m - g, 0.9 * m - g)
        return self.lr * (1 / (size + 0.1)) * m / 2, size, m


@dataclass(frozen=True, eq=False)
class Signs(Rule):
    """The sign of a mixture, as in Lion."""

    lr: Any = 0.1

    state_names = ("m",)

    def update(self, g, t, m):
        return -self.lr * np.sign(0.9 * m + 0.1 * g), 0.99 * m + 0.01 * g


def _run(rule):
    """Return a run's inputs of the update, for all steps at once, and its steps."""
    path = descend(rule, Saddle(), steps=60)
    inputs = {"g": path.gradient, "t": np.arange(1, path.steps + 1)[:, None]}
    inputs["theta"] = path.theta[:-1]
    inputs |= {f"hyper.{name}": value for name, value in rule.hyperparameters.items()}
    inputs |= {f"state.{name}": values[:-1] for name, values in path.state.items()}
    return inputs, trace_rule(rule).update.evaluate(inputs)[0]


RULES_HERE = [*(kind(**kind.on_circles) for kind in SUMS), Mixing(), Scaled()]


@pytest.mark.parametrize("rule", RULES_HERE, ids=lambda rule: type(rule).__name__)
def test_memory_gradient_and_decay_add_up_to_the_step(rule):
    inputs, step = _run(rule)
    anatomy = dissect(trace_rule(rule))
    parts = anatomy.parts.evaluate(inputs)
    np.testing.assert_allclose(sum(parts), step, rtol=1e-12, atol=1e-12)
    # Each is what it is called: without memory the first step is that of the others alone, and
    # where there is no gradient nothing but memory and decay move; where no θ, no decay.
    np.testing.assert_allclose((sum(parts[1:]) + 0 * step)[0], step[0], rtol=1e-12)
    without = [inputs | {name: 0 * inputs[name]} for name in ("g", "theta")]
    for k, gone in enumerate(without[: len(parts) - 1], start=1):
        assert not np.any(anatomy.parts.evaluate(gone)[k])
        assert np.any(parts[k])


def test_the_parts_of_adamw_are_those_of_its_equation():
    inputs, _ = _run(AdamW(lr=0.1, weight_decay=0.5))
    *adam, decay = dissect(trace_rule(AdamW())).parts.evaluate(inputs)
    np.testing.assert_allclose(decay, -0.1 * 0.5 * inputs["theta"], rtol=1e-15)
    for part, same in zip(adam, dissect(trace_rule(Adam())).parts.evaluate(inputs), strict=True):
        np.testing.assert_allclose(part, same, rtol=1e-12)
    assert _roles(AdamW()) == ["step", "plain", "scale"]


def test_the_parts_of_momentum_are_those_of_its_equation():
    inputs, _ = _run(Momentum(lr=0.1, momentum=0.8))
    memory, gradient = dissect(trace_rule(Momentum())).parts.evaluate(inputs)
    np.testing.assert_allclose(memory, -0.8 * inputs["state.v"], rtol=1e-15)
    np.testing.assert_allclose(gradient, -0.1 * inputs["g"], rtol=1e-15)


def test_the_parts_of_adam_share_its_scale():
    rule = Adam(lr=0.1)
    inputs, _ = _run(rule)
    memory, gradient = dissect(trace_rule(rule)).parts.evaluate(inputs)
    np.testing.assert_allclose(
        memory * (0.1 * inputs["g"]), gradient * (0.9 * inputs["state.m"]), rtol=1e-12, atol=1e-300
    )


@pytest.mark.parametrize("rule", RULES_HERE, ids=lambda rule: type(rule).__name__)
def test_what_turns_round_is_what_turns_round(rule):
    """The states of a run on turned gradients are turned or equal, as the recording says."""
    anatomy = dissect(trace_rule(rule))
    gradients = np.random.default_rng(0).normal(size=(6, 3))
    there, back = _states(rule, gradients), _states(rule, -gradients)
    for node, one, other in zip(anatomy.traced.update.outputs[1:], there, back, strict=True):
        np.testing.assert_allclose(one, -other if anatomy.directed(node) else other)


def _states(rule, gradients):
    state = rule.init(gradients[0])
    for g in gradients:
        _, state = rule.step(0 * g, g, state)
    return state[1:]


@pytest.mark.parametrize("rule", [Signs(), Lion()], ids=repr)
def test_a_sign_of_a_mixture_is_not_taken_apart(rule):
    anatomy = dissect(trace_rule(rule))
    assert anatomy.parts is None
    assert anatomy.directed(anatomy.step)


@pytest.mark.parametrize(
    ("step", "memory"),
    [
        (lambda g, m: -np.sign(g), 0),
        (lambda g, m: -np.sign(m) - g, -1),
        (lambda g, m: -np.tanh(m) * np.abs(g) + g * np.abs(m), -3 * np.tanh(2)),
        (lambda g, m: 2 / m + g**3, 1),
    ],
)
def test_what_is_no_sum_inside_goes_to_where_it_is_from(step, memory):
    class Odd(Rule):
        state_names = ("m",)

        def update(self, g, t, m):
            return step(g, m), 0.5 * m + g

    rule = Odd()
    parts = dissect(trace_rule(rule)).parts.evaluate({"g": 3.0, "state.m": 2.0})
    assert parts == pytest.approx([memory, step(3.0, 2.0) - memory])


@pytest.mark.parametrize(
    "step",
    [
        lambda g, m: -g - 0.1,
        lambda g, m: np.exp(g),
        lambda g, m: np.maximum(g, 0) - m,
        lambda g, m: np.where(g > 0, -g, -2 * g) - m,
    ],
)
def test_a_step_that_does_not_turn_round_has_no_parts(step):
    class Biased(Rule):
        state_names = ("m",)

        def update(self, g, t, m):
            return step(g, m), m + g

    assert dissect(trace_rule(Biased())).parts is None


def _roles(rule):
    anatomy = dissect(trace_rule(rule))
    return [anatomy.role(node) for node in anatomy.traced.update.outputs]


def test_roles():
    assert _roles(Momentum()) == ["step", "step"]
    assert _roles(Adam()) == ["step", "plain", "scale"]
    assert _roles(RMSprop()) == ["step", "scale"]
    assert _roles(Signs()) == ["step", "plain"]
    anatomy = dissect(trace_rule(NAG()))
    terms = summands(anatomy.traced.update.outputs[1], ())
    assert [(sign, anatomy.role(term)) for sign, term in terms] == [(1, "memory"), (1, "gradient")]
    anatomy = dissect(trace_rule(SGD()))
    sign, above, below = factors(anatomy.step, ())
    assert (sign, [anatomy.role(node) for node in above], below) == (-1, ["plain", "gradient"], [])
