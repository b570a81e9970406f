"""A class made of generated submissions, to be graded as a whole.

``python -m tests.course.class_of 120 FOLDER`` writes FOLDER/course, with assignment 1 as it is, and
FOLDER/submissions. Answers are the source's, and some of those that are written down in
``submissions/ravine.py``, right and wrong; a few submissions cannot be read, loop or end Python.
"""

from __future__ import annotations

import argparse
import copy
import shutil
from pathlib import Path

import nbformat
import numpy as np
from nbformat import NotebookNode

from tests.course import fast
from tests.course.hostile import LOOP, MOMENTUM

#: One in so many cannot be read, loops without end, or ends its kernel.
ODD = 20
_LOOPS = LOOP
_ENDS = f"{MOMENTUM}import os\nos._exit(1)\n"


def write_course(root: Path, name: str = "ravine") -> Path:
    """Write a course with one of the assignments, its answers and settings."""
    shutil.copytree(fast.SOURCE / name, root / "source" / name)
    (root / "answers").mkdir()
    shutil.copy(fast.SOURCE.parent / "answers" / f"{name}.py", root / "answers")
    shutil.copy(fast.SOURCE.parent / "nbgrader_config.py", root)
    return root


def solved(name: str = "ravine") -> NotebookNode:
    """Return the source notebook as a student would have solved it."""
    notebook = nbformat.read(fast.SOURCE / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        lines = [line for line in cell.source.split("\n") if not line.strip().startswith("###")]
        cell.source = "\n".join(lines)
        cell.outputs = [] if cell.cell_type == "code" else None
        if cell.outputs is None:
            del cell["outputs"]
    return notebook


def with_answers(notebook: NotebookNode, name: str, answers: dict[str, str]) -> NotebookNode:
    """Return a notebook with other answers in it."""
    made = copy.deepcopy(notebook)
    for cell in made.cells:
        known = cell.metadata.get("nbgrader", {})
        question = known.get("grade_id", "").removeprefix(f"{name}-").removesuffix("-answer")
        if known.get("solution") and question in answers:
            cell.source = answers[question]
    return made


def write_submissions(folder: Path, count: int, name: str = "ravine", seed: int = 0) -> None:
    """Write submissions: each answer is the source's, or in a third of cases another one."""
    rng = np.random.default_rng(seed)
    others: dict[str, list[str]] = {}
    for one in fast.submissions(name):
        if len(one.answers) == 1:
            for question, answer in one.answers.items():
                others.setdefault(question, []).append(answer)
    notebook = solved(name)
    for number in range(count):
        answers = {
            question: known[int(rng.integers(len(known)))]
            for question, known in others.items()
            if rng.random() < 1 / 3
        }
        path = folder / f"student {number:03}.ipynb"
        odd = (number % (3 * ODD)) / ODD
        if odd == 0:
            path.write_text("{", encoding="utf-8")
            continue
        if odd in (1, 2):
            answers["momentum"] = _LOOPS if odd == 1 else _ENDS
        nbformat.write(with_answers(notebook, name, answers), path)


def main() -> None:
    """Write a class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    write_course(given.folder / "course")
    (given.folder / "submissions").mkdir()
    write_submissions(given.folder / "submissions", given.count)


if __name__ == "__main__":
    main()
