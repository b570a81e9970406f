"""Which tests are asked about a mistake in a file of the package: a room has its own.

The tests run without the fixtures of `tests/conftest.py`, so without a browser and the built book;
what only they see is not seen here.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.mutants.runner import ROOT

PACKAGE = ROOT / "adaptive"

#: Of each room, the tests that are asked, in stages: the cheapest first. A stage is a list, as it
#: is given to pytest.
ROOMS: dict[str, list[list[str]]] = {
    "rules": [
        ["tests/rules/test_base.py"],
        ["tests/test_bad_input.py"],
        ["tests/rules/test_containers.py"],
        ["tests/rules/test_properties.py"],
        ["tests/rules/test_every_rule.py"],
        ["tests/rules/test_muon.py", "tests/rules/test_mixed.py"],
        ["tests/rules/test_shampoo.py", "tests/rules/test_soap.py"],
        ["tests/problems/test_logistic.py::test_after_a_hundred_steps"],
        ["tests/test_descent.py", "tests/test_sweep.py"],
        ["tests/large/test_step_into.py"],
    ],
    "_on_blocks": [
        ["tests/rules/test_mixed.py", "tests/rules/test_muon.py", "tests/rules/test_shampoo.py"]
    ],
    "problems": [
        ["tests/problems/test_every_problem.py"],
        ["tests/problems"],
        ["tests/test_bad_input.py"],
        ["tests/test_descent.py", "tests/test_sweep.py", "tests/test_race.py"],
    ],
    "descent": [
        ["tests/test_descent.py"],
        ["tests/test_bad_input.py"],
        ["tests/test_memory.py"],
        ["tests/test_race.py"],
    ],
    "schedules": [
        ["tests/test_schedules.py"],
        ["tests/test_bad_input.py"],
        ["tests/test_sweep.py"],
    ],
    "sweep": [
        ["tests/test_sweep.py"],
        ["tests/test_bad_input.py"],
        ["tests/test_memory.py"],
        ["tests/test_race.py"],
    ],
    "compare": [["tests/test_compare.py"]],
    "curvature": [["tests/test_curvature.py"], ["tests/test_bad_input.py"]],
    "trained": [["tests/test_trained.py"]],
    "race": [
        ["tests/test_race_parts.py", "tests/test_race_networks.py"],
        ["tests/test_race.py"],
        ["tests/test_bad_input.py"],
    ],
    "minimizer": [["tests/test_minimizer.py"], ["tests/test_bad_input.py"]],
    "palette": [["tests/test_palette.py"]],
    "plotting": [["tests/test_plotting.py"], ["tests/test_bad_input.py"]],
    "interactive": [["tests/test_interactive.py"], ["tests/test_bad_input.py"]],
    "tracing": [
        ["tests/test_tracing.py", "tests/test_anatomy.py"],
        ["tests/book/test_equations.py::test_code_prints_its_equation"],
    ],
    "explorer": [
        [f"tests/explorer/test_{part}.py" for part in ("ranges", "maps", "pictures")],
        ["tests/explorer/test_explore.py", "tests/explorer/test_anatomy.py"],
        ["tests/test_bad_input.py"],
    ],
    "frameworks": [["tests/parity/test_forms.py"], ["tests/parity/test_parity.py"]],
    "export": [["tests/test_export.py"], ["tests/parity/test_exported.py"]],
    "large": [["tests/large"], ["tests/parity/test_forms.py"]],
    "course": [
        [
            f"tests/course/test_{part}.py"
            for part in ("regions", "as_pages", "restore", "settling", "calling")
        ],
        [f"tests/course/test_{part}.py" for part in ("returned", "errors", "readable")],
        ["tests/course/test_running.py", "tests/course/test_notebook.py"],
        ["tests/course/test_collect.py", "tests/course/test_archives.py"],
        ["tests/course/test_choose.py", "tests/course/test_grading.py"],
        ["tests/course/test_answers.py", "tests/course/test_origins.py"],
    ],
    "_memory": [["tests/test_memory.py"]],
    "_checks": [
        ["tests/test_checks.py"],
        ["tests/test_bad_input.py"],
        ["tests/rules/test_base.py", "tests/rules/test_containers.py"],
        ["tests/problems/test_every_problem.py", "tests/problems/test_logistic.py"],
        ["tests/test_descent.py", "tests/test_sweep.py", "tests/test_minimizer.py"],
        ["tests/rules/test_every_rule.py"],
    ],
    "_fork": [["tests/large/test_cache.py"]],
    "__init__": [["tests/test_import.py"], ["tests/test_bad_input.py"]],
}


def room(path: Path) -> str:
    """Return the room of a file: the folder or the file of the package that it is in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def files(names: list[str]) -> list[Path]:
    """Return the files that are asked for, by their paths or by the names of rooms.

    Raises
    ------
    ValueError
        If there is neither.
    """
    found = []
    for name in names or list(ROOMS):
        path = (ROOT / name).resolve()
        if name in ROOMS:
            folder = PACKAGE / name
            found += sorted(folder.rglob("*.py")) if folder.is_dir() else [PACKAGE / f"{name}.py"]
        elif path.is_file() and path.is_relative_to(PACKAGE) and path.suffix == ".py":
            found.append(path)
        else:
            rooms = ", ".join(ROOMS)
            raise ValueError(f"{name!r} is neither a file of the package nor a room: {rooms}")
    return found


def _own(path: Path) -> Iterator[list[str]]:
    """Yield the examples in a file, and the tests named after it: by hand before the theory."""
    if ">>>" in path.read_text(encoding="utf-8"):
        examples = ["--doctest-modules", "--override-ini=doctest_optionflags=NORMALIZE_WHITESPACE"]
        yield [*examples, path.relative_to(ROOT).as_posix()]
    for folder in ("rules", "problems"):
        if room(path) == folder:
            for file in sorted((ROOT / "tests" / folder).glob(f"test_{path.stem}*.py")):
                yield [file.relative_to(ROOT).as_posix()]


def stages(path: Path) -> list[list[str]]:
    """Return what is asked about a file, the cheapest first, each once."""
    found: list[list[str]] = []
    for stage in [*_own(path), *ROOMS[room(path)]]:
        if stage not in found:
            found.append(stage)
    return found
