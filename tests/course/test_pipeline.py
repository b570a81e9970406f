"""The real nbgrader: every hostile submission in one class, and the assignments themselves."""

from __future__ import annotations

import csv
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbgrader.api import Gradebook

from adaptive.course.__main__ import main
from adaptive.course.instructor import course
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.tables import Row
from tests.book.notebooks import HANGS
from tests.course.fast import ASSIGNMENTS, SOURCE
from tests.course.fast import tests as points_of
from tests.course.hostile import CASES, DETACHED, MAXIMUM, POINTS, write_course

pytestmark = pytest.mark.usefixtures("own_settings")
WRITER = "Zoë O'Neil-李"
WRITERS = {WRITER, "scripts", "vectors"}  # who have answered the written question too


@dataclass(frozen=True)
class Graded:
    """The class, graded, with feedback."""

    course: Course
    rows: dict[str, Row]

    def feedback(self, student: str) -> str:
        """Return the text of a student's page."""
        path = self.course.root / "feedback" / student / "ravine" / "ravine.html"
        return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").get_text()

    def grades(self) -> dict[str, dict[str, str]]:
        """Return the lines of the table of grades."""
        with (self.course.root / "grades-ravine.csv").open(encoding="utf-8", newline="") as file:
            return {line["student"]: line for line in csv.DictReader(file)}


