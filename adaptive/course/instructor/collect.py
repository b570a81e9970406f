"""Submissions as they come from Canvas, Moodle, nbgrader or a folder: one of each student."""

from __future__ import annotations

import contextlib
import os
import re
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from adaptive.course.instructor import CourseError

#: What the systems call a submission in the archives that they make.
CANVAS = re.compile(r"(?P<name>[^_]+)_(?:LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?")
# A second copy is "anna (1).ipynb"; a second attempt in Canvas is "..._ravine-1.ipynb".
_COPY = re.compile(r" ?\((\d{1,3})\)$")
_ATTEMPT = re.compile(r"(?:-| ?\()(\d{1,3})\)?$")
#: Written by nbgrader and by us.
_NOTES = ("timestamp.txt", "problem.txt")
#: Not in names of folders on every system, or with a meaning for nbgrader, which globs.
_UNSAFE = re.compile(r'[\x00-\x1f/\\:*?"<>|\[\]{}]')


@dataclass(frozen=True)
class Submission:
    """What one student has handed in.

    Parameters
    ----------
    student : str
        Who, as nbgrader and its folders call the student.
    lms : str
        The number in Canvas or Moodle; empty if there is none.
    path : Path
        The file to grade: the latest notebook, or any other file if there is no notebook.
    """

    student: str
    lms: str
    path: Path


@dataclass(frozen=True)
class _File:
    name: str
    lms: str
    path: Path
    rank: tuple[bool, bool, int, float]


def collect(folder: Path, assignment: str, assignments: Iterable[str] = ()) -> list[Submission]:
    """Return the submissions in a folder: one notebook, or one folder, of each student.

    Names as Canvas and Moodle give them are taken apart; nbgrader's layout, a folder of each
    assignment in the folder of a student, is recognized. Of several attempts the latest counts.

    Parameters
    ----------
    folder : Path
        Where they are.
    assignment : str
        The assignment's name.
    assignments : iterable of str, optional
        The names of all assignments.

    Returns
    -------
    list of Submission
        In the order of the students' names.
    """
    found: dict[tuple[str, str], list[_File]] = defaultdict(list)
    for entry in sorted(folder.iterdir()):
        if not _hidden(entry):
            for file in _files(entry, assignment, set(assignments)):
                found[file.name, file.lms].append(file)
    shared = defaultdict(list)
    for name, lms in found:
        shared[name].append(lms)
    chosen, taken = [], set()
    for (name, lms), files in sorted(found.items()):
        student = name if len(shared[name]) == 1 else f"{name} ({lms})"
        while student in taken:
            student += "_"
        taken.add(student)
        chosen.append(Submission(student, lms, max(files, key=lambda file: file.rank).path))
    return chosen


def _hidden(path: Path) -> bool:
    return path.name.startswith((".", "__MACOSX")) or path.name in _NOTES


def _files(entry: Path, assignment: str, assignments: set[str]) -> Iterator[_File]:
    """Yield what a student has handed in, from an entry of the folder."""
    stem = entry.stem if entry.is_file() else entry.name
    if entry.is_dir():
        names = {path.name for path in entry.iterdir()}
        if assignment in names:
            entry /= assignment
        elif names & assignments:
            return
    known = MOODLE.fullmatch(stem) or CANVAS.fullmatch(stem)
    if known:
        name, lms = known["name"], known["id"]
    else:
        name, lms = _COPY.sub("", stem) if entry.is_file() else stem, ""
    for path in entry.rglob("*") if entry.is_dir() else [entry]:
        inside = path.relative_to(entry.parent)
        if path.is_file() and not any(map(_hidden, [inside, *inside.parents])):
            yield _File(
                _student(name), lms, path, _rank(path, bool(known) or entry.is_dir(), assignment)
            )


def _rank(path: Path, numbered: bool, assignment: str) -> tuple[bool, bool, int, float]:
    """Put a notebook before anything else, then the right name, then the latest."""
    attempt = (_ATTEMPT if numbered else _COPY).search(path.stem)
    notebook = path.suffix.lower() == ".ipynb"
    number = int(attempt[1]) if attempt else 0
    return notebook, assignment in path.stem, number, path.stat().st_mtime


def _student(name: str) -> str:
    """Return a name as nbgrader and every file system can take it."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", name)).strip(" .")
    return name or "_"


def extract(archive: Path, folder: Path) -> Path:
    """Unpack an archive from Canvas or Moodle, with the archives that students put in it.

    Parameters
    ----------
    archive : Path
        A zip file.
    folder : Path
        An empty folder.

    Returns
    -------
    Path
        Where the submissions are: the folder, or the only one in it.

    Raises
    ------
    CourseError
        If it is no zip file.
    """
    if not zipfile.is_zipfile(archive):
        raise CourseError(f"SUBMISSIONS must be a folder or a zip file; {archive} is neither")
    _unpack(archive, folder)
    for inner in list(folder.rglob("*.zip")):
        # One that cannot be unpacked stays what it is: a file that is no notebook.
        with contextlib.suppress(Exception):
            _unpack(inner, inner.with_suffix(""))
            inner.unlink()
    (*entries,) = (entry for entry in folder.iterdir() if not _hidden(entry))
    only = entries[0] if len(entries) == 1 and entries[0].is_dir() else None
    named = only and (MOODLE.fullmatch(only.name) or CANVAS.fullmatch(only.name))
    return only if only and not named else folder


def _unpack(archive: Path, folder: Path) -> None:
    with zipfile.ZipFile(archive) as content:
        for info in content.infolist():
            made = content.extract(info, folder)
            # The times say which of two attempts is the later one.
            when = datetime(*info.date_time).timestamp()
            os.utime(made, (when, when))
