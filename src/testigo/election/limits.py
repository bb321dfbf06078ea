"""How much of everything an election may have: what code lines, QR codes, pages, tests and file names carry.

`check_limits` refuses what exceeds them, docs/election.md states them in one table, and what lays out, encodes or reads
a part of an election takes its limit from here. A limit is raised only together with what carries it
(`benchmarks/definitions.py` measures that).
"""

from datetime import date
from typing import Final

ID: Final = 48
"""Characters of an id that stands on no code line: of the election, a party, a contest, an option."""

CODE_LINE: Final = 35
"""Characters of a code line of the paper vote: 70 mm in cells of 2 mm."""

STATION_ID: Final = CODE_LINE - 9
"""The code line of the station is eight digits of the definition's digest, a space, and the id."""

STYLE: Final = CODE_LINE
"""A ballot style stands on a code line."""

TEXT: Final = 160
"""Characters of a name, a title or an address."""

ABBREVIATION: Final = 12

MARKS: Final = 4
"""Accents and other marks on one letter: lines of the paper vote leave room for so many (`paper/words.typ`)."""

LANGUAGES: Final = 12
"""The page on which a voter chooses the language shows them all."""

LANGUAGE_CODE: Final = 12

ROLLS: Final = 20

STATIONS: Final = 100_000

REGISTER: Final = 20_000
"""Voters of one station: the page of its voting cards takes 3 GiB of memory to set, and a minute."""

CONTESTS: Final = 5_000

CONTESTS_OF_BALLOT: Final = 40

ROWS_OF_BALLOT: Final = 200
"""A paper vote has a row for every choice that its voter may make, preferences too."""

OPTIONS: Final = 300
"""Of one contest."""

LINES_OF_SHEET: Final = 3_000
"""Options, and candidates who may be preferred, of all contests of one station's voters: its tally sheet has a line for
each, and 12,000 of them took 3 GiB of memory to set."""

TEST_BALLOTS: Final = 20_000
"""Of one station's test deck, all ballot styles together: a booth needs a tenth of a second for each, and 80,000 of
them take a minute and a half to make."""

PARTIES: Final = 2_000

CANDIDATES: Final = 1_000
"""Of one list."""

PREFERRED: Final = 500
"""Candidates of all lists of a contest in which they may be marked: tally sheet and test count each of them."""

PEOPLE: Final = 4
"""Named with one option, beside it: its tile shows them all."""

SEATS: Final = 3_000
"""Of one contest: the largest parliaments of the world have fewer."""

FIRST_DAY: Final = date(2000, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Of the election. A year outside is one of another calendar, or mistyped."""

RESERVED_NAMES: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10))}
)
"""Names that Windows keeps for devices: nothing that gives a file its name may be called so."""
