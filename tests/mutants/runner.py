"""Run tests against a wrong version of the package, each in a process that is then thrown away.

The processes are forked from one that has pytest, numpy and hypothesis in memory but has never
seen the package. So a mutant costs what its tests cost, and can do no harm to any other test.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.mutants.verdict import Verdict, Watch, ask

ROOT = Path(__file__).resolve().parents[2]

#: What the tests of the package import, ready before the first mutant.
WARM = [
    *("pytest", "_pytest.assertion.rewrite", "_pytest.doctest", "_hypothesis_pytestplugin"),
    *("hypothesis.strategies", "hypothesis.extra.numpy", "hypothesis.internal.conjecture.engine"),
    *("numpy.testing", "numpy.lib.mixins", "scipy.optimize", "tqdm", "nbclient", "nbformat"),
    *("yaml", "matplotlib.pyplot", "matplotlib.backends.backend_agg"),
    *("sympy", "sympy.printing.latex", "py_mini_racer", "autograd", "IPython", "joblib"),
    *("numba", "pandas", "xarray", "dask.array", "ml_dtypes"),
]

OPTIONS = [
    *("-q", "--tb=line", "--noconftest", "-c", os.devnull, "--rootdir", str(ROOT)),
    *("-W", "error", "-p", "no:cacheprovider"),
]


def judge(file: str, source: str, tests: Sequence[str], seconds: int | None = None) -> Verdict:
    """Run tests with another text in place of one file of the package.

    They may compute for so many seconds; as long as `verdict.COMPUTING` if none are given.

    Raises
    ------
    SyntaxError
        If the text is no Python.
    LookupError
        If there is no such test.
    """
    compile(source, file, "exec")  # what is no Python is no mutant
    verdict = ask(_run, file, source, list(tests), warm=WARM, seconds=seconds)
    if verdict is None:
        raise LookupError(f"there is no test {', '.join(tests)}")
    return verdict


def _run(file: str, source: str, tests: list[str], pipe: Connection) -> None:
    """Put the text in place of the file, and let pytest run: in a process of its own."""
    import pytest

    plugins = prepare()
    _replace(ROOT / file, source)
    watch = Watch()
    code = pytest.main(["-x", *OPTIONS, *tests], plugins=[*plugins, watch])
    pipe.send(watch.after(code))


class _Close:
    """A pytest plugin that closes what a test has drawn, as the fixture of all tests does."""

    def pytest_runtest_logfinish(self) -> None:
        import matplotlib.pyplot as plt

        plt.close("all")


def prepare() -> list[Any]:
    """Make a forked process one in which pytest runs quietly; return the plugins that it needs."""
    import _hypothesis_pytestplugin as plugin
    import matplotlib
    from hypothesis import Phase, settings

    assert "adaptive" not in sys.modules, "the right version must not be in memory"
    gc.freeze()  # else most of the time would go into looking for garbage in what was forked
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.environ.pop("PYTEST_ADDOPTS", None)
    sys.dont_write_bytecode = False  # the tests are compiled once, not for each mutant
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
    matplotlib.rcParams["figure.max_open_warning"] = 0
    return [plugin, _Close()]


def _replace(file: Path, source: str) -> None:
    """Let the import of a file find another text there."""
    from _pytest.assertion.rewrite import AssertionRewritingHook

    right = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> Any:
        if Path(self.path) == file:
            return compile(source, str(file), "exec")
        return right(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
    # A file whose examples are asked for would be read, and rewritten, by pytest itself.
    rewritten = AssertionRewritingHook._should_rewrite

    def should_rewrite(self: AssertionRewritingHook, name: str, path: str, state: Any) -> bool:
        return Path(path) != file and rewritten(self, name, path, state)

    AssertionRewritingHook._should_rewrite = should_rewrite  # type: ignore[method-assign]
