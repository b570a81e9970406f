"""The built book, and a browser that may not leave this machine."""

from __future__ import annotations

import contextlib
import functools
import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from filelock import FileLock
from playwright.sync_api import (
    Browser,
    ConsoleMessage,
    Page,
    Request,
    Route,
    sync_playwright,
)

from tests import there
from tests.book import browser as browsers
from tests.book.notebooks import ROOT

HERE = ("localhost", "127.0.0.1")
#: Milliseconds that a page may take for whatever it is asked: the machine may be busy.
PATIENCE = 300_000


@pytest.fixture(scope="session")
def book(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Build the book as `make book` does, once for all workers, and return its folder.

    With ADAPTIVE_BOOK, it is the folder of a book that is built already.
    """
    if built := os.environ.get("ADAPTIVE_BOOK"):
        return Path(built).resolve()
    base = tmp_path_factory.getbasetemp()
    target = (base if worker_id == "master" else base.parent) / "book"
    with FileLock(f"{target}.lock"):
        if not (log := target.with_suffix(".log")).exists():
            start = "from jupyter_book.cli.main import main; main()"
            command = [sys.executable, "-c", start, "build", str(ROOT), "--path-output"]
            command += [str(target), "--all", "-W", "-n", "--keep-going"]
            run = subprocess.run(command, capture_output=True, text=True)
            if not run.returncode:
                command = [sys.executable, "-m", "chapters._site.lite"]
                command += [str(target / "_build/html/lite")]
                run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            log.write_text(f"{run.stdout}\n{run.stderr}\nexit code {run.returncode}\n")
    if not log.read_text().endswith("exit code 0\n"):
        pytest.fail(f"the book does not build:\n{log.read_text()[-5000:]}", pytrace=False)
    return target / "_build" / "html"


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder over HTTP, from this machine to this machine; give its address."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="session")
def site(book: Path):
    """Serve the built book."""
    with served(book) as address:
        yield address


@pytest.fixture(scope="session")
def browser():
    """Start Chromium, if there is one."""
    path = browsers.find()
    if path is None:
        (pytest.fail if browsers.required() else pytest.skip)(browsers.ADVICE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        yield chromium
        chromium.close()


@dataclass
class Visit:
    """A page in the browser, and what went on while it was there."""

    page: Page
    away: list[str] = field(default_factory=list)  # requests to other hosts; all are blocked
    failed: list[str] = field(default_factory=list)  # requests that got no answer
    errors: list[str] = field(default_factory=list)  # what the console complained about

    def __post_init__(self) -> None:
        self.page.route("**/*", self._route)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("requestfailed", self._failed)

    def _route(self, route: Route) -> None:
        url = urlsplit(route.request.url)
        if url.scheme in ("file", "data", "blob", "about") or url.hostname in HERE:
            route.continue_()
        else:
            self.away.append(route.request.url)
            route.abort()

    def _failed(self, request: Request) -> None:
        # An icon that was still on its way when the page was left was not refused.
        if request.failure != "net::ERR_ABORTED":
            self.failed.append(request.url)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(message.text)

    def open(self, address: Path | str) -> Page:
        """Open a page and wait until all that it needs is loaded."""
        url = address.as_uri() if isinstance(address, Path) else address
        self.page.goto(url, wait_until="load")
        return self.page

    def assert_clean(self) -> None:
        """Nothing was asked of another host, nothing was missing, nothing went wrong."""
        assert not self.away, f"asked other hosts for {self.away}"
        assert not self.failed, f"got no answer for {self.failed}"
        assert not self.errors, f"errors in the console: {self.errors}"


@contextlib.contextmanager
def readers(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Give a function that makes an empty page for a reader with settings of their own.

    An element that it has not is missed soon, unless somebody else has to bring it (``alone``).
    """
    contexts, alone_with_their_page = [], set()

    def page(*, alone: bool = True, **settings: Any) -> Page:
        contexts.append(browser.new_context(**settings))
        contexts[-1].set_default_timeout(PATIENCE)
        if alone and settings.get("java_script_enabled", True):
            alone_with_their_page.add(contexts[-1])
        return contexts[-1].new_page()

    with pytest.MonkeyPatch.context() as patch:
        there.soon(patch, alone_with_their_page)
        yield page
        for context in contexts:
            context.close()


@pytest.fixture
def reader(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that makes an empty page, as `readers` does, for one test."""
    with readers(browser) as page:
        yield page


@pytest.fixture(scope="module")
def long_reader(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return such a function for several tests that look at one page."""
    with readers(browser) as page:
        yield page


DESK = {"width": 1280, "height": 900}


@pytest.fixture
def visit(reader) -> Visit:
    """Return a new page, to open one of the book's pages in."""
    return Visit(reader(viewport=DESK))


@pytest.fixture(scope="module")
def visited(request: pytest.FixtureRequest, book: Path, long_reader) -> Iterator[Visit]:
    """Open one of the book's pages, once for all tests of a file that look at it.

    Which, such a test says with ``indirect``; the first of them finds it as a reader does.
    """
    visit = Visit(long_reader(viewport=DESK))
    visit.open(book / f"{request.param}.html")
    yield visit
    visit.page.context.close()
