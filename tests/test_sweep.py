from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Adam, Momentum, Rule, descend, sweep
from adaptive.problems import (
    Circles,
    NoisyQuadratic,
    Problem,
    Ravine,
    Reddi,
    Rosenbrock,
    SparseFeatures,
    Surface,
)
from tests.every import every_rule, every_rule_on_vectors
from tests.problems.support import named, others, surfaces

# The name `adaptive.sweep` is the function.
MODULE = sys.modules["adaptive.sweep"]

other_problem = pytest.mark.parametrize(
    "problem", [problem for problem in others if not isinstance(problem, SparseFeatures)], ids=named
)
random_problem = pytest.mark.parametrize(
    "problem", [problem for problem in others if problem.stochastic], ids=named
)


def axes_of(kind: type[Rule]) -> dict[str, Any]:
    """Return two values of each hyperparameter, neither of them the default."""
    return {
        name: [2e-4, 4e-4] if name == "lr" else [1e-3, 1e-2] if name == "eps" else [0.3, 0.8]
        for name in kind().hyperparameters
    }


def one_by_one(rule: Rule, axes: dict[str, Any]) -> Any:
    """Yield the place of each combination of settings, and the rule with that one."""
    for place in product(*(range(len(values)) for values in axes.values())):
        chosen = {name: axes[name][i] for name, i in zip(axes, place, strict=True)}
        yield place, replace(rule, **chosen)


@every_rule_on_vectors
def test_each_combination_is_one_of_those_that_are_tried(kind: type[Rule]) -> None:
    """Else nothing would be compared below."""
    axes = axes_of(kind)
    places, rules = zip(*one_by_one(kind(), axes), strict=True)
    assert set(axes) == set(kind().hyperparameters)
    assert set(places) == set(np.ndindex(*(2 for _ in axes)))
    assert len(set(rules)) == len(rules) == 2 ** len(axes)
    for place, rule in zip(places, rules, strict=True):
        assert rule == kind(**{name: axes[name][i] for name, i in zip(axes, place, strict=True)})
        assert kind().hyperparameters.items().isdisjoint(rule.hyperparameters.items())


# ------------------------------------------------------------------ the same as one by one


