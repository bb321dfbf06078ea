"""`testigo election import` and `export`: the council's tables into a definition, and out of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from testigo import storage
from testigo.cli.output import console, figure, labelled, patience, print_json, table
from testigo.cli.toml_file import read_toml
from testigo.election import load, source
from testigo.election.load import read_payload
from testigo.election.places import field_name
from testigo.election.tables import (
    HEADER_WORDS,
    MAX_BYTES,
    TABLES,
    Change,
    Imported,
    ImportMap,
    Shape,
    Table,
    beside,
    export,
    guess_all,
    import_tables,
    map_text,
    named_columns,
    read_map,
    read_table,
)
from testigo.errors import InvalidInput, SeveralErrors, TestigoError
from testigo.words import Either, first_of, message

_SHOWN_ROWS = 3
_SHOWN_IDS = 6
_NAMED, _SHOWN = 12, 60
"""Columns that are named, and characters of each."""

TableFile = Annotated[Path | None, typer.Option(help="CSV file.", show_default=False)]


def import_(
    into: Annotated[Path, typer.Option(help="The definition to change, a YAML or JSON file.", show_default=False)],
    districts: TableFile = None,
    stations: TableFile = None,
    parties: TableFile = None,
    candidates: TableFile = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help="Which column is what: the file that --save-map wrote.")
    ] = None,
    save_map: Annotated[
        Path | None, typer.Option(help="Without --map: guess the columns, and write the guess into this new file.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would change, and write nothing.")] = False,
    unfinished: Annotated[
        bool, typer.Option("--unfinished", help="Write although other parts of the definition still have errors.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Import districts, stations, parties and candidates from the council's spreadsheets, saved as CSV.

    Without --map the columns are guessed by their headers and shown; --save-map keeps the guess, for you to correct.
    With --map the tables are imported: all of them, or on any error in a row none. Errors name row and column.

    Example: testigo election import --stations stations.csv --save-map import.toml --into my-election/election.yaml
    Then: testigo election import --map import.toml --into my-election/election.yaml
    """
    given = {"districts": districts, "stations": stations, "parties": parties, "candidates": candidates}
    files = {name: file for name, file in given.items() if file is not None}
    try:
        data = storage.read(into, limit=source.MAX_BYTES)
        with patience(message("cli", "import.reading")):
            if map_file is None:
                _guess(data, into, files, save_map, as_json=as_json)
                return
            if save_map is not None:
                raise InvalidInput("import.map-and-save-map")
            imported = _import(data, into, files, map_file, unfinished=unfinished)
        if not dry_run:
            storage.write(into, imported.text, mode=storage.mode_of(into), over=data)
    except TestigoError as error:
        if not as_json:
            raise
        errors = error.errors if isinstance(error, SeveralErrors) else [error]
        print_json({"ok": False, "written": False, "errors": [one.as_json() for one in errors], "warnings": []})
        raise typer.Exit(error.exit_code) from None
    _report(imported, into, dry_run=dry_run, as_json=as_json)


def export_(
    file: Annotated[Path, typer.Argument(help="The definition, a YAML or JSON file.", show_default=False)],
    out: Annotated[Path, typer.Option(help="The new folder to write the tables into.", show_default=False)],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of sentences.")] = False,
) -> None:
    """Write districts, stations, parties and candidates as CSV for a spreadsheet, and the map that imports them again.

    Example: testigo election export my-election/election.yaml --out tables
    """
    files = export(load(file))
    with storage.new_folder(out) as building:
        for name, data in files.items():
            storage.write(building / name, data)
    if as_json:
        print_json({"files": [str(out / name) for name in files]})
    else:
        console.print(*(str(out / name) for name in files), sep="\n", soft_wrap=True)


def _read(file: Path, shape: Shape) -> Table:
    return read_table(storage.read(file, limit=MAX_BYTES), file, shape, HEADER_WORDS)


# ── with a map ──


