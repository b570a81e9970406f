"""Parameters that come as several arrays, in whatever holds them; it comes back as it was."""

from __future__ import annotations

import copy
import dataclasses
from collections import UserList, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import wraps
from typing import Any

import numpy as np

from adaptive import _checks

#: The kinds of sequences that may hold several arrays.
SEQUENCES = (list, tuple, deque, UserList)
#: The classes that `register_container` has been told of, and the fields that hold arrays.
_FIELDS: dict[type, tuple[str, ...]] = {}
#: The classes whose objects can be saved, by the names that files have for them.
_NAMED: dict[str, type] = {}


def register_container(kind: type, names: Sequence[str] | None = None) -> type:
    """Let a class hold parameters, as a dict or a list does.

    Dicts, lists, tuples and classes derived from them, such as a namedtuple, need this only
    to be saved with `save_state`. What holds nothing, such as the ``()`` of a layer without
    parameters, and None, such as a bias that is not there, stay where they are.

    Parameters
    ----------
    kind : type
        A dataclass, or another class whose attributes are parameters; or a class derived
        from dict, list or tuple.
    names : sequence of str, optional
        The attributes that hold arrays, or containers of them. By default all fields of a
        dataclass. What else an object has, the new ones have as well.

    Returns
    -------
    type
        The class itself, so that this can be its decorator.

    Raises
    ------
    TypeError
        If it is not a class, or one of which is not known where its arrays are.
    ValueError
        If ``names`` is empty, or a dataclass has no such field.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> import numpy as np
    >>> from adaptive import SGD, register_container
    >>> @register_container
    ... @dataclass
    ... class Layer:
    ...     weights: np.ndarray
    ...     bias: np.ndarray
    >>> layer = Layer(np.ones(2), np.array(0.5))
    >>> slope = Layer(np.array([1.0, -1.0]), np.array(2.0))
    >>> SGD(lr=0.1).step(layer, slope, SGD().init(layer))[0]
    Layer(weights=array([0.9, 1.1]), bias=array(0.3))
    """
    if not isinstance(kind, type):
        raise TypeError(f"kind must be a class, got {_checks.shown(kind)}")
    if not issubclass(kind, (Mapping, *SEQUENCES)):
        _FIELDS[kind] = _names(kind, names)
    elif names is not None:
        raise TypeError(
            f"names must not be given for {kind.__name__}, whose items are the arrays, "
            f"got {_checks.shown(names)}"
        )
    _NAMED[kind.__name__] = kind
    return kind


def _names(kind: type, names: Sequence[str] | None) -> tuple[str, ...]:
    """Return the attributes that hold arrays, checked as far as the class says what it has."""
    fields = (
        [field.name for field in dataclasses.fields(kind) if field.init]
        if dataclasses.is_dataclass(kind)
        else None
    )
    if names is None and fields is None:
        raise TypeError(
            f"kind must be a dataclass, or names say which attributes of {kind.__name__} are arrays"
        )
    chosen = fields if names is None else names
    if (
        isinstance(chosen, str)
        or not isinstance(chosen, Sequence)
        or not all(isinstance(name, str) for name in chosen)
    ):
        raise TypeError(
            f"names must be a sequence of attributes' names, got {_checks.shown(names)}"
        )
    unknown = set(chosen) - set(chosen if fields is None else fields)
    if not chosen or unknown or len(set(chosen)) < len(chosen):
        raise ValueError(
            f"names must be one or more different fields of {kind.__name__}, "
            f"got {_checks.shown(tuple(chosen))}"
        )
    return tuple(chosen)


def is_container(value: Any) -> bool:
    """Return whether this holds several arrays, as a model's parameters do.

    A list of numbers is one array; a list of arrays, of numpy or another library, holds several.
    """
    if isinstance(value, Mapping) or type(value) in _FIELDS:
        return True
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        raise TypeError(
            f"{kind} must be registered to hold parameters: adaptive.register_container({kind})"
        )
    return isinstance(value, SEQUENCES) and any(
        is_container(item) or (hasattr(item, "__array__") and not isinstance(item, np.generic))
        for item in value
    )


def is_empty(value: Any) -> bool:
    """Return whether this holds no array, as where a layer has no parameters."""
    if isinstance(value, Mapping):
        return all(map(is_empty, value.values()))
    return value is None or (isinstance(value, SEQUENCES) and all(map(is_empty, value)))


def items(container: Any) -> dict[Any, Any]:
    """Return what a container holds, by key, name or place."""
    if isinstance(container, Mapping):
        return dict(container)
    if type(container) in _FIELDS:
        return {name: getattr(container, name) for name in _FIELDS[type(container)]}
    return dict(enumerate(container))


