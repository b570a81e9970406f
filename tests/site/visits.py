"""Two visits to a page, at a desk and with a phone, in which all is seen that the tests ask of it.

A page is large, and takes seconds to be loaded and laid out: each is visited once, and what is seen
there is written down.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
from playwright.sync_api import Browser, Page

from tests.conftest import PATIENCE, Visit

#: The window at a desk, and small and usual ones.
DESK = {"width": 1280, "height": 900}
LAPTOP = {"width": 1280, "height": 720}
SCREEN = {"width": 1280, "height": 800}
#: A narrow phone, a usual one, and A4 without its margins.
NARROW = {"width": 360, "height": 900}
PHONE = {"width": 390, "height": 844}
PAPER = {"width": 690, "height": 1000}

THEME = "(theme) => { document.documentElement.dataset.theme = theme; }"
WIDTH = "() => document.documentElement.scrollWidth"

# --------------------------------------------------------------------------- what axe finds

AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
#: What depends on colours alone.
COLOURS = ["color-contrast", "link-in-text-block"]
#: What formulas are drawn with, and what is there to be heard.
DRAWN, HEARD = "mjx-math", "mjx-assistive-mml"

#: Of the thousands of words, the contrast of one for each way that they look is asked for.
#: In formulas nobody sees the words, and axe does not see the glyphs, which the style sheet writes.
WHOLE = """(passed) => {
  for (const e of document.querySelectorAll("[data-same]")) delete e.dataset.same;
  for (const e of document.querySelectorAll("mjx-container *")) e.dataset.same = "";
  for (const e of repeated(passed)) e.dataset.same = "";
  axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-same])" }] });
  return document;
}"""
#: What looks otherwise than when `desk` was filled, or was not seen then.
CHANGED = """() => {
  const changed = [...looks()].filter(([e, look]) => desk.get(e) !== look).map(([e]) => e);
  for (const e of changed) delete e.dataset.same;
  return changed.length ? { include: changed } : null;
}"""

#: Rules, each with the elements that break it.
Violations = list[tuple[str, list[str]]]


def violations(
    page: Page,
    theme: str,
    rules: list[str] | None = None,
    part: str = WHOLE,
    passed: set[str] | None = None,
) -> Violations:
    """Return what axe finds wrong with a page in a theme.

    How words may look, as axe has found before, is not asked again; nor, on the next page, how they
    look on this one, if nothing is wrong with its colours.
    """
    page.evaluate(THEME, theme)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    # What it would load by itself, a page from a file may not.
    options = {"resultTypes": ["violations"], "preload": False, **only}
    passed = set() if passed is None else passed
    run = f"""async ([options, passed]) => {{
      const known = new Set(passed);
      const part = ({part})(known);
      const found = part ? (await axe.run(part, options)).violations : [];
      return {{ found, known: [...known] }};
    }}"""
    seen = page.evaluate(run, [options, [*passed]])
    if not any(each["id"] in COLOURS for each in seen["found"]):
        passed.update(seen["known"])
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in seen["found"]]


def let_look(page: Page, *emptied: str) -> None:
    """Give axe to a page, and what tells how its words look; take parts out of formulas."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    page.evaluate((Path(__file__).parent / "looks.js").read_text(encoding="utf-8"))
    page.evaluate("(parts) => { empty(parts); uncolour(); }", ", ".join(emptied or (DRAWN,)))


def violations_unlike_a_desk(page: Page, theme: str) -> Violations:
    """Return what is wrong with the colours of that which looks otherwise than from a desk."""
    narrow = page.viewport_size
    page.evaluate(THEME, theme)
    page.set_viewport_size(DESK)
    page.evaluate("() => { globalThis.desk = looks() }")
    page.set_viewport_size(narrow)
    return violations(page, theme, COLOURS, CHANGED)


# --------------------------------------------------------------------------- what else is seen

#: Elements with a sign of a font of icons, which a style sheet has written.
SIGNS = """() => [...document.querySelectorAll("body *:not(mjx-container *)")].filter((e) =>
  ["::before", "::after"].some((part) => {
    const { content, maskImage } = getComputedStyle(e, part);
    return maskImage === "none" && /[\ue000-\uf8ff]/.test(content);
  })).map((e) => e.outerHTML.slice(0, 200))"""
