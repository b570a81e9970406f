"""Settings in the address of the page: they come back, and nonsense does no harm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from adaptive import SGD, Momentum, explore
from adaptive.explorer import book
from adaptive.explorer.tuned import tuned
from adaptive.problems import Ravine, Surface
from adaptive.rules import Rule
from tests.conftest import PATIENCE, Visit
from tests.explorer.support import assert_path, settle, show, slider, state

TEXT = Momentum(lr=0.05, momentum=0.7)


@pytest.fixture
def page(visit, tmp_path):
    """Open a page with the explorer that most tests move."""
    yield show(visit, tmp_path, explore(Ravine(), TEXT))
    visit.assert_clean()


@pytest.fixture(scope="module")
def opened(browser, tmp_path_factory):
    """Open such a page for all tests that come to it by an address; return what is set there."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    visit = Visit(context.new_page())
    yield visit, state(show(visit, tmp_path_factory.mktemp("address"), explore(Ravine(), TEXT)))
    context.close()


@pytest.fixture
def again(opened):
    """Return the page, to be loaded afresh with `_at`."""
    visit, _ = opened
    for heard in (visit.away, visit.failed, visit.errors):
        heard.clear()  # in the test before, which has failed for it
    yield visit.page
    visit.assert_clean()


def _at(page, hash_):
    """Open the page again with settings in its address, and return what is set."""
    page.goto(f"{page.url.partition('#')[0]}#~{hash_}")
    page.reload()
    settle(page)
    return state(page)


def _side_by_side(visit, tmp_path, *explorers):
    """Open a page with several explorers."""
    first, *others = explorers
    more = "".join(each.to_html() for each in others)
    return show(
        visit,
        tmp_path,
        first,
        change=lambda text: book.once(text.replace("</main>", f"{more}</main>")),
    )


def test_where_the_address_cannot_be_changed_the_link_says_so(page):
    """As in a frame without an origin, in which some viewers of notebooks show a page."""
    page.evaluate(
        "() => { history.replaceState = () => { throw new DOMException('x', 'SecurityError'); }; }"
    )
    page.get_by_role("button", name="Link").click()
    said = page.get_by_role("status").filter(has_text="The address of this page cannot be changed")
    said.wait_for(state="attached")
    assert "#" not in page.url


def test_settings_travel_in_the_address(page, reader):
    page.get_by_role("combobox", name="Problem").select_option("Rosenbrock")
    page.get_by_role("checkbox", name="Adam", exact=True).check()
    slider(page, "β₁").press("ArrowLeft")
    slider(page, "learning rate η").press("ArrowRight")
    slider(page, "Start").press("ArrowUp")
    slider(page, "Step").press("ArrowLeft")
    page.get_by_role("combobox", name="Curves").select_option("state.v")
    settle(page)
    before = state(page)
    page.get_by_role("button", name="Link").click()
    assert "#~" in page.url
    assert "ravine-momentum.Adam.beta1=" in page.url

    other = reader()
    other.goto(page.url)
    settle(other)
    assert state(other) == before

    page.get_by_role("button", name="Reset").click()
    assert "#" not in page.url


def test_anchors_of_the_page_are_left_alone(visit, tmp_path):
    shown = explore(Ravine(), TEXT)
    page = show(
        visit, tmp_path, shown, change=lambda text: text.replace("<main>", '<main><p id="here">')
    )
    page.goto(page.url + "#here")
    page.reload()
    settle(page)
    slider(page, "learning rate η").press("ArrowRight")
    settle(page)
    assert page.url.endswith("#here")


def test_nonsense_in_the_address_does_no_harm(visit, tmp_path):
    page = show(visit, tmp_path, explore(Ravine(), TEXT))
    key = "ravine-momentum"
    hash_ = f"{key}.problem=none&{key}.start=a,b&{key}.rules=X&{key}.t=1e9&{key}.Momentum.lr=-5"
    page.goto(f"{page.url}#~{hash_}&{key}.curves=none&{key}.focus=Adam")
    page.reload()
    settle(page)
    assert state(page)["t"] == 100
    assert state(page)["problem"] == "ravine"
    assert state(page)["settings"]["Momentum"][0] == 1e-4
    visit.assert_clean()


def test_two_explorers_share_a_page(visit, tmp_path):
    one, two = explore(Ravine(), TEXT), explore(Ravine(), TEXT, steps=60)
    page = show(
        visit,
        tmp_path,
        one,
        change=lambda text: book.once(text.replace("</main>", f"{two.to_html()}</main>")),
    )
    assert page.locator(".adaptive-explorer[data-live]").count() == 2
    slider(page, "learning rate η").nth(1).press("ArrowRight")
    page.get_by_role("button", name="Link").nth(1).click()
    page.get_by_label("Start, coordinate θ[0]").first.fill("3")
    page.get_by_role("button", name="Link").first.click()
    assert "ravine-momentum-2.Momentum.lr=" in page.url
    assert "ravine-momentum.start=3,1" in page.url
    page.reload()
    settle(page)
    assert state(page, 0)["start"] == [3, 1]
    assert state(page, 0)["settings"]["Momentum"] == [0.05, 0.7]
    assert state(page, 1)["settings"]["Momentum"][0] > 0.05
    visit.assert_clean()


