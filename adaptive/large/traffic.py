"""How much memory a step moves, counted from the rule's own update."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from adaptive import _checks
from adaptive.rules.base import Rule
from adaptive.tracing import Program, trace_rule
from adaptive.tracing.record import differs


@dataclass(frozen=True)
class Traffic:
    """What one step of a rule reads and writes, in arrays of the size of theta.

    Attributes
    ----------
    state : int
        The state arrays that it keeps.
    needed : int
        What any step on arrays that do not fit a cache has to move: g is read;
        theta and the state are read and written.
    plain : int
        What plain expressions move: each operation reads its arguments and writes its result.
    passes : int
        The operations for each parameter, where what depends on the step number and the
        hyperparameters alone is left out. Plain expressions make a pass over their arrays for
        each, and a new array, unless numpy writes over one that nothing else holds.
    """

    state: int
    needed: int
    plain: int
    passes: int

    @property
    def waste(self) -> float:
        """The share of plain expressions' traffic that no step needs."""
        return 1 - self.needed / self.plain


def traffic(kind: type[Rule]) -> Traffic:
    """Count what a step of a rule moves.

    Parameters
    ----------
    kind : type
        The class of the rule.

    Returns
    -------
    Traffic
        The counts.

    Raises
    ------
    TypeError
        If it is not a class of rules.
    TracingError
        If the rule cannot be recorded.

    Examples
    --------
    >>> from adaptive import Momentum
    >>> traffic(Momentum)
    Traffic(state=1, needed=5, plain=12, passes=5)
    """
    if not isinstance(kind, type) or not issubclass(kind, Rule):
        raise TypeError(f"kind must be a class of rules, such as Adam, got {_checks.shown(kind)}")
    state = len(kind.state_names)
    known: Any = kind  # how a rule is made without arguments is not for a type to say
    passes, moved = _passes(trace_rule(known()).update)
    return Traffic(
        state=state,
        needed=3 + 2 * state,
        # And at last theta and the step are read, and their sum is written.
        plain=moved + 3,
        passes=passes + 1,
    )


def _passes(update: Program) -> tuple[int, int]:
    """Return how many operations on arrays there are, and how many arrays they read and write."""
    arrays: set[Any] = set()
    passes = moved = 0
    for node in update.nodes():
        if node.op == "symbol" and differs(str(node.value)):
            arrays.add(node)
        elif arrays & {*node.args}:
            arrays.add(node)
            passes += 1
            moved += len(arrays & {*node.args}) + 1
    return passes, moved
