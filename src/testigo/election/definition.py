"""The election as values: districts, stations, contests, options, rules. No reading of files here (`load`).

Texts that people see are `Text`, a mapping from language code to words. Identifiers are short, lower-case and stable:
they are what tally sheets and votes name.

`Definition` is what the rooms work with. It is signed as a `DefinitionCore` and a list of stations; the machines of one
station have it as a `StationDefinition`, and that of an election started with release 0.1 is a `FirstDefinition`.
"""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Self

import msgspec

from testigo import canonical
from testigo.canonical import why_refused
from testigo.election.bodies import Body
from testigo.election.contests import GENERAL_ROLL, Contest, Option
from testigo.election.parties import Party
from testigo.election.stations import Station, StationProof, StationsRoot, leaf
from testigo.election.value import Text, Value
from testigo.errors import InvalidInput, InvalidSignature
from testigo.paper.font import Font
from testigo.record import merkle
from testigo.words import Either


class District(Value, frozen=True):
    """A node of the tree of districts. Its voters vote on its own contests and on those of all districts above it."""

    id: str
    name: Text
    districts: tuple["District", ...] = ()


class VotingRules(Value, frozen=True):
    """Limits of the day, the same in every station."""

    finger_tries: int = 4
    release_cap_percent: int = 5
    """Of a station's register, rounded up: how many voters the chair may release."""
    spoil_limit: int = 2
    """How many paper votes one voter may spoil."""
    closing_count_percent: int = 50
    """Of all stations, rounded up: how many boxes are drawn for the closing count."""
    smallest_group: int = 10
    """Of how many voters of one ballot style at one station the figures may tell nobody's vote; 0: of any number."""


class BallotStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contests that one kind of voter finds on the ballot, in the order of the definition."""

    id: str
    district: str
    roll: str
    contests: tuple[str, ...]


class DefinitionCore(Value, frozen=True, dict=True):
    """The election without the list of its stations: what everybody needs, and what proves any one station.

    Body of the `election-definition` statement since version 2; its digest names the election. Version 3 adds `fonts`,
    `bodies` and `utc_offset`, version 4 `smallest-group` of the rules.
    """

    VERSION = 4

    id: str
    title: Text
    date: str
    opens: str
    closes: str
    languages: tuple[str, ...]
    districts: tuple[District, ...]
    contests: tuple[Contest, ...]
    parties: tuple[Party, ...]
    rolls: tuple[str, ...]
    rules: VotingRules
    stations: StationsRoot
    catalogues: dict[str, str] = msgspec.field(default_factory=dict)
    """The election's own catalogues, gettext files' text by language (`own_words`)."""
    fonts: tuple[Font, ...] = ()
    """What its texts need beside the fonts that ship (`own_fonts`); paper and screens use them, a verifier does not."""
    bodies: tuple[Body, ...] = ()
    utc_offset: str = ""
    """By how much a station's clock is ahead of UTC on election day, as `-04:00`; "" where nobody said it (`hours`)."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical core: the name by which everything signed says which election it belongs to."""
        return canonical.digest(canonical.encode(self))

    def with_stations(self, stations: tuple[Station, ...]) -> "Definition":
        """The whole definition; raises `InvalidSignature` where these are not the stations that the core names."""
        definition = Definition(**{**self._fields(), "stations": stations})
        if definition.core() != self:
            raise InvalidSignature("definition.other-stations", count=len(stations), number=self.stations.count)
        return definition

    def with_station(self, proof: StationProof) -> "StationDefinition":
        """The definition as the machines of one station know it; raises `InvalidSignature` where the proof fails."""
        proof.check(self.stations)
        known = {**self._fields(), "stations": (proof.station,)}
        return StationDefinition(**known, whole=self, place=proof.index)

    def _fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__struct_fields__}


