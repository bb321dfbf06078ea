"""A register of every release is upgraded to this release's schema, whole or not at all, and keeps what it held."""

import gzip
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Column, Engine, Index, Integer, MetaData, NullPool, Table, create_engine, inspect, text

from raising import raises_code
from testigo.election import Definition
from testigo.errors import IllegalStep, InvalidInput, StorageError
from testigo.keys import OpeningKey, PublicKey, SigningKey
from testigo.register import (
    PollBook,
    Register,
    RegisterKey,
    Step,
    Upgrade,
    make_poll_book,
    planned_upgrade,
    schema,
    tables,
    upgrade,
)
from testigo.words import message

STORED = Path(__file__).parents[1] / "data" / "stored"
FIRST_TABLES = ["duplicate_case", "enrolment", "impression", "poll_book", "register_about", "ruling", "voter"]

LATER = ("turn", "format", "erasure", "removed", "contents")
"""What an upgrade may change or add."""


class Old(msgspec.Struct, frozen=True):
    """A register of release 0.1."""

    address: str
    definition: Definition
    key: RegisterKey

    def engine(self) -> Engine:
        return create_engine(self.address.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)


@pytest.fixture
def old(address: str, tmp_path: Path) -> Old:
    """The stored register with cases, in either database."""
    folder = Path(shutil.copytree(STORED / "0.1" / "register-with-cases", tmp_path / "old"))
    (folder / "register.key").chmod(0o600)
    if address.startswith("sqlite"):
        address = f"sqlite:///{folder / 'register.db'}"
    else:
        _restore(address, gzip.decompress((folder / "register.sql.gz").read_bytes()).decode())
    definition = Definition.from_payload(msgspec.json.decode((folder / "definition.json").read_bytes()))
    return Old(address, definition, RegisterKey.load(folder / "register.key"))


def _restore(address: str, dump: str) -> None:
    host, name = re.findall(r"host=(.*)&.*search_path%3D(.*)", address)[0]
    words = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", host, "-U", "testigo", "postgres"]
    subprocess.run(words, input=dump.replace("register_0", name).encode(), check=True, stdout=subprocess.DEVNULL)


def rows(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    """All rows of the tables and columns of release 0.1, but for what an upgrade may change."""
    found = {}
    with engine.connect() as connection:
        for name in FIRST_TABLES:
            lines = connection.execute(text(f"SELECT * FROM {name} ORDER BY id")).mappings()  # noqa: S608
            found[name] = [{key: line[key] for key in line if key not in LATER} for line in lines]
    return found


def differences(engine: Engine, wanted: MetaData = tables.metadata) -> list[Any]:
    """What Alembic would change to make the database's tables those of `wanted`."""
    with engine.connect() as connection:
        options = {"compare_type": True, "compare_server_default": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), wanted))


def test_an_older_register_is_upgraded_and_keeps_everything(old: Old) -> None:
    before = rows(old.engine())
    assert {name: len(lines) for name, lines in before.items()} == {
        "register_about": 1,
        "voter": 5,
        "enrolment": 5,
        "impression": 6,
        "duplicate_case": 2,
        "ruling": 2,
        "poll_book": 1,
    }
    assert planned_upgrade(old.address).version == "0001"
    ran: list[str] = []
    upgrade(old.address, ran.append)
    assert ran == [step.version for step in schema._steps()][1:]
    assert planned_upgrade(old.address) == Upgrade(tables.SCHEMA, ())
    assert rows(old.engine()) == before
    assert differences(old.engine()) == []
    _works(old)


def _works(old: Old) -> None:
    with Register.open(old.address, old.definition, old.key, make=False) as opened:
        assert opened.status().voters == 5 and opened.status().enrolled == 4
        assert (opened.status().open_cases, opened.status().barred) == (1, 1)
        assert opened.case(1).history[-1].note == "same core"
        assert opened.case(1).earlier.images and opened.erasures() == []
        centre, check_in = SigningKey.generate(), OpeningKey.generate()
        data = make_poll_book(opened, "s1", check_in.public, centre)
        book = _book(data, opened.definition, check_in, centre.public)
        assert (book.serial, len(book.voters["V12345678"].fingers)) == (2, 2)


def _book(data: bytes, definition: Definition, check_in: OpeningKey, centre: PublicKey) -> PollBook:
    return PollBook.open(data, definition.digest, "s1", check_in, centre)


def test_it_is_never_upgraded_unasked(old: Old) -> None:
    before = rows(old.engine())
    for open_it in (
        lambda: Register.open(old.address, old.definition, old.key),
        lambda: Register.open(old.address, old.definition, old.key, make=False),
        lambda: Register.adopt(old.address, old.definition, old.key),
    ):
        with raises_code(IllegalStep, "register.of-earlier-release"):
            open_it()
    assert rows(old.engine()) == before
    assert not inspect(old.engine()).has_table("alembic_version")


def test_what_was_there_before_is_kept_beside_it(old: Old) -> None:
    before = rows(old.engine())
    copy = upgrade(old.address)
    if old.address.startswith("postgresql"):
        assert copy is None
        return
    assert copy is not None and copy.name.startswith("register.db.before-")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert rows(create_engine(f"sqlite:///{copy}", poolclass=NullPool)) == before
    assert planned_upgrade(str(copy)).version == "0001"
    assert upgrade(old.address) is None  # nothing to do, nothing to copy


