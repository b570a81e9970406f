"""Hyperparameters under the names that a framework has for them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from adaptive import _checks
from adaptive.export.recipe import REQUIRED, Exported

#: What each framework calls a hyperparameter, where it is not what the rule does.
NAMES: dict[str, dict[str, str]] = {
    "torch": {},
    "optax": {"lr": "learning_rate", "beta1": "b1", "beta2": "b2"},
    "keras": {"lr": "learning_rate", "beta1": "beta_1", "beta2": "beta_2", "eps": "epsilon"},
}


@dataclass(frozen=True)
class Settings:
    """The settings of a framework's optimizer, and of which hyperparameters each consists.

    Attributes
    ----------
    exported : Exported
        The rule.
    parts : dict from str to tuple of str
        For each setting of the framework's, the hyperparameters: two and more for PyTorch's
        ``betas``, else one. The learning rate is the first.
    """

    exported: Exported
    parts: dict[str, tuple[str, ...]]

    @property
    def defaults(self) -> dict[str, Any]:
        """The settings with their defaults, or `REQUIRED`."""
        known = self.exported.defaults
        found = {name: tuple(known[part] for part in parts) for name, parts in self.parts.items()}
        return {name: value if len(value) > 1 else value[0] for name, value in found.items()}

    def signature(
        self, first: Iterable[inspect.Parameter] = (), last: Iterable[inspect.Parameter] = ()
    ) -> inspect.Signature:
        """Return the signature of what makes an optimizer."""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        # A setting without a default can follow one that has one only by its name.
        places = [
            inspect.Parameter(name, kind, default=_default(value))
            for name, value in self.defaults.items()
        ]
        asked = [each for each in places if each.default is each.empty]
        rest = [each for each in places if each.default is not each.empty]
        return inspect.Signature([*first, *asked, *rest, *last])

    def renamed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return arguments with the rule's names of hyperparameters as the framework's."""
        alone = {parts[0]: name for name, parts in self.parts.items() if len(parts) == 1}
        found: dict[str, Any] = {}
        for name, value in given.items():
            theirs = alone.get(name, name)
            if theirs in found:
                raise TypeError(f"{theirs} must be given once, got it as {name} too")
            found[theirs] = value
        return found

    def bound(
        self,
        signature: inspect.Signature,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        others: Iterable[str] = (),
    ) -> dict[str, Any]:
        """Return arguments by the framework's names, with the defaults, or say what is wrong.

        Parameters
        ----------
        signature : inspect.Signature
            Of what is called.
        args, kwargs : tuple, mapping
            The arguments.
        others : iterable of str
            What else it takes by name.
        """
        given = self.renamed(kwargs)
        places = signature.parameters.values()
        named = (each.name for each in places if each.kind is not each.VAR_KEYWORD)
        known = list(dict.fromkeys((*named, *others)))
        takes = f"{self.exported.name} takes {', '.join(known)}"
        for name, value in given.items():
            if name not in known:
                raise TypeError(f"{name} is not known, got {name}={_checks.shown(value)}; {takes}")
        try:
            found = signature.bind(*args, **given)
        except TypeError as error:
            raise TypeError(f"{error}; {takes}") from None
        found.apply_defaults()
        return dict(found.arguments)

    def hyperparameters(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Return the hyperparameters by the rule's names from the framework's settings."""
        found: dict[str, Any] = {}
        for name, parts in self.parts.items():
            value = settings[name]
            if len(parts) == 1:
                found[parts[0]] = value
            elif not isinstance(value, tuple | list) or len(value) != len(parts):
                raise ValueError(
                    f"{name} must be {len(parts)} numbers, {', '.join(parts)}, "
                    f"got {_checks.shown(value)}"
                )
            else:
                found |= zip(parts, value, strict=True)
        return found


def settings_for(framework: str, exported: Exported) -> Settings:
    """Return the settings that a framework's optimizer has for a rule."""
    names = NAMES[framework]
    parts: dict[str, tuple[str, ...]] = {names.get(n, n): (n,) for n in exported.defaults}
    betas = tuple(name for name in exported.defaults if re.fullmatch(r"beta[1-9]", name))
    if framework == "torch" and len(betas) > 1:
        # Where the first of them is: the order is that of the rule's fields.
        parts = {
            "betas" if name == betas[0] else name: betas if name == betas[0] else part
            for name, part in parts.items()
            if name not in betas[1:]
        }
    first = names.get("lr", "lr")
    return Settings(exported, {first: parts.pop(first), **parts})


def _default(value: Any) -> Any:
    required = value is REQUIRED or (isinstance(value, tuple) and REQUIRED in value)
    return inspect.Parameter.empty if required else value
