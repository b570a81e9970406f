"""Pyodide on this machine: for a site that needs no network, and for tests.

``python -m chapters._site.lite.offline FOLDER`` fills a folder, which ``make lite PYODIDE=FOLDER``
takes. Each file comes from the first place that has it: the folder that ADAPTIVE_PYODIDE names, by
default ``../shared/pyodide-0.27.7`` beside the checkout; npm's ``pyodide``, which has the core
alone; Pyodide's CDN. Wherever it comes from, it is the file that the lock names, or it is refused.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

from chapters._site.lite import CDN, PYODIDE, lock
from chapters._site.publishing import ROOT

FOLDER = ROOT / "_build" / "pyodide"


def files() -> dict[str, str]:
    """Return the hash of each file that a kernel needs, by its name."""
    known = json.loads(lock.LOCK.read_text(encoding="utf-8"))["packages"]
    needed = (known[name] for name in lock.closure(known, lock.NEEDED))
    return {**lock.CORE, **{package["file_name"]: package["sha256"] for package in needed}}


def whole(folder: Path) -> bool:
    """Return whether a folder has all files, and each is the one of the lock."""
    return all(
        (folder / name).is_file() and _digest((folder / name).read_bytes()) == digest
        for name, digest in files().items()
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _here(name: str) -> bytes | None:
    beside = ROOT.parent / "shared" / f"pyodide-{PYODIDE}"
    path = Path(os.environ.get("ADAPTIVE_PYODIDE") or beside) / name
    return path.read_bytes() if path.is_file() else None


def _from_npm(folder: Path) -> None:
    """Put npm's package into a folder, if npm and its registry are there."""
    if shutil.which("npm") is None:
        return
    command = ["npm", "pack", f"pyodide@{PYODIDE}", "--silent"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    for archive in folder.glob("*.tgz") if not run.returncode else ():
        shutil.unpack_archive(archive, folder, filter="data")


def _from_cdn(name: str) -> bytes | None:
    try:
        with urllib.request.urlopen(f"{CDN}{name}", timeout=60) as answer:
            return bytes(answer.read())
    except (urllib.error.URLError, TimeoutError):
        return None


def gather(folder: Path) -> None:
    """Fill a folder.

    Parameters
    ----------
    folder : Path
        The folder; what it has already, and what is as the lock says, stays.

    Raises
    ------
    ValueError
        If a file is nowhere to be had, or is another one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        core = Path(name)
        for file, digest in files().items():
            target = folder / file
            if target.is_file() and _digest(target.read_bytes()) == digest:
                continue
            data = _here(file)
            if data is None and file in lock.CORE:
                if not any(core.iterdir()):
                    _from_npm(core)
                known = core / "package" / file
                data = known.read_bytes() if known.is_file() else None
            if data is None:
                data = _from_cdn(file)
            if data is None:
                raise ValueError(
                    f"{file} is not to be had: it is not in the folder that ADAPTIVE_PYODIDE "
                    f"names, and neither npm nor {CDN} can be asked"
                )
            if _digest(data) != digest:
                raise ValueError(f"{file} is not the file that the lock names")
            target.write_bytes(data)


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m chapters._site.lite.offline")
    parser.add_argument("folder", type=Path, nargs="?", default=FOLDER)
    folder = parser.parse_args().folder
    try:
        gather(folder)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