# ------------------------------------------------------------------ nonsense


@pytest.mark.parametrize(
    "hash_",
    [
        "problem=constructor",
        "problem=__proto__",
        "rules=constructor,toString",
        "rules=",
        "rules=%20",
        "focus=constructor",
        "curves=none",
        "start=",
        "start=,1",
        "start=%20,1",
        "start=1",
        "start=1,2,3",
        "start=Infinity,0",
        "start=NaN,0",
        "t=",
        "t=%20",
        "t=1.5",
        "Momentum.lr=",
        "Momentum.lr=%20",
        "Momentum.constructor=1",
        "constructor.lr=1",
        "__proto__.lr=1",
        "%",
    ],
)
def test_what_makes_no_sense_changes_nothing(opened, again, hash_):
    _, before = opened
    assert _at(again, f"ravine-momentum.{hash_}") == before
    assert_path(again, TEXT, Ravine())


def test_rules_that_are_named_twice_stand_there_once(again):
    assert _at(again, "ravine-momentum.rules=SGD,SGD,Adam,SGD,none")["shown"] == ["SGD", "Adam"]
    names = again.get_by_role("combobox", name="Settings of").locator("option")
    assert names.all_inner_texts() == ["SGD", "Adam"]


@pytest.mark.parametrize(
    ("text", "start"), [("1e308,-1e308", [5, -2]), ("-99,0.5", [-5, 0.5]), ("0,0", [0, 0])]
)
def test_the_start_stays_in_the_picture(again, text, start):
    assert _at(again, f"ravine-momentum.start={text}")["start"] == start
    assert_path(again, TEXT, Ravine(), start)


def test_the_start_stays_in_the_picture_of_the_problem_of_the_address(again):
    key = "ravine-momentum"
    found = _at(again, f"{key}.problem=Rosenbrock&{key}.start=5,-2")
    assert (found["problem"], found["start"]) == ("Rosenbrock", [2, -1])


@pytest.mark.parametrize(("t", "shown"), [("-3", 0), ("0", 0), ("7", 7), ("1e9", 100)])
def test_the_moment_is_one_of_the_run(again, t, shown):
    assert _at(again, f"ravine-momentum.t={t}")["t"] == shown


# ------------------------------------------------------------------ names of one's own


@pytest.mark.parametrize("name", ["constructor", "toString", "__proto__"])
def test_a_rule_and_a_problem_of_any_name(visit, tmp_path, name):
    @dataclass(frozen=True, eq=False)
    class Own(Rule):
        lr: Any = 0.05

        def update(self, g, t):
            return (-self.lr * g,)

    class Bowl(Surface):
        start = np.array([1.0, 2.0])
        bounds = ((-3, 3), (-3, 3))

        def f(self, x, y):
            return x**2 + 2 * y**2

        def partials(self, x, y):
            return 2 * x, 4 * y

    Own.__name__ = Bowl.name = name
    page = show(visit, tmp_path, explore(Bowl(), Own(), SGD(0.01), key="k"))
    assert_path(page, Own(), Bowl())
    rate = slider(page, "learning rate η")
    rate.press("ArrowRight")
    page.get_by_role("button", name="Link").click()
    settle(page)
    lr = page.evaluate(
        "(name) => document.querySelector('.adaptive-explorer').explorer.state.settings[name][0]",
        name,
    )
    assert lr > 0.05
    assert f"#~k.{name}.lr=" in page.url
    page.reload()
    assert_path(page, Own(lr), Bowl())
    # To another problem and back.
    problem = page.get_by_role("combobox", name="Problem")
    problem.select_option("ravine")
    assert_path(page, tuned(Own(), Ravine()), Ravine())
    problem.select_option(name)
    assert_path(page, Own(), Bowl())
    assert f"k.problem={name}" not in page.url
    visit.assert_clean()


# ------------------------------------------------------------------ keys


def test_keys_that_begin_alike_are_two_keys(visit, tmp_path):
    keys = ("a", "a-b", "b")
    page = _side_by_side(visit, tmp_path, *(explore(Ravine(), TEXT, key=key) for key in keys))
    _at(page, "a.t=3&a-b.t=4&b.t=5&ab.t=6&A.t=7&a-t=8&a=9")
    assert [state(page, i)["t"] for i in range(3)] == [3, 4, 5]
    # One that writes leaves the others where they are.
    page.get_by_role("button", name="Reset").first.click()
    assert page.url.endswith("#~a-b.t=4&b.t=5&ab.t=6&A.t=7&a-t=8&a=9")


@pytest.mark.parametrize(
    ("given", "free"),
    [
        (["a", "a", "a"], ["a", "a-2", "a-3"]),
        (["a", "a-2", "a"], ["a", "a-2", "a-3"]),
        (["a-2", "a", "a"], ["a-2", "a", "a-3"]),
        (["a", "a", "a-2"], ["a", "a-2", "a-2-2"]),
    ],
)
def test_no_two_figures_have_one_key(visit, tmp_path, given, free):
    page = _side_by_side(visit, tmp_path, *(explore(Ravine(), TEXT, key=key) for key in given))
    keys = "() => [...document.querySelectorAll('.adaptive-explorer')].map((e) => e.explorer.key)"
    assert page.evaluate(keys) == free
    visit.assert_clean()
