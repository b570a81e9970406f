"""Outputs in which a student's code shows the checks: what is hidden in them is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from nbformat import NotebookNode
from nbformat.v4 import new_output

from adaptive.course import regions

#: What stands for such an output.
LEFT_OUT = "... What is shown here has a part of a check in it, and is left out ...\n"
#: What terminals take for colours.
_COLOURS = re.compile(r"\x1b\[[\d;]*m")


def hide(notebook: NotebookNode, tests: Iterable[NotebookNode]) -> None:
    """Leave out the outputs of a notebook that show a hidden line of its tests.

    Code that runs beside a check can find its text, and Python's tracebacks quote it. What is
    disguised, in other letters or as numbers, stays.

    Parameters
    ----------
    notebook : NotebookNode
        One that has run; changed in place.
    tests : iterable of NotebookNode
        Its test cells.
    """
    hidden = regions.secrets({"cells": list(tests)})
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_without(hidden, output) for output in cell.outputs]


def _without(hidden: set[str], output: NotebookNode) -> NotebookNode:
    said = [output.get("text", ""), *output.get("traceback", ()), output.get("evalue", "")]
    said += [str(one) for one in output.get("data", {}).values()]
    text = _COLOURS.sub("", "\n".join(map(str, said)))
    if not any(line in text for line in hidden):
        return output
    if output.output_type == "error":
        return new_output("error", ename=output.ename, evalue="", traceback=[output.ename])
    return new_output("stream", name="stdout", text=LEFT_OUT)
