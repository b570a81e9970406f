"""No mark is invented and none is lost: what an interruption leaves, and what is graded again.

Notebooks are not run here: who answers ``right`` gets all points, and others none.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_output
from nbgrader.api import Gradebook

from adaptive.course.__main__ import main
from adaptive.course.instructor import course as module
from adaptive.course.instructor import preprocessors
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.pool import DIED, Done
from adaptive.course.instructor.preprocessors import RAN, is_test
from tests.course.hostile import POINTS, Book, write_course

pytestmark = pytest.mark.usefixtures("own_settings")
NAMES = ("anna", "ben", "cy")
RIGHT = "right = True\n"


class Killed(BaseException):
    """Nothing catches it, as nothing survives a signal."""


def _executed(job, marked=tuple(POINTS)):
    """Return what a notebook looks like that has run."""
    notebook = nbformat.reads(job.notebook, as_version=4)
    right = any(cell.source == RIGHT for cell in notebook.cells)
    for cell in filter(is_test, notebook.cells):
        question = cell.metadata.nbgrader.grade_id.removeprefix("ravine-")
        points = str(POINTS[question] if right else 0.0)
        cell.outputs = [new_output("execute_result", {"text/plain": points}, execution_count=1)]
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
            yield _executed(job, self.marked)

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


@pytest.fixture
def room(tmp_path, monkeypatch):
    return Class(tmp_path, monkeypatch)


def test_ctrl_c_leaves_a_table_and_the_same_command_goes_on(room, capsys):
    room.after = 1
    command = ["grade", "ravine", str(room.handed_in), f"--course={room.course.root}", "--unsafe"]
    assert main(command) == 130
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Unsafe: submissions run with your rights, and are not kept apart."
    assert said[2:5] == [
        "anna          5   7  graded",
        "ben           -   7  not graded yet",
        "cy            -   7  not graded yet",
    ]
    assert said[5] == "Interrupted. Not reached: ben, cy. The same command goes on from here."
    assert room.lms() == {"anna": "5", "ben": "", "cy": ""}
    room.after = 3
    room.ran.clear()
    assert main(command) == 0
    assert room.ran == ["ben", "cy"]
    assert room.lms() == {"anna": "5", "ben": "5", "cy": "5"}


#: Where a kill is worst: between the marks of two questions, and before the notebook is there.
POINTS_OF_NO_RETURN = [
    (preprocessors.Restore, "preprocess"),
    (preprocessors.SaveAutoGrades, "_add_score"),
    (preprocessors.SaveAutoGrades, "_add_comment"),
    (module.Record, "write_single_notebook"),
]


@pytest.mark.parametrize(("kind", "method"), POINTS_OF_NO_RETURN)
@pytest.mark.parametrize("calls", [0, 2])
def test_a_kill_leaves_no_zero(room, monkeypatch, kind, method, calls):
    if calls and "_add" not in method:
        pytest.skip("it is called once")
    before, seen = getattr(kind, method), []

    def killed(self, *arguments, **options):
        seen.append(1)
        if len(seen) > calls:
            raise Killed
        return before(self, *arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(kind, method, killed)
        with pytest.raises(Killed):
            room.grade()
    assert {row.status for row in room.rows().values()} == {"not graded yet"}
    assert {row.total for row in room.rows().values()} == {None}
    assert room.lms() == {"anna": "", "ben": "", "cy": ""}
    assert {row.total for row in room.grade().values()} == {5}
    assert room.ran == list(NAMES)


def test_what_has_not_changed_is_not_run_again(room):
    room.grade()
    assert room.ran == list(NAMES)
    again = room.grade()
    assert room.ran == []
    assert again == room.rows()
    room.hand_in("ben", right=False)
    assert room.grade()["ben"].total == 0
    assert room.ran == ["ben"]
    room.grade(again=True)
    assert room.ran == list(NAMES)
    # Another limit may make another mark.
    room.grade(timeout=31)
    assert room.ran == list(NAMES)


def test_a_second_attempt_that_was_not_reached_has_no_mark_of_the_first(room):
    room.grade()
    room.hand_in("ben", right=False)
    room.after = 0
    assert [name for name, row in room.grade().items() if row.interrupted] == ["ben"]
    assert room.rows()["ben"].total is None
    assert room.lms() == {"anna": "5", "ben": "", "cy": "5"}


def test_one_student_is_graded_again(room):
    room.grade()
    assert list(room.grade(students=("cy",))) == ["cy"]
    assert room.ran == ["cy"]
    with pytest.raises(module.CourseError, match="--student must be one of anna, ben, cy; got 'x'"):
        room.grade(students=("x",))


def test_one_question_is_graded_again_and_the_others_stay(room, monkeypatch):
    room.grade()
    monkeypatch.setitem(POINTS, "sgd", 0.5)
    monkeypatch.setitem(POINTS, "momentum", 1)
    rows = room.grade(questions=("momentum",), students=("anna",))
    assert rows["anna"].points == {"expand": 1, "sgd": 1, "momentum": 1, "why": 0}
    assert room.rows()["ben"].points == {"expand": 1, "sgd": 1, "momentum": 3, "why": 0}
    with pytest.raises(module.CourseError, match="--question must be one of expand, sgd, mom"):
        room.grade(questions=("adam",))


def test_what_a_person_has_entered_stays(room):
    room.hand_in("anna", why="The zigzag cancels.")
    assert room.grade()["anna"].by_hand == ("why",)
    room.mark("anna", "why", 1.5)
    room.mark("anna", "sgd", 0.25)
    expected = {"expand": 1, "sgd": 0.25, "momentum": 3, "why": 1.5}
    assert room.grade(again=True)["anna"].points == expected
    assert room.rows()["anna"].total == 5.75
    # Another text is for a person to see again; the points of the first are still there.
    room.hand_in("anna", why="The memory adds up.")
    assert room.grade()["anna"].by_hand == ("sgd", "why")
    assert room.rows()["anna"].total is None


def test_a_question_without_a_mark_leaves_the_total_open_until_a_person_enters_it(room):
    room.marked = ("expand", "sgd")
    row = room.grade()["ben"]
    assert (row.unmarked, row.total, row.so_far) == (("momentum",), None, 2)
    assert row.status == "not marked: momentum"
    assert room.lms()["ben"] == ""
    room.mark("ben", "momentum", 2)
    assert room.rows()["ben"].total == 4
    assert room.lms()["ben"] == "4"


def test_a_process_that_dies_costs_its_student(room, monkeypatch):
    def run_all(jobs, config, workers):
        for job in jobs:
            yield Done(job, problem=DIED) if job.student == "ben" else _executed(job)

    monkeypatch.setattr(module, "run_all", run_all)
    rows = room.grade()
    assert rows["ben"].status == f"problem: {DIED}"
    assert (rows["anna"].total, rows["cy"].total) == (5, 5)


def test_without_walls_it_asks_for_unsafe(room, monkeypatch, capsys):
    monkeypatch.setattr(module.walls, "available", lambda: "")
    command = ["grade", "ravine", str(room.handed_in), f"--course={room.course.root}"]
    assert main(command) == 2
    out, err = capsys.readouterr()
    assert out.splitlines()[0] == "Submissions cannot be kept apart here."
    assert "--unsafe" in err
    assert room.ran == []
    assert main([*command, "--unsafe"]) == 0
