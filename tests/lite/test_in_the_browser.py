"""Notebooks in the browser, with no network but a stand-in for Pyodide's CDN."""

from __future__ import annotations

import json
import re
from urllib.parse import quote

import nbformat
import pytest

from adaptive.course.instructor.course import Course, Options
from chapters._site import lite, publishing
from tests.book.notebooks import ROOT
from tests.course import class_of, fast
from tests.lite import pyodide
from tests.lite.conftest import Cdn, answered, opened, outside, texts
from tests.lite.outputs import differences

CHAPTER = "chapters/nadam"
ASSIGNMENT = "chapters/assignments/source/ravine/ravine"
#: Until a window of another size has been filled.
LAID_OUT = "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"


@pytest.fixture(scope="module")
def whole_cdn() -> Cdn:
    """Return a stand-in that stays as it is."""
    return Cdn()


@pytest.fixture(scope="module")
def refused(browser, site, whole_cdn, pyodide_here):
    """Open a chapter where the CDN is not reached; give it, and what the bar says."""
    with browser.new_context(viewport={"width": 390, "height": 844}) as context:
        context.route(outside, whole_cdn.route)
        whole_cdn.reached = False
        notebook = opened(context.new_page(), site, CHAPTER)
        alert = notebook.page.locator(".book-bar [role=alert]")
        alert.filter(has_text="cannot be reached").wait_for()
        yield notebook, alert.inner_text(), notebook.said()


@pytest.fixture(scope="module")
def ready(refused, whole_cdn):
    """Open it again, with the CDN; wait until Python is there, for all that look at it then."""
    notebook, _, _ = refused
    for each in (notebook.asked, notebook.console, notebook.errors, whole_cdn.asked):
        each.clear()
    whole_cdn.reached = True
    notebook.page.reload()
    notebook.wait_until_ready()
    return notebook


def test_where_the_cdn_is_not_reached_the_page_says_so_and_goes_on_when_it_is(refused, ready):
    _, alert, said = refused
    assert "cdn.jsdelivr.net cannot be reached from here" in alert
    assert "is loading" not in said
    assert not ready.page.locator(".book-bar [role=alert]").is_visible()


@pytest.mark.parametrize("size", [(390, 844), (1280, 900)])
def test_the_bar_is_whole_and_covers_nothing(ready, size):
    width, height = size
    ready.page.set_viewport_size({"width": width, "height": height})
    ready.page.evaluate(LAID_OUT)
    bar = ready.page.locator(".book-bar")
    box = bar.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= width
    assert bar.evaluate("(e) => e.scrollWidth <= e.clientWidth")
    assert bar.evaluate("(e) => e.scrollHeight <= e.clientHeight")
    first = ready.page.locator(".jp-WindowedPanel-outer").bounding_box()
    assert first["y"] >= box["y"] + box["height"] - 1
    for control in bar.locator("a, button").all():
        assert re.match(r"\w", control.inner_text())
    assert bar.locator("a").get_attribute("href").endswith(f"/{CHAPTER}.html")


def test_a_chapter_runs_to_its_end_and_shows_what_is_stored(ready, whole_cdn, tmp_path):
    assert ready.page.locator(".jp-Dialog").count() == 0
    ready.run()
    shown = ready.read()
    assert not differences(ROOT / f"{CHAPTER}.ipynb", shown, tmp_path)
    # But for what a second visit says of service workers.
    said = (text for text in ready.console if "service workers" not in text)
    assert not [text for text in said if "version" in text.lower()]
    # All at once and nothing twice, and Python before the application that will show what it says.
    assert len(whole_cdn.asked) == len({*whole_cdn.asked})
    begins, opens = (
        next(i for i, url in enumerate(ready.asked) if url.endswith(name))
        for name in ("/pyodide.asm.wasm", f"/files/{CHAPTER}.ipynb")
    )
    assert begins < opens
    # What is completed are the names that are there.
    assert "np.linspace" in ready.evaluate(
        """async (panel) => {
          const { kernel } = panel.sessionContext.session;
          const { content } = await kernel.requestComplete({ code: "np.lins", cursor_pos: 7 });
          return content.matches;
        }"""
    )
    # The explorers are live, as in JupyterLab.
    assert ready.page.locator("[data-explorer]").count()
    assert not ready.errors
    assert ready.page.locator(".jp-Dialog").count() == 0
    others = [url for url in whole_cdn.asked if not url.startswith(lite.CDN)]
    assert not others, "what is asked of the network is asked of Pyodide's CDN"


