"""Make the measurements of "Do toys tell the truth?" again: three quarters of an hour of one core.

python -m tests.toys                         all of them
python -m tests.toys race digits             a part, which replaces that part of the file
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import adaptive.problems.networks
from adaptive import RULES
from tests.toys import measure
from tests.training import how_made

FILE = Path(adaptive.problems.networks.__file__).parent / "data" / "trained.json"

#: The parts, and the parts of these.
PARTS: dict[str, dict[str, Callable[[], Any]]] = {
    "race": {name: partial(measure.raced, name, RULES) for name in measure.NETWORKS},
    "held_out": {
        name: partial(measure.raced, name, RULES, by="held_out")
        for name in ("digits", "convolution")
    },
    "courses": {name: partial(measure.courses, name) for name in measure.NETWORKS},
    "lengths": {
        name: partial(measure.lengths, name) for name in measure.NETWORKS if name != "characters"
    },
    "frequencies": {
        name: partial(measure.frequencies, **settings) for name, settings in measure.TEXTS.items()
    },
    "edges": {name: partial(measure.edges, name) for name in measure.EDGES},
    "warmup": {
        name: partial(measure.warmed, name) for name in measure.NETWORKS if name != "bigrams"
    },
}


def main(wanted: list[str]) -> None:
    stored = json.loads(FILE.read_text()) if FILE.exists() else {}
    for part, pieces in PARTS.items():
        for name, make in pieces.items():
            if (wanted[:1] and part != wanted[0]) or (wanted[1:] and name not in wanted[1:]):
                continue
            begin = time.perf_counter()
            found = make()
            minutes = round((time.perf_counter() - begin) / 60, 1)
            print(f"{part} {name}: {minutes} minutes", flush=True)
            stored.setdefault(part, {})[name] = found
            stored.setdefault("minutes", {})[f"{part} {name}"] = minutes
            stored["made"] = how_made("python -m tests.toys")
            FILE.write_text(json.dumps(in_order(stored), separators=(",", ":")) + "\n")


def in_order(stored: dict[str, Any]) -> dict[str, Any]:
    """Return the same with its parts in the order of this file, whichever were made last."""
    ordered = {
        part: {name: stored[part][name] for name in pieces if name in stored[part]}
        for part, pieces in PARTS.items()
        if part in stored
    }
    return ordered | {"made": stored["made"], "minutes": stored["minutes"]}


if __name__ == "__main__":
    main(sys.argv[1:])
