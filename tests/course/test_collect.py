"""Whose is it, and which attempt: the names that Canvas, Moodle, nbgrader and people give."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.collect import collect, extract


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


def test_archives_in_archives_and_their_times(tmp_path):
    inner, outer = tmp_path / "inner.zip", tmp_path / "outer.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("homework/ravine.ipynb", "{}")
    with zipfile.ZipFile(outer, "w") as archive:
        archive.write(inner, "all/ann_17_40_work.zip")
        archive.writestr("all/ben_18_41_work.zip", "this is no archive")
        archive.writestr("all/../../out.ipynb", "{}")
        for hour, name in enumerate(["new", "old"]):
            info = zipfile.ZipInfo(f"all/cy/{name}.ipynb", (2026, 1, 2, 23 - hour, 0, 0))
            archive.writestr(info, "{}")
    folder = extract(outer, tmp_path / "unpacked")
    assert folder == tmp_path / "unpacked" / "all"
    assert not (tmp_path / "out.ipynb").exists()
    found = {one.student: one.path.name for one in collect(folder, "ravine")}
    assert (
        found.items()
        >= {
            "ann": "ravine.ipynb",
            "ben": "ben_18_41_work.zip",
            "cy": "new.ipynb",
        }.items()
    )


def test_what_is_no_archive(tmp_path):
    path = tmp_path / "class.zip"
    path.write_text("no")
    with pytest.raises(CourseError, match="must be a folder or a zip file"):
        extract(path, tmp_path / "unpacked")