class Definition(Value, frozen=True, dict=True):
    """The whole election: from a file by `election.load`, which checks it, or from the statements of a record."""

    id: str
    title: Text
    date: str
    opens: str
    closes: str
    languages: tuple[str, ...]
    districts: tuple[District, ...]
    stations: tuple[Station, ...]
    contests: tuple[Contest, ...]
    parties: tuple[Party, ...] = ()
    rolls: tuple[str, ...] = (GENERAL_ROLL,)
    rules: VotingRules = VotingRules()
    catalogues: dict[str, str] = msgspec.field(default_factory=dict)
    fonts: tuple[Font, ...] = ()
    bodies: tuple[Body, ...] = ()
    utc_offset: str = ""

    @classmethod
    def from_payload(cls, payload: object, *, place: str = "") -> Self:
        """From plain JSON values. Raises `InvalidInput` on a wrong shape.

        Only the shape is checked here; `election.check_definition` finds the errors in what it says.
        """
        try:
            return msgspec.convert(payload, cls, strict=True)
        except (msgspec.ValidationError, RecursionError) as error:
            raise InvalidInput("definition.malformed", place=place, why=why_refused(error)) from None

    def payload(self) -> dict[str, object]:
        """Plain JSON values, the inverse of `from_payload`."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain

    def core(self) -> DefinitionCore:
        """What is signed in one piece, with the root of the stations in place of the stations."""
        return self._core

    @property
    def digest(self) -> str:
        """The digest of the core, by which everything signed says which election it belongs to."""
        return self.core().digest

    def station_proof(self, station_id: str) -> StationProof:
        """That the core's list has that station; raises `InvalidInput` where it has not, or where there is no core."""
        index, root = self.place_of(station_id), self.core().stations
        hashes = tuple(hash_.hex() for hash_ in merkle.inclusion_proof(self._leaves, index))
        proof = StationProof(self.stations[index], index, hashes)
        proof.check(root)
        return proof

    def place_of(self, station_id: str) -> int:
        """The place (from 0) of a station in the list, by which codes on paper name it; raises `InvalidInput`."""
        self.station(station_id)
        return self._places[station_id]

    def station_at(self, place: int) -> Station:
        """The station at a place (from 0) of the list; raises `InvalidInput`."""
        if not 0 <= place < len(self.stations):
            raise InvalidInput("station.none-at-place", number=place)
        return self.stations[place]

    def named(self, digest: str) -> "Definition":
        """The same election under that name: this one, or as version 1 of its statement has it; raises
        `InvalidInput`.
        """
        if self.digest == digest:
            return self
        first = FirstDefinition.from_payload(self.payload())
        if first.digest == digest:
            return first
        raise InvalidInput("election.another", found=f"{self.digest[:16]}…", expected=f"{digest[:16]}…")

    @cached_property
    def _core(self) -> DefinitionCore:
        fields = {name: getattr(self, name) for name in Definition.__struct_fields__}
        return DefinitionCore(**{**fields, "stations": StationsRoot.of(self._leaves)})

    @cached_property
    def _leaves(self) -> list[bytes]:
        return [leaf(station) for station in self.stations]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {station.id: place for place, station in enumerate(self.stations)}

    # A country has tens of thousands of stations, and counting asks for each of them again and again.
    @cached_property
    def _stations(self) -> dict[str, Station]:
        return {station.id: station for station in self.stations}

    @cached_property
    def _contests(self) -> dict[str, Contest]:
        return {contest.id: contest for contest in self.contests}

    @cached_property
    def _paths(self) -> dict[str, tuple[str, ...]]:
        return {district.id: path for district, path in self.all_districts()}

    def station(self, station_id: str) -> Station:
        """The station of that id; raises `InvalidInput`."""
        try:
            return self._stations[station_id]
        except KeyError:
            raise InvalidInput("station.unknown", station=station_id[:60]) from None

    def release_cap(self, station_id: str) -> int:
        """How many voters a station's chair may release: the rules' share of its register, rounded up."""
        return -(-self.station(station_id).register_size * self.rules.release_cap_percent // 100)

    def contest(self, contest_id: str) -> Contest:
        """The contest of that id; raises `InvalidInput`."""
        try:
            return self._contests[contest_id]
        except KeyError:
            raise InvalidInput("contest.unknown", contest=contest_id[:60]) from None

    def party(self, party_id: str) -> Party:
        """The party of that id; raises `InvalidInput`."""
        for party in self.parties:
            if party.id == party_id:
                return party
        raise InvalidInput("party.unknown", party=party_id[:60])

    def all_districts(self) -> Iterator[tuple[District, tuple[str, ...]]]:
        """Every district with its path, the ids from the root down to itself, parents first."""
        waiting: list[tuple[District, tuple[str, ...]]] = [
            (district, (district.id,)) for district in reversed(self.districts)
        ]
        while waiting:
            district, path = waiting.pop()
            yield district, path
            waiting.extend((child, (*path, child.id)) for child in reversed(district.districts))

    def district_path(self, district_id: str) -> tuple[str, ...]:
        """The ids from the root of the tree down to the district itself; raises `InvalidInput`."""
        try:
            return self._paths[district_id]
        except KeyError:
            raise InvalidInput("district.unknown", district=district_id[:60]) from None

    def style(self, district_id: str, roll: str = GENERAL_ROLL) -> BallotStyle:
        """The ballot of a voter of that district and roll: the contests of the district and of all above it."""
        path = self.district_path(district_id)
        contests = tuple(
            contest.id for contest in self.contests if contest.district in path and contest.roll in (GENERAL_ROLL, roll)
        )
        name = district_id if roll == GENERAL_ROLL else f"{district_id}-{roll}"
        return BallotStyle(id=name, district=district_id, roll=roll, contests=contests)

    def styles_of_station(self, station_id: str) -> tuple[BallotStyle, ...]:
        """The ballot styles that the station's voters have: one a roll, leaving out rolls nobody there is on."""
        station = self.station(station_id)
        rolls = [GENERAL_ROLL, *(roll for roll in self.rolls if station.roll_sizes.get(roll, 0) > 0)]
        return tuple(self.style(station.district, roll) for roll in dict.fromkeys(rolls))

    def style_of(self, station_id: str, style_id: str) -> BallotStyle:
        """The station's ballot style of that id; raises `InvalidInput`."""
        styles = self.styles_of_station(station_id)
        for style in styles:
            if style.id == style_id:
                return style
        known = Either(style.id for style in styles)
        raise InvalidInput("ballot-style.unknown", station=station_id, style=style_id[:60], known=known)

    def contests_of_station(self, station_id: str) -> tuple[Contest, ...]:
        """The contests of all ballot styles of a station, in the order of the definition."""
        found = {contest for style in self.styles_of_station(station_id) for contest in style.contests}
        return tuple(contest for contest in self.contests if contest.id in found)

    def styles(self) -> tuple[BallotStyle, ...]:
        """Every ballot style of the election, each once."""
        found = {style.id: style for station in self.stations for style in self.styles_of_station(station.id)}
        return tuple(found.values())

    def stations_of_contest(self, contest: Contest) -> tuple[Station, ...]:
        """The stations in which some voter has this contest on the ballot."""
        return tuple(
            station
            for station in self.stations
            if contest.district in self.district_path(station.district)
            and (contest.roll == GENERAL_ROLL or station.roll_sizes.get(contest.roll, 0) > 0)
        )

    def registered(self, contest: Contest) -> int:
        """How many voters the registers of all its stations have for a contest; those of its roll where it has one."""
        stations = self.stations_of_contest(contest)
        general = contest.roll == GENERAL_ROLL
        return sum(one.register_size if general else one.roll_sizes[contest.roll] for one in stations)

    def words(self, text: Text, language: str) -> str:
        """A text in the asked language, else in the election's first."""
        return text.get(language) or text[self.languages[0]]

    def people(self, option: Option, language: str) -> tuple[str, ...]:
        """Who is chosen together with an option, each with the role, as paper, screens and results name them."""
        return tuple(f"{self.words(one.role, language)}: {one.name}" for one in option.people)


class FirstDefinition(Definition, frozen=True, dict=True):
    """The definition of an election started with release 0.1: one piece, named by the digest of the whole.

    Version 1 of the `election-definition` statement has it as its body. It has no core and proves no single station.
    """

    VERSION = 1

    def core(self) -> DefinitionCore:
        """Raises `InvalidInput`: there is none."""
        raise InvalidInput("definition.version-1-has-no-core")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical whole."""
        return canonical.digest(canonical.encode(self))


class StationDefinition(Definition, frozen=True, dict=True, kw_only=True):
    """The definition as the machines of one station know it: `stations` has that one alone, at `place` (from 0) of the
    list whose root is in the core, `whole`. Made by `DefinitionCore.with_station`.
    """

    whole: DefinitionCore
    place: int

    def core(self) -> DefinitionCore:
        """The core that the station was proven with."""
        return self.whole

    def station(self, station_id: str) -> Station:
        """Its one station; raises `InvalidInput` for any other."""
        if station_id != self.stations[0].id:
            raise InvalidInput("station.not-of-this-definition", station=station_id[:60], own=self.stations[0].id)
        return self.stations[0]

    def place_of(self, station_id: str) -> int:
        """The place of its one station in the whole list; raises `InvalidInput` for any other."""
        self.station(station_id)
        return self.place

    def station_at(self, place: int) -> Station:
        """Its one station, if that is its place; raises `InvalidInput` for any other."""
        if place != self.place:
            raise InvalidInput("station.not-at-this-place", own=self.stations[0].id, number=place)
        return self.stations[0]

    def station_proof(self, station_id: str) -> StationProof:
        """Raises `InvalidInput`: a proof is made from the whole list."""
        raise InvalidInput("definition.of-one-station-proves-none")
