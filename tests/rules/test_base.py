"""The base of all rules, by rules that are not the package's."""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, Momentum, Rule, descend, sweep
from adaptive.problems import Circles, NoisyQuadratic, Ravine


@dataclass(frozen=True, eq=False)
class Lion(Rule):
    """A rule of one's own, with a hyperparameter that no other rule has."""

    lr: Any = 0.01
    beta1: Any = 0.9
    beta2: Any = 0.99
    weight: Any = 0.0

    state_names: ClassVar[tuple[str, ...]] = ("m",)

    def update(self, g: Any, t: int, m: Any) -> tuple[Any, Any]:
        c = self.beta1 * m + (1 - self.beta1) * g
        return -self.lr * np.sign(c + self.weight), self.beta2 * m + (1 - self.beta2) * g


def test_own_rule_needs_no_registration() -> None:
    path = descend(Lion(), Ravine(), steps=600)
    assert path.loss[-1] < 0.05 * path.loss[0]
    assert path.state["m"].shape == (601, 2)
    grid = sweep(Lion(), Circles(), steps=5, lr=[0.01, 0.02], weight=[-1, 1], rng=[0, 1])
    assert grid.theta.shape == (1, 2, 2, 2, 6)
    one = descend(Lion(lr=0.02, weight=-1), Circles(), steps=5, rng=1)
    np.testing.assert_allclose(grid.theta[-1, 1, 0, 1], one.theta[-1], rtol=1e-12)


def test_own_rule_with_a_lookahead_and_a_constructor() -> None:
    @dataclass(frozen=True, eq=False)
    class Wide(NAG):
        def lookahead(self, theta: Any, state: Any) -> Any:
            return theta - 2 * self.momentum * state.v

    class Named(Momentum):
        def __init__(self, rate: float) -> None:
            super().__init__(lr=rate, momentum=0.5)

    problem = NoisyQuadratic(noise=0)
    path = descend(Wide(lr=0.01), problem, steps=5)
    expected = problem.grad(path.theta[:-1] - 1.8 * path.state["v"][:-1])
    np.testing.assert_allclose(path.gradient, expected)
    assert Named(0.2).hyperparameters == {"lr": 0.2, "momentum": 0.5}


def test_own_rule_without_hyperparameters_needs_no_decorator() -> None:
    class Fixed(Rule):
        def update(self, g: Any, t: int) -> tuple[Any]:
            return (-0.1 * g,)

    assert Fixed().hyperparameters == {}
    assert Fixed() == Fixed()
    assert descend(Fixed(), Ravine(), steps=3).loss[-1] < Ravine().loss(Ravine().start)


def test_each_rule_has_a_state_of_its_own() -> None:
    @dataclass(frozen=True, eq=False)
    class Other(Momentum):
        pass

    assert Other.State is not Momentum.State
    assert repr(Momentum().init([1, 2])) == "State(t=0, v=array([0., 0.]))"
    with pytest.raises(TypeError, match=r"state must come from Other\.init"):
        Other().step(np.zeros(2), np.zeros(2), Momentum().init(np.zeros(2)))


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (lambda g, m: -g, "a tuple of the change, m"),
        (lambda g, m: [-g, m], "a tuple of the change, m"),
        (lambda g, m: (-g,), "a tuple of the change, m"),
        (lambda g, m: (-g, m, m), "a tuple of the change, m"),
    ],
    ids=["array", "list", "short", "long"],
)
def test_own_rule_that_returns_something_else(returned: Any, words: str) -> None:
    @dataclass(frozen=True, eq=False)
    class Wrong(Rule):
        state_names: ClassVar[tuple[str, ...]] = ("m",)

        def update(self, g: Any, t: int, m: Any) -> Any:
            return returned(g, m)

    rule = Wrong()
    with pytest.raises(TypeError, match=rf"Wrong\.update must return {words}, got"):
        rule.step(np.zeros(2), np.zeros(2), rule.init(np.zeros(2)))


def test_error_in_an_own_rule_is_not_blamed_on_the_arguments() -> None:
    @dataclass(frozen=True, eq=False)
    class Wrong(Rule):
        def update(self, g: Any, t: int, m: Any) -> Any:
            return g, m

    with pytest.raises(TypeError, match="missing 1 required positional argument: 'm'"):
        Wrong().step(np.zeros(2), np.zeros(2), Wrong().init(np.zeros(2)))
    with pytest.raises(NotImplementedError, match=r"Rule must define update\(g, t, \*state\)"):
        Rule().update(1.0, 1)


