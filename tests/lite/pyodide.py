"""Pyodide on this machine, as a stand-in for its CDN: what `make pyodide` has put together."""

from __future__ import annotations

import functools
import os
from pathlib import Path

from chapters._site.lite import offline

#: Set where these checks must not be skipped.
REQUIRED = "ADAPTIVE_REQUIRE_PYODIDE"


@functools.cache
def missing() -> str:
    """Return what is missing here, and what to do about it; nothing if nothing is."""
    if offline.whole(offline.FOLDER):
        return ""
    return "NOTHING IS RUN IN THE BROWSER: Pyodide is not here; `make pyodide` says what it needs."


def required() -> bool:
    """Return whether what is missing is a failure."""
    return os.environ.get(REQUIRED, "") not in ("", "0")


def find(name: str) -> Path | None:
    """Return the file that the CDN would have under a name."""
    return offline.FOLDER / name if name in offline.files() else None
