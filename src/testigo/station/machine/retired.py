"""What is left in the folder of a retired machine, and that it is good for nothing else.

    FOLDER/retired.json      what was kept and what was destroyed, signed with the machine's key before it was destroyed
           archive.tar       what the law keeps, with that statement as its first file
           retirement.pdf    the page for the signatures of officers and witnesses

From the moment `retired.json` is there, the machine is retired: whatever else a power cut left in the folder is only to
be destroyed (`retire.finish`).
"""

from pathlib import Path
from typing import Final

import msgspec

from testigo import keys, storage
from testigo.canonical import SignedValue, why_refused
from testigo.election import Role, StationMachine
from testigo.errors import IllegalStep, InvalidInput
from testigo.keys import PublicKey

RETIREMENT_TYPE: Final = "application/vnd.testigo.retirement+json"
FORMAT: Final = 2
RETIRED: Final = "retired.json"
ARCHIVE: Final = "archive.tar"
REPORT: Final = "retirement.pdf"
LEFT: Final = frozenset({RETIRED, ARCHIVE, REPORT})


class ArchivedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the archive. `path`: relative to the machine's folder."""

    path: str
    bytes: int
    sha256: str


class DestroyedItem(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file, or a folder with all that was in it. `path`: relative to the machine's folder, or absolute."""

    path: str
    files: int
    bytes: int


class Retirement(SignedValue, frozen=True, forbid_unknown_fields=True):
    """`key`: the machine's public key, hexadecimal. `state`: how far the machine was. `keep_until`: the last day on
    which the law keeps everything. `retired`: UTC. `reason`: why before its time, "" where nothing was `unmet`.

    `unmet`: ids of the conditions that did not hold. `head`: of the event log. `number`: of the machine among those of
    its role.
    """

    format: int
    election: str
    station: str
    role: Role
    key: str
    state: str
    keep_until: str
    retired: str
    head: str
    reason: str
    unmet: tuple[str, ...]
    archived: tuple[ArchivedFile, ...]
    destroyed: tuple[DestroyedItem, ...]
    number: int = 1

    @property
    def machine(self) -> StationMachine:
        """Which machine of the station it was."""
        return StationMachine(self.role, self.number)


def is_retired(folder: Path) -> bool:
    """Whether the machine of that folder was retired, be it not to the end."""
    return (folder / RETIRED).exists()


def refuse_retired(folder: Path) -> None:
    """Return if the folder is not that of a retired machine; else raise `IllegalStep`."""
    if not is_retired(folder):
        return
    day = read_retirement(storage.read(folder / RETIRED), place=str(folder / RETIRED)).retired[:10]
    if any(file.name not in LEFT for file in folder.iterdir()):
        raise IllegalStep("machine.being-retired", place=folder, day=day)
    raise IllegalStep("machine.retired", place=folder, day=day)


def read_retirement(envelope: bytes, *, place: str = "") -> Retirement:
    """What a machine signed when it was retired, under the key that it names. Raises `InvalidInput` or
    `InvalidSignature`.
    """
    claimed = _convert(keys.unverified_payload(envelope, RETIREMENT_TYPE, place=place), place)
    keys.open_envelope(envelope, PublicKey.from_hex(claimed.key), RETIREMENT_TYPE, place=place)
    return claimed


def _convert(payload: object, place: str) -> Retirement:
    format_ = payload.get("format") if isinstance(payload, dict) else None
    if isinstance(format_, int) and format_ > FORMAT:
        raise InvalidInput("file.newer-format", place=place, found=str(format_)[:20], known=str(FORMAT))
    try:
        return msgspec.convert(payload, Retirement, strict=True)
    except msgspec.ValidationError as error:
        raise InvalidInput("retirement.malformed", place=place, why=why_refused(error)) from None
