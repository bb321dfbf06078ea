"""Enrolment officers: one file of a hashed PIN per officer in one folder, with the same lock-out as a station's
PINs."""

import re
from pathlib import Path

from testigo import storage
from testigo.errors import InvalidInput, NotAllowed
from testigo.staff.pins import Pins, hash_pin

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?")


class Officers:
    """The officers of one folder, `FOLDER/NAME.json` each."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def set_pin(self, name: str, pin: str) -> None:
        """Admit an officer, or give them a new PIN. Raises `InvalidInput` for a name or PIN that is not good."""
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"{name!r} is no user name", hint="use lower-case letters, digits, points and hyphens")
        hash_pin(pin)
        storage.make_folder(self.folder, mode=0o700)
        Pins.create(self._file(name), {name: pin})

    def remove(self, name: str) -> None:
        """Let an officer in no more; raises `InvalidInput` where there is none of that name."""
        if not self._known(name):
            raise InvalidInput(f"there is no officer {name!r}", hint="see the list of officers")
        with storage.explained(self._file(name)):
            self._file(name).unlink()

    def names(self) -> list[str]:
        """All officers."""
        return sorted(file.stem for file in self.folder.glob("*.json"))

    def check(self, name: str, pin: str) -> None:
        """Return if this is that officer's PIN; raises `NotAllowed`, with the same sentence and effort for unknown
        names.
        """
        if not self._known(name):
            hash_pin("an-unknown-officer-takes-as-long")
            raise NotAllowed("the user name or the PIN is wrong", hint="enter both again")
        try:
            Pins(self._file(name)).check(name, pin)
        except NotAllowed as refused:
            if "wait" in refused.hint:
                raise
            raise NotAllowed("the user name or the PIN is wrong", hint="enter both again") from None

    def _known(self, name: str) -> bool:
        return bool(_NAME.fullmatch(name)) and self._file(name).is_file()

    def _file(self, name: str) -> Path:
        return self.folder / f"{name}.json"
