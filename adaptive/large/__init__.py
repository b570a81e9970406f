"""A step in place, at the speed of the memory.

A rule's update is recorded once, and taken apart into what all elements share
and what is done to each. From the second part come a compiled loop, where
numba is installed, and a tape of numpy calls on blocks, where it is not.
"""

from adaptive.large.engine import Engine, choose, step_into

__all__ = ["Engine", "choose", "step_into"]
