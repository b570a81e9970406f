"""Make the measurements of the chapter "Claimed and measured": a quarter of an hour of one core.

python -m tests.measured                       what is missing; a run that was stopped goes on
python -m tests.measured digits                a network again, which replaces what was stored
python -m tests.measured digits Muon SOAP      some rules again
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import adaptive.problems.networks
from tests.measured import measure
from tests.training import how_made

FILE = Path(adaptive.problems.networks.__file__).parent / "data" / "measured.json"


def main(wanted: list[str]) -> None:
    stored: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {"networks": {}}
    for network, (_, steps) in measure.NETWORKS.items():
        part = stored["networks"].setdefault(network, {"rules": {}})
        settings = {"steps": steps, "trials": measure.TRIALS, "fresh": measure.FRESH}
        part = {**settings, "good": measure.GOOD[network], "beside": {}, "again": {}, **part}
        stored["networks"][network] = part
        rules = part["rules"]
        for name in measure.ENTRIES | measure.BESIDE:
            again = bool(wanted) and network == wanted[0] and (not wanted[1:] or name in wanted[1:])
            place = part["beside"] if name in measure.BESIDE else rules
            if not again and (wanted or name in place):
                continue
            begin = time.process_time()
            place[name] = measure.measured(network, name, rules)
            place[name]["seconds"] = round(time.process_time() - begin, 1)
            part["again"].pop(name, None)
            part["rules"] = rules = {k: rules[k] for k in measure.ENTRIES if k in rules}
            _write(stored, network, name, place[name]["seconds"])
        for name, entry in measure.ENTRIES.items():
            if entry.tuned and name in rules and name not in part["again"]:
                part["again"][name] = measure.again(network, name, rules)
                _write(stored, network, name, "on other trials")


def _write(stored: dict[str, Any], *said: object) -> None:
    """Store what there is, with how it was made, and say what is new."""
    stored["made"] = how_made("python -m tests.measured")
    FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n")
    print(*said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
