"""Cells that fail in a notebook: each error is explained, and costs its own cell only.

A function whose cell has failed is not there for the cells below. In its place is a `Missing`,
which can be handed to a check, and says which cell should have made it and what is wrong there.
"""

from __future__ import annotations

import ast
import re
import sys
from typing import Any

from adaptive.course import causes, errors
from adaptive.course.calling import Mishap

#: Where a shell keeps what is known about names that a failed cell should have made.
_KEPT = "_adaptive_missing"
_HEAD = re.compile(r"^(?:async +)?(?:def|class) +(\w+)", re.MULTILINE)
_VALUE = re.compile(r"^(\w+) *=(?!=)", re.MULTILINE)


class Missing:
    """Stands for a function whose cell has failed.

    Parameters
    ----------
    name : str
        The function's.
    because : str
        Which cell should have made it, and what is wrong there.
    """

    def __init__(self, name: str, because: str) -> None:
        self.__name__ = name
        self.missing_because = because

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        """Say why there is no such function."""
        raise Mishap(self.missing_because)

    def __repr__(self) -> str:
        return f"<no {self.__name__}: {self.missing_because}>"


def because(answer: Any) -> str:
    """Return why an answer is a `Missing`, and nothing if it is none.

    It goes by what the object holds: a grader reads this module afresh before each check.
    """
    found = getattr(answer, "__dict__", {}).get("missing_because", "")
    return found if isinstance(found, str) else ""


def lost(source: str, error: BaseException, cell: str) -> dict[str, Any]:
    """Return what a cell that failed should have made: a `Missing` for each function, else a text.

    Parameters
    ----------
    source : str
        The cell.
    error : BaseException
        What stopped it.
    cell : str
        What to call it: ``cell [5]``.
    """
    known = errors.seen(error)
    where = f" {errors.place(known).replace(' of its cell', '')}".rstrip()
    says = causes.explain(known) or f"{type(error).__name__}: {errors.message(error)}"
    end = "" if says.endswith(("?", ".")) else "."
    functions, values = _makes(source)
    reasons = {
        name: f"{name} is not there. It should come from {cell}, which stops{where}: {says}{end}"
        for name in (*functions, *values)
    }
    return {name: Missing(name, text) if name in functions else text
            for name, text in reasons.items()}  # fmt: skip


def _makes(source: str) -> tuple[list[str], list[str]]:
    """Return the functions and the other names that a cell makes, also one that cannot be read."""
    try:
        body = ast.parse(source).body
    except SyntaxError:
        return _HEAD.findall(source), _VALUE.findall(source)
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    functions = [node.name for node in body if isinstance(node, kinds)]
    stored = [
        node.id
        for statement in body
        if not isinstance(statement, kinds)
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    ]
    return functions, stored


# --------------------------------------------------------------------------- in IPython


def watch() -> None:
    """Explain the errors of the cells of this notebook from now on, if this is one."""
    shell = _shell()
    if shell is None:
        return
    shell.set_custom_exc((Exception,), _explained)
    for old in [one for one in shell.events.callbacks["post_run_cell"] if _is_ours(one)]:
        shell.events.unregister("post_run_cell", old)
    shell.events.register("post_run_cell", after_cell)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def after_cell(result: Any) -> None:
    """Remember what a cell should have made; IPython calls it after each.

    It is a function of the module, so that who grades can tell it from a student's.
    """
    _note(_shell(), result)


def _is_ours(function: Any) -> bool:
    # By its name: this module may have been read afresh.
    return getattr(function, "__module__", "") == __name__


def _explained(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: Any = None) -> list[str]:
    """Show an error: what Python says, and below it what that means."""
    if hasattr(error, "_render_traceback_"):
        shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        return []
    known = errors.seen(error)
    says = causes.explain(known)
    if isinstance(error, NameError):
        reason = getattr(shell, _KEPT, {}).get(error.name)
        if reason is not None:
            # In the error itself, since that is what a grader keeps of a check.
            error.args = (f"{error}. {reason}",)
            says = ""
    if isinstance(error, SyntaxError):
        lines = shell.SyntaxTB.structured_traceback(kind, error, [])
    else:
        lines = shell.InteractiveTB.structured_traceback(kind, error, trace, tb_offset=tb_offset)
    if says:
        place = errors.place(known).replace(" of its cell", "")
        lines = [*lines, "", f"{place[:1].upper()}{place[1:]}: {says}" if place else says]
    # What a shell shows a traceback with; a kernel has its own.
    shell._showtraceback(kind, error, lines)
    return list(lines)


def _note(shell: Any, result: Any) -> None:
    """Remember what a cell that failed should have made, and forget what one has made by now."""
    kept: dict[str, str] = getattr(shell, _KEPT, {})
    error = result.error_before_exec or result.error_in_exec
    names = shell.user_ns
    if error is not None and result.info is not None:
        cell = f"cell [{result.execution_count}]"
        for name, made in lost(result.info.raw_cell, error, cell).items():
            if name in names and not because(names[name]):
                continue  # from an earlier run, or from the cell before it stopped
            kept[name] = because(made) or made
            if because(made):
                names[name] = made
    setattr(shell, _KEPT, {k: says for k, says in kept.items() if k not in names})
