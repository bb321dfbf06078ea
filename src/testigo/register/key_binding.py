"""To which election and key a register belongs, and how it moves to a definition that was published again."""

from pathlib import Path

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.engine import Row

from testigo import storage
from testigo.election import Definition
from testigo.errors import InvalidInput, NotAllowed, SeveralErrors, TestigoError
from testigo.register import schema, tables
from testigo.register.importing import capacity
from testigo.register.tables import about, changing, reading, voters
from testigo.register.vault import RegisterKey


def claim(engine: Engine, definition: Definition, key: RegisterKey, *, make: bool = True) -> Definition:
    """Make the tables where they are missing (if `make`), and see that they are this election's and this key's.

    Returns the definition under the name by which the register belongs to it: one started with release 0.1 has another.
    Raises `InvalidInput` for another election, `IllegalStep` for another version, `NotAllowed` for another key.
    """
    if make:
        schema.make(engine)
    schema.require_current(engine)
    with reading(engine) as connection:
        found = connection.execute(select(about)).one_or_none()
        if found is None:
            _keep_private(engine)
            row = {"id": 1, "format": tables.FORMAT, "election": definition.digest, "key_check": key.check, "turn": 0}
            connection.execute(insert(about), row)
            connection.commit()
            return definition
    _check_key(found, engine, key)
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
    schema.require_current(engine)
    with changing(engine) as connection:
        _check_key(connection.execute(select(about)).one(), engine, key)
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


def _check_key(found: Row[tuple[int, int, str, str, int]], engine: Engine, key: RegisterKey) -> None:
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