@pytest.mark.parametrize("engine", ["numba", "blocks", "auto"])
@every_rule
def test_steps_in_place_are_the_same_runs(
    kind: type[Rule], engine: str, tmp_path_factory: Any, monkeypatch: Any
) -> None:
    monkeypatch.setenv("ADAPTIVE_CACHE_DIR", str(tmp_path_factory.getbasetemp()))
    how = {"steps": 20, "theta0": np.ones((2, 6)), "rng": [0, 1], "keep": "path"}
    start = how["theta0"].copy()
    plain = sweep(kind(), Circles(), **how, **axes_of(kind))
    other = sweep(kind(), Circles(), **how, engine=engine, **axes_of(kind))
    np.testing.assert_allclose(other.theta, plain.theta, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(other.loss, plain.loss, rtol=1e-10, atol=1e-12)
    np.testing.assert_array_equal(how["theta0"], start)


def test_a_gradient_that_is_shared_and_a_set_to_project_on_in_place() -> None:
    # Reddi's gradient is one for all runs, and its parameters are clipped.
    how = {"steps": 50, "rng": 0, "lr": [0.1, 0.5]}
    plain = sweep(Adam(), Reddi(), **how)
    np.testing.assert_allclose(
        sweep(Adam(), Reddi(), engine="blocks", **how).theta, plain.theta, rtol=1e-12
    )


# Those with totals are compared in `rules/test_vector.py`: with two axes, as they have five.
@every_rule
@pytest.mark.parametrize("problem", surfaces, ids=named)
def test_surfaces_bit_for_bit(kind: type[Rule], problem: Surface) -> None:
    axes = axes_of(kind)
    runs = sweep(kind(), problem, steps=15, keep="path", **axes)
    for place, rule in one_by_one(kind(), axes):
        alone = descend(rule, problem, steps=15)
        here = (slice(None), *place)
        np.testing.assert_array_equal(runs.theta[here], alone.theta)
        np.testing.assert_allclose(runs.loss[here], alone.loss, rtol=1e-14, atol=1e-300)
        assert runs.diverged[place] == alone.diverged


@every_rule
@other_problem
def test_other_problems(kind: type[Rule], problem: Problem) -> None:
    axes = axes_of(kind)
    runs = sweep(kind(), problem, steps=15, rng=5, keep="path", **axes)
    for place, rule in one_by_one(kind(), axes):
        alone = descend(rule, problem, steps=15, rng=5)
        here = (slice(None), *place)
        np.testing.assert_allclose(runs.theta[here], alone.theta, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(runs.loss[here], alone.loss, rtol=1e-9)


def test_settings_of_one_run_are_not_anothers() -> None:
    """By a rule that says which settings it had."""

    @dataclass(frozen=True, eq=False)
    class Teller(Rule):
        a: Any = 0.0
        b: Any = 0.0
        lr: Any = 1.0

        def update(self, g: Any, t: int) -> tuple[Any]:
            return (self.lr * (100 * self.a + self.b) + 0 * g,)

    a, b = np.arange(1, 6), np.arange(10, 13)
    runs = sweep(Teller(lr=2), Ravine(), steps=1, theta0=np.array([[0.0, 1], [2, 3]]), b=b, a=a)
    assert list(runs.axes) == ["b", "a", "theta0"]
    expected = 2 * (100 * a + b[:, None])[:, :, None, None] + [[0, 1], [2, 3]]
    np.testing.assert_array_equal(runs.theta[-1], expected)


def test_a_rule_may_keep_what_it_is_given() -> None:
    @dataclass(frozen=True, eq=False)
    class Unchecked(Momentum):
        def __post_init__(self) -> None:
            pass

    runs = sweep(Unchecked(lr=0.01), Ravine(), steps=9, momentum=[0.5, 1.1])
    alone = descend(Unchecked(lr=0.01, momentum=1.1), Ravine(), steps=9)
    np.testing.assert_array_equal(runs.theta[-1, 1], alone.theta[-1])


def test_rule_holds_where_no_axis_varies_it() -> None:
    runs = sweep(Momentum(lr=1e-3, momentum=0.5), Ravine(), steps=9, lr=[1e-3, 2e-3])
    alone = descend(Momentum(lr=1e-3, momentum=0.5), Ravine(), steps=9)
    np.testing.assert_array_equal(runs.theta[-1, 0], alone.theta[-1])


def test_rule_with_a_value_for_each_coordinate() -> None:
    rule = Momentum(lr=[1e-3, 1e-2])
    runs = sweep(rule, Rosenbrock(), steps=9, momentum=[0.1, 0.2])
    alone = descend(replace(rule, momentum=0.2), Rosenbrock(), steps=9)
    np.testing.assert_array_equal(runs.theta[-1, 1], alone.theta[-1])


def test_without_axes_it_is_one_run() -> None:
    runs = sweep(Adam(), Rosenbrock(), steps=9, keep="path")
    alone = descend(Adam(), Rosenbrock(), steps=9)
    np.testing.assert_array_equal(runs.theta, alone.theta)
    np.testing.assert_allclose(runs.loss, alone.loss, rtol=1e-14)
    assert runs.diverged.shape == ()
    assert runs.best() == {}


@every_rule_on_vectors
def test_float32(kind: type[Rule]) -> None:
    start = Rosenbrock.start.astype(np.float32)
    runs = sweep(kind(), Rosenbrock(), 5, theta0=start, **axes_of(kind))
    assert runs.theta.dtype == np.float32


# ------------------------------------------------------------------ axes


@random_problem
def test_generators_are_an_axis(problem: Problem) -> None:
    lr = [1e-4, 3e-4, 1e-3]
    runs = sweep(Adam(), problem, steps=12, rng=[3, np.random.default_rng(4)], keep="path", lr=lr)
    assert runs.theta.shape == (13, 3, 2, len(problem.start))
    assert runs.loss.shape == (13, 3, 2)
    assert runs.axes["rng"].tolist() == [0, 1]
    for i, rate in enumerate(lr):
        for j, seed in enumerate([3, 4]):
            alone = descend(Adam(lr=rate), problem, steps=12, rng=seed)
            np.testing.assert_allclose(runs.theta[:, i, j], alone.theta, rtol=1e-9, atol=1e-12)
            np.testing.assert_allclose(runs.loss[:, i, j], alone.loss, rtol=1e-9)


@pytest.mark.parametrize("seeds", [[0, 1, 2], (0, 1, 2), range(3), np.arange(3)], ids=repr)
def test_seeds_in_any_sequence(seeds: Any) -> None:
    runs = sweep(SGD(), Circles(), steps=4, rng=seeds)
    assert runs.theta.shape == (1, 3, 6)
    alone = descend(SGD(), Circles(), steps=4, rng=2)
    np.testing.assert_allclose(runs.theta[-1, 2], alone.theta[-1], rtol=1e-12)


def test_starts_are_an_axis() -> None:
    starts = np.array([[0, 1], [2, 3], [-1, 0]])
    before = starts.copy()
    runs = sweep(SGD(), Rosenbrock(), steps=9, theta0=starts, keep="path", lr=[1e-4, 2e-4])
    assert runs.theta.shape == (10, 2, 3, 2)
    np.testing.assert_array_equal(runs.axes["theta0"], starts)
    for i, rate in enumerate([1e-4, 2e-4]):
        for j, start in enumerate(starts):
            alone = descend(SGD(lr=rate), Rosenbrock(), start, steps=9)
            np.testing.assert_array_equal(runs.theta[:, i, j], alone.theta)
    np.testing.assert_array_equal(starts, before, strict=True)
    mine = starts.astype(float)
    runs = sweep(SGD(), Rosenbrock(), 1, theta0=mine, keep="path")
    mine[:] = np.nan
    np.testing.assert_array_equal(runs.axes["theta0"], starts)
    assert sweep(SGD(), Rosenbrock(), 3, theta0=[[0, 1]]).theta.shape == (1, 1, 2)
    assert sweep(SGD(), Rosenbrock(), 3, theta0=[0, 1]).theta.shape == (1, 2)


def test_generators_do_not_share_a_start() -> None:
    starts = np.array([[1.0, 1.0], [1e12, 1.0], [2.0, 3.0]])
    runs = sweep(SGD(), NoisyQuadratic(), 3, starts, [5, 6], keep="path", lr=[1e-3, 1e10])
    for i, rate in enumerate([1e-3, 1e10]):
        for j, start in enumerate(starts):
            for k, seed in enumerate([5, 6]):
                alone = descend(SGD(lr=rate), NoisyQuadratic(), start, steps=3, rng=seed)
                end = runs.theta[: alone.steps + 1, i, j, k]
                np.testing.assert_allclose(end, alone.theta, rtol=1e-12)
                assert runs.diverged[i, j, k] == alone.diverged


def test_all_axes_at_once() -> None:
    start = np.zeros((2, 6))
    runs = sweep(Momentum(), Circles(), 3, start, [0, 1, 2, 3], lr=[0.1] * 5, momentum=[0.1] * 7)
    assert runs.theta.shape == (1, 5, 7, 2, 4, 6)
    assert runs.loss.shape == (1, 5, 7, 2, 4)
    assert runs.diverged.shape == (5, 7, 2, 4)
    assert list(runs.axes) == ["lr", "momentum", "theta0", "rng"]
    assert [len(values) for values in runs.axes.values()] == [5, 7, 2, 4]


def test_axes_are_in_the_order_of_the_keywords() -> None:
    one = sweep(Momentum(), Ravine(), 5, lr=[0.01, 0.02, 0.03], momentum=[0.1, 0.2])
    other = sweep(Momentum(), Ravine(), 5, momentum=[0.1, 0.2], lr=[0.01, 0.02, 0.03])
    np.testing.assert_array_equal(one.theta, other.theta.swapaxes(1, 2))


def test_all_runs_share_the_minibatches() -> None:
    runs = sweep(SGD(), Circles(), steps=20, lr=[0.1] * 3)
    assert (runs.theta[0] == runs.theta[0, 0]).all()
    rng = np.random.default_rng(0)
    batches = [rng.integers(826, size=4) for _ in range(20)]
    given = sweep(SGD(), Circles(), steps=20, batches=batches, lr=[0.1] * 3)
    np.testing.assert_array_equal(given.theta, runs.theta)


# ------------------------------------------------------------------ what is kept


@pytest.mark.parametrize(
    ("keep", "thetas", "losses"), [("end", 1, 1), ("loss", 1, 8), ("path", 8, 8)]
)
def test_keep(keep: Any, thetas: int, losses: int) -> None:
    runs = sweep(Adam(), Circles(), steps=7, keep=keep, lr=[0.1, 0.2])
    everything = sweep(Adam(), Circles(), steps=7, keep="path", lr=[0.1, 0.2])
    assert runs.theta.shape == (thetas, 2, 6)
    assert runs.loss.shape == (losses, 2)
    np.testing.assert_array_equal(runs.theta, everything.theta[-thetas:])
    np.testing.assert_array_equal(runs.loss, everything.loss[-losses:])


@pytest.mark.parametrize("keep", ["end", "loss", "path"])
def test_no_steps(keep: Any) -> None:
    runs = sweep(Adam(), Circles(), steps=0, keep=keep, lr=[0.1, 0.2], rng=[0, 1])
    assert runs.theta.shape == (1, 2, 2, 6)
    np.testing.assert_array_equal(runs.theta[0, 1, 1], Circles().start)


@pytest.mark.parametrize("chunk", [1, 2, 3, 7, 11])
@pytest.mark.parametrize("seeds", [None, [0, 1]])
@pytest.mark.parametrize("keep", ["end", "path"])
def test_chunks(monkeypatch: pytest.MonkeyPatch, chunk: int, seeds: Any, keep: Any) -> None:
    named: dict[str, Any] = {"lr": [0.01, 0.02, 0.03], "momentum": [0.5, 0.9]}
    start = np.arange(4.0).reshape(2, 2)

    def runs() -> Any:
        problem = NoisyQuadratic() if seeds else Rosenbrock()
        return sweep(Momentum(), problem, 8, start, seeds, keep=keep, **named)

    whole = runs()
    monkeypatch.setattr(MODULE, "CHUNK", 2 * chunk)  # in two coordinates
    for name in ("theta", "loss", "diverged"):
        np.testing.assert_array_equal(getattr(runs(), name), getattr(whole, name))


def test_steps_to() -> None:
    runs = sweep(SGD(), Ravine(), 60, keep="path", lr=[0.01, 0.05, 0.09, 0.2])
    expected = [descend(SGD(lr=lr), Ravine(), steps=60).steps_to(0.1) for lr in runs.axes["lr"]]
    assert expected[0] is None
    assert expected[3] is None
    np.testing.assert_array_equal(
        runs.steps_to(0.1), [np.nan if steps is None else steps for steps in expected]
    )
    with pytest.raises(ValueError, match='keep="path"'):
        sweep(SGD(), Ravine(), 60, lr=[0.01]).steps_to(0.1)
    with pytest.raises(ValueError, match="known minimum"):
        sweep(SGD(), Circles(), 6, keep="path", lr=[0.01]).steps_to(0.1)


# ------------------------------------------------------------------ divergence, the best, the repr


@pytest.mark.parametrize(
    "problem", [Ravine(), Rosenbrock(), Circles(), NoisyQuadratic()], ids=named
)
@pytest.mark.parametrize("keep", ["end", "path"])
def test_divergence(problem: Problem, keep: Any) -> None:
    """Some runs leave for infinity, with no warning, and the others do not notice."""
    lr = np.array([1e-4, 1e-3, 5.0, 1e3, 1e200])
    runs = sweep(SGD(), problem, steps=200, keep=keep, lr=lr)
    alone = [descend(SGD(lr=rate), problem, steps=200) for rate in lr]
    assert runs.diverged.dtype == bool
    assert runs.diverged.tolist() == [path.diverged for path in alone]
    assert not runs.diverged[:2].any()
    assert runs.diverged[4]
    np.testing.assert_allclose(runs.theta[-1, 1], alone[1].theta[-1], rtol=1e-9)


def test_divergence_is_measured_from_each_start() -> None:
    problem = NoisyQuadratic([1, 1], noise=0)
    starts = [[1.0, 1.0], [1e12, 1.0]]
    runs = sweep(SGD(lr=1e11), problem, 1, theta0=starts)
    alone = [descend(SGD(lr=1e11), problem, start, steps=1).diverged for start in starts]
    assert runs.diverged.tolist() == alone == [True, True]
    runs = sweep(SGD(), problem, 1, theta0=starts, lr=[1e5, 3e10])
    alone = [[descend(SGD(lr=lr), problem, s, 1).diverged for s in starts] for lr in (1e5, 3e10)]
    assert runs.diverged.tolist() == alone == [[False, False], [True, True]]


@pytest.mark.parametrize("keep", ["end", "loss", "path"])
def test_best(keep: Any) -> None:
    runs = sweep(
        Momentum(), Ravine(), 60, keep=keep, lr=[1e-4, 0.05, 0.09, 5], momentum=[0, 0.6, 0.99]
    )
    places = one_by_one(Momentum(), {name: values.tolist() for name, values in runs.axes.items()})
    losses = {rule: descend(rule, Ravine(), steps=60).loss[-1] for _, rule in places}
    assert Momentum(**runs.best()) == min(losses, key=losses.__getitem__)
    assert runs.best() == {"lr": 0.09, "momentum": 0.6}


def test_best_is_in_the_median_over_generators() -> None:
    """On gradients that are noise alone, a large step is sometimes lucky, and bad in the median."""
    runs = sweep(SGD(), NoisyQuadratic([1, 1], noise=5), 30, rng=list(range(15)), lr=[0.02, 1.9])
    assert runs.best() == {"lr": 0.02}
    by_hand = np.array([[[1.0, 1, 1], [0, 0, 9]]])
    three = sweep(SGD(), NoisyQuadratic([1, 1]), 1, rng=list(range(3)), lr=[0.02, 1.9])
    assert replace(three, losses=by_hand).best() == {"lr": 1.9}
    assert replace(three, losses=9 - by_hand).best() == {"lr": 0.02}


def test_best_of_several_axes_is_in_the_median_over_generators_alone() -> None:
    lr, momentum = [0.02, 0.1, 1.9], [0.0, 0.3]
    runs = sweep(Momentum(), NoisyQuadratic(), 1, rng=range(2), lr=lr, momentum=momentum)
    left = np.array([[[9, 9], [2, 8.0]], [[4, 4.5], [9, 0]], [[1, 9], [0, 9.0]]])[None]
    assert replace(runs, losses=left).best() == {"lr": 0.1, "momentum": 0.0}
    left[0, 2, 1] = [0, 8]
    assert replace(runs, losses=left).best() == {"lr": 1.9, "momentum": 0.3}


def test_best_passes_over_runs_that_diverged() -> None:
    class Downhill(Surface):
        name = "downhill"
        start = np.zeros(2)

        def f(self, x: Any, y: Any) -> Any:
            return x + 0 * y

        def partials(self, x: Any, y: Any) -> tuple[Any, Any]:
            return np.ones_like(x), np.zeros_like(y)

    runs = sweep(SGD(), Downhill(), 5, lr=[1.0, 2.0, 1e11])
    assert runs.loss[-1].tolist() == [-5, -10, -5e11]
    assert runs.best() == {"lr": 2.0}
    with pytest.raises(ValueError, match="all runs of the sweep diverged"):
        sweep(SGD(), Downhill(), 5, lr=[1e11, 1e12]).best()


def test_best_start() -> None:
    runs = sweep(SGD(), Ravine(), 5, theta0=[[5, 5], [0.1, 0.1]], lr=[0.01])
    best = runs.best()
    assert best["lr"] == 0.01
    assert best["theta0"].tolist() == [0.1, 0.1]


def test_repr() -> None:
    runs = sweep(SGD(), Circles(), 3, lr=[0.1, 1e30], rng=[1, 2, 3])
    assert repr(runs) == "<Sweep: SGD on circles, 2 lr x 3 rng, 3 runs diverged>"


def test_projection() -> None:
    runs = sweep(SGD(), Reddi(), 200, keep="path", lr=[1e-3, 1.0])
    assert np.abs(runs.theta).max() == 1


def test_values_are_not_modified() -> None:
    lr = np.array([0.1, 0.2])
    before = lr.copy()
    runs = sweep(SGD(), Ravine(), 3, lr=lr)
    np.testing.assert_array_equal(lr, before)
    lr[:] = 7
    assert runs.axes["lr"].tolist() == [0.1, 0.2]


def test_progress_bar_over_all_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    bars: list[int] = []

    def bar(items: Any, total: int, **named: Any) -> Any:
        assert len(items) == total
        bars.append(total)
        return items

    monkeypatch.setattr("tqdm.tqdm", bar)
    monkeypatch.setattr("adaptive.descent.MANY_STEPS", 50)
    monkeypatch.setattr(MODULE, "CHUNK", 4)
    sweep(SGD(), Ravine(), 20, lr=[0.1] * 4)
    assert bars == []
    sweep(SGD(), Ravine(), 20, lr=[0.1] * 5)
    assert bars == [60]
    sweep(SGD(), Ravine(), 51, lr=[0.1])
    assert bars == [60, 51]


@pytest.mark.parametrize(("engine", "limit"), [("plain", 40), ("blocks", 60)])
@pytest.mark.parametrize("seeds", [None, range(3)])
def test_no_more_goes_through_the_loop_at_once_than_fits_the_cache(
    monkeypatch: pytest.MonkeyPatch, engine: str, limit: int, seeds: Any
) -> None:
    """And not much less: at no time, neither in a step nor when the loss is asked for."""
    sizes: dict[str, list[int]] = {"grad": [], "loss": []}
    for name, seen in sizes.items():
        asked = getattr(NoisyQuadratic, name)

        def note(self: Any, theta: Any, *more: Any, asked: Any = asked, seen: Any = seen) -> Any:
            seen.append(theta.size)
            return asked(self, theta, *more)

        monkeypatch.setattr(NoisyQuadratic, name, note)
    monkeypatch.setattr(MODULE, "CHUNK", 40)
    monkeypatch.setattr(MODULE, "CHUNK_IN_PLACE", 60)
    problem, row = NoisyQuadratic([1.0, 2.0, 3.0]), 3 * (3 if seeds else 1)
    runs = sweep(SGD(), problem, 2, None, seeds, engine=engine, lr=np.linspace(0, 1, 50))
    assert max(sizes["grad"]) == limit // row * row
    assert len(sizes["grad"]) == 2 * -(-50 // (limit // row))
    assert sizes["loss"] == []
    np.testing.assert_array_equal(runs.loss[0], problem.loss(runs.theta[0]))
    *parts, _whole = sizes["loss"]
    assert max(parts) == 39
    assert len(parts) == -(-50 * (3 if seeds else 1) // 13)
    # A run is never torn apart, even if it alone does not fit.
    monkeypatch.setattr(MODULE, "CHUNK", 1)
    monkeypatch.setattr(MODULE, "CHUNK_IN_PLACE", 1)
    again = sweep(SGD(), problem, 2, None, seeds, engine=engine, lr=np.linspace(0, 1, 50))
    assert sizes["grad"][-1] == row
    np.testing.assert_array_equal(again.theta, runs.theta)
    np.testing.assert_array_equal(again.loss, runs.loss)


def test_chunks_are_as_large_as_measured() -> None:
    assert (MODULE.CHUNK, MODULE.CHUNK_IN_PLACE) == (30_000, 60_000)


def test_the_loss_at_the_end_is_computed_when_it_is_asked_for(monkeypatch):
    problem, calls = Ravine(), []
    monkeypatch.setattr(Ravine, "f", lambda self, x, y: calls.append(x.shape) or x**2 + y**2)
    runs = sweep(SGD(), problem, steps=3, lr=[0.01, 0.02])
    assert calls == []
    assert np.array_equal(runs.loss[-1], np.sum(runs.theta[-1] ** 2, axis=-1))
    assert runs.loss is runs.loss
    assert calls == [(2,)]


def test_each_start_is_its_own_measure_where_there_are_seeds() -> None:
    """As many starts as seeds: a start must not be taken for that of a seed."""
    starts = np.array([[1.0, 1.0], [1e12, 1e12]])
    problem = NoisyQuadratic([1.0, 1.0], noise=0.1)
    runs = sweep(SGD(), problem, 3, starts, rng=[0, 1], keep="path", lr=[0.0, 1e5])
    assert runs.theta.shape == (4, 2, 2, 2, 2)
    for rate, start, seed in np.ndindex(2, 2, 2):
        alone = descend(SGD(lr=[0.0, 1e5][rate]), problem, starts[start], steps=3, rng=seed)
        np.testing.assert_array_equal(runs.theta[: alone.steps + 1, rate, start, seed], alone.theta)
        assert runs.diverged[rate, start, seed] == alone.diverged
    np.testing.assert_array_equal(runs.diverged, [[[False] * 2] * 2, [[True] * 2] * 2])


def test_a_start_of_one_number_is_no_start() -> None:
    class Single(Problem):
        start = np.array(1.0)

    with pytest.raises(
        ValueError, match=r"theta0 must have shape \(d,\) or \(k, d\), got shape \(\)"
    ):
        sweep(SGD(), Single(), lr=[0.1])
