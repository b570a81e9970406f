"""What the search finds: sections of pages, entries of the glossary, names of the package.

The index is a script, because a page that is read from a file may not fetch anything else. It is
loaded when somebody begins to search; `search.js` does the rest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx import addnodes

INDEX = "search-index.js"

#: What is no text to be found or read in an excerpt.
_LEFT_OUT = (
    nodes.literal_block,
    nodes.doctest_block,
    nodes.raw,
    nodes.comment,
    nodes.math_block,
    nodes.substitution_definition,
    addnodes.desc,
)
#: Nor are code, the tables that quote the chapters for what holds a sentence, and what is folded:
#: proofs, hints and answers, in which what was found would not be seen.
_APART = {"cell_input", "checked", "dropdown"}
#: How TeX spells Greek letters and signs, and what they are.
_LETTERS = dict(
    re.findall(
        r"(\w+) (\S)",
        "alpha α beta β gamma γ delta δ epsilon ε varepsilon ε zeta ζ eta η theta θ kappa κ "
        "lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ phi φ varphi φ chi χ psi ψ omega ω "
        "Delta Δ Sigma Σ sum Σ sqrt √ nabla ∇ infty ∞ le ≤ leq ≤ ge ≥ geq ≥ cdot · times × pm ± "
        "to → partial ∂ ell ℓ",
    )
)


def plain(tex: str) -> str:
    r"""Return a formula as plain text, such as a reader would type it.

    Examples
    --------
    >>> plain(r"\sqrt{\hat v_t} + \varepsilon")
    '√ v_t + ε'
    """
    text = re.sub(r"\\([A-Za-z]+)", lambda match: _LETTERS.get(match[1], ""), tex)
    return " ".join(re.sub(r"[{}\\]", "", text).split())


def _title(node: nodes.Node) -> nodes.title | None:
    """Return the title of a section; None of what is none, or has none."""
    if not isinstance(node, nodes.section):
        return None
    return next((each for each in node.children if isinstance(each, nodes.title)), None)


def words(node: nodes.Node) -> str:
    """Return the text of a node, without code, without sections in it, formulas as plain text."""
    if isinstance(node, nodes.math):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    if isinstance(node, _LEFT_OUT) or _title(node) or _APART & set(node.get("classes", ())):
        return ""
    between = "" if isinstance(node, nodes.TextElement) else " "
    return between.join(words(child) for child in node.children)


def entries(name: str, tree: nodes.document) -> Iterator[dict[str, str]]:
    """Yield what can be found on a page: address, page, title and text of each part.

    Parameters
    ----------
    name : str
        The page, such as ``"chapters/adam"``.
    tree : docutils.nodes.document
        What stands on it.

    Yields
    ------
    dict of str
        ``url``, ``page``, ``title`` (empty for the page itself) and ``text``.
    """
    titled = [(each, title) for each in tree.findall(nodes.section) if (title := _title(each))]
    if not titled:
        return
    page = titled[0][1]
    for section, title in titled:
        text = " ".join(words(each) for each in section.children if each is not title)
        top = title is page
        yield {
            "url": f"{name}.html" + ("" if top else f"#{section['ids'][0]}"),
            "page": words(page),
            "title": "" if top else words(title),
            "text": " ".join(text.split()),
        }
    for described in tree.findall(addnodes.desc):
        signature = next(iter(described.findall(addnodes.desc_signature)))
        if signature["ids"] and described["domain"] == "py":
            yield {
                "url": f"{name}.html#{signature['ids'][0]}",
                "page": words(page),
                "title": signature["ids"][0],
                "text": " ".join(_summary(described).split()),
            }
    for term in tree.findall(nodes.term):
        if term["ids"] and term["ids"][0].startswith("term-"):
            entry = term.parent
            said = " ".join(words(each) for each in entry.findall(nodes.definition))
            yield {
                "url": f"{name}.html#{term['ids'][0]}",
                "page": words(page),
                "title": words(term),
                "text": " ".join(said.split()),
            }


def _summary(described: addnodes.desc) -> str:
    """Return the first paragraph that is said of a name, which is what it is."""
    said = (each for each in described[-1].children if isinstance(each, nodes.paragraph))
    return next(map(words, said), "")


def _collect(app: Any, tree: nodes.document, name: str) -> None:
    if app.builder.format == "html":
        app.env.adaptive_search = getattr(app.env, "adaptive_search", {})
        app.env.adaptive_search[name] = list(entries(name, tree))


def _publish(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    pages = getattr(app.env, "adaptive_search", {})
    found = [entry for name in sorted(pages) for entry in pages[name]]
    text = json.dumps(found, ensure_ascii=False, separators=(",", ":"))
    path = Path(app.outdir) / "_static" / INDEX
    path.write_text(f"globalThis.bookIndex = {text};\n", encoding="utf-8")
    # The theme's own index is not asked.
    for theirs in ("searchindex.js", "_static/searchtools.js", "_static/language_data.js"):
        (Path(app.outdir) / theirs).unlink(missing_ok=True)


def setup(app: Any) -> None:
    """Connect to Sphinx."""
    app.add_js_file("search.js", loading_method="defer")
    app.connect("doctree-resolved", _collect)
    app.connect("build-finished", _publish)
