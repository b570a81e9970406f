"""What a student's function was asked, and what it returned, written down call by call.

Where marks count, a process in which no student's code runs marks the transcript once more: so
points that something in the notebook has made of its own are found, see
`adaptive.course.instructor.replay`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

#: The calls of the last check, as JSON has them.
CALLS: list[dict[str, Any]] = []
#: More calls, and more numbers in one value, are not written down.
MOST_CALLS, MOST_NUMBERS = 2_000, 10_000
#: What has no methods of a student's own.
_PLAIN = (bool, int, float, str, np.ndarray)


class Stopped(Exception):
    """What stopped a function when its transcript was written.

    Parameters
    ----------
    says : str
        What was told to the student.
    reached : dict
        The function's own names, and what they held.
    stops : bool
        Whether it was not called again.
    """

    def __init__(self, says: str, reached: Mapping[str, Any], *, stops: bool) -> None:
        super().__init__(says)
        self.reached, self.stops = reached, stops


class Replayed:
    """Stands for a student's function, and gives back what a transcript says.

    Parameters
    ----------
    calls : list of dict
        The transcript.
    """

    def __init__(self, calls: list[dict[str, Any]]) -> None:
        self._calls = iter(calls)

    def __call__(self, *given: Any) -> Any:
        """Return what the next call returned, or raise `Stopped`; ask what it asked."""
        call = next(self._calls, None)
        if call is None:
            raise ValueError("calls must be as many as there were in the check")
        for place, points in call["asked"]:
            for point in points:
                # A wrong point is marked for what it is; here it must not stop anything.
                with contextlib.suppress(ValueError, TypeError):
                    given[place](_numbers(point))
        if "says" in call:
            reached = {name: _numbers(value) for name, value in call["reached"].items()}
            raise Stopped(call["says"], reached, stops=call["stops"])
        return _decoded(call["value"])


@contextlib.contextmanager
def writing(arguments: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Write down a call: what it asked of functions that were handed in, and what is noted here.

    Parameters
    ----------
    arguments : dict
        What is handed in. A function with a list `asked` remembers there what it was asked.
    """
    lists = [(k, getattr(one, "asked", None)) for k, one in enumerate(arguments.values())]
    before = [(k, asked, len(asked)) for k, asked in lists if isinstance(asked, list)]
    call: dict[str, Any] = {}
    try:
        yield call
    finally:
        call["asked"] = [[k, [_encoded(x) for x in asked[n:]]] for k, asked, n in before]
        if len(CALLS) < MOST_CALLS:
            CALLS.append(call)


def plain(result: Any) -> Any:
    """Return what a function returned, with arrays in the place of objects that make numbers.

    What such an object says of itself later, and to whom, decides on nothing.
    """
    if isinstance(result, Mapping):
        return {str(name): _plain(one) for name, one in result.items()}
    if isinstance(result, tuple | list):
        kind = tuple if isinstance(result, tuple) else list
        return kind(_plain(one) for one in result)
    return _plain(result)


def _plain(one: Any) -> Any:
    """Return one value, as an array if it is no number, text or array already."""
    if one is None or type(one) in _PLAIN or isinstance(one, np.generic):
        return one
    with contextlib.suppress(TypeError, ValueError):
        return np.array(one, np.float64)
    return one


def value(result: Any) -> Any:
    """Return what a function returned as JSON has it."""
    if result is None:
        return None
    if isinstance(result, Mapping):
        return {"dict": {str(name): _encoded(one) for name, one in result.items()}}
    if isinstance(result, tuple | list):
        kind = "tuple" if isinstance(result, tuple) else "list"
        return {kind: [_encoded(one) for one in result]}
    return _encoded(result)


def reached(names: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a function's names held when it stopped: those that are numbers."""
    found = {name: _encoded(one) for name, one in names.items()}
    return {name: one for name, one in found.items() if "array" in one}


def _encoded(one: Any) -> dict[str, Any]:
    # It may be an object of the student's own, and do anything.
    with contextlib.suppress(Exception):
        array = np.array(one, np.float64)
        if array.size <= MOST_NUMBERS:
            return {"array": array.ravel().tolist(), "shape": list(array.shape)}
    return {"other": type(one).__name__}


def _numbers(one: dict[str, Any]) -> Any:
    if "array" not in one:
        return str(one.get("other"))
    return np.array(one["array"], np.float64).reshape(one["shape"])


def _decoded(one: Any) -> Any:
    if one is None:
        return None
    if "dict" in one:
        return {name: _numbers(part) for name, part in one["dict"].items()}
    for kind, made in (("tuple", tuple), ("list", list)):
        if kind in one:
            return made(_numbers(part) for part in one[kind])
    return _numbers(one)
