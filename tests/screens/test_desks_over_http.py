"""Two check-in desks behind their pages: they ask each other at the same moment, and go on when one is off."""

import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from polling_place import CHAIR_PIN, CLERK_PIN, ISSUED, Root
from served_station import Server, signed_in
from testigo.election import StationMachine, StationMachines
from testigo.errors import StorageError
from testigo.keys import SealingKey
from testigo.register import Register, make_poll_book
from testigo.screens import checkin as pages
from testigo.screens import checkin_desks
from testigo.station.check_in.check_in import CheckIn
from testigo.station.install import install_station, load_keys
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.order_sender import OrderSender
from testigo.station.machine.ways import HttpDesk, LocalMachine
from testigo.web.client import Client
from whole_station import register, root

__all__ = ["register", "root"]

DOCUMENTS = ("103", "104", "105", "106")


class TwoDesks:
    """Both desks of a station, served. `ways`: filled once both have an address."""

    def __init__(self, folder: Path) -> None:
        self.ways: dict[int, HttpDesk] = {}
        names = [StationMachine("check-in", number).name for number in (1, 2)]
        self.desks = [CheckIn(folder / name, desks=self.ways) for name in names]
        self.servers = [Server(pages.app(desk)) for desk in self.desks]
        for number, (desk, server) in enumerate(zip(self.desks, self.servers, strict=True), 1):
            self.ways[number] = HttpDesk(server.address)
            desk._desks._link._ways = self.ways

    def clerk(self, number: int) -> Client:
        return signed_in(self.servers[number - 1].address, CLERK_PIN)

    def home(self, document: str) -> int:
        return self.desks[0]._desks.home(document)

    def close(self) -> None:
        for server in self.servers:
            server.stop()
        for desk in self.desks:
            desk.close()


@pytest.fixture
def two(root: Root, register: Register, tmp_path: Path) -> Iterator[TwoDesks]:
    folder, machines = tmp_path / "s1", StationMachines(desk_count=2)
    pins = {"chair_pin": CHAIR_PIN, "clerk_pin": CLERK_PIN}
    request = install_station(folder, root.station_file("s1"), root.key.public, "s1", machines=machines, **pins)
    load_keys(folder, [root.admit(request)])
    sealing: SealingKey = next(key.sealing_key for key in request.keys if key.role == "check-in")
    book = make_poll_book(register, "s1", sealing, root.centre, ISSUED)
    chair = MachineFolder(folder / "chair", "chair")
    for desk in machines.desks:
        with CheckIn(folder / desk.name) as opened:
            opened.load_poll_book(book)
            for order in ("zero", "open"):
                OrderSender(chair, {desk: LocalMachine(opened)}).give(desk, order)  # type: ignore[arg-type]
    chair.close()
    made = TwoDesks(folder)
    yield made
    made.close()
    shutil.rmtree(folder)


def test_two_desks_that_ask_each_other_at_once_both_go_on(two: TwoDesks) -> None:
    away = {
        1: next(one for one in DOCUMENTS if two.home(one) == 2),
        2: next(one for one in DOCUMENTS if two.home(one) == 1),
    }
    seen: dict[int, str] = {}

    def look_up(number: int, client: Client) -> None:
        seen[number] = client.send("/find", document=away[number]).name

    with two.clerk(1) as first, two.clerk(2) as second:
        threads = [threading.Thread(target=look_up, args=(one, client)) for one, client in ((1, first), (2, second))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert seen == {1: "unmatched", 2: "unmatched"}


def test_a_desk_that_is_off_is_said_and_the_list_lets_the_voter_in(two: TwoDesks) -> None:
    document = next(one for one in DOCUMENTS if two.home(one) == 2)
    two.servers[1].stop()
    with two.clerk(1) as clerk:
        seen = clerk.send("/find", document=document)
        assert (seen.name, seen.facts["desk"], seen.facts["reached"]) == ("other-desk", "2", "no")
        assert clerk.get("/").name == "other-desk"
        wrong = clerk.send("/from-list", first_pin=CHAIR_PIN, second="clerk", second_pin=CHAIR_PIN)
        assert wrong.status == 403
        clerk.get("/other-desk")
        again = clerk.send("/from-list", first_pin=CHAIR_PIN, second="clerk", second_pin=CLERK_PIN)
        assert again.name == "unmatched"
        assert clerk.get("/").name == "unmatched"
    assert two.desks[0].current().listed


def test_the_page_says_that_a_desk_is_out_and_which_list_tells(two: TwoDesks) -> None:
    document = next(one for one in DOCUMENTS if two.home(one) == 2)
    two.servers[1].stop()
    two.desks[0]._desks.take_over(((1,),))
    with two.clerk(1) as clerk:
        seen = clerk.send("/find", document=document)
        assert (seen.name, seen.facts["desk"], seen.facts["reached"]) == ("other-desk", "2", "out")
        assert "<details open>" in seen.content.decode()
        admitted = clerk.send("/from-list", first_pin=CHAIR_PIN, second="clerk", second_pin=CLERK_PIN)
        assert admitted.name == "unmatched"


@pytest.mark.timeout(120)
def test_a_desk_that_takes_a_message_and_never_answers_is_waited_for_as_long_as_was_said() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        way = HttpDesk(f"http://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(StorageError):
            way.tell(b"{}", 0.2)


def test_the_teller_goes_on_whatever_went_wrong(monkeypatch: pytest.MonkeyPatch, caplog: Any) -> None:
    """A thread that ended would leave everything owed until the desk starts again, and nobody would see it."""
    monkeypatch.setattr(checkin_desks, "_AGAIN", 0.0)
    again = threading.Event()
    said: list[int] = []

    class Failing:
        def tell_desks(self) -> None:
            said.append(1)
            if len(said) > 2:
                again.set()
            raise RuntimeError("something that nobody has thought of")

    failing: Any = Failing()
    with checkin_desks.DeskTeller(failing):
        assert again.wait(60)
    assert "nobody has thought of" in caplog.text
