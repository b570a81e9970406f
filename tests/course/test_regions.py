"""What students get of a source notebook, and what must not be found anywhere else."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from adaptive.course import regions
from adaptive.course.regions import CODE_STUB, OPEN_STUB, TEXT_STUB, is_delimiter, without_answers


def _code(source: str, **nbgrader: Any) -> dict[str, Any]:
    metadata = {"nbgrader": nbgrader} if nbgrader else {}
    return {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": [{"text": "42"}],
        "execution_count": 7,
    }


def _text(source: str, **nbgrader: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"nbgrader": nbgrader}, "source": source}


def _released(*cells: dict[str, Any]) -> list[str]:
    notebook = {"cells": list(cells), "metadata": {"a": 1}}
    before = copy.deepcopy(notebook)
    made = without_answers(notebook)
    assert notebook == before
    assert made["metadata"] == {"a": 1}
    for was, cell in zip(cells, made["cells"], strict=True):
        assert cell["metadata"] == was["metadata"]
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
        else:
            assert "outputs" not in cell
    return [cell["source"] for cell in made["cells"]]


FUNCTION = """\
def f(x):
    a = 1
    ### BEGIN SOLUTION
    return a + x
    ### END SOLUTION
print(f(1))"""


def test_a_solution_in_a_function_is_a_stub_that_says_so():
    assert _released(_code(FUNCTION, solution=True)) == [
        f"def f(x):\n    a = 1\n    {CODE_STUB}\nprint(f(1))"
    ]
    # Outside of one, nothing stops a run of the whole notebook.
    source = "a = 1\n### BEGIN SOLUTION\nb = 2\nc = 3\n### END SOLUTION\nd = 4"
    assert _released(_code(source, solution=True)) == [f"a = 1\n{OPEN_STUB}\nd = 4"]
    assert compile(CODE_STUB, "", "exec")
    assert compile(OPEN_STUB, "", "exec")


def test_a_cell_that_is_an_answer_as_a_whole_is_a_stub():
    assert _released(_text("Because.", solution=True), _code("x = 1", solution=True)) == [
        TEXT_STUB,
        OPEN_STUB,
    ]
    assert _released(_text("Read.", grade=True), _code("x = 1"), _code("y", solution=False)) == [
        "Read.",
        "x = 1",
        "y",
    ]


def test_hidden_tests_and_mark_schemes_leave_nothing():
    source = "a\n### BEGIN HIDDEN TESTS\nb\n### END HIDDEN TESTS\nc"
    assert _released(_code(source, grade=True)) == ["a\nc"]
    source = "Say.\n=== BEGIN MARK SCHEME ===\none point\n=== END MARK SCHEME ===\nWell."
    assert _released(_text(source, grade=True)) == ["Say.\nWell."]
    # A region in a text that has a solution.
    source = "Say.\n### BEGIN SOLUTION\nthis\n### END SOLUTION"
    assert _released(_text(source, solution=True)) == [f"Say.\n{TEXT_STUB}"]


def test_several_regions_in_one_cell():
    twice = f"{FUNCTION}\n{FUNCTION}"
    released = f"def f(x):\n    a = 1\n    {CODE_STUB}\nprint(f(1))"
    assert _released(_code(twice, solution=True)) == [f"{released}\n{released}"]


@pytest.mark.parametrize("kind", ["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"])
def test_lines_that_begin_or_end_a_region(kind):
    assert is_delimiter(f"    ### BEGIN {kind}")
    assert is_delimiter(f"### END {kind} ###")
    assert not is_delimiter(f"begin {kind.lower()}")
    assert not is_delimiter("### BEGIN")


def test_what_no_student_may_see():
    hidden = (
        "def f(x):\n    ### BEGIN SOLUTION\n    return x\n    )\n    y = 2\n    ### END SOLUTION"
    )
    notebook = {
        "cells": [
            _code(hidden, solution=True),
            _code("a = 1\n### BEGIN HIDDEN TESTS\nseed = 8\n  a = 1\n### END HIDDEN TESTS"),
            _text("Because of this.", solution=True),
            _code("y = 2"),
        ]
    }
    found = regions.secrets(notebook)
    # What stands outside as well is no secret, and a bracket alone tells nothing.
    assert found == {
        *("return x", "seed = 8", "Because of this."),
        *(f"### {end} {kind}" for end in ("BEGIN", "END") for kind in ("SOLUTION", "HIDDEN TESTS")),
    }
    stubs = {"cells": [_code(f"{OPEN_STUB}\n{CODE_STUB}", solution=True)]}
    assert CODE_STUB not in regions.secrets(stubs)


def test_traces_are_found_wherever_they_are():
    notebook = {
        "cells": [
            _code("a = 1\n### BEGIN HIDDEN TESTS\nseed = 8\nnew = 9\n### END HIDDEN TESTS"),
        ]
    }
    traces = lambda content: regions.traces(notebook, content)  # noqa: E731
    assert traces(without_answers(notebook)) == []
    assert traces("a = 1\n  seed = 8  \n") == ["seed = 8"]
    assert traces("x = seed = 8") == []
    assert traces({"cells": [{"outputs": [{"text": ["x", "new = 9\nseed = 8"]}]}]}) == [
        "new = 9",
        "seed = 8",
    ]
    assert traces({"seed = 8": 1}) == ["seed = 8"]
    assert traces([1, None, 2.5, True]) == []
    # Also a region of another notebook.
    assert traces("### BEGIN MARK SCHEME") == ["### BEGIN MARK SCHEME"]
