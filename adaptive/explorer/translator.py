"""A dictionary to look up: from the one's optimizer to a line of the other's that follows it."""

from __future__ import annotations

import html
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adaptive import _checks
from adaptive.explorer import arguments
from adaptive.explorer.figure import Figure
from adaptive.frameworks import ALGORITHMS, Entry, entry, recorded
from adaptive.frameworks.entries import TITLES, WHOLE, said

__all__ = ["Translator", "translator"]

#: Whose optimizers there are, and what they are called.
NAMES = {"book": "the book"} | {name: title for name, (title, _) in TITLES.items()}

#: What is shown where there are no lines that follow.
NOTHING = "# nothing to write"


def translator(
    algorithm: str = "RMSprop",
    source: str = "torch",
    target: str = "keras",
    *,
    key: str = "translator",
) -> Translator:
    """Offer the dictionary as three menus: which algorithm, from whom, to whom.

    Below them stands what to write, and how far it is from the path that it is to follow. All is
    stored in the page, so that the menus need no kernel.

    Parameters
    ----------
    algorithm : str, default "RMSprop"
        The book's name of the algorithm that is shown first.
    source : {"book", "torch", "optax", "keras"}, default "torch"
        Whose path is wanted at first. What somebody does not have is not offered, nor is optax's
        Adadelta, which goes uphill.
    target : {"torch", "optax", "keras"}, default "keras"
        Where it is wanted at first.
    key : str, default "translator"
        What the page calls the figure.

    Returns
    -------
    Translator
        An object that Jupyter shows.

    Raises
    ------
    ValueError
        If there is no such algorithm or framework, or both are the same.

    Examples
    --------
    >>> from adaptive import translator
    >>> translator("RMSprop", "torch", "optax")
    <translator: RMSprop from torch to optax: optax.rmsprop(0.07, decay=0.9, eps_in_sqrt=False)>
    """
    chosen = entry(algorithm)
    _checks.one_of("source", source, sources(algorithm))
    _checks.one_of("target", target, [name for name in TITLES if name != source])
    arguments.key(key)
    return Translator(chosen, source, target, key)


def sources(algorithm: str) -> list[str]:
    """Return whose optimizers of this name can be followed."""
    return list(entry(algorithm).aims)


@dataclass(frozen=True, eq=False, repr=False)
class Translator(Figure):
    """Three menus over the dictionary; made by `translator`, shown by Jupyter."""

    entry: Entry
    source: str
    target: str
    key: str

    kind = "adaptive-translator"

    def __repr__(self) -> str:
        where = f"{self.entry.algorithm} from {self.source} to {self.target}"
        code = self.entry.translation(self.source, self.target).code
        return f"<translator: {where}: {code}>"

    def _name(self) -> str:
        return "Translator: the line of one framework that follows another's optimizer"

    def _spec(self) -> dict[str, Any]:
        return {"key": self.key, "ways": {name: dict(_ways(entry(name))) for name in ALGORITHMS}}

    def _picture(self) -> str:
        menus = (
            _menu("algorithm", "Algorithm", {a: a for a in ALGORITHMS}, self.entry.algorithm)
            + _menu("source", "From", NAMES, self.source, sources(self.entry.algorithm))
            + _menu("target", "To", {name: NAMES[name] for name in TITLES}, self.target)
        )
        theirs, ours, sentence = map(html.escape, _way(self.entry, self.source, self.target))
        return (
            f'<div class="menus">{menus}</div>\n'
            f'<pre class="theirs" data-whose="From">{theirs}</pre>\n'
            f'<pre class="ours" data-whose="To">{ours}</pre>\n'
            f'<p class="said" aria-live="polite">{sentence}</p>'
        )


def _ways(of: Entry) -> Iterator[tuple[str, dict[str, tuple[str, str, str]]]]:
    """Yield whose path is wanted, and for each place where it may be, what to say."""
    for source in sources(of.algorithm):
        yield source, {name: _way(of, source, name) for name in TITLES if name != source}


def _way(of: Entry, source: str, target: str) -> tuple[str, str, str]:
    """Return the line that is to be followed, the lines that follow it, and how near."""
    way = of.translation(source, target)
    theirs = repr(of.forms()["book"]) if source == "book" else recorded(source, of.algorithm).code
    title = NAMES[target]
    if way.how == "as it comes":
        return theirs, way.code, f"{title} takes the same path as it comes."
    if way.before is None:
        sentence, why = f"{title} has none of this name", ", and"
    else:
        sentence = f"As it comes, {title} is {said(way.before or 0)} away on the {of.problems[-1]}"
        why = ". No argument changes that, and"
    if way.how == "exported":
        sentence += f"{why.removesuffix(', and')}; this exported rule takes the path."
    elif way.how == "nothing":
        sentence += f"{why} {WHOLE}."
    elif said(way.after or 0) == "same":
        sentence += ". With this it takes the same path."
    else:
        sentence += f". With this it is {said(way.after or 0)} away."
    return theirs, way.code or NOTHING, sentence


def _menu(
    name: str, label: str, options: dict[str, str], chosen: str, offered: list[str] | None = None
) -> str:
    """Return a menu; what is not offered now cannot be chosen."""
    items = "".join(
        f'<option value="{value}"{" selected" if value == chosen else ""}'
        f"{'' if offered is None or value in offered else ' disabled'}>{html.escape(text)}</option>"
        for value, text in options.items()
    )
    return f'<label><span>{label}</span><select name="{name}">{items}</select></label>'
