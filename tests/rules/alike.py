"""Whether containers are alike, to the class of each part and the last bit of each array."""

from __future__ import annotations

from collections import UserDict, UserList, deque
from types import MappingProxyType
from typing import Any

import numpy as np


def same(one: Any, other: Any) -> None:
    """Assert that two containers are alike to the last bit, their classes as well."""
    assert type(one) is type(other)
    if isinstance(one, np.ndarray):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other, strict=True)
    elif isinstance(one, dict):
        assert list(one) == list(other)
        assert list(map(type, one)) == list(map(type, other))
        for key in one:
            same(one[key], other[key])
        same(getattr(one, "__dict__", None), getattr(other, "__dict__", None))
    elif isinstance(one, list | tuple | deque):
        assert len(one) == len(other)
        for k in range(len(one)):
            same(one[k], other[k])
    elif hasattr(one, "__dict__"):
        same(vars(one), vars(other))
    else:
        assert one == other


def leaves(value: Any, like: Any) -> list[Any]:
    """Return the arrays of a container, and assert that it is of the same form as another."""
    assert type(value) is type(like)
    if like is None:
        return []
    if isinstance(like, dict | UserDict | MappingProxyType):
        assert list(value) == list(like)
        pairs = [(value[key], like[key]) for key in like]
    elif isinstance(like, list | tuple | deque | UserList):
        pairs = list(zip(value, like, strict=True))
    elif isinstance(like, np.ndarray):
        assert value.shape == like.shape
        return [value]
    else:
        names = ("w", "b", "layers")
        pairs = [(getattr(value, n), getattr(like, n)) for n in names if hasattr(like, n)]
    return [leaf for one, other in pairs for leaf in leaves(one, other)]
