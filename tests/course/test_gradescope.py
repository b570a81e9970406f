"""The autograder for Gradescope, and its entry script in a folder laid out as there."""

from __future__ import annotations

import compileall
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from adaptive.course.__main__ import main
from adaptive.course.instructor import CourseError, autograder, walls
from adaptive.course.instructor.course import Course
from adaptive.course.instructor.gradescope import SETUP
from adaptive.course.instructor.tables import Row
from tests.course import fast
from tests.course.class_of import solved, with_answers, write_course
from tests.reachable import reachable

pytestmark = pytest.mark.usefixtures("own_settings")
FORGETS = """\
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + g
    return theta - v, v
"""
ALMOST = with_answers(
    solved(), "ravine", {"momentum": FORGETS, "measured-steps": "measured_steps = 7"}
)


def _stripped(notebook: nbformat.NotebookNode) -> str:
    """Return a notebook as it is when a tool has removed all metadata, and the cells' names."""
    made = copy.deepcopy(notebook)
    made.metadata, made.nbformat_minor = {}, 4
    for cell in made.cells:
        cell.metadata = {}
        cell.pop("id", None)
    return json.dumps(made)


OTHER = json.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("homework = 7")]))
#: What is handed in that cannot be marked, and what is said of it.
REFUSED: dict[str, tuple[dict[str, nbformat.NotebookNode | str], str]] = {
    "nothing": ({}, "there is no file in the submission. Hand in ravine.ipynb."),
    "hidden": ({".DS_Store": "x"}, "there is no file in the submission. Hand in ravine.ipynb."),
    "a paper": ({"essay.pdf": "%PDF"}, "the file is not a notebook: essay.pdf. Hand in"),
    "another": ({"ravine.ipynb": OTHER}, "the notebook is not one of this assignment. Hand in"),
    "damaged": ({"ravine.ipynb": "{"}, "a damaged notebook: its JSON is cut or broken. Hand in"),
}
#: What Gradescope's specification lists.
OF_ALL = {"score", "output", "output_format", "visibility", "stdout_visibility", "tests"}
OF_TEST = {"score", "max_score", "name", "output", "output_format", "visibility"}
VISIBILITY = {"visible", "hidden", "after_due_date", "after_published"}
READS = """\
from pathlib import Path
seen = []
for path in {paths}:
    try:
        seen.append(Path(path).read_text())
    except OSError:
        pass
try:
    Path({results!r}).write_text("{{}}")
except OSError:
    pass
print("seen:", seen)
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + lr * g
    return theta - v, v
"""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the zip file of assignment 1; the course has students' work in it, too."""
    course = write_course(tmp_path_factory.mktemp("course"))
    (course / "submitted" / "anna").mkdir(parents=True)
    (course / "submitted" / "anna" / "ravine.ipynb").write_text("{}")
    (course / "gradebook.db").touch()
    (course / "secret.txt").write_text("a secret\n")
    assert main(["gradescope", "ravine", f"--course={course}"]) == 0
    return course / "gradescope-ravine.zip"


