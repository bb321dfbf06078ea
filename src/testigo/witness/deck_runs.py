"""Each station's test before opening: every run as its chair signed it, against the deck made again from the
definition.
"""

from collections.abc import Sequence

from testigo.audit import logic_and_accuracy
from testigo.audit.first_deck import first_deck, first_deck_digest
from testigo.ballot import DeckPart, LogicAndAccuracy, Tally, deck_digest
from testigo.ballot.version_1 import FirstLogicAndAccuracy
from testigo.count import body_of, kind_of
from testigo.election import Definition
from testigo.record import Grade
from testigo.witness.finding_log import FindingLog, at_station
from testigo.witness.reading import RecordContents, VerifiedStatement
from testigo.words import Message, message

KIND = "logic-and-accuracy"
_SHOWN = 16
"""Characters that a finding quotes of a deck's digest."""


class DeckRunsCheck:
    """Checks the tests of many stations; stations with the same ballot styles share their decks."""

    def __init__(self, findings: FindingLog, contents: RecordContents) -> None:
        self._findings = findings
        self._contents = contents
        self._decks = _Decks(contents.rules.definition)
        self._runs: dict[str, list[VerifiedStatement]] = {}
        for verified in contents.statements.get(KIND, []):
            self._runs.setdefault(verified.statement.subject, []).append(verified)

    def has_runs(self, station: str) -> bool:
        """Whether a run of that station is published."""
        return station in self._runs

    def check(self, station: str, booths: Sequence[int], *, opened: bool) -> None:
        """Every run of a station; the last one of each of these booths passed, where it was `opened`."""
        runs = self._runs.get(station, [])
        if not runs:
            self._missing(station, message("finding", "tested.none"))
            return
        for booth in booths:
            own = [verified for verified in runs if _booth_of(verified) == booth]
            if own:
                self._check_booth(station, own, opened=opened)
            elif opened:
                self._missing(station, message("finding", "tested.none-of-booth", number=booth))
        for verified in runs:
            if _booth_of(verified) not in booths:
                self._check_run(station, verified)

    def _check_booth(self, station: str, runs: list[VerifiedStatement], *, opened: bool) -> None:
        """The runs of one booth, at least one."""
        last = runs[-1]
        with self._findings.reporting("tested", last.place):
            if last.statement.version == 1:
                self._check_first(station, last)
                return
        failed = [verified for verified in runs if not self._check_run(station, verified)]
        with self._findings.reporting("tested", last.place):
            body = body_of(last.statement, LogicAndAccuracy, last.place)
            if body.outcome == "passed":
                self._conclude(station, last, body, len(failed))
            elif opened:
                detail = message("finding", "tested.not-passed-last", run=body.run)
                if self._contents.gaps_of(KIND, subject=station):
                    self._missing(station, detail)
                else:
                    self._findings.fail("tested", at_station(station, detail), last.place)

    def _missing(self, station: str, detail: Message) -> None:
        grade, cause = self._contents.without(KIND, station)
        self._findings.write("tested", grade, at_station(station, detail), cause=cause)

    def _check_run(self, station: str, verified: VerifiedStatement) -> bool:
        """Whether a run passed, by its own words; one that did not is told."""
        with self._findings.reporting("tested", verified.place):
            body = body_of(verified.statement, LogicAndAccuracy, verified.place)
            if body.outcome == "passed":
                return True
            self._findings.write("tested", Grade.NOTE, at_station(station, _told(body)), verified.place)
        return False

    def _conclude(self, station: str, verified: VerifiedStatement, body: LogicAndAccuracy, failed: int) -> None:
        """The run that passed: its deck is this election's, all of it was cast, and every count is the deck's."""
        parts, digest = self._decks.of(station)
        ballots = sum(len(part.ballots) for part in parts)
        wrong = [
            *_of_deck(body.deck, digest, min(body.cast, body.ballots), ballots),
            *(
                problem
                for holds, problem in (
                    (
                        body.counted == tuple(part.expected for part in parts),
                        message("finding", "tested.other-counted"),
                    ),
                    (not body.found and not body.differences, message("finding", "tested.passed-with-differences")),
                )
                if not holds
            ),
        ]
        before = message("term", "failed-before", count=failed)
        own = digest[:_SHOWN]
        good = message("finding", "tested.run-holds", count=ballots, deck=own, run=body.run, failed_before=before)
        self._findings.conclude("tested", station, wrong, good, verified.place)

    def _check_first(self, station: str, verified: VerifiedStatement) -> None:
        """A statement of version 1: one deck, counted as a whole."""
        test = kind_of(KIND).read(verified.statement, verified.place)
        if not isinstance(test, FirstLogicAndAccuracy):
            return
        ballots, digest, expected = self._decks.first_of(station)
        before = test.failed_before
        wrong = [
            *_of_deck(test.deck, digest, test.ballots, ballots),
            *(
                problem
                for holds, problem in (
                    (test.expected == expected, message("finding", "tested.other-expected")),
                    (test.counted == expected, message("finding", "tested.other-counted")),
                    (test.ok, message("finding", "tested.failed")),
                    (before >= 0, message("finding", "tested.failed-before-impossible", count=before)),
                )
                if not holds
            ),
        ]
        failed = message("term", "failed-before", count=before)
        good = message("finding", "tested.holds", count=ballots, deck=digest[:_SHOWN], failed_before=failed)
        self._findings.conclude("tested", station, wrong, good, verified.place)


def _booth_of(verified: VerifiedStatement) -> int:
    """The booth that a run tested."""
    booth = verified.statement.body.get("booth", 1)
    return booth if isinstance(booth, int) else 1


def _of_deck(found: str, own: str, ballots: int, length: int) -> list[Message]:
    """What is wrong with the name of a deck and with how many of its ballots were cast."""
    wrong = []
    if found != own:
        wrong.append(message("finding", "tested.other-deck", found=found[:_SHOWN], own=own[:_SHOWN]))
    if ballots != length:
        wrong.append(message("finding", "tested.other-length", count=ballots, length=length))
    return wrong


def _told(body: LogicAndAccuracy) -> Message:
    """A run that did not pass."""
    if body.outcome == "abandoned":
        return message("finding", "tested.abandoned", run=body.run, cast=body.cast, ballots=body.ballots)
    if not body.differences:
        return message("finding", "tested.run-failed", run=body.run)
    first = body.differences[0].sentence
    return message("finding", "tested.run-failed-by", run=body.run, count=body.found, first=first)


class _Decks:
    """The deck of each station and what must be counted from it, as this release makes it and as the first did."""

    def __init__(self, definition: Definition) -> None:
        self._definition = definition
        self._made: dict[tuple[str, ...], tuple[Sequence[DeckPart], str]] = {}
        self._first: dict[tuple[str, ...], tuple[int, str, Tally]] = {}

    def of(self, station: str) -> tuple[Sequence[DeckPart], str]:
        """Parts and digest."""
        styles = self._styles(station)
        if styles not in self._made:
            parts = logic_and_accuracy.station_deck(self._definition, station)
            self._made[styles] = (parts, deck_digest(parts))
        return self._made[styles]

    def first_of(self, station: str) -> tuple[int, str, Tally]:
        """How many ballots, digest, expected tally."""
        styles = self._styles(station)
        if styles not in self._first:
            ballots = first_deck(self._definition, station)
            tally = logic_and_accuracy.expected(self._definition, station, ballots)
            self._first[styles] = (len(ballots), first_deck_digest(ballots), tally)
        return self._first[styles]

    def _styles(self, station: str) -> tuple[str, ...]:
        return tuple(style.id for style in self._definition.styles_of_station(station))
