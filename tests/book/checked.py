"""What checks each labelled statement of the book: the one table, and the page that shows it.

A statement is an equation with a label, or a theorem or the like. What checks it is a test.
Tests that read the printed equation find it by its label; the others are listed in
``checked.toml``. As a Sphinx extension this module gives the book the directive ``checked``, which
writes the table of one chapter, ``rules-from-code``, and the role ``test``.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import nbformat

TESTS = Path(__file__).resolve().parents[1]
CHAPTERS = TESTS.parent / "chapters"
TABLE = TESTS / "book" / "checked.toml"

EQUATION = re.compile(r"\$\$(?:(?!\$\$).)*?\$\$ *\(([\w-]+)\)", re.DOTALL)
STATEMENT = re.compile(
    r"^(?::{3,}|`{3,})\{prf:(?!proof)(\w+)\} *([^\n]*)\n((?:^:\w+:[^\n]*\n)*)", re.M
)
LABEL = re.compile(r"^:label: (\S+)$", re.M)
#: Where the tests are that read the equation itself, by its label.
RULE = "book/test_equations.py::test_chapter_prints_the_rule_of_the_package"
PART = "book/test_equations.py::test_part_of_a_rule_is_a_part_of_the_package"
FORMULA = "book/test_formulas.py::test_printed_formula_keeps_what_it_says"


class Statement(NamedTuple):
    """A labelled equation, or a theorem or the like, of one page."""

    page: str
    label: str
    kind: str
    title: str


@cache
def sources() -> dict[str, str]:
    """The text of each page of the book, by its name, without code."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in CHAPTERS.glob("*.md")}
    for path in CHAPTERS.glob("*.ipynb"):
        cells = nbformat.read(path, as_version=4).cells
        markdown = (cell.source for cell in cells if cell.cell_type == "markdown")
        texts[path.stem] = "\n\n".join(markdown)
    return texts


@cache
def statements() -> list[Statement]:
    """All labelled equations and theorems of the book, in the order of each page."""
    found = []
    for page, text in sources().items():
        places = [
            (m.start(), Statement(page, m[1], "equation", "")) for m in EQUATION.finditer(text)
        ]
        for m in STATEMENT.finditer(text):
            label = LABEL.search(m[3])
            places.append((m.start(), Statement(page, label[1] if label else "", m[1], m[2])))
        found += [statement for _, statement in sorted(places)]
    return found


@cache
def listed() -> dict[str, list[str]]:
    """What ``checked.toml`` says: the tests of each label, by file and name."""
    chapters = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {label: tests for chapter in chapters.values() for label, tests in chapter.items()}


@cache
def _reading() -> dict[str, str]:
    """The tests that read an equation, by its label; found by their text, nothing is imported."""
    rules = {f"eq-{path.stem}": RULE for path in CHAPTERS.glob("*.ipynb")}
    parts = re.search(
        r"^PARTS.*?^\}", (TESTS / "book/equations.py").read_text(encoding="utf-8"), re.M | re.S
    )
    claims = re.findall(
        r"^@claims\(\s*\"([\w-]+)\"", (TESTS / "book/formulas.py").read_text(encoding="utf-8"), re.M
    )
    return (
        rules
        | dict.fromkeys(re.findall(r"\"(eq-[\w-]+)\":", parts[0] if parts else ""), PART)
        | dict.fromkeys(claims, FORMULA)
    )


def checks(label: str) -> list[str]:
    """The tests that check a statement: those that read it first."""
    reading = _reading().get(label)
    return [*([reading] if reading else []), *listed().get(label, [])]


@cache
def in_file(file: str) -> dict[str, str]:
    """The tests of a file, each with the first line of its docstring, if it has one."""
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef))
    return {
        node.name: (ast.get_docstring(node) or "").partition("\n")[0]
        for node in functions
        if node.name.startswith("test_")
    }


# ------------------------------------------------------------------ the page

REPOSITORY = "https://github.com/adaptive-optimizers/adaptive-optimizers/blob/main/tests/"


def in_words(test: str) -> tuple[str, str]:
    """A test as a reader wants it: its name as words, and where it is."""
    file, _, name = test.partition("::")
    return name.removeprefix("test_").replace("_", " "), f"{REPOSITORY}{file}"


def table(page: str) -> str:
    """The statements of a page with what checks them, as MyST."""
    lines = ["| statement | what is checked |", "| --- | --- |"]
    for statement in statements():
        if statement.page == page:
            tests = "; ".join(f"{{test}}`{test}`" for test in checks(statement.label))
            if statement.kind == "equation":
                what = f"Equation {{eq}}`{statement.label}`"
            else:
                what = f"{{prf:ref}}`{statement.label}`: {statement.title}"
            lines.append(f"| {what} | {tests} |")
    return "\n".join(lines) + "\n"


def rules() -> str:
    """The equations of all rules, printed from their code, as MyST."""
    from adaptive import MODERN, RULES
    from adaptive.tracing import rule_to_latex

    parts = []
    for rule in (*RULES, *MODERN):
        label = f"eq-{rule.__module__.rpartition('.')[2]}"
        parts.append(f"**{rule.__name__}**, to be compared with {{eq}}`{label}`:")
        parts.append(f"$$\n{rule_to_latex(rule())}\n$$")
    return "\n\n".join(parts) + "\n"


def directive(write: Callable[..., str], arguments: int = 0) -> type:
    """A directive whose content is what `write` makes of its arguments, as MyST."""
    from docutils import nodes
    from docutils.statemachine import StringList
    from sphinx.util.docutils import SphinxDirective

    class Made(SphinxDirective):
        required_arguments = arguments

        def run(self) -> list[nodes.Node]:
            for path in (TABLE, *TABLE.parent.glob("claims/*.toml")):
                self.env.note_dependency(str(path))
            container = nodes.container(classes=["checked"])
            lines = StringList(write(*self.arguments).splitlines(), str(TABLE))
            self.state.nested_parse(lines, 0, container)
            return [container]

    return Made


def setup(app: Any) -> dict[str, Any]:
    """Add the directives ``checked`` and ``rules-from-code`` to Sphinx, and the role ``test``."""
    from docutils import nodes

    def test(name: str, raw: str, text: str, *_: Any, **__: Any) -> tuple[list[Any], list[Any]]:
        """``{test}`file::name```: a link to a test, by its name in words."""
        words, address = in_words(text)
        return [nodes.reference(raw, words, refuri=address)], []

    app.add_role("test", test)
    app.add_directive("checked", directive(table, arguments=1))
    app.add_directive("rules-from-code", directive(rules))
    return {"parallel_read_safe": True}
