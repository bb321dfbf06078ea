"""SQLite and PostgreSQL by address. Apart from `storage`, because few of those who keep files need a database."""

import contextlib
import os
import secrets
import sqlite3
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
    _require_plain(address)
    try:
        if address.startswith("sqlite"):
            engine = create_engine(address, poolclass=NullPool, connect_args={"timeout": waits.LOCK})
            event.listen(engine, "connect", _prepare_sqlite)
        else:
            engine = create_engine(address, pool_pre_ping=True)
        with engine.connect():
            pass
    except ValueError:  # a port that is no number, brackets that do not close
        raise InvalidInput("database.unknown-kind", place=_without_password(address)) from None
    except (SQLAlchemyError, ArgumentError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageError("database.cannot-be-opened", place=_without_password(address), why=reason) from None
    return engine


def sqlite_file(address: str) -> Path | None:
    """The file of a SQLite address; None for a server's."""
    if "://" in address and not address.startswith("sqlite:///"):
        return None
    return Path(address.removeprefix("sqlite:///"))


def database_exists(address: str) -> bool:
    """Whether there is anything at the address; a server's database is taken to be there until it is opened. Raises
    `StorageError` where what is there can be no database.
    """
    file = sqlite_file(address)
    if file is None:
        return True
    _require_plain(address)
    with storage.explained(file):
        return file.exists() and file.stat().st_size > 0


def _require_plain(address: str) -> None:
    """Raise `StorageError` where a SQLite address is that of a folder, a pipe or a device."""
    file = sqlite_file(address)
    if file is None:
        return
    with storage.explained(file):
        there = file.exists()
    if there:
        storage.require_plain(file)


def remove_database(address: str) -> None:
    """Take away a SQLite database that was just made, with its journal; a server's database is left alone."""
    file = sqlite_file(address)
    if file is None:
        return
    for ending in ("", "-wal", "-shm"):
        with storage.explained(file):
            file.with_name(file.name + ending).unlink(missing_ok=True)


def copy_sqlite(engine: Engine, path: Path) -> Path:
    """A copy of a SQLite database as it is now, for its owner alone, whole or not at all; `path`.

    A transaction that another connection holds open is not in it. Raises `StorageError`, also where `path` is there.
    """
    building = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        with storage.explained(path):
            os.close(os.open(building, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with engine.connect() as source, contextlib.closing(sqlite3.connect(building)) as target:
                driver: Any = source.connection.driver_connection
                driver.backup(target)
            with building.open("rb") as written:
                storage.flush(written.fileno())
            os.link(building, path)
            storage.flush_folder(path.parent)
    except (sqlite3.Error, SQLAlchemyError) as error:
        raise StorageError("database.cannot-be-copied", place=path, why=str(error)) from None
    finally:
        building.unlink(missing_ok=True)
    return path


def clean(engine: Engine, table: str) -> None:
    """Write the database's files again without what was deleted from `table`, so that no byte of it is left in them.

    SQLite: the whole file, and its journal is emptied. PostgreSQL: the table's files; the server's log (WAL), its
    archives and its replicas keep the old bytes for as long as they are set to. Takes about the time of copying, and
    needs the space once more. Raises `StorageError` where another program has the database open; nothing is lost then.
    """
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("VACUUM")
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            else:
                connection.exec_driver_sql(f"VACUUM (FULL) {table}")
                busy = 0
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageError("database.cannot-be-cleaned", why=reason) from error
    if busy:
        raise StorageError("database.cleaned-not-whole")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _without_password(address: str) -> str:
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if "@" in rest else address