class Container:
    """A folder laid out as Gradescope's ``/autograder``."""

    def __init__(self, base: Path, unpacked: Path) -> None:
        self.base, self.source = base, base / "source"
        shutil.copytree(unpacked, self.source)
        shutil.copy(self.source / "run_autograder", base)
        (base / "results").mkdir()
        (base / "submission").mkdir()
        users = [{"email": "anna_b@example.org", "id": 17, "name": "Anna B"}]
        made = json.dumps({"id": 1, "users": users})
        (base / "submission_metadata.json").write_text(made)
        self.python()

    def python(self) -> None:
        """Write what stands for that which setup.sh installs in minutes.

        It is the package in the archive, beside what is installed here.
        """
        python = self.source / ".venv" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        lines = f'PYTHONPATH="{self.source / "package"}" exec {sys.executable} "$@"\n'
        python.write_text(f"#!/bin/sh\n{lines}")
        python.chmod(0o755)

    def moved(self, base: Path) -> Container:
        """Move the folder to where others may enter it."""
        self.base.rename(base)
        made = copy.copy(self)
        made.base, made.source = base, base / "source"
        made.python()
        return made

    def hand_in(self, files: dict[str, nbformat.NotebookNode | str]) -> None:
        """Put the submission where it is marked."""
        for name, content in files.items():
            text = content if isinstance(content, str) else nbformat.writes(content)
            (self.base / "submission" / name).write_text(text, encoding="utf-8")

    def run(self) -> subprocess.CompletedProcess[str]:
        """Run the entry script, as Gradescope does."""
        return subprocess.run(
            ["./run_autograder"], cwd=self.base, capture_output=True, text=True, timeout=900
        )

    def results(self) -> dict[str, Any]:
        """Return what was written for Gradescope."""
        made = json.loads((self.base / "results" / "results.json").read_text(encoding="utf-8"))
        assert set(made) <= OF_ALL
        assert all(set(test) <= OF_TEST for test in made.get("tests", ()))
        assert all(test["visibility"] in VISIBILITY for test in made.get("tests", ()))
        return made


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack the zip file, and compile the package in it, as installing it would."""
    subprocess.run(["unzip", "-q", str(archive), "-d", str(folder)], check=True)
    compileall.compile_dir(folder / "package", quiet=2)
    return folder


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, archive: Path) -> Path:
    """Return a folder with what is in the zip file, to be copied: it is compiled once."""
    return unpack(archive, tmp_path_factory.mktemp("unpacked") / "source")


@pytest.fixture
def container(tmp_path: Path, unpacked: Path) -> Container:
    """Return a folder with an autograder in it."""
    return Container(tmp_path, unpacked)


def test_the_archive_has_what_marks_and_nothing_of_students(archive):
    with zipfile.ZipFile(archive) as content:
        modes = {one.filename: one.external_attr >> 16 for one in content.infolist()}
    assert modes["setup.sh"] & modes["run_autograder"] & 0o111
    assert {"package/pyproject.toml", "package/adaptive/rules/adam.py"} <= set(modes)
    assert sorted(name for name in modes if name.startswith("course/")) == [
        "course/answers/ravine.py",
        "course/nbgrader_config.py",
        "course/source/ravine/ravine.ipynb",
    ]
    assert not any("__pycache__" in name for name in modes)


def test_the_entry_script_marks_as_grade_does(container, archive, tmp_path):
    # Under another name, and without the metadata by which a cell is known.
    container.hand_in({"my work.ipynb": _stripped(ALMOST), "notes.txt": "see above"})
    run = container.run()
    assert run.returncode == 0, run.stderr
    made = container.results()
    submissions = tmp_path / "submissions"
    submissions.mkdir()
    nbformat.write(ALMOST, submissions / "anna.ipynb")
    course = Course(archive.parent)
    [row] = course.grade("ravine", submissions)
    assert {test["name"]: test.get("score") for test in made["tests"]} == row.points
    assert row.points == {
        **fast.tests("ravine"),
        "momentum": 1,
        "measured-steps": 0,
        "why-tie": None,
    }
    # Without a score of its own a test is taken only where there is a sum.
    assert made["score"] == sum(filter(None, row.points.values()))
    by_name = {test["name"]: test for test in made["tests"]}
    assert "lr is missing from the velocity" in by_name["momentum"]["output"]
    assert by_name["momentum"]["max_score"] == 3
    assert by_name["momentum"]["visibility"] == "visible"
    # With keys, what is right could be found by trying.
    closed = {name for name, test in by_name.items() if test["visibility"] == "after_published"}
    assert closed == {"largest-rate", "measured-steps", "curves"}
    assert by_name["why-tie"]["output"] == autograder.WAITS
    assert "max_score" not in by_name["why-tie"]


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_marked_is_told_so(container, what):
    files, says = REFUSED[what]
    container.hand_in(files)
    run = container.run()
    assert run.returncode == 0, run.stderr
    made = container.results()
    assert made["score"] == 0
    assert made["output"].startswith("This could not be graded: ")
    assert says in made["output"]


def test_who_has_no_paper_is_told_so(tmp_path):
    """Where papers are individual, one that is not there is nothing that the student did."""
    course = Course(write_course(tmp_path / "course"))
    course.release("ravine")
    list(course.release_to("ravine", {"ben@example.org": ""}))
    assert main(["gradescope", "ravine", f"--course={course.root}"]) == 0
    (tmp_path / "autograder").mkdir()
    source = unpack(course.root / "gradescope-ravine.zip", tmp_path / "unpacked")
    container = Container(tmp_path / "autograder", source)
    container.hand_in({"ravine.ipynb": ALMOST})
    run = container.run()
    assert run.returncode == 0, run.stderr
    assert container.results() == {
        "score": 0,
        "output": "This could not be graded: no paper was made for anna_b@example.org, as "
        "Gradescope calls you. Ask your instructor for one, and then hand in again.",
        "output_format": "text",
    }


def test_a_written_question_without_an_answer_has_a_mark_and_a_reason(archive):
    course = Course(archive.parent)
    points = dict.fromkeys(fast.tests("ravine"), 1.0)
    path = course.root / "autograded" / "dora" / "ravine" / "ravine.ipynb"
    path.parent.mkdir(parents=True)
    shutil.copy(course.root / "source" / "ravine" / "ravine.ipynb", path)
    for by_hand, score in [((), 0.0), (("why-tie",), None)]:
        row = Row("dora", points={**points, "why-tie": score}, maximum=24.0, by_hand=by_hand)
        (test,) = (
            test
            for test in autograder.report(course, "ravine", row)["tests"]
            if test["name"] == "why-tie"
        )
        assert test.get("score") == score
        assert test["output"] == (autograder.WAITS if by_hand else autograder.EMPTY)


def test_where_grading_fails_no_mark_is_made(archive, tmp_path):
    course = Course(write_course(tmp_path / "course"))
    row = Row("anna", maximum=24.0, problem="the process that graded it died")
    assert autograder.report(course, "ravine", row)["score"] == 0
    path = course.root / "submitted" / "anna" / "ravine" / "ravine.ipynb"
    path.parent.mkdir(parents=True)
    path.touch()
    with pytest.raises(CourseError, match="the process that graded it died"):
        autograder.report(course, "ravine", row)


def test_where_a_mark_is_missing_there_are_no_results(container):
    path = container.source / "course" / "nbgrader_config.py"
    path.write_text(path.read_text().replace("c.Run.limit = 300", "c.Run.limit = 1"))
    container.hand_in({"ravine.ipynb": solved()})
    (container.base / "results" / "results.json").write_text("{}")
    run = container.run()
    assert run.returncode == 1
    assert "there is no mark for" in run.stderr
    assert not list((container.base / "results").iterdir())


@pytest.mark.skipif(os.geteuid() != 0, reason="root alone can run it as another user")
@pytest.mark.parametrize("kind", ["", walls.LOWERED])
def test_keys_and_results_are_out_of_reach(container, kind):
    # The folder above is pytest's, which root alone may enter; Gradescope's is for everybody.
    base = Path(tempfile.mkdtemp(prefix="autograder-"))
    base.chmod(0o755)
    try:
        container = container.moved(base / "autograder")
        course, results = container.source / "course", container.base / "results" / "results.json"
        with (course / "nbgrader_config.py").open("a", encoding="utf-8") as config:
            config.write(f"c.Run.kind = {kind!r}\n")
        paths = [str(course / "answers/ravine.py"), str(course / "source/ravine/ravine.ipynb")]
        spy = READS.format(paths=paths, results=str(results))
        container.hand_in({"ravine.ipynb": with_answers(solved(), "ravine", {"momentum": spy})})
        # Where everybody can reach Python.
        lines = [*reachable(base), f"cd {container.base}", "exec ./run_autograder"]
        run = subprocess.run(
            ["unshare", "--mount", "sh", "-ec", "\n".join(lines)], capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        points = {test["name"]: test.get("score") for test in container.results()["tests"]}
        assert points["momentum"] == 3
        path = next(course.glob("autograded/*/ravine/ravine.ipynb"))
        assert "seen: []" in path.read_text(encoding="utf-8")
    finally:
        shutil.rmtree(base)


def test_the_setup_takes_a_python_that_is_new_enough(tmp_path):
    """With programs that do nothing but say what they are asked for."""
    tools = tmp_path / "tools"
    tools.mkdir()
    old = "#!/bin/sh\nexit 1\n"
    new = (
        '#!/bin/sh\n[ "$1" = -c ] && exit 0\n'
        'mkdir -p "$3/bin"; printf \'#!/bin/sh\\necho "$@" >> asked\\n\' > "$3/bin/python"\n'
        'chmod +x "$3/bin/python"\n'
    )
    apt = f'#!/bin/sh\necho "apt-get $*" >> asked\ncp "{tools}/new" "{tools}/python3.11"\n'
    names = ("python3", "python3.11", "python3.12", "python3.13", "python3.14")
    for name, text in {**dict.fromkeys(names, old), "new": new, "apt-get": apt}.items():
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    (tmp_path / "source" / "package").mkdir(parents=True)
    script = tmp_path / "source" / "setup.sh"
    script.write_text(SETUP)
    environment = {"PATH": f"{tools}:/usr/bin:/bin"}
    subprocess.run(["bash", str(script)], env=environment, check=True, cwd="/")
    assert (tmp_path / "source" / "asked").read_text().splitlines() == [
        "apt-get update",
        "apt-get install -y python3.11 python3.11-venv",
        "-m pip install --no-cache-dir ./package[book,course]",
    ]
