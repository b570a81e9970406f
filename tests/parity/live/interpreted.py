"""The fused kernels in Triton's interpreter: `test_triton.py` runs this where it is turned on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import triton.language as tl
from hypothesis import HealthCheck, given, settings
from triton.language.extra import libdevice
from triton.runtime.interpreter import TensorHandle

from adaptive import Adam, Momentum, Rule, export
from adaptive.export.fused import BLOCK
from tests.parity import drawn
from tests.parity.live import alike
from tests.parity.live.training import parameter, train

#: Of what libdevice has, what kernels may call; by numpy's names.
LIBDEVICE = {
    **{name: name for name in ("exp", "expm1", "log", "log1p", "log2", "log10", "sin", "cos")},
    **{name: name for name in ("tan", "sinh", "cosh", "tanh")},
    "acos": "arccos",
    "asin": "arcsin",
    "atan": "arctan",
    "pow": "power",
}


def numpys(name: str) -> Callable[..., Any]:
    """Return a function of numpy's on the interpreter's tensors."""

    def call(*args: Any) -> Any:
        first = max(args, key=lambda each: each.handle.data.ndim)
        data = getattr(np, name)(*(each.handle.data for each in args))
        return tl.tensor(TensorHandle(data, first.handle.dtype), first.type)

    return call


# The interpreter has no libdevice.
for theirs, ours in LIBDEVICE.items():
    setattr(libdevice, theirs, numpys(ours))


@pytest.mark.parametrize("capturable", [False, True])
@pytest.mark.parametrize("rule", alike.EVERY, ids=alike.called)
def test_the_path_is_the_rules(rule, capturable):
    gs = alike.gradients(steps=50)
    p = parameter(alike.start())
    optimizer = export.torch(rule)([p], engine="triton", capturable=capturable)
    for g, (theta, ahead) in zip(gs, alike.path(rule, gs, alike.start()), strict=True):
        train(optimizer, [g], p)
        assert alike.far(p.detach(), ahead) < alike.TOLERANCE
        assert alike.far(optimizer.theta(p), theta) < alike.TOLERANCE


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=drawn.rules)
def test_the_path_of_any_rule_is_the_rules(kind):
    gs, zeros = alike.gradients(steps=10), np.zeros(alike.SHAPE)
    first = alike.start() - kind().lookahead(zeros, kind().init(zeros))
    p = parameter(alike.start())
    train(export.torch(kind)([p], engine="triton"), gs, p)
    (*_, (_, ahead)) = alike.path(kind(), gs, first)
    assert alike.far(p.detach(), ahead) < alike.TOLERANCE


@dataclass(frozen=True, eq=False)
class Whole(Rule):
    """A reader's own with each operation that can be recorded."""

    lr: Any = 0.01
    state_names: ClassVar[tuple[str, ...]] = ("row", "at_row")

    def update(self, g: Any, t: Any, row: Any, at_row: Any) -> tuple[Any, ...]:
        near = g / (1 + np.abs(g))
        row = np.sin(near) + np.cos(near) * np.tan(near) + np.arcsin(near) - np.arccos(near)
        row = row + np.arctan(g) + np.sinh(near) * np.cosh(near) - np.tanh(g) + np.sign(g)
        at_row = np.exp(near) + np.expm1(near) + np.log(2 + near) + np.log1p(near) + np.square(g)
        at_row = at_row + np.log2(2 + near) * np.log10(2 + near) - np.reciprocal(2 + near)
        at_row = at_row + (2 + near) ** near + np.sqrt(np.maximum(g, 0)) - np.minimum(g, 0)
        row = row + np.where(g > 0.1, g, -g) + np.where(g <= 0.1, near, np.where(g == near, 1, g))
        row = row + np.where(near, 1, 2) + np.where(g >= near, g, t) + np.where(g < 0, row, at_row)
        return -self.lr * row * np.where(g != 0, at_row, 3), row, at_row


def test_all_that_can_be_recorded_is_computed_as_numpy_does():
    gs = alike.gradients(steps=5)
    gs[:, 0, 0] = 0
    p = parameter(alike.start())
    train(export.torch(Whole)([p], engine="triton"), gs, p)
    (*_, (theta, _)) = alike.path(Whole(), gs, alike.start())
    assert alike.far(p.detach(), theta) < alike.TOLERANCE


