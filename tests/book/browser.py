"""The browser in which the tests open the pages.

``python -m tests.book.browser`` says which one it is; with ``--path``, nothing but that. Where
there is none, it installs Debian's Chromium if it may, and says what to do if it may not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
#: Set where checks must not be skipped: then a missing browser is a failure.
REQUIRED = "ADAPTIVE_REQUIRE_BROWSER"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Beyond what the tests block: no name but these is ever looked up.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]

ADVICE = f"""\
No Chromium or Chrome was found: THE CHECKS OF THE BOOK'S PAGES WILL BE SKIPPED.
Install one, for example with `sudo apt-get install chromium`, and run this again.
With {REQUIRED}=1 a missing browser is a failure."""


def find() -> str | None:
    """Return the path of the browser, or None."""
    found = (shutil.which(name) for name in NAMES)
    places = (place for place in PLACES if Path(place).exists())
    return next((path for path in (*found, *places) if path), None)


def required() -> bool:
    """Whether a missing browser is a failure."""
    return os.environ.get(REQUIRED, "") not in ("", "0")


def _install() -> None:
    print("No browser was found; installing Debian's chromium.", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    for command in (["apt-get", "update"], install):
        if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode:
            print(f"`{' '.join(command)}` failed.", flush=True)
            return


def main() -> int:
    """Find a browser or install it."""
    may_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    if find() is None and may_install:
        _install()
    if path := find():
        if "--path" in sys.argv[1:]:
            print(path)
            return 0
        print(f"The tests will open the pages in {path}")
        return 0
    print(ADVICE)
    return int(required())


if __name__ == "__main__":
    sys.exit(main())
