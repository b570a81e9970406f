"""How long live figures take for one frame, in a browser, while their start is dragged."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from statistics import median, quantiles

from adaptive import SGD, Adam, Momentum, anatomy, explore
from adaptive.problems import Rosenbrock
from tests.book import browser as browsers

FRAMES = 120

#: From the moment at which a frame begins to the first task after it was painted.
MEASURE = """
async (frames) => {
  const { explorer } = document.querySelector(".adaptive-figure");
  const frame = (change) => new Promise((done) => requestAnimationFrame(() => {
    const began = performance.now();
    explorer.apply(change);
    explorer.render();
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => done(performance.now() - began);
    port2.postMessage(0);
  }));
  const taken = [];
  for (let i = 0; i < frames; i++) {
    const turn = (2 * Math.PI * i) / frames;
    taken.push(await frame({ start: [-1.2 + 0.3 * Math.cos(turn), 1 + 0.6 * Math.sin(turn)] }));
  }
  return taken;
}
"""


def figure():
    """Return an explorer with three rules and 500 steps."""
    rules = SGD(lr=1e-3), Momentum(lr=5e-4, momentum=0.9), Adam(lr=0.05)
    return explore(Rosenbrock(), *rules, steps=500)


def equation():
    """Return a live equation with bands, and a run of 500 steps."""
    return anatomy(Adam(lr=0.05), Rosenbrock(), steps=500, at=40)


def frame_times(browser, figure) -> tuple[list[float], float]:
    """Return the milliseconds of each frame on the clock, and those of work in the mean.

    Work is what the page's own thread computed, however busy the machine was with other things.
    """
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content(figure.to_page())
    page.evaluate(MEASURE, 20)  # until the engine has compiled what it runs often
    tools = page.context.new_cdp_session(page)
    tools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def work() -> float:
        metrics = tools.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "TaskDuration")

    before = work()
    taken = page.evaluate(MEASURE, FRAMES)
    worked = 1000 * (work() - before) / FRAMES
    page.close()
    return taken, worked


def lines() -> Iterator[str]:
    """Yield the lines of the report."""
    figures = {"explorer, 3 rules x 500 steps": figure(), "anatomy, 500 steps": equation()}
    for name, each in figures.items():
        size = len(gzip.compress(each.to_html().encode()))
        yield f"{name}: {size / 1000:.0f} KB on a page, compressed (budget 60)"
    path = browsers.find()
    if path is None:
        yield f"no frames were measured. {browsers.ADVICE}"
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=browsers.ARGUMENTS)
        for name, each in figures.items():
            taken, worked = frame_times(chromium, each)
            slow = quantiles(taken, n=20)[-1]
            yield (
                f"{name}: {median(taken):.1f} ms a frame, 95 of 100 below {slow:.1f} ms, "
                f"{worked:.1f} ms of them work (budget 16)"
            )
        chromium.close()


if __name__ == "__main__":
    for line in lines():
        print(line)
