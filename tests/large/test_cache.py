"""What others could have written is not run, and what is damaged is made again."""

from __future__ import annotations

import os
import pickle
import py_compile
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adaptive import _fork
from adaptive.large import cache, kernel

numba = pytest.importorskip("numba")
pytestmark = pytest.mark.skipif(not hasattr(os, "geteuid"), reason="users as POSIX has them")

#: A kernel as those of the rules, but soon compiled.
TEXT = """
import numba

@numba.njit(cache=True)
def serial(x):
    x[0] += 1
"""


def called(folder: Path | None = None) -> str:
    """Make a module and call it, as a new process does, and return what its cache gave."""
    with pytest.MonkeyPatch.context() as patch:
        if folder is not None:
            patch.setenv("ADAPTIVE_CACHE_DIR", str(folder))
        made, x = cache.module("one", TEXT), np.zeros(3)
        cache.call(made, "serial", x)
    assert x.tolist() == [1, 0, 0]
    hits = sum(made.serial.stats.cache_hits.values())
    return f"{hits} {Path(made.__file__ or '').is_absolute()}"


KEPT, FOUND, NOT_KEPT = "0 True", "1 True", "0 False"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that holds a kernel."""
    folder = tmp_path_factory.mktemp("filled") / "kernels"
    assert called(folder) == KEPT
    return folder


@pytest.fixture
def folder(filled: Path, tmp_path: Path) -> Iterator[Path]:
    """Return a folder of one's own with a kernel, in the place of the first."""
    kept = tmp_path / "kept"
    shutil.copytree(filled, kept)
    yield filled
    shutil.rmtree(filled) if filled.is_dir() else filled.unlink(missing_ok=True)
    shutil.move(kept, filled)


def files(folder: Path, ending: str) -> list[Path]:
    found = sorted(folder.rglob(f"*{ending}"))
    assert found
    return found


def test_it_is_found_again_and_closed_to_others(folder: Path) -> None:
    assert called(folder) == FOUND
    for each in (folder, folder / "__pycache__"):
        assert stat.S_IMODE(each.stat().st_mode) == 0o700


@pytest.mark.parametrize("mask", [0, 0o002])
def test_with_an_open_mask_as_well(tmp_path: Path, mask: int) -> None:
    """With the mask 002 of many systems, all that numba writes is open to the group."""
    before = os.umask(mask)
    try:
        assert called(tmp_path / "kernels") == KEPT
        assert called(tmp_path / "kernels") == FOUND
    finally:
        os.umask(before)


# ------------------------------------------------------------------ what others have written

PLANT = "open({mark!r}, 'w').close()\n"


class Planted:
    """A pickle that leaves a mark when it is read."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> Any:
        return os.mkdir, (str(self.mark),)


def test_a_changed_source_is_not_run(folder: Path, tmp_path: Path) -> None:
    mark, (source,) = tmp_path / "mark", files(folder, ".py")
    source.write_text(TEXT + PLANT.format(mark=str(mark)), encoding="utf-8")
    assert called(folder) in (KEPT, FOUND)
    assert not mark.exists()
    assert source.read_text("utf-8") == TEXT


def test_a_source_that_is_swapped_at_once_is_not_run(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the check and the import: whatever lies on disk, the text in memory runs."""
    mark, (source,) = tmp_path / "mark", files(folder, ".py")
    planted, store = PLANT.format(mark=str(mark)), cache._store

    def swapped(path: Path, text: str) -> None:
        store(path, text)
        if path.suffix == ".py":
            path.write_text(planted, encoding="utf-8")

    monkeypatch.setattr(cache, "_store", swapped)
    called(folder)
    assert source.read_text("utf-8") == planted
    assert not mark.exists()


