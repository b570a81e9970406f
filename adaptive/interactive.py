"""Sliders for any function of yours, where a kernel runs.

`adaptive.explore` needs no kernel, but draws only what it knows. `interact` draws
whatever a Python function does.
"""

from __future__ import annotations

import html
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from unittest.mock import patch

import numpy as np
import numpy.typing as npt

from adaptive import _checks, plotting
from adaptive.problems.base import Problem
from adaptive.rules.base import Rule
from adaptive.sweep import Sweep

#: From this ratio of its ends on, a range of positive numbers is run through by factors.
WIDE = 50


@dataclass(frozen=True)
class Chosen:
    """One run of a sweep: the one that the sliders are set to.

    Attributes
    ----------
    rule, problem
        What ran.
    settings : dict
        The value of each axis.
    theta : ndarray, shape (times, d)
        Its parameters.
    loss : ndarray, shape (times,)
        Its loss.
    diverged : bool
        Whether it had diverged by its end.
    """

    rule: Rule
    problem: Problem
    settings: dict[str, Any]
    theta: npt.NDArray[np.floating]
    loss: npt.NDArray[np.floating]
    diverged: bool


def interact(function: Callable[..., Any], runs: Sweep | None = None, /, **controls: Any) -> Form:
    """Call a function again whenever one of its sliders moves, and show what it returns.

    Parameters
    ----------
    function : callable
        Takes the controls' values by name; with ``runs``, takes one `Chosen`
        run. It returns a matplotlib Figure or Axes, or something to print.
    runs : Sweep, optional
        Runs made beforehand, in one batch: each axis gets a slider, and moving
        it picks a run, so that nothing has to be computed again. Make it with
        ``keep="path"`` or ``keep="loss"``, or only the last time is there.
    **controls
        For each argument of the function: ``(low, high)`` or ``(low, high,
        value)`` for a slider, by factors if ``high`` is 50 times ``low`` or
        more; a list to choose from; True or False for a box to tick.

    Returns
    -------
    Form
        The sliders and the picture, which Jupyter shows.

    Raises
    ------
    ImportError
        If ipywidgets is not installed.
    TypeError
        If ``function`` cannot be called, or a control is none of those above.
    ValueError
        If a range or a list is empty, or both ``runs`` and controls are given.

    Examples
    --------
    >>> from adaptive import SGD, descend, interact, plotting
    >>> from adaptive.problems import Ravine
    >>> def end(lr):
    ...     return descend(SGD(lr), Ravine())
    >>> form = interact(end, lr=(1e-3, 0.1, 0.05))
    >>> form
    <form: lr=0.05>
    >>> form["lr"].value = 0.02
    >>> form
    <form: lr=0.02>
    """
    if not callable(function):
        raise TypeError(f"function must be callable, got {_checks.shown(function)}")
    if runs is not None and not isinstance(runs, Sweep):
        raise TypeError(
            f"runs must be a Sweep, got {_checks.shown(runs)}; controls have names: lr=(0.01, 1)"
        )
    if runs is not None and controls:
        raise ValueError(
            f"the sliders are the axes of runs, {', '.join(runs.axes)}: give no other controls, "
            f"got {', '.join(controls)}"
        )
    widgets = _widgets()
    if runs is None:
        made = {name: _control(widgets, name, value) for name, value in controls.items()}
        return Form(widgets, function, made)
    made = {name: _axis(widgets, name, values) for name, values in runs.axes.items()}
    swept = runs

    def pick(**places: int) -> Any:
        return function(_chosen(swept, places))

    return Form(widgets, pick, made)


class Form:
    """Sliders and what they lead to; made by `interact`.

    The picture is drawn into a widget of its own, and nothing is captured
    from the cell: so the form also works where a notebook is executed as a whole.
    """

    def __init__(self, widgets: Any, function: Callable[..., Any], controls: dict[str, Any]):
        self._function = function
        self._controls = controls
        self._picture = widgets.HTML()
        self._box = widgets.VBox([*controls.values(), self._picture])
        for control in controls.values():
            control.observe(self._redraw, names="value")
        self._redraw()

    def __getitem__(self, name: str) -> Any:
        """Return the widget of a control."""
        return self._controls[name]

    @property
    def values(self) -> dict[str, Any]:
        """The values of the controls."""
        return {name: control.value for name, control in self._controls.items()}

    @property
    def html(self) -> str:
        """What is shown below the controls."""
        return str(self._picture.value)

    def _redraw(self, change: Any = None) -> None:
        # An error in a callback would go to a log that nobody reads.
        try:
            self._picture.value = _shown(lambda: self._function(**self.values))
        except Exception as error:
            text = html.escape(f"{type(error).__name__}: {error}")
            self._picture.value = f'<pre role="alert">{text}</pre>'

    def __repr__(self) -> str:
        settings = ", ".join(
            f"{name}={_label(control)}" for name, control in self._controls.items()
        )
        return f"<form: {settings}>"

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        bundle = self._box._repr_mimebundle_(**kwargs)
        data = bundle[0] if isinstance(bundle, tuple) else bundle
        return {**data, "text/plain": repr(self)}


