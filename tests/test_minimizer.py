"""Rules as methods for scipy: what scipy's own methods promise, they promise too."""

from __future__ import annotations

import inspect
import itertools
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from scipy.optimize import OptimizeResult, OptimizeWarning, basinhopping, minimize, rosen, rosen_der

from adaptive import NAG, SGD, Adam, Momentum, Rule, ScheduleFree, descend, minimizer
from adaptive.problems import Problem, Ravine
from tests.every import every_rule_on_vectors
from tests.landscapes import LANDSCAPES, Counted, Landscape
from tests.problems.support import complex_step

# The name `adaptive.minimizer` is the function.
MODULE = sys.modules["adaptive.minimizer"]
RAVINE = Ravine()
ROSEN = Landscape("rosen", rosen, rosen_der, (-1.2, 1.0, -0.5), (1.0, 1.0, 1.0))

every_landscape = pytest.mark.parametrize("landscape", [ROSEN, *LANDSCAPES], ids=repr)


class Descended(Problem):
    """A landscape as a problem, for `descend`."""

    def __init__(self, landscape: Landscape) -> None:
        self.name, self.landscape = landscape.name, landscape
        self.start = np.array(landscape.start)

    def loss(self, theta: Any) -> Any:
        return self.landscape.fun(theta)

    def grad(self, theta: Any, batch: Any = None) -> Any:
        return self.landscape.jac(theta)


def run(rule: Rule, landscape: Landscape = ROSEN, **more: Any) -> Any:
    """Minimize a landscape by a rule."""
    call = {"jac": landscape.jac, "method": minimizer(rule), **more}
    return minimize(call.pop("fun", landscape.fun), call.pop("x0", landscape.start), **call)


def started(kind: type[Rule]) -> Rule:
    """Return a rule at its default rate, or at one at which it makes five steps on Rosenbrock's."""
    return ScheduleFree(lr=0.001) if kind is ScheduleFree else kind()


def test_what_counts_spoils_what_it_was_given() -> None:
    """So that the method must hand out copies; and there are landscapes to do it on."""
    x, counted = np.ones(2), Counted(np.sum)
    assert [counted(x), counted.calls] == [2, 1]
    assert np.isnan(x).all()
    assert len(LANDSCAPES) >= 10
    assert sum(each.lowest is not None for each in LANDSCAPES) >= 8


# ------------------------------------------------------------------ on scipy's functions


@every_landscape
def test_landscapes_are_what_they_say(landscape: Landscape) -> None:
    rng = np.random.default_rng(0)
    for theta in landscape.start + rng.normal(size=(5, len(landscape.start))):
        exact = complex_step(landscape.fun, theta)
        np.testing.assert_allclose(landscape.jac(theta), exact, rtol=1e-10, atol=1e-10)
    if landscape.lowest is not None:
        np.testing.assert_allclose(landscape.jac(np.array(landscape.lowest)), 0, atol=1e-12)


@every_rule_on_vectors
@every_landscape
def test_results_are_what_scipy_promises(kind: type[Rule], landscape: Landscape) -> None:
    rule = kind(**{"lr": 1e-3} if "lr" in kind().hyperparameters else {})
    fun, jac, x0 = Counted(landscape.fun), Counted(landscape.jac), np.array(landscape.start)
    options = {"maxiter": 60, "gtol": 1e-3}
    found = run(rule, landscape, fun=fun, jac=jac, x0=x0, options=options)
    assert type(found) is OptimizeResult
    assert type(found.fun) is float
    assert found.fun == landscape.fun(found.x) < landscape.fun(x0)
    np.testing.assert_array_equal(found.jac, landscape.jac(found.x))
    assert (found.nfev, found.njev) == (fun.calls, jac.calls)
    assert found.success is bool(np.abs(found.jac).max() <= 1e-3)
    assert found.status == (0 if found.success else 1)
    assert found.nit == 60 or found.success
    assert isinstance(found.message, str)
    assert x0.tolist() == list(landscape.start)
    path = descend(rule, Descended(landscape), steps=found.nit)
    np.testing.assert_array_equal(found.x, path.theta[-1])


