"""The benchmark of exported rules runs to its end, and the memory chapter prints what it stores."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from adaptive import RULES
from adaptive.large.records import EXPORTED, read
from tests.bench.exported import QUICK, TINY

ROOT = Path(__file__).resolve().parents[3]


def cell(notebook: str, words: str) -> str:
    """Return the one cell of a chapter that has these words."""
    cells = json.loads((ROOT / f"chapters/{notebook}.ipynb").read_text(encoding="utf-8"))["cells"]
    found = ["".join(each["source"]) for each in cells if words in "".join(each["source"])]
    assert len(found) == 1
    return found[0]


def test_it_runs_to_its_end_and_its_table_can_be_printed(tmp_path, capsys):
    command = [sys.executable, "-m", "tests.bench.exported", "--device", "cpu", "--quick"]
    environment = {"PYTHONPATH": str(ROOT), "TQDM_DISABLE": "1", "HOME": str(tmp_path)}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    stored = read(tmp_path / QUICK / EXPORTED["cpu"])
    assert len(stored.groups) == len(RULES) * len(TINY)
    assert stored.machine["device"] == "CPU" and stored.made["quick"]

    text = cell("memory", "def beside(run, engine)")
    exec(text, {"exported": {"cpu": stored, "cuda": None}.get})
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "on cuda: not measured yet" and "make bench-torch" in said[1]
    assert [line.split()[0] for line in said[2:]] == [kind.__name__ for kind in RULES] * len(TINY)
    adam = next(line for line in said if line.startswith("Adam"))
    assert "torch fused" in adam and "torch foreach" in adam and "traffic" in adam
