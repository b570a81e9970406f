"""Expressions: nodes, each stored once, and the objects that make them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

#: The ufuncs that can be recorded, with the number of their arguments. A printer knows them all.
OPERATIONS: dict[str, int] = {
    **dict.fromkeys(("add", "subtract", "multiply", "divide", "power", "maximum", "minimum"), 2),
    **dict.fromkeys(("less", "less_equal", "greater", "greater_equal", "equal", "not_equal"), 2),
    **dict.fromkeys(("negative", "absolute", "sign", "sqrt", "square", "reciprocal"), 1),
    **dict.fromkeys(("exp", "expm1", "log", "log1p", "log2", "log10"), 1),
    **dict.fromkeys(("sin", "cos", "tan", "arcsin", "arccos", "arctan"), 1),
    **dict.fromkeys(("sinh", "cosh", "tanh"), 1),
}

#: Other names of the same operation.
ALIASES = {"fabs": "absolute", "abs": "absolute", "float_power": "power", "pow": "power"}

#: An expression of more nodes is no formula any more but a data set.
MOST_NODES = 2_000


class TracingError(TypeError):
    """A computation cannot be recorded; the message says which part, and what to write instead."""


@dataclass(frozen=True, slots=True)
class Node:
    """One operation on others, or a leaf: a symbol or a number.

    Attributes
    ----------
    op : str
        The name of a ufunc, ``"where"``, ``"symbol"`` or ``"number"``.
    args : tuple of Node
        What it is applied to.
    value : str, float or None
        The name of a symbol, the value of a number.
    """

    op: str
    args: tuple[Node, ...] = field(default=(), repr=False)
    value: Any = None

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        # A graph makes each node once, so that equal ones are the same one.
        return self is other


class Graph:
    """The nodes of some expressions, each stored once, with what it is made of before it."""

    def __init__(self) -> None:
        self._nodes: dict[tuple[Any, ...], Node] = {}

    def node(self, op: str, *args: Node, value: Any = None) -> Node:
        """Return the node of an operation, the one that is there if there is one."""
        # A number by its text: 0.0 and -0.0 are equal, and yet two numbers.
        key = (op, repr(value), *map(id, args))
        if key not in self._nodes:
            if len(self._nodes) >= MOST_NODES:
                raise TracingError(
                    f"it makes an expression of more than {MOST_NODES} operations: sums over data "
                    "are not recorded"
                )
            self._nodes[key] = Node(op, args, value)
        return self._nodes[key]

    def symbol(self, name: str) -> Traced:
        """Return a traced object that stands for an input."""
        return Traced(self, self.node("symbol", value=name))

    def as_node(self, value: Any) -> Node:
        """Return the node of a traced object, or of a number."""
        if isinstance(value, Traced):
            if value._graph is not self:
                raise TracingError("it mixes two recordings: keep nothing from one call to another")
            return value._node
        if isinstance(value, np.ndarray) and value.ndim == 0:
            value = value.item()
            if isinstance(value, Traced):
                return self.as_node(value)
        if isinstance(value, int | float | np.integer | np.floating | np.bool_):
            return self.node("number", value=float(value))
        what = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else repr(value)
        raise TracingError(f"it computes with {what}, where only numbers can be recorded")


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """A number that is not there yet: it records what is done with it.

    numpy hands every ufunc that meets one to ``__array_ufunc__``; arithmetic
    ends there as well.
    """

    def __init__(self, graph: Graph, node: Node) -> None:
        self._graph = graph
        self._node = node

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Any:
        name = ALIASES.get(ufunc.__name__, ufunc.__name__)
        if method != "__call__" or name == "matmul":
            part = f"np.{name}" if method == "__call__" else f"np.{name}.{method}"
            raise TracingError(
                f"it uses {part}, which combines elements, where only elementwise operations can "
                "be recorded"
            )
        if kwargs.get("out") is not None:
            raise TracingError("it changes an array in place: write `m = m + g`, not `m += g`")
        if kwargs:
            raise TracingError(
                f"it calls np.{name} with {', '.join(kwargs)}=, which cannot be recorded"
            )
        if name not in OPERATIONS and name != "positive":
            raise TracingError(f"it uses np.{name}, which cannot be recorded")
        if any(isinstance(value, np.ndarray) and value.ndim for value in inputs):
            return _elementwise(ufunc, inputs)
        nodes = [self._graph.as_node(value) for value in inputs]
        if name == "positive":
            return self
        return Traced(self._graph, self._graph.node(name, *nodes))

    def __array_function__(
        self, func: Callable[..., Any], types: Any, args: Any, kwargs: Any
    ) -> Any:
        if func is np.where and len(args) == 3:
            nodes = [self._graph.as_node(value) for value in args]
            return Traced(self._graph, self._graph.node("where", *nodes))
        if func is np.clip and len(args) == 3 and not kwargs:
            value, low, high = args
            return np.minimum(np.maximum(value, low), high)
        raise TracingError(
            f"it uses np.{func.__name__}, where only elementwise functions of numpy (and np.where) "
            "can be recorded"
        )

    def __getattr__(self, name: str) -> Any:
        # In an array of objects, numpy's functions call the objects' methods.
        if OPERATIONS.get(name) == 1:
            ufunc = getattr(np, name)
            return lambda: ufunc(self)
        if name.startswith("__"):
            raise AttributeError(name)
        raise TracingError(f"it uses `.{name}` of an array, which cannot be recorded")

    def __bool__(self) -> bool:
        raise TracingError(
            "it branches on data (`if`, `and`, `or`, `max`, `min` of an array): use np.where, "
            "np.maximum or np.minimum"
        )

    def __float__(self) -> float:
        raise TracingError(
            "it turns an array into one number, as float() and the functions of `math` do: use "
            "numpy's functions"
        )

    __int__ = __index__ = __complex__ = __float__

    def __repr__(self) -> str:
        return f"<Traced: {self._node.op} {self._node.value or ''}>"


def _boxed(value: Any) -> npt.NDArray[Any]:
    """Return an array as it is, and anything else as an array that holds it."""
    if isinstance(value, np.ndarray):
        return value
    boxed = np.empty((), dtype=object)
    boxed[()] = value
    return boxed


def _elementwise(ufunc: np.ufunc, inputs: Iterable[Any]) -> Any:
    """Apply a ufunc to arrays of which some hold traced objects, one element at a time."""
    arrays = np.broadcast_arrays(*map(_boxed, inputs))
    result = np.empty(arrays[0].shape, dtype=object)
    for place in np.ndindex(result.shape):
        result[place] = ufunc(*(array[place] for array in arrays))
    return result


@dataclass(frozen=True)
class Program:
    """What a function computes: an expression for each of its results.

    Attributes
    ----------
    inputs : tuple of str
        The names of the symbols it was called with.
    outputs : tuple of Node
        The results.
    """

    inputs: tuple[str, ...]
    outputs: tuple[Node, ...]

    def nodes(self) -> Iterator[Node]:
        """Yield each node that the results are made of, once, after all that it is made of."""
        seen: set[Node] = set()
        stack = [(node, False) for node in reversed(self.outputs)]
        while stack:
            node, ready = stack.pop()
            if node in seen:
                continue
            if ready:
                seen.add(node)
                yield node
            else:
                stack.append((node, True))
                stack.extend((arg, False) for arg in reversed(node.args))

    def evaluate(self, inputs: Mapping[str, Any]) -> list[Any]:
        """Return the results for some inputs, computed with numpy, node by node.

        Parameters
        ----------
        inputs : mapping from str to array_like
            The value of each input, of shapes that broadcast.

        Returns
        -------
        list
            One result for each output.

        Raises
        ------
        ValueError
            If an input that is needed has no value.

        Examples
        --------
        >>> from adaptive import SGD
        >>> from adaptive.tracing import trace_rule
        >>> trace_rule(SGD()).update.evaluate({"g": 2.0, "hyper.lr": 0.1})
        [np.float64(-0.2)]
        """
        needed = (node.value for node in self.nodes() if node.op == "symbol")
        if missing := [name for name in needed if name not in inputs]:
            raise ValueError(f"inputs must have a value for {', '.join(missing)}")
        values: dict[Node, Any] = {}
        for node in self.nodes():
            if node.op in ("symbol", "number"):
                values[node] = inputs[node.value] if node.op == "symbol" else node.value
            else:
                values[node] = getattr(np, node.op)(*(values[arg] for arg in node.args))
        return [values[node] for node in self.outputs]

    def hoist(
        self, names: Collection[str], *, leaves: bool | Collection[str] = False
    ) -> tuple[Program, Program]:
        """Take out what depends on some inputs alone, so that it is computed once.

        Parameters
        ----------
        names : collection of str
            The inputs, such as the step number and the hyperparameters.
        leaves : bool or collection of str, default False
            Whether numbers, and these inputs where they stand alone, are taken out too, so
            that the rest holds neither. Or the inputs for which that is done.

        Returns
        -------
        first, rest : Program
            The first returns the largest subexpressions that need no other
            input. The rest has them as further inputs, called ``"$0"``, ``"$1"``, …

        Raises
        ------
        ValueError
            If a name is none of the inputs.
        """
        free = self.only_of(names)
        used_by_rest = {arg for node in self.nodes() if node not in free for arg in node.args}
        alone = (lambda node: leaves) if isinstance(leaves, bool) else (lambda n: n.value in leaves)
        taken = [
            node
            for node in self.nodes()
            if node in free
            and (node.args or alone(node))
            and node in used_by_rest | set(self.outputs)
        ]
        graph, new = Graph(), dict[Node, Node]()
        for i, node in enumerate(taken):
            new[node] = graph.node("symbol", value=f"${i}")
        for node in self.nodes():
            # What is only needed inside of what was taken out is copied too, and never printed.
            if node not in new:
                args = (new[arg] for arg in node.args)
                new[node] = graph.node(node.op, *args, value=node.value)
        rest = Program(
            (*self.inputs, *(f"${i}" for i in range(len(taken)))),
            tuple(new[node] for node in self.outputs),
        )
        first = Program(tuple(name for name in self.inputs if name in names), tuple(taken))
        return first, rest

    def only_of(self, names: Collection[str]) -> set[Node]:
        """Return the nodes that depend on no inputs but these; numbers depend on none.

        Parameters
        ----------
        names : collection of str
            The inputs.

        Returns
        -------
        set of Node
            The nodes.

        Raises
        ------
        ValueError
            If a name is none of the inputs.
        """
        if unknown := set(names) - set(self.inputs):
            raise ValueError(
                f"names must be inputs of the program, {', '.join(self.inputs)}, "
                f"got {', '.join(sorted(unknown))}"
            )
        free: set[Node] = set()
        for node in self.nodes():
            leaf = node.op == "number" or (node.op == "symbol" and node.value in names)
            if leaf or (node.args and free.issuperset(node.args)):
                free.add(node)
        return free
