"""A step in place, at the speed of the memory.

A rule's update is recorded once, and taken apart into what all elements share
and what is done to each. From the second part come a compiled loop, where
numba is installed, and a tape of numpy calls on blocks, where it is not.
`traffic` counts what a step moves; `measured` has the times that it took
beside torch and optax, `machines` those on several processors, and
`exported` those of exported rules in PyTorch.
"""

from adaptive.large.engine import Engine, choose, step_into
from adaptive.large.records import Measured, exported, machines, measured
from adaptive.large.traffic import Traffic, traffic

__all__ = [
    "Engine",
    "Measured",
    "Traffic",
    "choose",
    "exported",
    "machines",
    "measured",
    "step_into",
    "traffic",
]
