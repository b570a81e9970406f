"""A program as one flat Python function: a line for each operation.

numpy, numba, Triton, PyTorch, JAX and Keras run it: it needs Python's operators, and functions
named after numpy's. How each writes an operation is its `Language`.
"""

from __future__ import annotations

import linecache
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from adaptive.tracing.graph import Node, Program

#: What Python has operators for.
OPERATORS: dict[str, str] = {
    "add": "{0} + {1}",
    "subtract": "{0} - {1}",
    "multiply": "{0} * {1}",
    "divide": "{0} / {1}",
    "less": "{0} < {1}",
    "less_equal": "{0} <= {1}",
    "greater": "{0} > {1}",
    "greater_equal": "{0} >= {1}",
    "equal": "{0} == {1}",
    "not_equal": "{0} != {1}",
    "negative": "-{0}",
}

#: What an input is not called in a function: names that stand for something else there.
_TAKEN = frozenset(
    (
        *("element", "g", "i", "np", "numba", "step", "t", "theta", "xp"),
        *("inside", "libdevice", "numbers", "row", "tl", "triton"),
    )
)
#: How the names begin that the functions give to other inputs, and to places in memory.
_TAKEN_TOO = re.compile(r"c\d|at_|hyper_|state_|before_")


@dataclass(frozen=True)
class Language:
    """How operations are written.

    Attributes
    ----------
    prefix : str
        What functions belong to, such as ``"np."``.
    templates : mapping from str to str
        For an operation that is no function of numpy's name: how it is written, with ``{0}``,
        ``{1}``, … where its arguments go.
    """

    prefix: str = "np."
    templates: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, op: str, args: list[str]) -> str:
        """Return an operation as it is written."""
        if op in self.templates:
            return self.templates[op].format(*args)
        return f"{self.prefix}{op}({', '.join(args)})"


#: Functions of a module that is handed over: numpy's, or what has functions of their names.
FUNCTIONS = Language("xp.")
#: Arrays that have operators, and a module with functions for the rest.
ARRAYS = Language("xp.", {**OPERATORS, "absolute": "abs({0})"})


def lines(program: Program, language: Language) -> tuple[list[str], list[str]]:
    """Return a program as lines of Python, and the names that its results then have.

    Parameters
    ----------
    program : Program
        What is computed. Its inputs have the names that `parameter` gives them.
    language : Language
        How operations are written.

    Returns
    -------
    lines, results : list of str
        A line for each operation, and a name or number for each output.
    """
    used = [parameter(name) for name in program.inputs]
    prefix = "x"
    while any(re.fullmatch(rf"{prefix}\d+", name) for name in used):
        prefix += "_"
    names: dict[Node, str] = {}
    written: list[str] = []
    for node in program.nodes():
        if node.op == "symbol":
            names[node] = parameter(node.value)
        elif node.op == "number":
            names[node] = _number(node.value)
        else:
            names[node] = f"{prefix}{len(written)}"
            expression = language(node.op, [names[arg] for arg in node.args])
            written.append(f"{names[node]} = {expression}")
    return written, [names[node] for node in program.outputs]


def parameter(name: str) -> str:
    """Return the name that an input of a program has in a function.

    Examples
    --------
    >>> parameter("state.v"), parameter("hyper.lr"), parameter("$0"), parameter("state.g")
    ('v', 'hyper_lr', 'c0', 'state_g')
    """
    kind, dot, rest = name.rpartition(".")
    if kind == "state" and rest not in _TAKEN and not _TAKEN_TOO.match(rest):
        return rest
    return f"{kind}_{rest}" if dot else name.replace("$", "c")


def _number(value: float) -> str:
    text = repr(value)
    if text.strip("-") in ("inf", "nan"):
        return f'float("{text}")'
    return f"({text})" if text.startswith("-") else text


def function_source(name: str, program: Program, language: Language) -> str:
    """Return a program as the source of a function of ``xp`` and its inputs.

    Parameters
    ----------
    name : str
        What the function is called.
    program : Program
        What it computes.
    language : Language
        How operations are written; ``xp`` is the module of its functions.

    Returns
    -------
    str
        Python: a function that returns a tuple.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.tracing import trace_rule
    >>> print(function_source("momentum", trace_rule(Momentum()).update, ARRAYS))
    def momentum(xp, g, t, v, hyper_lr, hyper_momentum):
        x0 = hyper_momentum * v
        x1 = hyper_lr * g
        x2 = x0 + x1
        x3 = -x2
        return (x3, x2,)
    <BLANKLINE>
    """
    written, results = lines(program, language)
    body = "".join(f"    {line}\n" for line in written)
    inputs = ", ".join(("xp", *map(parameter, program.inputs)))
    returned = "".join(f"{result}, " for result in results).rstrip()
    return f"def {name}({inputs}):\n{body}    return ({returned})\n"


def element_source(program: Program, language: Language) -> str:
    """Return what is done to one element as the source of a function for a compiler.

    Parameters
    ----------
    program : Program
        What it computes.
    language : Language
        How operations are written.

    Returns
    -------
    str
        Python: a function ``element`` that returns the results.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> from adaptive.tracing.split import split
    >>> print(element_source(split(Momentum).elements, ARRAYS))
    def element(g, v, c0, c1):
        x0 = c0 * v
        x1 = c1 * g
        x2 = x0 + x1
        x3 = -x2
        return x3, x2
    <BLANKLINE>
    """
    written, results = lines(program, language)
    body = textwrap.indent("\n".join((*written, f"return {', '.join(results)}")), "    ")
    return f"def element({', '.join(map(parameter, program.inputs))}):\n{body}\n"


def function(name: str, program: Program, language: Language) -> Callable[..., tuple[Any, ...]]:
    """Return a program as a function; see `function_source`.

    Two programs that are the same text are one function.
    """
    made: Callable[..., tuple[Any, ...]] = defined(name, function_source(name, program, language))
    return made


@cache
def defined(name: str, text: str) -> Any:
    """Return what a source defines under a name."""
    path = f"<adaptive: {name}, {hash(text) & 0xFFFFFFFF:08x}>"
    # So that tracebacks and `inspect.getsource` show what ran.
    linecache.cache[path] = (len(text), None, text.splitlines(keepends=True), path)
    space: dict[str, Any] = {"__name__": __name__}
    exec(compile(text, path, "exec"), space)
    return space[name]
