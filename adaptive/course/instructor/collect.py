"""Submissions as they come from Canvas, Moodle, nbgrader or a folder: one for each student."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

#: What the systems call a submission in the archives that they make.
CANVAS = re.compile(r"(?P<name>[^_]+)_(?P<late>LATE_)?(?P<id>\d+)_\d+_(?P<file>.+)")
MOODLE = re.compile(r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?:file|onlinetext)(?:_.*)?")
# A second copy is "anna (1).ipynb"; a second attempt in Canvas is "..._ravine-1.ipynb".
_COPY = re.compile(r" ?\((\d{1,3})\)$")
_ATTEMPT = re.compile(r"(?:-| ?\()(\d{1,3})\)?$")
#: Written by nbgrader and by us.
_NOTES = ("timestamp.txt", "problem.txt", "late.txt")
#: Not in names of folders on every system, or with a meaning for nbgrader, which globs.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\[\]{}]')
_DEVICE = re.compile(r"(?:con|prn|aux|nul|(?:com|lpt)\d)(?:\..*)?", re.IGNORECASE)
#: Bytes of a folder's name; file systems take 255, and something may be added.
_LONGEST = 200
#: What is said of a symbolic link, which may lead anywhere.
LINK = "it is a symbolic link, which is not followed"


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
    problem : str
        Why the file cannot be read; empty if nothing is known against it.
    late : bool
        Whether Canvas says that it was late.
    """

    student: str
    lms: str
    path: Path
    problem: str = ""
    late: bool = False


@dataclass(frozen=True)
class _File:
    name: str
    lms: str
    path: Path
    rank: tuple[bool, bool, int, float]
    late: bool


def collect(
    folder: Path,
    assignment: str,
    assignments: Iterable[str] = (),
    problems: Mapping[Path, str] | None = None,
) -> list[Submission]:
    """Return the submissions in a folder: one notebook, or one folder, for each student.

    Names as Canvas and Moodle give them are taken apart; nbgrader's layout, a folder of each
    assignment in the folder of a student, is recognized. Of several attempts the latest counts.
    Symbolic links in the folder are not followed.

    Parameters
    ----------
    folder : Path
        Where they are.
    assignment : str
        The assignment's name.
    assignments : iterable of str, optional
        The names of all assignments.
    problems : dict of str, optional
        Files that could not be unpacked, and why, as from `archives.extract`.

    Returns
    -------
    list of Submission
        In the order of the students' names.
    """
    known = problems or {}
    found: dict[tuple[str, str], list[_File]] = defaultdict(list)
    for entry in sorted(folder.iterdir()):
        if not hidden(entry):
            for file in _files(entry, assignment, set(assignments)):
                found[file.name, file.lms].append(file)
    shared = defaultdict(list)
    for name, lms in found:
        shared[name].append(lms)
    chosen: list[Submission] = []
    taken: set[str] = set()
    for (name, lms), files in sorted(found.items()):
        student = _short(name) if len(shared[name]) == 1 else f"{_short(name)} ({lms})"
        # Each has a folder, and some systems do not tell small letters from capitals.
        while student.casefold() in taken:
            student += "_"
        taken.add(student.casefold())
        latest = max(files, key=lambda file: file.rank)
        problem = LINK if latest.path.is_symlink() else known.get(latest.path, "")
        chosen.append(Submission(student, lms, latest.path, problem, latest.late))
    return chosen


def hidden(path: Path) -> bool:
    """Return whether a file or folder is none of a student's."""
    return path.name.startswith((".", "__MACOSX")) or path.name in _NOTES


def _files(entry: Path, assignment: str, assignments: set[str]) -> Iterator[_File]:
    """Yield what a student has handed in, from an entry of the folder."""
    folder = entry.is_dir() and not entry.is_symlink()
    stem = entry.name if folder else entry.stem
    if folder:
        names = {path.name for path in entry.iterdir()}
        if assignment in names:
            entry /= assignment
            folder = entry.is_dir() and not entry.is_symlink()
        elif names & assignments:
            return
    known = MOODLE.fullmatch(stem) or CANVAS.fullmatch(stem)
    if known:
        name, lms = known["name"], known["id"]
    else:
        name, lms = stem if folder else _COPY.sub("", stem), ""
    late = bool(known and known.groupdict().get("late"))
    for path in entry.rglob("*") if folder else [entry]:
        inside = path.relative_to(entry.parent)
        there = path.is_symlink() or path.is_file()
        if there and not any(map(hidden, [inside, *inside.parents])):
            rank = _rank(path, bool(known) or folder, assignment)
            yield _File(student_folder(name), lms, path, rank, late)


def _rank(path: Path, numbered: bool, assignment: str) -> tuple[bool, bool, int, float]:
    """Put a notebook before anything else, then the right name, then the latest."""
    attempt = (_ATTEMPT if numbered else _COPY).search(path.stem)
    notebook = path.suffix.lower() == ".ipynb"
    number = int(attempt[1]) if attempt else 0
    return notebook, assignment in path.stem, number, path.lstat().st_mtime


def student_folder(name: str) -> str:
    """Return a student's name as nbgrader and every file system can take it."""
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", name))
    name = name.strip(" .")
    return f"{name}_" if not name or _DEVICE.fullmatch(name) else name


def _short(name: str) -> str:
    """Return the beginning of a name, as much of it as a folder's name may hold."""
    return name.encode(errors="replace")[:_LONGEST].decode(errors="ignore").strip(" .")
