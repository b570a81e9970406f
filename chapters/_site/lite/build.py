"""JupyterLite, put together: notebooks, wheels, settings."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from adaptive.course.book import is_assignment
from adaptive.course.regions import without_answers
from chapters._site.lite import CDN, HERE, lock, needed, offline, wheels
from chapters._site.lite.plain import Names, plain
from chapters._site.lite.plain import names as all_names
from chapters._site.publishing import ROOT, address

#: Where a kernel finds what it runs first.
_START = "/lib/python3.12/site-packages/adaptive_lite.py"
#: What a kernel would ask for, one by one: it is there already, or done without.
_ASKED_FOR = (
    *("micropip", "piplite", "ipykernel", "comm", "pyodide_kernel", "ipython", "sqlite3"),
    *("jedi", "ssl"),
)
#: Extensions of JupyterLab that are built in, of those that are installed here.
_EXTENSIONS = ("@jupyterlite/pyodide-kernel-extension", "@jupyter-widgets/jupyterlab-manager")


def notebooks() -> dict[str, Path]:
    """Return the notebooks of the book by their paths there."""
    chapters = ROOT / "chapters"
    found = [*chapters.glob("*.ipynb"), *chapters.glob("assignments/source/*/*.ipynb")]
    return {path.relative_to(ROOT).as_posix(): path for path in sorted(found)}


def as_read(path: Path, names: Names) -> dict[str, Any]:
    """Return a notebook as its reader gets it.

    An assignment is without its answers, and otherwise as it is handed out; a chapter is in plain
    Markdown.
    """
    notebook = nbformat.read(path, as_version=4)
    if is_assignment(notebook):
        return without_answers(notebook)
    return plain(notebook, path.name, names)


def _stage(folder: Path) -> None:
    names = all_names()
    for name, path in notebooks().items():
        (target := folder / name).parent.mkdir(parents=True, exist_ok=True)
        # A text as one string: the application shows the lines of a list with commas.
        target.write_text(json.dumps(as_read(path, names), indent=1, ensure_ascii=False), "utf-8")


def _needed() -> dict[str, dict[str, list[str]]]:
    """Return for the cells of all chapters which others each needs."""
    read = {name: nbformat.read(path, as_version=4) for name, path in notebooks().items()}
    return {name: needed.of_notebook(n) for name, n in read.items() if not is_assignment(n)}


def _copy_pyodide(source: Path, target: Path) -> None:
    """Copy Pyodide from a folder into the site, if it is whole."""
    packages = json.loads(lock.LOCK.read_text(encoding="utf-8"))["packages"].values()
    files = offline.files()
    if missing := [name for name in sorted(files) if not (source / name).is_file()]:
        raise ValueError(f"PYODIDE: {source} is without {', '.join(missing)}; see `make pyodide`")
    target.mkdir(parents=True)
    for name in {*files, *(each["file_name"] for each in packages)}:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def settings(pyodide: str) -> dict[str, Any]:
    """Return the settings of the application, with Pyodide at an address."""
    kernel = {
        "pyodideUrl": f"{pyodide}pyodide.js",
        "disablePyPIFallback": True,
        "loadPyodideOptions": {
            "lockFileURL": "./pyodide-lock.json",
            "packages": list(_ASKED_FOR),
            # Bars of progress are written to stderr, which leaves a red line behind.
            "env": {"PYTHONSTARTUP": _START, "TQDM_DISABLE": "1"},
        },
    }
    about = {
        "appName": "Adaptive Optimizers",
        "exposeAppInBrowser": True,
        "litePluginSettings": {
            "@jupyterlite/pyodide-kernel-extension:kernel": kernel,
            "@adaptive-optimizers/lite:bar": {"book": address(), "first": lock.FIRST},
        },
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": about}


def _configuration(folder: Path, made: list[Path], out: Path) -> dict[str, Any]:
    installed = Path(sys.prefix) / "share/jupyter/labextensions"
    extensions = [*(installed / name for name in _EXTENSIONS), HERE / "extension"]
    return {
        "LiteBuildConfig": {
            "apps": ["lab", "notebooks", "repl"],
            "contents": [str(folder / "stage")],
            "federated_extensions": [str(path) for path in extensions],
            "ignore_sys_prefix": ["federated_extensions"],
            "no_sourcemaps": True,
            "output_dir": str(out),
        },
        "PipliteAddon": {"piplite_urls": [str(path) for path in made]},
    }


def build(out: Path, pyodide: str = CDN) -> None:
    """Build JupyterLite.

    Parameters
    ----------
    out : Path
        The folder that it shall be.
    pyodide : str
        Where Pyodide is: an address that ends in a slash, or a folder, which is copied.

    Raises
    ------
    ValueError
        If the folder is not whole.
    RuntimeError
        If a tool fails.
    """
    shutil.rmtree(out, ignore_errors=True)
    local = "://" not in pyodide
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name).resolve()
        for part in ("lite", "stage", "wheels"):
            (folder / part).mkdir()
        _stage(folder / "stage")
        made = wheels.make(folder / "wheels")
        lite = folder / "lite"
        text = json.dumps(settings("./pyodide/" if local else pyodide), indent=1)
        (lite / "jupyter-lite.json").write_text(text, encoding="utf-8")
        config = _configuration(folder, made, out.resolve())
        (lite / "jupyter_lite_config.json").write_text(json.dumps(config), encoding="utf-8")
        command = [sys.executable, "-m", "jupyterlite_core", "build"]
        # Nothing of the user's own settings goes into the site.
        around = {**os.environ, "JUPYTER_CONFIG_DIR": str(folder), "JUPYTER_NO_CONFIG": "1"}
        around |= {"JUPYTER_PLATFORM_DIRS": "1", "PYTHONWARNINGS": "ignore"}
        run = subprocess.run(command, cwd=lite, env=around, capture_output=True, text=True)
        if run.returncode:
            raise RuntimeError(f"JupyterLite does not build:\n{run.stdout}\n{run.stderr}")
    found = (path for part in ("extensions/**/pypi", "pypi") for path in out.glob(f"{part}/*.whl"))
    (out / lock.LOCK.name).write_text(json.dumps(lock.served(out, sorted(found))), "utf-8")
    (out / "needed.json").write_text(json.dumps(_needed()), encoding="utf-8")
    if local:
        _copy_pyodide(Path(pyodide), out / "pyodide")
