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
]

OPTIONS = [
    *("-x", "-q", "--tb=no", "--noconftest", "-c", os.devnull, "--rootdir", str(ROOT)),
    *("-W", "error", "-p", "no:cacheprovider"),
]


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
    verdict = ask(_run, file, source, list(tests), warm=WARM)
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
    watch = Watch()
    code = pytest.main([*OPTIONS, *tests], plugins=[plugin, watch])
    pipe.send(watch.after(code))


def _replace(file: Path, source: str) -> None:
    """Let the import of a file find another text there."""
    right = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> Any:
        if Path(self.path) == file:
            return compile(source, str(file), "exec")
        return right(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign]
