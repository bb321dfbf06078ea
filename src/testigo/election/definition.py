"""The election as values: districts, stations, contests, options, rules. No reading of files here (`load`).

Texts that people see are `Text`, a mapping from language code to words. Identifiers are short, lower-case and stable:
they are what tally sheets and votes name. Percentages are decimal strings (`"2.5"`), because floats are never signed.
"""

import re
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from typing import Literal

import msgspec

from testigo import canonical
from testigo.errors import InvalidInput

Text = dict[str, str]
Kind = Literal["choose-one", "choose-up-to", "party-list"]
Method = Literal["plurality", "dhondt", "sainte-lague", "hare", "droop"]

GENERAL_ROLL = "general"

_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,4})?")


class Value(canonical.SignedValue, frozen=True, rename="kebab"):
    """Base of everything in the definition: immutable, strict, spelled with hyphens in files."""


class Party(Value, frozen=True):
    """A party or alliance. `abbreviation` is what fits on a narrow slip."""

    id: str
    name: Text
    abbreviation: str


class District(Value, frozen=True):
    """A node of the tree of districts. Its voters vote on its own contests and on those of all districts above it."""

    id: str
    name: Text
    districts: tuple["District", ...] = ()


class Station(Value, frozen=True):
    """One polling table: one register of `register_size` voters, one check-in desk, one booth, one box."""

    id: str
    name: str
    district: str
    register_size: int
    address: str = ""
    roll_sizes: dict[str, int] = msgspec.field(default_factory=dict)
    """Of `register_size`, how many are on each roll besides the general one."""


class Option(Value, frozen=True):
    """What a voter can choose: a candidate, or in a party list a party with its `candidates` in order."""

    id: str
    name: Text
    party: str = ""
    candidates: tuple[str, ...] = ()


class Threshold(Value, frozen=True):
    """Lists under `percent` get no seat. `of`: the percentage is of all valid votes, or of all ballots cast."""

    percent: str
    of: Literal["valid", "cast"] = "valid"

    def share(self) -> Fraction:
        """The percentage as an exact share, 0 to 1; raises `InvalidInput` where `percent` is none."""
        if not _PERCENT.fullmatch(self.percent) or Fraction(self.percent) > 100:
            mend = "write a number from 0 to 100 in digits, such as 3 or 2.5"
            raise InvalidInput(f"{self.percent[:60]!r} is no percentage", mend=mend)
        return Fraction(self.percent) / 100


class Contest(Value, frozen=True):
    """One office to fill in one district. `choose`: how many options a voter may mark. `roll`: who may vote on it."""

    id: str
    district: str
    title: Text
    kind: Kind
    options: tuple[Option, ...]
    seats: int = 1
    choose: int = 1
    method: Method = "plurality"
    threshold: Threshold | None = None
    roll: str = GENERAL_ROLL

    def option(self, option_id: str) -> Option:
        """The option of that id; raises `InvalidInput`."""
        for option in self.options:
            if option.id == option_id:
                return option
        raise InvalidInput(f"contest {self.id!r} has no option {option_id!r}")


class VotingRules(Value, frozen=True):
    """Limits of the day, the same in every station."""

    finger_tries: int = 4
    release_cap_percent: int = 5
    """Of a station's register, rounded up: how many voters the chair may release."""
    spoil_limit: int = 2
    """How many paper votes one voter may spoil."""
    closing_count_percent: int = 50
    """Of all stations, rounded up: how many boxes are drawn for the closing count."""


class BallotStyle(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The contests that one kind of voter finds on the ballot, in the order of the definition."""

    id: str
    district: str
    roll: str
    contests: tuple[str, ...]


class Definition(Value, frozen=True, dict=True):
    """The whole election: from a file by `election.load`, which checks it, or from a statement by `from_payload`."""

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

    @classmethod
    def from_payload(cls, payload: object, *, place: str = "") -> "Definition":
        """From plain JSON values, as a statement of the record holds them. Raises `InvalidInput` on a wrong shape.

        Only the shape is checked here; `election.check_definition` finds the mistakes in what it says.
        """
        try:
            return msgspec.convert(payload, cls, strict=True)
        except (msgspec.ValidationError, RecursionError) as error:
            raise InvalidInput(f"not an election definition ({error})", place=place) from None

    def payload(self) -> dict[str, object]:
        """Plain JSON values, the inverse of `from_payload`."""
        plain: dict[str, object] = msgspec.to_builtins(self)
        return plain

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical payload: the name by which everything signed says which election it belongs to."""
        return canonical.digest(canonical.encode(self))

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
            mend = "check the station's number"
            raise InvalidInput(f"the election has no station {station_id!r}", mend=mend) from None

    def release_cap(self, station_id: str) -> int:
        """How many voters a station's chair may release: the rules' share of its register, rounded up."""
        return -(-self.station(station_id).register_size * self.rules.release_cap_percent // 100)

    def contest(self, contest_id: str) -> Contest:
        """The contest of that id; raises `InvalidInput`."""
        try:
            return self._contests[contest_id]
        except KeyError:
            raise InvalidInput(f"the election has no contest {contest_id!r}") from None

    def party(self, party_id: str) -> Party:
        """The party of that id; raises `InvalidInput`."""
        for party in self.parties:
            if party.id == party_id:
                return party
        raise InvalidInput(f"the election has no party {party_id!r}")

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
            raise InvalidInput(f"the election has no district {district_id!r}") from None

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

    def words(self, text: Text, language: str) -> str:
        """A text in the asked language, else in the election's first."""
        return text.get(language) or text[self.languages[0]]
