"""Chapters in plain Markdown: nothing of MyST is left, and all of it is said."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import nbformat
import pytest

from chapters._site.lite import build, plain
from chapters._site.publishing import address
from tests.book.notebooks import ROOT
from tests.site.conftest import soup

NOTEBOOKS = build.notebooks()
CHAPTERS = [name for name in NOTEBOOKS if "/assignments/" not in name]


@pytest.fixture(scope="session")
def names():
    return plain.names()


def _page(*cells, name="here.ipynb", names=None):
    """Return what becomes of cells of Markdown."""
    made = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": c} for c in cells]
    names = names or plain.Names()
    return "\n".join(c["source"] for c in plain.plain({"cells": made}, name, names)["cells"])


def _outside_of_code(text):
    text = re.sub(r"(?ms)^(`{3,})\w*\n.*?^\1$", "", text)
    return re.sub(r"`[^`\n]+`", "``", text)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_nothing_of_myst_is_left(name, names):
    for cell in build.as_read(NOTEBOOKS[name], names)["cells"]:
        if cell["cell_type"] != "markdown":
            continue
        text = _outside_of_code(cell["source"])
        found = re.search(r"\{[\w:+-]+\}`|^[>\s]*(:::|`{3,}|:[\w-]+:)|^\([\w:.-]+\)=", text, re.M)
        assert not found, found
        assert not re.search(r"\$\$ *\([\w-]+\)|[)\]`]\{[.#]|\\xa0", text)
        assert not text.count("$$") % 2
        for equation in text.split("$$")[1::2]:
            assert "\n>" not in equation, "a mark of the quotation is within an equation"
        assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("name", CHAPTERS)
def test_code_outputs_and_words_stay(name, names):
    source = nbformat.read(NOTEBOOKS[name], as_version=4)
    made = nbformat.from_dict(build.as_read(NOTEBOOKS[name], names))
    nbformat.validate(made)

    def code(notebook):
        return [cell for cell in notebook.cells if cell.cell_type == "code"]

    assert code(made) == code(source)
    kept = {cell.id: cell.source for cell in made.cells}
    for cell in source.cells:
        # A paragraph without anything of MyST, and without a link to a page, is there as it was.
        for text in cell.source.split("\n\n") if cell.cell_type == "markdown" else ():
            if not re.search(r"[{}:$`]|\]\(#|\)=|\.md\b", text):
                lines = {line.removeprefix("> ") for line in kept[cell.id].split("\n")}
                assert {*text.split("\n")} <= lines | {"***"}


@pytest.mark.parametrize("name", CHAPTERS)
def test_numbers_are_those_of_the_page(name, names, book):
    page = soup(book / f"{name.removesuffix('.ipynb')}.html").select_one("article")
    shown = {}
    for each in page.select("[id^='equation-']"):
        if number := each.select_one(".eqno"):
            shown[each["id"].removeprefix("equation-")] = number.get_text().strip("#\n ")
    for each in page.select("div.proof[id], div.exercise[id]"):
        title = each.select_one("p.admonition-title")
        if title and (found := re.match(r"\w+ [\d.]+", title.get_text().strip())):
            shown[each["id"]] = found[0]
    for each in page.select("figure[id] .caption-number"):
        shown[each.find_parent("figure")["id"]] = each.get_text().strip()
    assert shown or not page.select(".eqno, .caption-number")
    called = {label: text for label, (text, at) in names.labels.items() if at == Path(name).name}
    assert shown.items() <= called.items()
    numbered = {label for label, text in called.items() if re.search(r"\d$|\d\)$", text)}
    assert numbered <= shown.keys()


def test_citations_are_those_of_the_page(names, book):
    made = build.as_read(NOTEBOOKS["chapters/adam.ipynb"], names)
    text = "\n".join(c["source"] for c in made["cells"] if c["cell_type"] == "markdown")
    shown = soup(book / "chapters/adam.html").select_one("article").get_text()
    references = re.escape(f"{address()}chapters/references.html")
    found = re.findall(rf"\[([^\[\]]*?\\\[.*?\\\])\]\({references}\)", text)
    assert len(found) > 5
    for each in found:
        assert each.replace("\\", "") in shown


def test_glued_values_are_those_that_are_stored(names):
    notebook = nbformat.read(ROOT / "chapters/momentum.ipynb", as_version=4)
    (value,) = (
        output["data"]["application/papermill.record/text/plain"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("metadata", {}).get("scrapbook", {}).get("name") == "steps_sgd"
    )
    made = plain.plain(notebook, "momentum.ipynb", names)
    assert any(f"It needs {ast.literal_eval(value)} steps." in c["source"] for c in made["cells"])


def test_what_the_page_folds_is_folded_and_a_theorem_is_quoted():
    text = """```{prf:theorem} Of two
:label: thm-two

One is

$$
a &= b \\\\
c &= d
$$ (eq-two)

and so on.
```

