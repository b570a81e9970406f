"""The fast layer: an assignment's cells run without a kernel, with other answers put in.

What a submission looks like is written down in ``submissions/NAME.py``, one section for each:

    # %% wrong momentum: lr is missing        or: # %% right momentum: as a class
    # points: momentum 1                      only what is not full marks
    # says: lr is missing from the velocity   what the student must read
    def momentum(...): ...                    in the place of the answer cell

A section may answer several questions: each further answer begins with ``# answer: QUESTION``.
Lines that Python cannot read begin with ``#!``.
"""

from __future__ import annotations

import ast
import contextlib
import io
import linecache
import re
import symtable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
from matplotlib import pyplot as plt

from adaptive.course import notebook
from adaptive.course.closed import Noted
from adaptive.course.instructor.keys import marked, paper
from adaptive.course.regions import without_answers

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "chapters" / "assignments" / "source"
ASSIGNMENTS = sorted(path.parent.name for path in SOURCE.glob("*/*.ipynb"))


@dataclass(frozen=True)
class Submission:
    """Answers that differ from the source's, and what they must get."""

    assignment: str
    kind: str
    title: str
    answers: dict[str, str]
    points: dict[str, float]
    says: tuple[str, ...]
    settled: dict[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.assignment}-{self.kind}-{self.title}".replace(" ", "-")


@dataclass(frozen=True)
class Graded:
    """What the test cells returned, and all that was printed."""

    points: dict[str, Any]
    printed: dict[str, str]


@cache
def cells(assignment: str) -> tuple[dict[str, Any], ...]:
    """Return the cells of a source notebook."""
    path = SOURCE / assignment / f"{assignment}.ipynb"
    return tuple(nbformat.read(path, as_version=4)["cells"])


def mark(cell: dict[str, Any]) -> dict[str, Any]:
    """Return what nbgrader knows of a cell."""
    found: dict[str, Any] = cell["metadata"].get("nbgrader", {})
    return found


def tests(assignment: str) -> dict[str, float]:
    """Return the points of each question that is graded by a test cell."""
    return {
        mark(cell)["grade_id"].removeprefix(f"{assignment}-"): mark(cell)["points"]
        for cell in cells(assignment)
        if mark(cell).get("grade") and cell["cell_type"] == "code"
    }


def grade(assignment: str, answers: dict[str, str], *, blanks: bool = False) -> Graded:
    """Run the cells of an assignment, but for its figures, with some answers replaced.

    Only those cells are run that the replaced answers, or what is made of them, can change, and
    those that they need: the rest gets full marks, as in the source. With ``blanks`` all are run,
    and what is not answered is as students get it.
    """
    made = {"cells": list(cells(assignment))}
    handed_in = (without_answers(made) if blanks else made)["cells"]
    placed = [
        _Placed(assignment, given if mark(cell).get("grade") else cell, answers)
        for given, cell in zip(made["cells"], handed_in, strict=True)
        if cell["cell_type"] == "code" and "figure" not in cell["metadata"].get("tags", ())
    ]
    if answers and not blanks:
        _choose(placed)
    names: dict[str, Any] = {"__name__": "__main__"}
    points, printed = {}, {}
    for number, cell in enumerate(placed, 1):
        if not cell.runs:
            if cell.is_test:
                points[cell.question], printed[cell.question] = cell.known["points"], ""
            continue
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            try:
                value = run(cell.source, names, f"<cell {number}>")
            except Exception as error:
                if not cell.known and not blanks:
                    raise
                value = 0.0
                for name, made in notebook.lost(cell.source, error, f"cell [{number}]").items():
                    if notebook.because(made):
                        names.setdefault(name, made)
                print(f"{type(error).__name__}: {error}", file=out)
        if isinstance(value, Noted):
            key = paper(SOURCE.parent, assignment).keys[cell.question]
            value, report = marked(key, cell.question, repr(value))
            print(report, file=out)
        if cell.is_test:
            points[cell.question], printed[cell.question] = value, out.getvalue()
    plt.close("all")
    return Graded(points, printed)


