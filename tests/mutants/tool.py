"""Let a tool make mistakes in the rules, and name those that no test notices.

``make mutants`` applies every operator of Cosmic Ray at every place of every file of
`adaptive.rules`. A mutant that survives is to be killed by a new test, or, if it is no mistake,
to be explained in ``equivalent.toml``. Cosmic Ray only makes the mutants: `runner` runs the tests,
so that no file on the disk is ever changed and each mutant costs a tenth of a second.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import sys
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names

from tests.mutants.mutant import EXPLAINED, Mutant
from tests.mutants.runner import ROOT, judge

RULES = ROOT / "adaptive" / "rules"

#: What is asked after the tests of the rule itself, cheapest first.
WIDER = [
    ["tests/rules/test_base.py"],
    ["tests/test_bad_input.py"],
    ["tests/rules/test_properties.py"],
    ["tests/rules/test_every_rule.py"],
    ["tests/problems/test_logistic.py::test_after_a_hundred_steps"],
    ["tests/test_descent.py", "tests/test_sweep.py"],
    ["tests/large/test_step_into.py"],
]


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield everything that the tool can do to a file, each change once."""
    right = path.read_text(encoding="utf-8")
    seen = {_meaning(right)}
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
        return ast.dump(ast.parse(source))
    except SyntaxError:  # the tool can produce what is no Python
        return ast.dump(ast.parse(""))


def _changed(right: str, wrong: str) -> tuple[str, str]:
    """Return the lines that were changed, as they were and as they are."""
    lines = list(difflib.ndiff(right.splitlines(), wrong.splitlines()))
    return tuple(" ".join(x[2:].strip() for x in lines if x[0] == sign) for sign in "-+")


def own(path: Path) -> list[list[str]]:
    """Return the tests of a file of the rules, by hand before the theory, which takes longer."""
    found = sorted((ROOT / "tests/rules").glob(f"test_{path.stem}*.py"))
    return [[f"tests/rules/{file.name}"] for file in found]


def survives(mutant: Mutant) -> bool:
    """Return whether all tests pass on a mutant."""
    stages = [*own(Path(mutant.file)), *WIDER]
    return all(judge(mutant.file, mutant.source, tests).why == "all passed" for tests in stages)


def failing(files: list[Path]) -> str | None:
    """Return which tests fail without a mutant, and so would kill whatever they are given."""
    file = files[0].resolve()
    for tests in [*(stage for path in files for stage in own(path)), *WIDER]:
        name = file.relative_to(ROOT).as_posix()
        verdict = judge(name, file.read_text(encoding="utf-8"), tests)
        if verdict.why != "all passed":
            return f"{verdict.failed or ', '.join(tests)}: {verdict.why}"
    return None


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.tool", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="all files of the rules if none")
    files = parser.parse_args(arguments).files or sorted(RULES.glob("*.py"))
    if why := failing(files):
        print(f"a test fails without any mutant: {why}")
        return 2
    made = [mutant for path in files for mutant in mutants(path.resolve())]
    print(f"{len(made)} mutants of {len(files)} files", flush=True)

    explained = tomllib.loads(EXPLAINED.read_text(encoding="utf-8"))["equivalent"]
    known = {(each["file"], each["was"], each["becomes"]) for each in explained}
    keys = {}
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done, (mutant, lives) in enumerate(zip(made, pool.map(survives, made), strict=True)):
            if lives:
                key = mutant.file, mutant.was, mutant.becomes
                keys[key] = mutant
                print(f"{'explained' if key in known else 'SURVIVED'}: {mutant}", flush=True)
            if done % 100 == 99:
                print(f"{done + 1} done, {len(keys)} survived", flush=True)

    asked = {path.resolve().relative_to(ROOT).as_posix() for path in files}
    unexplained = [mutant for key, mutant in keys.items() if key not in known]
    outdated = [key for key in known if key[0] in asked and key not in keys]
    print(f"{len(keys)} survived, of which {len(keys) - len(unexplained)} are explained")
    for mutant in unexplained:
        print(f"NOT EXPLAINED: {mutant}")
    for file, was, becomes in outdated:
        print(f"EXPLAINED BUT NOT ALIVE: {file}\n    - {was}\n    + {becomes}")
    return int(bool(unexplained or outdated))


if __name__ == "__main__":
    sys.exit(main())
