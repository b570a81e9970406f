"""What a submission sees and reaches behind the walls, as root and as anybody else."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from adaptive.course.instructor import walls
from adaptive.course.instructor.kernels import LARGEST, Walled
from tests.book.notebooks import HANGS, ROOT
from tests.course.hostile import LOOKS
from tests.reachable import reachable

pytestmark = pytest.mark.skipif(not walls.available(), reason="this system has no walls")
KINDS = {"unshare": "unshare", "bubblewrap": "bwrap"}
SHOWN = "In view: []"

#: Runs a text behind walls, and prints what it wrote.
DRIVER = """\
import pathlib, shutil, subprocess, sys
from adaptive.course.instructor import walls
kind, code = sys.argv[1:]
room = walls.new_room({"ravine.ipynb": pathlib.Path(walls.__file__)})
code = f"import sys; sys.stdout = open({str(room.folder / 'out')!r}, 'w', 1)\\n{code}"
command = walls.command(kind, room, [sys.executable, "-c", code])
print(room.folder, flush=True)
run = subprocess.run(command, env=walls.environment(), stdin=subprocess.DEVNULL, text=True,
                     capture_output=True)
print((room.folder / "out").read_text() if (room.folder / "out").exists() else run.stderr)
shutil.rmtree(room.folder)
"""


def _as_user(folder: Path, command: list[str]) -> list[str]:
    """Return a command that is run by an ordinary user, whoever runs the tests."""
    if os.geteuid():
        return command
    home = folder / "home"
    home.mkdir()
    os.chown(home, 1234, 1234)
    lines = [*reachable(folder), "cd /", f'exec env HOME={home} TMPDIR={home} "$@"']
    user = ["setpriv", "--reuid=1234", "--regid=1234", "--clear-groups"]
    return ["unshare", "--mount", "sh", "-ec", "\n".join(lines), "sh", *user, *command]


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder into which everybody may look."""
    made = Path("/tmp") / f"walls-{os.getpid()}"
    made.mkdir(mode=0o755)
    yield made
    shutil.rmtree(made)


def _run(folder: Path, user: str, kind: str, code: str) -> str:
    command = [sys.executable, "-W", "ignore", "-c", DRIVER, kind, code]
    command = command if user == "root" else _as_user(folder, command)
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=HANGS)
    return run.stdout + run.stderr


CASES = [("user", "unshare"), ("user", "bubblewrap"), ("root", "unshare")]


@pytest.fixture(params=CASES, ids=map("-".join, CASES))
def walled(request, folder):
    """Return what runs a text behind walls of a kind."""
    user, kind = request.param
    if shutil.which(KINDS[kind]) is None or (user == "root" and os.geteuid()):
        pytest.skip("this takes another user, or another program")
    return lambda code: _run(folder, user, kind, code)


def test_there_is_nothing_to_see(walled, monkeypatch):
    monkeypatch.setenv("A_TOKEN", "secret")
    assert SHOWN in walled(LOOKS)


def test_what_may_be_imported_is_there_and_what_answers_are_is_not(walled):
    packages = ("numpy", "scipy.special", "scipy.stats", "matplotlib.pyplot", "statistics")
    course = ROOT / "chapters" / "assignments"
    code = (
        f"import os, {', '.join(packages)}\nimport adaptive.course\n"
        f"print('in view:', os.path.exists({str(course)!r}))\n"
        "try:\n    import adaptive.course.instructor.keys\n"
        "except ImportError:\n    print('no keys')"
    )
    said = walled(code)
    assert "in view: False" in said
    assert "no keys" in said


def test_it_can_write_at_home_and_nowhere_else(walled):
    code = (
        "import os, tempfile\n"
        "open('mine', 'w').write('x'); tempfile.TemporaryFile()\n"
        "def writable(top):\n"
        "    for name in [top, *(os.path.join(top, one) for one in os.listdir(top))]:\n"
        "        if os.path.isdir(name) and os.access(name, os.W_OK): yield name\n"
        "import adaptive, numpy\n"
        "places = [os.path.dirname(one.__file__) for one in (adaptive, numpy, os)]\n"
        "print('writable:', [name for top in ('/usr', *places) for name in writable(top)])"
    )
    assert "writable: []" in walled(code)


def test_it_has_no_rights(walled):
    code = (
        "status = open('/proc/self/status').read()\n"
        "rights = [line.split()[1] for line in status.splitlines() if line[:3] == 'Cap']\n"
        "print('rights:', {int(one, 16) for one in rights}, 'NoNewPrivs:\\t1' in status)"
    )
    assert "rights: {0} True" in walled(code)


def test_nobody_outside_can_be_signalled(walled):
    code = (
        "import os\n"
        "for process in [os.getppid(), *range(2, 5000)]:\n"
        "    if process != os.getpid():\n"
        "        try: os.kill(process, 9)\n"
        "        except OSError: pass\n"
        "print('still here')"
    )
    assert "still here" in walled(code)


#: Tries to outlive the one that has started it.
STAYS = """\
import ctypes, os, time
ctypes.CDLL(None).prctl(1, 0)
for process in range(2):
    if os.fork() == 0:
        os.setsid()
print("ready")
time.sleep(100000)
"""


def _inside(folder: str) -> list[int]:
    """Return the processes in whose command a folder is named."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder.encode() in path.read_bytes():
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_all_ends_with_the_grader():
    command = [sys.executable, "-W", "ignore", "-c", DRIVER, walls.available(), STAYS]
    end = time.monotonic() + HANGS
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as grader:
        assert grader.stdout is not None
        folder = grader.stdout.readline().strip()
        out = Path(folder) / "out"
        while not out.exists() or "ready" not in out.read_text():
            assert time.monotonic() < end
        assert len(_inside(folder)) > 4
        grader.send_signal(signal.SIGKILL)
    while _inside(folder):
        assert time.monotonic() < end
    shutil.rmtree(folder)


def test_no_message_beyond_all_measure_is_taken():
    """It would be in the memory of the process that grades, which others need."""
    manager = Walled(walls.available(), {})
    try:
        client = manager.client()
        with client.context.socket(zmq.SUB) as socket:
            assert socket.getsockopt(zmq.MAXMSGSIZE) == LARGEST
    finally:
        shutil.rmtree(manager._room.folder)


def test_without_walls_nothing_is_claimed(monkeypatch):
    monkeypatch.setattr(walls, "_stands", lambda kind: False)
    walls.available.cache_clear()
    assert walls.available() == ""
    monkeypatch.setattr(walls.sys, "platform", "darwin")
    monkeypatch.setattr(walls, "_stands", lambda kind: True)
    walls.available.cache_clear()
    assert walls.available() == ""
    walls.available.cache_clear()
