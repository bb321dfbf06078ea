"""A print from a file, be it an image or a template: what commands compare, draw and search among."""

import os
from collections import deque
from collections.abc import Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from testigo import storage
from testigo.errors import InvalidInput, StorageError
from testigo.fingerprint.extraction.extractor import Extractor
from testigo.fingerprint.images.image import ENDINGS, FingerImage
from testigo.fingerprint.templates.formats import decode_template
from testigo.fingerprint.templates.template import Template

_TEMPLATE_MARK = b"FMR\x00"  # every format of `formats` begins so
_LARGEST_TEMPLATE = 1 << 20
_AHEAD = 4  # files for each worker that wait or are done before their turn
_extractor = Extractor()


@dataclass(frozen=True, eq=False)
class Print:
    """One impression: its template, its image where the file held one, and the file's name."""

    template: Template
    image: FingerImage | None = None
    name: str = ""


def read_print(path: Path, *, dpi: int | None = None) -> Print:
    """The template in a file, or that of the image in it. `dpi` overrules what an image states.

    Raises `InvalidInput` for a file that is neither.
    """
    if is_template(path):
        with storage.open_plain(path) as file:
            data = file.read(_LARGEST_TEMPLATE)
        try:
            return Print(decode_template(data), None, path.name)
        except InvalidInput as error:
            raise error.at(path) from None
    image = FingerImage.read(path, dpi=dpi)
    try:
        return Print(_extractor.extract(image), image, path.name)
    except InvalidInput as error:
        raise error.at(path) from None


def prints_in(folder: Path) -> list[Path]:
    """The folder's files that are images by their ending or templates by their first bytes, by name.

    Raises `InvalidInput` where there is none, or no folder that can be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except (OSError, ValueError) as error:
        raise InvalidInput("folder.unreadable", place=folder) from error
    kept = [path for path in files if path.suffix.lower() in ENDINGS or is_template(path)]
    if not kept:
        raise InvalidInput("folder.without-prints", place=folder)
    return kept


def each_print(
    paths: Iterable[Path], *, dpi: int | None = None, workers: int | None = None
) -> Generator[Print | InvalidInput]:
    """The prints of many files, in their order and without the images; in its place the error of one that has none.

    All cores at work (`workers`); few prints are held at once, so that `paths` may be a million.
    """
    workers = workers or os.cpu_count() or 1
    pending: deque[Future[Print | InvalidInput]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        try:
            for path in paths:
                pending.append(pool.submit(_outcome, path, dpi))
                if len(pending) > _AHEAD * workers:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:  # the caller stopped early
            pool.shutdown(wait=False, cancel_futures=True)


def _outcome(path: Path, dpi: int | None) -> Print | InvalidInput:
    try:
        found = read_print(path, dpi=dpi)
    except InvalidInput as error:
        return error
    return Print(found.template, None, found.name)


def is_template(path: Path) -> bool:
    """Whether the file begins as a template record; raises `InvalidInput` where it cannot be opened."""
    try:
        with storage.open_plain(path) as file:
            return file.read(len(_TEMPLATE_MARK)) == _TEMPLATE_MARK
    except (StorageError, ValueError) as error:
        raise InvalidInput("file.cannot-be-opened", place=path) from error
