"""Keeping bytes: files that survive a power cut.

`write` replaces a file whole or not at all, `write_new` makes one and `new_folder` a whole folder, or nothing; `read`
never takes more than it is told to, and `open_plain` opens nothing that never ends; `destroy` overwrites what it
removes. Every failure is a `StorageError` with the path and the hint.
"""

import contextlib
import errno
import glob
import io
import os
import re
import secrets
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from testigo.errors import IllegalStep, InvalidInput, StorageError

DEFAULT_LIMIT = 64 * 1024 * 1024
_PIECE = 1024 * 1024

_CODES = {
    errno.ENOSPC: "disk.full",
    errno.EDQUOT: "disk.quota-used",
    errno.EROFS: "disk.read-only",
    errno.EACCES: "file.permission-denied",
    errno.ENOENT: "file.not-found",
    errno.EEXIST: "file.exists",
    errno.EISDIR: "file.is-folder",
    errno.ENOTDIR: "file.not-in-folder",
    errno.ENAMETOOLONG: "file.name-too-long",
    errno.ELOOP: "file.not-found",
}


@contextlib.contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn any `OSError` inside the block into a `StorageError` that names `path` and the hint."""
    try:
        yield
    except OSError as error:
        raise of_the_disk(error, path) from error


def of_the_disk(error: OSError, path: Path) -> StorageError:
    """An error of the operating system about a file, as one that a person understands."""
    if error.errno not in _CODES:
        return StorageError("disk.failed", place=path, why=errno.errorcode.get(error.errno or 0, type(error).__name__))
    return StorageError(_CODES[error.errno], place=path)


@contextlib.contextmanager
def open_plain(path: Path) -> Iterator[io.BufferedReader]:
    """A file of the user's, open for reading during the block. What is not a plain file is never opened: a pipe keeps
    who opens it waiting, a device may never end. Raises `StorageError`, also for what the system refuses in the block.
    """
    with explained(path):
        require_plain(path)
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            _require_plain(os.fstat(handle).st_mode, path)  # another may stand there since it was looked at
            yield file


def require_plain(path: Path) -> None:
    """Raise `StorageError` unless there is a plain file at `path`, or a link to one."""
    with explained(path):
        _require_plain(path.stat().st_mode, path)


def _require_plain(mode: int, path: Path) -> None:
    if not stat.S_ISREG(mode):
        raise StorageError("file.is-folder" if stat.S_ISDIR(mode) else "file.not-plain", place=path)


def read(path: Path, *, limit: int = DEFAULT_LIMIT) -> bytes:
    """The bytes of a plain file of at most `limit` bytes; raises `StorageError`, `InvalidInput` where it is larger."""
    with open_plain(path) as file:
        data = file.read(limit + 1)
    if len(data) > limit:
        raise InvalidInput("file.too-large", place=path, limit=limit)
    return data


def write(path: Path, data: bytes, *, mode: int = 0o644, over: bytes | None = None) -> None:
    """Replace `path` by `data`, whole or not at all, flushed to the disk before the return. What is not a plain file (a
    pipe, /dev/null) is written to as it is. `over`: what the file said when it was read; raises `IllegalStep` where it
    says something else now, or is gone.
    """
    _require_name(path)
    temporary = _unfinished(path)
    with explained(path):
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe, a device: a file would take its place
            path.write_bytes(data)
            return
        try:
            handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                flush(file.fileno())
            if over is not None and not _still_says(path, over):
                raise IllegalStep("file.changed-meanwhile", place=path)
            temporary.replace(path)
            flush_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


def _unfinished(path: Path) -> Path:
    """The name of what will be at `path`, while this process makes it."""
    return path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}.tmp")


def remove_unfinished(folder: Path, name: str = "*") -> list[Path]:
    """Remove what killed processes left half made in a folder, files and folders: there may be private keys in it.
    Returns what was removed. `name`: only of what was to have that name.
    """
    removed = []
    for left in folder.glob(f".{name if name == '*' else glob.escape(name)}.*.tmp"):
        process = _OF_PROCESS.search(left.name)
        if process is None or _is_running(int(process[1])):
            continue
        with explained(left):
            for file in [left] if left.is_file() else [one for one in left.rglob("*") if one.is_file()]:
                if file.stat().st_nlink == 1:  # else it is whole, and has its own name besides
                    destroy(file)
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)
        removed.append(left)
    return removed


_OF_PROCESS = re.compile(r"\.([0-9]{1,10})-[0-9a-f]{8}\.tmp$")


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _still_says(path: Path, data: bytes) -> bool:
    if not path.is_file():
        return False
    with open_plain(path) as file:
        return file.read(len(data) + 1) == data


def write_new(path: Path, data: bytes, *, mode: int = 0o600) -> None:
    """Make a file that is not there yet, whole or not at all, flushed; raises `StorageError` where one is there."""
    _require_name(path)
    temporary = _unfinished(path)
    with making_folder(path.parent):
        try:
            write(temporary, data, mode=mode)
        except StorageError as error:  # a person knows the file by its own name
            raise error.at(path) from error
        try:
            with explained(path):
                os.link(temporary, path)
                flush_folder(path.parent)
        finally:
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def new_folder(path: Path, *, mode: int = 0o755) -> Iterator[Path]:
    """A folder to fill inside the block; it appears at `path` when the block ends, and not at all if it fails.

    What a killed process left of the same folder is removed. Raises `StorageError` where a file or a folder that is not
    empty is at `path`.
    """
    if path.name:
        remove_unfinished(path.parent, path.name)
    require_empty(path)
    if not path.name:
        raise StorageError("folder.not-empty", place=path)
    building = _unfinished(path)
    with making_folder(path.parent):
        try:
            yield make_folder(building, mode=mode)
            with explained(path):
                building.replace(path)
                flush_folder(path.parent)
        finally:
            shutil.rmtree(building, ignore_errors=True)


def mode_of(path: Path) -> int:
    """The permissions of a file, for what takes its place; those of a new one where there is none."""
    with explained(path):
        return path.stat().st_mode & 0o777 if path.exists() else 0o644


def resolved(path: Path) -> Path:
    """The path from the root on, without links: as `Path.resolve`, which cannot take links that lead in a circle."""
    return Path(os.path.realpath(path))


def _require_name(path: Path) -> None:
    """Raise `StorageError` for what can only be a folder: `.`, which an empty path is too, and `/`."""
    if not path.name:
        raise StorageError("file.is-folder", place=path)


def destroy(path: Path) -> None:
    """Overwrite a file with random bytes, flushed to the disk, and remove it; where there is none, change nothing.

    A link is removed and not followed. What the disk keeps elsewhere is not reached: old blocks of flash memory,
    snapshots, a file system that writes copies.
    """
    with explained(path):
        if path.is_file() and not path.is_symlink():
            handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                for start in range(0, os.fstat(handle).st_size, _PIECE):
                    piece = min(_PIECE, os.fstat(handle).st_size - start)
                    os.pwrite(handle, secrets.token_bytes(piece), start)
                flush(handle)
            finally:
                os.close(handle)
        path.unlink(missing_ok=True)
        flush_folder(path.parent)


def require_empty(path: Path) -> None:
    """Raise `StorageError` unless there is nothing at `path`, or an empty folder."""
    with explained(path):
        used = path.exists() and (not path.is_dir() or any(path.iterdir()))
    if used:
        raise StorageError("folder.not-empty", place=path)


def make_folder(path: Path, *, mode: int = 0o755) -> Path:
    """The folder, made with its parents where missing."""
    with explained(path):
        path.mkdir(mode=mode, parents=True, exist_ok=True)
    return path


@contextlib.contextmanager
def making_folder(path: Path) -> Iterator[Path]:
    """The folder, made with its parents where missing; where the block fails, those that were made and are empty are
    taken away again.
    """
    with explained(path):
        missing = [folder for folder in (path, *path.parents) if not folder.exists()]
    try:
        yield make_folder(path)
    except BaseException:
        for folder in missing:
            with contextlib.suppress(OSError):
                folder.rmdir()
        raise


def flush(handle: int) -> None:
    """Force what was written to an open file down to the disk."""
    os.fsync(handle)


def flush_folder(path: Path) -> None:
    """Force a folder's entries (new names, renames) down to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
