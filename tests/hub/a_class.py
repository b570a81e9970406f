"""One instructor and three students on a hub, in browsers of their own: an assignment, from release
to feedback, as the page for instructors has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.book import browser as browsers
from tests.course.class_of import solved, with_answers, write_course
from tests.hub.people import Instructor, Student, until
from tests.hub.server import SETTINGS, Hub, started

PAGE = (SETTINGS.parent / "jupyterhub.md").read_text(encoding="utf-8")
RELEASE, GRADE, FEEDBACK = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
#: The velocity without the learning rate: one of three points.
FORGETS = """\
def momentum(theta, g, v, lr, momentum):
    v = momentum * v + g
    return theta - v, v
"""
COMMENT = "A fair comparison, well put."


@pytest.fixture(scope="module")
def hub() -> Iterator[Hub]:
    with started() as hub:
        course = hub.home("instructor") / "course"
        write_course(course)
        hub.give("instructor", course)
        course.chmod(0o700)
        yield hub


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = browsers.find()
        yield playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)


def _commands(block: str, output: str) -> str:
    return " && ".join(block.splitlines()) + f" > ~/{output} 2>&1"


def _only(folder: Path, pattern: str) -> Path | None:
    found = list(folder.glob(pattern))
    assert len(found) < 2, found
    return found[0] if found else None


def _works(student: Student, momentum: str | None) -> None:
    """Do what a student does in the notebook; without momentum, nothing."""
    if momentum is not None:
        made = with_answers(solved(), "ravine", {"momentum": momentum} if momentum else {})
        path = student.home / "ravine" / "ravine.ipynb"
        nbformat.write(made, path)
        student.hub.give(student.name, path)


def test_from_release_to_feedback(hub: Hub, browser: Browser):
    instructor = Instructor(hub, browser, "instructor")
    course, exchange = instructor.home / "course", hub.exchange / "adaptive"
    assert instructor.type(_commands(RELEASE, "release")) == 0
    formgrader = instructor.formgrader()
    formgrader.locator("td.release a").click()
    until((exchange / "outbound/ravine/ravine.ipynb").is_file, "release")

    students = {name: Student(hub, browser, name) for name in ("anna", "ben", "cy")}
    for name, momentum in {"anna": FORGETS, "ben": "", "cy": None}.items():
        students[name].press("Fetch", (hub.home(name) / "ravine/ravine.ipynb").is_file)
        _works(students[name], momentum)
    # The package is there for students, and tells what anna has forgotten.
    students["anna"].runs_all("ravine/ravine.ipynb", "lr is missing")
    for name, student in students.items():
        pattern = f"inbound/{name}+ravine+*/ravine.ipynb"
        student.press("Submit", lambda pattern=pattern: bool(_only(exchange, pattern)))

    formgrader.reload()
    formgrader.locator("td.collect a").click()
    until(lambda: len([*course.glob("submitted/*/ravine/timestamp.txt")]) == 3, "collection")
    assert instructor.type(_commands(GRADE, "grade")) == 0
    said = (instructor.home / "grade").read_text(encoding="utf-8")
    assert "Each submission runs by itself" in said
    assert re.search(r"^anna +19 so far +24 +needs manual grading: why-tie", said, re.M)
    assert re.search(r"^ben +21 so far +24 +needs manual grading: why-tie", said, re.M)
    assert re.search(r"^cy +0 +24 +graded", said, re.M)

    for name in ("anna", "ben"):
        instructor.marks(name, "ravine-why-tie", 3, COMMENT)
    assert instructor.type(_commands(FEEDBACK, "feedback")) == 0
    said = (instructor.home / "feedback").read_text(encoding="utf-8")
    points = dict(re.findall(r"^(\w+) +(\d+) +24 +graded", said, re.M))
    assert points == {"anna": "22", "ben": "24", "cy": "0"}
    formgrader.reload()
    formgrader.locator("td.release-feedback a").click()
    until(lambda: len([*exchange.glob("feedback/*.html")]) == 3, "feedback")

    for name, student in students.items():
        found = hub.home(name) / "ravine" / "feedback"
        student.press("Fetch Feedback", lambda found=found: bool(_only(found, "*/ravine.html")))
        page = student.opens(_only(found, "*/ravine.html"))
        assert page.get_by_text(f"{points[name]} of 24 points").count()
        assert page.get_by_text(COMMENT).count() == (name != "cy")
    _check_who_sees_what(hub)


def _check_who_sees_what(hub: Hub) -> None:
    """Hold the table of the page."""
    course, exchange = hub.home("instructor") / "course", hub.exchange / "adaptive"
    handed_in = _only(exchange, "inbound/anna+ravine+*/ravine.ipynb")
    assert handed_in is not None
    [feedback] = hub.home("anna").glob("ravine/feedback/*/ravine.html")
    released = exchange / "outbound" / "ravine" / "ravine.ipynb"
    seen = {
        path: [who for who in ("instructor", "anna", "ben") if hub.may_read(who, path)]
        for path in (course, course / "gradebook.db", released, feedback)
    }
    assert seen[course] == seen[course / "gradebook.db"] == ["instructor"]
    assert seen[released] == ["instructor", "anna", "ben"]
    assert seen[feedback] == ["anna"]
    # nbgrader lets everybody read what is handed in, and hides where it lies.
    assert hub.may_read("instructor", handed_in)
    assert re.fullmatch(r"anna\+ravine\+[^+]+\+[\w-]{12}", handed_in.parent.name)
    for folder in ("inbound", "feedback"):
        assert not hub.may_read("ben", exchange / folder), f"ben may list {folder}"
