"""What can race, and under which name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import MISSING, fields
from typing import Any

from adaptive import _checks
from adaptive.rules.base import Rule

#: What can race: the class of a rule, or a rule, whose own values hold for what is not varied.
Entrant = type[Rule] | Rule


def rule_of(kind: Any, name: str = "kind") -> Rule:
    """Return a rule to begin with: of a class the one with its defaults.

    ``name`` is what an error calls it.

    Raises
    ------
    TypeError
        If there is neither a rule nor a class of rules whose settings have defaults.
    """
    if isinstance(kind, Rule):
        return kind
    if not (isinstance(kind, type) and issubclass(kind, Rule) and kind is not Rule):
        raise TypeError(
            f"{name} must be a rule or its class, such as SGD, got {_checks.shown(kind)}"
        )
    if asked := [
        each.name
        for each in fields(kind)
        if each.init and each.default is each.default_factory is MISSING
    ]:
        raise TypeError(
            f"{name} must be a rule, or a class whose settings have defaults, "
            f"got {kind.__name__}, which must be given {', '.join(asked)}"
        )
    return kind()


def named(rules: Any) -> dict[str, Entrant]:
    """Return what races, by name: that which is given, or else that of the class.

    Raises
    ------
    TypeError
        If there are no rules, or something that is none.
    ValueError
        If two would have one name.
    """
    several = isinstance(rules, Iterable) and not isinstance(rules, str | type)
    # A generator gives its rules once.
    given = rules if isinstance(rules, Mapping) or not several else list(rules)
    if not (several and given):
        raise TypeError(
            "rules must be a list of rules or their classes, or a dict of them by name, "
            f"got {_checks.shown(rules)}"
        )
    if isinstance(given, Mapping):
        for name, kind in given.items():
            _checks.instance("a rule's name", name, str)
            rule_of(kind, f"rules[{name!r}]")
        return dict(given)
    found: dict[str, Entrant] = {}
    for i, kind in enumerate(given):
        name = type(rule_of(kind, f"rules[{i}]")).__name__
        if name in found:
            raise ValueError(f"rules must be a dict of them by name where two are {name}")
        found[name] = kind
    return found
