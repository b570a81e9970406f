"""Which packages of Pyodide are taken, with their hashes.

The lock is a part of Pyodide's own: what the notebooks import, what students are likely to, and
what these need. It is served with the site. The browser compares each wheel with it, wherever the
wheel comes from, so that a reader has the files that were tested or a message.

``python -m chapters._site.lite.lock FOLDER`` makes it from the folder of npm's ``pyodide``.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from chapters._site.lite import HERE, PYODIDE

LOCK = HERE / "pyodide-lock.json"
#: Python itself, which no lock of Pyodide's names: the hashes are those of npm's package.
CORE = {
    "pyodide.js": "b4cb23a53aba19c221659b9fb40a2f18281d685691dc06647fb0afd0681baf98",
    "pyodide.mjs": "04c052c815abb0bf2981fa38c2dfa58e3120ee5288c956df2b2a15e301782c5f",
    "pyodide.asm.js": "6b4c90de5b7172873f04f21884d0e9d2274e305fe32116558fe3e4fbe3618d51",
    "pyodide.asm.wasm": "a50dd1843f805a0b7c45b61037ee0d7b26dfe85efe0e18ef95a34ad24e401f5f",
    "python_stdlib.zip": "16611534726e5d8ac2bd8f926410b2dcb8d6f49aa24913463533b457a2115c16",
}
#: What starts the kernel, and what the notebooks import.
NEEDED = ("ipython", "jedi", "matplotlib", "micropip", "numpy", "sqlite3", "ssl")
#: What a reader may import; loaded then.
OFFERED = ("pandas", "scipy", "sympy")


def closure(packages: dict[str, Any], names: tuple[str, ...]) -> set[str]:
    """Return packages with all that they need."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().replace("_", "-")
        if name not in found:
            found.add(name)
            waiting += packages[name]["depends"]
    return found


def taken(whole: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a lock that is taken."""
    if whole["info"]["version"] != PYODIDE:
        raise ValueError(f"the lock is of Pyodide {whole['info']['version']}, not {PYODIDE}")
    names = sorted(closure(whole["packages"], NEEDED + OFFERED))
    return {**whole, "packages": {name: whole["packages"][name] for name in names}}


def main(arguments: list[str] | None = None) -> None:
    """Write the lock."""
    parser = argparse.ArgumentParser(prog="python -m chapters._site.lite.lock")
    parser.add_argument("folder", type=Path, help="of npm's pyodide")
    path = parser.parse_args(arguments).folder / "pyodide-lock.json"
    lock = taken(json.loads(path.read_text(encoding="utf-8")))
    LOCK.write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
