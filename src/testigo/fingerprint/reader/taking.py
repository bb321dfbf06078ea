"""One finger taken well: capture, judge, say what was wrong, try again."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from testigo.errors import InvalidInput
from testigo.fingerprint.extraction.extractor import extract
from testigo.fingerprint.extraction.quality import quality
from testigo.fingerprint.images.image import FingerImage
from testigo.fingerprint.reader import errors
from testigo.fingerprint.reader.folder import DropFolder, ImageFolder
from testigo.fingerprint.reader.judgement import judge
from testigo.fingerprint.reader.usb import UsbReader

SECONDS = 15.0
"""How long a capture waits for a finger, unless said otherwise."""
TRIES = 3

Judge = Callable[[FingerImage], errors.PoorImpression | None]
Tell = Callable[[errors.TryAgain, int], None]
"""Called before each further try: what was wrong, and how many tries are left."""


class Reader(Protocol):
    """Whatever gives images of fingers. A closed reader opens itself to capture."""

    @property
    def name(self) -> str:
        """What a person would call it."""

    def open(self) -> None:
        """Make ready. Raises a `ReaderError`, or `InvalidInput` for what can never be a reader."""

    def capture(self, timeout: float = SECONDS) -> FingerImage:
        """Wait up to `timeout` seconds for a finger; its image. Raises a `ReaderError`."""

    def close(self) -> None:
        """Give it back."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


@dataclass(frozen=True)
class Capture:
    """An image, and what is wrong with it after all tries; None if nothing is."""

    image: FingerImage
    wrong: errors.PoorImpression | None = None


def take(
    reader: Reader, *, tries: int = TRIES, timeout: float = SECONDS, judge: Judge = judge, tell: Tell | None = None
) -> Capture:
    """The first good impression of up to `tries`; else the best of the poor ones, with what is wrong with it.

    Raises the last `TryAgain` where no try gave an image with a finger on it, and at once every other error of the
    reader: it is not repaired by laying on the finger again.
    """
    poor: list[errors.PoorImpression] = []
    last: errors.TryAgain = errors.NoFinger()
    for left in range(tries - 1, -1, -1):
        try:
            image = reader.capture(timeout)
        except errors.TryAgain as again:
            last = again
        else:
            wrong = judge(image)
            if wrong is None:
                return Capture(image)
            last = wrong
            if not isinstance(wrong, errors.NothingSeen):
                poor.append(wrong)
        if left and tell is not None:
            tell(last, left)
    return _best(poor, last)


def _best(poor: list[errors.PoorImpression], last: errors.TryAgain) -> Capture:
    taken = [Capture(wrong.image, wrong) for wrong in poor if wrong.image is not None]
    if not taken:
        raise last
    return taken[0] if len(taken) == 1 else max(taken, key=lambda one: quality(one.image, extract(one.image)))


def open_reader(address: str, *, dpi: int | None = None) -> Reader:
    """The reader of an address; it is opened by its first use.

    `usb` (the first that libfprint knows), `usb:DRIVER`, `dropped:PATH` (a vendor's program drops images there),
    `folder:PATH` (each capture gives the next image, for rehearsals), `virtual:SOCKET` (libfprint's virtual device).
    Raises `InvalidInput` for any other, and where there is no such folder.
    """
    kind, colon, rest = address.partition(":")
    if kind == "usb" and (rest or not colon):
        return UsbReader(rest, dpi=dpi)
    if kind == "virtual" and rest:
        return UsbReader("virtual_image", dpi=dpi, virtual=Path(rest))
    if kind in ("folder", "dropped") and rest:
        folder = (ImageFolder if kind == "folder" else DropFolder)(Path(rest), dpi=dpi)
        folder.open()
        return folder
    raise InvalidInput("reader.unknown-address", place=address)
