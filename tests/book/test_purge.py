"""The theme's styles keep all that a page or a script may use."""

from __future__ import annotations

import pytest

from chapters._site.purge import purged


@pytest.mark.parametrize(
    ("sheet", "left"),
    [
        (".a{x:1}", ".a{x:1}"),
        (".b{x:1}", ""),
        ("p{x:1}", "p{x:1}"),
        (".a .b,.a p{x:1}", ".a p{x:1}"),
        (".a.b{x:1}", ""),
        (".a-b{x:1}", ""),
        # What an element is not, or what is in it, need not be there.
        (".a:not(.b){x:1}", ".a:not(.b){x:1}"),
        ("p:is(.a, .b) i{x:1}", "p:is(.a, .b) i{x:1}"),
        (".a:has(> .b:not(.c)){x:1}", ".a:has(> .b:not(.c)){x:1}"),
        (".b:not(.a){x:1}", ""),
        # Commas in brackets divide no selectors.
        ("p:not(.a, .b),.b{x:1}", "p:not(.a, .b){x:1}"),
        ("@media (width>1px){.a{x:1}.b{x:1}}", "@media (width>1px){.a{x:1}}"),
        ("@media print{.b{x:1}}", ""),
        ("@supports (x:1){@media print{.a{x:1}}}", "@supports (x:1){@media print{.a{x:1}}}"),
        ("@font-face{font-family:b}", "@font-face{font-family:b}"),
        ("@keyframes b{0%{x:1}}", "@keyframes b{0%{x:1}}"),
        ("@layer a;", "@layer a;"),
        ("/* .b */.a{x:1}", ".a{x:1}"),
        ('.a::before{content:".b{"}', '.a::before{content:".b{"}'),
        (":root{--b:url(data:,.b)}", ":root{--b:url(data:,.b)}"),
    ],
)
def test_what_stays(sheet, left):
    assert purged(sheet, {"a"}) == left


def test_the_sheets_of_the_book_are_still_sheets(book):
    for name in ("pydata-sphinx-theme.css", "sphinx-book-theme.css"):
        text = (book / "_static" / "styles" / name).read_text(encoding="utf-8")
        assert text.count("{") == text.count("}") > 100
        assert ".bd-article" in text
        assert ".dropdown-menu.show" in text or name.startswith("sphinx")
