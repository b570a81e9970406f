"""What a page does not have is missed soon, however long a slow machine may take for the rest.

Playwright waits for an element until its patience ends, and a busy machine needs much of that. But
an element that has not come after a page has had its turn a thousand times will not come any more;
turns are the page's own, so that a machine that is slow makes them slow as well.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Error, Locator

#: How often a page gets its turn before what is not there counts as missing: asked so many times,
#: with so many turns between.
ASKED, BETWEEN = 50, 20

TURNS = """(n) => new Promise((done) => {
  const turn = () => (n-- > 0 ? setTimeout(turn, 10) : done());
  turn();
})"""

#: What waits for its element: the two others say at once that they see none.
WAITS = [
    name
    for name, method in inspect.getmembers(Locator, inspect.isfunction)
    if "timeout" in inspect.signature(method).parameters and name not in ("is_hidden", "is_visible")
]


def asked(locator: Locator) -> None:
    """Return when an element is there.

    Raises
    ------
    AssertionError
        If the page has had all its turns without it.
    """
    for _ in range(ASKED):
        if locator.count():
            return
        try:
            locator.page.evaluate(TURNS, BETWEEN)
        except Error:  # it is on its way to another page
            locator.page.wait_for_load_state()
    raise AssertionError(f"the page has no such element: {locator}")


def first(wait: Callable[..., Any], contexts: set[BrowserContext]) -> Callable[..., Any]:
    """Return a method of `Locator` that asks first, on pages of these contexts."""

    @functools.wraps(wait)
    def method(self: Locator, *arguments: Any, **options: Any) -> Any:
        if self.page.context in contexts and options.get("state") not in ("hidden", "detached"):
            asked(self)
        return wait(self, *arguments, **options)

    return method


def soon(monkeypatch: pytest.MonkeyPatch, contexts: set[BrowserContext]) -> None:
    """Let all that waits for an element ask first, on pages of these contexts."""
    for name in WAITS:
        monkeypatch.setattr(Locator, name, first(getattr(Locator, name), contexts))
