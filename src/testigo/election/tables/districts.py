"""Districts out of a table: columns for each level of the tree, or a row for each district that names its parent."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from testigo.election.tables.cells import reading_key
from testigo.election.tables.column_map import DistrictColumns, Level, as_tuple, names_by_language
from testigo.election.tables.csv_table import Row
from testigo.election.tables.rows import Item, Payload, RowReader, Source

DEEPEST = 30
"""Levels of the tree: docs/election.md."""


@dataclass
class Node:
    """A district with those below it."""

    item: Item
    parent: str
    children: list["Node"] = field(default_factory=list)


def read_districts(reader: RowReader, part: DistrictColumns, languages: tuple[str, ...]) -> list[Node]:
    """The trees' roots, in the order of the table; errors are noted."""
    if part.levels:
        return _Levels(reader, part.levels, languages).read()
    return _read_with_parents(reader, part, languages)


class _Levels:
    """The same district stands in many rows; the first one says its name."""

    def __init__(self, reader: RowReader, levels: tuple[Level, ...], languages: tuple[str, ...]) -> None:
        self._reader = reader
        self._levels = levels
        self._languages = languages
        self._nodes: dict[str, Node] = {}
        self._roots: list[Node] = []
        self._seen: list[dict[tuple[str, ...], str]] = [{} for _ in levels]
        self._keys = [tuple(dict.fromkeys((*as_tuple(one.id), *_columns_of(one)))) for one in levels]

    def read(self) -> list[Node]:
        for row in self._reader.table.rows:
            parent = ""
            for place in range(len(self._levels)):
                cells = (parent, *(row.cells[column] for column in self._keys[place]))
                if cells not in self._seen[place]:
                    self._seen[place][cells] = self._read_level(row, place, parent)
                parent = self._seen[place][cells]
                if not parent:
                    break
        return self._roots

    def _read_level(self, row: Row, place: int, parent: str) -> str:
        """The id of the row's district of that level; "" where it has none, or not a right one."""
        level, reader = self._levels[place], self._reader
        own = set(self._keys[place]) - (set(self._keys[place - 1]) if place else set())
        if place and not any(row.cells[column] for column in own):
            if any(
                row.cells[column] for key in self._keys[place + 1 :] for column in set(key) - set(self._keys[place])
            ):
                reader.add_error("table.level-skipped", row, as_tuple(level.id)[-1])
            return ""
        identifier = reader.id(row, level.id)
        name = reader.names(row, level.name, self._languages)
        if not identifier or not name:
            return ""
        known = self._nodes.get(identifier)
        if known is None:
            columns = {"id": as_tuple(level.id)[-1], "name": next(_columns_of(level))}
            source = Source(reader.table.file, row.number, columns)
            node = Node(Item({"id": identifier, "name": name}, source), parent)
            self._nodes[identifier] = node
            (self._nodes[parent].children if parent else self._roots).append(node)
        else:
            self._compare(row, level, known, name, parent)
        return identifier

    def _compare(self, row: Row, level: Level, known: Node, name: dict[str, str], parent: str) -> None:
        column = as_tuple(level.id)[-1]
        value, first = known.item.value, str(known.item.source.row)
        if known.parent != parent:
            self._reader.add_error("table.two-parents", row, column, id=value["id"], first=first)
        elif {key: reading_key(one) for key, one in name.items()} != {
            key: reading_key(one) for key, one in value["name"].items()
        }:
            names = (next(iter(value["name"].values()))[:60], next(iter(name.values()))[:60])
            self._reader.add_error(
                "table.two-names", row, column, id=value["id"], first=first, name=names[0], other=names[1]
            )


def _columns_of(level: Level) -> Iterator[str]:
    for columns in names_by_language(level.name).values():
        yield from columns


def _read_with_parents(reader: RowReader, part: DistrictColumns, languages: tuple[str, ...]) -> list[Node]:
    nodes: dict[str, Node] = {}
    rows: dict[str, Row] = {}
    for row in reader.table.rows:
        identifier, name = reader.id(row, part.id), reader.names(row, part.name, languages)
        parent = reader.id(row, part.parent, required=False)
        if identifier in nodes:
            reader.add_error(
                "table.twice", row, as_tuple(part.id)[-1], id=identifier, first=str(rows[identifier].number)
            )
        elif identifier and name:
            source = reader.source(row)
            nodes[identifier] = Node(
                Item({"id": identifier, "name": name}, source), "" if parent == identifier else parent
            )
            rows[identifier] = row
    roots = []
    for identifier, node in nodes.items():
        if not node.parent:
            roots.append(node)
        elif node.parent in nodes:
            nodes[node.parent].children.append(node)
        else:
            reader.add_error("table.no-parent", rows[identifier], as_tuple(part.parent)[-1], text=node.parent)
    _refuse_circles(reader, part, roots, nodes, rows)
    return roots


def _refuse_circles(
    reader: RowReader, part: DistrictColumns, roots: list[Node], nodes: dict[str, Node], rows: dict[str, Row]
) -> None:
    """Districts that no root leads to, and those too deep below one."""
    column = as_tuple(part.parent)[-1]
    reached = set()
    waiting = [(node, 1) for node in roots]
    while waiting:
        node, depth = waiting.pop()
        identifier = node.item.value["id"]
        reached.add(identifier)
        if depth > DEEPEST:
            reader.add_error("table.too-deep", rows[identifier], column, most=DEEPEST)
        else:
            waiting.extend((child, depth + 1) for child in node.children)
    for identifier in nodes.keys() - reached:
        above, seen = identifier, set()
        while above in nodes and above not in seen:
            seen.add(above)
            above = nodes[above].parent
        if above == identifier:
            reader.add_error("table.circle", rows[identifier], column, id=identifier)


def as_payload(node: Node) -> Payload:
    """The district with its tree below, as the definition's file says it."""
    below = [as_payload(child) for child in node.children]
    return {**node.item.value, **({"districts": below} if below else {})}
