"""The tally sheet as people see it: in words for a screen, and as pages to print with QR codes of its totals.

The tally sheet itself is `testigo.ballot.TallySheet`, signed as a `tally-sheet` statement. The pages say the same, with
QR codes (`ballot.tally_qr`) so that a witness's telephone can take the totals along. A sheet has as many pages as its
contests need; each page says whose it is.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from testigo.ballot import (
    BoothSheet,
    ContestTally,
    CounterRow,
    Difference,
    Incident,
    TallySheet,
    numbered,
    reasons,
    tally_qr,
)
from testigo.election import Definition, StationMachine
from testigo.keys import PublicKey, SigningKey
from testigo.paper import typeset
from testigo.paper.directions import PageLanguage, all_isolated
from testigo.station.machine.names import title, titled
from testigo.station.machine.training_mark import marked
from testigo.words import Message, counter_words, day, instant, message, say, section

_TEMPLATE = Path(__file__).with_name("tally_sheet.typ")
_WITNESSES = 2
"""Lines at least for witnesses' signatures."""


class CountRow(msgspec.Struct, frozen=True):
    """One line of figures: what it counts, in words, and how many. `by_reason`: of which how many for which reason.
    `preference`: of a list's candidate, not a vote besides that of the list.
    """

    label: str
    count: int
    by_reason: tuple["CountRow", ...] = ()
    preference: bool = False


class SheetContest(msgspec.Struct, frozen=True):
    """One contest: `options` in the definition's order, with the candidates of an open list after it; `others`: blank,
    null, unused choices.
    """

    title: str
    ballots: int
    options: tuple[CountRow, ...]
    others: tuple[CountRow, ...]


class DifferenceView(msgspec.Struct, frozen=True):
    """One step of the reconciliation that does not hold. `step`: its name, for `Chair.explain_difference`."""

    step: str
    left: CountRow
    right: CountRow
    reason: str


class SheetView(msgspec.Struct, frozen=True):
    """A tally sheet in words of one language, for a screen or a page. `digest`: of the sheet's canonical form.

    `opened`, `closed`: on this machine's clock, with its zone. `hours`: in words, that it was opened or closed outside
    the hours of voting, and why, and which machines were taken out; empty where nothing was so. `event_logs`: name of
    the machine → head. `booth`: which booth it is of, "" for a station's.
    """

    language: str
    election: str
    date: str
    station: str
    district: str
    opened: str
    closed: str
    ballots: tuple[CountRow, ...]
    contests: tuple[SheetContest, ...]
    counters: tuple[CountRow, ...]
    differences: tuple[DifferenceView, ...]
    event_logs: dict[str, str]
    digest: str
    hours: tuple[str, ...] = ()
    booth: str = ""


def view(definition: Definition, sheet: TallySheet, digest: str, language: str) -> SheetView:
    """The sheet in words, with the `digest` of its statement.

    Texts of the definition fall back to its first language, the sheet's own words to English.
    """
    words = _words(language)
    station = definition.station(sheet.station)
    names = {district.id: definition.words(district.name, language) for district, _ in definition.all_districts()}
    return SheetView(
        language=language,
        election=definition.words(definition.title, language),
        date=day(definition.date, language),
        station=f"{station.id} · {station.name}",
        district=" › ".join(names[district] for district in definition.district_path(station.district)),
        opened=instant(sheet.opened, language),
        closed=instant(sheet.closed, language),
        ballots=tuple(CountRow(style, count) for style, count in sheet.tally.ballots.items()),
        contests=tuple(_contest_view(definition, tally, language) for tally in sheet.tally.contests),
        counters=tuple(_counter_view(row, words) for row in sheet.reconciliation.rows("sheet")),
        differences=_difference_views(sheet.reconciliation.differences(), words, language),
        event_logs={title(StationMachine.named(name), language): head for name, head in sheet.event_logs.items()},
        digest=digest,
        hours=tuple(one.text(language) for one in hours_notes(sheet)),
    )


def hours_notes(sheet: TallySheet) -> list[Message]:
    """That the station was opened or closed outside the hours of voting, which machines were taken out, and what was
    noticed of their clocks; empty where nothing was so."""
    hours = [
        message("tally_sheet", act, reason=reasons.of_hours(act, reason)) for act, reason in sheet.hours() if reason
    ]
    out = [
        message("tally_sheet", "taken_out", machine=titled(StationMachine.named(name)), reason=reason)
        for name, reason in sheet.out.items()
    ]
    return [*hours, *out, *(note.said() for note in sheet.clocks)]


def booth_view(definition: Definition, sheet: TallySheet, part: BoothSheet, digest: str, language: str) -> SheetView:
    """The sheet of one booth of several in words. `sheet`: its station's; `digest`: of the booth sheet's statement."""
    words = _words(language)
    own = msgspec.structs.replace(sheet, tally=part.tally, event_logs={}, out={})
    booth = title(StationMachine("booth", part.number), language)
    return msgspec.structs.replace(
        view(definition, own, digest, language),
        booth=booth if part.number > 1 else f"{booth} 1",
        counters=tuple(_counter_view(row, words) for row in part.counters.rows("sheet")),
        differences=_difference_views(part.differences(), words, language),
        hours=(message("results", "booth_lost", why=part.lost).text(language),) if part.lost else (),
    )


