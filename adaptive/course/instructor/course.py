"""A course: its folder, and what is done with its assignments. nbgrader does the work."""

from __future__ import annotations

import codecs
import compileall
import copy
import hashlib
import html
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import nbformat
from nbgrader.api import MissingEntry
from nbgrader.converters import GenerateAssignment, GenerateFeedback
from traitlets.config import Config

from adaptive.course import regions
from adaptive.course.instructor import CourseError, walls
from adaptive.course.instructor.archives import LARGEST, extract
from adaptive.course.instructor.collect import Submission, collect
from adaptive.course.instructor.conversion import Record, Sanitize, convert
from adaptive.course.instructor.late import STAMP, assign, read_times
from adaptive.course.instructor.logs import kept_log
from adaptive.course.instructor.pool import Done, Job, run_all
from adaptive.course.instructor.preprocessors import NO_WALLS
from adaptive.course.instructor.progress import progress
from adaptive.course.instructor.records import CONFIG, MARKED_LATE, Records
from adaptive.course.instructor.restore import Unreadable, belongs, read
from adaptive.course.instructor.tables import Row, write_for, write_grades
from adaptive.course.instructor.variants import Variants


@dataclass(frozen=True)
class Options:
    """How submissions are graded.

    Parameters
    ----------
    timeout, limit : int, optional
        Seconds that a cell, and a whole submission, may take; by default what the settings say.
    jobs : int, optional
        Submissions that run at once; by default as many as there are cores.
    students, questions : tuple of str
        Those to grade again, and no others; all that have changed if there are none.
    again : bool
        Whether to grade again what has been graded and has not changed.
    unsafe : bool
        Whether submissions run without walls.
    times : Path, optional
        Of a file that says when everybody handed in, see `late.read_times`.
    zone : str
        The time zone of such times in it as have none.
    """

    timeout: int | None = None
    limit: int | None = None
    jobs: int | None = None
    students: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    again: bool = False
    unsafe: bool = False
    times: Path | None = None
    zone: str = ""

    @property
    def anyway(self) -> bool:
        """Whether also what has not changed is graded."""
        return bool(self.again or self.students or self.questions)


