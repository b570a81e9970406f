"""No step is silent for long."""

from __future__ import annotations

import functools
import threading

import pytest
from tqdm import tqdm

from adaptive.course.instructor import progress as module
from adaptive.course.instructor.progress import progress
from tests.book.notebooks import HANGS


@pytest.fixture(autouse=True)
def _shown(monkeypatch):
    """Show the bars, which the environment of tests forbids."""
    monkeypatch.setattr(module, "tqdm", functools.partial(tqdm, disable=False))


def test_a_long_step_shows_the_time_again_and_again(monkeypatch, capsys):
    twice, shown = threading.Event(), []
    refresh = tqdm.refresh

    def counted(self, *arguments, **options):
        shown.append(self.desc)
        if len(shown) == 3:
            twice.set()
        return refresh(self, *arguments, **options)

    monkeypatch.setattr(tqdm, "refresh", counted)
    before = threading.active_count()
    with progress("release ravine", every=0.001):
        assert twice.wait(HANGS)
    assert "release ravine [00:00" in capsys.readouterr().err
    assert threading.active_count() <= before + 1  # tqdm's own monitor may stay


def test_a_bar_of_students_shows_the_time_that_is_left(capsys):
    with progress("grade ravine", 4) as bar:
        bar.update()
        bar.refresh()
    said = capsys.readouterr().err
    assert "grade ravine" in said
    assert "1/4" in said
    assert "<" in said  # what has passed, and what is left
