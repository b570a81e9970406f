"""What the figures of a built book cost: bytes, work a frame, and work until they answer.

``python -m tests.bench.pages`` reads ``_build/html``; with names, only these chapters. Work is what
the page's own thread computed, however busy the machine was with other things.
"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.book import browser as browsers
from tests.book.notebooks import ROOT

BOOK = ROOT / "_build/html"
CHAPTERS = ("sgd", "momentum", "rmsprop", "adam", "amsgrad", "adamw", "lion")
FRAMES = 60
TRACED = ["devtools.timeline", "disabled-by-default-devtools.timeline"]
TRACED += ["toplevel", "loading", "blink.user_timing"]
#: The slower machine has a sixth of the speed of this one.
SLOWER = 6

#: Marks the moment at which the first figure has come alive.
ALIVE = """new MutationObserver((changes) => {
  if (changes.some(({ target }) => "live" in target.dataset)) performance.mark("alive");
}).observe(document, { subtree: true, attributes: true, attributeFilter: ["data-live"] });"""

#: Moves the first slider of a figure there and back, once a frame.
MOVE = """async ([kind, frames]) => {
  const root = document.querySelector(`.adaptive-${kind}`);
  root.scrollIntoView({ block: "center" });
  const slider = root.querySelector("input[type=range]");
  const [low, high] = [Number(slider.min), Number(slider.max)];
  for (let i = 0; i < frames; i++) {
    await new Promise(requestAnimationFrame);
    slider.value = low + (high - low) * (0.5 - 0.5 * Math.cos((2 * Math.PI * i) / frames));
    slider.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""


def opening_weight(page: str) -> int:
    """Return the compressed bytes of a chapter's opening beyond what figures share."""
    start = page.index('<div class="adaptive-opening')
    end = page.index("</script>", start)
    return len(gzip.compress(page[start:end].encode()))


def _work(
    events: list[dict[str, Any]], first: float, last: float, thread: tuple[int, int]
) -> float:
    """Return the milliseconds that a thread worked between two moments."""
    tasks = (e for e in events if e["name"] == "RunTask" and (e["pid"], e["tid"]) == thread)
    return sum(e.get("tdur", 0) for e in tasks if first <= e["ts"] < last) / 1000


def until_alive(browser: Any, path: Path) -> tuple[float, float]:
    """Return the work before text is seen, and from then until the first figure answers."""
    page = browser.new_page(viewport={"width": 390, "height": 844})
    page.add_init_script(ALIVE)
    browser.start_tracing(page=page, categories=TRACED)
    page.goto(path.as_uri(), wait_until="load")
    events = json.loads(browser.stop_tracing())["traceEvents"]
    page.close()
    paint = next(e for e in events if e["name"] == "firstContentfulPaint")
    alive = min(e["ts"] for e in events if e["name"] == "alive")
    thread = paint["pid"], paint["tid"]
    before = _work(events, 0, paint["ts"], thread)
    return before, _work(events, paint["ts"], alive, thread)


def frame(page: Any, kind: str) -> float | None:
    """Return the milliseconds of work in a frame while a slider moves; None without a figure."""
    if not page.locator(f".adaptive-{kind}").count():
        return None
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work() -> float:
        metrics = tools.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

    page.evaluate(MOVE, [kind, FRAMES // 3])  # until the engine has compiled what it runs often
    before = work()
    page.evaluate(MOVE, [kind, FRAMES])
    return 1000 * (work() - before) / FRAMES


def lines(names: list[str]) -> Iterator[str]:
    """Yield the lines of the report."""
    path = browsers.find()
    if path is None:
        yield f"nothing was measured. {browsers.ADVICE}"
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        for name in names:
            file = BOOK / f"chapters/{name}.html"
            weight = opening_weight(re.sub(r"\\s+", " ", file.read_text(encoding="utf-8")))
            before, after = until_alive(chromium, file)
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            page.goto(file.as_uri(), wait_until="load")
            found = {kind: frame(page, kind) for kind in ("opening", "anatomy", "explorer")}
            page.close()
            frames = ", ".join(f"{kind} {ms:.1f}" for kind, ms in found.items() if ms is not None)
            yield (
                f"{name}: opening {weight / 1000:.0f} KB (budget 30); "
                f"work of a frame in ms: {frames} (budget 16); text after {before:.0f} ms of work, "
                f"and the opening answers {after:.0f} ms later, "
                f"{SLOWER * after:.0f} at a sixth of the speed (budget 2000)"
            )
        chromium.close()


if __name__ == "__main__":
    for line in lines(sys.argv[1:] or list(CHAPTERS)):
        print(line, flush=True)
