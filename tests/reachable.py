"""A Python that lies where root alone may enter is tried by other users all the same."""

from __future__ import annotations

import sys
from pathlib import Path
from shlex import quote

import adaptive


def reachable(base: Path, *more: Path) -> list[str]:
    """Return commands of a shell that let everybody reach Python and its packages.

    They are for a space of mounts of one's own. There root's home, or a checkout that is root's
    alone, has nothing in it but these, and ``more``.

    Parameters
    ----------
    base : Path
        A folder in which everybody may look.
    *more : Path
        What is to be reached beside Python, where it exists.
    """
    before: list[str] = []
    after: dict[Path, list[str]] = {}
    places = (Path(sys.base_prefix), Path(sys.prefix), Path(adaptive.__file__).parent, *more)
    for number, place in enumerate(filter(Path.exists, places)):
        closed = [one for one in place.parents if not one.stat().st_mode & 0o001]
        if closed:
            kept = base / "kept" / str(number)
            kept.mkdir(parents=True)
            before.append(f"mount --bind {quote(str(place))} {quote(str(kept))}")
            after.setdefault(closed[-1], []).extend(
                [
                    f"mkdir -p {quote(str(place))}",
                    f"mount --bind {quote(str(kept))} {quote(str(place))}",
                ]
            )
    for folder, lines in after.items():
        before += [f"mount -t tmpfs -o mode=755 tmpfs {quote(str(folder))}", *lines]
    return before