def rebuilt(container: Any, held: Mapping[Any, Any]) -> Any:
    """Return a container like this one that holds something else under the same keys.

    What is empty in it need not be given.
    """
    kind = type(container)
    held = {
        key: held[key] if key in held else copy.deepcopy(item)
        for key, item in items(container).items()
    }
    try:
        if kind in _FIELDS:
            return _with_attributes(container, held)
        if isinstance(container, Mapping | tuple) and not isinstance(container, dict):
            return made(kind, held)
        # A class derived from these may have more than its items.
        new: Any = copy.copy(container)
        if isinstance(container, dict):
            new.update(held)
        else:
            for place, item in held.items():
                new[place] = item
        return new
    except Exception as error:
        raise TypeError(
            f"theta must be in a container that can be made again, such as a dict; "
            f"{kind.__name__} cannot: {_checks.shown(error)}"
        ) from error


def remade(kind: Any, held: Mapping[Any, Any], rest: Mapping[str, Any]) -> Any:
    """Return a container of a class with these items, and with what else it has.

    Raises
    ------
    ValueError
        If there can be no such object of this class, as it is now.
    """
    try:
        if kind in _FIELDS and set(held) != set(_FIELDS[kind]):
            raise TypeError(f"it holds {', '.join(_FIELDS[kind])}, not {', '.join(held)}")
        if dataclasses.is_dataclass(kind):
            known: Any = kind
            return known(**held, **rest)
        if kind in _FIELDS:
            new = kind.__new__(kind)
            rest = {**held, **rest}
        else:
            new = made(kind, held)
        for name, value in rest.items():
            setattr(new, name, value)
        return new
    except Exception as error:
        raise ValueError(
            f"containers must be such that their class can make them again from their items; "
            f"{kind.__name__} cannot: {_checks.shown(error)}"
        ) from error


def made(kind: Any, held: Mapping[Any, Any]) -> Any:
    """Return a mapping or a sequence of a class with these items."""
    if hasattr(kind, "_make"):
        return kind._make(held.values())
    if issubclass(kind, tuple):
        # A class derived from it may want its items one by one.
        return tuple.__new__(kind, held.values())
    if issubclass(kind, dict):
        new = kind()
        new.update(held)
    else:
        new = kind(dict(held) if issubclass(kind, Mapping) else held.values())
    if len(new) != len(held) or items(new).keys() != held.keys():
        raise TypeError(f"it would hold {_checks.shown(new)}")
    return new


def is_registered(kind: type) -> bool:
    """Return whether objects of this class can be saved under its name."""
    return _NAMED.get(kind.__name__) is kind


def registered(name: str) -> type:
    """Return the class that has been registered under this name."""
    if name not in _NAMED:
        raise ValueError(
            f"file must hold containers that are registered, got a {name}: "
            f"adaptive.register_container({name}) first"
        )
    return _NAMED[name]


def _with_attributes(container: Any, held: Mapping[Any, Any]) -> Any:
    """Return an object with other arrays; a dataclass computes anew what depends on them."""
    if dataclasses.is_dataclass(container):
        return dataclasses.replace(container, **held)  # type: ignore[type-var]
    new = copy.copy(container)
    for name, value in held.items():
        setattr(new, name, value)
    return new


def checked_items(name: str, other: Any, keys: Any, like: str = "theta") -> dict[Any, Any]:
    """Return what another container holds, in the order of these keys."""
    held = None
    if is_container(other):
        held = {k: item for k, item in items(other).items() if k in keys or not is_empty(item)}
    if held is None or held.keys() != keys:
        raise ValueError(
            f"{name} must hold arrays as {like} does, {', '.join(map(repr, keys))}, "
            f"got {_checks.shown(other)}"
        )
    return {key: held[key] for key in keys}


def each(lookahead: Callable[..., Any]) -> Callable[..., Any]:
    """Return a rule's ``lookahead`` for several arrays as well as for one."""

    @wraps(lookahead)
    def of_each(rule: Any, theta: Any, state: Any) -> Any:
        if theta.__class__ is np.ndarray or not is_container(theta):
            return lookahead(rule, theta, state)
        held = _some(theta)
        states = _states(held, state)
        return rebuilt(theta, {key: rule.lookahead(held[key], states[key]) for key in held})

    return of_each


def init_each(init: Callable[[Any], Any], theta: Any) -> Any:
    """Return the state of several arrays: each of its fields holds arrays as theta does."""
    return init_named(lambda _, array: init(array), theta)


