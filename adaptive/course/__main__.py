"""The instructor's commands: ``python -m adaptive.course release|grade|feedback``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from adaptive.course.calling import say
from adaptive.course.instructor import CourseError

if TYPE_CHECKING:
    from adaptive.course.instructor.course import Course, Row

HERE = Path(__file__).resolve().parents[2] / "chapters" / "assignments"


def _parser() -> argparse.ArgumentParser:
    course = argparse.ArgumentParser(add_help=False)
    course.add_argument(
        "--course",
        type=Path,
        default=HERE,
        metavar="DIR",
        help="the course's folder, with nbgrader_config.py and source/ "
        "(default: chapters/assignments of the checkout that this package is installed from)",
    )
    parser = argparse.ArgumentParser(
        prog="python -m adaptive.course",
        description="Release, grade and give feedback on the assignments, with nbgrader.",
        epilog="Exit codes: 0, done; 1, done, but a submission could not be graded; 2, not done.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    release = commands.add_parser(
        "release",
        parents=[course],
        help="make what students get",
        description="Make release/NAME/ and release/NAME.zip, without solutions, hidden tests "
        "and mark schemes. Nothing is released if a trace of them is left.",
    )
    release.add_argument("names", nargs="*", metavar="NAME", help="an assignment (default: all)")

    grade = commands.add_parser(
        "grade",
        parents=[course],
        help="autograde what students have handed in",
        description="Autograde submissions into autograded/STUDENT/NAME/, one after the other: "
        "one that fails does not touch the others. Of several attempts the latest counts.",
    )
    grade.add_argument("name", metavar="NAME", help="the assignment")
    grade.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="a zip file from Canvas or Moodle, or a folder: a notebook of each student, named "
        "after the student; or a folder of each student; or nbgrader's own submitted/",
    )
    grade.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="that a cell may take (default: 30, from nbgrader_config.py)",
    )

    feedback = commands.add_parser(
        "feedback",
        parents=[course],
        help="write each student's page, and the table of grades",
        description="Write feedback/STUDENT/NAME/NAME.html for each student, and grades-NAME.csv "
        "with a column of each question.",
    )
    feedback.add_argument("name", metavar="NAME", help="the assignment")
    feedback.add_argument(
        "--lms",
        choices=["canvas", "moodle"],
        help="also write grades-NAME-LMS.csv for the gradebook of this system",
    )
    return parser


def _seconds(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number of seconds from 1, got {text!r}")
    return int(text)


def _table(rows: list[Row]) -> str:
    """Return the rows as an aligned table."""
    lines = [["student", "points", "of", "status"]]
    for row in rows:
        points = "-" if row.lost else f"{row.total:g}"
        lines.append([row.student, points, f"{row.maximum:g}", row.status])
    a, b, c, _ = (max(map(len, column)) for column in zip(*lines, strict=True))
    return "\n".join(f"{w:<{a}}  {x:>{b}}  {y:>{c}}  {z}" for w, x, y, z in lines)


def _run(course: Course, options: argparse.Namespace) -> int:
    if options.command == "release":
        for name in options.names or course.assignments:
            say(f"{name}: {course.release(name)}")
        return 0
    if options.command == "grade":
        rows = list(course.grade(options.name, options.submissions, options.timeout))
    else:
        rows = course.feedback(options.name)
        if options.lms:
            course.write_for(options.lms, options.name, rows)
    say(_table(rows))
    return int(any(row.lost for row in rows))


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        from adaptive.course.instructor.course import Course
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("adaptive"):
            raise
        print(
            f"This needs nbgrader ({error.name} is missing). Install it with\n"
            '    pip install "adaptive-optimizers[course]"\n'
            'or, in a checkout, with\n    pip install -e ".[course]"',
            file=sys.stderr,
        )
        return 2
    try:
        return _run(Course(options.course), options)
    except CourseError as error:
        print(f"python -m adaptive.course {options.command}: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
