"""Where a published record is read from: a folder, or a web server that carries the same files.

Both read one named file at a time, never more of it than the caller allows, and never anything but a plain file.
A file that is not there is a `MissingFile`; what disk or network will not give is another `StorageError`; what is
there and cannot be a file of a record is `InvalidInput`. What a hostile folder or server can do is waste the time
limits below.
"""

import os
import stat
import threading
import time
from collections.abc import Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

import httpx

from testigo import storage, waits
from testigo.errors import InvalidInput, StorageError, TestigoError

FILE_TIMEOUT = 300.0
"""Seconds for one whole file."""
CONNECTIONS = 8
MAX_FAILURES = 50
"""After so many failed requests in a row, a server is asked no more."""
_MISSING = (httpx.codes.NOT_FOUND, httpx.codes.GONE)


class MissingFile(StorageError):
    """The folder or the server answers, and has no such file."""


class Source(Protocol):
    """Files of one record by their path within it."""

    name: str

    def read(self, path: str, limit: int) -> bytes:
        """A plain file of at most `limit` bytes; raises `MissingFile`, another `StorageError`, or `InvalidInput`."""
        ...

    def read_many(self, paths: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | TestigoError]]:
        """Each path with its bytes or with the reason why not, in order."""
        ...

    def unexpected_files(self, known: Set[str]) -> list[tuple[str, str]] | None:
        """Path and kind of everything there beside the `known` files; None where that cannot be seen."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


class FolderSource:
    """A record on this machine."""

    def __init__(self, folder: Path) -> None:
        self.name = str(folder)
        self._folder = folder

    def read(self, path: str, limit: int) -> bytes:
        """A plain file's bytes. Links are not followed and devices not opened, whoever put them there."""
        file = self._folder / path
        if "\0" in str(file):
            raise InvalidInput("path.zero-byte", place=path)
        with storage.explained(file):
            try:
                mode = file.lstat().st_mode
            except (FileNotFoundError, NotADirectoryError):
                raise MissingFile("file.missing", place=path, hint="get-the-record-again") from None
            if not stat.S_ISREG(mode):
                raise InvalidInput("file.not-plain", place=path, hint="get-the-record-again")
            handle = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(handle, "rb") as opened:
                data = opened.read(limit + 1)
        if len(data) > limit:
            raise _too_large(path, limit)
        return data

    def read_many(self, paths: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | TestigoError]]:
        """One after the other."""
        for path in paths:
            try:
                yield path, self.read(path, limit)
            except TestigoError as error:
                yield path, error

    def unexpected_files(self, known: Set[str]) -> list[tuple[str, str]] | None:
        """Every file, folder, link or device that is neither `known` nor a folder on the way to it. Folders of partial
        tiles beside a full tile are looked into.
        """
        folders = {str(parent) for path in known for parent in Path(path).parents} | {".", "statements", "tile"}
        found: list[tuple[str, str]] = []
        waiting = [Path()]
        while waiting:
            within = waiting.pop()
            with storage.explained(self._folder / within), os.scandir(self._folder / within) as items:
                for item in items:
                    path = str(within / item.name)
                    if item.is_dir(follow_symlinks=False):
                        if path in folders or (path.endswith(".p") and path.removesuffix(".p") in known):
                            waiting.append(Path(path))
                        else:
                            found.append((path, "folder"))
                    elif path not in known:
                        found.append((path, "link" if item.is_symlink() else "file"))
        return sorted(found)

    def close(self) -> None:
        """Nothing is held."""


class HttpSource:
    """A record on a web server. Redirects are not followed: the address that was asked for is the one that answers."""

    def __init__(self, address: str) -> None:
        self.name = address.rstrip("/")
        self._client = httpx.Client(
            timeout=waits.ANSWER,
            transport=httpx.HTTPTransport(retries=2, limits=httpx.Limits(max_connections=CONNECTIONS)),
            headers={"Accept-Encoding": "identity", "User-Agent": "testigo"},
        )
        self._failures = 0
        self._lock = threading.Lock()

    def read(self, path: str, limit: int) -> bytes:
        """The body of a 200 answer, as it came over the wire (nothing is unpacked). The server must say how long it is:
        else a connection that is cut looks like a file that was changed.
        """
        if self._failures >= MAX_FAILURES:
            raise StorageError("server.asked-no-more", place=path)
        try:
            data = self._fetch(path, limit)
        except TestigoError:
            with self._lock:
                self._failures += 1
            raise
        self._failures = 0
        return data

    def _fetch(self, path: str, limit: int) -> bytes:
        began = time.monotonic()
        data = bytearray()
        try:
            with self._client.stream("GET", f"{self.name}/{path}") as answer:
                status = str(answer.status_code)
                if answer.status_code in _MISSING:
                    raise MissingFile("server.answers-otherwise", place=path, status=status)
                if answer.status_code != httpx.codes.OK:
                    raise StorageError("server.answers-otherwise", place=path, status=status)
                for piece in answer.iter_raw():
                    data += piece
                    if len(data) > limit:
                        raise _too_large(path, limit)
                    if time.monotonic() - began > FILE_TIMEOUT:
                        raise StorageError("server.too-slow", place=path)
                if not {"content-length", "transfer-encoding"} & answer.headers.keys():
                    raise StorageError("server.no-length", place=path)
        except httpx.TimeoutException:
            raise StorageError("server.no-answer", place=path) from None
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:  # the last for names no host can have
            raise StorageError("file.not-fetched", place=path, why=str(error) or type(error).__name__) from None
        return bytes(data)

    def read_many(self, paths: Sequence[str], limit: int) -> Iterator[tuple[str, bytes | TestigoError]]:
        """Several at a time, answered in order; no more than a window of them is in memory unasked."""

        def attempt(path: str) -> tuple[str, bytes | TestigoError]:
            try:
                return path, self.read(path, limit)
            except TestigoError as error:
                return path, error

        window = 4 * CONNECTIONS
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for start in range(0, len(paths), window):
                yield from pool.map(attempt, paths[start : start + window])

    def unexpected_files(self, known: Set[str]) -> list[tuple[str, str]] | None:
        """A web server does not say what else it has."""
        return None

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def open_source(path_or_address: str | Path) -> Source:
    """A web server for `http://…` and `https://…`, else a folder."""
    address = str(path_or_address)
    return HttpSource(address) if address.startswith(("http://", "https://")) else FolderSource(Path(address))


def _too_large(path: str, limit: int) -> InvalidInput:
    return InvalidInput("file.too-large", place=path, hint="get-the-record-again", limit=limit)