def test_a_python_that_starts_again_says_what_it_loads_and_knows_nothing(ready):
    look = """async (panel) => {
      const status = document.querySelector(".book-bar [role=status]");
      globalThis.said = [];
      const hear = () => { globalThis.said.push(status.textContent); };
      new MutationObserver(hear).observe(status, { childList: true });
      const { kernel } = panel.sessionContext.session;
      await kernel.requestExecute({ code: "x = 1" }).done;
      await kernel.restart();
      const { content } = await kernel.requestExecute({ code: "x" }).done;
      return content.ename;
    }"""
    assert "NameError" in ready.evaluate(look)
    ready.wait_until_ready()
    said = ready.evaluate("() => globalThis.said")
    assert said[0] == "Python is loading …"
    assert [text for text in said if re.match(r"Python is loading: (\S+, )+", text)]
    assert said[-1].startswith("Python is ready")
    assert not ready.errors


def _slide(notebook, cell, key):
    """Move the slider of a cell by a key, and return its picture before and after."""
    notebook.evaluate(
        """(panel, id) => panel.content.scrollToItem(
             panel.content.widgets.findIndex((each) => each.model.id === id))""",
        cell,
    )
    index = notebook.evaluate(
        "(panel, id) => panel.content.widgets.findIndex((each) => each.model.id === id)", cell
    )
    place = notebook.page.locator(f".jp-Cell[data-windowed-list-index='{index}']")
    # Not the icons of the cell's own tools.
    drawn = ".jp-OutputArea svg, .jp-OutputArea img[src^='data:']"
    picture = place.locator(drawn).first
    picture.wait_for()
    look = "(e) => e.outerHTML"
    before = picture.evaluate(look)
    place.locator(".noUi-handle").first.press(key)
    notebook.page.wait_for_function(
        """([e, drawn, before]) => {
          const now = e.querySelector(drawn);
          return now && now.outerHTML !== before;
        }""",
        arg=[place.element_handle(), drawn, before],
    )
    return before, picture.evaluate(look)


def test_an_assignment_is_solved_checked_handed_in_and_graded_as_one_from_lab(
    application, own_settings, tmp_path
):
    course = Course(class_of.write_course(tmp_path / "course"))
    course.release("ravine")
    released = nbformat.read(course.released("ravine"), as_version=4)

    notebook = application(ASSIGNMENT)
    notebook.wait_until_ready()
    blank = notebook.read()
    assert [c["id"] for c in blank["cells"]] == [cell.id for cell in released.cells]
    checks = [
        cell.id
        for cell in released.cells
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code"
    ]
    first = next(cell.id for cell in released.cells if cell.cell_type == "code")
    notebook.run(first, "ravine-05", checks[0])
    assert "still empty" in texts(notebook.outputs(checks[0]))

    answers = answered(class_of.solved("ravine"), blank)
    # One mistake, which both make.
    momentum = (s for s in fast.submissions("ravine") if set(s.answers) == {"momentum"})
    answers["ravine-25"] = next(s for s in momentum if s.points).answers["momentum"]
    for cell, source in answers.items():
        notebook.set_source(cell, source)
    notebook.run()
    assert "still empty" not in json.dumps(notebook.read())
    for key in ("ArrowLeft", "ArrowUp"):
        before, after = _slide(notebook, "ravine-20", key)
        assert before != after

    with notebook.page.expect_download() as download:
        notebook.page.locator(".book-bar button", has_text="Download").click()
    handed_in = tmp_path / "handed in"
    handed_in.mkdir()
    assert download.value.suggested_filename == "ravine.ipynb"
    download.value.save_as(handed_in / "lite.ipynb")
    for each in released.cells:
        each.source = answers.get(each.id, each.source)
    nbformat.write(released, handed_in / "lab.ipynb")
    lite_row, lab_row = sorted(
        course.grade("ravine", handed_in, Options(unsafe=True)),
        key=lambda row: row.student,
        reverse=True,
    )
    assert (lite_row.student, lab_row.student) == ("lite", "lab")
    assert lite_row.points == lab_row.points
    assert 0 < sum(each or 0 for each in lite_row.points.values()) < lite_row.maximum
    assert lite_row.noticed == lab_row.noticed


