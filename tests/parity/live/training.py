"""Parameters of PyTorch's, and optimizers that are given gradients for them."""

from __future__ import annotations

from typing import Any

import torch


def parameter(values: Any, dtype: Any = torch.float64, device: str = "cpu") -> Any:
    """Return a parameter with some values."""
    return torch.nn.Parameter(torch.tensor(values, dtype=dtype, device=device))


def train(optimizer: Any, gs: Any, *parameters: Any) -> None:
    """Make a step for each gradient, which is that of all the parameters."""
    for g in gs:
        for each in parameters:
            each.grad = torch.tensor(g, dtype=each.dtype, device=each.device)
        optimizer.step()
