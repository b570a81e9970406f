"""Each page of the built book, as a reader's browser gets it."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from chapters._site import lite
from tests.conftest import PATIENCE
from tests.site.conftest import axe, pages_of, soup

#: What a first visit to a page may load, compressed.
BUDGET = 400_000
#: The window at a desk.
DESK = {"width": 1280, "height": 900}
THEME = "(theme) => { document.documentElement.dataset.theme = theme; }"
#: What depends on colours alone.
COLOURS = ["color-contrast", "link-in-text-block"]


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        visits = metafunc.function.__name__.startswith("test_a_visit")
        metafunc.parametrize("name", VISITED if visits else NAMES)


def _names():
    """Return the pages of the table of contents, and those that the builder adds."""
    from tests.book.notebooks import pages

    return [*pages(), "404", "genindex", "prf-prf", "search"]


NAMES = _names()
#: Pages of the reference that are visited: the others have no element that these have not.
LIKE = {f"chapters/api/{name}" for name in ("course", "index", "problems", "race", "rules")}
VISITED = [name for name in NAMES if "/api/" not in name or name in LIKE]


def test_no_page_is_left_out(book):
    assert pages_of(book) == sorted(NAMES)


def _kinds(page):
    """Return what a page is made of: each element by name and classes, within which other."""

    def kind(element):
        return element.name, *sorted(element.get("class", ()))

    return {
        (kind(each.parent), kind(each))
        for each in page.article.select("*")
        if not each.find_parent("pre")
    }


def test_the_pages_of_the_reference_that_are_visited_stand_for_all(book):
    made = {name: _kinds(soup(book / f"{name}.html")) for name in NAMES if "/api/" in name}
    seen = set.union(*(made[name] for name in LIKE))
    assert not {name: kinds - seen for name, kinds in made.items() if kinds - seen}


def test_each_page_of_the_reference_fits_on_a_phone(book, visit):
    visit.page.set_viewport_size({"width": 360, "height": 900})
    for name in NAMES:
        if "/api/" in name:
            page = visit.open(book / f"{name}.html")
            assert page.evaluate("() => document.documentElement.scrollWidth") <= 360, name
            _assert_wide_is_reached(page)
    visit.assert_clean()


#: Of the thousands of words, the contrast of one for each way that they look is asked for.
#: In formulas nobody sees the words, and axe does not see the glyphs, which the style sheet writes.
WHOLE = """() => {
  for (const e of document.querySelectorAll("[data-same]")) delete e.dataset.same;
  for (const e of document.querySelectorAll("mjx-container *")) e.dataset.same = "";
  for (const e of repeated()) e.dataset.same = "";
  axe.configure({ rules: [{ id: "color-contrast", selector: ":not([data-same])" }] });
  return document;
}"""
#: What looks otherwise than when `desk` was filled, or was not seen then.
CHANGED = """() => {
  const changed = [...looks()].filter(([e, look]) => desk.get(e) !== look).map(([e]) => e);
  for (const e of changed) delete e.dataset.same;
  return changed.length ? { include: changed } : null;
}"""


def _violations(page, theme, rules=None, part=WHOLE):
    page.evaluate(THEME, theme)
    only = {"runOnly": {"type": "rule", "values": rules}} if rules else {}
    # What it would load by itself, a page from a file may not.
    options = {"resultTypes": ["violations"], "preload": False, **only}
    run = f"(options) => {{ const part = ({part})(); return part && axe.run(part, options); }}"
    found = page.evaluate(run, options) or {"violations": []}
    return [
        (each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found["violations"]
    ]


def _let_look(page):
    """Give axe to a page, and what tells how its words look."""
    page.evaluate(axe())
    page.evaluate((Path(__file__).parent / "looks.js").read_text(encoding="utf-8"))
    page.evaluate("() => { globalThis.refill = emptied() }")


def _violations_unlike_a_desk(page, theme):
    """Return what is wrong with the colours of that which looks otherwise than from a desk."""
    narrow = page.viewport_size
    page.evaluate(THEME, theme)
    page.set_viewport_size(DESK)
    page.evaluate("() => { globalThis.desk = looks() }")
    page.set_viewport_size(narrow)
    return _violations(page, theme, COLOURS, CHANGED)


# Two visits, and all that can be asked of each: axe is what takes time, and a page is large.


def test_a_visit_from_a_desk(zipped, visit, name):
    address, sent = zipped
    loaded: list[str] = []
    visit.page.on("request", lambda request: loaded.append(request.url))
    visit.page.goto(f"{address}/{name}.html", wait_until="networkidle")
    visit.page.evaluate("() => document.fonts.ready")
    _assert_light(loaded, sent, name)
    assert visit.page.evaluate("() => document.documentElement.scrollWidth") <= 1280
    _assert_signs_are_drawn(visit.page)
    _let_look(visit.page)
    assert not _violations(visit.page, "light")
    assert not _violations(visit.page, "dark", COLOURS)
    visit.assert_clean()


def _assert_signs_are_drawn(page):
    """No style sheet writes a sign of a font of icons, which the book does not send."""
    boxes = page.evaluate(
        """() => [...document.querySelectorAll("body *:not(mjx-container *)")].filter((e) =>
          ["::before", "::after"].some((part) => {
            const { content, maskImage } = getComputedStyle(e, part);
            return maskImage === "none" && /[\ue000-\uf8ff]/.test(content);
          })).map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert not boxes


