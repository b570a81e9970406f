"""What the tests of the explorer assert with refuses what is wrong, and finds what there is."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import Momentum, descend
from adaptive.explorer.picture import _to_pixels
from adaptive.problems import Ravine
from tests import there
from tests.explorer import support
from tests.explorer.support import assert_line, assert_pythons_path, points, violations

RULE, PROBLEM, START = Momentum(lr=0.01, momentum=0.8), Ravine(), [-1.5, 0.5]


@pytest.fixture
def line():
    """Return the pixels of the path that Python computes."""
    return _to_pixels(descend(RULE, PROBLEM, np.array(START), 30).theta, PROBLEM)


def test_the_line_of_the_path_is_accepted(line):
    assert_line(np.round(line, 1), RULE, PROBLEM, START, 30)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda line: line + np.array([0, 0.2]),
        lambda line: line[::-1],
        lambda line: line[:-3],
        lambda line: line[3:],
        lambda line: np.delete(line, 1, axis=0),
        lambda line: np.concatenate([line, line[-1:] + 5]),
        lambda line: np.concatenate([line[:5], [[0, 0]], line[5:]]),
    ],
    ids=["beside", "backwards", "short", "late", "a gap", "long", "astray"],
)
def test_another_line_is_refused(line, wrong):
    with pytest.raises(AssertionError):
        assert_line(wrong(line), RULE, PROBLEM, START, 30)


def _shown(line, **changed):
    d = "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in line)
    return {
        "problem": PROBLEM.name,
        "focus": "Momentum",
        "start": START,
        "settings": {"lr": 0.01, "momentum": 0.8},
        "line": d,
        "known": True,
        "steps": 30,
    } | changed


def test_what_a_page_shows_is_held_against_python(line):
    assert_pythons_path(_shown(line))
    for changed in (
        {"settings": {"lr": 0.011, "momentum": 0.8}},
        {"start": [-1.5, 0.6]},
        {"focus": "SGD", "settings": {"lr": 0.01}},
        {"problem": "Rosenbrock"},
    ):
        with pytest.raises(AssertionError):
            assert_pythons_path(_shown(line, **changed))


def test_corners_are_read_with_their_signs():
    assert points("M-1.5,2L30,-0.25").tolist() == [[-1.5, 2], [30, -0.25]]
    assert points(None).shape == (0, 2)


def test_the_pages_with_explorers_are_found():
    assert {f"chapters/{name}" for name in ("momentum", "adam", "introduction")} <= {*support.PAGES}
    assert len(support.PAGES) >= 12


def test_what_is_wrong_with_a_page_is_found(visit):
    visit.page.set_content(
        "<html lang=en><title>x</title><main><h1>x</h1><p id=a>a</p>"
        "<img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></main>"
    )
    assert [rule for rule, _ in violations(visit.page)] == ["image-alt"]
    assert not violations(visit.page, "'#a'")


def test_what_goes_wrong_in_a_page_is_heard(visit, tmp_path):
    path = tmp_path / "page.html"
    for script, fault in [
        ("", None),
        ("<script>console.error('told')</script>", "told"),
        ("<script>nothing.at.all</script>", "nothing is not defined"),
        ("<img src='https://example.org/x.png'>", "asked other hosts"),
        ("<img src='missing.png'>", "got no answer"),
    ]:
        path.write_text(f"<!doctype html><meta charset=utf-8>{script}", encoding="utf-8")
        visit.open(path)
        if fault is None:
            visit.assert_clean()
            continue
        with pytest.raises(AssertionError, match=fault):
            visit.assert_clean()
        for heard in (visit.away, visit.failed, visit.errors):
            heard.clear()


# ------------------------------------------------------------------ a page that is shared

#: What a page could tell of the test before.
KEPT = """() => ({
  size: [innerWidth, innerHeight],
  dark: matchMedia("(prefers-color-scheme: dark)").matches,
  still: matchMedia("(prefers-reduced-motion: reduce)").matches,
  forced: matchMedia("(forced-colors: active)").matches,
  stored: [localStorage.length, sessionStorage.length],
  address: [location.hash, history.state],
  scroll: scrollY,
  pointed: document.querySelectorAll("button:hover").length,
  pressed: document.querySelectorAll("button:active").length,
  focus: document.activeElement.tagName,
})"""

#: Keeps what the mouse does, with which buttons and where.
MOUSE = """() => {
  window.told = [];
  for (const name of ["mousemove", "mousedown"])
    addEventListener(name, (e) => told.push([name, e.buttons, e.clientX, e.clientY]));
}"""


def test_a_used_page_is_as_good_as_a_new_one_when_it_is_put_back(visit, tmp_path):
    path, page = tmp_path / "page.html", visit.page
    path.write_text("<button style='height: 3000px; width: 300px'>Long</button>", "utf-8")
    new = visit.open(path).evaluate(KEPT)
    page.set_viewport_size({"width": 390, "height": 400})
    page.emulate_media(color_scheme="dark", reduced_motion="reduce", forced_colors="active")
    page.evaluate(
        """() => {
          localStorage.open = sessionStorage.open = "yes";
          history.replaceState(1, "", "#~a.t=1");
          console.error("wrong");
          scrollTo(0, 50);
        }"""
    )
    page.mouse.move(100, 100)
    page.mouse.down()
    used = page.evaluate(KEPT)
    assert [name for name in new if used[name] == new[name]] == []
    assert visit.errors == ["wrong"]
    visit.away.append("https://elsewhere.example")
    visit.failed.append("missing.png")
    support.put_back(visit)
    assert page.url == "about:blank"
    visit.open(path)
    support.settle(page)
    assert page.evaluate(KEPT) == new
    visit.assert_clean()


def test_the_mouse_is_let_go_and_where_it_was(visit, tmp_path):
    path, page = tmp_path / "page.html", visit.page
    path.write_text("<p>text</p>", encoding="utf-8")
    for act, expected in [
        (lambda: page.mouse.move(9, 9), ["mousemove", 0, 9, 9]),
        (page.mouse.down, ["mousedown", 1, 0, 0]),
    ]:
        page.mouse.move(100, 100)
        page.mouse.down()
        support.put_back(visit)
        visit.open(path).evaluate(MOUSE)
        act()
        assert page.evaluate("() => told") == [expected]


def test_tests_share_a_page_that_is_put_back(shared, used):
    assert shared is used
    assert shared.page.url == "about:blank"
    assert shared.page.viewport_size == support.DESK


# ------------------------------------------------------------------ what is not there


@pytest.mark.parametrize("wait", there.WAITS)
def test_what_a_page_does_not_have_is_missed_soon(reader, monkeypatch, wait):
    monkeypatch.setattr(there, "ASKED", 2)
    page = reader()
    page.set_content("<p>text</p>")
    with pytest.raises(AssertionError, match=r"no such element: .*button"):
        getattr(page.locator("button"), wait)()


def test_what_comes_late_is_waited_for(reader):
    page = reader()
    page.set_content("<p>text</p>")
    page.evaluate("""() => {
        let turns = 60;
        const turn = () => turns-- > 0 ? setTimeout(turn, 10)
          : document.body.append(document.createElement("button"));
        turn();
    }""")
    assert page.locator("button").evaluate("(e) => e.localName") == "button"
    page.locator("b").wait_for(state="detached")


def test_what_another_program_has_to_bring_is_not_asked_for(reader, monkeypatch):
    monkeypatch.setattr(there, "asked", None)
    for settings in ({"alone": False}, {"java_script_enabled": False}):
        page = reader(**settings)
        page.set_content("<p>text</p>")
        assert page.locator("p").inner_text() == "text"
    page = reader()
    page.set_content("<p>text</p>")
    with pytest.raises(TypeError):
        page.locator("p").inner_text()
