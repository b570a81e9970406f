"""The numbers of the assignments that all have, made from their answers.

``python -m tests.course.sheets`` writes them into the package; a test says when that is due.
"""

from __future__ import annotations

import json
from pathlib import Path

import adaptive.course
from adaptive.course.instructor.keys import paper
from tests.book.notebooks import ROOT

COURSE = ROOT / "chapters" / "assignments"
SHEETS = Path(adaptive.course.__file__).parent / "sheets"
NAMES = sorted(path.stem for path in (COURSE / "answers").glob("*.py"))


def main() -> None:
    """Write the numbers of each assignment."""
    for name in NAMES:
        text = json.dumps(paper(COURSE, name).numbers, ensure_ascii=False)
        (SHEETS / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
