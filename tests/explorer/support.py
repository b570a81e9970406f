"""What the tests of the explorer share: pages in the browser, and lines read back from them."""

from __future__ import annotations

import re
from pathlib import Path

import axe_playwright_python
import numpy as np
import pytest
from playwright.sync_api import Locator, Page

from adaptive import RULES, descend
from adaptive.explorer import catalogue
from adaptive.explorer.picture import _to_pixels
from tests.book.notebooks import ROOT, pages

#: Pixels are written with one digit, and points that nearly coincide are left out.
ROUNDING, LEFT_OUT = 0.06, 0.75

RULE = {kind.__name__: kind for kind in RULES}
PROBLEM = {problem.name: problem for problem in catalogue.default_problems()}


def _with_explorers():
    """Return the pages of the book whose notebook makes an explorer."""
    notebooks = {name: ROOT / f"{name}.ipynb" for name in pages()}
    return [
        name
        for name, path in notebooks.items()
        if path.exists() and re.search(r"\bexplore\(", path.read_text(encoding="utf-8"))
    ]


PAGES = _with_explorers() or [
    pytest.param("", marks=pytest.mark.skip(reason="no chapter of the book has an explorer"))
]

#: What an explorer of a page shows: the rule whose sliders there are, and the line of its path.
SHOWN = """(i) => {
  const root = document.querySelectorAll(".adaptive-explorer")[i];
  const { rules, state, spec } = root.explorer;
  const { problem, focus, start } = state;
  const settings = Object.fromEntries(
    rules[focus].settings.map(({ name }, k) => [name, state.settings[focus][k]]));
  const line = root.querySelector(`.landscape [data-rule="${focus}"] .whole`).getAttribute("d");
  const known = !(problem in spec.problems) && !rules[focus].stored;
  return { problem, focus, start, settings, line, known, steps: spec.steps };
}"""


#: What a reader has who has set nothing.
DESK = {"width": 1280, "height": 900}
PLAIN = {"color_scheme": "light", "reduced_motion": "no-preference", "forced_colors": "none"}

#: What a page of this origin would find again.
FORGET = """() => {
  if (location.protocol === "about:") return;
  localStorage.clear();
  sessionStorage.clear();
}"""


def put_back(visit) -> None:
    """Make a used page as good as a new one: opening another takes the machine far longer."""
    page = visit.page
    page.mouse.up()
    page.mouse.move(0, 0)
    page.evaluate(FORGET)
    page.goto("about:blank")
    page.set_viewport_size(DESK)
    page.emulate_media(**PLAIN)
    for heard in (visit.away, visit.failed, visit.errors):
        heard.clear()


def show(visit, tmp_path, explorer, name="page", change=lambda text: text) -> Page:
    """Open a page with nothing but an explorer, from a file."""
    path = tmp_path / f"{name}.html"
    path.write_text(change(explorer.to_page()), encoding="utf-8")
    return unfolded(visit.open(path))


def unfolded(page: Page) -> Page:
    """Open what stands behind "More controls" in all explorers."""
    page.evaluate("() => document.querySelectorAll('details.more').forEach((e) => (e.open = true))")
    return page


def points(d: str) -> np.ndarray:
    """Return the corners of a line, from the data of an SVG path."""
    return np.array(re.findall(r"(-?[\d.]+),(-?[\d.]+)", d or ""), dtype=float).reshape(-1, 2)


def drawn(page: Page | Locator, rule: str) -> np.ndarray:
    """Return the corners of a rule's path in the landscape."""
    settle(page)
    line = page.locator(f'.landscape [data-rule="{rule}"] .whole').first
    return points(line.get_attribute("d"))


def settle(page: Page | Locator) -> None:
    """Wait until what was changed is drawn."""
    page.locator("body, .landscape").first.evaluate(
        "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
    )


def state(page: Page, number: int = 0):
    """Return what is set in an explorer."""
    return page.evaluate(
        "(i) => document.querySelectorAll('.adaptive-explorer')[i].explorer.state", number
    )


def assert_pythons_path(shown: dict) -> None:
    """What is drawn for the rule whose sliders are shown is what Python computes."""
    if not shown["known"] or shown["focus"] not in RULE:
        return  # a problem or a rule of the chapter's own
    rule = RULE[shown["focus"]](**shown["settings"])
    problem = PROBLEM[shown["problem"]]
    assert_line(points(shown["line"]), rule, problem, shown["start"], shown["steps"])


def assert_path(page: Page | Locator, rule, problem, start=None, steps=100) -> None:
    """The line that is drawn is the path that Python computes."""
    assert_line(drawn(page, type(rule).__name__), rule, problem, start, steps)


def assert_line(found: np.ndarray, rule, problem, start=None, steps=100) -> None:
    """A line is the path that Python computes."""
    path = descend(rule, problem, start, steps, 0)
    expected = np.clip(_to_pixels(path.theta, problem), -1e5, 1e5)
    expected = expected[np.isfinite(expected).all(axis=1)]
    distance = np.linalg.norm(found[:, None] - expected, axis=-1)
    # All that is drawn is on the path, all of the path is drawn, and in its order.
    assert distance.min(axis=1).max() <= ROUNDING * np.sqrt(2)
    assert distance.min(axis=0).max() <= LEFT_OUT
    assert distance[0, 0] <= ROUNDING * np.sqrt(2)
    assert distance[-1, -1] <= ROUNDING * np.sqrt(2)


def slider(page: Page, name: str):
    """Return a slider by its label."""
    return page.get_by_role("slider", name=name, exact=True)


def violations(page: Page, part: str = "document") -> list:
    """Return what axe-core finds wrong with a part of the page."""
    if page.evaluate("() => !window.axe"):
        source = Path(axe_playwright_python.__file__).parent / "axe.min.js"
        page.evaluate(source.read_text(encoding="utf-8"))
    # Of what is right, the engine's report would be as long as the page.
    options = {"resultTypes": ["violations"]}
    found = page.evaluate(f"(options) => axe.run({part}, options)", options)["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]]) for each in found]
