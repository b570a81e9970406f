"""The reference of the package, made from its docstrings: ``{room}`` and ``{api}`` in a page.

``{room}`` gives the docstring of a module. ``{api}`` takes names, one a line, written as a reader
imports them, and gives each with its signature and its docstring: of classes that the package
makes itself (``:made:``) without a call, of classes that are like others (``:brief:``) without
methods, of constants (``:no-value:``) without what they are.

What a docstring names in single backticks, and the types of its parameters, lead to the place where
these are described. Whatever leads nowhere is a warning, and so an error of the build.
"""

from __future__ import annotations

import importlib
import inspect
import re
from typing import Any, ClassVar

import numpy as np
from adaptive import Rule
from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from sphinx import addnodes
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

#: What is described with `Rule`, and is there for each rule.
SHARED = ("State", "on_circles", "state_names")
#: How the package's own files call what is numpy's, and how a signature does.
_SHORT = {
    r"\bnp(?:t|\.random)?\.(?=[A-Za-z])": "",
    r"\bArray\b": "ndarray",
    r"(~numpy\.ndarray)\[tuple\[~typing\.Any, \.\.\.\], ~numpy\.dtype\[~numpy\.\w+\]\]": r"\1",
    "<factory>": "...",
}
#: The line that says how something is called.
_SIGNATURE = re.compile(r'<dt class="sig .*?</dt>', re.DOTALL)
#: A shape in the type of a parameter, whose star would begin words in italics.
_STAR = re.compile(r"(?<=[ (])\*(?=\w+[,)])")
#: What a file has for a minus, before a letter of the rule.
_MINUS = re.compile(r"^Return -(?=\w\b)")


def found(name: str) -> Any:
    """Return what a dotted name stands for.

    Examples
    --------
    >>> found("adaptive.SGD")
    <class 'adaptive.rules.sgd.SGD'>
    """
    module, _, attribute = name.rpartition(".")
    return getattr(importlib.import_module(module), attribute)


def directive_of(value: Any) -> str:
    """Return the directive of autodoc for an object.

    Examples
    --------
    >>> directive_of(len), directive_of(int), directive_of(ValueError), directive_of((1, 2))
    ('autofunction', 'autoclass', 'autoexception', 'autodata')
    """
    if inspect.isclass(value):
        return "autoexception" if issubclass(value, BaseException) else "autoclass"
    return "autofunction" if inspect.isroutine(value) else "autodata"


class _Reference(SphinxDirective):
    """A directive whose content is written for autodoc."""

    def described(self, lines: list[str]) -> list[nodes.Node]:
        """Return what reStructuredText says."""
        inside = nodes.Element()
        # Links from the examples would lead to this page.
        text = ["```{eval-rst}", ".. autolink-skip:: file", "", *lines, "```"]
        self.state.nested_parse(StringList(text, self.env.docname), 0, inside)
        return inside.children


class Room(_Reference):
    """A module's docstring."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return it."""
        return self.described([f".. automodule:: {self.arguments[0]}"])


class Api(_Reference):
    """Names, with their docstrings."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "made": directives.flag,
        "brief": directives.flag,
        "no-value": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the signatures and the docstrings."""
        names = [line.strip() for line in self.content if line.strip()]
        self.env.temp_data["made"] = "made" in self.options
        made = self.described([line for name in names for line in self._lines(name)])
        self.env.temp_data["made"] = False
        return made

    def _lines(self, name: str) -> list[str]:
        value = found(name)
        lines = [f".. {directive_of(value)}:: {name}"]
        if inspect.isclass(value) and "brief" not in self.options:
            lines.append("   :members:")
            if issubclass(value, Rule) and value is not Rule:
                lines.append(f"   :exclude-members: {', '.join(SHARED)}")
        if "no-value" in self.options:
            lines.append("   :no-value:")
        return [*lines, ""]


class _Words(set[str]):
    """What the type of a parameter may say without being a class: anything in lower case."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and (word.islower() or word in ("True", "False"))


def _sign(
    app: Any, what: str, name: str, value: Any, options: Any, signature: str | None, returned: Any
) -> tuple[str | None, str | None] | None:
    """Write a signature as a reader would; that of a class which the package makes is of no use."""
    if what in ("class", "exception") and app.env.temp_data.get("made"):
        return "", None
    for written, short in _SHORT.items():
        signature = re.sub(written, short, signature or "") or None
        returned = re.sub(written, short, returned or "") or None
    return signature, returned


def _escape(app: Any, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Let the stars in shapes be stars, and a minus a minus."""
    lines[:] = [_STAR.sub(r"\\*", line) if " : " in line else line for line in lines]
    lines[:1] = [_MINUS.sub("Return −", line) for line in lines[:1]]


def _skip(app: Any, what: str, name: str, value: Any, skip: bool, options: Any) -> bool | None:
    """Leave out arrays of a class, such as where a problem starts: its base says what they are."""
    return True if isinstance(value, np.ndarray) else None


def _types(app: Any) -> None:
    """Let numpydoc look for the classes in types, and for nothing on other sites."""
    app.config.numpydoc_xref_ignore = _Words()
    app.config.numpydoc_xref_aliases_complete = {}


def _resolve(app: Any, env: Any, node: Any, content: nodes.Node) -> nodes.Node | None:
    """Return a link to the one thing whose name ends in what a docstring says of it."""
    if node.get("refdomain") != "py":
        return None
    wanted = node["reftarget"].lstrip(".~")
    known = env.get_domain("py").objects
    ends = {
        name: entry
        for name, entry in known.items()
        if name == wanted or name.endswith(f".{wanted}") or wanted.endswith(f".{name}")
    }
    targets = {(entry.docname, entry.node_id): entry for entry in ends.values()}
    if len(targets) != 1:
        return None
    ((page, anchor),) = targets
    return make_refnode(app.builder, node["refdoc"], page, anchor, content, wanted)


def one_a_line(page: str) -> str:
    """Return a page whose signatures are lines: Sphinx writes lists of meanings without words.

    Examples
    --------
    >>> one_a_line('<dt class="sig py"><dl><dd>lr</dd></dl></dt><dl><dd>')
    '<dt class="sig py"><span class="lines"><span>lr</span></span></dt><dl><dd>'
    """

    def lines(match: re.Match[str]) -> str:
        text = re.sub(r"<(/?)dd>", r"<\1span>", match[0])
        return text.replace("<dl>", '<span class="lines">').replace("</dl>", "</span>")

    return _SIGNATURE.sub(lines, page)


def _write(app: Any, name: str, template: str, context: Any, tree: nodes.document | None) -> None:
    """Let the pages of the reference and the index load their style sheet, and the others not."""
    described = tree is not None and next(tree.findall(addnodes.desc), None) is not None
    if described:
        context["body"] = one_a_line(context["body"])
    if described or name == "genindex":
        app.add_css_file("api.css")


def setup(app: Any) -> None:
    """Add the directives."""
    app.add_directive("room", Room)
    app.add_directive("api", Api)
    app.connect("builder-inited", _types)
    app.connect("autodoc-skip-member", _skip)
    app.connect("autodoc-process-signature", _sign)
    app.connect("autodoc-process-docstring", _escape, priority=400)
    app.connect("missing-reference", _resolve)
    app.connect("html-page-context", _write)
