"""Whether something will fit into the memory, asked before the machine runs out of it."""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

#: What is smaller is not worth asking for.
SMALL = 64 << 20

PROC = Path("/proc/meminfo")
CGROUP = Path("/sys/fs/cgroup")


def check(needed: int, what: str, advice: str) -> None:
    """Raise a MemoryError if ``needed`` bytes are not available.

    Parameters
    ----------
    needed : int
        The bytes.
    what : str
        What needs them.
    advice : str
        What to do about it.
    """
    if needed < SMALL:
        return
    free = available()
    if free is not None and needed > free:
        raise MemoryError(
            f"{what} needs {size(needed)} of memory, and {size(free)} are available: {advice}"
        )


def size(number: float) -> str:
    """Return a number of bytes as it is read.

    Examples
    --------
    >>> size(48_000_000_000)
    '48 GB'
    """
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if number < 999.5 or unit == "TB":
            break
        number /= 1000
    return f"{number:.3g} {unit}" if number < 999.5 else f"{number:,.0f} {unit}"


def available() -> int | None:
    """Return the bytes that this process can still have; None if the system does not say."""
    known = [free for free in (_system(), _container()) if free is not None]
    return min(known, default=None)


def _system() -> int | None:
    """Return what the machine has left; where it does not say, all that it has."""
    if find_spec("psutil") is not None:
        import psutil

        return int(psutil.virtual_memory().available)
    try:
        fields = dict(line.split(":") for line in PROC.read_text("ascii").splitlines())
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return None


def _container() -> int | None:
    """Return what is left of the limit that a container was given, as on Binder."""
    try:
        limit = int((CGROUP / "memory.max").read_text("ascii"))
        used = int((CGROUP / "memory.current").read_text("ascii"))
        fields = dict(line.split() for line in (CGROUP / "memory.stat").read_text().splitlines())
    except (OSError, ValueError):
        return None  # "max" is no limit
    # Files that were read are dropped when the memory is needed.
    return limit - used + int(fields.get("inactive_file", 0))
