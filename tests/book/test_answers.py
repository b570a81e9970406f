"""The checks of the exercises refuse wrong answers, by the name of the fault, and no right one."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from tests.book import answers
from tests.book.answers import CHAPTERS, all_answers, check, checks
from tests.book.checked import sources
from tests.book.notebooks import chapters

ANSWERS = all_answers()
#: Of each check, at least.
FEWEST_WRONG, FEWEST_RIGHT = 4, 2


@pytest.mark.parametrize(
    "answer", ANSWERS, ids=[f"{a.chapter}-{a.function.__name__}" for a in ANSWERS]
)
def test_what_a_check_says(answer, capsys):
    judge = check(answer.chapter, answer.check)
    if answer.says is None:
        judge(answer.function)
    else:
        with pytest.raises(AssertionError) as refused:
            judge(answer.function)
        assert answer.says in str(refused.value)


@pytest.mark.parametrize("chapter", [p.stem for p in chapters() if p.parent == CHAPTERS])
def test_each_check_is_tried(chapter):
    found = checks(chapter)
    assert not [name for name, times in Counter(found).items() if times > 1], "one name, one check"
    tried = Counter((a.check, a.says is None) for a in ANSWERS if a.chapter == chapter)
    for name in found:
        assert tried[name, False] >= FEWEST_WRONG, name
        assert tried[name, True] >= FEWEST_RIGHT, name


def test_answers_belong_to_exercises_of_the_book():
    texts = sources()
    for answer in ANSWERS:
        assert f":label: {answer.exercise}" in texts[answer.chapter], answer.exercise


def test_there_are_checks_and_each_refusal_names_a_fault():
    assert sum(len(checks(p.stem)) for p in chapters() if p.parent == CHAPTERS) >= 15
    assert {type(a.says) for a in ANSWERS} == {str, type(None)}
    assert all(len(a.says.split()) >= 2 for a in ANSWERS if a.says is not None)


def test_a_check_is_made_of_its_own_lines_and_those_that_they_need(monkeypatch):
    text = """
import math
limit = 1
print(never)
limit = limit + 1
def helper(x):
    return math.floor(x) + limit
unused = 1 / 0
def check(answer):
    assert answer(2.5) == helper(2.5), "off"
"""
    statements = [answers._statement(node) for node in ast.parse(text).body]
    monkeypatch.setattr(answers, "code", lambda chapter: statements)
    assert checks("page") == ["check"]
    judge = check.__wrapped__("page", "check")
    judge(lambda x: 4)
    with pytest.raises(AssertionError, match="off"):
        judge(lambda x: 3)


def test_a_check_that_is_not_there_is_an_error():
    with pytest.raises(LookupError, match="has no check named 'check_nothing'"):
        check("momentum", "check_nothing")
