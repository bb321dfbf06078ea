"""A voter who looks at every page of the booth: in each language, at the usual and at the largest text size.

The pages are the booth's own (`screens.booth`), of a session that nothing is behind (`station.booth.preview`). A page
that looks the same for several ballots is kept once.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence

import msgspec
from msgspec.structs import replace

from testigo.ballot.check_character import ALPHABET
from testigo.election import BallotStyle, Contest, Definition, DistinctBallot, Option, candidate_of
from testigo.screens import booth as booth_pages
from testigo.station.booth.preview import PreviewBooth
from testigo.web.client import Client
from testigo.web.in_process import InProcess
from testigo.web.sessions import SIZES

ADDRESS = "http://booth.test"
LOOKED_AT = (SIZES[0], SIZES[-1])
"""Text sizes: those between are between these in everything."""

ORDER = {
    "welcome": 0, "wrong-card": 1, "language": 2, "contest": 3, "find": 3, "candidates": 3, "note": 4, "review": 5,
    "printed": 6, "spoil": 7, "thanks": 8,
}  # fmt: skip
"""When a voter meets which kind of page."""

_TOKEN = re.compile(rb'name="token" value="[^"]*"')
_MISTYPED = ALPHABET[0] * 8 + ALPHABET[1] * 2
"""A card's code with a wrong check character."""


class BoothPage(msgspec.Struct, frozen=True):
    """One page. `kind`: a key of `ORDER`. `contest`: id, "" where it is of none. `option`: id of the open list whose
    candidates it shows, else "". `number`: of the page where there are several, from 1.
    """

    kind: str
    language: str
    size: int
    html: bytes
    contest: str = ""
    option: str = ""
    number: int = 1

    @property
    def key(self) -> str:
        """The same for two pages that look the same."""
        return hashlib.sha256(_TOKEN.sub(b"", self.html)).hexdigest()


class BoothPages:
    """The booth's pages of an election. Close it."""

    def __init__(self, definition: Definition, ballots: Sequence[DistinctBallot]) -> None:
        self._definition = definition
        self._ballots = ballots
        self._booth = PreviewBooth(definition, ballots[0].station, ballots[0].style.id)
        self._app = booth_pages.app(self._booth)
        self._client = self._new_screen()
        self._of_contests: dict[tuple[object, ...], list[BoothPage]] = {}

    def _new_screen(self) -> Client:
        """A browser that nobody has used yet, as each voter finds it."""
        return Client(ADDRESS, transport=InProcess(self._app))

    def close(self) -> None:
        """Give the pages back."""
        self._client.close()

    def file(self, path: str) -> tuple[str, bytes]:
        """A file that pages name: its media type and content."""
        return self._client.fetch(path)

    def common(self, language: str, size: int) -> list[BoothPage]:
        """The pages that are the same for every ballot, in the order in which a voter meets them."""
        ballot = self._ballots[0]
        self._booth.put_card(ballot.station, ballot.style.id)
        self._client.close()
        self._client = self._new_screen()
        seen = {
            "welcome": self._client.send("/look", size=str(size), back="/"),
            "wrong-card": self._client.send("/card", code=_MISTYPED),
            "language": self._client.send("/card", code=self._booth.card.code),
        }
        self._client.send("/language", language=language)
        seen["note"] = self._client.get("/contest/1?few=yes")
        self._client.get("/review")
        seen["printed"] = self._client.send("/print")
        seen["spoil"] = self._client.get("/spoil")
        seen["thanks"] = self._client.send("/printed", right="yes")
        return [BoothPage(kind, language, size, page.content) for kind, page in seen.items()]

    def of_ballot(self, ballot: DistinctBallot, language: str, size: int) -> list[BoothPage]:
        """The pages of its contests with nothing chosen, of open lists those of each list's candidates, and the review
        with as much chosen as allowed.
        """
        self._booth.put_card(ballot.station, ballot.style.id)
        self._client.get("/")
        self._client.send("/look", size=str(size), back="/")
        self._booth.accept_card(self._booth.card.code)
        self._booth.choose_language(language)
        pages = []
        for number, contest_id in enumerate(ballot.style.contests, 1):
            key = (contest_id, number, len(ballot.style.contests), language, size)
            if key not in self._of_contests:
                self._of_contests[key] = list(self._of_contest(number, contest_id, language, size))
            self._booth.choose(contest_id, ())
            pages += self._of_contests[key]
        return [*pages, *self._review(ballot.style, language, size)]

    def _of_contest(self, number: int, contest_id: str, language: str, size: int) -> Iterator[BoothPage]:
        contest, address = self._definition.contest(contest_id), f"/contest/{number}"
        yield from self._turned(address, BoothPage("contest", language, size, b"", contest_id))
        if contest.preferences is None:
            return
        for option in contest.options:
            if option.candidates:
                self._booth.choose(contest_id, (option.id,))
                of_list = BoothPage("candidates", language, size, b"", contest_id, option.id)
                yield from self._turned(f"{address}/candidates", of_list)

    def _turned(self, address: str, page: BoothPage) -> Iterator[BoothPage]:
        """Every page at an address, and the page on which its names are searched for."""
        here, pages = 1, 1
        while here <= pages:
            seen = self._client.get(f"{address}?page={here}")
            pages = int(seen.facts["pages"])
            yield replace(page, html=seen.content, number=here)
            here += 1
        if pages > 1:
            yield replace(page, kind="find", html=self._client.get(f"{address}/find").content)

    def _review(self, style: BallotStyle, language: str, size: int) -> Iterator[BoothPage]:
        for contest_id, chosen in longest_choices(self._definition, style).items():
            self._booth.choose(contest_id, chosen)
        here, pages = 1, 1
        while here <= pages:
            seen = self._client.get(f"/review?page={here}")
            pages = int(seen.facts["pages"])
            yield BoothPage("review", language, size, seen.content, number=here)
            here += 1


def longest_choices(definition: Definition, style: BallotStyle) -> dict[str, tuple[str, ...]]:
    """A ballot as full as allowed, with the options of the longest names, of open lists with their candidates: what
    needs most room.
    """
    return {one.id: _longest_marks(definition, one) for one in map(definition.contest, style.contests)}


def _longest_marks(definition: Definition, contest: Contest) -> tuple[str, ...]:
    def preferred(option: Option) -> list[str]:
        most = contest.preferences.most if contest.preferences is not None else 0
        return sorted(option.preferences, key=lambda name: len(candidate_of(contest, name)), reverse=True)[:most]

    def length(option: Option) -> int:
        named = max(len(definition.words(option.name, language)) for language in definition.languages)
        return named + sum(len(candidate_of(contest, name)) for name in preferred(option))

    longest = sorted(contest.options, key=length, reverse=True)[: contest.choose]
    marks = {mark for option in longest for mark in (option.id, *preferred(option))}
    return tuple(mark for mark in contest.marks if mark in marks)
