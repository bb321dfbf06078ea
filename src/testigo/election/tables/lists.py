"""Stations, parties and candidates out of their tables."""

from collections.abc import Iterable
from typing import Any

from testigo.election.limits import ID
from testigo.election.tables.cells import id_part
from testigo.election.tables.column_map import CandidateColumns, PartyColumns, StationColumns, as_tuple
from testigo.election.tables.csv_table import Row
from testigo.election.tables.rows import Item, Payload, References, RowReader
from testigo.errors import InvalidInput
from testigo.words import Either

_KINDS = {
    "party": "party partido parti".split(),
    "coalition": "coalition coalicion coligacao coalizao alianza alianca alliance federacion".split(),
    "minority": "minority minoria minorite".split(),
}
"""Kind of a party → how tables call it, as `reading_key` has it."""


def read_stations(reader: RowReader, part: StationColumns, districts: References) -> list[Item]:
    """One station of each row; errors are noted."""
    found = []
    first: dict[str, int] = {}
    for row in reader.table.rows:
        value: Payload = {
            "id": reader.id(row, part.id),
            "name": reader.text(row, part.name, required=True),
            "district": districts.find(reader, row, part.district),
            "register-size": reader.number(row, part.register_size),
        }
        if part.address:
            value["address"] = reader.text(row, part.address)
        if part.utc_offset:
            value["utc-offset"] = reader.text(row, part.utc_offset)
        if part.roll_sizes:
            value["roll-sizes"] = _roll_sizes(reader, row, part.roll_sizes)
        if _is_new(reader, row, part.id, value["id"], first):
            found.append(Item(value, reader.source(row)))
    return found


def _roll_sizes(reader: RowReader, row: Row, columns: dict[str, str]) -> dict[str, int]:
    """An empty cell says that nobody there is on the roll, and the key is left out."""
    sizes = {roll: reader.number(row, column) for roll, column in columns.items() if row.cells[column]}
    return {roll: size for roll, size in sizes.items() if size is not None}


def _is_new(reader: RowReader, row: Row, columns: Any, identifier: str, first: dict[str, int]) -> bool:
    if identifier and identifier in first:
        reader.add_error("table.twice", row, as_tuple(columns)[-1], id=identifier, first=str(first[identifier]))
        return False
    first[identifier] = row.number
    return bool(identifier)


def read_parties(reader: RowReader, part: PartyColumns, languages: tuple[str, ...]) -> list[Item]:
    """One party of each row; errors are noted."""
    found = []
    first: dict[str, int] = {}
    for row in reader.table.rows:
        value: Payload = {
            "id": reader.id(row, part.id),
            "name": reader.names(row, part.name, languages),
            "abbreviation": reader.text(row, part.abbreviation, required=True),
        }
        if part.kind:
            value["kind"] = _kind(reader, row, part.kind)
        if part.members and row.cells[part.members]:
            value["members"] = reader.number(row, part.members)
        if _is_new(reader, row, part.id, value["id"], first):
            found.append(Item(value, reader.source(row)))
    return found


def _kind(reader: RowReader, row: Row, column: str) -> str:
    text = reader.text(row, column)
    if not text:
        return ""
    key = id_part(text).replace("-", "")
    for kind, words in _KINDS.items():
        if key in words:
            return kind
    reader.add_error("table.unknown-kind", row, column, text=text[:60], known=Either(_KINDS))
    return ""


