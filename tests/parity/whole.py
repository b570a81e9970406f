"""Make the paths of others' Shampoo and SOAP again, with their packages: for `make parity`.

``python -m tests.parity.whole`` compares them with what is stored, and fails if they are others;
with ``store`` it writes what it has found. `tests/rules/test_shampoo.py` and `test_soap.py` compare
it with ours. PyTorch, optax and Keras have neither.

Each is given the same gradients, which do not depend on the parameters.
"""

from __future__ import annotations

import sys
from typing import Any
from unittest import mock

import numpy as np
import pytorch_optimizer
import torch
import torch_optimizer

from tests.parity.storing import store_or_compare
from tests.rules.muons import RATE, SHAPES, STEPS, TOLERANCE, gradients, start
from tests.rules.whole import BETAS, DECAY, EPS, FILE, FROM

#: Their SOAP makes its axes orthonormal in single precision; with this, in that of the parameters.
IN_FULL = mock.patch.object(torch, "float32", torch.float64)


def walked(optimizer: Any, parameter: Any, shape: tuple[int, int]) -> list[Any]:
    found = []
    for g in gradients(shape):
        parameter.grad = torch.tensor(g)
        with IN_FULL:
            optimizer.step()
        found.append(parameter.detach().numpy().copy())
    return found


def shampoo(kind: Any, shape: tuple[int, int], **options: Any) -> list[Any]:
    parameter = torch.nn.Parameter(torch.tensor(start(shape)))
    return walked(kind([parameter], lr=RATE, **options), parameter, shape)


def soap(shape: tuple[int, int], decay: float) -> tuple[list[Any], dict[str, Any]]:
    """Return the path, and the state after `FROM` of the gradients."""
    parameter = torch.nn.Parameter(torch.tensor(start(shape)))
    optimizer = pytorch_optimizer.SOAP(
        [parameter], lr=RATE, betas=BETAS, weight_decay=decay, precondition_frequency=1
    )
    found, kept = [], {}
    for k, g in enumerate(gradients(shape), start=1):
        parameter.grad = torch.tensor(g)
        with IN_FULL:
            optimizer.step()
        found.append(parameter.detach().numpy().copy())
        if k == FROM:
            state = optimizer.state[parameter]
            (L, R), (Q_L, Q_R) = state["GG"], state["Q"]
            named = {"m": state["exp_avg"], "v": state["exp_avg_sq"], "L": L, "R": R}
            named |= {"Q_L": Q_L, "Q_R": Q_R}
            kept = {name: each.numpy().copy() for name, each in named.items()}
    return found, kept


def main(arguments: list[str]) -> int:
    """Make all paths, and store them or compare."""
    made: dict[str, Any] = {}
    for name, shape in SHAPES.items():
        paths = {
            "pytorch_optimizer": shampoo(pytorch_optimizer.Shampoo, shape, matrix_eps=EPS),
            "torch_optimizer": shampoo(torch_optimizer.Shampoo, shape, epsilon=EPS),
        }
        made |= {f"{key}/{name}": np.array(path)[STEPS - 1] for key, path in paths.items()}
        for key, decay in (("soap", 0.0), ("soap, decay", DECAY)):
            path, kept = soap(shape, decay)
            made[f"{key}/{name}"] = np.array(path)
            made |= {f"{key}/{name}/{field}": array for field, array in kept.items()}
    return store_or_compare(made, FILE, arguments, TOLERANCE)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
