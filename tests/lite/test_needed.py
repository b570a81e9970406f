"""Which cells a cell needs: enough of them, and no more than it can be told from names."""

from __future__ import annotations

import contextlib
import io

import nbformat
import pytest

from chapters._site.lite import build, needed
from tests.book.notebooks import ROOT


def _before(*sources):
    """Return what the last of some cells needs, by the places of the cells."""
    return needed.before(needed.statements([*sources]), len(sources) - 1)


@pytest.mark.parametrize(
    ("sources", "wanted"),
    [
        (("a = 1", "b = 2", "a"), [0]),
        (("a = 1", "b = a", "c = 3", "b"), [0, 1]),
        # What is defined anew is not looked for further above.
        (("a = 1", "a = 2", "a"), [1]),
        (("a = 1", "a = a + 1", "a"), [0, 1]),
        (("a = 1", "a += 1", "a"), [0, 1]),
        # A loop over nothing defines nothing.
        (("a = 1", "for a in b: pass", "a"), [0, 1]),
        (("a = 1", "if b:\n    a = 2", "a"), [0, 1]),
        # What a loop defines for itself.
        (("a = 1", "for a in range(3):\n    b = a\n    print(b)"), []),
        (("b = 1", "for a in range(3):\n    print(b)\n    b = a"), [0]),
        (("a = 1", "print([a for a in range(3)])"), []),
        (("a = 1", "print([b for b in a])"), [0]),
        # Functions and classes use what is around them, and not what is theirs.
        (("a = 1", "def f(b):\n    return a + b", "f(2)"), [0, 1]),
        (("a = 1", "def f(a):\n    return a", "f(2)"), [1]),
        (("a = 1", "class C:\n    b = a", "C"), [0, 1]),
        (("a = 1", "f = lambda: (lambda: a)", "f()"), [0, 1]),
        # What is changed is changed, and modules are not.
        (("a = []", "a.append(1)", "a"), [0, 1]),
        (("a = {}", "a['b'] = 1", "a"), [0, 1]),
        (("a = f()", "a.b.c = 1", "a"), [0, 1]),
        (("import m", "m.show()", "m.draw()"), [0]),
        # A generator of random numbers changes by being asked.
        (("r = np.random.default_rng(0)", "x = r.normal()", "r.normal()"), [0, 1]),
        (("r = np.random.default_rng(0)", "x = f(r)", "g(r)"), [0, 1]),
        # Whoever reads no Python needs all.
        (("a = 1", "b = 2", "?what"), [0, 1]),
        (("a = 1", "?what", "b"), [1]),
        (("%matplotlib inline\na = 1", "a"), [0]),
        (("with f() as a:\n    b = a", "b"), [0]),
        (("a = 1", "with f() as a:\n    print(a)"), []),
    ],
)
def test_what_is_needed(sources, wanted):
    assert _before(*sources) == wanted


def test_each_cell_of_a_chapter_is_told_its_own():
    for name, path in build.notebooks().items():
        if "/assignments/" in name:
            continue
        notebook = nbformat.read(path, as_version=4)
        ids = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
        found = needed.of_notebook(notebook)
        assert [*found] == ids
        for at, cell in enumerate(ids):
            places = [ids.index(each) for each in found[cell]]
            assert places == sorted(places)
            assert all(place < at for place in places)


def shown(name, at):
    """Return what a cell prints after what it needs and nothing else, and what is stored of it."""
    notebook = nbformat.read(ROOT / f"chapters/{name}.ipynb", as_version=4)
    code = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    space, said = {"__name__": "__main__"}, io.StringIO()
    for each in needed.of_notebook(notebook)[at]:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(code[each].source, each, "exec"), space)
    with contextlib.redirect_stdout(said):
        exec(compile(code[at].source, at, "exec"), space)
    stored = (each.text for each in code[at].outputs if each.output_type == "stream")
    return said.getvalue(), "".join(stored)
