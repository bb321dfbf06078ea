"""The papers of one station as it will print them, each marked as a sample: paper votes, zero report, tally sheet.

The sheets are those of an election in which each option of each contest was chosen once by each ballot style's voters:
no figure favours anybody. They are signed by a key that everybody can make from the definition, so their codes prove
nothing and open for no chair.
"""

import hashlib
from collections.abc import Iterator

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from testigo.ballot import (
    Ballot,
    BoothCounters,
    CheckInCounters,
    Reconciliation,
    TallySheet,
    tally_ballots,
)
from testigo.ballot.check_character import ALPHABET, check_character
from testigo.election import BallotStyle, Definition, DistinctBallot
from testigo.keys import SigningKey
from testigo.paper.stamped import stamped
from testigo.proof.booth_pages import longest_choices
from testigo.slip.sample_slip import SampleSlip
from testigo.station import tally_sheet

_NO_DIGEST = "0" * 64
_NUMBER = ALPHABET[0] * 11
_SLIP_NUMBER = "-".join(f"{_NUMBER}{check_character(_NUMBER)}"[at : at + 4] for at in (0, 4, 8))
"""A sample does not print it."""


def sample_of(definition: Definition, ballot: DistinctBallot, *, full: bool) -> SampleSlip:
    """A sample of one ballot, blank or as full as allowed."""
    choices = longest_choices(definition, ballot.style) if full else {}
    marked = Ballot.mark(definition, ballot.style, choices)
    return SampleSlip(definition, ballot.station, marked, _SLIP_NUMBER, definition.languages[0])


def zero_report(definition: Definition, station_id: str) -> bytes:
    """The zero report of a station, as PDF."""
    sheet = _sheet(definition, station_id, ())
    page = tally_sheet.zero_page(definition, sheet, _NO_DIGEST, _key(definition))
    return stamped(page, definition.languages, definition.fonts)


def sheet_of_figures(definition: Definition, station_id: str) -> bytes:
    """The tally sheet of a station with the figures of the sample, as PDF."""
    sheet = _sheet(definition, station_id, tuple(_each_option_once(definition, station_id)))
    page = tally_sheet.page(definition, sheet, _NO_DIGEST, _key(definition))
    return stamped(page, definition.languages, definition.fonts)


def _each_option_once(definition: Definition, station_id: str) -> Iterator[Ballot]:
    for style in definition.styles_of_station(station_id):
        contests = [definition.contest(contest) for contest in style.contests]
        for place in range(max(len(contest.options) for contest in contests)):
            yield _nth_ballot(definition, style, place)


def _nth_ballot(definition: Definition, style: BallotStyle, place: int) -> Ballot:
    contests = (definition.contest(contest) for contest in style.contests)
    options = {one.id: one.options[place].id for one in contests if place < len(one.options)}
    return Ballot.mark(definition, style, {contest: (option,) for contest, option in options.items()})


def _sheet(definition: Definition, station_id: str, ballots: tuple[Ballot, ...]) -> TallySheet:
    station, count = definition.station(station_id), len(ballots)
    check_in = replace(
        CheckInCounters.zero(), registered=station.register_size, release_cap=definition.release_cap(station_id),
        matched=count, cards_handed=count,
    )  # fmt: skip
    booth = replace(
        BoothCounters.zero(), cards_made=station.register_size, cards_used=count, printed=count, deposited=count,
        recorded=count,
    )  # fmt: skip
    return TallySheet(
        station=station_id,
        opened=f"{definition.date}T{definition.opens}:00Z",
        closed=f"{definition.date}T{definition.closes}:00Z",
        tally=tally_ballots(definition, station_id, ballots),
        reconciliation=Reconciliation(check_in, booth, {}),
        event_logs=dict.fromkeys(("chair", "booth", "check-in"), _NO_DIGEST),
    )


def _key(definition: Definition) -> SigningKey:
    """The same for the same definition."""
    seed = hashlib.sha256(f"testigo sample {definition.digest}".encode()).digest()
    return SigningKey(Ed25519PrivateKey.from_private_bytes(seed))
