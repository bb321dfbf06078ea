"""The statements that the chair keeps: its own, and those that the other machines signed at closing.

    FOLDER/statements/TYPE.json, of the runs of the test before opening logic-and-accuracy-NUMBER.json

A file counts only once the chair's log names its digest: whatever a power cut left half done is written again.
"""

from testigo import canonical, storage
from testigo.canonical import SignedValue
from testigo.errors import InvalidInput
from testigo.event_log import Event
from testigo.record import SignedStatement, open_statement
from testigo.station.machine.folder import MachineFolder

PACKAGE = "package"
"""What travels to the centre: the signed package of all the others."""

FIRST_PACKAGE = "courier"
"""Its name in a folder of release 0.1."""


class StatementStore:
    """The folder of statements of one chair."""

    def __init__(self, folder: MachineFolder) -> None:
        self._folder = folder
        self._path = folder.path / "statements"

    def write(self, name: str, envelope: bytes) -> str:
        """Keep an envelope as `NAME.json`; its digest. Raises `StorageError`."""
        storage.make_folder(self._path)
        storage.write(self._path / f"{name}.json", envelope)
        return canonical.digest(envelope)

    def has(self, name: str) -> bool:
        """Whether there is an envelope `NAME.json`."""
        return (self._path / f"{name}.json").exists()

    def read(self, name: str, digest: str = "") -> bytes:
        """The envelope `NAME.json`; raises `StorageError`, or `InvalidInput` where it is not the one of that digest."""
        data = storage.read(self._path / f"{name}.json")
        if digest and canonical.digest(data) != digest:
            raise InvalidInput("statement-file.not-of-the-log", place=self._path / f"{name}.json")
        return data

    def sign(self, type_: str, body: SignedValue, event: str, *, name: str = "", **noted: int) -> None:
        """Sign a statement of the chair, keep it (under its type, if no other `name` is given), and note in the log
        that `event` has happened."""
        digest = self.write(name or type_, self._folder.sign_statement(type_, body))
        self._folder.log.append(event, statement=digest, **noted)

    def keep_signed(self, type_: str, body: SignedValue, name: str) -> str:
        """Sign a statement of the chair and keep it under that name; its digest as other statements name it."""
        envelope = self._folder.sign_statement(type_, body)
        self.write(name, envelope)
        return self.own(name).digest

    def all(self) -> list[bytes]:
        """Every envelope that is kept here."""
        return [storage.read(file) for file in sorted(self._path.glob("*.json"))]

    def own(self, type_: str) -> SignedStatement:
        """A statement that this chair signed and kept."""
        place = str(self._path / f"{type_}.json")
        return open_statement(self.read(type_), self._folder.key.public, place=place)

    def events(self, name: str) -> list[Event]:
        """Every event of that name in the chair's log."""
        return [event for event in self._folder.log if event.event == name]

    def last(self, name: str) -> Event | None:
        """The newest event of that name; None if there is none."""
        found = self.events(name)
        return found[-1] if found else None
