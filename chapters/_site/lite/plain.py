"""Chapters in plain Markdown: JupyterLite, which knows nothing of MyST, shows what the page says.

A theorem becomes a quotation with its number, what the page folds is folded, a reference becomes
the number that it has on the page, a value that was glued the value. Numbers are counted here as
Sphinx counts them, since the application is built without the pages; the tests compare them. Pages
that are no notebooks are linked to by their published address, which holds wherever a notebook is
taken; the extension leads to this site's own instead.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
import yaml
from chapters._site.publishing import ROOT, address
from mdit_py_plugins.anchors.index import slugify
from pybtex.database import Person, parse_file

#: The first line of a directive, and of a block of code.
_FENCE = re.compile(r"(?P<mark>`{3,}|:{3,})(?:\{(?P<name>[\w:-]+)\} *(?P<title>.*))?")
_OPTION = re.compile(r":([\w-]+): *(.*)")
_ROLE = re.compile(r"\{([\w:+-]+)\}`([^`]+)`")
#: A label behind an equation, and before a heading.
_EQUATION = re.compile(r" *\(([\w-]+)\)(?=\s|$)")
_TARGET = re.compile(r"(?m)^\(([\w:.-]+)\)=\n?")
_ATTRIBUTES = re.compile(r"(?<=[)\]`])\{[.#][^}\n]*\}")
_INSIDE = re.compile(r"\]\(#([^)\s]+)\)")
#: The end of a link to a page that is no notebook.
_PAGE = re.compile(r"\]\(([\w/-]+)\.md(#[^)\s]*)?\)")
_HEADING = re.compile(r"(?m)^(#{1,6}) +(.*?) *$")
#: What is numbered, each by itself within its chapter.
NUMBERED = {"exercise": "Exercise", **{f"prf:{kind}": kind.capitalize() for kind in (
    "theorem", "lemma", "corollary", "proposition", "definition", "algorithm", "remark", "example"
)}}  # fmt: skip
#: What is folded in any case.
FOLDED = ("dropdown", "hint", "solution")


@dataclass
class Names:
    """What references lead to, of the whole book."""

    #: What a label is called, such as "Theorem 2.1" or "(2.5)", and the page that it is on.
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    #: The title of each page.
    titles: dict[str, str] = field(default_factory=dict)
    #: The authors and the year of each reference.
    cited: dict[str, tuple[str, str]] = field(default_factory=dict)


# ------------------------------------------------------------------ what is written in MyST


def _blocks(lines: list[str]) -> Iterator[tuple[re.Match[str] | None, list[str]]]:
    """Yield what is fenced, with its first line, and what is between."""
    plain: list[str] = []
    rest = iter(lines)
    for line in rest:
        if not (found := _FENCE.match(line)):
            plain.append(line)
            continue
        if plain:
            yield None, plain
        plain, mark = [], found["mark"]
        inside = []
        for each in rest:
            end = each.strip()
            if end and set(end) == {mark[0]} and len(end) >= len(mark):
                break
            inside.append(each)
        yield found, inside
    if plain:
        yield None, plain


def _options(lines: list[str]) -> tuple[dict[str, str], list[str]]:
    """Return the options of a directive, and its text."""
    options = {}
    for count, line in enumerate(lines):
        if not (found := _OPTION.fullmatch(line)):
            return options, lines[count:]
        options[found[1]] = found[2]
    return options, []


def _math(text: str, replace: Callable[[str, str], str]) -> str:
    """Replace each displayed equation, given without its dollars, and its label."""
    text, *parts = text.split("$$")
    for equation, after in zip(parts[::2], parts[1::2], strict=False):
        label = _EQUATION.match(after)
        text += replace(equation, label[1] if label else "")
        text += after[label.end() :] if label else after
    return text + ("$$" + parts[-1] if len(parts) % 2 else "")


# ------------------------------------------------------------------ numbers


def _numbered(cells: Iterable[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """Yield kind and label of what has a number, in order."""

    def within(lines: list[str]) -> Iterator[tuple[str, str]]:
        for first, inside in _blocks(lines):
            if first is None:
                after = "\n".join(inside).split("$$")[2::2]
                labels = filter(None, map(_EQUATION.match, after))
                yield from (("", label[1]) for label in labels)
            elif first["name"]:
                options, text = _options(inside)
                if first["name"] in NUMBERED or first["name"] == "math":
                    kind = NUMBERED.get(first["name"], "")
                    if kind or options.get("label"):
                        yield kind, options.get("label", "")
                yield from within(text)

    for cell in cells:
        if cell["cell_type"] == "markdown":
            yield from within(cell["source"].split("\n"))
        elif name := cell["metadata"].get("mystnb", {}).get("figure", {}).get("name"):
            yield "Fig.", name


def _chapters() -> dict[str, str]:
    """Return the numbers of the chapters, by the paths of their pages."""
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    numbered = (part for part in contents["parts"] if part.get("numbered"))
    files = [each["file"] for part in numbered for each in part["chapters"]]
    return {file: str(number) for number, file in enumerate(files, 1)}


def _authors(people: list[Person]) -> str:
    """Return the authors of a reference, as a text names them."""
    names = [" ".join([*p.prelast_names, *p.last_names]).strip("{}") for p in people]
    if len(names) > 2:
        return f"{names[0]} et al."
    return " and ".join(names)


def _pages() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Yield the pages of the chapters' folder, and their cells."""
    for path in sorted((ROOT / "chapters").glob("*.*")):
        if path.suffix == ".ipynb":
            yield path.name, nbformat.read(path, as_version=4)["cells"]
        elif path.suffix == ".md":
            text = path.read_text(encoding="utf-8")
            yield path.name, [{"cell_type": "markdown", "source": text, "metadata": {}}]


