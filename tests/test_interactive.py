"""Sliders for any function."""

from __future__ import annotations

import json
import sys

import matplotlib.pyplot as plt
import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from adaptive import SGD, Momentum, descend, interact, plotting, sweep
from adaptive.problems import Ravine
from tests.book.notebooks import HANGS


def test_the_function_is_called_with_what_the_sliders_stand_at():
    seen = []

    def show(lr, steps, on, kind):
        seen.append((lr, steps, on, kind))
        return f"{lr} & {kind}"

    form = interact(show, lr=(1e-3, 1.0, 0.1), steps=(1, 50), on=True, kind=["a", "b"])
    assert seen == [(0.1, 25, True, "a")]
    form["kind"].value = "b"
    form["steps"].value = 30
    assert seen[-1] == (0.1, 30, True, "b")
    assert form.values == {"lr": 0.1, "steps": 30, "on": True, "kind": "b"}
    assert form.html == "<pre>0.1 &amp; b</pre>"
    assert repr(form) == "<form: lr=0.1, steps=30, on=True, kind=b>"


def test_wide_ranges_go_by_factors():
    form = interact(lambda lr, momentum: None, lr=(1e-3, 1.0), momentum=(0.0, 0.99))
    assert type(form["lr"]).__name__ == "FloatLogSlider"
    assert form["lr"].value == pytest.approx(np.sqrt(1e-3))
    assert type(form["momentum"]).__name__ == "FloatSlider"
    assert form["lr"].description == "learning rate η"


def test_a_slider_begins_in_the_middle_and_has_two_hundred_steps():
    form = interact(lambda x, n, lr: None, x=(2.0, 5.0), n=(3, 8), lr=(1e-3, 10.0))
    x, n, lr = (form[name] for name in ("x", "n", "lr"))
    assert (x.value, x.min, x.max) == (3.5, 2, 5)
    assert x.step == pytest.approx(3 / 200)
    assert (n.value, n.min, n.max) == (5, 3, 8)
    assert (lr.value, lr.min, lr.max) == pytest.approx((0.1, -3, 1))
    assert lr.step == pytest.approx(4 / 200)


@pytest.mark.parametrize("ends", [(2.0, 5.0), (2, 5), (1e-3, 1.0)])
def test_a_slider_may_begin_at_either_end_and_not_beyond(ends):
    for start in ends:
        assert interact(lambda x: None, x=(*ends, start))["x"].value == pytest.approx(start)
    for start in (ends[0] - 1, ends[1] + 1):
        with pytest.raises(ValueError, match="x must start within"):
            interact(lambda x: None, x=(*ends, start))


def test_the_axes_of_a_sweep_begin_in_the_middle():
    runs = sweep(SGD(), Ravine(), 3, lr=[0.01, 0.02, 0.03, 0.04, 0.05])
    form = interact(lambda run: run.settings, runs)
    assert form["lr"].value == 2
    assert form["lr"].label == "0.03"


def test_points_along_an_axis_are_named_by_their_coordinates():
    runs = sweep(SGD(), Ravine(), 3, theta0=[[1, 1], [2, 0.12345]])
    form = interact(lambda run: run.settings, runs)
    assert form["theta0"].label == "[2.    0.123]"
    assert repr(form) == "<form: theta0=[2.    0.123]>"


@pytest.mark.parametrize("wrapped", [False, True])
def test_jupyter_gets_the_widgets_and_a_text(monkeypatch, wrapped):
    """Whether ipywidgets returns the data alone or with metadata, as display functions may."""
    form = interact(lambda n: n, n=(1, 3))
    data = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "VBox()"}
    returned = (data, {}) if wrapped else data
    monkeypatch.setattr(form._box, "_repr_mimebundle_", lambda **kwargs: returned, raising=False)
    assert form._repr_mimebundle_() == {**data, "text/plain": "<form: n=2>"}


@pytest.mark.parametrize("what", ["axes", "figure", "array", "none"])
def test_figures_become_pictures_and_are_closed(what):
    def draw(lr):
        path = descend(SGD(lr), Ravine(), steps=5)
        ax = plotting.trajectory(path)
        return {"axes": ax, "figure": ax.figure, "array": np.array([ax]), "none": None}[what]

    before = plt.get_fignums()
    form = interact(draw, lr=(0.01, 0.1))
    first = form.html
    assert first.startswith("<svg")
    form["lr"].value = 0.02
    assert form.html != first
    assert plt.get_fignums() == before


def test_of_several_figures_the_last_is_shown() -> None:
    def draw(n: int) -> None:
        for width in (3, 5, n):
            plt.figure(figsize=(width, 2)).add_subplot()

    form = interact(draw, n=(6, 9, 7))
    assert 'width="504pt"' in form.html
    form["n"].value = 8
    assert 'width="576pt"' in form.html
    assert not plt.get_fignums()


