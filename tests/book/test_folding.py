"""What is folded on a page: imports, the code of figures, what such code prints, and long code."""

from __future__ import annotations

import pytest
from docutils import nodes, utils
from myst_nb.sphinx_ import HideCodeCellNode

from chapters._site import folding


def cell(code: str, *outputs: nodes.Node, tags: tuple[str, ...] = ()) -> nodes.container:
    """Return a cell as myst-nb makes it."""
    made = nodes.container(classes=["cell", *(f"tag_{tag}" for tag in tags)])
    made += nodes.container("", nodes.literal_block(code, code), classes=["cell_input"])
    made += nodes.container("", *outputs, classes=["cell_output"])
    return made


def folds(*cells: nodes.Element) -> list[tuple[str, str]]:
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


def test_a_live_figure_stands_before_its_code():
    made = cell("explore(x)", live())
    folds(made)
    order = [each.astext() for each in made.findall(nodes.Text)]
    assert order.index('<div data-explorer="x"></div>') < order.index("explore(x)")


def test_what_a_figures_cell_prints_is_folded_on_its_own():
    printed = nodes.literal_block("0.5", "0.5")
    assert folds(cell("draw()", printed, image())) == [
        (folding.FIGURE, "draw()"),
        (folding.NUMBERS, "0.5"),
    ]


def test_numbers_that_a_figure_shows_are_folded_with_their_code():
    made = cell("print(x)", printed(), tags=("hide-output",))
    hidden = HideCodeCellNode("", made.children[1])
    made.children[1:] = [hidden]
    hidden.parent = made
    assert folds(made) == [(folding.ALL, "print(x)\n\n0.5")]
    assert not list(made.findall(HideCodeCellNode))


def entry(*parts: nodes.Node) -> nodes.container:
    """Return a cell that shows text, and no code of its own."""
    return nodes.container(
        "", nodes.container("", *parts, classes=["cell_output"]), classes=["cell"]
    )


def aim(name: str) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.strong("", name), nodes.Text(" (lr=1):"))


def test_lines_of_an_entry_are_folded_under_the_words_before_them():
    made = entry(nodes.paragraph("", "Words."), aim("To get A's"), printed("a"), aim("To get B's"))
    tree = utils.new_document("page")
    tree += made
    folding._fold_all(type("App", (), {"builder": type("B", (), {"format": "html"})}), tree, "page")
    assert [each.astext() for each in made.children[0].children] == [
        "Words.",
        '<details class="entry" id="to-get-a-s"><summary>',
        "To get A's (lr=1):",
        "</summary>",
        "a",
        "</details>",
        "To get B's (lr=1):",
    ]
    assert "folded" in next(iter(made.findall(nodes.literal_block)))["classes"]


def test_what_a_cell_prints_first_is_no_entry():
    assert folds(entry(printed("a"), printed("b"))) == []


def test_code_that_teaches_stays_open():
    printed = nodes.literal_block("0.5", "0.5")
    assert folds(cell("def step(g): return -g", printed)) == []
    assert folds(cell("draw()", image(), tags=("show",))) == []


def test_imports_are_folded():
    code = "import numpy as np\nfrom adaptive import SGD\n\nplotting.use()"
    assert folds(cell(code)) == [(folding.IMPORTS, code)]
    between = nodes.paragraph("", "words")
    assert [said for said, _ in folds(cell(code), cell(code), between, cell(code))] == [
        folding.IMPORTS, folding.MORE, folding.IMPORTS,
    ]  # fmt: skip


@pytest.mark.parametrize(
    "code", ["", "plotting.use()", "import os\nx = 1", "%pip install x", "x ="]
)
def test_what_is_more_or_less_than_imports_is_not(code):
    assert not folding.only_imports(code)


@pytest.mark.parametrize(
    ("code", "outputs", "said"),
    [
        ("draw()", (image,), folding.FIGURE),
        ("x = 1", (), folding.CODE),
        ("print(x)", (lambda: printed(),), folding.PRINTED),
        ("def check(x):\n    pass", (), folding.CHECK),
        ('def slip():\n    """A mistake, for the check."""\n\n    return 1', (), folding.CHECK),
    ],
)
def test_what_the_notebook_folds_itself_is_folded_once_as_all_the_rest(code, outputs, said):
    made = cell(code, *(output() for output in outputs), tags=("hide-input",))
    made[0] = HideCodeCellNode("", made[0])
    assert folds(made) == [(said, code)]
    assert not list(made.findall(HideCodeCellNode))


LONG = "\n".join(f"x{i} = {i}" for i in range(folding.FEW + 1))
MINE = "class Mine(SGD):\n    def update(self, g, t):\n        return -g\n" + LONG


def printed(text: str = "0.5") -> nodes.literal_block:
    return nodes.literal_block(text, text)


def test_long_code_is_folded_and_what_it_prints_is_not():
    check = f"def check(step):\n    pass\n{LONG}"
    assert folds(
        cell(LONG, printed()), cell(LONG), cell(check), cell(LONG[: LONG.rindex("x")])
    ) == [
        (folding.PRINTED, LONG),
        (folding.CODE, LONG),
        (folding.CHECK, check),
    ]


def test_a_rule_of_the_chapters_own_stays_open_if_it_is_short():
    assert folds(cell(MINE)) == []
    longer = MINE + "\n" + LONG
    assert folds(cell(longer)) == [(folding.CODE, longer)]
    no_rule = MINE.replace("update", "loss")
    assert folds(cell(no_rule)) == [(folding.CODE, no_rule)]


@pytest.mark.parametrize("heading", ["from scratch", "the package"])
def test_the_algorithm_stays_open(heading):
    section = nodes.section("", cell(LONG, printed()), cell("draw()", image()), names=[heading])
    assert folds(section) == [(folding.FIGURE, "draw()")]


def test_a_folded_solution_has_no_second_fold():
    assert folds(nodes.container("", cell(LONG), classes=["solution", "dropdown"])) == []


def test_the_source_of_a_rule_looks_like_code():
    source = printed("    def update(self):\n        return 1\n\n")
    folds(cell("print(inspect.getsource(SGD.update))", source))
    assert source["language"] == "python"
    assert source.rawsource == source.astext() == "def update(self):\n    return 1"
    other = printed("    0.5")
    folds(cell("print(x)", other))
    assert other.astext() == "    0.5"
    assert "language" not in other
