"""The parts of an answer in code: equations, and the mistakes that are made in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

from adaptive.course.returned import close

#: Agrees with no answer, not even with nan.
NOTHING = np.empty((0, 0, 0))

#: From what a function was handed and what it returned: the value of a part.
Formula = Callable[[SimpleNamespace, SimpleNamespace], Any]
#: Draws the inputs of a problem's first call.
Draw = Callable[[np.random.Generator], dict[str, Any]]


@dataclass(frozen=True)
class Mistake:
    """A typical wrong formula for a part, and what to say to whoever wrote it.

    Parameters
    ----------
    says : str
        What to say.
    value : callable
        The formula.
    other_rule : bool, default False
        Whether it is another rule's: then it costs each part that is about what is new in this.
    anywhere : bool, default False
        Whether it can be made in several parts, by which it is told with the same words: then it
        is charged in the first of them.
    """

    says: str
    value: Formula
    other_rule: bool = False
    anywhere: bool = False


@dataclass(frozen=True)
class Part:
    """One equation of an answer in code.

    Parameters
    ----------
    name : str
        The property: "the velocity".
    points : float
        What it is worth.
    of : str
        The returned value that it is about.
    expected : callable, optional
        The right value, from the inputs ``i`` and the outputs ``o`` of one call.
    holds : callable, optional
        In place of ``expected``: whether a property holds.
    reminder : str
        What to say if no mistake is recognised.
    mistakes : tuple of Mistake
        Wrong formulas, recognised by name.
    accepts : tuple of callable
        Other right values: what follows from a mistake that an earlier part is charged for.
    draw : callable or tuple of callable, optional
        Draws the inputs on which this part is marked, if not the question's; of several, each
        draws those of a random problem in turn.
    charged_once : bool, default False
        Whether a mistake that is recognised in an earlier part about the same value, or a value
        that did not come out there, is not charged here again.
    spoilt : Mistake, optional
        What costs this part though its value is right: its formula gives 1 for a call that shows
        it, 0 for one that does not tell, and nan where it is not so.
    """

    name: str
    points: float
    of: str
    expected: Formula | None = None
    holds: Formula | None = None
    reminder: str = ""
    mistakes: tuple[Mistake, ...] = ()
    accepts: tuple[Formula, ...] = ()
    draw: Draw | tuple[Draw, ...] | None = None
    charged_once: bool = False
    spoilt: Mistake | None = None


def follows(of: str, mistaken: Formula, then: Formula) -> Formula:
    """Return a formula for ``Part.accepts``: ``then``, if ``of`` was mistaken in that way.

    Parameters
    ----------
    of : str
        The returned value of an earlier part.
    mistaken : callable
        The wrong formula of that part.
    then : callable
        What follows from it for this part.

    Returns
    -------
    callable
        A formula of inputs and outputs; it gives nothing where ``of`` is not mistaken so.
    """
    return lambda i, o: then(i, o) if close(getattr(o, of), mistaken(i, o)) else NOTHING
