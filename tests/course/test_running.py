"""A student's function takes the place of a rule's equations."""

from __future__ import annotations

import contextlib
import io
import os
import subprocess
import sys
from dataclasses import FrozenInstanceError
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from adaptive import NAG, SGD, Adam, AdamW, descend
from adaptive.course import modern, moments, ravine
from adaptive.course.calling import Mishap, say
from adaptive.course.running import as_rule
from adaptive.problems import Ravine


def nag(theta: Any, grad: Any, v: Any, lr: float, momentum: float) -> Any:
    v = momentum * v + lr * grad(theta - momentum * v)
    return theta - v, v


def uphill(theta: Any, g: Any, lr: float) -> Any:
    return theta + lr * g


def test_where_the_function_asks_for_its_gradient_is_where_it_gets_one() -> None:
    rule = NAG(lr=0.05, momentum=0.8)
    theirs = descend(ravine.as_rule(nag, rule), Ravine(), steps=30)
    np.testing.assert_allclose(theirs.theta, descend(rule, Ravine(), steps=30).theta, rtol=1e-12)


def adamw(
    theta: Any, g: Any, t: int, m: Any, v: Any, lr: float, beta1: float, beta2: float, *more: float
) -> Any:
    eps, decay = more
    m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
    adam = m / (1 - beta1**t) / (np.sqrt(v / (1 - beta2**t)) + eps)
    return theta - lr * (adam + decay * theta), m, v


def test_a_function_whose_rule_sees_theta_is_handed_it() -> None:
    rule = AdamW(lr=0.1, weight_decay=0.5)
    theirs = descend(modern.as_rule(adamw, rule), Ravine(), steps=30)
    np.testing.assert_allclose(theirs.theta, descend(rule, Ravine(), steps=30).theta, rtol=1e-10)


def test_a_function_that_fails_in_a_schedule_says_so_by_its_name() -> None:
    def factor(t: int, T: int, warmup: int) -> Any:
        return t / missing  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(Mishap, match=r"^factor .*missing"):
        modern.as_schedule(factor, 20, 5)(1)
    with pytest.raises(TypeError, match="function must be callable, got 3"):
        modern.as_schedule(3, 20, 5)  # type: ignore[arg-type]


@pytest.mark.parametrize(("points", "right"), [(1.9, False), (2.0, True), (2.0000001, True)])
def test_a_function_with_all_points_and_no_other_is_right(points: float, right: bool) -> None:
    """As sums of parts of points are rounded, they can also be a little too large."""
    code = SimpleNamespace(
        points=2,
        arguments=("theta", "g", "lr"),
        outputs=lambda theta: {"theta": theta},
        marks=lambda function, rng: [SimpleNamespace(points=points - 1), SimpleNamespace(points=1)],
    )
    rule = SGD(lr=0.05)
    made: Any = as_rule({SGD: code}, uphill, rule, stand_in=True)  # type: ignore[dict-item]
    assert (made is not rule) == right


def test_arguments_have_names_and_whether_one_stands_in_has_nothing_else() -> None:
    rule = SGD(lr=0.05)
    assert ravine.as_rule(function=uphill, rule=rule, stand_in=True) is rule
    with pytest.raises(TypeError, match="positional"):
        ravine.as_rule(uphill, rule, True)  # type: ignore[misc]


def test_an_assignment_stays_as_it_is() -> None:
    with pytest.raises(FrozenInstanceError):
        ravine.ASSIGNMENT.name = "another"  # type: ignore[misc]


def test_a_wrong_function_runs_as_it_is_unless_a_right_one_may_stand_in(capsys: Any) -> None:
    rule = SGD(lr=0.05)
    assert descend(ravine.as_rule(uphill, rule), Ravine(), steps=10).loss[-1] > 18
    assert capsys.readouterr().out == ""
    assert ravine.as_rule(uphill, rule, stand_in=True) is rule
    assert "Your SGD is not right yet" in capsys.readouterr().out


def test_a_function_that_fails_says_so_by_its_name() -> None:
    def broken(theta: Any, g: Any, lr: float) -> Any:
        return theta - lr * missing  # type: ignore[name-defined]  # noqa: F821

    with pytest.raises(Mishap, match=r"^broken .*missing"):
        descend(ravine.as_rule(broken, SGD()), Ravine(), steps=1)


def test_what_is_no_function_or_of_another_assignment() -> None:
    with pytest.raises(TypeError, match="function must be callable, got 3"):
        ravine.as_rule(3, SGD())
    with pytest.raises(TypeError, match="rule must be one of SGD, Momentum, NAG, got Adam"):
        ravine.as_rule(uphill, Adam())
    with pytest.raises(TypeError, match="rule must be one of Adam, AdaMax, Nadam, AMSGrad"):
        moments.as_rule(uphill, SGD())


SHOW = """
from adaptive.course import ravine
def sgd(theta, g, lr):
    return theta - lr * g
print(ravine.check(sgd, "sgd"))
print(ravine.check(lambda theta, g, lr: theta + lr * g, "sgd"))
"""


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_a_check_says_what_it_has_to_say_on_any_terminal(encoding: str) -> None:
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", SHOW]
    run = subprocess.run(command, env=environment, capture_output=True, check=True)
    right, wrong = ("✓", "✗") if encoding == "utf-8" else ("+", "x")
    said = run.stdout.decode(encoding)
    assert said.count(f"  {right} ") >= 1
    assert said.count(f"  {wrong} ") >= 1
    assert run.stderr == b""


def test_what_a_terminal_cannot_show_is_said_all_the_same() -> None:
    with io.TextIOWrapper(io.BytesIO(), "ascii") as out, contextlib.redirect_stdout(out):
        say("✗ η “of” Zoë −1 \udcff")
        out.flush()
        assert out.buffer.getvalue() == b'x ? "of" Zo? -1 ?\n'  # type: ignore[attr-defined]
    with io.StringIO() as anywhere, contextlib.redirect_stdout(anywhere):
        say("✗ η")
        assert anywhere.getvalue() == "✗ η\n"