def _theta_first(self: Any, g: Any, t: Any, theta: Any, m: Any) -> Any:
    return -theta, m


def _theta_last(self: Any, g: Any, t: Any, m: Any, theta: Any) -> Any:
    return -theta, m


def _no_theta(self: Any, g: Any, t: Any, m: Any) -> Any:
    return -g, m


def _theta_for_state(self: Any, g: Any, t: Any, theta: Any) -> Any:
    return -theta, theta


@pytest.mark.parametrize(
    ("update", "sees", "got"),
    [
        (_theta_first, False, "(g, t, m), as sees_theta is False, got (g, t, theta, m)"),
        (_theta_for_state, False, "(g, t, m), as sees_theta is False, got (g, t, theta)"),
        (_theta_last, True, "(g, t, theta, m), as sees_theta is True, got (g, t, m, theta)"),
        (_no_theta, True, "(g, t, theta, m), as sees_theta is True, got (g, t, m)"),
    ],
)
def test_own_rule_that_takes_theta_where_it_is_not_given(update: Any, sees: bool, got: str) -> None:
    body = {"state_names": ("m",), "sees_theta": sees, "update": update}
    with pytest.raises(TypeError, match=re.escape(f"Wrong.update must take {got}")):
        type("Wrong", (Rule,), body)


def test_own_rule_may_call_theta_what_it_likes() -> None:
    def named(self: Any, g: Any, t: Any, weights: Any, m: Any) -> Any:
        return -0.1 * (g + weights), m

    def counted(self: Any, g: Any, t: Any, *rest: Any) -> Any:
        return -0.1 * (g + rest[0]), rest[1]

    def kept(self: Any, g: Any, t: Any, theta: Any) -> Any:
        return -0.1 * (g + theta), theta

    for names, sees, update in [
        (("m",), True, named),
        (("m",), True, counted),
        (("theta",), False, kept),
    ]:
        body = {"state_names": names, "sees_theta": sees, "update": update}
        rule: Any = type("Own", (Rule,), body)()
        theta, _ = rule.step(np.ones(2), np.ones(2), rule.init(np.ones(2)))
        np.testing.assert_allclose(theta, 0.8 if sees else 0.9)


def test_what_a_rule_says_of_its_class_is_no_hyperparameter() -> None:
    @dataclass(frozen=True, eq=False)
    class Seeing(Rule):
        sees_theta: bool = True  # type: ignore[misc]

        def update(self, g: Any, t: Any, theta: Any) -> Any:
            return (-g - theta,)

    with pytest.raises(TypeError, match=r"Seeing\.sees_theta must be no field of the dataclass"):
        Seeing()
    with pytest.raises(TypeError, match=r"Odd\.sees_theta must be True or False, got 'yes'"):
        type("Odd", (Rule,), {"sees_theta": "yes"})


@pytest.mark.parametrize("dtype", [">f4", ">f8", "<f8"])
def test_the_order_of_bytes_is_kept(dtype: str) -> None:
    theta = np.array([1.0, -2.0], dtype)
    for g in (theta, theta.tolist()):
        moved, state = Adam(0.1).step(theta, g, Adam().init(theta))
        native, _ = Adam(0.1).step([1.0, -2.0], [1.0, -2.0], Adam().init([1.0, -2.0]))
        assert moved.dtype == state.m.dtype == state.v.dtype == dtype
        np.testing.assert_allclose(moved, native, rtol=1e-6)


def test_copies() -> None:
    rule = Adam(lr=[[0.1], [0.2]])
    state = rule.init(np.ones(2))
    assert copy.deepcopy(rule) == copy.copy(rule) == rule
    again = copy.deepcopy(state)
    assert type(again) is Adam.State
    assert not np.shares_memory(again.m, state.m)


def test_hyperparameters() -> None:
    rule = Momentum(lr=1, momentum=np.float32(0.5))
    assert list(rule.hyperparameters.items()) == [("lr", 1.0), ("momentum", 0.5)]
    rows = SGD(lr=[1, 2]).lr
    np.testing.assert_array_equal(rows, np.array([1.0, 2.0]), strict=True)


def test_hashes_tell_a_grid_of_rules_apart() -> None:
    rates = np.geomspace(1e-30, 10, 100)
    assert len({hash(SGD(lr=rate)) for rate in rates}) == len(rates)
