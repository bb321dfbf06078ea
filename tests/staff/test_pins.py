"""PINs: wrong ones are counted on disk, and lock for a while."""

import contextlib
import json

import pytest

from raising import raises_code
from testigo.errors import InvalidInput, NotAllowed
from testigo.staff.pins import Pins
from testigo.staff.tries import LOCK_SECONDS, OTHERS_SECONDS, OTHERS_WRONG, WRONG_PINS

OTHER, CHAIRS = "10.0.0.66", "10.0.0.5"


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pins(tmp_path, clock):
    Pins.create(tmp_path / "pins.json", {"chair": "482913", "clerk": "750126"})
    return Pins(tmp_path / "pins.json", clock)


def test_right_and_wrong(pins):
    pins.check("chair", "482913")
    with raises_code(NotAllowed, "pin.wrong", count=4):
        pins.check("chair", "750126")
    with raises_code(NotAllowed, "pin.none-here", account="witness"):
        pins.check("witness", "482913")
    assert "482913" not in pins.file.read_text()
    assert pins.file.stat().st_mode & 0o777 == 0o600


def test_a_pin_takes_64_mib_to_guess(tmp_path, monkeypatch, quick_hash):
    monkeypatch.setattr("testigo.staff.pins._hasher", quick_hash)
    Pins.create(tmp_path / "pins.json", {"chair": "482913"})
    assert "$argon2id$v=19$m=65536,t=3,p=4$" in (tmp_path / "pins.json").read_text()
    Pins(tmp_path / "pins.json").check("chair", "482913")


@pytest.mark.parametrize("damaged", ["{}", '{"format": 2}', '{"pins": {}}', "[]", ""])
def test_a_file_of_nobodys_pins_is_damaged(pins, damaged):
    pins.file.write_text(damaged)
    for use in (pins.accounts, lambda: pins.check("chair", "482913")):
        with raises_code(InvalidInput, "stored.damaged"):
            use()
    assert pins.file.read_text() == damaged


def test_lock_survives_a_restart_and_ends(pins, clock):
    for _ in range(WRONG_PINS - 1):
        with raises_code(NotAllowed, "pin.wrong"):
            pins.check("chair", "000001")
    with raises_code(NotAllowed, "pin.wrong-and-locked"):
        pins.check("chair", "000001")
    again = Pins(pins.file, clock)
    with raises_code(NotAllowed, "pin.locked"):
        again.check("chair", "482913")
    again.check("clerk", "750126")  # another person's PIN is not locked
    clock.now += LOCK_SECONDS
    again.check("chair", "482913")


def test_clock_set_back_does_not_lock_for_years(pins, clock):
    clock.now = 1e9
    for _ in range(WRONG_PINS):
        with pytest.raises(NotAllowed):
            pins.check("chair", "000001")
    clock.now = 1000
    with pytest.raises(NotAllowed, match="wait 5 minutes") as caught:
        pins.check("chair", "482913")
    assert caught.value.sentence("es") == "Demasiados PIN equivocados; espere 5 minutos y vuelva a intentarlo."


def test_wrong_pin_counts_although_the_plug_is_pulled(pins, monkeypatch):
    import testigo.staff.pins as module

    class Plug(BaseException):
        pass

    class Pulled:
        def verify(self, *_):
            raise Plug

    monkeypatch.setattr(module, "_hasher", Pulled())
    for _ in range(WRONG_PINS):
        with pytest.raises(Plug):
            pins.check("chair", "000001")
    with raises_code(NotAllowed, "pin.locked"):
        pins.check("chair", "482913")


@pytest.mark.parametrize("pin", ["12345", "111111", "121212", "", "1" * 70])
def test_simple_pins_are_refused(tmp_path, pin):
    with raises_code(InvalidInput, "pin.too-simple"):
        Pins.create(tmp_path / "pins.json", {"chair": pin})
    assert not (tmp_path / "pins.json").exists()


def wrong(pins, source, times=1):
    """Wrong PINs from an address; what the last one was refused with."""
    for _ in range(times):
        with pytest.raises(NotAllowed) as caught:
            pins.check("chair", "000001", source)
    return caught.value


def test_attack_another_address_on_the_cable_locks_nobody_out(pins, clock):
    pins.check("chair", "482913", CHAIRS)  # in the morning, from the chair's own tablet
    for hour in range(3):
        for address in range(60):
            wrong(pins, f"10.0.0.{address + 100}", 2)
        assert wrong(pins, OTHER).code == "pin.locked"
        pins.check("chair", "482913")  # at the machine
        pins.check("chair", "482913", CHAIRS)
        clock.now += 60 * (hour + 1)


def test_attack_of_many_addresses_has_no_more_guesses_than_one(pins, clock, monkeypatch):
    import testigo.staff.pins as module

    class Quick:
        guesses = 0

        def verify(self, *_):
            self.guesses += 1
            raise module.VerificationError

    monkeypatch.setattr(module, "_hasher", Quick())
    for second in range(0, 3 * 3600, 12):
        clock.now = 1000.0 + second
        for host in range(2):
            wrong(pins, f"10.0.{second % 251}.{host}")
    assert module._hasher.guesses <= 3 * 3600 / OTHERS_SECONDS * OTHERS_WRONG + OTHERS_WRONG
    # What is kept of others has an end.
    assert len(pins.file.read_bytes()) < 5000


def test_another_address_is_locked_by_itself_and_what_is_told_is_true(pins, clock):
    for left in range(WRONG_PINS - 1, 0, -1):
        assert wrong(pins, OTHER).message.values["count"] == left
    assert wrong(pins, OTHER).code == "pin.wrong-and-locked"
    with raises_code(NotAllowed, "pin.locked"):
        pins.check("chair", "482913", OTHER)
    pins.check("chair", "482913", CHAIRS)
    clock.now += LOCK_SECONDS
    pins.check("chair", "482913", OTHER)


def test_attack_accounts_that_are_not_there_are_not_hashed_without_end(pins, monkeypatch):
    import testigo.staff.pins as module

    class Counting:
        hashed = 0

        def hash(self, _):
            self.hashed += 1

    monkeypatch.setattr(module, "_hasher", Counting())
    for number in range(200):
        with contextlib.suppress(NotAllowed):
            pins.check_nobody("482913", f"10.0.0.{number}")
    assert module._hasher.hashed == OTHERS_WRONG
    pins.check_nobody("482913")


def test_locks_of_format_2_are_those_of_the_own_screen(pins, clock):
    file = json.loads(pins.file.read_bytes())
    chair = {"hash": file["pins"]["chair"]["hash"], "wrong": 0, "locked_until": 1100}
    clerk = {"hash": file["pins"]["clerk"]["hash"], "wrong": 3, "locked_until": 0}
    pins.file.write_text(json.dumps({"format": 2, "pins": {"chair": chair, "clerk": clerk}, "orders": []}))
    with raises_code(NotAllowed, "pin.locked"):
        pins.check("chair", "482913")
    pins.check("chair", "482913", CHAIRS)
    with raises_code(NotAllowed, "pin.wrong", count=1):
        pins.check("clerk", "000001")
