"""Individual papers: made again from a secret and a name, and graded as they are."""

from __future__ import annotations

import json
import shutil
import zipfile

import nbformat
import pytest
from tqdm import tqdm

from adaptive.course import regions
from adaptive.course.__main__ import main
from adaptive.course.closed import Noted
from adaptive.course.instructor import CourseError, keys
from adaptive.course.instructor.course import Course, Options
from adaptive.course.instructor.variants import Variants, read_students
from adaptive.course.sheet import Sheet
from tests.course.fast import ASSIGNMENTS, SOURCE
from tests.course.sheets import COURSE
from tests.course.test_answers import closed_questions

pytestmark = pytest.mark.usefixtures("own_settings")
STUDENTS = "id,lms_user_id\nanna,17\nZoë Hill,18\ncy,20\n"


def right(key):
    """Return the right answer to a question."""
    if isinstance(key, keys.Table):
        return {name: right(row) for name, row in key.rows.items()}
    if isinstance(key, keys.Setting):
        rules = {"choice": ("Adagrad", 0.25), "network": ("NAG", 0.2), "cure": ("SGD", 0.4)}
        rule, lr = rules[{3: "choice", 2: "network", 1: "cure"}[len(key.goals)]]
        return {"rule": rule, "lr": lr}
    if isinstance(key, keys.Powers):
        return list(key.right)
    return key.right() if callable(key.right) else key.right


def rows(key):
    """Yield the keys of a question that have no others in them."""
    if isinstance(key, keys.Table):
        for row in key.rows.values():
            yield from rows(row)
    else:
        yield key


@pytest.fixture
def course(tmp_path, own_settings):
    """Return a course with assignment 1 as it is."""
    root = tmp_path / "course"
    for name in ("ravine",):
        shutil.copytree(SOURCE / name, root / "source" / name)
        (root / "answers").mkdir(exist_ok=True)
        shutil.copy(COURSE / "answers" / f"{name}.py", root / "answers")
    shutil.copy(SOURCE.parent / "nbgrader_config.py", root)
    (root / "students.csv").write_text(STUDENTS, encoding="utf-8")
    (root / "secret.txt").write_text("the same each time\n", encoding="utf-8")
    return Course(root)


# --------------------------------------------------------------------------- the papers


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_what_is_right_gets_full_marks_and_what_is_a_mistake_none(name, seed):
    made = keys.paper(COURSE, name, seed)
    assert made.keys.keys() == closed_questions(name).keys()
    for question, key in made.keys.items():
        points, said = keys.marked(key, question, repr(Noted(right(key))))
        assert points == key.points, said
        for row in rows(key):
            if isinstance(row, keys.Number):
                for wrong, _ in row.mistakes:
                    assert abs(wrong() - row.right()) > row.rtol * abs(row.right())


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_students_have_other_numbers_and_other_answers(name):
    papers = [keys.paper(COURSE, name, seed) for seed in range(4)]
    assert len({json.dumps(paper.numbers) for paper in papers}) == 4
    noted = {json.dumps({q: right(key) for q, key in one.keys.items()}) for one in papers}
    assert len(noted) == 4
    for one, other in zip(papers, [*papers[1:], papers[0]], strict=True):
        points = [
            keys.marked(key, question, repr(Noted(right(other.keys[question]))))[0]
            for question, key in one.keys.items()
        ]
        assert sum(points) < sum(key.points for key in one.keys.values())


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_the_numbers_and_the_phrases_are_there_and_the_answers_are_not(name, tmp_path):
    root, released = tmp_path / "course", tmp_path / "released"
    released.mkdir()
    source = nbformat.read(SOURCE / name / f"{name}.ipynb", as_version=4)
    notebook = nbformat.from_dict(regions.without_answers(source))
    nbformat.write(notebook, released / f"{name}.ipynb")
    shutil.copytree(COURSE / "answers", root / "answers")
    variants = Variants(root, name)
    archives = list(variants.hand_out(released, {"anna": "", "ben": ""}))
    with zipfile.ZipFile(archives[0]) as content:
        assert content.namelist() == [f"{name}/{name}.ipynb", f"{name}/{name}.json"]
        made = json.loads(content.read(f"{name}/{name}.ipynb"))
        numbers = json.loads(content.read(f"{name}/{name}.json"))
    assert regions.traces(source, made) == []
    assert numbers == {"made for": "anna", **json.loads(json.dumps(variants.paper("anna").numbers))}
    text = "\n".join("".join(cell["source"]) for cell in made["cells"])
    assert f"{name}.SHEET.belongs_to('anna')" in text
    for old, new in variants.paper("anna").phrases.items():
        assert new in text
        assert old not in text.replace(new, "")
    # Each time the same.
    list(Variants(root, name).hand_out(released, {"anna": "", "ben": ""}))
    with zipfile.ZipFile(archives[0]) as content:
        assert json.loads(content.read(f"{name}/{name}.json")) == numbers


