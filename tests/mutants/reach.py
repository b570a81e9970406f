"""Which tests reach which line: a mutant is only shown to those that can notice it.

The tests of a room run once on the right version, under Coverage.py, and what each test reached is
kept in ``_build/mutants`` until the package or a test changes. A mutant then sees the tests that
reach its statement, then those that reach its file, the fastest first; and if all of them pass, the
rest of its room's, since what one test computes another may find in a cache. A statement that runs
on import is reached by no test, and shown to all.
"""

from __future__ import annotations

import ast
import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.mutants import rooms, verdict
from tests.mutants.runner import OPTIONS, ROOT, WARM, prepare

KEPT = ROOT / "_build" / "mutants"

#: Seconds, as recorded, of the tests that each mutant is shown; the slower ones only see those
#: that survived these.
FAST = 8.0

#: How examples in docstrings are found, in the files of the package.
EXAMPLES = ["--doctest-modules", "--override-ini=doctest_optionflags=NORMALIZE_WHITESPACE"]

#: Seconds of computing that the recording of a room may take.
RECORDING = 3600


@dataclass(frozen=True)
class Reach:
    """What the tests of a room reach.

    ``seconds`` holds how long each test takes, ``lines`` for each file and line the tests that
    were there; ``faults`` are those that do not pass on the right version.
    """

    seconds: dict[str, float]
    lines: dict[str, dict[int, list[str]]]
    faults: dict[str, str]

    def stages(self, file: str, statement: tuple[int, int]) -> list[list[str]]:
        """Return the tests for a mutant in some lines of a file: the fast ones, and the rest."""
        lines = self.lines.get(file, {})
        first, last = statement
        there = {test for line in range(first, last + 1) for test in lines.get(line, ())}
        near = {test for tests in lines.values() for test in tests} - there
        if not there:  # it runs on import, and who reads a constant runs nothing of the file
            near = set(self.seconds)
        rest = set(self.seconds) - there - near
        ordered = [test for tests in (there, near, rest) for test in self._sorted(tests)]
        fast = bisect_right(list(accumulate(map(self.seconds.__getitem__, ordered))), FAST)
        fast = min(max(fast, 1), len(there) + len(near))
        return [ordered[:fast], ordered[fast:]] if ordered[fast:] else [ordered]

    def _sorted(self, tests: set[str]) -> list[str]:
        return sorted(tests, key=lambda test: (self.seconds[test], test))


@cache
def reach(room: str) -> Reach:
    """Return what the tests of a room reach, recorded if the record is not there or old."""
    tests = list(_tests(room))
    kept = KEPT / f"{room}-{_state(tests)}.json"
    if not kept.exists():
        for old in KEPT.glob(f"{room}-*.json"):
            old.unlink()
        KEPT.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(_recorded(tests)), encoding="utf-8")
    found = json.loads(kept.read_text(encoding="utf-8"))
    lines = {
        file: {int(line): there for line, there in each.items()}
        for file, each in found.pop("lines").items()
    }
    return Reach(lines=lines, **found)


def statement(source: str, first: int, last: int) -> tuple[int, int]:
    """Return the lines of the smallest statement that holds some lines; of a block, its head."""
    best = first, last
    size = float("inf")
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt):
            continue
        begin, end = node.lineno, node.end_lineno or node.lineno
        if (body := getattr(node, "body", None)) and isinstance(body[0], ast.stmt):
            begin = min([begin, *(each.lineno for each in getattr(node, "decorator_list", ()))])
            end = max(begin, body[0].lineno - 1)
        if begin <= first and last <= end and end - begin < size:
            best, size = (begin, end), end - begin
    return best


def _tests(room: str) -> Iterator[str]:
    """Yield what is asked about any file of a room, as it is given to pytest, each once."""
    seen = set()
    for path in rooms.files([room]):
        for stage in rooms.stages(path):
            for test in stage:
                if not test.startswith("-") and test not in seen:
                    seen.add(test)
                    yield test


def _state(tests: list[str]) -> str:
    """Return what changes if the package or a test changes."""
    digest = hashlib.sha256(repr(tests).encode())
    for folder in (rooms.PACKAGE, ROOT / "tests"):
        for path in sorted(folder.rglob("*.py")):
            if "mutants" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _recorded(tests: list[str]) -> dict[str, Any]:
    """Return what the tests reach; those that do not pass in the order of their times are faults.

    A mutant is shown some of the tests, in that order: one that fails in it would kill them all.
    """
    seconds, faults, lines = _asked(tests, True)
    ordered = sorted(seconds, key=lambda test: (seconds[test], test))
    seconds, more, _ = _asked(ordered, False)
    return {"seconds": seconds, "faults": faults | more, "lines": lines}


def _asked(tests: list[str], traced: bool) -> tuple[dict[str, float], dict[str, str], dict]:
    found = verdict.ask(_record, tests, traced, warm=WARM, seconds=RECORDING)
    if not isinstance(found, tuple):
        raise RuntimeError(f"the tests could not be recorded: {found}")
    return found


def _record(tests: list[str], traced: bool, pipe: Connection) -> None:
    """Run the tests and record what each of them reaches: in a process of its own."""
    import coverage
    import pytest

    plugins = prepare()
    measured = coverage.Coverage(data_file=None, config_file=False, include=[f"{rooms.PACKAGE}/*"])
    notes = _Notes(measured if traced else None)
    if traced:
        measured.start()
    pytest.main([*OPTIONS, *EXAMPLES, *tests], plugins=[*plugins, notes])
    measured.stop()
    data = measured.get_data()
    lines = {
        Path(file).relative_to(ROOT).as_posix(): {
            line: sorted(filter(notes.seconds.__contains__, contexts))
            for line, contexts in data.contexts_by_lineno(file).items()
        }
        for file in data.measured_files()
    }
    pipe.send((notes.seconds, notes.faults, lines))


class _Notes:
    """A pytest plugin that notes which test is running, and how long it takes."""

    def __init__(self, measured: Any) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}
        self.faults: dict[str, str] = {}

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.measured:
            self.measured.switch_context(nodeid)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self.faults[report.nodeid] = str(report.longrepr)[-300:]
            self.seconds.pop(report.nodeid, None)
        elif not report.skipped and report.nodeid not in self.faults:
            taken = self.seconds.get(report.nodeid, 0.0) + report.duration
            self.seconds[report.nodeid] = taken

    def pytest_runtest_logfinish(self, nodeid: str) -> None:
        if self.measured:
            self.measured.switch_context("")

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.faults[report.nodeid] = str(report.longrepr)[-300:]
