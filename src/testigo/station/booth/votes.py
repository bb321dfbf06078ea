"""The one path from marks on a screen to a count, taken by voters' ballots and by test ballots alike.

`Ballot.mark` → `Slip` (what the voter reads) → `CastVoteRecord` → `BallotBox` → `Ballot.mark` → `tally_ballots`
"""

from pathlib import Path

import msgspec

from testigo.ballot import Ballot, CastVoteRecord, Marks, Tally, new_slip_number, record_size, tally_ballots
from testigo.election import Definition, StationMachine
from testigo.slip import Slip
from testigo.station.booth.box import OVERHEAD, BallotBox, Paths
from testigo.stored import StoredFormat

SECRETS = "secrets.json"


class BoothSecrets(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keys that only the booth has, 32 bytes each in hexadecimal: of the ballot box, the session journal, the cards'
    hashes."""

    box: str
    journal: str
    cards: str


SECRETS_FORMAT = StoredFormat(SECRETS, BoothSecrets)


def read_secrets(folder: Path) -> BoothSecrets:
    """The keys in a booth's folder; raises `StorageError` or `InvalidInput`."""
    return SECRETS_FORMAT.read(folder / SECRETS)


def make_slip(definition: Definition, station_id: str, ballot: Ballot, language: str) -> Slip:
    """The paper vote of a ballot, under a new number. Raises `InvalidInput` for a style this station does not have."""
    return Slip(definition, station_id, ballot, new_slip_number(), language)


def record_of(slip: Slip) -> CastVoteRecord:
    """The machine's record of a paper vote; not of the language in which its voter read the screens."""
    return CastVoteRecord(slip.number, Marks(slip.ballot.style, slip.ballot.choices))


def box_name(definition: Definition, station_id: str, booth: int = 1) -> str:
    """What a box's slots are bound to."""
    name = f"{definition.digest}/{station_id}"
    return name if booth == 1 else f"{name}/{StationMachine('booth', booth).name}"


def slot_size(definition: Definition, station_id: str) -> int:
    """Bytes of a slot that holds any ballot of the station."""
    return record_size(definition, station_id) + OVERHEAD


def count_box(definition: Definition, station_id: str, box: BallotBox) -> Tally:
    """The tally of a box; raises `InvalidInput` where a record in it is not a ballot of the station."""
    ballots = (record.ballot.ballot(definition, station_id) for record in box.records())
    return tally_ballots(definition, station_id, ballots)


def test_box_paths(folder: Path) -> Paths:
    """Where a booth keeps the two copies of the box of test ballots."""
    return folder / "test-box-1", folder / "test-box-2"


def discard_test_box(paths: Paths) -> None:
    """Remove what a power cut left of a test: its key was in memory only."""
    for path in paths:
        path.unlink(missing_ok=True)