def test_another_secret_makes_another_paper(tmp_path):
    one, other = Variants(tmp_path / "a", "ravine"), Variants(tmp_path / "b", "ravine")
    one.root.mkdir()
    other.root.mkdir()
    assert one.seed("anna") == one.seed("anna") != one.seed("ben")
    assert one.seed("anna") != other.seed("anna")
    assert one.seed("anna") != Variants(one.root, "rates").seed("anna")
    assert (one.root / "secret.txt").stat().st_mode & 0o077 == 0


def test_a_notebook_with_another_one_s_numbers_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="with the numbers of anna, must lie beside"):
        Sheet("ravine").belongs_to("anna")
    (tmp_path / "ravine.json").write_text('{"made for": "ben", "condition": 22.5}')
    with pytest.raises(FileNotFoundError):
        Sheet("ravine").belongs_to("anna")
    sheet = Sheet("ravine")
    sheet.belongs_to("ben")
    assert sheet["condition"] == 22.5


# --------------------------------------------------------------------------- who


def test_a_list_of_students_is_read(tmp_path):
    path = tmp_path / "students.csv"
    path.write_text("\ufeff" + STUDENTS, encoding="utf-8")
    assert read_students(path) == {"anna": "17", "Zoë Hill": "18", "cy": "20"}
    path.write_text("id\nanna\n", encoding="utf-8")
    assert read_students(path) == {"anna": ""}


@pytest.mark.parametrize("text", ["", "name\nanna\n", "id\n../x\n", "id\nanna\nANNA\n", "id\n  \n"])
def test_a_list_that_is_none_is_named(tmp_path, text):
    path = tmp_path / "students.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match="--seeds"):
        read_students(path)


# --------------------------------------------------------------------------- graded


def _answers(root, student, whose):
    """Return a student's notebook in which the closed answers are those to a paper."""
    made = Variants(root, "ravine")
    notebook = nbformat.read(made.of(student) / "ravine.ipynb", as_version=4)
    for cell in notebook.cells:
        known = cell.metadata.get("nbgrader", {})
        question = known.get("grade_id", "").removeprefix("ravine-").removesuffix("-answer")
        if known.get("solution") and question in made.paper(whose).keys:
            name = (
                cell.source.split(" =")[0] if "curves" in question else question.replace("-", "_")
            )
            cell.source = f"{name} = {right(made.paper(whose).keys[question])!r}"
    return notebook


FORGES = """\
formatter = get_ipython().display_formatter.formatters["text/plain"]
formatter.for_type_by_name("adaptive.course.closed", "Noted", lambda one, shown, _: shown.text("3"))
import adaptive.course.closed
adaptive.course.closed.Noted.__repr__ = lambda self: "3"
"""


def test_a_bar_that_has_moved_is_no_paper(course, capsys, monkeypatch):
    """tqdm says whether it has shown anew, which it does not where nobody looks."""
    monkeypatch.setattr(tqdm, "update", lambda bar, n=1: True)
    students = f"--seeds={course.root / 'students.csv'}"
    assert main(["release", "ravine", students, f"--course={course.root}"]) == 0
    assert "3 of their own in" in capsys.readouterr().out


def test_each_is_graded_by_their_own_paper(course, tmp_path, capsys):
    here = f"--course={course.root}"
    assert main(["release", "ravine", f"--seeds={course.root / 'students.csv'}", here]) == 0
    assert "3 of their own in" in capsys.readouterr().out
    handed_in = tmp_path / "from canvas"
    handed_in.mkdir()
    forged = _answers(course.root, "cy", "anna")
    forged.cells.insert(2, nbformat.v4.new_code_cell(FORGES))
    for file, notebook in {
        "cy.ipynb": forged,
        "hillzoe_18_1_ravine.ipynb": _answers(course.root, "Zoë Hill", "Zoë Hill"),
        # A friend's notebook, with the friend's right answers.
        "anna_17_2_ravine.ipynb": _answers(course.root, "Zoë Hill", "Zoë Hill"),
        "nobody_19_3_ravine.ipynb": _answers(course.root, "anna", "anna"),
    }.items():
        nbformat.write(notebook, handed_in / file)
    rows = {row.student: row for row in course.grade("ravine", handed_in, Options(jobs=1))}
    asked = ("largest-rate", "measured-steps", "curves")
    assert [rows["hillzoe"].points[name] for name in asked] == [2, 1, 3]
    assert sum(rows["anna"].points[name] for name in asked) < 6
    # Where something else is displayed nothing is handed in, and that is looked at.
    assert rows["cy"].points["largest-rate"] is None
    assert sum(rows["cy"].points[name] for name in asked[1:]) < 4
    assert "not marked: largest-rate" in rows["cy"].status
    assert "display_formatter" in "; ".join(rows["cy"].noticed)
    assert "no paper was made for this student" in rows["nobody"].problem
    again = list(course.grade("ravine", handed_in, Options(jobs=1)))
    assert {row.student: row for row in again} == rows
    (course.root / "secret.txt").write_text("another\n")
    with pytest.raises(CourseError, match="is not what it was"):
        list(course.grade("ravine", handed_in, Options(jobs=1)))
