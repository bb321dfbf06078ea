"""The council's tables into a definition: all that the map names at once, or nothing.

A table is the whole of its list: districts, stations and parties are those of the table, the options of a contest are
those of its rows. Of what was there before under the same id, keys that the table does not say are kept. Everything
else of the definition's file stays as it is (`splice`). The definition that comes of it is judged as `check` judges it,
and what is wrong with a part that a row said is told with that row.
"""

import codecs
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from testigo.election import source
from testigo.election.definition import Definition
from testigo.election.diagnostic import DefinitionPath
from testigo.election.load import MOST_LISTED, ReadDefinition, examine, read_payload
from testigo.election.tables import splice
from testigo.election.tables.column_map import (
    CandidateColumns,
    DistrictColumns,
    ImportMap,
    PartyColumns,
    PlaceOf,
    StationColumns,
)
from testigo.election.tables.csv_table import Table
from testigo.election.tables.districts import Node, as_payload, read_districts
from testigo.election.tables.lists import CandidateReader, read_parties, read_stations, references
from testigo.election.tables.rows import ErrorList, Item, Payload, RowReader, Source, merged, require_columns
from testigo.errors import InvalidInput, SeveralErrors, TestigoError


@dataclass(frozen=True)
class Change:
    """What becomes of one list of the definition; ids, of options as `CONTEST/OPTION`."""

    table: str
    before: int
    after: int
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]


@dataclass(frozen=True)
class Imported:
    """`text`: the new bytes of the definition's file. `definition`: None where the rest of it is not finished."""

    text: bytes
    changes: tuple[Change, ...]
    warnings: tuple[TestigoError, ...]
    definition: Definition | None


def import_tables(
    data: bytes, file: Path, map_: ImportMap, tables: Mapping[str, Table], place: PlaceOf, *, unfinished: bool = False
) -> Imported:
    """The definition in `data`, which is that of `file`, with the tables that the map names.

    `tables`: by the map's names. `place`: of a key of the map. `unfinished`: what is wrong in parts that the tables do
    not say is a warning. Raises `SeveralErrors` with every wrong row, `InvalidInput`.
    """
    read = read_payload(data, file)
    if not isinstance(read.payload, dict) or not _languages(read.payload):
        _refuse([error for _, error in read.errors] or [InvalidInput("import.no-languages", place=file)], file)
    work = _Import(read, place)
    work.read(map_, tables)
    _refuse(work.errors.listed, file, work.errors.count)
    definition, found = work.judge(file, unfinished=unfinished)
    text = _rewritten(data, file, work)
    return Imported(text, tuple(work.changes()), tuple(found), definition)


def _languages(payload: Payload) -> tuple[str, ...]:
    listed = payload.get("languages")
    return tuple(one for one in listed if isinstance(one, str)) if isinstance(listed, list) else ()


def _refuse(errors: list[TestigoError], file: Path, count: int = 0) -> None:
    """Raise `SeveralErrors` where there are any; `count`: of all, where these are the first of them."""
    count = count or len(errors)
    if errors:
        code = "import.errors" if count <= MOST_LISTED else "import.errors-of-which"
        raise SeveralErrors(code, errors[:MOST_LISTED], place=file, count=count, listed=MOST_LISTED)


def _rewritten(data: bytes, file: Path, work: "_Import") -> bytes:
    """The file's new text, which says exactly what was judged."""
    text = data.decode("utf-8-sig")
    mark = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    written = mark + splice.replaced(text, file, work.lists).encode()
    if len(written) > source.MAX_BYTES:
        raise InvalidInput("file.too-large", place=file, limit=source.MAX_BYTES)
    try:
        same = read_payload(written, file).payload == work.payload
    except TestigoError:
        same = False
    if not same:
        raise InvalidInput("import.not-replaced", place=file)
    return written


