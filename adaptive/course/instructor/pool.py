"""Processes that run submissions side by side; one that dies costs the submission it was at."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import nbformat
from traitlets.config import Config

from adaptive.course.instructor.logs import kept_log
from adaptive.course.instructor.preprocessors import Run

DIED = "the process that graded it died: does it need much memory?"


@dataclass(frozen=True)
class Job:
    """A notebook to run.

    Parameters
    ----------
    assignment, student : str
        Whose it is.
    notebook : str
        Its text, with the tests.
    """

    assignment: str
    student: str
    notebook: str


@dataclass(frozen=True)
class Done:
    """What came of a job: the notebook as it has run, or why there is none."""

    job: Job
    notebook: str = ""
    problem: str = ""


def run(job: Job, config: Config) -> Done:
    """Run a job in this process."""
    names = {"assignment": job.assignment, "notebook": job.assignment, "student": job.student}
    try:
        with kept_log():
            made = nbformat.reads(job.notebook, as_version=4)
            made, _ = Run(config=config).preprocess(made, {"nbgrader": names, "metadata": {}})
            return Done(job, nbformat.writes(made))
    # Whatever a submission does, the others are graded.
    except Exception as error:
        return Done(job, problem=f"{type(error).__name__}: {error}")


def _serve(jobs: Connection, config: Config) -> None:
    """Run jobs until there are no more."""
    # Ctrl-C is for the parent. Programs that are started here take it as usual.
    signal.signal(signal.SIGINT, lambda *_: None)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    while (job := jobs.recv()) is not None:
        jobs.send(run(job, config))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


class _Worker:
    def __init__(self, config: Config) -> None:
        # A new interpreter: nothing of the parent's, such as its gradebook, is open in it.
        context: Any = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_serve, args=(theirs, config), daemon=True)
        self.process.start()
        theirs.close()
        self.job: Job | None = None

    def begin(self, job: Job) -> None:
        self.job = job
        self.pipe.send(job)

    def result(self) -> Done:
        assert self.job is not None
        try:
            done: Done = self.pipe.recv()
        except (EOFError, OSError):
            return Done(self.job, problem=DIED)
        self.job = None
        return done

    def end(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


def run_all(jobs: Iterable[Job], config: Config, workers: int) -> Iterator[Done]:
    """Run jobs side by side, and yield each when it is done.

    Parameters
    ----------
    jobs : iterable of Job
        Taken one by one, when there is a process free for it.
    config : Config
        For `Run`.
    workers : int
        Processes. With one, this process runs the jobs.

    Yields
    ------
    Done
        In the order in which they end.
    """
    waiting = iter(jobs)
    if workers == 1:
        yield from (run(job, config) for job in waiting)
        return
    free: list[_Worker] = []
    busy: list[_Worker] = []
    done: list[Done] = []
    try:
        while True:
            while len(busy) < workers and (job := next(waiting, None)) is not None:
                worker = free.pop() if free else _Worker(config)
                busy.append(worker)
                worker.begin(job)
            # Not before: while these are dealt with, the others run.
            yield from done
            if not busy:
                return
            ready = wait([worker.pipe for worker in busy])
            ended = [worker for worker in busy if worker.pipe in ready]
            busy = [worker for worker in busy if worker not in ended]
            done = [worker.result() for worker in ended]
            for worker in ended:
                if worker.job is None:
                    free.append(worker)
                else:
                    worker.end()
    finally:
        for worker in [*free, *busy]:
            worker.end()
