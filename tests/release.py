"""What is published, built, looked into, and tried where the sources are not.

``python -m tests.release`` makes a source distribution and, from it, a wheel in ``dist``; lets
twine check them; compares what is in them with the package; and installs the wheel into an
environment of its own, in a folder that holds nothing of the project but the tests of the package,
to run these there. ``make dist`` calls it, here and where a tag is published.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[1]
DIST = ROOT / "dist"
#: Beside the package, the source distribution holds what builds it and what says what it is.
AROUND = {"LICENSE", "MANIFEST.in", "PKG-INFO", "README.md", "pyproject.toml", "setup.cfg"}
#: Tests of the package that need nothing but what it needs, as in `make test-alone`, and what they
#: share.
TESTS = (
    *("rules", "problems", "test_descent.py", "test_sweep.py", "landscapes.py", "every.py"),
    *("networks/__init__.py", "networks/report.py", "networks/tasks.py", "__init__.py"),
    "untimed.py",
)
#: Parts of the package whose examples run with what it needs alone.
PARTS = ("rules", "problems", "descent", "sweep", "plotting", "palette", "large", "tracing")
NEEDED = ("pytest>=8.3,<10", "hypothesis>=6.100,<7", "scipy>=1.14,<2")


def project() -> dict[str, str]:
    """Return the name and the version of what is published."""
    found = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"name": found["name"].replace("-", "_"), "version": found["version"]}


def package() -> set[str]:
    """Return the files of the package, such as ``adaptive/sweep.py``."""
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "adaptive").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }


def in_wheel(path: Path) -> set[str]:
    """Return the names of the files in a wheel."""
    with zipfile.ZipFile(path) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def in_sources(path: Path) -> set[str]:
    """Return the names of the files in a source distribution, below its one folder."""
    with tarfile.open(path) as archive:
        names = [PurePosixPath(each.name) for each in archive.getmembers() if each.isfile()]
    return {PurePosixPath(*name.parts[1:]).as_posix() for name in names}


def wrong(names: set[str], around: Iterable[str]) -> list[str]:
    """Say which files of the package are missing, and which are no part of it.

    Parameters
    ----------
    names : set of str
        What is in an archive.
    around : iterable of str
        What else may be there: files, or folders that end in a slash.

    Returns
    -------
    list of str
        A sentence for each.
    """
    around = tuple(around)
    files = package()
    others = {
        name
        for name in names - files
        if not any(name == each or (each[-1] == "/" and name.startswith(each)) for each in around)
    }
    return [
        *(f"{name} is missing" for name in sorted(files - names)),
        *(f"{name} is no part of the package" for name in sorted(others)),
    ]


def check(wheel: Path, sources: Path) -> list[str]:
    """Return what is wrong with a wheel and a source distribution."""
    info = "{name}-{version}.dist-info/".format(**project())
    egg = "{name}.egg-info/".format(**project())
    return [
        *(f"{wheel.name}: {each}" for each in wrong(in_wheel(wheel), [info])),
        *(f"{sources.name}: {each}" for each in wrong(in_sources(sources), [*AROUND, egg])),
    ]


def tagged(environment: dict[str, str]) -> list[str]:
    """Say whether a tag, if it is one that is built, names another version."""
    tag, version = environment.get("GITHUB_REF_NAME"), project()["version"]
    if environment.get("GITHUB_REF_TYPE") == "tag" and tag != f"v{version}":
        return [f"the tag is {tag}, and the version in pyproject.toml is {version}"]
    return []


def _run(*command: str | Path, folder: Path = ROOT) -> None:
    print("+", *command, flush=True)
    # Nothing of what is around may lead to the sources.
    around = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    # And nothing is timed: so hypothesis has no deadline.
    around["CI"] = "true"
    subprocess.run([str(part) for part in command], cwd=folder, env=around, check=True)


def try_out(wheel: Path) -> None:
    """Install a wheel in an environment of its own, and run examples and tests from there."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        _run(sys.executable, "-m", "venv", folder / "environment")
        python = folder / "environment/bin/python"
        pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
        _run(*pip, wheel, *NEEDED, folder=folder)
        for each in TESTS:
            source, target = ROOT / "tests" / each, folder / "tests" / each
            (shutil.copytree if source.is_dir() else shutil.copy2)(source, _with_room(target))
        found = f"import adaptive; assert adaptive.__file__.startswith({str(folder)!r})"
        _run(python, "-c", found, folder=folder)
        pytest = (python, "-m", "pytest", "-c", os.devnull, "--rootdir", folder, "--noconftest")
        there = ("-k", "not numba and not latex")  # for which numba and SymPy would be needed
        quiet = ("-q", "-p", "no:cacheprovider", "-p", "tests.untimed", "-W", "error", *there)
        _run(*pytest, *quiet, "tests", folder=folder)
        modules = [f"adaptive.{part}" for part in PARTS]
        options = ("--doctest-modules", "-o", "doctest_optionflags=NORMALIZE_WHITESPACE")
        _run(*pytest, *quiet, *options, "--pyargs", *modules, folder=folder)


def _with_room(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def main() -> int:
    """Build, check and try out; return 1 if something is wrong."""
    shutil.rmtree(DIST, ignore_errors=True)
    _run(sys.executable, "-m", "build", "--outdir", DIST)
    (wheel,), (sources,) = DIST.glob("*.whl"), DIST.glob("*.tar.gz")
    _run(sys.executable, "-m", "twine", "check", "--strict", wheel, sources)
    if faults := tagged(dict(os.environ)) + check(wheel, sources):
        print(*faults, sep="\n")
        return 1
    try_out(wheel)
    print(f"To be published: {wheel.name} and {sources.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
