"""A run of a benchmark: its groups one after the other, and how they were made."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from tqdm import tqdm

from tests.bench import report
from tests.bench.measure import busy_elsewhere

Group = dict[str, Any]


def run(groups: Iterable[Group], total: int, command: str, quick: bool) -> tuple[list[Group], Any]:
    """Measure group by group, and print the ratios of each.

    Parameters
    ----------
    groups : iterable of dict
        What is measured when it is asked for.
    total : int
        How many there are.
    command : str
        What makes the run again, but for ``ARGS=--quick``.
    quick : bool
        Whether it has few rounds.

    Returns
    -------
    list of dict, and dict
        The groups, and what is stored of how they were made.
    """
    began, before = time.perf_counter(), busy_elsewhere()
    found = []
    with tqdm(total=total, unit="group", disable=None) as bar:
        for group in groups:
            found.append(group)
            bar.write(report.line(group))
            bar.update()
    lasted = time.perf_counter() - began
    others = (busy_elsewhere() - before) / (lasted * (os.cpu_count() or 1))
    made = {
        "date": datetime.now(UTC).date().isoformat(),
        "command": command + " ARGS=--quick" * quick,
        "quick": quick,
        "minutes": round(lasted / 60, 1),
        "others": round(max(others, 0), 3),
    }
    return found, made
