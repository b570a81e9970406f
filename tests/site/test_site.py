"""The site as a whole: what finds it, what is in it, and how it is used without a mouse."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import nbformat
import pytest
import yaml

from chapters._site import architecture, cite, icons, mathematics, publishing
from tests.book.notebooks import CHAPTER_PAGES, ROOT, pages
from tests.site.conftest import soup

BASE = "https://adaptive-optimizers.github.io/adaptive-optimizers/"


def test_site_map_names_each_page_once(book):
    tree = ElementTree.parse(book / "sitemap.xml")
    found = [element.text for element in tree.iter() if element.tag.endswith("}loc")]
    assert sorted(found) == sorted(f"{BASE}{name}.html" for name in pages())


def test_the_host_takes_the_folders_that_begin_with_a_line(book):
    assert (book / ".nojekyll").exists()


def test_an_old_address_leads_to_the_page(book, visit):
    page = visit.page
    page.goto((book / "index.html").as_uri())
    page.wait_for_url("**/chapters/introduction.html")
    assert page.locator("h1").first.inner_text().startswith("Adaptive Optimizers")
    assert soup(book / "index.html").title.get_text() == "Adaptive Optimizers"


def test_the_page_for_wrong_addresses_works_in_any_folder(book):
    page = soup(book / "404.html")
    assert not page.select("link[href]:not([href^='data:']), script, img")
    assert all(link["href"].startswith(BASE) for link in page.select("a"))


def test_only_what_is_used_is_published(book):
    names = {path.relative_to(book).as_posix() for path in book.rglob("*") if path.is_file()}
    assert not [name for name in names if name.endswith((".map", ".ipynb_checkpoints"))]
    assert not [name for name in names if "fontawesome" in name or "mathjax/" in name]
    sheet = (book / "_static/styles/pydata-sphinx-theme.css").read_text(encoding="utf-8")
    # The sheet names some icons where it places them; the two thousand it defined are gone.
    assert sheet.count(".fa-") < 60
    assert "url(" not in sheet.replace("url(data:", "").replace('url("data:', "")


@pytest.mark.parametrize("name", ["favicon.svg", "logo.svg"])
def test_the_book_has_its_own_sign(name):
    path = ROOT / "chapters" / "images" / name
    assert ElementTree.parse(path).getroot().get("viewBox") == "0 0 64 64"
    assert path.stat().st_size < 2000


def test_keys_alone_reach_the_text_the_search_and_the_theme(book, visit):
    page = visit.open(book / "chapters" / "momentum.html")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.textContent") == "Skip to main content"
    page.keyboard.press("Enter")
    assert page.evaluate("() => location.hash") == "#main-content"
    page.keyboard.press("Control+k")
    page.locator("#pst-search-dialog[open]").wait_for()
    page.keyboard.press("Escape")
    button = page.locator(".theme-switch-button").first
    button.focus()
    before = page.evaluate("() => document.documentElement.dataset.mode")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.documentElement.dataset.mode") != before
    # Where the keys are is seen: the outline or the shadow of the browser or of the theme.
    outline = button.evaluate("(e) => getComputedStyle(e).outlineStyle")
    shadow = button.evaluate("(e) => getComputedStyle(e).boxShadow")
    assert outline != "none" or shadow != "none"
    visit.assert_clean()


def test_anchors_are_seen_below_the_bar(book, visit):
    page = visit.open(book / "chapters" / "momentum.html")
    bar = page.locator(".bd-header-article").first
    names = page.locator("article section[id]").evaluate_all("(all) => all.map(({ id }) => id)")
    assert len(names) > 5
    for name in names[:-1]:  # the last may be too near the end of the page
        page.evaluate("(name) => { location.hash = name }", name)
        heading = page.locator(f"[id='{name}'] > :is(h1, h2, h3, h4)").first.bounding_box()
        box = bar.bounding_box()
        assert heading["y"] >= box["y"] + box["height"] - 1, name
        assert heading["y"] < 450, name


def test_copy_buttons_copy_exactly_the_code(book, visit):
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = visit.open(book / "chapters" / "momentum.html")
    notebook = nbformat.read(ROOT / "chapters" / "momentum.ipynb", as_version=4)
    hidden = {"remove-cell", "remove-input"}
    sources = [
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "code" and not hidden & set(cell.metadata.get("tags", []))
    ]
    buttons = page.locator("article .cell_input button.copybtn")
    assert buttons.count() == len(sources)
    for button, source in zip(buttons.all(), sources, strict=True):
        button.evaluate("(e) => e.click()")
        page.wait_for_function(
            "(e) => e.classList.contains('success')", arg=button.element_handle()
        )
        assert page.evaluate("() => navigator.clipboard.readText()") == source


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_is_there_once_and_has_its_caption(book, visit, theme):
    page = visit.open(book / "chapters" / "momentum.html")
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    page.eval_on_selector_all("details.later", "(all) => all.forEach((e) => { e.open = true })")
    shown = page.eval_on_selector_all(
        "article figure:has(img)",
        """(all) => all.map((e) => ["img", "figcaption"].map((part) =>
            [...e.querySelectorAll(part)].filter((one) => one.getClientRects().length).length))""",
    )
    assert len(shown) > 4
    assert all(each == [1, 1] for each in shown)


def test_the_page_of_the_search_finds_from_a_file(book, visit):
    page = visit.page
    page.goto((book / "search.html").as_uri() + "?q=momentum")
    page.locator("#search-results li a").first.wait_for()
    found = page.locator("#search-results li a").evaluate_all("(all) => all.map(a => a.href)")
    assert found[0].endswith("chapters/momentum.html")
    visit.assert_clean()


def test_a_folded_solution_opens_by_key(book, visit):
    page = visit.open(book / "chapters" / "momentum.html")
    button = page.locator("details > summary, button.toggle-button").first
    button.focus()
    page.keyboard.press("Enter")
    opened = button.evaluate(
        "(e) => e.closest('details')?.open ?? !e.classList.contains('toggle-button-hidden')"
    )
    assert opened


def test_a_folded_solution_opens_where_its_title_is_pressed(book, visit):
    page = visit.open(book / "chapters" / "momentum.html")
    solution = page.locator(".solution.dropdown").first
    title = solution.locator(".admonition-title")
    title.scroll_into_view_if_needed()
    # In the middle of its words, which are no link to elsewhere.
    middle = title.evaluate(
        """(e) => {
            const range = document.createRange();
            range.selectNodeContents(e);
            range.setEndBefore(e.querySelector("button"));
            const { x, y, width, height } = range.getBoundingClientRect();
            return [x + width / 2, y + height / 2];
        }"""
    )
    before = page.url
    page.mouse.click(*middle)
    assert solution.locator(".toggle-button").get_attribute("aria-expanded") == "true"
    assert solution.locator("p:not(.admonition-title)").first.is_visible()
    assert page.url == before
    visit.assert_clean()


def test_what_is_printed_from_a_dark_screen_is_light_and_has_all_pictures(book, reader):
    page = reader(color_scheme="dark")
    page.goto((book / "chapters" / "momentum.html").as_uri())
    page.evaluate(
        """() => addEventListener("beforeprint", () => {
            const colour = (part) => getComputedStyle(document.querySelector(part)).color;
            const pictures = [...document.querySelectorAll("article figure img")];
            globalThis.printed = {
                colours: ["article p", ".adaptive-opening", ".adaptive-anatomy .term"].map(colour),
                shown: pictures.filter((e) => e.checkVisibility()).map((e) => e.className),
                waiting: pictures.filter((e) => e.loading === "lazy").length,
            };
        })"""
    )
    theme = "() => document.documentElement.dataset.theme"
    assert page.evaluate(theme) == "dark"
    page.pdf(format="A4")
    assert page.evaluate(theme) == "dark"
    printed = page.evaluate("() => printed")
    for colour in printed["colours"]:
        assert max(float(part) for part in re.findall(r"[\d.]+", colour)[:3]) < 128, colour
    assert set(printed["shown"]) == {"only-light"}
    assert printed["waiting"] == 0


# ------------------------------------------------------------------ what it is made from


def test_mathjax_is_the_one_that_was_checked(tmp_path):
    assert mathematics.digest(mathematics.folder()) == mathematics.SHA256
    copy = tmp_path / "mathjax"
    for path in mathematics.folder().rglob("*"):
        if path.is_file() and (
            path.relative_to(mathematics.folder()).as_posix() in mathematics.PARTS
            or mathematics.FONTS in path.as_posix()
        ):
            target = copy / path.relative_to(mathematics.folder())
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    assert mathematics.digest(copy) == mathematics.SHA256
    with (copy / mathematics.PARTS[1]).open("a") as file:
        file.write("\n")
    assert mathematics.digest(copy) != mathematics.SHA256


@pytest.mark.parametrize("wrong", [r"\frac{a", r"\nosuch{a}", r"\left( a"])
def test_a_wrong_formula_is_an_error(wrong):
    with pytest.raises(ValueError, match=r"\w{4}"):
        mathematics.typeset(wrong)


def test_a_formula_can_be_heard():
    html = mathematics.typeset(r"\hat m_t = \frac{m_t}{1 - \beta_1^t}")
    assert '<mjx-math aria-hidden="true"' in html
    assert "<mjx-assistive-mml" in html
    assert "<mfrac>" in html
    assert "<mover>" in html


def test_icons_come_from_the_theme():
    for name in icons.BOXES.values():
        width, height, path = icons.outline(name)
        assert 0 < width <= 640
        assert height == 512
        assert path.startswith("M")
    with pytest.raises(KeyError):
        icons.outline("no-such-icon")


# ------------------------------------------------------------------ what it says of itself


def test_versions_agree():
    version = publishing.version()
    assert str(cite.citation()["version"]) == version
    assert f"\n## {version}\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_citation_is_in_the_page_and_complete(book):
    file = cite.citation()
    assert {"cff-version", "message", "title", "authors", "license", "url"} <= file.keys()
    text = soup(book / "chapters/cite.html").article.get_text()
    for key in ("title", "version", "url"):
        assert str(file[key]) in text
    assert f"version = {{{file['version']}}}" in text


def test_architecture_is_drawn_from_the_imports(book):
    picture = soup(book / "chapters/architecture.html").select_one("svg.architecture")
    drawn = {text.get_text() for text in picture.select("text")}
    parts = {path.stem for path in (ROOT / "adaptive").iterdir() if path.suffix == ".py"}
    parts |= {path.parent.name for path in (ROOT / "adaptive").glob("*/__init__.py")}
    assert drawn == {part for part in parts if not part.startswith("_")}
    graph = architecture.imports()
    assert "rules" in graph["descent"]
    assert "explorer" not in graph["rules"]
    # What is drawn implies all that is imported.
    edges = architecture.direct(graph)
    reduced = {part: {b for a, b in edges if a == part} for part in graph}
    for part in graph:
        assert architecture._reached(reduced, part) == architecture._reached(graph, part)


def test_cheat_sheet_has_all_rules_on_two_printed_pages(book, reader):
    from adaptive import MODERN, ON_MATRICES, RULES

    path = book / "chapters/cheatsheet.html"
    sheets = soup(path).select(".cheatsheet")
    for sheet, kinds in zip(sheets, (RULES, MODERN, ON_MATRICES), strict=True):
        names = [strong.get_text() for strong in sheet.select("strong")]
        assert names == [kind.__name__ for kind in kinds]
        assert len(sheet.select('mjx-container[display="true"]')) == len(kinds)
    page = reader()
    page.goto(path.as_uri())
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 2


def test_learning_paths_name_each_chapter(book):
    links = {
        Path(link["href"].partition("#")[0]).stem
        for link in soup(book / "chapters/paths.html").article.select("a.internal[href]")
    }
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    numbered = [part["chapters"] for part in toc["parts"] if part.get("numbered")]
    chapters = {Path(entry["file"]).stem for part in numbered for entry in part}
    assert chapters <= links


# ------------------------------------------------------------------ finding one's way


def found(page, text):
    """Type into the search of a page, and return the titles that are shown, with their pages."""
    page.fill("#pst-search-dialog input", text)
    page.wait_for_selector(".found a, .found-status:text('Nothing')")
    return page.eval_on_selector_all(
        ".found a",
        """(all) => all.map(a => [".found-title", ".found-page"].map(
            part => a.querySelector(part)?.textContent ?? ""))""",
    )


def test_search_answers_while_typing_titles_first(book, visit):
    page = visit.open(book / "chapters" / "sgd.html")
    page.keyboard.press("Control+k")
    assert found(page, "adam")[0] == ["Adam", ""]
    assert found(page, "bias correction")[0] == ["bias correction", "Glossary"]
    assert found(page, "Nesterov")[0][0].startswith("Nesterov")
    assert ["ε inside the root, ε outside"] in [title[:1] for title in found(page, "epsilon")]
    assert found(page, "momentm")[0] == ["Momentum", ""]
    assert found(page, "adagard")[0] == ["Adagrad", ""]
    assert found(page, "xyzzyx") == []
    # An excerpt can be read: words, with what was asked for in bold, and no source of formulas.
    found(page, "bias correction")
    excerpts = page.locator(".found-text").all_inner_texts()
    assert all(len(text.split()) > 3 and "\\" not in text for text in excerpts)
    bold = {text.lower() for text in page.locator(".found mark").all_inner_texts()}
    assert {"bias", "correction"} <= bold
    visit.assert_clean()


def test_search_is_used_with_keys_alone_and_leads_to_the_section(book, visit):
    page = visit.open(book / "chapters" / "sgd.html")
    page.keyboard.press("Control+k")
    found(page, "What the bias correction is worth")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/chapters/adam.html#*")
    section = page.locator(page.evaluate("() => location.hash"))
    assert section.locator("h2, h3").first.inner_text().endswith("worth")


@pytest.mark.parametrize("name", CHAPTER_PAGES)
def test_each_chapter_says_in_words_where_it_runs(book, name):
    lines = soup(book / f"{name}.html").select("p.run")
    if name == "chapters/introduction":  # which has a button
        assert not lines
        return
    (line,) = lines
    takes, places = line.get_text().split(" Run this chapter in your browser\u00a0· ")
    minutes = r"Reading takes \d+ minutes(, and \d+ minutes for what is folded)?\."
    assert re.fullmatch(minutes, takes)
    assert places == "Binder\u00a0· Colab\u00a0· download"
    here, binder, colab, download = (link["href"] for link in line.select("a"))
    assert here == f"../lite/notebooks/index.html?path={name}.ipynb"
    assert binder.endswith(f"?urlpath=lab/tree/{name}.ipynb")
    assert colab.endswith(f"/main/{name}.ipynb")
    assert (book / "chapters" / download).is_file()


def test_the_contents_and_the_progress_show_where_the_reader_is(book, visit):
    page = visit.open(book / "chapters" / "teaching.html")
    inside = page.evaluate(
        """() => {
            const sidebar = document.querySelector("#pst-primary-sidebar");
            const box = sidebar.querySelector(".current.active").getBoundingClientRect();
            const frame = sidebar.getBoundingClientRect();
            return box.top >= frame.top && box.bottom <= frame.bottom;
        }"""
    )
    assert inside
    read = "() => Number(document.querySelector('.reading').style.getPropertyValue('--read'))"
    assert page.evaluate(read) < 0.05
    page.evaluate("() => scrollTo(0, document.documentElement.scrollHeight)")
    page.wait_for_function(f"() => ({read})() > 0.9")


@pytest.mark.parametrize(
    ("width", "height", "at_least"), [(1280, 720, 10), (1280, 800, 10), (390, 844, 4)]
)
def test_the_first_screen_of_the_front_page_says_what_the_book_is(
    book, visit, width, height, at_least
):
    visit.page.set_viewport_size({"width": width, "height": height})
    page = visit.open(book / "chapters" / "introduction.html")
    whole = """(all) => all.filter((e) => {
        const { top, bottom, left, right } = e.getBoundingClientRect();
        return top >= 0 && left >= 0 && bottom > top
          && bottom <= innerHeight && right <= innerWidth;
    }).map((e) => e.textContent.trim())"""
    see = {
        part: page.eval_on_selector_all(f"article {part}", whole)
        for part in ("h1", "h1 + p", "a.go", ".adaptive-gallery .scene")
    }
    assert len(see["h1"]) == 1
    assert len(see["h1 + p"]) == 1
    assert see["h1 + p"][0].count(".") == 1
    assert see["a.go"] == ["Start reading", "Run it"]
    assert len(see[".adaptive-gallery .scene"]) >= at_least
    visit.assert_clean()


def test_a_slider_is_reached_from_the_front_page_in_fifteen_presses(book, visit):
    page = visit.open(book / "chapters" / "introduction.html")
    is_slider = """() => document.activeElement.closest("[data-explorer]") !== null
        && document.activeElement.matches("[role=slider], input[type=range]")"""
    for _ in range(15):
        text = page.evaluate("() => document.activeElement.textContent")
        page.keyboard.press("Enter" if text == "Skip to the live figure" else "Tab")
        if page.evaluate(is_slider):
            break
    assert page.evaluate(is_slider)


def test_the_link_to_a_figure_taller_than_the_window_shows_its_top(book, visit):
    visit.page.set_viewport_size({"width": 390, "height": 450})
    page = visit.open(book / "chapters" / "adam.html")
    page.locator("a.to-figure").press("Enter")
    box = page.locator(".bd-article [data-explorer]").first.bounding_box()
    assert box["height"] > 450
    assert 0 <= box["y"] < 150


@pytest.mark.parametrize("target", ["the-longest-step", "thm-adam-bound"])
def test_a_link_to_a_section_for_a_second_reading_or_into_it_unfolds_it(book, visit, target):
    page = visit.open(book / "chapters" / "adam.html")
    fold = page.locator("#the-longest-step > details.later")
    assert not fold.evaluate("(e) => e.open")
    page.evaluate("(id) => { location.hash = id; }", target)
    page.wait_for_function("(e) => e.open", arg=fold.element_handle())
    assert page.locator("details.later[open]").count() == 1
    top = page.evaluate("(id) => document.getElementById(id).getBoundingClientRect().top", target)
    assert 0 <= top < 300


def test_what_was_unfolded_stays_so(book, visit):
    page = visit.open(book / "chapters" / "momentum.html")
    fold = page.locator("details.fold").nth(1)
    assert not fold.evaluate("(e) => e.open")
    fold.locator("summary").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => Object.keys(localStorage).some(k => k.startsWith('unfolded'))")
    page.reload()
    opened = page.locator("details.fold").evaluate_all("(all) => all.map(e => e.open)")
    assert [i for i, is_open in enumerate(opened) if is_open] == [1]


def test_a_link_opens_the_entry_that_it_names_and_no_other(book, visit):
    page = visit.open(book / "chapters" / "dictionary.html")
    name = "to-get-pytorchs-rmsprop"
    entries = page.locator("details.entry")
    assert entries.count() > 20
    assert not any(entries.evaluate_all("(all) => all.map((e) => e.open)"))
    page.locator(f'a[href="#{name}"]').click()
    page.wait_for_function("(id) => document.getElementById(id).open", arg=name)
    assert entries.evaluate_all("(all) => all.filter((e) => e.open).map((e) => e.id)") == [name]


def _order(page, within):
    """Return the keys' order of the buttons that copy, of those that are seen within."""
    return page.locator(f"{within} button.copybtn").evaluate_all(
        "(all) => all.filter((e) => e.checkVisibility()).map((e) => e.tabIndex)"
    )


