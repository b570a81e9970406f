"""A submission is put back into what was handed out, whatever was done to its cells."""

from __future__ import annotations

import copy
import json
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from adaptive.course.instructor import restore
from adaptive.course.instructor.restore import MISSING, Unreadable, belongs, read


def _mark(grade_id: str, **given: Any) -> dict[str, Any]:
    plain = {"grade": False, "locked": False, "solution": False, "task": False}
    return {"nbgrader": {**plain, "grade_id": grade_id, **given}}


def _released() -> NotebookNode:
    return new_notebook(
        metadata={"course": "released"},
        cells=[
            new_markdown_cell("# Title", id="title"),
            new_code_cell("import numpy", id="setup", metadata=_mark("setup", locked=True)),
            new_code_cell("stub", id="answer", metadata=_mark("a-answer", solution=True)),
            new_code_cell("check()", id="test", metadata=_mark("a", grade=True, locked=True)),
            new_markdown_cell(
                "Write here.", id="why", metadata=_mark("why", grade=True, solution=True)
            ),
        ],
    )


@pytest.fixture
def released() -> NotebookNode:
    return _released()


@pytest.fixture
def theirs(released) -> NotebookNode:
    """Return a copy for the student, with an answer in it."""
    made = copy.deepcopy(released)
    made.metadata = {"course": "theirs"}
    made.cells[2].source = "mine"
    made.cells[4].source = "Because."
    return made


def _sources(submitted: NotebookNode, released: NotebookNode) -> list[str]:
    before = copy.deepcopy((submitted, released))
    made = restore.restore(submitted, released)
    assert (submitted, released) == before
    assert made.metadata == {"course": "released"}
    return [cell.source for cell in made.cells]


ALL = ["# Title", "import numpy", "mine", "check()", "Because."]


def test_answers_stand_in_what_was_handed_out(theirs, released):
    assert _sources(theirs, released) == ALL
    made = restore.restore(theirs, released)
    assert [cell.metadata for cell in made.cells] == [cell.metadata for cell in released.cells]
    assert _sources(released, released) == [cell.source for cell in released.cells]


@pytest.mark.parametrize("kept", ["grade_id", "id", "both"])
def test_a_cell_is_known_by_either_name(theirs, released, kept):
    for cell in theirs.cells:
        if kept == "id":
            cell.metadata = {}
        elif kept == "grade_id" and "nbgrader" in cell.metadata:
            cell.id = f"new-{cell.id}"
    assert _sources(theirs, released) == ALL


def test_the_grade_id_counts_more_than_the_cells_own(theirs, released):
    # Copied from the cell of the title, over the answer.
    theirs.cells[2].id, theirs.cells[0].id = "title", "other"
    assert _sources(theirs, released) == ALL
    # A grade id that was never handed out, or is none, is no name.
    for strange in ("zz", 3, None, ["a"]):
        theirs.cells[2].id = "answer"
        theirs.cells[2].metadata = {"nbgrader": {"grade_id": strange, "solution": True}}
        assert _sources(theirs, released) == ALL


def test_what_has_no_name_is_known_by_its_text(theirs, released):
    for cell in theirs.cells:
        del cell["id"]
        cell.metadata = {}
    theirs.cells[2].source, theirs.cells[4].source = "stub", "Write here."
    assert _sources(theirs, released) == [cell.source for cell in released.cells]
    # A text of another kind of cell is another text.
    theirs.cells[0] = new_raw_cell("# Title")
    assert _sources(theirs, released)[:2] == ["# Title", "# Title"]


def test_a_written_answer_that_has_lost_its_names_is_read_by_a_person(theirs, released):
    """It is nowhere, then: a mark of 0 would be one that nobody has given."""
    for cell in theirs.cells:
        del cell["id"]
        cell.metadata = {}
    made = restore.restore(theirs, released)
    (why,) = (cell for cell in made.cells if cell.get("id") == "why")
    assert why.source == "Because."
    assert why.metadata == released.cells[4].metadata
    # What was written elsewhere is no answer, and neither is nothing.
    theirs.cells.insert(0, new_markdown_cell("A note."))
    theirs.cells[-1].source = " "
    assert _sources(theirs, released)[-2] == "Write here."
    # Also where the check before it was deleted, so that the cells between run earlier.
    theirs.cells[-1].source = "Because."
    del theirs.cells[4]
    made = restore.restore(theirs, released)
    assert next(cell for cell in made.cells if cell.get("id") == "why").source == "Because."


def test_a_students_own_cells_stay_where_they_stood(theirs, released):
    own = [new_code_cell(f"own {i}", metadata={"x": 1}) for i in range(4)]
    first, second, third, last = own
    theirs.cells[:] = [
        first,
        *theirs.cells[:2],
        second,
        theirs.cells[2],
        third,
        *theirs.cells[3:],
        last,
    ]
    assert _sources(theirs, released) == [
        *("own 0", "# Title", "import numpy", "own 1", "mine", "own 2"),
        *("check()", "Because.", "own 3"),
    ]
    made = restore.restore(theirs, released)
    assert made.cells[0].metadata == {}


