"""What larger networks have learned, as it is stored with the package, and what is read from it."""

from __future__ import annotations

import json

import numpy as np
import pytest

from adaptive import RULES, SGD, Adadelta, Adam
from adaptive.problems import Convolution
from adaptive.problems.networks import Runs, larger
from adaptive.problems.networks.records import read
from tests.networks import report, tasks

STORED = json.loads(report.JSON.read_text(encoding="utf-8"))
SEEDS = len(STORED["made"]["seeds"])


def runs(medians, rates=(1e-3, 1e-2, 1e-1, 1.0, 10.0), times=1.0, more=0.1) -> Runs:
    """Return runs from three seeds with these medians."""
    validation = np.array(medians, dtype=float)[:, None] + [-0.01, 0, 5]
    close = {"times": times, "more": more}
    return Runs("n", "Adam", "lr", np.array(rates), validation, validation, close)


# ------------------------------------------------------------------ what is stored


@pytest.mark.parametrize("network", ["transformer", "convolution", "perceptron"])
def test_every_rule_was_tried_at_as_many_rates(network):
    found = larger().rules(network)
    assert list(found) == [kind.__name__ for kind in RULES]
    assert {run.network for run in found.values()} == {network}
    assert all(found[rule].rule == rule for rule in found)
    for kind in RULES:
        run = found[kind.__name__]
        assert run.validation.shape == run.training.shape == (8, SEEDS)
        assert run.rates.tolist() == tasks.rates(kind, 8)
        assert run.knob == ("eps" if kind is Adadelta else "lr")
        assert (run.validation > 0).all() and (run.training > 0).all()
        # A start has about the logarithm of the number of classes.
        assert run.best_loss < {"transformer": 3.5}.get(network, 1.0)
        assert not np.isnan(run.median).any()


def test_what_is_said_of_the_runs_is_so():
    size = tasks.SIZES[STORED["made"]["size"]]
    assert (size.steps, size.seeds) == (STORED["made"]["steps"], SEEDS)
    for name in ("convolution", "perceptron"):
        network, said = size.network(name), larger().networks[name]
        assert said["parameters"] == network.blocks.size
        assert said["rows"] == len(network.X) and said["held_out"] == len(network.held_out.X)
        assert said["batch_size"] == network.batch_size
    assert {name: said["close"] for name, said in larger().networks.items()} == tasks.CLOSE
    assert report.text(STORED) == report.JSON.read_text(encoding="utf-8")
    assert set(STORED["versions"]) == {"Python", "numpy", "torch"}
    words = str(larger())
    assert STORED["made"]["command"] in words
    assert STORED["versions"]["torch"] in words
    assert report.JSON.stat().st_size < 50_000


def test_nobody_can_change_what_is_stored():
    run = larger().runs("transformer", "Adam")
    assert not any(array.flags.writeable for array in (run.rates, run.validation, run.training))
    assert larger() is larger()


# ------------------------------------------------------------------ what is read from it


def test_the_best_rate_has_the_lowest_median():
    run = runs([2.0, 1.0, 1.5, 3.0, 4.0])
    assert run.median.tolist() == [2.0, 1.0, 1.5, 3.0, 4.0]
    assert (run.best, run.best_rate, run.best_loss) == (1, 1e-2, 1.0)
    assert run.inside
    assert not runs([1.0, 2, 3, 4, 5]).inside
    assert not runs([5.0, 4, 3, 2, 1]).inside


@pytest.mark.parametrize(
    ("medians", "basin", "decades"),
    [
        ([2.0, 1.0, 1.5, 3.0, 4.0], (1e-2, 1e-2), 1.0),
        ([1.05, 1.0, 1.1, 3.0, 1.0], (1e-3, 1e-1), 3.0),  # beyond a bad rate is another basin
        ([3.0, 1.2, 1.0, np.inf, np.inf], (1e-1, 1e-1), 1.0),
        ([1.0, 1.0, 1.0, 1.0, 1.0], (1e-3, 10.0), 5.0),
    ],
)
def test_the_basin_is_around_the_best_rate(medians, basin, decades):
    assert runs(medians).basin == basin
    assert runs(medians).decades == decades


