"""What a step of a rule costs, counted in its traced code."""

from __future__ import annotations

from typing import Any

from adaptive.rules.base import Rule
from adaptive.tracing import trace_rule
from adaptive.tracing.record import differs


def operations(rule: Rule) -> dict[str, int]:
    """Return how many operations a step of a rule costs for each parameter.

    What depends on the step number and the hyperparameters alone is not
    counted: it is computed once for all parameters. The final addition to the
    parameters is.

    Parameters
    ----------
    rule : Rule
        The rule.

    Returns
    -------
    dict of int
        ``"cheap"`` operations, such as sums and products; ``"dear"`` ones, roots and quotients;
        ``"arrays"``, the state arrays that are kept.

    Examples
    --------
    >>> from adaptive import SGD, Adam
    >>> from adaptive.tracing.cost import operations
    >>> operations(SGD())
    {'cheap': 2, 'dear': 0, 'arrays': 0}
    """
    traced = trace_rule(rule)
    programs = [traced.update] + ([traced.lookahead] if traced.lookahead is not None else [])
    count = {"cheap": 1, "dear": 0, "arrays": len(rule.state_names)}
    for program in programs:
        varies: dict[Any, bool] = {}
        for node in program.nodes():
            varies[node] = any(varies[each] for each in node.args) or (
                node.op == "symbol" and differs(str(node.value))
            )
            if node.args and varies[node]:
                dear = node.op in ("divide", "sqrt", "power", "reciprocal", "exp", "log")
                count["dear" if dear else "cheap"] += 1
    return count
