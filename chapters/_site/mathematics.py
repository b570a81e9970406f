"""Formulas are set by MathJax when the book is built, in V8, and need no script in the page.

MathJax comes from one pinned package and V8 from another, both from PyPI; what is run is
compared with its hash first. A formula that MathJax does not understand is a warning, and so
an error of the build. Each formula carries MathML beside what is drawn, for screen readers.
"""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import re
import shutil
import string
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from docutils import nodes
from fontTools import subset
from sphinx.errors import ExtensionError
from sphinx.util import logging

#: The parts of MathJax that are run, in their order.
PARTS = (
    "loader.js",
    "core.js",
    "adaptors/liteDOM.js",
    "input/tex-full.js",
    "output/chtml.js",
    "output/chtml/fonts/tex.js",
)
FONTS = "output/chtml/fonts/woff-v2"
#: Of these parts and fonts together, see `digest`.
SHA256 = "07a5a1e84d014ef10eb7a356547b4f26780a83168de9c5802b6863b3ee53a9ea"

STYLES = "mathematics.css"
#: What `symbols` marks in the text has the face of the formulas.
LETTERS = string.ascii_letters

#: What MathJax is asked to do; `require` and its kind could load more, and are left out.
PROGRAM = r"""
const M = MathJax._;
const adaptor = M.adaptors.liteAdaptor.liteAdaptor();
M.handlers.html_ts.RegisterHTMLHandler(adaptor);
const InputJax = new M.input.tex_ts.TeX({
  packages: ["base", "ams", "newcommand", "boldsymbol", "mathtools", "textmacros"],
  formatError: (_, error) => { throw new Error(error.message); },
});
const OutputJax = new M.output.chtml_ts.CHTML({
  font: new M.output.chtml.fonts.tex_ts.TeXFont({ fontURL: "fonts" }),
  adaptiveCSS: false,
});
const page = M.mathjax.mathjax.document("", { InputJax, OutputJax });
const written = new M.core.MmlTree.SerializedMmlVisitor.SerializedMmlVisitor();
const size = { em: 16, ex: 8, containerWidth: 1280 };
function set(tex, display) {
  InputJax.reset();
  const mml = page.convert(tex, { display, end: M.core.MathItem.STATE.CONVERT });
  InputJax.reset();
  return JSON.stringify([
    adaptor.outerHTML(page.convert(tex, { display, ...size })),
    written.visitTree(mml),
  ]);
}
function styles() { return adaptor.textContent(OutputJax.styleSheet(page)); }
"""

#: MathML is there for those who listen; MathJax's own rule for it.
ASSISTIVE = """
mjx-container { position: relative; }
mjx-assistive-mml {
  position: absolute !important; top: 0; left: 0; clip: rect(1px, 1px, 1px, 1px);
  padding: 1px 0 0 0 !important; border: 0 !important; display: block !important;
  width: auto !important; overflow: hidden !important; user-select: none;
}
mjx-container[display="true"] mjx-assistive-mml { width: 100% !important; }
"""

_logger = logging.getLogger(__name__)
#: An attribute that only MathJax reads.
_OWN = re.compile(r' data-mjx-[\w-]+="[^"]*"')
_GLYPH = re.compile(r"mjx-c[0-9A-F]+")
#: A rule of a style sheet; what it draws may be a brace.
_RULE = re.compile(r'([^{}"]+)\{(?:[^{}"]|"[^"]*")*\}')


def folder() -> Path:
    """Return where the package keeps MathJax."""
    found = distribution("sphinx-mathjax-offline").locate_file("sphinx-mathjax-offline")
    return Path(str(found)) / "static" / "mathjax"


def digest(root: Path) -> str:
    """Return one hash of all files that are used."""
    total = hashlib.sha256()
    for path in [*(root / part for part in PARTS), *sorted((root / FONTS).iterdir())]:
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


@functools.cache
def _engine() -> Any:
    from py_mini_racer import MiniRacer

    root = folder()
    if (found := digest(root)) != SHA256:
        raise ExtensionError(f"MathJax is not the one of this book: {root} has hash {found}")
    engine = MiniRacer()
    # Left to Python's end, V8 may wait for it for ever.
    atexit.register(engine.close)
    engine.eval("var window = globalThis, global = globalThis, MathJax = {};")
    engine.eval("var console = { log() {}, warn() {}, error() {} };")
    for part in PARTS:
        engine.eval((root / part).read_text(encoding="utf-8"))
    engine.eval(PROGRAM)
    return engine


