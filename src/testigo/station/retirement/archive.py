"""The archive of a retired machine: a plain tar file with one spelling, and its signed list of hashes as first member.

Any tar program opens it, and `sha256sum` compares what is in it. `open_archive` checks all of it: the list is signed by
the machine, the root admitted that machine's key, every file is the one that was listed, and nothing else is there.
"""

import io
import tarfile
from collections.abc import Mapping

import msgspec

from testigo import canonical
from testigo.election import MachineKeys, open_station_file
from testigo.errors import InvalidInput, InvalidSignature, TestigoError
from testigo.keys import PublicKey
from testigo.record import open_statement
from testigo.station.machine.folder import DEFINITION, KEYS_FORMAT, MACHINE_KEYS
from testigo.station.machine.retired import Retirement, read_retirement

MANIFEST = "manifest.json"
ARCHIVE_LIMIT = 1 << 30


def pack_archive(files: Mapping[str, bytes]) -> bytes:
    """A tar file of these, in their order: no owner, no time, so the same files are the same bytes."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return out.getvalue()


def unpack_archive(data: bytes, *, place: str = "") -> dict[str, bytes]:
    """The files of an archive; raises `InvalidInput` for anything that `pack_archive` would write in another way."""
    try:
        with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
            members = archive.getmembers()
            if any(member.type != tarfile.REGTYPE or not 0 <= member.size <= len(data) for member in members):
                raise ValueError
            files = {member.name: _content(archive, member) for member in members}
        one_spelling = len(files) == len(members) and pack_archive(files) == data
    except (tarfile.TarError, ValueError, OSError, EOFError, OverflowError):
        one_spelling = False
    if not one_spelling:
        raise InvalidInput("archive.malformed", place=place, hint="use-another-copy")
    return files


def open_archive(data: bytes, root: PublicKey, *, place: str = "") -> Retirement:
    """What a machine signed about its archive, if all of it holds under the election's root key.

    Raises `InvalidInput` or `InvalidSignature`.
    """
    files = unpack_archive(data, place=place)
    retirement = check_list(files, place=place)
    definition = open_station_file(files.get(DEFINITION, b""), root, place=f"{place}, {DEFINITION}")
    if definition.digest != retirement.election:
        raise InvalidInput("archive.definition-of-another-election", place=place, hint="use-another-copy")
    if not _admitted(files.get(MACHINE_KEYS, b"[]"), root, retirement, place):
        raise InvalidSignature("archive.key-not-admitted", place=place)
    return retirement


def check_list(files: Mapping[str, bytes], *, place: str = "") -> Retirement:
    """The signed list of an archive's files, if these are those files. Raises `InvalidInput` or `InvalidSignature`."""
    retirement = read_retirement(files.get(MANIFEST, b""), place=f"{place}, {MANIFEST}")
    listed = {file.path: (file.bytes, file.sha256) for file in retirement.archived}
    found = {name: (len(data), canonical.digest(data)) for name, data in files.items() if name != MANIFEST}
    wrong = sorted(name for name in {*listed, *found} if listed.get(name) != found.get(name))
    if wrong:
        raise InvalidInput("archive.file-not-as-listed", place=f"{place}, {wrong[0]}", hint="use-another-copy")
    return retirement


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    return file.read() if file is not None else b""


def _admitted(data: bytes, root: PublicKey, retirement: Retirement, place: str) -> bool:
    """Whether one of these `machine-keys` statements of the root names the machine's key."""
    loaded = KEYS_FORMAT.decode(data, place=f"{place}, {MACHINE_KEYS}")
    try:
        for text in loaded.statements:
            statement = open_statement(text.encode(), root, place=f"{place}, {MACHINE_KEYS}").statement
            body = msgspec.convert(statement.body, MachineKeys, strict=True)
            named = {(key.key, *key.holder) for key in body.keys}
            if (retirement.key, retirement.station, retirement.role, retirement.number) in named:
                return statement.election == retirement.election
    except (msgspec.MsgspecError, TestigoError):
        return False
    return False
