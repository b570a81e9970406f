"""The explorer as a laboratory: few controls first, and what the page remembers and reads."""

from __future__ import annotations

import pytest

from adaptive import Adam, Momentum, explore
from adaptive.problems import Ravine
from tests.explorer.support import settle, state

TEXT = Momentum(lr=0.05, momentum=0.7)


def _opened(reader, tmp_path, explorer=None, suffix=""):
    """Open a page as a reader finds it, with nothing unfolded."""
    page = reader()
    made = explorer or explore(Ravine(), TEXT)
    (tmp_path / "page.html").write_text(made.to_page(), encoding="utf-8")
    page.goto((tmp_path / "page.html").as_uri() + suffix)
    settle(page)
    return page


def test_few_controls_come_first_and_the_rest_by_key(reader, tmp_path):
    page = _opened(reader, tmp_path)
    sliders = page.get_by_role("slider").evaluate_all("(all) => all.length")
    assert sliders == 4  # the start, the step, and the two of the rule
    assert page.get_by_role("checkbox").count() == 0
    page.locator(".more summary").focus()
    page.keyboard.press("Enter")
    assert page.get_by_role("checkbox").count() == 10
    # The browser remembers it.
    page.wait_for_function("() => localStorage.getItem('adaptive-more-controls') === 'open'")
    page.reload()
    assert page.get_by_role("checkbox").count() == 10


def test_a_key_there_and_a_key_back_is_where_it_was(reader, tmp_path):
    page = _opened(reader, tmp_path, explore(Ravine(), Adam(0.0123)))
    before = state(page)["settings"]["Adam"]
    sliders = page.locator(".slider input")
    for number in range(sliders.count()):
        for there, back in (("ArrowRight", "ArrowLeft"), ("ArrowLeft", "ArrowRight")):
            sliders.nth(number).press(there)
            assert state(page)["settings"]["Adam"] != before
            sliders.nth(number).press(back)
            assert state(page)["settings"]["Adam"] == before


def test_whoever_comes_back_finds_it_as_it_was(reader, tmp_path):
    (tmp_path / "other.html").write_text("<title>other</title>", encoding="utf-8")
    page = _opened(reader, tmp_path)
    page.locator(".slider input").first.press("ArrowRight")
    page.get_by_role("slider", name="Step").press("ArrowLeft")
    page.wait_for_function("() => Object.keys(history.state?.adaptiveFigures ?? {}).length")
    before = state(page)
    page.goto((tmp_path / "other.html").as_uri())
    page.go_back()
    page.wait_for_selector(".adaptive-explorer[data-live]")
    settle(page)
    assert state(page) == before
    # An anchor of the page is an address too, and leaves it be.
    page.evaluate("() => { location.hash = 'here' }")
    settle(page)
    assert state(page) == before


@pytest.mark.parametrize(
    "hash_",
    [
        "#~ravine-momentum.t=7&ravine-momentum.start=3,1",
        "#%7Eravine-momentum.t%3D7%26ravine-momentum.start%3D3%2C1",
    ],
)
def test_an_address_is_read_however_it_was_sent(reader, tmp_path, hash_):
    page = _opened(reader, tmp_path, suffix=hash_)
    assert (state(page)["t"], state(page)["start"]) == (7, [3, 1])
    assert page.locator(".message").text_content() == ""


@pytest.mark.parametrize(
    ("hash_", "said"),
    [
        ("#~nonsense", "The address holds settings that cannot be read."),
        ("#%7E%E0%A4", "The address holds settings that cannot be read."),
        (
            "#~ravine-momentum.t=soon",
            "The address holds what this figure cannot read: t.",
        ),
    ],
)
def test_an_address_that_cannot_be_read_is_told(reader, tmp_path, hash_, said):
    page = _opened(reader, tmp_path, suffix=hash_)
    assert page.locator(".message").text_content() == said
    assert page.get_by_role("status").text_content() == said
    assert state(page)["t"] == 100


def test_an_anchor_says_nothing(reader, tmp_path):
    page = _opened(reader, tmp_path, suffix="#section")
    assert page.locator(".message").text_content() == ""
