"""A rule as an optimizer of PyTorch."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import chain, product
from typing import Any, ClassVar

import numpy as np
import torch

from adaptive import _checks
from adaptive.export import torch_engines
from adaptive.export.made import Made
from adaptive.export.recipe import Exported, Recipe, exported
from adaptive.export.settings import Settings, settings_for
from adaptive.export.torch_batch import Batch, single
from adaptive.large.engine import Engine
from adaptive.rules.base import Rule

Tensor = Any
COMPILING = Engine("plain", "torch compiles it with the step")


class RuleOptimizer(torch.optim.Optimizer, metaclass=Made):
    """What all optimizers have in common that are made from rules; see `adaptive.export.torch`."""

    exported: ClassVar[Exported]
    settings: ClassVar[Settings]
    recipes: ClassVar[Mapping[tuple[bool, bool], Recipe]]

    def __init__(self, params: Any, *args: Any, **kwargs: Any) -> None:
        signature = inspect.signature(type(self))
        defaults = self.settings.bound(signature, (params, *args), kwargs)
        super().__init__(defaults.pop("params"), defaults)
        self._kept: dict[Any, Any] = {}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._kept = {}

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
            elements = _elements(self.param_groups[-1])
            for parameter in self.param_groups[-1]["params"]:
                self._check_parameter(parameter, rule)
                self._engine(parameter, self.param_groups[-1], elements)
        except Exception:
            self.param_groups.pop()
            raise

    def _checked(self, settings: Mapping[str, Any]) -> Rule:
        """Return the rule with some settings, or say what is wrong with them."""
        _checks.one_of("engine", settings["engine"], torch_engines.ENGINES)
        if "weight_decay" not in self.settings.parts:
            _checks.number("weight_decay", settings["weight_decay"], 0)
        for name in ("maximize", "capturable"):
            if not isinstance(settings[name], bool):
                shown = _checks.shown(settings[name])
                raise TypeError(f"{name} must be True or False, got {shown}")
        found = self.settings.hyperparameters(settings)
        for name, value in found.items():
            if isinstance(value, torch.Tensor):
                raise TypeError(
                    f"{name} must be a number, not a tensor, got {_checks.shown(value)}"
                )
        return self.exported.rule(found)

    def _check_parameter(self, parameter: Tensor, rule: Rule) -> None:
        if not parameter.is_floating_point():
            raise TypeError(f"params must be of real floats, got {parameter.dtype}")
        if parameter.layout is not torch.strided:
            raise TypeError(f"params must be dense, got {parameter.layout}")
        rule._check_eps(np.dtype(str(single(parameter.dtype)).removeprefix("torch.")))

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
            for engine, parameters in self._alike(group):
                self._step_alike(group, parameters, engine)
        return loss

    def _step_alike(self, group: Mapping[str, Any], parameters: list[Tensor], engine: str) -> None:
        """Make one step on parameters that share all but their elements."""
        recipe, hyper = self._recipe(group), self._hyperparameters(group)
        states = [self.state[parameter] for parameter in parameters]
        names = [*map(_key, recipe.state_names)]
        before = states[0].get("before", hyper)
        if group["capturable"]:
            steps = torch.stack([state["step"] for state in states]) + 1
            shared: Any = torch_engines.shared_on_device(recipe, steps, hyper, before)
        else:
            shared = recipe.scalars(np, float(states[0]["step"] + 1), hyper, before)
        batch = Batch(
            recipe,
            parameters,
            [parameter.grad for parameter in parameters],
            [[state[name] for name in names] for state in states],
            shared,
            self._kept,
        )
        torch_engines.run(engine, batch)
        for state in states:
            state["step"] += 1
            if recipe.kept:
                state["before"] = {name: float(hyper[name]) for name in recipe.kept}

    def _recipe(self, group: Mapping[str, Any]) -> Recipe:
        decay = self.exported.decays and group["weight_decay"] != 0
        return self.recipes[decay, group["maximize"]]

    def _hyperparameters(self, group: Mapping[str, Any]) -> dict[str, Any]:
        found = self.settings.hyperparameters(group)
        return {**found, "weight_decay": group["weight_decay"]} if self.exported.decays else found

    def _engine(self, parameter: Tensor, group: Mapping[str, Any], elements: int) -> Engine:
        if torch.compiler.is_compiling():
            return COMPILING
        return torch_engines.choose(
            self._recipe(group), parameter, elements, group["engine"], group["capturable"]
        )

    def _alike(self, group: Mapping[str, Any]) -> Iterable[tuple[str, list[Tensor]]]:
        """Return engines and parameters that have a gradient, by what their steps share."""
        found: dict[Any, list[Tensor]] = {}
        for parameter in group["params"]:
            gradient = parameter.grad
            if gradient is None:
                continue
            self._check_gradient(gradient)
            state = self.state[parameter]
            if not state:
                self._begin(state, parameter, group)
            t = None if group["capturable"] else state["step"]
            before = tuple(state["before"].items()) if "before" in state else ()
            key = (torch_engines.kind_of(parameter), gradient.dtype, t, before)
            found.setdefault(key, []).append(parameter)
        elements = _elements(group)
        return [(self._engine(each[0], group, elements).name, each) for each in found.values()]

    def _begin(self, state: dict[str, Any], parameter: Tensor, group: Mapping[str, Any]) -> None:
        """Make the state of a parameter before its first step."""
        state["step"] = _no_step(parameter) if group["capturable"] else 0
        for name in self.exported.kind.state_names:
            state[_key(name)] = _zeros(parameter)

    def choose(self, parameter: Tensor) -> Engine:
        """Return how steps on a parameter are made, and why.

        Parameters
        ----------
        parameter : tensor
            One of the parameters.
        """
        group = self._group_of(parameter)
        return self._engine(parameter, group, _elements(group))

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

        Raises
        ------
        ValueError
            If it is from another optimizer. Nothing is loaded then.
        """
        seen: dict[str, Any] = {}

        def see(_: Any, loaded: dict[str, Any]) -> None:
            self._check_loaded(loaded)
            seen.update(loaded)

        # The last of the hooks sees what is really loaded.
        hook = self.register_load_state_dict_pre_hook(see)
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
                    like = _zeros(parameter) if name != "step" else _no_step(parameter)
                    self.state[parameter][name] = like.copy_(value)

    def _check_loaded(self, state_dict: Mapping[str, Any]) -> None:
        """Say that a state is of another optimizer, which the next step would stumble over."""
        names = {"step", *map(_key, self.exported.kind.state_names)}
        parts = [(self.defaults.keys(), group) for group in state_dict["param_groups"]]
        parts += [(names, state) for state in state_dict["state"].values()]
        for wanted, found in parts:
            if lacking := [name for name in wanted if name not in found]:
                others = [name for name in found if name not in ("params", "param_names", "step")]
                raise ValueError(
                    f"state_dict must be of an optimizer made from {type(self).__name__}: "
                    f"it lacks {', '.join(sorted(lacking))}, got {', '.join(others)}"
                )


