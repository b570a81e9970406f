"""Firefox without a window, spoken to in WebDriver BiDi.

Playwright drives builds of Firefox of its own, and Debian's knows too little for it yet. The
protocol is the W3C's, https://w3c.github.io/webdriver-bidi, and Firefox speaks it without a driver.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import websocket

#: Seconds that an answer may take: the machine may be busy.
PATIENCE = 300

#: Nothing leaves the machine: whatever is asked of the network meets a closed door.
PREFERENCES = {
    "app.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.proxy.type": 1,
    "network.proxy.http": "127.0.0.1",
    "network.proxy.http_port": 9,
    "network.proxy.ssl": "127.0.0.1",
    "network.proxy.ssl_port": 9,
}

#: Said of a formula of which the first part has arrived and been laid out, and the second has not:
#: it depends on how busy the machine is. That each is whole in the end is tested in `test_pages`.
UNFINISHED = "Invalid markup: Incorrect number of children for <"


class Firefox:
    """A browser with one page.

    Parameters
    ----------
    path : str
        Where Firefox is.

    Attributes
    ----------
    errors : list of str
        What the console of the page complained about since it was opened.
    away : list of str
        What it asked of other places than the files of this machine.
    """

    def __init__(self, path: str) -> None:
        self.errors: list[str] = []
        self.away: list[str] = []
        self._opened = ""
        self._ids = itertools.count(1)
        self._folder = tempfile.TemporaryDirectory(prefix="firefox-", ignore_cleanup_errors=True)
        profile = Path(self._folder.name)
        lines = (f"user_pref({json.dumps(k)}, {json.dumps(v)});\n" for k, v in PREFERENCES.items())
        (profile / "user.js").write_text("".join(lines), encoding="utf-8")
        command = [path, "--headless", "--no-remote", "--profile", str(profile)]
        self._process = subprocess.Popen(
            [*command, "--remote-debugging-port", "0"],
            env=os.environ | {"HOME": str(profile)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        said = []
        for line in self._process.stderr:
            said.append(line)
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", line):
                break
        else:
            raise RuntimeError(f"{path} does not start: {''.join(said)[-2000:]}")
        self._socket = websocket.create_connection(
            f"{found[1]}/session", timeout=PATIENCE, suppress_origin=True
        )
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        self._page = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask(
            "browsingContext.setViewport",
            context=self._page,
            viewport={"width": 1280, "height": 900},
        )

    def close(self) -> None:
        """End it."""
        self._socket.close()
        # Its children too: what one of them still holds open would be waited for.
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()
        self._folder.cleanup()

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command, and return what it brought."""
        number = next(self._ids)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self._socket.recv())
            if message["type"] == "event":
                self._heard(message["method"], message["params"])
            elif message.get("id") == number:
                if message["type"] == "error":
                    raise RuntimeError(f"{method}: {message['message']}")
                return message["result"]

    def _heard(self, event: str, told: dict[str, Any]) -> None:
        wrong = event == "log.entryAdded" and told["level"] == "error"
        if wrong and not told["text"].startswith(UNFINISHED):
            self.errors.append(told["text"])
        if event == "network.beforeRequestSent":
            url = told["request"]["url"]
            if not url.startswith(("file:", "data:", "blob:", "about:")):
                self.away.append(url)

    def open(self, path: Path | str) -> None:
        """Open a file or an address, and wait until all that it needs is loaded."""
        self.errors.clear()
        self.away.clear()
        self._opened = address = path if isinstance(path, str) else path.resolve().as_uri()
        self.ask("browsingContext.navigate", context=self._page, url=address, wait="complete")
        # On a busy machine the answer may come while the page before is still there.
        self.until(
            "(url) => document.readyState === 'complete' && location.href.split('#')[0] === url",
            address,
        )

    def stay_or_open(self, path: Path) -> None:
        """Open a file, unless it is what was opened last."""
        if path.resolve().as_uri() != self._opened:
            self.open(path)

    def evaluate(self, function: str, *arguments: Any) -> Any:
        """Call a function of JavaScript in the page, and return what it returns."""
        call = f"({function})(...{json.dumps(arguments)})"
        answer = self._run(
            f"Promise.resolve({call}).then((value) => JSON.stringify(value ?? null))"
        )
        if answer["type"] == "exception":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def until(self, function: str, *arguments: Any) -> None:
        """Wait until a function returns true, in whatever page is there by then.

        It is called again and again: a page that is left keeps no promise.
        """
        call = f"({function})(...{json.dumps(arguments)})"
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(RuntimeError):  # where the page is just being left
                answer = self._run(f"Boolean({call})", wait=False)
                if answer["type"] == "success" and answer["result"]["value"]:
                    return
            time.sleep(0.02)
        raise TimeoutError(f"not true after {PATIENCE} s: {call}")

    def _run(self, expression: str, wait: bool = True) -> dict[str, Any]:
        page = {"context": self._page}
        return self.ask("script.evaluate", expression=expression, target=page, awaitPromise=wait)

    def press(self, key: str, times: int = 1) -> None:
        """Press a key, which is given as WebDriver has it."""
        steps = [{"type": kind, "value": key} for kind in ("keyDown", "keyUp")] * times
        self._act({"type": "key", "id": "keys", "actions": steps})

    def drag(self, start: list[float], end: list[float]) -> None:
        """Take what is at one point of the window to another."""
        middle = [(a + b) / 2 for a, b in zip(start, end, strict=True)]
        move = [
            {"type": "pointerMove", "x": round(x), "y": round(y)} for x, y in (start, middle, end)
        ]
        down, up = ({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up"))
        steps = [move[0], down, *move[1:], up]
        self._act({"type": "pointer", "id": "mouse", "actions": steps})

    def _act(self, source: dict[str, Any]) -> None:
        self.ask("input.performActions", context=self._page, actions=[source])
