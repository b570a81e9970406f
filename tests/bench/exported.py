"""Steps of exported rules beside PyTorch's own optimizers, on a GPU or a processor.

``make bench-torch`` first compares the engines with each other, then measures; on a GPU in less
than four minutes. The whole step is timed, from its call until the device has done it; on a GPU
also the device by itself, which finds all the work waiting. `traffic` is a copy of one array, as
many times as long as the step moves more bytes.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numba
import torch

from adaptive import RULES, export
from adaptive.large import records, traffic
from tests.bench import report, running, torchs
from tests.bench.measure import Goal, Timing, group, interleaved

Ways = dict[str, Callable[[], Any]]

#: Of how many tensors, and of how many elements each.
SHAPES = ((1, 1_000_000), (1, 10_000_000), (1, 100_000_000), (300, 10_000))
#: The same for a run that only shows that it runs to its end.
TINY = ((1, 20_000), (3, 100))
#: The engines that take part where they can: the best of a device is the first.
ENGINES = {"cuda": ("triton", "foreach", "plain"), "cpu": ("numba", "foreach", "plain")}
#: How far two engines may be apart after some steps in single precision.
NEAR = 1e-5
#: So many cycles keep a GPU busy while the host hands it the work that is timed.
BUSY = 100_000_000
QUICK = Path("_build") / "bench"


def goals(device: str) -> list[Goal]:
    """Return what is asked on a device."""
    best = ENGINES[device][0]
    whole = [
        Goal(best, "torch fused", at_most=1.0),
        Goal(best, "torch foreach"),
        Goal(best, "foreach"),
        Goal(best, "plain"),
    ]
    if device == "cpu":
        return [*whole, Goal(best, "traffic")]
    return [
        *whole,
        Goal(f"{best} on the device", "traffic", at_most=1.15),
        Goal("torch fused on the device", "traffic"),
    ]


def model(shape: tuple[int, int], device: str) -> list[Any]:
    """Return parameters with their gradients."""
    generator = torch.Generator(device).manual_seed(0)
    count, size = shape
    parameters = []
    for _ in range(count):
        theta, g = (torch.randn(size, generator=generator, device=device) for _ in range(2))
        parameters.append(torch.nn.Parameter(theta))
        parameters[-1].grad = g
    return parameters


def optimizers(kind: Any, shape: tuple[int, int], device: str) -> dict[str, Any]:
    """Return all that take part, each with parameters of its own."""
    made: dict[str, Any] = {}
    for engine in ENGINES[device]:
        made[engine] = export.torch(kind)(model(shape, device), engine=engine)
    theirs = torchs.TORCH[kind.__name__]
    made["torch foreach"] = theirs(model(shape, device), foreach=True)
    if kind.__name__ in torchs.FUSED and not (device == "cuda" and kind.__name__ == "Adagrad"):
        made["torch fused"] = theirs(model(shape, device), fused=True)
    return made


def agree(device: str) -> None:
    """Check that a few steps of each engine are those of the plain one."""
    for kind in RULES:
        ends = {}
        for engine in ENGINES[device]:
            parameters = model((3, 3000), device)
            optimizer = export.torch(kind)(parameters, engine=engine)
            for _ in range(5):
                optimizer.step()
            ends[engine] = torch.cat([p.detach() for p in parameters])
        for engine, end in ends.items():
            far = float((end - ends["plain"]).abs().max())
            if not far < NEAR:
                raise SystemExit(f"{kind.__name__} by {engine} is {far:.1e} off the plain steps")


def several(step: Callable[[], Any], repeats: int, device: str) -> None:
    """Make some steps; each is done before the next is begun."""
    for _ in range(repeats):
        step()
        if device == "cuda":
            torch.cuda.synchronize()


def on_the_device(ways: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, Timing]:
    """Return the seconds that a GPU needs for steps that wait for it, in turns."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, step in ways.items():
            began, ended = (torch.cuda.Event(enable_timing=True) for _ in range(2))
            torch.cuda._sleep(BUSY)
            began.record()
            step()
            ended.record()
            torch.cuda.synchronize()
            seconds[name].append(began.elapsed_time(ended) / 1e3)
    return {name: Timing(tuple(each)) for name, each in seconds.items()}


def measured(kind: Any, shape: tuple[int, int], device: str, rounds: int) -> dict[str, Any]:
    """Return what is stored of the contenders for one rule and one shape."""
    made = optimizers(kind, shape, device)
    source = torch.zeros(shape[0] * shape[1], device=device)
    target = torch.empty_like(source)
    ways: Ways = {name: optimizer.step for name, optimizer in made.items()}
    ways["traffic"] = partial(target.copy_, source)
    repeats = min(max(1, 10_000_000 // source.numel()), 10)
    timings = interleaved(
        {name: partial(several, way, repeats, device) for name, way in ways.items()}, rounds
    )
    timings = {name: timing.divided(repeats) for name, timing in timings.items()}
    if device == "cuda":
        names = [name for name in (ENGINES[device][0], "torch fused", "traffic") if name in ways]
        alone = on_the_device({name: ways[name] for name in names}, rounds)
        timings["traffic"] = alone.pop("traffic")
        timings |= {f"{name} on the device": timing for name, timing in alone.items()}
    # A copy moves two arrays.
    timings["traffic"] = timings["traffic"].divided(2 / traffic(kind).needed)
    about = {"rule": kind.__name__, "tensors": shape[0], "size": shape[1], "dtype": "float32"}
    return group("exported", timings, goals(device), **about)


def groups(shapes: Any, device: str, rounds: int) -> Iterator[dict[str, Any]]:
    """Measure, and yield group by group."""
    for shape in shapes:
        for kind in RULES:
            yield measured(kind, shape, device, rounds)
            if device == "cuda":
                torch.cuda.empty_cache()


def versions(device: str) -> dict[str, str]:
    """Return the versions of all that took part."""
    best = ENGINES[device][0]
    return {
        "Python": platform.python_version(),
        "torch": torchs.version(),
        best: metadata.version(best),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench-torch", description=__doc__)
    here = "cuda" if torch.cuda.is_available() else "cpu"
    parser.add_argument("--device", choices=ENGINES, default=here)
    parser.add_argument("--threads", type=int, default=1, help="on a processor")
    parser.add_argument("--quick", action="store_true", help="tiny; stored in _build/bench")
    chosen = parser.parse_args()
    device, quick = chosen.device, chosen.quick
    torchs.torch_threads(chosen.threads)
    numba.set_num_threads(chosen.threads)
    shapes = TINY if quick else [s for s in SHAPES if device == "cuda" or s[0] * s[1] < 10**8]
    agree(device)
    each = groups(shapes, device, 3 if quick else 10)
    found, made = running.run(each, len(shapes) * len(RULES), "make bench-torch", quick)
    run = {
        "made": {**made, "threads": chosen.threads},
        "machine": {**report.machine(), "device": report.device(device)},
        "versions": versions(device),
        "groups": found,
    }
    for row in report.goals(found):
        print("  ".join(row))
    path = report.JSON.with_name(records.EXPORTED[device])
    if quick:
        QUICK.mkdir(parents=True, exist_ok=True)
        path = QUICK / path.name
    path.write_text(report.text(run), encoding="utf-8")
    print(f"Stored: {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
