"""SQLite and PostgreSQL by address. Apart from `storage`, because few of those who keep files need a database."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from testigo import storage, waits
from testigo.errors import InvalidInput, StorageError


def open_database(address: str) -> Engine:
    """An engine for `sqlite:///file.db` or `postgresql://user@host/name`; a bare path means SQLite.

    SQLite runs in WAL mode, flushes at every commit, checks foreign keys, waits `waits.LOCK` for a lock, and
    overwrites what it deletes. Raises `InvalidInput` for any other address, `StorageError` where the database cannot be
    reached.
    """
    if "://" not in address:
        address = f"sqlite:///{address}"
    if address.startswith("postgresql://"):
        address = address.replace("postgresql://", "postgresql+psycopg://", 1)
    if not address.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise InvalidInput("database.unknown-kind", place=_without_password(address))
    try:
        if address.startswith("sqlite"):
            engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": waits.LOCK})
            event.listen(engine, "connect", _prepare_sqlite)
        else:
            engine = create_engine(address, pool_pre_ping=True)
        with engine.connect():
            pass
    except (SQLAlchemyError, ArgumentError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageError("database.cannot-be-opened", place=_without_password(address), why=reason) from None
    return engine


def database_exists(address: str) -> bool:
    """Whether there is anything at the address; a server's database is taken to be there until it is opened."""
    if "://" in address and not address.startswith("sqlite:///"):
        return True
    file = Path(address.removeprefix("sqlite:///"))
    with storage.explained(file):
        return file.is_file() and file.stat().st_size > 0


def remove_database(address: str) -> None:
    """Take away a SQLite database that was just made, with its journal; a server's database is left alone."""
    if "://" in address and not address.startswith("sqlite:///"):
        return
    file = Path(address.removeprefix("sqlite:///"))
    for ending in ("", "-wal", "-shm"):
        with storage.explained(file):
            file.with_name(file.name + ending).unlink(missing_ok=True)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _without_password(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if "@" in rest else address
