"""What students of numpy get wrong in Python: what happened in words, and the likely cause.

`CAUSES` is the table. A row is for one slip; it is recognised by the kind of the error, by what
Python says and, where that is not enough, by the student's line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

import numpy as np

from adaptive.course.causes_arrays import ARRAYS, OPERANDS
from adaptive.course.errors import Cause, Seen

# --------------------------------------------------------------------------- names

#: What students call a function of numpy.
_OF_NUMPY = {
    "ln": "np.log",
    "sqr": "np.sqrt (the root) or ** 2 (the square)",
    "squareroot": "np.sqrt",
    "pow": "np.power or **",
    "sigmoid": "1 / (1 + np.exp(-z)), since numpy has no sigmoid",
    "softmax": "np.exp and np.sum, since numpy has no softmax",
    "norm": "np.linalg.norm",
    "float": "float or np.float64",
    "int": "int or np.int64",
    "length": "len",
}
#: What an array has in the place of what lists and other languages have.
_OF_ARRAYS = {
    "append": "np.append(a, x) returns a new array, or collect the parts in a list",
    "length": "len(a), or a.shape",
    "len": "len(a), or a.shape",
    "abs": "np.abs(a)",
    "sqrt": "np.sqrt(a)",
    "exp": "np.exp(a)",
    "log": "np.log(a)",
    "square": "a**2",
    "norm": "np.linalg.norm(a)",
    "maximum": "np.maximum(a, b)",
    "extend": "np.concatenate([a, b])",
    "detach": "an array of numpy is no tensor of PyTorch, and needs no detach()",
    "numpy": "it is an array of numpy already",
}


def _no_function(seen: Seen) -> str:
    """Return what is said of a bracket after what is no function."""
    for name in re.findall(r"(?<![\w.])([^\W\d]\w*)\(", seen.line):
        if name in seen.arguments:
            return (
                f"{name} is an argument here, a number or an array, and comes before a round "
                f"bracket, which calls a function. Is a * missing? Or is the function {name} "
                "meant? Inside of this one the argument has taken its name"
            )
    return (
        "a number or an array comes before a round bracket, which calls a function. Is a * "
        "missing, as in lr * (a + b)? Or has a name of yours, such as sum, taken a function's "
        "place?"
    )


def _nearest(name: str, names: Iterable[str]) -> str:
    """Return the name that looks most like another, or nothing."""
    others = [one for one in names if one != name and not one.startswith("_")]
    by_case = {one.lower(): one for one in others}
    near = difflib.get_close_matches(name.lower(), by_case, 1, 0.7)
    return by_case[near[0]] if near else ""


def _misspelt(seen: Seen) -> str:
    name = seen.found["name"]
    says = f"there is no {name} here"
    if near := _nearest(name, seen.names):
        return f"{says}. Is {near} meant? Names must agree letter by letter, capitals included"
    if hasattr(np, name) and name not in ("e",):
        return f"{says}. Is np.{name} meant? What numpy has begins with np."
    says = (
        f"{says}: is it misspelt, or is it made in a cell above that was not run, or that stopped "
        "with an error?"
    )
    if re.search(rf'^\w+ = *{name}$|[{{,] *{name} *:|": *{name} *[,}}]', seen.line):
        return f"{says} If it is a text, it needs quotation marks"
    return says


def _called(seen: Seen) -> str:
    """Return what is called: a class goes by its own name, and not by that of `__init__`."""
    found = re.search(r"(\w+)\.__init__\(\)", seen.message)
    return found[1] if found else seen.found["name"]


def _wrong_number(seen: Seen) -> str:
    takes, given = seen.found["takes"], int(seen.found["given"])
    if "__init__" in seen.message:
        # Python counts the object itself.
        takes = re.sub(r"\d+", lambda number: str(int(number[0]) - 1), takes)
        given -= 1
    return (
        f"{_called(seen)} is called with the wrong number of values: it takes {takes}, and gets "
        f"{given}"
    )


def _unknown_argument(seen: Seen) -> str:
    which = seen.found["which"]
    says = f"{_called(seen)} has no argument that is called {which}"
    if which.lower() in ("learning_rate", "eta", "rate", "stepsize", "step_size", "alpha"):
        return f"{says}: the learning rate is called lr"
    return says


def _no_such_function(seen: Seen) -> str:
    name = seen.found["name"]
    says = f"numpy has no {name}"
    if name in _OF_NUMPY:
        return f"{says}: write {_OF_NUMPY[name]}"
    near = _nearest(name, dir(np))
    return f"{says}. Is np.{near} meant?" if near else f"{says}: is the name right?"


def _no_attribute(seen: Seen) -> str:
    kind, name = seen.found["kind"], seen.found["name"]
    if kind == "NoneType":
        return f"there is nothing (None) before .{name}: does a function end without return?"
    near = _nearest(name, seen.attributes)
    says = f"a {kind} has no .{name}"
    return f"{says}. Is .{near} meant?" if near else f"{says}: is the name right?"


def _no_such_attribute(seen: Seen) -> str:
    name = seen.found["name"]
    says = f"an array has no .{name}"
    if name in _OF_ARRAYS:
        return f"{says}: {_OF_ARRAYS[name]}"
    near = _nearest(name, dir(np.ndarray))
    return f"{says}. Is .{near} meant?" if near else f"{says}: is there a function np.{name}?"


# --------------------------------------------------------------------------- the table


CAUSES: tuple[Cause, ...] = (
    # ---- what Python cannot read
    Cause(
        "tabs and blanks",
        "TabError",
        "",
        "tabs and blanks are mixed in front of the lines: use four blanks for each level",
    ),
    Cause(
        "a body that is not indented",
        "IndentationError",
        r"expected an indented block(?: after (?P<what>.+) on line (?P<head>\d+))?",
        "the lines that belong to the line above must be further to the right: put four blanks "
        "in front of them",
    ),
    Cause(
        "a line too far to the right",
        "IndentationError",
        "unexpected indent",
        "this line is further to the right than the one above, which opens no block with a "
        "colon: put both at the same distance from the margin",
    ),
    Cause(
        "a line between two levels",
        "IndentationError",
        "unindent does not match",
        "this line is aligned with no line above it: put it exactly under the lines it belongs to",
    ),
    Cause(
        "= for ==",
        "SyntaxError",
        r"Maybe you meant '==' or ':='|cannot assign to comparison",
        "one = gives a name a value; to compare two values write ==",
    ),
    Cause(
        "something else than a name before =",
        "SyntaxError",
        r"cannot assign to (?P<what>.+?)(?: here|$|\.)",
        "what is to the left of = must be a name that gets the value, and not a formula, a "
        "number or a call",
    ),
    Cause(
        "a missing colon",
        "SyntaxError",
        r"expected ':'",
        "the colon at the end of the line is missing: def, for, while, if and else end with one",
    ),
    Cause(
        "a bracket that is not closed",
        "SyntaxError",
        r"'(?P<open>.)' was never closed",
        "this {open} has no partner: count the brackets of the line. Python may point at a line "
        "below, where it noticed",
    ),
    Cause(
        "a bracket too many",
        "SyntaxError",
        r"unmatched '(?P<close>.)'",
        "this {close} closes nothing: there is one bracket too many, or one is missing before it",
    ),
    Cause(
        "brackets of two kinds",
        "SyntaxError",
        r"closing parenthesis '(?P<close>.)' does not match opening parenthesis '(?P<open>.)'",
        "the bracket {open} is closed with {close}: round and square brackets go in pairs",
    ),
    Cause(
        "a text without its end",
        "SyntaxError",
        r"unterminated (triple-quoted )?(f-)?string|EOL while scanning",
        "a text begins with a quotation mark and does not end with the same",
    ),
    Cause(
        "a sign from the formula",
        "SyntaxError",
        r"invalid (non-printable )?character '?(?P<sign>[^' ]*)",
        "Python does not know the sign {sign}. It comes from a formula or from a page: type minus "
        'as -, a square as **2, quotation marks as "',
    ),
    Cause(
        "return without def",
        "SyntaxError",
        r"'return' outside function",
        "this return is in no function: is it indented as far as the lines above it, and is "
        "the line with def still there?",
    ),
    Cause(
        "print without brackets",
        "SyntaxError",
        r"Missing parentheses in call to",
        "what is printed goes in brackets: print(x)",
    ),
    Cause(
        "a number before a name",
        "SyntaxError",
        r"invalid decimal literal",
        "a name cannot begin with a digit, and a product needs its sign: 2 * theta, not 2theta",
    ),
    Cause(
        "lambda as a name",
        "SyntaxError",
        "invalid syntax",
        "lambda is a word of Python's own and cannot be a name: call it lam",
        line=r"\blambda\b\s*(?![\w\s,*]*:)",
    ),
    Cause(
        "else without if",
        "SyntaxError",
        "invalid syntax",
        "{word} must be exactly under its if, with nothing in between that is less indented",
        line=r"^\s*(?P<word>else|elif)\b",
    ),
    Cause(
        "a decimal comma",
        "SyntaxError",
        "leading zeros in decimal integer",
        "a number that begins with 0 goes on with digits: is a comma meant for the decimal point? "
        "Python writes 0.012, and takes a comma for the end of one value",
    ),
    Cause(
        "a missing *",
        "SyntaxError",
        "invalid syntax",
        "is a * missing? A product is written with its sign: {left} * {right}, not {left} {right}",
        line=r"(?P<left>(?<![\w.])(?!(?:return|in|if|else|and|or|not|for|while|import|from|as|def|"
        r"class|is|lambda|print|del|with|raise|yield|assert)\b)[\w.]+|\))[ ]+(?P<right>(?!(?:in|if|"
        r"else|and|or|not|for|is|as|import)\b)[^\W\d]\w*|\()",
    ),
    Cause(
        "a missing comma",
        "SyntaxError",
        r"Perhaps you forgot a comma",
        "between two values something is missing: a comma, or a sign such as *",
    ),
    Cause(
        "arguments without names last",
        "SyntaxError",
        "positional argument follows keyword argument",
        "an argument with a name, as in axis=1, comes after those without one",
    ),
    # ---- names
    Cause(
        "numpy is not imported",
        "NameError",
        r"name 'np' is not defined",
        "np does not exist yet: run the first cell of the notebook, with import numpy as np",
    ),
    Cause("a misspelt name", "NameError", r"name '(?P<name>\w+)' is not defined", _misspelt),
    Cause(
        "a local name before its value",
        "UnboundLocalError",
        r"variable '(?P<name>\w+)'",
        "{name} gets a value inside the function, and is used before that. Is the line with "
        "{name} = further down, or in an if that was not entered? If the old value is meant, it "
        "must come in as an argument",
    ),
    Cause(
        "no such function of numpy",
        "AttributeError",
        r"module 'numpy' has no attribute '(?P<name>\w+)'",
        _no_such_function,
    ),
    Cause(
        "no such attribute of an array",
        "AttributeError",
        r"'numpy.\w+' object has no attribute '(?P<name>\w+)'",
        _no_such_attribute,
    ),
    Cause(
        "a list in the place of an array",
        "AttributeError",
        r"'(?P<kind>list|tuple)' object has no attribute '(?P<name>\w+)'",
        "that is a {kind}, and only an array has .{name}: make one with np.array(...)",
    ),
    Cause(
        "a number in the place of an array",
        "AttributeError",
        r"'(?P<kind>float|int)' object has no attribute '(?P<name>\w+)'",
        "that is one number ({kind}), and only an array has .{name}",
    ),
    Cause(
        "no such attribute",
        "AttributeError",
        r"'(?:\w+\.)*(?P<kind>\w+)' object has no attribute '(?P<name>\w+)'",
        _no_attribute,
    ),
    Cause(
        "a package that is not there",
        "ModuleNotFoundError",
        r"No module named '(?P<name>[\w.]+)'",
        "{name} is not installed where this is marked. The first text of the assignment says what "
        "may be imported; the rest of this cell was not run",
    ),
    Cause(
        "a name that a package does not have",
        "ImportError",
        r"cannot import name '(?P<name>\w+)' from '(?P<package>[\w.]+)'",
        "{package} has no {name}: is it spelt as in its documentation? The rest of this cell was "
        "not run",
    ),
    # ---- functions
    Cause(
        "a function that is not called",
        "TypeError",
        OPERANDS + r".*'(function|builtin_function_or_method|method|type|ufunc)'",
        "{sign} gets a function where it needs a number: a function must be called, with what it "
        "takes in brackets, as in grad(theta)",
    ),
    Cause(
        "a function that is compared",
        "TypeError",
        r"not supported between instances of .*'(function|method|builtin_function_or_method)'",
        "a function is compared where a number is meant: call it, with what it takes in brackets, "
        "as in run(lr)",
    ),
    Cause(
        "a function that is not called, in a function of numpy",
        "TypeError",
        r"of type (function|method)|bad operand type for .*'(function|method)'",
        "a function is handed over where a number is needed: call it, with what it takes in "
        "brackets, as in grad(theta)",
    ),
    Cause(
        "square brackets for round ones",
        "TypeError",
        r"'(function|builtin_function_or_method|method|type|_Gradient)' object is not subs",
        "a function is called with round brackets, grad(theta); square ones take an element out "
        "of an array",
    ),
    Cause(
        "a missing * before a bracket",
        "TypeError",
        r"'(numpy\.)?(?P<kind>ndarray|float64|float|int|list)' object is not callable",
        _no_function,
    ),
    Cause(
        "a rule where its class is meant",
        "TypeError",
        r"'(?P<rule>[A-Z]\w+)' object is not callable",
        "a rule that has its settings already is called as if it were the class: where a class is "
        "asked for, hand over {rule} itself, without brackets",
    ),
    Cause(
        "a module that is called",
        "TypeError",
        r"'module' object is not callable",
        "a package is called as if it were a function: the function is inside it, as in np.sqrt(x)",
    ),
    Cause(
        "a function that returns nothing",
        "TypeError",
        OPERANDS + r".*'NoneType'",
        "one of the two values is None, which is what a function without return gives: does each "
        "function that is called here end with return?",
    ),
    Cause(
        "nothing to take apart",
        "TypeError",
        r"'NoneType' object is not|non-iterable NoneType",
        "this value is None, which is what a function without return gives: does the function "
        "that is called here end with return?",
    ),
    Cause(
        "too few arguments",
        "TypeError",
        r"(?P<name>\w+)>?\(\) missing \d+ required \S+ arguments?: (?P<which>.+)",
        "{name} is called with too few values: {which} is missing in the brackets",
    ),
    Cause(
        "np.vstack without a list",
        "TypeError",
        r"(?P<name>\w*stack)\(\) takes 1 positional argument",
        "np.{name} takes its arrays in one list: np.{name}([a, b])",
    ),
    Cause(
        "too many or too few arguments",
        "TypeError",
        r"(?P<name>\w+)>?\(\) takes (?P<takes>.+?) positional arguments? but (?P<given>\d+)",
        _wrong_number,
    ),
    Cause(
        "an argument that is not known",
        "TypeError",
        r"(?P<name>\w+)>?\(\) got an unexpected keyword argument '(?P<which>\w+)'",
        _unknown_argument,
    ),
    Cause(
        "the wrong number of names",
        "ValueError",
        r"(?P<how>not enough|too many) values to unpack",
        "there are {how} values for the names to the left of =: count what the right side gives. "
        "The columns of X come out with x0, x1 = X.T",
    ),
    Cause(
        "calls itself without end",
        "RecursionError",
        "",
        "the function calls itself again and again. Does a function here have the same name as one "
        "that is called in it?",
    ),
    *ARRAYS,
    # ---- time
    Cause(
        "a loop without end",
        "KeyboardInterrupt",
        "",
        "the time was up, and it was still at work here: is there a loop that never ends, or a "
        "condition that nothing in the loop changes?",
    ),
)


def explain(seen: Seen) -> str:
    """Return what happened and the likely cause, from the first row that fits, or nothing."""
    for cause in CAUSES:
        if (says := cause.explain(seen)) is not None:
            return says
    return ""