def test_tensors_of_many_shapes_are_moved_in_one_launch():
    shapes = [(BLOCK + 3,), (), (3, 5), (0, 2), (2 * BLOCK,), (1,)]
    ps = [parameter(np.ones(shape), torch.float32) for shape in shapes]
    optimizer = export.torch(Adam)(ps, lr=0.1, engine="triton")
    for p in ps:
        p.grad = torch.full_like(p, 3.0)
    optimizer.step()
    for p in ps:
        np.testing.assert_allclose(p.detach(), np.full(p.shape, 0.9), rtol=1e-6)
    assert len(optimizer._kept) == 1
    export.torch(Adam)([parts := parameter(np.zeros((0, 2)))], engine="triton").step()
    parts.grad = torch.zeros_like(parts)
    export.torch(Adam)([parts], engine="triton").step()


def test_a_step_allocates_nothing_that_stays_where_the_gradients_do():
    ps = [parameter(np.ones(5)), parameter(np.ones(7))]
    optimizer = export.torch(Adam)(ps, engine="triton")
    for p in ps:
        p.grad = torch.ones_like(p)
    optimizer.step()
    (launches,) = optimizer._kept.values()
    first = launches.rows.cache_info().misses, launches.numbers.data_ptr()
    for _ in range(3):
        optimizer.step()
    assert (launches.rows.cache_info().misses, launches.numbers.data_ptr()) == first
    ps[0].grad = torch.ones_like(ps[0])
    optimizer.step()
    assert launches.rows.cache_info().misses == first[0] + 1
    assert launches.blocks.cache_info().misses == 1


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_it_is_the_plain_step_in_other_precisions(dtype):
    one, other = parameter(alike.start(), dtype), parameter(alike.start(), dtype)
    triton, plain = (
        export.torch(Adam)([p], lr=0.01, engine=engine)
        for p, engine in ((one, "triton"), (other, "plain"))
    )
    for g in alike.gradients(steps=20):
        with torch.no_grad():
            one.copy_(other)
        train(triton, [g], one)
        train(plain, [g], other)
        eps = torch.finfo(dtype).eps
        torch.testing.assert_close(one, other, rtol=2 * eps, atol=2 * eps)
    assert triton.state[one]["m"].dtype == torch.float32


def test_not_a_number_stays_so():
    @dataclass(frozen=True, eq=False)
    class Signed(Rule):
        lr: Any = 0.1
        state_names: ClassVar[tuple[str, ...]] = ("u",)

        def update(self, g: Any, t: Any, u: Any) -> tuple[Any, ...]:
            return -self.lr * np.sign(g), np.maximum(0.5 * u, np.minimum(g, 3.0))

    p = parameter([1.0, 1.0])
    optimizer = export.torch(Signed)([p], engine="triton")
    train(optimizer, [np.array([np.nan, 1.0])], p)
    np.testing.assert_array_equal(p.detach(), [np.nan, 0.9])
    np.testing.assert_array_equal(optimizer.state[p]["u"], [np.nan, 1.0])


def test_gradients_that_lie_otherwise_are_copied():
    ones, gs = np.ones((3, 4)), alike.gradients(steps=1, shape=(3, 4))[0]
    ps = [parameter(ones) for _ in range(3)]
    ps[0].grad = torch.tensor(gs)
    ps[1].grad = torch.tensor(gs.T.copy()).t()
    ps[2].grad = torch.tensor(np.append(0, gs))[1:].view(3, 4)
    assert not ps[1].grad.is_contiguous() and ps[2].grad.data_ptr() % 16
    for p in ps:
        export.torch(Momentum)([p], engine="triton").step()
    assert torch.equal(ps[0], ps[1]) and torch.equal(ps[0], ps[2])


@pytest.mark.parametrize(
    ("p", "words"),
    [
        (torch.nn.Parameter(torch.zeros(4, 4).t()), "the parameter is not contiguous"),
        (torch.nn.Parameter(torch.zeros(5)[1:]), "not begin at a multiple of 16 bytes"),
    ],
)
def test_parameters_that_lie_otherwise_are_refused(p, words):
    with pytest.raises(ValueError, match=f"engine must not be 'triton' here: .*{words}"):
        export.torch(Adam)([p], engine="triton")


def test_a_backward_pass_after_the_step_says_that_its_values_are_gone():
    p = parameter(np.ones(3))
    loss = (p**2).sum()
    loss.backward(retain_graph=True)
    export.torch(Adam)([p], engine="triton").step()
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


def test_a_parameter_that_comes_later_has_numbers_of_its_own():
    late, always = parameter(alike.start()), parameter(alike.start())
    optimizer = export.torch(Adam)([late, always], engine="triton", capturable=True)
    gs = alike.gradients(steps=20)
    train(optimizer, gs[:10], always)
    train(optimizer, gs[10:], always, late)
    for p, slopes in ((late, gs[10:]), (always, gs)):
        (*_, (_, ahead)) = alike.path(Adam(), slopes, alike.start())
        assert alike.far(p.detach(), ahead) < alike.TOLERANCE
