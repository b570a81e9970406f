"""Fifty whole submissions: a person's marks, the check's, and how far they agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from adaptive.course import choose
from adaptive.course.closed import Setting
from tests.course import fast

WHOLE = fast.whole()


@pytest.fixture(scope="module", autouse=True)
def _untried() -> Iterator[None]:
    """Do not try settings where they are noted: that takes long, and gives no points."""
    questions = choose.ASSIGNMENT.questions
    with pytest.MonkeyPatch.context() as patch:
        for name, question in list(questions.items()):
            if isinstance(question, Setting):
                patch.setitem(questions, name, replace(question, trial=lambda rule: ""))
        yield


# As in a kernel, a warning of numpy's stops no cell.
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("submission", WHOLE, ids=str)
def test_in_the_end_a_person_and_the_check_agree(submission):
    graded = fast.grade(submission.assignment, submission.answers, blanks=True)
    assert graded.points == submission.points | submission.settled


def test_each_question_of_ten_submissions_was_marked():
    assert Counter(one.assignment for one in WHOLE) == dict.fromkeys(fast.ASSIGNMENTS, 10)
    for one in WHOLE:
        assert set(one.points) == set(fast.tests(one.assignment)), one


def test_few_marks_by_hand_were_given_up():
    pairs = np.array(
        [
            (points, one.settled.get(name, points), fast.tests(one.assignment)[name])
            for one in WHOLE
            for name, points in one.points.items()
        ]
    )
    by_hand, settled = (pairs[:, :2] / pairs[:, 2:]).T
    assert np.mean(by_hand == settled) > 0.97
    apart = np.mean((by_hand - settled) ** 2)
    by_chance = np.mean((by_hand[:, None] - settled) ** 2)
    assert 1 - apart / by_chance > 0.96  # Cohen's kappa, with quadratic weights
    assert 0.25 < np.mean(by_hand < 1) < 0.5
