"""What the README shows runs."""

import re
import subprocess
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pytest

from adaptive import RULES, plotting

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("code", re.findall(r"```python\n(.*?)```", README, re.DOTALL))
def test_code_runs_on_a_readers_data(code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 2))
    y = (np.linalg.norm(X, axis=1) < 1).astype(int)
    names = {"X": X, "y": y}
    with plt.rc_context():
        exec(code, names)
    plt.close("all")
    for path in names.get("paths", [names.get("path")]):
        assert path.loss[-1] < path.loss[0]


def test_the_picture_is_what_its_code_draws(tmp_path, monkeypatch):
    code = re.search(r"```python\n(.*?savefig.*?)```", README, re.DOTALL).group(1)
    monkeypatch.chdir(tmp_path)
    with plt.rc_context():
        exec(code, {})
    plt.close("all")
    stored = re.search(r"\((chapters/images/.*?\.svg)\)", README).group(1)
    drawn, shown = Path("circles.svg").read_text(), (ROOT / stored).read_text()
    # The same ten curves in the same colours, whatever this matplotlib makes of the fonts.
    for color in (plotting.ALGORITHMS[rule.__name__] for rule in RULES):
        assert drawn.count(color) == shown.count(color) > 0


def test_files_that_are_named_exist():
    text = re.sub(r"<!--.*?-->", "", README, flags=re.DOTALL)
    named = re.findall(r"\]\((?!https?:)([^)#]+)\)", text)
    named += [name for name in re.findall(r"`([\w./]+\.\w+)`", text) if "/" in name]
    assert named
    assert not [name for name in named if not (ROOT / name).exists()]


@pytest.mark.parametrize("command", re.findall(r"^(make \w+)", README, re.M))
def test_commands_are_such_that_make_understands(command):
    """The commands themselves are what runs this test, and builds the book."""
    run = subprocess.run([*command.split(), "--dry-run"], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


def test_targets_that_are_named_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.M))
    assert set(re.findall(r"(?:`|^)make ([\w-]+)", README, re.M)) <= targets
