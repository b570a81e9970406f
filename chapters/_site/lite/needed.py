"""Which cells of a notebook a cell needs: those above it that it would not run without.

A page runs one cell of a chapter; all that stands above it may take minutes. Names are followed
backwards, statement by statement: what a cell uses has to be defined above it, and what changes
it there has to be done. A generator of random numbers changes by being asked.
"""

from __future__ import annotations

import ast
import re
import symtable
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Statement:
    """What a statement has to do with names."""

    #: Defined here, whatever they were before; defined perhaps, or changed; and used.
    sets: frozenset[str]
    changes: frozenset[str]
    uses: frozenset[str]


def _inner(table: symtable.SymbolTable) -> Iterator[symtable.SymbolTable]:
    for child in table.get_children():
        yield child
        yield from _inner(child)


def _root(node: ast.AST) -> str:
    """Return the name at which an expression such as ``a.b[0].c`` begins."""
    while isinstance(node, ast.Attribute | ast.Subscript | ast.Starred | ast.Call):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _changed(statement: ast.stmt, generators: set[str]) -> Iterator[str]:
    """Yield the names of what a statement may change without defining it."""
    for node in ast.walk(statement):
        if isinstance(node, ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
            yield _root(node)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            if isinstance(node.value.func, ast.Attribute):
                yield _root(node.value)
        elif isinstance(node, ast.Name) and node.id in generators:
            yield node.id


#: What defines its names whatever happens, as a loop over nothing does not.
_SURE = (
    *(ast.Assign, ast.AnnAssign, ast.Import, ast.ImportFrom),
    *(ast.FunctionDef, ast.ClassDef, ast.With),
)


def stored_and_used(node: ast.AST) -> tuple[set[str], set[str]]:
    """Return the names that something stores, and those that it loads from outside."""
    top = symtable.symtable(ast.unparse(node), "cell", "exec")
    own = top.get_symbols()
    stored = {each.get_name() for each in own if each.is_assigned() or each.is_imported()}
    used = {each.get_name() for each in own if each.is_referenced()}
    for table in _inner(top):
        used |= {each.get_name() for each in table.get_symbols() if each.is_global()}
    return stored, used


def _uses(node: ast.stmt) -> set[str]:
    """Return the names that a statement uses and does not define itself before."""

    def of_all(body: list[ast.stmt]) -> set[str]:
        wanted: set[str] = set()
        for each in reversed(body):
            wanted -= stored_and_used(each)[0] if isinstance(each, _SURE) else set()
            wanted |= _uses(each)
        return wanted

    if isinstance(node, ast.For):
        given = stored_and_used(ast.Assign([node.target], ast.Constant(0), lineno=0))[0]
        inside = of_all(node.body) - given
        return stored_and_used(node.iter)[1] | inside | of_all(node.orelse)
    if isinstance(node, ast.With):
        bound = (item.optional_vars for item in node.items)
        named = {each.id for each in bound if isinstance(each, ast.Name)}
        asked = (stored_and_used(item.context_expr)[1] for item in node.items)
        return set().union(*asked, of_all(node.body) - named)
    if isinstance(node, ast.If):
        return stored_and_used(node.test)[1] | of_all(node.body) | of_all(node.orelse)
    return stored_and_used(node)[1]


def _statement(node: ast.stmt, generators: set[str], imported: set[str]) -> Statement:
    stored, sure = stored_and_used(node)[0], isinstance(node, _SURE)
    # A call that begins with a module, such as plt.show(), changes no module.
    changed = {*_changed(node, generators)} - imported | (set() if sure else stored)
    return Statement(frozenset(stored if sure else ()), frozenset(changed), frozenset(_uses(node)))


def statements(sources: list[str]) -> list[list[Statement] | None]:
    """Return the statements of cells; nothing for a cell that is not plain Python."""
    trees: list[ast.Module | None] = []
    for source in sources:
        try:
            # What a magic of IPython is about is all the same to names.
            trees.append(ast.parse(re.sub(r"(?m)^[%!].*$", "", source)))
        except SyntaxError:
            trees.append(None)
    nodes = [node for tree in trees if tree for node in ast.walk(tree)]
    generators = {
        target.id
        for node in nodes
        if isinstance(node, ast.Assign) and "rng(" in ast.unparse(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    imports = (node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom))
    imported = {alias.asname or alias.name for node in imports for alias in node.names}
    return [
        None if tree is None else [_statement(node, generators, imported) for node in tree.body]
        for tree in trees
    ]


def before(cells: list[list[Statement] | None], at: int) -> list[int]:
    """Return which cells have to be run before one, in order."""
    if cells[at] is None:
        return list(range(at))
    wanted: set[str] = set()
    found: list[int] = []

    def follow(statements: list[Statement]) -> None:
        for each in reversed(statements):
            wanted.difference_update(each.sets)
            wanted.update(each.uses)

    follow(cells[at] or [])
    for index in range(at - 1, -1, -1):
        cell = cells[index]
        if cell is None or any(wanted & (each.sets | each.changes) for each in cell):
            found.append(index)
            follow(cell or [])
    return found[::-1]


def of_notebook(notebook: dict[str, Any]) -> dict[str, list[str]]:
    """Return the cells that each cell of a notebook needs, all by their ids."""
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    cells = statements([cell["source"] for cell in code])
    return {
        cell["id"]: [code[index]["id"] for index in before(cells, at)]
        for at, cell in enumerate(code)
    }
