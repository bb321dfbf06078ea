"""How long a paper vote will be at most, told from its texts alone: nothing is set, so that a check needs no fonts.

Every paper vote of one ballot style is equally long: each contest has as many rows as it allows choices, each as high
as its longest option, in every language of the election (docs/paper-vote.md). Characters are taken as wide as capitals
of the bold font are, wide ones of East Asia twice as wide; so the estimate is longer than the paper, which
tests/slip/test_paper_length.py measures.
"""

import unicodedata
from math import ceil

from testigo.election.contests import Contest, Option
from testigo.election.definition import BallotStyle, Definition
from testigo.election.value import Text

_FRAME = 110.0
"""Millimetres of corner marks, code lines, station, QR code and foot."""

_NAME, _PARTY, _TITLE = (20, 5.0), (26, 4.5), (22, 5.0)
"""Characters on a line and millimetres of a line: of an option's name, a party, a title."""

_ROW, _CONTEST = 3.5, 9.0
"""Millimetres of a row, and of a contest's heading, besides their texts."""


def paper_length(definition: Definition, style: BallotStyle) -> int:
    """Millimetres of a paper vote of that style, rather too many than too few."""
    contests = sum(_contest(definition, definition.contest(contest)) for contest in style.contests)
    return ceil(_FRAME + _height(definition, definition.title, _NAME) + contests)


def _contest(definition: Definition, contest: Contest) -> float:
    row = max((_option(definition, option) for option in contest.options), default=0.0)
    note = len(definition.languages) * _TITLE[1]
    return _CONTEST + note + _height(definition, contest.title, _TITLE) + contest.choose * (_ROW + row)


def _option(definition: Definition, option: Option) -> float:
    name = _height(definition, option.name, _NAME)
    party = next((party for party in definition.parties if party.id == option.party), None)
    if party is None:
        return name
    return name + _height(definition, party.name, _PARTY, before=f"{party.abbreviation} · ")


def _height(definition: Definition, text: Text, line: tuple[int, float], *, before: str = "") -> float:
    """Of a text in all languages, each only once where they say the same."""
    letters, height = line
    said = {text.get(language, "") for language in definition.languages}
    return sum(height * ceil(_width(before + words) / letters) for words in said)


def _width(words: str) -> int:
    return sum(2 if unicodedata.east_asian_width(one) in "WF" else 1 for one in words)
