"""What people do on the hub, in a browser."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, Response

from tests.hub.server import Hub

#: Seconds that a step may take: the machine may be busy.
PATIENCE = 300


def until(reached: Callable[[], bool], what: str) -> None:
    """Wait for something that happens outside the browser."""
    end = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < end, f"in {PATIENCE} seconds, no {what}"
        time.sleep(0.1)


class Person:
    """Somebody who is logged in.

    Parameters
    ----------
    hub : Hub
        Where.
    browser : Browser
        Of which each person has a profile.
    name : str
        Of the user.
    """

    def __init__(self, hub: Hub, browser: Browser, name: str) -> None:
        self.hub, self.name, self.home = hub, name, hub.home(name)
        self.page = browser.new_context().new_page()
        self.page.set_default_timeout(PATIENCE * 1000)
        self.page.goto(hub.url)
        self.page.fill("#username_input", name)
        self.page.fill("#password_input", "a password")
        self.page.click("#login_submit")
        self.page.locator(".jp-LauncherCard").first.wait_for()

    def choose(self, *names: str) -> None:
        """Choose from a menu."""
        _choose(self.page, *names)


class Student(Person):
    """A student, in the list of assignments."""

    def press(self, button: str, done: Callable[[], bool]) -> None:
        """Open the list, and press the button of the only assignment."""
        self.choose("Nbgrader", "Assignment List")
        self.page.get_by_role("button", name=button, exact=True).first.click()
        until(done, f"{button} of {self.name}")

    def runs_all(self, notebook: str, says: str) -> None:
        """Run all cells of a notebook and save it; wait until a cell says something."""
        page = self.page.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{self.hub.url}/user/{self.name}/lab/tree/{notebook}")
        # Before there is a kernel, JupyterLab would ask for one.
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        _choose(page, "Run", "Run All Cells")
        path = self.home / notebook

        def saved() -> bool:
            page.keyboard.press("Control+s")
            return says in path.read_text(encoding="utf-8")

        until(saved, says)
        page.close()

    def opens(self, path: Path) -> Page:
        """Open a page that lies in the student's home."""
        page = self.page.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{self.hub.url}/user/{self.name}/files/{path.relative_to(self.home)}")
        return page


class Instructor(Person):
    """The instructor, with a terminal in JupyterLab and Formgrader beside it."""

    def __init__(self, hub: Hub, browser: Browser, name: str) -> None:
        super().__init__(hub, browser, name)
        self.page.get_by_role("button", name="Terminal").click()
        self._count = 0

    def type(self, command: str) -> int:
        """Type a command into the terminal, and return how it ended."""
        self._count += 1
        code = self.home / f"code-{self._count}"
        self.page.locator(".jp-Terminal textarea").focus()
        self.page.keyboard.type(f"{command}; echo $? > ~/{code.name}\n")
        until(lambda: code.is_file() and code.read_text() != "", command)
        return int(code.read_text())

    def formgrader(self, address: str = "") -> Page:
        """Open a page of Formgrader beside JupyterLab."""
        page = self.page.context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.goto(f"{self.hub.url}/user/{self.name}/formgrader/{address}")
        return page

    def marks(self, student: str, question: str, points: int, comment: str) -> None:
        """Give points and a comment to a written answer."""
        page = self.formgrader("gradebook/ravine/ravine")
        link = page.locator("a.name-shown").get_by_text(student, exact=True)
        address = link.get_attribute("href")
        page.goto(f"{self.hub.url}{address}")
        # Before that nobody listens to the fields.
        page.wait_for_function("formgrader.grades?.loaded && formgrader.comments?.loaded")
        for field, what, text in [
            (f"#{question}", "grade", str(points)),
            (f"#{question}-comment", "comment", comment),
        ]:
            with page.expect_response(lambda response, what=what: _put(response, what)):
                page.locator(field).fill(text)
                page.locator(field).blur()
        page.close()


def _choose(page: Page, *names: str) -> None:
    for name in names:
        page.get_by_role("menuitem", name=name, exact=True).click()


def _put(response: Response, what: str) -> bool:
    return f"/api/{what}/" in response.url and response.request.method == "PUT" and response.ok
