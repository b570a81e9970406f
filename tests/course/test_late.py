"""When work came, from what Canvas, Moodle and nbgrader know, and what a late day costs."""

from __future__ import annotations

import csv
import json
import zipfile
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from adaptive.course.__main__ import main
from adaptive.course.instructor import CourseError
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.late import Late, read_times
from tests.course.hostile import MAXIMUM
from tests.course.pretend import Class

CANVAS = [
    {"user_id": 17, "submitted_at": "2026-10-03T21:59:00Z", "late": False},
    {"user_id": 18, "submitted_at": "2026-10-05T00:00:00+02:00", "late": True},
    {"user_id": 19, "submitted_at": None},
]
MOODLE = """\
Identifier,Full name,Status,Grade,Last modified (submission),Last modified (grade)
Participant 23,Zoë Hill,Submitted,-,"Saturday, 3 October 2026, 11:59 PM",-
Participant 24,Ben,No submission,-,-,-
"""
DUE = "2026-10-03 22:00:00 UTC"


def _file(folder: Path, text: str) -> Path:
    path = folder / "times"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("guard", ["", "while(1);"])
def test_canvas_knows_when_each_came(tmp_path, guard):
    assert read_times(_file(tmp_path, guard + json.dumps(CANVAS))) == {
        "17": "2026-10-03 21:59:00 UTC",
        "18": "2026-10-04 22:00:00 UTC",
    }


@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_moodle_tells_the_time_of_its_zone(tmp_path, mark):
    path = _file(tmp_path, mark + MOODLE)
    assert read_times(path, "Europe/Berlin") == {"23": "2026-10-03 21:59:00 UTC"}
    assert read_times(path, "UTC") == {"23": "2026-10-03 23:59:00 UTC"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[{}]", "user_id and submitted_at"),
        ("[", "user_id and submitted_at"),
        ("Kennung,Zuletzt geändert (Abgabe)\n", "in English"),
        ("", "in English"),
        (MOODLE.replace("3 October", "3 Oktober"), "no time that can be read"),
    ],
)
def test_what_is_no_list_of_times_is_refused(tmp_path, text, says):
    with pytest.raises(CourseError, match=says):
        read_times(_file(tmp_path, text))


def test_a_file_or_a_zone_that_is_not_there(tmp_path):
    with pytest.raises(CourseError, match="--times must be a file"):
        read_times(tmp_path / "none")
    for zone in ("Europe/Bärlin", "../x"):
        with pytest.raises(CourseError, match="--zone must be a time zone"):
            read_times(_file(tmp_path, MOODLE), zone)


def test_how_late_in_words():
    assert Late().says == ""
    assert Late(1).says == "late by 1 min"
    assert Late(3600 * 25 + 60).says == "late by 1 d 1 h"
    assert Late(3600 * 2 + 60, 0.7).says == "late by 2 h 1 min, 0.7 off"


# --------------------------------------------------------------------------- in the pipeline


class Graded(Class):
    """A class whose assignment is due, with an archive from Canvas and a price for being late."""

    def __init__(self, root: Path, patch: pytest.MonkeyPatch, **settings: float) -> None:
        super().__init__(root, patch)
        config = self.course.root / "nbgrader_config.py"
        lines = [f"c.LateDays.{name} = {value}\n" for name, value in settings.items()]
        config.write_text(config.read_text("utf-8") + "".join(lines), encoding="utf-8")
        self.course = Course(self.course.root)
        self.after = 99
        self.due("ravine", DUE)
        right = (self.handed_in / "anna.ipynb").read_bytes()
        self.zip = root / "canvas.zip"
        with zipfile.ZipFile(self.zip, "w") as archive:
            archive.writestr("annaa_17_4_ravine.ipynb", right)
            archive.writestr("benb_LATE_18_4_ravine.ipynb", right)
            archive.writestr("cyc_LATE_19_4_ravine.ipynb", right)
        self.times = _file(root, json.dumps(CANVAS))

    def due(self, name: str, when: str) -> None:
        with self.book() as gradebook:
            gradebook.update_or_create_assignment(name, duedate=when)

    def book(self) -> Gradebook:
        return Gradebook(f"sqlite:///{self.course.root / 'gradebook.db'}", "adaptive")

    def grade(self, **options):
        rows = self.course.grade("ravine", self.zip, Options(unsafe=True, **options))
        return {row.student: row for row in rows}


@pytest.fixture
def room(tmp_path, monkeypatch, own_settings):
    def make(**settings):
        return Graded(tmp_path, monkeypatch, **settings)

    return make


def test_nothing_is_off_unless_it_is_set(room):
    room = room()
    rows = room.grade(times=room.times)
    assert {row.total for row in rows.values()} == {5}
    assert rows["benb"].noticed == ("late by 1 d 0 min",)


def test_a_day_that_has_begun_costs_its_share_of_all_points(room):
    room = room(per_day=0.1)
    rows = room.grade(times=room.times)
    assert rows["annaa"].total == 5
    assert (rows["annaa"].off, rows["annaa"].noticed) == (0, ())
    assert rows["benb"].total == pytest.approx(5 - 0.1 * MAXIMUM)
    assert rows["benb"].noticed == ("late by 1 d 0 min, 0.7 off",)
    room.course.feedback("ravine")
    with (room.course.root / "grades-ravine.csv").open(encoding="utf-8", newline="") as file:
        lines = {line["student"]: line for line in csv.DictReader(file)}
    assert (lines["benb"]["late"], lines["benb"]["total"]) == ("0.7", "4.3")
    assert (lines["annaa"]["late"], lines["annaa"]["total"]) == ("", "5")
    page = room.course.root / "feedback" / "benb" / "ravine" / "ravine.html"
    assert "0.7 off, because it was handed in late." in page.read_text(encoding="utf-8")