def test_a_figure_with_a_number_is_drawn_anew() -> None:
    def draw(n: int) -> None:
        plt.figure(1, figsize=(n, 2)).add_subplot()

    form = interact(draw, n=(6, 9, 7))
    form["n"].value = 8
    assert 'width="576pt"' in form.html
    assert not plt.get_fignums()


def test_a_function_may_show_its_figure() -> None:
    """As functions for other sliders do: it would appear a second time, outside of the form."""

    def draw(n: int) -> None:
        plt.figure(figsize=(n, 2)).add_subplot()
        plt.show()

    show = plt.show
    form = interact(draw, n=(6, 9, 7))
    assert 'width="504pt"' in form.html
    assert plt.show is show


def test_a_figure_that_was_there_before_stays() -> None:
    mine = plt.figure(figsize=(3, 2))

    def draw(n: int) -> None:
        mine.gca().plot([0, n])
        plt.figure(figsize=(n, 2)).add_subplot()
        plt.show()

    form = interact(draw, n=(6, 9, 7))
    assert 'width="504pt"' in form.html
    assert plt.get_fignums() == [mine.number]


def test_what_shows_itself_as_html_does_so():
    class Table:
        def _repr_html_(self):
            return "<b>table</b>"

    assert interact(Table).html == "<b>table</b>"


def test_an_error_is_shown_where_the_picture_would_be():
    form = interact(lambda n: 1 / n, n=(0, 2, 1))
    assert form.html == "<pre>1.0</pre>"
    form["n"].value = 0
    assert form.html == '<pre role="alert">ZeroDivisionError: division by zero</pre>'
    form["n"].value = 2
    assert form.html == "<pre>0.5</pre>"


def test_runs_of_a_sweep_are_made_once():
    runs = sweep(
        Momentum(), Ravine(), 30, keep="path", lr=np.geomspace(1e-3, 0.2, 5), momentum=[0, 0.5, 0.9]
    )
    seen = []
    form = interact(seen.append, runs)
    form["lr"].value = 3
    form["momentum"].value = 2
    run = seen[-1]
    assert run.settings == {"lr": runs.axes["lr"][3], "momentum": 0.9}
    alone = descend(Momentum(**run.settings), Ravine(), steps=30)
    assert np.array_equal(run.theta[: alone.steps + 1], alone.theta)
    assert np.array_equal(run.loss[: alone.steps + 1], alone.loss)
    assert run.diverged == alone.diverged
    assert repr(form) == "<form: lr=0.0532, momentum=0.9>"


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: interact(3), TypeError, "must be callable"),
        (lambda: interact(print, 3), TypeError, "runs must be a Sweep.*controls have names"),
        (lambda: interact(print, lr=3), TypeError, r"\(low, high\)"),
        (lambda: interact(print, lr=(1, 2, 3, 4)), TypeError, r"\(low, high\)"),
        (lambda: interact(print, lr=("a", "b")), TypeError, "real number"),
        (lambda: interact(print, lr=(1.0, 1.0)), ValueError, "low < high"),
        (lambda: interact(print, lr=(0.1, 1.0, 2.0)), ValueError, "start within"),
        (lambda: interact(print, n=(1, 5, 9)), ValueError, "start within"),
        (lambda: interact(print, kind=[]), ValueError, "something to choose from"),
        (
            lambda: interact(print, sweep(SGD(), Ravine(), 3, lr=[0.1]), lr=(0.0, 1.0)),
            ValueError,
            "axes of runs, lr",
        ),
    ],
)
def test_bad_input_says_what_to_do(call, kind, message):
    with pytest.raises(kind, match=message):
        call()


def test_without_ipywidgets_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="pip install ipywidgets"):
        interact(print, lr=(0.0, 1.0))


def test_a_notebook_with_a_form_is_executed_and_graded_without_waiting():
    cells = [
        "from adaptive import SGD, descend, interact, plotting\n"
        "from adaptive.problems import Ravine\n"
        "def draw(lr):\n    return plotting.trajectory(descend(SGD(lr), Ravine()))\n"
        "form = interact(draw, lr=(0.001, 0.1, 0.05))\nform",
        "form['lr'].value = 0.02\nform",
        "print(form.html[:4], form)",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    NotebookClient(notebook, timeout=HANGS, startup_timeout=HANGS, kernel_name="python3").execute()
    shown = notebook.cells[1].outputs[0].data
    assert shown["text/plain"] == "<form: lr=0.02>"
    assert "application/vnd.jupyter.widget-view+json" in json.loads(json.dumps(shown))
    assert notebook.cells[2].outputs[0].text == "<svg <form: lr=0.02>\n"
