"""The authority's own keys: root, log and centre, each in a folder of its own that can be carried away.

Only the centre's and the log's keys are needed every day. The root key is needed to admit and to replace keys; between
those acts its folder belongs on a medium in a safe, not on the centre's machine. The auditor's key is never here: the
auditor makes it (`audit.desk`), and the root admits it.

    authority/ROLE/key.pem                the key
    authority/ROLE/next.pem               made to replace it, and not yet in its place
    authority/ROLE/replaced-KEYID.pem     a key that signs nothing any more (16 digits of its key id)

A replaced key is kept: who has to restore the record from a copy made before the replacement goes on with it.
"""

import contextlib
import os
from pathlib import Path

from testigo import storage
from testigo.election import MachineKey, MachineKeys, Role
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.keys import PublicKey, SigningKey
from testigo.words import Message, message

AUTHORITY = "authority"
AUTHORITY_ROLES: tuple[Role, ...] = ("root", "log", "centre")
OWN_ROLES: tuple[Role, ...] = ("log", "centre")
"""The roles whose keys the centre makes, and makes again to replace them."""

_KEY_FILE = "key.pem"
_NEXT_FILE = "next.pem"


def key_name(role: Role) -> Message:
    """What the key of a role is called."""
    return message("term", f"key-of.{role}")


def make_authority(folder: Path) -> dict[Role, SigningKey]:
    """New keys under `folder/authority/ROLE/`, folders of mode 0700, files of 0600; never over existing ones."""
    if (folder / AUTHORITY).exists():
        raise StorageError("authority.here-already", place=folder / AUTHORITY)
    storage.make_folder(folder / AUTHORITY, mode=0o700)
    made = {}
    for role in AUTHORITY_ROLES:
        made[role] = SigningKey.generate()
        made[role].save(storage.make_folder(folder / AUTHORITY / role, mode=0o700) / _KEY_FILE)
    return made


def authority_key(folder: Path, role: Role) -> SigningKey:
    """The key of one role; raises `IllegalStep` where its folder is not here."""
    file = folder / AUTHORITY / role / _KEY_FILE
    if not file.exists():
        raise IllegalStep("key.of-role-not-here", place=file, key=key_name(role), folder=role)
    return SigningKey.load(file)


def waiting_key(folder: Path, role: Role) -> SigningKey | None:
    """The key that was made to replace that of the role and is not yet in its place."""
    file = folder / AUTHORITY / role / _NEXT_FILE
    return SigningKey.load(file) if file.exists() else None


def make_waiting_key(folder: Path, role: Role) -> SigningKey:
    """A new key for the role, kept beside the present one; one that waits since an earlier try is taken."""
    waiting = waiting_key(folder, role)
    if waiting is None:
        waiting = SigningKey.generate()
        storage.make_folder(folder / AUTHORITY / role, mode=0o700)
        waiting.save(folder / AUTHORITY / role / _NEXT_FILE)
    return waiting


def put_in_place(folder: Path, role: Role) -> None:
    """Put the waiting key in the place of the present one, which is kept where it was not lost. Cut anywhere, it can be
    repeated.
    """
    here = folder / AUTHORITY / role
    aside = here / f"replaced-{_id_of(here / _KEY_FILE)}.pem"
    with storage.explained(aside):
        with contextlib.suppress(FileExistsError, FileNotFoundError):  # by an earlier try; a key that was lost
            os.link(here / _KEY_FILE, aside)
        (here / _NEXT_FILE).replace(here / _KEY_FILE)
        storage.flush_folder(here)


def _id_of(file: Path) -> str:
    """What a key that was replaced is called by; it may be what had to be replaced."""
    try:
        return SigningKey.load(file).public.key_id[:16]
    except (InvalidInput, StorageError):
        return "damaged"


def log_key(folder: Path, named: PublicKey) -> SigningKey:
    """The log's key that `log.pub` names: while one replaces the other, that may be either."""
    waiting = waiting_key(folder, "log")
    return waiting if waiting is not None and waiting.public == named else authority_key(folder, "log")


def own_keys(keys: dict[Role, SigningKey], auditor: MachineKeys | None) -> MachineKeys:
    """What the root admits at the very beginning: the keys of log and centre, and the auditor's where it is known."""
    own = tuple(MachineKey(keys[role].public.hex, role, station="", sealing="") for role in OWN_ROLES)
    return MachineKeys(own + (only_auditor(auditor).keys if auditor else ()))


def only_auditor(request: MachineKeys) -> MachineKeys:
    """The request, if it is for one auditor's key and nothing else; raises `InvalidInput`."""
    if [(key.role, key.station) for key in request.keys] != [("auditor", "")]:
        raise InvalidInput("key-request.not-of-auditor")
    return request
