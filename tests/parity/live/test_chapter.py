"""The examples of the page “Use it in your own training”, as they stand there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "chapters/training.md").read_text(encoding="utf-8")
SECTIONS = {part.partition("\n")[0]: part for part in PAGE.split("\n## ")[1:]}


def blocks(section: str, language: str) -> str:
    return "".join(re.findall(rf"```{language}\n(.*?)```", SECTIONS[section], re.S))


@pytest.mark.parametrize(
    ("section", "backend"),
    [("PyTorch", ""), ("optax", ""), ("Keras", "jax"), ("Keras", "torch"), ("Keras", "tensorflow")],
)
def test_the_examples_print_what_the_page_says(section, backend, tmp_path):
    (tmp_path / "data.py").write_text(blocks("Data", "python"), encoding="utf-8")
    script = tmp_path / "script.py"
    script.write_text(blocks(section, "python"), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "KERAS_BACKEND": backend or "jax"}
    command = [sys.executable, script.name]
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout == blocks(section, "text")


def test_each_section_with_code_is_run():
    assert {name for name in SECTIONS if "```python" in SECTIONS[name]} == {
        *("Data", "PyTorch", "optax", "Keras"),
    }
