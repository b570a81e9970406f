"""Steps by the kernels that `fused` prints: what Triton compiles, and what it is handed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import numpy as np
import torch

from adaptive.export import fused
from adaptive.export.recipe import Recipe
from adaptive.export.torch_batch import Batch, single
from adaptive.tracing import flat

Tensor = Any
#: So many groups of 32 threads share a block.
WARPS = 4
#: Gradients may lie at as many different places before what is known of the first is forgotten.
MOST = 8


class Launches:
    """What the launches of one optimizer keep on a device from step to step.

    Parameters
    ----------
    device : torch.device
        Where the tensors are.
    count : int
        How many numbers all elements of a tensor share.
    most : int or None
        How many tables of addresses are kept: None for all, which a graph may have captured.
    """

    def __init__(self, device: Any, count: int, most: int | None) -> None:
        self.device = device
        self.shared = torch.empty(count, dtype=torch.float64)
        self.numbers = torch.empty(count, dtype=torch.float64, device=device)
        self.rows = lru_cache(maxsize=most)(self._rows)
        self.blocks = lru_cache(maxsize=most)(self._blocks)

    def written(self, shared: Sequence[float]) -> Tensor:
        """Return the numbers on the device.

        They go there from memory that is not pinned: CUDA has read it when the copy returns, and
        the next step can write over it.
        """
        self.shared.numpy()[:] = shared
        return self.numbers.copy_(self.shared, non_blocking=True)

    def _rows(self, *addresses: int) -> Tensor:
        """Return addresses on the device."""
        return torch.tensor(addresses, dtype=torch.int64).to(self.device, non_blocking=True)

    def _blocks(self, *sizes: int) -> Tensor:
        """Return for each block which of the tensors it is of, and its number there."""
        counts = [-(-size // fused.BLOCK) for size in sizes]
        which = np.repeat(np.arange(len(sizes)), counts)
        number = np.concatenate([np.arange(count) for count in counts])
        pairs = torch.from_numpy(np.stack([which, number], axis=1))
        return pairs.to(self.device, non_blocking=True)


def run(batch: Batch) -> None:
    """Make one step on parameters of one dtype, whose gradients have one dtype too."""
    parameters, apart = batch.parameters, isinstance(batch.shared, torch.Tensor)
    gradients = [_readable(gradient) for gradient in batch.gradients]
    count = len(batch.recipe.split.shared)
    key = (parameters[0].device, count, apart)
    if key not in batch.kept:
        batch.kept[key] = Launches(parameters[0].device, count, None if apart else MOST)
    launches = batch.kept[key]
    tensors = zip(parameters, gradients, *zip(*batch.states, strict=True), strict=True)
    sizes = [parameter.numel() for parameter in parameters]
    rows = launches.rows(
        *(
            number
            for each, size in zip(tensors, sizes, strict=True)
            for number in (*map(torch.Tensor.data_ptr, each), size)
        )
    )
    blocks = launches.blocks(*sizes)
    numbers = batch.shared if apart else launches.written(batch.shared)
    if len(blocks):
        kernel = compiled(batch.recipe, parameters[0].dtype, gradients[0].dtype)
        with torch.cuda.device_of(rows):  # Triton launches on the device that is current
            kernel[(len(blocks),)](
                *(rows, blocks, numbers, count if apart else 0),
                BLOCK=fused.BLOCK,
                num_warps=WARPS,
            )
    batch.noted()


def _readable(gradient: Tensor) -> Tensor:
    """Return a gradient, or a copy where it does not lie as the kernel reads it."""
    if gradient.is_contiguous() and gradient.data_ptr() % fused.ALIGNED == 0:
        return gradient
    return gradient.clone(memory_format=torch.contiguous_format)


@cache
def compiled(recipe: Recipe, theta: Any, g: Any) -> Any:
    """Return the kernel of a recipe for some dtypes; Triton compiles it when it is first called."""
    names = (str(dtype).removeprefix("torch.") for dtype in (theta, g, single(theta)))
    return flat.defined("kernel", fused.source(recipe.split, *names))
