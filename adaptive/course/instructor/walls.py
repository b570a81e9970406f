"""What keeps a submission by itself: namespaces of Linux, around the kernel that runs it.

Inside there are Python, the package without its instructor's part, the files that the assignment
comes with, and an empty home that is forgotten afterwards. There is no network, no other process,
no other student and no gradebook. ``unshare`` of util-linux puts the walls up, or `bubblewrap`_
where a system lets that alone do so; root runs each submission as a user that owns nothing.

.. _bubblewrap: https://github.com/containers/bubblewrap
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import adaptive

HOME = "/home/student"
#: Bytes that a submission may write in all, and into one file.
DISK = 256 * 2**20
#: Processes and threads of a submission that has a user of its own.
PROCESSES = 256
#: The first of the numbers that no user of a system has; added to the number of a process.
_NOBODY = 2_000_000_000
_SYSTEM = (
    *("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/fonts"),
)
_DEVICES = ("null", "zero", "full", "random", "urandom")
#: Of an installation of Python: beside these, a course may lie in the folder of an environment.
_PYTHON = ("bin", "lib", "lib64", "share", "pyvenv.cfg")
_PASSWD = "student:x:{0}:{0}::" + HOME + ":/bin/sh\n"


@dataclass(frozen=True)
class Room:
    """What one submission has.

    Parameters
    ----------
    folder : Path
        Of its own, also outside: for the sockets of its kernel.
    files : dict of Path
        By the name in its home, files to read.
    """

    folder: Path
    files: dict[str, Path]


def _links_and_places() -> Iterator[tuple[str, str]]:
    """Yield what is to be seen of the system: a path, and where it leads if it is a link."""
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink() and path.parent == Path("/"):
            yield name, str(path.readlink())
        elif path.exists():
            yield name, ""
    for prefix in dict.fromkeys((sys.base_prefix, sys.base_exec_prefix, sys.prefix)):
        if Path(prefix) != Path("/usr"):
            for part in _PYTHON:
                if (path := Path(prefix, part)).exists():
                    yield str(path), ""
    yield str(_package()), ""


def _package() -> Path:
    return Path(adaptive.__file__).resolve().parent


def _hidden() -> Path:
    """Return what students do not install."""
    return _package() / "course" / "instructor"


def _environment() -> dict[str, str]:
    """Return the environment of a kernel: nothing of the instructor's."""
    found = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(_package().parent),
        "PYTHONDONTWRITEBYTECODE": "1",
        "MPLCONFIGDIR": f"{HOME}/.matplotlib",
    }
    # Several submissions run at once, and arrays of this size gain nothing from threads.
    found |= dict.fromkeys(["OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"], "1")
    return found


@cache
def _fonts() -> dict[str, Path]:
    """Return Matplotlib's list of fonts, which takes seconds to make."""
    import matplotlib
    from matplotlib import font_manager

    name = f"fontlist-v{font_manager.FontManager.__version__}.json"
    path = Path(matplotlib.get_cachedir()) / name
    return {f".matplotlib/{name}": path} if path.is_file() else {}


# --------------------------------------------------------------------------- bubblewrap


def _bubblewrap(room: Room, command: list[str]) -> list[str]:
    """Return the command that runs another one behind walls, as an ordinary user."""
    made = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    made += ["--proc", "/proc", "--dev", "/dev"]
    for path in ("/tmp", "/home"):
        made += ["--size", str(DISK), "--tmpfs", path]
    for path, link in _links_and_places():
        made += ["--symlink", link, path] if link else ["--ro-bind", path, path]
    if _hidden().is_dir():
        made += ["--tmpfs", str(_hidden()), "--remount-ro", str(_hidden())]
    for name, file in (room.files | _fonts()).items():
        made += ["--ro-bind", str(file), f"{HOME}/{name}"]
    made += ["--bind", str(room.folder), str(room.folder), "--chdir", HOME, "--clearenv"]
    for name, value in _environment().items():
        made += ["--setenv", name, value]
    return [*made, "--", *command]


# --------------------------------------------------------------------------- unshare


def _unshare(room: Room, command: list[str]) -> list[str]:
    """Return the command that runs another one behind walls, as a user or as root."""
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    kinds = ["--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--kill-child"]
    return ["unshare", *user, *kinds, "--", "sh", "-ec", _script(room, command)]


