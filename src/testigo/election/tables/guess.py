"""A first map for a council's table, guessed by the words of its headers. A person looks at it before it is used."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from testigo.election.limits import PEOPLE, STATION_ID
from testigo.election.tables import headers
from testigo.election.tables.cells import id_part
from testigo.election.tables.column_map import FORMAT
from testigo.election.tables.csv_table import Table, words_of
from testigo.words import message

Guess = dict[str, Any]
"""What the map says of one table, as plain values; a required column that was not found is ""."""

ROLE_OF_SUBSTITUTES = "substitute"


def guess(table: Table, name: str, election_languages: Iterable[str], *, root: str = "") -> Guess:
    """The part of the map for a table of that name. `root`: id of the only district at the top of the definition."""
    shape = {"encoding": table.encoding, "separator": table.separator, "header-row": table.header_row}
    columns = _Columns(table)
    made: dict[str, Callable[[], Guess]] = {
        "districts": lambda: _districts(columns, root),
        "stations": lambda: _stations(columns),
        "parties": lambda: _parties(columns),
        "candidates": lambda: _candidates(columns, election_languages),
    }
    return {"file": str(table.file), **shape, **made[name]()}


def guess_all(tables: Mapping[str, Table], payload: dict[str, Any]) -> dict[str, Guess]:
    """The parts of the map for these tables, of a definition that says `payload` so far; the stations' also say the
    districts, where these are neither given nor in the definition.
    """
    tops = [one["id"] for one in payload.get("districts") or [] if isinstance(one, dict) and one.get("id")]
    root = tops[0] if len(tops) == 1 else ""
    spoken = [one for one in payload.get("languages") or [] if one]
    found = {}
    if "stations" in tables and "districts" not in tables:
        found = guess_districts(tables["stations"], payload, root)
    return {**found, **{name: guess(one, name, spoken, root=root) for name, one in tables.items()}}


def guess_districts(table: Table, payload: dict[str, Any], root: str) -> dict[str, Guess]:
    """The districts that the stations' table says besides; nothing where the definition has all of them."""
    columns = _Columns(table)
    pairs = columns.levels()
    if not pairs:
        return {}
    named = columns.id_of_level(pairs)
    ids = {"-".join(id_part(row.cells[column]) for column in named) for row in table.rows}
    return {} if ids <= _district_ids(payload) else {"districts": guess(table, "districts", (), root=root)}


