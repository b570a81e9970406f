"""A pytest plugin: how notebooks are compared, and in which order tests run."""

from __future__ import annotations

import pytest
from nbval.plugin import IPyNbCell

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
    items.sort(key=_rank)
