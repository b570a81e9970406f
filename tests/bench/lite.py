"""How long the notebooks take to start in the reader's browser: ``python -m tests.bench.lite``.

From the click on "Run this chapter in your browser" to what the first code of the chapter shows,
and what happens in between, in seconds, from a site that holds Pyodide itself; what a network adds
depends on the network. Cold is a browser that was never there, warm one that comes again. No test:
the numbers are of the machine, and of what else it does, of which the seconds of the processor, on
all cores together, say less.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import BrowserContext, ConsoleMessage, sync_playwright

from chapters._site import lite
from chapters._site.lite import build, offline
from tests.book import browser as browsers
from tests.conftest import PATIENCE, served

#: What is waited for, in order.
STAGES = ("notebook shown", "Python itself", "its packages", "ready", "first result")
PROCESSOR = "processor"
CHAPTER = "chapters/momentum"
#: What Pyodide says reaches the page from its worker, and no console.
OVERHEARD = """
  window.Worker = class extends Worker {
    constructor(...all) {
      super(...all);
      this.addEventListener("message", ({ data }) => {
        if (data?._logMessage) console.log(data._logMessage.data);
      });
    }
  };
"""


def _processor() -> float:
    """Return the seconds that the processor has spent on the browser so far."""
    spent = 0.0
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            spent += sum(process.cpu_times()[:2])
    return spent


def visit(context: BrowserContext, site: str) -> dict[str, float]:
    """Open the chapter, run its first cells that show something, and return the seconds."""
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    seen: dict[str, float] = {}

    def said(message: ConsoleMessage) -> None:
        if message.text.startswith("Loading "):
            seen.setdefault("Python itself", time.monotonic())
        if message.text.startswith("Loaded "):
            seen["its packages"] = time.monotonic()

    page.on("console", said)
    page.add_init_script(OVERHEARD)
    began, before = time.monotonic(), _processor()
    page.goto(f"{site}/{lite.PAGE}?path={CHAPTER}.ipynb", wait_until="commit")
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for()
    seen["notebook shown"] = time.monotonic()
    page.locator(".book-bar", has_text="Python is ready").wait_for()
    seen["ready"] = time.monotonic()
    page.evaluate(
        """async () => {
          const { content } = jupyterapp.shell.currentWidget;
          const first = content.widgets.findIndex((cell) => cell.model.type === "code");
          for (const at of [first, first + 1]) {
            content.activeCellIndex = at;
            await jupyterapp.commands.execute("notebook:run-cell");
          }
        }"""
    )
    seen["first result"] = time.monotonic()
    taken = {stage: seen[stage] - began for stage in STAGES}
    taken[PROCESSOR] = _processor() - before
    page.close()
    return taken


def measure(times: int, folder: Path) -> dict[str, list[dict[str, float]]]:
    """Return the seconds of each visit, cold and warm."""
    build.build(folder / lite.FOLDER, str(offline.FOLDER))
    found: dict[str, list[dict[str, float]]] = {"cold": [], "warm": []}
    with served(folder) as site, sync_playwright() as playwright:
        path = browsers.find()
        for _ in range(times):
            chromium = playwright.chromium.launch(
                executable_path=path, args=browsers.ARGUMENTS, env=dict(os.environ)
            )
            context = chromium.new_context()
            for kind in found:
                found[kind].append(visit(context, site))
            chromium.close()
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.lite")
    parser.add_argument("--times", type=int, default=3, help="visits of each kind")
    times = parser.parse_args().times
    offline.gather(offline.FOLDER)
    with tempfile.TemporaryDirectory() as name:
        found = measure(times, Path(name))
    columns = (*STAGES, PROCESSOR)
    print(f"{'seconds, median':16}" + "".join(f"{each:>16}" for each in columns))
    for kind, visits in found.items():
        medians = (statistics.median(each[stage] for each in visits) for stage in columns)
        print(f"{kind:16}" + "".join(f"{each:16.1f}" for each in medians))


if __name__ == "__main__":
    main()
