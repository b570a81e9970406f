"""Pictures beside proofs: sticky while the proof scrolls at a desk, in line on a phone."""

from __future__ import annotations

import pytest

from tests.book.notebooks import CHAPTER_PAGES, ROOT

#: Small and usual screens at a desk.
DESKS = ((1200, 720), (1280, 720), (1440, 900))
PHONE = (390, 844)
#: What is the same on all pages is asked of one.
ONE = "chapters/momentum"

CHAPTERS = [
    name
    for name in CHAPTER_PAGES
    if '"beside"' in (ROOT / f"{name}.ipynb").read_text(encoding="utf-8")
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
CONTENTS = """() => {
  const contents = document.querySelector(".bd-sidebar-secondary");
  return contents.getBoundingClientRect().height;
}"""
FOLDED, UNFOLDED = f"() => ({CONTENTS})() <= 60", f"() => ({CONTENTS})() > 200"


def test_four_proofs_have_a_picture():
    assert {name.rpartition("/")[2] for name in CHAPTERS} == {"sgd", "momentum", "adam", "amsgrad"}


def opened(book, reader, name, size, **settings):
    page = reader(viewport={"width": size[0], "height": size[1]}, **settings)
    page.goto((book / f"{name}.html").as_uri())
    page.wait_for_selector(".beside [data-live]")
    return page


@pytest.mark.parametrize("name", CHAPTERS)
def test_a_picture_stays_while_its_proof_scrolls(book, reader, name):
    page = opened(book, reader, name, DESKS[0])
    for width, height in DESKS:
        page.set_viewport_size({"width": width, "height": height})
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
            tops.add(round(at["figure"]["top"]))
        assert len(tops) == 1
        assert at["block"]["top"] < 0
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
    # Nothing lies over it: the mouse reaches the slider.
    slider = page.locator(".beside input")
    box = slider.bounding_box()
    page.mouse.click(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    assert slider.input_value() == slider.get_attribute("max")


def test_the_contents_make_room_and_come_back(book, reader):
    page = opened(book, reader, ONE, DESKS[1])
    page.evaluate(SCROLL, 0.0)
    page.wait_for_function(FOLDED)
    page.evaluate("() => scrollTo({ top: 0, behavior: 'instant' })")
    page.wait_for_function(UNFOLDED)
    # Those who come by key find them open.
    page.evaluate(SCROLL, 0.0)
    page.wait_for_function(FOLDED)
    page.locator(".bd-sidebar-secondary nav a").first.focus()
    page.wait_for_function(UNFOLDED)


#: How large the texts of the picture are as they are shown, in pixels.
SIZES = """() => [...document.querySelectorAll(".leaf svg text")].map((e) => {
  const svg = e.closest("svg");
  const scale = svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  return parseFloat(getComputedStyle(e).fontSize) * scale;
})"""


@pytest.mark.parametrize("name", CHAPTERS)
def test_on_a_phone_picture_and_slider_are_on_one_screen(book, reader, name):
    width, height = PHONE
    page = opened(book, reader, name, PHONE, has_touch=True)
    page.evaluate(SCROLL, 0.0)
    at = page.evaluate(PLACES)
    assert at["bar"]["bottom"] <= at["figure"]["top"]
    assert at["figure"]["bottom"] <= height
    assert at["cell"]["bottom"] <= at["words"]["top"]
    assert 0 <= at["figure"]["left"] <= at["figure"]["right"] <= width
    assert at["dial"]["height"] >= 40
    assert min(page.evaluate(SIZES)) >= 11
    # A finger moves it, and each key; and nothing moves but the picture.
    slider, picture, said = (page.locator(f".leaf {each}") for each in ("input", "svg", ".said"))
    last = int(slider.get_attribute("max"))
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + box["width"] - 6, box["y"] + box["height"] / 2)
    assert slider.input_value() == str(last)
    slider.focus()
    page.keyboard.press("Home")
    pictures, sentences, places = set(), set(), set()
    for _ in range(last + 1):
        pictures.add(picture.inner_html())
        sentences.add(said.inner_text())
        places.add(round(page.evaluate(PLACES)["words"]["top"]))
        page.keyboard.press("ArrowRight")
    assert len(pictures) == last + 1
    assert len(sentences) > 3
    assert len(places) == 1


def test_without_scripts_it_stands_in_line(book, reader):
    page = reader(java_script_enabled=False, viewport={"width": 1280, "height": 720})
    page.goto((book / f"{ONE}.html").as_uri())
    cell = page.locator(".beside > .cell").bounding_box()
    words = page.locator(".beside-words").bounding_box()
    assert cell["y"] + cell["height"] <= words["y"]
    assert page.locator(".leaf svg path").count() > 5


@pytest.mark.parametrize("name", CHAPTERS)
def test_all_colours_of_the_picture_are_the_books(book, name):
    text = (book / f"{name}.html").read_text(encoding="utf-8")
    figure = text.partition('<div class="adaptive-flipbook')[2].partition("</script>")[0]
    bare = figure.replace(" ", "")
    assert "light-dark(" in bare
    assert ":#" not in bare.partition("<svg")[2]
