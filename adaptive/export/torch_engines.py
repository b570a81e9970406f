"""Ways to make one step on some of PyTorch's tensors: all compute what the recipe says."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from functools import cache
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any

import torch

from adaptive.export.recipe import Recipe
from adaptive.large import kernel
from adaptive.large.cache import module
from adaptive.large.engine import SMALL, Engine
from adaptive.tracing import flat
from adaptive.tracing.graph import OPERATIONS

Tensor = Any  # torch has no types where it is not installed
ENGINES = ("auto", "plain", "foreach", "numba", "compiled")
HALF = (torch.float16, torch.bfloat16)


def single(dtype: Any) -> Any:
    """Return the dtype that is computed in: single precision for half, others as they are."""
    return torch.float32 if dtype in HALF else dtype


def choose(recipe: Recipe, parameter: Tensor, asked: str) -> Engine:
    """Return how a step on a parameter is made, and why.

    Raises
    ------
    ValueError
        If the engine that was asked for cannot make it.
    """
    obstacle = {"foreach": _no_foreach, "numba": _no_numba}
    if asked != "auto":
        said = obstacle[asked](recipe, parameter) if asked in obstacle else ""
        if said:
            raise ValueError(f"engine must not be {asked!r} here: {said}")
        return Engine(asked, "it was asked for")
    if parameter.device.type != "cpu":
        said = _no_foreach(recipe, parameter)
        return Engine("plain", said) if said else Engine("foreach", "it starts fewer kernels")
    if parameter.numel() < SMALL:
        return Engine("plain", f"{parameter.numel()} elements are fewer than {SMALL}")
    said = _no_numba(recipe, parameter)
    return Engine("plain", said) if said else Engine("numba", "numba is installed")


def _no_foreach(recipe: Recipe, parameter: Tensor) -> str:
    program = recipe.split.elements
    if lacking := {n.op for n in program.nodes() if n.args} - FOREACH.keys():
        return f"no operation on lists of tensors does {', '.join(sorted(lacking))}"
    if any(node.op == "symbol" and node.value[0] == "$" for node in program.outputs):
        return "what it gives is one number for all elements"
    if parameter.dtype in HALF:
        return f"{parameter.dtype} is computed in single precision"
    return ""


def _no_numba(recipe: Recipe, parameter: Tensor) -> str:
    if find_spec("numba") is None:
        return 'numba is not installed: pip install "adaptive-optimizers[fast]"'
    if parameter.device.type != "cpu":
        return f"numba compiles for the CPU, and the parameter is on {parameter.device}"
    if parameter.dtype not in (torch.float32, torch.float64):
        return f"numba compiles float32 and float64, and the parameter is {parameter.dtype}"
    return "" if parameter.is_contiguous() else "the parameter is not contiguous"


def run(
    name: str,
    recipe: Recipe,
    parameters: Sequence[Tensor],
    gradients: Sequence[Tensor],
    states: Sequence[Sequence[Tensor]],
    shared: Sequence[float],
) -> None:
    """Make one step on some parameters in place.

    Parameters
    ----------
    name : str
        The engine.
    recipe : Recipe
        What is done.
    parameters, gradients : sequence of tensor
        The parameters, which are written over, and their gradients.
    states : sequence of sequence of tensor
        The state arrays of each parameter, which are written over.
    shared : sequence of float
        What all elements share.
    """
    gradients = [
        gradient.to(single(parameter.dtype))
        for gradient, parameter in zip(gradients, parameters, strict=True)
    ]
    WAYS[name](recipe, parameters, gradients, states, shared)


# ------------------------------------------------------------------ one tensor at a time


def _sign(x: Tensor) -> Tensor:
    """Return the sign as numpy has it: NaN of NaN, where torch has 0."""
    return torch.where(torch.isnan(x), x, torch.sign(x))


def _where(condition: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """Choose as numpy does, where a condition on the step number alone has come as a number."""
    chosen = condition if condition.dtype == torch.bool else condition != 0
    return torch.where(chosen, one, other)


#: torch's functions by numpy's names.
FUNCTIONS = SimpleNamespace(
    **{name: getattr(torch, name) for name in OPERATIONS if hasattr(torch, name)},
    power=torch.pow,
    where=_where,
)
FUNCTIONS.sign = _sign


def _plain(recipe: Recipe, parameters: Any, gradients: Any, states: Any, shared: Any) -> None:
    function = flat.function("step", recipe.split.elements, flat.ARRAYS)
    # As tensors without dimensions: these promote nothing, and functions take them.
    numbers = torch.tensor(shared, dtype=torch.float64).unbind()
    for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
        first = (parameter.to(gradient.dtype),) if recipe.sees_theta else ()
        change, *new = function(FUNCTIONS, *first, gradient, *state, *numbers)
        _write(parameter, change, state, new)


def _write(parameter: Tensor, change: Tensor, state: Sequence[Tensor], new: Any) -> None:
    """Write what was computed over what it was computed from."""
    # First, as it may be one of the arrays that are written over next.
    if parameter.dtype in HALF:
        parameter.copy_(parameter.float() + change)
    else:
        parameter.add_(change)
    kept = [
        each.clone() if any(each is other for other in state if other is not old) else each
        for old, each in zip(state, new, strict=True)
    ]
    for old, each in zip(state, kept, strict=True):
        if each is not old:
            old.copy_(each)


# ------------------------------------------------------------------ lists of tensors


def _listed(name: str, first: Any, second: Any = None) -> Any:
    """Apply an operation on lists, or on a list and a number."""
    if second is None:
        return getattr(torch, f"_foreach_{name}")(first)
    if isinstance(first, float) and name in ("add", "mul", "maximum", "minimum"):
        first, second = second, first
    if isinstance(first, float) and name == "sub":
        return torch._foreach_add(torch._foreach_neg(second), first)
    if isinstance(first, float) and name == "div":
        return torch._foreach_mul(torch._foreach_reciprocal(second), first)
    return getattr(torch, f"_foreach_{name}")(first, second)


#: numpy's operations by torch's names for those on lists.
FOREACH = {
    "add": "add",
    "subtract": "sub",
    "multiply": "mul",
    "divide": "div",
    "power": "pow",
    "maximum": "maximum",
    "minimum": "minimum",
    "negative": "neg",
    "absolute": "abs",
    **{name: name for name in ("sqrt", "reciprocal", "exp", "expm1", "log", "log1p", "log2")},
    **{name: name for name in ("log10", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
}


class _Lists:
    """numpy's functions for lists of tensors."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *args: list(_listed(FOREACH[name], *args))


