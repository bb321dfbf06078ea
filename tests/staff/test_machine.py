"""The staff of one machine: lists and orders that are not its own are refused, and PINs stay where they were made."""

import json
from pathlib import Path

import msgspec
import pytest

from raising import raises_code
from staffed_station import ELECTION, STAFF, Authority
from testigo.errors import IllegalStep, InvalidInput, InvalidSignature, NotAllowed, TestigoError
from testigo.keys import SigningKey, sign_envelope
from testigo.staff.accounts import PAYLOAD_TYPE, PRESIDING, Account, StaffList, open_staff_list
from testigo.staff.machine import PINS, STAFF_LIST, Staff
from testigo.staff.orders import PAYLOAD_TYPE as ORDER_TYPE
from testigo.staff.tries import WRONG_PINS

StaffAndPins = tuple[Staff, dict[str, str]]
LATER = "2026-11-28T12:00:00Z"


def test_each_account_has_a_pin_on_each_of_its_machines_and_no_other(
    chair: StaffAndPins, check_in: StaffAndPins
) -> None:
    assert set(chair[1]) == {"ana", "dora", "sol-1"}
    assert set(check_in[1]) == {"ana", "dora", "caro", "ana-desk", "sol-1"}
    assert len(set(check_in[1].values())) == len(check_in[1])
    for staff, pins in (chair, check_in):
        kept = (staff.folder / PINS).read_text()
        assert not [pin for pin in pins.values() if f'"{pin}"' in kept]
        for account, pin in pins.items():
            assert staff.check(account, pin).id == account


def test_the_hash_of_one_machine_is_not_on_the_other(chair: StaffAndPins, check_in: StaffAndPins) -> None:
    at_chair, at_desk = (json.loads((staff.folder / PINS).read_text())["pins"] for staff, _ in (chair, check_in))
    hashes = [{pin["hash"] for pin in pins.values()} for pins in (at_chair, at_desk)]
    assert not hashes[0] & hashes[1]
    assert "caro" not in at_chair


def test_the_pin_of_another_machine_is_refused(chair: StaffAndPins, check_in: StaffAndPins) -> None:
    with raises_code(NotAllowed, "pin.wrong"):
        chair[0].check("dora", check_in[1]["dora"] if check_in[1]["dora"] != chair[1]["dora"] else "no-such-pin")
    with raises_code(NotAllowed, "account.may-not-here"):
        chair[0].check("caro", check_in[1]["caro"])


def test_wrong_pins_lock_one_account_and_not_all(chair: StaffAndPins) -> None:
    staff, pins = chair
    for left in reversed(range(1, WRONG_PINS)):
        with raises_code(NotAllowed, "pin.wrong", count=left):
            staff.check("ana", "no-such-pin")
    with raises_code(NotAllowed, "pin.wrong-and-locked"):
        staff.check("ana", "no-such-pin")
    with raises_code(NotAllowed, "pin.locked"):
        staff.check("ana", pins["ana"])
    assert staff.check("dora", pins["dora"]).role == "deputy"


def test_a_role_is_asked_for(check_in: StaffAndPins) -> None:
    staff, pins = check_in
    assert staff.check("caro", pins["caro"], ("clerk",)).id == "caro"
    for account, roles in (("caro", PRESIDING), ("ana", ("clerk",)), ("sol-1", PRESIDING), ("nobody", ())):
        with raises_code(NotAllowed, "account.may-not-here"):
            staff.check(account, pins.get(account, "316497"), roles)
    with raises_code(NotAllowed, "account.may-not-here"):
        staff.check("", pins["caro"], ("clerk",))  # two clerks: who it is must be said


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"key": SigningKey.generate()}, InvalidSignature, "signature.by-another-key"),
        ({"election": "f" * 64}, InvalidInput, "file.other-election"),
        ({"election": ""}, InvalidInput, "file.other-election"),
        ({"station": "s2"}, InvalidInput, "file.other-place"),
        ({"issued": "2026-11-21T11:59:59Z"}, IllegalStep, "staff-list.older"),
        ({"issued": "tomorrow"}, InvalidInput, "time.malformed"),
    ],
)
def test_a_list_that_is_not_this_machines_changes_nothing(
    chair: StaffAndPins, authority: Authority, change: dict[str, str], error: type[TestigoError], code: str
) -> None:
    staff, pins = chair
    before = {file.name: file.read_bytes() for file in staff.folder.iterdir()}
    with raises_code(error, code):
        staff.load_list(authority.list(**change))
    assert {file.name: file.read_bytes() for file in staff.folder.iterdir()} == before
    staff.check("ana", pins["ana"])


