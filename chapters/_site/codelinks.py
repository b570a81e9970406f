"""What code names leads to its place in the reference: ``sphinx_codeautolink``, made quiet.

It links whatever it can, each time: also a variable, to the class of what it holds. Here the links
are kept whose words are the name that they lead to, and the keys stop at the first of each page.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from docutils import nodes
from sphinx_codeautolink import extension
from sphinx_codeautolink.extension.block import CodeBlockAnalyser

_LINK = re.compile(r'<a class="sphinx-codeautolink-a" href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
_BLOCK = re.compile(
    r'<div class="(?:doctest )?highlight-[^"]*"><div class="highlight">'
    r"<pre>.*?</pre></div>\s*</div>",
    re.DOTALL,
)
_TAG = re.compile(r"<[^>]+>")


def quiet(page: str) -> str:
    """Return a page with the links that name what they lead to.

    Parameters
    ----------
    page : str
        The text of the page, with the links of ``sphinx_codeautolink``.

    Returns
    -------
    str
        The same with fewer links.

    Examples
    --------
    >>> link = '<a class="sphinx-codeautolink-a" href="x.html#adaptive.Adam">{}</a>'
    >>> quiet(link.format("rule"))
    'rule'
    >>> quiet(link.format("<b>Adam</b>") * 2)  # doctest: +ELLIPSIS
    '<a class="code" href=...><b>Adam</b></a><a class="code" href=... tabindex="-1"><b>Adam</b></a>'
    """
    seen: set[str] = set()

    def link(match: re.Match[str]) -> str:
        address, words = match[1], match[2]
        target = address.partition("#")[2].removeprefix("module-")
        if not f".{target}".endswith(f".{_TAG.sub('', words)}"):
            return words
        again = ' tabindex="-1"' if address in seen else ""
        seen.add(address)
        return f'<a class="code" href="{address}"{again}>{words}</a>'

    return _LINK.sub(link, page)


def _without_title(self: Any, node: nodes.section) -> None:
    """Leave a section: those of theorems and exercises have no title that could be taken back."""
    if any(isinstance(child, nodes.title) for child in node.children):
        self.title_stack.pop()


def of_code(link: Callable[..., str]) -> Callable[..., str]:
    """Return what links names in a page, made to read the code alone: a page is long.

    Parameters
    ----------
    link : callable
        ``sphinx_codeautolink``'s own, called with the name of the page, its text and more.

    Returns
    -------
    callable
        The same, but that it is given the blocks of code, one after the other.
    """

    def linked(name: str, page: str, *rest: Any, **named: Any) -> str:
        done = _BLOCK.findall(link(name, "\n".join(_BLOCK.findall(page)), *rest, **named))
        blocks = iter(done)
        made = _BLOCK.sub(lambda match: next(blocks), page)
        if next(blocks, None) is not None:
            raise ValueError(f"{name} has other blocks of code with its links than without")
        return made

    return linked


def _quieten(app: Any, name: str, template: str, context: Any, tree: nodes.document | None) -> None:
    if tree is not None and "sphinx-codeautolink-a" in context["body"]:
        context["body"] = quiet(context["body"])


def setup(app: Any) -> None:
    """Connect to Sphinx, after the links have been made."""
    extension.link_html = of_code(extension.link_html)
    CodeBlockAnalyser.depart_section = _without_title
    app.connect("html-page-context", _quieten, priority=600)
