"""The fused kernels: compiled for GPUs that are not here, and run in Triton's interpreter."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import triton
from hypothesis import HealthCheck, given, settings
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from adaptive import Adam, export
from adaptive.export import fused, torch_triton
from adaptive.export.recipe import Recipe, exported
from tests.parity import drawn
from tests.parity.live import alike

ROOT = Path(__file__).resolve().parents[3]
#: Of the A100 and the H100.
CAPABILITIES = (80, 90)
SIGNATURE = {"rows": "*i64", "blocks": "*i64", "numbers": "*fp64", "apart": "i32"}


def assembled(recipe: Recipe, dtype: Any, capability: int) -> dict[str, Any]:
    """Return what Triton makes of a recipe's kernel for a GPU: "ptx", "cubin" and more."""
    kernel = torch_triton.compiled(recipe, dtype, dtype)
    source = ASTSource(
        fn=kernel,
        signature={**SIGNATURE, "BLOCK": "constexpr"},
        constexprs={"BLOCK": fused.BLOCK},
    )
    target = GPUTarget("cuda", capability, 32)
    made = triton.compile(source, target=target, options={"num_warps": torch_triton.WARPS})
    return dict(made.asm)


def accesses(ptx: str) -> set[str]:
    """Return how a kernel reads and writes more than one number at a time."""
    return set(re.findall(r"(?:ld|st)\.global\.v\w+\.b\d+", ptx))


@pytest.mark.parametrize("capability", CAPABILITIES)
@pytest.mark.parametrize("rule", alike.EVERY, ids=alike.called)
def test_each_rule_is_compiled(rule, capability):
    made = assembled(exported(rule).recipe(), torch.float32, capability)
    assert len(made["cubin"]) > 1000 and f".target sm_{capability}" in made["ptx"]
    assert {"ld.global.v4.b32", "st.global.v4.b32"} <= accesses(made["ptx"])


@pytest.mark.parametrize(
    ("dtype", "width"),
    [(torch.float64, "v2.b64"), (torch.bfloat16, "v4.b32"), (torch.float16, "v4.b32")],
)
def test_each_precision_is_compiled(dtype, width):
    made = assembled(exported(Adam).recipe(decay=True, maximize=True), dtype, 90)
    assert {f"ld.global.{width}", f"st.global.{width}"} <= accesses(made["ptx"])


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=drawn.rules)
def test_any_rule_is_compiled(kind):
    assert assembled(exported(kind).recipe(), torch.float32, 90)["cubin"]


def test_a_root_and_a_quotient_are_rounded_correctly():
    ptx = assembled(exported(Adam).recipe(), torch.float32, 90)["ptx"]
    assert "sqrt.rn.f32" in ptx and "div.rn.f32" in ptx
    assert ".approx" not in ptx and "div.full" not in ptx


def test_on_a_cpu_it_is_refused():
    p = torch.nn.Parameter(torch.zeros(20_000))
    with pytest.raises(ValueError, match="Triton compiles for GPUs, and the parameter is on cpu"):
        export.torch(Adam)([p], engine="triton")
    assert export.torch(Adam)([p]).choose(p).name == "numba"


def test_in_the_interpreter():
    command = [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(ROOT)]
    options = ("--noconftest", "-q", "-p", "no:cacheprovider", "-W", "ignore::DeprecationWarning")
    run = subprocess.run(
        [*command, *options, "tests/parity/live/interpreted.py"],
        cwd=ROOT,
        env={**os.environ, "TRITON_INTERPRET": "1"},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-5000:]
