"""Pyodide on this machine: a stand-in for its CDN, and for a site that needs no network.

The core comes from npm's ``pyodide``, which `make lite-node` installs. The packages come from a
folder that ADAPTIVE_PYODIDE names, or from ``../shared/pyodide-0.27.7`` beside the checkout; each
has the hash that the lock has. ``python -m tests.lite.pyodide FOLDER`` puts both into one folder,
for ``make lite PYODIDE=FOLDER``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from chapters._site.lite import PYODIDE, lock
from chapters._site.lite.build import CORE
from tests.book.notebooks import ROOT

NODE = ROOT / "tests/lite/node_modules/pyodide"
#: Set where these checks must not be skipped.
REQUIRED = "ADAPTIVE_REQUIRE_PYODIDE"


def wheels() -> Path:
    """Return the folder of the packages, whether it is there or not."""
    beside = ROOT.parent / "shared" / f"pyodide-{PYODIDE}"
    return Path(os.environ.get("ADAPTIVE_PYODIDE") or beside).resolve()


def packages() -> dict[str, Any]:
    """Return what the lock says of the packages that a kernel needs, by file name."""
    known = json.loads(lock.LOCK.read_text(encoding="utf-8"))["packages"]
    return {known[n]["file_name"]: known[n] for n in lock.closure(known, lock.NEEDED)}


def missing() -> str:
    """Return what is missing here, and what to do about it; nothing if nothing is."""
    if not (NODE / CORE[0]).is_file():
        return "npm's pyodide is not installed: `make lite-node` needs npm and its registry"
    absent = [name for name in sorted(packages()) if not (wheels() / name).is_file()]
    if absent:
        return f"ADAPTIVE_PYODIDE: {wheels()} is without {absent[0]} and {len(absent) - 1} more"
    return ""


def required() -> bool:
    """Return whether what is missing is a failure."""
    return os.environ.get(REQUIRED, "") not in ("", "0")


def find(name: str) -> Path | None:
    """Return the file that the CDN would have under a name."""
    if name in CORE:
        return NODE / name
    return wheels() / name if name in packages() else None


def gather(folder: Path) -> None:
    """Put the core and the packages into one folder, each package as the lock has it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in CORE:
        shutil.copyfile(NODE / name, folder / name)
    for name, package in packages().items():
        shutil.copyfile(wheels() / name, folder / name)
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != package["sha256"]:
            raise ValueError(f"{name} is not the file of the lock")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.lite.pyodide")
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    if said := missing():
        raise SystemExit(said)
    gather(folder)


if __name__ == "__main__":
    main()
