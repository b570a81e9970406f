"""An answer that has the package do its work is found out, and one that is one's own is not."""

from __future__ import annotations

import functools
import inspect
import textwrap

import numpy as np
import pytest

from adaptive import Adam
from adaptive.course import calling, regions
from adaptive.course.calling import standing_in, uses_package
from adaptive.course.moments_parts import CORRECT

STEP = {"x": np.ones(2)}


def of_the_course(x):
    """Run code of the course, as the pieces do that a check hands out."""
    return regions.is_delimiter(str(x))


class Handed:
    """What reckons by means of the course."""

    def __rmul__(self, other):
        return of_the_course(other)


def _made(source: str) -> dict[str, object]:
    names: dict[str, object] = {"np": np}
    exec(source, names)
    return names


BORROWED = {
    "a rule": "from adaptive import SGD\ndef f(x): return SGD(0.1).update(x, {}, lambda t: t)",
    "a formula of the course": (
        "from adaptive.course import moments\n"
        "def f(x): return moments.ASSIGNMENT.questions['adam'].parts[0].expected(None, None)"
    ),
    "what the memory holds": "import gc\ndef f(x): return len(gc.get_objects())",
    "a text": "import inspect, json\ndef f(x): return inspect.getsource(json.dumps)",
}


#: What numbers are made of, when they are looked at.
LATER = """
class Later:
    def {method}(self, *given, **named):
        from adaptive.course import regions
        regions.is_delimiter("x")
        return {value}
def f(x):
    return {returned}
"""
BORROWED |= {
    f"later, by {method}": LATER.format(method=method, value=value, returned=returned)
    for method, value in [("__array__", "np.ones(2)"), ("__float__", "1.0")]
    for returned in ["Later()", "(Later(), Later())", "[[Later()]]", '{"x": Later()}']
}


@pytest.mark.parametrize("source", BORROWED.values(), ids=BORROWED)
def test_what_is_borrowed_is_found(source):
    assert uses_package(_made(source)["f"], STEP)


def test_a_copy_of_the_package_s_text_is_found():
    source = textwrap.dedent(inspect.getsource(Adam.update))
    names = dict(vars(inspect.getmodule(Adam)))
    exec(compile(source, "<string>", "exec"), names)
    rule, step = Adam(0.1), {"g": np.ones(2), "t": 1, "m": np.zeros(2), "v": np.zeros(2)}
    assert uses_package(lambda g, t, m, v: names["update"](rule, g, t, m, v), step)


def test_what_the_checker_does_with_a_failure_is_not_the_student_s(monkeypatch):
    def words(*arguments):
        return str(regions.is_delimiter(inspect.cleandoc("a")))

    def fails(x):
        raise ValueError

    monkeypatch.setattr(calling, "_in_words", words)
    assert not uses_package(fails, STEP)


def test_an_answer_that_is_the_package_s_is_found():
    assert uses_package(regions.is_delimiter, {"line": "a"})
    assert uses_package(functools.partial(regions.is_delimiter), {"line": "a"})


OWN = """
def adam(theta, g, t, m, v, lr, beta1, beta2, eps):
    print("step", t)
    m = beta1 * m + (1 - beta1) * g
    v = beta2 * v + (1 - beta2) * g**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return theta - lr * m_hat / (np.sqrt(v_hat) + eps), m, v
"""


def test_one_s_own_lines_are_one_s_own():
    one = np.ones(2)
    step = {"theta": one, "g": one, "t": 1, "m": one, "v": one}
    given = step | {"lr": 0.1, "beta1": 0.9, "beta2": 0.99, "eps": 1e-8}
    assert not uses_package(_made(OWN)["adam"], given)


def test_what_is_handed_in_may_be_called():
    function = _made("def f(x, grad): return grad(x)")["f"]
    assert not uses_package(function, STEP | {"grad": of_the_course})
    assert uses_package(lambda x: of_the_course(x), STEP)
    function = _made("def f(x, grad): return 0.1 * grad")["f"]
    assert not uses_package(function, STEP | {"grad": Handed()})
    assert uses_package(lambda x: 0.1 * Handed(), STEP)


def test_what_stands_in_may_be_called():
    function = _made("def piece(x): return x\ndef f(x): return piece(x)")["f"]
    with standing_in(function, {"piece": of_the_course}):
        assert not uses_package(function, STEP)
    assert not uses_package(function, STEP)
    function.__globals__["piece"] = of_the_course
    assert uses_package(function, STEP)


HIDDEN = {
    "the watch is sent away": (
        "import sys\ndef correct(*a):\n    sys.setprofile(None)\n    return CORRECT.answer(*a)"
    ),
    "another thread does it": (
        "import threading\ndef correct(*a):\n    out = []\n"
        "    one = threading.Thread(target=lambda: out.append(CORRECT.answer(*a)))\n"
        "    one.start(); one.join()\n    return out[0]"
    ),
    "not the first time": (
        "calls = []\ndef correct(m, v, *a):\n    calls.append(1)\n"
        "    return CORRECT.answer(m, v, *a) if len(calls) > 1 else (m, v)"
    ),
    "by names, and not the first time": (
        "calls = []\ndef correct(v, m, t, beta1, beta2):\n    calls.append(1)\n"
        "    return CORRECT.answer(m, v, t, beta1, beta2) if len(calls) > 1 else (m, v)"
    ),
    "the checker's own": (
        "import sys\ndef correct(*a):\n    frame = sys._getframe()\n"
        "    while not hasattr(frame.f_locals.get('self'), 'answer'): frame = frame.f_back\n"
        "    return frame.f_locals['self'].answer(*a)"
    ),
}


@pytest.mark.parametrize("source", HIDDEN.values(), ids=HIDDEN)
def test_what_is_borrowed_later_or_elsewhere_is_found(source):
    function = _made(f"from adaptive.course.moments_parts import CORRECT\n{source}")["correct"]
    with pytest.raises(calling.Mishap, match="lets the package do the work"):
        CORRECT.marks(function, np.random.default_rng(1))


def test_arguments_by_name_are_one_s_own():
    function = _made(
        "def correct(v, m, t, beta1, beta2): return m / (1 - beta1**t), v / (1 - beta2**t)"
    )["correct"]
    marks = CORRECT.marks(function, np.random.default_rng(1))
    assert sum(mark.points for mark in marks) == 1
