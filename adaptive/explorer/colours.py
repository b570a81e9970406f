"""Colours of the explorer on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Sequence

from adaptive import palette, plotting


def name_of(rule: object) -> str:
    """Return the name by which a rule is coloured: its class's, or that of the nearest parent."""
    kinds = [kind.__name__ for kind in type(rule).__mro__]
    return next((name for name in kinds if name in plotting.ALGORITHMS), kinds[0])


def names_of(rules: Sequence[object]) -> list[str]:
    """Return the names by which rules side by side are coloured.

    Beside its parent a rule of one's own would have the same line, so there it keeps its own name,
    and gets the colour of ink.
    """
    kinds = [type(rule).__name__ for rule in rules]
    names = map(name_of, rules)
    return [own if name in kinds else name for own, name in zip(kinds, names, strict=True)]


def look(name: str, prefix: str = "") -> str:
    """Return the colours of an algorithm, or of a concept, as custom properties for a style.

    Examples
    --------
    >>> look("Momentum")
    '--light:#2472bd;--dark:#43b6fc'
    """
    light = palette.CONCEPTS[name] if prefix else str(plotting.line(name)["color"])
    return f"--{prefix}light:{light};--{prefix}dark:{palette.on_dark(light)}"
