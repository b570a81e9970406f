"""Where compiled kernels are kept between processes, and what of it can be trusted.

numba keeps machine code as pickles: whoever can write these runs code here. So nothing is read
that others could have written, or that is not as it was left; where there is no such folder,
each process compiles for itself.
"""

from __future__ import annotations

import hashlib
import json
import linecache
import os
import stat
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any


def module(name: str, text: str) -> ModuleType:
    """Return a module made from this text, beside whose copy on disk numba keeps machine code.

    What runs is the text that is given here: the copy is there since numba asks for a file.
    """
    name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    made = ModuleType(f"adaptive.large._{name}")
    # numba looks the module up by its name when it reads its cache.
    sys.modules[made.__name__] = made
    try:
        folder = _folder()
        if folder is not None:
            _store(folder / f"{name}.py", text)
            (folder / "__pycache__").mkdir(mode=0o700, exist_ok=True)
            _fill(made, text, str(folder / f"{name}.py"))
            # numba may have been told to keep all machine code elsewhere.
            if all(is_private(Path(each.stats.cache_path)) for each in _compiled(made)):
                _drop_what_changed(made)
                return made
    except (OSError, RuntimeError):  # RuntimeError: numba finds no place for a cache
        pass
    _fill(made, text.replace("cache=True", "cache=False"), f"<{name}>")
    return made


def call(made: ModuleType, name: str, *arguments: Any) -> None:
    """Call a compiled function of a module; if its cache fails, compile it without one."""
    function = getattr(made, name)
    known = len(function.overloads)
    try:
        function(*arguments)
    except Exception:
        # Reading and writing the cache comes before the loop, so nothing has been changed yet.
        text = "".join(linecache.getlines(made.__file__ or ""))
        if "cache=True" not in text:
            raise
        _fill(made, text.replace("cache=True", "cache=False"), f"<{made.__name__}>")
        getattr(made, name)(*arguments)
    else:
        if len(function.overloads) > known:
            _note(made)


def _fill(made: ModuleType, text: str, path: str) -> None:
    """Run a text in a module; tracebacks show the lines that ran, not those on disk."""
    made.__file__ = path
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    exec(compile(text, path, "exec"), made.__dict__)


def _compiled(made: ModuleType) -> list[Any]:
    """Return the functions of a module that numba compiles."""
    return [value for value in vars(made).values() if hasattr(value, "py_func")]


# ------------------------------------------------------------------ the folder


def _folder() -> Path | None:
    """Return the folder for kernels: the user's own, which nobody else can write to, or None."""
    chosen = os.environ.get("ADAPTIVE_CACHE_DIR")
    default = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    try:
        folder = Path(chosen or Path(default) / "adaptive-optimizers").expanduser()
        # Relative, a default would be another folder wherever a program is started.
        if not chosen and not folder.is_absolute():
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder = folder.resolve(strict=True)
        if not is_private(folder):
            return None
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError):  # RuntimeError: this user has no home
        return None


def is_private(folder: Path) -> bool:
    """Return whether a folder and what is in it are the user's own, for no other to write to.

    Nor may others be able to put another one in its place.
    """
    if not hasattr(os, "geteuid"):
        return True  # Windows: a user's folders are closed to others unless somebody opens them
    folder, me = folder.resolve(), os.geteuid()
    there = folder.stat()
    if there.st_uid != me or _is_open(there):
        return False
    for above in (parent.stat() for parent in folder.parents):
        if above.st_uid not in (0, me) or (_is_open(above) and not above.st_mode & stat.S_ISVTX):
            return False
    # numba's files are as the user's mask makes them, but others may not get as far.
    closed = not there.st_mode & (stat.S_IXGRP | stat.S_IXOTH)
    return all(
        each.st_uid == me and (closed or stat.S_ISLNK(each.st_mode) or not _is_open(each))
        for each in (path.lstat() for path in folder.iterdir())
    )


def _is_open(there: os.stat_result) -> bool:
    """Return whether others can write there."""
    # On many systems each user is alone in a group of the same number.
    alone = there.st_gid == os.getegid() == os.geteuid()
    return bool(there.st_mode & (stat.S_IWOTH if alone else stat.S_IWOTH | stat.S_IWGRP))


# ------------------------------------------------------------------ the files


def _store(path: Path, text: str) -> None:
    """Write a text, at once, unless it is there: another process may be reading."""
    with suppress(FileNotFoundError):
        if path.read_bytes() == text.encode():
            return
    handle, written = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        Path(written).replace(path)
    except OSError:
        Path(written).unlink(missing_ok=True)
        raise


def _note(made: ModuleType) -> None:
    """Note what numba has stored of a module, so that a later process sees if it is damaged."""
    path = Path(made.__file__ or "")
    if path.is_absolute():
        with suppress(OSError):  # then it is compiled again
            _store(path.with_suffix(".json"), json.dumps(_digests(made)))


def _drop_what_changed(made: ModuleType) -> None:
    """Remove machine code that is not as it was noted: it could crash the process."""
    noted: Any = {}
    with suppress(OSError, ValueError):
        noted = json.loads(Path(made.__file__ or "").with_suffix(".json").read_bytes())
    now = _digests(made)
    if now != noted:
        for file in now:
            Path(file).unlink(missing_ok=True)


def _digests(made: ModuleType) -> dict[str, str]:
    """Return a digest of each file that numba has stored of a module."""
    stem = Path(made.__file__ or "").stem
    folders = {each.stats.cache_path for each in _compiled(made)}
    files = sorted(file for folder in folders for file in Path(folder).glob(f"{stem}.*.nb[ci]"))
    return {str(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
