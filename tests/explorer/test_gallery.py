"""Galleries: several rules from one start, and what the page makes of them."""

from __future__ import annotations

import numpy as np
import pytest

from adaptive import RULES, SGD, Momentum, Rule, descend, gallery
from adaptive.problems import Circles, NoisyQuadratic, Ravine, Saddle

RULES_OF_THE_BOOK = [rule(**rule.on_circles) for rule in RULES]
START = (-1.7, 0.08)


def test_it_says_after_how_many_steps_each_rule_is_there():
    found = gallery(Ravine(), SGD(0.09), Momentum(0.09, 0.49), SGD(0.2), within=1e-3)
    assert repr(found) == "<gallery: SGD 33 steps, Momentum 14 steps, SGD diverges>"
    path = descend(Momentum(0.09, 0.49), Ravine(), steps=60)
    steps = found.outcomes()[1].steps
    assert (path.loss[steps:] < 1e-3 * path.loss[0]).all()
    assert path.loss[steps - 1] >= 1e-3 * path.loss[0]
    assert "SGD not there yet" in repr(gallery(Ravine(), SGD(1e-4)))


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: gallery(Ravine()), ValueError, "at least one rule"),
        (lambda: gallery(SGD(), Ravine()), TypeError, "Problem"),
        (lambda: gallery(Ravine(), SGD), TypeError, r"SGD\(\)"),
        (lambda: gallery(Circles(), SGD()), ValueError, "two coordinates"),
        (lambda: gallery(NoisyQuadratic(), SGD()), ValueError, "no noise"),
        (lambda: gallery(Ravine(), SGD(), steps=0), ValueError, "steps must be at least 1"),
        (lambda: gallery(Ravine(), SGD(), steps=999), ValueError, "at most 200"),
        (lambda: gallery(Ravine(), SGD(), within=1.5), ValueError, "within must be between"),
        (lambda: gallery(Ravine(), SGD(), theta0=(99, 0)), ValueError, "theta0 must be a point"),
        (lambda: gallery(Ravine(), SGD(), theta0=[1]), ValueError, "theta0"),
        (lambda: gallery(Ravine(), SGD(), words="fast"), TypeError, "words must be a mapping"),
        (lambda: gallery(Ravine(), SGD(), question=3), TypeError, "question must be a str"),
        (lambda: gallery(Ravine(), SGD(), key="a b"), ValueError, "key must consist"),
    ],
)
def test_bad_input(call, error, says):
    with pytest.raises(error, match=says):
        call()


def test_texts_cannot_become_elements():
    page = gallery(
        Ravine(), SGD(0.09), question="<b>why</b>", words={"SGD": "<script>alert(1)</script>"}
    ).to_html()
    assert "<b>why</b>" not in page
    assert "<script>alert" not in page


class Lazy(Rule):
    """A rule of one's own."""

    state_names = ()

    def update(self, g, t):
        """Go a fifth of the slope."""
        return (-0.2 * g,)


def test_a_rule_of_ones_own():
    assert repr(gallery(Ravine(), Lazy())).startswith("<gallery: Lazy diverges")


@pytest.fixture
def page(reader, tmp_path):
    """Return a page with the figure, when it has come to rest."""
    made = reader(viewport={"width": 1000, "height": 720}, reduced_motion="reduce")
    file = tmp_path / "gallery.html"
    file.write_text(gallery(Saddle(), *RULES_OF_THE_BOOK, theta0=START).to_page(), "utf-8")
    made.goto(file.as_uri())
    made.wait_for_selector("[data-live] .handle")
    return made


def numbers(d):
    """Return the points of a path of SVG."""
    return np.array([[float(x) for x in pair.split(",")] for pair in d[1:].split("L")])