def test_a_planted_pyc_is_not_run(folder: Path, tmp_path: Path) -> None:
    mark, (source,) = tmp_path / "mark", files(folder, ".py")
    evil = tmp_path / "evil.py"
    evil.write_text(PLANT.format(mark=str(mark)), encoding="utf-8")
    compiled = folder / "__pycache__" / f"{source.stem}.{sys.implementation.cache_tag}.pyc"
    py_compile.compile(
        str(evil),
        str(compiled),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    assert called(folder) == FOUND
    assert not mark.exists()


@pytest.mark.parametrize("ending", [".nbi", ".nbc"])
def test_a_planted_pickle_is_not_read(folder: Path, tmp_path: Path, ending: str) -> None:
    mark = tmp_path / "mark"
    for file in files(folder, ending):
        file.write_bytes(pickle.dumps(Planted(mark)))
    assert called(folder) == KEPT
    assert not mark.exists()
    assert called(folder) == FOUND


@pytest.mark.parametrize("which", [".", "__pycache__", ".nbi", ".nbc", ".py", ".json"])
@pytest.mark.parametrize("bit", [stat.S_IWOTH, stat.S_IWGRP], ids=["others", "group"])
def test_what_others_can_write_to_is_not_read(
    folder: Path, tmp_path: Path, which: str, bit: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.chmod(0o711)
    (folder / "__pycache__").chmod(0o711)
    assert cache.is_private(folder)
    # As for a user who is not alone in a group.
    monkeypatch.setattr(os, "getegid", lambda: 12345)
    opened = folder / which if which in (".", "__pycache__") else files(folder, which)[0]
    opened.chmod(0o700 | bit)
    assert not (cache.is_private(folder) and cache.is_private(folder / "__pycache__"))
    if bit == stat.S_IWOTH:
        assert called(folder) == NOT_KEPT


@pytest.mark.parametrize(
    ("group", "mine", "me", "mode", "is_open"),
    [
        # A user who is alone in a group of the same number, as root is.
        (1000, 1000, 1000, 0o770, False),
        (0, 0, 0, 0o770, False),
        (1000, 1000, 1000, 0o702, True),
        # One group for all users, above their numbers or below, or another's group.
        (100, 100, 1000, 0o770, True),
        (5000, 5000, 1000, 0o770, True),
        (1000, 100, 1000, 0o770, True),
        (100, 100, 1000, 0o755, False),
    ],
)
def test_who_else_can_write_there(
    monkeypatch: pytest.MonkeyPatch, group: int, mine: int, me: int, mode: int, is_open: bool
) -> None:
    monkeypatch.setattr(os, "getegid", lambda: mine)
    monkeypatch.setattr(os, "geteuid", lambda: me)
    there: Any = SimpleNamespace(st_gid=group, st_mode=mode)
    assert cache._is_open(there) is is_open


def test_a_folder_of_somebody_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert cache.is_private(folder)
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert not cache.is_private(folder)


@pytest.mark.parametrize("sticky", [False, True])
def test_a_folder_in_one_that_others_can_write_to(tmp_path: Path, sticky: bool) -> None:
    """There they could rename it, and put their own in its place; but not in one like /tmp."""
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o1777 if sticky else 0o777)
    tmp_path.chmod(0o711)
    (shared / "kernels").mkdir(mode=0o755)
    assert cache.is_private(shared / "kernels") == sticky


def test_a_link_is_as_private_as_what_it_leads_to(folder: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    (folder / "__pycache__").rename(elsewhere)
    (folder / "__pycache__").symlink_to(elsewhere)
    assert called(folder) in (KEPT, FOUND)
    elsewhere.chmod(0o777)
    assert called(folder) == NOT_KEPT


def test_numbas_own_folder_is_looked_at_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """numba can be told to keep all machine code in one place."""
    kernels, before = tmp_path / "kernels", os.umask(0)
    try:
        for mode, first, then in ((0o777, NOT_KEPT, NOT_KEPT), (0o700, KEPT, FOUND)):
            elsewhere = tmp_path / f"{mode:o}"
            elsewhere.mkdir()
            elsewhere.chmod(mode)
            monkeypatch.setattr(numba.config, "CACHE_DIR", str(elsewhere))
            os.umask(0 if mode == 0o777 else 0o022)
            assert called(kernels) == first
            assert called(kernels) == then
    finally:
        os.umask(before)


# ------------------------------------------------------------------ what is damaged or not there


@pytest.mark.parametrize("ending", [".nbi", ".nbc", ".py", ".json"])
@pytest.mark.parametrize("damage", ["empty", "half", "noise", "folder", "gone", "one bit"])
def test_damaged_files(folder: Path, ending: str, damage: str) -> None:
    for file in files(folder, ending):
        data = file.read_bytes()
        file.unlink()
        if damage == "folder":
            file.mkdir()
        elif damage != "gone":
            flipped = bytearray(data)
            flipped[len(data) * 2 // 3] ^= 0x10
            changed = {"empty": b"", "half": data[: len(data) // 2], "noise": bytes(range(256))}
            file.write_bytes(changed.get(damage, bytes(flipped)))
    assert called(folder) in (KEPT, FOUND, NOT_KEPT)
    if damage != "folder":
        assert called(folder) == FOUND


def test_a_cache_that_fails_at_the_call(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the check, so that only the call can notice."""
    import numba.core.caching as inner

    def broken(self: Any, key: Any) -> None:
        raise pickle.UnpicklingError("damaged")

    def full(self: Any, key: Any, data: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(inner.IndexDataCacheFile, "load", broken)
    assert called(folder) == NOT_KEPT
    monkeypatch.setattr(inner.IndexDataCacheFile, "load", lambda self, key: None)
    monkeypatch.setattr(inner.IndexDataCacheFile, "save", full)
    assert called(folder) == NOT_KEPT


def test_an_error_of_the_kernel_itself_is_raised(folder: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("ADAPTIVE_CACHE_DIR", str(folder))
    made = cache.module("wrong", TEXT.replace("+= 1", "+= 'a'"))
    with pytest.raises(numba.TypingError):
        cache.call(made, "serial", np.zeros(3))
    with pytest.raises(numba.TypingError):
        cache.call(made, "serial", np.zeros(3))


NOWHERE = {"ADAPTIVE_CACHE_DIR": None, "XDG_CACHE_HOME": None, "LOCALAPPDATA": None}


@pytest.mark.parametrize(
    "environment",
    [
        {"HOME": "/nonexistent/home"},
        {"HOME": "relative"},
        {"HOME": None},
        {"XDG_CACHE_HOME": "relative"},
        {"XDG_CACHE_HOME": "/dev/null"},
        {"ADAPTIVE_CACHE_DIR": "/dev/null/kernels"},
        {"ADAPTIVE_CACHE_DIR": "~nobody-of-this-name/kernels"},
        {"ADAPTIVE_CACHE_DIR": "/proc/kernels"},
    ],
    ids=str,
)
def test_without_a_home_each_process_compiles(
    environment: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user that the system has no name for, as in containers, and no folder to be had."""
    import pwd

    def unknown(uid: int) -> None:
        raise KeyError(uid)

    def closed(self: Path, *given: Any, **named: Any) -> None:
        if str(self).startswith("/nonexistent"):  # which the administrator could make
            raise PermissionError(13, "closed")
        mkdir(self, *given, **named)

    mkdir = Path.mkdir
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    monkeypatch.setattr(Path, "mkdir", closed)
    monkeypatch.chdir(tmp_path)
    for name, value in {**NOWHERE, **environment}.items():
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    assert called() == NOT_KEPT
    assert not list(tmp_path.iterdir())


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "kernels").write_text("no folder", encoding="utf-8")
    assert called(tmp_path / "kernels") == NOT_KEPT


# ------------------------------------------------------------------ forks

FORK = """
import os, sys
import numpy as np
from adaptive import SGD
{first}
pid = os.fork()
if pid == 0:
    theta = np.zeros(400_000)
    state = SGD(lr=0.5).step_into(theta, np.ones_like(theta), SGD.State(0))
    os._exit(0 if state.t == 1 and np.all(theta == -0.5) else 3)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"""


@pytest.mark.parametrize(
    "first",
    [
        "theta = np.zeros(400_000)\n"
        "SGD().step_into(theta, np.ones_like(theta), SGD().init(theta), 'numba')",
        "import numba\n"
        "@numba.njit(parallel=True)\n"
        "def own(x):\n"
        "    for i in numba.prange(x.size): x[i] += 1\n"
        "own(np.zeros(400_000))",
        "",
    ],
    ids=["steps before", "threads of one's own", "nothing before"],
)
def test_a_fork_makes_its_steps(first: str, tmp_path: Path) -> None:
    environment = {**os.environ, "ADAPTIVE_CACHE_DIR": str(tmp_path / "kernels")}
    code = FORK.format(first=first)
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr


@pytest.mark.parametrize(("forked", "name"), [(True, "serial"), (False, "parallel")])
def test_a_fork_takes_one_core(forked: bool, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    called_: list[str] = []
    monkeypatch.setattr(kernel, "call", lambda made, name, *rest: called_.append(name))
    monkeypatch.setattr(_fork, "_IMPORTED_BY", os.getpid() + forked)
    kernel.run(None, np.empty(kernel.PARALLEL))  # type: ignore[arg-type]
    assert called_ == [name]
