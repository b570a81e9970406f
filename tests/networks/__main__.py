"""Train all networks with all rules, and store what they have learned."""

from __future__ import annotations

import argparse
import platform
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tqdm import tqdm

from adaptive import RULES
from tests.bench.report import device as device_name
from tests.bench.report import machine
from tests.networks import report, train
from tests.networks.tasks import CLOSE, SIZES, text_is

ELSEWHERE = Path("_build") / "networks"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make networks", description=__doc__)
    parser.add_argument(
        "--size", choices=SIZES, help="whole, which is for a GPU; small; or tiny, to try it out"
    )
    parser.add_argument("--device", help="cpu or cuda; by default cuda where there is one")
    chosen = parser.parse_args()
    device = chosen.device or ("cuda" if torch.cuda.is_available() else "cpu")
    name = chosen.size or ("whole" if device.startswith("cuda") else "small")
    size = SIZES[name]
    # One thread for each network's small matrices: so a run is the same on any number of cores.
    torch.set_num_threads(1)
    began, used = time.perf_counter(), time.process_time()
    networks: dict[str, Any] = {}
    runs = []
    with tqdm(total=len(CLOSE) * len(RULES), unit="table", disable=None) as bar:
        for called, close in CLOSE.items():
            network = size.network(called)
            networks[called] = {
                "parameters": network.blocks.size,
                "rows": len(network.X),
                "held_out": len(network.held_out.X),
                "batch_size": network.batch_size,
                "close": close,
            }
            for kind in RULES:
                runs.append({"network": called, **train.run(network, kind, size, device)})
                bar.write(report.line(runs[-1]))
                bar.update()
    stored: dict[str, Any] = {
        "made": {
            "date": datetime.now(UTC).date().isoformat(),
            "command": f"make networks ARGS='--size {name}'",
            "size": name,
            "steps": size.steps,
            "seeds": list(range(size.seeds)),
            "minutes": round((time.perf_counter() - began) / 60, 1),
            "cpu_minutes": round((time.process_time() - used) / 60, 1),
            "text": text_is(),
        },
        "machine": {**machine(), "device": device_name(device)},
        "versions": {
            "Python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__.split("+")[0],
        },
        "networks": networks,
        "runs": runs,
    }
    path = report.JSON
    if name == "tiny":
        ELSEWHERE.mkdir(parents=True, exist_ok=True)
        path = ELSEWHERE / path.name
    path.write_text(report.text(stored), encoding="utf-8")
    print(f"Stored: {path}", file=sys.stderr)


if __name__ == "__main__":
    main()
