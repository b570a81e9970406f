"""Data as people have them, arrays with holes, and arrays that are used again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import dask.array
import numpy as np
import pandas as pd
import pytest
import xarray

from adaptive import SGD, Adam, Momentum, Rule, descend, plotting, sweep
from adaptive.problems import (
    Circles,
    LogisticRegression,
    MovingTarget,
    NoisyQuadratic,
    Problem,
    Ravine,
    Rescaled,
    SparseFeatures,
    compute_grad,
    compute_loss,
    expand,
    probability,
)
from tests.every import KINDS, ON_VECTORS, book, every_rule_on_vectors
from tests.problems.support import every, named, points

RNG = np.random.default_rng(5)
X = RNG.normal(size=(30, 4))
Y = (X @ [1.0, -2.0, 0.5, 1.0] + RNG.normal(size=30) > 0).astype(float)
W = np.array([0.1, 0.2, -0.3, 0.4])
NAMES = ["age", "height", "weight", "size"]


def last_loss(x: Any, y: Any) -> float:
    """Return the last loss of a short run on data."""
    return descend(Adam(lr=0.1), LogisticRegression(x, y), steps=40, rng=1).loss[-1]


# ------------------------------------------------------------------ the same data, otherwise held

HELD: dict[str, Callable[[], tuple[Any, Any]]] = {
    "lists": lambda: (X.tolist(), Y.tolist()),
    "columns first": lambda: (np.asfortranarray(X), Y),
    "big-endian": lambda: (X.astype(">f8"), Y.astype(">f8")),
    "every second": lambda: (np.repeat(X, 2, axis=0)[::2], np.repeat(Y, 2)[::2]),
    "backwards": lambda: (X[::-1].copy()[::-1], Y[::-1].copy()[::-1]),
    "read-only": lambda: (np.broadcast_to(X, X.shape), np.broadcast_to(Y, Y.shape)),
    "not aligned": lambda: (np.frombuffer(b"." + X.tobytes(), "f8", offset=1).reshape(30, 4), Y),
    "booleans for classes": lambda: (X, Y == 1),
    "a matrix": lambda: (np.asmatrix(X), Y),
    "nothing masked": lambda: (np.ma.array(X), np.ma.array(Y, mask=False)),
    "a frame": lambda: (pd.DataFrame(X, columns=NAMES), pd.Series(Y)),
    "a frame with a strange index": lambda: (pd.DataFrame(X, index=range(30, 60)), pd.Series(Y)),
    "a frame that may have holes": lambda: (
        pd.DataFrame(X).astype("Float64"),
        pd.Series(Y).astype("Int8"),
    ),
    "columns of one name": lambda: (pd.DataFrame(X, columns=["x"] * 4), pd.Series(Y == 1)),
    "xarray": lambda: (xarray.DataArray(X, dims=("row", "feature")), xarray.DataArray(Y)),
    "dask": lambda: (dask.array.from_array(X, chunks=(7, 4)), dask.array.from_array(Y)),
    "xarray over dask": lambda: (xarray.DataArray(dask.array.from_array(X, chunks=7)), Y),
}


@pytest.mark.filterwarnings("ignore:the matrix subclass")
@pytest.mark.parametrize("held", HELD)
def test_the_last_loss_is_the_same_to_the_bit(held: str) -> None:
    x, y = HELD[held]()
    assert last_loss(x, y) == last_loss(X, Y)


@pytest.mark.parametrize("held", HELD)
@pytest.mark.filterwarnings("ignore:the matrix subclass")
def test_the_functions_take_them_too(held: str) -> None:
    x, y = HELD[held]()
    assert compute_loss(x, y, W) == pytest.approx(compute_loss(X, Y, W), rel=1e-14)
    np.testing.assert_allclose(compute_grad(x, y, W), compute_grad(X, Y, W), rtol=1e-13)
    np.testing.assert_allclose(probability(x, W), probability(X, W), rtol=1e-14)


def test_points_of_a_frame_are_expanded() -> None:
    frame = pd.DataFrame({"x": [1, 2], "on": [True, False]})
    np.testing.assert_array_equal(expand(frame), expand([[1, 1], [2, 0]]))


def test_single_precision_stays_so() -> None:
    x = X.astype(np.float32)
    for held in (x, pd.DataFrame(x), x.astype(">f4"), np.asfortranarray(x)):
        problem = LogisticRegression(held, Y)
        assert problem.X.dtype == np.float32
        assert problem.X.dtype.isnative
        assert problem.X.flags.c_contiguous


BOOLEANS = np.array([[1, 0], [0, 1], [1, 1], [0, 0]])


@pytest.mark.parametrize(
    "x",
    [
        BOOLEANS.astype(bool),
        (BOOLEANS == 1).tolist(),
        pd.DataFrame(BOOLEANS == 1),
        pd.DataFrame(BOOLEANS == 1).astype("boolean"),
        pd.DataFrame({"a": BOOLEANS[:, 0], "b": BOOLEANS[:, 1] == 1}),
        pd.DataFrame({"a": BOOLEANS[:, 0] * 1.0, "b": BOOLEANS[:, 1] == 1}),
        pd.DataFrame({"a": pd.array(BOOLEANS[:, 0], "Int64"), "b": BOOLEANS[:, 1] == 1}),
    ],
    ids=["array", "list", "frame", "with holes", "mixed", "with floats", "with integers"],
)
def test_booleans_are_features(x: Any) -> None:
    problem = LogisticRegression(x, [0, 1, 1, 0])
    np.testing.assert_array_equal(problem.X, BOOLEANS)
    assert problem.X.dtype == np.float64


@pytest.mark.parametrize(
    ("column", "kind", "dtype"),
    [
        (["a", "b", "c"], TypeError, "str"),
        (pd.Categorical(["a", "b", "a"]), TypeError, "category"),
        (pd.to_datetime(["2020-01-01"] * 3), TypeError, "datetime64"),
        ([1j, 2, 3], TypeError, "complex128"),
        (np.array([1, 2, 3], object), TypeError, "object"),
        ([1.0, np.nan, 2.0], ValueError, "missing"),
        (pd.array([1, None, 2], "Int64"), ValueError, "missing"),
        (pd.array([True, None, False], "boolean"), ValueError, "missing"),
    ],
    ids=["text", "category", "dates", "complex", "objects", "NaN", "NA", "NA for a boolean"],
)
def test_the_column_at_fault_is_named(column: Any, kind: type[Exception], dtype: str) -> None:
    frame = pd.DataFrame({"age": [1.0, 2.0, 3.0], "city": column, "on": [True, False, True]})
    for call in (
        lambda: LogisticRegression(frame, [0, 1, 1]),
        lambda: compute_loss(frame, [0, 1, 1], [0, 0, 0]),
        lambda: expand(frame[["age", "city"]]),
    ):
        with pytest.raises(kind, match=rf"^X must .*column 'city' .*{dtype}|column 'city' has som"):
            call()


def test_a_class_that_is_missing() -> None:
    with pytest.raises(ValueError, match="y must hold the classes 0 and 1 only"):
        LogisticRegression(X[:3], pd.Series([True, None, False], dtype="boolean"))
    with pytest.raises(TypeError, match="y must be a real number"):
        LogisticRegression(X[:3], pd.Series(["yes", "no", "no"]))


# ------------------------------------------------------------------ masked entries


def masked(array: Any, place: Any = 0) -> Any:
    """Return a copy with one entry masked, over a number that would do harm."""
    copy = np.ma.array(np.array(array, dtype=float))
    copy[place] = -999.0
    copy[place] = np.ma.masked
    return copy


class Masking(Problem):
    """A problem whose gradient has a masked entry."""

    name, start = "masking", np.ones(3)

    def loss(self, theta: Any) -> Any:
        return np.sum(theta, axis=-1)

    def grad(self, theta: Any, batch: Any = None) -> Any:
        return masked(np.ones_like(theta), (..., 1))


class MaskedLoss(Problem):
    """A problem whose loss is masked at first."""

    name, start = "masked loss", np.ones(2)

    def loss(self, theta: Any) -> Any:
        return np.ma.sum(np.ma.masked_greater(theta, 0.9), axis=-1)

    def grad(self, theta: Any, batch: Any = None) -> Any:
        return np.ones_like(theta)


class MaskedPlace(MaskedLoss):
    """A problem whose feasible point has a masked entry."""

    def loss(self, theta: Any) -> Any:
        return np.sum(theta, axis=-1)

    def project(self, theta: Any) -> Any:
        return masked(theta, (..., 1))


THETA, RULE = np.ones(3), Momentum()
ENTRANCES: dict[str, tuple[str, Callable[[], Any]]] = {
    "features": ("X", lambda: LogisticRegression(masked(X, (3, 1)), Y)),
    "classes": ("y", lambda: LogisticRegression(X, masked(Y))),
    "a problem's start": ("start", lambda: LogisticRegression(X, Y, start=masked(W))),
    "features in a list": ("X", lambda: LogisticRegression([masked(row) for row in X], Y)),
    "the constant": ("X", lambda: LogisticRegression([[1.0, np.ma.masked], [1.0, 2.0]], [0, 1])),
    "dask": (
        "X",
        lambda: LogisticRegression(dask.array.from_array(masked(X, (3, 1)), asarray=False), Y),
    ),
    "expand": ("X", lambda: expand(masked(np.ones((3, 2)), (1, 1)))),
    "probability": ("w", lambda: probability(X, masked(W))),
    "compute_loss": ("y", lambda: compute_loss(X, masked(Y), W)),
    "compute_grad": ("X", lambda: compute_grad(masked(X, (0, 0)), Y, W)),
    "loss": ("theta", lambda: Ravine().loss(masked([1.0, 2.0]))),
    "grad": ("theta", lambda: Ravine().grad(masked([1.0, 2.0]))),
    "loss on data": ("theta", lambda: LogisticRegression(X, Y).loss(masked(W))),
    "grad on data": ("theta", lambda: LogisticRegression(X, Y).grad(masked(W))),
    "targets": ("targets", lambda: MovingTarget(masked([[1.0], [2.0]]))),
    "curvatures": ("curvatures", lambda: NoisyQuadratic(masked([1.0, 2.0]))),
    "times": ("t", lambda: MovingTarget().target(np.ma.array([1, 2], mask=[0, 1]))),
    "units": ("theta_by", lambda: Rescaled(Ravine(), theta_by=masked([1.0, 2.0]))),
    "hyperparameters": ("Adam.lr", lambda: Adam(lr=masked([0.1, 0.2]))),
    "init": ("theta", lambda: RULE.init(masked(THETA))),
    "parameters": ("theta", lambda: RULE.step(masked(THETA), THETA, RULE.init(THETA))),
    "a gradient": ("g", lambda: RULE.step(THETA, masked(THETA), RULE.init(THETA))),
    "in place": ("g", lambda: RULE.step_into(THETA.copy(), masked(THETA), RULE.init(THETA))),
    "a place": ("theta", lambda: RULE.step_into(masked(THETA), THETA, RULE.init(THETA))),
    "in a container": (
        "g",
        lambda: RULE.step({"w": THETA}, {"w": masked(THETA)}, RULE.init({"w": THETA})),
    ),
    "a state": ("saved['v']", lambda: RULE.restore({"t": 1, "v": masked(THETA)})),
    "a run's start": ("theta0", lambda: descend(SGD(), Ravine(), masked([1.0, 2.0]))),
    "a run's gradient": ("g", lambda: descend(SGD(), Masking(), steps=2)),
    "a run's loss": ("loss", lambda: descend(SGD(), MaskedLoss(), steps=2)),
    "a sweep's losses": ("loss", lambda: sweep(SGD(), MaskedLoss(), steps=2, keep="loss", lr=[1])),
    "a sweep's last loss": ("loss", lambda: sweep(SGD(), MaskedLoss(), steps=2, lr=[0, 1]).loss),
    "a feasible point": ("theta", lambda: descend(SGD(), MaskedPlace(), steps=2)),
    "a sweep's point": ("theta", lambda: sweep(SGD(), MaskedPlace(), steps=2, lr=[0, 1])),
    "a sweep's start": ("theta0", lambda: sweep(SGD(), Ravine(), theta0=masked(np.ones((3, 2))))),
    "a sweep's axis": ("SGD.lr", lambda: sweep(SGD(), Ravine(), lr=masked([0.1, 0.2]))),
    "a sweep's gradient": ("g", lambda: sweep(SGD(), Masking(), steps=2, lr=[0.1, 0.2])),
    "a table": ("values", lambda: plotting.table(masked([[1.0, 2.0]]), ["a"], ["b", "c"])),
}


@pytest.mark.parametrize("entrance", ENTRANCES)
def test_masked_entries_are_refused(entrance: str) -> None:
    name, call = ENTRANCES[entrance]
    with pytest.raises(ValueError) as caught:
        call()
    assert str(caught.value).startswith(f"{name} must have no masked entries, got ")


# ------------------------------------------------------------------ buffers that are used again


class Plain(Problem):
    """A quadratic that is written as it should be."""

    name, start = "plain", np.array([1.0, -2.0])
    minimum = np.zeros(2)

    def loss(self, theta: Any) -> Any:
        return np.sum(np.square(theta), axis=-1) / 2

    def grad(self, theta: Any, batch: Any = None) -> Any:
        return 1.0 * theta


class Buffered(Plain):
    """It fills and returns the same arrays again and again."""

    def __init__(self) -> None:
        self.buffers: dict[Any, Any] = {}

    def _in_buffer(self, what: str, value: Any) -> Any:
        buffer = self.buffers.setdefault((what, np.shape(value)), np.empty(np.shape(value)))
        buffer[...] = value
        return buffer

    def loss(self, theta: Any) -> Any:
        return self._in_buffer("loss", super().loss(theta))

    def grad(self, theta: Any, batch: Any = None) -> Any:
        return self._in_buffer("grad", super().grad(theta))

    def project(self, theta: Any) -> Any:
        return self._in_buffer("theta", theta)


class Itself(Plain):
    """Its gradient is theta, the array itself."""

    def grad(self, theta: Any, batch: Any = None) -> Any:
        return theta


@dataclass(frozen=True, eq=False)
class Keeper(Rule):
    """A rule that keeps the gradient itself."""

    lr: Any = 0.1
    state_names = ("last",)

    def update(self, g: Any, t: int, last: Any) -> tuple[Any, Any]:
        return -self.lr * (2 * g - last), g


@dataclass(frozen=True, eq=False)
class InPlace(Rule):
    """A rule that writes into its state, as one should not."""

    lr: Any = 0.1
    state_names = ("v",)

    def update(self, g: Any, t: int, v: Any) -> tuple[Any, Any]:
        v *= 0.9
        v += g
        return -self.lr * v, v


@pytest.mark.parametrize(
    "rule", [*(book(kind) for kind in ON_VECTORS), Keeper(), InPlace()], ids=repr
)
@pytest.mark.parametrize("kind", [Buffered, Itself])
def test_a_run_is_the_same_with_buffers(kind: type[Plain], rule: Rule) -> None:
    plain, other = (descend(rule, problem, steps=6) for problem in (Plain(), kind()))
    for name in ("theta", "loss", "gradient"):
        np.testing.assert_array_equal(getattr(other, name), getattr(plain, name), strict=True)
    for name in rule.state_names:
        np.testing.assert_array_equal(other.state[name], plain.state[name])
        assert len({each.tobytes() for each in plain.state[name]}) > 1
        np.testing.assert_array_equal(plain.state[name][0], 0)
        if isinstance(rule, InPlace | Keeper):
            assert len({each.tobytes() for each in other.state[name]}) == 7
    before = np.copy(other.last_state[-1])
    descend(rule, kind(), other.theta[-1], steps=3, state=other.last_state)
    np.testing.assert_array_equal(other.last_state[-1], before)


@pytest.mark.parametrize("engine", ["plain", "blocks"])
@pytest.mark.parametrize("rule", [*(kind() for kind in KINDS), Keeper()], ids=repr)
@pytest.mark.parametrize("kind", [Buffered, Itself])
def test_a_sweep_is_the_same_with_buffers(kind: type[Plain], rule: Rule, engine: str) -> None:
    axis = "lr" if "lr" in rule.hyperparameters else "eps"
    how: dict[str, Any] = {"steps": 6, "keep": "path", "engine": engine, axis: [0.1, 0.2]}
    plain, other = (sweep(rule, problem, **how) for problem in (Plain(), kind()))
    np.testing.assert_array_equal(other.theta, plain.theta)
    np.testing.assert_array_equal(other.loss, plain.loss)


class BufferedBatches(NoisyQuadratic):
    """It draws each batch into the same array."""

    def draw(self, t: int, rng: np.random.Generator) -> Any:
        if not hasattr(self, "batch"):
            object.__setattr__(self, "batch", np.empty(2))
        self.batch[:] = super().draw(t, rng)
        return self.batch


@pytest.mark.parametrize("rng", [3, [3, 4, 5]], ids=repr)
def test_batches_in_a_buffer(rng: Any) -> None:
    plain, other = (
        sweep(SGD(), problem, 9, rng=rng, lr=[0.01, 0.02])
        for problem in (NoisyQuadratic(), BufferedBatches())
    )
    np.testing.assert_array_equal(other.theta, plain.theta)
    one, same = (descend(SGD(), p, steps=9, rng=3) for p in (NoisyQuadratic(), BufferedBatches()))
    np.testing.assert_array_equal(same.theta, one.theta)


class Writing(Plain):
    """It writes into theta in one of its calls."""

    def __init__(self, method: str, call: int) -> None:
        self.method, self.call = method, call

    def _write(self, method: str, theta: Any) -> None:
        if method == self.method:
            self.call -= 1
            if self.call < 0:
                theta *= 2

    def loss(self, theta: Any) -> Any:
        self._write("loss", theta)
        return super().loss(theta)

    def grad(self, theta: Any, batch: Any = None) -> Any:
        self._write("grad", theta)
        return super().grad(theta)


@pytest.mark.parametrize(
    ("method", "call"), [("loss", 0), ("loss", 1), ("loss", 2), ("grad", 0), ("grad", 1)]
)
@pytest.mark.parametrize("engine", ["plain", "blocks"])
def test_a_problem_must_not_write_into_theta(method: str, call: int, engine: str) -> None:
    theta0, steps = np.ones(2), call + (method == "grad")
    how: Any = {"lr": [0.1], "engine": engine}
    calls = [
        lambda: descend(Momentum(), Writing(method, call), theta0, steps),
        lambda: sweep(Momentum(), Writing(method, call), steps, theta0, keep="loss", **how),
    ]
    if call == 0:  # asked for once, after the run
        calls.append(lambda: sweep(Momentum(), Writing(method, 0), steps, theta0, **how).loss)
    for made in calls:
        with pytest.raises(ValueError, match="read-only"):
            made()
    assert theta0.tolist() == [1, 1]


def test_a_sweep_cannot_be_moved_before_its_loss_is_asked_for() -> None:
    runs = sweep(SGD(), Ravine(), 5, theta0=[[1.0, 1.0], [2.0, 1.0]], lr=[0.01, 0.02])
    for array in (runs.theta, runs.start, runs.axes["theta0"], runs.axes["lr"]):
        with pytest.raises(ValueError, match="read-only"):
            array[:] = 0


def test_data_that_change_afterwards() -> None:
    x, y, start = X.copy(), Y.copy(), W.copy()
    problem = LogisticRegression(x, y, start=start)
    before = descend(Adam(), problem, steps=9).theta
    x[:], y[:], start[:] = 0, 1 - y, 7
    np.testing.assert_array_equal(descend(Adam(), problem, steps=9).theta, before)
    frame = pd.DataFrame(X, columns=NAMES)
    problem = LogisticRegression(frame, Y, start=W)
    frame["age"] = 0.0
    np.testing.assert_array_equal(descend(Adam(), problem, steps=9).theta, before)


@pytest.mark.parametrize("problem", every, ids=named)
def test_nobody_can_move_a_problem(problem: Problem) -> None:
    own = {name: getattr(problem, name) for name in ("start", "minimum", *vars(problem))}
    arrays = [value for value in own.values() if isinstance(value, np.ndarray)]
    assert arrays
    assert not any(array.flags.writeable for array in arrays)
    theta = points(problem)
    batch = problem.draw(1, np.random.default_rng(0))
    first = problem.grad(theta, batch)
    kept = first.copy()
    problem.grad(theta + 1, batch)
    np.testing.assert_array_equal(first, kept)
    assert not np.may_share_memory(first, theta)


def test_sets_of_data_have_no_writable_parts() -> None:
    for array in (Circles().points, SparseFeatures().frequency, SparseFeatures().weights):
        assert not array.flags.writeable


@every_rule_on_vectors
def test_a_wrapper_takes_over_a_start_that_may_change(kind: type[Rule]) -> None:
    problem = Plain()
    problem.start, problem.minimum = np.ones(2), np.zeros(2)
    scaled = Rescaled(problem, theta_by=2)
    before = descend(kind(), scaled, steps=5).theta
    problem.start[:], problem.minimum[:] = 9, 9
    np.testing.assert_array_equal(descend(kind(), scaled, steps=5).theta, before)
    assert scaled.minimum.tolist() == [0, 0]
