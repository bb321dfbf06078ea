"""The machine's record of one deposited ballot: which slip, which choices, and nothing else.

No time, no sequence, no voter. Encoded, every record of a station has the same number of bytes whatever was chosen, so
that the length of an encrypted record tells nothing either.

Layout: `CVR1`, length of the body (4 bytes, big-endian), body (canonical JSON), zeros up to the size asked for.
"""

import msgspec

from testigo import canonical
from testigo.ballot.marks import Marks
from testigo.ballot.slip_number import NUMBER_LENGTH
from testigo.canonical import why_refused
from testigo.election import BallotStyle, Contest, Definition, is_preference
from testigo.errors import InvalidInput, TestigoError
from testigo.words import message

_MAGIC = b"CVR1"
_HEAD = len(_MAGIC) + 4
_STEP = 16
_LONGEST_NUMBER = "Z" * NUMBER_LENGTH + "--"


class CastVoteRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`slip`: the number on the paper vote, by which the two can be compared. `language`: of the paper vote, in records
    of releases 0.1 and 0.2; now empty, because a language that one voter speaks would name that voter.

    `ballot` is not checked: whoever counts records marks it again, because the box and its key lie on one disk.
    """

    slip: str
    ballot: Marks
    language: str = ""

    def encode(self, size: int) -> bytes:
        """Exactly `size` bytes; raises `InvalidInput` where the record is longer (`record_size` says how large it can
        be)."""
        body = canonical.encode(self)
        if _HEAD + len(body) > size:
            raise InvalidInput("vote-record.too-long", length=_HEAD + len(body), size=size)
        return (_MAGIC + len(body).to_bytes(4, "big") + body).ljust(size, b"\0")

    @classmethod
    def decode(cls, data: bytes) -> "CastVoteRecord":
        """The inverse of `encode`; every byte counts, the padding too. Raises `InvalidInput`."""
        length = int.from_bytes(data[len(_MAGIC) : _HEAD], "big")
        body, padding = data[_HEAD : _HEAD + length], data[_HEAD + length :]
        if data[: len(_MAGIC)] != _MAGIC or len(body) != length or len(data) < _HEAD or padding.strip(b"\0"):
            raise InvalidInput("vote-record.malformed")
        try:
            return msgspec.convert(canonical.decode(body), cls, strict=True)
        except msgspec.ValidationError as error:
            raise InvalidInput("vote-record.body-malformed", why=why_refused(error)) from None
        except TestigoError as error:
            raise error.at(message("place", "vote-record")) from None


def record_size(definition: Definition, station_id: str) -> int:
    """Bytes that hold any ballot of the station in any language: the longest possible, up to a multiple of 16."""
    longest = max(
        (
            len(canonical.encode(CastVoteRecord(_LONGEST_NUMBER, _longest_ballot(definition, style), language)))
            for style in definition.styles_of_station(station_id)
            for language in definition.languages
        ),
        default=0,
    )
    return -(-(_HEAD + longest) // _STEP) * _STEP


def _longest_ballot(definition: Definition, style: BallotStyle) -> Marks:
    """The marks with the longest names, as many as may be chosen: not in ballot order, nor all of one list, which makes
    them no shorter."""
    choices = {}
    for contest_id in style.contests:
        contest = definition.contest(contest_id)
        ids = sorted(
            (option.id for option in contest.options), key=lambda each: len(canonical.encode(each)), reverse=True
        )
        choices[contest_id] = (*ids[: contest.choose], *_longest_preferences(contest))
    return Marks(style.id, choices)


def _longest_preferences(contest: Contest) -> list[str]:
    if contest.preferences is None:
        return []
    longest = sorted((name for name in contest.marks if is_preference(name)), key=len, reverse=True)
    return longest[: contest.preferences.most]
