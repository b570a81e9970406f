"""What decides on a closed answer is not where students are, and nothing of theirs decides."""

from __future__ import annotations

import importlib
import inspect
import json
import math
import pkgutil
import sys
import zipfile
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_output

import adaptive
from adaptive import SGD, Adagrad, course
from adaptive.course import closed, regions
from adaptive.course.instructor import keys
from adaptive.course.instructor.preprocessors import mark_note
from tests.course import fast, sheets

PACKAGE = Path(adaptive.__file__).parent
PAPERS = {name: keys.paper(sheets.COURSE, name) for name in fast.ASSIGNMENTS}


def assignment(name):
    """Return an assignment as students have it."""
    return importlib.import_module(f"adaptive.course.{name}").ASSIGNMENT


def closed_questions(name):
    """Return the questions of an assignment that are noted."""
    questions = assignment(name).questions.items()
    return {key: asked for key, asked in questions if isinstance(asked, closed.Closed)}


# --------------------------------------------------------------------------- what ships


@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_no_line_of_a_solution_is_in_the_course(name):
    """The rules themselves are the book; whoever copies them lets the package do the work."""
    secret = regions.secrets({"cells": list(fast.cells(name))})
    for path in (PACKAGE / "course").rglob("*.py"):
        lines = {line.strip() for line in path.read_text(encoding="utf-8").split("\n")}
        assert not lines & secret, path


def test_nothing_that_can_be_reached_names_a_key():
    """Objects, texts and constants of all that students import."""
    for found in pkgutil.walk_packages(course.__path__, "adaptive.course."):
        if not found.name.startswith(("adaptive.course.instructor", "adaptive.course.book")):
            importlib.import_module(found.name)
    seen = "\n".join(
        inspect.getsource(module)
        for name, module in sys.modules.items()
        if name.startswith("adaptive.course") and ".instructor" not in name and module.__file__
    )
    for name in fast.ASSIGNMENTS:
        for text in _sentences(PAPERS[name].keys):
            assert text not in seen, text


def _sentences(found):
    """Yield what keys say to answers that are wrong, and where to look."""
    if isinstance(found, str) and len(found) > 20:
        yield found
    elif isinstance(found, dict):
        yield from (text for value in found.values() for text in _sentences(value))
    elif isinstance(found, tuple | list):
        yield from (text for value in found for text in _sentences(value))
    elif hasattr(found, "__dataclass_fields__"):
        yield from _sentences(list(vars(found).values()))


def test_a_wheel_has_numbers_and_no_answers():
    import tomllib

    project = tomllib.loads((sheets.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found = project["tool"]["setuptools"]
    assert found["packages"]["find"]["include"] == ["adaptive", "adaptive.*"]
    assert "course/sheets/*.json" in found["package-data"]["adaptive"]
    assert not list(PACKAGE.rglob("answers*"))


@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_the_package_s_numbers_are_those_of_the_answers(name):
    made = json.loads(json.dumps(PAPERS[name].numbers))
    stored = json.loads((sheets.SHEETS / f"{name}.json").read_text(encoding="utf-8"))
    assert _near(stored, made), "python -m tests.course.sheets makes them anew"


def _near(one, other):
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_near(one[k], other[k]) for k in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(_near, one, other))
    return one == other or math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-9)


@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_each_closed_question_has_a_key_of_the_same_points(name):
    points = {question: float(key.points) for question, key in PAPERS[name].keys.items()}
    assert {q: float(asked.points) for q, asked in closed_questions(name).items()} == points


@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_a_closed_check_gives_no_verdict(name, capsys):
    """All legal answers to a choice get the same words, but for the answer itself."""
    for question, asked in closed_questions(name).items():
        rows = asked.rows if isinstance(asked, closed.Table) else {None: asked}
        for key, row in rows.items():
            if not isinstance(row, closed.Choice):
                continue
            said = set()
            for option in row.options:
                answer = option if key is None else {key: option}
                result = assignment(name).check(answer, question)
                assert isinstance(result, closed.Noted)
                said.add(capsys.readouterr().out.replace(f" {option}\n", " ...\n"))
            assert len(said) == 1
            assert list(row.options) == sorted(row.options)


# --------------------------------------------------------------------------- what is noted


def test_what_is_no_answer_is_said_at_once(capsys):
    check = assignment("ravine").check
    assert repr(check("a tenth", "largest-rate")) == (
        'noted: {"no answer": "It must be one number, and is \'a tenth\'."}'
    )
    assert "0 of 2 points" in capsys.readouterr().out
    assert "There is no answer yet" in repr(check(..., "largest-rate"))


