"""Run tests against a wrong version of the package, each in a process that is then thrown away.

The processes are forked from one that has pytest, numpy and hypothesis in memory but has never
seen the package. So a mutant costs what its tests cost, and can do no harm to any other test.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

#: What the tests of the package import, ready before the first mutant.
WARM = [
    *("pytest", "_pytest.assertion.rewrite", "_pytest.doctest", "_hypothesis_pytestplugin"),
    *("hypothesis.strategies", "hypothesis.extra.numpy", "hypothesis.internal.conjecture.engine"),
    *("numpy.testing", "numpy.lib.mixins", "scipy.optimize", "tqdm", "nbclient", "nbformat"),
    *("yaml", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
]

#: Seconds of computing that no tests of one file take: a loop that has lost its end has been
#: noticed as well. Not of waiting, which depends on what else the machine does.
COMPUTING = 300
#: Seconds until what only waits is given up.
WAITING = 3600

OPTIONS = [
    *("-x", "-q", "--tb=no", "--noconftest", "-c", os.devnull, "--rootdir", str(ROOT)),
    *("-W", "error", "-p", "no:cacheprovider"),
]


@dataclass(frozen=True)
class Verdict:
    """What the tests said.

    ``failed`` is the first test that failed; None if none did, be it that all passed or that
    they could not even be run, which ``why`` tells.
    """

    failed: str | None
    why: str = "all passed"


def judge(file: str, source: str, tests: Sequence[str]) -> Verdict:
    """Run tests with another text in place of one file of the package.

    Raises
    ------
    SyntaxError
        If the text is no Python.
    LookupError
        If there is no such test.
    """
    compile(source, file, "exec")  # what is no Python is no mutant
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(WARM)
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(file, source, list(tests), there), daemon=True)
    process.start()
    there.close()
    try:
        verdict = here.recv() if here.poll(WAITING) else Verdict(None, "they do not end")
    except EOFError:
        verdict = Verdict(None, "the process died")
    process.kill()
    process.join()
    if verdict is None:
        raise LookupError(f"there is no test {', '.join(tests)}")
    return verdict


def _run(file: str, source: str, tests: list[str], pipe: Connection) -> None:
    """Put the text in place of the file, and let pytest run: in a process of its own."""
    import _hypothesis_pytestplugin as plugin
    import matplotlib
    import pytest
    from hypothesis import Phase, settings

    assert "adaptive" not in sys.modules, "the right version must not be in memory"
    resource.setrlimit(resource.RLIMIT_CPU, (COMPUTING, COMPUTING))
    gc.freeze()  # else most of the time would go into looking for garbage in what was forked
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(ROOT)
    # A failure is all that is asked for: not the smallest one, and not one to remember.
    settings.register_profile(
        "mutants",
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
    )
    settings.load_profile("mutants")
    # There is no fixture that closes the figures of each test.
    matplotlib.rcParams["figure.max_open_warning"] = 0
    _replace(ROOT / file, source)
    watch = _Watch()
    code = pytest.main([*OPTIONS, *tests], plugins=[plugin, watch])
    missing = (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED)
    pipe.send(None if code in missing and watch.verdict.why == "all passed" else watch.verdict)


def _replace(file: Path, source: str) -> None:
    """Let the import of a file find another text there."""
    right = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> Any:
        if Path(self.path) == file:
            return compile(source, str(file), "exec")
        return right(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]


class _Watch:
    """A pytest plugin that keeps what went wrong.

    Only a test that was run counts: what cannot be imported or set up was not noticed by a test.
    """

    def __init__(self) -> None:
        self.verdict = Verdict(None)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            failed = report.nodeid if report.when == "call" else None
            self.verdict = Verdict(failed, str(report.longrepr))

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self.verdict = Verdict(None, str(report.longrepr))
