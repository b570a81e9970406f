"""A run on disk: parameters and a state in a file that numpy can open, without pickle."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import shutil
import uuid
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from adaptive import _checks, _memory
from adaptive.rules import containers, shapes
from adaptive.rules.base import Rule

#: What files say of themselves.
FORMAT, VERSION = "adaptive-optimizers state", 1
#: The array that holds what the others are, as JSON.
ABOUT = "about"
#: The containers that files need no class for.
PLAIN: dict[str, type] = {"dict": dict, "list": list, "tuple": tuple, "OrderedDict": OrderedDict}

File = str | os.PathLike[str] | BinaryIO


def save_state(file: File, theta: Any, state: Any) -> None:
    """Save parameters and the state of a rule, so that `load_state` can go on from them.

    Parameters
    ----------
    file : str, path or binary file
        Where to. A path is written as it is given, and only when all is there: what was
        saved there before stays until then, and who may read it stays as it was.
    theta : array_like, or container of arrays
        The parameters.
    state : Rule.State
        From `Rule.init` or `Rule.step`.

    Raises
    ------
    TypeError
        If an argument is of the wrong kind, or in a container that a file has no words for.
    ValueError
        If the state is not one of such parameters, or a container could not be made again.

    Notes
    -----
    The file is a ``.npz``: the arrays, and a text ``about`` in JSON that says what they are,
    with the number of the format. Hyperparameters are not in it, nor a random generator, whose
    ``bit_generator.state`` is a dict that ``json`` can write.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from adaptive import Adam, load_state, save_state
    >>> rule = Adam(lr=0.1)
    >>> theta = {"weights": np.ones((2, 3)), "bias": np.zeros(2)}
    >>> file = io.BytesIO()
    >>> save_state(file, theta, rule.init(theta))
    >>> _ = file.seek(0)
    >>> theta, state = load_state(file, rule)
    >>> state.m["bias"]
    array([0., 0.])
    """
    to_path = isinstance(file, str | os.PathLike)
    if isinstance(file, io.TextIOBase) or not (to_path or hasattr(file, "write")):
        raise TypeError(f"file must be a path or a binary file, got {_checks.shown(file)}")
    kind = getattr(type(state), "rule_name", None)
    if kind is None:
        raise TypeError(f"state must come from Rule.init or .step, got {_checks.shown(state)}")
    for name, array in zip(state._fields[1:], state[1:], strict=True):
        _check_fits(f"state.{name}", array, theta, type(state).sides.get(name))
    arrays: list[npt.NDArray[Any]] = []
    about = {
        "format": FORMAT,
        "version": VERSION,
        "rule": kind,
        "t": _checks.count("state.t", state.t),
        "theta": _described("theta", theta, arrays),
        "state": [
            [name, _described(name, array, arrays)]
            for name, array in zip(state._fields[1:], state[1:], strict=True)
        ],
    }
    named = {f"array_{k}": array for k, array in enumerate(arrays)}
    named[ABOUT] = np.array(json.dumps(about))
    if not isinstance(file, str | os.PathLike):
        np.savez(file, **named)  # type: ignore[arg-type]
        return
    path = Path(os.path.realpath(file))
    if path.exists() and not path.is_file():
        # A device or a pipe is there to be written to: a file must not take its place.
        whole = io.BytesIO()
        np.savez(whole, **named)  # type: ignore[arg-type]
        path.write_bytes(whole.getbuffer())
        return
    # Of its own: another thread, or another machine, may be saving there too.
    written = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with written.open("xb") as stream:
            np.savez(stream, **named)  # type: ignore[arg-type]
        if path.exists():
            shutil.copymode(path, written)
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)


def load_state(file: File, rule: Rule) -> tuple[Any, Any]:
    """Return parameters and a state that `save_state` has saved.

    Parameters
    ----------
    file : str, path or binary file
        Where from.
    rule : Rule
        The rule that goes on from there.

    Returns
    -------
    theta : ndarray, or container of ndarray
        The parameters, in the container that they were saved in.
    state : Rule.State
        The state, from which `Rule.step` makes the same bits as from the one that was saved.

    Raises
    ------
    ImportError
        If the file has bfloat16 numbers, and the package ml_dtypes is not installed.
    MemoryError
        If what the file holds does not fit into the memory that is available.
    OSError
        If the file cannot be read: it is not there, for instance.
    TypeError
        If an argument is of the wrong kind.
    ValueError
        If the file was not made by `save_state`, is damaged, was made by a later version or
        for another rule, or has a container that `register_container` was not told of.

    Examples
    --------
    >>> import io
    >>> import numpy as np
    >>> from adaptive import Momentum, load_state, save_state
    >>> file = io.BytesIO()
    >>> save_state(file, np.ones(2), Momentum().init(np.ones(2)))
    >>> _ = file.seek(0)
    >>> load_state(file, Momentum())
    (array([1., 1.]), State(t=0, v=array([0., 0.])))
    """
    _checks.instance("rule", rule, Rule)
    if isinstance(file, str | os.PathLike):
        with Path(file).open("rb") as stream:
            about, arrays = _read(stream)
    elif hasattr(file, "read") and not isinstance(file, io.TextIOBase):
        about, arrays = _read(file)
    else:
        raise TypeError(f"file must be a path or a binary file, got {_checks.shown(file)}")
    kind = rule.State.rule_name
    if about["rule"] != kind:
        raise ValueError(f"file must hold a state of {kind}, got one of {about['rule']}")
    try:
        theta = _remade(about["theta"], arrays)
        saved = {name: _remade(tree, arrays) for name, tree in about["state"].items()}
    except (LookupError, AttributeError, TypeError, RecursionError) as error:
        raise _not_ours(error) from error
    state = rule.restore({**saved, "t": about["t"]})
    for name, array in saved.items():
        _check_fits(f"file: {name}", array, theta, rule.State.sides.get(name))
    return theta, state


def _read(file: BinaryIO) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
    """Return what a file says of itself, and its arrays."""
    try:
        stored = np.load(file, allow_pickle=False)
        unpacked = sum(entry.file_size for entry in stored.zip.infolist())
    # Whatever a file that is none makes zipfile, numpy and json say; here and below.
    except Exception as error:
        raise _not_ours(error) from error
    _memory.check(unpacked, "load_state with such a file", "load it where there is more")
    try:
        with stored:
            about = json.loads(str(stored[ABOUT]))
            if about["format"] != FORMAT:
                raise KeyError("format")
            version = _checks.count("version", about["version"], 1)
            if version <= VERSION:
                _checks.count("t", about["t"])
                about["state"] = dict(about["state"])
                about["rule"], about["theta"]  # are there
                return about, {name: stored[name] for name in stored.files if name != ABOUT}
    except Exception as error:
        raise _not_ours(error) from error
    raise ValueError(
        f"file must be of a version up to {VERSION}, got {version}: a later version of "
        "adaptive-optimizers has saved it, and can load it"
    )


def _not_ours(error: BaseException) -> ValueError:
    said = _checks.shown(error)
    return ValueError(f"file must be one that save_state has made, whole and unchanged, got {said}")


def _check_fits(name: str, field: Any, theta: Any, side: int | None) -> None:
    """Raise a ValueError unless a state's field holds arrays as theta does, or squares for it."""
    if containers.is_empty(theta):
        raise ValueError(f"theta must hold at least one array, got {_checks.shown(theta)}")
    if containers.is_container(theta):
        held = containers.full(theta)
        for key, item in containers.checked_items(name, field, held.keys()).items():
            _check_fits(f"{name}[{key!r}]", item, held[key], side)
        return
    shape = None if containers.is_container(field) else np.shape(field)
    if side is not None and shape is not None and len(shape) == np.ndim(theta) == 1:
        return  # from `descend`: the squares of all arrays, one after the other
    wanted = shapes.square(np.shape(theta), side)
    try:
        # Where hyperparameters are arrays, one of the two may have more axes.
        np.broadcast_shapes(shape, wanted)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        of_theta = "the shape of theta" if side is None else "a shape that fits theta"
        raise ValueError(
            f"{name} must have {of_theta}, {wanted}, "
            f"got {_checks.shown(field) if shape is None else shape}"
        ) from None


