"""The explorer in JupyterLab, with a kernel."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest

from adaptive import Momentum
from adaptive.problems import Ravine
from tests.conftest import Visit
from tests.explorer.support import assert_path, settle, slider, state, unfolded

CELLS = [
    """\
from dataclasses import dataclass
from typing import Any
import numpy as np
from adaptive import Momentum, explore
from adaptive.problems import Ravine, Surface
from adaptive.rules import Rule

@dataclass(frozen=True, eq=False)
class Sign(Rule):
    lr: Any = 0.02
    def update(self, g, t):
        return (-self.lr * np.sign(g) / np.sqrt(t),)

class Cone(Surface):
    name = "cone"
    start = np.array([1.0, 2.0])
    bounds = ((-3, 3), (-3, 3))
    def f(self, x, y):
        return np.sqrt(1 + x**2 + 2 * y**2)
    def partials(self, x, y):
        root = np.sqrt(1 + x**2 + 2 * y**2)
        return x / root, 2 * y / root
""",
    "explore(Ravine(), Momentum(lr=0.05, momentum=0.7))",
    "explore(Cone(), Sign(0.3))",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab with a notebook, and nothing of the user's settings."""
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed: its tests are skipped")
    base = tmp_path_factory.mktemp("lab")
    folder = base / "notebooks"
    folder.mkdir()
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "live.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = ["IPYTHONDIR"]
    own += [f"JUPYTER_{name}_DIR" for name in ("CONFIG", "DATA", "RUNTIME")]
    own += [f"JUPYTERLAB_{name}_DIR" for name in ("SETTINGS", "WORKSPACES")]
    environment = os.environ | {name: str(base / name) for name in own}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--ServerApp.port={port}", "--ServerApp.ip=127.0.0.1", "--LabApp.news_url=None"]
    command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    with (base / "log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
        url = f"http://127.0.0.1:{port}"
        try:
            _wait(f"{url}/api", server)
            yield f"{url}/lab/tree/live.ipynb"
        finally:
            server.terminate()
            server.wait(600)


def _wait(url, server, seconds=600):
    end = time.monotonic() + seconds
    while server.poll() is None and time.monotonic() < end:
        try:
            return urllib.request.urlopen(url, timeout=60).close()
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    pytest.fail("JupyterLab does not answer")


def test_the_explorer_lives_in_jupyterlab(lab, reader):
    visit = Visit(reader(alone=False, viewport={"width": 1280, "height": 900}))
    page = visit.page
    page.goto(lab)
    # The indicator above the notebook is "idle" already before there is a kernel, and a cell
    # that is run then is left as it was; the status bar is not.
    page.locator("#jp-main-statusbar", has_text="(ipykernel) | Idle").wait_for()
    page.locator(".jp-Notebook .cm-content").first.click()
    for number in range(1, len(CELLS) + 1):
        page.keyboard.press("Shift+Enter")
        page.locator(".jp-InputPrompt", has_text=f"[{number}]:").wait_for()
    explorers = page.locator(".adaptive-explorer[data-live]")
    explorers.nth(1).wait_for()
    assert explorers.count() == 2
    cells = page.locator(".jp-Cell").count()

    rate = slider(page, "learning rate η").first
    rate.scroll_into_view_if_needed()
    rate.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    handle = slider(page, "Start").first
    handle.focus()
    page.keyboard.press("ArrowDown")
    settle(page)
    lr, momentum = state(page)["settings"]["Momentum"]
    assert lr > 0.05
    assert state(page)["start"] == [-4, 0.975]
    assert_path(page, Momentum(lr, momentum), Ravine(), [-4, 0.975])

    box = page.locator(".landscape .start .ring").first.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 150, y + 60, steps=5)
    page.mouse.up()
    settle(page)
    assert state(page)["start"] not in ([-4, 1], [-4, 0.975])
    assert_path(page, Momentum(lr, momentum), Ravine(), state(page)["start"])

    # Keys did nothing else: no cell was added, deleted or left for another.
    unfolded(page)
    field = page.get_by_label("Start, coordinate θ[0]").first
    field.fill("2")
    field.press("b")
    field.press("Enter")
    assert page.locator(".jp-Cell").count() == cells

    # A rule and a problem written in the notebook a moment ago.
    space: dict = {}
    exec(CELLS[0], space)
    own = explorers.nth(1)
    assert_path(page, space["Sign"](0.3), space["Cone"]())
    assert own.get_by_role("checkbox", name="Sign").is_checked()
    assert "cone" in own.get_by_role("combobox", name="Problem").inner_text()
    # What makes the site's notebooks brings an extension for JupyterLite, which Lab cannot load.
    errors = [error for error in visit.errors if "@jupyterlite/server" not in error]
    assert not errors, errors
