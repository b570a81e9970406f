"""What runs on Gradescope for each submission: ``python -m adaptive.course.instructor.autograder``.

It grades as ``grade`` does, and writes what `Gradescope's specification`_ asks for. There each
submission has a container of its own, in which the keys are, too. So where walls cannot be put up,
which a container seldom allows, a submission runs as a user who may not read them.

.. _Gradescope's specification: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from adaptive.course.instructor import CourseError, walls
from adaptive.course.instructor.collect import collect, student_folder
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.keys import paper
from adaptive.course.instructor.tables import Row
from adaptive.course.instructor.variants import Variants

WAITS = "Not yet marked: a person reads this answer."
EMPTY = "There is no answer yet."


def mark(base: Path) -> dict[str, Any]:
    """Grade the submission in the folder of an autograder.

    Parameters
    ----------
    base : Path
        As Gradescope lays it out: ``/autograder``.

    Returns
    -------
    dict
        For ``results.json``.

    Raises
    ------
    CourseError
        If grading failed or a question has no mark, so that Gradescope shows none: not a lower one.
    """
    course = Course(base / "source" / "course")
    [name] = course.assignments
    # Whatever the archive was unpacked with: the keys are for root alone.
    course.root.chmod(0o700)
    options = Options(jobs=1, again=True)
    if not walls.available():
        options = Options(jobs=1, again=True, unsafe=True)
        if not os.geteuid():
            options = Options(jobs=1, again=True)
            course.config.Run.kind = walls.LOWERED
    student, number = _who(base)
    with tempfile.TemporaryDirectory() as folder:
        handed_in = Path(folder) / f"{student}_{number}_assignsubmission_file"
        shutil.copytree(base / "submission", handed_in, symlinks=True)
        if not collect(Path(folder), name):
            return _refused(f"there is no file in the submission. Hand in {name}.ipynb.")
        papers = Variants(course.root, name)
        if papers.there and not papers.whose(student, number):
            return _refused(
                f"no paper was made for {student}, as Gradescope calls you. Ask your instructor "
                "for one, and then hand in again."
            )
        [row] = course.grade(name, Path(folder), options)
    return report(course, name, row)


def _refused(why: str) -> dict[str, Any]:
    """Return what is said of a submission in which there is nothing to mark."""
    says = f"This could not be graded: {why}"
    return {"score": 0, "output": says, "output_format": "text"}


def _who(base: Path) -> tuple[str, str]:
    """Return the address of who has handed in, and the number on Gradescope."""
    known = json.loads((base / "submission_metadata.json").read_text(encoding="utf-8"))
    first = known["users"][0]
    return student_folder(first.get("email") or first["name"]), str(first["id"])


def report(course: Course, name: str, row: Row) -> dict[str, Any]:
    """Return the marks of a submission in the form that Gradescope reads.

    Parameters
    ----------
    course : Course
        Its.
    name : str
        The assignment.
    row : Row
        What `Course.grade` says of the submission.

    Returns
    -------
    dict
        A test for each question; that of a written answer has no score, unless there is none to
        read. What closed questions got
        is shown when the marks are published: until then there may be another attempt.
    """
    taken_in = course.root / "submitted" / row.student / name / f"{name}.ipynb"
    if row.problem and taken_in.exists():
        raise CourseError(row.problem)
    if row.problem:
        return _refused(f"{row.problem}. Hand in {name}.ipynb.")
    if row.unmarked:
        raise CourseError(f"there is no mark for {', '.join(row.unmarked)}")
    keys = paper(course.root, name).keys
    path = course.root / "autograded" / row.student / name / f"{name}.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    made = {cell.metadata.nbgrader["grade_id"]: cell for cell in cells if _graded(cell)}
    tests = []
    for question, points in row.points.items():
        cell = made[f"{name}-{question}"]
        test: dict[str, Any] = {"name": question, "output_format": "text"}
        test["output"] = _printed(cell) or EMPTY * (cell.cell_type == "markdown")
        if question in row.by_hand:
            test["output"] = WAITS
        else:
            test |= {"score": points, "max_score": cell.metadata.nbgrader["points"]}
        test["visibility"] = "after_published" if question in keys else "visible"
        tests.append(test)
    # Asked for where a test has none, as that of a written answer.
    return {"score": sum(filter(None, row.points.values())), "tests": tests}


def _graded(cell: nbformat.NotebookNode) -> bool:
    return bool(cell.metadata.get("nbgrader", {}).get("grade"))


def _printed(cell: nbformat.NotebookNode) -> str:
    """Return what a check says: what it has printed, and errors."""
    outputs = cell.get("outputs", ())
    return "".join(
        output.get("text", "") or "\n".join(output.get("traceback", ())) for output in outputs
    )


def main(arguments: list[str]) -> int:
    """Grade, and write ``results/results.json``; return the exit code."""
    base = Path(arguments[0])
    target = base / "results" / "results.json"
    target.unlink(missing_ok=True)
    try:
        made = mark(base)
    except CourseError as error:
        print(f"Not graded, and no mark is made: {error}", file=sys.stderr)
        return 1
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(made, ensure_ascii=False, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
