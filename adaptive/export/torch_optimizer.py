"""A rule as an optimizer of PyTorch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache
from itertools import chain
from typing import Any, ClassVar

import numpy as np
import torch

from adaptive import _checks
from adaptive.export import torch_engines
from adaptive.export.made import Made
from adaptive.export.recipe import Exported, Recipe, exported
from adaptive.export.settings import Settings, settings_for
from adaptive.export.torch_engines import single
from adaptive.large.engine import Engine
from adaptive.rules.base import Rule

Tensor = Any


class RuleOptimizer(torch.optim.Optimizer, metaclass=Made):
    """What all optimizers have in common that are made from rules; see `adaptive.export.torch`."""

    exported: ClassVar[Exported]
    settings: ClassVar[Settings]

    def __init__(self, params: Any, *args: Any, **kwargs: Any) -> None:
        signature = inspect.signature(type(self))
        defaults = self.settings.bound(signature, (params, *args), kwargs)
        super().__init__(defaults.pop("params"), defaults)

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Add parameters, with settings of their own or the defaults.

        Parameters
        ----------
        param_group : dict
            The parameters as ``"params"``, and settings.
        """
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, got {_checks.shown(param_group)}")
        group = self.settings.renamed(param_group)
        if inside := sorted(group.keys() & self.exported.defaults.keys() - self.defaults.keys()):
            raise TypeError(
                f"param_group must have the settings of {type(self).__name__}, "
                f"{', '.join(self.defaults)}, got {', '.join(inside)}"
            )
        rule = self._checked({**self.defaults, **group})
        super().add_param_group(group)
        try:
            for parameter in self.param_groups[-1]["params"]:
                self._check_parameter(parameter, rule, self.param_groups[-1]["engine"])
        except Exception:
            self.param_groups.pop()
            raise

    def _checked(self, settings: Mapping[str, Any]) -> Rule:
        """Return the rule with some settings, or say what is wrong with them."""
        _checks.one_of("engine", settings["engine"], torch_engines.ENGINES)
        if "weight_decay" not in self.settings.parts:
            _checks.number("weight_decay", settings["weight_decay"], 0)
        if not isinstance(settings["maximize"], bool):
            shown = _checks.shown(settings["maximize"])
            raise TypeError(f"maximize must be True or False, got {shown}")
        found = self.settings.hyperparameters(settings)
        for name, value in found.items():
            if isinstance(value, torch.Tensor):
                raise TypeError(
                    f"{name} must be a number, not a tensor, got {_checks.shown(value)}"
                )
        return self.exported.rule(found)

    def _check_parameter(self, parameter: Tensor, rule: Rule, engine: str) -> None:
        if not parameter.is_floating_point():
            raise TypeError(f"params must be of real floats, got {parameter.dtype}")
        if parameter.layout is not torch.strided:
            raise TypeError(f"params must be dense, got {parameter.layout}")
        rule._check_eps(np.dtype(str(single(parameter.dtype)).removeprefix("torch.")))
        torch_engines.choose(self.exported.recipe(), parameter, engine)

    def _check_gradient(self, gradient: Tensor) -> None:
        if gradient.layout is not torch.strided:
            raise TypeError(
                f"grad must be dense, got {gradient.layout}: each step of {type(self).__name__} "
                "moves all elements; call .to_dense() on it first"
            )
        if not gradient.is_floating_point():
            raise TypeError(f"grad must be of real floats, got {gradient.dtype}")

    @torch.no_grad()
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Make one step on each parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Evaluates the model again and returns the loss.

        Returns
        -------
        float or tensor or None
            What ``closure`` returns.
        """
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            recipe, hyper = self._recipe(group), self._hyperparameters(group)
            for (t, engine, before), parameters in self._alike(group, recipe, hyper).items():
                shared = recipe.scalars(np, float(t), hyper, dict(before))
                states = [self.state[parameter] for parameter in parameters]
                torch_engines.run(
                    engine,
                    recipe,
                    parameters,
                    [parameter.grad for parameter in parameters],
                    [[state[_key(name)] for name in recipe.state_names] for state in states],
                    shared,
                )
                for state in states:
                    state["step"] = t
                    if recipe.kept:
                        state["before"] = {name: float(hyper[name]) for name in recipe.kept}
        return loss

    def _recipe(self, group: Mapping[str, Any]) -> Recipe:
        decay = self.exported.decays and group["weight_decay"] != 0
        return self.exported.recipe(decay=decay, maximize=group["maximize"])

    def _hyperparameters(self, group: Mapping[str, Any]) -> dict[str, Any]:
        found = self.settings.hyperparameters(group)
        return {**found, "weight_decay": group["weight_decay"]} if self.exported.decays else found

    def _alike(
        self, group: Mapping[str, Any], recipe: Recipe, hyper: Mapping[str, Any]
    ) -> dict[Any, list[Tensor]]:
        """Return the parameters that have a gradient, by what their steps share."""
        found: dict[Any, list[Tensor]] = {}
        for parameter in group["params"]:
            if parameter.grad is None:
                continue
            self._check_gradient(parameter.grad)
            state = self.state[parameter]
            if not state:
                state["step"] = 0
                state |= {_key(name): _zeros(parameter) for name in recipe.state_names}
            before = state.get("before", {name: float(hyper[name]) for name in recipe.kept})
            engine = torch_engines.choose(recipe, parameter, group["engine"]).name
            device = (parameter.device, parameter.dtype) if engine == "foreach" else None
            key = (state["step"] + 1, engine, tuple(before.items()), device)
            found.setdefault(key, []).append(parameter)
        return {key[:3]: parameters for key, parameters in found.items()}

    def choose(self, parameter: Tensor) -> Engine:
        """Return how steps on a parameter are made, and why.

        Parameters
        ----------
        parameter : tensor
            One of the parameters.
        """
        group = self._group_of(parameter)
        return torch_engines.choose(self._recipe(group), parameter, group["engine"])

    @torch.no_grad()
    def theta(self, parameter: Tensor) -> Tensor:
        """Return a parameter as the book has it: without the shift of a rule that looks ahead.

        Parameters
        ----------
        parameter : tensor
            One of the parameters, which such a rule moves where it wants its gradient.

        Returns
        -------
        tensor
            A new one: θ.
        """
        group, state = self._group_of(parameter), self.state.get(parameter)
        back = self._recipe(group).unshifted
        wide = parameter.detach().to(single(parameter.dtype))
        if back is None or not state:
            return parameter.detach().clone()
        known = {"t": float(state["step"]), **state.get("before", {})}
        inputs = [known[name.removeprefix("before.")] for name in back.scalars.inputs]
        numbers = torch.tensor(back.compute(np, *inputs), dtype=torch.float64).unbind()
        function = torch_engines.flat.function("theta", back.elements, torch_engines.flat.ARRAYS)
        arrays = [state[_key(name.removeprefix("state."))] for name in back.arrays[1:]]
        found = function(torch_engines.FUNCTIONS, wide, *arrays, *numbers)[0]
        return found.to(parameter.dtype)

    def _group_of(self, parameter: Tensor) -> dict[str, Any]:
        for group in self.param_groups:
            if any(parameter is each for each in group["params"]):
                return group
        shown = _checks.shown(parameter)
        raise ValueError(f"parameter must be one that this optimizer moves, got {shown}")

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Load what `state_dict` has returned; the state keeps its precision.

        Parameters
        ----------
        state_dict : dict
            From an optimizer that was made from the same rule.
        """
        seen: dict[str, Any] = {}
        # The last of the hooks sees what is really loaded.
        hook = self.register_load_state_dict_pre_hook(lambda _, loaded: seen.update(loaded))
        try:
            super().load_state_dict(state_dict)
        finally:
            hook.remove()
        # torch has cast all state to the dtype of the parameters, which may be half precision.
        groups = zip(seen["param_groups"], self.param_groups, strict=True)
        pairs = chain.from_iterable(zip(s["params"], g["params"], strict=True) for s, g in groups)
        for number, parameter in pairs:
            for name, value in seen["state"].get(number, {}).items():
                if isinstance(value, torch.Tensor):
                    kept = value.to(parameter.device, single(parameter.dtype), copy=True)
                    self.state[parameter][name] = kept


def _key(name: str) -> str:
    """Return under what a state array is kept, beside the step number."""
    return f"state_{name}" if name in ("step", "before") else name


def _zeros(parameter: Tensor) -> Tensor:
    return torch.zeros_like(
        parameter, dtype=single(parameter.dtype), memory_format=torch.preserve_format
    )


@cache
def optimizer_class(rule: Any) -> Any:
    """Return a rule as a class of optimizers; see `adaptive.export.torch`."""
    found = exported(rule)
    settings = settings_for("torch", found)
    anywhere, named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    decay = [inspect.Parameter("weight_decay", anywhere, default=0.0)] if found.decays else []
    signature = settings.signature(
        first=[inspect.Parameter("params", anywhere)],
        last=[
            *decay,
            inspect.Parameter("maximize", named, default=False),
            inspect.Parameter("engine", named, default="auto"),
        ],
    )
    space = {
        "__doc__": f"{found.name} of `{found.kind.__module__}` as an optimizer of PyTorch.",
        "__module__": __name__,
        "__signature__": signature,
        "exported": found,
        "settings": settings,
        "made_by": staticmethod(optimizer_class),
        "made_from": rule,
    }
    return Made(found.name, (RuleOptimizer,), space)
