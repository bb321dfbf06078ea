"""To which election and key a register belongs, and how it moves to a definition that was published again."""

from pathlib import Path

from sqlalchemy import Engine, func, insert, inspect, select, update
from sqlalchemy.engine import Row

from testigo import storage
from testigo.election import Definition
from testigo.errors import InvalidInput, NotAllowed, SeveralErrors, TestigoError
from testigo.register import tables
from testigo.register.importing import capacity
from testigo.register.tables import about, changing, reading, voters
from testigo.register.vault import RegisterKey

MAKE_ONE = "check --register; `testigo register import` makes a new one"


def claim(engine: Engine, definition: Definition, key: RegisterKey, *, make: bool = True) -> Definition:
    """Make the tables where they are missing (if `make`), and see that they are this election's and this key's.

    Returns the definition under the name by which the register belongs to it: one started with release 0.1 has another.
    Raises `InvalidInput` for another election or version, `NotAllowed` for another key.
    """
    with reading(engine) as connection:
        if make:
            tables.metadata.create_all(connection)
            connection.commit()
        elif not inspect(connection).has_table(about.name):
            raise InvalidInput("there is no register here", place=_place(engine), hint=MAKE_ONE)
        found = connection.execute(select(about)).one_or_none()
        if found is None:
            _keep_private(engine)
            row = {"id": 1, "format": tables.FORMAT, "election": definition.digest, "key_check": key.check, "turn": 0}
            connection.execute(insert(about), row)
            connection.commit()
            return definition
    _check(found, engine, key)
    try:
        return definition.named(found.election)
    except InvalidInput:
        raise InvalidInput(
            f"this register belongs to another election ({found.election[:16]}…, not {definition.digest[:16]}…)",
            place=_place(engine),
            hint="give the definition it was made with, or move it to this one with `testigo register adopt`",
        ) from None


def move(engine: Engine, definition: Definition, key: RegisterKey) -> None:
    """Let an existing register belong to this definition, whichever it belonged to.

    Raises `SeveralErrors` where a station or roll of its voters is not in the definition, or has too little room.
    """
    with reading(engine) as connection:
        tables.metadata.create_all(connection)
        connection.commit()
    with changing(engine) as connection:
        found = connection.execute(select(about)).one_or_none()
        if found is None:
            raise InvalidInput("there is no register here", place=_place(engine), hint="check the address")
        _check(found, engine, key)
        counted = select(voters.c.station, voters.c.roll, func.count()).group_by(voters.c.station, voters.c.roll)
        errors = [_misfit(definition, *row) for row in connection.execute(counted)]
        wrong = [error for error in errors if error is not None]
        if wrong:
            raise SeveralErrors("the register's voters do not fit the definition", wrong, hint="correct the definition")
        connection.execute(update(about).values(election=definition.digest))


def _misfit(definition: Definition, station_id: str, roll: str, count: int) -> TestigoError | None:
    place = f"station {station_id}"
    if station_id not in {station.id for station in definition.stations}:
        return InvalidInput(f"{count:,} voters, and the definition has no such station", place=place)
    has = capacity(definition.station(station_id), roll)
    if count > has:
        return InvalidInput(f"{count:,} voters on the roll {roll!r}, and the definition has {has:,}", place=place)
    return None


def _check(found: Row[tuple[int, int, str, str, int]], engine: Engine, key: RegisterKey) -> None:
    if found.format != tables.FORMAT:
        raise InvalidInput(
            f"this register is of version {found.format}",
            place=_place(engine),
            hint=f"use a Testigo that reads version {found.format}",
        )
    if not key.is_named(found.key_check):
        raise NotAllowed(
            "this is not the register's key", place=_place(engine), hint="give the key file it was made with"
        )


def _keep_private(engine: Engine) -> None:
    """A new SQLite file is for its owner alone: it names people. Its journals take over the mode."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        with storage.explained(file):
            file.chmod(0o600)


def _place(engine: Engine) -> str:
    return str(engine.url.database)
