"""A run holds what was asked for, and says so beforehand if that will not fit."""

from __future__ import annotations

import gc
import sys
import tracemalloc
from types import SimpleNamespace

import numpy as np
import pytest

from adaptive import SGD, Adam, _memory, descend, sweep
from adaptive.problems import Circles, NoisyQuadratic, Ravine

# The name `adaptive.sweep` is the function.
CHUNK = sys.modules["adaptive.sweep"].CHUNK


def peak(function):
    """Return what a function returns, and the largest memory that it held meanwhile."""
    function()  # what the first call loads is not what it holds
    gc.freeze()  # nor is what is there: to look for garbage in it takes seconds
    tracemalloc.start()
    result = function()
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    return result, most


@pytest.mark.parametrize("keep", ["end", "loss", "path"])
@pytest.mark.parametrize("rates", [2 * CHUNK, 8 * CHUNK])
def test_a_sweep_takes_the_memory_of_what_it_keeps(keep, rates):
    lr, steps = np.geomspace(1e-3, 0.1, rates), 10
    runs, most = peak(lambda: sweep(Adam(), Ravine(), steps, keep=keep, lr=lr))
    held = runs.theta.nbytes + (0 if runs.losses is None else runs.losses.nbytes)
    assert runs.theta.shape == (steps + 1 if keep == "path" else 1, rates, 2)
    # Beside it, what one chunk works with (a few arrays), and the values themselves.
    assert held <= most <= held + 2 * lr.nbytes + 30 * CHUNK * 8


def test_seeds_and_starts_are_in_proportion_too():
    starts = np.linspace(-1, 1, 8_000).reshape(4_000, 2)
    runs, most = peak(
        lambda: sweep(SGD(), NoisyQuadratic(), 5, starts, range(20), keep="path", lr=[0.1, 0.2])
    )
    assert runs.theta.shape == (6, 2, 4_000, 20, 2)
    held = runs.theta.nbytes + runs.losses.nbytes
    assert held <= most <= held + 30 * CHUNK * 8


def test_a_path_takes_what_was_foreseen(monkeypatch):
    foreseen = []
    monkeypatch.setattr(_memory, "check", lambda needed, *_: foreseen.append(needed))
    theta = np.linspace(1, 2, 2)
    for steps in (300, 1000):
        path, most = peak(lambda steps=steps: descend(Adam(), Ravine(), theta, steps))
        assert path.steps == steps
        assert 0.7 * foreseen[-1] <= most <= 1.3 * foreseen[-1]


# ------------------------------------------------------------------ before, not after


@pytest.fixture
def poor(monkeypatch):
    """Let there be 100 MB."""
    monkeypatch.setattr(_memory, "available", lambda: 100_000_000)


@pytest.mark.parametrize(
    ("keep", "words"),
    [
        ("path", ['keep="path"', "2.4 GB", 'keep="loss" or keep="end"', "fewer steps"]),
        ("loss", ['keep="loss"', "802 MB", 'keep="end"', "fewer steps or fewer values"]),
    ],
)
def test_a_sweep_says_what_it_needs(poor, keep, words):
    lr = np.geomspace(1e-3, 0.1, 100_000)
    with pytest.raises(MemoryError) as caught:
        sweep(SGD(), Ravine(), 1_000, keep=keep, lr=lr)
    for word in ["sweep with 100,000 runs of 1,000 steps in 2 parameters", "100 MB", *words]:
        assert word in str(caught.value)


def test_the_end_alone_still_fits(poor):
    lr = np.geomspace(1e-3, 0.1, 100_000)
    assert sweep(SGD(), Ravine(), 2, lr=lr).theta.shape == (1, 100_000, 2)
    monster = np.lib.stride_tricks.as_strided(lr, (10_000_000,), (0,))
    with pytest.raises(MemoryError, match=r"160 MB of memory.* 100 MB are available: take fewer"):
        sweep(SGD(), Ravine(), 2, lr=monster)


@pytest.mark.parametrize(
    ("problem", "d", "size"), [(Ravine(), 2, "928 MB"), (Circles(), 6, "1.18 GB")]
)
def test_descend_says_what_it_needs(poor, problem, d, size):
    """Four arrays for each step of Adam, twice, and 200 bytes for each to be an object."""
    with pytest.raises(MemoryError) as caught:
        descend(Adam(), problem, steps=1_000_000)
    for word in (f"descend with 1,000,000 steps in {d} parameters", size, "take fewer steps"):
        assert word in str(caught.value)