def _assert_light(loaded, sent, name):
    """What a first visit loads, compressed, is within the budget."""
    paths = {urlsplit(url).path + (f"?{q}" if (q := urlsplit(url).query) else "") for url in loaded}
    weights = {path: sent.get(path, 0) for path in paths if path.startswith("/adaptive-optimizers")}
    assert f"/adaptive-optimizers/{name}.html" in weights
    # What runs notebooks comes when it is asked for.
    assert not [path for path in paths if "/lite/" in path]
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:6]
    assert sum(weights.values()) <= BUDGET, heaviest


def test_a_visit_with_a_phone_and_on_paper(book, visit, name):
    visit.page.set_viewport_size({"width": 360, "height": 900})
    page = visit.open(book / f"{name}.html")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    _assert_wide_is_reached(page)
    _let_look(page)
    assert not _violations(page, "dark")
    assert not _violations_unlike_a_desk(page, "light")
    page.evaluate("() => refill()")
    _assert_turned_round(page)
    visit.assert_clean()
    _assert_paper(page)


def _assert_wide_is_reached(page):
    """What is too wide can be reached by key, and is not cut."""
    unreached = page.evaluate(
        """() => [...document.querySelectorAll("main *")].filter(e => {
          const s = getComputedStyle(e);
          return e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 20
            && ["auto", "scroll"].includes(s.overflowX)
            && e.tabIndex < 0 && !e.querySelector("a, button, input, [tabindex='0']");
        }).map(e => e.outerHTML.slice(0, 200))"""
    )
    assert not unreached
    cut = page.evaluate(
        """() => [...document.querySelectorAll("article mjx-container[display], article pre")]
          .filter(e => e.scrollWidth > e.clientWidth + 1)
          .filter(e => !getComputedStyle(e).backgroundImage.includes("gradient"))
          .map(e => e.outerHTML.slice(0, 200))"""
    )
    assert not cut


def _assert_turned_round(page):
    """Where the text runs from right to left, as in a translation, formulas and code do not."""
    page.evaluate("() => { document.documentElement.dir = 'rtl' }")
    scrambled = page.evaluate(
        """() => [...document.querySelectorAll(`article :is(pre, code, mjx-container, svg),
            article .pasted-text, article .cell_output table`)].filter((e) => {
          const { direction, unicodeBidi, display } = getComputedStyle(e);
          return direction !== "ltr" || (display === "inline" && !unicodeBidi.includes("isolate"));
        }).map((e) => e.outerHTML.slice(0, 200))"""
    )
    assert not scrambled
    # The page for lost addresses has no article.
    text = page.locator("article" if page.locator("article").count() else "body").first
    assert text.evaluate("(e) => getComputedStyle(e).direction") == "rtl"
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    page.evaluate("() => document.documentElement.removeAttribute('dir')")


def _assert_paper(page):
    """On paper nothing is cut, and what is there for the screen is not."""
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})  # A4 without its margins
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 690
    for part in ("#pst-primary-sidebar", ".bd-header-article", ".prev-next-footer"):
        assert page.locator(f"{part}:visible").count() == 0
    assert page.locator("h1:visible").count() == 1
    assert page.locator("article :is(button, .fold > summary):visible").count() == 0


@pytest.fixture(scope="module")
def without_script(browser):
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()


