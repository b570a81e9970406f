"""A rule as a gradient transformation of optax."""

from __future__ import annotations

import inspect
from collections import namedtuple
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax.dtypes import canonicalize_dtype

from adaptive import _checks
from adaptive.export.recipe import Either, Exported, Recipe, exported
from adaptive.export.settings import Settings, settings_for
from adaptive.tracing import flat

#: What depends on numbers alone is computed in double precision, whatever JAX does.
EITHER = Either(jnp, lambda value: isinstance(value, jax.Array))


@cache
def factory(rule: Any) -> Callable[..., Any]:
    """Return a function that makes a rule a transformation; see `adaptive.export.optax_factory`."""
    found = exported(rule)
    settings = settings_for("optax", found)
    anywhere = inspect.Parameter.POSITIONAL_OR_KEYWORD
    # None and not 0, which `inject_hyperparams` would make a number to be traced.
    decay = [inspect.Parameter("weight_decay", anywhere, default=None)] if found.decays else []
    signature = settings.signature(last=decay)

    def make(*args: Any, **kwargs: Any) -> Any:
        return _transformation(found, settings, settings.bound(signature, args, kwargs))

    make.__signature__ = signature  # type: ignore[attr-defined]
    make.__name__ = make.__qualname__ = found.name
    make.__doc__ = f"Return {found.name} of `{found.kind.__module__}` as a gradient transformation."
    return make


@cache
def _state_class(kind: Any) -> Any:
    """Return the class of the states: one for each class of rules, as JAX compares them."""
    recipe = exported(kind).recipe()
    count = "t" if "count" in recipe.state_names else "count"
    # Hyperparameters of the step before, where they are needed, come after the arrays.
    kept = [f"{each}_before" for each in recipe.kept]
    fields = namedtuple(f"{kind.__name__}State", (count, *recipe.state_names, *kept))  # type: ignore[misc]
    made: Any = fields
    made.__reduce__ = lambda state: (_state_again, (kind, tuple(state)))
    return made


def _state_again(kind: Any, values: tuple[Any, ...]) -> Any:
    """Return a state that was pickled."""
    return _state_class(kind)(*values)


def _transformation(found: Exported, settings: Settings, given: dict[str, Any]) -> Any:
    decay = given.pop("weight_decay", None) if found.decays else None
    schedules = {"weight_decay": decay, **settings.hyperparameters(given)}
    _check(found, schedules)
    recipe = found.recipe(decay=decay is not None)
    state_class = _state_class(found.kind)

    def now(count: Any) -> dict[str, Any]:
        return {name: each(count) if callable(each) else each for name, each in schedules.items()}

    def init(params: Any) -> Any:
        zeros = [jax.tree.map(_zeros, params) for _ in recipe.state_names]
        hyper = now(jnp.zeros([], jnp.int32))
        kept = [_number(hyper[name]) for name in recipe.kept]
        return state_class(jnp.zeros([], jnp.int32), *zeros, *kept)

    def update(updates: Any, state: Any, params: Any = None) -> Any:
        if recipe.sees_theta and params is None:
            raise ValueError(
                "params must be given where weights decay: update(gradients, state, params)"
            )
        hyper, arrays = now(state[0]), state[1 : 1 + len(recipe.state_names)]
        before = dict(zip(recipe.kept, state[1 + len(arrays) :], strict=True))
        count = optax.safe_increment(state[0])
        shared = recipe.scalars(EITHER, _number(count), hyper, before)
        changes, *news = _each(recipe, shared, updates, arrays, params)
        kept = [_number(hyper[name]) for name in recipe.kept]
        return changes, state_class(count, *news, *kept)

    return optax.GradientTransformation(init, update)


def _each(recipe: Recipe, shared: Any, updates: Any, arrays: Any, params: Any) -> Any:
    """Return the changes and the new state arrays, as trees like that of the gradients."""
    function = flat.function("step", recipe.split.elements, flat.ARRAYS)

    def leaf(g: Any, *rest: Any) -> tuple[Any, ...]:
        _check_floats("updates", g)
        for array in rest:
            if jnp.shape(g) != jnp.shape(array):
                raise ValueError(
                    f"updates must have the shapes of params, {jnp.shape(array)}, "
                    f"got {jnp.shape(g)}"
                )
        g = jnp.asarray(g)
        dtype = _single(g.dtype)
        theta = rest[len(arrays) :]
        inputs = (*theta, g, *rest[: len(arrays)], *shared)
        results = function(jnp, *(jnp.asarray(value, dtype) for value in inputs))
        return tuple(jnp.broadcast_to(result, g.shape) for result in results)

    trees = (*arrays, params) if recipe.sees_theta else arrays
    leaves, tree = jax.tree.flatten(updates)
    columns = [tree.flatten_up_to(each) for each in trees]
    results = [leaf(*row) for row in zip(leaves, *columns, strict=True)]
    number = 1 + len(arrays)
    return [tree.unflatten([result[k] for result in results]) for k in range(number)]


def _zeros(leaf: Any) -> Any:
    _check_floats("params", leaf)
    return jnp.zeros(jnp.shape(leaf), _single(jnp.result_type(leaf)))


def _check_floats(name: str, leaf: Any) -> None:
    if not jnp.issubdtype(jnp.result_type(leaf), jnp.floating):
        raise TypeError(f"{name} must be of real floats, got {jnp.result_type(leaf)}")


def _single(dtype: Any) -> Any:
    """Return the dtype that is computed in: single precision for half, others as they are."""
    return jnp.float32 if jnp.dtype(dtype).itemsize == 2 else dtype


def _number(value: Any) -> Any:
    """Return a number as JAX keeps it: in double precision where that is allowed."""
    return jnp.asarray(value, canonicalize_dtype(np.float64))


def _check(found: Exported, given: Mapping[str, Any]) -> None:
    """Say what is wrong with the settings that are numbers; what is traced has no value yet."""
    known = {}
    for name, value in given.items():
        if isinstance(value, jax.Array) and value.ndim:
            raise ValueError(f"{name} must be one number, got {_checks.shown(value)}")
        if not callable(value) and not isinstance(value, jax.Array):
            known[name] = value
    if found.decays and (decay := known.pop("weight_decay", None)) is not None:
        _checks.number("weight_decay", decay, 0)
    sample = dict.fromkeys(found.defaults, 0.5)
    found.rule({**sample, **known})