def test_what_a_deleted_test_asks_for_runs_before_it(theirs, released):
    theirs.cells.insert(3, new_code_cell("own"))
    del theirs.cells[4]
    assert _sources(theirs, released) == [*ALL[:3], "own", *ALL[3:]]
    # Even if all behind it is deleted too.
    del theirs.cells[4:]
    assert _sources(theirs, released) == [*ALL[:3], "own", "check()", "Write here."]
    # Before a cell of another kind that was deleted nothing is pulled forward.
    theirs.cells = [theirs.cells[0], new_code_cell("own"), *_released().cells[4:]]
    assert _sources(theirs, released) == [
        *("# Title", "import numpy", MISSING, "own", "check()", "Write here."),
    ]


def test_cells_that_are_missing(theirs, released):
    theirs.cells = theirs.cells[:1]
    # A stub would undo what was written elsewhere; a check and a text are as they were.
    assert _sources(theirs, released) == [
        *("# Title", "import numpy", MISSING, "check()", "Write here."),
    ]


def test_of_several_copies_the_last_is_the_answer(theirs, released):
    other = copy.deepcopy(theirs.cells[2])
    other.source = "later"
    same = copy.deepcopy(released.cells[2])
    theirs.cells[3:3] = [same, other]
    assert _sources(theirs, released) == [*ALL[:2], "mine", "later", *ALL[3:]]
    made = restore.restore(theirs, released)
    assert "nbgrader" not in made.cells[2].metadata
    assert made.cells[3].metadata.nbgrader.grade_id == "a-answer"


def test_a_changed_check_runs_before_the_right_one(theirs, released):
    theirs.cells[3].source = "check(cheat)"
    theirs.cells[1].source = "import numpy as np"
    assert _sources(theirs, released) == [
        *("# Title", "import numpy as np", "import numpy", "mine", "check(cheat)"),
        *("check()", "Because."),
    ]
    made = restore.restore(theirs, released)
    assert made.cells[4].metadata == {}


def test_of_a_written_answer_all_is_kept_each_once(theirs, released):
    for text in ("And more.", "Because."):
        more = copy.deepcopy(theirs.cells[4])
        more.source = text
        theirs.cells.append(more)
    theirs.cells[4]["attachments"] = {"a.png": {"image/png": "x"}}
    theirs.cells[5]["attachments"] = {"b.png": {"image/png": "y"}}
    assert _sources(theirs, released) == [*ALL[:4], "Because.\n\nAnd more."]
    made = restore.restore(theirs, released)
    assert sorted(made.cells[4].attachments) == ["a.png", "b.png"]
    assert "attachments" not in restore.restore(released, released).cells[4]


def test_own_cells_of_all_kinds(theirs, released):
    picture = new_markdown_cell("look", attachments={"a.png": {"image/png": "x"}})
    theirs.cells[:0] = [picture, new_raw_cell("raw"), new_markdown_cell("plain")]
    made = restore.restore(theirs, released).cells[:3]
    assert [(cell.cell_type, cell.source) for cell in made] == [
        ("markdown", "look"),
        ("raw", "raw"),
        ("markdown", "plain"),
    ]
    assert made[0].attachments == picture.attachments
    assert "attachments" not in made[2]


def test_a_notebook_belongs_if_it_has_a_graded_cell(theirs, released):
    assert belongs(theirs, released)
    theirs.cells = [theirs.cells[3]]
    assert belongs(theirs, released)
    theirs.cells = [_released().cells[0], new_code_cell("own")]
    assert not belongs(theirs, released)
    assert not belongs(new_notebook(), released)
    # The title has no grade id, and is in every notebook.
    assert not belongs(new_notebook(cells=[new_markdown_cell("# Title")]), released)


# ------------------------------------------------------------------ what is read


def _bytes(notebook: Any) -> bytes:
    return json.dumps(notebook).encode()


def test_a_notebook_is_read():
    data = nbformat.writes(_released()).encode()
    for mark in (b"", b"\xef\xbb\xbf"):
        found = read(mark + data)
        assert [cell.source for cell in found.cells] == [c.source for c in _released().cells]
    old = {
        "nbformat": 3,
        "nbformat_minor": 0,
        "metadata": {},
        "worksheets": [
            {"cells": [{"cell_type": "code", "input": "1", "language": "python", "outputs": []}]}
        ],
    }
    assert [cell.source for cell in read(_bytes(old)).cells] == ["1"]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the file is empty"),
        (b" \n", "the file is empty"),
        (b"\xff\xfe\x00", "the file is not a notebook: it is not text"),
        (b"hello", "the file is not a notebook$"),
        (b'  {"cells": [', "a damaged notebook: its JSON is cut or broken"),
        (b"[" * 100_000, "the file is not a notebook$"),
        (b'{"a": ' * 100_000, "a damaged notebook: its JSON is cut or broken"),
        (b"[]", "not a notebook: it has no cells"),
        (b"3", "not a notebook: it has no cells"),
        (b"{}", "not a notebook: it has no cells"),
        (b'{"cells": 3}', r"a damaged notebook \("),
        (_bytes({"cells": [{}], "nbformat": 4, "nbformat_minor": 5}), r"a damaged notebook"),
        (
            _bytes(
                {
                    "cells": [{"cell_type": "code", "source": None}],
                    "nbformat": 4,
                    "nbformat_minor": 5,
                    "metadata": {},
                }
            ),
            "a damaged notebook",
        ),
    ],
    ids=range(13),
)
def test_what_is_no_notebook_says_why(data, why):
    with pytest.raises(Unreadable, match=why) as caught:
        read(data)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
