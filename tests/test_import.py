"""What is large is imported when it is used, and not before."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import adaptive

ROOT = Path(__file__).parents[1]

LARGE = (
    "IPython",
    "anywidget",
    "antlr4",
    "jax",
    "keras",
    "ipywidgets",
    "matplotlib",
    "myst_nb",
    "numba",
    "optax",
    "psutil",
    "scipy",
    "sympy",
    "tensorflow",
    "torch",
    "tqdm",
    "triton",
)

RUNS = """
import numpy as np
from adaptive import Adam, descend, problems, sweep
descend(Adam(), problems.Circles(), steps=3)
sweep(Adam(), problems.Ravine(), steps=3, lr=[0.1, 0.2])
theta, g = np.zeros(6), np.ones(6)
Adam().step_into(theta, g, Adam().init(theta))
"""


def loaded(code: str) -> set[str]:
    """Return which of the large packages are there after this code, in a process of its own."""
    code += f"\nimport sys; print(*[name for name in {LARGE} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


@pytest.mark.parametrize(
    "code",
    [
        "import adaptive",
        "import adaptive, adaptive.large; adaptive.large.measured()",
        "import adaptive.race, adaptive.tracing, adaptive.frameworks, adaptive.export",
        RUNS,
    ],
    ids=["the package", "what was measured", "what needs numpy alone", "short runs"],
)
def test_nothing_large_is_loaded(code):
    assert loaded(code) == set()


@pytest.mark.parametrize(
    ("code", "needed"),
    [
        ("import adaptive.plotting", "matplotlib"),
        ("from adaptive import explore", "matplotlib"),
        (
            "import numpy as np\nfrom adaptive import SGD\n"
            "theta = np.zeros(20_000)\nSGD().step_into(theta, theta + 1, SGD().init(theta))",
            "numba",
        ),
    ],
    ids=["plotting", "explore", "a large step"],
)
def test_the_test_would_see_it(code, needed):
    assert needed in loaded(code)


def test_a_notebook_is_read_without_making_parsers():
    # Of the addresses in a schema, which nothing here looks at: a second and more in each process.
    code = "import nbformat, sys; print('nbformat.validator' in sys.modules, 'lark' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["True", "False"]


def test_the_tests_do_their_linear_algebra_in_one_thread():
    # Without make, which says so too: before numpy is imported, or it is not heard.
    code = "import conftest, threadpoolctl; print(threadpoolctl.threadpool_info())"
    here = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=here, capture_output=True, text=True, check=True
    )
    found = [one for one in ast.literal_eval(run.stdout) if one["internal_api"] == "openblas"]
    assert all(one["num_threads"] == 1 for one in found)


def test_what_comes_later_is_listed_and_found():
    assert {"explore", "interact"} <= set(dir(adaptive))
    with pytest.raises(AttributeError, match="has no attribute 'exlpore'"):
        adaptive.exlpore  # noqa: B018


# ------------------------------------------------------------------------- rooms


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


PACKAGE = Path(adaptive.__file__).parent
ROOMS = {room(path) for path in PACKAGE.rglob("*.py")}


def named_in(source: str) -> set[str]:
    """Return the rooms that a source imports, at once or inside of a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    parts = (name.split(".") for name in names)
    return {part[1] for part in parts if part[0] == "adaptive" and len(part) > 1} & ROOMS


def imports() -> dict[str, set[str]]:
    graph: dict[str, set[str]] = {name: set() for name in ROOMS}
    for path in PACKAGE.rglob("*.py"):
        graph[room(path)] |= named_in(path.read_text(encoding="utf-8")) - {room(path)}
    return graph


def test_no_two_rooms_import_each_other():
    graph = imports()
    assert len(graph["explorer"]) >= 5, "imports are found"
    list(TopologicalSorter(graph).static_order())
    with pytest.raises(CycleError):
        list(TopologicalSorter({**graph, "rules": {"large"}}).static_order())


def test_imports_inside_of_functions_are_seen():
    assert named_in("def late():\n    from adaptive.large import step_into") == {"large"}
    assert named_in("from adaptive import _checks, large") == {"_checks", "large"}


def test_rules_and_problems_know_of_no_other_room():
    assert imports()["rules"] == {"_checks", "_memory"}
    assert imports()["problems"] == {"_checks"}


def test_a_step_in_place_needs_no_faster_way():
    """The rules alone, without what the package hands them."""
    code = """
import numpy as np
from adaptive import Momentum
from adaptive.rules import in_place
del in_place._provided[1:]
theta, rule = np.array([1.0, 2.0]), Momentum(lr=0.5)
state = rule.step_into(theta, np.array([2.0, 0.0]), rule.init(theta))
assert theta.tolist() == [0.0, 2.0] and state.v.tolist() == [1.0, 0.0] and state.t == 1
try:
    rule.step_into(theta, theta, state, "numba")
except ValueError as error:
    assert str(error) == "engine must be one of auto, plain, got 'numba'", error
else:
    raise AssertionError("numba was not refused")
"""
    subprocess.run([sys.executable, "-c", code], check=True)
