"""The result as a reader wants it: names for ids, rows for tables, in one language. The template only lays it out.

`Page` is all that the template `page/results.html` sees. Figures stay whole numbers and decimal strings; `words`
spells them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from testigo.ballot import ContestTally, Difference, Reconciliation, TallySheet, numbered
from testigo.count.result import ContestResult, DistrictResult, Result, StationResult
from testigo.count.statements import ClosingCount, CountDifference
from testigo.count.totals import percent
from testigo.election import (
    Contest,
    Definition,
    Option,
    Share,
    Standing,
    draw_order,
    is_preference,
    list_of,
    ranks,
    without_rounding,
)
from testigo.election.referendum import HALF
from testigo.election.ties import Tie
from testigo.results.assemblies import Assembly, assemblies, party_colour
from testigo.results.words import anomaly, reason, say
from testigo.results.words import percent as spelled_percent
from testigo.words import Message, Value


@dataclass(frozen=True)
class RecordInfo:
    """Where the page's figures can be checked. `root_hash`: hexadecimal; `address`: of the record, seen from the page.

    `result`: digest of the result's statement, "" where none says what the page says. `sheets`: station → path of its
    tally sheet's statement in the record and that file's SHA-256.
    """

    origin: str
    size: int
    root_hash: str
    root_key: str
    root_key_id: str
    result: str
    sheets: Mapping[str, tuple[str, str]]
    address: str = "../public"


@dataclass(frozen=True)
class RefusalRow:
    """A package that a machine of the election signed and that was not taken in. `reason`: why, in any language; where
    no catalogue knows it, the English sentence that an older release kept.
    """

    station: str
    digest: str
    reason: Message


@dataclass(frozen=True)
class OptionRow:
    """One option of a contest. `colour`: a class of the style sheet. `candidates`: the elected people of a list.
    `people`: who is chosen with it, each with the role. `vacant`: of its seats, those that nobody takes.
    `order`: of an open list, everybody with the preferences.
    """

    name: str
    party: str
    votes: int
    percent: str
    seats: int
    colour: str
    candidates: tuple[str, ...]
    people: tuple[str, ...]
    vacant: int = 0
    order: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class ContestView:
    """A contest with its rows, those with most votes first."""

    contest: Contest
    result: ContestResult
    title: str
    district: str
    rows: tuple[OptionRow, ...]
    ties: tuple[str, ...]
    excluded: tuple[str, ...]
    rounding: str
    second_round: str
    decided: str
    needs: tuple[str, ...]
    states: tuple[str, ...]
    whole_election: bool

    @property
    def lead(self) -> str:
        """Who won, or leads: names of what has seats (lists with their number), else of the first row with votes."""
        if self.contest.kind == "party-list":
            return ", ".join(f"{row.party or row.name} {row.seats}" for row in self.rows if row.seats)
        if not self.contest.offices or self.result.allocation.second_round or self.result.allocation.void:
            return self.decided
        winners = [row.name for row in self.rows if row.seats]
        leading = [row.name for row in self.rows[:1] if row.votes and not self.tied]
        return ", ".join(winners or leading)

    @property
    def tied(self) -> bool:
        """Whether a seat waits for the public draw."""
        return any(tie.open for tie in self.result.allocation.all_ties)


@dataclass(frozen=True)
class StationView:
    """A station with its tally sheet, where it has one; `path`, `sha256`: the statement's file in the record."""

    id: str
    name: str
    district: str
    result: StationResult
    sheet: TallySheet | None
    path: str
    sha256: str
    anomalies: tuple[str, ...]


@dataclass(frozen=True)
class DistrictView:
    """A district with its depth in the tree, 0 for the whole."""

    name: str
    depth: int
    result: DistrictResult


def option_words(definition: Definition, contest: Contest, name: str, language: str) -> str:
    """An option's name in a language, or that of a candidate of an open list with the list's."""
    list_ = definition.words(contest.option(list_of(name)).name, language)
    return f"{list_}: {numbered(contest, name)}" if is_preference(name) else list_


