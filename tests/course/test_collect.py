"""Whose is it, and which attempt: the names that Canvas, Moodle, nbgrader and people give."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from adaptive.course.instructor.collect import LINK, collect


def _write(folder: Path, *names: str) -> Path:
    """Write files, each a second later than the one before."""
    for seconds, name in enumerate(names):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
        os.utime(path, (1e9 + seconds, 1e9 + seconds))
    return folder


def _found(folder: Path) -> dict[str, str]:
    submissions = collect(folder, "ravine", ["moments", "ravine"])
    return {one.student: one.path.relative_to(folder).as_posix() for one in submissions}


@pytest.mark.parametrize(
    ("names", "found"),
    [
        # A notebook of each student; a browser's second download.
        (["anna.ipynb", "ben.ipynb"], {"anna": "anna.ipynb", "ben": "ben.ipynb"}),
        (["anna (1).ipynb", "anna.ipynb"], {"anna": "anna (1).ipynb"}),
        (["student-1.ipynb", "student-2.ipynb"], ["student-1", "student-2"]),
        (["notes.pdf", ".DS_Store", "__MACOSX/anna.ipynb"], {"notes": "notes.pdf"}),
        # A folder of each student.
        (["ann/b.pdf", "ann/x.ipynb", "ann/ravine.ipynb"], {"ann": "ann/ravine.ipynb"}),
        (["ann/ravine.ipynb", "ann/deep/ravine.ipynb"], {"ann": "ann/deep/ravine.ipynb"}),
        # nbgrader's.
        (
            ["ann/ravine/ravine.ipynb", "ann/moments/moments.ipynb", "ben/moments/moments.ipynb"],
            {"ann": "ann/ravine/ravine.ipynb"},
        ),
        # Canvas.
        (
            ["leeanna_17_40_ravine.ipynb", "leeanna_LATE_17_44_ravine-1.ipynb"],
            {"leeanna": "leeanna_LATE_17_44_ravine-1.ipynb"},
        ),
        (["lee_17_40_a.ipynb", "lee_18_41_a.ipynb"], ["lee (17)", "lee (18)"]),
        # Moodle, flat and in folders.
        (
            [
                "Zoë O'Neil_23_assignsubmission_file_ravine.ipynb",
                "Ann_Lee_24_assignsubmission_file/ravine.ipynb",
                "Ben Li_25_assignsubmission_file_/ravine.ipynb",
                "Ben Li_25_assignsubmission_onlinetext/onlinetext.html",
            ],
            ["Ann_Lee", "Ben Li", "Zoë O'Neil"],
        ),
        # What nbgrader would take for a pattern, or a system for a path.
        (["[a]*?.ipynb", 'Ann "A" {B}.ipynb', " x .ipynb"], ["Ann _A_ _B_", "_a___", "x"]),
        (["a?.ipynb", "a*.ipynb"], ["a_"]),
    ],
)
def test_each_student_once_with_the_latest(tmp_path, names, found):
    submissions = _found(_write(tmp_path, *names))
    assert (submissions if isinstance(found, dict) else list(submissions)) == found


def test_the_numbers_of_the_lms_are_kept(tmp_path):
    _write(tmp_path, "lee_17_40_a.ipynb", "Ann_24_assignsubmission_file/a.ipynb", "ben.ipynb")
    submissions = collect(tmp_path, "ravine")
    assert {one.student: one.lms for one in submissions} == {"Ann": "24", "ben": "", "lee": "17"}


def test_links_are_not_followed_and_their_owners_not_lost(tmp_path):
    secret = _write(tmp_path / "elsewhere", "solution.ipynb", "deep/ravine.ipynb")
    folder = _write(tmp_path / "handed in", "ann/notes.pdf", "dan/ravine.ipynb")
    (folder / "ann" / "ravine.ipynb").symlink_to(secret / "solution.ipynb")
    (folder / "ben.ipynb").symlink_to(secret / "solution.ipynb")
    (folder / "cy").symlink_to(secret / "deep")
    (folder / "dan" / "more").symlink_to(secret / "deep")
    (folder / "eve.ipynb").symlink_to("nowhere")
    (folder / "fay").mkdir()
    (folder / "fay" / "ravine").symlink_to(secret / "deep")
    found = {one.student: one for one in collect(folder, "ravine")}
    assert {name: one.problem for name, one in found.items()} == {
        **dict.fromkeys(["ann", "ben", "cy", "eve", "fay"], LINK),
        "dan": "",
    }
    assert found["dan"].path == folder / "dan" / "ravine.ipynb"


def test_the_folder_itself_may_be_a_link(tmp_path):
    _write(tmp_path / "there", "ann.ipynb")
    (tmp_path / "here").symlink_to(tmp_path / "there")
    assert _found(tmp_path / "here") == {"ann": "ann.ipynb"}


def test_no_two_students_share_a_folder_on_any_system(tmp_path):
    names = ["Ann.ipynb", "ann.ipynb", "ANN.ipynb", "con.ipynb", "Lpt1.ipynb", "straße.ipynb"]
    students = list(_found(_write(tmp_path, *names, "STRASSE.ipynb")))
    assert len({student.casefold() for student in students}) == 7
    assert {"con_", "Lpt1_"} <= set(students)


def test_a_very_long_name_leaves_room_for_what_is_added(tmp_path):
    long = "李" * 80
    (one, two) = _found(_write(tmp_path, f"{long}a.ipynb", f"{long}b.ipynb"))
    assert one != two
    assert max(len(name.encode()) for name in (one, two)) <= 210
    assert long.startswith(one)
