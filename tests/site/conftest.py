"""What the checks of the site share: the pages, and what a first visit loads."""

from __future__ import annotations

import functools
import gzip
import http.server
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from tests.site.visits import Desk, Phone, at_a_desk, with_a_phone

#: Pages that only lead elsewhere, and have no text of their own.
MOVED = ("index",)


def pages_of(book: Path) -> list[str]:
    """All pages that were built, without suffix; those that only lead on are left out.

    What runs the notebooks is an application beside them, and has tests of its own.
    """
    names = [path.relative_to(book).with_suffix("").as_posix() for path in book.rglob("*.html")]
    return sorted(
        n for n in names if n not in MOVED and not n.startswith(("_static", "_sources", "lite/"))
    )


@functools.cache
def soup(path: Path) -> BeautifulSoup:
    """A page, parsed."""
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@pytest.fixture(scope="session")
def zipped(book: Path):
    """Serve the book as its host does: compressed, below the folder of the project."""
    sent: dict[str, int] = {}

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.partition("?")[0].removeprefix("/adaptive-optimizers/")
            path = book / (name or "index.html")
            if not path.is_file():
                self.send_error(404)
                return
            kind = http.server.SimpleHTTPRequestHandler.extensions_map.get(path.suffix)
            data = gzip.compress(path.read_bytes())
            sent[self.path] = len(data)
            self.send_response(200)
            self.send_header("Content-Type", TYPES.get(path.suffix, kind or "text/html"))
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/adaptive-optimizers", sent
        server.shutdown()


TYPES = {
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}


@pytest.fixture(scope="session")
def passed() -> set[str]:
    """Return how words may look, as axe has found on one page or another."""
    return set()


@pytest.fixture(scope="session")
def desk(
    browser: Browser, passed: set[str], zipped: tuple[str, dict[str, int]]
) -> Callable[[str], Desk]:
    """Return a function of a page's name, which returns what is seen of it at a desk."""
    return functools.cache(functools.partial(at_a_desk, browser, passed, *zipped))


@pytest.fixture(scope="session")
def phone(browser: Browser, passed: set[str], book: Path) -> Callable[[str], Phone]:
    """Return a function of a page's name, which returns what is seen of it with a phone."""
    return functools.cache(functools.partial(with_a_phone, browser, passed, book))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let all that is asked of one page come in turn: each worker visits pages of its own."""
    items.sort(key=_page)


def _page(item: pytest.Item) -> str:
    asked = isinstance(item, pytest.Function) and "book" in item.fixturenames
    return item.callspec.params.get("name", "") if asked and hasattr(item, "callspec") else ""
