"""The instructor's guide: its commands, as they stand there, on a class of two."""

from __future__ import annotations

import csv
import re
import shlex
import zipfile
from pathlib import Path

import nbformat
import pytest
from jupyter_core.application import NoStart
from nbgrader.apps import NbGraderApp
from nbgrader.utils import get_username

from adaptive.course.__main__ import main
from adaptive.course.instructor.course import Course
from tests.course import fast
from tests.course.class_of import write_course as write_class
from tests.course.hostile import ASSIGNMENTS, Book, write_course

pytestmark = pytest.mark.usefixtures("own_settings")
README = (ASSIGNMENTS / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    shlex.split(line)
    for block in re.findall(r"^```sh\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]
PLAIN, _, REST = README.partition("## With nbgrader's exchange")
EXCHANGE, _, OWN = REST.partition("## Individual papers")


def _ours(text: str) -> list[list[str]]:
    return [
        shlex.split(line) for line in re.findall(r"^python -m adaptive.course (.+)$", text, re.M)
    ]


def _grades(root: Path) -> dict[str, str]:
    with (root / "grades-ravine.csv").open(encoding="utf-8", newline="") as file:
        return {line["student"]: line["total"] for line in csv.DictReader(file)}


def _zip(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def test_from_a_clone_to_a_graded_class(tmp_path, monkeypatch, capsys):
    course = write_course(tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    commands = _ours(PLAIN)
    here = f"--course={course}"
    assert commands[0] == ["release", "ravine"]
    assert main([*commands[0], here]) == 0
    assert zipfile.ZipFile(course / "release" / "ravine.zip").namelist() == ["ravine/ravine.ipynb"]

    right = Book(nbformat.read(Course(course).released("ravine"), as_version=4)).bytes()
    _zip(tmp_path / "canvas-submissions.zip", {"leeanna_LATE_17_40_ravine-1.ipynb": right})
    _zip(
        tmp_path / "moodle-submissions.zip",
        {"Zoë Hill_23_assignsubmission_file/ravine.ipynb": b"", "x/__MACOSX/y": b""},
    )
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "anna.ipynb").write_bytes(b"{}")
    (tmp_path / "submissions.json").write_text("[]", encoding="utf-8")
    worksheet = "Identifier,Last modified (submission)\n"
    (tmp_path / "worksheet.csv").write_text(worksheet, encoding="utf-8")
    codes = {tuple(command[2:]): main([*command, here]) for command in commands[1:]}
    assert codes == {
        ("canvas-submissions.zip",): 0,
        ("moodle-submissions.zip",): 1,
        ("submissions/",): 1,
        ("canvas-submissions.zip", "--times", "submissions.json"): 0,
        ("moodle-submissions.zip", "--times", "worksheet.csv", "--zone", "Europe/Berlin"): 1,
        (): 1,
        ("--lms", "canvas"): 1,
        ("--lms", "moodle"): 1,
    }
    assert _grades(course) == {"Zoë Hill": "", "anna": "", "leeanna": "5"}
    for student in _grades(course):
        assert (course / "feedback" / student / "ravine" / "ravine.html").is_file()
    columns = re.findall(r"`(grades-ravine-\w+\.csv)` has (.*?):", " ".join(README.split()))
    for name, listed in columns:
        head = (course / name).read_text(encoding="utf-8").splitlines()[0]
        assert head.split(",") == re.findall(r"`([^`]+)`", listed)
    assert len(columns) == 2


def _nbgrader(*arguments: str) -> None:
    app = NbGraderApp.instance()
    try:
        app.initialize(list(arguments))
        app.start()
    except (NoStart, SystemExit) as stop:
        assert not getattr(stop, "code", 0)
    finally:
        app.reset()
        NbGraderApp.clear_instance()


# nbgrader leaves it to the system to close its files.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_with_the_exchange(tmp_path, monkeypatch):
    root = tmp_path / "exchange"
    root.mkdir()
    root.chmod(0o777)
    course = write_course(tmp_path / "course")
    config = (course / "nbgrader_config.py").read_text(encoding="utf-8")
    line = re.search(r"^# (c\.Exchange\.root = )", config, re.M)[1] + repr(str(root)) + "\n"
    (course / "nbgrader_config.py").write_text(config + line, encoding="utf-8")
    student = tmp_path / "student"
    student.mkdir()
    theirs = 'c = get_config()\nc.CourseDirectory.course_id = "adaptive"\n'
    (student / "nbgrader_config.py").write_text(theirs + line, encoding="utf-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(course)
    assert main(["release", "ravine", f"--course={course}"]) == 0

    for command in re.findall(r"^(?:nbgrader|python -m adaptive.course) .+$", EXCHANGE, re.M):
        program, *arguments = shlex.split(command.replace("python -m ", ""))
        if program == "nbgrader":
            _nbgrader(*arguments)
        else:
            assert main([*arguments, f"--course={course}"]) == 0
        if "release_assignment" in command:
            monkeypatch.chdir(student)
            _nbgrader("fetch_assignment", "ravine")
            _nbgrader("submit", "ravine")
            monkeypatch.chdir(course)
    assert _grades(course) == {get_username(): "0"}
    monkeypatch.chdir(student)
    _nbgrader("fetch_feedback", "ravine")
    assert list(student.glob("ravine/feedback/*/ravine.html"))


def test_with_papers_of_each_student_s_own(tmp_path, monkeypatch):
    course = write_class(tmp_path / "course")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "students.csv").write_text("id,lms_user_id\nanna,17\n", encoding="utf-8")
    [command] = _ours(OWN)
    assert main([*command, f"--course={course}"]) == 0
    names = {path.name for path in (course / "variants" / "ravine" / "anna").iterdir()}
    assert names == {"ravine.ipynb", "ravine.json"}
    assert all(name in OWN for name in ("secret.txt", "ravine.json", "lms_user_id", "variants/"))


def test_what_it_installs_is_there():
    import tomllib

    project = tomllib.loads((ASSIGNMENTS.parents[1] / "pyproject.toml").read_text("utf-8"))
    extras = project["project"]["optional-dependencies"]
    named = re.findall(r'-e "\.\[([\w,]+)\]"', README)
    assert named
    assert {extra for names in named for extra in names.split(",")} <= set(extras)


def test_the_container_is_made_of_what_is_there():
    root = ASSIGNMENTS.parents[1]
    [recipe] = re.findall(r"docker build -q -f (\S+) \.", README)
    lines = (root / recipe).read_text(encoding="utf-8").splitlines()
    copied = [line.split()[1:-1] for line in lines if line.startswith("COPY ")]
    assert copied
    assert all((root / name).exists() for names in copied for name in names)
    [extras] = re.findall(r"\[([\w,]+)\]", "\n".join(line for line in lines if "pip" in line))
    assert {"book", "course"} == set(extras.split(","))
    assert f"{recipe.rpartition('/')[0]}:/src/chapters/assignments" in README
    assert "WORKDIR /src/chapters/assignments" in lines
    # At the root Binder would take it for its own.
    assert not (root / "Dockerfile").exists()


def test_it_names_every_assignment():
    names = re.search(r"notebook of 60 to 90 minutes: (.+?)\.\n", README)[1]
    there = {path.parent.name for path in (ASSIGNMENTS / "source").glob("*/*.ipynb")}
    assert there <= set(re.findall(r"`(\w+)`", names))


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_the_page_for_teachers_has_the_points(assignment):
    titles = re.findall(r"^# (Assignment (\d): .+)$", fast.cells(assignment)[0]["source"], re.M)
    [(title, number)] = titles
    table = (ASSIGNMENTS.parent / "teaching.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| {number}\. (.+?) \|.*?\| (\d+) \|", table, re.M)
    assert title == f"Assignment {number}: {row[1]}"
    marks = (fast.mark(cell) for cell in fast.cells(assignment))
    assert float(row[2]) == sum(mark["points"] for mark in marks if mark.get("grade"))


def test_what_is_written_is_ignored():
    ignored = (ASSIGNMENTS.parents[1] / ".gitignore").read_text(encoding="utf-8")
    made = ("release/", "submitted/", "autograded/", "feedback/", "gradebook.db", "*.csv")
    for name in (*made, "variants/", "secret.txt"):
        assert f"chapters/assignments/{name}" in ignored
