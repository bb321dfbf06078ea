"""To which election and key a register belongs, and how it moves to a definition that was published again."""

from pathlib import Path

from sqlalchemy import Engine, func, insert, select, update
from sqlalchemy.engine import Row

from testigo import storage
from testigo.election import Definition
from testigo.errors import InvalidInput, NotAllowed, SeveralErrors, TestigoError
from testigo.register import schema, tables
from testigo.register.importing import capacity, too_many
from testigo.register.tables import about, changing, is_voting, reading, voters
from testigo.register.vault import RegisterKey
from testigo.words import message


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
            "register.of-another-election",
            place=_place(engine),
            found=f"{found.election[:16]}…",
            expected=f"{definition.digest[:16]}…",
        ) from None


def move(engine: Engine, definition: Definition, key: RegisterKey) -> None:
    """Let an existing register belong to this definition, whichever it belonged to.

    Raises `SeveralErrors` where a station or roll of its voters is not in the definition, or has too little room.
    """
    schema.require_current(engine)
    with changing(engine) as connection:
        _check_key(connection.execute(select(about)).one(), engine, key)
        counted = select(voters.c.station, voters.c.roll, func.count()).where(is_voting())
        counted = counted.group_by(voters.c.station, voters.c.roll)
        errors = [_misfit(definition, *row) for row in connection.execute(counted)]
        wrong = [error for error in errors if error is not None]
        if wrong:
            raise SeveralErrors("register.voters-do-not-fit", wrong)
        connection.execute(update(about).values(election=definition.digest))


def _misfit(definition: Definition, station_id: str, roll: str, count: int) -> TestigoError | None:
    if station_id not in {station.id for station in definition.stations}:
        place = message("place", "station", id=station_id)
        return InvalidInput("station.with-voters-not-defined", place=place, count=count)
    has = capacity(definition.station(station_id), roll)
    return too_many(station_id, roll, count, has) if count > has else None


def _check_key(found: Row[tuple[int, int, str, str, int]], engine: Engine, key: RegisterKey) -> None:
    if not key.is_named(found.key_check):
        raise NotAllowed("register.another-key", place=_place(engine))


def _keep_private(engine: Engine) -> None:
    """A new SQLite file is for its owner alone: it names people. Its journals take over the mode."""
    if engine.dialect.name == "sqlite" and engine.url.database:
        file = Path(engine.url.database)
        with storage.explained(file):
            file.chmod(0o600)


def _place(engine: Engine) -> str:
    return str(engine.url.database)
