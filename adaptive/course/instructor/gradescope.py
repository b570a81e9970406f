"""An autograder for Gradescope: a zip file with an assignment, its keys and this package.

What is in it, and where, is `Gradescope's specification`_; `autograder` is what runs there.

.. _Gradescope's specification: https://gradescope-autograders.readthedocs.io/en/latest/specs/
"""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import adaptive
from adaptive.course.instructor import CourseError
from adaptive.course.instructor.variants import Variants

if TYPE_CHECKING:
    from adaptive.course.instructor.course import Course

#: Run once, when Gradescope builds the image. Ubuntu 22.04 has Python 3.11 beside its own.
SETUP = """\
#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
[ -d package ] || cd /autograder/source
newest() {
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    if "$name" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
    then echo "$name"; return; fi
  done
}
if [ -z "$(newest)" ]; then
  apt-get update
  apt-get install -y python3.11 python3.11-venv || apt-get install -y python3 python3-venv
fi
"$(newest)" -m venv .venv
.venv/bin/python -m pip install --no-cache-dir "./package[book,course]"
"""
#: Run for each submission, in the folder of the autograder.
RUN = """\
#!/usr/bin/env bash
exec source/.venv/bin/python -m adaptive.course.instructor.autograder "$PWD"
"""


def write_autograder(course: Course, name: str) -> Path:
    """Write the zip file of an assignment.

    Parameters
    ----------
    course : Course
        What it is taken from.
    name : str
        The assignment.

    Returns
    -------
    Path
        ``gradescope-NAME.zip`` in the folder of the course. It holds the keys: it is for Gradescope
        alone.
    """
    course.known(name)
    package = Path(adaptive.__file__).resolve().parents[1]
    if not (package / "pyproject.toml").is_file():
        raise CourseError(
            "the autograder installs this package from a checkout of the book; run this there, "
            f"with --course {course.root}"
        )
    path = course.root / f"gradescope-{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for script, text in {"setup.sh": SETUP, "run_autograder": RUN}.items():
            made = zipfile.ZipInfo(script, (2020, 1, 1, 0, 0, 0))
            made.external_attr = (stat.S_IFREG | 0o755) << 16
            archive.writestr(made, text)
        for file in _of_package(package):
            archive.write(file, Path("package", file.relative_to(package)))
        add_course(archive, course, name)
    return path


def _of_package(root: Path) -> Iterator[Path]:
    """Yield what installs the package."""
    yield from (root / name for name in ("pyproject.toml", "README.md", "LICENSE"))
    for path in sorted((root / "adaptive").rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            yield path


def add_course(archive: zipfile.ZipFile, course: Course, name: str) -> None:
    """Add the folder ``course`` to an archive, with what an assignment is marked by.

    Parameters
    ----------
    archive : zipfile.ZipFile
        One that is open to be written.
    course : Course
        What it is taken from.
    name : str
        The assignment.
    """
    for file in _of_course(course, name):
        archive.write(file, Path("course", file.relative_to(course.root)))


def _of_course(course: Course, name: str) -> Iterator[Path]:
    """Yield what an assignment is marked by: nothing of any student's, and no other assignment."""
    yield course.root / "nbgrader_config.py"
    yield from _files(course.root / "source" / name)
    if (keys := course.root / "answers" / f"{name}.py").is_file():
        yield keys
    if (own := Variants(course.root, name)).there:
        own.whose("")  # or raise an error: the secret is another one
        yield course.root / "secret.txt"
        yield from _files(own.folder)


def _files(folder: Path) -> Iterator[Path]:
    hidden = (".ipynb_checkpoints", "__pycache__")
    yield from (
        path
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix != ".zip" and not set(hidden) & set(path.parts)
    )
