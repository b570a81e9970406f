"""The browsers in which the tests open the pages.

``python -m tests.book.browser`` says which they are; with ``--path``, nothing but where Chromium
is. Where one is missing, it installs Debian's if it may, and says what to do if it may not.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

#: Set where checks must not be skipped: then a missing browser is a failure.
REQUIRED = "ADAPTIVE_REQUIRE_BROWSER"


@dataclass(frozen=True)
class Browser:
    """A browser: Debian's package, and the names and places where it may be found."""

    package: str
    label: str
    checks: str
    names: tuple[str, ...]
    places: tuple[str, ...]

    def find(self) -> str | None:
        """Return the path of the browser, or None."""
        found = (shutil.which(name) for name in self.names)
        places = (place for place in self.places if Path(place).exists())
        return next((path for path in (*found, *places) if path), None)

    @property
    def advice(self) -> str:
        """What to do where it is missing."""
        return (
            f"No {self.label} was found: {self.checks} WILL BE SKIPPED.\n"
            f"Install one, for example with `sudo apt-get install {self.package}`, and run this "
            f"again.\nWith {REQUIRED}=1 a missing browser is a failure."
        )

    def install(self) -> None:
        """Install Debian's package."""
        print(f"No {self.label} was found; installing Debian's {self.package}.", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "--no-install-recommends", self.package]
        for command in (["apt-get", "update"], install):
            if subprocess.run(command, env=environment, stdout=subprocess.DEVNULL).returncode:
                print(f"`{' '.join(command)}` failed.", flush=True)
                return


CHROMIUM = Browser(
    package="chromium",
    label="Chromium or Chrome",
    checks="THE CHECKS OF THE BOOK'S PAGES",
    names=("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    places=(
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    ),
)
FIREFOX = Browser(
    package="firefox-esr",
    label="Firefox",
    checks="THE CHECKS OF THE EXPLORERS IN FIREFOX",
    names=("firefox-esr", "firefox"),
    places=("/Applications/Firefox.app/Contents/MacOS/firefox",),
)

#: How the tests start Chromium.
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

ADVICE = CHROMIUM.advice


def find() -> str | None:
    """Return the path of Chromium, or None."""
    return CHROMIUM.find()


def required() -> bool:
    """Whether a missing browser is a failure."""
    return os.environ.get(REQUIRED, "") not in ("", "0")


def main() -> int:
    """Find the browsers or install them."""
    may_install = hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get")
    missing = 0
    quiet = "--path" in sys.argv[1:]
    for browser in (CHROMIUM,) if quiet else (CHROMIUM, FIREFOX):
        if browser.find() is None and may_install:
            browser.install()
        path = browser.find()
        missing += path is None
        if quiet and path:
            print(path)
        else:
            print(f"The tests will open the pages in {path}" if path else browser.advice)
    return int(bool(missing) and required())


if __name__ == "__main__":
    sys.exit(main())
