"""The test of a booth before opening: its parts, what became of each test ballot, and where that is not what it should.

`audit.logic_and_accuracy` makes the deck, the station's booth casts it, its chair compares and signs what came out, and
the witness makes the deck again: so the shapes live here, below all four.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from testigo import canonical
from testigo.ballot.marks import Ballot, Marks, numbered
from testigo.ballot.tally import BLANK, Tally
from testigo.canonical import SignedValue
from testigo.election import Contest, Definition, is_preference
from testigo.words import Message, message

DeckStage = Literal["screen", "print", "record", "count"]
"""Where a vote is looked at: the page that asks the voter to confirm the choices, the paper as it is read back, the
cast vote record in the box, the count of a part's box.
"""

LANGUAGE, NUMBER, QR_CODE, UNKNOWN = "(language)", "(number)", "(qr-code)", "(unknown)"
"""What may be wrong on a ballot besides its options: its language, the number on paper, what the QR code says,
something else than the contest has. See also `tally.BLANK`.
"""


class DeckBallot(msgspec.Struct, frozen=True):
    """One test ballot, and the language in which it is cast."""

    ballot: Ballot
    language: str


class DeckPart(msgspec.Struct, frozen=True):
    """Test ballots of one ballot style that are counted apart from all others. `expected`: what must be counted."""

    style: str
    ballots: tuple[DeckBallot, ...]
    expected: Tally


class ScreenRow(msgspec.Struct, frozen=True):
    """What the page before printing says of one contest: its title and a text for each choice, none for blank."""

    title: str
    choices: tuple[str, ...]


class DeckOutcome(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one test ballot; nothing is judged yet.

    `stopped`: "" or the code of the error that ended the voter's way before the vote was in the box. `screen`: rows of
    the page before printing. `paper`: what was read on paper, None with the reason `unread`. `record`: what is in the
    box under this paper's number, None if nothing. `number`: whether the paper says the number that was printed.
    `qr_code`: whether its QR code says the same as its text. `record_language`: what the record says of the voter's
    language, which must be nothing.
    """

    screen: tuple[ScreenRow, ...] = ()
    paper: Marks | None = None
    number: bool = False
    qr_code: bool = False
    record: Marks | None = None
    record_language: str = ""
    stopped: str = ""
    unread: str = ""


class DeckDifference(SignedValue, frozen=True):
    """One figure of the test that is not what it should be.

    `part`, `ballot`: numbers from 1; ballot 0 for the count of a whole part. `contest`: "" for what is of the whole
    ballot. `what`: an option's id, or a name in brackets. `expected`, `found`: how often. `why`: the code of an error
    where there is one.
    """

    part: int
    ballot: int
    stage: DeckStage
    contest: str
    what: str
    expected: int
    found: int
    why: str = ""

    @property
    def sentence(self) -> Message:
        """It in words."""
        where = message("term", "deck-part", part=self.part)
        if self.ballot:
            where = message("term", "deck-ballot", ballot=self.ballot, part=self.part)
        what: Message | str = message("term", f"figure.{self.what[1:-1]}") if self.what[:1] == "(" else self.what
        if self.contest:
            what = message("term", "of-contest", contest=self.contest, what=what)
        stage = message("term", f"deck-stage.{self.stage}")
        if self.why:
            return message("finding", "deck.difference-with-code", where=where, stage=stage, what=what, code=self.why)
        due = self.expected
        return message(
            "finding", "deck.difference", where=where, stage=stage, what=what, expected=due, found=self.found
        )


def deck_digest(parts: Iterable[DeckPart]) -> str:
    """The name of a test deck: SHA-256 of the canonical list of its parts, without what is expected of them."""
    named = [{"style": part.style, "ballots": list(part.ballots)} for part in parts]
    return canonical.digest(canonical.encode(named))


def outcome_differences(
    definition: Definition, one: DeckBallot, outcome: DeckOutcome, *, part: int, ballot: int
) -> list[DeckDifference]:
    """Where a test ballot did not come out, on screen, on paper and in the box; empty if it did."""
    check = _BallotCheck(definition, one, part, ballot)
    if outcome.stopped:
        return [check.difference("screen", "", UNKNOWN, 0, 1, why=outcome.stopped)]
    return [
        *check.screen(outcome.screen),
        *check.marks("print", outcome.paper, why=outcome.unread),
        *(check.difference("print", "", NUMBER, 1, 0) for _ in range(outcome.paper is not None and not outcome.number)),
        *(
            check.difference("print", "", QR_CODE, 1, 0)
            for _ in range(outcome.paper is not None and not outcome.qr_code)
        ),
        *check.marks("record", outcome.record, language=outcome.record_language),
    ]


