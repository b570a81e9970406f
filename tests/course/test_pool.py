"""Processes that run notebooks: one that dies costs its own, and all end with the grader."""

from __future__ import annotations

import multiprocessing

import nbformat
import pytest
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from adaptive.course.instructor.pool import DIED, Done, Job, run_all

pytestmark = pytest.mark.usefixtures("own_settings")
KILLS = "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)"
SLEEPS = "import time\ntime.sleep(100000)"


def _job(student: str, code: str) -> Job:
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell(code)])
    return Job("ravine", student, nbformat.writes(notebook))


def _output(done: Done) -> str:
    return nbformat.reads(done.notebook, as_version=4).cells[0].outputs[0].text


def test_a_process_that_dies_costs_its_own_job_and_the_others_end_with_the_grader():
    config = Config()
    # Without walls, which would keep a notebook from killing anybody.
    config.Run.unsafe, config.Run.limit, config.Execute.timeout = True, 100000, 100000
    taken = []

    def jobs():
        codes = {"ann": KILLS, "ben": "print(1)", "cy": SLEEPS, "d": "print(2)"}
        for student, code in codes.items():
            taken.append(student)
            yield _job(student, code)

    running = run_all(jobs(), config, 2)
    done = {one.job.student: one for one in (next(running), next(running), next(running))}
    assert set(done) == {"ann", "ben", "d"}
    assert done["ann"].problem == DIED
    assert (_output(done["ben"]), _output(done["d"])) == ("1\n", "2\n")
    assert taken == ["ann", "ben", "cy", "d"]
    assert multiprocessing.active_children()
    running.close()
    assert not multiprocessing.active_children()


def test_a_job_that_cannot_be_run_says_why():
    [done] = run_all([Job("ravine", "ann", "{}")], Config(), 1)
    assert done.notebook == ""
    assert done.problem