class Page:
    """Everything the template shows, in one language."""

    def __init__(
        self,
        definition: Definition,
        result: Result,
        sheets: Mapping[str, TallySheet],
        record: RecordInfo,
        language: str,
        closing_counts: tuple[ClosingCount, ...] = (),
        refused: tuple[RefusalRow, ...] = (),
    ) -> None:
        self.definition = definition
        self.result = result
        self.record = record
        self.language = language
        self.closing_counts = closing_counts
        self.refused = refused
        self._sheets = sheets
        self._districts = {district.id: district for district, _ in definition.all_districts()}

    @property
    def title(self) -> str:
        """The election's title."""
        return self.text(self.definition.title)

    def say(self, key: str, **values: Value) -> str:
        """A sentence of the page (`words.say`)."""
        return say(self.language, key, **values)

    def reason(self, difference: Difference) -> str:
        """Why two counters of a station differ."""
        return reason(self.language, difference.reason)

    @property
    def counted(self) -> int:
        """How many stations are counted."""
        return len(self.result.stations) - len(self.result.missing)

    @property
    def reconciled(self) -> int:
        """How many counted stations reconcile."""
        return sum(one.status == "counted" and not one.differences for one in self.result.stations)

    @cached_property
    def counters(self) -> tuple[str, ...]:
        """The columns of the reconciliation table, by name."""
        return tuple(row.name for row in Reconciliation.zero().rows("results"))

    def counts(self, sheet: TallySheet) -> dict[str, int]:
        """A station's figures by column; a column that the sheet does not carry is not there."""
        return {row.name: row.count for row in sheet.reconciliation.rows("results")}

    def difference(self, one: CountDifference) -> str:
        """A figure that paper and tally sheet do not share, in words."""
        own = one.what.strip("()")
        name = self.say(own) if one.what != own else self.option_name(one.contest, one.what)
        where = f"{self.contest_title(one.contest)}, " if one.contest else ""
        return where + self.say("closing_difference", what=name, sheet=one.sheet, paper=one.paper)

    def text(self, text: Mapping[str, str]) -> str:
        """A text of the definition in the page's language."""
        return self.definition.words(dict(text), self.language)

    @cached_property
    def contests(self) -> tuple[ContestView, ...]:
        """All contests in the definition's order."""
        roots = {district.id for district in self.definition.districts}
        return tuple(
            ContestView(
                contest=contest,
                result=result,
                title=self.text(contest.title),
                district=self.text(self._districts[contest.district].name),
                rows=self._rows(contest, result),
                ties=tuple(self._tie(contest, tie) for tie in self._told_ties(result)),
                excluded=tuple(self.text(contest.option(one).name) for one in result.allocation.excluded),
                rounding=self._rounding(contest),
                second_round=self._second_round(contest, result),
                decided=self._decided(contest, result),
                needs=self._needs(contest, result),
                states=self._states(contest, result),
                whole_election=contest.district in roots,
            )
            for contest, result in zip(self.definition.contests, self.result.contests, strict=True)
        )

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[ContestView, ...]], ...]:
        """Contests by their district's name, districts in the order in which contests first name them."""
        grouped: dict[str, list[ContestView]] = {}
        for view in self.contests:
            grouped.setdefault(view.contest.district, []).append(view)
        return tuple((views[0].district, tuple(views)) for views in grouped.values())

    @cached_property
    def assemblies(self) -> tuple[Assembly, ...]:
        """Who sits in each body (`assemblies`)."""
        return assemblies(self.definition, self.result, self.language)

    @cached_property
    def districts(self) -> tuple[DistrictView, ...]:
        """All districts, parents before children."""
        depths = {district.id: len(path) - 1 for district, path in self.definition.all_districts()}
        return tuple(
            DistrictView(self.text(self._districts[one.district].name), depths[one.district], one)
            for one in self.result.districts
        )

    @cached_property
    def stations(self) -> tuple[StationView, ...]:
        """All stations in the definition's order."""
        notes: dict[str, list[str]] = {}
        for one in self.result.anomalies:
            notes.setdefault(one.station, []).append(anomaly(self.language, one))
        return tuple(
            StationView(
                id=station.id,
                name=station.name,
                district=self.text(self._districts[station.district].name),
                result=result,
                sheet=self._sheets.get(station.id),
                path=self.record.sheets.get(station.id, ("", ""))[0],
                sha256=self.record.sheets.get(station.id, ("", ""))[1],
                anomalies=tuple(notes.get(station.id, ())),
            )
            for station, result in zip(self.definition.stations, self.result.stations, strict=True)
        )

    def option_name(self, contest_id: str, option_id: str) -> str:
        """An option's name, or that of a candidate of an open list."""
        return option_words(self.definition, self.definition.contest(contest_id), option_id, self.language)

    def votes(self, tally: ContestTally) -> list[tuple[str, int]]:
        """Names and votes of a tally's options, in the definition's order, with the candidates of open lists."""
        contest = self.definition.contest(tally.contest)
        counts = tally.votes | tally.preferences
        return [
            (
                f"– {numbered(contest, name)}" if is_preference(name) else self.option_name(contest.id, name),
                counts.get(name, 0),
            )
            for name in contest.marks
        ]

    def contest_title(self, contest_id: str) -> str:
        """A contest's title."""
        return self.text(self.definition.contest(contest_id).title)

    def _rows(self, contest: Contest, result: ContestResult) -> tuple[OptionRow, ...]:
        votes = {one.option: one for one in result.options}
        elected: dict[str, list[str]] = {}
        for one in result.allocation.elected:
            if one.candidate and one.option not in result.allocation.vacant:
                elected.setdefault(one.option, []).append(one.candidate)
        rows = [
            OptionRow(
                name=self.text(option.name),
                party=self._party(option),
                votes=votes[option.id].votes,
                percent=votes[option.id].percent,
                seats=result.allocation.seats[option.id],
                colour=party_colour(self.definition, option.party, place),
                candidates=tuple(elected.get(option.id, ())),
                people=self.definition.people(option, self.language),
                vacant=result.allocation.vacant.count(option.id),
                order=self._list_order(contest, option, result),
            )
            for place, option in enumerate(contest.options)
        ]
        return tuple(sorted(rows, key=lambda row: (-row.votes, row.name)))

    def _list_order(self, contest: Contest, option: Option, result: ContestResult) -> tuple[tuple[str, int], ...]:
        """Everybody on an open list, in the order that the preferences give it; empty where it is not open.

        Those with equal preferences whom only the draw puts in order stand as listed until there is one; at the end
        those who withdrew or died.
        """
        if contest.preferences is None:
            return ()
        counts, draw = result.preferences, self.result.draw
        standing = Standing.of(self.definition, {}, self.result.states).definition.contest(contest.id)
        votes = next(row.votes for row in result.options if row.option == option.id)
        order = ranks(standing, standing.option(option.id), votes, counts)
        drawn = [rank if draw is None else draw_order(draw, contest.id, rank) for rank in order]
        names = [name for rank in drawn for name in rank]
        names += [name for name in option.preferences if name not in names]
        return tuple((numbered(contest, name), counts[name]) for name in names)

    def _party(self, option: Option) -> str:
        """The party's abbreviation; nothing where the option has none."""
        return self.definition.party(option.party).abbreviation if option.party else ""

    def _tie(self, contest: Contest, tie: Tie) -> str:
        names = [self._competitor(contest, one) for one in tie.options]
        winners = [self._competitor(contest, one) for one in tie.winners]
        kind = "tie_open" if tie.open else "tie_drawn"
        return self.say(kind, count=tie.seats_at_stake, options=names, winners=winners)

    @staticmethod
    def _told_ties(result: ContestResult) -> tuple[Tie, ...]:
        """The ties that have a sentence of their own: `_second_round` tells of one that is open for a place in it."""
        seats = (*result.allocation.ties, *result.allocation.list_ties)
        return (*seats, *(tie for tie in result.allocation.all_ties if tie not in seats and not tie.open))

    def _second_round(self, contest: Contest, result: ContestResult) -> str:
        """That nobody is elected, and who goes on, in a sentence; empty where there is no second round."""
        second = result.allocation.second_round
        if second is None:
            return ""
        if second.tie is not None and second.tie.open:
            tied = [self._competitor(contest, one) for one in second.tie.options]
            return self.say("second_round_open", count=second.tie.seats_at_stake, options=tied)
        return self.say("second_round", options=[self._competitor(contest, one) for one in second.options])

    def _decided(self, contest: Contest, result: ContestResult) -> str:
        """What a referendum decided, or that the contest is held again, in words; else empty."""
        nobody = contest.none_of_the_above
        if nobody is not None and result.allocation.void:
            return self.say("void", option=self._competitor(contest, nobody.option))
        if result.outcome is None:
            return ""
        if result.outcome.adopted:
            return self.say("adopted", option=self._competitor(contest, result.outcome.option))
        return self.say("not_adopted")

    def _needs(self, contest: Contest, result: ContestResult) -> tuple[str, ...]:
        """The figures that decide a referendum, a sentence for each condition."""
        rules, outcome = contest.referendum, result.outcome
        if rules is None or outcome is None:
            return ()
        shares = {"majority": rules.majority or HALF, "turnout": rules.turnout, "approval": rules.approval}
        return tuple(
            self.say(
                f"need_{one.what}",
                found=one.count,
                whole=one.whole,
                share=spelled_percent(self.language, percent(one.count, one.whole)),
                needed=self._share(shares.get(one.what)),
                met=self.say("need_met" if one.met else "need_not_met"),
            )
            for one in outcome.needs
        )

    def _states(self, contest: Contest, result: ContestResult) -> tuple[str, ...]:
        """Who withdrew or died, with the reason and what became of the votes, a sentence for each."""
        votes = {one.option: one.votes for one in result.options}
        return tuple(
            self.say(
                "state_person" if one.person else f"state_{one.votes}",
                option=self.text(contest.option(one.option).name),
                person=one.person,
                status=self.say(f"status_{one.status}"),
                reason=one.reason,
                count=votes[one.option],
            )
            for one in self.result.states
            if one.contest == contest.id
        )

    def _share(self, share: Share | None) -> str:
        if share is None:
            return ""
        text = share.more_than or share.at_least
        words = text if "/" in text else spelled_percent(self.language, text)
        return self.say("more_than" if share.more_than else "at_least", share=words)

    def _competitor(self, contest: Contest, one: str) -> str:
        """The name of an option or of a candidate, or those of an agreement's lists."""
        pooled = {agreement.id: agreement.options for agreement in contest.agreements}
        return " + ".join(self.option_name(contest.id, option) for option in pooled.get(one, (one,)))

    @cached_property
    def _unrounded(self) -> Mapping[str, Mapping[str, int]]:
        """The seats by option that contests would have without the rounding of their quota, where it changed some."""
        totals, states = self.result.vote_totals, self.result.states
        return without_rounding(self.definition, totals, draw=self.result.draw, states=states)

    def _rounding(self, contest: Contest) -> str:
        """What the rounding of a quota changed, in a sentence; empty where it changed nothing."""
        if contest.id not in self._unrounded:
            return ""
        seats = self._unrounded[contest.id]
        rows = [f"{self.text(option.name)} {seats[option.id]}" for option in contest.options if seats[option.id]]
        return self.say("rounding", seats=rows)
