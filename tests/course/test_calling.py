"""Calling what a student wrote: each mishap in words, nothing printed, nothing left behind."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adaptive import Adam, descend
from adaptive.course import calling
from adaptive.course.assignment import Assignment
from adaptive.course.calling import Mishap, call, quietly, standing_in, uses_package
from adaptive.course.questions import Mark, counted
from adaptive.problems import Ravine
from adaptive.rules import SGD


def _raises(error: BaseException) -> Any:
    def theirs(theta, g):
        raise error

    return theirs


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (NotImplementedError(), "is still empty: write its lines in the answer cell"),
        (
            KeyboardInterrupt(),
            "was stopped in line {line} of its cell, `raise error`: the time was up",
        ),
        (SystemExit(), "ends Python with exit() in line {line} of its cell"),
        (
            NameError("name 'w' is not defined"),
            "fails in line {line} of its cell, `raise error`: there is no w here",
        ),
        (
            TypeError("x"),
            "fails in line {line} of its cell, `raise error`, when called as theirs(theta",
        ),
        (
            ZeroDivisionError("by 0"),
            "fails in line {line} of its cell, `raise error`: the value below",
        ),
        (
            GeneratorExit("x"),
            "fails in line {line} of its cell, `raise error`, when called as theirs(",
        ),
        (Mishap("is ill"), "cannot do its work: is ill"),
    ],
)
def test_each_mishap_is_told_in_words(error, says):
    with pytest.raises(Mishap) as caught:
        call(_raises(error), {"theta": 1, "g": 2})
    line = _raises.__code__.co_firstlineno + 2
    assert str(caught.value).startswith(says.replace("{line}", str(line)))
    assert caught.value.__suppress_context__
    # A notebook shows the sentence, and not the way to it.
    assert caught.value._render_traceback_() == [str(caught.value)]


def test_arguments_go_by_their_place():
    assert call(lambda a, b: (a, b), {"theta": 1, "g": 2}) == (1, 2)
    with pytest.raises(Mishap, match=r"cannot be called as <lambda>\(theta, g\): .*Keep the arg"):
        call(lambda a: a, {"theta": 1, "g": 2})

    class Theirs:
        def __call__(self, a):
            raise ValueError("no")

    with pytest.raises(Mishap, match=r"when called as it\(theta\), with ValueError: no"):
        call(Theirs(), {"theta": 1})


def test_nothing_is_said_while_theirs_runs(capfd):
    def loud(theta):
        print("out", theta)
        print("err", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return np.divide(1.0, np.zeros(1))

    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        assert np.isinf(call(loud, {"theta": 1})).all()
    assert (capfd.readouterr(), heard) == (("", ""), [])
    # And is said again afterwards.
    print("well")
    assert capfd.readouterr().out == "well\n"
    with quietly():
        assert sys.stdout.write("five!") == 5


def test_right_pieces_stand_in_for_those_that_theirs_calls():
    space: dict[str, Any] = {"np": np}
    exec("def piece():\n    return 'theirs'\n\ndef whole():\n    return piece()", space)
    with standing_in(space["whole"], {"piece": lambda: "right"}):
        assert space["whole"]() == "right"
    assert space["whole"]() == "theirs"
    # What is not there, since its cell has failed, is there for the time being.
    del space["piece"]
    with standing_in(space["whole"], {"piece": lambda: "right"}):
        assert space["whole"]() == "right"
    assert "piece" not in space
    space["piece"] = lambda: "theirs"
    with pytest.raises(ValueError), standing_in(space["whole"], {"piece": 1}):
        raise ValueError
    assert space["whole"]() == "theirs"
    exec("class Whole:\n    def __call__(self):\n        return piece()", space)
    with standing_in(space["Whole"](), {"piece": lambda: "right"}):
        assert space["Whole"]()() == "right"
    with standing_in(len, {"piece": 1}):
        pass


def test_who_uses_the_package_is_found_out():
    def theirs(x):
        return descend(SGD(0.1), Ravine(), steps=x).theta

    def fails(x):
        Adam()
        raise ValueError

    profile = sys.getprofile()
    assert uses_package(theirs, {"x": 1})
    assert uses_package(fails, {"x": 1})
    assert not uses_package(lambda x: x + 1, {"x": 1})
    # The course's own pieces may be used.
    assert not uses_package(lambda x: calling.say.__name__ + str(quietly()), {"x": 1})
    assert not uses_package(lambda x: Path("a") / "b", {"x": 1})
    assert sys.getprofile() is profile


# ------------------------------------------------------------------ what a check says


def _assignment(*marks: Mark, points: float = 3, mishap: str | None = None) -> Assignment:
    def answered(answer, rng):
        if mishap:
            raise Mishap(mishap)
        print("not to be heard")
        return [*marks, Mark(f"seed {rng.integers(1000)}", 0, 0)] if answer == "seed" else [*marks]

    question = SimpleNamespace(points=float(points), marks=answered)
    return Assignment("test", {"q": question, "r": question})


def _said(capsys, check) -> tuple[float, list[str]]:
    points = check()
    return points, capsys.readouterr().out.splitlines()


def test_a_check_says_what_is_right_and_what_is_wrong(capsys):
    marks = [
        Mark("shape", 1, 1),
        Mark("value", 0.5, 2, "The sign is wrong."),
        Mark("sum", 1.5, 1.5, "Well."),
        Mark("loops", -0.5, 0, "Too slow."),
    ]
    points, said = _said(capsys, lambda: _assignment(*marks, points=4.5).check("a", "q"))
    assert points == 2.5
    assert said == [
        "q: 2.5 of 4.5 points",
        "  ✓ shape",
        "  ✗ value (2 points). The sign is wrong.",
        "  ✓ sum. Well.",
        "  ✗ loops (0.5 points off). Too slow.",
    ]


@pytest.mark.parametrize(("given", "points"), [(-2, 0), (0, 0), (1, 1), (2, 1)])
def test_points_are_never_less_than_none_nor_more_than_all(capsys, given, points):
    found, said = _said(capsys, lambda: _assignment(Mark("a", given, 1), points=1).check(1, "r"))
    assert type(found) is float
    assert found == points
    assert said[0] == f"r: {points} of 1 point"


@pytest.mark.parametrize("answer", [None, ...])
def test_what_is_not_answered_has_no_points(capsys, answer):
    found, said = _said(capsys, lambda: _assignment(Mark("a", 1, 1)).check(answer, "q"))
    assert (found, said[1]) == (0, "  ✗ an answer (3 points). There is no answer yet.")


def test_an_answer_that_fails_has_no_points(capsys):
    made = _assignment(mishap="fails badly")
    assert _said(capsys, lambda: made.check(1, "q")) == (
        0,
        ["q: 0 of 3 points", "  ✗ your answer (3 points). It fails badly."],
    )


def test_a_seed_decides_on_the_problems(capsys):
    made = _assignment()
    said = [_said(capsys, lambda s=s: made.check("seed", "q", *s))[1] for s in ((), (1,), (2,))]
    assert said[0] == said[1] != said[2]
    with pytest.raises(ValueError, match="question must be one of q, r, got 'x'"):
        made.check(1, "x")


def test_one_point_is_one():
    assert [counted(p) for p in (0, 0.5, 1, 2)] == [
        *("0 points", "0.5 points", "1 point", "2 points"),
    ]
