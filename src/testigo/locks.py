"""Locks on folders, so that one process at a time works in each.

`waiting` waits for its turn and holds the lock during a block, for short operations of several processes. `FolderLock`
is held as long as a process works, and a second process is refused at once. A lock ends with the process that holds it,
whatever ends it, so a power cut leaves none behind. Source of the mechanism: `flock(2)`.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from testigo import storage
from testigo.errors import StorageError


class FolderLock:
    """The lock of a folder, held until `close`. Raises `StorageError` where another process holds it.

    `file`: name of a file in the folder to lock in place of the folder itself, for folders on network file systems,
    which do not lock folders; it is made where it is missing.
    """

    def __init__(self, folder: Path, *, file: str = "") -> None:
        self._handle = _open(folder, file)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self.close()
            raise StorageError("folder.in-use", place=folder) from None

    def close(self) -> None:
        """Give the lock up; again changes nothing."""
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def __enter__(self) -> "FolderLock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextlib.contextmanager
def waiting(folder: Path, *, file: str = "") -> Iterator[None]:
    """Hold the folder's lock during the block; waits while another holds it. `file`: as of `FolderLock`, for a folder
    on which a process holds a `FolderLock` all the time.
    """
    handle = _open(folder, file)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _open(folder: Path, file: str) -> int:
    with storage.explained(folder):
        if file:
            return os.open(folder / file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        return os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
