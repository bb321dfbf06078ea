"""USB readers, through libfprint in a process of its own (`_libfprint`): see docs/adr, "USB readers".

The process starts when the reader is opened and lives until it is closed or fails. Whatever it sends is checked as
bytes from outside; whatever it does not send in time ends it. After a failure the next capture starts a new one, so
that plugging the reader in again is repaired by trying again.
"""

import contextlib
import os
import select
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import numpy as np

from testigo.errors import InvalidInput
from testigo.fingerprint.images.image import FingerImage, check_dpi
from testigo.fingerprint.parameters import IMAGE
from testigo.fingerprint.reader import _libfprint as wire
from testigo.fingerprint.reader import errors
from testigo.words import message

PYTHON = "/usr/bin/python3"
"""Debian's interpreter, the one that its `python3-gi` belongs to."""

OPENING_SECONDS = 25.0
"""Longest that opening may take; a few sensors calibrate for seconds."""
GRACE_SECONDS = wire.ALARM_GRACE + 2.0
"""How long after a capture's own time the process may still answer: cancelling asks the driver to come back."""
CLOSING_SECONDS = 3.0
_LONGEST_WORD = 2048
_LONGEST_IMAGE = wire.SHAPE.size + IMAGE.longest_side**2

_FAILURES: dict[str, type[errors.ReaderError]] = {
    "no-library": errors.LibfprintMissing,
    "no-reader": errors.NoReader,
    "cannot-capture": errors.GivesNoImages,
    "busy": errors.ReaderBusy,
    "not-allowed": errors.ReaderNotAllowed,
    "unplugged": errors.ReaderUnplugged,
    "too-hot": errors.ReaderTooHot,
    "broken": errors.ReaderBroken,
    "no-finger": errors.NoFinger,
    "lift": errors.FingerStays,
    "too-short": errors.TooShort,
    "off-centre": errors.OffCentre,
    "unclear": errors.Unclear,
}
_WITH_DETAIL = ("broken", "no-library", "cannot-capture")
_BROKEN = ("driver-failed", "protocol-error", "bad-data")
"""Failures of the driver that have words in every language, and need none of its own."""


