"""Python's errors in words: for each row of the table, code as students write it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adaptive.course import causes, errors
from tests.course import fast

#: For each cause, a cell that a student might write, and a part of what is said.
CELLS: dict[str, tuple[str, str]] = {
    "tabs and blanks": (
        "def sgd(theta, g, lr):\n    step = lr * g\n\treturn theta - step",
        "four blanks for each level",
    ),
    "a body that is not indented": (
        "def sgd(theta, g, lr):\nreturn theta - lr * g",
        "put four blanks in front of them",
    ),
    "a line too far to the right": (
        "lr = 0.1\n  theta = np.zeros(2)",
        "put both at the same distance from the margin",
    ),
    "a line between two levels": (
        "def sgd(theta, g, lr):\n    step = lr * g\n  return theta - step",
        "is aligned with no line above it",
    ),
    "= for ==": ("if lr = 0.1:\n    print(lr)", "to compare two values write =="),
    "something else than a name before =": (
        "theta - lr * g = theta",
        "must be a name that gets the value",
    ),
    "a missing colon": (
        "def sgd(theta, g, lr)\n    return theta - lr * g",
        "the colon at the end of the line is missing",
    ),
    "a bracket that is not closed": (
        "def probability(X, w):\n    return 1 / (1 + np.exp(-X @ w)\n",
        "this ( has no partner",
    ),
    "a bracket too many": ("v = 0.9 * v + (1 - 0.9) * g)", "this ) closes nothing"),
    "brackets of two kinds": ("x0 = X[:, 0)", "the bracket [ is closed with )"),
    "a text without its end": ("kind = 'Adam", "does not end with the same"),
    "a sign from the formula": ("theta = theta − lr * g", "does not know the sign −"),
    "return without def": ("v = g**2\nreturn v", "this return is in no function"),
    "print without brackets": ("print theta", "print(x)"),
    "a number before a name": ("theta = 2theta", "2 * theta, not 2theta"),
    "lambda as a name": (
        "def decay(theta, g, lambda):\n    return theta - lambda * g",
        "cannot be a name: call it lam",
    ),
    "else without if": ("else:\n    print(lr)", "else must be exactly under its if"),
    "a decimal comma": ("lr = 0,012", "Python writes 0.012"),
    "a missing *": ("def sgd(theta, g, lr):\n    return theta - lr g", "lr * g, not lr g"),
    "a missing comma": ("theta = np.array([1.0 2.0])", "something is missing: a comma"),
    "arguments without names last": ("G = np.sum(axis=0, X)", "comes after those without one"),
    "numpy is not imported": ("del np\nG = np.zeros(3)", "import numpy as np"),
    "a misspelt name": ("def f(momentum):\n    return momentun * 2\nf(0.9)", "Is momentum meant?"),
    "a local name before its value": (
        "def f(g):\n    v = momentum * v + lr * g\n    return v\nmomentum = 0.9\nf(g)",
        "v gets a value inside the function, and is used before that",
    ),
    "no such function of numpy": ("loss = -np.ln(lr)", "numpy has no ln: write np.log"),
    "no such attribute of an array": ("path = g\npath.append(theta)", "np.append(a, x)"),
    "a list in the place of an array": (
        "points = [1.0, 2.0]\npoints.mean()",
        "that is a list, and only an array has .mean",
    ),
    "a number in the place of an array": (
        "lr.mean()",
        "that is one number (float), and only an array has .mean",
    ),
    "no such attribute": (
        "from types import SimpleNamespace\nSimpleNamespace(gradient=g).gradients",
        "a SimpleNamespace has no .gradients. Is .gradient meant?",
    ),
    "a package that is not there": (
        "import torchoptim.adam",
        "torchoptim is not installed where this is marked",
    ),
    "a name that a package does not have": (
        "from numpy import sigmoid",
        "numpy has no sigmoid",
    ),
    "a function that is not called": (
        "def nag(theta, grad, v, lr):\n    return theta - lr * grad\nnag(theta, grad, g, lr)",
        "* gets a function where it needs a number: a function must be called",
    ),
    "a function that is compared": (
        "loss = grad\nif loss < lr:\n    print(lr)",
        "call it, with what it takes in brackets",
    ),
    "a function that is not called, in a function of numpy": (
        "size = np.sqrt(grad)",
        "call it, with what it takes in brackets",
    ),
    "square brackets for round ones": ("g = grad[theta]", "called with round brackets"),
    "a missing * before a bracket": ("theta = theta - lr(g + 1)", "Is a * missing, as in lr * ("),
    "a rule where its class is meant": (
        "from adaptive import SGD\nSGD(0.1)(lr=0.2)",
        "hand over SGD itself, without brackets",
    ),
    "a module that is called": ("x = np.random(3)", "the function is inside it"),
    "a function that returns nothing": (
        "def step(g):\n    lr * g\ntheta = theta - step(g)",
        "None, which is what a function without return gives",
    ),
    "nothing to take apart": (
        "def correct(m, v):\n    m, v\nm_hat, v_hat = correct(g, g)",
        "does the function that is called here end with return?",
    ),
    "too few arguments": (
        "def correct(m, v, t, beta1):\n    return m, v\ncorrect(g, g, 1)",
        "correct is called with too few values: 'beta1' is missing",
    ),
    "np.vstack without a list": ("np.vstack(g, g)", "np.vstack([a, b])"),
    "too many or too few arguments": (
        "grad(theta, g)",
        "grad is called with the wrong number of values: it takes 1, and gets 2",
    ),
    "an argument that is not known": (
        "grad(position=theta)",
        "grad has no argument that is called position",
    ),
    "the wrong number of names": ("x0, x1 = X", "x0, x1 = X.T"),
    "calls itself without end": (
        "def correct(m):\n    m_hat = correct(m)\n    return m_hat\ncorrect(g)",
        "the same name as one that is called in it?",
    ),
    "math for an array": ("r = math.sqrt(g**2)", "write np.sqrt, which takes each element"),
    "math for a large number": ("p = math.exp(1000)", "np.exp gives inf there"),
    "Python's exp for a large number": (
        "from math import exp\np = exp(1000)",
        "np.exp gives inf there",
    ),
    "np.max for two arrays": ("u = np.max(0.9 * g, np.abs(g))", "np.maximum(a, b)"),
    "arrays that are not in a list": ("F = np.stack(X[:, 0], X[:, 1])", "np.stack([a, b])"),
    "a mean or a sum of two arrays": ("m = np.mean(g, theta)", "np.mean takes one array"),
    "all elements at once": (
        "x = shrink(X)",
        "shrink takes one number, and is handed an array of several",
    ),
    "float of an array": ("p = float(X @ theta)", "leave float out"),
    "max for two arrays": ("u = max(0.9 * g, abs(g))", "np.maximum(a, b)"),
    "if for an array": ("if g > 0:\n    theta = theta - lr", "np.where(condition, a, b)"),
    "^ for a power": ("G = G + g^2", "write **, as in g**2"),
    "a list times a number": ("theta = [1.0, 2.0] * 0.5", "make one with np.array(...)"),
    "arithmetic with lists": ("theta = [1.0, 2.0] - [lr, lr]", "where - needs a number"),
    "arithmetic with texts": ("lr = '0.1' + theta", "such as a text in quotation marks"),
    "in place on whole numbers": (
        "v = np.array([0, 0])\nv += lr * g",
        "the array holds whole numbers",
    ),
    "shapes that do not fit": (
        "r = np.ones((4, 1)) * np.ones((3, 2))",
        "One of them is a column, (n, 1): make it flat with .ravel()",
    ),
    "matrices that do not fit": ("z = X @ np.ones(4)", "and here they are 2 and 4"),
    "np.dot of what does not fit": ("z = np.dot(X, np.ones(4))", "the shapes (4,2) and (4,)"),
    "@ with a number": ("z = X @ lr", "one of the two is a number: write *"),
    "np.array without a list": ("theta = np.array(1, 2)", "np.array([a, b])"),
    "np.zeros without a tuple": ("F = np.zeros(4, 6)", "np.zeros((n, d))"),
    "a row of another length": (
        "F = np.array([X[:, 0], X[:, 1], 1])",
        "A column of ones is np.ones(len(X))",
    ),
    "an element that is not there": ("x = theta[2]", "no element 2: there are 2"),
    "a place beyond the end of a list": ("x = [1, 2][2]", "end with its length - 1"),
    "flat arrays beside a matrix": ("F = np.hstack([X, theta])", "np.column_stack"),
    "too many indices": ("x = theta[:, 0]", "the array has 1 dimension(s)"),
    "a fraction as an index": ("x = theta[len(X) / 2]", "// gives a whole number"),
    "a fraction as a number of steps": (
        "for k in range(len(X) / 2):\n    print(k)",
        "// gives a whole number",
    ),
    "an element of a number": ("x = theta[0][0]", "square brackets too many"),
    "an axis that is not there": ("s = np.sum(theta, axis=1)", "there is no axis 1"),
    "a loop over a number": ("for k in len(X):\n    print(k)", "write range(n)"),
    "two names for one element": ("for k, x in theta:\n    print(k)", "enumerate(...) gives"),
    "so many rounds": ("for k in range(len(lr)):\n    print(k)", "write range(lr)"),
    "two arrays of different lengths": (
        "np.polyfit(np.arange(3), theta, 1)",
        "Are both cut at the same place",
    ),
    "a fit to what is no number": (
        # np.polyfit(np.log(t), y, 1), from t = 0: each library of linear algebra prints more.
        "raise np.linalg.LinAlgError('SVD did not converge in Linear Least Squares')",
        "of which there is no logarithm",
    ),
    "the length of a number": ("n = len(theta[0])", "one number has no length"),
    "divided by zero": ("t = 0\nm_hat = 1.0 / (1 - 0.9**t)", "t is 1 at the first step"),
    "a key that is not there": ("curves = {'A': 'SGD'}\ncurves['a']", "has no key 'a'"),
    "a loop without end": ("raise KeyboardInterrupt", "a loop that never ends"),
}


def _names() -> dict[str, Any]:
    names: dict[str, Any] = {"theta": np.array([1.0, 2.0]), "g": np.array([0.5, -1.0]), "lr": 0.1}
    names["G"], names["X"], names["grad"] = np.ones(2), np.ones((4, 2)), lambda theta: theta
    exec("import math\nimport numpy as np\ndef grad(theta):\n    return theta", names)
    names["shrink"] = float  # a function that somebody else has written
    return names


def _error(cell: str) -> BaseException:
    try:
        fast.run(cell, _names(), "<cell>")
    except BaseException as error:
        return error
    raise AssertionError("nothing went wrong")


def test_every_cause_has_its_cell_and_there_are_enough():
    assert [cause.name for cause in causes.CAUSES] == list(CELLS)
    assert len(CELLS) >= 25


@pytest.mark.parametrize("name", CELLS)
def test_what_students_write_is_explained(name):
    cell, says = CELLS[name]
    known = errors.seen(_error(cell))
    fitting = [cause.name for cause in causes.CAUSES if cause.explain(known) is not None]
    assert fitting[0] == name
    said = causes.explain(known)
    assert says in said
    assert not set("{}") & set(said.replace("{kind}", "?"))
    # Neither the first letter nor the last sign would fit into a sentence.
    assert said[-1] != "."


@pytest.mark.parametrize(
    ("cell", "number", "line"),
    [
        ("x = 1\ny = lr * nothing\n", 2, "y = lr * nothing"),
        ("def f(x):\n    # not here\n    return nothing\n\n\nf(1)\n", 3, "return nothing"),
        ("def f(x)\n    return x\n", 1, "def f(x)"),
        # Inside of numpy it went wrong, but what is to change is the student's line.
        ("y = np.stack([theta, X])\n", 1, "y = np.stack([theta, X])"),
    ],
)
def test_the_line_is_the_students(cell, number, line):
    known = errors.seen(_error(cell))
    assert (known.number, known.line) == (number, line)
    assert errors.place(known) == f"in line {number} of its cell, `{line}`"


def test_what_was_made_of_a_text_is_no_cell():
    # Dataclasses make theirs so: the line would be one of a text that nobody has seen.
    cell = "from adaptive import Adagrad\nchoice = Adagrad(lr=-1)\n"
    assert errors.seen(_error(cell)).line == "choice = Adagrad(lr=-1)"


def test_a_long_line_is_cut_and_an_unknown_one_left_out():
    known = errors.Seen(frozenset(), "", "x" * 81, 4)
    assert errors.place(known) == f"in line 4 of its cell, `{'x' * 79}…`"
    assert errors.place(errors.Seen(frozenset(), "", "", 4)) == "in line 4 of its cell"
    assert errors.place(errors.seen(ValueError("x"))) == ""


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("sqrt(g)", "Is np.sqrt meant? What numpy has begins with np"),
        ("Theta * 2", "Is theta meant? Names must agree letter by letter, capitals included"),
        ("xyzzy", "there is no xyzzy here: is it misspelt, or is it made in a cell above"),
        ("np.maxmum(g, theta)", "numpy has no maxmum. Is np.maximum meant?"),
        ("np.qqqqq(g)", "numpy has no qqqqq: is the name right?"),
        ("g.rvel()", "an array has no .rvel. Is .ravel meant?"),
        ("g.softplus()", "is there a function np.softplus?"),
        ("X + np.ones(3)", "(4, 2) and (3,) do not fit together element by element. Print the"),
        ("one_sweep = D", "If it is a text, it needs quotation marks"),
        ("measured = {gain: 5}", "If it is a text, it needs quotation marks"),
        ("X[:n]", "or that stopped with an error?"),
        (
            "import adaptive\nadaptive.SGD(eta=1)",
            "SGD has no argument that is called eta: the lear",
        ),
        (
            "import adaptive\nadaptive.SGD(1, 2, 3)",
            "SGD is called with the wrong number of values: it takes from 0 to 1, and gets 3",
        ),
        ("None.steps", "does a function end without return?"),
        ("theta * grad(None)", "None, which is what a function without return gives"),
    ],
)
def test_what_is_meant_is_guessed(cell, says):
    assert says in causes.explain(errors.seen(_error(cell))).replace("(4,2)", "(4, 2)")


def test_what_is_not_known_is_not_explained():
    assert causes.explain(errors.seen(_error("raise ValueError('of their own')"))) == ""