@every_rule_on_vectors
@every_landscape
def test_nothing_is_done_at_the_lowest_point(kind: type[Rule], landscape: Landscape) -> None:
    if landscape.lowest is None:
        return
    found = run(kind(), landscape, x0=landscape.lowest)
    assert (found.success, found.nit, found.nfev, found.njev) == (True, 0, 1, 1)
    np.testing.assert_array_equal(found.x, landscape.lowest)


@pytest.mark.parametrize(
    "landscape", [each for each in LANDSCAPES if each.name in ("Booth", "Matyas", "Trid")], ids=repr
)
@pytest.mark.parametrize("rule", [SGD(0.05), Momentum(0.02), NAG(0.02), Adam(0.1)], ids=repr)
def test_it_finds_the_lowest_point(rule: Rule, landscape: Landscape) -> None:
    found = run(rule, landscape, options={"maxiter": 5000})
    assert found.success
    np.testing.assert_allclose(found.x, landscape.lowest, atol=1e-3)


# ------------------------------------------------------------------ when it ends


def test_stops_where_the_gradient_is_small() -> None:
    method, options = minimizer(Adam(lr=0.05)), {"maxiter": 10_000}
    found = minimize(rosen, [-1.2, 1], jac=rosen_der, method=method, tol=1e-6, options=options)
    assert found.success
    assert np.abs(rosen_der(found.x)).max() <= 1e-6
    sooner = minimize(rosen, [-1.2, 1], jac=rosen_der, method=method, options=options)
    assert 0 < sooner.nit < found.nit < 10_000


def test_what_is_small_is_the_largest_entry() -> None:
    """Not the norm: in a hundred coordinates that is ten times as large."""
    flat = {"fun": lambda x: 0.9 * x.sum(), "jac": lambda x: np.full_like(x, 0.9)}
    found = run(SGD(), x0=np.zeros(100), options={"gtol": 1.0}, **flat)
    assert (found.success, found.nit) == (True, 0)
    one = {"fun": lambda x: 1.1 * x[0], "jac": lambda x: 1.1 * (np.arange(100) == 0)}
    found = run(SGD(), x0=np.zeros(100), options={"gtol": 1.0, "maxiter": 2}, **one)
    assert (found.success, found.nit) == (False, 2)


@pytest.mark.parametrize(("slope", "nit"), [(1e-5, 0), (1.01e-5, 1000)])
def test_defaults(slope: float, nit: int) -> None:
    found = run(SGD(), x0=[1.0], fun=lambda x: slope * x[0], jac=lambda x: [slope])
    assert (found.nit, found.njev, found.success) == (nit, nit + 1, nit == 0)
    options = {"maxiter": None}
    again = run(SGD(), x0=[1.0], fun=lambda x: slope * x[0], jac=lambda x: [slope], options=options)
    assert again.nit == nit


def test_gtol_comes_before_tol() -> None:
    found = run(SGD(), x0=[1.0], jac=lambda x: [0.5], fun=sum, tol=1e-9, options={"gtol": 0.5})
    assert found.nit == 0


def test_nag_is_at_rest_when_the_gradient_where_it_is_says_so() -> None:
    """Not where it looks: there the gradient of this slope vanishes by chance."""

    def jac(x: Any) -> Any:
        return np.where(x > 1, 1.0, 0.0 * x) if abs(x[0] - 1.9) > 0.5 else np.array([1.0])

    found = run(NAG(lr=1.0), x0=[2.4], fun=lambda x: x[0], jac=jac, options={"maxiter": 1})
    assert found.jac.tolist() == jac(found.x).tolist() == [1.0]
    assert not found.success


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@every_rule_on_vectors
def test_what_is_not_finite_is_no_success(kind: type[Rule], bad: float) -> None:
    found = run(kind(), jac=lambda x: np.array([0.0, bad, 0.0]))
    assert (found.success, found.status, found.nit) == (False, 3, 0)
    assert "NaN" in found.message
    found = run(kind(), fun=lambda x: bad, jac=np.zeros_like)
    assert (found.success, found.status) == (False, 3)
    assert not np.isfinite(found.fun)
    # The slope was never small, and the value is asked for at the end alone.
    found = run(kind(), fun=lambda x: bad, jac=np.ones_like, options={"maxiter": 3})
    assert (found.success, found.status, found.nit) == (False, 3, 3)


