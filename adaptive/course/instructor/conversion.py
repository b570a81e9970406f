"""nbgrader's steps, one by one. Autograding is two of them, and the notebook runs between them."""

from __future__ import annotations

from collections.abc import Callable

from nbgrader.converters import Autograde
from nbgrader.converters.base import BaseConverter, NbGraderException
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.logs import kept_log


class Sanitize(Autograde):
    """Autograding up to where the notebook would run."""

    def set_permissions(self, assignment_id: str, student_id: str) -> None:
        """Leave the notebook as it is: it is not where others read it."""

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Put the notebook back as it was handed out, with the student's work in it."""
        self._init_preprocessors()
        BaseConverter.convert_single_notebook(self, notebook_filename)


class Record(Autograde):
    """Autograding from where the notebook has run, with what was sanitized as submitted."""

    _sanitizing = False

    @property
    def _input_directory(self) -> str:
        directory: str = self.coursedir.submitted_directory
        return directory

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Copy the data; the rest was done when the notebook was sanitized."""
        BaseConverter.init_assignment(self, assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Save the marks, then the notebook."""
        self._init_preprocessors()
        BaseConverter.convert_single_notebook(self, notebook_filename)


def convert(
    kind: type[BaseConverter],
    config: Config,
    name: str,
    student: str = "*",
    then: Callable[[], object] = lambda: None,
) -> None:
    """Let nbgrader do one of its steps, and say in one line why it could not.

    Parameters
    ----------
    kind : type of BaseConverter
        The step.
    config : Config
        The settings of the course.
    name, student : str
        The assignment, and whose; ``*`` for all.
    then : callable, optional
        Called for each student who is done.

    Raises
    ------
    CourseError
        If nbgrader could not do it; it has tried all students.
    """
    course = CourseDirectory(config=config, assignment_id=name, student_id=student)
    converter = kind(coursedir=course, config=config)
    converter.force = True
    converter.post_convert_hook = lambda **which: then()
    with kept_log() as log:
        try:
            converter.start()
        except NbGraderException as error:
            # What went wrong is the last line of the traceback that nbgrader has logged.
            logged = [said.strip() for said in log if said.startswith("Traceback")]
            told = " ".join((logged or [str(error)])[-1].splitlines()[-1:])
            raise CourseError(f"nbgrader: {told}") from None
