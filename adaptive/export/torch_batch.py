"""Some of PyTorch's tensors that make the same step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from adaptive.export.recipe import Recipe

Tensor = Any  # torch has no types where it is not installed
HALF = (torch.float16, torch.bfloat16)


def single(dtype: Any) -> Any:
    """Return the dtype that is computed in: single precision for half, others as they are."""
    return torch.float32 if dtype in HALF else dtype


@dataclass(frozen=True)
class Batch:
    """Parameters on one device that make the same step, each in place.

    Attributes
    ----------
    recipe : Recipe
        What is done.
    parameters, gradients : sequence of tensor
        The parameters, which are written over, and their gradients.
    states : sequence of sequence of tensor
        The state arrays of each parameter, which are written over.
    shared : sequence of float, or tensor
        What all elements share; as a tensor, a row of it for each parameter.
    kept : dict
        Where an engine keeps what it needs again in the next step.
    """

    recipe: Recipe
    parameters: Sequence[Tensor]
    gradients: Sequence[Tensor]
    states: Sequence[Sequence[Tensor]]
    shared: Any
    kept: dict[Any, Any]

    @property
    def wide(self) -> list[Tensor]:
        """The gradients in the dtype that is computed in."""
        pairs = zip(self.gradients, self.parameters, strict=True)
        return [gradient.to(single(parameter.dtype)) for gradient, parameter in pairs]

    def each(self) -> Iterator[tuple[Tensor, Tensor, Sequence[Tensor], Sequence[Tensor]]]:
        """Yield each parameter, its gradient, its state, and what its elements share.

        That as tensors without dimensions: these promote nothing, and functions take them.
        """
        rows: Iterable[Sequence[Tensor]]
        if isinstance(self.shared, torch.Tensor):
            rows = [row.unbind() for row in self.shared.unbind()]
        else:
            one = torch.tensor(self.shared, dtype=torch.float64).unbind()
            rows = [one] * len(self.parameters)
        yield from zip(self.parameters, self.wide, self.states, rows, strict=True)

    def noted(self) -> None:
        """Tell torch that tensors were written past its eyes.

        So a backward pass that needs the old values says that they are gone.
        """
        states = (each for state in self.states for each in state)
        torch.autograd.graph.increment_version([*self.parameters, *states])