@pytest.mark.parametrize("shape", [(3,), (2, 1), (2, 2)])
def test_a_hyperparameter_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    """One that broadcasts would make a matrix of x."""
    with pytest.raises(ValueError, match=r"SGD.lr must have shape \(\) or that of x0, \(2,\), got"):
        run(SGD(lr=np.full(shape, 0.1)), x0=[1.0, 2.0])
    for lr in (np.array(1e-3), np.array([1e-3]), np.array([1e-3, 1e-3])):
        assert run(SGD(lr=lr), x0=[1.0, 2.0], options={"maxiter": 2}).nit == 2


def test_a_diverging_run_is_a_result() -> None:
    found = run(SGD(lr=10.0))
    assert (found.success, found.status) == (False, 3)
    assert found.nit < 20
    # Where the gradient does not tell: on a plane.
    found = run(SGD(lr=1e308), x0=[0.0], fun=lambda x: 10 * x[0], jac=lambda x: [10.0])
    assert (found.success, found.status, found.nit) == (False, 3, 1)


@every_rule_on_vectors
def test_maxiter(kind: type[Rule]) -> None:
    for steps in (0, 1, 4):
        found = run(started(kind), options={"maxiter": steps})
        assert (found.nit, found.success, found.status) == (steps, False, 1)
    start = np.array([-1.2, 1.0])
    found = run(started(kind), x0=start, options={"maxiter": 0})
    found.x[:] = 0
    assert start.tolist() == [-1.2, 1.0]


def test_disp_says_how_it_ended(capsys: pytest.CaptureFixture[str]) -> None:
    run(SGD(lr=1e-3), options={"maxiter": 3})
    assert capsys.readouterr().out == ""
    found = run(SGD(lr=1e-3), options={"maxiter": 3, "disp": True})
    printed = capsys.readouterr().out
    assert found.message in printed
    assert "3 steps" in printed


# ------------------------------------------------------------------ callbacks


@every_rule_on_vectors
def test_calls_back_after_each_step_with_where_it_is(kind: type[Rule]) -> None:
    """At each step, not where the rule looks ahead; and what it got stays as it is."""
    start, seen = np.array([1.0, 1.0]), []
    method = minimizer(kind())
    options = {"maxiter": 5}
    call = {"jac": RAVINE.grad, "method": method, "options": options}
    minimize(RAVINE.loss, start, callback=lambda x: seen.append((x, x.copy())), **call)
    path = descend(kind(), RAVINE, start, steps=5)
    np.testing.assert_array_equal([x for x, _ in seen], path.theta[1:])
    np.testing.assert_array_equal([x for x, _ in seen], [copy for _, copy in seen])
    pairs = itertools.combinations([x for x, _ in seen], 2)
    assert not any(np.may_share_memory(*pair) for pair in pairs)
    assert start.tolist() == [1, 1]


@every_rule_on_vectors
def test_a_callback_may_write_into_what_it_gets(kind: type[Rule]) -> None:
    def spoil(x: Any) -> None:
        x[:] = np.nan

    def spoil_all(intermediate_result: OptimizeResult) -> None:
        spoil(intermediate_result.x)

    options = {"maxiter": 5}
    for callback in (spoil, spoil_all):
        spoiled = run(kind(), callback=callback, options=options)
        np.testing.assert_array_equal(spoiled.x, run(kind(), options=options).x)


class Called:
    """A callback that is an object."""

    def __init__(self, seen: list[Any]) -> None:
        self.seen = seen

    def __call__(self, intermediate_result: OptimizeResult) -> None:
        self.seen.append(intermediate_result)


@every_rule_on_vectors
def test_a_callback_gets_the_intermediate_result(kind: type[Rule]) -> None:
    seen: list[Any] = []

    def function(*, intermediate_result: OptimizeResult) -> None:
        seen.append(intermediate_result)

    for callback in (function, Called(seen)):
        seen.clear()
        fun = Counted(rosen)
        found = run(started(kind), fun=fun, callback=callback, options={"maxiter": 4})
        assert [type(each) for each in seen] == [OptimizeResult] * 4
        assert [each.fun for each in seen] == [rosen(each.x) for each in seen]
        np.testing.assert_array_equal(seen[-1].x, found.x)
        assert found.nfev == fun.calls == 4