def test_a_list_is_refused_before_the_authority_is_known(tmp_path: Path, authority: Authority) -> None:
    staff = Staff(tmp_path, msgspec.structs.replace(authority.place(), key=None))
    with raises_code(InvalidSignature, "authority-key.unknown"):
        staff.load_list(authority.list())
    assert not (tmp_path / STAFF_LIST).exists()


def test_an_order_is_no_list_and_a_newer_format_says_so(authority: Authority) -> None:
    with raises_code(InvalidInput, "envelope.other-type"):
        open_staff_list(authority.order("ana", authority.place()), authority.place())
    newer = sign_envelope(PAYLOAD_TYPE, {"format": 2, "everything": "else"}, authority.key)
    with raises_code(InvalidInput, "file.newer-format"):
        open_staff_list(newer, authority.place())
    for payload in ([], {"format": "1"}, {"format": 1}, {"format": 1, "accounts": [[[]]]}):
        with pytest.raises(InvalidInput):
            open_staff_list(sign_envelope(PAYLOAD_TYPE, payload, authority.key), authority.place())


def test_a_changed_byte_of_the_stored_list_is_found_at_the_next_start(
    chair: StaffAndPins, authority: Authority
) -> None:
    file = chair[0].folder / STAFF_LIST
    file.write_bytes(file.read_bytes().replace(b"Ym", b"Yn", 1) or b"x")
    data = file.read_bytes()
    file.write_bytes(data[:-9] + (b"1" if data[-9:-8] == b"0" else b"0") + data[-8:])
    with pytest.raises((InvalidSignature, InvalidInput)):
        Staff(chair[0].folder, authority.place())


def test_pins_that_cannot_be_read_are_found_at_the_next_start(chair: StaffAndPins, authority: Authority) -> None:
    (chair[0].folder / PINS).write_text('{"format": 99}')
    with raises_code(InvalidInput, "file.newer-format"):
        Staff(chair[0].folder, authority.place())


def test_a_stored_list_is_good_after_the_authoritys_key_was_replaced_and_a_new_one_is_not(
    chair: StaffAndPins, authority: Authority
) -> None:
    new = SigningKey.generate()
    place = msgspec.structs.replace(authority.place(), key=new.public, former=(authority.key.public,))
    staff = Staff(chair[0].folder, place)
    assert staff.check("ana", chair[1]["ana"]).id == "ana"
    with pytest.raises(InvalidSignature):
        staff.load_list(authority.list(issued=LATER))
    staff.load_list(authority.list(issued=LATER, key=new))


def test_a_new_list_keeps_the_pins_of_the_same_people_only(chair: StaffAndPins, authority: Authority) -> None:
    staff, pins = chair
    others = (STAFF[0], Account("dora", "Dora Otra", "deputy", ""), *STAFF[2:4])
    staff.load_list(authority.list(others, issued=LATER))
    staff.check("ana", pins["ana"])
    assert [account.id for account in staff.without_pin()] == ["dora"]
    for gone in ("dora", "sol-1"):
        with pytest.raises(NotAllowed):
            staff.check(gone, pins[gone])
    # who comes back later comes back without the old PIN
    staff.load_list(authority.list(issued="2026-11-29T12:00:00Z"))
    assert {account.id for account in staff.without_pin()} == {"dora", "sol-1"}


def test_the_first_list_ends_pins_that_were_set_by_hand(tmp_path: Path, authority: Authority) -> None:
    staff = Staff(tmp_path, authority.place("check-in"))
    staff._pins.put({"chair": "482913", "clerk": "750126", "witness-9": "316497"})
    assert [account.id for account in staff.accounts()] == ["chair", "clerk"]
    staff.check("", "482913", PRESIDING)
    staff.load_list(authority.list())
    with pytest.raises(NotAllowed):
        staff.check("chair", "482913")
    with raises_code(IllegalStep, "staff-list.decides"):
        staff.set_pin("eva", "316497")


def test_pins_are_made_once(chair: StaffAndPins) -> None:
    staff, pins = chair
    assert staff.draw_pins() == ()
    assert "PIN" not in repr(staff) and pins["ana"] not in repr(staff._pins)
    twice = Staff(staff.folder, staff.place)
    again = [msgspec.structs.replace(account) for account in staff.accounts()]
    assert len(again) == 3
    twice._pins.drop({"ana"})
    (lost,) = twice.draw_pins()
    assert lost.pin not in repr(lost)
    twice.keep_pins([lost])
    with raises_code(IllegalStep, "pin.there-already"):
        twice.keep_pins([lost])


