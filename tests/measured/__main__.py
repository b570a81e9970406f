"""Make the measurements of the chapter "Claimed and measured": a quarter of an hour of one core.

python -m tests.measured                       what is missing; a run that was stopped goes on
python -m tests.measured digits                a network again, which replaces what was stored
python -m tests.measured digits Muon SOAP      some rules again
"""

from __future__ import annotations

import datetime
import json
import platform
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

import adaptive.problems.networks
from tests.measured import measure

FILE = Path(adaptive.problems.networks.__file__).parent / "data" / "measured.json"


def main(wanted: list[str]) -> None:
    stored: dict[str, Any] = json.loads(FILE.read_text()) if FILE.exists() else {"networks": {}}
    for network, (_, steps) in measure.NETWORKS.items():
        part = stored["networks"].setdefault(network, {"rules": {}})
        settings = {"steps": steps, "trials": measure.TRIALS, "fresh": measure.FRESH}
        stored["networks"][network] = part = {**settings, "good": measure.GOOD[network], **part}
        for name in measure.ENTRIES:
            again = bool(wanted) and network == wanted[0] and (not wanted[1:] or name in wanted[1:])
            if not again and (wanted or name in part["rules"]):
                continue
            begin = time.process_time()
            part["rules"][name] = measure.measured(network, name, part["rules"])
            part["rules"][name]["seconds"] = round(time.process_time() - begin, 1)
            print(network, name, part["rules"][name]["seconds"], "seconds", flush=True)
            order = {k: part["rules"][k] for k in measure.ENTRIES if k in part["rules"]}
            part["rules"] = order
            stored["made"] = {
                "date": datetime.date.today().isoformat(),
                "command": "python -m tests.measured",
                "python": platform.python_version(),
                "numpy": np.__version__,
                "machine": platform.machine(),
            }
            FILE.write_text(json.dumps(stored, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
