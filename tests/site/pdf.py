"""The book as one PDF, printed by the browser: ``python -m tests.site.pdf [TARGET]``.

The built pages become one page: ids get the name of their page in front, links between pages
become links inside, scripts stay out; so explorers show their first picture.
"""

from __future__ import annotations

import sys
import tempfile
from html import escape
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

from bs4 import BeautifulSoup
from playwright.sync_api import Browser, sync_playwright

from chapters._site import cite
from tests.book import browser
from tests.book.notebooks import ROOT, pages

BOOK = ROOT / "_build" / "html"
TARGET = ROOT / "_build" / "adaptive-optimizers.pdf"

PAPER = """
html { font-size: 10.5pt; }
body { margin: 0; }
article.bd-article { break-before: page; padding: 0; }
.bd-content { display: block !important; }
.front { padding-top: 30vh; text-align: center; }
.list-of-pages { break-before: page; }
h1, h2, h3, h4 { break-after: avoid; }
.list-of-pages li { margin: 0.2rem 0; }
.headerlink, .copybtn, button, .thebelab-button { display: none !important; }
details > :not(summary) { display: block; }
.toggle-hidden { display: block !important; visibility: visible !important; height: auto !important;
  opacity: 1 !important; }
a[href] { color: #0a5fb4; text-decoration: none; }
"""


def _article(book: Path, name: str, names: list[str]) -> BeautifulSoup:
    """Return the text of a page, ready to stand among the others."""
    page = BeautifulSoup((book / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    article, folder = page.article, (book / name).parent
    known = {(book / f"{each}.html").resolve(): each for each in names}
    for script in article.select("script"):
        script.decompose()
    for each in article.select("[id]"):
        each["id"] = f"{name}--{each['id']}"
    for key in ("aria-labelledby", "aria-describedby", "for"):
        for each in article.select(f"[{key}]"):
            value = each[key] if isinstance(each[key], str) else " ".join(each[key])
            each[key] = " ".join(f"{name}--{part}" for part in value.split())
    for link in article.select("a[href]"):
        address, anchor = urldefrag(link["href"])
        if urlsplit(address).scheme:
            continue
        other = known.get((folder / unquote(address)).resolve()) if address else name
        if other is None:
            del link["href"]
        else:
            link["href"] = f"#{other}--{anchor}" if anchor else f"#{other}"
    for image in article.select("img[src]"):
        image.attrs.pop("loading", None)
        if not urlsplit(image["src"]).scheme:
            image["src"] = (folder / unquote(image["src"])).resolve().as_uri()
    for part in article.select("details:not(.fold)"):
        part["open"] = ""
    article["id"] = name
    return article


def one_page(book: Path, names: list[str]) -> str:
    """Return the whole book as one page."""
    first = BeautifulSoup((book / f"{names[0]}.html").read_text(encoding="utf-8"), "html.parser")
    sheets = [
        (book / names[0]).parent.joinpath(link["href"].partition("?")[0]).resolve().as_uri()
        for link in first.select('link[rel="stylesheet"]')
    ]
    math = (book / "_static" / "mathematics.css").as_uri()
    links = "".join(
        f'<link rel="stylesheet" href="{each}">' for each in dict.fromkeys([*sheets, math])
    )
    articles = [_article(book, name, names) for name in names]
    lines = []
    for name, article in zip(names, articles, strict=True):
        title = article.h1.get_text(strip=False).removesuffix("#").removesuffix("¶").strip()
        lines.append(f'<li><a href="#{name}">{escape(title)}</a></li>')
    about = cite.citation()
    title, _, rest = about["title"].partition(": ")
    return (
        '<!doctype html><html lang="en" data-theme="light"><head><meta charset="utf-8">'
        f"<title>{escape(about['title'])}</title>{links}<style>{PAPER}</style></head>"
        f'<body><main class="bd-content"><div class="front"><h1>{escape(title)}</h1>'
        f"<p>{escape(rest)}</p><p>{escape(about['authors'][0]['name'])}</p>"
        f"<p>Version {escape(str(about['version']))}</p><p>{escape(about['url'])}</p></div>"
        f'<nav class="list-of-pages"><h1>Contents</h1><ul>{"".join(lines)}</ul></nav>'
        f"{''.join(map(str, articles))}</main></body></html>"
    )


def write(chromium: Browser, book: Path, target: Path, names: list[str]) -> None:
    """Let a browser print pages of a built book into one file."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "book.html"
        source.write_text(one_page(book.resolve(), names), encoding="utf-8")
        page = chromium.new_page()
        page.set_default_timeout(300_000)
        page.goto(source.as_uri(), wait_until="load")
        margin = {"top": "18mm", "bottom": "18mm", "left": "20mm", "right": "20mm"}
        number = (
            '<div style="font-size:8pt;width:100%;text-align:center">'
            '<span class="pageNumber"></span></div>'
        )
        page.pdf(
            path=target,
            format="A4",
            margin=margin,
            outline=True,
            tagged=True,
            display_header_footer=True,
            header_template="<span></span>",
            footer_template=number,
        )
        page.close()


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    path = browser.find()
    if path is None:
        raise SystemExit(browser.ADVICE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browser.ARGUMENTS)
        write(chromium, BOOK, where, pages())
    print(f"The book: {where} ({where.stat().st_size / 1e6:.1f} MB)")