def test_close_is_a_multiple_or_a_difference():
    medians = [0.16, 0.1, 0.14, 0.3, 0.4]
    assert runs(medians, times=1.5, more=0.0).basin == (1e-2, 1e-1)
    assert runs(medians, times=1.0, more=0.07).basin == (1e-3, 1e-1)


def test_half_decades_are_counted_as_such():
    half = runs([2.0, 1.0, 1.05, 3.0, 4.0], rates=tasks.rates(Adam, 5))
    assert half.decades == 1.0


@pytest.mark.filterwarnings("error")
def test_a_run_that_diverged_counts_as_infinite(tmp_path):
    run = {"network": "n", "rule": "SGD", "knob": "lr", "rates": [0.1, 1]}
    run |= {"validation": [[1, None, 2], [None, 3, None]], "training": [[1, 1, 1], [1, 1, None]]}
    close = {"close": {"times": 1.5, "more": 0}}
    made = {"made": {}, "machine": {}, "versions": {}, "networks": {"n": close}, "runs": [run]}
    path = tmp_path / "larger.json"
    path.write_text(report.text(made), encoding="utf-8")
    found = read(path).runs("n", "SGD")
    assert found.median.tolist() == [2, np.inf]
    assert found.training[1].tolist() == [1, 1, np.inf]
    assert report.line(run) == "n, SGD, lr: 0.1 2.000, 1 inf"


def test_a_file_that_is_not_there_or_not_right(tmp_path):
    path = tmp_path / "larger.json"
    with pytest.raises(FileNotFoundError, match=r"larger\.json is not there: .*`make networks`"):
        read(path)
    path.write_text("{", encoding="utf-8")
    with pytest.raises(ValueError, match=r"larger\.json is not JSON .*`make networks`"):
        read(path)
    path.write_text('{"made": {}, "runs": []}', encoding="utf-8")
    with pytest.raises(ValueError, match="has no machine, networks, versions: `make networks`"):
        read(path)


# ------------------------------------------------------------------ what is trained


def test_rates_are_evenly_spaced_and_equally_many():
    assert tasks.rates(SGD, 3) == [0.01, 0.03162, 0.1]
    assert tasks.rates(Adadelta, 3) == [1e-9, 1e-8, 1e-7]
    for kind in RULES:
        steps = np.diff(np.log10(tasks.rates(kind, 8)))
        assert np.allclose(steps, 1.0 if kind is Adadelta else 0.5, atol=1e-3)


def test_what_other_chapters_say():
    assert larger().made["steps"] == 500 and SEEDS == 3
    found = larger().rules("transformer")
    ends = {rule: run.validation[run.best] for rule, run in found.items()}
    assert np.all(ends["RMSprop"] < ends["Adagrad"])
    lead = np.median(ends["SGD"] - ends["Adam"])
    assert np.median(ends["SGD"] - ends["NAG"]) > 0.6 * lead


def test_the_networks_are_the_books_made_larger():
    size = tasks.SIZES["tiny"]
    assert isinstance(size.network("convolution"), Convolution)
    perceptron, text = size.network("perceptron"), size.network("transformer")
    shapes = perceptron.blocks.shapes
    assert shapes == {
        "W1": (64, 8),
        "b1": (8,),
        "W2": (8, 8),
        "b2": (8,),
        "W3": (8, 10),
        "b3": (10,),
    }
    assert text.X.shape[1] == 8 and text.blocks.shapes["P"] == (8, 8)
    assert text.X.max() < len(text.alphabet) == text.blocks.shapes["WS"][1]
    np.testing.assert_array_equal(text.X[:, 1:], text.y[:, :-1])
    # What is held out comes after what is learned from.
    assert len(text.held_out.X) == (len(text.X) + len(text.held_out.X)) // 10
    assert text.initial(0).std() == pytest.approx(text.initial(1).std(), rel=0.1)
