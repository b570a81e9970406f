"""Wrong answers get just the points and the words that they should; right ones get all."""

from __future__ import annotations

import importlib
import inspect
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from adaptive.course.calling import Mishap, quietly
from adaptive.course.code import Code
from tests.course import fast

SUBMISSIONS = [s for name in fast.ASSIGNMENTS for s in fast.submissions(name)]


def questions(assignment):
    """Return the questions of an assignment by name."""
    return importlib.import_module(f"adaptive.course.{assignment}").ASSIGNMENT.questions


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_the_source_gets_full_marks(assignment):
    graded = fast.grade(assignment, {})
    assert graded.points == fast.tests(assignment)
    assert all(type(points) is float for points in graded.points.values())


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_the_blank_release_gets_nothing_and_is_told_what_to_do(assignment):
    graded = fast.grade(assignment, {}, blanks=True)
    assert graded.points == dict.fromkeys(fast.tests(assignment), 0.0)
    for printed in graded.printed.values():
        assert "still empty" in printed or "no answer yet" in printed


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_points_of_questions_and_cells_agree(assignment):
    asked = {name: float(question.points) for name, question in questions(assignment).items()}
    assert asked == fast.tests(assignment)


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_an_assignment_has_15_to_25_points_and_a_rubric_that_says_so(assignment):
    total = sum(
        fast.mark(cell)["points"] for cell in fast.cells(assignment) if fast.mark(cell).get("grade")
    )
    assert 15 <= total <= 25
    assert f"**{total:g}**" in fast.cells(assignment)[0]["source"]


@pytest.mark.parametrize("submission", SUBMISSIONS, ids=str)
def test_submission(submission):
    graded = fast.grade(submission.assignment, submission.answers)
    assert graded.points == fast.tests(submission.assignment) | submission.points
    printed = " ".join("".join(graded.printed.values()).split())
    for says in submission.says:
        assert " ".join(says.split()) in printed


def test_there_are_enough_submissions():
    wrong = [s for s in SUBMISSIONS if s.kind == "wrong"]
    right = [s for s in SUBMISSIONS if s.kind == "right"]
    assert len(wrong) >= 100
    assert len(right) >= 20
    assert all(s.says and s.points for s in wrong)
    assert not any(s.points for s in right)


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_every_test_cell_is_failed_by_a_wrong_submission(assignment):
    failed = set()
    for submission in fast.submissions(assignment):
        failed |= set(submission.points)
    assert failed == set(fast.tests(assignment))


MISTAKES = [
    pytest.param(code, part, mistake, id=f"{assignment}-{name}-{part.of}-{k}")
    for assignment in fast.ASSIGNMENTS
    for name, code in questions(assignment).items()
    if isinstance(code, Code) and code.observe is None
    for part in code.parts
    for k, mistake in enumerate(part.mistakes)
]


@pytest.mark.parametrize(("code", "part", "mistake"), MISTAKES)
def test_every_known_mistake_is_recognised(code, part, mistake):
    """The answer is made of the parts' formulas, with the mistaken one for this part."""

    def answer(*values):
        i = SimpleNamespace(**dict(zip(code.arguments, values, strict=True)))
        o = SimpleNamespace()
        for other in code.parts:
            if other.expected is not None and (other is part or other.of != part.of):
                formula = mistake.value if other is part else other.expected
                setattr(o, other.of, formula(i, o))
        return tuple(getattr(o, name) for name in code.returns)

    with quietly():
        # It runs the formulas of the course, which is not what is tested here.
        marks = replace(code, by_hand=False).marks(answer, np.random.default_rng(5))
    says = [mark.says for mark in marks if mark.points < mark.of]
    assert any(mistake.says in line for line in says)


CODES = [
    pytest.param(code, id=f"{assignment}-{name}")
    for assignment in fast.ASSIGNMENTS
    for name, code in questions(assignment).items()
    if isinstance(code, Code)
]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("what", ["what was asked for", "everything", "the first"])
def test_what_goes_in_and_comes_out_again_is_no_answer(code, what):
    def answer(*given):
        known = dict(zip(code.arguments, given, strict=True))
        if what == "what was asked for":
            return tuple(known.get(name, given[0]) for name in code.returns)
        return given if what == "everything" else given[0]

    with quietly():
        try:
            marks = code.marks(answer, np.random.default_rng(5))
        except Mishap:
            return
    assert sum(max(mark.points, 0) for mark in marks) == 0


def test_algorithms_know_five_mistakes_each():
    for assignment in fast.ASSIGNMENTS:
        for name, question in questions(assignment).items():
            if isinstance(question, Code) and question.calls > 1:
                known = sum(len(part.mistakes) for part in question.parts)
                assert known >= 5, f"{assignment}: {name} knows {known} mistakes"


def test_checks_are_documented():
    for assignment in fast.ASSIGNMENTS:
        module = importlib.import_module(f"adaptive.course.{assignment}")
        assert inspect.getdoc(module)


BY_HAND = fast.marked_by_hand()


@pytest.mark.parametrize("answer", BY_HAND, ids=str)
def test_a_person_and_the_check_agree(answer):
    graded = fast.grade(answer.assignment, answer.answers)
    assert graded.points == fast.tests(answer.assignment) | answer.points


def test_sixty_answers_were_marked_by_a_person():
    assert len(BY_HAND) == 60
    assert {answer.assignment for answer in BY_HAND} == set(fast.ASSIGNMENTS)
    full = sum(
        answer.points[q] == fast.tests(answer.assignment)[q]
        for answer in BY_HAND
        for q in answer.answers
    )
    assert 10 <= full <= 30
