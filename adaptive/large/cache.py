"""Where compiled kernels are kept between processes, and what of it can be trusted.

numba keeps machine code as pickles. Whoever can write there can run code here, so nothing is
read from a folder, or of files, that others can write to; without a folder of the user's own,
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
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any


def module(name: str, text: str) -> ModuleType:
    """Return a module made from this text, which numba can keep the machine code of.

    The text that runs is the one given here, whatever lies on the disk: a copy is stored there
    since numba asks for a file.
    """
    name = f"{name}_{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    try:
        folder = _folder()
        if folder is not None:
            path = folder / f"{name}.py"
            _store(path, text)
            made = _made(name, text, str(path))
            if all(is_private(_machine_code(function)) for function in _compiled(made)):
                _drop_what_changed(path)
                return made
    except OSError:
        pass
    return uncached(name, text)


def uncached(name: str, text: str) -> ModuleType:
    """Return the module without a cache."""
    return _made(name, text.replace("cache=True", "cache=False"), f"<{name}>")


def _made(name: str, text: str, path: str) -> ModuleType:
    made = ModuleType(f"adaptive.large._{name}")
    made.__file__ = path
    # numba looks the module up by its name when it reads its cache.
    sys.modules[made.__name__] = made
    # And tracebacks show the lines that ran.
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    exec(compile(text, path, "exec"), made.__dict__)
    return made


def _compiled(made: ModuleType) -> Iterator[Any]:
    """Yield the functions of a module that numba compiles."""
    return (value for value in vars(made).values() if hasattr(value, "py_func"))


def _machine_code(function: Any) -> Path:
    """Return the folder in which numba keeps a function, made for the user alone."""
    folder = Path(function.stats.cache_path)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


# ------------------------------------------------------------------ the folder


def _folder() -> Path | None:
    """Return the folder for kernels: the user's own, which nobody else can write to, or None."""
    chosen = os.environ.get("ADAPTIVE_CACHE_DIR")
    default = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA") or "~/.cache"
    try:
        folder = Path(chosen or Path(default) / "adaptive-optimizers").expanduser()
        # Relative, it would be another folder wherever the program is started.
        if not folder.is_absolute() and not chosen:
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
    """Return whether a folder and all that is in it are the user's own, for no other to write to.

    The folders above it must keep others from putting another one in its place.
    """
    if not hasattr(os, "geteuid"):
        return True  # Windows: folders of a user are closed to others unless somebody opens them
    folder = folder.resolve()
    return (
        stat.S_ISDIR(folder.lstat().st_mode)
        and _is_ours(folder)
        and all(_is_ours(path) for path in folder.iterdir())
        and all(_keeps_what_is_in_it(parent) for parent in folder.parents)
    )


def _is_ours(path: Path) -> bool:
    there = path.lstat()
    ours = there.st_uid == os.geteuid() and not there.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    return ours and not stat.S_ISLNK(there.st_mode)


def _keeps_what_is_in_it(folder: Path) -> bool:
    there = folder.stat()
    others = stat.S_IWOTH
    # On many systems each user is alone in a group of the same number.
    if not there.st_gid == os.getegid() == os.geteuid():
        others |= stat.S_IWGRP
    return there.st_uid in (0, os.geteuid()) and bool(
        there.st_mode & stat.S_ISVTX or not there.st_mode & others
    )


# ------------------------------------------------------------------ the files


def _store(path: Path, text: str) -> None:
    """Write a text, at once, unless it is there: another process may be reading."""
    if path.is_file() and path.read_bytes() == text.encode():
        return
    handle, written = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
        Path(written).replace(path)
    except OSError:
        Path(written).unlink(missing_ok=True)
        raise


def remember(made: ModuleType) -> None:
    """Note what numba has stored of a module, so that `module` notices when it is damaged."""
    path = Path(made.__file__ or "")
    if path.is_absolute():
        try:
            _store(path.with_suffix(".json"), json.dumps(_sums(path)))
        except OSError:
            pass  # then it is compiled again next time


def _drop_what_changed(path: Path) -> None:
    """Remove machine code that is not as it was noted: it could crash the process."""
    noted: Any
    try:
        noted = json.loads(path.with_suffix(".json").read_bytes())
    except (OSError, ValueError):
        noted = {}
    now = _sums(path)
    if now != noted:
        for name in now:
            (path.parent / "__pycache__" / name).unlink(missing_ok=True)


def _sums(path: Path) -> dict[str, str]:
    """Return the digest of each file that numba has stored beside a module's source."""
    files = sorted((path.parent / "__pycache__").glob(f"{path.stem}.*.nb?"))
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
