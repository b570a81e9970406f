"""A step in place is the same step, whichever way it is made."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum, Nadam, Rule, ScheduleFree
from adaptive.large import Engine, choose, kernel
from adaptive.large.tape import BLOCK, tape
from adaptive.tracing.split import split
from tests.every import KINDS, every_rule, updated

ENGINES = ("numba", "blocks", "plain")
#: More than one block, and not a whole number of them.
MANY = 2 * BLOCK // 4 + 77


@pytest.fixture(autouse=True, scope="module")
def kernels(tmp_path_factory):
    """Keep what is compiled here out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ADAPTIVE_CACHE_DIR", str(tmp_path_factory.mktemp("kernels")))
        yield


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def gradients(rng, shape, dtype, steps=5):
    """Yield gradients over many orders of magnitude, some of them zero for ever."""
    scale = 10 ** rng.uniform(-3, 3, size=shape)
    scale.flat[:7] = 0
    for _ in range(steps):
        yield (scale * rng.normal(size=shape)).astype(dtype)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@every_rule
def test_it_agrees_with_step_to_a_few_units_in_the_last_place(kind, dtype, engine, rng):
    rule = kind()
    theta = rng.normal(size=MANY).astype(dtype)
    state = rule.init(theta)
    for g in gradients(rng, MANY, dtype):
        mine, my_state = (
            theta.copy(),
            state._replace(**{name: getattr(state, name).copy() for name in rule.state_names}),
        )
        # The last place of what is added up, not of a sum that may be near zero: with all signs
        # alike nothing cancels; Schedule-Free's state has the sign of a step, against a gradient.
        sign = -1 if kind is ScheduleFree else 1
        signless = (np.abs(theta), *(sign * np.abs(array) for array in state[1:]))
        uncancelled, *_ = updated(rule, np.abs(g), state.t + 1, *signless)
        place = np.spacing(np.maximum(np.abs(theta), np.abs(uncancelled)))
        theta, state = rule.step(theta, g, state)
        my_state = rule.step_into(mine, g, my_state, engine)
        assert np.all(np.abs(theta - mine) <= 5 * place)
        for one, other in zip(state[1:], my_state[1:], strict=True):
            np.testing.assert_array_max_ulp(one, other, 2, dtype)
        assert my_state.t == state.t
        assert mine.dtype == dtype


@pytest.mark.parametrize("engine", ["numba", "blocks"])
def test_where_a_step_nearly_cancels_more_of_its_digits_differ(engine, rng):
    """From θ = 0 a step is all that there is: Nadam's is a sum of two numbers of either sign."""
    rule, theta = Nadam(), np.zeros(MANY)
    state = rule.init(theta)
    for g in gradients(rng, MANY, float, steps=3):
        before = state._replace(m=state.m.copy(), v=state.v.copy())
        step, state = rule.step(np.zeros(MANY), g, state)
        mine = np.zeros(MANY)
        rule.step_into(mine, g, before, engine)
        apart = np.abs(step - mine) / np.spacing(np.abs(step))
    assert apart.max() > 100
    assert np.mean(apart > 5) < 0.1


