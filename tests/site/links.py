"""Links that lead out of the book: ``python -m tests.site.links [--issue]``.

Asks for each address once, says which do not answer, and ends well all the same: what is wrong is
elsewhere. With ``--issue`` it opens an issue, unless one is open. With ``--launches`` it asks where
chapters are run instead, Binder, Colab and Pyodide's CDN, and fails if one of them does not answer:
that comes before a version is published.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urldefrag

from chapters._site import lite
from chapters._site.lite import offline
from tests.book.notebooks import ROOT
from tests.site.conftest import pages_of, soup

BOOK = ROOT / "_build" / "html"
TITLE = "Links that lead nowhere"
#: The book's own addresses, which are there only once it is published, and what needs a click.
OURS = ("https://adaptive-optimizers.github.io/", "https://github.com/adaptive-optimizers/")
LAUNCHES = ("https://mybinder.org/", "https://colab.research.google.com/")
#: Answers that mean: it is there, but not for a program.
CLOSED = (401, 403, 405, 406, 418, 429, 503, 999)


def links(book: Path) -> dict[str, list[str]]:
    """Return each address with the pages that link to it."""
    found = defaultdict(list)
    for name in pages_of(book):
        for link in soup(book / f"{name}.html").select("a[href^='http']"):
            address = urldefrag(link["href"])[0]
            if not address.startswith(OURS + LAUNCHES) and name not in found[address]:
                found[address].append(name)
    return {address: names for address, names in sorted(found.items()) if names}


def launches() -> list[str]:
    """Return the addresses that have to answer where chapters are run."""
    return [*LAUNCHES, *(f"{lite.CDN}{name}" for name in sorted(offline.files()))]


def wrong(address: str, tries: int = 3, pause: float = 5.0) -> str:
    """Return what is wrong with an address; nothing if it answers."""
    said = ""
    for number in range(tries):
        if number:
            time.sleep(pause)
        try:
            agent = {"User-Agent": "Mozilla/5.0 (links of a book)"}
            request = urllib.request.Request(address, headers=agent)
            with urllib.request.urlopen(request, timeout=20):
                return ""
        except urllib.error.HTTPError as error:
            if error.code in CLOSED:
                return ""
            said = f"{error.code} {error.reason}"
            if error.code in (404, 410):
                return said
        except (OSError, ValueError) as error:
            said = str(getattr(error, "reason", error)) or type(error).__name__
    return said


def report(book: Path, pause: float = 5.0) -> str:
    """Return the links that lead nowhere, as Markdown; nothing if there are none."""
    all_links = links(book)
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda address: wrong(address, pause=pause), all_links))
    print(f"{len(all_links)} links, {sum(map(bool, said))} lead nowhere")
    return "\n".join(
        f"- {address} ({what}), on {', '.join(names)}"
        for (address, names), what in zip(all_links.items(), said, strict=True)
        if what
    )


def open_issue(text: str) -> None:
    """Open an issue with GitHub's command line, if none of this title is open."""
    search = ["gh", "issue", "list", "--state", "open", "--search", TITLE, "--json", "title"]
    known = json.loads(subprocess.run(search, check=True, capture_output=True).stdout)
    if any(issue["title"] == TITLE for issue in known):
        print("an issue is open already")
        return
    subprocess.run(["gh", "issue", "create", "--title", TITLE, "--body", text], check=True)


def main(arguments: list[str] | None = None) -> int:
    """Look, say, and open an issue if asked to."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--issue", action="store_true", help="open an issue if a link is dead")
    parser.add_argument("--launches", action="store_true", help="ask where chapters are run")
    options = parser.parse_args(arguments)
    if options.launches:
        said = {address: what for address in launches() if (what := wrong(address))}
        print("\n".join(f"- {address} ({what})" for address, what in said.items()) or "All answer.")
        return int(bool(said))
    if not (BOOK / "index.html").exists():
        print("There is no book to look at: run `make book` first.")
        return 1
    if text := report(BOOK):
        print(text)
        if options.issue:
            open_issue(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