def _elements(group: Mapping[str, Any]) -> int:
    """Return how many numbers a group moves, counted until they are worth compiling for."""
    total = 0
    for parameter in group["params"]:
        total += parameter.numel()
        if total >= torch_engines.SMALL:
            break
    return total


def _key(name: str) -> str:
    """Return under what a state array is kept, beside the step number."""
    return f"state_{name}" if name in ("step", "before") else name


def _no_step(parameter: Tensor) -> Tensor:
    """Return the number of steps made at first as a tensor; its powers need double precision."""
    return torch.zeros((), dtype=torch.float64, device=parameter.device)


def _zeros(parameter: Tensor) -> Tensor:
    return torch.zeros_like(
        parameter, dtype=single(parameter.dtype), memory_format=torch.preserve_format
    )


def _ready(recipe: Recipe) -> Recipe:
    """Return a recipe whose functions are there: torch.compile would trace their making."""
    _ = recipe.on_arrays, recipe.stable
    return recipe


@cache
def optimizer_class(rule: Any) -> Any:
    """Return a rule as a class of optimizers; see `adaptive.export.torch`."""
    found = exported(rule)
    settings = settings_for("torch", found)
    decays = (False, True) if found.decays else (False,)
    anywhere, named = inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY
    decay = [inspect.Parameter("weight_decay", anywhere, default=0.0)] if found.decays else []
    signature = settings.signature(
        first=[inspect.Parameter("params", anywhere)],
        last=[
            *decay,
            inspect.Parameter("maximize", named, default=False),
            inspect.Parameter("capturable", named, default=False),
            inspect.Parameter("engine", named, default="auto"),
        ],
    )
    space = {
        "__doc__": f"{found.name} of `{found.kind.__module__}` as an optimizer of PyTorch.",
        "__module__": __name__,
        "__signature__": signature,
        "exported": found,
        "settings": settings,
        "recipes": {each: _ready(found.recipe(*each)) for each in product(decays, (False, True))},
        "made_by": staticmethod(optimizer_class),
        "made_from": rule,
    }
    return Made(found.name, (RuleOptimizer,), space)
