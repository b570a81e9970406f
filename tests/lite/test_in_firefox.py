"""The site that needs no network, in Firefox: a chapter runs to its end from it."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest

from chapters._site import lite
from chapters._site.lite import build, offline
from tests.book import browser as browsers
from tests.book.notebooks import ROOT
from tests.conftest import served
from tests.lite.outputs import differences
from tests.site.firefox import Firefox

CHAPTER = "chapters/nadam"


@pytest.fixture
def firefox():
    """Start Firefox, if there is one."""
    path = browsers.FIREFOX.find()
    if path is None:
        (pytest.fail if browsers.required() else pytest.skip)(browsers.FIREFOX.advice)
    firefox = Firefox(path)
    yield firefox
    firefox.close()


@pytest.fixture
def offline_site(pyodide_here, tmp_path):
    """Build and serve a site with Pyodide in it."""
    build.build(tmp_path / lite.FOLDER, str(offline.FOLDER))
    with served(tmp_path) as address:
        yield address


def test_a_chapter_runs_in_firefox_from_a_site_that_needs_no_network(
    firefox, offline_site, tmp_path
):
    firefox.open(f"{offline_site}/{lite.PAGE}?path={CHAPTER}.ipynb")
    status = "document.querySelector(\".book-bar [role='status']\")?.textContent"
    firefox.until(f"() => ({status})?.includes('Python is ready')")
    firefox.evaluate(
        """() => {
          const ended = () => { globalThis.ran = true; };
          void jupyterapp.commands.execute("notebook:run-all-cells").then(ended, ended);
        }"""
    )
    firefox.until("() => globalThis.ran")
    model = "jupyterapp.shell.currentWidget.content.model"
    shown = json.loads(firefox.evaluate(f"() => JSON.stringify({model}.toJSON())"))
    assert not differences(ROOT / f"{CHAPTER}.ipynb", shown, tmp_path)
    assert {urlsplit(url).hostname for url in firefox.away} == {"127.0.0.1"}