def test_text_and_formulas_need_no_script(book, without_script, name):
    page = without_script
    page.goto((book / f"{name}.html").as_uri())
    assert page.locator("main h1").first.is_visible()
    formulas = page.locator("article .math").count()
    assert page.locator("article .math mjx-container").count() == formulas
    if formulas:
        first = page.locator("article .math mjx-math").first.bounding_box()
        assert first is None or (first["width"] > 3 and first["height"] > 3)


def test_no_script_holds_up_the_text(book, name):
    if name == "404":
        pytest.skip("it has none")
    head = soup(book / f"{name}.html").head
    assert not [script for script in head.select("script") if "data-cfasync" not in script.attrs]


def test_page_says_what_it_is(book, name):
    page = soup(book / f"{name}.html")
    assert page.html["lang"] == "en"
    assert len(page.select('meta[name="viewport"]')) == 1
    assert page.title.get_text(strip=True).endswith("Adaptive Optimizers")
    if name in ("404", "genindex", "prf-prf", "search"):
        assert page.select_one('meta[name="robots"]')["content"] == "noindex"
        return
    address = f"https://adaptive-optimizers.github.io/adaptive-optimizers/{name}.html"
    assert page.select_one('link[rel="canonical"]')["href"] == address
    assert page.select_one('meta[property="og:url"]')["content"] == address
    assert page.select_one('meta[property="og:site_name"]')["content"] == "Adaptive Optimizers"
    description = page.select_one('meta[name="description"]')["content"]
    assert 20 < len(description) <= 200
    assert not re.search(r"[\\$<>{}]|\.\.\.", description), description
    image = page.select_one('meta[property="og:image"]')["content"]
    picture = book / image.removeprefix(address.removesuffix(f"{name}.html"))
    data = picture.read_bytes()
    assert data.startswith(b"\x89PNG")
    assert int.from_bytes(data[16:20]) == 1200
    assert int.from_bytes(data[20:24]) == 630
    assert len(data) < 300_000
    assert page.select_one('link[rel="icon"]')["href"].endswith("favicon.svg")


def test_descriptions_differ(book):
    found = [
        soup(book / f"{name}.html").select_one('meta[name="description"]')["content"]
        for name in NAMES[:-4]
    ]
    assert len(set(found)) == len(found)


def test_pictures_have_their_room_before_they_are_there(book, name):
    for image in soup(book / f"{name}.html").select("article .cell_output img"):
        assert image.get("loading") == "lazy", image["src"]
        assert int(image["width"]) > 100, image["src"]
        assert int(image["height"]) > 100, image["src"]


#: How many parts an element of MathML has that cannot do with fewer or more.
PARTS = dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2)
PARTS |= dict.fromkeys(("msubsup", "munderover"), 3)


def test_formulas_can_be_heard_to_the_end(book, name):
    for part in soup(book / f"{name}.html").select(", ".join(PARTS)):
        assert len(part.find_all(True, recursive=False)) == PARTS[part.name], part


def test_ids_are_there_once(book, name):
    ids = [each["id"] for each in soup(book / f"{name}.html").select("[id]")]
    assert not {each for each in ids if ids.count(each) > 1}


def test_headings_go_down_one_by_one(book, name):
    page = soup(book / f"{name}.html")
    main = page.main
    levels = [int(heading.name[1]) for heading in main.select("h1, h2, h3, h4, h5, h6")]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_links_lead_somewhere(book, name):
    wrong = []
    base = "https://adaptive-optimizers.github.io/adaptive-optimizers/"
    for link in soup(book / f"{name}.html").select("a[href]"):
        address, anchor = urldefrag(link["href"])
        folder = (book / name).parent
        if address.startswith(base):
            folder, address = book, address.removeprefix(base) or "index.html"
        if urlsplit(address).scheme or address.startswith("//"):
            if link.get("target") == "_blank":
                assert "noopener" in link.get("rel", []), link
            continue
        address = address.partition("?")[0]
        target = (folder / unquote(address)).resolve() if address else book / f"{name}.html"
        # What follows the page that runs a cell names the cell: tests/lite looks for it.
        anchored = anchor and target.suffix == ".html" and not address.endswith(lite.CELL)
        if not target.exists() or (anchored and anchor not in _anchors(target)):
            wrong.append(link["href"])
    assert not wrong


def _anchors(path, known={}):  # noqa: B006
    if path not in known:
        found = soup(path).select("[id], a[name]")
        known[path] = {each.get("id") for each in found} | {each.get("name") for each in found}
    return known[path]
