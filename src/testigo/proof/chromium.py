"""Photographs of pages, made by Chromium without a screen, a network, or a library between.

Chromium is spoken to through two pipes (`--remote-debugging-pipe`): JSON messages of the Chrome DevTools Protocol
(https://chromedevtools.github.io/devtools-protocol/), each ended by a zero byte. Whatever a page asks for comes from
this process (`Fetch.requestPaused`), so nothing listens at a port and nothing leaves the machine.
"""

import base64
import contextlib
import fcntl
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

import msgspec

from testigo import waits
from testigo.errors import StorageError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""What the program is called."""

MOST_SCROLLS = 60
"""Photographs of one page, scrolled down from one to the next; no page of the booth is longer."""

_PAGE = "http://booth.test/"
_FIRST_DESCRIPTOR = 10
"""Chromium reads descriptor 3 and writes 4; the pipes' own must be others."""

_STILL = """(() => {
  const sheet = new CSSStyleSheet();
  const still = "caret-color: transparent !important; animation: none !important; transition: none !important";
  sheet.replaceSync(`* { ${still} }`);
  document.adoptedStyleSheets = [sheet];
  const frame = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
  return document.fonts.ready.then(() => new Promise((then) => frame(() => then(true))));
})()"""
_ON = """(() => {
  const main = document.querySelector("main"), more = document.querySelector(".scroll-on");
  const end = !more || more.hidden || main.scrollTop + main.clientHeight >= main.scrollHeight - 2;
  if (!end) more.click();
  return new Promise((then) => requestAnimationFrame(() => requestAnimationFrame(() => then(!end))));
})()"""

Ask = Callable[[str], tuple[str, bytes]]
"""From the path of a file that a page names to its media type and content."""


def find_chromium() -> str:
    """The program's path; raises `StorageError` where it is not installed."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    raise StorageError("chromium.missing")


class Chromium:
    """A running Chromium with one page of `width` × `height` pixels. `files`: what pages name besides themselves."""

    def __init__(self, program: str, files: Ask, *, width: int, height: int) -> None:
        self._files = files
        self._html = b""
        self._number = 0
        self._received = b""
        self._loaded = False
        self._folder = tempfile.TemporaryDirectory(prefix="testigo-chromium-", ignore_cleanup_errors=True)
        self._start(program)
        try:
            target = self._call("Target.createTarget", url="about:blank")["targetId"]
            self._session = self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            self._call("Page.enable")
            self._call("Fetch.enable", patterns=[{"urlPattern": "*"}])
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            self._call("Emulation.setDeviceMetricsOverride", **size)
        except BaseException:
            self.close()
            raise

    def photographs(self, html: bytes) -> list[bytes]:
        """A page as PNG, from its top to its end: as often as it has to be scrolled to see all of it."""
        self._html = html
        self._tell("Page.navigate", url=_PAGE)
        self._loaded = False
        while not self._loaded:
            self._next()
        self._evaluate(_STILL)
        taken = [self._photograph()]
        while len(taken) < MOST_SCROLLS and self._evaluate(_ON):
            taken.append(self._photograph())
        return taken

    def close(self) -> None:
        """End Chromium; nothing of it stays on the disk."""
        for descriptor in (self._write, self._read):
            with contextlib.suppress(OSError):
                os.close(descriptor)
        try:
            self._process.wait(waits.DEVICE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._folder.cleanup()

    def __enter__(self) -> "Chromium":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self, program: str) -> None:
        folder = Path(self._folder.name)
        reads, self._write = _pipe()
        self._read, writes = _pipe()
        command = [
            program, "--headless", "--remote-debugging-pipe", f"--user-data-dir={folder / 'profile'}", "--disable-gpu",
            "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-background-networking",
            "--disable-component-update", "--font-render-hinting=none", "--disable-lcd-text",
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # root has no sandbox; all pages are our own
            "about:blank",
        ]  # fmt: skip

        def give_pipes() -> None:
            os.dup2(reads, 3)
            os.dup2(writes, 4)

        try:
            self._process = subprocess.Popen(
                command, preexec_fn=give_pipes, pass_fds=(3, 4), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, env={**os.environ, "HOME": str(folder)},
            )  # fmt: skip
        except OSError as error:
            for descriptor in (self._write, self._read):
                os.close(descriptor)
            self._folder.cleanup()
            raise StorageError("chromium.failed", place=program) from error
        finally:
            os.close(reads)
            os.close(writes)

    def _answer(self, request: dict[str, Any]) -> None:
        """What the page asked for: itself, or one of the files."""
        path = "/" + request["request"]["url"].removeprefix(_PAGE)
        kind, content = ("text/html; charset=utf-8", self._html) if path == "/" else self._files(path)
        self._tell(
            "Fetch.fulfillRequest",
            requestId=request["requestId"],
            responseCode=200,
            responseHeaders=[
                {"name": "content-type", "value": kind},
                {"name": "cache-control", "value": "no-store" if path == "/" else "max-age=86400"},
            ],
            body=base64.b64encode(content).decode(),
        )

    def _photograph(self) -> bytes:
        return base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"])

    def _evaluate(self, script: str) -> bool:
        """Run it in the page, and wait for what it promises."""
        made = self._call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return bool(made["result"].get("value"))

    # ---- messages

    def _call(self, method: str, **values: Any) -> dict[str, Any]:
        number = self._tell(method, **values)
        while (message := self._next()).get("id") != number:
            pass
        if "error" in message:
            raise self._failed()
        result: dict[str, Any] = message["result"]
        return result

    def _tell(self, method: str, **values: Any) -> int:
        self._number += 1
        session = {"sessionId": self._session} if hasattr(self, "_session") else {}
        message = {"id": self._number, "method": method, "params": values, **session}
        data = memoryview(msgspec.json.encode(message) + b"\0")
        try:
            while data:
                data = data[os.write(self._write, data) :]
        except OSError:
            raise self._failed() from None
        return self._number

    def _next(self) -> dict[str, Any]:
        """The next message, whatever it is; a page that asks for a file has its answer.

        Raises `StorageError` where Chromium ended or says nothing any more.
        """
        end = time.monotonic() + waits.ANSWER
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            piece = os.read(self._read, 1 << 20) if ready else b""
            if not piece:
                raise self._failed()
            self._received += piece
        line, _, self._received = self._received.partition(b"\0")
        message: dict[str, Any] = msgspec.json.decode(line)
        if message.get("method") == "Fetch.requestPaused":  # whenever a page asks: fonts come after it has loaded
            self._answer(message["params"])
        self._loaded = self._loaded or message.get("method") == "Page.loadEventFired"
        return message

    def _failed(self) -> StorageError:
        return StorageError("chromium.failed", place=str(self._process.args[0]))  # type: ignore[index]


def _pipe() -> tuple[int, int]:
    """A pipe of descriptors that are neither 3 nor 4."""
    ends = os.pipe()
    moved = tuple(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, _FIRST_DESCRIPTOR) for end in ends)
    for end in ends:
        os.close(end)
    return moved[0], moved[1]
