"""The measurements that are stored with the package, and the table beside the benchmarks."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from adaptive import RULES
from adaptive.large import machines, measured, records
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
    runs = report.stored()
    assert runs[0] == STORED
    assert report.MARKDOWN.read_text(encoding="utf-8") == report.markdown(runs)
    for run in runs:
        assert report.text(run) == report.place(run).read_text(encoding="utf-8")
        assert not run["made"]["quick"]


def missed(run):
    """Return what keeps no goal, by contenders, and by rule or number of rates."""
    return [
        (entry["of"], entry["to"], group.get("rule", group.get("rates")))
        for group in run.groups
        for entry in group["ratios"]
        if met(entry) is False
    ]


def test_the_goals_that_are_missed_are_those_that_the_chapter_tells():
    first, second = map(missed, machines())
    for each in (first, second):
        assert [name for of, to, name in each if (of, to) == ("step", "bare")] == [
            "SGD",
            "Momentum",
            "NAG",
            "Adagrad",
        ]
        assert ("loop", "sweep", 1_000) in each
    traffic = [[m for m in each if m[:2] == ("numba", "traffic")] for each in (first, second)]
    assert [name for _, _, name in traffic[0]] == ["AdaMax", "Nadam", "Adadelta"]
    assert [name for _, _, name in traffic[1]] == ["Adadelta", "AdaMax", "Adadelta"]
    # Beside optax, with numba, one of them keeps what the other misses.
    counted = {
        ("numba", "optax"): (0, 3),
        ("sweep", "optax"): (2, 3),
        ("plain", "blocks"): (0, 13),
        ("adaptive", "numpy"): (0, 1),
        ("numba", "torch fused"): (0, 1),
        ("numba", "traffic"): (3, 3),
        ("step", "bare"): (4, 4),
        ("loop", "sweep"): (1, 1),
    }
    for pair, (here, there) in counted.items():
        assert [m[:2] for m in first].count(pair) == here, pair
        assert [m[:2] for m in second].count(pair) == there, pair
    assert {m[:2] for m in (*first, *second)} == counted.keys()


def test_both_processors_miss_the_traffic_of_adadelta_in_float64_and_of_nothing_else():
    about = ("rule", "dtype", "threads")
    over = [
        {
            tuple(group[name] for name in about)
            for group in run.groups
            if group["task"] == "large" and group["size"] == 10_000_000
            if run.ratio(
                "numba", "traffic", "large", size=10_000_000, **{k: group[k] for k in about}
            )
            > 1.15
        }
        for run in machines()
    ]
    assert [len(each) for each in over] == [3, 3]
    assert over[0] & over[1] == {("Adadelta", "float64", 1)}


def test_what_was_asked_of_the_processors_is_counted_as_the_chapter_tells():
    for run in machines():
        asked = [
            (entry["of"], entry["to"])
            for group in run.groups
            for entry in group["ratios"]
            if met(entry) is not None
        ]
        assert asked.count(("numba", "traffic")) == 40
        assert asked.count(("plain", "blocks")) == 20
        assert asked.count(("numba", "torch fused")) == 48
        assert asked.count(("numba", "optax")) == asked.count(("sweep", "optax")) == 3
    ahead = [
        entry["ratio"]
        for group in machines()[1].groups
        for entry in group["ratios"]
        if (entry["of"], entry["to"]) == ("numba", "torch fused") and met(entry) is False
    ]
    assert 1 < max(ahead) < 1.01


def test_each_processor_has_a_file_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setattr(report, "JSON", tmp_path / "measured.json")
    other = {**STORED, "machine": {**STORED["machine"], "cpu": "Some Chip(R) 9-X @ 3GHz"}}
    for run, name in (
        (STORED, "measured.json"),
        (other, "measured_some_chip_r_9_x_3ghz.json"),
        (STORED, "measured.json"),
    ):
        assert report.place(run).name == name
        report.place(run).write_text(report.text(run), encoding="utf-8")
    assert report.stored() == [STORED, other]


def test_goals_of_machines_stand_beside_each_other():
    def run(cpu, ratios):
        times = {name: {"median": 2.0, "low": 1.0, "high": 3.0} for name in "abc"}
        group = {"task": "sweep", "rates": 1000, "seconds": times, "ratios": ratios}
        return {**STORED, "machine": {**STORED["machine"], "cpu": cpu}, "groups": [group]}

    one = {"of": "a", "to": "b", "ratio": 1.5, "at_most": 1.0}
    two = {"of": "a", "to": "c", "ratio": 0.5, "at_most": 1.0}
    runs = [run("First", [one]), run("Second", [{**one, "ratio": 0.9}, two])]
    assert list(report.beside(runs)) == [
        ["sweep", "a / b ≤ 1", "0 of 1 ✗", "1.50 (1,000)", "1 of 1", "0.90 (1,000)"],
        ["sweep", "a / c ≤ 1", "–", "–", "1 of 1", "0.50 (1,000)"],
    ]
    table = report.markdown(runs)
    assert "|  | goal | First | worst | Second | worst |" in table
    assert table.index("\n## First\n") < table.index("\n## Second\n")


@pytest.mark.parametrize(("others", "busy"), [(0.02, False), (0.4, True)])
def test_a_busy_machine_is_called_one(tmp_path, others, busy):
    run = {**STORED, "made": {**STORED["made"], "others": others}}
    assert ("**A busy machine:" in report.markdown([run])) == busy
    path = tmp_path / "measured.json"
    path.write_text(report.text(run), encoding="utf-8")
    assert ("which other programs kept 40% busy" in str(read(path))) == busy


def test_the_table_marks_what_was_missed():
    entry = {"of": "a", "to": "b", "ratio": 1.5, "at_most": 1.0}
    times = {name: {"median": 2.0, "low": 1.0, "high": 3.0} for name in "ab"}
    group = {"task": "sweep", "rates": 1000, "seconds": times, "ratios": [entry]}
    assert met(entry) is False
    assert list(report.goals([group])) == [["sweep", "a / b ≤ 1", "0 of 1 ✗", "1.50 (1,000)"]]
    table = report.markdown([{**STORED, "groups": [group]}])
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


def test_the_runs_of_all_machines_are_found():
    found = machines()
    assert found[0] is measured()
    assert [run.machine for run in found] == [run["machine"] for run in report.stored()]
    assert len({run.machine["cpu"] for run in found}) == len(found)


def test_another_machine_stands_beside_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(records.resources, "files", lambda _: tmp_path)
    for name in ("measured_b.json", "measured_a.json", "exported_cpu.json", "measured.json"):
        cpu = {"machine": {**STORED["machine"], "cpu": name}}
        (tmp_path / name).write_text(report.text({**STORED, **cpu}), encoding="utf-8")
    first = read(tmp_path / "measured.json")
    monkeypatch.setattr(records, "measured", lambda: first)
    found = records.machines.__wrapped__()
    assert found[0] is first
    assert [run.machine["cpu"] for run in found[1:]] == ["measured_a.json", "measured_b.json"]


def test_what_shows_a_limit_is_explained_where_it_took_part():
    times = {"median": 2.0, "low": 1.0, "high": 3.0}
    group = {"task": "six parameters", "rule": "SGD", "ratios": [], "seconds": {"unchecked": times}}
    table = report.markdown([{**STORED, "groups": [group]}])
    assert "`unchecked` is `step` without its checks" in table and "`arithmetic`" not in table


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
