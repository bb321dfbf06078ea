"""The finger at a desk: taken by the desk's reader or uploaded, judged alike, and what is said when it fails.

A capture waits for a person, so it waits in a thread: the chair's orders and the other pages of the desk are answered
meanwhile. One press of the button is one capture; the person decides whether to try again.
"""

import asyncio
import contextlib
import threading
from dataclasses import dataclass

from testigo.errors import InvalidInput
from testigo.fingerprint.reader import SECONDS, Capture, Reader, ReaderError, UploadedImage, take
from testigo.web.browser_session import Request
from testigo.web.pages import language_of


@dataclass(frozen=True)
class DeskReader:
    """The reader of one desk; None where there is none, and images are uploaded. `seconds`: how long it waits."""

    reader: Reader | None = None
    seconds: float = SECONDS

    @property
    def attached(self) -> bool:
        """Whether the desk's pages offer a button that captures."""
        return self.reader is not None

    async def take(self, uploaded: bytes | None = None) -> Capture:
        """One impression, and what is wrong with it. Raises `ReaderError`, `InvalidInput` for what is not an image."""
        source = self.reader if uploaded is None else UploadedImage(uploaded)
        if source is None:
            raise InvalidInput("upload.not-one-file")
        return await _aside(source, self.seconds)


@dataclass(frozen=True)
class CaptureNotice:
    """What a desk's page says about the last capture. `kind`: the error's name, for tests."""

    kind: str
    words: str


def capture_notice(request: Request, error: ReaderError | None) -> CaptureNotice | None:
    """The error in the language of the desk; None for None."""
    return None if error is None else CaptureNotice(type(error).__name__, error.sentence(language_of(request)))


async def _aside(source: Reader, seconds: float) -> Capture:
    """`take` in a thread that nobody waits for when the desk is switched off in the middle of it."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Capture] = loop.create_future()

    def settle(taken: Capture | None, error: BaseException | None) -> None:
        if answer.done():
            return
        if taken is not None:
            answer.set_result(taken)
        else:
            answer.set_exception(error or RuntimeError("nothing was taken"))

    def run() -> None:
        taken: Capture | None = None
        wrong: BaseException | None = None
        try:
            taken = take(source, tries=1, timeout=seconds)
        except BaseException as error:
            wrong = error
        with contextlib.suppress(RuntimeError):  # the desk was switched off meanwhile
            loop.call_soon_threadsafe(settle, taken, wrong)

    threading.Thread(target=run, name="finger", daemon=True).start()
    return await answer
