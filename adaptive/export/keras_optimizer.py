"""A rule as an optimizer of Keras."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from functools import cache, partial
from importlib import import_module
from typing import Any, ClassVar

import keras
from keras import ops

from adaptive import _checks
from adaptive.export.made import Made
from adaptive.export.recipe import Either, Exported, exported
from adaptive.export.settings import Settings, settings_for

Tensor = Any
#: What each optimizer of Keras takes, beside the learning rate.
OTHERS = [
    name
    for kind in keras.optimizers.Optimizer.__mro__[:-1]
    for name, each in inspect.signature(kind.__init__).parameters.items()
    if each.kind is each.POSITIONAL_OR_KEYWORD and name not in ("self", "learning_rate")
]


class RuleOptimizer(keras.optimizers.Optimizer, metaclass=Made):
    """What all optimizers have in common that are made from rules; see `adaptive.export.keras`."""

    exported: ClassVar[Exported]
    settings: ClassVar[Settings]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        values = self.settings.bound(inspect.signature(type(self)), args, kwargs, OTHERS)
        others = values.pop("kwargs", {})
        self._check({**values, **others})
        rate = values.pop("learning_rate")
        super().__init__(rate if callable(rate) else float(rate), **others)
        for name, value in values.items():
            setattr(self, name, value)

    def _check(self, values: Mapping[str, Any]) -> None:
        """Say what is wrong with the settings."""
        rate = values["learning_rate"]
        sample = {**values, "learning_rate": 0.5} if callable(rate) else values
        self.exported.rule(self.settings.hyperparameters(sample))
        if self.exported.decays and values.get("weight_decay") is not None:
            _checks.number("weight_decay", values["weight_decay"], 0)

    def build(self, variables: Any) -> None:
        """Make the state of the variables: zeros.

        Parameters
        ----------
        variables : list of keras.Variable
            What is trained.
        """
        if self.built:
            return
        for variable in variables:
            if not keras.backend.is_float_dtype(variable.dtype):
                raise TypeError(f"variables must be of real floats, got {variable.dtype}")
        super().build(variables)
        self._arrays = [
            [self._state_of(variable, name) for name in self.exported.kind.state_names]
            for variable in variables
        ]

    def _state_of(self, variable: Any, name: str) -> Any:
        if self._overwrite_variable_with_gradient(variable):
            return None
        if _single(variable.dtype) == variable.dtype:
            return self.add_variable_from_reference(variable, name=name)
        return self.add_variable(variable.shape, dtype=_single(variable.dtype), name=name)

    def update_step(self, gradient: Tensor, variable: Any, learning_rate: Tensor) -> None:
        """Make one step on a variable.

        Parameters
        ----------
        gradient : tensor
            Its gradient.
        variable : keras.Variable
            What is moved.
        learning_rate : tensor
            The learning rate now.
        """
        dtype = _single(variable.dtype)
        rate_of_decay = self.weight_decay if self._use_weight_decay(variable) else 0.0
        recipe = self.exported.recipe(decay=bool(self.exported.decays and rate_of_decay))
        own = {name: getattr(self, name) for name in self.settings.parts if name != "learning_rate"}
        hyper = self.settings.hyperparameters(
            {**own, "learning_rate": ops.cast(learning_rate, dtype)}
        )
        hyper["weight_decay"] = rate_of_decay
        t = ops.add(ops.cast(self.iterations, dtype), 1)
        shared = recipe.scalars(EITHER, t, hyper, hyper)

        states = self._arrays[self._get_variable_index(variable)]
        theta = _tensor(variable, dtype)
        inputs = [*([theta] if recipe.sees_theta else []), gradient, *states, *shared]
        tensors = [_tensor(value, dtype) for value in inputs]
        change, *new = recipe.on_lists(FUNCTIONS, *tensors)
        # Some backends write over a variable in place: nothing is written before all is computed.
        kept = [ops.copy(value) for value in new]
        moved = ops.cast(ops.add(theta, change), variable.dtype)
        for state, value in zip(states, kept, strict=True):
            self.assign(state, ops.broadcast_to(ops.cast(value, dtype), state.shape))
        self.assign(variable, moved)

    def _apply_weight_decay(self, variables: Any) -> None:
        """Do nothing: decay is a part of the step, which knows where θ is."""

    def get_config(self) -> dict[str, Any]:
        """Return what makes this optimizer again."""
        own = {name: getattr(self, name) for name in self.settings.parts if name != "learning_rate"}
        return {**super().get_config(), **own}


class _Functions:
    """The backend's functions by numpy's names, on tensors.

    Those of Keras 3.15 compute some of double precision in single: cos and sixteen others on JAX,
    whose own functions have numpy's names, and on PyTorch those of `SINGLE_ON_TORCH`.
    """

    def __getattr__(self, name: str) -> Any:
        backend = keras.backend.backend()
        if backend == "jax":
            return getattr(import_module("jax.numpy"), name)
        if backend == "torch" and name in SINGLE_ON_TORCH:
            return partial(_of_torch, name)
        return getattr(ops, name)

    # What is written out here is in full on all of them; a NaN goes through a comparison.
    def maximum(self, one: Tensor, other: Tensor) -> Tensor:
        return ops.where(ops.logical_or(ops.greater_equal(one, other), ops.isnan(one)), one, other)

    def minimum(self, one: Tensor, other: Tensor) -> Tensor:
        return ops.where(ops.logical_or(ops.less_equal(one, other), ops.isnan(one)), one, other)

    def logaddexp2(self, one: Tensor, other: Tensor) -> Tensor:
        return self.logaddexp(one * LN2, other * LN2) / LN2


LN2 = math.log(2)
SINGLE_ON_TORCH = (
    *("arctan2", "ceil", "floor", "floor_divide", "fmax", "fmin", "heaviside", "hypot"),
    *("logaddexp", "nextafter"),
)


def _of_torch(name: str, *arguments: Any) -> Tensor:
    """Return what PyTorch's own function of that name makes of tensors and numbers."""
    dtype = next(each.dtype for each in arguments if ops.is_tensor(each))
    tensors = [_tensor(each, keras.backend.standardize_dtype(dtype)) for each in arguments]
    return getattr(import_module("torch"), name)(*tensors)


