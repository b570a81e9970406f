"""Ways to make one step on some of PyTorch's tensors: all compute what the recipe says."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import torch

from adaptive.export import fused, torch_triton
from adaptive.export.recipe import Recipe
from adaptive.export.torch_batch import HALF, Batch
from adaptive.large import kernel
from adaptive.large.cache import call, module
from adaptive.large.engine import SMALL, Engine
from adaptive.tracing import flat
from adaptive.tracing.graph import OPERATIONS

Tensor = Any  # torch has no types where it is not installed
ENGINES = ("auto", "plain", "foreach", "numba", "triton", "compiled")


def choose(
    recipe: Recipe, parameter: Tensor, elements: int, asked: str, capturable: bool = False
) -> Engine:
    """Return how a step on a parameter is made, and why; its group has so many elements.

    Raises
    ------
    ValueError
        If the engine that was asked for cannot make it.
    """
    if asked != "auto":
        said = _obstacle(asked, recipe, parameter, capturable)
        if said:
            raise ValueError(f"engine must not be {asked!r} here: {said}")
        return Engine(asked, "it was asked for")
    if parameter.device.type == "cpu" and elements < SMALL:
        return Engine("plain", f"{elements} elements are fewer than {SMALL}")
    said = ""
    for name, reason in BEST["cpu" if parameter.device.type == "cpu" else "gpu"].items():
        said = _obstacle(name, recipe, parameter, capturable)
        if not said:
            return Engine(name, reason)
    return Engine("plain", said)


def kind_of(parameter: Tensor) -> tuple[Any, ...]:
    """Return what decides by which engine a parameter is moved, beside its group."""
    if torch.compiler.is_compiling():
        return parameter.device, parameter.dtype
    aligned = parameter.data_ptr() % fused.ALIGNED == 0
    return parameter.device, parameter.dtype, parameter.is_contiguous(), aligned


#: What is tried on a device, the best first, and why.
BEST = {
    "cpu": {"numba": "numba is installed"},
    "gpu": {"triton": "Triton is installed", "foreach": "it starts fewer kernels"},
}


def _obstacle(name: str, recipe: Recipe, parameter: Tensor, capturable: bool) -> str:
    """Return what keeps an engine from making a step, if anything does."""
    if capturable and name in ("foreach", "numba"):
        return "it takes numbers, and with capturable they are tensors"
    if name in OBSTACLES:
        return OBSTACLES[name](recipe, parameter)
    return ""


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
    if not _installed("numba"):
        return 'numba is not installed: pip install "adaptive-optimizers[fast]"'
    if parameter.device.type != "cpu":
        return f"numba compiles for the CPU, and the parameter is on {parameter.device}"
    if parameter.dtype not in (torch.float32, torch.float64):
        return f"numba compiles float32 and float64, and the parameter is {parameter.dtype}"
    return "" if parameter.is_contiguous() else "the parameter is not contiguous"


def _no_triton(recipe: Recipe, parameter: Tensor) -> str:
    if not _installed("triton"):
        return "Triton is not installed: pip install triton"
    # Its interpreter has no device.
    if parameter.device.type != "cuda" and os.environ.get("TRITON_INTERPRET") != "1":
        return f"Triton compiles for GPUs, and the parameter is on {parameter.device}"
    if not parameter.is_contiguous():
        return "the parameter is not contiguous"
    if parameter.data_ptr() % fused.ALIGNED:
        return f"the parameter does not begin at a multiple of {fused.ALIGNED} bytes"
    return ""


OBSTACLES = {"foreach": _no_foreach, "numba": _no_numba, "triton": _no_triton}


@cache
def _installed(name: str) -> bool:
    return find_spec(name) is not None


def run(name: str, batch: Batch) -> None:
    """Make one step on some parameters in place, by the engine of that name."""
    WAYS[name](batch)


# ------------------------------------------------------------------ one tensor at a time


def _sign(x: Tensor) -> Tensor:
    """Return the sign as numpy has it: NaN of NaN, where torch has 0."""
    return torch.where(torch.isnan(x), x, torch.sign(x))


def _where(condition: Tensor, one: Tensor, other: Tensor) -> Tensor:
    """Choose as numpy does, where a condition on the step number alone has come as a number."""
    chosen = condition if condition.dtype == torch.bool else condition != 0
    return torch.where(chosen, one, other)


def _of_numbers(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return a function of tensors as one of tensors and numbers."""

    def call(*args: Any) -> Tensor:
        return function(
            *(
                each if isinstance(each, torch.Tensor) else torch.tensor(each, dtype=torch.float64)
                for each in args
            )
        )

    return call


