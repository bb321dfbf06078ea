"""The people of a training: voters who are made up, and who sits at its machines.

No voter has a fingerprint: the templates are empty, and the check-in of a training takes the result from a button or
from any finger on its reader. One voter never gave a finger and one is barred, so that both can be practised.
"""

import random
from collections.abc import Iterator
from typing import Final

import numpy as np
from msgspec.structs import replace

from testigo import canonical
from testigo.election import GENERAL_ROLL, Definition
from testigo.fingerprint import Position, Template, encode_template
from testigo.keys import SigningKey
from testigo.paper.sample import sample_words
from testigo.register.issuing import ListedVoter
from testigo.register.made_up_names import made_up_name
from testigo.staff.accounts import FORMAT, Account, StaffList, StaffRole
from testigo.words import current_language, say

FIRST_NUMBER: Final = 1001
"""Document numbers are counted from here: short enough to type, and nobody's."""

_STAFF: Final[tuple[StaffRole, ...]] = ("chair", "deputy", "clerk", "witness")


def make_voters(definition: Definition) -> list[ListedVoter]:
    """The station's voters. With three or more, the last is barred, and the last but one has no finger."""
    chance = random.SystemRandom()
    finger = ((Position.RIGHT_INDEX.value, _nobodys_finger()),)
    voters = [
        ListedVoter(str(FIRST_NUMBER + place), made_up_name(chance), roll, None, finger)
        for place, roll in enumerate(_rolls(definition))
    ]
    if len(voters) > 2:
        voters[-2] = replace(voters[-2], fingers=())
        voters[-1] = replace(voters[-1], barred=1)
    return voters


def _rolls(definition: Definition) -> Iterator[str]:
    """The roll of each voter of its one station."""
    (station,) = definition.stations
    for roll, size in station.roll_sizes.items():
        yield from [roll] * size
    yield from [GENERAL_ROLL] * (station.register_size - sum(station.roll_sizes.values()))


def make_staff(definition: Definition, station_id: str, centre: SigningKey) -> bytes:
    """The signed staff list: a chair, a deputy, a clerk and a witness, who are called by their roles in the
    language of whoever sets it up.
    """
    language = current_language()
    party = definition.parties[0].abbreviation if definition.parties else sample_words((language,))[0]
    accounts = tuple(
        Account(role, say(language, f"staff.{role}"), role, party if role == "witness" else "") for role in _STAFF
    )
    return StaffList(FORMAT, definition.digest, station_id, canonical.utc_now(), accounts).sign(centre)


def _nobodys_finger() -> bytes:
    """A template without a minutia: no finger is like it."""
    places, rest = np.zeros(0, np.uint16), np.zeros(0, np.uint8)
    return encode_template(Template(1, 1, places, places, rest, rest, rest), position=Position.RIGHT_INDEX)
