"""The comparison of what ran in the browser with what is stored tells them apart."""

from __future__ import annotations

import nbformat

from tests.book.notebooks import ROOT
from tests.lite.outputs import differences

PATH = ROOT / "chapters/nadam.ipynb"


def _with_outputs(notebook):
    return [c for c in notebook.cells if c.cell_type == "code" and c.outputs]


def test_what_is_stored_differs_from_itself_in_nothing(tmp_path):
    assert not differences(PATH, nbformat.read(PATH, as_version=4), tmp_path)


def test_another_number_is_found(tmp_path):
    shown = nbformat.read(PATH, as_version=4)
    said = [o for c in _with_outputs(shown) for o in c.outputs if o.output_type == "stream"]
    said[-1].text = said[-1].text.replace("1", "2")
    assert "1 failed" in differences(PATH, shown, tmp_path)


def test_what_cannot_be_compared_is_no_success(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.book.executed.key", lambda notebook: "another")
    said = differences(PATH, nbformat.read(PATH, as_version=4), tmp_path)
    assert "what is kept of nadam.ipynb does not count" in said
