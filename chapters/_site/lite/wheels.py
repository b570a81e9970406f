"""The wheels that a kernel has from its start: of this checkout, and of what is installed here.

Installed pure Python is packed again, so that the site is built without a network, with the
versions that the tests of the package have seen. Made twice, a wheel is the same to the byte.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib import metadata
from pathlib import Path

from chapters._site.lite import HERE
from chapters._site.publishing import ROOT, version

#: What the package, its sliders and a kernel need beyond what Pyodide has.
INSTALLED = ("tqdm", "ipywidgets", "jupyterlab_widgets", "comm")
OURS = "adaptive-optimizers"
START = "adaptive-optimizers-lite"
#: Files of an installed package that are no part of its wheel.
_LEFT_BY_PIP = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")
#: The earliest time that a zip file can hold.
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def _write(path: Path, files: dict[str, bytes], info: str) -> Path:
    """Write a wheel of some files, and its record."""

    def line(name: str, data: bytes) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        return f"{name},sha256={digest},{len(data)}\n"

    record = "".join(line(name, data) for name, data in sorted(files.items()))
    record += f"{info}/RECORD,,\n"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in [*sorted(files.items()), (f"{info}/RECORD", record.encode())]:
            archive.writestr(zipfile.ZipInfo(name, _LONG_AGO), data, zipfile.ZIP_DEFLATED)
    return path


def _stem(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name)


def packed(name: str, folder: Path) -> Path:
    """Pack an installed package of pure Python as a wheel.

    Parameters
    ----------
    name : str
        Its name.
    folder : Path
        Where the wheel goes.

    Returns
    -------
    Path
        The wheel.
    """
    installed = metadata.distribution(name)
    stem = f"{_stem(name)}-{installed.version}"
    info = f"{stem}.dist-info"
    files: dict[str, bytes] = {}
    for file in installed.files or []:
        kept = ".." not in file.parts and "__pycache__" not in file.parts
        if not kept or file.name in _LEFT_BY_PIP:
            continue
        if file.suffix in (".so", ".pyd"):
            raise ValueError(f"{name} is not pure Python: {file}")
        data = Path(str(file.locate())).read_bytes()
        if file.parts[0].endswith(".dist-info"):
            files[f"{info}/{'/'.join(file.parts[1:])}"] = data
        else:
            files[file.as_posix()] = data
    return _write(folder / f"{stem}-py3-none-any.whl", files, info)


def of_the_package(folder: Path) -> Path:
    """Build the wheel of this checkout; nothing is left in it."""
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "tree"
        ignore = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(ROOT / "adaptive", tree / "adaptive", ignore=ignore)
        for part in ("pyproject.toml", "README.md", "LICENSE", "MANIFEST.in"):
            shutil.copy(ROOT / part, tree / part)
        build = f"from setuptools import build_meta; build_meta.build_wheel({str(folder)!r})"
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "315532800"}
        command = [sys.executable, "-c", build]
        run = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True)
    if run.returncode:
        raise RuntimeError(f"the wheel of the package does not build:\n{run.stderr}")
    (wheel,) = folder.glob(f"{_stem(OURS)}-*.whl")
    return wheel


def of_the_kernel(folder: Path) -> Path:
    """Pack what a kernel has beside the package."""
    stem, number = _stem(START), version()
    info = f"{stem}-{number}.dist-info"
    files = {path.name: path.read_bytes() for path in sorted((HERE / "kernel").glob("*.py"))}
    files[f"{info}/METADATA"] = (
        f"Metadata-Version: 2.1\nName: {START}\nVersion: {number}\n".encode()
    )
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    return _write(folder / f"{stem}-{number}-py3-none-any.whl", files, info)


def make(folder: Path) -> list[Path]:
    """Make all wheels in a folder, and return them."""
    return [
        of_the_package(folder),
        of_the_kernel(folder),
        *(packed(name, folder) for name in INSTALLED),
    ]
