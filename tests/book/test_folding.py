"""What is folded on a page: imports, the code of figures, and what such code prints."""

from __future__ import annotations

import pytest
from docutils import nodes, utils

from chapters._site import folding


def cell(code: str, *outputs: nodes.Node, tags: tuple[str, ...] = ()) -> nodes.container:
    """Return a cell as myst-nb makes it."""
    made = nodes.container(classes=["cell", *(f"tag_{tag}" for tag in tags)])
    made += nodes.container("", nodes.literal_block(code, code), classes=["cell_input"])
    made += nodes.container("", *outputs, classes=["cell_output"])
    return made


def folds(*cells: nodes.container) -> list[tuple[str, str]]:
    """Return what each fold says, and the code or text in it."""
    tree = utils.new_document("page")
    tree += list(cells)
    folding._fold_all(type("App", (), {"builder": type("B", (), {"format": "html"})}), tree, "page")
    found = []
    for raw in tree.findall(nodes.raw):
        if "<details" in raw.astext():
            inside = raw.next_node(descend=False, siblings=True)
            after = raw.parent[raw.parent.index(raw) + 2]
            assert after.astext() == "</details>"
            found.append(
                (raw.astext().partition("<summary>")[2].partition("<")[0], inside.astext())
            )
    return found


def image() -> nodes.image:
    return nodes.image(uri="a.svg")


def live() -> nodes.raw:
    return nodes.raw("", '<div data-explorer="x"></div>', format="html")


@pytest.mark.parametrize("figure", [image, live])
def test_the_code_of_a_figure_is_folded_and_the_figure_is_not(figure):
    assert folds(cell("plt.plot(x)", figure())) == [(folding.FIGURE, "plt.plot(x)")]


def test_what_a_figures_cell_prints_is_folded_on_its_own():
    printed = nodes.literal_block("0.5", "0.5")
    assert folds(cell("draw()", printed, image())) == [
        (folding.FIGURE, "draw()"),
        (folding.NUMBERS, "0.5"),
    ]


def test_code_that_teaches_stays_open():
    printed = nodes.literal_block("0.5", "0.5")
    assert folds(cell("def step(g): return -g", printed)) == []
    assert folds(cell("draw()", image(), tags=("show",))) == []


def test_imports_are_folded():
    code = "import numpy as np\nfrom adaptive import SGD\n\nplotting.use()"
    assert folds(cell(code)) == [(folding.IMPORTS, code)]


@pytest.mark.parametrize(
    "code", ["", "plotting.use()", "import os\nx = 1", "%pip install x", "x ="]
)
def test_what_is_more_or_less_than_imports_is_not(code):
    assert not folding.only_imports(code)


def test_what_the_notebook_folds_itself_is_folded_once():
    assert folds(cell("draw()", image(), tags=("hide-input",))) == []
