"""A small election, a register in either database, and people with synthetic fingers."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, NullPool, create_engine

from testigo.election import Contest, Definition, District, Option, Station
from testigo.fingerprint import FingerImage, synthetic
from testigo.keys import OpeningKey, SigningKey
from testigo.register import Register, RegisterKey, enrolment

DEFINITION = Definition(
    id="villa-2026",
    title={"es": "Elección de Villa"},
    date="2096-11-29",  # on the day itself nobody is moved or erased
    opens="08:00",
    closes="18:00",
    languages=("es",),
    districts=(District("villa", {"es": "Villa"}),),
    stations=(
        Station("s1", "Escuela Norte", "villa", 10, roll_sizes={"native": 2}),
        Station("s2", "Escuela Sur", "villa", 5),
        Station("s3", "Liceo", "villa", 200_000),
    ),
    contests=(Contest("mayor", "villa", {"es": "Alcalde"}, "choose-one", (Option("a", {"es": "A"}),)),),
    rolls=("general", "native"),
)

PEOPLE = """document,name,station,roll
V-12.345.678,María José Peña,s1,
12 345 679,Juan Pérez,s1,general
E-99,Ana Ñandú,s1,native
200,Luis Sur,s2,
201,"Gómez, Rosa",s2,
"""


@pytest.fixture
def definition() -> Definition:
    """Three stations; the first has two voters on a roll of their own."""
    return DEFINITION


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A correct file of five voters."""
    file = tmp_path / "people.csv"
    file.write_text(PEOPLE, encoding="utf-8")
    return file


@pytest.fixture
def key() -> RegisterKey:
    return RegisterKey.generate()


@pytest.fixture
def centre() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def check_in() -> OpeningKey:
    return OpeningKey.generate()


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, SQLite and PostgreSQL in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'register.db'}"
    make: Callable[[], str] = request.getfixturevalue("make_postgres_database")
    return make()


@pytest.fixture
def database(address: str) -> Engine:
    """The same database for whoever gets at it without the register."""
    return create_engine(address.replace("postgresql://", "postgresql+psycopg://"), poolclass=NullPool)


@pytest.fixture(autouse=True)
def _extract_each_image_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The real extraction, but each of the few images that the tests share goes through the network only once."""
    monkeypatch.setattr(enrolment, "extract", _extract)
    monkeypatch.setattr(enrolment, "quality", _quality)


_extract = cache(enrolment.extract)
_quality = cache(enrolment.quality)


@pytest.fixture
def register(address: str, definition: Definition, key: RegisterKey, people: Path) -> Iterator[Register]:
    """A register of the five voters, in either database."""
    with Register.open(address, definition, key) as opened:
        opened.import_voters(people)
        yield opened


@pytest.fixture
def empty(address: str, definition: Definition, key: RegisterKey) -> Iterator[Register]:
    """A register of nobody, in either database."""
    with Register.open(address, definition, key) as opened:
        yield opened


@cache
def finger(seed: int, impression: int = 0) -> FingerImage:
    """An impression of somebody's finger; the same seed is the same finger."""
    return synthetic.generate(seed, impression)


@pytest.fixture(scope="session")
def press() -> Callable[..., FingerImage]:
    """`press(seed, impression)`: an image of nobody's finger."""
    return finger


@pytest.fixture(scope="session")
def make_postgres_database() -> Iterator[Callable[[], str]]:
    """Starts a real PostgreSQL server of our own, on a Unix socket; each call makes an empty schema in it."""
    programs = _postgres_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server here; install Debian's package postgresql")
    folder = Path(tempfile.mkdtemp(prefix="testigo-pg-"))
    user = _server_user(folder)
    data = folder / "data"
    subprocess.run(
        [programs / "initdb", "-D", data, "-U", "testigo", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"],
        check=True,
        capture_output=True,
        user=user,
        cwd=folder,
    )
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses=", "-F"],
            stdout=log,
            stderr=log,
            user=user,
            cwd=folder,
        )
    try:
        _wait_for(folder, server)
        count = iter(range(10_000))

        def make() -> str:
            schema = f"register_{next(count)}"
            with psycopg.connect(host=str(folder), user="testigo", dbname="postgres", autocommit=True) as connection:
                connection.execute(f"CREATE SCHEMA {schema}")
            return f"postgresql://testigo@/postgres?host={folder}&options=-csearch_path%3D{schema}"

        yield make
    finally:
        server.send_signal(signal.SIGQUIT)  # at once, without tidying up: the folder goes anyway
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _postgres_programs() -> Path | None:
    on_path = [Path(found).resolve().parent for name in ("postgres", "initdb") if (found := shutil.which(name))]
    folders = [*on_path, *sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    return next(
        (folder for folder in folders if all((folder / name).exists() for name in ("postgres", "initdb"))), None
    )


def _server_user(folder: Path) -> str | None:
    """PostgreSQL refuses to run as root: give the folder to a user who may."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    user = next(name for name in ("postgres", "nobody") if name in names)
    os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
    return user


def _wait_for(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host=str(folder), user="testigo", dbname="postgres").close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                pytest.fail(f"PostgreSQL did not start: {(folder / 'log').read_text()[-500:]}")
            time.sleep(0.05)
