"""What the authority allows a station's chair beyond the alarm of releases: `release-allowance.json`, as it signed it.

The check-in takes it in at any time of the day, checks it against the centre's key, and keeps the one with the highest
number. It is in the public record as well (`testigo centre allow-releases` puts it there).
"""

import msgspec

from testigo import storage
from testigo.ballot.release_allowance import ReleaseAllowance
from testigo.canonical import why_refused
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature
from testigo.keys import PublicKey, envelope_key_id
from testigo.record import open_statement
from testigo.station.machine.folder import MachineFolder
from testigo.words import message

KIND = "release-allowance"
FILE = "release-allowance.json"
LARGEST = 64 * 1024
_PLACE = message("place", "release-allowance")


class Allowance:
    """What one check-in knows of it. `newest`: None where the authority has said nothing."""

    def __init__(self, folder: MachineFolder) -> None:
        """Raises what `take` raises, where the kept one is not the authority's."""
        self._folder = folder
        self._file = folder.path / FILE
        self.newest: ReleaseAllowance | None = None
        if self._file.exists():
            self.newest = self._read(storage.read(self._file, limit=LARGEST), stored=True)

    @property
    def more(self) -> int:
        """How many releases beyond the alarm need no second person."""
        return self.newest.more if self.newest else 0

    def take(self, data: bytes) -> ReleaseAllowance:
        """Take one in. Raises `InvalidInput` for what is none of this station and election, `InvalidSignature` where it
        is not the centre's, `IllegalStep` for an older one than is here; then nothing is changed."""
        new = self._read(data)
        if self.newest is not None and new.number < self.newest.number:
            raise IllegalStep("release-allowance.older", number=str(new.number), loaded=str(self.newest.number))
        # Noted first: what is in force always stands in the log, and what stands there twice is taken in again.
        self._folder.log.append("release-allowance-loaded", number=new.number, more=new.more, reason=new.reason)
        storage.write(self._file, data)
        self.newest = new
        return new

    def _read(self, data: bytes, *, stored: bool = False) -> ReleaseAllowance:
        statement = open_statement(data, self._key(data, stored=stored), place=_PLACE).statement
        if statement.type != KIND:
            raise InvalidInput("release-allowance.another-kind", place=_PLACE, kind=statement.type[:60])
        meant = (self._folder.settings.election, self._folder.station_id)
        if (statement.election, statement.subject) != meant:
            raise InvalidInput("release-allowance.of-another-station", place=_PLACE, station=meant[1])
        try:
            allowance = msgspec.convert(statement.body, ReleaseAllowance, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("release-allowance.malformed", place=_PLACE, why=why_refused(error)) from None
        if allowance.station != meant[1]:
            raise InvalidInput("release-allowance.of-another-station", place=_PLACE, station=meant[1])
        allowance.check()
        return allowance

    def _key(self, data: bytes, *, stored: bool) -> PublicKey:
        """The centre's; of one that is kept also a key that was replaced since."""
        ring = self._folder.ring
        if ring is None:
            raise IllegalStep("machine-keys.not-loaded", place=self._folder.place)
        try:
            present = ring.of_station("", "centre").public
        except InvalidSignature:
            raise IllegalStep("machine-keys.without-centre", place=self._folder.place) from None
        former = [old.key.public for old in ring.replaced if old.key.role == "centre"] if stored else []
        named = envelope_key_id(data, place=_PLACE)
        return next((key for key in former if key.key_id == named), present)
