"""A student's page: it wraps, its formulas need no network, it says what waits."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config, PyFileConfigLoader

from adaptive.course.instructor import TEMPLATES
from adaptive.course.instructor.readable import Widgets, in_words, with_formulas
from tests.book.notebooks import ROOT
from tests.course import fast

FORMULAS = [
    formula or inline
    for name in fast.ASSIGNMENTS
    for cell in fast.cells(name)
    if cell["cell_type"] == "markdown"
    for formula, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$]+?)\$", cell["source"], re.DOTALL)
]


def test_every_formula_of_the_assignments_is_shown_without_a_script():
    assert len(FORMULAS) > 40
    for formula in FORMULAS:
        made = with_formulas(f"$${formula}$$")
        assert made.startswith("<math"), formula
        shown = BeautifulSoup(made, "html.parser").get_text()
        assert not re.search(r"\\|&", shown), formula


def test_lines_stand_under_each_other():
    made = with_formulas(r"$$\begin{aligned} a &amp;= b &lt; c \\ d &amp;= e \end{aligned}$$")
    table = BeautifulSoup(made, "html.parser")
    rows = [[cell.get_text() for cell in row.find_all("mtd")] for row in table.find_all("mtr")]
    assert rows == [["a", "=b<c"], ["d", "=e"]]
    assert table.math["display"] == "block"
    assert BeautifulSoup(with_formulas("$a$"), "html.parser").math["display"] == "inline"


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        ("<code>$x$</code> and <pre>$y$</pre>", "<code>$x$</code> and <pre>$y$</pre>"),
        ("it costs 3 $", "it costs 3 $"),
        (r"$\href{javascript:x()}{y}$", r"<code>\href{javascript:x()}{y}</code>"),
        ("$a^b^c$", "<code>a^b^c</code>"),
        ("$&lt;script&gt;$", ""),
    ],
)
def test_what_is_no_formula_stays_as_it_is(html, kept):
    made = with_formulas(html)
    assert "<script" not in made
    assert made == (kept or made)


def test_sliders_are_told_in_words():
    assert in_words("<form: lr=0.1>").startswith("A figure with sliders, set to lr = 0.1.")
    assert in_words("Tab()") == "A figure to move, which is shown in the notebook only."
    view = {
        "application/vnd.jupyter.widget-view+json": {"model_id": "x"},
        "text/plain": "<form: a=1>",
    }
    cell = new_code_cell("interact()", outputs=[new_output("display_data", view)])
    cell, _ = Widgets().preprocess_cell(cell, {}, 0)
    assert cell.outputs[0].data == {"text/plain": in_words("<form: a=1>")}


def _marked(cell: NotebookNode, **known: object) -> NotebookNode:
    cell.metadata["nbgrader"] = {
        "grade": True,
        "solution": False,
        "points": 3.0,
        "comment": "",
    } | known
    return cell


@pytest.fixture(scope="module")
def page():
    """Make a page with a checked question, a marked answer and one that waits."""
    says = "  ✗ the velocity (2 points). " + "v_" * 200
    check = new_code_cell("float(ravine.check())", outputs=[new_output("stream", text=says)])
    waits = {"solution": True, "score": 0.0, "waits": True}
    comment = {"solution": True, "score": 2.0, "comment": "See $x^2$."}
    cells = [
        new_markdown_cell("The rate is $\\eta$."),
        _marked(check, grade_id="ravine-momentum", score=1.0),
        _marked(new_markdown_cell("Since <b>it</b> sums."), grade_id="ravine-why", **waits),
        _marked(new_markdown_cell("It is."), grade_id="ravine-how", **comment),
    ]
    known = {
        "notebook": "ravine",
        "score": 3.0,
        "max_score": 9.0,
        "late_penalty": 0.0,
        "waits": 3.0,
    }
    settings = Config()
    settings.HTMLExporter.template_name = "adaptive"
    settings.HTMLExporter.extra_template_basedirs = [TEMPLATES]
    settings.HTMLExporter.filters = {"with_formulas": with_formulas}
    made, _ = HTMLExporter(config=settings).from_notebook_node(
        new_notebook(cells=cells), resources={"nbgrader": known}
    )
    return made


def test_the_contents_name_the_questions(page):
    soup = BeautifulSoup(page, "html.parser")
    listed = [" ".join(item.get_text().split()) for item in soup.nav.find_all("li")]
    assert listed == [
        "momentum: 1 of 3",
        "why: not yet marked (3 to be had)",
        "how: 2 of 3, with a comment",
    ]
    for link in soup.nav.find_all("a"):
        assert soup.find(id=link["href"].removeprefix("#")).get_text().startswith(link.get_text())
    assert "ravine: 3 of 9 points so far" in soup.h1.get_text()
    assert "3 more may come" in soup.get_text()
    assert "0 of 3" not in soup.get_text()


def test_the_page_wraps_and_asks_for_nothing(page):
    soup = BeautifulSoup(page, "html.parser")
    own = soup.find_all("style")[-1].get_text()
    assert re.search(r"pre,[^{]*\{[^}]*white-space: pre-wrap; overflow-wrap: anywhere", own)
    assert not soup.find_all(["script", "link", "iframe"])
    assert not [tag for tag in soup.find_all(src=True) if not tag["src"].startswith("data:")]
    assert len(soup.find_all("math")) == 2


STATED = re.compile(r"you may import (.+?) and Python's own modules")


@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_what_may_be_imported_is_stated_and_installed_where_it_is_marked(name):
    stated = STATED.search(fast.cells(name)[0]["source"])
    packages = [one.strip().lower() for one in stated[1].split(",")]
    assert packages == ["numpy", "scipy", "matplotlib"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [*project["dependencies"], *project["optional-dependencies"]["course"]]
    installed = {re.match(r"[\w-]+", one)[0].lower() for one in needed}
    assert set(packages) <= installed


def test_the_settings_use_the_template():
    config = (ROOT / "chapters" / "assignments" / "nbgrader_config.py").read_text(encoding="utf-8")
    for setting in ("template_name", "extra_template_basedirs", "filters", "readable.Waiting"):
        assert setting in config


def test_formgrader_has_its_own_template():
    """Points are typed into its page: the settings of students' pages are not its."""
    formgrader = Path(handlers.template_path)
    config = Config()
    config.HTMLExporter.template_name = "formgrade"
    config.HTMLExporter.extra_template_basedirs = [str(formgrader)]
    config.merge(
        PyFileConfigLoader("nbgrader_config.py", str(ROOT / "chapters/assignments")).load_config()
    )
    cell = _marked(new_markdown_cell("It is."), grade_id="ravine-why", points=3, score=0.0)
    known = dict.fromkeys(("assignment_id", "notebook_id", "submission_id", "base_url"), "")
    known |= dict.fromkeys(("student", "last_name", "first_name", "notebook_path"), "")
    made, _ = HTMLExporter(config=config).from_notebook_node(
        new_notebook(cells=[cell]), resources={**known, "index": 0, "total": 1}
    )
    assert 'id="ravine-why"' in made
