"""Flipbooks: pictures stored as one and what differs, and the slider above them."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pytest

from adaptive import flipbook, palette, plotting
from adaptive.explorer.frames import MARK, frames, svg_of


@pytest.fixture(autouse=True)
def style():
    with plt.rc_context():
        plotting.use()
        yield
    assert not plt.get_fignums()


def draw(a):
    """Draw what moves, what appears, and what stays."""
    figure, ax = plt.subplots(figsize=(3, 2))
    ax.plot([0, 1], [0, 1], color=plotting.QUIET)
    ax.plot([0, 0.5, 1], [0, a, 0], ".-", color=plotting.ALGORITHMS["Momentum"])
    for x in np.arange(0.1, a, 0.2):
        ax.plot(x, 0.5, "s", color=plotting.INK)
    ax.text(0.1, 0.8, f"a = {a}")
    ax.set(xlim=(0, 1), ylim=(0, 1), xlabel="step")
    return figure


VALUES = [0.1, 0.25, 0.5, 0.75, 0.9]


def pictures():
    return [svg_of(draw(a)) for a in VALUES]


def as_shown(found, number):
    """Return a picture as the page puts it together, and the same without marks."""
    root = ElementTree.fromstring(found.whole)
    parts = {each.get(MARK): each for each in root.iter() if each.get(MARK)}
    for (part, name), value in zip(found.slots, found.values[number], strict=True):
        element = parts[str(part)]
        if name:
            element.attrib.pop(name, None)
            element.attrib.update({} if value is None else {name: value})
        else:
            inside = ElementTree.fromstring(f"<g>{value}</g>")
            element.text, element[:] = inside.text, list(inside)
    return plain(ElementTree.tostring(root, encoding="unicode"))


def plain(svg):
    """Return a picture without marks, names of its own, and groups that only hold what changes."""
    root = ElementTree.fromstring(re.sub(r"(?<=[\"#])[0-9a-f]{10}-", "", svg))
    for parent in list(root.iter()):
        for i, child in reversed(list(enumerate(parent))):
            if child.tag == "g" and set(child.attrib) == {MARK}:
                parent[i : i + 1] = list(child)
    for each in root.iter():
        each.attrib.pop(MARK, None)
    return ElementTree.canonicalize(ElementTree.tostring(root, encoding="unicode"))


@pytest.mark.parametrize("at", [0, 2, 4])
def test_each_picture_is_what_it_is_alone(at):
    drawn = pictures()
    found = frames(drawn, at)
    for number, alone in enumerate(drawn):
        assert as_shown(found, number) == plain(frames([alone], 0).whole)
    assert frames([drawn[at]], 0).slots == []


def test_what_is_the_same_in_all_is_stored_once():
    drawn = pictures()
    found = frames(drawn, 0)
    stored = "".join(value or "" for row in found.values for value in row)
    assert 0 < len(stored) < 0.3 * sum(map(len, drawn))
    assert ">step<" in found.whole
    assert ">step<" not in stored


def test_ids_of_figures_differ_and_lead_somewhere():
    wide, narrow = (plt.subplots(figsize=(width, 2))[0] for width in (5, 3))
    found = [frames([svg_of(each)], 0).whole for each in (wide, narrow)]
    ids = [set(re.findall(r'\bid="([^"]+)"', whole)) for whole in found]
    for whole, own in zip(found, ids, strict=True):
        referred = re.findall(r'(?:href="|url\()#([^")]+)', whole)
        assert referred
        assert set(referred) == own
        # The page around it has styles of its own.
        assert "<style" not in whole
        assert "font-family" not in whole
    assert not ids[0] & ids[1]


def test_colours_of_the_book_are_there_for_both_pages():
    figure, ax = plt.subplots()
    ax.plot([0, 1], color=plotting.ALGORITHMS["Adam"])
    ax.plot([0, 1], color="#123456")
    ax.plot([0, 1], color="#000000")
    whole = frames([svg_of(figure)], 0).whole
    light = plotting.ALGORITHMS["Adam"]
    assert f"light-dark({light},{palette.on_dark(light)})" in whole
    assert "stroke: #123456" in whole
    assert "#000000" not in whole


@pytest.mark.parametrize("at", [0, 3])
def test_the_first_picture_is_in_the_page_with_its_value(at):
    made = flipbook(
        draw, VALUES, label="a", at=at, alt="a tent", says=lambda a: f"so high: {a:.2f}"
    )
    page = made.to_html()
    assert f'value="{at}" aria-valuetext="{VALUES[at]}. so high: {VALUES[at]:.2f}"' in page
    assert f'<p class="said">so high: {VALUES[at]:.2f}</p>' in page
    assert '<svg role="img" aria-label="a tent"' in page
    assert repr(made) == "<flipbook: 5 pictures, a from 0.1 to 0.9>"


def test_texts_cannot_become_elements():
    evil = "<b>&\"'</script>"
    page = flipbook(
        draw, [0.5], label=evil, alt=evil, says=lambda a: evil, written=lambda a: evil
    ).to_html()
    assert "<b>" not in re.sub(r"<script>.*?</script>", "", page, flags=re.DOTALL)
    assert page.count("</script>") == page.count("<script>")


def test_axes_do_as_well_and_the_figure_is_closed():
    assert flipbook(lambda a: draw(a).axes[0], [0.5], label="a").pictures == (
        flipbook(draw, [0.5], label="a").pictures
    )


@pytest.fixture
def page(reader, tmp_path):
    """Return a page with a flipbook."""
    made = reader(viewport={"width": 390, "height": 844})
    book = flipbook(draw, VALUES, label="a", at=1, says=lambda a: f"so high: {a}")
    (tmp_path / "book.html").write_text(book.to_page(), encoding="utf-8")
    (tmp_path / "other.html").write_text("<title>other</title>", encoding="utf-8")
    made.goto((tmp_path / "book.html").as_uri())
    made.wait_for_selector("[data-live]")
    return made


PATHS = """() => [...document.querySelectorAll("svg :is(path, use, text)")].map(
  (e) => [e.tagName, ...["d", "x", "y"].map((name) => e.getAttribute(name)), e.textContent])"""


def seen(svg):
    """Return what `PATHS` finds in a picture."""
    found = []
    for each in ElementTree.fromstring(svg).iter():
        if each.tag in ("path", "use", "text"):
            found.append([each.tag, *map(each.get, ("d", "x", "y")), "".join(each.itertext())])
    return found


def test_keys_turn_the_pages(page):
    slider = page.get_by_role("slider", name="a")
    slider.focus()
    for key, number in (("ArrowRight", 2), ("ArrowRight", 3), ("Home", 0), ("End", 4)):
        page.keyboard.press(key)
        alone = frames([svg_of(draw(VALUES[number]))], 0).whole
        assert page.evaluate(PATHS) == seen(alone)
        assert page.locator(".value").inner_text() == str(VALUES[number])
        assert page.locator(".said").inner_text() == f"so high: {VALUES[number]}"
        assert (
            slider.get_attribute("aria-valuetext") == f"{VALUES[number]}. so high: {VALUES[number]}"
        )


def test_a_finger_moves_the_slider(page):
    box = page.get_by_role("slider", name="a").bounding_box()
    page.mouse.click(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
    assert page.locator(".value").inner_text() == "0.9"


def test_on_paper_its_value_is_left(page):
    page.emulate_media(media="print")
    assert not page.locator("input").is_visible()
    assert page.locator(".dial").inner_text().split() == ["a", "0.25"]
    # The value stands by its name.
    name, value = (
        page.locator(f".dial {part}").bounding_box() for part in ("> :first-child", ".value")
    )
    assert 0 < value["x"] - name["x"] < 40


@pytest.mark.parametrize(
    "label", ["a", "something with a name", "something that has a rather long name"]
)
def test_on_a_phone_a_name_leaves_room_for_the_slider(reader, tmp_path, label):
    page = reader(viewport={"width": 390, "height": 844})
    path = tmp_path / "book.html"
    path.write_text(flipbook(draw, VALUES, label=label).to_page(), encoding="utf-8")
    page.goto(path.as_uri())
    slider, value = (page.locator(part).bounding_box() for part in ("input", ".value"))
    assert slider["width"] > 160
    # The value stands beside it.
    assert value["x"] >= slider["x"] + slider["width"]
    assert slider["y"] < value["y"] + value["height"] / 2 < slider["y"] + slider["height"]


def test_whoever_comes_back_finds_it_as_it_was(page, tmp_path):
    page.get_by_role("slider", name="a").focus()
    page.keyboard.press("End")
    page.wait_for_function("() => history.state?.adaptiveFigures?.flipbook?.at === '4'")
    before = page.evaluate(PATHS)
    page.goto((tmp_path / "other.html").as_uri())
    page.go_back()
    page.wait_for_selector("[data-live]")
    assert page.evaluate(PATHS) == before
    assert page.locator(".value").inner_text() == "0.9"
    page.goto((tmp_path / "book.html").as_uri() + "?anew")
    assert page.locator(".value").inner_text() == "0.25"


def test_what_is_remembered_wrongly_does_no_harm(page):
    page.evaluate("() => history.replaceState({ adaptiveFigures: { flipbook: { at: '77' } } }, '')")
    page.reload()
    page.wait_for_selector("[data-live]")
    assert page.locator(".value").inner_text() == "0.25"


def test_texts_are_as_large_as_they_are_drawn(page):
    """A picture 3 inches wide is not stretched, and its letters are those of the page."""
    box = page.locator("svg").bounding_box()
    assert box["width"] == pytest.approx(288, abs=0.6)
    sizes = page.locator("svg text").evaluate_all(
        "(all) => all.map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) * 4 / 3 >= 11
