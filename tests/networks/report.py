"""What the trained networks are stored as: JSON for the chapter."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from adaptive.problems.networks import records

#: Where the chapter takes its numbers from.
JSON = Path(records.__file__).parent / "data" / records.FILE


def text(stored: Mapping[str, Any]) -> str:
    """Return what was learned as JSON, one rule on one network a line."""
    head = {name: value for name, value in stored.items() if name != "runs"}
    lines = ",\n".join(json.dumps(each, ensure_ascii=False) for each in stored["runs"])
    return f'{json.dumps(head, indent=1, ensure_ascii=False)[:-2]},\n "runs": [\n{lines}\n]}}\n'


def line(run: Mapping[str, Any]) -> str:
    """Return in one line how a rule did on a network: the median loss for each rate."""
    seeds = np.array(run["validation"], dtype=float)
    medians = np.median(np.where(np.isnan(seeds), np.inf, seeds), axis=1)
    pairs = zip(run["rates"], medians, strict=True)
    told = ", ".join(f"{rate:g} {median:.3f}" for rate, median in pairs)
    return f"{run['network']}, {run['rule']}, {run['knob']}: {told}"
