"""A pytest plugin: how notebooks are compared, and in which order tests run."""

from __future__ import annotations

import os
from collections import deque
from types import MethodType
from typing import Any

import pytest
from nbformat import NotebookNode
from nbval.plugin import IPyNbCell, IPyNbFile

from tests.book import executed
from tests.book.notebooks import HANGS

#: What the notebooks do not store (see `notebooks.py`), so what there is nothing to
#: compare with. nbval leaves out PNG and JPEG by itself.
NOT_STORED = (
    "application/javascript",
    "application/papermill.record/image/png",
    "application/papermill.record/image/svg+xml",
    "application/papermill.record/text/html",
    "image/svg+xml",
    "text/html",
)


class Replay:
    """What nbval takes for a kernel: it says again what a kernel has said, cell by cell.

    nbval compares the messages as it would compare those of a kernel; only nothing is executed.
    """

    def __init__(self, notebook: NotebookNode) -> None:
        self._cells = deque(cell for cell in notebook.cells if cell.cell_type == "code")
        self._messages: deque[dict[str, Any]] = deque()

    def execute_cell_input(self, source: str, allow_stdin: bool | None = None) -> str:
        """Get ready to say what the next cell, which must be this one, has said."""
        cell = self._cells.popleft()
        assert cell.source == source, "the cells have to come in order, and each of them"
        for output in cell.outputs:
            self._say(cell.id, output.output_type, output)
        self._say(cell.id, "status", {"execution_state": "idle"})
        return cell.id

    def _say(self, asked: str, kind: str, content: Any) -> None:
        parent = {"msg_id": asked}
        self._messages.append({"msg_type": kind, "parent_header": parent, "content": content})

    def get_message(self, stream: str, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message."""
        return self._messages.popleft()

    def await_reply(self, asked: str, timeout: float | None = None) -> None:
        """Return at once: the cell has ended."""

    def await_idle(self, asked: str, timeout: float | None = None) -> None:
        """Leave out what else the cell has said, as nbval does after an error."""
        self._messages.clear()

    def is_alive(self) -> bool:
        """Return True: no cell has killed it."""
        return True

    def stop(self) -> None:
        """Do nothing."""


def _setup(file: IPyNbFile) -> None:
    """Compare with what is kept of the notebook, if that counts, and else start a kernel.

    With ADAPTIVE_EXECUTED_ONLY nothing is executed.
    """
    if (found := executed.kept(file.path, file.nb)) is None:
        if os.environ.get("ADAPTIVE_EXECUTED_ONLY"):
            raise RuntimeError(f"what is kept of {file.path.name} does not count")
        IPyNbFile.setup(file)
    else:
        file.kernel = Replay(found)
        file.setup_sanitize_files()


def _rank(item: pytest.Item) -> int:
    """Return the place in the order: the longest first, so that none is left for the end.

    One worker builds the book. The others come to what needs it after the notebooks and the
    mutants, so as not to wait for it.
    """
    needs_book = "book" in getattr(item, "fixturenames", ())
    if needs_book and item.path.name == "test_book.py" and item.path.parent.name == "book":
        return 0
    if isinstance(item, IPyNbCell):
        return 1
    if item.path.parent.name == "mutants":
        return 2
    if needs_book:
        return 3
    return 4 if "/tests/book/" in item.path.as_posix() else 5


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Compare only what is stored, and start what takes longest first."""
    for item in items:
        if isinstance(item, IPyNbCell):
            item.parent.skip_compare = tuple({*item.parent.skip_compare, *NOT_STORED})
            item.output_timeout = HANGS
            if os.environ.get("ADAPTIVE_EXECUTED"):
                item.parent.setup = MethodType(_setup, item.parent)
    items.sort(key=_rank)
