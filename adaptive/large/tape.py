"""A program run by numpy on blocks that fit the cache, into buffers that are used again.

Plain expressions make new arrays for their intermediate results. At ten million elements
most of their time goes into fetching fresh memory for these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from adaptive.tracing import Node, Program
from adaptive.tracing.split import split

Array = npt.NDArray[Any]

#: Bytes of one array in a block: all arrays and buffers of a block together fit the second cache,
#: and numpy's calls, about a microsecond each, are few beside what they do.
BLOCK = 1 << 17


@dataclass(frozen=True)
class Operation:
    """One ufunc call: the places of its arguments, and the place of its result."""

    ufunc: Any
    args: tuple[int, ...]
    out: int


@dataclass(frozen=True)
class Tape:
    """A step as ufunc calls on numbered places: first the inputs, then the buffers.

    Attributes
    ----------
    operations : tuple of Operation
        In order.
    states : tuple of int
        Where the state is.
    outputs : tuple of int
        Where the step and the new state are at the end.
    places : int
        How many places there are.
    """

    operations: tuple[Operation, ...]
    states: tuple[int, ...]
    outputs: tuple[int, ...]
    places: int


@cache
def tape(kind: Any, varying: tuple[str, ...]) -> Tape | None:
    """Return a class of rules as a tape; None if it does more than numpy can put into a buffer.

    A buffer is used again as soon as nothing needs what is in it.
    """
    program = split(kind, varying).elements
    nodes = list(program.nodes())
    last_use = {arg: node for node in nodes for arg in node.args}
    place = {n: program.inputs.index(n.value) for n in nodes if n.op == "symbol"}
    states = tuple(k for k, name in enumerate(program.inputs) if name.startswith("state."))
    home = _homes(program, states, last_use)
    free: list[int] = []
    places, operations = len(program.inputs), []
    for node in nodes:
        if node.op == "symbol":
            continue
        ufunc = getattr(np, node.op)
        # Comparisons give booleans, and np.where is no ufunc: neither fits a buffer of floats.
        if not isinstance(ufunc, np.ufunc) or "?" in ufunc.types[-1].split("->")[1]:
            return None
        args = tuple(place[arg] for arg in node.args)
        over = {arg for arg in node.args if last_use[arg] is node and arg not in program.outputs}
        free += [place[arg] for arg in over if place[arg] >= len(program.inputs)]
        if node in home:
            place[node] = home[node]
        elif free:
            place[node] = free.pop()
        else:
            place[node], places = places, places + 1
        operations.append(Operation(ufunc, args, place[node]))
    outputs = tuple(place[node] for node in program.outputs)
    return Tape(tuple(operations), states, outputs, places)


def _homes(program: Program, states: Sequence[int], last_use: dict[Node, Node]) -> dict[Node, int]:
    """Return the new state arrays that can be written over the old ones at once."""
    order = {node: k for k, node in enumerate(program.nodes())}
    old = {node.value: node for node in order if node.op == "symbol"}
    home: dict[Node, int] = {}
    for k, new in zip(states, program.outputs[1:], strict=True):
        before = old.get(program.inputs[k])
        # At once means that nothing which comes later needs the old one, nor what is returned.
        if new.op == "symbol" or before in program.outputs:
            continue
        if before is None or order[last_use[before]] <= order[new]:
            home.setdefault(new, k)
    return home


def run(made: Tape, theta: Array, arrays: Sequence[Array], shared: Sequence[float]) -> None:
    """Make one step in place.

    Parameters
    ----------
    made : Tape
        The step.
    theta : ndarray, shape (n,)
        The parameters. They may be of another dtype than the arrays: half precision.
    arrays : sequence of ndarray, shape (n,)
        The inputs of the tape that are arrays: the state is replaced, the others are read. What
        is computed has the dtype of the first, the gradient.
    shared : sequence of float
        What all elements share.
    """
    dtype = arrays[0].dtype
    size = max(BLOCK // dtype.itemsize, 1)
    inputs = len(arrays) + len(shared)
    scalars = [dtype.type(value) for value in shared]
    buffers = np.empty((made.places - inputs, min(size, theta.size)), dtype)
    for begin in range(0, theta.size, size):
        block = slice(begin, begin + size)
        part = theta[block]
        # Of half precision is theta alone, which is only read before the step is made.
        parts = [array[block].astype(dtype, copy=False) for array in arrays]
        place = [*parts, *scalars, *(buffer[: part.size] for buffer in buffers)]
        for operation in made.operations:
            operation.ufunc(*map(place.__getitem__, operation.args), out=place[operation.out])
        step, *state = made.outputs
        moves = [(k, out) for k, out in zip(made.states, state, strict=True) if out != k]
        # Of an array of the caller's a copy, as it may be written over before its turn comes.
        moved = [(k, place[out].copy() if out < len(parts) else place[out]) for k, out in moves]
        np.add(part, place[step], out=part)
        for k, new in moved:
            np.copyto(parts[k], new)