```{admonition} Proof
:class: dropdown

It follows.
```"""
    labels = {"thm-two": ("Theorem 1.2", "here.ipynb"), "eq-two": ("(1.3)", "here.ipynb")}
    made = _page(text, names=plain.Names(labels))
    assert "> **Theorem 1.2 (Of two).**\n>\n> One is" in made
    equation = r"> $$\begin{aligned} a &= b \\ c &= d \end{aligned} \tag{1.3}$$"
    assert f"\n{equation}\n>\n> and so on.\n" in made
    assert made.endswith("<details>\n<summary>Proof</summary>\n\nIt follows.\n\n</details>")


def test_a_directive_that_is_not_known_is_a_quotation():
    assert _page(":::{note}\nOne\n\nTwo\n:::") == "> **Note.**\n>\n> One\n>\n> Two"
    assert _page("```{tip} Of use\n:class: small\nOne\n```") == "> **Of use.**\n>\n> One"


def test_code_is_left_alone():
    text = "```python\nx = 1  # {eq}`eq-no`, [a](#b)\n```"
    assert _page(text) == text


def test_references_lead_to_other_pages_and_not_to_their_own():
    labels = {"thm-a": ("Theorem 1.2", "sgd.ipynb"), "eq-b": ("(3.4)", "here.ipynb")}
    known = plain.Names(labels, {"sgd.ipynb": "Gradient descent", "paths.md": "Where to begin"})
    text = "{prf:ref}`thm-a`, {eq}`eq-b`, {ref}`that <thm-a>`, {doc}`sgd`, {doc}`or <paths>`"
    assert _page(text, names=known) == (
        "[Theorem 1.2](sgd.ipynb), (3.4), [that](sgd.ipynb), [Gradient descent](sgd.ipynb), "
        f"[or]({address()}chapters/paths.html)"
    )
    place = f"[a]({address()}chapters/notation.html#signs)"
    assert _page("[a](notation.md#signs), [b](sgd.ipynb#c)") == f"{place}, [b](sgd.ipynb#c)"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_lead_to_a_notebook_or_to_a_page(name, names, book):
    cells = build.as_read(NOTEBOOKS[name], names)["cells"]
    text = "\n".join(c["source"] for c in cells if c["cell_type"] == "markdown")
    found = re.findall(r"\]\(<?([^)>\s]+)>?\)", _outside_of_code(text))
    assert found
    for link in found:
        to, _, place = link.partition("#")
        if to.startswith(address()):
            page = book / to.removeprefix(address())
            assert page.is_file(), link
            assert not place or soup(page).select_one(f"[id='{place}']"), link
        elif to and not to.startswith("https://"):
            assert f"{Path(name).parent}/{to}" in NOTEBOOKS, link


def test_a_place_in_the_notebook_is_called_as_jupyterlab_calls_it():
    made = _page("## Where η goes?", "See [there](#where-η-goes).")
    assert made.endswith("See [there](<#Where-η-goes?>).")