class Awkward:
    """Raises whatever is done with it."""

    def __array__(self, *given, **options):
        raise RuntimeError

    __repr__ = __array__


@pytest.mark.parametrize("answer", [Awkward(), 10**400, [[]], {1: 2}, True, np.nan, 1j, b"x"])
@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_whatever_is_handed_in_nothing_is_raised(name, answer):
    for question in closed_questions(name):
        noted = assignment(name).check(answer, question)
        assert json.loads(repr(noted).removeprefix("noted: ")) == noted.answer
        points, _ = keys.marked(PAPERS[name].keys[question], question, repr(noted))
        assert points == 0


def test_a_setting_is_one_of_the_book_s_rules():
    class Adagrad(SGD):
        pass

    asked = closed_questions("choose")["choice"]
    assert closed.NONE in closed.note(asked, Adagrad(0.25))
    assert closed.note(asked, SGD(0.5)) == {"rule": "SGD", "lr": 0.5}


# --------------------------------------------------------------------------- what is marked

FORGED = {
    "points": "2.0",
    "too many": "noted: 0.1 2.0",
    "code": "noted: __import__('os').getcwd()",
    "depth": "noted: " + "[" * 9000,
    "length": "noted: " + "1" * 20_000,
    "a number without end": "noted: 1" + "0" * 5000,
}


def cell_with(*texts, stream=""):
    """Return a test cell that has run."""
    outputs = [
        new_output("execute_result", {"text/plain": text}, execution_count=1) for text in texts
    ]
    if stream:
        outputs.insert(0, new_output("stream", text=stream))
    return new_code_cell("", outputs=outputs)


def results(cell):
    """Return the results of a cell."""
    return [o["data"]["text/plain"] for o in cell.outputs if o.output_type == "execute_result"]


@pytest.mark.parametrize("text", FORGED.values(), ids=FORGED)
def test_only_a_note_counts(text):
    cell = cell_with(text)
    mark_note(cell, PAPERS["ravine"].keys["largest-rate"], "largest-rate")
    assert results(cell) == []


def test_two_results_are_none():
    cell = cell_with("noted: 0.1", "noted: 0.1")
    mark_note(cell, PAPERS["ravine"].keys["largest-rate"], "largest-rate")
    assert results(cell) == []


def test_a_note_is_marked_and_what_the_notebook_says_is_not_kept():
    cell = cell_with("noted: 0.1", stream="largest-rate: 20 of 2 points")
    mark_note(cell, PAPERS["ravine"].keys["largest-rate"], "largest-rate")
    assert results(cell) == ["2.0"]
    assert cell.outputs[0].text == "largest-rate: 2 of 2 points\n  ✓ the number\n"


ILL = ["{}", "null", '{"rule": "object"}', '{"rule": "SGD", "lr": "x"}', '{"rule": ["SGD"]}',
       '{"rule": "SGD", "lr": -1}', '{"rule": "Adam", "momentum": 1}', '["SGD", 0.1]', "1e999",
       '{"rule": "SGD", "lr": {"a": 1}}', '{"A": {"no answer": {"a": []}}}']  # fmt: skip


@pytest.mark.parametrize("text", ILL)
@pytest.mark.parametrize("name", fast.ASSIGNMENTS)
def test_a_note_of_the_wrong_kind_is_worth_nothing(name, text):
    for question, key in PAPERS[name].keys.items():
        points, said = keys.marked(key, question, f"noted: {text}")
        assert points == 0
        assert said.startswith(f"{question}: 0 of ")


def test_what_is_tried_is_the_setting_that_was_noted():
    key = PAPERS["choose"].keys["choice"]
    assert keys.marked(key, "choice", repr(closed.Noted({"rule": "Adagrad", "lr": 0.25})))[0] == 3
    noted = closed.note(closed_questions("choose")["choice"], Adagrad(0.25))
    assert keys.marked(key, "choice", repr(closed.Noted(noted)))[0] == 3


def test_an_archive_for_students_has_no_key(tmp_path):
    """The folder of answers is not where releases are made from."""
    from adaptive.course.instructor.course import Course
    from tests.course.hostile import write_course

    root = write_course(tmp_path / "course")
    (root / "answers").mkdir()
    (root / "answers" / "ravine.py").write_text((sheets.COURSE / "answers/ravine.py").read_text())
    with zipfile.ZipFile(Course(root).release("ravine")) as archive:
        assert archive.namelist() == ["ravine/ravine.ipynb"]
    assert nbformat.read(root / "release/ravine/ravine.ipynb", as_version=4)
