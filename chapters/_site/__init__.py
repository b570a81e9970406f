"""The site: what stands between the chapters and the pages that are published.

A Sphinx extension of this book. It is no part of the package, so it is not in the wheel; it
lives beside the chapters, because nothing else needs it.

- `mathematics` sets the formulas when the book is built: pages need no script for them.
- `icons` draws the theme's icons into the pages, without the theme's bundle of thousands.
- `pages` mends what the theme writes: landmarks, ids, scripts, table headings.
- `dark` draws the figures for the dark page, `legible` keeps their letters large enough.
- `publishing` adds what finds and cites a page: descriptions, pictures, site map, redirects.
- `beside` sets a picture beside the proof that it moves with.
- `folding` folds the code that only draws, `reading` what is for a second reading.
- `purge` takes out of the theme's styles what no page uses.
- `search` makes the index of the search, and `run` says in words how long a chapter
  takes and where it can be run; `here` runs one of its cells on the page.
- `lite` is no part of the pages: it builds what runs the notebooks in the reader's browser.
- `architecture`, `cheatsheet` and `cite` write a page each, from the code and `CITATION.cff`.
- `api` makes the reference of the package from its docstrings, `codelinks` leads there from code.
- `faster` changes nothing but how long all this takes.
"""

from __future__ import annotations

from typing import Any

from chapters._site import (
    api,
    architecture,
    beside,
    cheatsheet,
    cite,
    codelinks,
    dark,
    decimals,
    faster,
    folding,
    here,
    icons,
    legible,
    mathematics,
    pages,
    publishing,
    purge,
    reading,
    run,
    search,
    symbols,
)


def setup(app: Any) -> dict[str, Any]:
    """Add all parts to Sphinx."""
    pages_of_their_own = (api, architecture, cheatsheet, cite)
    finding = (beside, folding, reading, run, here, search)
    for part in (
        faster,
        mathematics,
        symbols,
        icons,
        publishing,
        *pages_of_their_own,
        codelinks,
        pages,
        decimals,
        dark,
        legible,
        *finding,
        purge,
    ):
        part.setup(app)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
