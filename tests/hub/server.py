"""A hub that runs with the course's settings, and with users that this machine does not have.

It runs in namespaces of its own, where ``/etc/passwd`` and ``/srv`` are others. So each user has a
number, a home and rights, as on a server that is used; and with the hub all that it started ends.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.book.notebooks import ROOT
from tests.reachable import reachable

SETTINGS = ROOT / "chapters" / "assignments" / "hub"
NODE = ROOT / "tests" / "hub" / "node_modules"
USERS = {"instructor": 4000, "anna": 4001, "ben": 4002, "cy": 4003}
#: Only this is other than on a server that is used: who may log in, and where things are.
CHANGED = """\
load_subconfig("course.py")
c = get_config()
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.bind_url = "http://127.0.0.1:{ports[0]}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{ports[1]}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{ports[2]}"
c.JupyterHub.log_level = "INFO"
c.Spawner.start_timeout = c.Spawner.http_timeout = 600
"""


@dataclass(frozen=True)
class Hub:
    """A hub that runs.

    Parameters
    ----------
    url : str
        Its address.
    base : Path
        The folder of its own.
    """

    url: str
    base: Path

    def home(self, user: str) -> Path:
        """Return the home of a user."""
        return self.base / "home" / user

    @property
    def exchange(self) -> Path:
        """The folder of the exchange."""
        return self.base / "srv" / "nbgrader" / "exchange"

    def give(self, user: str, path: Path) -> None:
        """Make a file or a folder a user's own."""
        for one in [path, *path.rglob("*")]:
            os.chown(one, USERS[user], USERS[user])

    def may_read(self, user: str, path: Path) -> bool:
        """Return whether a user may read a file, or look into a folder."""
        look = ["sh", "-c", 'ls "$0" && { test -d "$0" || cat "$0"; }', str(path)]
        number = USERS[user]
        run = subprocess.run(look, capture_output=True, user=number, group=number, extra_groups=[])
        return not run.returncode


def _free_ports(count: int) -> list[int]:
    taken = [socket.socket() for _ in range(count)]
    for one in taken:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in taken]
    for one in taken:
        one.close()
    return ports


def _furnish(base: Path) -> None:
    """Write what the hub finds: its users with their homes, the exchange, the settings."""
    base.chmod(0o755)
    (base / "hub").mkdir(mode=0o700)
    users = [f"{name}:x:{n}:{n}::{base}/home/{name}:/bin/bash\n" for name, n in USERS.items()]
    groups = [f"{name}:x:{n}:\n" for name, n in USERS.items()]
    for name, lines in {"passwd": users, "group": groups}.items():
        (base / name).write_text(Path("/etc", name).read_text() + "".join(lines))
    for name, number in USERS.items():
        home = base / "home" / name
        home.mkdir(parents=True)
        os.chown(home, number, number)
        home.chmod(0o700)
    exchange = base / "srv" / "nbgrader" / "exchange"
    exchange.mkdir(parents=True)
    exchange.chmod(0o777)
    (Path(sys.prefix) / "etc" / "jupyter").mkdir(parents=True, exist_ok=True)
    shutil.copy(SETTINGS / "nbgrader_config.py", Path(sys.prefix) / "etc" / "jupyter")
    shutil.copy(SETTINGS / "jupyterhub_config.py", base / "hub" / "course.py")


def _command(base: Path, ports: list[int]) -> list[str]:
    config = base / "hub" / "jupyterhub_config.py"
    config.write_text(CHANGED.format(ports=ports), encoding="utf-8")
    q = shlex.quote
    lines = reachable(base, NODE)
    lines += [f"mount --bind {q(str(base / name))} /etc/{name}" for name in ("passwd", "group")]
    lines += [
        f"mount --bind {q(str(base / 'srv'))} /srv",
        f"cd {q(str(base / 'hub'))}",
        f"exec {q(sys.executable)} -m jupyterhub -f {q(str(config))}",
    ]
    spaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    return ["unshare", *spaces, "--", "sh", "-ec", "\n".join(lines)]


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/hub/login", timeout=10):
            return True
    except (urllib.error.URLError, OSError):
        return False


@contextmanager
def started() -> Iterator[Hub]:
    """Start a hub, and end it with all its users' servers."""
    if os.geteuid():
        raise PermissionError("the hub gives each user rights of their own: only root can try it")
    base = Path(tempfile.mkdtemp(prefix="hub-"))
    _furnish(base)
    ports = _free_ports(3)
    binaries = [Path(sys.executable).parent, NODE / ".bin"]
    environment = {
        "PATH": os.pathsep.join([*map(str, binaries), "/usr/sbin:/usr/bin:/sbin:/bin"]),
        "LANG": "C.UTF-8",
    }
    url = f"http://127.0.0.1:{ports[0]}"
    with (base / "hub.log").open("w", encoding="utf-8") as log:
        process = subprocess.Popen(
            _command(base, ports), env=environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            while not _answers(url):
                if process.poll() is not None:
                    raise RuntimeError((base / "hub.log").read_text()[-5000:])
                time.sleep(0.2)
            yield Hub(url, base)
        finally:
            # It heeds no other signal; whatever the hub has started ends with it.
            process.kill()
            process.wait()
            shutil.rmtree(base, ignore_errors=True)