class _BallotCheck:
    """One test ballot against what was seen of it."""

    def __init__(self, definition: Definition, one: DeckBallot, part: int, ballot: int) -> None:
        self._definition = definition
        self._one = one
        self._at = (part, ballot)

    def difference(
        self, stage: DeckStage, contest: str, what: str, expected: int, found: int, why: str = ""
    ) -> DeckDifference:
        return DeckDifference(*self._at, stage, contest, what, expected, found, why)

    def screen(self, rows: Sequence[ScreenRow]) -> list[DeckDifference]:
        """Titles and names, as the definition has them in the ballot's language, in the order of the ballot."""
        contests = [self._definition.contest(contest_id) for contest_id in self._one.ballot.choices]
        if len(rows) != len(contests):
            return [self.difference("screen", "", UNKNOWN, len(contests), len(rows))]
        found = []
        for contest, row in zip(contests, rows, strict=True):
            if _one_line(row.title) != self._words(contest.title):
                found.append(self.difference("screen", contest.id, UNKNOWN, 0, 1))
            found += self._options("screen", contest, self._by_name(contest, row.choices))
        return found

    def _by_name(self, contest: Contest, texts: Sequence[str]) -> tuple[str, ...]:
        """What these texts say; of two that the text does not tell apart, the chosen one."""
        chosen = self._one.ballot.choices[contest.id]
        names = sorted(contest.marks, key=lambda name: name in chosen)
        by_text = {text: name for name in names for text in self._texts(contest, name)}
        return tuple(by_text.get(_one_line(text), UNKNOWN) for text in texts)

    def _texts(self, contest: Contest, mark: str) -> list[str]:
        """What a page may say of an option: its name, alone or with its party; of a candidate: number and name."""
        if is_preference(mark):
            return [_one_line(numbered(contest, mark))]
        option = contest.option(mark)
        name = self._words(option.name)
        if not option.party:
            return [name]
        party = self._definition.party(option.party)
        return [name, *(_one_line(f"{name} {of}") for of in (party.abbreviation, self._words(party.name)))]

    def _words(self, text: dict[str, str]) -> str:
        """A text of the definition in the ballot's language, in one line."""
        return _one_line(self._definition.words(text, self._one.language))

    def marks(self, stage: DeckStage, seen: Marks | None, *, language: str = "", why: str = "") -> list[DeckDifference]:
        """Style, contests and options of a paper or a record; it names no language."""
        ballot = self._one.ballot
        if seen is None or seen.style != ballot.style or seen.choices.keys() != ballot.choices.keys():
            return [self.difference(stage, "", UNKNOWN, 0, 1, why)]
        found = [self.difference(stage, "", LANGUAGE, 0, 1)] if language else []
        for contest_id, chosen in seen.choices.items():
            found += self._options(stage, self._definition.contest(contest_id), chosen)
        return found

    def _options(self, stage: DeckStage, contest: Contest, found: tuple[str, ...]) -> list[DeckDifference]:
        expected, seen = (Counter(chosen or (BLANK,)) for chosen in (self._one.ballot.choices[contest.id], found))
        known = {BLANK, *contest.marks}
        return [
            self.difference(stage, contest.id, what if what in known else UNKNOWN, expected[what], seen[what])
            for what in sorted(expected | seen)
            if expected[what] != seen[what]
        ]


def _one_line(text: str) -> str:
    """The text as a page shows it: white space is one space."""
    return " ".join(text.split())


def count_differences(definition: Definition, expected: Tally, counted: Tally, *, part: int) -> list[DeckDifference]:
    """Every figure of a part's count that is not what it should be; empty if all are."""
    due, found = _figures(definition, expected), _figures(definition, counted)
    return [
        DeckDifference(part, 0, "count", contest, what, due.get((contest, what), 0), found.get((contest, what), 0))
        for contest, what in sorted(due.keys() | found.keys())
        if due.get((contest, what), 0) != found.get((contest, what), 0)
    ]


def _figures(definition: Definition, tally: Tally) -> dict[tuple[str, str], int]:
    """Every figure of a tally by contest and name; ballots of a style under no contest."""
    figures = {("", style): count for style, count in tally.ballots.items()}
    for one in tally.contests:
        figures |= {(one.contest, what): count for what, count in one.figures()}
    return figures