def _import(data: bytes, into: Path, files: Mapping[str, Path], map_file: Path, *, unfinished: bool) -> Imported:
    from testigo.slip.lengths import require_printable  # not above: `show` needs no typesetter

    toml = read_toml(map_file)
    map_ = read_map(toml.values, toml.place)
    for name in files:
        if name not in map_.tables:
            raise InvalidInput("import.not-in-map", place=map_file, table=name, known=Either(map_.tables))
    read: dict[tuple[Path, Shape], Table] = {}
    tables = {}
    for name, part in map_.tables.items():
        key = (files.get(name) or map_file.parent / part.file, part.shape)
        tables[name] = read[key] = read.get(key) or _read(*key)
    imported = import_tables(data, into, map_, tables, toml.place, unfinished=unfinished)
    if imported.definition is not None and not unfinished:
        require_printable(imported.definition)
    return imported


def _report(imported: Imported, into: Path, *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        warnings = [one.as_json() for one in imported.warnings]
        answer = {"ok": True, "written": not dry_run, "file": str(into)}
        print_json({**answer, "changes": imported.changes, "errors": [], "warnings": warnings})
        return
    for warning in imported.warnings:
        console.print(labelled("warning", warning), soft_wrap=True)
    names = ("table", "before", "after", "added", "changed", "removed")
    columns = [str(message("cli", f"import.{name}")) for name in names]
    table("", columns, map(_change, imported.changes))
    said = "import.would-write" if dry_run else "import.written"
    console.print(str(message("cli", said, file=into)), soft_wrap=True)


def _change(change: Change) -> list[object]:
    lists = (_some(one) for one in (change.added, change.changed, change.removed))
    return [field_name(change.table), figure(change.before), figure(change.after), *lists]


def _some(ids: tuple[str, ...]) -> str:
    """How many, and below it the first of them."""
    more = ["…"] if len(ids) > _SHOWN_IDS else []
    return "\n".join([figure(len(ids)), *ids[:_SHOWN_IDS], *more])


# ── without a map ──


def _guess(data: bytes, into: Path, files: Mapping[str, Path], save_map: Path | None, *, as_json: bool) -> None:
    if not files:
        raise InvalidInput("import.no-table", known=Either(TABLES))
    payload = read_payload(data, into).payload
    tables = {name: _read(files[name], Shape()) for name in TABLES if name in files}
    guesses = guess_all(tables, payload if isinstance(payload, dict) else {})
    tables |= {name: tables["stations"] for name in guesses if name not in tables}
    map_ = msgspec.convert({"format": 1, **guesses}, ImportMap)
    if save_map is not None:
        named = {name: {**one, "file": beside(Path(one["file"]), save_map)} for name, one in guesses.items()}
        comments = {"": str(message("cli", "import.map-head")), "?": str(message("cli", "import.map-missing"))}
        storage.write_new(save_map, map_text(named, comments).encode(), mode=0o644)
    if as_json:
        print_json({"ok": True, "written": False, "map": str(save_map or ""), "guess": guesses})
        return
    for name, part in map_.tables.items():
        _show(tables[name], name, named_columns(part))
    if save_map is None:
        console.print(str(message("cli", "import.save-map")), soft_wrap=True)
    else:
        console.print(str(message("cli", "import.map-written", file=save_map, into=into)), soft_wrap=True)


def _show(read: Table, name: str, columns: list[tuple[str, str]]) -> None:
    how = {",": ",", "\t": "tab"}.get(read.separator, read.separator)
    said = {"table": field_name(name), "file": read.file, "encoding": read.encoding}
    title = message("cli", "import.guess", **said, separator=how, row=read.header_row)
    count = message("cli", "import.rows", count=len(read.rows))
    shown = read.rows[:_SHOWN_ROWS]
    heads = [str(message("cli", f"import.{one}")) for one in ("key", "column")]
    rows = ([key, column, *(row.cells[column] for row in shown)] for key, column in columns)
    table(f"{title}; {count}", [*heads, *(str(row.number) for row in shown)], rows)
    unused = [column for column in read.header if column not in {one for _, one in columns}]
    if unused:
        console.print(
            str(message("cli", "import.unused", columns=first_of([one[:_SHOWN] for one in unused], _NAMED))),
            soft_wrap=True,
        )
