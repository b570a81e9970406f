"""What of a page axe is spared is what it has seen, and no more."""

from __future__ import annotations

import pytest

from tests.site.visits import DESK, THEME, let_look, violations, violations_unlike_a_desk

#: A word in a colour that cannot be read on the page's ground.
FAINT = '<span style="color: #ddd">faint</span>'
PAGE = """<!doctype html><html lang="en"><title>t</title><style>
  body {{ background: white; color: black }} .k {{ color: #036 }} {style}
</style><main><h1>h</h1>
<pre tabindex="0"><span class="k">for</span> <span class="k">in</span> {code}</pre>
<p>{text}</p></main>"""


@pytest.fixture
def page(visit):
    """Return a function that fills a page, at a desk or with a phone."""

    def filled(code="", text="words", style="", width=DESK["width"]):
        visit.page.set_viewport_size({**DESK, "width": width})
        visit.page.set_content(PAGE.format(code=code, text=text, style=style))
        let_look(visit.page)
        return visit.page

    return filled


def rules(found):
    return [rule for rule, _ in found]


def test_nothing_is_wrong_with_what_can_be_read(page):
    assert not violations(page(), "light")


@pytest.mark.parametrize(
    "code",
    [
        FAINT,
        f'<span class="k">{FAINT}</span>',
        '<span class="k" style="background: #024">if</span>',
        '<b style="background: #024"><span class="k">if</span></b>',
        '<span class="k" style="opacity: 0.2">if</span>',
    ],
    ids=["colour", "within", "ground", "ground of another", "opacity"],
)
def test_a_word_of_code_that_cannot_be_read_is_found(page, code):
    assert rules(violations(page(code), "light")) == ["color-contrast"]


def test_code_that_is_folded_has_its_colours_again_after_the_look(page):
    code = '<span class="k">if <span class="n">a</span></span><span></span> <a href="#">b</a>'
    folded = f"words</p><details><summary>s</summary><pre>{code}</pre></details>"
    shown = page(text=folded, code='<span class="k" id="odd">else</span>')
    assert shown.locator("details pre").inner_html() == 'if a<span></span> <a href="#">b</a>'
    assert shown.locator("main > pre span").count() == 3
    shown.evaluate("() => refill()")
    assert shown.locator("details pre").inner_html() == code


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("words</p><p>words</p><p>words", []),
        (f"words</p><p>{FAINT}</p><p>{FAINT}", ["color-contrast"]),
        ('words</p><div style="height: 40px; background: #222"></div>'
         '<p style="position: relative; top: -35px">words', ["color-contrast"]),
        ('words</p><div style="height: 40px; background: #222"></div>'
         '<p style="margin-top: -35px">words', ["color-contrast"]),
    ],
    ids=["alike", "colour", "moved", "drawn up"],
)  # fmt: skip
def test_a_word_of_the_text_that_cannot_be_read_is_found(page, text, found):
    assert rules(violations(page(text=text), "light")) == found


def test_words_that_another_page_has_shown_are_not_asked_again(page):
    passed = set()
    assert not violations(page(text="words"), "light", passed=passed)
    shown = page(text="others")
    assert not violations(shown, "light", passed=passed)
    assert not [e for e in shown.locator("p").all() if e.get_attribute("data-same") is None]


def test_what_is_wrong_on_one_page_is_wrong_on_the_next(page):
    passed = set()
    for _ in range(2):
        shown = page(text=FAINT)
        assert rules(violations(shown, "light", passed=passed)) == ["color-contrast"]
    # Nor does what was right elsewhere let through what lies on another ground.
    assert not violations(page(text="words"), "light", passed=passed)
    dim = page(text="words", style="main { background: #222 }")
    assert rules(violations(dim, "light", passed=passed)) == ["color-contrast"]


def test_words_of_the_text_are_asked_of_once(page):
    shown = page(text="words</p><p>words</p><p><b>others</b>")
    assert shown.evaluate("() => repeated().map((e) => e.localName)") == ["span", "p", "b"]


def test_formulas_are_full_again_after_the_look(page):
    shown = page()
    formula = '<mjx-math style="color: red"><mjx-mi><mjx-c></mjx-c></mjx-mi></mjx-math>'
    shown.evaluate("(html) => { document.querySelector('p').innerHTML = html }", formula)
    shown.evaluate("() => empty('mjx-math')")
    assert shown.locator("mjx-c").count() == 0
    shown.evaluate("() => refill()")
    assert shown.locator("p").inner_html() == formula.replace('red"', 'red;"')


def test_the_looks_of_the_other_theme_are_others(page):
    style = '[data-theme="dark"] { --k: #eee } .odd { color: var(--k, #036) }'
    shown = page('<span class="odd">if</span>', style=style)
    assert not violations(shown, "light")
    assert rules(violations(shown, "dark")) == ["color-contrast"]


def test_what_is_no_colour_is_asked_of_all(page):
    shown = page('<span class="k">if</span><span class="k"><img src="data:,"></span>')
    assert rules(violations(shown, "light")) == ["image-alt"]


@pytest.mark.parametrize(
    ("style", "found"),
    [
        ("", []),
        ("@media (width < 600px) { p { color: #ddd } }", ["color-contrast"]),
        ("@media (width < 600px) { main { background: #222 } }", ["color-contrast"]),
        # Large words need less contrast: at a desk this is right.
        ("p { color: #888; font-size: 30px } @media (width < 600px) { p { font-size: 9px } }",
         ["color-contrast"]),
        ("@media (width > 600px) { p { display: none } } p { color: #ddd }", ["color-contrast"]),
        ("@media (width > 600px) { p { visibility: hidden } } p { color: #ddd }",
         ["color-contrast"]),
    ],
    ids=["same", "colour", "ground", "size", "not there", "hidden"],
)  # fmt: skip
def test_what_only_a_phone_shows_is_looked_at(page, style, found):
    shown = page(style=style, width=360)
    assert rules(violations_unlike_a_desk(shown, "light")) == found
    assert shown.viewport_size["width"] == 360


def test_each_word_that_only_a_phone_shows_so_is_looked_at(page):
    style = "@media (width < 600px) { .k.odd { color: #ddd } }"
    shown = page('<span class="k odd">if</span>', style=style, width=360)
    shown.evaluate("() => { document.querySelector('.odd').dataset.same = '' }")
    assert rules(violations_unlike_a_desk(shown, "light")) == ["color-contrast"]


def test_what_a_desk_shows_as_well_is_not_looked_at_again(page):
    shown = page(text=FAINT, width=360)
    assert not violations_unlike_a_desk(shown, "light")
    shown.evaluate(THEME, "light")
    assert rules(violations(shown, "light")) == ["color-contrast"]
