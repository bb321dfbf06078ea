"""The folder of an enrolment desk's officers, by default `officers`: their PINs, and a staff list where there is one.

    FOLDER/desk.json     which desk this is, and whose signature its list and orders bear; only with a list
           staff.json    the staff list
           pins.json     hashes of the PINs

There is no election key before there is an election: the authority of a desk is whoever answers for the register, with
a key of its own. Release 0.1 kept a file of a hashed PIN per officer, `NAME.json`; they are taken into `pins.json` when
the folder is opened.
"""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from testigo import storage
from testigo.keys import PublicKey
from testigo.staff.accounts import StaffPlace, check_id
from testigo.staff.machine import PINS, STAFF_LIST, Staff
from testigo.staff.pins import Pins
from testigo.stored import StoredFormat

DESK = "desk.json"


class _Desk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    desk: str
    authority: str


DESK_FORMAT = StoredFormat(DESK, _Desk)


def make_desk(folder: Path, desk: str, authority: PublicKey) -> None:
    """Say once which desk a folder belongs to, and whose key signs its staff list (made where it is missing).

    Raises `StorageError` where that was said already, `InvalidInput` for what cannot be a desk's id.
    """
    check_id(desk)
    storage.make_folder(folder, mode=0o700)
    storage.write_new(folder / DESK, DESK_FORMAT.encode(_Desk(desk, authority.hex)), mode=0o644)


def open_desk(folder: Path, *, clock: Callable[[], float] = time.time) -> Staff:
    """The officers of a desk; nobody where the folder is not there yet."""
    _adopt_first_format(folder)
    return Staff(folder, _place(folder), clock=clock)


def _place(folder: Path) -> StaffPlace:
    file = folder / DESK
    if not file.exists():
        return StaffPlace("", "", "enrolment")
    read = DESK_FORMAT.read(file)
    return StaffPlace("", read.desk, "enrolment", PublicKey.from_hex(read.authority))


def _adopt_first_format(folder: Path) -> None:
    own = {folder / name for name in (DESK, STAFF_LIST, PINS)}
    old = [file for file in sorted(folder.glob("*.json")) if file not in own]
    if old and not (folder / PINS).exists():
        Pins(folder / PINS).adopt(old)
