"""The register's tables, the same in SQLite and PostgreSQL, and how a change is made: whole or not at all."""

import contextlib
from collections.abc import Iterator

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    column,
    select,
    table,
    update,
)
from sqlalchemy.exc import SQLAlchemyError

from testigo.errors import IllegalStep, StorageError

SCHEMA = "0006"
"""Version of the tables below: the number of the newest step in `migrations`."""

FORMAT = 2
"""What `register_about` says from step 0002 on. It was the version in release 0.1 (1), which reads nothing else."""

version = table("alembic_version", column("version_num", String(32)))
"""One row, which Alembic writes: the number of the last step that ran."""

metadata = MetaData()

about = Table(
    "register_about",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("format", Integer, nullable=False),
    Column("election", String(64), nullable=False),
    Column("key_check", String(64), nullable=False),
    Column("turn", Integer, nullable=False),
)
"""One row. `turn` is counted up first in every change, so that changes come one after the other (`changing`)."""

voters = Table(
    "voter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document", String(24), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("station", Text, nullable=False, index=True),
    Column("roll", Text, nullable=False),
    Column("removed", String(20)),
)
"""`removed`: since when the voter is on no list any more; such a row is kept for what names it (`is_voting`)."""

enrolments = Table(
    "enrolment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voter", ForeignKey("voter.id"), nullable=False, index=True),
    Column("officer", Text, nullable=False),
    Column("at", String(20), nullable=False),
    Column("accepted_because", Text, nullable=False),
    Column("withdrawn_at", String(20)),
    Column("withdrawn_by", Text),
    Column("withdrawn_because", Text),
    Column("erasure", ForeignKey("erasure.id")),
)
"""A voter has at most one enrolment that holds (`is_holding`); the others stay, for the cases that name them.

`erasure`: the one that took its impressions away.
"""

impressions = Table(
    "impression",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("enrolment", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("finger", Integer, nullable=False),
    Column("quality", Integer, nullable=False),
    Column("template", LargeBinary, nullable=False),
    Column("image", LargeBinary, nullable=False),
    UniqueConstraint("enrolment", "number"),
)
"""`template` and `image` are ciphertexts (`vault`)."""

finger_exceptions = Table(
    "finger_exception",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("enrolment", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("finger", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    UniqueConstraint("enrolment", "finger"),
)
"""Fingers that could not be taken, or hardly, and why (`exceptions`)."""

photographs = Table(
    "photograph",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voter", ForeignKey("voter.id"), nullable=False, unique=True),
    Column("officer", Text, nullable=False),
    Column("at", String(20), nullable=False),
    Column("image", LargeBinary, nullable=False),
)
"""Voters' faces (`photographs`). `image` is a ciphertext (`vault`)."""

cases = Table(
    "duplicate_case",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("earlier", ForeignKey("enrolment.id"), nullable=False),
    Column("later", ForeignKey("enrolment.id"), nullable=False, index=True),
    Column("score", Float, nullable=False),
    Column("earlier_impression", Integer, nullable=False),
    Column("later_impression", Integer, nullable=False),
    Column("opened", String(20), nullable=False),
    UniqueConstraint("earlier", "later"),
)

rulings = Table(
    "ruling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("duplicate_case", ForeignKey("duplicate_case.id"), nullable=False, index=True),
    Column("verdict", String(16), nullable=False),
    Column("officer", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", String(20), nullable=False),
)
"""What officers said about a case, in order; rows are only ever added, and the last one holds."""

poll_books = Table(
    "poll_book",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("station", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("issued", String(20), nullable=False),
    Column("voters", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("contents", String(64)),
    UniqueConstraint("station", "serial"),
)
"""Every poll book ever issued. `contents`: hash of what the register had of the station (`issuing.contents_of`); none
in those made before step 0004.
"""

voter_changes = Table(
    "voter_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voter", ForeignKey("voter.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("officer", Text, nullable=False),
    Column("at", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("erasure", ForeignKey("erasure.id")),
)
"""What officers changed of voters (`changes`); rows are only ever added. `before`, `after`: JSON, by column of `voter`.

`erasure`: the one that emptied reason, `before` and `after`.
"""

erasures = Table(
    "erasure",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voter", ForeignKey("voter.id"), nullable=False, index=True),
    Column("officer", Text, nullable=False),
    Column("at", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("legal_basis", Text, nullable=False),
    Column("enrolments", Integer, nullable=False),
    Column("templates", Integer, nullable=False),
    Column("images", Integer, nullable=False),
    Column("cleaned_at", String(20)),
)
"""The trace of every erasure by law, with how much of what was erased; rows are only ever added.

`cleaned_at`: when the database's files were written again without it; until then bytes of it may be left in them.
"""


judged_doubles = Table(
    "judged_double",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("voters", String(16), nullable=False, index=True),
    Column("officer", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", String(20), nullable=False),
)
"""Groups of voters who looked like one person, and what an officer said of them; rows are only ever added.

`voters`: of which group (`doubles.LikelyDouble.id`), a hash of the voters as they were.
"""


def is_voting() -> ColumnElement[bool]:
    """Of a voter: whether it is one, because nobody removed it."""
    return voters.c.removed.is_(None)


def is_holding() -> ColumnElement[bool]:
    """Of an enrolment: whether its fingers count, because it was neither withdrawn nor erased."""
    return enrolments.c.withdrawn_at.is_(None) & enrolments.c.erasure.is_(None)


@contextlib.contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection to read with; database failures become `StorageError`."""
    with explained(), engine.connect() as connection:
        yield connection


@contextlib.contextmanager
def changing(engine: Engine) -> Iterator[Connection]:
    """A transaction that holds the register's turn: all of it is kept at the end of the block, or nothing.

    Its first statement writes the one row of `register_about`, which makes any other change wait, in PostgreSQL (row
    lock) as in SQLite (write lock). So two enrolment desks can't each miss the other's newest fingerprint.
    Raises `IllegalStep` where the register was upgraded to a later schema since it was opened.
    """
    with explained(), engine.begin() as connection:
        connection.execute(update(about).values(turn=about.c.turn + 1))
        if connection.scalar(select(version.c.version_num)) != SCHEMA:
            raise IllegalStep("register.upgraded-meanwhile")
        yield connection


@contextlib.contextmanager
def explained() -> Iterator[None]:
    """Let failures of the database in the block be `StorageError`."""
    try:
        yield
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        raise StorageError("register.database-failed", why=reason) from error