#: torch's functions by numpy's names.
FUNCTIONS = SimpleNamespace(
    **{name: getattr(torch, name) for name in OPERATIONS if hasattr(torch, name)},
    power=torch.pow,
    where=_where,
)
FUNCTIONS.sign = _sign


#: The same for numbers, of which some are tensors: all are in double precision.
NUMBERS = SimpleNamespace(**{name: _of_numbers(each) for name, each in vars(FUNCTIONS).items()})


def shared_on_device(
    recipe: Recipe, steps: Tensor, hyper: Mapping[str, Any], before: Mapping[str, Any]
) -> Tensor:
    """Return what all elements share, a row for each parameter, from its step numbers."""
    shared = recipe.scalars(NUMBERS, steps, hyper, before)
    nothing = torch.zeros_like(steps)
    return torch.stack([nothing + each for each in shared], dim=1)


def _plain(batch: Batch) -> None:
    for parameter, gradient, state, numbers in batch.each():
        first = (parameter.to(gradient.dtype),) if batch.recipe.sees_theta else ()
        change, *new = batch.recipe.on_arrays(FUNCTIONS, *first, gradient, *state, *numbers)
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


def _foreach(batch: Batch) -> None:
    parameters = list(batch.parameters)
    olds = [list(each) for each in zip(*batch.states, strict=True)]
    first = (parameters,) if batch.recipe.sees_theta else ()
    changes, *news = batch.recipe.on_lists(_Lists(), *first, batch.wide, *olds, *batch.shared)
    torch._foreach_add_(parameters, changes)
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
def _loops(recipe: Recipe) -> ModuleType:
    return module("torch", kernel.loop(recipe.split, "a rule") + kernel.several(recipe.split))


def _numba(batch: Batch) -> None:
    made = _loops(batch.recipe)
    gradients = [gradient.contiguous() for gradient in batch.wide]
    tensors = [*zip(batch.parameters, gradients, *zip(*batch.states, strict=True), strict=True)]
    like = np.empty(0, str(batch.parameters[0].dtype).removeprefix("torch."))
    numbers = [like.dtype.type(number) for number in batch.shared]
    few = [each for each in tensors if each[0].numel() < kernel.PARALLEL]
    if few:
        rows = [[*map(torch.Tensor.data_ptr, each), each[0].numel()] for each in few]
        call(made, "several", np.array(rows), like, *numbers)
    for each in tensors:
        if each[0].numel() >= kernel.PARALLEL:
            kernel.run(made, *(tensor.detach().view(-1).numpy() for tensor in each), *numbers)
    batch.noted()


# ------------------------------------------------------------------ torch.compile


@cache
def _compiled_step(recipe: Recipe) -> Callable[..., None]:
    space: dict[str, Any] = {"xp": FUNCTIONS}
    exec(compile(in_place_source(recipe), "<adaptive: compiled step>", "exec"), space)
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


def _compiled(batch: Batch) -> None:
    step = _compiled_step(batch.recipe)
    # The numbers are tensors: Python's would be compiled into the code, each step anew.
    for parameter, gradient, state, numbers in batch.each():
        step(parameter, gradient, *state, *numbers)


WAYS: dict[str, Callable[[Batch], None]] = {
    "plain": _plain,
    "foreach": _foreach,
    "numba": _numba,
    "triton": torch_triton.run,
    "compiled": _compiled,
}