def test_release_0_1_refuses_it_then(old: Old) -> None:
    upgrade(old.address)
    with old.engine().connect() as connection:
        assert connection.scalar(text("SELECT format FROM register_about")) != 1


@pytest.mark.parametrize("after", ["0001", *(step.version for step in schema._steps()[1:])])
def test_killed_in_the_middle_it_is_the_old_one(old: Old, after: str) -> None:
    before = rows(old.engine())
    program = (
        "import os, signal, sys\n"
        "from testigo.register import schema\n"
        "def die(version='0001'):\n"
        f"    version == {after!r} and os.kill(os.getpid(), signal.SIGKILL)\n"
        "schema._check_references = lambda connection: die(schema.SCHEMA)\n"
        "if sys.argv[2] == '0001':\n"
        "    schema.command.upgrade = lambda *_: die()\n"
        "schema.upgrade(sys.argv[1], lambda version: version != schema.SCHEMA and die(version))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program, old.address, after], check=False)
    assert ended.returncode == -9
    assert rows(old.engine()) == before
    assert sorted(inspect(old.engine()).get_table_names()) == FIRST_TABLES
    assert planned_upgrade(old.address).version == "0001"
    upgrade(old.address)
    assert rows(old.engine()) == before and differences(old.engine()) == []
    _works(old)


def test_a_row_that_refers_to_nothing_stops_it(old: Old) -> None:
    if old.address.startswith("postgresql"):
        return  # the server has never let one in
    with old.engine().begin() as connection:
        connection.execute(text("UPDATE impression SET enrolment = 99 WHERE id = 1"))
    with raises_code(StorageError, "register.row-missing"):
        upgrade(old.address)
    assert planned_upgrade(old.address).version == "0001"


def test_a_full_disk_leaves_it_as_it_is(old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
    if old.address.startswith("postgresql"):
        return  # no copy is made there
    before = rows(old.engine())
    monkeypatch.setattr("os.link", _no_space)
    with pytest.raises(StorageError):
        upgrade(old.address)
    assert rows(old.engine()) == before and planned_upgrade(old.address).version == "0001"
    assert not list(Path(old.engine().url.database or "").parent.glob(".*.tmp"))


def _no_space(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_a_new_register_has_the_newest_schema(register: Register, database: Engine, address: str) -> None:
    assert differences(database) == []
    assert planned_upgrade(address) == Upgrade(tables.SCHEMA, ())


@pytest.mark.parametrize("change", ["column", "table", "type", "index"])
def test_a_change_without_a_step_is_found(register: Register, database: Engine, change: str) -> None:
    wanted = MetaData()
    for one in tables.metadata.sorted_tables:
        one.to_metadata(wanted)
    if change == "column":
        wanted.tables["voter"].append_column(Column("age", Integer))
    elif change == "table":
        Table("address", wanted, Column("id", Integer, primary_key=True))
    elif change == "type":
        wanted.tables["voter"].c.name.type = Integer()
    else:
        Index("ix_voter_name", wanted.tables["voter"].c.name)
    assert differences(database, wanted) != []


def test_a_register_of_a_later_release_is_refused(
    register: Register, database: Engine, address: str, definition: Definition, key: RegisterKey
) -> None:
    with database.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0999'"))
    for act in (
        lambda: Register.open(address, definition, key),
        lambda: Register.adopt(address, definition, key),
        lambda: planned_upgrade(address),
        lambda: upgrade(address),
    ):
        with raises_code(IllegalStep, "register.of-later-release", schema="0999"):
            act()
    with raises_code(IllegalStep, "register.upgraded-meanwhile"):  # a desk that stayed open
        register.withdraw("200", "Ana", "wrong person")


def test_where_there_is_none(address: str, tmp_path: Path) -> None:
    for act in (planned_upgrade, upgrade):
        with raises_code(InvalidInput, "register.not-here"):
            act(address)
    assert not (tmp_path / "register.db").exists()


def test_steps_are_numbered_and_the_last_one_is_ours() -> None:
    steps = schema._steps()
    assert [step.version for step in steps] == [f"{number:04}" for number in range(1, len(steps) + 1)]
    assert steps[0] == Step("0001", message("term", "register-step.0001"))
    assert steps[-1].version == tables.SCHEMA
    files = sorted(file.stem for file in (schema._STEPS / "versions").glob("step_*.py"))
    assert files == [f"step_{step.version}" for step in steps]
    assert all(step.what.known for step in steps), "the catalogues say what each step changes"


def test_two_who_make_it_at_once(address: str, definition: Definition, key: RegisterKey) -> None:
    program = (
        "import sys\nfrom testigo import database\nfrom testigo.register import schema\n"
        "engine = database.open_database(sys.argv[1])\nsys.stdin.read()\nschema.make(engine)\n"
    )
    words = [sys.executable, "-c", program, address]
    started = [subprocess.Popen(words, stdin=subprocess.PIPE) for _ in range(4)]
    for one in started:
        assert one.stdin is not None
        one.stdin.close()
    assert [one.wait(120) for one in started] == [0, 0, 0, 0]
    Register.open(address, definition, key).close()
