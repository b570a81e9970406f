"""Run all benchmarks; print their ratios, and store them as JSON and as tables."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import warnings
from itertools import chain
from pathlib import Path
from typing import Any

# One thread for the linear algebra: at these sizes more of them only get in each other's way.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# One progress bar: this one, and not those of the sweeps.
os.environ.setdefault("TQDM_DISABLE", "1")

import numpy as np

from tests.bench import contestants, imports, large, report, running, step, sweeps, torchs

SHORT = Path("_build") / "bench"


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="few rounds; stored in _build/bench")
    parser.add_argument(
        "--only", help="one task: large, step, sweeps or imports; nothing is stored"
    )
    chosen = parser.parse_args()
    quick, cores = chosen.quick, os.cpu_count() or 1
    tasks = {
        "step": (step.groups(quick), step.total()),
        "sweeps": (sweeps.groups(quick), sweeps.total()),
        "imports": (imports.groups(quick), imports.total()),
        "large": (large.groups(quick, cores), large.total(cores)),
    }
    if chosen.only:
        tasks = {chosen.only: tasks[chosen.only]}
    warnings.simplefilter("ignore")  # the bare loops overflow where the package does not
    total = sum(total for _, total in tasks.values())
    measured = chain.from_iterable(groups for groups, _ in tasks.values())
    groups, made = running.run(measured, total, "make bench", quick)
    run: dict[str, Any] = {
        "made": made,
        "machine": report.machine(),
        "versions": versions(),
        "groups": groups,
    }
    for row in report.goals(groups):
        print("  ".join(row))
    if chosen.only:
        return
    json, table = report.place(run), report.MARKDOWN
    if quick:
        SHORT.mkdir(parents=True, exist_ok=True)
        json, table = SHORT / json.name, SHORT / table.name
    json.write_text(report.text(run), encoding="utf-8")
    runs = [run] if quick else report.stored()
    table.write_text(report.markdown(runs), encoding="utf-8")
    print(f"{made['minutes']} minutes. Stored: {json}, {table}", file=sys.stderr)


def versions() -> dict[str, str]:
    """Return the versions of all that took part."""
    import numba

    return {
        "Python": platform.python_version(),
        "numpy": np.__version__,
        "numba": numba.__version__,
        "torch": torchs.version(),
        **contestants.versions(),
    }


if __name__ == "__main__":
    main()
