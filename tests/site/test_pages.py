"""Each page of the built book, as a reader's browser gets it."""

from __future__ import annotations

import functools
import itertools
import re
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from chapters._site import lite
from tests.site.conftest import pages_of, soup
from tests.site.visits import CUT, FOR_THE_SCREEN, NARROW, UNREACHED, WIDTH

#: What a first visit to a page may load, compressed.
BUDGET = 400_000


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:
        visits = {"desk", "phone"} & {*metafunc.fixturenames}
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
    visit.page.set_viewport_size(NARROW)
    for name in NAMES:
        if "/api/" in name:
            page = visit.open(book / f"{name}.html")
            assert page.evaluate(WIDTH) <= 360, name
            assert not page.evaluate(UNREACHED), name
            assert not page.evaluate(CUT), name
    visit.assert_clean()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_at_a_desk(desk, name, theme):
    assert not desk(name).violations[theme]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_wrong_on_a_phone(phone, name, theme):
    assert not phone(name).violations[theme]


def test_a_visit_asks_no_other_host_and_is_without_errors(desk, phone, name):
    desk(name).visit.assert_clean()
    phone(name).visit.assert_clean()


def test_a_first_visit_loads_no_more_than_the_budget(desk, name):
    loaded = desk(name).loaded
    weights = {path: n for path, n in loaded.items() if path.startswith("/adaptive-optimizers")}
    assert f"/adaptive-optimizers/{name}.html" in weights
    # What runs notebooks comes when it is asked for.
    assert not [path for path in loaded if "/lite/" in path]
    heaviest = sorted(weights.items(), key=lambda item: -item[1])[:6]
    assert sum(weights.values()) <= BUDGET, heaviest


def test_a_page_is_no_wider_than_the_window(desk, phone, name):
    assert desk(name).width <= 1280
    assert phone(name).width <= 360
    assert phone(name).paper_width <= 690


def test_no_style_sheet_writes_a_sign_of_a_font_of_icons(desk, name):
    """The book does not send that font."""
    assert not desk(name).signs


def test_what_is_too_wide_for_a_phone_is_reached_by_key_and_not_cut(phone, name):
    assert not phone(name).unreached
    assert not phone(name).cut


def test_formulas_and_code_are_not_turned_round_with_the_text(phone, name):
    turned = phone(name).turned
    assert not turned["scrambled"]
    assert turned["text"] == "rtl"
    assert turned["width"] <= 360


def test_on_paper_is_nothing_that_is_there_for_the_screen(phone, name):
    assert phone(name).on_paper == {"h1": 1, **dict.fromkeys(FOR_THE_SCREEN, 0)}


#: Pages that are visited without scripts: what is shown then depends on where it is.
PLAIN = ("404", "chapters/momentum", "genindex", "search")


def _within(element):
    """Return what an element is in: each by name and classes."""
    return [(each.name, *sorted(each.get("class", ()))) for each in element.parents]


def test_text_and_formulas_are_there_without_a_script(book, name):
    page = soup(book / f"{name}.html")
    heading = page.select_one("main h1")
    assert heading.get_text(strip=True)
    plain = [soup(book / f"{each}.html").select_one("main h1") for each in PLAIN]
    assert _within(heading) in [_within(each) for each in plain], "its like is visited"
    formulas = page.select("article .math")
    drawn = [each.select_one("mjx-container > mjx-math > *") for each in formulas]
    assert None not in drawn
    if formulas:
        assert page.select_one("link[rel=stylesheet][href*='_static/mathematics.css']")


@pytest.mark.parametrize("plain", PLAIN)
def test_text_and_formulas_are_seen_without_a_script(book, reader, plain):
    page = reader(java_script_enabled=False)
    page.goto((book / f"{plain}.html").as_uri())
    assert page.locator("main h1").first.is_visible()
    formulas = page.locator("article .math mjx-math")
    if formulas.count():
        first = formulas.first.bounding_box()
        assert first["width"] > 3
        assert first["height"] > 3
    # Nor are the pictures for the dark page below those for the light one.
    assert not page.locator("img.only-dark:visible").count()
    if page.locator("img.only-dark").count():
        assert page.locator("img.only-light:visible").count()


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
        re.search(r'<meta name="description" content="([^"]+)"', path.read_text(encoding="utf-8"))[
            1
        ]
        for path in (book / f"{name}.html" for name in NAMES[:-4])
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


@functools.cache
def _anchors(path):
    """Return what links into a page may name; in text, a quotation mark is written otherwise."""
    return set(re.findall(r'\s(?:id|name)="([^"]*)"', path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", ["chapters/api/rules", "chapters/glossary", "chapters/momentum"])
def test_links_are_looked_for_among_the_anchors_of_the_page(book, page):
    path = book / f"{page}.html"
    tree = soup(path)
    anchors = {each[key] for key in ("id", "name") for each in tree.select(f"[{key}]")}
    assert _anchors(path) == anchors
