"""The networks that are trained in PyTorch, beside the book's own with their written gradients."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from adaptive import RULES, descend
from adaptive.problems import Characters, Convolution, Digits
from adaptive.problems.networks.records import read
from tests.networks import models, train
from tests.networks.tasks import SIZES, Perceptron, Text, knob, rates

ROOT = Path(__file__).resolve().parents[3]
TINY = SIZES["tiny"]


@pytest.mark.parametrize(
    ("problem", "scores"),
    [
        (Digits(), models.perceptron),
        (Convolution(), models.convolution),
        (Characters(), models.transformer),
    ],
    ids=repr,
)
def test_loss_and_gradient_are_the_books(problem, scores):
    w = {
        name: torch.tensor(array, requires_grad=True)
        for name, array in problem.arrays(problem.start).items()
    }
    X, y = problem.X, problem.y
    loss = models.loss(scores(w, torch.tensor(X)), torch.tensor(y))
    loss.backward()
    assert float(loss.detach()) == pytest.approx(problem.loss(problem.start), rel=1e-12)
    slope = problem.vector({name: array.grad for name, array in w.items()})
    np.testing.assert_allclose(slope, problem.grad(problem.start), rtol=0, atol=1e-13)


def test_the_layers_of_the_perceptron_follow_each_other():
    problem = Perceptron([5, 7], batch_size=8)
    w = {name: torch.tensor(array) for name, array in problem.arrays(problem.start).items()}
    w["b1"] += 0.3
    H = np.tanh(np.tanh(problem.X @ w["W1"].numpy() + 0.3) @ w["W2"].numpy())
    scores = models.perceptron(w, torch.tensor(problem.X))
    np.testing.assert_allclose(scores, H @ w["W3"].numpy(), rtol=0, atol=1e-12)


def test_no_character_is_seen_before_its_time():
    problem = Text(width=8, context=8, batch_size=2)
    w = {name: torch.tensor(array) for name, array in problem.arrays(problem.start).items()}
    X = torch.tensor(problem.X[:3])
    other = X.clone()
    other[:, 5] = (other[:, 5] + 1) % len(problem.alphabet)
    one, changed = models.transformer(w, X), models.transformer(w, other)
    assert torch.equal(one[:, :5], changed[:, :5])
    assert not torch.isclose(one[:, 5:], changed[:, 5:]).any(-1).any(0).all()
    assert (problem.X[:, 1:] == problem.y[:, :-1]).all()


@pytest.mark.parametrize("kind", RULES, ids=lambda kind: kind.__name__)
def test_what_is_learned_is_what_the_package_learns(kind):
    """The same rule from the same starts with the same minibatches, in float64, one by one."""
    network = TINY.network("convolution")
    run = train.run(network, kind, TINY, "cpu")
    held_out, few = network.held_out, len(network.held_out.X)
    assert run["rates"] == rates(kind, TINY.rates)
    for i, rate in enumerate(run["rates"]):
        for seed, rows in enumerate(train.batches(network, TINY)):
            rule = kind(**{knob(kind): rate})
            end = descend(
                rule, network, network.initial(seed), steps=TINY.steps, batches=list(rows)
            ).theta[-1]
            assert run["validation"][i][seed] == pytest.approx(held_out.loss(end), rel=1e-3)
            w = {name: torch.tensor(array) for name, array in network.arrays(end).items()}
            scores = models.convolution(w, torch.tensor(network.X[:few]))
            training = float(models.loss(scores, torch.tensor(network.y[:few])))
            assert run["training"][i][seed] == pytest.approx(training, rel=1e-3)


def test_each_seed_has_a_start_and_minibatches_of_its_own():
    first, second = train.batches(TINY.network("perceptron"), TINY)
    assert (first != second).any() and first.shape == (TINY.steps, 8)
    (one, other), _ = train.run(TINY.network("perceptron"), RULES[0], TINY, "cpu")["validation"]
    assert one != other


def test_a_run_that_diverges_has_no_loss(monkeypatch):
    monkeypatch.setattr(train, "rates", lambda kind, many: [1e-3, 1e38])
    run = train.run(TINY.network("convolution"), RULES[0], TINY, "cpu")
    assert run["validation"][1] == run["training"][1] == [None, None]
    assert None not in run["validation"][0]


def test_the_command_stores_what_the_package_reads(tmp_path):
    command = [sys.executable, "-m", "tests.networks", "--size", "tiny", "--device", "cpu"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    path = ROOT / "_build/networks/larger.json"
    stored = read(path)
    assert stored.made["size"] == "tiny" and stored.machine["device"] == "CPU"
    for name in stored.networks:
        assert list(stored.rules(name)) == [kind.__name__ for kind in RULES]
    raw = json.loads(path.read_text(encoding="utf-8"))
    assert [run["rule"] for run in raw["runs"][: len(RULES)]] == [k.__name__ for k in RULES]
