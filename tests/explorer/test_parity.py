"""The page computes what Python computes: the generated JavaScript, run in the browser.

Two comparisons, because some paths cannot be compared from end to end. Python and the
browser round powers (βᵗ, y³) differently in the last bit. Most paths forget such a change, but
RMSprop at a fixed rate, or a rate near the edge of divergence, makes a path chaotic: a
change of 1e-15 in the start grows to the size of the picture, and no two machines agree. So:

- open loop, for all: each step of the page starts from where Python's step started;
- closed loop, for all paths that are not chaotic: 200 steps, nothing corrected on the way. Whether
  a path is chaotic is decided by Python alone: it runs again from a start moved by 1e-14.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import numpy as np
import pytest

from adaptive import descend, problems
from adaptive.descent import Path
from adaptive.explorer import bundle, catalogue
from adaptive.explorer.picture import bounds_of
from adaptive.explorer.ranges import ranges_of
from adaptive.problems import LogisticRegression, Problem, Rescaled, Surface
from tests.every import KINDS, updated

STEPS = 200
SETTINGS = 4
TOLERANCE = 1e-9


def _problems_in_the_plane():
    """Return all problems of the package that have two coordinates."""
    kinds = [getattr(problems, name) for name in problems.__all__]
    kinds = [kind for kind in kinds if isinstance(kind, type) and hasattr(kind, "draw")]
    needs_nothing = [kind for kind in kinds if kind not in (Problem, Surface, LogisticRegression)]
    made = [kind() for kind in needs_nothing if kind is not Rescaled]
    return [problem for problem in made if np.shape(problem.start) == (2,)]


PROBLEMS = _problems_in_the_plane()

HARNESS = """
(text) => {
  %(modules)s
  const catalogue = %(catalogue)s;
  const listed = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : null));

  function closed({ rule, problem, settings, start, steps, batches }) {
    const { rules, problems, far } = catalogue;
    const path = descend(rules[rule], problems[problem], settings, start, steps, batches, far);
    const last = path.steps + 1;
    return {
      steps: path.steps,
      diverged: path.diverged,
      theta: path.theta.map((values) => listed(values.subarray(0, last))),
      loss: listed(path.loss.subarray(0, last)),
      state: path.state.map((pair) => pair.map((values) => listed(values.subarray(0, last)))),
    };
  }

  // Every step from the theta and the state that Python had before it.
  function open({ rule, problem, settings, theta, state, batches }) {
    const { constants, update, lookahead } = catalogue.rules[rule].code;
    const { gradient } = catalogue.problems[problem].code;
    const found = [];
    for (let t = 1; t < theta[0].length; t++) {
      const before = [0, 1].map((i) => state.map((pair) => pair[i][t - 1]));
      const at = [0, 1].map((i) =>
        lookahead ? lookahead(theta[i][t - 1], t - 1, before[i], settings) : theta[i][t - 1],
      );
      const g = gradient(...at, batches ? batches[t - 1] : []);
      const shared = constants(t, settings);
      const given = (i) => [g[i], before[i], settings, shared, theta[i][t - 1]];
      found.push([0, 1].map((i) => listed([g[i], ...update(...given(i))])));
    }
    return found;
  }

  return JSON.stringify(JSON.parse(text).map((each) => [closed(each), open(each)]));
}
"""


@dataclass
class Case:
    """A run of Python's, and what the page makes of the same settings."""

    path: Path
    chaotic: bool
    closed: dict
    open: np.ndarray

    def __str__(self) -> str:
        settings = ", ".join(f"{k}={v:.3g}" for k, v in self.path.rule.hyperparameters.items())
        name = f"{type(self.path.rule).__name__}({settings})"
        return f"{name} on {self.path.problem.name} from {self.path.theta[0]}"


def _random_settings(rng):
    """Yield a rule with random hyperparameters, a problem and a random start, for all pairs."""
    for kind in KINDS:
        for problem in PROBLEMS:
            for _ in range(SETTINGS):
                rule = catalogue.default_rule(kind)
                ranges = ranges_of(rule)
                drawn = {each.name: float(each.at(rng.random())) for each in ranges}
                start = [rng.uniform(low, high) for low, high in bounds_of(problem)]
                yield replace(rule, **drawn), problem, np.array(start)


def _is_chaotic(path, start):
    """Whether Python itself comes out elsewhere from a start that is moved by 1e-14."""
    moved = descend(path.rule, path.problem, start * (1 + 1e-14) + 1e-14, STEPS, 0)
    if moved.steps != path.steps:
        return True
    return not _close(moved.theta, path.theta, TOLERANCE) or not _close(
        moved.loss, path.loss, TOLERANCE
    )


