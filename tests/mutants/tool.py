"""Let a tool make mistakes in the package, and name those that no test notices.

``make mutants`` applies every operator of Cosmic Ray at every place of every file of `adaptive`,
or of the rooms and files that are named: ``make mutants ARGS="rules adaptive/sweep.py"``. With
``--slice 2/8`` it takes the second of eight parts of their mutants, each a sample of all. A mutant
that survives is to be killed by a new test, or, if it is no mistake, to be explained in
``equivalent.toml``. Cosmic Ray only makes the mutants: `runner` runs the tests, so that no file on
the disk is ever changed, and `reach` chooses those that reach the mutant's line: most mutants cost
a second.

All of them take hours. ``--sample 0:100`` takes the first hundred of each room in a random order,
``--sample 100:200`` the next; ``--fast`` leaves out the slow tests, and what survives the fast ones
can be kept and asked about again: ``--fast --keep alive.json``, then ``--again alive.json``.

The exit code is 0 if all mistakes were killed, 1 if one survived, 2 if a test fails without any,
and 3 if the machine let a mutant down, so that nothing can be said about it: ask again.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import random
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from cosmic_ray.ast import get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutants import rooms, verdict
from tests.mutants.mutant import Key, Mutant, among, code, fates, keep, known, offer
from tests.mutants.reach import EXAMPLES, reach, statement
from tests.mutants.runner import ROOT, judge
from tests.mutants.verdict import KILLED, SURVIVED, Verdict


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield everything that the tool can do to a file, each change once."""
    yield from _made((path, *place) for place in places(path))


def sample(paths: list[Path], seed: int) -> Iterator[Mutant]:
    """Yield everything that the tool can do to some files, each change once, in random order."""
    whole = [(path, *place) for path in paths for place in places(path)]
    random.Random(seed).shuffle(whole)
    yield from _made(whole)


def places(path: Path) -> Iterator[tuple[str, int]]:
    """Yield the operators, by name, and the numbers of the places in a file for each of them."""
    nodes = list(_nodes(get_ast(path.read_text(encoding="utf-8"))))
    for name in operator_names():
        operator = get_operator(name)
        if not operator.arguments():  # those are names of variables, which are for users to give
            made = operator()
            count = sum(1 for node in nodes for _ in made.mutation_positions(node))
            yield from ((name, place) for place in range(count))


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    for child in getattr(node, "children", ()):
        yield from _nodes(child)


def _made(whole: Iterable[tuple[Path, str, int]]) -> Iterator[Mutant]:
    """Yield what is made at some places, each change once."""
    seen: dict[Path, set[str]] = {}
    for path, name, place in whole:
        right = path.read_text(encoding="utf-8")
        known = seen.setdefault(path, {_meaning(right), _meaning("")})  # the latter is no Python
        source = mutate_code(right, get_operator(name)(), place)
        if source is not None and (meaning := _meaning(source)) not in known:
            known.add(meaning)
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
            elif isinstance(node, ast.AnnAssign):
                node.annotation = ast.Constant(None)
    return ast.dump(tree)


def _changed(right: str, wrong: str) -> tuple[str, str]:
    """Return the lines that were changed, as they were and as they are."""
    lines = list(difflib.ndiff(right.splitlines(), wrong.splitlines()))
    return tuple(" ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")


def fate(mutant: Mutant, stages: int = 2) -> str:
    """Return what became of a mutant in the first stages, or why it could not be judged."""
    right = (ROOT / mutant.file).read_text(encoding="utf-8")
    found = reach(mutant.room)
    where = statement(right, *_place(right, mutant.source))
    return verdict.fate(
        partial(_judged, mutant.file, mutant.source, found.seconds),
        partial(_judged, mutant.file, right, found.seconds),
        found.stages(mutant.file, where)[:stages],
    )


def _place(right: str, wrong: str) -> tuple[int, int]:
    """Return the first and the last line, counted from one, that were changed."""
    was, becomes = right.splitlines(), wrong.splitlines()
    same = [a == b for a, b in zip(was, becomes, strict=False)]
    first = same.index(False) if False in same else len(same) - 1
    back = [a == b for a, b in zip(was[first:][::-1], becomes[first:][::-1], strict=False)]
    last = len(was) - (back.index(False) if False in back else len(back))
    return first + 1, max(first + 1, last)


def _judged(file: str, source: str, seconds: dict[str, float], tests: list[str]) -> Verdict:
    """Ask the tests, which compute for a while longer than they did on the right version."""
    asked = [test for test in seconds if test in tests or test.partition("::")[0] in tests]
    limit = 20 + 5 * sum(map(seconds.__getitem__, asked))
    try:
        return judge(file, source, [*EXAMPLES, *tests], int(limit))
    except LookupError as error:
        return Verdict("lost", str(error))


def failing(files: list[Path]) -> str | None:
    """Return which tests fail without a mutant, and so would kill whatever they are given."""
    for room in dict.fromkeys(map(rooms.room, files)):
        for test, why in reach(room).faults.items():
            return f"{test}: {why}"
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


def chosen(files: list[Path], span: tuple[int, int] | None, seed: int) -> list[Mutant]:
    """Return all mutants of some files, or of each room those from A to B in random order."""
    if span is None:
        return [mutant for path in files for mutant in mutants(path)]
    parts: dict[str, list[Path]] = {}
    for path in files:
        parts.setdefault(rooms.room(path), []).append(path)
    return [mutant for part in parts.values() for mutant in islice(sample(part, seed), *span)]


def span(text: str) -> tuple[int, int]:
    """Return from which to which, from a text such as 100:200."""
    found = re.fullmatch(r"(\d+):(\d+)", text)
    if found is None or int(found[1]) >= int(found[2]):
        raise argparse.ArgumentTypeError(f"must be like 0:100, the first hundred; got {text!r}")
    return int(found[1]), int(found[2])


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.tool", description=__doc__)
    parser.add_argument("names", nargs="*", help="files or rooms; all of the package if none")
    parser.add_argument("--slice", type=part, default=(1, 1), metavar="K/N", help="a part of them")
    parser.add_argument("--sample", type=span, metavar="A:B", help="of each room, in random order")
    parser.add_argument("--seed", type=int, default=13, help="of the random order")
    offer(parser)
    options = parser.parse_args(arguments)
    try:
        files = rooms.files(options.names)
    except ValueError as error:
        parser.error(str(error))
    if why := failing(files):
        print(f"a test fails without any mutant: {why}")
        return 2
    which, of = options.slice
    made = chosen(files, options.sample, options.seed)[which - 1 :: of]
    made = among(made, options.again)
    print(f"{len(made)} mutants of {len(files)} files", flush=True)
    explained = known()
    judged = partial(fate, stages=1) if options.fast else fate
    found = list(fates(made, judged, explained, options.jobs))
    keep(found, options.keep)
    for line in summary(found, explained):
        print(line)
    for mutant, said in found:
        if said == SURVIVED and mutant.key not in explained:
            print(f"NOT EXPLAINED: {mutant}")
    # Two slices can share a line, so only all of them tell that an explained one is not alive.
    asked = (
        {path.relative_to(ROOT).as_posix() for path in files}
        if of == 1 and not options.sample
        else set()
    )
    alive = {mutant.key for mutant, said in found if said != KILLED}
    outdated = [key for key in explained if key[0] in asked and key not in alive]
    for file, was, becomes in outdated:
        print(f"EXPLAINED BUT NOT ALIVE: {file}\n    - {was}\n    + {becomes}")
    return code(found, explained) or int(bool(outdated))


if __name__ == "__main__":
    sys.exit(main())
