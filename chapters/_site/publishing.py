"""What finds and cites a page: descriptions, pictures, the site map, redirects, the 404 page."""

from __future__ import annotations

import functools
import re
import tomllib
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml
from docutils import nodes

ROOT = Path(__file__).resolve().parents[2]
#: So long may a description be; search engines cut what is longer.
LONGEST = 200
PICTURES = "_static/pictures"
#: Width and height of a page's picture, in pixels.
SIZE = (1200, 630)

_MOVED = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta http-equiv="refresh" content="0; url={target}">
<link rel="canonical" href="{canonical}">
<main><h1>{title}</h1><p>This page is at <a href="{target}">{target}</a>.</p></main>
</html>
"""

_MISSING = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>No such page — {project}</title>
<link rel="icon" href="data:image/svg+xml,{icon}">
<style>
:root {{ color-scheme: light dark; }}
body {{ background: #fff; color: #1a1e24; font: 1.1rem/1.6 system-ui, sans-serif;
  margin: 15vh auto; max-width: 34rem; padding: 0 1.5rem; }}
a {{ color: #0a5fb4; }}
svg {{ height: 5rem; }}
@media (prefers-color-scheme: dark) {{
  body {{ background: #121212; color: #e4e7eb; }}
  a {{ color: #7db8f5; }}
}}
</style>
<main>
{logo}
<h1>No such page</h1>
<p>The address may be mistyped, or the page has moved. A wrong step is part of every descent:
go back to <a href="{base}">the start of the book</a>, or look for the page in its
<a href="{base}search.html">search</a>.</p>
</main>
</html>
"""


def version() -> str:
    """Return the version of the book, which is that of the package."""
    with (ROOT / "pyproject.toml").open("rb") as file:
        return str(tomllib.load(file)["project"]["version"])


@functools.cache
def address() -> str:
    """Return where the book is published; it ends in a slash."""
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    return str(config["html"]["baseurl"])


def description(tree: nodes.document | None) -> str:
    """Return the first paragraph of a page, cut at the end of a word.

    Formulas would be read as code there; a paragraph with one ends before it.
    """
    if tree is None:
        return ""
    for paragraph in tree.findall(nodes.paragraph):
        if not isinstance(paragraph.parent, nodes.section):
            continue
        text = ""
        for node in paragraph.findall(nodes.Text):
            if isinstance(node.parent, nodes.math):
                text = re.split(r"(?<=[.:]) ", text)[0] if ". " in text else text
                break
            text += node.astext()
        text = " ".join(text.split())
        if len(text) > LONGEST:
            text = text[: LONGEST - 1].rsplit(" ", 1)[0].rstrip(",;:–-") + "…"
        if len(text) > 20:
            return text
    return ""


def _plain(title: str) -> str:
    return re.sub(r"<[^>]+>", "", title).strip()


def picture(page: str) -> str:
    """Return the name of a page's picture: the rule's own, or that of all rules."""
    from adaptive import RULES

    stem = page.rpartition("/")[2]
    return stem if stem in {rule.__name__.lower() for rule in RULES} else "book"


def draw(name: str, path: Path) -> None:
    """Draw the book's figure of the circles task, of one rule or of all."""
    import matplotlib as mpl

    mpl.use("agg")
    import matplotlib.pyplot as plt
    from adaptive import RULES, descend, plotting
    from adaptive.problems import Circles

    rules = [rule for rule in RULES if name in ("book", rule.__name__.lower())]
    with plt.rc_context():
        plotting.use()
        paths = [descend(rule(**rule.on_circles), Circles(), steps=100, rng=1) for rule in rules]
        left, _ = plotting.circles(paths)
        figure = left.figure
        dots = 150
        figure.set_size_inches(SIZE[0] / dots, SIZE[1] / dots)
        title = "Adaptive Optimizers" if name == "book" else rules[0].__name__
        figure.suptitle(title, fontsize=17, fontweight="bold")
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, dpi=dots, facecolor="white", metadata={"Software": None})
        plt.close(figure)


def _context(app: Any, page: str, template: str, context: dict[str, Any], tree: Any) -> None:
    if page in ("search", "genindex") or template != "page.html":
        hidden = '<meta name="robots" content="noindex">'
        context["metatags"] = f"{context.get('metatags', '')}\n{hidden}"
        return
    base = app.config.html_baseurl
    name = picture(page)
    what = "Ten closed curves" if name == "book" else "A closed curve"
    address = app.builder.get_target_uri(page)
    title = _plain(context.get("title", "")) or app.config.html_title
    about = description(tree) or f"{title}: a page of the book {app.config.html_title}."
    front = page == app.config.root_doc
    tags = {
        "og:title": title,
        "og:type": "website" if front else "article",
        "og:url": base + address,
        "og:site_name": app.config.html_title,
        "og:description": about,
        "og:image": f"{base}{PICTURES}/{name}.png",
        "og:image:width": str(SIZE[0]),
        "og:image:height": str(SIZE[1]),
        "og:image:alt": f"{what} between two classes of points, beside the loss on the way there",
    }
    lines = [f'<meta name="description" content="{escape(about)}">']
    lines += [f'<meta property="{key}" content="{escape(text)}">' for key, text in tags.items()]
    lines.append('<meta name="twitter:card" content="summary_large_image">')
    context["metatags"] = context.get("metatags", "") + "\n" + "\n".join(lines)


def _finish(app: Any, error: Exception | None) -> None:
    if error or app.builder.name not in ("html", "dirhtml"):
        return
    out, base = Path(app.outdir), app.config.html_baseurl
    pages = sorted(app.env.found_docs)
    for name in sorted({picture(page) for page in pages} | {"book"}):
        draw(name, out / PICTURES / f"{name}.png")
    (out / ".nojekyll").touch()
    locations = "".join(
        f"<url><loc>{escape(base + app.builder.get_target_uri(page))}</loc></url>\n"
        for page in pages
    )
    schema = "http://www.sitemaps.org/schemas/sitemap/0.9"
    (out / "sitemap.xml").write_text(
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<urlset xmlns="{schema}">\n{locations}</urlset>\n',
        encoding="utf-8",
    )
    logo = (ROOT / "chapters" / "images" / "logo.svg").read_text(encoding="utf-8").strip()
    (out / "404.html").write_text(
        _MISSING.format(project=app.config.html_title, base=base, logo=logo, icon=quote(logo)),
        encoding="utf-8",
    )
    for old, page in {"index": app.config.root_doc, **app.config.moved}.items():
        if page not in app.env.found_docs:
            raise ValueError(f"moved: {old!r} leads to {page!r}, which is no page of the book")
        target = "../" * old.count("/") + app.builder.get_target_uri(page)
        text = _MOVED.format(
            title=escape(app.config.html_title),
            target=target,
            canonical=base + app.builder.get_target_uri(page),
        )
        (path := out / f"{old}.html").parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def setup(app: Any) -> None:
    """Connect to Sphinx."""
    # Old page: new page, without suffixes; an old address keeps leading to its page.
    app.add_config_value("moved", {}, "html", dict)
    app.connect("html-page-context", _context)
    app.connect("build-finished", _finish)
