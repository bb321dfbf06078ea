"""A definition's districts, stations, parties and candidates as tables for a spreadsheet, and the map that reads them.

UTF-8 with a byte order mark, so that Excel shows accents. Texts that a spreadsheet would take for formulas have an
apostrophe in front. Importing the tables with their map gives the same lists again.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from testigo.election.contests import Contest
from testigo.election.definition import Definition
from testigo.election.tables.cells import protected
from testigo.election.tables.guess import Guess, map_text
from testigo.election.value import Text

SEPARATOR = ";"
"""What Excel expects where the decimal point is a comma, as in most countries that have councils of ours."""

Cells = list[list[object]]


def export(definition: Definition) -> dict[str, bytes]:
    """File name → its bytes: four tables, of which those without rows are left out, and `import.toml`."""
    made = {
        "districts": _districts(definition),
        "stations": _stations(definition),
        "parties": _parties(definition),
        "candidates": _candidates(definition),
    }
    full = {name: (cells, columns) for name, (cells, columns) in made.items() if len(cells) > 1}
    files = {f"{name}.csv": _csv(cells) for name, (cells, _) in full.items()}
    shape = {"encoding": "utf-8", "separator": SEPARATOR, "header-row": 1}
    map_ = {name: {"file": f"{name}.csv", **shape, **columns} for name, (_, columns) in full.items()}
    return {**files, "import.toml": map_text(map_, {"": "", "?": ""}).encode()}


def _csv(cells: Cells) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=SEPARATOR)
    writer.writerows([protected(one) if isinstance(one, str) else one for one in row] for row in cells)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _in_languages(key: str, languages: Sequence[str]) -> dict[str, str]:
    return {language: f"{key}-{language}" for language in languages}


def _languages_of(texts: Iterable[Text], definition: Definition) -> tuple[str, ...]:
    """The election's languages, then others that some text is in."""
    others = sorted({language for text in texts for language in text} - set(definition.languages))
    return (*definition.languages, *others)


def _districts(definition: Definition) -> tuple[Cells, Guess]:
    every = list(definition.all_districts())
    languages = _languages_of((district.name for district, _ in every), definition)
    names = _in_languages("name", languages)
    rows: Cells = [["id", *names.values(), "parent"]]
    for district, path in every:
        rows.append(
            [district.id, *(district.name.get(one, "") for one in languages), path[-2] if len(path) > 1 else ""]
        )
    return rows, {"id": "id", "name": names, "parent": "parent"}


def _stations(definition: Definition) -> tuple[Cells, Guess]:
    rolls = list(dict.fromkeys(roll for station in definition.stations for roll in station.roll_sizes))
    columns = {roll: f"register-size-{roll}" for roll in rolls}
    plain = ["id", "name", "district", "register-size", "address", "utc-offset"]
    rows: Cells = [[*plain, *columns.values()]]
    for one in definition.stations:
        values = [one.id, one.name, one.district, one.register_size, one.address, one.utc_offset]
        rows.append([*values, *(one.roll_sizes.get(roll, "") for roll in rolls)])
    return rows, {**{key: key for key in plain}, **({"roll-sizes": columns} if columns else {})}


def _parties(definition: Definition) -> tuple[Cells, Guess]:
    languages = _languages_of((party.name for party in definition.parties), definition)
    names = _in_languages("name", languages)
    rows: Cells = [["id", "abbreviation", *names.values(), "kind", "members"]]
    for one in definition.parties:
        texts = (one.name.get(language, "") for language in languages)
        rows.append([one.id, one.abbreviation, *texts, one.kind, one.members or ""])
    keys = ("id", "abbreviation", "kind", "members")
    return rows, {**{key: key for key in keys}, "name": names}


def _candidates(definition: Definition) -> tuple[Cells, Guess]:
    options = [option for contest in definition.contests for option in contest.options]
    languages = _languages_of((option.name for option in options), definition)
    names, lists = _in_languages("name", languages), _in_languages("list", languages)
    roles = _roles(definition)
    people = [f"person-{number}" for number in range(1, len(roles) + 1)]
    plain = ["contest", "id", "order", "party"]
    rows: Cells = [[*plain, *lists.values(), *names.values(), *people]]
    for contest in definition.contests:
        rows += _rows_of(contest, languages, roles)
    role_columns: list[dict[str, Any]] = [
        {"column": column, "role": role} for column, (_, role) in zip(people, roles, strict=True)
    ]
    columns = {**{key: key for key in plain}, "list-name": lists, "name": names}
    return rows, {**columns, **({"people": role_columns} if people else {})}


def _roles(definition: Definition) -> list[tuple[int, Text]]:
    """Place among the people of an option, and role: a column each, so that an import puts them in the same order."""
    found: list[tuple[int, Text]] = []
    for contest in definition.contests:
        for option in contest.options:
            found += [one for one in ((place, who.role) for place, who in enumerate(option.people)) if one not in found]
    return sorted(found, key=lambda one: one[0])


def _rows_of(contest: Contest, languages: Sequence[str], roles: list[tuple[int, Text]]) -> Cells:
    rows: Cells = []
    for number, option in enumerate(contest.options, start=1):
        name = [option.name.get(language, "") for language in languages]
        empty = [""] * len(languages)
        if contest.kind == "party-list":
            for order, candidate in enumerate(option.candidates, start=1):
                called = [candidate] * len(languages)
                rows.append([contest.id, option.id, order, option.party, *name, *called, *[""] * len(roles)])
            continue
        people = dict(enumerate(option.people))
        named = [people[place].name if place in people and people[place].role == role else "" for place, role in roles]
        rows.append([contest.id, option.id, number, option.party, *empty, *name, *named])
    return rows
