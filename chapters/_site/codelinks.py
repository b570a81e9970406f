"""What code names leads to its place in the reference: ``sphinx_codeautolink``, made quiet.

It links whatever it can, each time: also a variable, to the class of what it holds. Here the links
are kept whose words are the name that they lead to, and the keys stop at the first of each page.

It also reads all cells before a cell again, to know what is imported there; a page has many. Here
it is told what is imported, and sees of a page what is code.
"""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from docutils import nodes
from sphinx_codeautolink import extension
from sphinx_codeautolink.extension.block import CodeBlockAnalyser
from sphinx_codeautolink.extension.directive import PrefaceMarker

_LINK = re.compile(r'<a class="sphinx-codeautolink-a" href="([^"]+)"[^>]*>(.*?)</a>', re.DOTALL)
_BLOCK = re.compile(
    r'<div class="[^"]*\bhighlight-[^"]*"><div class="highlight">'
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


def imported(sources: Iterable[str]) -> Iterator[list[str]]:
    """Yield for each piece of code of a page the imports that it finds there, one a line.

    A name that is bound to something else in between, such as a class of the page's own, is not
    the imported one any more.

    Parameters
    ----------
    sources : iterable of str
        Pieces of Python, in the order in which they run.

    Yields
    ------
    list of str
        Lines to put before the piece.

    Examples
    --------
    >>> list(imported(["from adaptive import SGD", "class SGD: pass", "SGD()"]))
    [[], ['from adaptive import SGD as SGD'], []]
    """
    known: dict[str, str] = {}
    for source in sources:
        yield list(known.values())
        try:
            body = ast.parse(source).body
        except SyntaxError:  # a magic of IPython
            continue
        for line in body:
            known |= _imports(line)
            for name in _bound(line):
                known.pop(name, None)


def _imports(line: ast.stmt) -> dict[str, str]:
    """Return each import from the package that a line makes, by the name that it binds."""
    if isinstance(line, ast.ImportFrom) and (line.module or "").split(".")[0] == "adaptive":
        return {
            each.asname or each.name: f"from {line.module} import {each.name} as "
            f"{each.asname or each.name}"
            for each in line.names
        }
    if isinstance(line, ast.Import):
        names = [each for each in line.names if each.name.split(".")[0] == "adaptive"]
        return {each.asname or each.name: ast.unparse(ast.Import([each])) for each in names}
    return {}


def _bound(line: ast.stmt) -> set[str]:
    """Return the names to which a line gives something else."""
    if isinstance(line, ast.ClassDef | ast.FunctionDef):
        return {line.name}
    return {
        node.id
        for node in ast.walk(line)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def _tell(app: Any, tree: nodes.document) -> None:
    """Put before each cell of a page what it finds imported."""
    cells = [
        node
        for node in tree.findall(nodes.literal_block)
        if node.get("language") in ("ipython3", "python")
    ]
    for cell, lines in zip(cells, imported(cell.astext() for cell in cells), strict=True):
        if lines:
            cell.parent.insert(cell.parent.index(cell), PrefaceMarker("\n".join(lines), "next"))


def _text(block: str) -> str:
    """Return the code of a block."""
    return html.unescape(_TAG.sub("", block)).rstrip()


def of_code(link: Callable[..., str]) -> Callable[..., str]:
    """Return what links names in a page, made to read each piece of code by itself.

    A page is long, and ``sphinx_codeautolink`` compares each piece of code with all that it finds.

    Parameters
    ----------
    link : callable
        ``sphinx_codeautolink``'s own, called with the name of the page, its text and more.

    Returns
    -------
    callable
        The same, but that it is given one block of code at a time.
    """

    def linked(name: str, page: str, transforms: Any, *rest: Any, **named: Any) -> str:
        wanted = {each.source.rstrip(): each for each in transforms if each.names}
        found = set()

        def block(match: re.Match[str]) -> str:
            text = _text(match[0])
            if text not in wanted:
                return match[0]
            found.add(text)
            return link(name, match[0], [wanted[text]], *rest, **named)

        page = _BLOCK.sub(block, page)
        # Code that is not on the page is what it warns of.
        link(name, "", [each for text, each in wanted.items() if text not in found], *rest, **named)
        return page

    return linked


def _quieten(app: Any, name: str, template: str, context: Any, tree: nodes.document | None) -> None:
    if tree is not None and "sphinx-codeautolink-a" in context["body"]:
        context["body"] = quiet(context["body"])


def setup(app: Any) -> None:
    """Connect to Sphinx, before code is read and after its links have been made."""
    extension.link_html = of_code(extension.link_html)
    CodeBlockAnalyser.depart_section = _without_title
    app.connect("doctree-read", _tell, priority=480)
    app.connect("html-page-context", _quieten, priority=600)
