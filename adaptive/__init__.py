"""Adaptive gradient-descent optimizers whose code is their equations.

Each rule is written once, as elementwise numpy, and everything else follows
from it: `descend` makes one run, `sweep` makes many at once.
"""

from adaptive import problems
from adaptive.descent import Path, descend
from adaptive.rules import (
    NAG,
    RULES,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdaMax,
    AMSGrad,
    Momentum,
    Nadam,
    RMSprop,
    Rule,
)
from adaptive.sweep import Sweep, sweep

__all__ = [
    "NAG",
    "RULES",
    "SGD",
    "AMSGrad",
    "AdaMax",
    "Adadelta",
    "Adagrad",
    "Adam",
    "Momentum",
    "Nadam",
    "Path",
    "RMSprop",
    "Rule",
    "Sweep",
    "descend",
    "problems",
    "sweep",
]
