"""A transcript of a check: points that follow from it stand, and others do not."""

from __future__ import annotations

import importlib
import json
import sys
import warnings

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_output

from adaptive.course import calling, moments, ravine, returned, transcript
from adaptive.course.code import Code
from adaptive.course.instructor import replay
from tests.course import fast

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from adaptive.course.instructor import preprocessors

BY_HAND = fast.marked_by_hand()
TEST = 'seed = 1\nseed = 9203\nfloat(ravine.check(momentum, "momentum", seed))\n'


def _right(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - v, v


def _written(code, answer, seed=7):
    """Return the points of an answer, and the transcript, as it comes from another process."""
    transcript.CALLS.clear()
    with calling.quietly():
        marks = code.marks(answer, np.random.default_rng(seed))
    return sum(mark.points for mark in marks), json.loads(json.dumps(transcript.CALLS))


@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_what_an_answer_gets_follows_from_its_transcript(name, monkeypatch):
    compared = []
    module = importlib.import_module(f"adaptive.course.{name}")
    check = module.check

    def checked(answer, question, seed=1):
        points = check(answer, question, seed)
        if isinstance(code := module.ASSIGNMENT.questions[question], Code):
            calls = json.loads(json.dumps(transcript.CALLS))
            compared.append((question, points, replay.deserved(code, seed, calls)))
        return points

    monkeypatch.setattr(module, "check", checked)
    for answer in (one for one in BY_HAND if one.assignment == name):
        fast.grade(name, answer.answers)
    assert any(points for _, points, _ in compared)
    # Arguments that were changed, and the order of arguments, are not seen in a transcript.
    assert [one for one in compared if one[1] > one[2]] == []
    assert sum(points == most for _, points, most in compared) >= 0.8 * len(compared)


def test_it_is_known_what_a_test_cell_asks():
    assert replay.asked("ravine", TEST) == (ravine.ASSIGNMENT.questions["momentum"], 9203)
    closed = 'ravine.check(largest_rate, "largest-rate")'
    assert replay.asked("ravine", closed) is None
    assert replay.asked("ravine", "1 + 1") is None
    assert replay.asked("no_such_assignment", TEST) is None


def test_other_points_do_not_follow():
    code = ravine.ASSIGNMENT.questions["momentum"]
    points, calls = _written(code, _right)
    assert (points, replay.deserved(code, 7, calls)) == (3, 3)
    wrong, returned = _written(code, lambda theta, g, v, lr, momentum: (theta, v))
    assert (wrong, replay.deserved(code, 7, returned)) == (0, 0)
    # Those of other random problems, or with an end that is missing.
    assert replay.deserved(code, 8, calls) == 0
    assert replay.deserved(code, 7, calls[:-1]) == 0


@pytest.mark.parametrize(
    "calls",
    [
        None,
        3,
        "x",
        [],
        [None] * 40,
        [{}] * 40,
        {"a": 1},
        [{"asked": [], "value": {"list": 3}}] * 40,
    ],
    ids=str,
)
def test_a_transcript_that_is_none_gives_nothing(calls):
    assert replay.deserved(ravine.ASSIGNMENT.questions["momentum"], 7, calls) == 0


def test_whoever_changes_the_marks_while_they_are_made_gains_nothing():
    code = ravine.ASSIGNMENT.questions["momentum"]
    marker, close = sys.modules["adaptive.course.code"], returned.close

    def cheats(theta, g, v, lr, momentum):
        marker.close = lambda *given: True
        return theta, v

    try:
        points, calls = _written(code, cheats)
    finally:
        marker.close = close
    assert points == 3
    assert replay.deserved(code, 7, calls) == 0


def test_an_object_is_looked_at_once():
    """Whatever it says later, and to whom, what it said first is what was returned."""

    class Changes:
        looks = 0

        def __array__(self, dtype=None, copy=None):
            self.looks += 1
            return np.full(3, float(self.looks))

    one = Changes()
    first, (second, third), kept = (
        transcript.plain(one),
        transcript.plain((one, [one])),
        transcript.plain({"v": one, "text": "x", "n": None}),
    )
    assert [type(found) for found in (first, second, third, kept["v"])] == [np.ndarray] * 4
    assert first.tolist() == [1] * 3
    assert transcript.value(first)["array"] == [1] * 3
    assert kept["text"] == "x"
    # What is no object of a student's own stays what it is.
    for same in (1, 2.5, True, np.float32(1), np.ones(2), "x", None, print):
        assert transcript.plain(same) is same


def test_the_right_values_are_not_in_view_while_a_function_runs():
    code = ravine.ASSIGNMENT.questions["momentum"]

    def looks(theta, g, v, lr, momentum):
        frame = sys._getframe().f_back
        while frame is not None:
            if hasattr(frame.f_locals.get("right"), "theta"):
                return frame.f_locals["right"].theta, frame.f_locals["right"].v
            frame = frame.f_back
        return 0 * theta, 0 * v

    assert _written(code, looks)[0] == 0


def test_where_a_gradient_was_asked_is_written_down():
    code = ravine.ASSIGNMENT.questions["nag"]

    def nag(theta, grad, v, lr, momentum):
        v = momentum * v + lr * grad(theta - momentum * v)
        return theta - v, v

    points, calls = _written(code, nag)
    assert (points, replay.deserved(code, 7, calls)) == (3, 3)
    elsewhere = [call | {"asked": [[1, []]]} for call in calls]
    assert replay.deserved(code, 7, elsewhere) < 3


def test_an_error_and_what_was_computed_by_then_are_written_down():
    code = moments.ASSIGNMENT.questions["amsgrad"]

    def amsgrad(theta, g, t, m, v, v_hat, lr, beta1, beta2, eps):
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g**2
        return np.maximun(v_hat, v)

    points, calls = _written(code, amsgrad)
    assert (points, replay.deserved(code, 7, calls)) == (1, 1)


RETURNED = [None, 1.5, np.float32(2), [1, 2], (np.ones(3), [1.0, np.nan]), [np.ones(2), 3.0]]


@pytest.mark.parametrize("result", [*RETURNED, {"v": np.eye(2)}, np.zeros((0, 3))], ids=repr)
def test_what_is_returned_comes_back(result):
    written = json.loads(json.dumps(transcript.value(result)))
    back = transcript.Replayed([{"asked": [], "value": written}])()
    if isinstance(result, dict | list | tuple):
        assert type(back) is type(result)
        assert len(back) == len(result)
        several = result if isinstance(result, dict) else dict(enumerate(result))
        for name, one in several.items():
            np.testing.assert_array_equal(back[name], one)
    else:
        np.testing.assert_array_equal(back, result)


def test_what_is_no_number_comes_back_as_none():
    written = json.loads(json.dumps(transcript.value(("a word", 1))))
    assert transcript.Replayed([{"asked": [], "value": written}])() == ("str", 1.0)


def _after(calls, course="as it was"):
    """Return what the guard says after a check."""
    return json.dumps({"calls": calls, "course": course})


def _right_calls():
    return _written(ravine.ASSIGNMENT.questions["momentum"], _right, 9203)[1]


@pytest.mark.parametrize(
    ("said", "points", "left"),
    [
        (lambda: _after(_right_calls()), "3.0", ("3.0", False)),
        (lambda: _after(_right_calls()), "1.0", ("1.0", False)),
        (lambda: _after(_right_calls()[:9]), "3.0", ("0.0", True)),
        (lambda: _after(_right_calls()[:9], "another"), "3.0", ("0.0", True)),
        (lambda: json.dumps(_right_calls()), "3.0", ("0.0", True)),
        (lambda: "", "3.0", ("0.0", True)),
        (lambda: "no JSON", "2.0", ("0.0", True)),
    ],
)
def test_points_that_do_not_follow_are_taken_off(said, points, left):
    result = new_output("execute_result", {"text/plain": points}, execution_count=1)
    marks = {"grade": True, "solution": False, "points": 3, "grade_id": "ravine-momentum"}
    cell = new_code_cell(TEST, metadata={"nbgrader": marks}, outputs=[result])
    run = preprocessors.Run()
    run._names, run._course = {"assignment": "ravine"}, "as it was"
    run._ask_guard = lambda call: said()
    assert run._in_code(cell) == (ravine.ASSIGNMENT.questions["momentum"], 9203)
    taken = run._hold(cell, *run._in_code(cell))
    assert (result["data"]["text/plain"], taken) == left
    told = [one.text for one in cell.outputs if one.output_type == "stream"]
    assert told == ([f"{preprocessors.WITHOUT_THEM}\n"] if taken else [])
    result["data"]["text/plain"] = "0.0"
    assert run._in_code(cell) is None


def test_where_the_check_was_changed_while_it_ran_a_person_marks():
    result = new_output("execute_result", {"text/plain": "3.0"}, execution_count=1)
    cell = new_code_cell(TEST, metadata={"nbgrader": {"points": 3}}, outputs=[result])
    run = preprocessors.Run()
    run._course, run._noticed = "as it was", {}
    run._ask_guard = lambda call: _after(_right_calls(), "another")
    assert not run._hold(cell, ravine.ASSIGNMENT.questions["momentum"], 9203)
    assert [(one.output_type, one.ename) for one in cell.outputs] == [("error", "NoPoints")]
    assert list(run._noticed) == ["the check itself, while it ran"]