#: What scrolls and is not reached by key.
UNREACHED = """() => [...document.querySelectorAll("main *")].filter(e => {
  const s = getComputedStyle(e);
  return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 20
    && ["auto", "scroll"].includes(s.overflowX)
    && e.tabIndex < 0 && !e.querySelector("a, button, input, [tabindex='0']");
}).map(e => e.outerHTML.slice(0, 200))"""
#: What is too wide and has nothing that shows it.
CUT = """() => [...document.querySelectorAll("article mjx-container, article pre")]
  .filter(e => e.matches("mjx-container[display], mjx-container.long, pre")
    ? e.scrollWidth > e.clientWidth + 1
    : !e.closest("td, th") && e.firstElementChild.offsetWidth > e.closest("p, li, dd")?.clientWidth)
  .filter(e => !getComputedStyle(e).backgroundImage.includes("gradient"))
  .map(e => e.outerHTML.slice(0, 200))"""
#: Where the text runs from right to left, as in a translation: how the text runs, how wide the
#: page is, and formulas and code that are turned round with it.
TURNED = """() => {
  const root = document.documentElement;
  root.dir = "rtl";
  // The page for lost addresses has no article.
  const text = document.querySelector("article") ?? document.body;
  const seen = {
    text: getComputedStyle(text).direction,
    width: root.scrollWidth,
    scrambled: [...document.querySelectorAll(`article :is(pre, code, mjx-container, svg),
        article .pasted-text, article .cell_output table`)].filter((e) => {
      const { direction, unicodeBidi, display } = getComputedStyle(e);
      return direction !== "ltr" || (display === "inline" && !unicodeBidi.includes("isolate"));
    }).map((e) => e.outerHTML.slice(0, 200)),
  };
  root.removeAttribute("dir");
  return seen;
}"""
#: How many there are of each of the parts of a page that are seen.
SEEN = """(parts) => parts.map((part) => [...document.querySelectorAll(part)].filter((e) => {
  const { width, height } = e.getBoundingClientRect();
  return width > 0 && height > 0 && e.checkVisibility({ visibilityProperty: true });
}).length)"""
FOR_THE_SCREEN = [
    "#pst-primary-sidebar",
    ".bd-header-article",
    ".prev-next-footer",
    "article :is(button, .fold > summary)",
]
UNFOLDED = "() => document.querySelectorAll('details.later[open], details.fold[open]').length"
HEIGHT = "() => document.documentElement.scrollHeight"

#: The boxes of the parts of an opening, which on some pages is a flipbook, and where its sentence
#: ends: as long as it is, not the room that is kept for a longer one.
OPENING = """(parts) => {
  const opening = document.querySelector("h1 ~ .cell :is(.adaptive-opening, .adaptive-flipbook)");
  if (!opening) return null;
  const boxes = (within, part) => [...within.querySelectorAll(part)]
    .filter((e) => e.getClientRects().length)
    .map((e) => e.getBoundingClientRect().toJSON());
  const range = document.createRange();
  range.selectNodeContents(opening.querySelector(".outcome, .said"));
  return {
    title: boxes(document, "h1")[0].y,
    words: range.getBoundingClientRect().bottom,
    ...Object.fromEntries(parts.map((part) => [part, boxes(opening, part)])),
  };
}"""
OPENING_PARTS = [".question", ".scene", ".curve", ".dial", ".outcome", "input", ".start .ring"]
OPENING_PARTS += [".leaf > svg", ".said"]

UNFOLD = "() => { for (const e of document.querySelectorAll('details')) e.open = true }"
#: Where each figure that is seen lies, how wide it is drawn, and whether its place scrolls.
FIGURES = """() => [...document.querySelectorAll("article .cell_output img, svg.architecture")]
  .filter((e) => e.checkVisibility())
  .map((e) => ({
    file: e.getAttribute("src") ?? "",
    width: e.getBoundingClientRect().width,
    place: e.parentElement.clientWidth,
    scrolls: getComputedStyle(e.parentElement).overflowX === "auto",
    key: e.parentElement.tabIndex,
  }))"""
#: The sizes of the letters of figures that are part of the page.
LETTERS = (Path(__file__).parent / "letters.js").read_text(encoding="utf-8")