@pytest.mark.usefixtures("python_is_on_its_way")
def test_keys_that_are_pressed_on_a_slider_are_the_sliders(application):
    notebook = application(CHAPTER)
    page = notebook.page
    place = page.locator(".jp-OutputArea-output").first
    place.wait_for()
    place.evaluate("(e) => { e.innerHTML = '<input type=range min=0 max=9 value=5>'; }")
    look = """(panel) => {
      const { content } = panel;
      return [content.activeCellIndex, content.widgets.length, content.mode];
    }"""
    # In command mode, as a click on an output leaves it.
    notebook.evaluate("(panel) => { panel.content.mode = 'command'; }")
    slider = place.locator("input")
    slider.focus()
    before = notebook.evaluate(look)
    assert before[2] == "command"
    values = []
    for key in ("ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft", "b", "Home"):
        slider.press(key)
        values.append(int(slider.input_value()))
        assert notebook.evaluate(look) == before, key
    assert values == [4, 5, 6, 5, 5, 0]
    # What has a modifier is the notebook's, and so are all keys elsewhere.
    slider.press("Control+Shift+ArrowDown")
    moved = notebook.evaluate(look)
    assert moved[0] == before[0] + 1
    notebook.evaluate("(panel) => { panel.content.activeCell.node.focus(); }")
    page.keyboard.press("ArrowDown")
    assert notebook.evaluate(look)[0] == moved[0] + 1


@pytest.mark.usefixtures("python_is_on_its_way")
def test_a_link_opens_an_instructors_own_release(application, site, cdn):
    notebook = application(ASSIGNMENT)
    page = notebook.page
    address = f"{site}/lite/files/{ASSIGNMENT}.ipynb"
    page.goto(f"{site}/lite/lab/index.html?from={quote(address, safe='')}")
    page.wait_for_url("**/notebooks/index.html?path=ravine.ipynb")
    page.locator(".book-bar").wait_for()
    assert notebook.read()["cells"][0]["source"].startswith("# Assignment 1")
    # Who comes again finds what was begun.
    first = notebook.read()["cells"][0]["id"]
    notebook.set_source(first, "# Begun")
    notebook.evaluate("(panel) => panel.context.save()")
    page.goto(f"{site}/lite/lab/index.html?from={quote(address, safe='')}")
    page.wait_for_url("**/notebooks/index.html?path=ravine.ipynb")
    page.locator(".book-bar").wait_for()
    assert notebook.read()["cells"][0]["source"] == "# Begun"


@pytest.mark.usefixtures("python_is_on_its_way")
def test_an_instructors_own_release_is_uploaded_and_opened(
    application, site, own_settings, tmp_path
):
    course = Course(class_of.write_course(tmp_path / "course"))
    course.release("ravine")
    released = nbformat.read(course.released("ravine"), as_version=4)
    released.cells[0].source = "# Our first week"
    nbformat.write(released, tmp_path / "first week.ipynb")

    notebook = application(ASSIGNMENT)
    page = notebook.page
    page.goto(f"{site}/lite/lab/index.html")
    with page.expect_file_chooser() as chooser:
        page.locator("[data-jp-item-name='uploader']").click()
    chooser.value.set_files(tmp_path / "first week.ipynb")
    page.locator(".jp-DirListing-item", has_text="first week.ipynb").dblclick()
    page.locator(".book-bar").wait_for()
    assert notebook.read()["cells"][0]["source"] == "# Our first week"
    assert [c["id"] for c in notebook.read()["cells"]] == [cell.id for cell in released.cells]


