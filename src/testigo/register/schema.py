"""The version of a register's schema: made new, recognised, and upgraded from an older one.

A version is the number of a step of `migrations`. Alembic keeps it in the database; a register of release 0.1 has none
there, and its version is the first. A register of another version than `tables.SCHEMA` is never opened, and never
changed unless a person asks for it (`upgrade`).
"""

import contextlib
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, select, update

from testigo import database
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.register.tables import SCHEMA, about, explained, reading, version
from testigo.words import Message, message

FIRST = "0001"
"""The schema of release 0.1."""

_STEPS = Path(__file__).parent / "migrations"
_LOCK = int.from_bytes(b"testigo", "big")  # PostgreSQL's name for: somebody makes the tables


class Step(msgspec.Struct, frozen=True):
    """One step between two versions. `version`: the one that it leads to; `what`: what it changes, in a line."""

    version: str
    what: Message


class Upgrade(msgspec.Struct, frozen=True):
    """What an upgrade would do. `version`: of the register now; `steps`: in order, none where it is up to date."""

    version: str
    steps: tuple[Step, ...]


def make(engine: Engine) -> None:
    """Make the tables where there is no register yet, all or none of them."""
    with reading(engine) as connection:
        if _version_of(connection):
            return
    with _writing_alone(engine) as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        if not _version_of(connection):
            command.upgrade(_config(connection), SCHEMA)


def require_current(engine: Engine) -> None:
    """Raise `InvalidInput` where there is no register, `IllegalStep` where it is not of this release's version."""
    steps = _planned(engine).steps
    if steps:
        raise IllegalStep("register.of-earlier-release", place=_place(engine), schema=steps[0].version)


def planned_upgrade(address: str) -> Upgrade:
    """What `upgrade` would do. Raises `InvalidInput` for no register, `IllegalStep` for one of a later release."""
    with _opened(address) as engine:
        return _planned(engine)


def upgrade(address: str, on_step: Callable[[str], None] | None = None) -> Path | None:
    """Run all missing steps in one transaction: a cut leaves the old version or the new one.

    Returns where the copy is that was made before, of a SQLite file; a copy of a server's database is made with the
    server's own tools. `on_step` is called with the version that each step led to. Raises as `planned_upgrade` does,
    and `StorageError` where the copy or a step fails; then nothing was changed.
    """
    with _opened(address) as engine:
        _planned(engine)
        with _writing_alone(engine) as connection:
            connection.execute(update(about).values(turn=about.c.turn + 1))  # desks wait, as in `tables.changing`
            plan = _planned(engine)  # again: somebody may have been quicker
            copy = _copy(engine) if plan.steps else None
            config = _config(connection, on_step)
            if plan.version == FIRST and not inspect(connection).has_table(version.name):
                command.stamp(config, FIRST)
            command.upgrade(config, SCHEMA)
            _check_references(connection)
        return copy


@contextlib.contextmanager
def _opened(address: str) -> Iterator[Engine]:
    if not database.database_exists(address):
        raise InvalidInput("register.not-here", place=address)
    engine = database.open_database(address)
    try:
        yield engine
    finally:
        engine.dispose()


def _planned(engine: Engine) -> Upgrade:
    with reading(engine) as connection:
        found = _version_of(connection)
    if not found:
        raise InvalidInput("register.not-here", place=_place(engine))
    steps = _steps()
    numbers = [step.version for step in steps]
    if found not in numbers:
        raise IllegalStep("register.of-later-release", place=_place(engine), schema=found, known=SCHEMA)
    return Upgrade(found, tuple(steps[numbers.index(found) + 1 :]))


def _version_of(connection: Connection) -> str:
    """The version of the register in this database; "" where there is none."""
    tables = inspect(connection)
    if tables.has_table(version.name):
        return str(connection.scalar(select(version.c.version_num)) or "")
    return FIRST if tables.has_table(about.name) else ""


def _steps() -> list[Step]:
    """All steps, the oldest first."""
    script = ScriptDirectory.from_config(_config(None))
    revisions = script.walk_revisions()
    return [Step(one.revision, message("term", f"register-step.{one.revision}")) for one in revisions][::-1]


def _config(connection: Connection | None, on_step: Callable[[str], None] | None = None) -> Config:
    def applied(*, step: Any, **_: Any) -> None:
        if on_step is not None and step.is_upgrade and not step.is_stamp:
            on_step(step.up_revision_id)

    config = Config(attributes={"connection": connection, "on_step": applied})
    config.set_main_option("script_location", str(_STEPS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


@contextlib.contextmanager
def _writing_alone(engine: Engine) -> Iterator[Connection]:
    """A transaction for changes of the tables, kept at the end of the block or not at all.

    SQLite's would begin too late by itself, at the first change of a row. Its foreign keys are not enforced inside,
    because a step may have to write a table again under the same name (`_check_references` looks afterwards).
    """
    with explained(), engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        yield connection
        connection.commit()


def _check_references(connection: Connection) -> None:
    if connection.dialect.name == "sqlite" and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageError("register.row-missing")


def _copy(engine: Engine) -> Path | None:
    if engine.dialect.name != "sqlite":
        return None
    at = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%fZ")
    file = Path(_place(engine))
    return database.copy_sqlite(engine, file.with_name(f"{file.name}.before-{SCHEMA}-{at}"))


def _place(engine: Engine) -> str:
    return str(engine.url.database)
