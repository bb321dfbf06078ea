"""The authority's keys: root, log, centre and auditor, each in a folder of its own that can be carried away.

Only the centre's and the log's keys are wanted every day. The root key is wanted to admit machines, the auditor's to
sign seeds and counts; between those acts their folders belong on a medium in a safe, not on the centre's machine.
"""

from pathlib import Path

from testigo import storage
from testigo.election import MachineKey, MachineKeys, Role
from testigo.errors import IllegalStep, StorageError
from testigo.keys import SigningKey

AUTHORITY = "authority"
AUTHORITY_ROLES: tuple[Role, ...] = ("root", "log", "centre", "auditor")

_KEY_FILE = "key.pem"


def make_authority(folder: Path) -> dict[Role, SigningKey]:
    """New keys under `folder/authority/ROLE/`, folders of mode 0700, files of 0600; never over existing ones."""
    if (folder / AUTHORITY).exists():
        raise StorageError(
            "keys of an election are already here", place=str(folder / AUTHORITY), mend="use a new folder"
        )
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
        raise IllegalStep(f"the {role} key is not here", place=str(file), mend=f"bring the medium that holds {role}/")
    return SigningKey.load(file)


def own_keys(keys: dict[Role, SigningKey]) -> MachineKeys:
    """What the root admits at the very beginning: the keys of log, centre and auditor."""
    roles = [role for role in AUTHORITY_ROLES if role != "root"]
    return MachineKeys(tuple(MachineKey(keys[role].public.hex, role, station="", sealing="") for role in roles))
