"""PINs: wrong ones are counted on disk, and lock for a while."""

import pytest

from raising import raises_code
from testigo.errors import InvalidInput, NotAllowed
from testigo.staff.pins import LOCK_SECONDS, WRONG_PINS, Pins


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
