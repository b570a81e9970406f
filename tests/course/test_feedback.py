"""Nothing on a student's page runs, and nothing on it asks for anything elsewhere."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_output

from adaptive.course.instructor.feedback import Pictures, clean, page

RUNS = [
    "<script>x()</script>",
    "<SCRIPT SRC='https://x.org/x.js'></SCRIPT>",
    "<img src=x onerror=x()>",
    "<p onclick='x()'>a</p>",
    "<svg onload=x()><script>x()</script></svg>",
    "<svg><animate onbegin=x() attributeName=x></svg>",
    "<svg><style><img src=x onerror=x()></style></svg>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror=x()></annotation-xml></math>",
    "<a href='javascript:x()'>a</a>",
    "<a href=' JaVa&#115;cript:x()'>a</a>",
    "<a href='data:text/html,<script>x()</script>'>a</a>",
    "<svg><a href='javascript:x()'><text>a</text></a></svg>",
    "<iframe srcdoc='<script>x()</script>'></iframe>",
    "<object data='data:text/html,<script>x()</script>'></object>",
    "<noscript><p title='</noscript><img src=x onerror=x()>'></noscript>",
    "<details ontoggle=x() open>a</details>",
    "</body></html><body onload=x()><script>x()</script>",
    '<img src="data:image/png;base64,AA" onerror="x()">',
]
ASKS = [
    "<img src='https://x.org/i.png'>",
    "<img src='//x.org/i.png' srcset='https://x.org/j.png 2x'>",
    "<link rel=stylesheet href='https://x.org/s.css'>",
    "<style>@import url(https://x.org/s.css)</style>",
    "<p style='background:url(https://x.org/i.png)'>a</p>",
    "<p style='background-image:url(https://x.org/i.png);color:red'>a</p>",
    "<table background='https://x.org/i.png'><tr><td>a</table>",
    "<video src='https://x.org/v' poster='https://x.org/i.png'></video>",
    "<svg><use href='https://x.org/s.svg#a'/><image href='https://x.org/i.png'/></svg>",
    "<meta http-equiv=refresh content='0;url=https://x.org'>",
    "<base href='https://x.org/'>",
    "<form action='https://x.org'><button>a</button></form>",
    "<blockquote cite='https://x.org'>a</blockquote>",
    "<embed src='https://x.org/e'><audio src='https://x.org/a'></audio>",
    "<p style='background-color:url(https://x.org/i.png)'>a</p>",
    "<p style='color:red;font-family:a,url(https://x.org/i.png)'>a</p>",
    r"<p style='background-color:\75rl(https://x.org/i.png)'>a</p>",
    "<p style='color:/**/url(https://x.org/i.png)'>a</p>",
]


@pytest.mark.parametrize("html", RUNS)
def test_nothing_runs(html):
    made = clean(html).lower()
    assert not re.search(r"<script|<iframe|<object|javascript:|<[^>]*\son\w+\s*=", made)
    assert "data:text" not in made


@pytest.mark.parametrize("html", ASKS)
def test_nothing_elsewhere_is_asked_for(html):
    assert "x.org" not in clean(html)


@pytest.mark.parametrize(
    "html",
    [
        '<p class="a" id="b">a <b>b</b> <code>c</code></p>',
        "<table><tbody><tr><td>1</td></tr></tbody></table>",
        '<img alt="a" src="data:image/png;base64,AAAA">',
        '<a href="#top" rel="noopener noreferrer">top</a>',
        '<a href="https://x.org" rel="noopener noreferrer">a link is followed by who clicks</a>',
        '<span style="color:red">a</span>',
        '<math display="block"><mi>x</mi><mo stretchy="false">=</mo><mn>1</mn></math>',
        '<svg viewBox="0 0 1 1"><path d="M0 0"></path></svg>',
        "<details><summary>a</summary>b</details>",
    ],
)
def test_what_is_harmless_stays(html):
    assert clean(html) == html


HEAD = "<!DOCTYPE html><html><head><title>t</title>{}</head>"


def _policy(html: str) -> dict[str, str]:
    [content] = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    return dict(part.strip().split(" ", 1) for part in content.split(";"))


def test_the_head_forbids_what_is_not_its_own():
    made = page(
        HEAD.format("") + "<body id='top'><p onclick='x()'>a</p><script>x()</script></body></html>"
    )
    policy = _policy(made)
    assert policy["default-src"] == policy["script-src"] == "'none'"
    assert policy["img-src"] == "data:"
    assert "x()" not in made
    assert made.count("<body id='top'>") == 1


def test_a_script_of_the_template_is_named_by_what_it_is():
    script = "<script>y()</script><script src='https://m.org/m.js'></script>"
    policy = _policy(page(HEAD.format(script) + "<body><script>x()</script></body>"))
    # SHA-256 of y() alone, as a browser takes it.
    hashed = "'sha256-nwG+cZ8J4yZ7RZ4RWxVDwCwkMn9GJelY2VgKXNi2Uvk='"
    assert policy["script-src"].split() == [hashed, "https://m.org", "'unsafe-eval'"]


def test_a_page_without_a_body_is_none():
    with pytest.raises(ValueError, match="html must be a page with a body"):
        page("<p>a</p>")


def test_a_drawing_becomes_a_picture():
    drawing = "<svg><script>x()</script></svg>"
    data = {"image/svg+xml": drawing, "text/plain": "a drawing"}
    output = new_output("display_data", data, metadata={"image/png": {"width": "1 onload=x()"}})
    cell, _ = Pictures().preprocess_cell(new_code_cell("", outputs=[output]), {}, 0)
    [made] = cell.outputs
    assert set(made.data) == {"text/html", "text/plain"}
    assert made.metadata == {}
    assert clean(made.data["text/html"]) == made.data["text/html"]
    nbformat.validate(nbformat.v4.new_notebook(cells=[cell]))