def test_what_copies_waits_for_its_code(book, visit):
    page = visit.open(book / "chapters" / "momentum.html")
    before = _order(page, "article")
    assert len(before) > 3
    assert set(before) == {-1}
    block = page.locator("article .cell_input .highlight").filter(visible=True).first
    block.hover()
    assert block.locator("button.copybtn").evaluate("(e) => e.tabIndex") == 0
    page.mouse.move(0, 0)
    page.wait_for_function(
        "(e) => e.tabIndex === -1", arg=block.locator("button.copybtn").element_handle()
    )
    block.locator("pre").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className").startswith("copybtn")
    page.keyboard.press("Tab")
    page.wait_for_function(
        "(e) => e.tabIndex === -1", arg=block.locator("button.copybtn").element_handle()
    )
    fold = page.locator("details.fold").first
    fold.locator("summary").click()
    page.mouse.move(0, 0)
    page.wait_for_function("() => document.querySelector('details.fold button').tabIndex === 0")


def test_on_a_phone_nothing_lies_above_the_text_on_the_way_up(book, reader):
    page = reader(viewport={"width": 390, "height": 844})
    page.goto((book / "chapters" / "momentum.html").as_uri())
    page.evaluate("() => scrollTo({ top: 3000, behavior: 'instant' })")
    page.wait_for_function("() => scrollY === 3000")
    page.mouse.wheel(0, -800)
    page.wait_for_function("() => scrollY < 2500")
    # The theme has shown its way back to the top by now.
    page.wait_for_function("() => document.querySelector('#pst-back-to-top').style.display")
    assert not page.locator("#pst-back-to-top").is_visible()


def test_what_copies_is_reached_by_touch(book, reader):
    page = reader(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto((book / "chapters" / "momentum.html").as_uri())
    buttons = page.locator("article .cell_input button.copybtn").filter(visible=True)
    button = buttons.first
    # None stands on the numbers that a cell prints.
    assert page.locator("article .output.stream .highlight").count() > 3
    assert page.locator("article .output.highlight-myst-ansi button.copybtn").count() == 0
    assert button.evaluate("(e) => getComputedStyle(e).opacity") == "1"
    button.tap()
    page.wait_for_function("(e) => e.classList.contains('success')", arg=button.element_handle())