class _Placed:
    """A cell of an assignment with an answer in it: which names it takes, and which it binds."""

    def __init__(self, assignment: str, cell: dict[str, Any], answers: dict[str, str]) -> None:
        self.known = mark(cell)
        self.question = self.known.get("grade_id", "").removeprefix(f"{assignment}-")
        self.is_test = bool(self.known.get("grade"))
        self.source, self.runs = cell["source"], True
        answered = self.question.removesuffix("-answer")
        self.replaced = bool(self.known.get("solution")) and answered in answers
        if self.replaced:
            self.source = answers[answered]
        self.takes, self.binds = _names(self.source)
        self.binds |= _names(cell["source"])[1]


def _names(source: str) -> tuple[set[str], set[str]]:
    """Return the notebook's names that a cell takes, or changes in place, and those it binds."""
    try:
        tables = [symtable.symtable(source, "<cell>", "exec")]
    except SyntaxError:
        return set(), set()
    binds = {one.get_name() for one in tables[0].get_symbols() if one.is_assigned()}
    binds |= {one.get_name() for one in tables[0].get_symbols() if one.is_imported()}
    takes: set[str] = {one.get_name() for one in tables[0].get_symbols() if one.is_referenced()}
    for table in tables:
        tables += table.get_children()
        takes |= {one.get_name() for one in table.get_symbols() if one.is_global()}
    return takes, binds


def _choose(placed: list[_Placed]) -> None:
    """Mark the tests that the replaced answers can change, and the cells that these need."""
    touched: set[str] = set()
    for cell in placed:
        changed = cell.replaced or bool(touched & cell.takes)
        if changed:
            touched |= cell.binds
        cell.runs = changed and cell.is_test
    needed: set[str] = set()
    for cell in reversed(placed):
        cell.runs = cell.runs or bool(needed & cell.binds)
        if cell.runs:
            needed |= cell.takes


def submissions(assignment: str) -> list[Submission]:
    """Return the submissions that are written down for an assignment."""
    return [_submission(assignment, section) for section in _sections(assignment)]


def marked_by_hand() -> list[Submission]:
    """Return the answers whose points a person has given, of all assignments."""
    parted = (section.partition(" ") for section in _sections("by_hand"))
    return [_submission(assignment, f"marked {section}") for assignment, _, section in parted]


def whole() -> list[Submission]:
    """Return the whole submissions whose points a person has given, of all assignments."""
    made = []
    for assignment in ASSIGNMENTS:
        for section in _sections(f"whole_{assignment}"):
            header, _, body = section.partition("\n")
            student, _, title = header.removeprefix(f"{assignment} ").partition(": ")
            made.append(_submission(assignment, f"marked {student}: {title}\n{body}"))
            made[-1].answers.pop(student)
    return made


def _sections(name: str) -> list[str]:
    path = Path(__file__).parent / "submissions" / f"{name}.py"
    return re.split(r"^# %% ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]


def _submission(assignment: str, section: str) -> Submission:
    header, _, body = section.partition("\n")
    kind, question, title = re.fullmatch(r"(wrong|right|marked) ([\w-]+): (.+)", header).groups()
    points = {}
    for listed in re.findall(r"^# points: (.+)$", body, re.MULTILINE):
        for pair in listed.split(","):
            name, value = pair.split()
            points[name] = float(value)
    says = tuple(re.findall(r"^# says: (.+)$", body, re.MULTILINE))
    given_up = re.findall(r"^# settled: ([\w-]+) ([\d.]+): ", body, re.MULTILINE)
    settled = {name: float(value) for name, value in given_up}
    body = re.sub(r"^#! ", "", body, flags=re.MULTILINE)
    first, *others = re.split(r"^# answer: ", body, flags=re.MULTILINE)
    answers = {question: first}
    for other in others:
        name, _, source = other.partition("\n")
        answers[name.strip()] = source
    return Submission(assignment, kind, f"{question}: {title}", answers, points, says, settled)


def run(source: str, names: dict[str, Any], filename: str) -> Any:
    """Run a cell, and return the value of its last expression as a kernel would."""
    # Where a kernel has the lines too, from which a message quotes.
    lines = source.splitlines(keepends=True)
    linecache.cache[filename] = (len(source), None, lines, filename)
    body = ast.parse(source, filename).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), filename, "exec"), names)
    if last is not None:
        return eval(compile(ast.Expression(last.value), filename, "eval"), names)
    return None
