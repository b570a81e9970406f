"""Ask tests about a wrong version, and tell a test that fails from a machine that does.

Only tests that fail, or a loop that has lost its end, notice a mistake. A process that was ended by
the system, or by our own patience, has noticed nothing, whatever the mistake: it is not judged.
"""

from __future__ import annotations

import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from typing import Any, Literal

#: Seconds of computing that no tests of one file take: a loop that has lost its end has been
#: noticed as well. Not of waiting, which depends on what else the machine does.
COMPUTING = 300
#: Seconds until what only waits is given up.
WAITING = 3600

#: Errors, by the names of their classes, that a mistake can cause, and that a full memory or disk,
#: or a busy machine, can cause as well.
DOUBTED = {"MemoryError", "OSError", "TimeoutError", "TimeoutExpired", "TargetClosedError"}

KILLED, SURVIVED = "killed", "survived"


@dataclass(frozen=True)
class Verdict:
    """What the tests said.

    ``said`` is "passed", if all did; "failed", if a test did; "broke", if a test could not be
    imported or set up; "endless", if they computed for longer than they may; "lost", if nothing can
    be said, which ``why`` explains. ``where`` is the first test, or file, that failed or broke.
    """

    said: Literal["passed", "failed", "broke", "endless", "lost"]
    why: str = "all passed"
    where: str | None = None
    doubted: bool = False  # the machine may have caused it as well

    @property
    def failed(self) -> str | None:
        """The test that failed, if one did."""
        return self.where if self.said == "failed" else None


class Watch:
    """A pytest plugin that keeps what went wrong first."""

    def __init__(self) -> None:
        self.verdict = Verdict("passed")

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.failed:
            self._keep("failed" if report.when == "call" else "broke", report)

    def pytest_collectreport(self, report: Any) -> None:
        if report.failed:
            self._keep("broke", report)

    def pytest_exception_interact(self, call: Any, report: Any) -> None:
        """Doubt a failure whose error need not be the mistake's; pytest has reported it before."""
        first = self.verdict
        names = {each.__name__ for each in type(call.excinfo.value).__mro__}
        if first.where == report.nodeid and names & DOUBTED:
            self.verdict = Verdict(first.said, first.why, first.where, doubted=True)

    def _keep(self, said: Literal["failed", "broke"], report: Any) -> None:
        if self.verdict.said == "passed":
            self.verdict = Verdict(said, str(report.longrepr), report.nodeid, said == "broke")

    def after(self, code: int) -> Verdict | None:
        """Return the verdict once pytest has ended with a code; None if there is no such test."""
        import pytest

        if self.verdict.said != "passed" or code == pytest.ExitCode.OK:
            return self.verdict
        if code in (pytest.ExitCode.USAGE_ERROR, pytest.ExitCode.NO_TESTS_COLLECTED):
            return None
        return Verdict("lost", f"pytest ended with code {int(code)}")


def ask(
    run: Callable[..., None], *arguments: Any, warm: Sequence[str], seconds: int | None = None
) -> Any:
    """Let ``run(*arguments, pipe)`` send a verdict, or else what it has, from a process of its own.

    The process is forked from one that has imported the modules ``warm``, and not the package. It
    may compute for so many seconds.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(warm))
    here, there = context.Pipe(duplex=False)
    process = context.Process(
        target=_limited, args=(seconds or COMPUTING, run, *arguments, there), daemon=True
    )
    process.start()
    there.close()
    connection.wait([here, process.sentinel], WAITING)
    verdict = _received(here, process, seconds or COMPUTING)
    process.kill()
    process.join()
    return verdict


def _limited(seconds: int, run: Callable[..., None], *arguments: Any) -> None:
    # At the hard limit it would be killed, as it also is for want of memory.
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 60))
    run(*arguments)


def _received(pipe: connection.Connection, process: Any, seconds: int) -> Any:
    try:
        if pipe.poll():
            return pipe.recv()
    except EOFError:  # it has ended, or is about to
        process.join(WAITING)
    if process.exitcode is None:
        return Verdict("lost", f"the tests do not end, and do not compute: {WAITING} s")
    if process.exitcode == -signal.SIGXCPU:
        return Verdict("endless", f"the tests compute for longer than {seconds} s")
    return Verdict("lost", f"the process died with code {process.exitcode}")


def fate(
    wrong: Callable[[list[str]], Verdict],
    right: Callable[[list[str]], Verdict],
    stages: Iterable[list[str]],
) -> str:
    """Return whether the mutant was killed, has survived, or else why it could not be judged.

    Parameters
    ----------
    wrong, right : callable
        Runs tests, given as to pytest, on the mutant and on the right version.
    stages : iterable of list
        The tests, in lists that are asked one after the other until one fails.
    """
    unsure = None
    for tests in stages:
        verdict = wrong(tests)
        if verdict.doubted:
            verdict = _again(verdict, wrong, right, tests)
        if verdict.said in ("failed", "endless"):
            return KILLED
        if verdict.said != "passed":
            unsure = unsure or verdict.why
    return SURVIVED if unsure is None else unsure


def _again(
    first: Verdict,
    wrong: Callable[[list[str]], Verdict],
    right: Callable[[list[str]], Verdict],
    tests: list[str],
) -> Verdict:
    """Return the verdict on what failed, of a second try, if the right version passes it now."""
    options = [each for each in tests if each.startswith("-")]
    same = [*options, first.where] if first.where else tests
    if (control := right(same)).said != "passed":
        return Verdict("lost", f"{first.where} failed without the mutant as well: {control.why}")
    second = wrong(tests)
    if (second.said, second.where) == (first.said, first.where):
        # What cannot even be imported or set up is noticed by whoever runs the tests.
        return Verdict("failed", second.why, second.where)
    if second.doubted or second.said == "passed":
        return Verdict("lost", f"{first.where} failed once only: {first.why}")
    return second
