"""What the tools that make mistakes share."""

from __future__ import annotations

import argparse
import json
import os
import tomllib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants import rooms
from tests.mutants.runner import ROOT
from tests.mutants.verdict import KILLED, SURVIVED

#: The mutants that are no mistakes, and why.
EXPLAINED = ROOT / "tests" / "mutants" / "equivalent.toml"

#: What a mutant is known by: its file, the line as it was, and what it becomes.
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Mutant:
    """A file with one change in it."""

    file: str
    source: str
    was: str
    becomes: str

    @property
    def key(self) -> Key:
        """What it is known by; two places with the same line are one."""
        return self.file, self.was, self.becomes

    @property
    def room(self) -> str:
        """The room of its file."""
        return rooms.room(ROOT / self.file)

    def __str__(self) -> str:
        return f"{self.file}\n    - {self.was}\n    + {self.becomes}"


def known() -> set[Key]:
    """Return the mutants that are explained."""
    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]
    return {(each["file"], each["was"], each["becomes"]) for each in explained}


def offer(parser: argparse.ArgumentParser) -> None:
    """Give a command line what both tools know."""
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at a time")
    parser.add_argument("--fast", action="store_true", help="leave out the slow tests")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="to write the survivors to")
    parser.add_argument("--again", type=Path, metavar="FILE", help="only those that are in it")


def keep(found: list[tuple[Mutant, str]], file: Path | None) -> None:
    """Write down what was not killed, if there is a file for it."""
    if file is not None:
        alive = [mutant.key for mutant, said in found if said != KILLED]
        file.write_text(json.dumps(alive, indent=1, ensure_ascii=False), encoding="utf-8")


def among(made: list[Mutant], file: Path | None) -> list[Mutant]:
    """Return those that were written down, or all if there is no file."""
    if file is None:
        return made
    keys = set(map(tuple, json.loads(file.read_text(encoding="utf-8"))))
    return [mutant for mutant in made if mutant.key in keys]


def fates(
    made: list[Mutant],
    fate: Callable[[Mutant], str],
    explained: set[Key],
    jobs: int | None = None,
) -> Iterator[tuple[Mutant, str]]:
    """Yield each mutant with its fate, and name those that were not killed at once."""
    with ThreadPoolExecutor(jobs or os.cpu_count()) as pool:
        for done, (mutant, found) in enumerate(zip(made, pool.map(fate, made), strict=True), 1):
            if found == SURVIVED:
                print(
                    f"{'explained' if mutant.key in explained else 'SURVIVED'}: {mutant}",
                    flush=True,
                )
            elif found != KILLED:
                print(f"NOT JUDGED: {mutant}\n    {found}", flush=True)
            if done % 100 == 0:
                print(f"{done} done", flush=True)
            yield mutant, found


def code(found: list[tuple[Mutant, str]], explained: set[Key]) -> int:
    """Return the exit code: 3 if some could not be judged, 1 if one survived unexplained, or 0."""
    if any(fate not in (KILLED, SURVIVED) for _, fate in found):
        return 3
    return int(any(fate == SURVIVED and mutant.key not in explained for mutant, fate in found))
