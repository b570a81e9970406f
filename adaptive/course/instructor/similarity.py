"""Pairs of submissions whose code is alike, where it is alike, and no judgement of why."""

from __future__ import annotations

import contextlib
import io
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, groupby
from pathlib import Path

import nbformat
import numpy as np
from copydetect import CodeFingerprint, compare_files
from copydetect.utils import filter_code, get_token_coverage
from nbformat import NotebookNode

from adaptive.course.instructor import CourseError
from adaptive.course.instructor.pages import write
from adaptive.course.instructor.progress import progress
from adaptive.course.instructor.records import Records
from adaptive.course.instructor.restore import Unreadable, read
from adaptive.course.instructor.variants import Variants

#: Signs that two texts must share in a row, where each name is one sign and blanks are none.
RUN = 25
#: What more than this share of a class has written is what the question leads to.
COMMON = 0.25
#: As many students may share a passage in any class before it is left out.
FEWEST = 3
#: Pairs that a page shows.
MOST = 20
#: Between two cells; no sign of code.
BETWEEN = "\n\n"

Cells = list[list[tuple[bool, str]]]


@dataclass(frozen=True)
class Pair:
    """Two submissions with passages in common that few others have.

    Parameters
    ----------
    students : tuple of str
        Whose.
    signs : int
        How much they share: signs of code, where each name is one sign and blanks are none.
    shares : tuple of float
        For each, that much as a share of all that few others have.
    texts : tuple of list of list of (bool, str)
        For each, its cells with shared passages, in pieces, and whether a piece is shared.
    """

    students: tuple[str, str]
    signs: int
    shares: tuple[float, float]
    texts: tuple[Cells, Cells]


def handed_out(course: Records, name: str) -> list[str]:
    """Return the code cells of an assignment, also of papers that were made for one student."""
    papers = Variants(course.root, name).folder.glob(f"*/{name}.ipynb")
    cells = (_code_cells(nbformat.read(path, 4)) for path in (course.released(name), *papers))
    return list(dict.fromkeys(chain.from_iterable(cells)))


def _code_cells(notebook: NotebookNode) -> list[str]:
    found = (cell.source.strip() for cell in notebook.cells if cell.cell_type == "code")
    return [source for source in found if source]


def pairs(
    codes: Mapping[str, Sequence[str]], template: Sequence[str], common: int | None = None
) -> list[Pair]:
    """Return the pairs of a class with most in common.

    Passages are compared as copydetect does it, by their fingerprints: names, blanks and comments
    do not matter. No passage goes from one cell into the next.

    Parameters
    ----------
    codes : dict of list of str
        The cells of each student.
    template : list of str
        Cells that all were given, which do not count.
    common : int, optional
        How many may share a passage before it does not count either; by default `usual`.

    Returns
    -------
    list of Pair
        Those that share most first.
    """
    common = usual(len(codes)) if common is None else common
    prints = {student: _print(cells) for student, cells in codes.items()}
    met = Counter(one for found in prints.values() for one in found.hashes)
    # Not as copydetect's boilerplate, which leaves out one occurrence of each.
    dull = _print(template).hashes | {one for one, students in met.items() if students > common}
    for found in prints.values():
        _keep(found, {h: where for h, where in found.hash_idx.items() if h not in dull})
    alike = []
    for a, b in combinations(codes, 2):
        signs, shares, slices = compare_files(prints[a], prints[b])
        if signs:
            texts = (_pieces(codes[a], slices[0]), _pieces(codes[b], slices[1]))
            both = (float(shares[0]), float(shares[1]))
            alike.append(Pair((a, b), int(signs), both, texts))
    return sorted(alike, key=lambda pair: (-pair.signs, pair.students))


def usual(students: int) -> int:
    """Return how many of a class may share a passage before it does not count."""
    return max(FEWEST, math.floor(COMMON * students))


def _print(cells: Sequence[str]) -> CodeFingerprint:
    """Return the fingerprints of cells, none of which goes from one cell into the next."""
    # Each run counts: a choice among them would depend on the seed of Python's hashes.
    text = io.StringIO(BETWEEN.join(cells))
    found = CodeFingerprint("cell.py", RUN, 1, language="python", fp=text)
    ends = np.cumsum([len(filter_code(cell, "cell.py", "python")[0]) for cell in cells])
    within = {
        one: [place for place in places if not _spans(place, ends)]
        for one, places in found.hash_idx.items()
    }
    _keep(found, {one: places for one, places in within.items() if places})
    return found


def _spans(place: int, ends: np.ndarray) -> bool:
    return bool(((place < ends) & (ends < place + RUN)).any())


def _keep(found: CodeFingerprint, places: dict[int, list[int]]) -> None:
    """Let a text have these fingerprints only."""
    found.hashes, found.hash_idx = set(places), places
    found.token_coverage = get_token_coverage(places, RUN, len(found.filtered_code))


def _pieces(cells: Sequence[str], slices: np.ndarray) -> list[list[tuple[bool, str]]]:
    """Return the cells with shared passages, each in pieces that are shared, or are not."""
    found, begin = [], 0
    for cell in cells:
        marks = [False] * len(cell)
        for start, stop in slices.astype(int).T - begin:
            # What follows a passage and is no code belongs to it, for copydetect, as far as the
            # next cell.
            if 0 <= start < len(cell):
                marks[start:stop] = [True] * len(marks[start:stop])
        if any(marks):
            signs = groupby(zip(marks, cell, strict=True), key=lambda pair: pair[0])
            found.append([(mark, "".join(sign for _, sign in run)) for mark, run in signs])
        begin += len(cell) + len(BETWEEN)
    return found


def write_similarity(course: Records, name: str, common: int | None = None) -> Path:
    """Write the pairs of an assignment: ``similarity-NAME.html`` in the folder of the course.

    Parameters
    ----------
    course : Records
        Which.
    name : str
        The assignment.
    common : int, optional
        See `pairs`.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    CourseError
        If there is no such assignment, or there are not two submissions of it.
    """
    paths = sorted(course.root.glob(f"submitted/*/{course.known(name)}/{name}.ipynb"))
    codes: dict[str, list[str]] = {}
    if paths:
        given = handed_out(course, name)
        with progress(f"read {name}", len(paths)) as bar:
            for path in paths:
                # What cannot be read has no mark either, and the table says why.
                with contextlib.suppress(Unreadable):
                    written = _code_cells(read(path.read_bytes()))
                    codes[path.parents[1].name] = [one for one in written if one not in given]
                bar.update()
    if len(codes) < 2:
        raise CourseError(
            f"NAME: there are not two submissions of {name}; first: grade {name} SUBMISSIONS"
        )
    with progress(f"compare {name}"):
        found = pairs(codes, given, common)
    return write(
        "similarity.html.j2",
        course.root / f"similarity-{name}.html",
        name=name,
        students=len(codes),
        pairs=found[:MOST],
        left=len(found[MOST:]),
        common=usual(len(codes)) if common is None else common,
        run=RUN,
    )
