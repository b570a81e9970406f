"""Let a tool make mistakes in the package, and name those that no test notices.

``make mutants`` applies every operator of Cosmic Ray at every place of every file of `adaptive`,
or of the rooms and files that are named: ``make mutants ARGS="rules adaptive/sweep.py"``. With
``--slice 2/8`` it takes the second of eight parts of their mutants, each a sample of all. A mutant
that survives is to be killed by a new test, or, if it is no mistake, to be explained in
``equivalent.toml``. Cosmic Ray only makes the mutants: `runner` runs the tests, so that no file on
the disk is ever changed and each mutant costs a tenth of a second.

The exit code is 0 if all mistakes were killed, 1 if one survived, 2 if a test fails without any,
and 3 if the machine let a mutant down, so that nothing can be said about it: ask again.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import re
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutants import rooms, verdict
from tests.mutants.mutant import Key, Mutant, code, fates, known
from tests.mutants.runner import ROOT, judge
from tests.mutants.verdict import KILLED, SURVIVED, Verdict


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield everything that the tool can do to a file, each change once."""
    right = path.read_text(encoding="utf-8")
    seen = {_meaning(right), _meaning("")}  # what is no Python means nothing
    for name in operator_names():
        operator = get_operator(name)
        if operator.arguments():  # for names of variables, which are for users to give
            continue
        for place in range(1_000):
            source = mutate_code(right, operator(), place)
            if source is None:
                break
            if (meaning := _meaning(source)) not in seen:
                seen.add(meaning)
                was, becomes = _changed(right, source)
                yield Mutant(path.relative_to(ROOT).as_posix(), source, was, becomes)


def _meaning(source: str) -> str:
    """Return what is the same for two texts that differ in form only."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # the tool can produce what is no Python
        tree = ast.parse("")
    if "from __future__ import annotations" in source:  # then nothing computes them
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef):
                node.returns = None
            elif isinstance(node, ast.arg):
                node.annotation = None
    return ast.dump(tree)


def _changed(right: str, wrong: str) -> tuple[str, str]:
    """Return the lines that were changed, as they were and as they are."""
    lines = list(difflib.ndiff(right.splitlines(), wrong.splitlines()))
    return tuple(" ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")


def fate(mutant: Mutant) -> str:
    """Return what became of a mutant, or why it could not be judged."""
    right = (ROOT / mutant.file).read_text(encoding="utf-8")
    return verdict.fate(
        partial(_judged, mutant.file, mutant.source),
        partial(_judged, mutant.file, right),
        rooms.stages(ROOT / mutant.file),
    )


def _judged(file: str, source: str, tests: list[str]) -> Verdict:
    try:
        return judge(file, source, tests)
    except LookupError as error:
        return Verdict("lost", str(error))


def failing(files: list[Path]) -> str | None:
    """Return which tests fail without a mutant, and so would kill whatever they are given."""
    file = files[0]
    name, right = file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")
    asked = {tuple(stage): None for path in files for stage in rooms.stages(path)}
    for tests in asked:
        if (said := judge(name, right, tests)).said != "passed":
            return f"{said.where or ', '.join(tests)}: {said.why}"
    return None


def summary(found: list[tuple[Mutant, str]], explained: set[Key]) -> Iterator[str]:
    """Yield a line for each room: how many were killed of those that are mistakes."""
    counts: dict[str, Counter[str]] = {}
    for mutant, fate in found:
        said = fate if fate in (KILLED, SURVIVED) else "not judged"
        if fate == SURVIVED and mutant.key in explained:
            said = "explained"
        counts.setdefault(mutant.room, Counter())[said] += 1
    for room, count in counts.items():
        mistakes = count[KILLED] + count[SURVIVED]
        share = 100 * count[KILLED] / mistakes if mistakes else 100.0
        unjudged = f"{count['not judged']} not judged, " if count["not judged"] else ""
        yield (
            f"{room}: {count.total()} mutants, {count[KILLED]} killed, {count[SURVIVED]} survived, "
            f"{unjudged}{count['explained']} explained; {share:.1f} of 100 mistakes killed"
        )


def part(text: str) -> tuple[int, int]:
    """Return which slice of how many, from a text such as 2/8."""
    found = re.fullmatch(r"([1-9]\d*)/([1-9]\d*)", text)
    if found is None or int(found[1]) > int(found[2]):
        raise argparse.ArgumentTypeError(f"must be like 2/8, the second of eight; got {text!r}")
    return int(found[1]), int(found[2])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.tool", description=__doc__)
    parser.add_argument("names", nargs="*", help="files or rooms; all of the package if none")
    parser.add_argument("--slice", type=part, default=(1, 1), metavar="K/N", help="a part of them")
    options = parser.parse_args(arguments)
    try:
        files = rooms.files(options.names)
    except ValueError as error:
        parser.error(str(error))
    if why := failing(files):
        print(f"a test fails without any mutant: {why}")
        return 2
    which, of = options.slice
    made = [mutant for path in files for mutant in mutants(path)][which - 1 :: of]
    print(f"{len(made)} mutants of {len(files)} files", flush=True)
    explained = known()
    found = list(fates(made, fate, explained))
    for line in summary(found, explained):
        print(line)
    for mutant, said in found:
        if said == SURVIVED and mutant.key not in explained:
            print(f"NOT EXPLAINED: {mutant}")
    # Two slices can share a line, so only all of them tell that an explained one is not alive.
    asked = {path.relative_to(ROOT).as_posix() for path in files} if of == 1 else set()
    alive = {mutant.key for mutant, said in found if said != KILLED}
    outdated = [key for key in explained if key[0] in asked and key not in alive]
    for file, was, becomes in outdated:
        print(f"EXPLAINED BUT NOT ALIVE: {file}\n    - {was}\n    + {becomes}")
    return code(found, explained) or int(bool(outdated))


if __name__ == "__main__":
    sys.exit(main())
