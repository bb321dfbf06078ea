"""What the authority says of one station, looked at before it is signed: what it does to the figures and the seats.

Annulments and corrections are signed by the root, acceptances of votes on paper and incidents by the centre. The same
look stands on the command line (`testigo centre annul` …) and on the authority's pages (`testigo centre desk`).
"""

from collections.abc import Mapping
from pathlib import Path

from testigo import canonical
from testigo.ballot import Incident, ManualTally, Tally
from testigo.ballot.incidents import IncidentKind
from testigo.canonical import SignedValue
from testigo.centre.keys import authority_key
from testigo.count import Annulment, Correction, ManualTallyAccepted, RecordRules, Result
from testigo.count.authority import AnnulmentCause
from testigo.election import Role
from testigo.errors import IllegalStep
from testigo.record import Statement
from testigo.words import Message, message

_SIGNERS: Mapping[str, Role] = {
    "annulment": "root",
    "correction": "root",
    "manual-tally-accepted": "centre",
    "incident": "centre",
}


class Ruling:
    """One statement that is to be signed. `kind`: of statement; `what`: what it does, `reason`: why, in words."""

    def __init__(self, rules: RecordRules, kind: str, body: SignedValue, what: Message, reason: str) -> None:
        self.rules, self.kind, self.body = rules, kind, body
        self._what, self._reason = what, reason

    @property
    def station(self) -> str:
        """Whose station it is about."""
        return str(getattr(self.body, "station", ""))

    def look(self, folder: Path) -> "LookedAt":
        """Sign it for a trial, with the authority's key in that folder, and count with it.

        Raises what the record would refuse it with, `IllegalStep` where the key is not here.
        """
        key = authority_key(folder, _SIGNERS[self.kind])
        about = {"election": self.rules.election, "subject": self.station}
        envelope = Statement.of(self.kind, self.body, **about, issued=canonical.utc_now()).sign(key)
        self.rules.check(envelope)  # also where the very same was said in the same second
        after = self.rules.fork()
        after.add(envelope)
        return LookedAt(self, envelope, self.rules.count(), after.count())

    def told(self, before: Result) -> list[Message]:
        """Whose station, how it stands now, what becomes of it, and why."""
        definition = self.rules.definition
        own = definition.station(self.station)
        counted = next(one for one in before.stations if one.station == self.station)
        lines = [
            message("cli", "option-status.election", election=definition.id),
            message("cli", "ruling.station", station=self.station, name=own.name, count=own.register_size),
            message("cli", "ruling.status", status=message("results", f"status_{counted.status}")),
            message("cli", "ruling.what", what=self._what),
            message("cli", "option-status.reason", reason=self._reason),
        ]
        if self.kind == "manual-tally-accepted":
            lines += paper_lines(self.rules.rulings.on_paper[self.station][1])
        return lines


class LookedAt:
    """A ruling as it would be signed. `envelope`: signed; it is nothing before somebody keeps it."""

    def __init__(self, ruling: Ruling, envelope: bytes, before: Result, after: Result) -> None:
        self.envelope = envelope
        self.seats = _seats(before, after)
        self.lines = [
            *ruling.told(before),
            *_figures(before, after),
            *(self.seats or [message("cli", "option-status.same-seats")]),
            message("cli", "option-status.for-good"),
        ]


def annulment(rules: RecordRules, station: str, cause: AnnulmentCause, reason: str) -> Ruling:
    """Nothing of the station is counted; with the cause `lifted`, its annulment is taken back."""
    standing, paper = rules.rulings.annulments.get(station, ""), rules.rulings.paper_of(station)
    whole = paper[0] if paper and paper[1].part == "whole" else ""
    names = standing if cause == "lifted" else whole or rules.sheet_digests(2).get(station, "")
    what = message("cli", "ruling.lift" if cause == "lifted" else "ruling.annul")
    return Ruling(rules, "annulment", Annulment(station, cause, names, reason), what, reason)


def correction(rules: RecordRules, station: str, tally: Tally, reason: str) -> Ruling:
    """Other figures of a station; raises `IllegalStep` where it has no tally sheet."""
    if station not in rules.sheets:
        raise IllegalStep("record.no-tally-sheet", station=station)
    last = rules.rulings.corrections.get(station)
    body = Correction(station, last[0] if last else rules.sheet_digests(2)[station], reason, tally)
    return Ruling(rules, "correction", body, message("cli", "ruling.correct"), reason)


def acceptance(rules: RecordRules, station: str) -> Ruling:
    """What the chair signed of votes on paper is counted; raises `IllegalStep` where there is nothing."""
    named = rules.rulings.on_paper.get(station)
    if named is None:
        raise IllegalStep("manual-tally.none", station=station)
    body = ManualTallyAccepted(station, named[0])
    return Ruling(rules, "manual-tally-accepted", body, message("cli", "ruling.accept"), named[1].reason)


def officers_incident(rules: RecordRules, station: str, kind: IncidentKind, name: str, at: str, words: str) -> Ruling:
    """An officer tells what happened. `at`: when (UTC), "" for now."""
    number = rules.numbered.last(("incident", station, "officer")) + 1
    body = Incident(station, number, kind, "officer", name, at or canonical.utc_now(), words)
    return Ruling(rules, "incident", body, message("cli", "ruling.incident"), words)


def paper_lines(paper: ManualTally) -> list[Message]:
    """The counters of a count on paper, who entered it, and what explains a difference."""
    names = ", ".join(paper.entered_by)
    counters = message(
        "cli", "ruling.paper", signed_in=paper.signed_in, handed_out=paper.handed_out, spoiled=paper.spoiled,
        papers=paper.papers, names=names,
    )  # fmt: skip
    return [counters, *([message("cli", "ruling.explained", reason=paper.explanation)] if paper.explanation else [])]


def _figures(before: Result, then: Result) -> list[Message]:
    """Every option whose votes change."""
    return [
        message("cli", "ruling.votes", contest=old.contest, option=one.option, before=one.votes, after=other.votes)
        for old, new in zip(before.contests, then.contests, strict=True)
        for one, other in zip(old.options, new.options, strict=True)
        if one.votes != other.votes
    ]


def _seats(before: Result, then: Result) -> list[Message]:
    """Every option whose seats change, as the votes so far give them."""
    return [
        message(
            "cli", "ruling.seats", contest=old.contest, option=option, before=seats, after=new.allocation.seats[option]
        )
        for old, new in zip(before.contests, then.contests, strict=True)
        for option, seats in old.allocation.seats.items()
        if seats != new.allocation.seats[option]
    ]
