"""The notebooks in a browser that has no network but a stand-in for Pyodide's CDN."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Route

from chapters._site import lite
from tests.conftest import HERE, PATIENCE
from tests.course.conftest import own_settings  # noqa: F401
from tests.lite import pyodide

TYPES = {".js": "text/javascript", ".wasm": "application/wasm"}


@pytest.fixture(scope="session")
def pyodide_here() -> None:
    """Skip, and say so, where there is no stand-in for the CDN."""
    if said := pyodide.missing():
        said = f"THE NOTEBOOKS ARE NOT RUN IN THE BROWSER. {said}"
        (pytest.fail if pyodide.required() else pytest.skip)(said)


@dataclass
class Cdn:
    """What stands in for the CDN; tests may break it."""

    #: What it sends: None for a file that it has not.
    send: Callable[[str], bytes | None] = lambda name: (
        path.read_bytes() if (path := pyodide.find(name)) else None
    )
    reached: bool = True
    #: Whether it keeps those who ask waiting: then Python is on its way, and does not come.
    slow: bool = False
    asked: list[str] = field(default_factory=list)

    def route(self, route: Route) -> None:
        """Answer what is asked of other hosts: of the CDN, and of no other."""
        url = route.request.url
        self.asked.append(url)
        if self.slow:
            return
        name = url.removeprefix(lite.CDN).partition("?")[0]
        data = self.send(name) if self.reached and url.startswith(lite.CDN) else None
        if not self.reached or not url.startswith(lite.CDN):
            route.abort("internetdisconnected")
        elif data is None:
            route.fulfill(status=404)
        else:
            kind = TYPES.get(Path(name).suffix, "application/octet-stream")
            headers = {"Access-Control-Allow-Origin": "*", "Content-Type": kind}
            route.fulfill(body=data, headers=headers)


@dataclass
class Notebook:
    """A notebook, open in JupyterLite."""

    page: Page
    errors: list[str] = field(default_factory=list)
    #: What the console has said.
    console: list[str] = field(default_factory=list)
    #: What has been asked for, in its order.
    asked: list[str] = field(default_factory=list)

    def evaluate(self, script: str, argument: Any = None) -> Any:
        """Evaluate a function of the notebook's panel, and of an argument."""
        call = f"(given) => ({script})(jupyterapp.shell.currentWidget, given)"
        return self.page.evaluate(call, argument)

    def said(self) -> str:
        """Return what the bar says."""
        return self.page.locator(".book-bar").inner_text()

    def wait_until_ready(self) -> None:
        """Wait until Python is there."""
        self.page.locator(".book-bar [role=status]", has_text="Python is ready").wait_for()

    def set_source(self, cell: str, source: str) -> None:
        """Write into a cell, which is found by its id."""
        self.evaluate(
            """(panel, [id, source]) => {
              const cells = panel.content.widgets;
              cells.find((e) => e.model.id === id).model.sharedModel.setSource(source);
            }""",
            [cell, source],
        )

    def run(self, *cells: str) -> None:
        """Run cells, found by their ids, or all of them; wait until they have ended."""
        self.evaluate(
            """(panel, ids) => {
              const { content } = panel;
              globalThis.ran = false;
              const ended = () => { globalThis.ran = true; };
              if (!ids.length) {
                void jupyterapp.commands.execute("notebook:run-all-cells").then(ended, ended);
                return;
              }
              void (async () => {
                for (const id of ids) {
                  content.deselectAll();
                  content.activeCellIndex = content.widgets.findIndex((e) => e.model.id === id);
                  await jupyterapp.commands.execute("notebook:run-cell");
                }
              })().then(ended, ended);
            }""",
            list(cells),
        )
        # All cells may be minutes of work for a machine that has nothing else to do.
        self.page.wait_for_function("() => globalThis.ran", timeout=5 * PATIENCE)

    def read(self) -> dict[str, Any]:
        """Return the notebook as it is now."""
        return json.loads(self.evaluate("(panel) => JSON.stringify(panel.content.model.toJSON())"))

    def outputs(self, cell: str) -> list[dict[str, Any]]:
        """Return the outputs of a cell."""
        return next(each for each in self.read()["cells"] if each["id"] == cell)["outputs"]


def outside(url: str) -> bool:
    """Return whether an address is not on this machine."""
    return urlsplit(url).hostname not in HERE


def opened(page: Page, site: str, name: str, place: str = "") -> Notebook:
    """Open a notebook of the book in JupyterLite."""
    page.set_default_timeout(PATIENCE)
    notebook = Notebook(page)
    page.on("pageerror", lambda error: notebook.errors.append(str(error)))
    page.on("console", lambda message: notebook.console.append(message.text))
    page.context.on("request", lambda request: notebook.asked.append(request.url))
    fragment = f"#{quote(place)}" if place else ""
    page.goto(f"{site}/{lite.PAGE}?path={name}.ipynb{fragment}")
    page.locator(".book-bar").wait_for()
    return notebook


@pytest.fixture
def cdn() -> Cdn:
    """Return the stand-in."""
    return Cdn()


@pytest.fixture
def python_is_on_its_way(cdn: Cdn) -> None:
    """Keep Python from coming, for what a notebook does without it."""
    cdn.slow = True


@pytest.fixture
def application(reader, cdn: Cdn, site: str, pyodide_here: None):
    """Return a function that opens a notebook of the book in JupyterLite."""
    contexts: list[BrowserContext] = []

    def application(name: str, place: str = "", **settings: Any) -> Notebook:
        if not contexts:
            size = {"width": 1280, "height": 900}
            page = reader(alone=False, **{"viewport": size, "accept_downloads": True, **settings})
            contexts.append(page.context)
            page.context.route(outside, cdn.route)
        else:
            page = contexts[0].new_page()
        return opened(page, site, name, place)

    return application


def texts(outputs: list[dict[str, Any]]) -> str:
    """Return what outputs say, without the colours of a terminal."""
    said = (
        "".join(part)
        for each in outputs
        for part in (each.get("text", ""), each.get("data", {}).get("text/plain", ""))
    )
    errors = (f"{each['ename']}: {each['evalue']}" for each in outputs if "ename" in each)
    return re.sub(r"\x1b\[[\d;]*m", "", "".join([*said, *errors]))


def answered(solved: Any, blank: dict[str, Any]) -> dict[str, str]:
    """Return what a student writes into a released notebook, by the ids of the cells."""
    before = {cell["id"]: cell["source"] for cell in blank["cells"]}
    return {
        cell.id: cell.source
        for cell in solved.cells
        if cell.metadata.get("nbgrader", {}).get("solution") and before[cell.id] != cell.source
    }
