"""Which tests run under WebAssembly: those that need nothing that is missing there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.book.notebooks import ROOT
from tests.lite.in_node import NEEDS, runnable

OURS = re.compile(r"(?m)^from (tests[\w.]*) import|^import (tests[\w.]*)")


def _with_what_it_imports(path: Path, seen: set[Path]) -> set[Path]:
    """Return a file of the tests and the files of theirs that it needs, in turn."""
    if path in seen or not path.is_file():
        return seen
    seen.add(path)
    for one, other in OURS.findall(path.read_text(encoding="utf-8")):
        _with_what_it_imports(ROOT / f"{(one or other).replace('.', '/')}.py", seen)
    return seen


@pytest.mark.parametrize("name", runnable())
def test_what_a_test_imports_is_there_too(name):
    needed = _with_what_it_imports(ROOT / name, set())
    assert not [path.name for path in needed if NEEDS.search(path.read_text(encoding="utf-8"))]