@pytest.fixture(scope="module")
def graded(own_settings, tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grade all hostile submissions at once."""
    root = write_course(tmp_path_factory.mktemp("course"))
    ours = Course(root)
    ours.release("ravine")
    released = nbformat.read(ours.released("ravine"), as_version=4)
    rows = {}
    # Only a loop that never ends is cut short; the others may take as long as the machine does.
    for seconds, limit in {(case.seconds, case.limit) for case in CASES.values()}:
        submissions = root / f"from students, {seconds}, {limit}"
        submissions.mkdir()
        for name, case in CASES.items():
            if (case.seconds, case.limit) == (seconds, limit):
                (submissions / f"{name}.ipynb").write_bytes(case.make(released))
        options = Options(timeout=seconds, limit=limit)
        rows |= {row.student: row for row in ours.grade("ravine", submissions, options)}
    assert ours.feedback("ravine") == [rows[name] for name in sorted(rows)]
    return Graded(ours, rows)


def test_nobody_is_lost(graded):
    assert set(graded.rows) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_gets_what_it_deserves(graded, name):
    row, points = graded.rows[name], CASES[name].points
    assert row.maximum == MAXIMUM
    if points is None:
        assert row.status.startswith("problem: ")
        assert CASES[name].says in row.status
    else:
        assert tuple(row.points[question] for question in POINTS) == points
        missing = [question for question in POINTS if row.points[question] is None]
        assert row.unmarked == tuple(missing)
        assert row.by_hand == (("why",) if name in WRITERS else ())
        assert (row.total is None) == bool(missing or row.by_hand)
        assert CASES[name].noticed in "; ".join(row.noticed)


@pytest.mark.parametrize("name", CASES)
def test_feedback_says_why_and_hides_the_tests(graded, name):
    said = graded.feedback(name)
    assert CASES[name].says in said
    assert ("HIDDEN" in said) == (name == "delimiters"), "only what a student has written"
    assert not any(seed in said for seed in ("8128", "8129", "8130"))


def test_the_table_of_grades(graded):
    lines = graded.grades()
    head = ["student", *POINTS, "why", "late", "total", "so far", "max", "status", "noticed"]
    assert list(lines["merged"]) == head
    row = ["merged", "1", "1", "3", "0", "", "5", "5", "7", "graded", ""]
    assert list(lines["merged"].values()) == row
    assert [lines[WRITER][key] for key in ("why", "total", "so far")] == ["", "", "5"]
    assert lines[WRITER]["status"] == "needs manual grading: why"
    assert [lines["endless"][key] for key in ("momentum", "total", "so far")] == ["", "", "2"]
    assert lines["endless"]["status"] == "not marked: momentum"
    assert "float" in lines["fakes"]["noticed"]
    assert lines["empty"]["total"] == ""
    assert lines["empty"]["status"] == "problem: the file is empty"


def test_floods_are_cut(graded):
    assert graded.feedback("noise").count("The rest of the output is left out") == 2
    for path in graded.course.root.glob("autograded/*/ravine/ravine.ipynb"):
        assert path.stat().st_size < 1_000_000, path


@dataclass(frozen=True)
class Later:
    """The class with what came later: a grader's points, a second attempt, other students."""

    again: Row
    rows: dict[str, Row]
    lines: dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def later(graded, tmp_path_factory: pytest.TempPathFactory) -> Later:
    """Grade what came later, and write the feedback of all once more."""
    with Gradebook(f"sqlite:///{graded.course.root / 'gradebook.db'}", "adaptive") as gradebook:
        grade = gradebook.find_grade("ravine-why", "ravine", "ravine", WRITER)
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        gradebook.db.commit()
    second, others = tmp_path_factory.mktemp("second"), tmp_path_factory.mktemp("others")
    (second / "merged.ipynb").write_text("{")
    (again,) = graded.course.grade("ravine", second)
    (others / "=HYPERLINK(x).ipynb").write_text("x")
    (others / "-2+3.pdf").write_text("x")
    list(graded.course.grade("ravine", others))
    rows = {row.student: row for row in graded.course.feedback("ravine")}
    return Later(again, rows, graded.grades())


def test_a_grader_s_points_count_and_a_broken_second_attempt_costs_the_first(graded, later):
    again, rows = later.again, {name: later.rows[name] for name in graded.rows}
    assert rows == graded.rows | {"merged": again, WRITER: rows[WRITER]}
    assert again.status == "problem: the file is a damaged notebook: its JSON is cut or broken"
    assert rows[WRITER].status == "graded"
    assert rows[WRITER].total == 6.5


def test_a_student_called_like_a_formula_is_graded(graded, later):
    assert set(later.rows) == {*graded.rows, "=HYPERLINK(x)", "-2+3"}
    assert {"'=HYPERLINK(x)", "'-2+3"} <= set(later.lines)
    assert later.lines["'-2+3"]["status"] == "problem: the file is not a notebook: -2+3.pdf"


@pytest.mark.parametrize("student", ["scripts", "vectors"])
def test_no_page_runs_or_asks_for_anything(graded, student):
    path = graded.course.root / "feedback" / student / "ravine" / "ravine.html"
    body = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser").body
    if student == "scripts":
        assert len(body.find_all("b", string="In bold")) >= 3
    runs = ["script", "iframe", "object", "link", "style", "meta", "base", "embed", "form", "video"]
    assert not body.find_all([*runs, "template", "foreignobject", "set", "source", "maction"])
    for tag in body.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on")]
        assert not {"srcset", "xlink:href", "ping", "background", "srcdoc"} & set(tag.attrs)
        assert tag.get("src", "data:").startswith("data:")
        asks = tag.get("href", "#") if tag.name == "a" else "#"
        assert asks.startswith(("#", "https://", "http://", "mailto:")), asks
        assert not re.search(r"url|expression|position|\\\\", tag.get("style", ""))


def test_nothing_is_left_running(graded):
    running = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline")]
    assert not [line for line in running if DETACHED.encode() in line]


FORMULAS = {
    "=HYPERLINK(1)": "'=HYPERLINK(1)",
    "+1": "'+1",
    "-1": "'-1",
    "@SUM(1)": "'@SUM(1)",
    "\t=1": "'\t'=1",
    "\uff1d1": "'\uff1d1",
    "Lee; =1": "Lee;' =1",
    "Ann-Marie =1": "Ann-Marie =1",
}


@pytest.mark.parametrize("system", ["canvas", "moodle"])
def test_no_student_is_a_formula_in_a_spreadsheet(graded, system):
    rows = [Row(name, name, {"sgd": 2.5}, 7) for name in FORMULAS]
    path = graded.course.write_for(system, "ravine", rows)
    with path.open(encoding="utf-8", newline="") as file:
        head, *lines = csv.reader(file)
    column = "Student" if system == "canvas" else "Full name"
    assert [line[head.index(column)] for line in lines] == list(FORMULAS.values())
    assert not [cell for line in lines for cell in line if cell.startswith(tuple("=+-@\t"))]
    assert {line[head.index("ravine" if system == "canvas" else "Grade")] for line in lines} == {
        "2.5"
    }


def test_a_large_file_a_link_and_a_locked_one_are_problems_with_a_name(
    graded, tmp_path, monkeypatch
):
    monkeypatch.setattr(course, "LARGEST", 1000)
    (tmp_path / "large.ipynb").write_text(" " * 1001)
    (tmp_path / "link.ipynb").symlink_to(tmp_path / "large.ipynb")
    (row, other) = graded.course.grade("ravine", tmp_path)
    assert row.status == "problem: the file is too large: 0 MB"
    assert other.status == "problem: it is a symbolic link, which is not followed: link.ipynb"


def test_a_class_with_an_encrypted_file_goes_on(graded, tmp_path):
    path = tmp_path / "class.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("locked.ipynb", "{}")
        archive.writestr("text.ipynb", "no")
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(data)
    rows = {row.student: row.status for row in graded.course.grade("ravine", path)}
    assert rows == {
        "locked": "problem: the file is encrypted: locked.ipynb",
        "text": "problem: the file is not a notebook",
    }


def test_a_note_of_the_time_that_is_a_link_is_not_copied(graded, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("2026-01-01 00:00:00 UTC")
    folder = tmp_path / "handed in" / "merged"
    folder.mkdir(parents=True)
    released = nbformat.read(graded.course.released("ravine"), as_version=4)
    (folder / "ravine.ipynb").write_bytes(CASES["merged"].make(released))
    (folder / "timestamp.txt").symlink_to(secret)
    (row,) = graded.course.grade("ravine", folder.parent)
    assert row.status == "graded"
    assert not (graded.course.root / "submitted/merged/ravine/timestamp.txt").exists()


def test_tables_for_canvas_and_moodle(graded):
    rows = [
        Row("leeanna", "17", {"sgd": 2.5, "why": 1.0}, 7),
        Row("ben", "18", {"sgd": 2.5, "why": None}, 7, by_hand=("why",)),
        Row("cy", "19", {"sgd": None, "why": 1.0}, 7, unmarked=("sgd",)),
        Row("dee", "20", maximum=7),
        graded.rows["text"],
    ]
    lines = {
        system: graded.course.write_for(system, "ravine", rows).read_text().splitlines()
        for system in ("canvas", "moodle")
    }
    assert lines == {
        "canvas": [
            "Student,ID,SIS User ID,SIS Login ID,Section,ravine",
            "leeanna,17,,,,3.5",
            *("ben,18,,,,", "cy,19,,,,", "dee,20,,,,"),
        ],
        "moodle": [
            "Identifier,Full name,Grade,Maximum Grade,Last modified (grade)",
            "Participant 17,leeanna,3.5,7,",
            *("Participant 18,ben,,7,", "Participant 19,cy,,7,", "Participant 20,dee,,7,"),
        ],
    }


# --------------------------------------------------------------------------- the assignments


@pytest.fixture(scope="module")
def real(own_settings, tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Return a course with the assignments as they are."""
    root = tmp_path_factory.mktemp("real")
    shutil.copytree(SOURCE, root / "source")
    shutil.copytree(SOURCE.parent / "answers", root / "answers")
    shutil.copy(SOURCE.parent / "nbgrader_config.py", root)
    return Course(root)


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_source_gets_all_points(real, name, tmp_path):
    shutil.copy(SOURCE / name / f"{name}.ipynb", tmp_path / "teacher.ipynb")
    (row,) = real.grade(name, tmp_path, Options(timeout=HANGS, limit=3 * HANGS))
    points = {question: row.points[question] for question in points_of(name)}
    assert points == points_of(name)
    assert row.status.startswith("needs manual grading: ")
    graded = real.root / "autograded" / "teacher" / name / f"{name}.ipynb"
    assert "Put back" not in graded.read_text(encoding="utf-8")


# --------------------------------------------------------------------------- the command line


def test_what_is_asked_for_wrongly_is_named(graded, tmp_path, capsys):
    here = f"--course={graded.course.root}"
    (tmp_path / "notes.txt").touch()
    (tmp_path / "nothing").mkdir()
    for arguments, said in [
        (["release", f"--course={tmp_path}"], "--course must be a folder with nbgrader_config.py"),
        (["release", "adam", here], "NAME must be one of ravine; got 'adam'"),
        (["grade", "ravine", f"{tmp_path}/none", here], "SUBMISSIONS must be a folder or a zip"),
        (["grade", "ravine", f"{tmp_path}/notes.txt", here], "SUBMISSIONS must be a folder or a"),
        (["grade", "ravine", f"{tmp_path}/nothing", here], "there is nothing to grade in"),
    ]:
        assert main(arguments) == 2
        assert said in capsys.readouterr().err
    for arguments, said in [
        (["grade", "ravine", "x", "--timeout", "0"], "must be a whole number of seconds"),
        (["feedback", "ravine", "--lms", "blackboard"], "invalid choice: 'blackboard'"),
        ([], "required: COMMAND"),
    ]:
        with pytest.raises(SystemExit, match="2"):
            main(arguments)
        assert said in capsys.readouterr().err


def test_the_table_is_aligned_and_the_exit_code_tells_of_problems(graded, tmp_path, capsys):
    (tmp_path / "text.ipynb").write_text("again")
    assert main(["grade", "ravine", str(tmp_path), f"--course={graded.course.root}"]) == 1
    first, *table = capsys.readouterr().out.splitlines()
    assert first.startswith("Each submission runs by itself")
    assert table == [
        "student  points  of  status",
        "text          -   7  problem: the file is not a notebook",
    ]


def test_students_need_no_nbgrader():
    code = (
        "import sys; sys.modules['nbgrader'] = sys.modules['nbformat'] = None; "
        "import adaptive.course.__main__, adaptive.course.ravine, adaptive.course.regions"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_nbgrader_it_says_what_to_install(monkeypatch, capsys):
    for name in [name for name in sys.modules if name.startswith("adaptive.course.instructor.")]:
        monkeypatch.delitem(sys.modules, name)
    for name in ["nbgrader", *(name for name in sys.modules if name.startswith("nbgrader."))]:
        monkeypatch.setitem(sys.modules, name, None)
    assert main(["release"]) == 2
    assert 'pip install "adaptive-optimizers[course]"' in capsys.readouterr().err