def test_one_id_is_one_account(authority: Authority) -> None:
    with raises_code(InvalidInput, "account.twice"):
        authority.list((*STAFF, STAFF[2]))
    # even where the authority's own key has signed it
    body = msgspec.to_builtins(StaffList(1, ELECTION, "s1", LATER, (*STAFF, STAFF[2])))
    with raises_code(InvalidInput, "account.twice"):
        open_staff_list(sign_envelope(PAYLOAD_TYPE, body, authority.key), authority.place())


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("a", "Ana Ñandú"), ("b", "ana  n\u0303andu\u0301"), True),
        (("a", "Ana Ñandú"), ("b", "Ana Ñandú (hija)"), False),
        (("chair", ""), ("chair", ""), True),
        (("chair", ""), ("clerk", ""), False),
    ],
)
def test_who_is_one_person(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    assert Account(*one, "clerk", "").same_person(Account(*other, "clerk", "")) is same


# ---- orders


def test_an_order_replaces_one_pin_once(chair: StaffAndPins, authority: Authority) -> None:
    staff, pins = chair
    for _ in range(WRONG_PINS):
        with pytest.raises(NotAllowed):
            staff.check("ana", "no-such-pin")
    order = authority.order("ana", staff.place)
    read, new = staff.draw_replacement(order)
    with raises_code(NotAllowed, "pin.locked"):
        staff.check("ana", new.pin)  # not kept yet
    staff.keep_replacement(read, new)
    staff.check("ana", new.pin)  # at once: whoever was locked out is let in
    staff.check("dora", pins["dora"])
    if new.pin != pins["ana"]:
        with raises_code(NotAllowed, "pin.wrong"):
            staff.check("ana", pins["ana"])
    restarted = Staff(staff.folder, staff.place)
    for machine in (staff, restarted):
        with raises_code(IllegalStep, "pin-order.used"):
            machine.draw_replacement(order)
        with raises_code(IllegalStep, "pin-order.used"):
            machine.keep_replacement(read, new)
    restarted.load_list(authority.list(issued=read.issued))
    with raises_code(IllegalStep, "pin-order.used"):
        restarted.draw_replacement(order)
    assert [one.account for one in restarted._pins.orders()] == ["ana"]


def test_orders_of_others_are_refused(chair: StaffAndPins, authority: Authority) -> None:
    staff, pins = chair
    here = staff.place
    at_check_in = msgspec.structs.replace(here, machine="check-in")
    cases = [
        (authority.order("ana", here, SigningKey.generate()), InvalidSignature, "signature.by-another-key"),
        (authority.order("ana", at_check_in), InvalidInput, "pin-order.other-machine"),
        (authority.order("ana", msgspec.structs.replace(here, id="s2")), InvalidInput, "file.other-place"),
        (authority.order("ana", msgspec.structs.replace(here, election="f" * 64)), InvalidInput, "file.other-election"),
        (authority.order("caro", here), NotAllowed, "account.not-on-this-machine"),
        (authority.order("nobody", here), NotAllowed, "account.not-on-this-machine"),
        (authority.list(), InvalidInput, "envelope.other-type"),
        (sign_envelope(ORDER_TYPE, {"format": 1}, authority.key), InvalidInput, "pin-order.malformed"),
        (b"{}", InvalidInput, "envelope.malformed"),
        (b"", InvalidInput, "json.malformed"),
    ]
    for order, error, code in cases:
        with raises_code(error, code):
            staff.draw_replacement(order)
    staff.check("ana", pins["ana"])


def test_an_order_from_before_the_list_is_refused(chair: StaffAndPins, authority: Authority) -> None:
    staff, _ = chair
    order = authority.order("ana", staff.place)
    staff.load_list(authority.list(issued="2999-01-01T00:00:00Z"))
    with raises_code(IllegalStep, "pin-order.before-staff-list"):
        staff.draw_replacement(order)


def test_without_a_list_the_chair_of_installation_can_be_helped_too(tmp_path: Path, authority: Authority) -> None:
    staff = Staff(tmp_path, authority.place())
    staff._pins.put({"chair": "482913"})
    staff.keep_replacement(*staff.draw_replacement(authority.order("chair", staff.place)))
    with pytest.raises(NotAllowed):
        staff.check("chair", "no-such-pin")
