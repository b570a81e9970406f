"""The networks of `adaptive.problems` in PyTorch, which finds their gradients by itself.

Each takes its arrays by name and a batch of inputs, and returns the score of each class. With the
arrays of the book's own problems they are these problems, which is tested; they may be larger, too.
"""

from __future__ import annotations

from typing import Any

import torch

Tensor = Any


def perceptron(w: dict[str, Tensor], X: Tensor) -> Tensor:
    """Return the scores of layers W1, b1, W2, b2, …, with tanh between them."""
    layers = len(w) // 2
    for i in range(1, layers):
        X = torch.tanh(X @ w[f"W{i}"] + w[f"b{i}"])
    return X @ w[f"W{layers}"] + w[f"b{layers}"]


def convolution(w: dict[str, Tensor], X: Tensor) -> Tensor:
    """Return the scores of two layers of 3 × 3 filters on images of 8 × 8, and a linear one."""
    H = X.reshape(len(X), 8, 8, 1)
    for i in (1, 2):
        side = H.shape[1] - 2
        # What the filters see on each place: one row for it.
        seen = [H[:, j : j + side, k : k + side] for j in range(3) for k in range(3)]
        H = torch.stack(seen, -1).flatten(3)
        H = torch.relu(H @ w[f"W{i}"] + w[f"b{i}"])
    return H.flatten(1) @ w["W3"] + w["b3"]


def transformer(w: dict[str, Tensor], X: Tensor) -> Tensor:
    """Return the scores of the next character on each place, from two blocks with attention."""
    x = w["E"][X] + w["P"]
    places, width = w["P"].shape
    ahead = torch.ones(places, places, dtype=torch.bool, device=X.device).triu(1)
    for i in (1, 2):
        u = _normed(x)
        q, k, v = (u @ w[f"W{name}{i}"] for name in "QKV")
        told = (q @ k.mT / width**0.5).masked_fill(ahead, -torch.inf).softmax(-1)
        x = x + told @ v @ w[f"WM{i}"]
        x = x + torch.relu(_normed(x) @ w[f"WA{i}"]) @ w[f"WB{i}"]
    return _normed(x) @ w["WS"]


def _normed(x: Tensor) -> Tensor:
    return x / torch.sqrt((x * x).mean(-1, keepdim=True) + 1e-6)


def loss(scores: Tensor, y: Tensor) -> Tensor:
    """Return the mean cross-entropy."""
    return torch.nn.functional.cross_entropy(scores.flatten(0, -2), y.flatten())