def test_a_callback_with_more_parameters_gets_x() -> None:
    """As with scipy's own methods: only the one name alone asks for the result."""
    seen: list[Any] = []

    def callback(intermediate_result: Any, note: str = "") -> None:
        seen.append(intermediate_result)

    run(SGD(lr=1e-3), callback=callback, options={"maxiter": 2})
    minimize(rosen, [0.5, 0.5], jac=rosen_der, method="BFGS", callback=callback)
    assert {type(each) for each in seen} == {np.ndarray}

    def fewer() -> None:
        raise AssertionError("called without x")

    with pytest.raises(TypeError, match="positional argument"):
        run(SGD(lr=1e-3), callback=fewer, options={"maxiter": 2})


@pytest.mark.parametrize("form", ["x", "intermediate_result"])
@every_rule_on_vectors
def test_a_callback_ends_the_run(kind: type[Rule], form: str) -> None:
    count = itertools.count(1)

    def old(x: Any) -> None:
        if next(count) == 5:
            raise StopIteration

    def new(intermediate_result: Any) -> None:
        old(intermediate_result.x)

    found = run(started(kind), callback=old if form == "x" else new)
    limited = run(started(kind), options={"maxiter": 5})
    assert found.nit == limited.nit == 5
    assert found.fun == limited.fun
    np.testing.assert_array_equal(found.x, limited.x)
    np.testing.assert_array_equal(found.jac, limited.jac)
    assert (found.success, found.status) == (False, 99)
    assert found.message.startswith("`callback` raised `StopIteration`")


def test_other_errors_of_a_callback_are_raised() -> None:
    def callback(x: Any) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(SGD(), callback=callback)


def test_a_rule_whose_weights_decay_rests_where_the_gradient_holds_against_it() -> None:
    @dataclass(frozen=True, eq=False)
    class Decaying(SGD):
        weight_decay: Any = 0.5
        sees_theta: ClassVar[bool] = True

        def update(self, g: Any, t: Any, theta: Any) -> Any:
            return (-self.lr * (g + self.weight_decay * theta),)

    found = minimize(
        lambda x: ((x - 3) ** 2).sum() / 2,
        np.zeros(2),
        jac=lambda x: x - 3,
        method=minimizer(Decaying(lr=0.1)),
    )
    assert (found.status, found.nit) == (1, 1000)
    np.testing.assert_allclose(found.jac, -0.5 * found.x)


def test_callbacks_written_in_c() -> None:
    seen: list[Any] = []
    run(SGD(lr=1e-3), callback=seen.append, options={"maxiter": 3})
    assert len(seen) == 3
    # Not all of them say what their parameters are.
    with pytest.raises(ValueError, match="no signature found"):
        inspect.signature(max)
    assert run(SGD(lr=1e-3), callback=max, options={"maxiter": 3}).nit == 3


