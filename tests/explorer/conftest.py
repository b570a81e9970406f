"""A page that knows the modules of the explorer, and shows what a test gives it."""

from __future__ import annotations

import json

import pytest

from adaptive.explorer import bundle
from tests import there
from tests.conftest import PATIENCE, Visit
from tests.explorer.support import DESK, put_back

#: An address of its own, so that the page has one that can be changed. Nobody is asked for it.
ADDRESS = "http://localhost/book/page.html?x=1"

#: What tests ask of elements.
HELPERS = """
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const told = (element, ...names) => names.map((name) => element.getAttribute(name));
const numbers = (element, ...names) => told(element, ...names).map(Number);
const tell = (name) => (...given) => heard.push([name, ...given]);
var heard = [];
"""


#: What was left of the test before.
RESET = """(address) => {
  heard = [];
  document.body.style.margin = 0;
  history.replaceState(null, "", address);
}"""


@pytest.fixture(scope="session")
def workbench(browser):
    """Open a page that has the modules, without an explorer."""
    page = browser.new_page(viewport={"width": 800, "height": 600})
    page.route(
        "**/*", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html")
    )
    page.goto(ADDRESS)
    page.add_script_tag(content=f"{bundle.modules()}\n{HELPERS}")
    yield page
    page.close()


@pytest.fixture
def parts(workbench):
    """Return a function that shows some HTML, and one that runs JavaScript beside the modules.

    The function is called as ``parts(script, html=..., **values)``: `html` replaces what the page
    shows, the values are variables of the script, and what the script returns is returned.
    """
    failures = []

    def failed(error):
        failures.append(error)

    workbench.on("pageerror", failed)
    workbench.evaluate(RESET, ADDRESS)

    def run(script: str, html: str | None = None, **values):
        if html is not None:
            workbench.evaluate("(html) => { document.body.innerHTML = html; }", html)
        names = ", ".join(values)
        return workbench.evaluate(
            f"(_given) => {{ const {{ {names} }} = JSON.parse(_given); {script} }}",
            json.dumps(values),
        )

    run.page = workbench
    yield run
    workbench.remove_listener("pageerror", failed)
    assert not failures


@pytest.fixture(scope="session")
def used(browser):
    """Open the page that tests share which leave nothing but what `put_back` puts back."""
    context = browser.new_context(viewport=DESK)
    context.set_default_timeout(PATIENCE)
    yield Visit(context.new_page())
    context.close()


@pytest.fixture
def shared(used, monkeypatch):
    """Return a page as `visit` does, but one that others had before and will have again.

    Not for what stays with a page: routes, clocks, and scripts that run before its own.
    """
    there.soon(monkeypatch, {used.page.context})
    put_back(used)
    yield used
    used.assert_clean()