def names() -> Names:
    """Return the names of all that is referred to in the book."""
    made, numbers = Names(), _chapters()
    for page, cells in _pages():
        chapter = numbers.get(f"chapters/{Path(page).stem}", "")
        counted: Counter[str] = Counter()
        for kind, label in _numbered(cells):
            counted[kind] += 1
            number = f"{chapter}.{counted[kind]}".lstrip(".")
            if label:
                made.labels[label] = (f"{kind} {number}" if kind else f"({number})", page)
        text = "\n".join(c["source"] for c in cells if c["cell_type"] == "markdown")
        headings = _HEADING.findall(text)
        made.titles[page] = headings[0][1] if headings else page
        for target in _TARGET.finditer(text):
            following = _HEADING.match(text, target.end())
            made.labels[target[1]] = (following[2] if following else target[1], page)
    bibliography = parse_file(ROOT / "chapters/references.bib")
    for key, entry in bibliography.entries.items():
        made.cited[key] = (_authors(entry.persons.get("author", [])), entry.fields["year"])
    return made


# ------------------------------------------------------------------ what is written instead


def _one_line(text: str) -> str:
    """Put each displayed equation on a line: a quotation's marks would be taken for a part."""
    return _math(text, lambda equation, _: f"$${' '.join(equation.split())}$$")


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _one_line(text).split("\n"))


def _folded(title: str, text: str) -> str:
    return f"<details>\n<summary>{title}</summary>\n\n{text}\n\n</details>"