@pytest.mark.parametrize("version", [(3, 13, 9), (3, 14), (3, 14, 2), (3, 15, 0)], ids=repr)
def test_annotations_are_not_evaluated_where_python_would(
    version: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From 3.14 on, by whichever Python this is."""
    asked: list[Any] = []
    signature, forward = inspect.signature, object()

    def note(callback: Any, **how: Any) -> Any:
        asked.append(how)
        return signature(callback)

    library = SimpleNamespace(Format=SimpleNamespace(FORWARDREF=forward))
    monkeypatch.setitem(sys.modules, "annotationlib", library)
    monkeypatch.setattr(inspect, "signature", note)
    monkeypatch.setattr(sys, "version_info", version)
    assert MODULE._parameters(lambda intermediate_result: None) == {"intermediate_result"}
    assert asked == [{"annotation_format": forward} if version >= (3, 14) else {}]


@pytest.mark.skipif(sys.version_info < (3, 14), reason="annotations are evaluated when asked for")
def test_annotations_of_names_that_are_not_there() -> None:
    namespace: dict[str, Any] = {"seen": []}
    exec("def callback(intermediate_result: Missing): seen.append(intermediate_result)", namespace)
    run(SGD(lr=1e-3), callback=namespace["callback"], options={"maxiter": 3})
    assert len(namespace["seen"]) == 3


# ------------------------------------------------------------------ what goes in


@pytest.mark.parametrize("shape", [(2, 2), (1, 2), (2, 1), (1, 1, 1), (0,)], ids=repr)
def test_parameters_are_a_row_for_who_calls_the_method_itself(shape: tuple[int, ...]) -> None:
    """As `minimize` itself refuses the others before."""
    with pytest.raises(ValueError, match=r"x0 must have shape \(n,\), got shape"):
        minimizer(SGD())(np.sum, np.ones(shape), jac=np.ones_like)
    for x0 in (1.0, [1.0], [1.0, 2.0]):
        found = minimizer(SGD(lr=1))(np.sum, x0, jac=np.ones_like, maxiter=1)
        assert found.x.tolist() == (np.atleast_1d(x0) - 1).tolist()


@pytest.mark.parametrize("shape", [(3, 3), (1, 3), (3, 1), (2, 3), (2,), (1,), ()], ids=repr)
def test_a_gradient_of_another_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"jac must return an array of shape \(3,\), got shape"):
        run(Adam(), jac=lambda x: np.ones(shape))


def test_a_shape_that_changes_on_the_way() -> None:
    shapes = iter([(3,), (3,), (3, 3)])
    with pytest.raises(ValueError, match=r"jac must return an array of shape \(3,\)"):
        run(Momentum(), jac=lambda x: np.ones(next(shapes)))


@every_rule_on_vectors
def test_one_number(kind: type[Rule]) -> None:
    """A scalar x0, and a jac that returns a float, a list or an array of 0 or 1 axes."""
    ends = [
        minimize(
            lambda x: float((x[0] - 3) ** 2),
            2.5,
            jac=lambda x, made=made: made(2 * (x[0] - 3)),
            method=minimizer(kind()),
            options={"maxiter": 30},
        )
        for made in (float, np.float64, np.array, lambda g: [g], lambda g: np.array([g]))
    ]
    assert all(end.x.shape == end.jac.shape == (1,) for end in ends)
    assert len({end.x.item() for end in ends}) == 1
    assert 2.5 < ends[0].x.item() < 3.5


@pytest.mark.parametrize("made", [float, np.float64, np.float32, np.array, lambda f: np.array([f])])
def test_the_value_is_a_float(made: Callable[[float], Any]) -> None:
    found = run(SGD(), fun=lambda x: made(0.5), options={"maxiter": 1})
    assert type(found.fun) is float
    assert found.fun == 0.5


@every_rule_on_vectors
def test_a_gradient_that_uses_its_buffer_again(kind: type[Rule]) -> None:
    buffer = np.empty(3)

    def jac(x: Any) -> Any:
        buffer[:] = rosen_der(x)
        return buffer

    rule, options = kind(**{"lr": 1e-4} if "lr" in kind().hyperparameters else {}), {"maxiter": 30}
    found, alone = run(rule, jac=jac, options=options), run(rule, options=options)
    np.testing.assert_array_equal(found.x, alone.x)
    buffer[:] = np.nan
    np.testing.assert_array_equal(found.jac, rosen_der(found.x))


@dataclass(frozen=True, eq=False)
class Difference(Rule):
    """A rule that keeps the gradient itself."""

    lr: Any = 1e-3
    state_names = ("last",)

    def update(self, g: Any, t: int, last: Any) -> tuple[Any, Any]:
        return -self.lr * (2 * g - last), g


def test_a_rule_that_keeps_the_gradient_itself() -> None:
    buffer = np.empty(3)

    def jac(x: Any) -> Any:
        buffer[:] = rosen_der(x)
        return buffer

    options = {"maxiter": 5}
    found, alone = run(Difference(), jac=jac, options=options), run(Difference(), options=options)
    np.testing.assert_array_equal(found.x, alone.x)


def test_arguments_and_value_with_gradient() -> None:
    def both(x: Any, a: float) -> Any:
        return a * x @ x, 2 * a * x

    options = {"maxiter": 7}
    found = minimize(both, [1.0, 2.0], 3.0, minimizer(SGD()), jac=True, options=options)
    np.testing.assert_allclose(found.x, (1 - 0.06) ** 7 * np.array([1, 2]))
    assert found.fun == pytest.approx(3 * found.x @ found.x)


@pytest.mark.parametrize("start", [[-1, 1], np.array([-1, 1], np.int8), (-1.0, 1)], ids=repr)
def test_integers_are_taken_as_floats(start: Any) -> None:
    found = run(SGD(lr=1e-3), x0=start, options={"maxiter": 3})
    expected = run(SGD(lr=1e-3), x0=[-1.0, 1.0], options={"maxiter": 3})
    np.testing.assert_array_equal(found.x, expected.x, strict=True)


def test_single_precision_stays_so() -> None:
    found = run(Adam(), x0=np.array([-1, 1], np.float32), options={"maxiter": 3})
    assert found.x.dtype == np.float32


@pytest.mark.parametrize(
    ("options", "kind", "word"),
    [
        ({"jac": None}, ValueError, "jac must be a function"),
        ({"jac": "2-point"}, ValueError, "jac must be a function"),
        ({"bounds": [(0, 1)] * 3}, ValueError, "bounds"),
        ({"constraints": {"type": "eq", "fun": sum}}, ValueError, "constraints"),
        ({"constraints": [{"type": "eq", "fun": sum}]}, ValueError, "constraints"),
        ({"options": {"maxiter": -1}}, ValueError, "maxiter must be"),
        ({"options": {"gtol": -1}}, ValueError, "gtol must be"),
        ({"x0": []}, ValueError, r"x0 must have shape \(n,\)"),
        ({"x0": [np.nan, 1]}, ValueError, "x0 must be finite"),
        ({"x0": [1j, 1]}, TypeError, "x0 must be a real number"),
        ({"fun": lambda x: x}, ValueError, "fun must return one number"),
        ({"fun": lambda x: None}, TypeError, "fun must be a real number"),
        ({"fun": lambda x: 1j}, TypeError, "fun must be a real number"),
        ({"jac": lambda x: None}, TypeError, "jac must be a real number"),
        ({"jac": lambda x: np.ma.array([1.0, 2, 3], mask=[0, 1, 0])}, ValueError, "jac .*masked"),
    ],
)
def test_bad_input(options: dict[str, Any], kind: type[Exception], word: str) -> None:
    with pytest.raises(kind, match=word):
        run(Adam(), **{"options": {"maxiter": 2}, **options})


def test_warnings_are_scipys() -> None:
    with pytest.warns(RuntimeWarning, match="hess is not used"):
        run(SGD(), hess=lambda x: np.eye(3), options={"maxiter": 1})
    with pytest.warns(RuntimeWarning, match="hessp is not used"):
        run(SGD(), hessp=lambda x, p: p, options={"maxiter": 1})
    with pytest.warns(OptimizeWarning, match="Unknown solver options: ftol"):
        run(SGD(), options={"maxiter": 1, "ftol": 1})
    with pytest.warns(OptimizeWarning, match="Unknown solver options: ftol, xtol"):
        run(SGD(), options={"maxiter": 1, "ftol": 1, "xtol": 2})


def test_warnings_point_to_the_line_that_called_scipy() -> None:
    with pytest.warns(Warning) as caught:
        minimize(
            rosen, [1.0, 1.0], jac=rosen_der, method=minimizer(SGD()), hess=0, options={"ftol": 1}
        )
    assert {each.category for each in caught} == {RuntimeWarning, OptimizeWarning}
    assert [each.filename for each in caught] == [__file__] * 2


def test_a_class_is_no_rule() -> None:
    with pytest.raises(TypeError, match="rule must be a Rule object"):
        minimizer(Adam)  # type: ignore[arg-type]


# ------------------------------------------------------------------ where it is used


def test_inside_of_another_method() -> None:
    """By basinhopping, which uses what the result promises."""
    options = {"maxiter": 300}
    arguments = {"method": minimizer(Adam(lr=0.05)), "jac": LANDSCAPES[6].jac, "options": options}
    rastrigin = LANDSCAPES[6]
    assert rastrigin.name == "Rastrigin"
    found = basinhopping(
        rastrigin.fun, rastrigin.start, 15, stepsize=1.0, minimizer_kwargs=arguments, rng=2
    )
    assert found.fun < rastrigin.fun(np.array(rastrigin.start)) - 1
    assert found.lowest_optimization_result.success


def test_it_can_be_sent_to_another_process() -> None:
    method = pickle.loads(pickle.dumps(minimizer(Adam(lr=0.05))))
    options = {"maxiter": 9}
    found = minimize(rosen, [-1.2, 1.0], jac=rosen_der, method=method, options=options)
    here = run(Adam(lr=0.05), x0=[-1.2, 1.0], options=options)
    np.testing.assert_array_equal(found.x, here.x)
