"""The result as a reader wants it: names for ids, rows for tables, in one language. The template only lays it out.

`Page` is all that the template `page/results.html` sees. Figures stay whole numbers and decimal strings; `words`
spells them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from testigo.ballot import ContestTally, Difference, Incident, Reconciliation, TallySheet, numbered
from testigo.count.authority import Annulment
from testigo.count.result import DistrictResult, Result, StationResult
from testigo.count.rulings import NO_RULINGS, Rulings
from testigo.count.statements import ClosingCount, CountDifference
from testigo.count.totals import Turnout
from testigo.election import Definition, is_preference
from testigo.results.assemblies import Assembly, assemblies
from testigo.results.contests import ContestView, ContestViews, option_words
from testigo.results.sheets import can_be_printed, stem_of
from testigo.results.words import anomaly, reason, say
from testigo.results.words import percent as spelled_percent
from testigo.words import Message, Value, message, offered
from testigo.words import number as spelled_number


@dataclass(frozen=True)
class RecordInfo:
    """Where the page's figures can be checked. `root_hash`: hexadecimal. `result`: digest of the result's statement, ""
    where none says what the page says. `sheets`: station → path of its tally sheet's statement in the record and that
    file's SHA-256.
    """

    origin: str
    size: int
    root_hash: str
    root_key: str
    root_key_id: str
    result: str
    sheets: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class RefusalRow:
    """A package that a machine of the election signed and that was not taken in. `reason`: why, in any language; where
    no catalogue knows it, the English sentence that an older release kept.
    """

    station: str
    digest: str
    reason: Message


@dataclass(frozen=True)
class RecordNotes:
    """What else the record says of stations. `archive`: whether the whole record lies beside the page as one file."""

    rulings: Rulings = NO_RULINGS
    incidents: Mapping[str, tuple[Incident, ...]] = field(default_factory=dict)
    archive: bool = False


@dataclass(frozen=True)
class StationView:
    """A station with its tally sheet, where it has one; `path`, `sha256`: the statement's file in the record; `stem`:
    what its page is called. `ruled`: what was said of it besides; `incidents`: what happened there.
    """

    id: str
    name: str
    district: str
    result: StationResult
    sheet: TallySheet | None
    path: str
    sha256: str
    stem: str
    anomalies: tuple[str, ...]
    ruled: tuple[str, ...]
    incidents: tuple[str, ...]


@dataclass(frozen=True)
class DistrictView:
    """A district with its depth in the tree, 0 for the whole."""

    name: str
    depth: int
    result: DistrictResult


NO_NOTES = RecordNotes()


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
        told: RecordNotes = NO_NOTES,
    ) -> None:
        self.told = told
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
        return sum(one.status == "counted" for one in self.result.stations)

    @property
    def is_first(self) -> bool:
        """Whether this is the page `index.html`."""
        return self.language == offered(self.definition.languages)[0]

    @staticmethod
    def has_pdf(station: StationView) -> bool:
        """Whether its tally sheet can be set as pages."""
        return station.sheet is not None and can_be_printed(station.sheet)

    @cached_property
    def to_come(self) -> tuple[tuple[str, int], ...]:
        """Stations that may still come: id with name, and how many voters are registered there."""
        missing = set(self.result.missing)
        stations = (station for station in self.definition.stations if station.id in missing)
        return tuple((f"{station.id} · {station.name}", station.register_size) for station in stations)

    def share(self, percent: str, view: ContestView) -> str:
        """A percentage of a contest's votes; nothing where none is counted."""
        return spelled_percent(self.language, percent) if view.result.valid else ""

    def turnout(self, turnout: Turnout) -> str:
        """A turnout; a dash where nobody is counted."""
        return spelled_percent(self.language, turnout.percent) if turnout.registered else "–"

    def number(self, figure: int) -> str:
        """A figure as the language writes it."""
        return spelled_number(figure, language=self.language)

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

    def box(self, count: ClosingCount) -> str:
        """Which box was counted: the station's, of several booths with the booth's number."""
        sheet = self._sheets.get(count.station)
        return f"{count.station} · {count.booth}" if sheet is not None and sheet.booth_sheets else count.station

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
        return tuple(ContestViews(self.definition, self.result, self.language))

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
                stem=stem_of(self.record.sheets.get(station.id, ("", ""))[0]),
                ruled=tuple(one.text(self.language) for one in self._ruled(station.id)),
                incidents=tuple(one.sentence.text(self.language) for one in self.told.incidents.get(station.id, ())),
                anomalies=tuple(notes.get(station.id, ())),
            )
            for station, result in zip(self.definition.stations, self.result.stations, strict=True)
        )

    def _ruled(self, station: str) -> Iterator[Message]:
        """What the authority said of it and stands, with the reason."""
        rulings = self.told.rulings
        if station in rulings.annulments:
            body = next(one.body for one in rulings.said if one.digest == rulings.annulments[station])
            if isinstance(body, Annulment):
                cause = message("term", f"annulment.{body.cause}")
                yield message("results", "annulled_because", cause=cause, reason=body.reason)
        if station in rulings.corrections:
            yield message("results", "corrected_because", reason=rulings.corrections[station][1].reason)
        if station in rulings.on_paper:
            paper = rulings.on_paper[station][1]
            key = "on_paper" if rulings.paper_of(station) else "on_paper_waiting"
            yield message("results", key, count=paper.papers, reason=paper.reason)

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
