"""What a slip's QR code holds. It helps a reader and never counts: where it differs from the text, the text counts.

One line of QR alphanumeric characters, parts divided by `*`:

    T2 * DIGEST * STATION * STYLE * NUMBER * CHOICES

`T2`: format and version. DIGEST: the first 16 hexadecimal digits of the definition's digest, upper case. STATION,
STYLE: places (from 0) in `definition.stations`, the station's ballot styles. NUMBER: the slip number without hyphens.
CHOICES: for each contest of the style, divided by `/`, the places (from 0) of what is chosen divided by `.`; nothing
for a blank one. Places are those of the options; in open lists those in the row of all options, each followed by its
candidates (`Contest.marks`).

Version `T1`, of releases 0.1 and 0.2, has before the number the place of the slip's language in
`definition.languages`; it is read, and the language passed over.
"""

import re

import msgspec

from testigo.ballot.marks import Ballot
from testigo.ballot.slip_number import check_slip_number
from testigo.election import Definition
from testigo.errors import InvalidInput

VERSION = "T2"

_PATTERN = re.compile(
    r"T([12])\*([0-9A-F]{16})\*(\d{1,7})\*(\d{1,3})(\*\d{1,3})?\*([2-9A-Z]{12})\*([0-9./]{0,2000})", re.ASCII
)


class QrVote(msgspec.Struct, frozen=True):
    """What one slip's QR code says."""

    station: str
    ballot: Ballot
    number: str

    def encode(self, definition: Definition) -> str:
        """The payload; raises `InvalidInput` for anything the definition does not have."""
        styles = [style.id for style in definition.styles_of_station(self.station)]
        choices = []
        for contest_id, chosen in self.ballot.choices.items():
            places = {name: place for place, name in enumerate(definition.contest(contest_id).marks)}
            choices.append(".".join(str(places[name]) for name in chosen))
        parts = (
            VERSION,
            digest_prefix(definition).upper(),
            str(definition.place_of(self.station)),
            str(styles.index(self.ballot.style)),
            self.number.replace("-", ""),
            "/".join(choices),
        )
        return "*".join(parts)

    @classmethod
    def decode(cls, payload: str, definition: Definition) -> "QrVote":
        """What a payload says; raises `InvalidInput` for anything but a valid vote of this very election."""
        found = _PATTERN.fullmatch(payload)
        if found is None or (found[1] == "1") != (found[5] is not None):
            raise InvalidInput("qr-code.not-of-a-paper-vote", hint="read-the-text")
        _, digest, station_place, style_place, _, number, choices = found.groups()
        if digest != digest_prefix(definition).upper():
            raise InvalidInput("qr-code.of-another-election", hint="read-the-text")
        try:
            station = definition.station_at(int(station_place)).id
            style = definition.styles_of_station(station)[int(style_place)]
            marks = _marks(definition, style.contests, choices)
        except (IndexError, ValueError, InvalidInput):
            raise InvalidInput("qr-code.not-in-the-election", hint="read-the-text") from None
        return cls(station, Ballot.mark(definition, style, marks), check_slip_number(number))


def digest_prefix(definition: Definition) -> str:
    """The first 16 hexadecimal digits of the definition's digest; remembered, because a whole country takes a while."""
    for known, prefix in _known_digests:
        if known is definition:
            return prefix
    prefix = definition.digest[:16]
    _known_digests.insert(0, (definition, prefix))
    del _known_digests[8:]
    return prefix


_known_digests: list[tuple[Definition, str]] = []


def _marks(definition: Definition, contests: tuple[str, ...], choices: str) -> dict[str, tuple[str, ...]]:
    marks = {}
    for contest_id, places in zip(contests, choices.split("/"), strict=True):
        names = definition.contest(contest_id).marks
        marks[contest_id] = tuple(names[int(place)] for place in places.split(".")) if places else ()
    return marks
