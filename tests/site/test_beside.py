"""Pictures beside proofs: sticky while the proof scrolls at a desk, in line on a phone."""

from __future__ import annotations

import pytest

from tests.book.notebooks import ROOT, pages

#: Small and usual screens at a desk.
DESKS = {"narrow": (1200, 720), "laptop": (1280, 720), "usual": (1440, 900)}
PHONE = (390, 844)

CHAPTERS = [
    name
    for name in pages()
    if (path := ROOT / f"{name}.ipynb").exists() and '"beside"' in path.read_text(encoding="utf-8")
]

#: Where things are, in pixels of the window.
PLACES = """() => Object.fromEntries(Object.entries({
  block: ".beside", cell: ".beside > .cell", figure: ".beside .leaf", words: ".beside-words",
  contents: ".bd-sidebar-secondary", bar: ".bd-header-article", dial: ".beside .dial",
}).map(([name, selector]) => {
  return [name, document.querySelector(selector).getBoundingClientRect().toJSON()];
}))"""
#: Scroll through the text as far as the picture can stay, from 0 to 1.
SCROLL = """(share) => {
  const [block, cell] = [".beside", ".beside > .cell"].map((selector) =>
    document.querySelector(selector).getBoundingClientRect());
  const room = Math.max(0, block.height - cell.height);
  scrollTo({ top: scrollY + block.top - 56 + share * room, behavior: "instant" });
}"""
FOLDED = """() => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  const { opacity } = getComputedStyle(contents.querySelector(".page-toc"));
  return contents.getBoundingClientRect().height <= 60 && opacity === "0";
}"""


def test_four_proofs_have_a_picture():
    assert {name.rpartition("/")[2] for name in CHAPTERS} == {"sgd", "momentum", "adam", "amsgrad"}


def opened(book, reader, name, size, **settings):
    page = reader(viewport={"width": size[0], "height": size[1]}, **settings)
    page.goto((book / f"{name}.html").as_uri())
    page.wait_for_selector(".beside [data-live]")
    return page


@pytest.mark.parametrize("desk", DESKS)
@pytest.mark.parametrize("name", CHAPTERS)
def test_a_picture_stays_while_its_proof_scrolls(book, reader, name, desk):
    width, height = DESKS[desk]
    page = opened(book, reader, name, (width, height))
    tops = set()
    for share in (0.01, 0.5, 0.99):
        page.evaluate(SCROLL, share)
        page.wait_for_function(FOLDED)
        at = page.evaluate(PLACES)
        # Whole on the screen, below the bar and the line of the contents.
        assert at["figure"]["top"] >= max(at["bar"]["bottom"], at["contents"]["bottom"])
        assert at["figure"]["bottom"] <= height
        # Beside the text, with a gap, and not beyond the window.
        assert at["words"]["right"] + 16 <= at["cell"]["left"]
        assert at["cell"]["right"] <= width - 8
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        tops.add(round(at["figure"]["top"]))
    assert len(tops) == 1
    assert at["block"]["top"] < 0


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_contents_come_back_after_it(book, reader, name):
    page = opened(book, reader, name, DESKS["laptop"])
    page.evaluate(SCROLL, 0.0)
    page.wait_for_function(FOLDED)
    page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_function(
        "() => document.querySelector('.bd-sidebar-secondary').getBoundingClientRect().height > 200"
    )
    # Those who come by key find them open.
    page.evaluate(SCROLL, 0.0)
    page.wait_for_function(FOLDED)
    page.locator(".page-toc a").first.focus()
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('.page-toc')).opacity === '1'"
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_on_a_phone_picture_and_slider_are_on_one_screen(book, reader, name):
    width, height = PHONE
    page = opened(book, reader, name, PHONE)
    page.evaluate(SCROLL, 0.0)
    at = page.evaluate(PLACES)
    assert at["bar"]["bottom"] <= at["figure"]["top"]
    assert at["figure"]["bottom"] <= height
    assert at["cell"]["bottom"] <= at["words"]["top"]
    assert 0 <= at["figure"]["left"] <= at["figure"]["right"] <= width
    assert at["dial"]["height"] >= 40
    # In CSS pixels, as the picture is shown.
    sizes = page.locator(".beside svg text").evaluate_all(
        """(all) => all.map((e) => {
          const svg = e.closest("svg");
          const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
          return parseFloat(getComputedStyle(e).fontSize) * scale;
        })"""
    )
    assert min(sizes) >= 11


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_key_and_a_finger_change_the_picture(book, reader, name):
    page = opened(book, reader, name, PHONE, has_touch=True)
    slider = page.locator(".beside input")
    seen = {page.locator(".beside svg").inner_html()}
    said = {page.locator(".beside .said").inner_text()}
    slider.focus()
    for key in ("ArrowRight", "End", "Home"):
        page.keyboard.press(key)
        seen.add(page.locator(".beside svg").inner_html())
        said.add(page.locator(".beside .said").inner_text())
    assert len(seen) == 4
    assert len(said) >= 3
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    assert slider.input_value() == slider.get_attribute("max")


@pytest.mark.parametrize("name", CHAPTERS)
def test_nothing_moves_with_the_slider_but_the_picture(book, reader, name):
    page = opened(book, reader, name, PHONE)
    places = set()
    slider = page.locator(".beside input")
    for at in range(int(slider.get_attribute("max")) + 1):
        slider.fill(str(at))
        box = page.locator(".beside-words").bounding_box()
        places.add(round(box["y"]))
    assert len(places) == 1


@pytest.mark.parametrize("name", CHAPTERS)
def test_without_scripts_it_stands_in_line(book, browser, name):
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 1280, "height": 720}
    )
    page = context.new_page()
    page.goto((book / f"{name}.html").as_uri())
    cell = page.locator(".beside > .cell").bounding_box()
    words = page.locator(".beside-words").bounding_box()
    assert cell["y"] + cell["height"] <= words["y"]
    assert page.locator(".beside svg path").count() > 5
    context.close()


@pytest.mark.parametrize("name", CHAPTERS)
def test_all_colours_of_the_picture_are_the_books(book, name):
    text = (book / f"{name}.html").read_text(encoding="utf-8")
    figure = text.partition('<div class="adaptive-flipbook')[2].partition("</script>")[0]
    bare = figure.replace(" ", "")
    assert "light-dark(" in bare
    assert ":#" not in bare.partition("<svg")[2]
