"""How long a reader waits for Python: ``python -m tests.lite.start FOLDER [NOTEBOOK]``, on Linux.

FOLDER is a site with Pyodide in it, as `make lite PYODIDE=_build/pyodide` makes it. A browser that
has never seen it opens a notebook and runs it. What is told is the time on the clock, and on the
processor: of the page, of Python, which is beside it, and of all that a browser does. Where other
work waits for the same processors, the clock says nothing and the processor's time is too long.
"""

from __future__ import annotations

import argparse
import os
import time
from collections import Counter
from pathlib import Path

from playwright.sync_api import sync_playwright

from chapters._site import lite
from tests.book import browser as browsers
from tests.conftest import PATIENCE, served

PICTURE = "!!document.querySelector('.jp-OutputArea svg, .jp-OutputArea img[src^=\"data:\"]')"


def _fields(path: Path) -> list[str]:
    """Return what the kernel says of a process or a thread: its name, then numbers."""
    name, _, rest = path.read_text().partition(" (")[2].rpartition(") ")
    return [name, *rest.split()]


def processor(root: int) -> Counter[str]:
    """Return seconds of the processor, of the page, of Python and of all, below a process."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parents[int(folder.name)] = int(_fields(folder / "stat")[2])
        except OSError:  # It has ended.
            continue
    ours = {root}
    while more := {each for each, parent in parents.items() if parent in ours} - ours:
        ours |= more
    found: Counter[str] = Counter()
    for process in ours - {root}:
        try:
            command = Path(f"/proc/{process}/cmdline").read_text()
            threads = list(Path(f"/proc/{process}/task").iterdir())
            for thread in threads:
                name, *numbers = _fields(thread / "stat")
                seconds = (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")
                found["all"] += seconds
                if "--type=renderer" in command and thread.name == str(process):
                    found["page"] += seconds
                elif name.startswith("DedicatedWorker"):
                    found["Python"] += seconds
        except OSError:
            continue
    return found


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.lite.start")
    parser.add_argument("folder", type=Path)
    parser.add_argument("notebook", nargs="?", default="chapters/momentum")
    given = parser.parse_args()
    with sync_playwright() as playwright, served(given.folder) as site:
        path = browsers.find()
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        page = chromium.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE)
        asked: list[str] = []
        page.context.on("request", lambda request: asked.append(request.url))
        begin, before = time.monotonic(), processor(os.getpid())

        def tell(what: str) -> None:
            spent = processor(os.getpid())
            parts = (f"{key} {spent[key] - before[key]:.1f}" for key in ("page", "Python", "all"))
            clock = time.monotonic() - begin
            print(f"{what}: {clock:.1f} s; processor: {', '.join(parts)} s; {len(asked)} requests")

        page.goto(f"{site}/{lite.PAGE}?path={given.notebook}.ipynb")
        page.locator(".book-bar").wait_for()
        tell("the notebook is there")
        page.locator(".book-bar [role=status]", has_text="Python is ready").wait_for()
        tell("Python is ready")
        page.evaluate("void jupyterapp.commands.execute('notebook:run-all-cells')")
        page.wait_for_function(PICTURE)
        tell("the first picture")
        chromium.close()


if __name__ == "__main__":
    main()
