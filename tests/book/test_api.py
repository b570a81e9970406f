"""The reference has each public name of the package, with its types and its examples."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from bs4 import BeautifulSoup
from docutils import nodes

from chapters._site import api, architecture, codelinks
from tests.book.notebooks import ROOT, pages
from tests.public import DESCRIBED, constants, named

PAGES = sorted((ROOT / "chapters/api").glob("*.md"))
BLOCK = re.compile(r"^```\{api\}\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ROOM = re.compile(r"^```\{room\} ([\w.]+)$", re.MULTILINE)


def _blocks(path: Path) -> list[list[str]]:
    return [block.split() for block in BLOCK.findall(path.read_text(encoding="utf-8"))]


def _names(path: Path) -> list[str]:
    return [line for block in _blocks(path) for line in block if not line.startswith(":")]


NAMES = {name: path for path in PAGES for name in _names(path)}
VALUES = {name: api.found(name) for name in NAMES}
ROOMS = {name for path in PAGES for name in ROOM.findall(path.read_text(encoding="utf-8"))}


def _described(module: Any, name: str, value: Any) -> bool:
    """Return whether a name, or the same thing by another name, is on a page."""
    if inspect.ismodule(value):
        return value.__name__ in ROOMS
    if f"{module.__name__}.{name}" in NAMES:
        return True
    same = [known for known, other in VALUES.items() if other is value]
    return any(known.rpartition(".")[2] == name for known in same)


@pytest.mark.parametrize("module", DESCRIBED, ids=lambda module: module.__name__)
def test_no_name_is_left_out(module):
    public = named(module) | constants(module)
    assert public
    assert not [name for name, value in public.items() if not _described(module, name, value)]


def test_a_name_that_is_missing_is_noticed():
    def new() -> None:
        """Do something new."""

    assert not _described(api, "new", new)
    assert not _described(api, "SOLVED", 1e-7)


def test_each_is_described_once():
    names = [name for path in PAGES for name in _names(path)]
    assert len(names) == len(set(names))
    classes = [id(value) for value in VALUES.values() if inspect.isclass(value)]
    assert len(classes) == len(set(classes))


def test_each_part_of_the_package_has_its_place():
    modules = {getattr(value, "__module__", "") or "" for value in VALUES.values()} | ROOMS
    parts = {name.split(".")[1] for name in modules if name.startswith("adaptive.")}
    public = {part for part in architecture.parts() if not part.startswith("_")}
    assert public <= parts


def test_each_page_is_in_the_book_and_in_the_list_of_pages():
    own = [path.relative_to(ROOT).with_suffix("").as_posix() for path in PAGES]
    assert sorted(name for name in pages() if "/api/" in name) == own
    index = (ROOT / "chapters/api/index.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[\]\((\w+)\.md\)", index, re.MULTILINE)) == {
        path.stem for path in PAGES if path.stem != "index"
    }


# ------------------------------------------------------------------ as it is built


@pytest.fixture(scope="module")
def shown(book: Path) -> dict[str, BeautifulSoup]:
    """Return the pages of the reference, parsed, by their files."""
    return {
        path.stem: BeautifulSoup(
            (book / f"chapters/api/{path.stem}.html").read_text(encoding="utf-8"), "html.parser"
        )
        for path in PAGES
    }


def _entry(shown: dict[str, BeautifulSoup], name: str) -> tuple[Any, Any]:
    """Return the signature of a name and what is said of it."""
    signature = shown[NAMES[name].stem].find("dt", id=name)
    assert signature is not None, name
    return signature, signature.find_next_sibling("dd")


def test_each_name_is_shown_with_what_it_does(shown):
    for name in NAMES:
        _, said = _entry(shown, name)
        assert len(said.get_text().split()) > 2, name


def test_nothing_is_shown_without_a_word(shown):
    for page in shown.values():
        for signature in page.select("dl.py > dt.sig[id]"):
            assert signature.find_next_sibling("dd").get_text().split(), signature["id"]


def test_a_function_is_shown_with_the_types_of_its_parameters(shown):
    functions = {name: value for name, value in VALUES.items() if inspect.isfunction(value)}
    assert len(functions) > 50
    for name, value in functions.items():
        text = _entry(shown, name)[0].get_text()
        for parameter in inspect.signature(value).parameters:
            assert re.search(rf"\b{parameter}: ?\w", text), (name, parameter)
        assert "→" in text, name
        assert not re.search(r"\bnpt?\.|adaptive\.\w+\.\w+\.", text.partition("(")[2]), text


def test_no_signature_is_left_as_autodoc_writes_it(shown):
    for page in shown.values():
        for signature in page.select("dt.sig"):
            assert "~" not in signature.get_text()
            assert "dtype[" not in signature.get_text()
            assert "<" not in signature.get_text()
            assert not signature.select("dl")


def test_what_the_package_makes_is_shown_without_a_call(shown):
    assert "(" not in _entry(shown, "adaptive.Path")[0].get_text()
    assert "(" in _entry(shown, "adaptive.Adam")[0].get_text()


def test_methods_are_shown_with_their_class_and_those_of_all_rules_once(shown):
    rules = shown["rules"]
    assert rules.find("dt", id="adaptive.Rule.step")
    assert rules.find("dt", id="adaptive.Adam.update")
    assert not rules.find("dt", id="adaptive.Adam.step")
    assert not rules.find("dt", id="adaptive.Adam.State")
    for name, value in VALUES.items():
        brief = any(name in block and ":brief:" in block for block in _blocks(NAMES[name]))
        if brief or not inspect.isclass(value):
            continue
        for method, function in vars(value).items():
            if inspect.isfunction(function) and function.__doc__ and not method.startswith("_"):
                assert shown[NAMES[name].stem].find("dt", id=f"{name}.{method}"), (name, method)


def test_examples_are_shown_as_they_run(shown):
    for name, value in VALUES.items():
        if inspect.isclass(value) or inspect.isfunction(value):
            written = len(re.findall(r"^ *>>> ", value.__doc__ or "", re.MULTILINE))
            _, said = _entry(shown, name)
            blocks = [pre.get_text() for pre in said.select("div.highlight pre")]
            assert sum(text.count(">>> ") for text in blocks) >= written, name


def test_what_a_docstring_names_is_a_link(shown):
    signature, said = _entry(shown, "adaptive.descend")
    assert signature.select_one('a[href="rules.html#adaptive.Rule"]')
    leads = {link["href"] for link in said.select("a.reference")}
    assert {"rules.html#adaptive.Rule.State", "#adaptive.Path"} <= leads
    # Also from a docstring of another module, and by the end of its name.
    assert shown["rules"].select_one('a[href="large.html#adaptive.large.choose"]')


# ------------------------------------------------------------------ from code


def test_code_of_a_chapter_leads_to_what_it_calls(book):
    page = BeautifulSoup(
        (book / "chapters/momentum.html").read_text(encoding="utf-8"), "html.parser"
    )
    links = page.select("pre a.code")
    assert {"descend", "Momentum", "sweep", "plotting"} <= {link.get_text() for link in links}
    for link in links:
        name = link["href"].partition("#")[2].removeprefix("module-")
        assert f".{name}".endswith(f".{link.get_text()}")
    # The keys stop once at each.
    stops = [link["href"] for link in links if "tabindex" not in link.attrs]
    assert len(stops) == len(set(stops)) < len(links)
    assert set(stops) == {link["href"] for link in links}


def test_other_links_stay_as_they_are():
    page = '<a class="other" href="x#adaptive.Adam">rule</a>'
    assert codelinks.quiet(page) == page


def test_a_cell_is_told_what_is_imported_before_it():
    cells = [
        "import adaptive.plotting as plot, numpy as np\nfrom adaptive import SGD, Adam as Best",
        "%matplotlib inline\nSGD = 3",
        "SGD()",
        "class SGD: pass",
        "for Best in []: pass",
        "plot.use()",
    ]
    told = list(codelinks.imported(cells))
    plot = "import adaptive.plotting as plot"
    best, sgd = "from adaptive import Adam as Best", "from adaptive import SGD as SGD"
    assert told[0] == []
    # What IPython alone understands is passed over.
    assert told[1:4] == [[plot, sgd, best]] * 3
    assert told[4:] == [[plot, best], [plot]]


def test_links_are_made_in_the_code_that_has_some():
    def block(text: str) -> str:
        return (
            f'<div class="highlight-ipython3"><div class="highlight"><pre>{text}</pre></div></div>'
        )

    def link(name: str, page: str, transforms: Any) -> str:
        asked.append((page, [each.source for each in transforms]))
        return page.replace("<b>Adam</b>", "<a>Adam</a>").replace("<b>SGD</b>", "<a>SGD</a>")

    adam = SimpleNamespace(names=["Adam"], source="Adam()\n")
    sgd = SimpleNamespace(names=["SGD"], source="SGD()\n")
    none = SimpleNamespace(names=[], source="x &lt; 1")
    first, second = block("<b>Adam</b>()"), block("<b>SGD</b>()")
    page = f"<p>Adam()</p>{first}{block('x &lt; 1')}{second}<p>end</p>"
    asked: list[Any] = []
    made = codelinks.of_code(link)("page", page, [none, sgd, adam])
    assert made == page.replace("<b>", "<a>").replace("</b>", "</a>")
    # Each by itself; at last what is on no page, of which it warns.
    assert asked == [(first, ["Adam()\n"]), (second, ["SGD()\n"]), ("", [])]
    lost = SimpleNamespace(names=["Lion"], source="Lion()")
    asked = []
    assert codelinks.of_code(link)("page", page, [none, lost]) == page
    assert asked == [("", ["Lion()"])]


def test_a_section_without_a_title_takes_none_back():
    class Reader:
        title_stack: list[str]

    reader = Reader()
    reader.title_stack = ["Adam"]
    codelinks._without_title(reader, nodes.section("", nodes.paragraph()))
    assert reader.title_stack == ["Adam"]
    codelinks._without_title(reader, nodes.section("", nodes.title("", "Adam")))
    assert reader.title_stack == []


# ------------------------------------------------------------------ how it is written


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("(theta: npt.ArrayLike)", "(theta: ArrayLike)"),
        ("(rng: np.random.Generator | int)", "(rng: Generator | int)"),
        ("(x: npt.NDArray[np.float64], y: Array)", "(x: NDArray[float64], y: ndarray)"),
        ("(codes: dict = <factory>)", "(codes: dict = ...)"),
        (
            "(x: list[~numpy.ndarray[tuple[~typing.Any, ...], ~numpy.dtype[~numpy.floating]]])",
            "(x: list[~numpy.ndarray])",
        ),
        ("(n: int)", "(n: int)"),
    ],
)
def test_a_signature_is_as_short_as_a_reader_would_write_it(written, read):
    assert api._sign(None, "function", "f", None, None, written, None) == (read, None)
    assert api._sign(None, "function", "f", None, None, None, written) == (None, read)


def test_stars_of_shapes_are_no_emphasis():
    lines = ["theta : ndarray, shape (steps + 1, *shape)", "*rules : Rule", "    a *word* here"]
    api._escape(None, "class", "Path", None, None, lines)
    assert lines[0].endswith(r"(steps + 1, \*shape)")
    assert lines[1:] == ["*rules : Rule", "    a *word* here"]


def test_a_minus_is_one():
    lines = ["Return -v and the new velocity v.", "Return -v, as in `x -v`."]
    api._escape(None, "method", "Momentum.update", None, None, lines)
    assert lines == ["Return −v and the new velocity v.", "Return -v, as in `x -v`."]


def test_types_are_classes_if_they_begin_with_a_capital():
    words = api._Words()
    assert "array_like" in words
    assert "True" in words
    assert "Rule" not in words