class Attached(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reader that libfprint knows. `driver`: libfprint's word for it; `swipe`: the finger is drawn over it; `images`:
    it gives images, and not only its own verdicts.
    """

    driver: str
    name: str
    swipe: bool
    images: bool


class UsbReader:
    """A USB reader. `driver`: libfprint's name of it, "" for the first attached; `dpi`: its true resolution, where the
    driver does not know it (else 500 is assumed). One capture at a time.

    `virtual`: path of the socket of libfprint's virtual image device, for tests and rehearsals, in place of hardware.
    """

    def __init__(
        self, driver: str = "", *, dpi: int | None = None, virtual: Path | None = None, python: str = PYTHON
    ) -> None:
        if dpi is not None:
            check_dpi(dpi)
        self._driver, self._dpi, self._virtual, self._python = driver, dpi, virtual, python
        self._process: subprocess.Popen[bytes] | None = None
        self._attached: Attached | None = None
        self._using = threading.Lock()

    @property
    def name(self) -> str:
        """What the driver calls the reader; before it is opened, only what was asked for."""
        return self._attached.name if self._attached else self._driver or "USB"

    def open(self) -> None:
        """Start the process and open the reader; nothing to do if it is open. Raises a `ReaderError`."""
        with self._used():
            self._open()

    def capture(self, timeout: float = 15.0) -> FingerImage:
        """Wait up to `timeout` seconds for a finger; its image. The reader is opened where it is not.

        Raises a `TryAgain` where the finger must be placed again, else another `ReaderError`; `ReaderBusy` if a
        capture is under way in another thread.
        """
        milliseconds = min(max(round(timeout * 1000), 1), 600_000)
        with self._used():
            self._open()
            try:
                self._write(wire.COMMAND.pack(wire.COMMAND_MARK, milliseconds))
                kind, body = self._read(milliseconds / 1000 + GRACE_SECONDS)
                if kind != wire.IMAGE:
                    raise _failure(kind, body)
                return self._image(body)
            except errors.TryAgain:
                raise
            except BaseException:
                self._end(kill=True)
                raise

    def close(self) -> None:
        """Give the reader back and end its process; a capture under way in another thread fails at once."""
        process = self._process
        try:
            with self._used():
                self._end(kill=False)
        except errors.ReaderBusy:
            if process is not None:
                process.kill()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # ── The process ──────────────────────────────────────────────────────────────────────────────────────────────────

    @contextlib.contextmanager
    def _used(self) -> Iterator[None]:
        """Alone, or `ReaderBusy` at once: a desk must not queue behind a capture."""
        if not self._using.acquire(blocking=False):
            raise errors.ReaderBusy
        try:
            yield
        finally:
            self._using.release()

    def _open(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self._end(kill=True)
        self._process = _start(self._python, self._virtual, "serve", self._driver)
        try:
            kind, body = self._read(OPENING_SECONDS)
            if kind != wire.READY:
                raise _failure(kind, body)
            self._attached = _told(body, Attached)
        except BaseException:
            self._end(kill=True)
            raise

    def _write(self, data: bytes) -> None:
        assert self._process is not None and self._process.stdin is not None  # noqa: S101 (opened by the caller)
        try:
            self._process.stdin.write(data)
            self._process.stdin.flush()
        except OSError:
            raise _gone(self._process) from None

    def _read(self, seconds: float) -> tuple[int, bytes]:
        assert self._process is not None  # noqa: S101 (opened by the caller)
        return _receive(self._process, time.monotonic() + seconds)

    def _end(self, *, kill: bool) -> None:
        process, self._process = self._process, None
        if process is not None:
            _stop(process, kill=kill)

    def _image(self, body: bytes) -> FingerImage:
        if len(body) < wire.SHAPE.size:
            raise errors.ReaderBroken(message("term", "reader-reason.no-shape"))
        width, height, per_millimetre = wire.SHAPE.unpack_from(body)
        if len(body) != wire.SHAPE.size + width * height:
            raise errors.ReaderBroken(
                message("term", "reader-reason.wrong-shape", width=width, height=height, length=len(body))
            )
        pixels = np.frombuffer(body, np.uint8, offset=wire.SHAPE.size).reshape(height, width)
        try:
            return FingerImage(pixels, self._dpi or _resolution(per_millimetre))
        except InvalidInput as error:
            raise errors.ReaderBroken(error.message) from None


def attached_readers(*, virtual: Path | None = None, python: str = PYTHON) -> list[Attached]:
    """All attached readers that libfprint knows. Raises `LibfprintMissing`, `ReaderHangs` or `ReaderBroken`."""
    process = _start(python, virtual, "list")
    try:
        kind, body = _receive(process, time.monotonic() + OPENING_SECONDS)
        if kind != wire.DEVICES:
            raise _failure(kind, body)
        readers: list[Attached] = _told(body, list[Attached])
        return readers
    finally:
        _stop(process, kill=True)


def _start(python: str, virtual: Path | None, *arguments: str) -> subprocess.Popen[bytes]:
    """The capture process, with an environment of its own: it inherits no variable of ours and no open file."""
    environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    if virtual is not None:
        environment["FP_VIRTUAL_IMAGE"] = str(virtual.absolute())
    command = [python, "-I", "-B", str(Path(wire.__file__).absolute()), *arguments]
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            cwd="/", start_new_session=True, bufsize=0,
        )  # fmt: skip
    except OSError as error:
        raise errors.LibfprintMissing(f"{python}: {error.strerror}") from None


def _stop(process: subprocess.Popen[bytes], *, kill: bool) -> None:
    """End the process: by the end of its input, and by force where it does not listen or `kill` is set."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101 (both are pipes)
    with contextlib.suppress(OSError):
        process.stdin.close()
    if kill:
        process.kill()
    try:
        process.wait(CLOSING_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    finally:
        process.stdout.close()


def _receive(process: subprocess.Popen[bytes], deadline: float) -> tuple[int, bytes]:
    """One frame: its kind and what follows. `ReaderHangs` after the deadline, `ReaderBroken` for what is none."""
    mark, kind, length = wire.HEADER.unpack(_exactly(process, wire.HEADER.size, deadline))
    most = _LONGEST_IMAGE if kind == wire.IMAGE else _LONGEST_WORD if kind == wire.FAILURE else 1 << 16
    if mark != wire.ANSWER_MARK or not wire.READY <= kind <= wire.DEVICES or length > most:
        raise _nonsense()
    return kind, _exactly(process, length, deadline)


def _exactly(process: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    assert process.stdout is not None  # noqa: S101 (it is a pipe)
    descriptor = process.stdout.fileno()
    waiting = select.poll()
    waiting.register(descriptor, select.POLLIN)
    parts, missing = [], size
    while missing:
        left = deadline - time.monotonic()
        if left <= 0 or not waiting.poll(left * 1000):
            raise errors.ReaderHangs
        part = os.read(descriptor, min(missing, 1 << 16))
        if not part:
            raise _gone(process)
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _gone(process: subprocess.Popen[bytes]) -> errors.ReaderError:
    """The process has ended by itself: what to call that."""
    try:
        code = process.wait(CLOSING_SECONDS)
    except subprocess.TimeoutExpired:
        return errors.ReaderBroken(message("term", "reader-reason.silent"))
    if code == -14:  # SIGALRM: it noticed itself that the driver does not come back
        return errors.ReaderHangs()
    if code < 0:
        return errors.ReaderBroken(message("term", "reader-reason.signal", number=-code))
    return errors.ReaderBroken(message("term", "reader-reason.ended"))


def _nonsense() -> errors.ReaderError:
    return errors.ReaderBroken(message("term", "reader-reason.nonsense"))


def _failure(kind: int, body: bytes) -> errors.ReaderError:
    word, _, detail = body.decode("utf-8", "replace").partition("\n")
    if kind == wire.FAILURE and word in _BROKEN:
        return errors.ReaderBroken(message("term", f"reader-reason.{word}"))
    if kind != wire.FAILURE or word not in _FAILURES:
        return _nonsense()
    return _FAILURES[word](detail if word in _WITH_DETAIL else "")


def _told(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise _nonsense() from None


def _resolution(per_millimetre: float) -> int:
    """Dots per inch; 500 where the driver states none that a reader could have."""
    dpi = per_millimetre * 25.4
    return round(dpi) if IMAGE.lowest_dpi <= dpi <= IMAGE.highest_dpi else IMAGE.usual_dpi