FUNCTIONS = _Functions()
#: What depends on numbers alone is computed in double precision, whatever the backend does.
EITHER = Either(FUNCTIONS, ops.is_tensor)


def _tensor(value: Any, dtype: str) -> Tensor:
    """Return a tensor, a variable or a number as a tensor of a dtype."""
    if isinstance(value, keras.Variable) or ops.is_tensor(value):
        return ops.cast(ops.convert_to_tensor(value), dtype)
    # At once: on the way, TensorFlow would make it single precision.
    return ops.convert_to_tensor(value, dtype)


def _single(dtype: Any) -> str:
    """Return the dtype that is computed in: single precision for half, others as they are."""
    name = str(keras.backend.standardize_dtype(dtype))
    return "float32" if name in ("float16", "bfloat16") else name


@cache
def optimizer_class(rule: Any) -> Any:
    """Return a rule as a class of optimizers; see `adaptive.export.keras`."""
    found = exported(rule)
    if "lr" in found.recipe().kept:
        raise ValueError(
            f"{found.name}.lookahead must not depend on lr to be exported to Keras, whose "
            "callbacks change the learning rate without telling what it was"
        )
    settings = settings_for("keras", found)
    taken = [name for name in settings.parts if _is_kerass(name)]
    if taken:
        raise ValueError(
            f"{found.name}.{taken[0]} must have another name to be exported: each optimizer of "
            "Keras has something of that name"
        )
    kwargs = inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD)
    space = {
        "__doc__": f"{found.name} of `{found.kind.__module__}` as an optimizer of Keras.",
        "__module__": __name__,
        "__signature__": settings.signature(last=[kwargs]),
        "exported": found,
        "settings": settings,
        "made_by": staticmethod(optimizer_class),
        "made_from": rule,
    }
    made = Made(found.name, (RuleOptimizer,), space)
    # By the rule's whole name: a reader's Adam is another one.
    name = f"{found.kind.__module__}.{found.kind.__qualname__}"
    keras.saving.register_keras_serializable("adaptive", name)(made)
    return made


def _is_kerass(name: str) -> bool:
    """Return whether Keras has something of that name, other than what is wanted there."""
    if name in ("learning_rate", "weight_decay"):
        return False
    return hasattr(keras.optimizers.Optimizer, name) or name in OTHERS
