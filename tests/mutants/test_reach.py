"""A mutant is shown what can notice it, the fastest first, and in the end all that its room has."""

from __future__ import annotations

import pytest

from tests.mutants.reach import EXAMPLES, FAST, Reach, statement
from tests.mutants.runner import ROOT, judge

SOURCE = '''\
"""A file."""
LIMIT = (
    3
)

@decorated
def f(x, y=1):
    """Do it."""
    if x > LIMIT:
        return min(
            x,
            y,
        )
    return y
'''


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (3, 3, (2, 4)),
        (6, 6, (6, 7)),
        (7, 7, (6, 7)),
        (9, 9, (9, 9)),
        (12, 12, (10, 13)),
        (9, 12, (9, 12)),
        (14, 14, (14, 14)),
    ],
)
def test_the_statement_around_some_lines(first, last, found):
    assert statement(SOURCE, first, last) == found


REACH = Reach(
    seconds={"far": 0.1, "near": 0.1, "slow": FAST, "here": 0.2, "fast": 0.1},
    lines={"a.py": {1: ["near"], 2: ["here"], 3: ["slow", "fast"]}, "b.py": {1: ["far"]}},
    faults={},
)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ((2, 2), [["here", "fast", "near"], ["slow", "far"]]),
        ((3, 3), [["fast"], ["slow", "near", "here", "far"]]),
        # No test was seen there, as where something runs on import: all of them.
        ((9, 9), [["far", "fast", "near", "here"], ["slow"]]),
    ],
)
def test_what_reaches_a_line_is_asked_first(lines, found):
    assert REACH.stages("a.py", lines) == found


def test_one_test_is_asked_however_slow_it_is():
    alone = Reach({"slow": 2 * FAST}, {"a.py": {1: ["slow"]}}, {})
    assert alone.stages("a.py", (1, 1)) == [["slow"]]


def test_a_file_that_nothing_reaches_is_shown_to_all():
    assert REACH.stages("c.py", (1, 1)) == [["far", "fast", "near", "here"], ["slow"]]


def test_the_examples_of_a_file_see_its_mutants():
    file = "adaptive/rules/sgd.py"
    right = (ROOT / file).read_text(encoding="utf-8")
    assert right.count("(-self.lr * g,)") == 1
    wrong = right.replace("(-self.lr * g,)", "(self.lr * g,)")
    examples = f"{file}::adaptive.rules.sgd.SGD"
    assert judge(file, wrong, [*EXAMPLES, examples]).failed == examples
    assert judge(file, right, [*EXAMPLES, examples]).said == "passed"
