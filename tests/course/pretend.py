"""A class whose notebooks are not run: who answers ``right`` gets all points, and others none."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook

from adaptive.course.instructor import course as module
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.pool import Done
from adaptive.course.instructor.preprocessors import RAN, is_test
from tests.course.hostile import POINTS, Book, write_course

NAMES = ("anna", "ben", "cy")
RIGHT = "right = True\n"


def executed(job, marked=tuple(POINTS), says=None):
    """Return what a notebook looks like that has run, and in which checks have said something."""
    notebook = nbformat.reads(job.notebook, as_version=4)
    right = any(cell.source == RIGHT for cell in notebook.cells)
    for cell in filter(is_test, notebook.cells):
        question = cell.metadata.nbgrader.grade_id.removeprefix("ravine-")
        points = str(POINTS[question] if right else 0.0)
        cell.outputs = [new_output("execute_result", {"text/plain": points}, execution_count=1)]
        if not right and question in (says or {}):
            cell.outputs.insert(0, new_output("stream", name="stdout", text=says[question]))
        if question not in marked:
            cell.outputs = [new_output("error", ename="NotReached", evalue="", traceback=[])]
    notebook.metadata[RAN] = {"noticed": []}
    return Done(job, nbformat.writes(notebook))


class Class:
    """A course, three students, and a grader that counts what it runs."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch) -> None:
        self.course = Course(write_course(root / "course"))
        self.course.release("ravine")
        self.handed_in = root / "handed in"
        self.handed_in.mkdir()
        for name in NAMES:
            self.hand_in(name)
        self.ran: list[str] = []
        self.after = len(NAMES)  # submissions before an interruption
        self.interruption: type[BaseException] = KeyboardInterrupt
        self.marked = tuple(POINTS)
        self.says: dict[str, str] = {}  # to who is wrong, by question
        patch.setattr(module, "run_all", self._run_all)

    def hand_in(self, name: str, right: bool = True, **written: str) -> None:
        released = nbformat.read(self.course.released("ravine"), as_version=4)
        book = Book(released, sgd=RIGHT if right else "right = False\n")
        for cell, text in written.items():
            book.write(cell, text)
        (self.handed_in / f"{name}.ipynb").write_bytes(book.bytes())

    def _run_all(self, jobs, config, workers):
        for count, job in enumerate(jobs):
            if count == self.after:
                raise self.interruption
            self.ran.append(job.student)
            yield executed(job, self.marked, self.says)

    def grade(self, **options):
        self.ran.clear()
        rows = self.course.grade("ravine", self.handed_in, replace(Options(unsafe=True), **options))
        return {row.student: row for row in rows}

    def rows(self):
        return {name: self.course.row("ravine", name) for name in NAMES}

    def lms(self, system: str = "canvas") -> dict[str, str]:
        rows = self.course.feedback("ravine")
        path = self.course.write_for(system, "ravine", rows)
        with path.open(encoding="utf-8", newline="") as file:
            return {line["Student"]: line["ravine"] for line in csv.DictReader(file)}

    def mark(self, student: str, question: str, points: float) -> None:
        url = f"sqlite:///{self.course.root / 'gradebook.db'}"
        with Gradebook(url, "adaptive") as gradebook:
            grade = gradebook.find_grade(f"ravine-{question}", "ravine", "ravine", student)
            grade.manual_score, grade.needs_manual_grade = points, False
            gradebook.db.commit()
