"""An output that shows a line of the hidden tests is left out, and no other is."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from adaptive.course.instructor.hiding import LEFT_OUT, hide

TEST = "seed = 1\n### BEGIN HIDDEN TESTS\nseed = 8128\n### END HIDDEN TESTS\nfloat(check(f, seed))"
SHOWS = {
    "a stream": new_output("stream", text=f"the cell: {TEST}"),
    "another": new_output("stream", name="stderr", text="x\nseed = 8128\ny"),
    "colours": new_output("stream", text="\x1b[32mseed = \x1b[1;31m8128\x1b[39m"),
    "a display": new_output("display_data", {"text/html": "<pre>seed = 8128</pre>"}),
    "a result": new_output("execute_result", {"text/plain": repr("a; seed = 8128")}),
}


def _hidden(*outputs):
    """Return what is left of the outputs of a student's own cell, and of the test."""
    test = new_code_cell(TEST, outputs=[new_output("stream", text="f: 1 of 1 point\n")])
    cells = [test, new_markdown_cell("seed = 8128"), new_code_cell("x", outputs=list(outputs))]
    notebook = new_notebook(cells=cells)
    hide(notebook, [test])
    assert [one.text for one in test.outputs] == ["f: 1 of 1 point\n"]
    assert notebook.cells[1].source == "seed = 8128"
    return notebook.cells[2].outputs


@pytest.mark.parametrize("what", SHOWS)
def test_what_shows_a_hidden_line_is_left_out(what):
    (left,) = _hidden(SHOWS[what])
    assert (left.output_type, left.text) == ("stream", LEFT_OUT)


def test_an_error_keeps_its_name():
    shown = new_output("error", ename="ValueError", evalue="seed = 8128", traceback=["seed = 8128"])
    (left,) = _hidden(shown)
    assert (left.output_type, left.ename, left.evalue) == ("error", "ValueError", "")
    assert left.traceback == ["ValueError"]


def test_the_rest_stays():
    kept = [
        new_output("stream", text="seed = 1\nfloat(check(f, seed))\n8128"),
        new_output("display_data", {"image/png": "AAAA", "text/plain": "<Figure>"}),
        new_output("error", ename="NameError", evalue="no f", traceback=["f(1)", "no f"]),
    ]
    assert _hidden(*kept) == kept
