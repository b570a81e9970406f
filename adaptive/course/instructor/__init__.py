"""The instructor's side: student releases, grading, feedback. nbgrader does the work.

It needs ``pip install "adaptive-optimizers[course]"``. What students run needs none of it.
"""

from __future__ import annotations

from pathlib import Path

#: Where the templates of students' pages are.
TEMPLATES = str(Path(__file__).resolve().parent / "templates")


class CourseError(Exception):
    """Something that the instructor has to change; the message says what."""