@functools.cache
def typeset(tex: str, display: bool = False) -> str:
    """Return a formula as HTML.

    Parameters
    ----------
    tex : str
        The formula.
    display : bool
        Whether it stands on a line of its own.

    Returns
    -------
    str
        An element ``mjx-container``.

    Raises
    ------
    ValueError
        If MathJax does not understand it.
    """
    from py_mini_racer import JSEvalException

    try:
        drawn, spoken = json.loads(_engine().call("set", tex, display))
    except JSEvalException as error:
        reason = str(error).splitlines()[0].rpartition("Error: ")[2]
        raise ValueError(f"{reason or 'MathJax does not understand it'}: {tex}") from None
    spoken = _OWN.sub("", re.sub(r">\s+<", "><", spoken))
    drawn = drawn.replace("<mjx-math", '<mjx-math aria-hidden="true"', 1)
    assistive = f'<mjx-assistive-mml unselectable="on">{spoken}</mjx-assistive-mml>'
    return drawn.removesuffix("</mjx-container>") + assistive + "</mjx-container>"


def styles(used: set[str]) -> str:
    """Return the style sheet of all formulas, with these glyphs and no others."""

    def keep(match: re.Match[str]) -> str:
        glyphs = _GLYPH.findall(match[1])
        return match[0] if not glyphs or any(glyph in used for glyph in glyphs) else ""

    text = _RULE.sub(keep, _engine().eval("styles()")) + ASSISTIVE
    return re.sub(r"\n\s*", "", text).replace("}", "}\n").strip() + "\n"


def characters(sheet: str) -> str:
    r"""Return what the glyphs of a style sheet draw, and the letters that stand in the text.

    Examples
    --------
    >>> found = characters(r'a::before {content: "\2211"} b::before {content: "="}')
    >>> found.replace(LETTERS, "")
    '∑='
    """
    drawn = re.findall(r'content: ?"((?:[^"\\]|\\.)*)"', sheet)
    code = re.compile(r"\\([0-9A-F]{2,6}) ?")
    return "".join(code.sub(lambda found: chr(int(found[1], 16)), each) for each in drawn) + LETTERS


def _write_font(path: Path, target: Path, text: str) -> None:
    """Write a font that has these characters alone: a page loads four to eight of them.

    One that has none of them, such as the one whose letters have no width, stays whole: browsers
    refuse a font without characters.
    """
    options = subset.Options(flavor="woff", hinting=False, layout_features=[])
    options.drop_tables += ["FFTM"]
    chosen = subset.Subsetter(options)
    chosen.populate(text=text)
    with subset.load_font(path, options) as font:
        if not {ord(each) for each in text} & font.getBestCmap().keys():
            shutil.copyfile(path, target)
            return
        chosen.subset(font)
        subset.save_font(font, target, options)


def _set(translator: Any, node: Any, tex: str, display: bool) -> str:
    try:
        return typeset(tex, display)
    except ValueError as error:
        _logger.warning("a formula cannot be set: %s", error, location=node)
        return f"<code>{translator.encode(tex)}</code>"


def _inline(translator: Any, node: nodes.math) -> None:
    start = translator.starttag(node, "span", "", CLASS="math notranslate nohighlight")
    translator.body.append(start + _set(translator, node, node.astext(), False) + "</span>")
    raise nodes.SkipNode


def _tex(node: nodes.math_block) -> str:
    """Return what is to be set: parts between empty lines stand below each other."""
    if node["nowrap"]:
        return node.astext()
    parts = [part for part in node.astext().split("\n\n") if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    if len(parts) > 1:
        return r"\begin{align}\begin{aligned}" + r"\\".join(parts) + r"\end{aligned}\end{align}"
    return "".join(parts)


def _block(translator: Any, node: nodes.math_block) -> None:
    from sphinx.util.math import get_node_equation_number

    body = translator.body
    body.append(translator.starttag(node, "div", CLASS="math notranslate nohighlight"))
    if node["number"]:
        body.append(f'<span class="eqno">({get_node_equation_number(translator, node)})')
        translator.add_permalink_ref(node, "Link to this equation")
        body.append("</span>")
    body.append(_set(translator, node, _tex(node), True) + "</div>\n")
    raise nodes.SkipNode


def _needs_styles(app: Any, name: str, template: str, context: dict[str, Any], tree: Any) -> None:
    if "<mjx-container" in context.get("body", ""):
        app.add_css_file(STYLES)


def _publish(app: Any, error: Exception | None) -> None:
    if error or app.builder.format != "html":
        return
    static = Path(app.outdir) / "_static"
    used: set[str] = set()
    for path in Path(app.outdir).rglob("*.html"):
        used.update(_GLYPH.findall(path.read_text(encoding="utf-8")))
    sheet = styles(used)
    (static / STYLES).write_text(sheet, encoding="utf-8")
    (static / "fonts").mkdir(exist_ok=True)
    for path in sorted((folder() / FONTS).iterdir()):
        _write_font(path, static / "fonts" / path.name, characters(sheet))


def setup(app: Any) -> None:
    """Make this the way formulas are written in HTML."""
    app.add_html_math_renderer("built", (_inline, None), (_block, None))
    app.connect("html-page-context", _needs_styles)
    app.connect("build-finished", _publish)
