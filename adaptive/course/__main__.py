"""The instructor's commands: ``python -m adaptive.course COMMAND``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adaptive.course.calling import say
from adaptive.course.instructor import CourseError, walls
from adaptive.course.instructor.progress import progress
from adaptive.course.instructor.tables import shown

if TYPE_CHECKING:
    from adaptive.course.instructor.course import Course, Options

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
    assignment = argparse.ArgumentParser(add_help=False, parents=[course])
    assignment.add_argument("name", metavar="NAME", help="the assignment")
    parser = argparse.ArgumentParser(
        prog="python -m adaptive.course",
        description="Release, grade and give feedback on the assignments, with nbgrader.",
        epilog="Exit codes: 0, done; 1, done, but a submission could not be graded; 2, not done; "
        "130, interrupted.",
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
    release.add_argument(
        "--seeds",
        type=Path,
        metavar="STUDENTS",
        help="also make variants/NAME/STUDENT.zip, with other numbers for each student, for the "
        "students in a CSV file with the column id and, if there are such numbers, lms_user_id",
    )

    commands.add_parser(
        "gradescope",
        parents=[assignment],
        help="make an autograder for Gradescope",
        description="Write gradescope-NAME.zip, which marks an assignment on Gradescope by the "
        "same checks as grade. It holds the keys.",
    )

    commands.add_parser(
        "otter",
        parents=[assignment],
        help="make an autograder for Otter-Grader",
        description="Write otter-NAME.zip, with which `otter run` marks a submission by the same "
        "checks as grade. It holds the keys.",
    )

    grade = commands.add_parser(
        "grade",
        parents=[assignment],
        help="autograde what students have handed in",
        description="Autograde submissions into autograded/STUDENT/NAME/, each for itself: "
        "one that fails does not touch the others. Of several attempts the latest counts. "
        "What has been graded and has not changed is not run again.",
    )
    grade.add_argument(
        "submissions",
        type=Path,
        metavar="SUBMISSIONS",
        help="a zip file from Canvas or Moodle, or a folder: one notebook per student, named "
        "after the student; or one folder per student; or nbgrader's own submitted/",
    )
    grade.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help="that a cell may take (default: 30, from nbgrader_config.py)",
    )
    grade.add_argument(
        "--limit",
        type=_seconds,
        metavar="SECONDS",
        help="that a whole submission may take (default: 300, from nbgrader_config.py); "
        "questions that are not reached have no mark",
    )
    grade.add_argument(
        "--jobs",
        type=_count,
        metavar="N",
        help="submissions that run at once (default: the cores of this machine)",
    )
    grade.add_argument(
        "--student",
        action="append",
        default=[],
        metavar="STUDENT",
        help="grade this student again, and nobody else; may be repeated",
    )
    grade.add_argument(
        "--question",
        action="append",
        default=[],
        metavar="QUESTION",
        help="grade this question again, and leave the marks of the others; may be repeated",
    )
    grade.add_argument(
        "--again", action="store_true", help="grade also what has not changed since it was graded"
    )
    grade.add_argument(
        "--unsafe",
        action="store_true",
        help="run submissions with your rights, where they cannot be kept apart",
    )

    grade.add_argument(
        "--times",
        type=Path,
        metavar="FILE",
        help="when everybody handed in: Canvas's list of submissions (JSON), or Moodle's grading "
        "worksheet (CSV)",
    )
    grade.add_argument(
        "--zone",
        default="",
        metavar="ZONE",
        help="the time zone of Moodle's worksheet, such as Europe/Berlin (default: this machine's)",
    )

    feedback = commands.add_parser(
        "feedback",
        parents=[assignment],
        help="write each student's page, and the table of grades",
        description="Write feedback/STUDENT/NAME/NAME.html for each student, and grades-NAME.csv "
        "with a column for each question.",
    )
    feedback.add_argument(
        "--lms",
        choices=["canvas", "moodle"],
        help="also write grades-NAME-LMS.csv for the gradebook of this system",
    )
    _add_after(commands, assignment)
    return parser


def _add_after(commands: Any, assignment: argparse.ArgumentParser) -> None:
    """Add the commands for what is wanted after grading."""
    commands.add_parser(
        "statistics",
        parents=[assignment],
        help="write a page about the class",
        description="Write statistics-NAME.html: the distribution of marks, each question's "
        "difficulty and discrimination, and the mistakes by frequency.",
    )

    similarity = commands.add_parser(
        "similarity",
        parents=[assignment],
        help="write a page of pairs of submissions with code in common",
        description="Write similarity-NAME.html: pairs of submissions that share passages which "
        "neither the assignment has nor many others have, with both texts side by side.",
    )
    similarity.add_argument(
        "--common",
        type=_count,
        metavar="N",
        help="leave out what more than N submissions share (default: a quarter of them, or 3)",
    )


def _seconds(text: str) -> int:
    return _whole(text, " of seconds")


def _count(text: str) -> int:
    return _whole(text)


def _whole(text: str, what: str = "") -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number{what} from 1, got {text!r}")
    return int(text)


def _run(course: Course, options: argparse.Namespace) -> int:
    if options.command == "release":
        return _release(course, options.names or course.assignments, options.seeds)
    if options.command in ("gradescope", "otter"):
        from adaptive.course.instructor import gradescope, otter

        service = {"gradescope": gradescope, "otter": otter}[options.command]
        say(f"{options.name}: {service.write_autograder(course, options.name)}")
        return 0
    if options.command == "grade":
        return _grade(course, options)
    if options.command == "statistics":
        from adaptive.course.instructor.statistics import write_statistics

        say(f"{options.name}: {write_statistics(course, options.name)}")
        return 0
    if options.command == "similarity":
        from adaptive.course.instructor.similarity import write_similarity

        say(f"{options.name}: {write_similarity(course, options.name, options.common)}")
        return 0
    rows = course.feedback(options.name)
    if options.lms:
        course.write_for(options.lms, options.name, rows)
    say(shown(rows))
    return int(any(row.lost for row in rows))


def _release(course: Course, names: list[str], seeds: Path | None) -> int:
    from adaptive.course.instructor.variants import read_students

    students = read_students(seeds) if seeds else {}
    for name in names:
        with progress(f"release {name}"):
            path = course.release(name)
        say(f"{name}: {path}")
        if students:
            with progress(f"release {name}", len(students)) as bar:
                archives = []
                for made in course.release_to(name, students):
                    archives.append(made)
                    bar.update()
            say(f"{name}: {len(archives)} of their own in {archives[0].parent}")
    return 0


def _grade(course: Course, options: argparse.Namespace) -> int:
    how = _options(options)
    if how.unsafe:
        say("Unsafe: submissions run with your rights, and are not kept apart.")
    elif kind := walls.available():
        say(f"Each submission runs by itself, without a network ({kind}).")
    else:
        say("Submissions cannot be kept apart here.")
    rows = sorted(course.grade(options.name, options.submissions, how), key=lambda r: r.student)
    say(shown(rows))
    if left := [row.student for row in rows if row.interrupted]:
        say(f"Interrupted. Not reached: {', '.join(left)}. The same command goes on from here.")
        return 130
    return int(any(row.lost for row in rows))


def _options(given: argparse.Namespace) -> Options:
    from adaptive.course.instructor.course import Options

    return Options(
        timeout=given.timeout,
        limit=given.limit,
        jobs=given.jobs,
        students=tuple(given.student),
        questions=tuple(given.question),
        again=given.again,
        unsafe=given.unsafe,
        times=given.times,
        zone=given.zone,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        # Loading nbgrader takes a while.
        with progress("get ready"):
            from adaptive.course.instructor.course import Course
        return _run(Course(options.course), options)
    except CourseError as error:
        print(f"python -m adaptive.course {options.command}: {error}", file=sys.stderr)
        return 2
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


if __name__ == "__main__":
    sys.exit(main())
