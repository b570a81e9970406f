"""A run that was saved goes on with the same bits, and what is no saved run is refused."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import zipfile
from collections import OrderedDict, deque, namedtuple
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adaptive import (
    NAG,
    SGD,
    SOAP,
    Adam,
    AdamW,
    AMSGrad,
    Mixed,
    Momentum,
    Rule,
    _memory,
    descend,
    load_state,
    register_container,
    save_state,
)
from adaptive.problems import Digits
from tests.every import ALL, ON_MATRICES
from tests.rules.alike import same

Pair = register_container(namedtuple("Pair", "weights bias"))


@register_container
@dataclass(frozen=True)
class Dense:
    weights: Any
    bias: Any


@dataclass
class Named:
    name: str
    weights: Any
    sizes: list[int] = field(default_factory=list)


register_container(Named, ["weights"])


@register_container
class Tagged(dict):  # type: ignore[type-arg]
    """A dict that has more than its items."""

    tag = "none"


class Bag:
    """No dataclass."""

    def __init__(self, w: Any) -> None:
        self.w = w


register_container(Bag, ["w"])


@register_container
class Counted(dict):  # type: ignore[type-arg]
    """A dict that cannot be made from nothing."""

    def __init__(self, items: Any) -> None:
        super().__init__(items)


class Colour(StrEnum):
    RED = "red"


register_container(deque)
ONE, TWO = np.array([1.0, -2.0]), np.arange(6.0).reshape(3, 2)
TAGGED = Tagged(w=ONE)
TAGGED.tag = "mine"
CONTAINERS = {
    "array": ONE,
    "float32": ONE.astype(np.float32),
    "big-endian": ONE.astype(">f8"),
    "Fortran": np.asfortranarray(TWO),
    "number": np.array(0.5),
    "empty": np.zeros((0, 3)),
    "dict": {"b": ONE, "a": TWO},
    "matrices": {"layers": [(TWO,), {"W": TWO.T}]},
    "keys": {1: ONE, "1": TWO, (0, ("x", 2.5)): ONE, None: TWO, True + 1: ONE},
    "list": [ONE, ONE],
    "tuple": (ONE, TWO),
    "ordered": OrderedDict(b=ONE, a=TWO),
    "namedtuple": Pair(TWO, np.array(1.0)),
    "dataclass": Dense(TWO, ONE),
    "names": Named("first", ONE, [1, 2]),
    "class": Bag(ONE),
    "attributes": TAGGED,
    "deque": deque([ONE, ONE]),
    "layers without parameters": [(ONE, TWO), (), {"w": ONE, "relu": {}}, [None, []]],
    "nested": {"layers": [Dense(TWO, {"x": (ONE, Pair(ONE, TWO))}), [ONE]], "out": Bag([ONE])},
}


#: Rules on matrices take those that hold nothing else.
every_rule_and_form = pytest.mark.parametrize(
    ("kind", "form"),
    [
        pytest.param(kind, form, id=f"{kind.__name__}-{form}")
        for kind in ALL
        for form in (("Fortran", "matrices") if kind in ON_MATRICES else CONTAINERS)
    ],
)


@pytest.mark.parametrize(
    "other",
    [
        TWO + 1,
        ONE.astype(np.float16),
        np.array([1.0, -2.5]),
        {"b": ONE, "a": TWO + 1},
        {"a": TWO, "b": ONE},
        {"b": ONE},
        OrderedDict(a=TWO, b=ONE),
        [ONE, TWO],
        [ONE],
        (ONE, ONE),
        deque([ONE, TWO]),
        Pair(TWO, np.array(2.0)),
        Dense(TWO, TWO),
        Named("second", ONE, [1, 2]),
        Named("first", ONE, [1, 3]),
        Named("first", TWO, [1, 2]),
        Bag(TWO),
        Tagged(w=ONE),
        None,
        "first",
    ],
    ids=lambda other: type(other).__name__,
)
def test_what_differs_is_not_the_same(other: Any) -> None:
    for form, value in CONTAINERS.items():
        with pytest.raises(AssertionError):
            same(value, other)
        same(value, CONTAINERS[form])


def saved(theta: Any, state: Any) -> io.BytesIO:
    file = io.BytesIO()
    save_state(file, theta, state)
    file.seek(0)
    return file


@every_rule_and_form
def test_what_was_saved_comes_back_and_goes_on(kind: type[Rule], form: str, tmp_path: Path) -> None:
    rule, theta = kind(), CONTAINERS[form]
    state = rule.init(theta)
    for _ in range(3):
        theta, state = rule.step(theta, theta, state)
    save_state(tmp_path / "run", theta, state)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    again, restored = load_state(str(tmp_path / "run"), rule)
    same(again, theta)
    same(restored, state)
    same(rule.step(again, again, restored), rule.step(theta, theta, state))


@every_rule_and_form
def test_what_init_makes_restore_takes(kind: type[Rule], form: str) -> None:
    rule, theta = kind(), CONTAINERS[form]
    state = rule.init(theta)
    same(rule.restore(state._asdict()), state)
    same(rule.restore(state), state)
    _, stepped = rule.step(theta, theta, state)
    same(rule.restore(stepped._asdict()), stepped)


@pytest.mark.parametrize(
    ("saved", "words"),
    [
        ({"t": 1, "m": {"a": ONE}, "v": {"b": ONE}}, r"saved\['v'\] must hold .* saved\['m'\] "),
        ({"t": 1, "m": {"a": ONE}, "v": ONE}, r"saved\['v'\] must hold arrays as saved\['m'\]"),
        ({"t": 1, "m": ONE, "v": {"a": ONE}}, r"saved\['m'\]"),
        ({"t": 1, "m": {}, "v": {}}, r"saved\['m'\] must hold at least one array"),
        (
            {"t": 1, "m": {"a": [ONE]}, "v": {"a": [ONE, ONE]}},
            r"saved\['v'\]\['a'\] must hold arrays as saved\['m'\]\['a'\]",
        ),
    ],
)
def test_fields_that_are_not_alike(saved: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Adam().restore(saved)
    with pytest.raises(TypeError, match=r"saved\['m'\]\['a'\] must be a real number"):
        Adam().restore({"t": 1, "m": {"a": "x"}, "v": {"a": ONE}})


def test_bfloat16() -> None:
    ml_dtypes = pytest.importorskip("ml_dtypes")
    theta = {"w": np.array([1.5, -2, np.inf], ml_dtypes.bfloat16)}
    again, state = load_state(saved(theta, Adam().init(theta)), Adam())
    same(again, theta)
    assert state.v["w"].dtype == np.float32


def test_nothing_is_pickled() -> None:
    file = saved(CONTAINERS["nested"], Adam().init(CONTAINERS["nested"]))
    with np.load(file, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind in "fU" for name in arrays)
        assert json.loads(str(arrays["about"]))["version"] == 1


def test_a_file_of_the_first_version_is_read() -> None:
    """Made by version 1 of the format, and kept."""
    theta, state = load_state(Path(__file__).with_name("saved_1.npz"), Adam(lr=0.1))
    same(theta, {"w": np.array([[0.75, 2.0]]), "b": [np.array(-1.5, np.float32)]})
    assert state.t == 7
    same(state.m, {"w": np.array([[0.5, -0.25]]), "b": [np.array(0.125, np.float32)]})
    same(state.v, {"w": np.array([[4.0, 0.0625]]), "b": [np.array(9.0, np.float32)]})


def npz(**arrays: Any) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def about(**changed: Any) -> bytes:
    """Return a file whose description says something else."""
    file = saved({"w": ONE}, Momentum().init({"w": ONE}))
    with np.load(file) as stored:
        arrays = dict(stored)
    said = json.loads(str(arrays.pop("about"))) | changed
    said = {key: value for key, value in said.items() if value != "gone"}
    return npz(about=np.array(json.dumps(said)), **arrays)


WHOLE = saved(ONE, Momentum().init(ONE)).getvalue()
NOT_OURS = {
    "empty": b"",
    "text": b"hello, world",
    "zip": b"PK\x05\x06" + 18 * b"\0",
    "npz": npz(t=1, v=ONE),
    "pickle": b"\x80\x04K\x01.",
    "about what": npz(about=np.array("[]")),
    "no JSON": npz(about=np.array("{")),
    "deep": npz(about=np.array(100_000 * "[")),
    "half": WHOLE[: len(WHOLE) // 2],
    "changed": WHOLE.replace(b"\xf0?", b"\xf0@"),
    "format": about(format="another"),
    "no version": about(version="gone"),
    "no theta": about(theta="gone"),
    "no state": about(state="gone"),
    "no t": about(t="gone"),
    "no tree": about(theta=3),
    "no array": about(theta={"array": "array_9"}),
    "no items": about(theta={"kind": "dict"}),
    "number for a pair": about(theta={"kind": "dict", "items": [["w"]]}),
    "text for a pair": about(theta={"kind": "dict", "items": {"w": 1}}),
    "version in words": about(version="1"),
    "version 0": about(version=0),
    "version true": about(version=True),
    "t below 0": about(t=-1),
    "t in words": about(t="3"),
    "t a fraction": about(t=1.5),
    "t true": about(t=True),
    "another dtype": about(theta={"array": "array_0", "dtype": "int4"}),
    "texts": about(theta={"array": "about"}),
    "booleans": saved(ONE, SGD().init(ONE)).getvalue().replace(b"'<f8'", b"'|b1'"),
    "objects": npz(about=np.array("{}"))[:60],
}


@pytest.mark.parametrize("name", NOT_OURS)
def test_what_was_not_saved_by_us(name: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(NOT_OURS[name])
    for file in (tmp_path / "file", io.BytesIO(NOT_OURS[name])):
        with pytest.raises(ValueError, match=r"^file must be one that save_state has made"):
            load_state(file, Momentum())


def test_each_byte_counts() -> None:
    """Whichever byte is changed, the same comes back or a clear error does."""
    whole = saved(ONE, Momentum().init(ONE)).getvalue()
    for place in range(0, len(whole), 7):
        damaged = bytearray(whole)
        damaged[place] ^= 0x55
        try:
            theta, state = load_state(io.BytesIO(bytes(damaged)), Momentum())
        except ValueError as error:
            assert str(error).startswith("file must")
        else:
            same((theta, state), (ONE, Momentum().init(ONE)))


@pytest.mark.parametrize(
    ("changed", "rule", "words"),
    [
        ({"version": 2}, Momentum(), "file must be of a version up to 1, got 2: a later version"),
        ({}, NAG(), "file must hold a state of NAG, got one of Momentum"),
        ({}, SGD(), "file must hold a state of SGD, got one of Momentum"),
        ({"state": []}, Momentum(), r"saved must hold \('t', 'v'\) for Momentum, got \('t',\)"),
        ({"theta": None}, Momentum(), "theta must hold at least one array, got None"),
        (
            {"theta": {"array": "array_0"}},
            Momentum(),
            r"file: v must have the shape of theta, \(2,\), got",
        ),
        (
            {"theta": {"kind": "dict", "items": [["b", {"array": "array_0"}]]}},
            Momentum(),
            "file: v must hold arrays as theta does, 'b', got",
        ),
        (
            {"theta": {"kind": "Dense", "items": [["height", {"array": "array_0"}]]}},
            Momentum(),
            "containers must be such .* Dense cannot: .*it holds weights, bias, not height",
        ),
        (
            {"theta": {"kind": "Bag", "items": [["height", {"array": "array_0"}]]}},
            Momentum(),
            "containers must be such .* Bag cannot: .*it holds w, not height",
        ),
        (
            {"theta": {"kind": "Unknown", "items": []}},
            Momentum(),
            r"got a Unknown: adaptive.register_container\(Unknown\) first",
        ),
    ],
)
def test_a_file_for_something_else(changed: Any, rule: Rule, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        load_state(io.BytesIO(about(**changed)), rule)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_state(tmp_path / "none", SGD())
    with pytest.raises(IsADirectoryError):
        save_state(tmp_path, ONE, SGD().init(ONE))
    assert not list(tmp_path.parent.glob("*.tmp"))


@pytest.mark.parametrize(
    ("theta", "words"),
    [
        (namedtuple("Other", "a")(ONE), r"theta must be registered .*register_container\(Other\)"),
        ({"a": [namedtuple("Other", "a")(ONE)]}, r"theta\['a'\]\[0\] must be registered"),
        ({Colour.RED: ONE}, "theta must have keys that are texts, numbers or tuples"),
        ({np.str_("red"): ONE}, "theta must have keys that are texts, numbers or tuples"),
        ({frozenset(): ONE}, "theta must have keys that are texts, numbers or tuples"),
        (Named("x", ONE, [np.ones(2)]), r"theta.sizes must be a text, a number or a list"),
        (Named("x", ONE, (1, 2)), r"theta.sizes must be a text, a number or a list"),  # type: ignore[arg-type]
        ({"a": ["b"]}, r"theta\['a'\] must be a real number"),
    ],
)
def test_what_a_file_has_no_words_for_is_not_saved(theta: Any, words: str, tmp_path: Path) -> None:
    (tmp_path / "run").write_bytes(b"before")
    with pytest.raises(TypeError, match=words):
        save_state(tmp_path / "run", theta, SGD.State(0))
    assert (tmp_path / "run").read_bytes() == b"before"


def test_saving_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(tmp_path / "run", ONE, SGD().init(ONE))
    before = (tmp_path / "run").read_bytes()

    def full(stream: Any, **arrays: Any) -> None:
        stream.write(b"half of")
        raise OSError("no space left")

    monkeypatch.setattr(np, "savez", full)
    with pytest.raises(OSError, match="no space left"):
        save_state(tmp_path / "run", TWO, SGD().init(TWO))
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert (tmp_path / "run").read_bytes() == before


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to("run")
    save_state(tmp_path / "latest", ONE, SGD().init(ONE))
    assert (tmp_path / "latest").is_symlink()
    same(load_state(tmp_path / "run", SGD())[0], ONE)


def test_another_process_goes_on(tmp_path: Path) -> None:
    theta = {"w": ONE}
    rule, state = AMSGrad(), AMSGrad().init(theta)
    theta, state = rule.step(theta, theta, state)
    save_state(tmp_path / "run", theta, state)
    code = (
        "import sys; from adaptive import *\n"
        "theta, state = load_state(sys.argv[1], AMSGrad())\n"
        "theta, state = AMSGrad().step(theta, theta, state)\n"
        "save_state(sys.argv[1], theta, state)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "run")], check=True)
    same(load_state(tmp_path / "run", rule), rule.step(theta, theta, state))


def test_no_file_needs_more_than_numpy(tmp_path: Path) -> None:
    save_state(tmp_path / "run", ONE, SGD().init(ONE))
    with zipfile.ZipFile(tmp_path / "run") as archive:
        assert sorted(archive.namelist()) == ["about.npy", "array_0.npy"]


def test_what_could_not_be_made_again_is_not_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Counted cannot: TypeError"):
        save_state(tmp_path / "run", Counted({"w": ONE}), SGD.State(0))


def test_a_state_of_other_parameters_is_not_saved(tmp_path: Path) -> None:
    for theta, words in (
        (TWO, r"state.v must have the shape of theta, \(3, 2\), got \(2, 3\)"),
        ({"w": ONE}, "state.v must hold arrays as theta does, 'w', got"),
        ({}, "theta must hold at least one array"),
    ):
        with pytest.raises(ValueError, match=words):
            save_state(tmp_path / "run", theta, Momentum().init(TWO.T))
    # A thousand rates make a thousand runs of one, which share their state at first.
    rule = Adam(lr=np.array([[0.1], [0.2], [0.3]]))
    moved, state = rule.step(ONE, ONE, rule.init(ONE))
    save_state(tmp_path / "run", moved, state)
    same(load_state(tmp_path / "run", rule), (moved, state))


def test_who_may_read_a_file_stays_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / ("n" * 250)
    save_state(path, ONE, SGD().init(ONE))
    path.chmod(0o600)
    save_state(path, TWO, SGD().init(TWO))
    assert path.stat().st_mode & 0o777 == 0o600
    same(load_state(path, SGD())[0], TWO)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_one(tmp_path: Path) -> None:
    """As a device would: a user who may do anything must not lose `/dev/null`."""
    os.mkfifo(tmp_path / "pipe")
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append((tmp_path / "pipe").read_bytes()))
    reader.start()
    save_state(tmp_path / "pipe", ONE, SGD().init(ONE))
    assert (tmp_path / "pipe").is_fifo()
    reader.join()
    same(load_state(io.BytesIO(read[0]), SGD())[0], ONE)


def test_threads_that_save_in_one_place(tmp_path: Path) -> None:
    theta, errors = np.ones(100_000), []

    def save() -> None:
        try:
            for _ in range(10):
                save_state(tmp_path / "run", theta, SGD().init(theta))
                load_state(tmp_path / "run", SGD())
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=save) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


def test_a_small_file_that_holds_much_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    file = io.BytesIO()
    with np.load(saved(ONE, SGD().init(ONE))) as stored:
        np.savez_compressed(file, about=stored["about"], array_0=np.zeros(1_000_000))
    assert len(file.getvalue()) < 20_000
    monkeypatch.setattr(_memory, "SMALL", 0)
    monkeypatch.setattr(_memory, "available", lambda: 7_900_000)
    file.seek(0)
    with pytest.raises(MemoryError, match="load_state with such a file needs 8 MB of memory"):
        load_state(file, SGD())
    monkeypatch.setattr(_memory, "available", lambda: 8_100_000)
    file.seek(0)
    assert load_state(file, SGD())[0].size == 1_000_000


def test_squares_of_a_descent_are_saved() -> None:
    """In `descend` the squares of all arrays are one vector, longer than the parameters."""
    rule, problem, rng = Mixed(SOAP(), AdamW()), Digits(), np.random.default_rng(0)
    half = descend(rule, problem, steps=2, rng=rng)
    file = io.BytesIO()
    save_state(file, half.theta[-1], half.last_state)
    file.seek(0)
    theta, state = load_state(file, rule)
    rest = descend(rule, problem, theta, steps=2, rng=rng, state=state)
    whole = descend(rule, problem, steps=4, rng=0)
    np.testing.assert_array_equal(rest.theta[-1], whole.theta[-1])