class _Import:
    """One run. `lists`: what is replaced, by its path; `payload`: the whole definition after it."""

    def __init__(self, read: ReadDefinition, place: PlaceOf) -> None:
        self._read = read
        self._place = place
        self._languages = _languages(read.payload)
        self._sources: dict[DefinitionPath, Source] = {}
        self.payload: Payload = dict(read.payload)
        self.lists: dict[DefinitionPath, list[Any]] = {}
        self.errors = ErrorList()
        self.notes: list[TestigoError] = []

    def read(self, map_: ImportMap, tables: Mapping[str, Table]) -> None:
        """All tables, in an order in which each knows what it refers to."""
        for name, part in map_.tables.items():
            require_columns(tables[name], name, part, self._place)
        for name, part in map_.tables.items():
            reader = RowReader(tables[name], part, self.errors)
            match part:
                case DistrictColumns():
                    self._take_districts(read_districts(reader, part, self._languages), part.under)
                case StationColumns():
                    known = references("district", self._known_districts())
                    self._take_list("stations", read_stations(reader, part, known))
                case PartyColumns():
                    self._take_list("parties", read_parties(reader, part, self._languages))
                case CandidateColumns():
                    self._take_candidates(reader, part)

    # ---- lists in the definition

    def _take_list(self, key: str, items: Iterable[Item]) -> None:
        found = list(merged(self._list(key), items))
        self._sources |= {(key, number): item.source for number, item in enumerate(found)}
        self._put((key,), [item.value for item in found])

    def _take_districts(self, roots: list[Node], under: str) -> None:
        known = [{key: one for key, one in old.items() if key != "districts"} for old in self._known_districts()]
        for _ in merged(known, [node.item for node in _all_nodes(roots)]):
            pass  # the nodes' own items are changed
        below = [as_payload(node) for node in roots]
        path, tree = _under(self._list("districts"), under, below) if under else ((), below)
        if under and not path:
            raise InvalidInput("import.under-unknown", place=self._place("districts", "under"), id=under[:60])
        self._keep_sources(roots, (*path, "districts") if path else ("districts",))
        self._put(("districts",), tree)

    def _keep_sources(self, nodes: list[Node], path: DefinitionPath) -> None:
        for number, node in enumerate(nodes):
            self._sources[*path, number] = node.item.source
            self._keep_sources(node.children, (*path, number, "districts"))

    def _take_candidates(self, reader: RowReader, part: CandidateColumns) -> None:
        contests = self.payload.get("contests") or []
        places = {one["id"]: place for place, one in reversed(list(enumerate(contests))) if one and "id" in one}
        candidates = CandidateReader(reader, part, self._languages)
        for contest, items in candidates.read(_named(contests, "title"), _named(self._list("parties"), "name")).items():
            number = places[contest]
            path: DefinitionPath = ("contests", number, "options")
            before = contests[number].get("options") or []
            found = list(merged(before, items))
            for place, item in enumerate(found):
                self._sources[*path, place] = item.source
                for candidate, source_ in enumerate(item.list_sources):
                    self._sources[*path, place, "candidates", candidate] = source_
            options = [item.value for item in found]
            self._put(path, [*options, *_nobody(contests[number], options)])
        self.notes += candidates.warnings

    def _put(self, path: DefinitionPath, value: list[Any]) -> None:
        *above, last = path
        inner = self.payload
        for step in above:
            copied = inner[step].copy()  # type: ignore[index]
            inner[step] = copied  # type: ignore[index]
            inner = copied
        inner[str(last)] = value
        self.lists[path] = [_names_once(one, self._languages) for one in value]

    def _list(self, key: str) -> list[Payload]:
        value = self.payload.get(key)
        return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []

    def _known_districts(self) -> Iterator[Payload]:
        waiting = list(reversed(_named(self._list("districts"), "name")))
        while waiting:
            one = waiting.pop()
            yield one
            waiting.extend(reversed(_named(one.get("districts") or [], "name")))

    # ---- what comes of it

    def judge(self, file: Path, *, unfinished: bool) -> tuple[Definition | None, list[TestigoError]]:
        """The definition and its warnings; raises `SeveralErrors` where it has errors that may not stay."""
        unread = [error for path, error in self._read.errors if not self._is_replaced(path, error)]
        if unread:
            if not unfinished:
                _refuse(unread, file)
            return None, [*self.notes, *unread]
        definition, found = examine(Definition.from_payload(self.payload, place=str(file)), file.parent)
        own, others = [], []
        for one in found:
            source_, key = self._source_of(one.place)
            if source_ is not None:
                own.append((one.warning, one.error.at(source_.place(key))))
            else:
                others.append((one.warning or unfinished, self._read.located(one)))
        _refuse([error for warning, error in (*own, *others) if not warning], file)
        return definition, [*self.notes, *(error for _, error in (*own, *others))]

    def _is_replaced(self, path: DefinitionPath, error: TestigoError) -> bool:
        """Whether the error is about a list that a table has said since, or about its absence."""
        if not path and error.code == "definition.key-missing":
            return (str(error.message.values["key"]),) in self.lists
        return any(path[: len(one)] == one for one in self.lists)

    def _source_of(self, place: DefinitionPath) -> tuple[Source | None, str]:
        """The row that said what stands at a place, and the key of it that is meant."""
        for length in range(len(place), 0, -1):
            if found := self._sources.get(place[:length]):
                key = "name" if "candidates" in place[:length] else next(iter(place[length:]), "")
                return found, str(key)
        return None, ""

    def changes(self) -> Iterator[Change]:
        """By table, for whoever looks before writing."""
        for table in dict.fromkeys(path[0] for path in self.lists):
            before, after = _by_id(str(table), self._read.payload), _by_id(str(table), self.payload)
            yield Change(
                "candidates" if table == "contests" else str(table),
                len(before),
                len(after),
                tuple(one for one in after if one not in before),
                tuple(one for one, value in after.items() if one in before and before[one] != value),
                tuple(one for one in before if one not in after),
            )