class CandidateReader:
    """Candidates by contest: options of their own, or the names on lists."""

    def __init__(self, reader: RowReader, part: CandidateColumns, languages: tuple[str, ...]) -> None:
        self._reader = reader
        self._part = part
        self._languages = languages
        self._people_of_lists = 0
        self._first_of_them: Row | None = None
        self._renumbered: list[InvalidInput] = []

    def read(self, contests: list[Payload], parties: list[Payload]) -> dict[str, list[Item]]:
        """Contest → its options, in order. `contests`, `parties`: those of the definition."""
        by_contest: dict[str, list[tuple[int, Row]]] = {}
        known = References("contest", ((one["id"], one["title"].values()) for one in contests))
        for row in self._reader.table.rows:
            contest = known.find(self._reader, row, self._part.contest)
            order = self._reader.number(row, self._part.order) if self._part.order else 0
            if contest:
                by_contest.setdefault(contest, []).append((order or 0, row))
        names = {one["id"]: one["name"] for one in parties}
        references = References("party", ((one["id"], [*one["name"].values(), one["abbreviation"]]) for one in parties))
        lists = {one["id"]: one.get("kind") == "party-list" for one in contests}
        is_open = {one["id"]: one.get("preferences") is not None for one in contests}
        return {
            contest: self._lists(rows, references, names, is_open=is_open[contest])
            if lists[contest]
            else self._options(rows, references)
            for contest, rows in by_contest.items()
        }

    @property
    def warnings(self) -> list[InvalidInput]:
        """That people stand beside candidates of lists, which a definition does not name; and candidates of open lists
        whose number in the table is not the one that voters will see.
        """
        if self._first_of_them is None:
            return self._renumbered
        place = self._reader.source(self._first_of_them).place()
        return [InvalidInput("table.people-of-lists", place=place, count=self._people_of_lists), *self._renumbered]

    def _party(self, row: Row, parties: References) -> str:
        """ "" where the row names none: an independent."""
        column = self._part.party
        return parties.find(self._reader, row, column) if column and row.cells[column] else ""

    def _options(self, rows: list[tuple[int, Row]], parties: References) -> list[Item]:
        found = []
        first: dict[str, int] = {}
        for _, row in sorted(rows, key=lambda one: one[0]):
            name = self._reader.names(row, self._part.name, self._languages)
            identifier = self._option_id(row, next(iter(name.values()), ""))
            value: Payload = {"id": identifier, "name": name, "party": self._party(row, parties)}
            if self._part.people:
                value["people"] = self._people(row)
            if _is_new(self._reader, row, self._part.id or self._name_columns(), identifier, first):
                found.append(Item(value, self._reader.source(row)))
        return found

    def _option_id(self, row: Row, name: str) -> str:
        if self._part.id:
            return self._reader.id(row, self._part.id)
        identifier = shortened(id_part(name))
        if name and not identifier:
            self._reader.add_error("table.no-id", row, self._name_columns()[-1], text=name[:60])
        return identifier

    def _name_columns(self) -> tuple[str, ...]:
        name = self._part.name
        return tuple(name.values()) if isinstance(name, dict) else as_tuple(name)

    def _people(self, row: Row) -> list[Payload]:
        people = ((one.role, self._reader.text(row, one.column)) for one in self._part.people)
        return [{"role": dict(role), "name": name} for role, name in people if name]

    def _lists(
        self, rows: list[tuple[int, Row]], parties: References, names: dict[str, dict[str, str]], *, is_open: bool
    ) -> list[Item]:
        found: dict[str, Item] = {}
        orders: dict[tuple[str, int], int] = {}
        first: dict[Any, tuple[str, Row]] = {}
        for order, row in sorted(rows, key=lambda one: one[1].number):
            party = self._party(row, parties)
            name = self._reader.names(row, self._part.list_name, self._languages, required=False)
            name = name or names.get(party, {})
            identifier = self._list_id(row, party, name)
            if not identifier or not name:
                if not party and not name:
                    self._reader.add_error("table.no-list", row, self._part.party)
                continue
            if self._is_split(row, identifier, first.setdefault((party, *sorted(name.items())), (identifier, row))):
                continue
            if order and (earlier := orders.setdefault((identifier, order), row.number)) != row.number:
                self._reader.add_error("table.order-twice", row, self._part.order, number=order, first=str(earlier))
            value: Payload = {"id": identifier, "name": name, "party": party, "candidates": []}
            one = found.setdefault(identifier, Item(value, self._reader.source(row)))
            self._add(one, order, row)
        for one in found.values():
            self._put_in_order(one, is_open=is_open)
        return list(found.values())

    def _list_id(self, row: Row, party: str, name: dict[str, str]) -> str:
        """The code, which is the list's; where there is none its party's, else one made of its name."""
        code = self._reader.id(row, self._part.id, required=False) if self._part.id else ""
        return code or party or shortened(id_part(next(iter(name.values()), "")))

    def _is_split(self, row: Row, identifier: str, first: tuple[str, Row]) -> bool:
        """Whether a list of the same party and name came with another code: most often each candidate has one."""
        code, earlier = first
        if code == identifier:
            return False
        column = as_tuple(self._part.id)[-1]
        self._reader.add_error("table.list-split", row, column, id=identifier, other=code, first=str(earlier.number))
        return True

    def _add(self, option: Item, order: int, row: Row) -> None:
        """The candidate's name is the same in all languages."""
        columns = self._name_columns()[:1] if isinstance(self._part.name, dict) else self._part.name
        if text := self._reader.text(row, columns, required=True):
            option.value["candidates"].append((order, text))
            option.list_sources.append(self._reader.source(row))
        if any(row.cells[one.column] for one in self._part.people):
            self._people_of_lists += 1
            self._first_of_them = self._first_of_them or row

    def _put_in_order(self, option: Item, *, is_open: bool) -> None:
        """By the table's numbers. A definition has no gaps between them: on open lists, where voters see a candidate's
        number, the first that changes is told.
        """
        both = sorted(zip(option.value["candidates"], option.list_sources, strict=True), key=lambda one: one[0][0])
        for number, ((order, name), source) in enumerate(both, start=1):
            if is_open and order not in (0, number):
                said = {"list": option.value["id"], "name": name, "order": str(order), "number": str(number)}
                self._renumbered.append(InvalidInput("table.renumbered", place=source.place("order"), **said))
                break
        option.value["candidates"] = [name for (_, name), _ in both]
        option.list_sources = [source for _, source in both]


def shortened(identifier: str) -> str:
    """An id that is not too long, cut between words where it can be."""
    if len(identifier) <= ID:
        return identifier
    whole = identifier[: ID + 1].rpartition("-")[0]
    return whole or identifier[:ID]


def references(what: str, values: Iterable[Payload]) -> References:
    """What rows may name among parts of a definition with `id` and `name`."""
    return References(what, ((one["id"], one["name"].values()) for one in values))
