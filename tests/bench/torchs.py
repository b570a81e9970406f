"""PyTorch's optimizers, each as a function that makes one step on its own parameters.

Their forms differ in details that cost no time; chapters/dictionary.ipynb has them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import torch

TORCH: dict[str, Callable[..., Any]] = {
    "SGD": lambda p, **how: torch.optim.SGD(p, lr=0.01, **how),
    "Momentum": lambda p, **how: torch.optim.SGD(p, lr=0.01, momentum=0.9, **how),
    "NAG": lambda p, **how: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True, **how),
    "Adagrad": lambda p, **how: torch.optim.Adagrad(p, lr=0.01, **how),
    "Adadelta": torch.optim.Adadelta,
    "RMSprop": torch.optim.RMSprop,
    "Adam": torch.optim.Adam,
    "AdaMax": torch.optim.Adamax,
    "Nadam": torch.optim.NAdam,
    "AMSGrad": lambda p, **how: torch.optim.Adam(p, amsgrad=True, **how),
}
#: Of which rules torch has one loop over everything.
FUSED = ("SGD", "Momentum", "NAG", "Adagrad", "Adam", "AMSGrad")


def version() -> str:
    """Return the version of PyTorch, without what it was built for."""
    return str(torch.__version__).split("+")[0]


def torch_threads(threads: int) -> None:
    """Tell torch how many threads to use."""
    torch.set_num_threads(threads)


def torch_steps(name: str, theta: Any, gradients: Sequence[Any], **how: Any) -> Callable[[], None]:
    """Return a function that makes one step for each gradient, on a copy of theta."""
    p = torch.tensor(theta)
    optimizer = TORCH[name]([p], **how)
    slopes = [torch.from_numpy(g) for g in gradients]

    def steps() -> None:
        for g in slopes:
            p.grad = g
            optimizer.step()

    return steps