def _all_nodes(roots: list[Node]) -> Iterator[Node]:
    waiting = list(roots)
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def _named(values: Iterable[Any], key: str) -> list[Payload]:
    """Those that have an id and texts by language: the others cannot be referred to."""
    return [one for one in values if isinstance(one, dict) and one.get("id") and isinstance(one.get(key), dict)]


def _under(tree: list[Payload], wanted: str, below: list[Payload]) -> tuple[DefinitionPath, list[Payload]]:
    """The tree with these below the wanted district, and its path; () where there is none."""
    for number, one in enumerate(tree):
        path: DefinitionPath = ("districts", number)
        if one.get("id") == wanted:
            new = {**one, "districts": below}
        else:
            deeper, children = _under(one.get("districts") or [], wanted, below)
            if not deeper:
                continue
            path, new = (*path, *deeper), {**one, "districts": children}
        return path, [*tree[:number], new, *tree[number + 1 :]]
    return (), tree


def _nobody(contest: Payload, options: list[Payload]) -> list[Payload]:
    """*None of the above* is no candidate of any table, and stays."""
    rule = contest.get("none-of-the-above")
    wanted = rule.get("option") if isinstance(rule, dict) else None
    if any(one["id"] == wanted for one in options):
        return []
    return [one for one in contest.get("options") or [] if isinstance(one, dict) and one.get("id") == wanted]


def _names_once(value: Any, languages: tuple[str, ...]) -> Any:
    """As an officer writes it: a name that is the same in every language once."""
    if not isinstance(value, dict):
        return value
    short = dict(value)
    name = value.get("name")
    if isinstance(name, dict) and set(name) == set(languages) and len(set(name.values())) == 1:
        short["name"] = next(iter(name.values()))
    if isinstance(value.get("districts"), list):
        short["districts"] = [_names_once(one, languages) for one in value["districts"]]
    return short


def _by_id(table: str, payload: Payload) -> dict[str, Any]:
    """What a list of the definition says, by id; districts without those below them, but with the one above."""
    values: list[Any] = payload.get(table) or []
    if table == "contests":
        return {
            f"{contest.get('id')}/{option.get('id')}": option
            for contest in values
            if isinstance(contest, dict)
            for option in contest.get("options") or []
            if isinstance(option, dict)
        }
    if table != "districts":
        return {str(one.get("id")): one for one in values if isinstance(one, dict)}
    found = {}
    waiting = [("", one) for one in reversed(values)]
    while waiting:
        above, one = waiting.pop()
        if isinstance(one, dict):
            found[str(one.get("id"))] = (above, one.get("name"))
            waiting.extend((str(one.get("id")), child) for child in reversed(one.get("districts") or []))
    return found