def test_without_a_time_canvas_mark_is_told_and_nothing_is_off(room):
    room = room(per_day=0.1)
    rows = room.grade()
    # The times in the archive are those of the download.
    assert {row.off for row in rows.values()} == {0}
    assert rows["annaa"].noticed == ()
    says = "marked as late by Canvas; when it came is not known"
    assert rows["benb"].noticed == rows["cyc"].noticed == (says,)
    # With the times of the second look nothing is run again.
    room.ran.clear()
    rows = room.grade(times=room.times)
    assert room.ran == []
    assert rows["benb"].noticed == ("late by 1 d 0 min, 0.7 off",)
    assert rows["cyc"].noticed == (says,)
    # And they are kept when the file is not given again.
    assert room.grade()["benb"].off == pytest.approx(0.7)


def test_a_due_date_an_extension_and_points_by_hand_count_when_feedback_is_written(room):
    room = room(per_day=0.5)
    room.grade(times=room.times)
    assert room.course.row("ravine", "benb").total == pytest.approx(5 - 0.5 * MAXIMUM)
    room.due("ravine", "2026-10-02 22:00:00 UTC")
    totals = {row.student: row.total for row in room.course.feedback("ravine")}
    # Not more is off than there is.
    assert totals == {"annaa": pytest.approx(5 - 0.5 * MAXIMUM), "benb": 0, "cyc": 5}
    with room.book() as gradebook:
        gradebook.grant_extension("ravine", "benb", days=1)
    totals = {row.student: row.total for row in room.course.feedback("ravine")}
    assert totals["benb"] == pytest.approx(5 - 0.5 * MAXIMUM)


# nbgrader's own way to add a submission.
@pytest.mark.filterwarnings("ignore:Object of type <Submitted")
def test_free_days_are_used_up_in_the_order_of_due_dates(room):
    room = room(per_day=0.1, free=2)
    with room.book() as gradebook:
        gradebook.add_student("benb")
    for name, when in [("early", "2026-09-01"), ("next", "2026-11-01")]:
        room.due(name, f"{when} 22:00:00 UTC")
        with room.book() as gradebook:
            late = f"{when[:-2]}02 23:00:00 UTC"
            gradebook.update_or_create_submission(name, "benb", timestamp=late)
    # Two days of early are gone, those of next do not count yet.
    rows = room.grade(times=room.times)
    assert rows["benb"].off == pytest.approx(0.7)


def test_a_free_day_that_is_left_costs_nothing(room):
    room = room(per_day=0.1, free=1)
    row = room.grade(times=room.times)["benb"]
    assert (row.off, row.noticed) == (0, ("late by 1 d 0 min",))


def test_a_minute_of_grace_is_not_late_and_beyond_it_all_counts(room):
    room = room(per_day=0.1, grace=24 * 60)
    assert room.grade(times=room.times)["benb"].off == 0
    room.due("ravine", "2026-10-03 21:59:00 UTC")
    rows = {row.student: row for row in room.course.feedback("ravine")}
    assert rows["benb"].off == pytest.approx(2 * 0.1 * MAXIMUM)


def test_a_student_cannot_bring_an_own_time(room, tmp_path):
    room = room(per_day=0.1)
    right = (room.handed_in / "anna.ipynb").read_bytes()
    room.zip = tmp_path / "moodle.zip"
    with zipfile.ZipFile(room.zip, "w") as archive:
        folder = "Zoë Hill_18_assignsubmission_file"
        archive.writestr(f"{folder}/ravine.ipynb", right)
        archive.writestr(f"{folder}/timestamp.txt", "2026-01-01 00:00:00 UTC")
    assert room.grade()["Zoë Hill"].noticed == ()
    assert room.grade(times=room.times)["Zoë Hill"].off == pytest.approx(0.7)


def test_another_attempt_has_another_time(room):
    room = room(per_day=0.1)
    room.grade(times=room.times)
    room.hand_in("anna", right=False)
    with zipfile.ZipFile(room.zip, "w") as archive:
        archive.write(room.handed_in / "anna.ipynb", "benb_18_5_ravine.ipynb")
    assert room.grade()["benb"].noticed == ()


def test_nbgrader_own_time_counts(room, tmp_path):
    room = room(per_day=0.1)
    folder = tmp_path / "exchange" / "di" / "ravine"
    folder.mkdir(parents=True)
    (folder / "ravine.ipynb").write_bytes((room.handed_in / "anna.ipynb").read_bytes())
    (folder / "timestamp.txt").write_text("2026-10-04 01:00:00.000001 UTC", encoding="utf-8")
    room.zip = tmp_path / "exchange"
    assert room.grade()["di"].off == pytest.approx(0.7)


def test_the_command_takes_the_times(room, capsys):
    room = room(per_day=0.1)
    command = ["grade", "ravine", str(room.zip), f"--course={room.course.root}", "--unsafe"]
    assert main([*command, f"--times={room.times}", "--zone=UTC"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "benb 4.3 7 graded (late by 1 d 0 min, 0.7 off)" in said
    assert main([*command, "--times=nowhere"]) == 2
