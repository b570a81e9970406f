"""Recording what a rule or a problem computes, to print it in another language.

A rule is plain elementwise numpy. Called with `Traced` objects instead of
arrays, it leaves behind the expression that it computes: `record` returns it as
a `Program`, in which equal subexpressions are one, and a printer writes it down.
"""

from adaptive.tracing.anatomy import Dissection, dissect
from adaptive.tracing.graph import Graph, Node, Program, Traced, TracingError
from adaptive.tracing.javascript import (
    nodes_to_javascript,
    problem_to_javascript,
    rule_to_javascript,
)
from adaptive.tracing.latex import rule_to_latex
from adaptive.tracing.record import (
    TracedProblem,
    TracedRule,
    record,
    trace_problem,
    trace_rule,
)

__all__ = [
    "Dissection",
    "Graph",
    "Node",
    "Program",
    "Traced",
    "TracedProblem",
    "TracedRule",
    "TracingError",
    "dissect",
    "nodes_to_javascript",
    "problem_to_javascript",
    "record",
    "rule_to_javascript",
    "rule_to_latex",
    "trace_problem",
    "trace_rule",
]
