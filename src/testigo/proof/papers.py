"""The papers of one station as it will print them, each marked as a sample: paper votes, zero report, tally sheet.

The sheets are those of an election in which each ballot style's voters chose all options of a contest equally often,
and each candidate of its open lists once: no figure favours anybody. They are signed by a key that everybody can make
from the definition, so their codes prove nothing and open for no chair.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime

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
from testigo.election import Contest, Definition, DistinctBallot
from testigo.election.hours import zone_of
from testigo.keys import SigningKey
from testigo.paper.stamped import stamped
from testigo.proof.booth_pages import longest_choices
from testigo.slip.sample_slip import SampleSlip
from testigo.station.chair import tally_sheet

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


def figures(definition: Definition, station_id: str) -> TallySheet:
    """The figures of the sample."""
    return _sheet(definition, station_id, tuple(_equal_figures(definition, station_id)))


def sheet_of_figures(definition: Definition, station_id: str) -> bytes:
    """The tally sheet of a station with these figures, as PDF."""
    page = tally_sheet.page(definition, figures(definition, station_id), _NO_DIGEST, _key(definition))
    return stamped(page, definition.languages, definition.fonts)


def _equal_figures(definition: Definition, station_id: str) -> Iterator[Ballot]:
    for style in definition.styles_of_station(station_id):
        chosen = {contest: _in_turn(definition.contest(contest)) for contest in style.contests}
        for place in range(max(map(len, chosen.values()))):
            marks = {contest: turns[place] for contest, turns in chosen.items() if place < len(turns)}
            yield Ballot.mark(definition, style, marks)


def _in_turn(contest: Contest) -> list[tuple[str, ...]]:
    """Each option alone; of an open list as often as the longest list has candidates, each with one of them while there
    are some.
    """
    if contest.preferences is None:
        return [(option.id,) for option in contest.options]
    rounds = max(1, *(len(option.preferences) for option in contest.options))
    return [
        (option.id, *option.preferences[place : place + 1]) for place in range(rounds) for option in contest.options
    ]


def _sheet(definition: Definition, station_id: str, ballots: tuple[Ballot, ...]) -> TallySheet:
    station, count = definition.station(station_id), len(ballots)
    voters = max(station.register_size, count)
    check_in = replace(
        CheckInCounters.zero(), registered=voters, release_cap=definition.release_cap(station_id),
        matched=count, cards_handed=count,
    )  # fmt: skip
    booth = replace(
        BoothCounters.zero(), cards_made=voters, cards_used=count, printed=count, deposited=count,
        recorded=count,
    )  # fmt: skip
    return TallySheet(
        station=station_id,
        opened=_instant(definition, station_id, definition.opens),
        closed=_instant(definition, station_id, definition.closes),
        tally=tally_ballots(definition, station_id, ballots),
        reconciliation=Reconciliation(check_in, booth, {}),
        event_logs=dict.fromkeys(("chair", "booth", "check-in"), _NO_DIGEST),
    )


def _instant(definition: Definition, station_id: str, hour: str) -> str:
    """An hour as the clock on the station's wall shows it; UTC where the definition does not say the zone."""
    shown = datetime.fromisoformat(f"{definition.date}T{hour}").replace(tzinfo=zone_of(definition, station_id) or UTC)
    return shown.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _key(definition: Definition) -> SigningKey:
    """The same for the same definition."""
    seed = hashlib.sha256(f"testigo sample {definition.digest}".encode()).digest()
    return SigningKey(Ed25519PrivateKey.from_private_bytes(seed))