class Course(Records):
    """A course, and what is done with it: release, grade, feedback.

    Parameters
    ----------
    root : Path
        Its folder, see `Records`.
    """

    def release(self, name: str) -> Path:
        """Make the student's version of an assignment.

        Parameters
        ----------
        name : str
            The assignment.

        Returns
        -------
        Path
            A zip file for Canvas or Moodle, beside the folder that it holds.

        Raises
        ------
        CourseError
            If nbgrader cannot make it, or if there is a trace of a solution in it.
        """
        source = self.root / "source" / self.known(name)
        self._gradebook().close()
        convert(GenerateAssignment, self.config, name)
        target = self.released(name).parent
        for path in source.glob("*.ipynb"):
            secret = nbformat.read(path, as_version=4)
            for made in target.rglob("*"):
                if made.is_file() and (found := regions.traces(secret, _content(made))):
                    shutil.rmtree(target)
                    raise CourseError(
                        f"release {name}: {made.name} would show {found[0]!r}, which {path.name} "
                        "marks as the instructor's; nothing is released"
                    )
        archive = target.with_suffix(".zip")
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as content:
            for made in sorted(target.rglob("*")):
                content.write(made, made.relative_to(target.parent))
        return archive

    def release_to(self, name: str, students: dict[str, str]) -> Iterator[Path]:
        """Make an individual paper for each student from the one that all have.

        Parameters
        ----------
        name : str
            The assignment, which has been released.
        students : dict of str
            Their numbers in Canvas or Moodle, by name; see `variants.read_students`.

        Yields
        ------
        Path
            The zip file of each.
        """
        yield from Variants(self.root, name).hand_out(self.released(name).parent, students)

    def grade(self, name: str, submissions: Path, options: Options | None = None) -> Iterator[Row]:
        """Autograde submissions, each for itself.

        What has been graded and has not changed since then is not run again, so that grading
        goes on where it was interrupted.

        Parameters
        ----------
        name : str
            The assignment.
        submissions : Path
            A folder or a zip file, see `collect`.
        options : Options, optional
            How.

        Yields
        ------
        Row
            One for each student. If grading is interrupted, the rest follow as they are.
        """
        options = options or Options()
        self.known(name)
        if not submissions.exists():
            raise CourseError(
                f"SUBMISSIONS must be a folder or a zip file; {submissions} is not there"
            )
        if not (options.unsafe or self.config.Run.get("kind") or walls.available()):
            raise CourseError(
                f"{NO_WALLS}. Use Linux with bubblewrap, or the container (see the guide), or "
                "grade in an account that holds nothing else, with --unsafe"
            )
        if Variants(self.root, name).there:
            Variants(self.root, name).whose("")  # or raise an error: the secret is another one
        times = read_times(options.times, options.zone) if options.times else {}
        if not self._in_gradebook(name):
            self.release(name)
        with tempfile.TemporaryDirectory() as unpacked:
            folder, problems = submissions, dict[Path, str]()
            if not submissions.is_dir():
                folder, problems = extract(submissions, Path(unpacked))
            found = collect(folder, name, self.assignments, problems)
            found = self._chosen(name, found, options)
            if not found:
                raise CourseError(f"SUBMISSIONS: there is nothing to grade in {submissions}")
            left = [one.student for one in found]
            sanitized = Path(unpacked) / "sanitized"
            try:
                for student in self._graded(name, found, options, times, sanitized):
                    left.remove(student)
                    yield self.row(name, student)
            except KeyboardInterrupt:
                for student in left:
                    yield replace(self.row(name, student), interrupted=True)

    def _chosen(self, name: str, found: list[Submission], options: Options) -> list[Submission]:
        """Return the submissions to grade, or raise an error that lists what there is."""
        for asked, there, what in [
            (options.students, [one.student for one in found], "--student"),
            (options.questions, self.questions(name), "--question"),
        ]:
            for one in asked:
                if one not in there:
                    raise CourseError(f"{what} must be one of {', '.join(there)}; got {one!r}")
        return [one for one in found if not options.students or one.student in options.students]

    def _graded(
        self,
        name: str,
        found: list[Submission],
        options: Options,
        times: dict[str, str],
        sanitized: Path,
    ) -> Iterator[str]:
        """Grade submissions, and yield whose is done."""
        config = self._settings(options)
        base = self._base(name, config)
        marks: dict[str, dict[str, str]] = {}
        whose: dict[str, str] = {}
        with progress(f"read {name}", len(found)) as bar:
            for one in found:
                data, before = self._take(name, one), self._ran(name, one.student)
                self._clock(name, one, times)
                which = hashlib.sha256(data or b"").hexdigest()
                if data is not None and (owner := self._whose(name, one)):
                    whose[one.student] = owner
                own = (
                    Variants(self.root, name).seed(whose[one.student])
                    if one.student in whose
                    else ""
                )
                of = hashlib.sha256(f"{base} {which} {own}".encode()).hexdigest()
                if data is not None and (options.anyway or before.get("of") != of):
                    part = options.questions and before.get("submission") == which
                    kept = before.get("of", "") if part else of
                    marks[one.student] = {"of": kept, "submission": which}
                else:
                    yield one.student
                bar.update()
        if not marks:
            return
        # Kernels cannot write where the package is, and read the checks anew each time.
        compileall.compile_dir(Path(regions.__file__).parents[1], quiet=2)
        lost: list[str] = []
        config.Run.whose = whose
        jobs = self._jobs(name, list(marks), sanitized, lost, whose)
        with progress(f"grade {name}", len(marks)) as bar:
            for done in run_all(jobs, config, min(options.jobs or _cores(), len(marks))):
                student = done.job.student
                self._record(name, done, marks[student], options.questions, sanitized)
                bar.update()
                yield student
            bar.update(len(lost))
            yield from lost

    def _settings(self, options: Options) -> Config:
        """Return the settings of the course, as changed by the options."""
        config = copy.deepcopy(self.config)
        if options.timeout is not None:
            config.Execute.timeout = options.timeout
        if options.limit is not None:
            config.Run.limit = options.limit
        config.Run.unsafe = options.unsafe
        return config

    def _jobs(
        self,
        name: str,
        students: list[str],
        sanitized: Path,
        lost: list[str],
        whose: dict[str, str],
    ) -> Iterator[Job]:
        """Yield what is to run; note who has nothing."""
        config = copy.deepcopy(self.config)
        config.Restore.whose = whose
        config.CourseDirectory.autograded_directory = str(sanitized)
        for student in students:
            try:
                convert(Sanitize, config, name, student)
                path = sanitized / student / name / f"{name}.ipynb"
                yield Job(name, student, path.read_text(encoding="utf-8"))
            # Whatever one submission does, the others are graded.
            except Exception as error:
                self._note(name, student, error)
                lost.append(student)

    def _record(
        self,
        name: str,
        done: Done,
        marks: dict[str, str],
        questions: tuple[str, ...],
        sanitized: Path,
    ) -> None:
        """Save the marks of a notebook that has run; of some questions only, if some are named."""
        student = done.job.student
        before = self._ran(name, student)
        config = copy.deepcopy(self.config)
        config.CourseDirectory.submitted_directory = str(sanitized)
        config.Run.executed, config.Run.of = done.notebook, marks
        config.SaveAutoGrades.again = before.get("submission") == marks["submission"]
        if config.SaveAutoGrades.again:
            config.SaveAutoGrades.only = [f"{name}-{question}" for question in questions]
        try:
            if done.problem:
                raise CourseError(done.problem)
            convert(Record, config, name, student)
        except Exception as error:
            self._note(name, student, error)

    def feedback(self, name: str) -> list[Row]:
        """Write the feedback of an assignment, and its grades.

        Parameters
        ----------
        name : str
            The assignment.

        Returns
        -------
        list of Row
            One for each student, as in ``grades-NAME.csv``.
        """
        for student in self._students(self.known(name)):
            assign(self.config, name, student)
        rows = self.rows(name)
        with progress(f"feedback {name}", len(rows)) as bar:
            write_grades(self.root / f"grades-{name}.csv", self.questions(name), rows)
            for row in rows:
                # Also of those who are graded, so that no old page stays if a new one fails.
                self._explain(name, row)
                if not row.points:
                    self._forget(name, row.student)
                    bar.update()
            if any(row.points for row in rows):
                # All in one go: most of the time is spent on getting ready.
                convert(GenerateFeedback, self.config, name, then=bar.update)
        return rows

    # ------------------------------------------------------------------ one submission

    def _take(self, name: str, one: Submission) -> bytes | None:
        """Take a submission in; return what is to be graded, or note why there is nothing."""
        folder = self.root / "submitted" / one.student / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "problem.txt").unlink(missing_ok=True)
        known = {"lms_user_id": one.lms} if one.lms else {}
        with self._gradebook() as gradebook:
            gradebook.update_or_create_student(one.student, **known)
        try:
            data = self._read(name, one)
            if Variants(self.root, name).there and not self._whose(name, one):
                raise Unreadable(
                    "no paper was made for this student: is the name, or the number in the "
                    "learning platform, in the list that was given to release --seeds?"
                )
            if one.path.resolve().parent != folder:
                self._hand_in(one, data.removeprefix(codecs.BOM_UTF8), folder, name)
            return (folder / f"{name}.ipynb").read_bytes()
        except Exception as error:
            self._note(name, one.student, error)
            return None

    def _whose(self, name: str, one: Submission) -> str:
        """Return for whom a student's own paper was made; nothing if all have the same."""
        variants = Variants(self.root, name)
        return variants.whose(one.student, one.lms) if variants.there else ""

    def _clock(self, name: str, one: Submission, times: dict[str, str]) -> None:
        """Note when a submission came, if that is known, and what it costs."""
        folder = self.root / "submitted" / one.student / name
        stamp, mark = folder / STAMP, folder / MARKED_LATE
        if one.lms in times:
            stamp.write_text(f"{times[one.lms]}\n", encoding="utf-8")
        mark.unlink(missing_ok=True)
        if one.late and not stamp.is_file():
            mark.touch()
        when = stamp.read_text(encoding="utf-8").strip() if stamp.is_file() else None
        with self._gradebook() as gradebook:
            try:
                gradebook.find_submission(name, one.student)
            except MissingEntry:
                return  # nbgrader makes an entry when it is graded.
            gradebook.update_or_create_submission(name, one.student, timestamp=when)
        assign(self.config, name, one.student)

    def _base(self, name: str, config: Config) -> str:
        """Return what marks depend on beside the submission, as a hash: tests and settings."""
        found = hashlib.sha256(repr([config.Execute.timeout, config.Run]).encode())
        source = self.root / "source" / name / f"{name}.ipynb"
        answers = self.root / "answers" / f"{name}.py"
        for path in [source, answers, self.root / CONFIG, *_checks()]:
            found.update(path.read_bytes() if path.is_file() else b"")
        return found.hexdigest()

    def _note(self, name: str, student: str, error: Exception) -> None:
        """Note why a submission could not be graded."""
        kind = "" if isinstance(error, CourseError | Unreadable) else f"{type(error).__name__}: "
        path = self.root / "submitted" / student / name / "problem.txt"
        path.write_text(f"{kind}{error}\n", encoding="utf-8")
        self._forget(name, student)

    def _hand_in(self, one: Submission, data: bytes, folder: Path, name: str) -> None:
        """Put a notebook where nbgrader grades it, and when it was handed in, if that is known."""
        target = folder / f"{name}.ipynb"
        same = target.is_file() and target.read_bytes() == data
        for old in folder.iterdir():
            if not (same and old.name == STAMP):
                old.unlink()
        target.write_bytes(data)
        stamp = one.path.with_name(STAMP)
        # In an archive from Canvas or Moodle it would be the student's own word.
        if stamp.is_file() and not stamp.is_symlink() and not one.lms:
            shutil.copy(stamp, folder)

    def _read(self, name: str, one: Submission) -> bytes:
        """Return what is in a file, or raise an error if it cannot be a submission."""
        if one.problem:
            raise Unreadable(f"{one.problem}: {one.path.name}")
        if one.path.suffix.lower() != ".ipynb":
            raise Unreadable(f"the file is not a notebook: {one.path.name}")
        if (size := one.path.stat().st_size) > LARGEST:
            raise Unreadable(f"the file is too large: {size / 2**20:.0f} MB")
        data = one.path.read_bytes()
        with kept_log():
            released = nbformat.read(self.released(name), as_version=4)
            if not belongs(read(data), released):
                raise Unreadable("the notebook is not one of this assignment")
        return data

    def _forget(self, name: str, student: str) -> None:
        """Remove an earlier notebook; a grader's points and comments stay in the gradebook."""
        shutil.rmtree(self.root / "autograded" / student / name, ignore_errors=True)

    # ------------------------------------------------------------------ what is written

    def _explain(self, name: str, row: Row) -> None:
        """Write the feedback of a submission that could not be graded."""
        says = "has been graded, but its page could not be made; ask your instructor"
        if not row.points:
            says = "has not been graded yet"
        if row.problem:
            says = f"could not be graded: {html.escape(row.problem)}"
        folder = self.root / "feedback" / row.student / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / f"{name}.html").write_text(
            f'<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>{name}</title>'
            f"<h1>{name}</h1><p>What you handed in {says}.</p></html>\n",
            encoding="utf-8",
        )

    def write_for(self, system: str, name: str, rows: list[Row]) -> Path:
        """Write totals as Canvas or Moodle takes them, and return where; see `tables.write_for`."""
        path = self.root / f"grades-{name}-{system}.csv"
        write_for(system, path, name, rows)
        return path


def _cores() -> int:
    """Return how many cores this process may use."""
    there = getattr(os, "sched_getaffinity", None)
    return len(there(0)) if there else os.cpu_count() or 1


def _checks() -> list[Path]:
    """Return the files that marks depend on."""
    return sorted(Path(regions.__file__).parent.rglob("*.py"))


def _content(path: Path) -> object:
    text = path.read_text(encoding="utf-8", errors="replace")
    return json.loads(text) if path.suffix == ".ipynb" else text
