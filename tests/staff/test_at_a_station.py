"""`testigo staff` as people type it, and what the screens of a station do with it: real folders, pages and slips."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, Root
from testigo.cli.root import main
from testigo.election import load
from testigo.errors import NotAllowed
from testigo.keys import SigningKey
from testigo.staff.accounts import FORMAT, StaffList
from testigo.staff.machine import PINS
from testigo.staff.table import read_staff_table
from testigo.station.chair.chair import Chair
from testigo.station.check_in.check_in import CheckIn
from testigo.station.machine.folder import EVENTS

CSV = """id,name,role,party,station
ana,Ana Ñandú,chair,,01-01
dora,Dora Gil,deputy,,01-01
caro,Caro Díaz,clerk,,01-01
leo,Leo Paz,clerk,,01-01
sol-1,Pía Sosa,witness,Partido Sol,01-01
"""
Run = Callable[..., tuple[int, str, str]]
Pins = dict[tuple[str, str], str]
MACHINES = {"Máquina de la presidencia": "chair", "Identificación": "check-in", "Puesto de registro": "enrolment"}


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(["staff", *map(str, arguments)])
        said = capfd.readouterr()
        return int(ended.value.code or 0), said.out, " ".join(said.err.split())

    return call


@dataclass
class Town:
    """The example's authority, and its station 01-01 installed."""

    folder: Path
    election: Path
    root: Root

    @property
    def key(self) -> Path:
        return self.folder / "centre.pem"

    @property
    def station(self) -> Path:
        return self.folder / "01-01"


