"""Otter-Grader at work with the autograder that is made for it: ``make otter``."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.course import fast
from tests.course.class_of import solved, write_course
from tests.course.test_gradescope import ALMOST, OTHER

BY_CHECK = fast.tests("ravine")


class Touches:
    """What writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return open, (str(self.path), "w")


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zip file of assignment 1."""
    course = write_course(tmp_path_factory.mktemp("course"))
    command = [sys.executable, "-m", "adaptive.course", "otter", "ravine", f"--course={course}"]
    subprocess.run(command, check=True)
    return course / "otter-ravine.zip"


def _run(archive: Path, submission: Path) -> tuple[dict[str, float], str, str]:
    """Let Otter mark a submission; return the points, the texts, and what went wrong."""
    folder = submission.parent
    own = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    run = subprocess.run(
        [Path(sys.executable).with_name("otter"), "run", "-a", archive, "-o", folder, submission],
        env=os.environ | {name: str(folder / name.lower()) for name in own},
        capture_output=True,
        text=True,
        timeout=900,
    )
    path = folder / "results.json"
    if not path.is_file():
        assert run.returncode
        return {}, "", run.stderr
    assert run.returncode == 0, run.stderr
    tests = json.loads(path.read_text(encoding="utf-8"))["tests"]
    # Until the marks are published, as what closed questions got tells of their keys.
    assert {test["visibility"] for test in tests} == {"after_published"}
    assert {test["name"]: test["max_score"] for test in tests} == BY_CHECK
    points = {test["name"]: test["score"] for test in tests}
    return points, "\n".join(test["output"] for test in tests), run.stderr


def test_a_right_submission_has_all_points(archive, tmp_path):
    nbformat.write(solved(), tmp_path / "anna.ipynb")
    points, says, _ = _run(archive, tmp_path / "anna.ipynb")
    assert points == BY_CHECK
    assert "failed" not in says


def test_a_mistake_costs_its_part_and_is_explained(archive, tmp_path):
    nbformat.write(ALMOST, tmp_path / "anna.ipynb")
    points, says, _ = _run(archive, tmp_path / "anna.ipynb")
    assert points == {**BY_CHECK, "momentum": 1, "measured-steps": 0}
    assert says.count("lr is missing from the velocity") == 1
    assert "7 is too small" in says


def test_another_notebook_has_no_points(archive, tmp_path):
    (tmp_path / "anna.ipynb").write_text(OTHER)
    points, says, _ = _run(archive, tmp_path / "anna.ipynb")
    assert points == dict.fromkeys(BY_CHECK, 0)
    assert says.count("the notebook is not one of this assignment") == len(BY_CHECK)


def test_of_a_damaged_notebook_there_are_no_results(archive, tmp_path):
    (tmp_path / "anna.ipynb").write_text("{")
    points, _, error = _run(archive, tmp_path / "anna.ipynb")
    assert not points
    assert "Notebook does not appear to be JSON" in error


def test_nothing_that_is_handed_in_runs_beside_the_keys(archive, tmp_path):
    """What Otter's process unpickles, its kernel imports, or its test cases would be."""
    seen = tmp_path / "seen"
    writes = f"open({str(seen)!r}, 'w')"
    content = {
        "anna.ipynb": nbformat.writes(ALMOST),
        ".OTTER_LOG": pickle.dumps(Touches(seen)),
        **dict.fromkeys(
            ["__init__.py", "IPython.py", "otter.py", "pickle.py", "tests/momentum.py"], writes
        ),
    }
    with zipfile.ZipFile(tmp_path / "anna.zip", "w") as handed_in:
        for name, text in content.items():
            handed_in.writestr(name, text)
    points, _, _ = _run(archive, tmp_path / "anna.zip")
    assert not seen.exists()
    assert points["momentum"] == 1