def init_named(init: Callable[[Any, Any], Any], theta: Any) -> Any:
    """Return what `init_each` does, where ``init`` is told each array's key as well."""
    return _joined(theta, {key: init(key, array) for key, array in _some(theta).items()})


def step_each(step: Callable[[Any, Any, Any], Any], theta: Any, g: Any, state: Any) -> Any:
    """Make one step for each of several arrays.

    Parameters
    ----------
    step : callable
        Takes the parameters, the gradient and the state of one of them, and
        returns the new parameters and the new state.
    theta, g : container of arrays
        The parameters and the gradient.
    state : Rule.State
        From `init_each`, or from the step before.

    Returns
    -------
    theta, state
        The new ones, in containers of the same form.

    Raises
    ------
    ValueError
        If ``g`` or the state do not hold arrays as ``theta`` does.
    """
    return step_named(lambda _, *one: step(*one), theta, g, state)


def step_named(step: Callable[[Any, Any, Any, Any], Any], theta: Any, g: Any, state: Any) -> Any:
    """Make the steps of `step_each`, where ``step`` is told each array's key as well."""
    held = _some(theta)
    slopes, states = checked_items("g", g, held.keys()), _states(held, state)
    made = {key: step(key, held[key], slopes[key], states[key]) for key in held}
    moved = rebuilt(theta, {key: new for key, (new, _) in made.items()})
    return moved, _joined(theta, {key: new for key, (_, new) in made.items()})


def apart(theta: Any, g: Any, state: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Yield the parameters, the gradient and the state of each array, in the order of theta.

    What is a single array comes back as it is.
    """
    if not is_container(theta):
        yield theta, g, state
        return
    held = _some(theta)
    slopes, states = checked_items("g", g, held.keys()), _states(held, state)
    for key, item in held.items():
        yield from apart(item, slopes[key], states[key])


def refilled(theta: Any, arrays: Iterator[Any]) -> Any:
    """Return a container like theta with other arrays, which are given in its order."""
    if not is_container(theta):
        return next(arrays)
    return rebuilt(theta, {key: refilled(item, arrays) for key, item in _some(theta).items()})


def check_apart(theta: Any) -> None:
    """Raise a ValueError if an array is there twice: in place, it would make two steps."""
    places = [
        array.__array_interface__["data"][0]
        for array in leaves(theta)
        if isinstance(array, np.ndarray) and array.size
    ]
    if len(set(places)) < len(places):
        raise ValueError(
            "theta must hold each array once where steps are made in place, "
            f"got {_checks.shown(theta)}"
        )


def leaves(container: Any) -> Iterator[Any]:
    """Return the arrays of a container, and of those within it, in their order."""
    for item in full(container).values():
        if is_container(item):
            yield from leaves(item)
        else:
            yield item


def restored(fields: Mapping[str, Any]) -> list[Any]:
    """Return the fields of a state, by the names that they have in messages, as arrays of floats.

    All fields hold arrays as the first one does.
    """
    if not any(map(is_container, fields.values())):
        return [_checks.floating(name, array) for name, array in fields.items()]
    like, first = next(iter(fields.items()))
    keys = _some(first, like).keys() if is_container(first) else ()
    held = {name: checked_items(name, field, keys, like) for name, field in fields.items()}
    columns = [restored({f"{name}[{key!r}]": held[name][key] for name in fields}) for key in keys]
    return [
        rebuilt(field, dict(zip(keys, column, strict=True)))
        for field, column in zip(fields.values(), zip(*columns, strict=True), strict=True)
    ]


def full(container: Any) -> dict[Any, Any]:
    """Return what a container holds that is not empty."""
    return {key: item for key, item in items(container).items() if not is_empty(item)}


def _some(theta: Any, name: str = "theta") -> dict[Any, Any]:
    held = full(theta)
    if not held:
        raise ValueError(f"{name} must hold at least one array, got {_checks.shown(theta)}")
    return held


def _states(held: Mapping[Any, Any], state: Any) -> dict[Any, Any]:
    """Return the state of each of several arrays, from the state of all."""
    fields = [
        checked_items(name, array, held.keys())
        for name, array in zip(state._fields[1:], state[1:], strict=True)
    ]
    return {key: type(state)(state.t, *(field[key] for field in fields)) for key in held}


def _joined(container: Any, states: Mapping[Any, Any]) -> Any:
    """Return one state from those of the items: each field holds what theirs hold."""
    first = next(iter(states.values()))
    fields = [
        rebuilt(container, {key: state[k] for key, state in states.items()})
        for k in range(1, len(first))
    ]
    return type(first)(first.t, *fields)