def test_a_sweep_in_single_precision_needs_less(poor):
    # For parameters half of what the losses take, which are computed with double curvatures.
    monster = np.lib.stride_tricks.as_strided(np.ones(1), (10_000_000,), (0,))
    start = np.ones(2, np.float32)
    with pytest.raises(MemoryError, match="320 MB of memory"):
        sweep(SGD(), NoisyQuadratic(), 1, start, keep="path", lr=monster)


def test_nothing_is_asked_where_little_is_needed(monkeypatch):
    monkeypatch.setattr(_memory, "available", lambda: pytest.fail("it was asked for"))
    sweep(SGD(), Ravine(), 10, lr=[0.1, 0.2])
    descend(SGD(), Ravine(), steps=10)


def test_what_just_fits_is_not_refused(poor, monkeypatch):
    """Nor is anything asked for below 64 MiB."""
    _memory.check(100_000_000, "a run", "rest")
    with pytest.raises(MemoryError, match="a run needs 100 MB of memory, and 100 MB are available"):
        _memory.check(100_000_001, "a run", "rest")
    monkeypatch.setattr(_memory, "available", lambda: 0)
    _memory.check((64 << 20) - 1, "a run", "rest")
    with pytest.raises(
        MemoryError, match=r"a run needs 67.1 MB of memory, and 0 bytes are .*: rest"
    ):
        _memory.check(64 << 20, "a run", "rest")


# ------------------------------------------------------------------ how much there is


MEMINFO = "MemTotal: 8000 kB\nMemFree: 10 kB\nMemAvailable: 4000 kB\n"


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """Return a function that says what the machine tells about itself; psutil is not there."""
    monkeypatch.setattr(_memory, "find_spec", lambda name: None)
    monkeypatch.setattr(_memory, "PROC", tmp_path / "meminfo")
    monkeypatch.setattr(_memory, "CGROUP", tmp_path)

    def tells(**files):
        for name, text in files.items():
            (tmp_path / name.replace("_", ".")).write_text(text, encoding="ascii")

    return tells


def test_what_is_available_is_not_only_what_is_free(machine):
    machine(meminfo=MEMINFO)
    assert _memory.available() == 4000 * 1024


def test_a_container_has_less(machine):
    machine(
        meminfo=MEMINFO, memory_max="1000000\n", memory_current="600000\n",
        memory_stat="anon 1\ninactive_file 50000\n",
    )  # fmt: skip
    assert _memory.available() == 450_000
    machine(memory_stat="anon 1\n")
    assert _memory.available() == 400_000
    # What the machine has can be less than what the container may have.
    machine(memory_max=f"{1 << 40}\n")
    assert _memory.available() == 4000 * 1024
    machine(memory_max="max\n")
    assert _memory.available() == 4000 * 1024


def test_a_system_that_says_less(machine, monkeypatch):
    pages = {"SC_PHYS_PAGES": 10, "SC_PAGE_SIZE": 4096}
    monkeypatch.setattr(_memory.os, "sysconf", pages.__getitem__, raising=False)
    assert _memory.available() == 40_960
    monkeypatch.delattr(_memory.os, "sysconf")
    assert _memory.available() is None
    _memory.check(1 << 60, "a run", "rest")  # nobody knows


def test_psutil_is_asked_where_it_is(monkeypatch, tmp_path):
    psutil = SimpleNamespace(virtual_memory=lambda: SimpleNamespace(available=123))
    monkeypatch.setattr(_memory, "find_spec", lambda name: name == "psutil")
    monkeypatch.setitem(sys.modules, "psutil", psutil)
    monkeypatch.setattr(_memory, "CGROUP", tmp_path)
    assert _memory.available() == 123


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (12, "12 bytes"),
        (999, "999 bytes"),
        (999.5, "1 kB"),
        (1_000, "1 kB"),
        (999.5e3, "1 MB"),
        (999.4e9, "999 GB"),
        (999.5e9, "1 TB"),
        (123e12, "123 TB"),
        (999.4e12, "999 TB"),
        (999.5e12, "1,000 TB"),
        (999_499, "999 kB"),
        (999_600, "1 MB"),
        (2.5e9, "2.5 GB"),
        (4e15, "4,000 TB"),
    ],
)
def test_sizes_are_read_easily(number, text):
    assert _memory.size(number) == text


def test_here_it_is_known():
    assert _memory.available() is None or _memory.available() > 1e6