@pytest.mark.parametrize("engine", ["numba", "blocks"])
@every_rule
def test_each_element_may_have_its_own_hyperparameters(kind, engine, rng):
    shape, plain = (50, 4), kind()
    low = {"lr": 1e-3, "eps": 1e-6}
    own = {
        name: rng.uniform(low.get(name, 0.1), 10 * low.get(name, 0.09), size=shape)
        for name in plain.hyperparameters
    }
    rule, theta = replace(plain, **own), rng.normal(size=shape)
    expected, state = theta.copy(), rule.init(theta)
    mine = rule.init(theta)
    for g in gradients(rng, shape, float, steps=3):
        expected, state = rule.step(expected, g, state)
        mine = rule.step_into(theta, g, mine, engine)
    np.testing.assert_allclose(theta, expected, rtol=1e-12, atol=1e-14)
    for one, other in zip(state[1:], mine[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-13)
    for name, values in own.items():
        np.testing.assert_array_equal(getattr(rule, name), values)


@every_rule
def test_threads_and_one_thread_give_the_same_bits(kind, rng):
    theta = rng.normal(size=kernel.PARALLEL + 5).astype(np.float32)
    rule, state = kind(), kind().init(theta)
    module = kernel.compiled(kind, ())
    shared = [np.float32(value) for value in split(kind).values(rule, 1)]
    g = rng.normal(size=theta.size).astype(np.float32)
    alone = [theta.copy(), g, *(array.copy() for array in state[1:])]
    module.serial(*alone, *shared)
    rule.step_into(theta, g, state, "numba")
    for one, other in zip(alone, (theta, g, *state[1:]), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("engine", ENGINES)
@every_rule
def test_the_gradient_is_only_read_and_the_arrays_stay_the_same_objects(kind, engine, rng):
    theta, g = rng.normal(size=(3, 50)), rng.normal(size=(3, 50))
    rule, kept = kind(), g.copy()
    state = rule.init(theta)
    new = rule.step_into(theta, g, state, engine)
    np.testing.assert_array_equal(g, kept)
    assert all(one is other for one, other in zip(state[1:], new[1:], strict=True))
    assert new.t == 1


@pytest.mark.parametrize("engine", ENGINES)
def test_inf_and_nan_stay_in_their_element(engine):
    theta = np.zeros(100)
    g = np.ones(100)
    g[:4] = np.nan, np.inf, -np.inf, 1e300
    rule = Adam(lr=0.1)
    with np.errstate(all="ignore"):
        expected, state = rule.step(theta, g, rule.init(theta))
        mine = rule.step_into(theta, g, rule.init(theta), engine)
    np.testing.assert_allclose(theta, expected, rtol=1e-12, equal_nan=True)
    for one, other in zip(state[1:], mine[1:], strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, equal_nan=True)


def test_the_gradient_may_be_theta_itself():
    theta = np.linspace(1, 2, 20_000)
    expected, _ = Momentum(lr=0.1).step(theta, theta, Momentum().init(theta))
    Momentum(lr=0.1).step_into(theta, theta, Momentum().init(theta), "blocks")
    np.testing.assert_allclose(theta, expected, rtol=1e-15)


@pytest.mark.parametrize("engine", ["auto", "numba", "blocks"])
def test_arrays_that_overlap_are_not_mixed_up(engine):
    memory = np.linspace(1, 2, 40_001)
    theta, g = memory[1:], memory[:-1]
    expected, _ = SGD(lr=0.5).step(theta.copy(), g.copy(), SGD().init(theta))
    SGD(lr=0.5).step_into(theta, g, SGD().init(theta), engine)
    np.testing.assert_array_equal(theta, expected)


def test_a_model_of_several_arrays():
    rng = np.random.default_rng(3)
    model = {"weights": rng.normal(size=(4, 3)), "layers": [rng.normal(size=5), rng.normal(size=2)]}
    slope = {"layers": [rng.normal(size=5), rng.normal(size=2)], "weights": rng.normal(size=(4, 3))}
    rule = Adam(lr=0.1)
    state = rule.init(model)
    assert state.m["layers"][1].shape == (2,)
    expected, stepped = rule.step(model, slope, state)
    state = rule.step_into(model, slope, state)
    assert list(expected) == list(model)
    assert state.t == stepped.t == 1
    for one, other in (
        (model["weights"], expected["weights"]),
        (model["layers"][0], expected["layers"][0]),
        (state.v["layers"][1], stepped.v["layers"][1]),
    ):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    alone, _ = rule.step(expected["weights"] * 0, slope["weights"], rule.init(model["weights"]))
    np.testing.assert_allclose(alone, -0.1 * np.sign(slope["weights"]), rtol=1e-6)


def test_a_list_of_numbers_is_still_one_array():
    assert SGD().init([1, 2]).t == 0
    assert Momentum().init([1, 2]).v.shape == (2,)


@pytest.mark.parametrize(
    ("theta", "g", "words"),
    [
        ({"a": np.ones(2)}, {"b": np.ones(2)}, "g must hold arrays as theta does, 'a'"),
        ([np.ones(2), np.ones(3)], [np.ones(2)], "g must hold arrays as theta does, 0, 1"),
        ([np.ones(2)], np.ones((1, 2)), "g must hold arrays as theta does, 0"),
    ],
)
def test_containers_must_fit(theta, g, words):
    with pytest.raises(ValueError, match=words):
        SGD().step_into(theta, g, SGD().init(theta))
    with pytest.raises(ValueError, match=words):
        SGD().step(theta, g, SGD().init(theta))


# ------------------------------------------------------------------------- which way, and why


def test_the_choice_gives_its_reason(monkeypatch):
    large = np.zeros(20_000)
    assert choose(Adam(), large) == Engine("numba", "numba is installed")
    for name in ENGINES:
        assert choose(Adam(), large, name) == Engine(name, "it was asked for")
    assert choose(Adam(), large[:10]).reason == "10 elements are fewer than 10000"
    assert choose(Adam(), large[::2]).reason == "theta is not contiguous"
    unlike = choose(Adam(lr=np.full(1, 0.1)), large)
    assert unlike.reason == "lr of Adam is an array unlike theta"
    half = choose(Adam(), large.astype(np.float16))
    assert (half.name, half.reason) == (
        "blocks",
        "numba compiles float32 and float64, and theta is float16",
    )
    monkeypatch.setattr("adaptive.large.engine.find_spec", lambda name: None)
    without = choose(Adam(), large)
    assert without.name == "blocks"
    assert "numba is not installed: pip install" in without.reason
    with pytest.raises(ImportError, match="numba is not installed"):
        choose(Adam(), large, "numba")


def test_asking_for_what_cannot_be_done_says_why():
    with pytest.raises(ValueError, match="one of auto, numba, blocks, plain, got 'cuda'"):
        choose(SGD(), np.zeros(3), "cuda")
    with pytest.raises(ValueError, match="got 'blocks': theta is not contiguous"):
        choose(SGD(), np.zeros(30)[::2], "blocks")
    with pytest.raises(ValueError, match="theta is float16"):
        choose(SGD(), np.zeros(30, np.float16), "numba")


def test_what_is_not_contiguous_is_done_all_the_same(rng):
    memory = rng.normal(size=(200, 100))
    theta, kept = memory[:, ::2], memory[:, 1::2].copy()
    expected, _ = SGD(lr=0.5).step(theta, theta, SGD().init(theta))
    SGD(lr=0.5).step_into(theta, theta.copy(), SGD().init(theta))
    np.testing.assert_array_equal(theta, expected)
    np.testing.assert_array_equal(memory[:, 1::2], kept)


@dataclass(frozen=True, eq=False)
class Clipped(Rule):
    """A rule that compares, which no buffer of floats can hold."""

    lr: Any = 0.1
    state_names: ClassVar[tuple[str, ...]] = ()

    def update(self, g: Any, t: int) -> tuple[Any]:
        return (np.where(g > 1, -self.lr, -self.lr * g),)


@dataclass(frozen=True, eq=False)
class Averaging(Rule):
    """A rule that cannot be recorded."""

    lr: Any = 0.1
    state_names: ClassVar[tuple[str, ...]] = ()

    def update(self, g: Any, t: int) -> tuple[Any]:
        return (-self.lr * g / np.sum(g),)


@dataclass(frozen=True, eq=False)
class Late(Rule):
    """A rule that keeps one of its arrays as another, for the step after."""

    lr: Any = 0.1
    state_names: ClassVar[tuple[str, ...]] = ("a", "b")

    def update(self, g: Any, t: int, a: Any, b: Any) -> tuple[Any, ...]:
        return -self.lr * (a + b), b, 0.5 * a + g


class Swapping(Late):
    """A rule whose arrays change places."""

    def update(self, g: Any, t: int, a: Any, b: Any) -> tuple[Any, ...]:
        return -self.lr * (2 * a + b + g), b, a


class Before(Late):
    """A rule that steps by what an array was before, and keeps one thing twice."""

    def update(self, g: Any, t: int, a: Any, b: Any) -> tuple[Any, ...]:
        new = 0.5 * a - self.lr * g
        return a, new, new


class Last(Late):
    """A rule that keeps the gradient."""

    def update(self, g: Any, t: int, a: Any, b: Any) -> tuple[Any, ...]:
        return -self.lr * (g + a), g, a


@pytest.mark.parametrize("engine", ["blocks", "plain"])
def test_what_is_kept_of_a_gradient_that_is_theta_itself_is_what_it_was(engine, rng):
    theta = rng.normal(size=50)
    mine, state, my_state = theta.copy(), Last().init(theta), Last().init(theta)
    for _ in range(3):
        theta, state = Last().step(theta, theta.copy(), state)
        my_state = Last().step_into(mine, mine, my_state, engine)
    for one, other in zip((mine, *my_state), (theta, *state), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)


@pytest.mark.parametrize("engine", ["blocks", "plain"])
@pytest.mark.parametrize("kind", [Late, Swapping, Before, Last])
def test_what_is_kept_as_another_array_is_what_it_was(kind, engine, rng):
    rule, theta = kind(), rng.normal(size=50)
    mine, state, my_state = theta.copy(), rule.init(theta), rule.init(theta)
    my_state = my_state._replace(b=my_state.b + 1)
    state = state._replace(b=state.b + 1)
    for g in rng.normal(size=(4, 50)):
        theta, state = rule.step(theta, g, state)
        my_state = rule.step_into(mine, g, my_state, engine)
        np.testing.assert_allclose(mine, theta, rtol=1e-14, atol=1e-15)
        for one, other in zip(my_state, state, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-14, atol=1e-15)


@every_rule
def test_there_are_as_many_buffers_as_are_used(kind, monkeypatch):
    made, inputs = tape(kind, ()), len(split(kind).elements.inputs)
    theta = np.ones(5)
    asked = []
    empty = np.empty
    monkeypatch.setattr(np, "empty", lambda shape, *a: asked.append(shape) or empty(shape, *a))
    kind().step_into(theta, theta.copy(), kind().init(theta), "blocks")
    used = {each.out for each in made.operations} - set(range(inputs))
    assert asked == [(len(used), 5)]


def test_a_dtype_is_what_it_is_and_not_which_object():
    """An array that comes from another process brings a dtype of its own."""
    theta = pickle.loads(pickle.dumps(np.ones(20_000)))
    rule = SGD(lr=np.full(20_000, 0.1))
    assert choose(rule, theta, "blocks").name == "blocks"


@pytest.mark.parametrize("engine", ["auto", "numba"])
def test_a_rule_of_ones_own(engine, rng):
    theta, g = rng.normal(size=20_000), rng.normal(size=20_000)
    expected, _ = Clipped().step(theta, g, Clipped().init(theta))
    Clipped().step_into(theta, g, Clipped().init(theta), engine)
    np.testing.assert_allclose(theta, expected, rtol=1e-15)
    assert tape(Clipped, ()) is None
    assert choose(Clipped(), theta, "blocks").name == "plain"


def test_a_rule_that_cannot_be_recorded_is_stepped_plainly(rng):
    theta, g = rng.normal(size=20_000), rng.uniform(1, 2, size=20_000)
    expected, _ = Averaging().step(theta, g, Averaging().init(theta))
    Averaging().step_into(theta, g, Averaging().init(theta))
    np.testing.assert_array_equal(theta, expected)
    assert "it uses np.sum" in choose(Averaging(), theta).reason


# ------------------------------------------------------------------------- bad input


FROZEN = np.zeros(4)
FROZEN.flags.writeable = False


@pytest.mark.parametrize(
    ("theta", "g", "state", "error", "words"),
    [
        (np.zeros(4, int), np.ones(4), None, TypeError, "theta must be an array of floats"),
        (0.5, 1.0, None, TypeError, "theta must be an array of floats"),
        (FROZEN, np.ones(4), None, ValueError, "theta must be an array that can be written to"),
        (np.zeros(4), np.ones(3), None, ValueError, r"g must have the shape of theta, \(4,\)"),
        (np.zeros(4), ["a"] * 4, None, TypeError, "g must be a real number"),
        (np.zeros(4), np.ones(4), (0,), TypeError, "state must come from Momentum.init"),
        (np.zeros(4), np.ones(4), Momentum.State(0, FROZEN), ValueError, "v must be an array that"),
        (
            np.zeros(4),
            np.ones(4),
            Momentum.State(0, np.zeros(4, np.float32)),
            ValueError,
            "v must have the shape and dtype of theta",
        ),
    ],
)
def test_bad_input(theta, g, state, error, words):
    state = Momentum().init(np.zeros(4)) if state is None else state
    before = np.array(theta)
    with pytest.raises(error, match=words):
        Momentum().step_into(theta, g, state)
    np.testing.assert_array_equal(theta, before)


# ------------------------------------------------------------------------- kernels


@pytest.mark.parametrize(
    ("dtype", "other", "words"),
    [
        (np.float64, np.float32, r"\(3,\) and float64, got \(3,\) and float32"),
        (np.float16, np.float16, r"float32 \(theta is of half precision\), got \(3,\) and float16"),
    ],
)
def test_the_dtype_that_a_state_must_have_is_explained(dtype, other, words):
    theta = np.zeros(3, dtype)
    state = Momentum().init(theta)._replace(v=np.zeros(3, other))
    with pytest.raises(ValueError, match=f"v must have the shape and dtype of theta, .*{words}"):
        Momentum().step_into(theta, theta.copy(), state)


def test_what_depends_on_the_step_alone_is_not_in_the_loop():
    for kind in KINDS:
        body = kernel.source(kind)
        assert "power" not in body
        assert "**" not in body
        assert "hyper" not in body
        assert "t" not in split(kind).elements.inputs


def test_the_kernels_are_kept_between_processes(tmp_path):
    code = (
        "import numpy as np, numba\n"
        "from adaptive import SGD\n"
        "from adaptive.large import kernel\n"
        "SGD().step_into(np.zeros(10), np.ones(10), SGD().init(np.zeros(10)), 'numba')\n"
        "print(sum(kernel.compiled(SGD, ()).serial.stats.cache_hits.values()))\n"
    )
    environment = {**os.environ, "ADAPTIVE_CACHE_DIR": str(tmp_path)}
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["0", "1"]
    assert len(list(tmp_path.glob("sgd_*.py"))) == 1