def _district_ids(payload: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    waiting = list(payload.get("districts") or [])
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            found.add(str(one.get("id")))
            waiting.extend(one.get("districts") or [])
    return found


class _Columns:
    """The header by what its words say."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._words = {name: words_of(name) for name in table.header}

    def all(self, *groups: frozenset[str], without: frozenset[str] = frozenset()) -> list[str]:
        """Columns that have a word of each group, and none of `without`."""
        return [
            name
            for name, words in self._words.items()
            if all(words & group for group in groups) and not words & without
        ]

    def first(self, *choices: list[str]) -> str:
        """The first column of the first list that has one; "" where none has."""
        return next((choice[0] for choice in choices if choice), "")

    def levels(self) -> list[tuple[str, str]]:
        """Code and name column of each level of districts, in the order of the table; one of both may be ""."""
        found: dict[frozenset[str], list[str]] = {}
        for name in self.all(headers.DISTRICT, without=headers.PARENT | headers.REGISTER | headers.ADDRESS):
            words = frozenset(one.removeprefix("ال")[:3] for one in self._words[name] & headers.DISTRICT)
            pair = found.setdefault(words, ["", ""])
            place = 0 if self._words[name] & headers.CODE else 1
            pair[place] = pair[place] or name
        return [(code, name) for code, name in found.values()]

    def id_of_level(self, pairs: list[tuple[str, str]]) -> list[str]:
        """The lowest level's own code where each begins with that of the level above, else all codes from the top."""
        codes = [code or name for code, name in pairs]
        if len(codes) > 1 and all(
            row.cells[codes[-1]].startswith(row.cells[codes[-2]]) and row.cells[codes[-1]] != row.cells[codes[-2]]
            for row in self.table.rows
            if row.cells[codes[-1]]
        ):
            return [codes[-1]]
        return codes

    def is_unique(self, columns: list[str], longest: int) -> bool:
        """Whether the ids made of the columns are all different, and not too long."""
        ids = ["-".join(id_part(row.cells[column]) for column in columns) for row in self.table.rows]
        return len(set(ids)) == len(ids) and all(0 < len(one) <= longest for one in ids)


def _one(columns: list[str]) -> str | list[str]:
    return columns[0] if len(columns) == 1 else columns


def _districts(columns: _Columns, root: str) -> Guess:
    parent = columns.first(columns.all(headers.PARENT, headers.CODE), columns.all(headers.PARENT))
    under = {"under": root} if root else {}
    if parent:
        code = columns.all(headers.CODE, without=headers.PARENT)
        name = columns.all(headers.NAME, without=headers.PARENT) or columns.all(headers.DISTRICT, without=headers.CODE)
        return {**under, "id": columns.first(code), "name": columns.first(name), "parent": parent}
    pairs = columns.levels()
    levels = [
        {"id": _one(columns.id_of_level(pairs[: place + 1])), "name": name or code}
        for place, (code, name) in enumerate(pairs)
    ]
    return {**under, "levels": levels or [{"id": "", "name": ""}]}


def _stations(columns: _Columns) -> Guess:
    pairs = columns.levels()
    district = columns.id_of_level(pairs) if pairs else [""]
    no_station = headers.DISTRICT | headers.REGISTER | headers.ADDRESS
    own = columns.first(
        columns.all(headers.STATION, headers.CODE, without=no_station),
        columns.all(headers.STATION, without=no_station | headers.NAME),
        columns.all(headers.CODE, without=no_station | headers.PLACE),
    )
    place = columns.first(columns.all(headers.PLACE, headers.CODE, without=no_station))
    tried = [[own], [place, own], [*district, own], [*district, place, own]]
    unique = (one for one in tried if all(one) and columns.is_unique(one, STATION_ID))
    address = columns.all(headers.ADDRESS, without=headers.CODE)
    return {
        "id": _one(next(unique, [own])),
        "name": columns.first(
            columns.all(headers.PLACE, without=headers.CODE | headers.REGISTER),
            columns.all(headers.STATION, headers.NAME),
            columns.all(headers.NAME, without=headers.DISTRICT),
        ),
        "district": _one(district),
        "register-size": columns.first(columns.all(headers.REGISTER)),
        **({"address": address[0]} if address else {}),
    }


def _parties(columns: _Columns) -> Guess:
    short = columns.first(columns.all(headers.ABBREVIATION))
    return {
        "id": columns.first(columns.all(headers.CODE, without=headers.ABBREVIATION), [short]),
        "name": columns.first(columns.all(headers.NAME), columns.all(headers.PARTY, without=headers.CODE)),
        "abbreviation": short,
    }


def _candidates(columns: _Columns, election_languages: Iterable[str]) -> Guess:
    person = headers.ORDER | headers.SUBSTITUTE | headers.PARTY | headers.CONTEST | headers.ABBREVIATION
    substitutes = columns.all(headers.SUBSTITUTE, without=headers.CODE | headers.ORDER)
    contest = columns.first(columns.all(headers.CONTEST, headers.CODE), columns.all(headers.CONTEST))
    taken = frozenset(words_of(contest))
    order = columns.first(columns.all(headers.ORDER, without=taken))
    party = columns.first(
        columns.all(headers.ABBREVIATION), columns.all(headers.PARTY, headers.CODE), columns.all(headers.PARTY)
    )
    name = columns.first(
        columns.all(headers.CANDIDATE, without=headers.CODE | person),
        columns.all(headers.NAME, without=person),
        columns.all(headers.CANDIDATE, without=person),
    )
    found: Guess = {"contest": contest, "name": name}
    found |= {key: column for key, column in (("order", order), ("party", party)) if column}
    if substitutes:
        role = _role(tuple(election_languages))
        found["people"] = [{"column": one, "role": role} for one in substitutes[:PEOPLE]]
    return found


def _role(election_languages: Sequence[str]) -> dict[str, str]:
    """What a substitute is called in each language; nothing in one that Testigo does not speak, which a person has to
    write: the header's word would be of another language.
    """
    role = message("term", ROLE_OF_SUBSTITUTES)
    return {one: role.text(one) for one in election_languages if role.speaks(one)}


# ── the map's file ──


def map_text(guesses: dict[str, Guess], comments: dict[str, str]) -> str:
    """The map as TOML. `comments`: at its head, under "", and behind columns that were not recognised, under "?"."""
    lines = [*(f"# {line}" for line in comments[""].splitlines()), f"format = {FORMAT}"]
    for name, values in guesses.items():
        lines += ["", f"[{name}]"]
        for key, value in values.items():
            missing = f"  # {comments['?']}" if _is_missing(value) else ""
            lines.append(f"{key} = {_toml(value)}{missing}")
    return "\n".join(lines) + "\n"


def _is_missing(value: Any) -> bool:
    return value in ("", [""]) or value == [{"id": "", "name": ""}]


def _toml(value: Any, indent: str = "") -> str:
    match value:
        case dict():
            return f"{{{', '.join(f'{key} = {_toml(one)}' for key, one in value.items())}}}"
        case [dict(), *_]:
            return "[\n" + "".join(f"    {_toml(one)},\n" for one in value) + "]"
        case list():
            return f"[{', '.join(map(_toml, value))}]"
        case int():
            return str(value)
    return _toml_text(str(value))


def _toml_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return '"' + "".join(one if one.isprintable() else f"\\U{ord(one):08X}" for one in escaped) + '"'


def beside(file: Path, map_file: Path) -> str:
    """How the map names a file: from the map's folder where it lies below it."""
    try:
        return file.resolve().relative_to(map_file.resolve().parent).as_posix()
    except ValueError:
        return str(file.resolve())
