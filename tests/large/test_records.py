"""The measurements that are stored with the package, and the table beside the benchmarks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from adaptive import RULES
from adaptive.large import measured
from adaptive.large.records import read
from tests.bench import report
from tests.bench.measure import met

STORED = json.loads(report.JSON.read_text(encoding="utf-8"))
LARGE = [group for group in STORED["groups"] if group["task"] == "large"]


def test_every_rule_was_measured_at_every_size():
    for kind in RULES:
        for size in (1_000_000, 10_000_000):
            for dtype in ("float32", "float64"):
                about = {"rule": kind.__name__, "size": size, "dtype": dtype}
                group = measured().group("large", **about, threads=1)
                assert {"traffic", "numba", "blocks", "plain"} <= set(group["seconds"])
        assert "bare" in measured().group("six parameters", rule=kind.__name__)["seconds"]


def test_every_task_was_measured():
    assert {group["rates"] for group in STORED["groups"] if group["task"] == "sweep"} == {
        1_000,
        10_000,
        100_000,
    }
    assert measured().ratio("adaptive", "numpy", "import") > 1
    for name in ("Adagrad", "Adam", "AMSGrad", "Momentum", "NAG", "SGD"):
        chosen = [group for group in LARGE if group["rule"] == name]
        assert all("torch fused" in group["seconds"] for group in chosen)
    for name in ("cpu", "cores", "caches", "memory", "system"):
        assert STORED["machine"][name]
    assert set(STORED["versions"]) == {"Python", "numpy", "numba", "torch", "optax", "jax"}


@pytest.mark.parametrize("task", ["large", "six parameters", "sweep", "import"])
def test_ratios_agree_with_the_times(task):
    slack = 1.01  # both are rounded
    for group in STORED["groups"]:
        if group["task"] != task:
            continue
        times = group["seconds"]
        assert all(0 < t["low"] <= t["median"] <= t["high"] for t in times.values()), group
        for entry in group["ratios"]:
            # In at least half of the rounds the one was not below its lower quartile while the
            # other was not above its upper one; so the median of the ratios is not below theirs.
            low = times[entry["of"]]["low"] / times[entry["to"]]["high"]
            high = times[entry["of"]]["high"] / times[entry["to"]]["low"]
            assert low / slack <= entry["ratio"] <= high * slack, group


def test_every_goal_is_asked_of_what_took_part():
    asked = {(g["task"], e["of"], e["to"]) for g in STORED["groups"] for e in g["ratios"]}
    assert asked >= {
        ("large", "numba", "torch fused"),
        ("large", "numba", "traffic"),
        ("large", "plain", "blocks"),
        ("six parameters", "step", "optax"),
        ("six parameters", "step", "torch"),
        ("six parameters", "step", "bare"),
        ("sweep", "sweep", "optax"),
        ("sweep", "numba", "optax"),
        ("sweep", "loop", "sweep"),
        ("import", "adaptive", "numpy"),
    }


def test_the_table_is_made_from_the_numbers():
    assert report.MARKDOWN.read_text(encoding="utf-8") == report.markdown(STORED)
    assert report.text(STORED) == report.JSON.read_text(encoding="utf-8")


def test_the_table_marks_what_was_missed():
    entry = {"of": "a", "to": "b", "ratio": 1.5, "at_most": 1.0}
    times = {name: {"median": 2.0, "low": 1.0, "high": 3.0} for name in "ab"}
    group = {"task": "sweep", "rates": 1000, "seconds": times, "ratios": [entry]}
    assert met(entry) is False
    assert list(report.goals([group])) == [["sweep", "a / b ≤ 1", "0 of 1 ✗", "1.50 (1,000)"]]
    table = report.markdown({**STORED, "groups": [group]})
    assert "| 1,000 | 2.00e+03 ± 50% | 2.00e+03 ± 50% | 1.50 ✗ |" in table
    more = {**entry, "at_least": 1.4}
    del more["at_most"]
    assert met(more) is True


# ------------------------------------------------------------------ the loader


ADAM = {"rule": "Adam", "size": 10_000_000, "dtype": "float32", "threads": 1}


def test_it_finds_times_and_ratios():
    group = measured().group("large", **ADAM)
    assert measured().seconds("numba", "large", **ADAM) == group["seconds"]["numba"]["median"]
    assert measured().ratio("plain", "blocks", "large", **ADAM) > 1
    words = str(measured())
    assert STORED["machine"]["cpu"] in words
    assert "To measure again: make bench" in words


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: measured().group("large"), "must name one group"),
        (lambda: measured().group("large", **ADAM | {"rule": "Lion"}), "'rule': 'Lion'.* for 0"),
        (lambda: measured().group("swim"), "'task': 'swim'.* for 0; there are .*'task'"),
        (lambda: measured().seconds("keras", "large", **ADAM), "contender must be one of .*numba"),
        (lambda: measured().ratio("a", "b", "large", **ADAM), "ratio must be one of .*'a / b'"),
    ],
)
def test_what_was_not_measured_is_said(ask, words):
    with pytest.raises(ValueError, match=words):
        ask()


def test_a_file_that_is_not_there_or_not_right(tmp_path):
    path = tmp_path / "measured.json"
    with pytest.raises(FileNotFoundError, match=r"measured\.json is not there: .* `make bench`"):
        read(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"measured\.json is not JSON .* `make bench`"):
        read(path)
    path.write_text('{"made": {}, "groups": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="has no machine, versions: `make bench`"):
        read(path)


def test_two_readings_are_two_things():
    """They hold dictionaries, which have no hash: as things of their own they have one."""
    assert len({measured(), measured()}) == 1
    one = measured()
    assert replace(one) != one