def _script(room: Room, command: list[str]) -> str:
    """Return what the first process behind the walls does: furnish the room, run, and wait.

    It is not the submission's own: were the submission the first process, it could undo what
    makes it end with its parent.
    """
    who = owner(room)
    root = room.folder / "root"
    lines = [
        f"mkdir -p {_q(root)}",
        f"mount -t tmpfs -o size={DISK},mode=755,nosuid,nodev tmpfs {_q(root)}",
        f"cd {_q(root)}",
        f"mkdir -p proc dev/shm etc tmp .old .{HOME}/.matplotlib",
        f"printf %s {_q(_PASSWD.format(who))} > etc/passwd",
        f"printf %s {_q(f'student:x:{who}:')} > etc/group",
        "mount -t proc -o nosuid,nodev,noexec proc proc",
    ]
    for name in _DEVICES:
        lines.append(f"touch dev/{name}; mount --bind /dev/{name} dev/{name}")
    lines.append("ln -s /proc/self/fd dev/fd")
    for path, link in _links_and_places():
        lines.append(f"ln -s {_q(link)} {_q('.' + path)}" if link else _shown(path, path))
    if _hidden().is_dir():
        lines.append(f"mount -t tmpfs -o ro,size=4k tmpfs {_q(f'.{_hidden()}')}")
    for name, file in (room.files | _fonts()).items():
        lines.append(_shown(str(file), f"{HOME}/{name}"))
    inside = f".{room.folder}"
    lines += [
        f"mkdir -p {_q(inside)}; mount --bind {_q(room.folder)} {_q(inside)}",
        f"chown -R {who} .{HOME} 2>/dev/null || true",
        "chmod 1777 tmp dev/shm",
        "pivot_root . .old",
        "cd /; umount -l /.old; rmdir /.old",
        f"cd {HOME}",
        f"{shlex.join([*_stripped(who), *command])} > /dev/null 2>&1 &",
        "wait $!",
    ]
    return "\n".join(lines)


def _shown(path: str, place: str) -> str:
    """Return the command that shows a file or folder, to be read."""
    inside = f".{place}"
    make = f"mkdir -p {_q(inside)}"
    if not Path(path).is_dir():
        make = f"mkdir -p {_q(Path(inside).parent)}; touch {_q(inside)}"
    return (
        f"{make}; mount --bind {_q(path)} {_q(inside)}; "
        f"mount -o remount,bind,ro,nosuid,nodev {_q(inside)}"
    )


def _stripped(who: int) -> list[str]:
    """Return the command that runs another one without rights and with a new environment."""
    made = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--no-new-privs"]
    if os.geteuid() == 0:
        made += [f"--reuid={who}", f"--regid={who}", "--clear-groups"]
    variables = [f"{name}={value}" for name, value in _environment().items()]
    return [*made, "--pdeathsig=KILL", "env", "-i", *variables]


def owner(room: Room) -> int:
    """Return the number of the user that a submission runs as."""
    return room.folder.stat().st_uid if os.geteuid() == 0 else 0


def _q(path: object) -> str:
    return shlex.quote(str(path))


# --------------------------------------------------------------------------- no walls, no rights


def _lowered(room: Room, command: list[str]) -> list[str]:
    """Return the command that runs another one as a user that owns nothing but its room."""
    who, home = owner(room), room.folder
    lines = []
    for name, file in room.files.items():
        lines.append(f"mkdir -p {_q((home / name).parent)}; cp {_q(file)} {_q(home / name)}")
    own = [f"HOME={home}", f"MPLCONFIGDIR={home}/.matplotlib"]
    lines += [f"chown -R {who} {_q(home)}", f"cd {_q(home)}"]
    lines.append(f"exec {shlex.join([*_stripped(who), *own, *command])}")
    return ["sh", "-ec", "\n".join(lines)]


# --------------------------------------------------------------------------- which there are

#: The better one first: there the first process, which ends the others, is out of reach.
_KINDS = {"unshare": _unshare, "bubblewrap": _bubblewrap}
#: For a container with one submission in it: root keeps from it what is root's, and no more.
LOWERED = "lowered"


def command(kind: str, room: Room, inner: list[str]) -> list[str]:
    """Return the command that runs another one behind walls.

    Parameters
    ----------
    kind : str
        As `available` says, or `LOWERED`, which root alone can have.
    room : Room
        What the other command has.
    inner : list of str
        The other command.

    Returns
    -------
    list of str
        To be run with an environment in which there is no secret, such as `environment`.
    """
    limits = ["prlimit", "--core=0", f"--fsize={DISK}"]
    if os.geteuid() == 0:
        limits.append(f"--nproc={PROCESSES}")
    # With the process that starts it, all ends.
    ends = ["setpriv", "--pdeathsig=KILL"]
    return [*limits, "--", *ends, *(_KINDS | {LOWERED: _lowered})[kind](room, inner)]


def environment() -> dict[str, str]:
    """Return the environment of the command that puts the walls up."""
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}


def new_room(files: dict[str, Path]) -> Room:
    """Return a new room; its folder is to be removed when the submission has run."""
    folder = Path(tempfile.mkdtemp(prefix="adaptive-"))
    if os.geteuid() == 0:
        os.chown(folder, *[_NOBODY + os.getpid()] * 2)
    return Room(folder, files)


@cache
def available() -> str:
    """Return which walls this system has: ``bubblewrap``, ``unshare``, or nothing."""
    if not sys.platform.startswith("linux"):
        return ""
    for kind in _KINDS:
        # Behind bubblewrap's walls root would stay root.
        if (os.geteuid() or kind == "unshare") and _stands(kind):
            return kind
    return ""


def _stands(kind: str) -> bool:
    """Return whether Python starts behind walls of a kind, and finds the package."""
    if not shutil.which({"bubblewrap": "bwrap"}.get(kind, kind)):
        return False
    made = new_room({})
    done = made.folder / "done"
    code = f"import adaptive, pathlib; pathlib.Path({str(done)!r}).touch()"
    try:
        subprocess.run(
            command(kind, made, [sys.executable, "-c", code]),
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
        )
        return done.exists()
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        shutil.rmtree(made.folder, ignore_errors=True)
