"""A submission, put back into the notebook that was handed out.

Students delete, copy, split, merge and move cells; tools strip metadata. What is graded is
the released notebook, with the student's answers in it and the student's own cells beside them.
"""

from __future__ import annotations

import json
from collections import defaultdict
from typing import Any

import nbformat
from nbformat import NotebookNode

MISSING = "# This cell was missing from the submission."


class Unreadable(Exception):
    """A file that is not a notebook, or not one of this assignment; the message says why."""


def read(data: bytes) -> NotebookNode:
    """Return the notebook that a submitted file holds.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    NotebookNode
        In the newest format.

    Raises
    ------
    Unreadable
        If there is none in it.
    """
    if not data.strip():
        raise Unreadable("the file is empty")
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Unreadable("the file is not a notebook: it is not text") from None
    except (json.JSONDecodeError, RecursionError):
        damaged = data.lstrip().startswith(b"{")
        how = "a damaged notebook: its JSON is cut or broken" if damaged else "not a notebook"
        raise Unreadable(f"the file is {how}") from None
    if not isinstance(content, dict) or not ("cells" in content or "worksheets" in content):
        raise Unreadable("the file is not a notebook: it has no cells")
    try:
        notebook = nbformat.reads(json.dumps(content), as_version=4)
        if all(isinstance(cell.source, str) and cell.cell_type for cell in notebook.cells):
            return notebook
    # nbformat's conversions take for granted what a broken file may lack.
    except Exception as error:
        raise Unreadable(f"the file is a damaged notebook ({type(error).__name__})") from None
    raise Unreadable("the file is a damaged notebook: a cell has no text")


def _nbgrader(cell: NotebookNode) -> dict[str, Any]:
    found = cell.get("metadata", {}).get("nbgrader", {})
    return found if isinstance(found, dict) else {}


def _is_answer(cell: NotebookNode) -> bool:
    return bool(_nbgrader(cell).get("solution"))


def _is_test(cell: NotebookNode) -> bool:
    return bool(_nbgrader(cell).get("grade")) and not _is_answer(cell)


def _is_locked(cell: NotebookNode) -> bool:
    return not _is_answer(cell) and any(map(_nbgrader(cell).get, ("locked", "grade", "task")))


class _Places:
    """Where in the released notebook a submitted cell belongs."""

    def __init__(self, released: NotebookNode) -> None:
        self.grade_ids, self.ids, self.sources = {}, {}, {}
        for place, cell in enumerate(released.cells):
            if "grade_id" in _nbgrader(cell):
                self.grade_ids[_nbgrader(cell)["grade_id"]] = place
            if "id" in cell:
                self.ids[cell.id] = place
            self.sources[cell.cell_type, cell.source] = place

    def __getitem__(self, cell: NotebookNode) -> int | None:
        grade_id = _nbgrader(cell).get("grade_id")
        if isinstance(grade_id, str) and grade_id in self.grade_ids:
            return self.grade_ids[grade_id]
        by_text = self.sources.get((cell.cell_type, cell.source))
        return self.ids.get(cell.get("id"), by_text)


def belongs(submitted: NotebookNode, released: NotebookNode) -> bool:
    """Return whether a notebook is one of this assignment: it has one of its graded cells.

    Parameters
    ----------
    submitted, released : NotebookNode
        The student's notebook, and the one that was handed out.

    Returns
    -------
    bool
    """
    places = _Places(released)
    found = {places[cell] for cell in submitted.cells}
    return any("grade_id" in _nbgrader(released.cells[i]) for i in found if i is not None)


def restore(submitted: NotebookNode, released: NotebookNode) -> NotebookNode:
    """Return the released notebook with a student's work in it.

    A submitted cell is recognized by its nbgrader id, else by its cell id, else by its text.
    Of several copies of a cell the last is the student's answer, and the others run before
    it; of a written answer all are kept. A changed copy of a locked cell runs before the
    locked cell. All other cells of the student stay where they stood; of a written answer that
    is nowhere, what was written there is the answer, for a person to read.

    Parameters
    ----------
    submitted, released : NotebookNode
        The student's notebook, and the one that was handed out.

    Returns
    -------
    NotebookNode
        Each released cell once, in order, with its metadata.
    """
    places = _Places(released)
    copies: dict[int, list[NotebookNode]] = defaultdict(list)
    before: dict[int, list[NotebookNode]] = defaultdict(list)
    own: list[NotebookNode] = []
    for cell in submitted.cells:
        place = places[cell]
        if place is None:
            own.append(_own(cell))
            continue
        before[place] += own
        own = []
        copies[place].append(cell)

    end = len(released.cells)
    before[end] = own
    theirs = dict(before)

    cells: list[NotebookNode] = []
    for place, cell in enumerate(released.cells):
        if place in copies or _is_test(cell):
            # Also before a test that was deleted: what it asks for may be in them.
            following = min((p for p in copies if p >= place), default=end)
            cells += before.pop(following, [])
        changed = [one for one in copies.get(place, []) if one.source != cell.source]
        if place not in copies:
            following = min((p for p in copies if p > place), default=end)
            cells.append(_missing(cell, theirs.get(following, [])))
        elif not changed:
            cells.append(cell)
        elif _is_locked(cell):
            cells += [*map(_own, changed), cell]
        elif cell.cell_type == "markdown":
            texts = dict.fromkeys(one.source for one in changed)
            cells.append(_filled(cell, "\n\n".join(texts), changed))
        else:
            cells += map(_own, changed[:-1])
            cells.append(_filled(cell, changed[-1].source))
    cells += before.pop(end, [])
    return nbformat.v4.new_notebook(metadata=released.metadata, cells=cells)


def _own(cell: NotebookNode) -> NotebookNode:
    """Return a cell of the student's own, with nothing in it but its text."""
    kinds = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    made = kinds.get(cell.cell_type, nbformat.v4.new_raw_cell)(cell.source)
    if cell.cell_type == "markdown" and cell.get("attachments"):
        made["attachments"] = cell["attachments"]
    return made


def _filled(
    cell: NotebookNode, source: str, answers: list[NotebookNode] | None = None
) -> NotebookNode:
    made = NotebookNode({**cell, "source": source})
    pictures = {k: v for one in answers or () for k, v in (one.get("attachments") or {}).items()}
    if pictures:
        made["attachments"] = pictures
    return made


def _missing(cell: NotebookNode, own: list[NotebookNode]) -> NotebookNode:
    """Return what stands for a cell that was deleted, or that has lost its names.

    The stub of an answer would undo what the student has written elsewhere. A written answer may
    be among the student's own cells there: without its names nobody can tell, so it is shown.
    """
    if not _is_answer(cell):
        return cell
    if cell.cell_type == "code":
        return _filled(cell, MISSING)
    texts = [one for one in own if one.cell_type == "markdown" and one.source.strip()]
    return _filled(cell, "\n\n".join(one.source for one in texts), texts) if texts else cell
