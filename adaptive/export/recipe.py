"""From a rule to what a framework's optimizer does: the rule's step, and what is usual around it.

A framework moves parameters at which it has the gradient, knows a learning rate and a decay of the
weights, and its schedules change settings between steps. All of that is written here once, around
the equations of the rule, and recorded with them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from functools import cache, cached_property
from typing import Any

import numpy as np

from adaptive import _checks
from adaptive.rules.base import Rule
from adaptive.tracing import Node, Program, TracedRule, flat, record
from adaptive.tracing.anatomy import parts_of, summands
from adaptive.tracing.split import Split, take_apart, trace_kind

#: A setting that has to be given.
REQUIRED: Any = MISSING


@dataclass(frozen=True)
class Exported:
    """A class of rules, with the settings that its optimizers have.

    Attributes
    ----------
    kind : type of Rule
        The class.
    defaults : dict
        The hyperparameters by their names in the rule, with their defaults; with ``lr`` = 1,
        which multiplies the step, where the rule has none.
    """

    kind: Any
    defaults: dict[str, Any]

    @property
    def name(self) -> str:
        """The name of the rule."""
        return str(self.kind.__name__)

    @cached_property
    def decays(self) -> bool:
        """Whether weights may decay: not where the rule has a ``weight_decay`` of its own."""
        return "weight_decay" not in {field.name for field in fields(self.kind)}

    def rule(self, settings: Mapping[str, Any]) -> Rule:
        """Return the rule with these settings, or say what is wrong with them."""
        given = {name: settings[name] for name in self.defaults}
        for name, value in given.items():
            if _checks.numeric(f"{self.name}.{name}", value).ndim:
                shown = _checks.shown(value)
                raise ValueError(f"{self.name}.{name} must be one number, got {shown}")
        own = {field.name for field in fields(self.kind) if field.init}
        if "lr" not in own:
            _checks.number(f"{self.name}.lr", given["lr"], 0)
        made: Rule = self.kind(**{name: value for name, value in given.items() if name in own})
        return made

    def recipe(self, decay: bool = False, maximize: bool = False) -> Recipe:
        """Return what is done in a step, with weight decay and uphill if that is wanted."""
        return _recipe(self.kind, decay, maximize)


def check_rule(rule: Any) -> Any:
    """Return the class of a rule, or say that it is none."""
    kind: Any = rule if isinstance(rule, type) else type(rule)
    if not issubclass(kind, Rule) or kind is Rule:
        raise TypeError(f"rule must be a rule, such as Adam, got {_checks.shown(rule)}")
    if not kind.elementwise:
        raise TypeError(
            f"{kind.__name__} cannot be exported: it works on whole arrays, and what is exported "
            "is the update of a single parameter"
        )
    for name in ("init", "step"):
        if getattr(kind, name) is not getattr(Rule, name):
            raise TypeError(
                f"{kind.__name__} cannot be exported: it has its own {name}, "
                "and what is exported is its update, from a state of zeros"
            )
    return kind


def exported(rule: Any) -> Exported:
    """Return what an optimizer is made from.

    Parameters
    ----------
    rule : type of Rule, or Rule
        The rule. The hyperparameters of an object are the defaults of what is made.

    Raises
    ------
    TypeError
        If it is no rule, or cannot be recorded.
    ValueError
        If it is a rule whose look-ahead depends on more than a shift, or a hyperparameter is an
        array.
    """
    kind = check_rule(rule)
    if isinstance(rule, Rule):
        defaults = dict(rule.hyperparameters)
        for name, value in defaults.items():
            _checks.number(f"{kind.__name__}.{name}", value)
    else:
        defaults = {field.name: field.default for field in fields(kind) if field.init}
    _recipe(kind, False, False)  # can be made
    return Exported(kind, defaults if "lr" in defaults else {"lr": 1.0, **defaults})


# ------------------------------------------------------------------ the recipe


@dataclass(frozen=True)
class Recipe:
    """What is done to a parameter in one step.

    Attributes
    ----------
    state_names : tuple of str
        The state arrays.
    split : Split
        From ``theta`` (if it decays, or the rule sees it), the gradient ``g`` and ``state.*`` to
        what is added to the parameter and the new state; with what all elements share by itself.
    unshifted : Split or None
        From ``theta``, a parameter, and ``state.*`` to the θ of the book; None where they are one.
    kept : tuple of str
        The hyperparameters whose values in the step before are needed.
    """

    state_names: tuple[str, ...]
    split: Split
    unshifted: Split | None
    kept: tuple[str, ...]

    @property
    def sees_theta(self) -> bool:
        """Whether what is added depends on the parameter."""
        return "theta" in self.split.arrays

    def scalars(
        self, xp: Any, t: Any, settings: Mapping[str, Any], before: Mapping[str, Any]
    ) -> tuple[Any, ...]:
        """Return what all elements share in step ``t``.

        Parameters
        ----------
        xp : module
            Where numpy's functions are: numpy, or what knows them for other numbers.
        t : number
            The number of the step, from 1.
        settings, before : mapping
            The hyperparameters, and those of the step before.
        """
        inputs = _inputs(self.split.scalars, t, settings, before)
        if xp is not np:
            return self.stable(xp, *inputs)
        with np.errstate(all="ignore"):
            return tuple(map(float, self.split.compute(np, *inputs)))

    @cached_property
    def on_arrays(self) -> Callable[..., tuple[Any, ...]]:
        """What is done to each element, as a function of a module with functions, and arrays."""
        return flat.function("step", self.split.elements, flat.ARRAYS)

    @cached_property
    def on_lists(self) -> Callable[..., tuple[Any, ...]]:
        """The same for what has no operators: of a module that has functions for these too."""
        return flat.function("step", self.split.elements, flat.FUNCTIONS)

    @cached_property
    def stable(self) -> Callable[..., tuple[Any, ...]]:
        """What all elements share, as a function that single precision does little harm to."""
        return flat.function("scalars", stable(self.split.scalars), flat.FUNCTIONS)


def _inputs(
    program: Program, t: Any, settings: Mapping[str, Any], before: Mapping[str, Any]
) -> list[Any]:
    known = {"t": t, "hyper": settings, "before": before}
    parts = [name.partition(".") for name in program.inputs]
    return [known[kind] if not name else known[kind][name] for kind, _, name in parts]


@cache
def _recipe(kind: Any, decay: bool, maximize: bool) -> Recipe:
    traced = trace_kind(kind)
    shift = _Shift(traced)
    states = [f"state.{name}" for name in kind.state_names]
    names = list(traced.rule.hyperparameters)
    scaled = "lr" not in names
    settings = names + ["lr"] * scaled + ["weight_decay"] * decay
    seen = decay or kind.sees_theta
    inputs = [
        *(["theta"] if seen else []),
        *("g", "t", *states),
        *(f"hyper.{name}" for name in settings),
        *(f"before.{name}" for name in shift.settings),
    ]

    def update(*values: Any) -> list[Any]:
        given = dict(zip(inputs, values, strict=True))
        g, t, old = given["g"], given["t"], [given[name] for name in states]
        hyper = {name: given[f"hyper.{name}"] for name in settings}
        before = {**hyper, **{name: given[f"before.{name}"] for name in shift.settings}}

        if seen and shift:
            given["theta"] = given["theta"] - shift(t - 1, old, before)
        step, *new = traced.update.evaluate({**given, "g": -g if maximize else g})
        change = hyper["lr"] * step if scaled else step
        if shift:
            change = change + shift(t, new, hyper) - shift(t - 1, old, before)
        if decay:
            change = change - hyper["lr"] * hyper["weight_decay"] * given["theta"]
        return [change, *new]

    def unshifted(theta: Any, t: Any, *values: Any) -> list[Any]:
        old = values[: len(states)]
        before = dict(zip(shift.settings, values[len(states) :], strict=True))
        return [theta - shift(t, old, before)]

    where = f"{kind.__name__}.update"
    program = record(update, inputs, where, 1 + len(states))
    back = None
    if shift:
        inputs_back = ["theta", "t", *states, *(f"before.{name}" for name in shift.settings)]
        back = take_apart(record(unshifted, inputs_back, where, 1), ("theta", *states))
    split = take_apart(program, ("theta", "g", *states))
    return Recipe(kind.state_names, split, back, shift.settings)


class _Shift:
    """How far from θ a rule wants its gradient, if that is the same wherever θ is."""

    def __init__(self, traced: TracedRule) -> None:
        self.ahead = traced.lookahead
        self.names = traced.rule.state_names
        self.settings: tuple[str, ...] = ()
        if self.ahead is None:
            return
        terms = summands(self.ahead.outputs[0], ())
        self.signs = [sign for sign, node in terms if node.value != "theta"]
        self.terms = Program(self.ahead.inputs, tuple(n for _, n in terms if n.value != "theta"))
        symbols = {str(n.value) for n in self.terms.nodes() if n.op == "symbol"}
        alone = [sign for sign, node in terms if node.value == "theta"]
        if alone != [1] or "theta" in symbols:
            name = type(traced.rule).__name__
            raise ValueError(
                f"{name}.lookahead must be theta plus something free of theta to be exported: "
                "a framework has one point for the parameters and the gradient"
            )
        hyper = [name.removeprefix("hyper.") for name in symbols if name.startswith("hyper.")]
        self.settings = tuple(name for name in traced.rule.hyperparameters if name in hyper)

    def __bool__(self) -> bool:
        return self.ahead is not None

    def __call__(self, t: Any, state: Sequence[Any], settings: Mapping[str, Any]) -> Any:
        """Return the shift after ``t`` steps."""
        values = {"t": t, **{f"hyper.{name}": value for name, value in settings.items()}}
        values |= {f"state.{name}": value for name, value in zip(self.names, state, strict=True)}
        parts = self.terms.evaluate(values)
        signed = [part if sign > 0 else -part for sign, part in zip(self.signs, parts, strict=True)]
        return sum(signed[1:], signed[0])


# ------------------------------------------------------------------ numbers that are traced


def stable(program: Program) -> Program:
    """Return a program with 1 - bᵗ as -expm1(t log b).

    In single precision 1 - 0.999¹ is off by 3e-5 of itself: 0.999 is rounded, and then all but
    what was rounded cancels. The logarithm can be taken before anything is rounded.
    """

    def again(*values: Any) -> list[Any]:
        results: dict[Any, Any] = {}
        inputs = dict(zip(program.inputs, values, strict=True))
        for node in program.nodes():
            if node.op in ("symbol", "number"):
                results[node] = inputs[node.value] if node.op == "symbol" else node.value
            elif _is_left_of_one(node):
                base, power = (results[arg] for arg in node.args[1].args)
                results[node] = -np.expm1(power * np.log(base))
            else:
                results[node] = getattr(np, node.op)(*(results[arg] for arg in node.args))
        return [results[node] for node in program.outputs]

    return record(again, program.inputs, "what is shared", len(program.outputs))


def _is_left_of_one(node: Node) -> bool:
    """Return whether a node is 1 minus a power of a hyperparameter, such as 1 - β₁ᵗ."""
    if node.op != "subtract" or node.args[1].op != "power":
        return False
    base, power = node.args[1].args
    stepped = any(part.value == "t" for part in parts_of(power))
    return bool(node.args[0].value == 1.0 and base.op == "symbol" and stepped)


class Either:
    """numpy's functions for numbers, and another module's where a tensor is among them.

    So what depends on Python's numbers alone stays in double precision.
    """

    def __init__(self, xp: Any, is_tensor: Callable[[Any], bool]) -> None:
        self._xp = xp
        self._is_tensor = is_tensor

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            if any(map(self._is_tensor, args)):
                return getattr(self._xp, name)(*args)
            with np.errstate(all="ignore"):
                return getattr(np, name)(*args)

        return call
