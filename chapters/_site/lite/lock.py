"""Which packages are taken, with their hashes.

The lock is a part of Pyodide's own: what the notebooks import, what students are likely to, and
what these need. It is served with the site, with the site's own wheels. The browser compares each
wheel with it, wherever the wheel comes from, so that a reader has the files that were tested or a
message. What a kernel starts with is loaded at once: it asks for one package after the other, and
each time would work out what that one needs.

``python -m chapters._site.lite.lock FOLDER`` makes it from the folder of npm's ``pyodide``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import zipfile
from collections.abc import Iterable
from email.parser import Parser
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
NEEDED = ("ipython", "matplotlib", "micropip", "numpy", "sqlite3")
#: What a reader may import; loaded then.
OFFERED = ("jedi", "pandas", "scipy", "ssl", "sympy")
#: What Pyodide says that a package needs, and no module of it imports.
UNUSED = {"matplotlib": ("pytz",)}
#: The package that a kernel asks for first: all that it starts with is loaded with it.
FIRST = "micropip"


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
    known = dict(whole["packages"])
    for name, unused in UNUSED.items():
        depends = [each for each in known[name]["depends"] if each not in unused]
        known[name] = {**known[name], "depends": depends}
    names = sorted(closure(known, NEEDED + OFFERED))
    return {**whole, "packages": {name: known[name] for name in names}}


def _entry(wheel: Path, site: Path) -> dict[str, Any]:
    """Return what a lock says of a wheel in the site: where it is there, and its hash."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (about,) = (name for name in names if name.endswith(".dist-info/METADATA"))
        said = Parser().parsestr(archive.read(about).decode("utf-8"))
    tops = {name.partition("/")[0].removesuffix(".py") for name in names}
    return {
        "depends": [],
        "file_name": wheel.relative_to(site).as_posix(),
        "imports": sorted(top for top in tops if top.isidentifier()),
        "install_dir": "site",
        "name": said["Name"].replace("_", "-"),
        "package_type": "package",
        "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        "unvendored_tests": False,
        "version": said["Version"],
    }


def served(site: Path, wheels: Iterable[Path]) -> dict[str, Any]:
    """Return the lock with wheels of the site: each is loaded when a kernel starts.

    Parameters
    ----------
    site : Path
        The folder of the application.
    wheels : iterable of Path
        The wheels in it; of two versions of a package, the last is taken.

    Returns
    -------
    dict
        The lock.
    """
    whole = json.loads(LOCK.read_text(encoding="utf-8"))
    ours = {entry["name"]: entry for entry in (_entry(wheel, site) for wheel in wheels)}
    whole["packages"] |= ours
    first = whole["packages"][FIRST]
    first["depends"] = sorted({*first["depends"], *NEEDED, *ours} - {FIRST})
    return whole


def main(arguments: list[str] | None = None) -> None:
    """Write the lock."""
    parser = argparse.ArgumentParser(prog="python -m chapters._site.lite.lock")
    parser.add_argument("folder", type=Path, help="of npm's pyodide")
    path = parser.parse_args(arguments).folder / "pyodide-lock.json"
    lock = taken(json.loads(path.read_text(encoding="utf-8")))
    LOCK.write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
