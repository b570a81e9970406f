"""Each file of the package is in a room, and each room has tests that are there."""

from __future__ import annotations

import ast

import pytest

from tests.mutants import rooms
from tests.mutants.runner import ROOT

FILES = sorted(rooms.PACKAGE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_file_has_tests(path):
    assert path in rooms.files([rooms.room(path)])
    assert rooms.stages(path)
    for stage in rooms.stages(path):
        for name in stage:
            file, _, test = name.partition("::")
            if "/" in file:
                assert (ROOT / file).exists(), name
            if test:
                tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
                assert test in {getattr(node, "name", None) for node in tree.body}, name


def test_all_rooms_together_are_the_package():
    assert sorted(rooms.files([])) == FILES


def test_a_rule_is_asked_by_hand_before_the_theory_and_before_what_holds_for_all():
    stages = rooms.stages(rooms.PACKAGE / "rules/adam.py")
    flat = [stage[-1] for stage in stages]
    assert flat[0] == "adaptive/rules/adam.py"
    assert flat[1:3] == ["tests/rules/test_adam.py", "tests/rules/test_adam_theory.py"]
    assert len(flat) == len(set(flat))


def test_what_is_neither_a_room_nor_a_file_is_named():
    assert rooms.files(["adaptive/sweep.py"]) == [rooms.PACKAGE / "sweep.py"]
    for name in ("swep", "tests/conftest.py", "adaptive/none.py", "adaptive/py.typed"):
        with pytest.raises(ValueError, match=rf"'{name}' is neither a file of the package nor a"):
            rooms.files([name])
