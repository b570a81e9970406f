"""The package inside of what people use it with: workers of joblib, gradients of autograd."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import autograd
import autograd.numpy as anp
import joblib
import numpy as np
from scipy.optimize import minimize, rosen, rosen_der

from adaptive import Adam, Momentum, Rule, descend, minimizer, sweep
from adaptive.problems import Circles, LogisticRegression, Ravine
from tests.every import ON_VECTORS, every_rule_on_vectors

#: As in a notebook: the rule is of `__main__`, which the workers cannot import.
NOTEBOOK = """
from dataclasses import dataclass
from typing import Any

import joblib
import numpy as np

from adaptive import Rule, descend
from adaptive.problems import Circles


@dataclass(frozen=True, eq=False)
class Mine(Rule):
    lr: Any = 0.1
    state_names = ("v",)

    def update(self, g, t, v):
        v = 0.5 * v + g
        return -self.lr * v, v


def half(rule, seed, theta=None, state=None):
    rng = np.random.default_rng(seed)
    path = descend(rule, Circles(), theta, 10, rng, state=state)
    return path, rng


with joblib.Parallel(n_jobs=2) as parallel:
    first = parallel(joblib.delayed(half)(Mine(lr=lr), 7) for lr in (0.1, 0.2))
    second = parallel(
        joblib.delayed(half)(path.rule, rng, path.theta[-1], path.last_state)
        for path, rng in first
    )
for lr, (one, _), (two, _) in zip((0.1, 0.2), first, second):
    whole = descend(Mine(lr=lr), Circles(), steps=20, rng=7)
    assert type(two.rule) is Mine and type(two.last_state) is Mine.State, type(two.last_state)
    assert two.last_state.t == 20
    np.testing.assert_array_equal(two.theta[-1], whole.theta[-1])
    np.testing.assert_array_equal(two.last_state.v, whole.last_state.v)
    # And on from there, here.
    descend(Mine(lr=lr), Circles(), two.theta[-1], 3, state=two.last_state)
print("the same")
"""


def test_a_rule_of_a_notebook_goes_to_workers_and_back(tmp_path: Path) -> None:
    script = tmp_path / "notebook.py"
    script.write_text(NOTEBOOK)
    root = str(Path(__file__).parents[1])
    run = subprocess.run(
        [sys.executable, str(script)],
        cwd=root,
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
    )
    assert run.stdout == "the same\n", run.stderr


def ends(rule: Rule, problem: Any) -> Any:
    """Return the last parameters of one run and of a sweep."""
    axis = "lr" if "lr" in rule.hyperparameters else "eps"
    runs = sweep(rule, problem, 5, **{axis: [0.1, 0.2]})
    return descend(rule, problem, steps=5).theta[-1], runs.theta[-1]


def test_arrays_that_come_as_memory_maps(tmp_path: Path) -> None:
    """As joblib hands large arrays to its workers: mapped, and not to be written to."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(200, 3)), rng.integers(2, size=200).astype(float)
    joblib.dump((x, y, np.ones(3)), tmp_path / "data")
    mapped_x, mapped_y, start = joblib.load(tmp_path / "data", mmap_mode="r")
    assert isinstance(mapped_x, np.memmap)
    for kind in ON_VECTORS:
        for got, expected in zip(
            ends(kind(), LogisticRegression(mapped_x, mapped_y, start=start)),
            ends(kind(), LogisticRegression(x, y, start=np.ones(3))),
            strict=True,
        ):
            np.testing.assert_array_equal(got, expected)
        path = descend(kind(), Ravine(), start[:2], steps=3)
        assert type(path.theta) is np.ndarray


def quartic(x: Any) -> Any:
    """A function for autograd, in its own numpy."""
    return anp.sum((x - anp.array([1.0, -0.5])) ** 4) + anp.sum(x**2) / 2


def its_gradient(x: Any) -> Any:
    return 4 * (x - np.array([1.0, -0.5])) ** 3 + x


@every_rule_on_vectors
def test_autograds_gradient_as_jac(kind: type[Rule]) -> None:
    options = {"maxiter": 50}
    call: dict[str, Any] = {"method": minimizer(kind()), "options": options}
    traced = minimize(quartic, [0.5, 0.5], jac=autograd.grad(quartic), **call)
    exact = minimize(quartic, [0.5, 0.5], jac=its_gradient, **call)
    np.testing.assert_allclose(traced.x, exact.x, rtol=1e-12)
    assert type(traced.fun) is float
    both = minimize(autograd.value_and_grad(quartic), [0.5, 0.5], jac=True, **call)
    np.testing.assert_array_equal(both.x, traced.x)


def test_autograds_gradient_in_a_step() -> None:
    rule, theta = Adam(lr=0.1), np.array([0.5, 0.5])
    state = rule.init(theta)
    for _ in range(3):
        theta, state = rule.step(theta, autograd.grad(quartic)(theta), state)
    alone = minimize(
        quartic, [0.5, 0.5], jac=its_gradient, method=minimizer(rule), options={"maxiter": 3}
    )
    np.testing.assert_allclose(theta, alone.x, rtol=1e-12)


def test_minimizers_in_workers() -> None:
    """By threads: the method holds nothing that runs could share."""
    method = minimizer(Momentum(lr=1e-3))

    def run(start: Any) -> Any:
        return minimize(rosen, start, jac=rosen_der, method=method, options={"maxiter": 200}).x

    starts = np.random.default_rng(1).normal(size=(8, 3))
    together = joblib.Parallel(n_jobs=4, backend="threading")(
        joblib.delayed(run)(start) for start in starts
    )
    np.testing.assert_array_equal(together, [run(start) for start in starts])


def test_a_problem_comes_back_from_a_file_as_it_was(tmp_path: Path) -> None:
    joblib.dump(Circles(), tmp_path / "problem")
    again = joblib.load(tmp_path / "problem")
    np.testing.assert_array_equal(
        descend(Adam(), again, steps=5).theta, descend(Adam(), Circles(), steps=5).theta
    )