def _widgets() -> Any:
    try:
        return import_module("ipywidgets")
    except ImportError as error:
        raise ImportError(
            "interact needs ipywidgets, which is not installed: pip install ipywidgets; "
            "adaptive.explore needs neither it nor a kernel"
        ) from error


def _control(widgets: Any, name: str, value: Any) -> Any:
    """Return the widget for an argument."""
    look = {"description": _describe(name), "style": {"description_width": "9em"}}
    if isinstance(value, bool):
        return widgets.Checkbox(value=value, **look)
    if isinstance(value, list):
        if not value:
            raise ValueError(f"{name} must have something to choose from, got an empty list")
        return widgets.Dropdown(options=value, **look)
    if not isinstance(value, tuple) or len(value) not in (2, 3):
        raise TypeError(
            f"{name} must be (low, high), (low, high, value), a list or a bool, "
            f"got {_checks.shown(value)}"
        )
    numbers = _checks.finite(name, value)
    low, high = float(numbers[0]), float(numbers[1])
    if not low < high:
        raise ValueError(f"{name} must be (low, high) with low < high, got {_checks.shown(value)}")
    if all(isinstance(end, int) for end in value):
        start = value[2] if len(value) == 3 else (value[0] + value[1]) // 2
        return widgets.IntSlider(start, value[0], value[1], **_inside(name, start, low, high, look))
    if low > 0 and high / low >= WIDE:
        start = float(numbers[2]) if len(value) == 3 else float(np.sqrt(low * high))
        ends = {"min": np.log10(low), "max": np.log10(high), "step": np.log10(high / low) / 200}
        look = _inside(name, start, low, high, look)
        return widgets.FloatLogSlider(start, **ends, readout_format=".3g", **look)
    start = float(numbers[2]) if len(value) == 3 else (low + high) / 2
    look = _inside(name, start, low, high, look)
    return widgets.FloatSlider(
        start, min=low, max=high, step=(high - low) / 200, readout_format=".3g", **look
    )


def _inside(name: str, value: float, low: float, high: float, look: Any) -> Any:
    if not low <= value <= high:
        raise ValueError(f"{name} must start within ({low:g}, {high:g}), got {value:g}")
    return look


def _axis(widgets: Any, name: str, values: npt.NDArray[Any]) -> Any:
    """Return a slider over the places of an axis of a sweep."""
    options = [
        (f"{value:.3g}" if np.ndim(value) == 0 else str(np.round(value, 3)), i)
        for i, value in enumerate(values)
    ]
    return widgets.SelectionSlider(
        options=options,
        value=len(options) // 2,
        description=_describe(name),
        style={"description_width": "9em"},
    )


def _describe(name: str) -> str:
    return plotting.SYMBOLS.get(name, name)


def _label(control: Any) -> str:
    text = getattr(control, "label", None)
    if text is not None:
        return str(text)
    return f"{control.value:.3g}" if isinstance(control.value, float) else str(control.value)


def _chosen(runs: Sweep, places: Mapping[str, int]) -> Chosen:
    """Return one run of a sweep."""
    place: Any = tuple(places[name] for name in runs.axes)
    settings = {name: runs.axes[name][i] for name, i in zip(runs.axes, place, strict=True)}
    return Chosen(
        rule=runs.rule,
        problem=runs.problem,
        settings=settings,
        theta=runs.theta[(..., *place, slice(None))],
        loss=runs.loss[(..., *place)],
        diverged=bool(runs.diverged[place]),
    )


def _shown(call: Callable[[], Any]) -> str:
    """Return what a function draws or returns as HTML, and close the figures that it opened."""
    import matplotlib.pyplot as plt
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    before = set(plt.get_fignums())
    try:
        # In a notebook `show` puts all figures below the cell and closes them: once is enough.
        with patch.object(plt, "show"):
            result = call()
        opened = [number for number in plt.get_fignums() if number not in before]
        if isinstance(result, np.ndarray) and result.size and isinstance(result.flat[0], Axes):
            result = result.flat[0]
        if result is None and opened:
            result = plt.figure(opened[-1])
        if isinstance(result, Axes):
            result = result.figure
        if isinstance(result, Figure):
            stream = io.StringIO()
            result.savefig(stream, format="svg")
            text = stream.getvalue()
            return text[text.index("<svg") :]
    finally:
        for number in set(plt.get_fignums()) - before:
            plt.close(number)
    made = getattr(result, "_repr_html_", None)
    if made is not None:
        return str(made())
    return "" if result is None else f"<pre>{html.escape(str(result))}</pre>"
