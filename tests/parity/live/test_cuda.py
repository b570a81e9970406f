"""The fused kernels on a GPU, where there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from adaptive import Adam, export
from adaptive.export.fused import BLOCK
from tests.parity.live import alike
from tests.parity.live.training import parameter, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")


@pytest.mark.parametrize("capturable", [False, True])
@pytest.mark.parametrize("rule", alike.EVERY, ids=alike.called)
def test_the_path_is_the_rules(rule, capturable):
    gs = alike.gradients()
    p = parameter(alike.start(), device="cuda")
    optimizer = export.torch(rule)([p], capturable=capturable)
    assert optimizer.choose(p).name == "triton"
    train(optimizer, gs, p)
    (*_, (theta, ahead)) = alike.path(rule, gs, alike.start())
    assert alike.far(p.detach().cpu(), ahead) < alike.TOLERANCE
    assert alike.far(optimizer.theta(p).cpu(), theta) < alike.TOLERANCE


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_it_is_the_plain_step_on_many_shapes(dtype):
    shapes = [(BLOCK + 3,), (), (3, 5), (0, 2), (2 * BLOCK,), (1,)]
    rng = np.random.default_rng(0)
    values = [rng.normal(size=shape) for shape in shapes]
    ends = {}
    for engine in ("triton", "plain"):
        ps = [parameter(each, dtype, "cuda") for each in values]
        optimizer = export.torch(Adam)(ps, lr=0.01, engine=engine)
        for _ in range(5):
            for p, each in zip(ps, values, strict=True):
                p.grad = torch.tensor(each, dtype=dtype, device="cuda")
            optimizer.step()
        ends[engine] = ps
    eps = 4 * torch.finfo(dtype).eps
    for one, other in zip(*ends.values(), strict=True):
        torch.testing.assert_close(one, other, rtol=eps, atol=eps)


@pytest.mark.parametrize("engine", ["triton", "plain"])
def test_a_graph_of_the_step_counts_on(engine):
    gs = alike.gradients(steps=20)
    p = parameter(alike.start(), device="cuda")
    p.grad = torch.zeros_like(p)
    optimizer = export.torch(Adam)([p], engine=engine, capturable=True)

    def given(g: Any) -> None:
        p.grad.copy_(torch.tensor(g, device="cuda"))

    stream = torch.cuda.Stream()
    with torch.cuda.stream(stream):
        for g in gs[:3]:
            given(g)
            optimizer.step()
    stream.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        optimizer.step()
    for g in gs[3:]:
        given(g)
        graph.replay()
    (*_, (_, ahead)) = alike.path(Adam(), gs, alike.start())
    assert alike.far(p.detach().cpu(), ahead) < alike.TOLERANCE
    assert optimizer.state[p]["step"] == len(gs)