def test_the_page_draws_what_python_draws(page):
    made = gallery(Saddle(), *RULES_OF_THE_BOOK, theta0=START)
    drawn = page.locator("figure .line").evaluate_all("(all) => all.map(e => e.getAttribute('d'))")
    counts = page.locator("figure .count").all_inner_texts()
    assert len(drawn) == len(RULES)
    for path, d in zip(made._paths(), drawn, strict=True):
        points = numbers(d)
        pixels = made._stage.pixels(path.theta)
        assert np.allclose(points[0], pixels[0], atol=0.06)
        assert np.allclose(points[-1], pixels[-1], atol=0.06)
    assert counts == [f"{outcome.steps} steps" for outcome in made.outcomes()]


def test_a_key_moves_the_start_of_all(page):
    handle = page.locator(".handle").first
    handle.focus()
    before = page.locator("figure .line").evaluate_all("(all) => all.map(e => e.getAttribute('d'))")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.wait_for_function(
        "(old) => document.querySelector('figure .line').getAttribute('d') !== old", arg=before[0]
    )
    after = page.locator("figure .line").evaluate_all("(all) => all.map(e => e.getAttribute('d'))")
    starts = {tuple(numbers(d)[0]) for d in after}
    assert len(starts) == 1
    assert all(old != new for old, new in zip(before, after, strict=True))
    # One stop for the keyboard, ten for the pointer.
    assert page.locator(".handle[tabindex='0']").count() == 1
    assert page.locator(".handle").count() == len(RULES)


def test_a_hand_can_take_any_of_the_starts(page):
    box = page.locator(".handle .ring").nth(6).bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y + 30, steps=4)
    page.mouse.up()
    value = page.locator(".handle").first.get_attribute("aria-valuetext")
    assert value != "θ[0] = −1.7, θ[1] = 0.08"
    assert page.locator(".handle").first.get_attribute("aria-valuenow") is not None


def test_it_plays_to_the_end(reader, tmp_path):
    moving = reader(viewport={"width": 1000, "height": 720}, reduced_motion="no-preference")
    file = tmp_path / "gallery.html"
    file.write_text(gallery(Saddle(), *RULES_OF_THE_BOOK, theta0=START).to_page(), "utf-8")
    moving.goto(file.as_uri())
    moving.wait_for_selector("[data-live] .handle")
    whole = moving.locator("figure .whole").first.get_attribute("d")
    moving.get_by_role("button", name="Play again").click()
    moving.wait_for_function(
        "(whole) => document.querySelector('figure .line').getAttribute('d').length < whole.length",
        arg=whole,
    )
    moving.wait_for_function(
        """(whole) => document.querySelector('figure .line').getAttribute('d') === whole
            && [...document.querySelectorAll('.count')].every(e => e.textContent)""",
        arg=whole,
    )


def test_while_it_plays_each_picture_says_where_it_is(page):
    """Whoever has arrived says when; the others are not left without a word."""
    made = gallery(Saddle(), *RULES_OF_THE_BOOK, theta0=START)
    for t in (0, 30, 51):
        page.evaluate("(t) => document.querySelector('.adaptive-gallery').explorer.draw(t)", t)
        assert page.locator("figure .count").all_inner_texts() == [
            f"{outcome.steps} steps" if outcome.steps <= t else f"step {t}"
            for outcome in made.outcomes()
        ]


def test_whoever_comes_back_finds_it_as_it_was(page, tmp_path):
    (tmp_path / "other.html").write_text("<title>other</title>", encoding="utf-8")
    page.locator(".handle").first.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("() => history.state?.adaptiveFigures?.gallery")
    look = """() => [document.querySelector(".handle").getAttribute("aria-valuetext"),
      ...[...document.querySelectorAll(".line")].map((e) => e.getAttribute("d"))]"""
    before = page.evaluate(look)
    page.goto((tmp_path / "other.html").as_uri())
    page.go_back()
    page.wait_for_selector("[data-live] .handle")
    page.wait_for_function(f"(said) => ({look})()[0] === said", arg=before[0])
    assert page.evaluate(look) == before
    page.goto((tmp_path / "gallery.html").as_uri() + "?anew")
    page.wait_for_selector("[data-live] .handle")
    assert page.evaluate(look)[0] != before[0]
