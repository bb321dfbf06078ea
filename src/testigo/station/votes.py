"""The one path from marks on a screen to a count, taken by voters' ballots and by test ballots alike.

`Ballot.mark` → `Slip` (what the voter reads) → `CastVoteRecord` → `BallotBox` → `Ballot.mark` → `tally_ballots`
"""

from pathlib import Path

import msgspec

from testigo.ballot import Ballot, CastVoteRecord, Marks, Tally, new_slip_number, record_size, tally_ballots
from testigo.election import Definition
from testigo.slip import Slip
from testigo.station.box import OVERHEAD, BallotBox
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


def box_name(definition: Definition, station_id: str) -> str:
    """What a box's slots are bound to."""
    return f"{definition.digest}/{station_id}"


def slot_size(definition: Definition, station_id: str) -> int:
    """Bytes of a slot that holds any ballot of the station."""
    return record_size(definition, station_id) + OVERHEAD


def count_box(definition: Definition, station_id: str, box: BallotBox) -> Tally:
    """The tally of a box; raises `InvalidInput` where a record in it is not a ballot of the station."""
    ballots = (record.ballot.ballot(definition, station_id) for record in box.records())
    return tally_ballots(definition, station_id, ballots)


def count_test_deck(definition: Definition, station_id: str, deck: list[Ballot], folder: Path, key: bytes) -> Tally:
    """Send every test ballot down the voters' path, into a box of its own, and count that box; then destroy it.

    The slips are set in type but not printed: a test vote on paper could end up in the box. Languages take turns.
    """
    paths = (folder / "test-box-1", folder / "test-box-2")
    for path in paths:
        path.unlink(missing_ok=True)  # left by a power cut in the middle of an earlier test
    name, size = box_name(definition, station_id) + "/test", slot_size(definition, station_id)
    box = BallotBox.create(paths, key, name, slots=max(len(deck), 1), slot_size=size)
    try:
        for number, ballot in enumerate(deck):
            language = definition.languages[number % len(definition.languages)]
            slip = make_slip(definition, station_id, ballot, language)
            slip.pdf()
            box.deposit(record_of(slip))
        box.close()
        box = BallotBox(paths, key, name, size)
        return count_box(definition, station_id, box)
    finally:
        box.destroy()