def page(
    definition: Definition, sheet: TallySheet, digest: str, key: SigningKey, incidents: Sequence[Incident] = ()
) -> bytes:
    """The tally sheet with the `digest` of its statement as PDF, in the election's first language.

    `key`: the chair's, which signs the QR codes. `incidents`: what stands above the signatures, in words.
    """
    codes = tally_qr.encode(definition, sheet, digest, key, kind="tally-sheet")
    return _page(definition, sheet, digest, key.public, codes, "tally-sheet", incidents=incidents)


def published_page(definition: Definition, sheet: TallySheet, digest: str, signer: PublicKey) -> bytes:
    """The same pages from what is published, with neither codes nor lines to sign on. `signer`: the chair's key."""
    return _page(definition, sheet, digest, signer, (), "tally-sheet", published=True)


def booth_page(definition: Definition, sheet: TallySheet, part: BoothSheet, digest: str, key: SigningKey) -> bytes:
    """The sheet of one booth of several as PDF, without a code: the station's codes carry the sums. `sheet`: its
    station's; `digest`: of the booth sheet's statement."""
    return _page(definition, sheet, digest, key.public, (), "tally-sheet", part=part)


def zero_page(definition: Definition, sheet: TallySheet, digest: str, key: SigningKey) -> bytes:
    """The zero report with the `digest` of its statement as PDF: the same pages with nothing counted."""
    codes = tally_qr.encode(definition, sheet, digest, key, kind="zero-report")
    return _page(definition, sheet, digest, key.public, codes, "zero-report")


def totals_view(definition: Definition, totals: tally_qr.QrTotals, language: str) -> tuple[SheetContest, ...]:
    """The totals of a QR code in words, as on the page."""
    return tuple(_contest_view(definition, tally, language) for tally in totals.tally.contests)


def _contest_view(definition: Definition, tally: ContestTally, language: str) -> SheetContest:
    contest = definition.contest(tally.contest)
    words = _words(language)
    options = []
    for option in contest.options:
        independent = (words["independent"],) if option in contest.independents else ()
        party = (definition.party(option.party).abbreviation,) if option.party else independent
        named = (definition.words(option.name, language), *party, *definition.people(option, language))
        options.append(CountRow(" · ".join(named), tally.votes[option.id]))
        options += [
            CountRow(f"– {numbered(contest, name)}", tally.preferences[name], preference=True)
            for name in (option.preferences if contest.preferences is not None else ())
        ]
    others = [CountRow(words["blank"], tally.blank), CountRow(words["null"], tally.null)]
    if contest.choose > 1:
        others.append(CountRow(words["undervotes"], tally.undervotes))
    return SheetContest(definition.words(contest.title, language), tally.ballots, tuple(options), tuple(others))


def _words(language: str) -> dict[str, str]:
    return {**counter_words(language), **section(language, "tally_sheet")}


def _counter_view(row: CounterRow, words: dict[str, str]) -> CountRow:
    by_reason = tuple(
        CountRow(words.get(f"{row.name}.{reason}", reason), count) for reason, count in row.by_reason.items()
    )
    return CountRow(("– " if row.part else "") + words[row.name], row.count, by_reason)


def _difference_views(
    differences: tuple[Difference, ...], words: dict[str, str], language: str
) -> tuple[DifferenceView, ...]:
    return tuple(
        DifferenceView(
            f"{one.left}={one.right}",
            CountRow(words[one.left], one.left_count),
            CountRow(words[one.right], one.right_count),
            reasons.in_words(one.reason, language),
        )
        for one in differences
    )


def _page(
    definition: Definition,
    sheet: TallySheet,
    digest: str,
    signer: PublicKey,
    codes: Sequence[str],
    kind: tally_qr.SheetKind,
    *,
    published: bool = False,
    incidents: Sequence[Incident] = (),
    part: BoothSheet | None = None,
) -> bytes:
    """`part`: whose sheet is set, in place of the station's."""
    language = definition.languages[0]
    words = _words(language)
    seen = view(definition, sheet, digest, language)
    if part is not None:
        seen = booth_view(definition, sheet, part, digest, language)
    texts = {
        "words": words,
        "incidents": [one.sentence.text(language) for one in incidents],
        "machine": f"{say(language, 'chair.role')} {signer.key_id[:16]}…",
        "sheet": msgspec.to_builtins(seen),
        "signers": [] if published else signers(definition, sheet.station, language),
    }
    data: dict[str, Any] = all_isolated(texts, language)
    data["sheet"] |= {"digest": seen.digest, "event_logs": seen.event_logs}  # cut into pieces there
    data |= {"kind": kind, "language": PageLanguage.of(language), "codes": [typeset.qr_svg(code) for code in codes]}
    return marked(typeset.compile(_TEMPLATE, data, fonts=definition.fonts), definition)


def signers(definition: Definition, station: str, language: str) -> list[str]:
    """Who signs a station's sheet: the chair, a clerk, a witness of each party and of each independent, at least
    two."""
    words = section(language, "tally_sheet")
    witnesses = [f"{words['witness']} · {party.abbreviation}" for party in definition.parties]
    contests = definition.contests_of_station(station)
    independents = [definition.words(one.name, language) for contest in contests for one in contest.independents]
    witnesses += [f"{words['witness']} · {name} ({words['independent']})" for name in dict.fromkeys(independents)]
    return [words["chair"], words["clerk"], *witnesses, *[words["witness"]] * (_WITNESSES - len(witnesses))]