@dataclass
class _Page:
    """One page, on its way."""

    name: str
    names: Names
    #: What was glued, and the headings by what the page calls them in addresses.
    glued: dict[str, str]
    headings: dict[str, str]

    def _link(self, text: str, page: str) -> str:
        return text if page == self.name else f"[{text}]({page})"

    def _cited(self, role: str, keys: str) -> str:
        found = [self.names.cited[key.strip()] for key in keys.split(",")]
        if role == "cite:p":
            text = "; ".join(f"{authors}, {year}" for authors, year in found)
            return self._link(rf"\[{text}\]", "references.md")
        links = (rf"{authors} \[{year}\]" for authors, year in found)
        return self._link(", ".join(links), "references.md")

    def _role(self, found: re.Match[str]) -> str:
        role, text = found[1], found[2]
        titled = re.fullmatch(r"(.*?) *<([^>]+)>", text, re.S)
        target = titled[2] if titled else text
        if role.startswith("glue:"):
            name, _, form = text.partition(":")
            return format(float(self.glued[name]), form) if form else self.glued[name]
        if role.startswith("cite"):
            return self._cited(role, text)
        if role == "math":
            return f"${text}$"
        if role == "doc":
            page = next(p for p in self.names.titles if Path(p).stem == Path(target).stem)
            return self._link(titled[1] if titled else self.names.titles[page], page)
        if role in ("eq", "ref", "numref", "prf:ref"):
            called, page = self.names.labels[target]
            return self._link(titled[1] if titled else called, page)
        return titled[1] if titled else text

    def _equation(self, equation: str, label: str) -> str:
        tag = rf" \tag{{{self.names.labels[label][0].strip('()')}}}" if label else ""
        if r"\\" in equation and r"\begin{" not in equation:
            equation = rf"\begin{{aligned}}{equation}\end{{aligned}}"
        return f"$${equation.rstrip() + tag if tag else equation}$$"

    def _inside(self, found: re.Match[str]) -> str:
        """Return the end of a link within the page, as JupyterLab calls its headings."""
        heading = self.headings.get(found[1])
        return f"](<#{heading.replace(' ', '-')}>)" if heading else f"]({self.name}#{found[1]})"

    def _directive(self, first: re.Match[str], lines: list[str]) -> str:
        name, title = first["name"], self._prose(first["title"].strip())
        options, lines = _options(lines)
        label = options.get("label", "")
        if name == "solution-end":
            return "\n***\n"
        if name == "math":
            return self._equation("\n" + "\n".join(lines) + "\n", label)
        if name in ("code-block", "code"):
            return "\n".join([f"```{title}", *lines, "```"])
        text = self.text("\n".join(lines)).strip("\n")
        if name.startswith("solution"):
            title = "Solution"
            if name == "solution-start":
                return f"**{title}**\n\n{text}".rstrip()
        elif name in NUMBERED:
            called = self.names.labels[label][0] if label else NUMBERED[name]
            title = f"{called} ({title})" if title else called
        elif not title or name == "prf:proof":
            title = name.rpartition(":")[2].capitalize()
        if name in FOLDED or "dropdown" in options.get("class", ""):
            return _folded(title, text)
        if name in ("exercise", "prf:proof"):
            return f"**{title}.**\n\n{text}"
        return _quoted(f"**{title}.**\n\n{text}")

    def _prose(self, text: str) -> str:
        text = _ATTRIBUTES.sub("", _ROLE.sub(self._role, _TARGET.sub("", text)))
        text = _PAGE.sub(rf"]({address()}chapters/\1.html\2)", _INSIDE.sub(self._inside, text))
        return _math(text, self._equation)

    def text(self, text: str) -> str:
        """Return a text in plain Markdown."""
        made = []
        for first, lines in _blocks(text.split("\n")):
            if first is None:
                made.append(self._prose("\n".join(lines)))
            elif first["name"]:
                made.append(self._directive(first, lines))
            else:
                made.append("\n".join([first.string, *lines, first["mark"]]))
        return "\n".join(made)


def _glued(cells: list[dict[str, Any]]) -> dict[str, str]:
    """Return what was glued in a notebook, as the page shows it."""
    found = {}
    for cell in cells:
        for output in cell.get("outputs", []):
            about = output.get("metadata", {}).get("scrapbook")
            if not about:
                continue
            text = output["data"].get(f"{about['mime_prefix']}text/plain", "")
            found[about["name"]] = ast.literal_eval(text) if text[:1] in ("'", '"') else text
    return found


def plain(notebook: dict[str, Any], page: str, names: Names) -> dict[str, Any]:
    """Return a chapter in plain Markdown, with its figures' captions; its code is as it was.

    Parameters
    ----------
    notebook : dict
        The chapter, with its outputs stored.
    page : str
        The name of its file.
    names : Names
        What references lead to.

    Returns
    -------
    dict
        Another notebook.
    """
    texts = [c["source"] for c in notebook["cells"] if c["cell_type"] == "markdown"]
    headings = {slugify(title): title for text in texts for _, title in _HEADING.findall(text)}
    made = _Page(page, names, _glued(notebook["cells"]), headings)
    cells: list[dict[str, Any]] = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cells.append({**cell, "source": made.text(cell["source"])})
            continue
        cells.append(cell)
        if figure := cell["metadata"].get("mystnb", {}).get("figure"):
            caption = f"{names.labels[figure['name']][0]}. {made.text(figure['caption'])}"
            cells.append(
                {
                    "cell_type": "markdown",
                    "id": f"{cell['id']}-caption",
                    "metadata": {},
                    "source": f"*{caption}*" if "*" not in caption else caption,
                }
            )
    return {**notebook, "cells": cells}
