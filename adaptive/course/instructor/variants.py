"""An individual paper for each student: other numbers, other phrases, other answers.

All of it is made from the secret of the course, the name of the assignment and that of the student,
so the same paper can be made again when it is graded.
"""

from __future__ import annotations

import csv
import hashlib
import hmac
import json
import secrets
import shutil
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.collect import student_folder
from adaptive.course.instructor.keys import Paper, paper

#: Which columns the list of students has: the second may be missing.
COLUMNS = ("id", "lms_user_id")


def read_students(path: Path) -> dict[str, str]:
    """Return the students in a list, with their numbers in Canvas or Moodle.

    Parameters
    ----------
    path : Path
        A CSV file with the column ``id`` and, optionally, ``lms_user_id``, as nbgrader imports it.

    Raises
    ------
    CourseError
        If it is not there, has no such column, or a name in it that is no name of a folder.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CourseError(f"--seeds must be a CSV file of the students; {path}: {error}") from None
    name, number = COLUMNS
    rows = list(csv.DictReader(text.splitlines()))
    if not rows or name not in rows[0]:
        raise CourseError(f"--seeds must be a CSV file with the column {name}; {path} has none")
    found: dict[str, str] = {}
    for row in rows:
        student = (row[name] or "").strip()
        if student != student_folder(student) or student.casefold() in map(str.casefold, found):
            raise CourseError(
                f"--seeds: each {name} must be there once, and be a name that a folder can have; "
                f"got {student!r}"
            )
        found[student] = (row.get(number) or "").strip()
    return found


@dataclass(frozen=True)
class Variants:
    """The papers of an assignment, one for each student.

    Parameters
    ----------
    root : Path
        The folder of the course. The secret is in ``secret.txt``, the papers are in
        ``variants/NAME``.
    name : str
        The assignment.
    """

    root: Path
    name: str

    @property
    def folder(self) -> Path:
        """Where the papers are: a folder for each student."""
        return self.root / "variants" / self.name

    def of(self, student: str) -> Path:
        """Return the folder of a student's paper."""
        return self.folder / student

    def seed(self, student: str) -> int:
        """Return the seed of a student's paper."""
        mixed = hmac.new(self._secret(), f"{self.name}/{student}".encode(), hashlib.sha256)
        return int.from_bytes(mixed.digest()[:16], "big")

    def paper(self, student: str) -> Paper:
        """Return a student's paper, with its keys."""
        return paper(self.root, self.name, self.seed(student))

    # ------------------------------------------------------------------ handing out

    def hand_out(self, released: Path, students: Mapping[str, str]) -> Iterator[Path]:
        """Write the papers, and yield the archive of each.

        Parameters
        ----------
        released : Path
            The folder of the paper that all have.
        students : dict of str
            Their numbers in Canvas or Moodle, by name.
        """
        if not paper(self.root, self.name, 0).numbers:
            raise CourseError(f"--seeds: {self.name} has no numbers of which there could be others")
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        made = {"secret": self._sign(), "students": dict(students)}
        self._list.write_text(json.dumps(made, ensure_ascii=False), encoding="utf-8")
        for student in students:
            shutil.copytree(released, self.of(student))
            self._write(student)
            archive = self.folder / f"{student}.zip"
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
                for path in sorted(self.of(student).iterdir()):
                    content.write(path, f"{self.name}/{path.name}")
            yield archive

    def _write(self, student: str) -> None:
        """Put a student's numbers beside the notebook, and the phrases that tell of them in it."""
        made = self.paper(student)
        numbers = {"made for": student, **made.numbers}
        text = json.dumps(numbers, ensure_ascii=False)
        (self.of(student) / f"{self.name}.json").write_text(text, encoding="utf-8")
        path = self.of(student) / f"{self.name}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        loads = f"from adaptive.course import {self.name}"
        check = f"{self.name}.SHEET.belongs_to({student!r})"
        for old, new in {loads: f"{loads}\n{check}", **made.phrases}.items():
            cells = [cell for cell in notebook.cells if old in cell.source]
            if not cells:
                raise CourseError(f"answers/{self.name}.py: no cell of the notebook has {old!r}")
            for cell in cells:
                cell.source = cell.source.replace(old, new)
        nbformat.write(notebook, path)

    # ------------------------------------------------------------------ when it is graded

    @property
    def there(self) -> bool:
        """Whether students have papers of their own."""
        return self._list.is_file()

    def whose(self, student: str, lms: str = "") -> str:
        """Return for whom the paper of a student was made; nothing if there is none.

        Parameters
        ----------
        student, lms : str
            What the student and the student's number in Canvas or Moodle are called there.
        """
        made = json.loads(self._list.read_text(encoding="utf-8"))
        if made["secret"] != self._sign():
            raise CourseError(f"{self._path} is not what it was when {self.name} was released")
        if student in made["students"]:
            return student
        return next((one for one, number in made["students"].items() if lms and number == lms), "")

    @property
    def _list(self) -> Path:
        return self.folder / "students.json"

    @property
    def _path(self) -> Path:
        return self.root / "secret.txt"

    def _secret(self) -> bytes:
        """Return the secret of the course, which is made when it is asked for first."""
        if not self._path.is_file():
            self._path.touch(mode=0o600)
            self._path.write_text(f"{secrets.token_hex(16)}\n", encoding="utf-8")
        return self._path.read_bytes().strip()

    def _sign(self) -> str:
        """Return by what the secret can be told from another one."""
        return hashlib.sha256(b"sign of " + self._secret()).hexdigest()[:16]