@pytest.fixture(scope="module")
def installed(project_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    election = project_root / "src" / "testigo" / "examples" / "municipality" / "election.yaml"
    town = Town(tmp_path_factory.mktemp("town"), election, Root(load(election)))
    town.root.centre.save(town.key)
    town.root.install(town.station, "01-01")
    (town.folder / "staff.csv").write_text(CSV, encoding="utf-8")
    return town


@pytest.fixture
def town(installed: Town, tmp_path: Path) -> Iterator[Town]:
    """A copy for one test."""
    folder = Path(shutil.copytree(installed.folder, tmp_path / "town"))
    yield Town(folder, installed.election, installed.root)


def read_slips(file: Path) -> Pins:
    """(account, machine) → PIN, as whoever cuts the slips reads them."""
    with pypdfium2.PdfDocument(file) as document:
        text = "\n".join(page.get_textpage().get_text_bounded() for page in document)
    found = re.findall(r"Solo en: (.+?)\s+Nombre de usuario: (\S+)\s+PIN:\s+(\d+)", text)
    return {(account, MACHINES[machine]): pin for machine, account, pin in found}


def prepare(town: Town, run: Run) -> Pins:
    """List signed and loaded, PINs made; the slips."""
    sign = ("list", "sign", town.folder / "staff.csv", "--key", town.key, "--election", town.election)
    assert run(*sign, "--out", town.folder / "lists")[0] == 0
    code, said, _ = run("list", "load", town.station, town.folder / "lists" / "01-01.staff.json", "--json")
    assert code == 0
    assert {row["machine"]: len(row["without_pin"]) for row in json.loads(said)} == {"chair": 3, "check-in": 5}
    code, said, _ = run("pins", "make", town.station, "--out", town.folder / "slips.pdf", "--json")
    assert code == 0 and len(json.loads(said)["made"]) == 8
    pins = read_slips(town.folder / "slips.pdf")
    assert len(pins) == 8 and not [pin for pin in pins.values() if pin in said]
    return pins


def order(town: Town, run: Run, account: str, machine: str, out: str, *, key: Path | None = None) -> Path:
    where = ("--station", "01-01", "--machine", machine, "--key", key or town.key, "--election", town.election)
    assert run("replace-pin", account, *where, "--out", town.folder / out)[0] == 0
    return town.folder / out


class Silent:
    """A machine that does not answer."""

    def order(self, envelope: bytes) -> bytes:
        raise NotAllowed("silent")


def test_the_screens_admit_who_is_on_the_list(town: Town, run: Run) -> None:
    pins = prepare(town, run)
    with Chair(town.station / "chair", booths=[Silent()], desks=[Silent()]) as chair:
        assert chair.sign_in("ana", pins["ana", "chair"]).id == "ana"
        assert chair.sign_in("dora", pins["dora", "chair"]).role == "deputy"
        for account, pin in (
            ("sol-1", pins["sol-1", "chair"]),  # a witness opens no screen
            ("chair", CHAIR_PIN),  # the PIN of installation has ended
            ("", CHAIR_PIN),
            ("ana", CHAIR_PIN),
            ("caro", pins["caro", "check-in"]),
        ):
            with pytest.raises(NotAllowed):
                chair.sign_in(account, pin)
        assert [event.data for event in chair.folder.log if event.event == "signed-in"] == [
            {"account": "ana"}, {"account": "dora"},
        ]  # fmt: skip
    with CheckIn(town.station / "check-in") as check_in:
        assert check_in.sign_in("leo", pins["leo", "check-in"]).name == "Leo Paz"
        assert [one.id for one in check_in.releasers()] == ["ana", "dora"]
        for account in ("ana", "sol-1"):
            with pytest.raises(NotAllowed):
                check_in.sign_in(account, pins[account, "check-in"])
        with pytest.raises(NotAllowed):
            check_in.sign_in("clerk", CLERK_PIN)
    for machine in ("chair", "check-in"):
        for file in (PINS, EVENTS, "staff.json"):
            text = (town.station / machine / file).read_text()
            assert not [pin for pin in pins.values() if f'"{pin}"' in text]


def test_a_forgotten_pin_is_replaced_once_and_noted(town: Town, run: Run) -> None:
    pins = prepare(town, run)
    chair = town.station / "chair"
    signed = order(town, run, "ana", "chair", "order.json")
    before = {file.name: file.read_bytes() for file in chair.iterdir() if file.is_file()}
    other = town.folder / "other.pem"
    SigningKey.generate().save(other)
    for wrong, said in (
        (order(town, run, "ana", "chair", "forged.json", key=other), "signed by key"),
        (order(town, run, "ana", "check-in", "other.json"), "another machine (Check-in)"),
        (order(town, run, "caro", "chair", "caro.json"), "no account on this machine"),
        (town.folder / "lists" / "01-01.staff.json", "staff-list"),
    ):
        code, _, error = run("pins", "replace", chair, wrong, "--out", town.folder / "no.pdf")
        assert code == 1 and said in error
    code, _, error = run("pins", "replace", town.station, signed, "--out", town.folder / "no.pdf")
    assert code == 1 and "one machine" in error
    code, _, error = run("pins", "replace", town.station / "booth", signed, "--out", town.folder / "no.pdf")
    assert code == 1 and "nobody signs in at the voting machine" in error
    assert {file.name: file.read_bytes() for file in chair.iterdir() if file.is_file()} == before
    assert not (town.folder / "no.pdf").exists()

    assert run("pins", "replace", chair, signed, "--out", town.folder / "slip.pdf")[0] == 0
    new = read_slips(town.folder / "slip.pdf")["ana", "chair"]
    code, _, error = run("pins", "replace", chair, signed, "--out", town.folder / "again.pdf")
    assert code == 1 and "good once" in error
    with Chair(chair, booths=[Silent()], desks=[Silent()]) as opened:
        opened.sign_in("ana", new)
        opened.sign_in("dora", pins["dora", "chair"])
        (noted,) = [event for event in opened.folder.log if event.event == "pin-replaced"]
        assert noted.data["account"] == "ana" and new not in json.dumps(noted.data)


def test_no_list_of_another_station_and_no_slips_over_others(town: Town, run: Run) -> None:
    sign = ("list", "sign", town.folder / "staff.csv", "--key", town.key, "--out", town.folder / "lists")
    code, _, error = run(*sign)
    assert code == 1 and "--election" in error
    (town.folder / "staff.csv").write_text(CSV.replace("01-01", "99-99"), encoding="utf-8")
    assert run(*sign, "--election", town.election)[0] == 1
    accounts = read_staff_table(town.folder / "staff.csv")["99-99"]
    other = StaffList(FORMAT, town.root.definition.digest, "99-99", ISSUED, accounts).sign(town.root.centre)
    (town.folder / "other.json").write_bytes(other)
    code, _, error = run("list", "load", town.station, town.folder / "other.json")
    assert code == 1 and "'99-99'" in error
    code, _, error = run("pins", "make", town.station, "--out", town.folder / "slips.pdf")
    assert code == 1 and "everybody has a PIN" in error
    (town.folder / "staff.csv").write_text(CSV, encoding="utf-8")
    assert run(*sign, "--election", town.election)[0] == 0
    assert run("list", "load", town.station, town.folder / "lists" / "01-01.staff.json")[0] == 0
    (town.folder / "slips.pdf").write_bytes(b"not printed yet")
    kept = (town.station / "chair" / PINS).read_bytes()
    code, _, error = run("pins", "make", town.station, "--out", town.folder / "slips.pdf")
    assert code == 1 and "already there" in error
    assert (town.station / "chair" / PINS).read_bytes() == kept
    code, said, _ = run("show", town.station / "chair", "--json")
    assert {row["id"]: row["pin"] for row in json.loads(said)} == {"ana": False, "dora": False, "sol-1": False}


def test_a_running_machine_is_left_alone(town: Town, run: Run) -> None:
    with CheckIn(town.station / "check-in"):
        code, _, error = run("pins", "make", town.station / "check-in", "--out", town.folder / "slips.pdf")
    assert code == 1 and "in use by another process" in error


def test_without_a_list_everything_is_as_installed(town: Town) -> None:
    with Chair(town.station / "chair", booths=[Silent()], desks=[Silent()]) as chair:
        assert chair.sign_in("", CHAIR_PIN).id == "chair"
        assert not [event for event in chair.folder.log if event.event == "signed-in"]
    with CheckIn(town.station / "check-in") as check_in:
        assert check_in.sign_in("", CLERK_PIN).id == "clerk"
        assert [one.id for one in check_in.releasers()] == ["chair"]


def test_a_desk_from_its_list_to_its_order(run: Run, tmp_path: Path) -> None:
    authority = SigningKey.generate()
    authority.save(tmp_path / "register.pem")
    key, desk = ("--key", tmp_path / "register.pem"), tmp_path / "officers"
    (tmp_path / "staff.csv").write_text("id,name,role,party,station\neva,Eva Ruiz,officer,,desk-1\n", encoding="utf-8")
    assert run("desk", desk, "--desk", "desk-1", "--authority", authority.public.hex)[0] == 0
    assert run("list", "sign", tmp_path / "staff.csv", *key, "--out", tmp_path)[0] == 0
    assert run("list", "load", desk, tmp_path / "desk-1.staff.json")[0] == 0
    assert run("pins", "make", desk, "--out", tmp_path / "slips.pdf")[0] == 0
    assert set(read_slips(tmp_path / "slips.pdf")) == {("eva", "enrolment")}
    replace = ("replace-pin", "eva", "--station", "desk-1", "--machine", "enrolment", *key)
    assert run(*replace, "--out", tmp_path / "order.json")[0] == 0
    assert run("pins", "replace", desk, tmp_path / "order.json", "--out", tmp_path / "slip.pdf")[0] == 0
    assert run("pins", "replace", desk, tmp_path / "order.json", "--out", tmp_path / "slip-2.pdf")[0] == 1
    with pytest.raises(SystemExit):
        main(["register", "officer", "maria", "--officers", str(desk), "--pin-file", str(tmp_path / "staff.csv")])
