"""What of a source notebook is for the instructor only, and the notebook without it.

Regions lie between lines such as ``### BEGIN SOLUTION`` and ``### END SOLUTION``,
as nbgrader reads them. This module does without nbgrader: the book needs it too.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from typing import Any

#: What replaces a solution, in code and in text.
CODE_STUB = 'raise NotImplementedError("write your code here, then run this cell")'
TEXT_STUB = "*Write your answer here.*"
#: The stub outside of a function: nothing stops a run of the whole notebook.
OPEN_STUB = "# write your answer here"

_DELIMITER = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)")


def _stub(cell: dict[str, Any], indent: str = "") -> str:
    """Return what replaces a solution, in a function or outside of one."""
    if cell["cell_type"] != "code":
        return TEXT_STUB
    return indent + CODE_STUB if indent else OPEN_STUB


def _answered(cell: dict[str, Any]) -> bool:
    """Return whether the whole cell is an answer: one of the student's, without regions."""
    nbgrader = cell["metadata"].get("nbgrader", {})
    return bool(nbgrader.get("solution")) and "BEGIN SOLUTION" not in cell["source"]


def _lines(cell: dict[str, Any]) -> Iterator[tuple[str, bool]]:
    """Yield each line of a cell, and whether it is for the instructor only."""
    inside = False
    for line in cell["source"].split("\n"):
        found = _DELIMITER.search(line)
        if found and found[1] == "BEGIN":
            inside = True
        yield line, _answered(cell) or inside or found is not None
        if found and found[1] == "END":
            inside = False


def _released(cell: dict[str, Any]) -> str:
    if _answered(cell):
        return _stub(cell)
    kept = []
    for line, hidden in _lines(cell):
        if not hidden:
            kept.append(line)
        elif "BEGIN SOLUTION" in line:
            indent = line[: len(line) - len(line.lstrip())]
            kept.append(_stub(cell, indent))
    return "\n".join(kept)


def is_delimiter(line: str) -> bool:
    """Return whether a line begins or ends a region."""
    return _DELIMITER.search(line) is not None


def without_answers(notebook: dict[str, Any]) -> dict[str, Any]:
    r"""Return a copy of a notebook as students get it.

    Parameters
    ----------
    notebook : dict
        The source: JSON of nbformat 4, each cell's source one string.

    Returns
    -------
    dict
        With stubs for solutions, without hidden tests, mark schemes and outputs.

    Examples
    --------
    >>> cell = {"cell_type": "code", "metadata": {}, "outputs": []}
    >>> cell["source"] = "a = 1\n### BEGIN HIDDEN TESTS\na = 2\n### END HIDDEN TESTS\na"
    >>> print(without_answers({"cells": [cell]})["cells"][0]["source"])
    a = 1
    a
    """
    made = copy.deepcopy(notebook)
    for cell in made["cells"]:
        cell["source"] = _released(cell)
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return made


def secrets(notebook: dict[str, Any]) -> set[str]:
    """Return the lines of a source notebook that no student may see, stripped of spaces.

    A line that is outside of the regions as well is no secret.

    Parameters
    ----------
    notebook : dict
        The source.

    Returns
    -------
    set of str
    """
    lines: dict[bool, set[str]] = {True: set(), False: {CODE_STUB, TEXT_STUB}}
    for cell in notebook["cells"]:
        for line, hidden in _lines(cell):
            lines[hidden].add(line.strip())
    # A line of brackets alone tells nothing.
    return {line for line in lines[True] - lines[False] if re.search(r"\w", line)}


def traces(notebook: dict[str, Any], content: Any) -> list[str]:
    """Return the secrets of a source notebook that are found in something else, sorted.

    Parameters
    ----------
    notebook : dict
        The source.
    content : str, list or dict
        Searched line by line, with all that it holds: a text, or another notebook.

    Returns
    -------
    list of str
        Empty if there is no trace.
    """
    hidden = secrets(notebook)
    lines = {line.strip() for text in _texts(content) for line in text.split("\n")}
    return sorted(line for line in lines if line in hidden or _DELIMITER.search(line))


def _texts(content: Any) -> Iterator[str]:
    if isinstance(content, str):
        yield content
    elif isinstance(content, dict):
        for key, value in content.items():
            yield str(key)
            yield from _texts(value)
    elif isinstance(content, list):
        for value in content:
            yield from _texts(value)
