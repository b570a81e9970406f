"""Let a tool make mistakes in the page's JavaScript, and name those that no test notices.

``make mutants-page`` makes one change after another in every file of the explorer's page: another
operator, another number, a condition that always or never holds, a statement left out, the
other branch. All of them take hours, so they come in slices: ``make mutants-page
ARGS="--slice 3/40"`` makes every fortieth of them, beginning with the third. What survives is to be
killed by a new test or, if it is no mistake, to be explained in ``equivalent.toml``. The exit code
tells what that of `tool` does.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import tree_sitter_javascript
from tree_sitter import Language, Node, Parser

from adaptive.explorer import bundle
from tests.mutants import verdict
from tests.mutants.mutant import Mutant, among, code, fates, keep, known, offer
from tests.mutants.runner import ROOT
from tests.mutants.verdict import KILLED, SURVIVED, Verdict, Watch

PAGE = ROOT / "adaptive" / "explorer" / "page"

#: No mistake at all.
RIGHT = Mutant("adaptive/explorer/page/none.js", "", "", "")

#: The tests, cheapest first. The first needs no browser.
STAGES = [
    ["tests/explorer/test_numbers.py"],
    [f"tests/explorer/test_{part}.py" for part in ("chart", "landscape", "controls", "figure")],
    ["tests/explorer/test_page.py"],
    ["tests/explorer/test_everyone.py", "tests/explorer/test_address.py"],
    ["tests/explorer/test_parity.py"],
]

#: Tests of a module's own, which are asked first of those that need a browser.
OWN = {"address.js": "address", "pad.js": "controls", "drag.js": "landscape", "chart.js": "chart"}

#: What the tests import, ready before the first mutant.
WARM = ["pytest", "_pytest.assertion.rewrite", "numpy", "matplotlib.pyplot", "bs4"]
WARM += ["playwright.sync_api", "nbformat", "py_mini_racer", "scipy.optimize"]

#: Milliseconds that a page with a mistake in it may take for whatever it is asked.
PATIENCE = 60_000

OTHER = {
    "+": "-",
    "-": "+",
    "*": "/",
    "/": "*",
    "%": "*",
    "**": "*",
    "<": "<=",
    "<=": "<",
    ">": ">=",
    ">=": ">",
    "===": "!==",
    "!==": "===",
    "&&": "||",
    "||": "&&",
    "??": "&&",
    "+=": "-=",
    "-=": "+=",
    "++": "--",
    "--": "++",
}
NAMES = {
    "min": "max",
    "max": "min",
    "floor": "ceil",
    "ceil": "floor",
    "some": "every",
    "every": "some",
    "append": "prepend",
    "prepend": "append",
    "add": "delete",
}
DROPPED = ("expression_statement", "continue_statement", "break_statement", "return_statement")
TESTS = ("if_statement", "while_statement", "ternary_expression")


def mutants(path: Path) -> Iterator[Mutant]:
    """Yield everything that the tool can do to a file, each change once."""
    source = path.read_bytes()
    tree = Parser(Language(tree_sitter_javascript.language())).parse(source)
    seen = set()
    for node in _nodes(tree.root_node):
        for place, text in _changes(node):
            changed = source[: place.start_byte] + text.encode() + source[place.end_byte :]
            if changed not in seen:
                seen.add(changed)
                yield _mutant(path, source, changed, place, text)


def _mutant(path: Path, source: bytes, changed: bytes, place: Node, text: str) -> Mutant:
    begin = source.rfind(b"\n", 0, place.start_byte) + 1
    end = (source + b"\n").find(b"\n", place.end_byte)
    was = source[begin:end].decode()
    head, tail = source[begin : place.start_byte], source[place.end_byte : end]
    becomes = head.decode() + text + tail.decode()
    was, becomes = (" ".join(each.split()) for each in (was, becomes))
    return Mutant(path.relative_to(ROOT).as_posix(), changed.decode(), was, becomes)


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for child in node.children:
        if node.type != "import_statement":
            yield from _nodes(child)


def _changes(node: Node) -> Iterator[tuple[Node, str]]:
    """Yield places in or at a node, with what may stand there instead."""
    text = node.text.decode()
    operator = node.child_by_field_name("operator")
    if node.type == "unary_expression" and operator.type in ("!", "-"):
        yield node, node.child_by_field_name("argument").text.decode()
    elif operator is not None and operator.type in OTHER:
        yield operator, OTHER[operator.type]
    if node.type == "number":
        yield node, str(int(text) + 1) if text.isdigit() else f"({text} * 2)"
    if text in ("true", "false") and not node.children:
        yield node, "false" if text == "true" else "true"
    if node.type == "property_identifier" and node.parent.type == "member_expression":
        yield from ((node, other) for name, other in NAMES.items() if name == text)
    if node.type in TESTS:
        condition = node.child_by_field_name("condition")
        for always in ("false",) if node.type == "while_statement" else ("true", "false"):
            yield condition, f"({always})"
    if node.type in DROPPED:
        yield node, "{}"


def fate(mutant: Mutant, count: int = len(STAGES)) -> str:
    """Return what became of a mutant in the first stages, or why it could not be judged."""
    asked = stages(Path(mutant.file).name)[:count]
    return verdict.fate(partial(_judged, mutant), partial(_judged, RIGHT), asked)


def stages(module: str) -> list[list[str]]:
    """Return the tests that are asked about a module of the page."""
    if (own := OWN.get(module)) is None:
        return STAGES
    first = f"tests/explorer/test_{own}.py"
    rest = [[test for test in stage if test != first] for stage in STAGES]
    return [rest[0], [first, *rest[1]], *rest[2:]]


def _judged(mutant: Mutant, tests: list[str]) -> Verdict:
    found = verdict.ask(_run, mutant, tests, warm=WARM)
    return Verdict("lost", f"there is no test {', '.join(tests)}") if found is None else found


def _run(mutant: Mutant, tests: list[str], pipe: Connection) -> None:
    """Let pytest run with another text in place of one module: in a process of its own."""
    import pytest

    assert Path(bundle.__file__).is_relative_to(ROOT), "another copy of the package is at work"
    right, name = bundle.module, Path(mutant.file).name
    wrong = bundle._EXPORT.sub("", bundle._IMPORT.sub("", mutant.source))
    bundle.module = lambda module: wrong if module == name else right(module)
    silence = os.open(os.devnull, os.O_RDWR)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(ROOT)
    options = ["-x", "-q", "--tb=no", "-n", "0", "-p", "no:cacheprovider"]
    watch = Watch()
    code = pytest.main([*options, *tests], plugins=[_Impatient(), watch])
    pipe.send(watch.after(code))


class _Impatient:
    """A pytest plugin: a page that is wrong may wait for ever, and is not waited for as long."""

    def pytest_sessionstart(self) -> None:
        from tests import conftest

        conftest.PATIENCE = PATIENCE


def main(arguments: list[str] | None = None) -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.page", description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="all files of the page if none")
    parser.add_argument("--slice", default="1/1", help="K/N: every Nth mutant from the Kth")
    offer(parser)
    options = parser.parse_args(arguments)
    first, every = map(int, options.slice.split("/"))
    files = [path.resolve() for path in options.files] or sorted(PAGE.glob("*.js"))
    whole = [mutant for path in files for mutant in mutants(path)]
    made = among(whole[first - 1 :: every], options.again)
    count = 2 if options.fast else len(STAGES)
    for tests in dict.fromkeys(
        tuple(stage) for path in files for stage in stages(path.name)[:count]
    ):
        if (said := _judged(RIGHT, list(tests))).said != "passed":
            print(f"a test fails without any mutant: {said.where}: {said.why}")
            return 2
    print(f"{len(made)} of {len(whole)} mutants of {len(files)} files", flush=True)
    explained = known()
    found = list(fates(made, partial(fate, count=count), explained, options.jobs))
    keep(found, options.keep)
    counts: dict[str, Counter[str]] = {}
    for mutant, said in found:
        if said == KILLED or (said == SURVIVED and mutant.key not in explained):
            counts.setdefault(mutant.file, Counter())[said] += 1
    for file, count in counts.items():
        share = 100 * count[KILLED] / count.total()
        print(f"{file}: {count[KILLED]} of {count.total()} killed, {share:.0f}%")
    return code(found, explained)


if __name__ == "__main__":
    sys.exit(main())