def _close(found, expected, tolerance):
    """Whether numbers agree, relative to the largest so far in the run."""
    expected = np.asarray(expected, dtype=float)
    found = np.asarray(found, dtype=float).reshape(expected.shape)
    if not np.array_equal(np.isfinite(found), np.isfinite(expected)):
        return False
    found, expected = (np.where(np.isfinite(each), each, 0) for each in (found, expected))
    size = np.abs(expected)
    if size.ndim > 1:
        size = size.max(axis=tuple(range(1, size.ndim)), keepdims=True)
    size = np.maximum.accumulate(size, axis=0)
    return bool((np.abs(found - expected) <= tolerance * size).all())


@pytest.fixture(scope="module")
def cases(browser):
    paths, asked = [], []
    for rule, problem, start in _random_settings(np.random.default_rng(20)):
        path = descend(rule, problem, start, STEPS, 0)
        batches = None
        if problem.stochastic:
            source = np.random.default_rng(0)
            batches = [problem.draw(t, source).tolist() for t in range(1, STEPS + 1)]
        paths.append((path, _is_chaotic(path, start)))
        state = [np.where(np.isfinite(a), a, 0).T.tolist() for a in path.state.values()]
        asked.append(
            {
                "rule": type(rule).__name__,
                "problem": problem.name,
                "settings": list(rule.hyperparameters.values()),
                "start": start.tolist(),
                "steps": STEPS,
                "batches": batches,
                "theta": np.where(np.isfinite(path.theta), path.theta, 0).T.tolist(),
                "state": state,
            }
        )
    described = {each.name: catalogue.describe_problem(each) for each in PROBLEMS}
    known = {kind.__name__: catalogue.describe_rule(catalogue.default_rule(kind)) for kind in KINDS}
    script = HARNESS % {
        "modules": bundle.modules(),
        "catalogue": bundle.to_javascript(
            {**catalogue.common(), "rules": known, "problems": described}
        ),
    }
    page = browser.new_page()
    answers = json.loads(page.evaluate(script, json.dumps(asked)))
    page.close()
    return [
        Case(path, chaotic, closed, np.array(steps, dtype=float))
        for (path, chaotic), (closed, steps) in zip(paths, answers, strict=True)
    ]


def test_each_step_is_pythons_step(cases):
    for case in cases:
        path = case.path
        names = path.rule.state_names
        before = [path.state[name][:-1] for name in names]
        with np.errstate(all="ignore"):
            rows = [
                [g, *updated(path.rule, g, t, theta, *state)]
                for t, (g, theta, *state) in enumerate(
                    zip(path.gradient, path.theta[:-1], *before, strict=True), start=1
                )
            ]
        expected = np.array(rows, dtype=float).swapaxes(1, 2)
        # In a run's last steps numbers may be beyond double precision: those are not compared.
        whole = np.isfinite(expected).all(axis=(1, 2)) & np.isfinite(case.open).all(axis=(1, 2))
        assert whole[:-2].all(), case
        for part in range(expected.shape[-1]):
            assert _close(case.open[whole][..., part], expected[whole][..., part], 1e-12), case


def test_200_steps_end_where_python_ends(cases):
    compared = [case for case in cases if not case.chaotic]
    for case in compared:
        path, found = case.path, case.closed
        assert (found["steps"], found["diverged"]) == (path.steps, path.diverged), case
        assert _close(np.transpose(found["theta"]), path.theta, TOLERANCE), case
        assert _close(found["loss"], path.loss, TOLERANCE), case
        for values, name in zip(found["state"], path.rule.state_names, strict=True):
            assert _close(np.transpose(values), path.state[name], TOLERANCE), case
    # Of every rule and every problem, enough is compared from end to end.
    for kind in KINDS:
        of = [case for case in compared if type(case.path.rule) is kind]
        assert len(of) >= SETTINGS * len(PROBLEMS) / 3, kind
    for problem in PROBLEMS:
        assert sum(case.path.problem is problem for case in compared) >= SETTINGS * len(KINDS) / 3


def test_divergence_comes_at_the_same_step(cases):
    diverged = [case for case in cases if case.path.diverged and not case.chaotic]
    assert len(diverged) >= 10
    for case in diverged:
        assert case.closed["diverged"], case
        assert case.closed["steps"] == case.path.steps, case