@dataclass(repr=False)
class Figures:
    """The figures of a page, with all that is folded open."""

    places: list[dict[str, Any]]
    letters: list[dict[str, Any]]
    width: int  # of the page

    @classmethod
    def of(cls, page: Page) -> Figures:
        """Look at the figures of a page."""
        page.evaluate(UNFOLD)
        return cls(page.evaluate(FIGURES), page.evaluate(LETTERS), page.evaluate(WIDTH))


def opening_of(page: Page, window: dict[str, int]) -> dict[str, Any] | None:
    """Return where the parts of an opening are in a window, if the page has one."""
    page.set_viewport_size(window)
    return page.evaluate(OPENING, OPENING_PARTS)


@dataclass(repr=False)
class Desk:
    """What is seen at a desk, of a book that comes from its host."""

    visit: Visit
    loaded: dict[str, int]  # bytes of what is loaded, compressed, by path
    width: int
    signs: list[str]
    opening: dict[str, Any] | None
    height: int  # on a usual screen, with everything folded
    unfolded: int
    violations: dict[str, Violations]  # by theme
    figures: Figures


def at_a_desk(
    browser: Browser, passed: set[str], address: str, sent: dict[str, int], name: str
) -> Desk:
    """Visit a page from a desk; how words may look has ``passed`` on other pages."""
    with browser.new_context(viewport=DESK) as context:
        context.set_default_timeout(PATIENCE)
        visit = Visit(context.new_page())
        page = visit.page
        loaded: list[str] = []
        page.on("request", lambda request: loaded.append(request.url))
        page.goto(f"{address}/{name}.html", wait_until="networkidle")
        page.evaluate("() => document.fonts.ready")
        seen: dict[str, Any] = {
            "visit": visit,
            "loaded": {(path := _path(url)): sent.get(path, 0) for url in loaded},
            "width": page.evaluate(WIDTH),
            "signs": page.evaluate(SIGNS),
            "opening": opening_of(page, LAPTOP),
        }
        page.set_viewport_size(SCREEN)
        seen |= {"height": page.evaluate(HEIGHT), "unfolded": page.evaluate(UNFOLDED)}
        page.set_viewport_size(DESK)
        let_look(page)
        seen["violations"] = {"light": violations(page, "light", passed=passed)}
        page.evaluate("(heard) => empty(heard)", HEARD)
        seen["violations"]["dark"] = violations(page, "dark", COLOURS, passed=passed)
        page.evaluate("() => refill()")
        return Desk(**seen, figures=Figures.of(page))


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


@dataclass(repr=False)
class Phone:
    """What is seen with a phone, and on paper."""

    visit: Visit
    width: int
    unreached: list[str]
    cut: list[str]
    violations: dict[str, Violations]  # by theme
    turned: dict[str, Any]
    paper_width: int
    on_paper: dict[str, int]  # how many are seen, by what they are
    opening: dict[str, Any] | None
    figures: Figures


def with_a_phone(browser: Browser, passed: set[str], book: Path, name: str) -> Phone:
    """Visit a page with a phone, and print it; how words may look has ``passed`` on other pages."""
    with browser.new_context(viewport=NARROW) as context:
        context.set_default_timeout(PATIENCE)
        visit = Visit(context.new_page())
        page = visit.open(book / f"{name}.html")
        seen: dict[str, Any] = {
            "visit": visit,
            "width": page.evaluate(WIDTH),
            "unreached": page.evaluate(UNREACHED),
            "cut": page.evaluate(CUT),
            "opening": opening_of(page, PHONE),
        }
        page.set_viewport_size(NARROW)
        # What is heard of formulas is there at a desk as well.
        let_look(page, DRAWN, HEARD)
        seen["violations"] = {
            "dark": violations(page, "dark", passed=passed),
            "light": violations_unlike_a_desk(page, "light"),
        }
        seen["turned"] = page.evaluate(TURNED)
        page.evaluate("() => refill()")
        page.emulate_media(media="print")
        page.set_viewport_size(PAPER)
        parts = ["h1", *FOR_THE_SCREEN]
        seen["paper_width"] = page.evaluate(WIDTH)
        seen["on_paper"] = dict(zip(parts, page.evaluate(SEEN, parts), strict=True))
        page.emulate_media(media="screen")
        page.set_viewport_size(PHONE)
        return Phone(**seen, figures=Figures.of(page))