@pytest.mark.usefixtures("python_is_on_its_way")
def test_changes_stay_and_the_original_comes_back_at_the_place_that_was_read(application):
    heading = "What the claims are worth"
    notebook = application("chapters/momentum", place=heading)
    page = notebook.page
    # The notebook scrolls when its cells above have their heights.
    page.wait_for_function(
        """(heading) => [...document.querySelectorAll(".jp-NotebookPanel h2")].some((each) => {
          const { top } = each.getBoundingClientRect();
          return each.textContent.includes(heading) && 0 < top && top < 900;
        })""",
        arg=heading,
    )
    original = notebook.read()["cells"][0]["source"]
    first = notebook.read()["cells"][0]["id"]
    notebook.set_source(first, "# My own")
    notebook.evaluate("(panel) => panel.context.save()")
    page.reload()
    page.locator(".book-bar").wait_for()
    assert notebook.read()["cells"][0]["source"] == "# My own"
    page.locator(".book-bar button", has_text="Bring back").click()
    page.locator(".jp-Dialog button", has_text="Bring back").click()
    page.locator(".book-bar", has_text="This is the original.").wait_for()
    assert notebook.read()["cells"][0]["source"] == original
    page.reload()
    page.locator(".book-bar").wait_for()
    assert notebook.read()["cells"][0]["source"] == original


@pytest.mark.usefixtures("python_is_on_its_way")
def test_links_lead_to_the_pages_of_this_site_and_to_notebooks(application, site):
    notebook = application(CHAPTER)
    page = notebook.page
    cell = next(c["id"] for c in notebook.read()["cells"] if c["cell_type"] == "markdown")
    book = f"{publishing.address()}chapters"
    notebook.set_source(
        cell,
        f"[page]({book}/notation.html#conventions) [another](adam.ipynb) "
        "[place](adam.ipynb#warm-up) [elsewhere](https://arxiv.org/abs/1412.6980)",
    )
    links = page.locator(".jp-MarkdownCell").first.locator("a[href]")
    links.filter(has_text="elsewhere").wait_for()
    look = "(e) => [e.href, e.target, e.dataset.commandlinkerCommand ?? '']"
    found = {
        name: links.filter(has_text=re.compile(f"^{name}$")).evaluate(look)
        for name in ("page", "another", "place", "elsewhere")
    }
    adam = f"{site}/{lite.PAGE}?path=chapters/adam.ipynb"
    assert found == {
        "page": [f"{site}/chapters/notation.html#conventions", "_blank", ""],
        "another": [adam, "_blank", ""],
        "place": [f"{adam}#warm-up", "_blank", ""],
        "elsewhere": ["https://arxiv.org/abs/1412.6980", "_blank", ""],
    }
    with page.context.expect_page() as opened:
        links.filter(has_text="page").click()
    opened.value.wait_for_url(f"{site}/chapters/notation.html#conventions")
    assert opened.value.locator("h1").inner_text().startswith("Notation")
    assert page.url.startswith(f"{site}/{lite.PAGE}"), "the notebook stays"


def _changed(name):
    """Return what the CDN would send, with one byte changed in one wheel."""
    path = pyodide.find(name)
    data = bytearray(path.read_bytes()) if path else None
    if data and name.startswith("numpy"):
        data[len(data) // 2] ^= 1
    return None if data is None else bytes(data)


def test_a_changed_byte_in_a_wheel_is_refused_with_a_message(application, cdn):
    cdn.send = _changed
    notebook = application(CHAPTER)
    alert = notebook.page.locator(".book-bar [role=alert]")
    alert.filter(has_text="is not the one that was tested").wait_for()
    assert alert.inner_text().startswith("Python is without numpy: the file that cdn.jsdelivr.net")
    idle = "(panel) => panel.sessionContext.session?.kernel?.status"
    while notebook.evaluate(idle) != "idle":
        notebook.page.wait_for_timeout(200)
    assert "Python is ready" not in notebook.said()