def _foreach(recipe: Recipe, parameters: Any, gradients: Any, states: Any, shared: Any) -> None:
    function = flat.function("step", recipe.split.elements, flat.FUNCTIONS)
    olds = [list(each) for each in zip(*states, strict=True)]
    first = (list(parameters),) if recipe.sees_theta else ()
    changes, *news = function(_Lists(), *first, list(gradients), *olds, *shared)
    torch._foreach_add_(list(parameters), changes)
    moved = [
        [each.clone() for each in new] if any(new is other for other in olds if other is not old)
        else new
        for old, new in zip(olds, news, strict=True)
    ]  # fmt: skip
    for old, new in zip(olds, moved, strict=True):
        if new is not old:
            torch._foreach_copy_(old, new)


# ------------------------------------------------------------------ numba, on the tensors' memory


@cache
def _loops(name: str, text: str) -> ModuleType:
    return module(name, text)


def _numba(recipe: Recipe, parameters: Any, gradients: Any, states: Any, shared: Any) -> None:
    made = _loops("torch", kernel.loop(recipe.split, "a rule"))
    for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
        tensors = (parameter, gradient.contiguous(), *state)
        arrays = [tensor.detach().view(-1).numpy() for tensor in tensors]
        kernel.run(made, *arrays, *map(arrays[0].dtype.type, shared))
    # What was written past torch's eyes, so that a backward pass that needs the old values says so.
    for tensor in (*parameters, *(each for state in states for each in state)):
        torch.autograd.graph.increment_version(tensor)


# ------------------------------------------------------------------ torch.compile


@cache
def _compiled_step(recipe_text: str) -> Callable[..., None]:
    space: dict[str, Any] = {"xp": FUNCTIONS}
    exec(compile(recipe_text, "<adaptive: compiled step>", "exec"), space)
    made: Callable[..., None] = torch.compile(space["step"], dynamic=None)
    return made


def in_place_source(recipe: Recipe) -> str:
    """Return a step in place as a function of a parameter, its gradient, its state and numbers.

    Each rule has a source, and so a code object, of its own: torch compiles one code only so often.
    """
    elements = recipe.split.elements
    lines, (change, *new) = flat.lines(elements, flat.ARRAYS)
    inputs = [flat.parameter(name) for name in elements.inputs]
    olds = [flat.parameter(f"state.{name}") for name in recipe.state_names]
    numbers = [name for name in inputs if name not in ("theta", "g", *olds)]
    # A new array that is an old one is copied before that is written over.
    news = [f"{name}.clone()" if name in olds else name for name in new]
    lines = [
        "theta = parameter.to(g.dtype)",
        *lines,
        f"moved = theta + {change}",
        *(f"new_{k} = {name}" for k, name in enumerate(news)),
        "parameter.copy_(moved)",
        *(f"{old}.copy_(new_{k})" for k, old in enumerate(olds)),
    ]
    head = f"def step({', '.join(('parameter', 'g', *olds, *numbers))}):\n"
    return head + textwrap.indent("\n".join(lines), "    ") + "\n"


def _compiled(recipe: Recipe, parameters: Any, gradients: Any, states: Any, shared: Any) -> None:
    step = _compiled_step(in_place_source(recipe))
    # Tensors: a number would be compiled into the code, each step anew.
    numbers = torch.tensor(shared, dtype=torch.float64).unbind()
    for parameter, gradient, state in zip(parameters, gradients, states, strict=True):
        step(parameter, gradient, *state, *numbers)


WAYS: dict[str, Callable[..., None]] = {
    "plain": _plain,
    "foreach": _foreach,
    "numba": _numba,
    "compiled": _compiled,
}
