"""A student's page that can be read anywhere: formulas, sliders in words, and what waits."""

from __future__ import annotations

import html
import re
from typing import Any

from latex2mathml.converter import convert
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.preprocessors import NbGraderPreprocessor

#: Code is left alone; what stands between dollars is a formula.
_FORMULA = re.compile(r"(<pre\b.*?</pre>|<code\b.*?</code>)|\$\$(.+?)\$\$|\$([^$]+?)\$", re.DOTALL)
#: What would lead elsewhere, in a formula that a student may have written.
_LEADS_ELSEWHERE = re.compile(r"\\(href|style|class|cssId|require)\b")
_WIDGET = "application/vnd.jupyter.widget-view+json"
_FORM = re.compile(r"<form: (?P<values>.*)>", re.DOTALL)


def with_formulas(page: str) -> str:
    r"""Return HTML whose formulas are MathML, which browsers show by themselves.

    Parameters
    ----------
    page : str
        HTML, with formulas between dollars, as Markdown leaves them.

    Returns
    -------
    str
        A formula that cannot be read stays as it was written, as code.

    Examples
    --------
    >>> with_formulas("a <code>$x$</code>")
    'a <code>$x$</code>'
    >>> with_formulas(r"$\sqrt{x}$")[:5]
    '<math'
    """

    def replaced(found: re.Match[str]) -> str:
        code, display, inline = found.groups()
        return code if code else _mathml(display or inline, "block" if display else "inline")

    return _FORMULA.sub(replaced, page)


def _mathml(formula: str, display: str) -> str:
    tex = html.unescape(formula).strip()
    try:
        if _LEADS_ELSEWHERE.search(tex):
            raise ValueError("a formula that leads elsewhere")
        # The one form of several lines that the converter does not know by this name.
        made = convert(re.sub(r"\{(aligned|split|gathered)\}", "{align*}", tex), display=display)
    # It raises many kinds of errors, and whatever it cannot read is shown as it is.
    except Exception:
        return f"<code>{html.escape(formula)}</code>"
    return re.sub(r'&(?!#?\w+;)', "&amp;", str(made))  # fmt: skip


def in_words(plain: str) -> str:
    """Return what the sliders of a figure were set to, in words.

    Parameters
    ----------
    plain : str
        What the figure is in plain text: ``<form: lr=0.105>``, or anything of another widget.

    Examples
    --------
    >>> in_words("<form: lr=0.105, momentum=0.9>")
    'A figure with sliders, set to lr = 0.105, momentum = 0.9. It moves in the notebook only.'
    """
    found = _FORM.fullmatch(plain.strip())
    if not found:
        return "A figure to move, which is shown in the notebook only."
    values = re.sub(r"(\w+)=", r"\1 = ", found["values"])
    return f"A figure with sliders, set to {values}. It moves in the notebook only."


class Widgets(NbGraderPreprocessor):
    """Put words in the place of the outputs that need a running notebook."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: Any, index: int
    ) -> tuple[NotebookNode, Any]:
        """Change the outputs of a cell."""
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if data.pop(_WIDGET, None) is not None:
                data["text/plain"] = in_words("".join(data.get("text/plain", "")))
        return cell, resources


class Waiting(NbGraderPreprocessor):
    """Note which answers wait for a person, and how many points they may bring."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Mark the cells."""
        known = resources["nbgrader"]
        points = 0.0
        with Gradebook(known["db_url"]) as gradebook:
            for cell in nb.cells:
                marks = cell.metadata.get("nbgrader", {})
                if not (marks.get("grade") or marks.get("task")):
                    continue
                try:
                    grade = gradebook.find_grade(
                        marks["grade_id"], known["notebook"], known["assignment"], known["student"]
                    )
                except MissingEntry:
                    continue
                task = marks.get("task") and grade.manual_score is None
                if grade.needs_manual_grade or task:
                    marks["waits"] = True
                    points += grade.max_score
        known["waits"] = points
        return nb, resources
