"""Folders and uploads as readers: for readers with a program of their own, for rehearsals, and for forms."""

import re
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.images.image import ENDINGS, FingerImage, check_dpi
from testigo.fingerprint.reader import errors

_LOOK_EVERY = 0.1  # seconds
_WRITING = 2.0
"""Seconds after its last change during which a file that is not a whole image may still be written."""


class _Folder:
    """What both folders share: they must be there when they are opened, and nothing has to be closed."""

    def __init__(self, path: Path, *, dpi: int | None = None) -> None:
        if dpi is not None:
            check_dpi(dpi)
        self._path, self._dpi = path, dpi
        self.name = str(path)

    def open(self) -> None:
        """Raises `InvalidInput` where there is no such folder."""
        if not self._path.is_dir():
            raise InvalidInput("folder.not-found", place=self._path)

    def close(self) -> None:
        """Nothing is held."""

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _images(self) -> list[Path]:
        """The images inside, in the order of their names, numbers as numbers; other files are not looked at."""
        with storage.explained(self._path):
            inside = [path for path in self._path.iterdir() if path.suffix.lower() in ENDINGS and path.is_file()]
        return sorted(inside, key=_natural)


class ImageFolder(_Folder):
    """A folder of images: each capture gives the next. For rehearsals and tests; nothing in it is changed."""

    def __init__(self, path: Path, *, dpi: int | None = None) -> None:
        super().__init__(path, dpi=dpi)
        self._given: Path | None = None

    def capture(self, timeout: float = 15.0) -> FingerImage:
        """The image after the one given last. Raises `NoMoreImages`, `InvalidInput` for a file that is not an image."""
        self.open()
        later = [path for path in self._images() if self._given is None or _natural(path) > _natural(self._given)]
        if not later:
            raise errors.NoMoreImages(place=self.name)
        self._given = later[0]
        return FingerImage.read(later[0], dpi=self._dpi)


class DropFolder(_Folder):
    """A folder into which a vendor's program drops what its reader took. The newest image counts; all images there are
    taken away with it, so that no later person is compared with them.
    """

    def capture(self, timeout: float = 15.0) -> FingerImage:
        """The newest image, as soon as there is a whole one. Raises `NoFinger` after `timeout` seconds without any,
        `InvalidInput` for one that stays no image.
        """
        deadline = time.monotonic() + timeout
        while True:
            found = self._newest()
            if found is not None:
                return found
            if time.monotonic() >= deadline:
                raise errors.NoFinger(place=self.name)
            time.sleep(_LOOK_EVERY)

    def _newest(self) -> FingerImage | None:
        """None where nothing is there, or only what is still being written."""
        self.open()
        images = self._images()
        dated = [(changed, path) for path in images if (changed := _changed(path)) is not None]
        if not dated:
            return None
        changed, newest = max(dated)
        try:
            image = FingerImage.read(newest, dpi=self._dpi)
        except InvalidInput:
            if time.time() - changed < _WRITING:
                return None
            _remove(images)
            raise
        _remove(images)
        return image


class UploadedImage:
    """The bytes of a form's file, as a reader that gives one image: what is uploaded is judged as what is captured."""

    name = "upload"

    def __init__(self, data: bytes, *, dpi: int | None = None) -> None:
        self._data, self._dpi = data, dpi

    def open(self) -> None:
        """Nothing to open."""

    def close(self) -> None:
        """Nothing is held."""

    def capture(self, timeout: float = 15.0) -> FingerImage:
        """The image. Raises `InvalidInput` where the bytes are none."""
        return FingerImage.read(self._data, dpi=self._dpi)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _natural(path: Path) -> list[tuple[int, int, str]]:
    """`2_1` before `10_1`."""
    parts = re.split(r"([0-9]+)", path.name)
    return [(0, int(part), "") if part.isascii() and part.isdigit() else (1, 0, part) for part in parts if part]


def _changed(path: Path) -> float | None:
    """When the file was last written; None where its program has taken it away again."""
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _remove(images: list[Path]) -> None:
    for path in images:
        try:
            with storage.explained(path):
                path.unlink(missing_ok=True)
        except StorageError as error:
            raise StorageError("image.not-removed", place=path, why=error.message) from None