# ------------------------------------------------------------------ containers


def _described(name: str, value: Any, arrays: list[npt.NDArray[Any]]) -> Any:
    """Return what a value is, as JSON can say it; its arrays are appended to ``arrays``."""
    if value is None:
        return None
    if not (containers.is_container(value) or containers.is_empty(value)):
        array = _checks.numeric(name, value)
        # bfloat16 is not numpy's: it would come back as bytes.
        foreign = array.dtype.kind == "V"
        arrays.append(array.view(np.uint16) if foreign else array)
        place = {"array": f"array_{len(arrays) - 1}"}
        return {**place, "dtype": array.dtype.name} if foreign else place
    kind, held = type(value), containers.items(value)
    if PLAIN.get(kind.__name__) is not kind and not containers.is_registered(kind):
        raise TypeError(
            f"{name} must be registered to be saved: adaptive.register_container({kind.__name__})"
        )
    described: dict[str, Any] = {
        "kind": kind.__name__,
        "items": [
            [_key(name, key), _described(f"{name}[{key!r}]", item, arrays)]
            for key, item in held.items()
        ],
    }
    rest = _rest(name, value, held)
    # Now, while there still is another way to keep it.
    containers.remade(kind, held, rest)
    return {**described, "rest": rest} if rest else described


def _key(name: str, key: Any) -> Any:
    """Return a key as JSON has it: a tuple as a list."""
    if isinstance(key, tuple):
        return [_key(name, part) for part in key]
    # Exactly these: an enum's member that is a text would come back as a text.
    if key is None or type(key) in (str, bool, int, float):
        return key
    raise TypeError(
        f"{name} must have keys that are texts, numbers or tuples of them to be saved, "
        f"got {_checks.shown(key)}"
    )


def _rest(name: str, value: Any, held: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what an object has beside the arrays: other fields, other attributes."""
    names = vars(value) if hasattr(value, "__dict__") else ()
    if dataclasses.is_dataclass(value):
        names = [field.name for field in dataclasses.fields(value) if field.init]
    rest = {name: getattr(value, name) for name in names if name not in held}
    for field, other in rest.items():
        try:
            same = json.loads(json.dumps(other)) == other
        except (TypeError, ValueError):
            same = False
        if not same:
            raise TypeError(
                f"{name}.{field} must be a text, a number or a list or dict of them to be saved, "
                f"got {_checks.shown(other)}"
            )
    return rest


def _remade(tree: Any, arrays: Mapping[str, npt.NDArray[Any]]) -> Any:
    """Return the value that a file describes."""
    if tree is None:
        return None
    if "array" in tree:
        array = _checks.numeric("array", arrays[tree["array"]])
        if "dtype" not in tree:
            return array
        if tree["dtype"] != "bfloat16":
            raise KeyError(tree["dtype"])
        import ml_dtypes

        return array.view(ml_dtypes.bfloat16)
    kind = PLAIN.get(tree["kind"]) or containers.registered(tree["kind"])
    # By place: what is no pair is then an IndexError.
    held = {_from_key(pair[0]): _remade(pair[1], arrays) for pair in tree["items"]}
    return containers.remade(kind, held, tree.get("rest", {}))


def _from_key(key: Any) -> Any:
    return tuple(map(_from_key, key)) if isinstance(key, list) else key
