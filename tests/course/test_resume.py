"""No mark is invented and none is lost: what an interruption leaves, and what is graded again."""

from __future__ import annotations

import pytest

from adaptive.course.__main__ import main
from adaptive.course.instructor import course as module
from adaptive.course.instructor import preprocessors
from adaptive.course.instructor.pool import DIED, Done
from tests.course.hostile import POINTS
from tests.course.pretend import NAMES, Class, executed

pytestmark = pytest.mark.usefixtures("own_settings")


class Killed(BaseException):
    """Nothing catches it, as nothing survives a signal."""


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
            yield Done(job, problem=DIED) if job.student == "ben" else executed(job)

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
