"""Each notebook is executed once, in parallel with the others, for the book and for nbval.

``python -m tests.book.executed [PATH ...]`` executes notebooks, all of the book's if none is given,
in as many processes as there are cores, and keeps them with all their outputs in
``_build/executed``. As a Sphinx extension this module does so for the pages of the book before they
are read, and gives myst-nb the outputs; `plugin` lets nbval compare them with the stored ones where
``ADAPTIVE_EXECUTED`` names the folder, as in ``make test``.

What is kept counts as long as nothing has changed on which an output may depend: the notebook's
code, the package, what the book requires to be installed, Python. A notebook that fails is not
kept: who asks for it executes it and reports the error in the usual way.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import os
import site
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellControlSignal, DeadKernelError
from nbformat import NotebookNode
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.book.notebooks import CHAPTERS, ROOT, chapters, execute, notebooks

FOLDER = ROOT / os.environ.get("ADAPTIVE_EXECUTED", "_build/executed")

#: In the chapters' folder: pages, what they look like, what instructors keep there.
NO_INPUT = ("_site", "_static", "assignments", "images")


# --------------------------------------------------------------------------- what counts


def _inputs() -> Iterator[Path]:
    """Yield the files that a notebook may use: the package, and what lies beside the chapters."""
    for folder in (ROOT / "adaptive", CHAPTERS):
        for path in sorted(folder.rglob("*")):
            parts = path.relative_to(folder).parts
            hidden = "__pycache__" in parts or any(part.startswith(".") for part in parts)
            page = folder == CHAPTERS and (path.suffix in (".ipynb", ".md") or parts[0] in NO_INPUT)
            if path.is_file() and not hidden and not page:
                yield path


def _required() -> dict[str, str]:
    """Return the versions of what the book requires, and of all that this requires, by name.

    What is installed beside it, to test the book, changes no output of a notebook.
    """
    # Not what a module has brought along for itself, as setuptools does when it is imported.
    there = {canonicalize_name(d.name): d for d in distributions(path=site.getsitepackages())}
    versions, todo = {}, [("adaptive-optimizers", "book")]
    for name, extra in todo:  # which grows
        if name not in there:
            continue
        versions[name] = there[name].version
        for requirement in map(Requirement, there[name].requires or ()):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                one = canonicalize_name(requirement.name)
                todo += {(one, each) for each in ("", *requirement.extras)}.difference(todo)
    return versions


@functools.cache
def surroundings() -> str:
    """Return a digest of what all notebooks share: their inputs, what they require, Python."""
    digest = hashlib.sha256(sys.version.encode())
    for path in _inputs():
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes() + b"\0")
    digest.update("\n".join(sorted(map(" ".join, _required().items()))).encode())
    return digest.hexdigest()


def _code(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def key(notebook: NotebookNode) -> str:
    """Return what stands for a notebook's code and all that its outputs may depend on."""
    digest = hashlib.sha256(surroundings().encode())
    for cell in _code(notebook):
        digest.update(cell.source.encode() + b"\0")
    return digest.hexdigest()


# --------------------------------------------------------------------------- what is kept


def place(path: Path) -> Path:
    """Return where the executed notebook is kept: by its name alone, as its key is in it."""
    return FOLDER / path.name


def kept(path: Path, notebook: NotebookNode) -> NotebookNode | None:
    """Return the executed notebook, or None if it is not kept or does not count any more.

    Parameters
    ----------
    path : Path
        The notebook's file, by which the executed one is found.
    notebook : NotebookNode
        What is in the file now, or the page that was made from it.
    """
    if not place(path).is_file():
        return None
    found = nbformat.read(place(path), as_version=4)
    return found if found.metadata.get("executed", {}).get("key") == key(notebook) else None


def filled(path: Path, notebook: NotebookNode) -> NotebookNode | None:
    """Return a copy of a notebook with the outputs that are kept of it, or None."""
    if (found := kept(path, notebook)) is None:
        return None
    notebook = nbformat.from_dict(notebook)
    for cell, run in zip(_code(notebook), _code(found), strict=True):
        cell.outputs, cell.execution_count = run.outputs, run.execution_count
    if "widgets" in found.metadata:
        notebook.metadata["widgets"] = found.metadata["widgets"]
    return notebook


def keep(path: Path) -> str:
    """Execute a notebook and keep it; return what there is to say about it."""
    notebook = nbformat.read(path, as_version=4)
    stamp = key(notebook)
    began = time.monotonic()
    try:
        notebook = execute(notebook, path.parent)
    except (CellControlSignal, DeadKernelError) as error:
        place(path).unlink(missing_ok=True)
        return f"fails: {error}"
    seconds = time.monotonic() - began
    notebook.metadata["executed"] = {"key": stamp, "seconds": round(seconds, 1)}
    FOLDER.mkdir(parents=True, exist_ok=True)
    # Whole or not at all: somebody may be reading it.
    written = place(path).with_suffix(f".{os.getpid()}")
    nbformat.write(notebook, written)
    written.replace(place(path))
    return f"{seconds:.1f} s"


def _longest_first(path: Path) -> float:
    """Sort by the time that a notebook took before, else by its code: the longest starts first."""
    if place(path).is_file():
        return -nbformat.read(place(path), as_version=4).metadata["executed"]["seconds"]
    return -sum(len(cell.source) for cell in _code(nbformat.read(path, as_version=4))) / 500


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.book.executed")
    parser.add_argument("paths", nargs="*", type=Path, help="all notebooks of the book if none")
    paths = [path.resolve() for path in parser.parse_args(arguments).paths] or notebooks()
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    os.environ.setdefault("TQDM_DISABLE", "1")
    stale = [path for path in paths if kept(path, nbformat.read(path, as_version=4)) is None]
    stale.sort(key=_longest_first)
    with ProcessPoolExecutor() as pool:
        for path, said in zip(stale, pool.map(keep, stale), strict=True):
            print(f"executed {path.relative_to(ROOT)}: {said}", flush=True)
    return 0


# --------------------------------------------------------------------------- for the book


def _on_start(app: Any) -> None:
    """Execute the pages that are notebooks, but not the assignments, whose code is not shown."""
    pages = [str(path) for path in chapters() if path.parent == CHAPTERS]
    subprocess.run([sys.executable, "-m", "tests.book.executed", *pages], cwd=ROOT, check=True)
    surroundings.cache_clear()


def _on_read(app: Any, name: str, source: list[str]) -> None:
    """Put the outputs into a page, and let myst-nb leave it as it is."""
    path = Path(app.env.doc2path(name))
    if path.suffix != ".ipynb":
        return
    notebook = nbformat.reads(source[0], as_version=4)
    settings = notebook.metadata.setdefault("mystnb", NotebookNode())
    if settings.get("execution_mode") != "off" and (made := filled(path, notebook)) is not None:
        made.metadata.mystnb.execution_mode = "off"
        source[0] = nbformat.writes(made)


def setup(app: Any) -> dict[str, Any]:
    """Execute before the pages are read, and after assignments were made into pages."""
    app.connect("builder-inited", _on_start)
    app.connect("source-read", _on_read, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


if __name__ == "__main__":
    sys.exit(main())
