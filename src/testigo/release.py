"""What a release installs, signed: each file with its SHA-256, and the comparison of what is installed now.

The manifest is a DSSE envelope signed by the release key, which signs nothing else. `compare` names every file that was
changed, is missing, or is not in the manifest. Python runs the bytecode that lies in `__pycache__` instead of the
source beside it, so bytecode of this interpreter is compared with the source, too. Machine code that numba compiled on
this computer cannot be compared; how many such files there are is told.

A program that was changed can lie about itself: compare from a clean medium, with `folder` naming what is examined.
"""

import hashlib
import importlib.util
import marshal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from testigo import __version__, keys, storage
from testigo.canonical import why_refused
from testigo.errors import InvalidInput
from testigo.keys import PublicKey, SigningKey

PAYLOAD_TYPE = "application/vnd.testigo.release-manifest+json"
INSTALLED = Path(__file__).resolve().parent

_CACHE = "__pycache__"
_PYC_HEADER = 16
_LARGEST_FILE = 256 << 20
_LARGEST_MANIFEST = 16 << 20


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Payload of a manifest. `format`: of this shape, counted from 1. `files`: path below the package → SHA-256."""

    format: int
    version: str
    files: dict[str, str]


@dataclass(frozen=True)
class Comparison:
    """What differs from a manifest, as paths below the package, sorted. `uncompared`: compiled machine code."""

    version: str
    files: int
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    extra: tuple[str, ...]
    uncompared: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether every file is what the release installs, and no other is there."""
        return not (self.changed or self.missing or self.extra)


def make_manifest(key: SigningKey, folder: Path = INSTALLED) -> bytes:
    """The signed manifest of the package in `folder`. Raises `InvalidInput` for a link or a device among its files."""
    files = {path: _sha256(folder / path) for path in _files(folder)}
    return keys.sign_envelope(PAYLOAD_TYPE, Manifest(1, __version__, files), key)


def open_manifest(data: bytes, key: PublicKey, *, place: str = "") -> Manifest:
    """Verify a manifest. Raises `InvalidSignature` for another key's, `InvalidInput` for what is not a manifest."""
    opened = keys.open_envelope(data, key, PAYLOAD_TYPE, place=place)
    try:
        manifest = msgspec.convert(opened.payload, Manifest, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("manifest.malformed", place=place, why=why_refused(error)) from None
    if manifest.format != 1:
        raise InvalidInput("manifest.newer-format", place=place, format=str(manifest.format))
    return manifest


def read_manifest(file: Path, key: PublicKey) -> Manifest:
    """`open_manifest` of a file."""
    return open_manifest(storage.read(file, limit=_LARGEST_MANIFEST), key, place=str(file))


def compare(manifest: Manifest, folder: Path = INSTALLED) -> Comparison:
    """The package in `folder`, file by file. Raises `StorageError` where a file cannot be read."""
    here = set(_files(folder, strict=False))
    named = manifest.files.keys()
    changed = {
        path for path in here & named if _is_link(folder, path) or _sha256(folder / path) != manifest.files[path]
    }
    false, extra, uncompared = _caches(folder)
    return Comparison(
        version=manifest.version,
        files=len(named),
        changed=tuple(sorted(changed | false)),
        missing=tuple(sorted(named - here)),
        extra=tuple(sorted((here - named) | extra)),
        uncompared=tuple(sorted(uncompared)),
    )


def _files(folder: Path, *, strict: bool = True) -> Iterator[str]:
    """Every file below the folder but what Python and numba compiled there; `strict`: refuse links and devices."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        plain = not path.is_symlink() and path.is_file()
        if _CACHE in path.parts[len(folder.parts) :] or (path.is_dir() and not path.is_symlink()):
            continue
        if strict and not plain:
            raise InvalidInput("installation.neither-file-nor-folder", place=path)
        yield name


def _is_link(folder: Path, path: str) -> bool:
    file = folder / path
    return file.is_symlink() or not file.is_file()


def _sha256(file: Path) -> str:
    return hashlib.sha256(storage.read(file, limit=_LARGEST_FILE)).hexdigest()


def _caches(folder: Path) -> tuple[set[str], set[str], set[str]]:
    """What lies in the `__pycache__` folders: bytecode that is not its source's, what does not belong there, and what
    cannot be compared.
    """
    false, extra, uncompared = set(), set(), set()
    for path in folder.rglob(f"{_CACHE}/**/*"):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink() or (path.is_dir() and path.name != _CACHE):
            extra.add(name)
        elif path.suffix in (".nbi", ".nbc"):
            uncompared.add(name)
        elif path.suffix != ".pyc":
            extra.add(name)
        elif f".{sys.implementation.cache_tag}" not in path.name:
            uncompared.add(name)  # another interpreter's: this one never runs it
        elif not _is_of_its_source(path):
            false.add(name)
    return false, extra, uncompared


def _is_of_its_source(bytecode: Path) -> bool:
    """Whether a file of bytecode is what this interpreter compiles from the source beside it, or from no source at all:
    such a file is never run.
    """
    try:
        source = Path(importlib.util.source_from_cache(str(bytecode)))
    except ValueError:
        return False
    if not source.is_file():
        return True
    level = bytecode.stem.rpartition(".opt-")[2] if ".opt-" in bytecode.name else "0"
    if level not in ("0", "1", "2"):
        return False
    text = storage.read(source, limit=_LARGEST_FILE)
    header, code = _split(storage.read(bytecode, limit=_LARGEST_FILE))
    if _is_outdated(header, source, text):
        return True
    return bool(code == compile(text, str(source), "exec", dont_inherit=True, optimize=int(level)))


def _split(data: bytes) -> tuple[bytes, Any]:
    """The header of a file of bytecode and the code object in it, None where there is none."""
    try:
        return data[:_PYC_HEADER], marshal.loads(data[_PYC_HEADER:])  # noqa: S302 (Python loads it in the same way)
    except (ValueError, EOFError, TypeError):
        return data[:_PYC_HEADER], None


def _is_outdated(header: bytes, source: Path, text: bytes) -> bool:
    """Whether Python would compile the source again rather than run this bytecode (PEP 552)."""
    if len(header) < _PYC_HEADER or header[:4] != importlib.util.MAGIC_NUMBER:
        return True
    if header[4] & 1:
        return bool(header[4] & 2) and header[8:16] != importlib.util.source_hash(text)
    changed = int(source.stat().st_mtime) & 0xFFFFFFFF
    return header[8:16] != changed.to_bytes(4, "little") + (len(text) & 0xFFFFFFFF).to_bytes(4, "little")
