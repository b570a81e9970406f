"""The page about a class: what is counted, and that it can be read."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import axe_playwright_python
import nbformat
import numpy as np
import pytest
from bs4 import BeautifulSoup
from docutils.nodes import make_id
from nbformat.v4 import new_code_cell, new_notebook, new_output

from adaptive.course.__main__ import main
from adaptive.course.instructor.sections import SECTIONS, Section, section
from adaptive.course.instructor.statistics import Said, distribution, items, mistakes, said
from adaptive.course.instructor.tables import Row
from tests.book.notebooks import ROOT
from tests.conftest import Visit
from tests.course import fast
from tests.course.pretend import Class

LINES = """\
momentum: 0.5 of 3 points
  ✗ the velocity (1 point). lr is missing from the velocity. v is wrong first at step 1: \
yours is (0.5, 1), and (0.1, 0.2) is right.
  ✓ the step uses the velocity
  ✗ what is returned (0.5 points off). The values come back as v, theta.
  ✗ a place (1 point). It stays. It fails first at step 1.
  ✗ B (1 point).{}
"""


def _graded(text: str, question: str = "momentum", grade: bool = True):
    known = {"grade_id": f"ravine-{question}", "grade": grade, "solution": False, "locked": True}
    cell = new_code_cell("check", metadata={"nbgrader": known | {"points": 3}})
    cell.outputs = [new_output("stream", text=text)]
    return new_notebook(cells=[cell])


def test_what_a_check_said_is_read_without_where_it_was_seen():
    assert said(_graded(LINES.format(" ")), "ravine") == [
        Said("momentum", "the velocity", "lr is missing from the velocity."),
        Said("momentum", "what is returned", "The values come back as v, theta."),
        Said("momentum", "a place", "It stays."),
        Said("momentum", "B", ""),
    ]
    # What a student prints in an own cell is no check's word.
    assert said(_graded(LINES, grade=False), "ravine") == []


@pytest.mark.parametrize("assignment", ["ravine"])
def test_it_reads_every_line_that_a_real_check_writes(assignment):
    for one in fast.submissions(assignment)[:12]:
        for question, text in fast.grade(assignment, one.answers).printed.items():
            assert len(said(_graded(text, question), assignment)) == text.count("✗")


def test_a_mistake_is_one_whatever_its_numbers_and_counts_once_for_a_student():
    heard = {
        "anna": [Said("sgd", "the number", "2 is too large."), Said("sgd", "x", "Other.")],
        "ben": [Said("sgd", "the number", "-0.5 is too large.")] * 2,
        "cy": [Said("sgd", "the number", "2 is too small."), Said("nag", "x", "Other.")],
        "di": [Said("sgd", "the number", "-0.5 is too large.")],
    }
    found = mistakes("ravine", heard)
    assert [(one.question, one.part, one.says, one.students) for one in found] == [
        ("sgd", "the number", "-0.5 is too large.", ("anna", "ben", "di")),
        ("sgd", "x", "Other.", ("anna",)),
        ("sgd", "the number", "2 is too small.", ("cy",)),
        ("nag", "x", "Other.", ("cy",)),
    ]


def _rows(**points: list[float | None]) -> list[Row]:
    students = zip(*points.values(), strict=True)
    return [
        Row(str(n), points=dict(zip(points, one, strict=True))) for n, one in enumerate(students)
    ]


def test_a_curve_is_the_same_mistake_under_each_letter():
    """In papers of their own, students have the curves in another order."""
    looks = "SGD's curve falls at one rate."
    found = mistakes(
        "ravine",
        {
            "anna": [Said("curves", "A: SGD", looks), Said("curves", "B: NAG", "It is faster.")],
            "ben": [Said("curves", "C: SGD", looks)],
        },
    )
    assert [(each.part, each.students) for each in found] == [
        ("SGD", ("anna", "ben")),
        ("NAG", ("anna",)),
    ]


def test_difficulty_and_discrimination():
    rows = _rows(a=[0, 1, 2, 2, 2], b=[0, 0, 1, 1, 1], c=[3, 3, 2, 1, 0], d=[1, 1, 1, 1, 1])
    a, b, c, d = items("ravine", {"a": 2, "b": 1, "c": 3, "d": 1}, rows)
    assert (a.share, a.full, a.marked) == (0.7, 0.6, 5)
    assert (d.share, d.full) == (1, 1)
    # The question itself is no part of what it is held against.
    rest = [0 + 3 + 1, 0 + 3 + 1, 1 + 2 + 1, 1 + 1 + 1, 1 + 0 + 1]
    assert a.discrimination == pytest.approx(np.corrcoef([0, 1, 2, 2, 2], rest)[0, 1])
    assert c.discrimination < 0 < b.points
    assert math.isnan(d.discrimination)
    # By hand: tanh(artanh(r) ± 1.96 / √(n - 3)).
    z, half = np.arctanh(c.discrimination), 1.959964 / np.sqrt(2)
    np.testing.assert_allclose(c.interval, np.tanh([z - half, z + half]), rtol=1e-6)


def test_a_question_that_waits_for_some_is_left_out_of_the_sums():
    a, b, why = items(
        "ravine",
        {"a": 2, "b": 1, "why": 2},
        _rows(a=[0, 1, 2, 2, 1, 0], b=[0, 0, 1, 1, 0, 1], why=[None, 2, 0, 1, 2, 2]),
    )
    assert a.discrimination == pytest.approx(
        np.corrcoef([0, 1, 2, 2, 1, 0], [0, 0, 1, 1, 0, 1])[0, 1]
    )
    assert b.discrimination == pytest.approx(a.discrimination)
    assert (why.marked, why.share) == (5, 0.7)
    assert why.discrimination == pytest.approx(np.corrcoef([2, 0, 1, 2, 2], [1, 3, 3, 1, 1])[0, 1])


def test_few_students_have_no_correlation():
    found = items("ravine", {"a": 2, "b": 1}, _rows(a=[0, 1, 2, 1], b=[0, 1, 1, 0]))
    assert all(math.isnan(one.discrimination) for one in found)
    [nobody] = items("ravine", {"a": 2}, [])
    assert nobody.marked == 0
    assert math.isnan(nobody.share)


@pytest.mark.parametrize("maximum", [1, 7, 24, 25, 100, 12.5])
def test_nobody_is_lost_between_two_bins(maximum):
    marks = [0, 0.5, maximum / 2, maximum, maximum]
    bins = distribution(marks, maximum)
    assert sum(one.count for one in bins) == len(marks)
    assert bins[-1].high == maximum
    assert bins[-1].count >= 2
    assert len(bins) <= 13
    assert all(a.high == b.low for a, b in pairwise(bins))


def test_more_than_the_maximum_is_counted_too():
    assert distribution([8, 3], 7)[-1].count == 1


# --------------------------------------------------------------------------- links into the book


def _headings(page: str) -> dict[str, str]:
    cells = nbformat.read(ROOT / "chapters" / f"{page}.ipynb", as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    found = re.findall(r"^#{2,3} (.+)$", text, re.MULTILINE)
    # A second heading of the same name has another address.
    return {title: make_id(title) for title in found if found.count(title) == 1}


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_each_question_is_treated_in_a_section_that_is_there(assignment):
    known = SECTIONS[assignment]
    marks = [fast.mark(cell) for cell in fast.cells(assignment)]
    asked = {m["grade_id"].removeprefix(f"{assignment}-") for m in marks if m.get("grade")}
    assert {question for question in known if ": " not in question} == asked
    assert {question.partition(": ")[0] for question in known} == asked
    for one in known.values():
        assert one.address.partition("#")[2] == _headings(one.page)[one.title]
        assert (ROOT / "chapters" / f"{one.page}.ipynb").is_file()


def test_a_part_has_a_section_of_its_own_or_that_of_its_question():
    assert section("ravine", "momentum", "the velocity").title == "From the idea to the rule"
    assert section("ravine", "momentum", "anything").title == "The update rule"
    assert section("ravine", "mine") is section("mine", "sgd") is None
    assert Section("adadelta", "ε is the learning rate in disguise").address.endswith(
        "adadelta.html#is-the-learning-rate-in-disguise"
    )


@pytest.mark.parametrize("assignment", fast.ASSIGNMENTS)
def test_the_parts_are_parts_of_the_checks(assignment):
    heard = {}
    for part in (known for known in SECTIONS[assignment] if ": " in known):
        question = part.partition(": ")[0]
        if question not in heard:
            wrong = [s for s in fast.submissions(assignment) if s.title.startswith(f"{question}: ")]
            printed = (fast.grade(assignment, one.answers).printed[question] for one in wrong)
            heard[question] = "\n".join(printed)
        assert re.search(
            rf"^  [✓✗] {re.escape(part.partition(': ')[2])}( \(|$)", heard[question], re.M
        )


# --------------------------------------------------------------------------- the page

HOSTILE = "O'Hara & Söhne #1"


@pytest.fixture
def room(tmp_path, monkeypatch, own_settings):
    room = Class(tmp_path, monkeypatch)
    room.hand_in("anna", why="It sums up.")
    room.hand_in("ben", right=False)
    room.hand_in(HOSTILE, right=False)
    (room.handed_in / "dora.ipynb").write_text("no notebook", encoding="utf-8")
    room.says = {"sgd": "  ✗ the step (1 point). <b>It walks uphill</b>.\n"}
    room.after = 9
    room.grade()
    return room


def _page(room) -> Path:
    assert main(["statistics", "ravine", f"--course={room.course.root}"]) == 0
    return room.course.root / "statistics-ravine.html"


def test_the_page_counts_and_leads_to_the_feedback(room):
    text = BeautifulSoup(_page(room).read_text(encoding="utf-8"), "html.parser")
    assert not text.select("details a"), "nothing to link to yet"
    room.course.feedback("ravine")
    text = BeautifulSoup(_page(room).read_text(encoding="utf-8"), "html.parser")
    words = " ".join(text.main.get_text().split())
    assert "5 students, of whom 4 have a mark in each question with a check." in words
    assert (
        "Marks are provisional: 1 of them waits for answers to be marked by hand, and counts"
        in words
    )
    assert "with a problem: dora." in words
    assert "2 students · sgd: the step" in words
    assert "<b>It walks uphill</b>." in words
    assert not text.find("script")
    links = [link["href"] for link in text.select("details a")]
    assert len(links) == 2

    for link in links:
        path, _, anchor = link.partition("#")
        page = (room.course.root / unquote(path)).read_text(encoding="utf-8")
        assert BeautifulSoup(page, "html.parser").find(id=anchor)
    shares = [cell.get_text(" ", strip=True) for cell in text.select(".questions tbody td")]
    assert shares[:3] == ["50%", "50%", "–"]
    counts = [int(cell.get_text(strip=True)) for cell in text.select(".marks td")]
    assert counts == [0, 2, 0, 0, 0, 0, 2]


def test_there_is_no_page_before_grading(room, capsys):
    assert main(["statistics", "rates", f"--course={room.course.root}"]) == 2
    assert "NAME must be one of ravine; got 'rates'" in capsys.readouterr().err


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible_and_asks_for_nothing(room, reader, scheme, width):
    room.course.feedback("ravine")
    visit = Visit(
        reader(viewport={"width": width, "height": 800}, color_scheme=scheme, bypass_csp=True)
    )
    page = visit.open(_page(room))
    visit.assert_clean()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("summary").first.click()
    page.evaluate((Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8"))
    assert page.evaluate("axe.run().then(found => found.violations)") == []
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}[scheme]
