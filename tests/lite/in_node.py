"""The package's own fast tests under WebAssembly, as readers run it, in Node.

``python -m tests.lite.in_node [ARGUMENT ...]`` takes further arguments for pytest. Pyodide is what
`make pyodide` has put together; pytest and Hypothesis come from where pip finds them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from chapters._site.lite import lock, offline, wheels
from tests.book.notebooks import ROOT
from tests.lite import pyodide

#: As `make test-alone` runs them.
TESTS = (
    "tests/rules",
    "tests/problems",
    "tests/test_compare.py",
    "tests/test_descent.py",
    "tests/test_sweep.py",
)
TOOLS = ("pytest>=8.3,<10", "hypothesis>=6.100,<7")
#: What there is no way to do there: a thread, a process, a compiler.
WITHOUT = ("threading", "subprocess", "numba", "scipy", "multiprocessing")
NEEDS = re.compile(rf"(?m)^\s*(?:import|from) (?:{'|'.join(WITHOUT)})\b")
#: WebAssembly does not tell numpy of an overflow; Pyodide leaves out Python's documentation.
UNLIKE = (
    "numba",
    "test_a_square_that_overflows_is_not_silent",
    "test_counts_are_those_of_the_text",
    "test_text_is_that_of_the_documentation",
    "test_the_networks_are_the_books_made_larger",
)
ARGUMENTS = (
    *("-c", "/dev/null", "--rootdir", ".", "--noconftest", "-p", "no:cacheprovider"),
    *("-p", "tests.untimed"),
    # Streams are no files there.
    *("-q", "--capture=sys", "-W", "error", "-k", " and ".join(f"not {name}" for name in UNLIKE)),
)


def runnable() -> list[str]:
    """Return the files of the tests that need nothing that is missing there."""
    found = []
    for name in TESTS:
        path = ROOT / name
        found += [path] if path.is_file() else sorted(path.glob("test_*.py"))
    return [
        path.relative_to(ROOT).as_posix()
        for path in found
        if not NEEDS.search(path.read_text(encoding="utf-8"))
    ]


def _pack(path: Path) -> None:
    # With all that they may share: the modules beside them.
    files = [file for file in (ROOT / "tests").glob("*.py") if not file.name.startswith("test_")]
    for name in (*TESTS, "tests/networks"):
        files += [ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*")
    with zipfile.ZipFile(path, "w") as archive:
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                archive.write(file, file.relative_to(ROOT).as_posix())


def main(arguments: list[str]) -> int:
    """Run the tests, and end as pytest does."""
    if said := pyodide.missing():
        print(said)
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "wheels").mkdir()
        wheels.of_the_package(folder / "wheels")
        wheels.packed("tqdm", folder / "wheels")
        pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"]
        pip += ["--only-binary", ":all:", "--platform", "any", "--python-version", "3.12"]
        subprocess.run([*pip, "--dest", str(folder / "wheels"), *TOOLS], check=True)
        _pack(folder / "tests.zip")
        node = ["node", str(ROOT / "tests/lite/in_node.mjs"), str(lock.LOCK)]
        node += [str(offline.FOLDER), str(folder / "wheels"), str(folder / "tests.zip")]
        return subprocess.run([*node, *ARGUMENTS, *runnable(), *arguments]).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
