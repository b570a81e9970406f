"""Many networks trained at once: one rule, all its rates, all seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.func import grad, vmap

from adaptive import Rule, export
from adaptive.problems.networks.network import Network
from tests.networks import models
from tests.networks.tasks import Size, knob, rates

Tensor = Any

#: The scores of each network, by its name.
SCORES: dict[str, Callable[[dict[str, Tensor], Tensor], Tensor]] = {
    "transformer": models.transformer,
    "convolution": models.convolution,
    "perceptron": models.perceptron,
}
#: So many rows are asked for the loss at once.
ROWS = 256


def split(network: Network, theta: Tensor) -> dict[str, Tensor]:
    """Return views of one vector as the network's arrays by name."""
    shapes = network.blocks.shapes
    parts = theta.split([int(np.prod(shape)) for shape in shapes.values()])
    return {name: part.view(shapes[name]) for name, part in zip(shapes, parts, strict=True)}


def run(network: Network, kind: type[Rule], size: Size, device: str) -> dict[str, Any]:
    """Train a network with a rule, and return what it has learned.

    A seed gives a start and the minibatches; these are the same for all rates and rules.

    Returns
    -------
    dict
        The ``rule``, its ``knob`` and ``rates``; and the losses after the last step on what was
        held out and on as many rows of the training data, ``validation`` and ``training``, for
        each rate a list over the seeds; None where the loss is no finite number.
    """
    scores, values = SCORES[network.name], rates(kind, size.rates)

    def loss(theta: Tensor, X: Tensor, y: Tensor) -> Tensor:
        return models.loss(scores(split(network, theta), X), y)

    # Over rates, which share minibatches, and over seeds, which do not.
    slope = vmap(vmap(grad(loss)), in_dims=(0, None, None))
    starts = torch.tensor(np.array([network.initial(seed) for seed in range(size.seeds)]))
    theta = starts.float().to(device).repeat(len(values), 1, 1)
    # The parameters are parts of theta, so that one gradient is taken for all.
    parameters = [torch.nn.Parameter(part) for part in theta]
    groups = [{"params": [p], knob(kind): v} for p, v in zip(parameters, values, strict=True)]
    optimizer = export.torch(kind)(groups)
    X, y = (torch.tensor(array, device=device) for array in (network.X, network.y))
    X = X.float() if X.is_floating_point() else X
    for batch in torch.tensor(batches(network, size), device=device).unbind(1):
        for parameter, g in zip(parameters, slope(theta, X[batch], y[batch]), strict=True):
            parameter.grad = g
        optimizer.step()
    # Without what NAG looks ahead.
    end = torch.stack([optimizer.theta(parameter) for parameter in parameters])
    few = len(network.held_out.X)
    return {
        "rule": kind.__name__,
        "knob": knob(kind),
        "rates": values,
        "validation": _mean(loss, end, network.held_out.X, network.held_out.y),
        "training": _mean(loss, end, network.X[:few], network.y[:few]),
    }


def batches(network: Network, size: Size) -> Any:
    """Return the rows of each minibatch, shape (seeds, steps, batch_size)."""
    rngs = [np.random.default_rng([seed, 1]) for seed in range(size.seeds)]
    return np.array([network.draws(range(size.steps), rng) for rng in rngs])


@torch.no_grad()
def _mean(loss: Any, theta: Tensor, X: Any, y: Any) -> list[list[float | None]]:
    """Return the mean loss over some rows, for each rate and seed."""
    each = vmap(vmap(loss, in_dims=(0, None, None)), in_dims=(0, None, None))
    total = torch.zeros(theta.shape[:2], dtype=torch.float64, device=theta.device)
    for low in range(0, len(X), ROWS):
        rows = torch.tensor(X[low : low + ROWS], device=theta.device)
        rows = rows.float() if rows.is_floating_point() else rows
        total += len(rows) * each(
            theta, rows, torch.tensor(y[low : low + ROWS], device=theta.device)
        )
    means = (total / len(X)).cpu().numpy()
    return [[float(f"{v:.4g}") if np.isfinite(v) else None for v in row] for row in means]
